/* Instruction sets that kernels come in, weakest first. */
#ifndef HS_KERNELS_CPU_H
#define HS_KERNELS_CPU_H

#include <stdbool.h>

/* HS_ISA(id, what it needs). The order is that of HALFSTEP_ISA: a ceiling takes what stands above
 * it away, and a processor need not have everything below it (not every AVX-512 has AVX-VNNI). */
#define HS_ISA_LIST(HS_ISA)                                                       \
    HS_ISA(scalar, "plain C")                                                     \
    HS_ISA(neon, "64-bit Arm")                                                    \
    HS_ISA(neon_dot, "Arm dot product: sdot, udot")                               \
    HS_ISA(avx2, "AVX2 and FMA")                                                  \
    HS_ISA(avx_vnni, "AVX2 and AVX-VNNI: vpdpbusd of 256 bits")                   \
    HS_ISA(avx512, "AVX-512 F, BW, DQ, VL")                                       \
    HS_ISA(avx512_vnni, "AVX-512 and its VNNI: vpdpbusd of 512 bits")             \
    HS_ISA(amx, "AMX tiles and int8, AVX-512, and a kernel that lends the tiles") \
    HS_ISA(amx_bf16, "the same, and the bfloat16 of AMX and of AVX-512")

enum hs_isa {
#define HS_ISA_ID(id, needs) HS_ISA_##id,
    HS_ISA_LIST(HS_ISA_ID)
#undef HS_ISA_ID
        HS_ISA_COUNT
};

/* What the processor calls itself, "unknown" when it does not say. */
const char *hs_cpu_name(void);

const char *hs_isa_name(enum hs_isa isa);
const char *hs_isa_needs(enum hs_isa isa);

/* By name; -1 when unknown. */
int hs_isa_find(const char *name);

/* Can this processor, under this operating system, run it? Asking for amx makes Linux lend the
 * process its tiles. */
bool hs_isa_supported(enum hs_isa isa);

/* The strongest set of this processor. */
enum hs_isa hs_isa_detect(void);

/* The same, lowered by HALFSTEP_ISA (or its alias HS_ISA); an unknown name there means scalar,
 * which is always right. Below it, hs_isa_supported() still decides. */
enum hs_isa hs_isa_ceiling(void);

#endif

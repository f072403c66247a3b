/* Instruction sets that kernels come in, weakest first. */
#ifndef HS_KERNELS_CPU_H
#define HS_KERNELS_CPU_H

enum hs_isa { HS_ISA_scalar, HS_ISA_neon, HS_ISA_avx2, HS_ISA_avx512, HS_ISA_COUNT };

/* What the processor calls itself, "unknown" when it does not say. */
const char *hs_cpu_name(void);

const char *hs_isa_name(enum hs_isa isa);

/* By name; -1 when unknown. */
int hs_isa_find(const char *name);

/* The strongest set of this processor. */
enum hs_isa hs_isa_detect(void);

/* The same, lowered by HALFSTEP_ISA (or its alias HS_ISA); an unknown name there means scalar,
 * which is always right. */
enum hs_isa hs_isa_ceiling(void);

#endif

#include "kernels/cpu.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include "base/env.h"

static const struct {
    const char *name, *needs;
} sets[HS_ISA_COUNT] = {
#define HS_ISA_ROW(id, needs) {#id, needs},
    HS_ISA_LIST(HS_ISA_ROW)
#undef HS_ISA_ROW
};

const char *hs_cpu_name(void)
{
#if defined(__x86_64__)
    static union {
        unsigned words[13]; /* 48 bytes of text, and an end */
        char text[52];
    } brand;

    for (unsigned i = 0; i < 3; i++) {
        unsigned *w = &brand.words[4 * i];

        if (!__get_cpuid(0x80000002u + i, &w[0], &w[1], &w[2], &w[3]))
            return "unknown";
    }
    return brand.text;
#else
    return "unknown";
#endif
}

const char *hs_isa_name(enum hs_isa isa)
{
    return sets[isa].name;
}

const char *hs_isa_needs(enum hs_isa isa)
{
    return sets[isa].needs;
}

int hs_isa_find(const char *name)
{
    for (int i = 0; i < HS_ISA_COUNT; i++)
        if (strcmp(sets[i].name, name) == 0)
            return i;
    return -1;
}

#if defined(__x86_64__)

/* Bit `bit` of register (0 to 3: eax, ebx, ecx, edx) of leaf 7. */
static bool leaf7(unsigned subleaf, unsigned reg, unsigned bit)
{
    unsigned r[4];

    return __get_cpuid_count(7, subleaf, &r[0], &r[1], &r[2], &r[3]) != 0 && (r[reg] >> bit & 1);
}

/* Tiles and int8; and the tiles are 8 KiB of state that Linux lends only to a process that asks
 * (since 5.16; the numbers are those of its arch_prctl). */
static bool has_amx(void)
{
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };

    if (!leaf7(0, 3, 24) || !leaf7(0, 3, 25) || !hs_isa_supported(HS_ISA_avx512_vnni))
        return false;
#if defined(__linux__)
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
    return false;
#endif
}

bool hs_isa_supported(enum hs_isa isa)
{
    __builtin_cpu_init(); /* looks at XCR0, too */
    switch (isa) {
    case HS_ISA_scalar:
        return true;
    case HS_ISA_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case HS_ISA_avx_vnni:
        return hs_isa_supported(HS_ISA_avx2) && leaf7(1, 0, 4);
    case HS_ISA_avx512:
        return hs_isa_supported(HS_ISA_avx2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq");
    case HS_ISA_avx512_vnni:
        return hs_isa_supported(HS_ISA_avx512) && __builtin_cpu_supports("avx512vnni");
    case HS_ISA_amx:
        return has_amx();
    case HS_ISA_amx_bf16:
        return leaf7(0, 3, 22) && leaf7(1, 0, 5) && has_amx();
    default:
        return false;
    }
}

#elif defined(__aarch64__)

bool hs_isa_supported(enum hs_isa isa)
{
    if (isa == HS_ISA_neon_dot)
        return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
    return isa == HS_ISA_scalar || isa == HS_ISA_neon; /* part of the architecture */
}

#else

bool hs_isa_supported(enum hs_isa isa)
{
    return isa == HS_ISA_scalar;
}

#endif

enum hs_isa hs_isa_detect(void)
{
    enum hs_isa best = HS_ISA_COUNT - 1;

    while (!hs_isa_supported(best))
        best--;
    return best;
}

enum hs_isa hs_isa_ceiling(void)
{
    const char *asked = hs_env("HALFSTEP_ISA");
    enum hs_isa best = hs_isa_detect();
    int level;

    if (asked == NULL)
        asked = hs_env("HS_ISA");
    if (asked == NULL)
        return best;
    level = hs_isa_find(asked);
    if (level < 0)
        return HS_ISA_scalar;
    return level < (int)best ? (enum hs_isa)level : best;
}

#include "kernels/cpu.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/env.h"

static const char *const names[HS_ISA_COUNT] = {"scalar", "neon", "avx2", "avx512"};

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
    return names[isa];
}

int hs_isa_find(const char *name)
{
    for (int i = 0; i < HS_ISA_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

enum hs_isa hs_isa_detect(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return HS_ISA_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return HS_ISA_avx2;
#elif defined(__aarch64__)
    return HS_ISA_neon; /* part of the architecture */
#endif
    return HS_ISA_scalar;
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

#include "kernels/bench/peak.h"

hs_peak_fn *hs_peak_bf16(enum hs_isa isa)
{
#if defined(__x86_64__)
    if (isa >= HS_ISA_amx_bf16 && hs_isa_supported(HS_ISA_amx_bf16))
        return hs_peak_bf16__amx_bf16;
#else
    (void)isa;
#endif
    return hs_peak_f32(HS_ISA_scalar); /* the emulation is made of those */
}

/* What the scheme files share: checked bits, a float64 copy of a tensor, and an elementwise map. */
#ifndef HS_QUANT_SCHEMES_COMMON_H
#define HS_QUANT_SCHEMES_COMMON_H

#include <math.h>

#include "quant/schemes.h"

static inline enum hs_status hs_scheme_bits(int bits, int least, const char *scheme,
                                            struct hs_error *err)
{
    if (bits < least || bits > 16)
        return hs_fail(err, HS_ERANGE, "%s is defined for %d to 16 bits, not %d%s", scheme, least,
                       bits, bits == 1 ? ": its formula would divide by 0" : "");
    return HS_OK;
}

/* A float64 copy in C order; HS_ERANGE names an element that is not finite. */
HS_MUST_USE enum hs_status hs_scheme_copy(struct hs_tensor *out, struct hs_arena *arena,
                                          const struct hs_tensor *x, struct hs_error *err);

static inline double hs_clip(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

#endif

#include "quant/schemes/common.h"

enum hs_status hs_range_linear(struct hs_tensor *q, struct hs_tensor *dequantized, double *factor,
                               double *zero_point, struct hs_arena *arena,
                               const struct hs_tensor *x, int bits, bool is_signed,
                               struct hs_error *err)
{
    struct hs_tensor codes, back;
    double lo = 0, hi = 0, f, z, levels, low;
    size_t count = hs_tensor_count(x);
    enum hs_status st = hs_scheme_bits(bits, 1, "range linear", err);

    if (st == HS_OK)
        st = hs_scheme_copy(&codes, arena, x, err);
    if (st == HS_OK)
        st = hs_scheme_copy(&back, arena, x, err);
    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < count; i++) {
        lo = fmin(lo, ((double *)codes.data)[i]);
        hi = fmax(hi, ((double *)codes.data)[i]);
    }
    levels = (double)((1 << bits) - 1);
    f = hi > lo ? levels / (hi - lo) : 1;
    low = is_signed ? -(double)(1 << (bits - 1)) : 0;
    z = rint(lo * f) - low;
    for (size_t i = 0; i < count; i++) {
        double code = hs_clip(rint(((double *)codes.data)[i] * f - z), low, low + levels);

        ((double *)codes.data)[i] = code;
        ((double *)back.data)[i] = (code + z) / f;
    }
    *q = codes;
    *dequantized = back;
    *factor = f;
    *zero_point = z;
    return HS_OK;
}

enum hs_status hs_symmetric_linear(struct hs_tensor *q, double *factor, struct hs_arena *arena,
                                   const struct hs_tensor *x, int bits, bool full,
                                   struct hs_error *err)
{
    struct hs_tensor codes;
    double top = 0, f, high, low;
    size_t count = hs_tensor_count(x);
    enum hs_status st = hs_scheme_bits(bits, 2, "symmetric linear", err);

    if (st == HS_OK)
        st = hs_scheme_copy(&codes, arena, x, err);
    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < count; i++)
        top = fmax(top, fabs(((double *)codes.data)[i]));
    high = (double)((1 << (bits - 1)) - 1);
    low = full ? -high - 1 : -high;
    f = top > 0 ? (full ? high + 0.5 : high) / top : 1;
    for (size_t i = 0; i < count; i++)
        ((double *)codes.data)[i] = hs_clip(rint(((double *)codes.data)[i] * f), low, high);
    *q = codes;
    *factor = f;
    return HS_OK;
}

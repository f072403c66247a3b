#include "quant/schemes/common.h"

enum hs_status hs_wrpn_weights(struct hs_tensor *out, struct hs_tensor *codes,
                               struct hs_arena *arena, const struct hs_tensor *w, int bits,
                               struct hs_error *err)
{
    struct hs_tensor t, c;
    size_t count = hs_tensor_count(w);
    double steps;
    enum hs_status st = hs_scheme_bits(bits, 2, "WRPN for weights", err);

    if (st == HS_OK)
        st = hs_scheme_copy(&t, arena, w, err);
    if (st == HS_OK)
        st = hs_scheme_copy(&c, arena, w, err);
    if (st != HS_OK)
        return st;
    steps = (double)((1 << (bits - 1)) - 1);
    for (size_t i = 0; i < count; i++) {
        double code = rint(steps * hs_clip(((double *)t.data)[i], -1, 1));

        ((double *)c.data)[i] = code;
        ((double *)t.data)[i] = code / steps;
    }
    *out = t;
    if (codes != NULL)
        *codes = c;
    return HS_OK;
}

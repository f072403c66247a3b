#include "quant/schemes/common.h"

#include "quant/operand.h"

enum hs_status hs_scheme_copy(struct hs_tensor *out, struct hs_arena *arena,
                              const struct hs_tensor *x, struct hs_error *err)
{
    struct hs_tensor copy;
    enum hs_status st = hs_tensor_new(&copy, arena, HS_FLOAT64, x->ndim, x->shape, err);
    size_t count = hs_tensor_count(x);
    double *v;

    if (st != HS_OK)
        return st;
    v = copy.data;
    for (size_t i = 0; i < count; i++) {
        v[i] = hs_tensor_get(x, i);
        if (!isfinite(v[i]))
            return hs_refuse_element(x, i, "", err);
    }
    *out = copy;
    return HS_OK;
}

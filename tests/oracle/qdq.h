/* What the tests of qdq_torch and qdq_onnx share: qparams from a case, and the rule for platform
 * cases. */
#ifndef HS_TEST_QDQ_H
#define HS_TEST_QDQ_H

#include <math.h>

#include "oracle.h"
#include "quant/qparams.h"

/* scale and zero point of a case: tensors among its inputs, or numbers among its parameters. */
static inline struct hs_qparams qdq_qparams(const struct hs_oracle *o, struct hs_arena *arena,
                                            const struct hs_value *c, const char *profile)
{
    const struct hs_value *p = hs_value_get(c, "params");
    bool given = hs_oracle_has(c, "inputs", "scale"),
         given_zero = hs_oracle_has(c, "inputs", "zero_point");
    int dtype = hs_dtype_find(hs_value_text(p, "dtype", "?"));
    struct hs_error err = HS_ERROR_INIT;
    struct hs_qparams qp = {.n = 1, .axis = -1};
    struct hs_tensor scale = {.ndim = 0}, zero = {.ndim = 0};

    assert_true(dtype >= 0);
    assert_ok(hs_quant_options_profile(&qp.options, profile, &err), &err);
    qp.dtype = (enum hs_dtype)dtype;
    qp.qmin = hs_value_integer(p, "quant_min", hs_dtype_min(qp.dtype));
    qp.qmax = hs_value_integer(p, "quant_max", hs_dtype_max(qp.dtype));
    if (given) {
        scale = hs_oracle_tensor(o, arena, c, "inputs", "scale");
        qp.n = hs_tensor_count(&scale);
        qp.axis = (int)hs_value_integer(p, "axis", -1);
        if (qp.axis < 0 &&
            hs_value_get(p, "axis")->kind == HS_INTEGER) { /* ONNX counts these from the end */
            const char *data = hs_oracle_has(c, "inputs", "x") ? "x" : "q";

            qp.axis += hs_oracle_tensor(o, arena, c, "inputs", data).ndim;
        }
        qp.block_size = (size_t)hs_value_integer(p, "block_size", 0);
    }
    if (given_zero) {
        zero = hs_oracle_tensor(o, arena, c, "inputs", "zero_point");
        assert_int_equal(hs_tensor_count(&zero), qp.n);
    }
    qp.scale = hs_arena_alloc(arena, qp.n, sizeof *qp.scale);
    qp.zero_point = hs_arena_alloc_zero(arena, qp.n, sizeof *qp.zero_point);
    assert_true(qp.scale != NULL && qp.zero_point != NULL);
    for (size_t i = 0; i < qp.n; i++) {
        qp.scale[i] = given ? hs_tensor_get(&scale, i) : hs_value_number(p, "scale", 0);
        qp.zero_point[i] =
            given_zero ? (int64_t)hs_tensor_get(&zero, i) : hs_value_integer(p, "zero_point", 0);
    }
    return qp;
}

/* SEMANTICS 1 for what a machine decides elsewhere: NaN is refused, or becomes qmin when asked;
 * infinities and huge quotients saturate on the side of their sign; everything else agrees with the
 * record. */
static inline bool qdq_platform_case(struct hs_arena *arena, const struct hs_tensor *x,
                                     struct hs_qparams *qp, const struct hs_tensor *recorded)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quantize_count count;
    struct hs_tensor q;
    size_t nan = 0;

    for (size_t i = 0; i < hs_tensor_count(x); i++)
        nan += isnan(hs_tensor_get(x, i)) != 0;
    if (nan > 0)
        assert_fails(hs_quantize(&q, arena, x, qp, &count, &err), HS_ERANGE, &err, "is NaN");
    hs_error_clear(&err);
    qp->options.nan = HS_NAN_QMIN;
    assert_ok(hs_quantize(&q, arena, x, qp, &count, &err), &err);
    if (count.nan != nan)
        return false;
    for (size_t i = 0; i < hs_tensor_count(x); i++) {
        double v = hs_tensor_get(x, i), code = hs_tensor_get(&q, i), steps = v / qp->scale[0];
        bool low = isnan(v) || steps<-0x1p40, high = steps> 0x1p40;
        double want = low ? (double)qp->qmin : high ? (double)qp->qmax : hs_tensor_get(recorded, i);

        if (code != want) {
            print_error("element %zu: code %g, wanted %g\n", i, code, want);
            return false;
        }
    }
    return true;
}

#endif

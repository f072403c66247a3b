#include "cli/nn_convert.h"

enum hs_status hs_nn_convert(struct hs_program *out, const struct hs_model *m,
                             const char *requantize, const char *bias_rounding,
                             struct hs_error *err)
{
    const struct hs_value *how = hs_value_get(&m->about, "quantization");
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT,
                               .rounding = HS_ROUND_HALF_EVEN,
                               .float32 = true};
    const char *mode = requantize != NULL ? requantize : hs_value_text(how, "requantize", "float");
    const char *word =
        bias_rounding != NULL ? bias_rounding : hs_value_text(how, "bias_rounding", "half_even");
    int rounding = hs_round_find(word);
    enum hs_status st = hs_requantizer_parse(&r, mode, err);

    if (st == HS_OK && (rounding < 0 || rounding == HS_ROUND_STOCHASTIC))
        st = hs_fail(err, HS_EINVAL, "bias codes are rounded half_even, half_away or floor, not %s",
                     word);
    return st == HS_OK ? hs_convert(out, m, &r, (enum hs_round)rounding, err) : st;
}

const char *hs_nn_requantize_name(const struct hs_program *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->step[i].kind == HS_STEP_MAXPOOL || p->step[i].sums)
            continue;
        return p->step[i].divisor != NULL ? "divisor"
                                          : hs_requantize_name(p->step[i].requantize.mode);
    }
    return NULL;
}

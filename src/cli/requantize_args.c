#include "cli/requantize_args.h"

#include <math.h>
#include <string.h>

#include "base/fmt.h"

/* One whole number, or `otherwise` when the option was not given. */
static enum hs_status whole(int64_t *out, struct hs_quant_args *a, const char *option,
                            const char *text, int64_t least, int64_t most, int64_t otherwise)
{
    double *v;
    size_t n;
    enum hs_status st;

    *out = otherwise;
    if (text == NULL)
        return HS_OK;
    if ((st = hs_quant_args_numbers(a, option, text, ',', &v, &n)) != HS_OK)
        return st;
    if (n != 1 || v[0] != trunc(v[0]) || !(v[0] >= (double)least && v[0] <= (double)most))
        return hs_fail(&a->err, HS_EINVAL,
                       "--%s cannot be %.60s: a whole number from %lld to %lld was expected",
                       option, text, (long long)least, (long long)most);
    *out = (int64_t)v[0];
    return HS_OK;
}

/* Whole numbers as int32; one is used for all `n` when *n is larger. */
static enum hs_status wholes(int32_t **out, size_t *n, struct hs_quant_args *a, const char *option,
                             const char *text, double least, double most)
{
    double *v;
    int32_t *numbers;
    enum hs_status st = hs_quant_args_numbers(a, option, text, ',', &v, n);
    char bad[HS_FMT_SIZE];

    if (st != HS_OK)
        return st;
    if ((numbers = hs_arena_alloc(&a->arena, *n, sizeof *numbers)) == NULL)
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < *n; i++) {
        if (v[i] != trunc(v[i]) || !(v[i] >= least && v[i] <= most))
            return hs_fail(&a->err, HS_EINVAL,
                           "--%s cannot be %s: a whole number from %.0f to %.0f was expected",
                           option, hs_fmt_double(bad, v[i]), least, most);
        numbers[i] = (int32_t)v[i];
    }
    *out = numbers;
    return HS_OK;
}

/* "SX,SW[:SW…],SY": M = s_x s_w / s_y. */
static enum hs_status from_scales(struct hs_requantizer *r, struct hs_quant_args *a)
{
    const char *first = strchr(a->scales, ','), *last = strrchr(a->scales, ',');
    double *sx, *sw, *sy, *m;
    size_t nx, ny;
    enum hs_status st;
    char *weights;

    if (first == NULL || first == last ||
        memchr(first + 1, ',', (size_t)(last - first - 1)) != NULL)
        return hs_fail(
            &a->err, HS_EINVAL,
            "--scales cannot be \"%.80s\": write the scales of input, weights and output, "
            "as 0.02,0.005,0.05; those of channels as 0.02,0.005:0.006,0.05",
            a->scales);
    weights = hs_arena_strndup(&a->arena, first + 1, (size_t)(last - first - 1));
    if (weights == NULL)
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    if ((st = hs_quant_args_numbers(
             a, "scales", hs_arena_strndup(&a->arena, a->scales, (size_t)(first - a->scales)), ',',
             &sx, &nx)) != HS_OK ||
        (st = hs_quant_args_numbers(a, "scales", weights, ':', &sw, &r->n)) != HS_OK ||
        (st = hs_quant_args_numbers(a, "scales", last + 1, ',', &sy, &ny)) != HS_OK)
        return st;
    if ((m = hs_arena_alloc(&a->arena, r->n, sizeof *m)) == NULL)
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->n; i++) {
        if (!(*sx > 0) || !(sw[i] > 0) || !(*sy > 0))
            return hs_fail(&a->err, HS_EINVAL,
                           "--scales %.80s: every scale is a step, above 0 and finite", a->scales);
        m[i] = *sx * sw[i] / *sy;
    }
    r->multiplier = m;
    return HS_OK;
}

/* Mantissas and shifts as given; a list of one is repeated to the length of the other. */
static enum hs_status from_fixed(struct hs_requantizer *r, struct hs_quant_args *a)
{
    int32_t one = 1, *mantissa = &one, *shift;
    size_t nm = 1, ns;
    int32_t *m;
    int *s;
    enum hs_status st;

    if (a->shift == NULL)
        return hs_fail(&a->err, HS_EINVAL, "--mantissa needs --shift beside it");
    if ((a->mantissa != NULL &&
         (st = wholes(&mantissa, &nm, a, "mantissa", a->mantissa, 0, INT32_MAX)) != HS_OK) ||
        (st = wholes(&shift, &ns, a, "shift", a->shift, -31, 31)) != HS_OK)
        return st;
    if (nm != ns && nm != 1 && ns != 1)
        return hs_fail(&a->err, HS_EINVAL, "there are %zu mantissas for %zu shifts", nm, ns);
    r->n = nm > ns ? nm : ns;
    m = hs_arena_alloc(&a->arena, r->n, sizeof *m);
    s = hs_arena_alloc(&a->arena, r->n, sizeof *s);
    if (m == NULL || s == NULL)
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->n; i++) {
        m[i] = mantissa[nm > 1 ? i : 0];
        s[i] = shift[ns > 1 ? i : 0];
    }
    r->mantissa = m;
    r->shift = s;
    return HS_OK;
}

/* The factor, however it was given: exactly one way. */
static enum hs_status read_factor(struct hs_requantizer *r, struct hs_quant_args *a)
{
    double *m;
    enum hs_status st;
    int ways =
        (a->multiplier != NULL) + (a->scales != NULL) + (a->mantissa != NULL || a->shift != NULL);

    if (ways != 1)
        return hs_fail(&a->err, HS_EINVAL,
                       "requantize needs one factor: --multiplier M, or --scales SX,SW,SY, or "
                       "--mantissa N --shift N, or --shift N alone");
    if (a->scales != NULL)
        return from_scales(r, a);
    if (a->multiplier == NULL)
        return from_fixed(r, a);
    if ((st = hs_quant_args_numbers(a, "multiplier", a->multiplier, ',', &m, &r->n)) != HS_OK)
        return st;
    for (size_t i = 0; i < r->n; i++)
        if (!(m[i] >= 0) || isinf(m[i]))
            return hs_fail(&a->err, HS_EINVAL,
                           "--multiplier cannot be %.60s: s_x s_w / s_y is finite and not negative",
                           a->multiplier);
    r->multiplier = m;
    return HS_OK;
}

static enum hs_status read_codes(struct hs_requantizer *r, struct hs_quant_args *a)
{
    struct hs_quant_options options;
    struct hs_qtarget target;
    struct hs_value words;
    int64_t bits, most;
    enum hs_status st;

    if ((st = hs_quant_args_value(a, &words)) != HS_OK ||
        (st = hs_quant_options_profile(&options, NULL, &a->err)) != HS_OK ||
        (st = hs_quant_options_from_value(&options, &words, &a->err)) != HS_OK ||
        (st = hs_qtarget_from_value(&target, &words, &a->err)) != HS_OK ||
        (st = hs_qtarget_range(&r->qmin, &r->qmax, &target, &options, &a->err)) != HS_OK ||
        (st = whole(&r->zero_point, a, "zero-point", a->zero_point, r->qmin, r->qmax, 0)) !=
            HS_OK ||
        (st = whole(&bits, a, "dyadic-bits", a->dyadic_bits, 1, 31, 8)) != HS_OK ||
        (st = whole(&most, a, "max-shift", hs_quant_args_word(a, "max_shift"), 0, 31, 15)) != HS_OK)
        return st;
    if (r->zero_point < r->qmin || r->zero_point > r->qmax)
        return hs_fail(&a->err, HS_EINVAL,
                       "the zero point 0 is outside the codes %lld to %lld; give --zero-point",
                       (long long)r->qmin, (long long)r->qmax);
    r->dtype = target.dtype;
    r->rounding = options.rounding;
    r->float32 = options.precision == HS_PRECISION_F32;
    r->zero_point_first = options.zero_point_order == HS_BEFORE_ROUNDING;
    r->bits = (int)bits;
    r->max_shift = (int)most;
    return HS_OK;
}

/* A rounding mode in brackets: "fixed16(floor)". */
static enum hs_status read_rounding(struct hs_requantizer *r, const char *word, size_t n,
                                    struct hs_error *err)
{
    char text[32];
    int mode;

    if (n < 2 || word[n - 1] != ')')
        return hs_fail(err, HS_EINVAL, "--requantize: a bracket is not closed");
    snprintf(text, sizeof text, "%.*s", (int)(n - 2), word + 1);
    if ((mode = hs_round_find(text)) < 0 || mode == HS_ROUND_STOCHASTIC)
        return hs_fail(err, HS_EINVAL,
                       "--requantize: there is no rounding \"%s\": choose half_even, half_away, "
                       "half_up, toward_zero, floor or ceil",
                       text);
    r->rounding = (enum hs_round)mode;
    return HS_OK;
}

/* One word of --requantize: "gemmlowp", "fixed16(floor)". */
static enum hs_status read_mode(struct hs_requantizer *r, const char *word, struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    size_t n = strcspn(word, "(");
    char name[32];
    int mode;

    snprintf(name, sizeof name, "%.*s", (int)n, word);
    if ((mode = hs_requantize_find(name)) >= 0) {
        r->mode = (enum hs_requantize)mode;
        return word[n] == '\0' ? HS_OK : read_rounding(r, word + n, strlen(word + n), err);
    }
    for (int i = 0; i < HS_REQUANTIZE_COUNT; i++)
        hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", hs_requantize_name((enum hs_requantize)i));
    (void)hs_fail(err, HS_EINVAL, "--requantize cannot be \"%s\": choose one of %s", name,
                  names.buf);
    hs_str_dispose(&names);
    return HS_EINVAL;
}

static enum hs_status prepare(struct hs_requantizer *r, struct hs_quant_args *a,
                              struct hs_error *err)
{
    bool fixed = r->mode != HS_REQUANTIZE_FLOAT,
         shifting = r->mode == HS_REQUANTIZE_SHIFT_FLOOR || r->mode == HS_REQUANTIZE_SHIFT_NEAREST;

    if (r->multiplier == NULL && (!fixed || (a->mantissa == NULL) != shifting))
        return hs_fail(err, HS_EINVAL, "%s needs %s", hs_requantize_name(r->mode),
                       !fixed     ? "a multiplier: --multiplier or --scales"
                       : shifting ? "--shift alone, without a mantissa"
                                  : "--mantissa beside --shift, or --multiplier");
    if (r->rounding == HS_ROUND_STOCHASTIC)
        return hs_fail(err, HS_EINVAL,
                       "requantization does not roll dice: choose another --rounding");
    if (r->mode == HS_REQUANTIZE_GEMMLOWP || r->mode == HS_REQUANTIZE_SINGLE_ROUNDING)
        for (size_t i = 0; r->shift != NULL && i < r->n; i++)
            if (r->shift[i] > 30)
                return hs_fail(err, HS_EINVAL, "--shift cannot be %d: %s ends at 30", r->shift[i],
                               hs_requantize_name(r->mode));
    return hs_requantizer_prepare(r, &a->arena, err);
}

static enum hs_status add_all(struct hs_requantize_args *out, struct hs_quant_args *a,
                              const struct hs_requantizer *common)
{
    for (int i = 0; i < HS_REQUANTIZE_COUNT; i++) {
        struct hs_requantizer r = *common;
        struct hs_error *err = &out->left_out[out->n_left_out];

        r.mode = (enum hs_requantize)i;
        *err = HS_ERROR_INIT;
        if (prepare(&r, a, err) == HS_OK)
            out->mode[out->n++] = r;
        else {
            hs_error_prefix(err, "%s", hs_requantize_name(r.mode));
            out->n_left_out++;
        }
    }
    return out->n > 0 ? HS_OK
                      : hs_fail(&a->err, HS_EINVAL, "no mode fits: %s", out->left_out[0].text);
}

enum hs_status hs_requantize_args(struct hs_requantize_args *out, struct hs_quant_args *a)
{
    struct hs_requantizer common = {.mode = HS_REQUANTIZE_FLOAT};
    const char *list = a->requantize != NULL ? a->requantize
                       : a->mantissa != NULL ? "gemmlowp"
                       : a->shift != NULL    ? "shift_floor"
                                             : "float";
    int64_t axis;
    enum hs_status st;

    *out = (struct hs_requantize_args){.n = 0};
    if ((st = read_factor(&common, a)) != HS_OK || (st = read_codes(&common, a)) != HS_OK ||
        (st = whole(&axis, a, "axis", a->axis, -HS_MAX_DIMS, HS_MAX_DIMS - 1, 0)) != HS_OK)
        return st;
    out->axis = (int)axis;
    if (common.n > 1 && a->axis == NULL)
        return hs_fail(&a->err, HS_EINVAL,
                       "there are %zu multipliers but no axis: add --axis (1 for [n, c] and [n, c, "
                       "h, w])",
                       common.n);
    if (strcmp(list, "all") == 0)
        return add_all(out, a, &common);
    while (list != NULL) {
        size_t n = strcspn(list, ",");
        const char *word = hs_arena_strndup(&a->arena, list, n);
        struct hs_requantizer r = common;

        if (word == NULL)
            return hs_fail(&a->err, HS_ENOMEM, "out of memory");
        if (out->n == HS_REQUANTIZE_COUNT)
            return hs_fail(&a->err, HS_EINVAL, "--requantize takes at most %d modes",
                           HS_REQUANTIZE_COUNT);
        if ((st = read_mode(&r, word, &a->err)) != HS_OK || (st = prepare(&r, a, &a->err)) != HS_OK)
            return st;
        out->mode[out->n++] = r;
        list = list[n] == ',' ? list + n + 1 : NULL;
    }
    return HS_OK;
}

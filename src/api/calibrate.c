/* From data to a scale, and from sums to codes, by the names of the options. */
#include <string.h>

#include "api/api.h"
#include "quant/observer.h"
#include "quant/requantize.h"

/* Sets a named option; NULL leaves the profile's. */
static enum hs_status choose(struct hs_quant_options *o, struct hs_arena *arena, const char *option,
                             const char *word, struct hs_error *err)
{
    struct hs_value v;

    if (word == NULL)
        return HS_OK;
    v = hs_value_string(arena, word);
    return v.kind == HS_NIL ? hs_fail(err, HS_ENOMEM, "out of memory")
                            : hs_quant_option_set(o, option, &v, err);
}

static enum hs_status target_of(struct hs_qtarget *out, const char *dtype, struct hs_error *err)
{
    int found = dtype == NULL ? HS_INT8 : hs_dtype_find(dtype);

    if (found != HS_INT8 && found != HS_UINT8)
        return hs_fail(err, HS_EDTYPE, "dtype \"%.40s\": this function makes int8 or uint8 codes",
                       dtype);
    *out = (struct hs_qtarget){.dtype = (enum hs_dtype)found};
    return HS_OK;
}

static enum hs_rounding rounding_of(enum hs_round r)
{
    switch (r) {
    case HS_ROUND_HALF_AWAY:
        return HS_HALF_AWAY;
    case HS_ROUND_HALF_UP:
        return HS_HALF_UP;
    case HS_ROUND_TOWARD_ZERO:
        return HS_TOWARD_ZERO;
    case HS_ROUND_FLOOR:
        return HS_FLOOR;
    case HS_ROUND_CEIL:
        return HS_CEIL;
    default:
        return HS_HALF_EVEN;
    }
}

int hs_calibrate_f32(struct hs_quantization *out, const float *x, size_t n, const char *observer,
                     const char *scheme, const char *dtype, const char *profile)
{
    struct hs_observer_config config = hs_observer_config_default();
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor t = hs_tensor_view((float *)(uintptr_t)x, HS_FLOAT32, 1, &n);
    const struct hs_tensor *batch = &t;
    struct hs_range range;
    struct hs_qparams qp;
    enum hs_status st;

    if ((st = hs_quant_options_profile(&config.options, profile, &err)) == HS_OK &&
        (st = choose(&config.options, &arena, "scheme", scheme, &err)) == HS_OK &&
        (st = target_of(&config.target, dtype, &err)) == HS_OK &&
        (st = hs_observe(&range, &arena, observer != NULL ? observer : "minmax", &batch, 1, &config,
                         &err)) == HS_OK &&
        (st = hs_qparams_from_range(&qp, &arena, &range, &config.target, &config.options, &err)) ==
            HS_OK)
        *out = (struct hs_quantization){.scale = (float)qp.scale[0],
                                        .zero_point = (int32_t)qp.zero_point[0],
                                        .qmin = (int32_t)qp.qmin,
                                        .qmax = (int32_t)qp.qmax,
                                        .rounding = rounding_of(qp.options.rounding),
                                        .reciprocal = qp.options.division == HS_RECIPROCAL,
                                        .zero_point_first =
                                            qp.options.zero_point_order == HS_BEFORE_ROUNDING};
    hs_arena_dispose(&arena);
    return hs_api_done(st, &err);
}

/* A requantizer for codes of this type. */
static enum hs_status prepare(struct hs_requantizer *r, struct hs_arena *arena, const char *mode,
                              const double *multiplier, enum hs_dtype dtype, struct hs_error *err)
{
    enum hs_status st;

    if (mode == NULL)
        return hs_fail(err, HS_EINVAL, "mode is NULL: give one, as \"float\" or \"gemmlowp\"");
    st = hs_requantizer_parse(r, mode, err);
    if (st != HS_OK)
        return st;
    if (r->qmin < hs_dtype_min(dtype) || r->qmax > hs_dtype_max(dtype) || r->qmin > r->qmax)
        return hs_fail(err, HS_EINVAL, "codes %lld to %lld do not lie in %s", (long long)r->qmin,
                       (long long)r->qmax, hs_dtype_name(dtype));
    r->dtype = dtype;
    r->n = 1;
    r->multiplier = multiplier;
    return hs_requantizer_prepare(r, arena, err);
}

int hs_requantize_s32_s8(int8_t *q, const int32_t *acc, size_t n, const char *mode,
                         double multiplier, int32_t zero_point, int32_t qmin, int32_t qmax)
{
    struct hs_requantizer r = {.zero_point = zero_point, .qmin = qmin, .qmax = qmax};
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = prepare(&r, &arena, mode, &multiplier, HS_INT8, &err);

    for (size_t i = 0; st == HS_OK && i < n; i++)
        q[i] = (int8_t)hs_requantize_one(&r, acc[i], 0);
    hs_arena_dispose(&arena);
    return hs_api_done(st, &err);
}

int hs_requantize_s32_u8(uint8_t *q, const int32_t *acc, size_t n, const char *mode,
                         double multiplier, int32_t zero_point, int32_t qmin, int32_t qmax)
{
    struct hs_requantizer r = {.zero_point = zero_point, .qmin = qmin, .qmax = qmax};
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = prepare(&r, &arena, mode, &multiplier, HS_UINT8, &err);

    for (size_t i = 0; st == HS_OK && i < n; i++)
        q[i] = (uint8_t)hs_requantize_one(&r, acc[i], 0);
    hs_arena_dispose(&arena);
    return hs_api_done(st, &err);
}

#include "quant/mx.h"

#include <math.h>
#include <string.h>

#include "num/minifloat.h"
#include "quant/groups.h"

static const struct element {
    const char *name;
    int emax;
    enum hs_minifloat format; /* of all but int8 */
} elements[] = {
    [HS_MX_E4M3FN] = {"e4m3fn", 8, HS_F8_E4M3FN}, [HS_MX_E5M2] = {"e5m2", 15, HS_F8_E5M2},
    [HS_MX_E2M3] = {"e2m3", 2, HS_F6_E2M3},       [HS_MX_E3M2] = {"e3m2", 4, HS_F6_E3M2},
    [HS_MX_E2M1] = {"e2m1", 2, HS_F4_E2M1},       [HS_MX_INT8] = {"int8", 0, HS_MINIFLOAT_COUNT},
};

const char *hs_mx_element_name(enum hs_mx_element element)
{
    return elements[element].name;
}

int hs_mx_element_find(const char *name)
{
    for (int i = 0; i < HS_MX_ELEMENT_COUNT; i++)
        if (strcmp(elements[i].name, name) == 0)
            return i;
    return -1;
}

int hs_mx_emax(enum hs_mx_element element)
{
    return elements[element].emax;
}

double hs_mx_max(enum hs_mx_element element)
{
    return element == HS_MX_INT8 ? 127 / 64.0 : hs_minifloat_max(elements[element].format);
}

static int code_bits(enum hs_mx_element element)
{
    return element == HS_MX_INT8 ? 8 : hs_minifloat_bits(elements[element].format);
}

static bool has_nan(enum hs_mx_element element)
{
    return element != HS_MX_INT8 && hs_minifloat_has_nan(elements[element].format);
}

double hs_mx_decode(enum hs_mx_element element, uint8_t code)
{
    if (element == HS_MX_INT8)
        return (code < 128 ? code : code - 256) / 64.0;
    return hs_minifloat_decode(elements[element].format, code);
}

/* v is already divided by the scale. */
static uint8_t encode(enum hs_mx_element element, double v)
{
    double code;

    if (element != HS_MX_INT8)
        return (uint8_t)hs_minifloat_encode(elements[element].format, v, true);
    code = rint(fmax(fmin(v, 2), -2) * 64);
    return (uint8_t)(int)fmax(fmin(code, 127), -127);
}

/* What a block's scale is made of. */
struct block {
    double max; /* of the finite magnitudes */
    bool nan, inf;
};

static uint8_t scale_of(const struct block *b, const struct hs_mx_config *c)
{
    int e;

    if (b->nan && !has_nan(c->element))
        return HS_E8M0_NAN;
    if (b->max <= 0)
        return hs_e8m0_of_exponent(b->inf ? 127 - hs_mx_emax(c->element) : -127);
    frexp(b->max, &e);
    return hs_e8m0_of_exponent(e - 1 - hs_mx_emax(c->element) + c->margin);
}

/* Looks at every element once: the blocks, and what is not finite. */
static enum hs_status see(struct block *blocks, struct hs_mx_count *count, const double *v,
                          const struct hs_groups *g, bool keep_nan, struct hs_error *err)
{
    struct hs_group_run run;

    for (size_t from = 0; from < g->count; from += run.len) {
        run = hs_groups_run(g, from);
        for (size_t i = from; i < from + run.len; i++) {
            struct block *b = &blocks[run.group];

            if (isnan(v[i]) && !keep_nan)
                return hs_fail(err, HS_ERANGE,
                               "element %zu is NaN; replace it, or ask for nan = \"keep\"", i);
            if (isnan(v[i])) {
                b->nan = true;
                count->nan++;
            } else if (isinf(v[i])) {
                b->inf = true;
                count->inf++;
            } else {
                b->max = fmax(b->max, fabs(v[i]));
            }
        }
    }
    return HS_OK;
}

static void fill(struct hs_mx *mx, struct hs_mx_count *count, const double *v,
                 const struct hs_groups *g)
{
    const uint8_t *scales = mx->scales.data;
    uint8_t *codes = mx->codes.data;
    double max = hs_mx_max(mx->element);
    struct hs_group_run run;

    for (size_t from = 0; from < g->count; from += run.len) {
        run = hs_groups_run(g, from);
        if (scales[run.group] == HS_E8M0_NAN)
            continue; /* the codes stay 0 */
        for (size_t i = from; i < from + run.len; i++) {
            double p = ldexp(v[i], 127 - scales[run.group]);

            codes[i] = encode(mx->element, p);
            count->saturated += isfinite(v[i]) && fabs(p) > max;
        }
    }
}

static enum hs_status check(const struct hs_tensor *x, const struct hs_mx_config *c,
                            struct hs_error *err)
{
    if (!hs_dtype_is_float(x->dtype))
        return hs_fail(err, HS_EDTYPE, "microscaling takes floats, this tensor is %s",
                       hs_dtype_name(x->dtype));
    if (c->block_size == 0)
        return hs_fail(err, HS_EINVAL, "block_size is 0; it is 1 or more, 32 in the specification");
    if (c->margin != 0 && c->margin != 1)
        return hs_fail(err, HS_EINVAL, "margin %d is neither 0 nor 1", c->margin);
    if (c->axis == -1)
        return hs_fail(err, HS_ESHAPE, "blocks need an axis to go along");
    return HS_OK;
}

enum hs_status hs_mx_quantize(struct hs_mx *out, struct hs_arena *arena, const struct hs_tensor *x,
                              const struct hs_mx_config *config, struct hs_mx_count *count,
                              struct hs_error *err)
{
    struct hs_mx mx = {.element = config->element, .block_size = config->block_size};
    struct hs_mx_count seen = {0};
    struct hs_groups g;
    struct hs_tensor v;
    struct block *blocks;
    size_t shape[HS_MAX_DIMS];
    enum hs_status st;

    if ((st = check(x, config, err)) != HS_OK ||
        (st = hs_groups_init(&g, x, config->axis, config->block_size, err)) != HS_OK ||
        (st = hs_tensor_as(&v, arena, x, HS_FLOAT64, err)) != HS_OK)
        return st;
    mx.axis = hs_axis_of(config->axis, x->ndim);
    memcpy(shape, x->shape, sizeof shape);
    shape[mx.axis] = g.blocks;
    if ((st = hs_tensor_new(&mx.codes, arena, HS_UINT8, x->ndim, x->shape, err)) != HS_OK ||
        (st = hs_tensor_new(&mx.scales, arena, HS_UINT8, x->ndim, shape, err)) != HS_OK)
        return st;
    blocks = hs_arena_alloc(arena, g.n + 1, sizeof *blocks); /* none at all is no failure */
    if (blocks == NULL)
        return hs_fail(err, HS_ENOMEM, "not enough memory for %zu blocks", g.n);
    memset(blocks, 0, (g.n + 1) * sizeof *blocks);
    if ((st = see(blocks, &seen, v.data, &g, config->keep_nan, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < g.n; i++)
        ((uint8_t *)mx.scales.data)[i] = scale_of(&blocks[i], config);
    fill(&mx, &seen, v.data, &g);
    if (count != NULL)
        *count = seen;
    *out = mx;
    return HS_OK;
}

/* The blocks of the codes, when the scales are theirs. */
static enum hs_status groups_of(struct hs_groups *g, const struct hs_mx *mx, struct hs_error *err)
{
    int axis = hs_axis_of(mx->axis, mx->codes.ndim);
    enum hs_status st;

    if (mx->codes.dtype != HS_UINT8 || mx->scales.dtype != HS_UINT8)
        return hs_fail(err, HS_EDTYPE, "codes and scales are uint8, these are %s and %s",
                       hs_dtype_name(mx->codes.dtype), hs_dtype_name(mx->scales.dtype));
    if (mx->block_size == 0 || axis == -1)
        return hs_fail(err, HS_EINVAL, "blocks need a size of 1 or more and an axis");
    if ((st = hs_groups_init(g, &mx->codes, axis, mx->block_size, err)) != HS_OK)
        return st;
    for (int i = 0; i < mx->codes.ndim; i++)
        if (mx->scales.ndim != mx->codes.ndim ||
            mx->scales.shape[i] != (i == axis ? g->blocks : mx->codes.shape[i]))
            return hs_fail(err, HS_ESHAPE,
                           "the scales do not belong to the codes: along axis %d there is one for "
                           "each %zu codes, along the others one for each",
                           axis, mx->block_size);
    return HS_OK;
}

enum hs_status hs_mx_dequantize(struct hs_tensor *out, struct hs_arena *arena,
                                const struct hs_mx *mx, enum hs_dtype dtype, struct hs_error *err)
{
    struct hs_tensor codes, scales, y;
    struct hs_group_run run;
    struct hs_groups g;
    enum hs_status st;

    if (!hs_dtype_is_float(dtype))
        return hs_fail(err, HS_EDTYPE, "the values of blocks are floats, not %s",
                       hs_dtype_name(dtype));
    if ((st = groups_of(&g, mx, err)) != HS_OK ||
        (st = hs_tensor_contiguous(&codes, arena, &mx->codes, err)) != HS_OK ||
        (st = hs_tensor_contiguous(&scales, arena, &mx->scales, err)) != HS_OK ||
        (st = hs_tensor_new(&y, arena, HS_FLOAT64, codes.ndim, codes.shape, err)) != HS_OK)
        return st;
    for (size_t from = 0; from < g.count; from += run.len) {
        run = hs_groups_run(&g, from);
        for (size_t i = from; i < from + run.len; i++) {
            uint8_t code = ((const uint8_t *)codes.data)[i];

            if (code >> code_bits(mx->element) != 0)
                return hs_fail(err, HS_ERANGE,
                               "code %d at element %zu has more than the %d bits "
                               "of %s",
                               code, i, code_bits(mx->element), hs_mx_element_name(mx->element));
            ((double *)y.data)[i] = hs_mx_decode(mx->element, code) *
                                    hs_e8m0_decode(((const uint8_t *)scales.data)[run.group]);
        }
    }
    return hs_tensor_as(out, arena, &y, dtype, err);
}

/* Layers with packed weights. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/fmt.h"
#include "kernels/conv/conv.h"

/* What both kinds of layers keep: the output's parameters and a bias with the zero point folded in.
 */
struct tail {
    struct hs_gemm_epilogue epilogue;
    float *multipliers;
    int32_t *bias;
};

struct hs_linear {
    size_t out, in;
    int32_t x_zero_point;
    int8_t *packed;
    struct tail tail;
};

struct hs_conv2d {
    struct hs_conv c;
    int8_t *packed;
    void *workspace;
    struct tail tail;
};

static void free_tail(struct tail *t)
{
    free(t->multipliers);
    free(t->bias);
}

/* Whether memory can hold as many bytes as the product of n factors, with room to round up. */
static bool holds(const size_t *factors, size_t n)
{
    size_t product = 1;

    for (size_t i = 0; i < n; i++) {
        if (factors[i] != 0 && product > PTRDIFF_MAX / 64 / factors[i])
            return false;
        product *= factors[i];
    }
    return true;
}

/* A zero point beyond the type of x would pad with another code, and its sums were not checked. */
static int check_input(int32_t z, bool x_signed)
{
    if (x_signed ? z <= INT8_MAX : z >= 0)
        return HS_OK;
    return hs_api_fail(HS_EINVAL, "x_zero_point %d is no code of %s: run codes of %s", z,
                       x_signed ? "int8" : "uint8", x_signed ? "uint8" : "int8");
}

/* |sum (x - z) w + bias| < 2^31 for every code x of either type that can have this zero point. */
static int check_sums(const int8_t *w, size_t columns, size_t depth, const int32_t *bias, int32_t z)
{
    int64_t reach = 0;

    if (z < INT8_MIN || z > UINT8_MAX)
        return hs_api_fail(HS_EINVAL, "x_zero_point %d is no code of int8 or uint8", z);
    if (z >= 0)
        reach = z > UINT8_MAX - z ? z : UINT8_MAX - z;
    if (z <= INT8_MAX && reach < (z + 128 > 127 - z ? z + 128 : 127 - z))
        reach = z + 128 > 127 - z ? z + 128 : 127 - z;
    for (size_t j = 0; j < columns; j++) {
        int64_t sum = bias != NULL ? llabs((long long)bias[j]) : 0;

        for (size_t i = 0; i < depth; i++)
            sum += reach * abs(w[j * depth + i]);
        if (sum > INT32_MAX)
            return hs_api_fail(HS_ERANGE,
                               "a sum of column %zu can reach %lld, which int32 does not hold: "
                               "fewer inputs, or a smaller bias",
                               j, (long long)sum);
    }
    return HS_OK;
}

static int make_tail(struct tail *t, size_t columns, const struct hs_output *output)
{
    size_t n = output->per_column ? columns : 1;
    char text[HS_FMT_SIZE];

    for (size_t j = 0; j < n; j++)
        if (!isfinite(output->multipliers[j]))
            return hs_api_fail(HS_EINVAL, "multiplier %zu is %s: it must be finite", j,
                               hs_fmt_double(text, (double)output->multipliers[j]));
    if (output->qmin > output->zero_point || output->zero_point > output->qmax)
        return hs_api_fail(HS_EINVAL, "zero point %d is outside the codes %d to %d",
                           output->zero_point, output->qmin, output->qmax);
    t->multipliers = hs_api_lines(n * sizeof *t->multipliers);
    t->bias = hs_api_lines(columns * sizeof *t->bias);
    if (t->multipliers == NULL || t->bias == NULL)
        return hs_api_no_memory("a layer's bias");
    memcpy(t->multipliers, output->multipliers, n * sizeof *t->multipliers);
    t->epilogue = (struct hs_gemm_epilogue){.scale = t->multipliers,
                                            .per_column = output->per_column != 0,
                                            .zero_point = output->zero_point,
                                            .lo = output->qmin,
                                            .hi = output->qmax};
    return HS_OK;
}

/* The output as codes of a type, or as sums. */
static int output_as(struct hs_gemm_epilogue *e, enum hs_gemm_out out)
{
    int32_t least = out == HS_GEMM_S8 ? INT8_MIN : 0,
            most = out == HS_GEMM_S8 ? INT8_MAX : UINT8_MAX;

    e->out = out;
    if (out != HS_GEMM_S32 && (e->lo < least || e->hi > most))
        return hs_api_fail(HS_EINVAL, "codes %d to %d do not lie in %s", e->lo, e->hi,
                           out == HS_GEMM_S8 ? "int8" : "uint8");
    return HS_OK;
}

/* ---- linear ---- */

int hs_linear_new(struct hs_linear **out, const int8_t *w, size_t out_features, size_t in_features,
                  const int32_t *bias, int32_t x_zero_point, const struct hs_output *output)
{
    const size_t weights[] = {out_features, in_features};
    struct hs_linear *l;
    int st;

    *out = NULL;
    if (out_features == 0 || !holds(weights, 2))
        return hs_api_fail(HS_ESHAPE,
                           "weights of %zu x %zu: give at least one output, and no more "
                           "than memory can hold",
                           out_features, in_features);
    st = check_sums(w, out_features, in_features, bias, x_zero_point);
    if (st != HS_OK)
        return st;
    l = calloc(1, sizeof *l);
    if (l == NULL ||
        (l->packed = hs_api_lines(hs_gemm_packed_size(out_features, in_features))) == NULL)
        st = hs_api_no_memory("a layer's weights");
    else
        st = make_tail(&l->tail, out_features, output);
    if (st != HS_OK) {
        hs_linear_free(l);
        return st;
    }
    l->out = out_features;
    l->in = in_features;
    l->x_zero_point = x_zero_point;
    hs_gemm_pack(l->packed, w, 1, in_features, out_features, in_features);
    hs_gemm_fold_zero_point(l->tail.bias, bias, l->packed, out_features, in_features, x_zero_point);
    *out = l;
    return HS_OK;
}

void hs_linear_free(struct hs_linear *l)
{
    if (l == NULL)
        return;
    free(l->packed);
    free_tail(&l->tail);
    free(l);
}

static int run_linear(const struct hs_linear *l, const void *x, bool x_signed, size_t m, void *y,
                      enum hs_gemm_out out)
{
    struct hs_gemm g = {.m = m,
                        .n = l->out,
                        .k = l->in,
                        .a = x,
                        .lda = l->in,
                        .a_signed = x_signed,
                        .b = l->packed,
                        .bias = l->tail.bias,
                        .c = y,
                        .ldc = l->out,
                        .epilogue = l->tail.epilogue};
    int st = check_input(l->x_zero_point, x_signed);

    if (st == HS_OK)
        st = output_as(&g.epilogue, out);
    if (st == HS_OK)
        hs_kernels()->gemm_x8s8(&g);
    return st;
}

int hs_linear_u8_u8(const struct hs_linear *l, const uint8_t *x, size_t m, uint8_t *y)
{
    return run_linear(l, x, false, m, y, HS_GEMM_U8);
}

int hs_linear_s8_s8(const struct hs_linear *l, const int8_t *x, size_t m, int8_t *y)
{
    return run_linear(l, x, true, m, y, HS_GEMM_S8);
}

int hs_linear_u8_s32(const struct hs_linear *l, const uint8_t *x, size_t m, int32_t *acc)
{
    return run_linear(l, x, false, m, acc, HS_GEMM_S32);
}

int hs_linear_s8_s32(const struct hs_linear *l, const int8_t *x, size_t m, int32_t *acc)
{
    return run_linear(l, x, true, m, acc, HS_GEMM_S32);
}

/* ---- convolution ---- */

/* Sizes whose products do not fit would wrap to small ones: each is bounded, then what they need.
 */
static int check_sizes(const struct hs_conv2d_shape *s)
{
    enum { MOST = 1 << 24 };
    size_t reach[2], padded[2],
        most = s->channels > s->out_channels ? s->channels : s->out_channels;

    for (int a = 0; a < 2; a++) {
        size_t size = a == 0 ? s->height : s->width;

        if (size == 0 || size > MOST || s->kernel[a] > MOST || s->stride[a] > MOST ||
            s->padding[a] > MOST || s->dilation[a] > MOST)
            return hs_api_fail(HS_ESHAPE,
                               "input, kernel, stride, padding and dilation of %s are at "
                               "most %d, and the input at least 1",
                               a == 0 ? "rows" : "columns", (int)MOST);
        padded[a] = size + 2 * s->padding[a];
        reach[a] = (s->kernel[a] - 1) * s->dilation[a] + 1;
        if (reach[a] > padded[a])
            return hs_api_fail(HS_ESHAPE,
                               "a kernel over %zu %s does not fit into %zu, padding "
                               "included",
                               reach[a], a == 0 ? "rows" : "columns", padded[a]);
    }
    const size_t weights[] = {s->out_channels, s->channels, s->kernel[0], s->kernel[1]};
    const size_t work[] = {padded[0] + reach[0], padded[1], most, s->kernel[1], s->stride[0]};

    if (!holds(weights, 4) || !holds(work, 5))
        return hs_api_fail(HS_ESHAPE,
                           "%zu channels to %zu with kernels of %zu x %zu need more than "
                           "memory can hold",
                           s->channels, s->out_channels, s->kernel[0], s->kernel[1]);
    return HS_OK;
}

static int check_shape(const struct hs_conv2d_shape *s)
{
    if (s->groups == 0 || s->channels == 0 || s->out_channels == 0 ||
        s->channels % s->groups != 0 || s->out_channels % s->groups != 0)
        return hs_api_fail(HS_EINVAL, "%zu groups do not divide %zu and %zu channels", s->groups,
                           s->channels, s->out_channels);
    for (int a = 0; a < 2; a++)
        if (s->kernel[a] == 0 || s->stride[a] == 0 || s->dilation[a] == 0)
            return hs_api_fail(HS_EINVAL,
                               "kernel, stride and dilation are at least 1, not %zu, %zu and %zu",
                               s->kernel[a], s->stride[a], s->dilation[a]);
    return check_sizes(s);
}

static struct hs_conv geometry(const struct hs_conv2d_shape *s, int32_t x_zero_point)
{
    struct hs_conv c = {.n = 1,
                        .height = s->height,
                        .width = s->width,
                        .channels = s->channels,
                        .out_channels = s->out_channels,
                        .groups = s->groups,
                        .x_zero_point = x_zero_point};

    for (int a = 0; a < 2; a++) {
        c.kernel[a] = s->kernel[a];
        c.stride[a] = s->stride[a];
        c.padding[a] = s->padding[a];
        c.dilation[a] = s->dilation[a];
    }
    return c;
}

int hs_conv2d_new(struct hs_conv2d **out, const int8_t *w, const struct hs_conv2d_shape *shape,
                  const int32_t *bias, int32_t x_zero_point, const struct hs_output *output)
{
    struct hs_conv2d *c;
    int st = check_shape(shape);

    *out = NULL;
    if (st == HS_OK)
        st = check_sums(w, shape->out_channels,
                        shape->channels / shape->groups * shape->kernel[0] * shape->kernel[1], bias,
                        x_zero_point);
    if (st != HS_OK)
        return st;
    c = calloc(1, sizeof *c);
    if (c == NULL)
        return hs_api_no_memory("a convolution");
    c->c = geometry(shape, x_zero_point);
    c->packed = hs_api_lines(hs_conv_packed_size(&c->c));
    c->workspace = hs_api_lines(hs_conv_workspace(&c->c));
    st = c->packed == NULL || c->workspace == NULL
             ? hs_api_no_memory("a convolution's weights")
             : make_tail(&c->tail, shape->out_channels, output);
    if (st != HS_OK) {
        hs_conv2d_free(c);
        return st;
    }
    hs_conv_pack(c->packed, &c->c, w);
    c->c.bias = bias;
    hs_conv_fold_zero_point(c->tail.bias, &c->c, c->packed, x_zero_point);
    c->c.bias = c->tail.bias;
    c->c.w = c->packed;
    *out = c;
    return HS_OK;
}

void hs_conv2d_free(struct hs_conv2d *c)
{
    if (c == NULL)
        return;
    free(c->packed);
    free(c->workspace);
    free_tail(&c->tail);
    free(c);
}

void hs_conv2d_output_size(const struct hs_conv2d *c, size_t *rows, size_t *columns)
{
    *rows = hs_conv_out(&c->c, 0);
    *columns = hs_conv_out(&c->c, 1);
}

static int run_conv(struct hs_conv2d *c, const void *x, bool x_signed, size_t images, void *y,
                    enum hs_gemm_out out)
{
    struct hs_conv one = c->c;
    int st;

    one.epilogue = c->tail.epilogue;
    st = check_input(c->c.x_zero_point, x_signed);
    if (st == HS_OK)
        st = output_as(&one.epilogue, out);
    if (st != HS_OK)
        return st;
    one.n = images;
    one.x = x;
    one.x_signed = x_signed;
    one.y = y;
    hs_conv_run(&one, hs_kernels(), c->workspace);
    return HS_OK;
}

int hs_conv2d_u8_u8(struct hs_conv2d *c, const uint8_t *x, size_t images, uint8_t *y)
{
    return run_conv(c, x, false, images, y, HS_GEMM_U8);
}

int hs_conv2d_s8_s8(struct hs_conv2d *c, const int8_t *x, size_t images, int8_t *y)
{
    return run_conv(c, x, true, images, y, HS_GEMM_S8);
}

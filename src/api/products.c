/* Layers with packed weights, and float products. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/fmt.h"
#include "kernels/conv/conv.h"

enum { LINE = 64 };

/* What both kinds of layers keep: the output's parameters and a bias with the zero point folded in.
 */
struct tail {
    struct hs_gemm_epilogue epilogue;
    float *multipliers;
    int32_t *bias;
};

struct hs_linear {
    size_t out, in;
    int8_t *packed;
    struct tail tail;
};

struct hs_conv2d {
    struct hs_conv c;
    int8_t *packed;
    void *workspace;
    struct tail tail;
};

/* size bytes on a line of the cache, zeros; at least one line, so that NULL is want of memory. */
static void *lines(size_t size)
{
    size_t whole = (size + LINE) / LINE * LINE;
    void *p = whole > size ? aligned_alloc(LINE, whole) : NULL;

    if (p != NULL)
        memset(p, 0, whole);
    return p;
}

static int no_memory(const char *what)
{
    return hs_api_fail(HS_ENOMEM, "out of memory for %s", what);
}

static void free_tail(struct tail *t)
{
    free(t->multipliers);
    free(t->bias);
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
    t->multipliers = lines(n * sizeof *t->multipliers);
    t->bias = lines(columns * sizeof *t->bias);
    if (t->multipliers == NULL || t->bias == NULL)
        return no_memory("a layer's bias");
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
    size_t size = hs_gemm_packed_size(out_features, in_features);
    struct hs_linear *l;
    int st = check_sums(w, out_features, in_features, bias, x_zero_point);

    *out = NULL;
    if (st != HS_OK)
        return st;
    l = calloc(1, sizeof *l);
    if (l == NULL || size == 0 || (l->packed = lines(size)) == NULL)
        st = no_memory("a layer's weights");
    else
        st = make_tail(&l->tail, out_features, output);
    if (st != HS_OK) {
        hs_linear_free(l);
        return st;
    }
    l->out = out_features;
    l->in = in_features;
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
    int st = output_as(&g.epilogue, out);

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
    return HS_OK;
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
        return no_memory("a convolution");
    c->c = geometry(shape, x_zero_point);
    c->packed = lines(hs_conv_packed_size(&c->c));
    c->workspace = lines(hs_conv_workspace(&c->c));
    st = c->packed == NULL || c->workspace == NULL
             ? no_memory("a convolution's weights")
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

/* ---- float ---- */

int hs_matmul_f32(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
                  int a_transposed, int b_transposed, int accumulate)
{
    struct hs_sgemm g = {.m = m,
                         .n = n,
                         .k = k,
                         .a = a,
                         .b = b,
                         .c = c,
                         .lda = a_transposed ? m : k,
                         .ldb = b_transposed ? k : n,
                         .ldc = n,
                         .a_transposed = a_transposed != 0,
                         .b_transposed = b_transposed != 0,
                         .accumulate = accumulate != 0};
    void *scratch = lines(hs_sgemm_scratch(m, n, k));

    if (scratch == NULL)
        return no_memory("a product");
    hs_kernels()->sgemm(&g, scratch);
    free(scratch);
    return HS_OK;
}

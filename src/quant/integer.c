#include "quant/integer.h"

#include <inttypes.h>
#include <math.h>

#include "base/fmt.h"

/* Codes less their zero point as int64 in C order, whatever their dtype. */
static enum hs_status codes(int64_t **out, struct hs_arena *arena, const struct hs_tensor *t,
                            int64_t zero_point, const char *what, struct hs_error *err)
{
    size_t count = hs_tensor_count(t), size = hs_dtype_size(t->dtype);
    bool contiguous = hs_tensor_is_contiguous(t);
    int64_t *v;

    if (!hs_dtype_is_integer(t->dtype))
        return hs_fail(err, HS_EDTYPE, "%s is %s; quantize it first, integer codes are wanted",
                       what, hs_dtype_name(t->dtype));
    if (zero_point < INT32_MIN || zero_point > INT32_MAX)
        return hs_fail(err, HS_ERANGE, "the zero point %" PRId64 " of %s does not fit 32 bits",
                       zero_point, what);
    v = hs_arena_alloc(arena, count, sizeof *v);
    if (v == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < count; i++) {
        v[i] = hs_dtype_load_int(t->dtype, contiguous ? (const char *)t->data + i * size
                                                      : hs_tensor_at(t, i));
        if (v[i] < INT32_MIN || v[i] > UINT32_MAX)
            return hs_fail(err, HS_ERANGE,
                           "element %zu of %s is %" PRId64 "; codes have at most 32 bits", i, what,
                           v[i]);
        v[i] -= zero_point;
    }
    *out = v;
    return HS_OK;
}

struct operands {
    int64_t *x, *w, *b; /* b NULL when there is none; zero points are taken off x and w */
};

static enum hs_status load(struct operands *o, struct hs_arena *arena, const struct hs_tensor *x,
                           int64_t z_x, const struct hs_tensor *w, int64_t z_w,
                           const struct hs_tensor *b, struct hs_error *err)
{
    enum hs_status st = codes(&o->x, arena, x, z_x, "x", err);

    o->b = NULL;
    if (st == HS_OK)
        st = codes(&o->w, arena, w, z_w, "w", err);
    if (st == HS_OK && b != NULL && (b->ndim != 1 || b->shape[0] != w->shape[0]))
        st = hs_fail(err, HS_ESHAPE, "the bias needs one element for each of the %zu outputs",
                     w->shape[0]);
    if (st == HS_OK && b != NULL)
        st = codes(&o->b, arena, b, 0, "the bias", err);
    return st;
}

/* A sum that cannot wrap: once it has left 63 bits it stays marked, whatever comes. */
struct sum {
    int64_t v;
    bool lost;
};

static void add_product(struct sum *s, int64_t x, int64_t w)
{
    int64_t p;

    s->lost |= __builtin_mul_overflow(x, w, &p) || __builtin_add_overflow(s->v, p, &s->v);
}

static enum hs_status store(struct hs_tensor *acc, size_t i, const struct sum *s,
                            struct hs_error *err)
{
    struct hs_str where = HS_STR_INIT;
    size_t at[HS_MAX_DIMS];
    char text[HS_FMT_SIZE];

    if (!s->lost && s->v <= INT32_MAX && s->v >= INT32_MIN) {
        ((int32_t *)acc->data)[i] = (int32_t)s->v;
        return HS_OK;
    }
    hs_shape_unravel(at, i, acc->ndim, acc->shape);
    for (int d = 0; d < acc->ndim; d++)
        hs_str_printf(&where, "%s%zu", d > 0 ? ", " : "", at[d]);
    (void)hs_fail(err, HS_ERANGE,
                  "accumulator [%s] would be %s, outside of int32 (-2147483648 to 2147483647): use "
                  "fewer terms, codes of fewer bits or a smaller bias",
                  where.buf, s->lost ? "beyond 63 bits" : hs_fmt_grouped(text, s->v));
    hs_str_dispose(&where);
    return HS_ERANGE;
}

enum hs_status hs_integer_linear(struct hs_tensor *acc, struct hs_arena *arena,
                                 const struct hs_tensor *x, int64_t z_x, const struct hs_tensor *w,
                                 int64_t z_w, const struct hs_tensor *b, struct hs_error *err)
{
    struct operands o;
    struct hs_tensor out;
    size_t k, rows, outs;
    enum hs_status st;

    if (x->ndim != 2 || w->ndim != 2 || x->shape[1] != w->shape[1])
        return hs_fail(err, HS_ESHAPE,
                       "a linear layer needs x [n, in] and w [out, in] with the same `in`");
    st = load(&o, arena, x, z_x, w, z_w, b, err);
    rows = x->shape[0];
    outs = w->shape[0];
    k = x->shape[1];
    if (st == HS_OK)
        st = hs_tensor_new(&out, arena, HS_INT32, 2, (size_t[]){rows, outs}, err);
    for (size_t i = 0; st == HS_OK && i < rows * outs; i++) {
        struct sum sum = {o.b != NULL ? o.b[i % outs] : 0, false};

        for (size_t j = 0; j < k; j++)
            add_product(&sum, o.x[i / outs * k + j], o.w[i % outs * k + j]);
        st = store(&out, i, &sum, err);
    }
    if (st == HS_OK)
        *acc = out;
    return st;
}

/* Sizes of a convolution, checked. */
struct conv {
    size_t n, c, h, w, out, kh, kw, oh, ow, per_group; /* per_group: input channels of one group */
};

static enum hs_status conv_sizes(struct conv *s, const struct hs_tensor *x,
                                 const struct hs_tensor *w, const struct hs_conv_geometry *g,
                                 struct hs_error *err)
{
    size_t reach[2], have[2], steps[2];

    if (x->ndim != 4 || w->ndim != 4)
        return hs_fail(err, HS_ESHAPE,
                       "a convolution needs x [n, c, h, w] and w [out, in/groups, kh, kw]");
    *s = (struct conv){.n = x->shape[0],
                       .c = x->shape[1],
                       .h = x->shape[2],
                       .w = x->shape[3],
                       .out = w->shape[0],
                       .per_group = w->shape[1],
                       .kh = w->shape[2],
                       .kw = w->shape[3]};
    if (g->groups == 0 || s->per_group * g->groups != s->c || s->out % g->groups != 0)
        return hs_fail(err, HS_ESHAPE,
                       "%zu groups of %zu channels do not make %zu input and %zu output channels",
                       g->groups, s->per_group, s->c, s->out);
    for (int d = 0; d < 2; d++) {
        size_t kernel = d == 0 ? s->kh : s->kw;

        if (g->stride[d] == 0 || g->dilation[d] == 0 || kernel == 0)
            return hs_fail(err, HS_EINVAL, "stride, dilation and kernel are 1 or more");
        reach[d] = (kernel - 1) * g->dilation[d] + 1;
        have[d] = x->shape[2 + d] + 2 * g->padding[d];
        if (have[d] < reach[d])
            return hs_fail(err, HS_ESHAPE,
                           "the kernel reaches over %zu positions, the padded input has %zu",
                           reach[d], have[d]);
        steps[d] = (have[d] - reach[d]) / g->stride[d] + 1;
    }
    s->oh = steps[0];
    s->ow = steps[1];
    return HS_OK;
}

/* One output: padded taps are x = z_x, that is 0 once the zero point is taken off. */
static struct sum conv_at(const struct conv *s, const struct operands *o,
                          const struct hs_conv_geometry *g, size_t n, size_t oc, size_t y, size_t x)
{
    size_t first = oc / (s->out / g->groups) * s->per_group;
    struct sum sum = {o->b != NULL ? o->b[oc] : 0, false};

    for (size_t c = 0; c < s->per_group; c++)
        for (size_t ky = 0; ky < s->kh; ky++)
            for (size_t kx = 0; kx < s->kw; kx++) {
                size_t row = y * g->stride[0] + ky * g->dilation[0],
                       column = x * g->stride[1] + kx * g->dilation[1];

                if (row < g->padding[0] || column < g->padding[1] || row - g->padding[0] >= s->h ||
                    column - g->padding[1] >= s->w)
                    continue;
                add_product(&sum,
                            o->x[((n * s->c + first + c) * s->h + row - g->padding[0]) * s->w +
                                 column - g->padding[1]],
                            o->w[((oc * s->per_group + c) * s->kh + ky) * s->kw + kx]);
            }
    return sum;
}

enum hs_status hs_integer_conv2d(struct hs_tensor *acc, struct hs_arena *arena,
                                 const struct hs_tensor *x, int64_t z_x, const struct hs_tensor *w,
                                 int64_t z_w, const struct hs_tensor *b,
                                 const struct hs_conv_geometry *geometry, struct hs_error *err)
{
    struct conv s = {0};
    struct operands o;
    struct hs_tensor out;
    enum hs_status st = conv_sizes(&s, x, w, geometry, err);

    if (st == HS_OK)
        st = load(&o, arena, x, z_x, w, z_w, b, err);
    if (st == HS_OK)
        st = hs_tensor_new(&out, arena, HS_INT32, 4, (size_t[]){s.n, s.out, s.oh, s.ow}, err);
    for (size_t i = 0; st == HS_OK && i < hs_tensor_count(&out); i++) {
        size_t at[4];
        struct sum sum;

        hs_shape_unravel(at, i, 4, out.shape);
        sum = conv_at(&s, &o, geometry, at[0], at[1], at[2], at[3]);
        st = store(&out, i, &sum, err);
    }
    if (st == HS_OK)
        *acc = out;
    return st;
}

static enum hs_status too_large(struct hs_error *err)
{
    return hs_fail(err, HS_ERANGE,
                   "a term of the zero-point algebra leaves 63 bits: use codes of fewer bits");
}

static enum hs_status four_terms(int64_t *four, const struct operands *o, size_t x0, size_t w0,
                                 size_t k, int64_t z_x, int64_t z_w, struct hs_error *err)
{
    struct sum xw = {0, false}, zx = {0, false}, zw = {0, false}, zz = {0, false};

    for (size_t j = 0; j < k; j++) {
        add_product(&xw, o->x[x0 + j], o->w[w0 + j]);
        add_product(&zw, o->x[x0 + j], -z_w);
        add_product(&zx, o->w[w0 + j], -z_x);
        add_product(&zz, z_x, z_w);
    }
    if (xw.lost || zx.lost || zw.lost || zz.lost)
        return too_large(err);
    four[0] = xw.v;
    four[1] = zw.v;
    four[2] = zx.v;
    four[3] = zz.v;
    return HS_OK;
}

static enum hs_status fold_bias(int64_t *folded, const struct operands *o, size_t row, size_t k,
                                int64_t z_x, int64_t z_w, struct hs_error *err)
{
    struct sum s = {o->b != NULL ? o->b[row] : 0, false};

    for (size_t j = 0; j < k; j++)
        add_product(&s, o->w[row * k + j] - z_w, -z_x);
    if (s.lost)
        return too_large(err);
    *folded = s.v;
    return HS_OK;
}

enum hs_status hs_zero_point_terms(struct hs_tensor *terms, struct hs_tensor *folded_bias,
                                   struct hs_arena *arena, const struct hs_tensor *x, int64_t z_x,
                                   const struct hs_tensor *w, int64_t z_w,
                                   const struct hs_tensor *b, struct hs_error *err)
{
    struct operands o;
    struct hs_tensor t, folded;
    size_t k = x->ndim == 2 ? x->shape[1] : 0, outs = w->ndim == 2 ? w->shape[0] : 0;
    enum hs_status st;

    if (x->ndim != 2 || w->ndim != 2 || w->shape[1] != k)
        return hs_fail(err, HS_ESHAPE,
                       "a linear layer needs x [n, in] and w [out, in] with the same `in`");
    st = load(&o, arena, x, 0, w, 0, b, err);
    if (st == HS_OK)
        st = hs_tensor_new(&t, arena, HS_INT64, 3, (size_t[]){x->shape[0], outs, 4}, err);
    if (st == HS_OK)
        st = hs_tensor_new(&folded, arena, HS_INT64, 1, (size_t[]){outs}, err);
    for (size_t i = 0; st == HS_OK && i < x->shape[0] * outs; i++)
        st =
            four_terms((int64_t *)t.data + i * 4, &o, i / outs * k, i % outs * k, k, z_x, z_w, err);
    for (size_t i = 0; st == HS_OK && i < outs; i++)
        st = fold_bias((int64_t *)folded.data + i, &o, i, k, z_x, z_w, err);
    if (st != HS_OK)
        return st;
    *terms = t;
    *folded_bias = folded;
    return HS_OK;
}

int hs_accumulator_bits(uint64_t k, uint64_t max_x, uint64_t max_w)
{
    uint64_t x;

    if (__builtin_mul_overflow(k, max_x, &x) || __builtin_mul_overflow(x, max_w, &x) ||
        x > INT64_MAX)
        return 65;
    return x == 0 ? 1 : 2 + 63 - __builtin_clzll(x);
}

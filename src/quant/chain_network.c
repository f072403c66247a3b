/* The network of the scale chain, declared in quant/chain.h: a float pass that calibrates, then one
 * on codes. */
#include "quant/chain.h"

#include <math.h>
#include <string.h>

#include "quant/integer.h"

static const char *const names[HS_CHAIN_OPS] = {"conv", "fc", "relu", "pool"};

const char *hs_chain_op_name(enum hs_chain_op op)
{
    return names[op];
}

int hs_chain_op_find(const char *name)
{
    for (int i = 0; i < HS_CHAIN_OPS; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* Elements of a contiguous tensor of floats or codes, whatever the type. */
static double at(const struct hs_tensor *t, size_t i)
{
    return hs_dtype_load(t->dtype, (const char *)t->data + i * hs_dtype_size(t->dtype));
}

static void put(struct hs_tensor *t, size_t i, double v)
{
    (void)hs_dtype_store(t->dtype, (char *)t->data + i * hs_dtype_size(t->dtype), v);
}

/* [n, features] of what has more axes. */
static enum hs_status flatten(struct hs_tensor *out, const struct hs_tensor *x,
                              struct hs_error *err)
{
    size_t shape[2] = {x->shape[0], x->shape[0] > 0 ? hs_tensor_count(x) / x->shape[0] : 0};

    return hs_tensor_reshape(out, x, 2, shape, err);
}

static enum hs_status check_layer(const struct hs_tensor *x, const struct hs_chain_step *s,
                                  size_t step, struct hs_error *err)
{
    bool conv = s->op == HS_CHAIN_CONV;
    size_t features = x->ndim > 0 && x->shape[0] > 0 ? hs_tensor_count(x) / x->shape[0] : 0;

    if (s->w == NULL)
        return hs_fail(err, HS_EINVAL, "step %zu (%s) has no weights", step, names[s->op]);
    if (conv && (x->ndim != 4 || s->w->ndim != 4 || s->w->shape[1] != x->shape[1] ||
                 s->w->shape[2] > x->shape[2] || s->w->shape[3] > x->shape[3] ||
                 s->w->shape[2] == 0 || s->w->shape[3] == 0))
        return hs_fail(
            err, HS_ESHAPE,
            "step %zu (conv) needs x [n, c, h, w] and w [out, c, kh, kw] with a kernel no "
            "larger than x",
            step);
    if (!conv && (x->ndim < 2 || s->w->ndim != 2 || s->w->shape[1] != features))
        return hs_fail(err, HS_ESHAPE, "step %zu (fc) needs w [out, %zu] for %zu features", step,
                       features, features);
    if (s->b != NULL && (s->b->ndim != 1 || s->b->shape[0] != s->w->shape[0]))
        return hs_fail(err, HS_ESHAPE, "the bias of step %zu needs %zu elements", step,
                       s->w->shape[0]);
    return HS_OK;
}

/* a + b and a b in the precision of the network: float64 has more than twice the bits of float32,
 * so rounding its result once more is rounding the exact one. */
static double plus(double a, double b, bool f32)
{
    return f32 ? (double)(float)(a + b) : a + b;
}

static double times(double a, double b, bool f32)
{
    return f32 ? (double)(float)(a * b) : a * b;
}

static double with_bias(double sum, const struct hs_tensor *b, size_t c, bool f32)
{
    return b != NULL ? plus(sum, at(b, c), f32) : sum;
}

static void float_fc(struct hs_tensor *y, const struct hs_tensor *x, const struct hs_tensor *w,
                     const struct hs_tensor *b)
{
    size_t outs = w->shape[0], k = w->shape[1];
    bool f32 = y->dtype == HS_FLOAT32;

    for (size_t i = 0; i < hs_tensor_count(y); i++) {
        double sum = 0;

        for (size_t j = 0; j < k; j++)
            sum = plus(sum, times(at(x, i / outs * k + j), at(w, i % outs * k + j), f32), f32);
        put(y, i, with_bias(sum, b, i % outs, f32));
    }
}

/* One output: the sum over the channels for each tap, then the taps, row by row. */
static double conv_sum(const struct hs_tensor *x, const struct hs_tensor *w, const size_t *o)
{
    size_t kh = w->shape[2], kw = w->shape[3], height = x->shape[2], width = x->shape[3];
    size_t channels = x->shape[1];
    bool f32 = x->dtype == HS_FLOAT32;
    double sum = 0;

    for (size_t i = 0; i < kh; i++)
        for (size_t j = 0; j < kw; j++) {
            double tap = 0;

            for (size_t c = 0; c < channels; c++) {
                size_t from = ((o[0] * channels + c) * height + o[2] + i) * width + o[3] + j;
                size_t weight = ((o[1] * channels + c) * kh + i) * kw + j;

                tap = plus(tap, times(at(x, from), at(w, weight), f32), f32);
            }
            sum = plus(sum, tap, f32);
        }
    return sum;
}

static enum hs_status float_layer(struct hs_tensor *y, struct hs_arena *arena,
                                  const struct hs_tensor *x, const struct hs_chain_step *s,
                                  struct hs_error *err)
{
    struct hs_tensor flat;
    enum hs_status st;

    if (s->op == HS_CHAIN_FC) {
        if ((st = flatten(&flat, x, err)) == HS_OK &&
            (st = hs_tensor_new(y, arena, x->dtype, 2, (size_t[]){x->shape[0], s->w->shape[0]},
                                err)) == HS_OK)
            float_fc(y, &flat, s->w, s->b);
        return st;
    }
    st = hs_tensor_new(y, arena, x->dtype, 4,
                       (size_t[]){x->shape[0], s->w->shape[0], x->shape[2] - s->w->shape[2] + 1,
                                  x->shape[3] - s->w->shape[3] + 1},
                       err);
    for (size_t i = 0; st == HS_OK && i < hs_tensor_count(y); i++) {
        size_t o[4];

        hs_shape_unravel(o, i, 4, y->shape);
        put(y, i, with_bias(conv_sum(x, s->w, o), s->b, o[1], x->dtype == HS_FLOAT32));
    }
    return st;
}

static enum hs_status relu(struct hs_tensor *y, struct hs_arena *arena, const struct hs_tensor *x,
                           struct hs_error *err)
{
    enum hs_status st = hs_tensor_copy(y, arena, x, err);

    for (size_t i = 0; st == HS_OK && i < hs_tensor_count(y); i++)
        if (at(y, i) < 0)
            put(y, i, 0);
    return st;
}

static enum hs_status pool(struct hs_tensor *y, struct hs_arena *arena, const struct hs_tensor *x,
                           struct hs_error *err)
{
    enum hs_status st;

    if (x->ndim != 4 || x->shape[2] < 2 || x->shape[3] < 2)
        return hs_fail(err, HS_ESHAPE, "a pool needs [n, c, h, w] of at least 2 by 2");
    st = hs_tensor_new(y, arena, x->dtype, 4,
                       (size_t[]){x->shape[0], x->shape[1], x->shape[2] / 2, x->shape[3] / 2}, err);
    for (size_t i = 0; st == HS_OK && i < hs_tensor_count(y); i++) {
        size_t o[4], first;
        double most;

        hs_shape_unravel(o, i, 4, y->shape);
        first = ((o[0] * x->shape[1] + o[1]) * x->shape[2] + 2 * o[2]) * x->shape[3] + 2 * o[3];
        most = fmax(fmax(at(x, first), at(x, first + 1)),
                    fmax(at(x, first + x->shape[3]), at(x, first + x->shape[3] + 1)));
        put(y, i, most);
    }
    return st;
}

/* acc / s_out, rounded and clamped. */
static void divide(struct hs_tensor *codes, const struct hs_tensor *acc, double s_out, bool f32)
{
    for (size_t i = 0; i < hs_tensor_count(acc); i++) {
        int32_t a = ((const int32_t *)acc->data)[i];
        double q = rint(f32 ? (double)((float)a / (float)s_out) : a / s_out);

        put(codes, i, q < -128 ? -128 : q > 127 ? 127 : q);
    }
}

static enum hs_status code_layer(struct hs_chain_layer *l, struct hs_arena *arena,
                                 const struct hs_tensor *q, enum hs_chain_op op, bool f32,
                                 struct hs_error *err)
{
    static const struct hs_conv_geometry plain = {{1, 1}, {0, 0}, {1, 1}, 1};
    const struct hs_tensor *b = l->has_bias ? &l->b_q : NULL;
    struct hs_tensor acc, flat;
    enum hs_status st;

    if (op == HS_CHAIN_CONV)
        st = hs_integer_conv2d(&acc, arena, q, 0, &l->w_q, 0, b, &plain, err);
    else if ((st = flatten(&flat, q, err)) == HS_OK)
        st = hs_integer_linear(&acc, arena, &flat, 0, &l->w_q, 0, b, err);
    if (st == HS_OK)
        st = hs_tensor_new(&l->a_q, arena, HS_INT8, acc.ndim, acc.shape, err);
    if (st == HS_OK)
        divide(&l->a_q, &acc, l->s_out, f32);
    return st;
}

/* Scales and codes of one layer; `links` holds those before it and gets its own. */
static enum hs_status calibrate(struct hs_chain_layer *l, struct hs_chain_link *links, size_t k,
                                struct hs_arena *arena, const struct hs_chain_step *s,
                                const struct hs_tensor *y, double s_in, bool f32,
                                struct hs_error *err)
{
    enum hs_status st = hs_chain_quantize(&l->w_q, &l->s_w, arena, s->w, f32, err);

    if (st == HS_OK)
        st = hs_chain_output_scale(&l->s_out, y, l->s_w, s_in, links, k, f32, err);
    if (st != HS_OK)
        return hs_error_prefix(err, "layer %zu", k), st;
    l->s_b = f32 ? (double)hs_chain_bias_scale_f32(l->s_w, s_in, links, k)
                 : hs_chain_bias_scale(l->s_w, s_in, links, k);
    links[k] = (struct hs_chain_link){l->s_w, l->s_out};
    l->has_bias = s->b != NULL;
    if (!l->has_bias)
        return HS_OK;
    return hs_chain_bias(&l->b_q, &l->bias_clamped, arena, s->b, l->s_b, f32, err);
}

struct run {
    struct hs_chain_network *net;
    struct hs_chain_link *links; // (n of net)
    struct hs_arena *arena;
    struct hs_tensor real, q; /* what the next step sees, as floats and as codes */
    bool f32;
};

/* A step's weights contiguous and in the type of the network. */
static enum hs_status typed(struct hs_chain_step *s, struct hs_tensor room[2], const struct run *r,
                            struct hs_error *err)
{
    enum hs_dtype dtype = r->f32 ? HS_FLOAT32 : HS_FLOAT64;
    enum hs_status st = hs_tensor_as(&room[0], r->arena, s->w, dtype, err);

    s->w = &room[0];
    if (st == HS_OK && s->b != NULL) {
        st = hs_tensor_as(&room[1], r->arena, s->b, dtype, err);
        s->b = &room[1];
    }
    return st;
}

static enum hs_status layer_step(struct run *r, struct hs_chain_step s, size_t step,
                                 struct hs_error *err)
{
    struct hs_chain_layer *l = &r->net->layer[r->net->n];
    struct hs_tensor room[2], y;
    enum hs_status st = check_layer(&r->real, &s, step, err);

    if (st == HS_OK)
        st = typed(&s, room, r, err);
    if (st == HS_OK)
        st = float_layer(&y, r->arena, &r->real, &s, err);
    if (st == HS_OK)
        st = calibrate(l, r->links, r->net->n, r->arena, &s, &y, r->net->s_in, r->f32, err);
    if (st == HS_OK)
        st = code_layer(l, r->arena, &r->q, s.op, r->f32, err);
    if (st != HS_OK)
        return st;
    r->net->n++;
    r->real = y;
    r->q = l->a_q;
    return HS_OK;
}

static enum hs_status plain_step(struct run *r, enum hs_chain_op op, struct hs_error *err)
{
    enum hs_status (*f)(struct hs_tensor *, struct hs_arena *, const struct hs_tensor *,
                        struct hs_error *) = op == HS_CHAIN_RELU ? relu : pool;
    struct hs_tensor real, q;
    enum hs_status st = f(&real, r->arena, &r->real, err);

    if (st == HS_OK)
        st = f(&q, r->arena, &r->q, err);
    if (st != HS_OK)
        return st;
    r->real = real;
    r->q = q;
    return HS_OK;
}

/* y_q at the scale s_in prod(s_w s_out), multiplied from the input on. */
static enum hs_status finish(struct run *r, struct hs_error *err)
{
    struct hs_chain_network *net = r->net;
    double s = net->s_in;
    enum hs_status st;

    for (size_t k = 0; k < net->n; k++) {
        const struct hs_chain_link *l = &r->links[k];

        s = r->f32 ? (double)((float)s * ((float)l->s_w * (float)l->s_out))
                   : s * (l->s_w * l->s_out);
    }
    net->real_scale = s;
    net->y_q = r->q;
    net->y_float = r->real;
    st = hs_tensor_new(&net->y_dequantized, r->arena, r->real.dtype, r->q.ndim, r->q.shape, err);
    for (size_t i = 0; st == HS_OK && i < hs_tensor_count(&r->q); i++)
        put(&net->y_dequantized, i, at(&r->q, i) * s);
    return st;
}

enum hs_status hs_chain_network(struct hs_chain_network *out, struct hs_arena *arena,
                                const struct hs_tensor *x, const struct hs_chain_step *steps,
                                size_t n, bool f32, struct hs_error *err)
{
    struct hs_chain_network net = {.s_in = 0};
    struct run r = {.net = &net, .arena = arena, .f32 = f32};
    enum hs_status st;

    net.layer = hs_arena_alloc_zero(arena, n, sizeof *net.layer);
    r.links = hs_arena_alloc(arena, n, sizeof *r.links);
    if (net.layer == NULL || r.links == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if (x->ndim < 2)
        return hs_fail(err, HS_ESHAPE, "x is [n, c, h, w] or [n, features]");
    if ((st = hs_tensor_as(&r.real, arena, x, f32 ? HS_FLOAT32 : HS_FLOAT64, err)) != HS_OK)
        return st;
    if ((st = hs_chain_quantize(&net.x_q, &net.s_in, arena, &r.real, f32, err)) != HS_OK)
        return hs_error_prefix(err, "the input"), st;
    r.q = net.x_q;
    for (size_t i = 0; st == HS_OK && i < n; i++)
        st = steps[i].op == HS_CHAIN_CONV || steps[i].op == HS_CHAIN_FC
                 ? layer_step(&r, steps[i], i, err)
                 : plain_step(&r, steps[i].op, err);
    if (st == HS_OK)
        st = finish(&r, err);
    if (st == HS_OK)
        *out = net;
    return st;
}

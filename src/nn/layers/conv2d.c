/* Convolution as products: a block of pictures is laid out as columns, one row for each weight
 * (channel, kernel row, kernel column), and multiplied with W [out, in kh kw].
 *
 * A shard of the batch is one task: its columns are made once for the gradient of W and once for
 * y. Each shard has a gradient of its own; they are added in order behind. */
#include <string.h>

#include "nn/layers/columns.h"
#include "nn/layers/parameters.h"

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    struct hs_conv_geometry *g = &l->geometry;
    size_t out[2];

    if (!l->in_pictures)
        return hs_fail(err, HS_ESHAPE, "layer %s wants pictures, but gets rows of features",
                       l->name);
    if (g->groups > 1)
        return hs_fail(err, HS_EINVAL, "layer %s has %zu groups: only one can be trained", l->name,
                       g->groups);
    g->groups = 1;
    for (int i = 0; i < 2; i++) {
        size_t size = i == 0 ? l->in.h : l->in.w, span;

        g->stride[i] = g->stride[i] == 0 ? 1 : g->stride[i];
        g->dilation[i] = g->dilation[i] == 0 ? 1 : g->dilation[i];
        span = l->kernel[i] == 0 ? 0 : (l->kernel[i] - 1) * g->dilation[i] + 1;
        if (span == 0 || span > size + 2 * g->padding[i])
            return hs_fail(err, HS_ESHAPE,
                           "layer %s: a kernel of %zu x %zu does not fit pictures of %zu x %zu",
                           l->name, l->kernel[0], l->kernel[1], l->in.h, l->in.w);
        out[i] = (size + 2 * g->padding[i] - span) / g->stride[i] + 1;
    }
    if (l->out.c == 0)
        return hs_fail(err, HS_ESHAPE, "layer %s has no channels; give it at least one", l->name);
    l->out = (struct hs_extent){l->out.c, out[0], out[1]};
    l->out_pictures = true;
    return HS_OK;
}

static enum hs_status make(struct hs_layer *l, struct hs_arena *arena, struct hs_error *err)
{
    const size_t shape_w[4] = {l->out.c, l->in.c, l->kernel[0], l->kernel[1]};

    return hs_layer_weight_and_bias(l, arena, 4, shape_w, err);
}

/* ---- sizes of the scratch ---- */

static size_t up(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t gradient_size(const struct hs_layer *l)
{
    return up(l->out.c * hs_columns_rows(l) * sizeof(float));
}

static size_t columns_size(const struct hs_layer *l, size_t n)
{
    return up(hs_columns_rows(l) * hs_columns_block(l, n) * l->out.h * l->out.w * sizeof(float));
}

static size_t product_size(const struct hs_layer *l, size_t n)
{
    size_t k = hs_columns_rows(l), p = hs_columns_block(l, n) * l->out.h * l->out.w, o = l->out.c;
    size_t y = hs_product_scratch(o, p, k), dw = hs_product_scratch(o, k, p),
           dx = hs_product_scratch(k, p, o);

    y = y > dw ? y : dw;
    return y > dx ? y : dx;
}

static size_t scratch(const struct hs_layer *l, size_t n, int threads)
{
    return HS_SHARDS * gradient_size(l) +
           (size_t)threads * (2 * columns_size(l, n) + product_size(l, n));
}

/* What one worker has for itself. */
struct desk {
    float *columns, *gradient;
    char *product;
};

static struct desk desk(const struct hs_pass *p, int worker)
{
    const struct hs_layer *l = p->layer;
    size_t columns = columns_size(l, p->n), all = 2 * columns + product_size(l, p->n);
    char *at = p->scratch + HS_SHARDS * gradient_size(l) + (size_t)worker * all;

    return (struct desk){(float *)(void *)at, (float *)(void *)(at + columns), at + 2 * columns};
}

static float *shard_gradient(const struct hs_pass *p, size_t shard)
{
    return (float *)(void *)(p->scratch + shard * gradient_size(p->layer));
}

/* ---- forward ---- */

static void forward_block(const struct hs_pass *p, const struct desk *d, size_t first, size_t count)
{
    const struct hs_layer *l = p->layer;
    size_t pixels = l->out.h * l->out.w, all = p->n * pixels;
    float *y = p->y + first * pixels;
    struct hs_sgemm g = {.m = l->out.c,
                         .n = count * pixels,
                         .k = hs_columns_rows(l),
                         .a = hs_layer_weights(l),
                         .lda = hs_columns_rows(l),
                         .b = d->columns,
                         .ldb = count * pixels,
                         .c = y,
                         .ldc = all,
                         .accumulate = l->has_bias};

    hs_columns(d->columns, p->x, l, p->n, first, count);
    for (size_t o = 0; l->has_bias && o < l->out.c; o++)
        for (size_t i = 0; i < count * pixels; i++)
            y[o * all + i] = ((const float *)l->param[1].value.data)[o];
    p->product(&g, d->product);
}

static void forward_shard(void *payload, size_t shard, int worker)
{
    const struct hs_pass *p = payload;
    struct desk d = desk(p, worker);
    size_t first = hs_shard_begin(p->n, shard), end = hs_shard_begin(p->n, shard + 1),
           block = hs_columns_block(p->layer, p->n);

    for (; first < end; first += block)
        forward_block(p, &d, first, end - first < block ? end - first : block);
}

static void forward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    hs_layer_weights_forward(p);
    hs_pool_run(p->pool, HS_SHARDS, forward_shard, &pass);
}

/* ---- backward ---- */

static void gradient_of_weights(const struct hs_pass *p, const struct desk *d, float *dw,
                                size_t first, size_t count, bool begins)
{
    const struct hs_layer *l = p->layer;
    size_t pixels = l->out.h * l->out.w, rows = hs_columns_rows(l);
    struct hs_sgemm g = {.m = l->out.c,
                         .n = rows,
                         .k = count * pixels,
                         .a = p->dy + first * pixels,
                         .lda = p->n * pixels,
                         .b = d->columns,
                         .ldb = count * pixels,
                         .b_transposed = true,
                         .c = dw,
                         .ldc = rows,
                         .accumulate = !begins};

    hs_columns(d->columns, p->x, l, p->n, first, count);
    p->product(&g, d->product);
}

static void gradient_of_input(const struct hs_pass *p, const struct desk *d, size_t first,
                              size_t count)
{
    const struct hs_layer *l = p->layer;
    size_t pixels = l->out.h * l->out.w, rows = hs_columns_rows(l);
    struct hs_sgemm g = {.m = rows,
                         .n = count * pixels,
                         .k = l->out.c,
                         .a = hs_layer_weights(l),
                         .lda = rows,
                         .a_transposed = true,
                         .b = p->dy + first * pixels,
                         .ldb = p->n * pixels,
                         .c = d->gradient,
                         .ldc = count * pixels};

    p->product(&g, d->product);
    hs_columns_add(p->dx, d->gradient, l, p->n, first, count);
}

static void backward_shard(void *payload, size_t shard, int worker)
{
    const struct hs_pass *p = payload;
    struct desk d = desk(p, worker);
    float *dw = shard_gradient(p, shard);
    size_t begin = hs_shard_begin(p->n, shard), end = hs_shard_begin(p->n, shard + 1),
           block = hs_columns_block(p->layer, p->n);

    if (begin == end)
        memset(dw, 0, gradient_size(p->layer));
    for (size_t first = begin; first < end; first += block) {
        size_t count = end - first < block ? end - first : block;

        gradient_of_weights(p, &d, dw, first, count, first == begin);
        if (p->dx != NULL)
            gradient_of_input(p, &d, first, count);
    }
}

/* Row o of the gradient, and of the bias. */
static void add_shards(void *payload, size_t o, int worker)
{
    const struct hs_pass *p = payload;
    struct hs_layer *l = p->layer;
    size_t rows = hs_columns_rows(l), n = p->n * l->out.h * l->out.w;
    float *dw = (float *)l->param[0].grad.data + o * rows;
    double db = 0;

    (void)worker;
    memcpy(dw, shard_gradient(p, 0) + o * rows, rows * sizeof *dw);
    for (size_t s = 1; s < HS_SHARDS; s++) {
        const float *restrict part = shard_gradient(p, s) + o * rows;

        for (size_t i = 0; i < rows; i++)
            dw[i] += part[i];
    }
    if (!l->has_bias)
        return;
    for (size_t i = 0; i < n; i++)
        db += (double)p->dy[o * n + i];
    ((float *)l->param[1].grad.data)[o] = (float)db;
}

static void backward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    hs_pool_run(p->pool, HS_SHARDS, backward_shard, &pass);
    hs_pool_run(p->pool, p->layer->out.c, add_shards, &pass);
    hs_layer_weights_backward(p);
}

const struct hs_layer_class hs_layer_conv2d = {.id = "conv2d",
                                               .help = "convolution over pictures",
                                               .shape = shape,
                                               .make = make,
                                               .start = hs_layer_start_uniform,
                                               .scratch = scratch,
                                               .forward = forward,
                                               .backward = backward};

/* y = x W' + b on rows of features, W [out, in] as in PyTorch. */
#include <math.h>
#include <string.h>

#include "nn/layers/parameters.h"

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    if (l->in_pictures && l->in.c > 1 && l->in.h * l->in.w > 1)
        return hs_fail(err, HS_ESHAPE,
                       "layer %s multiplies rows of features, but gets pictures of %zu channels, "
                       "%zu x %zu; put a flatten before it",
                       l->name, l->in.c, l->in.h, l->in.w);
    if (l->out.c == 0)
        return hs_fail(err, HS_ESHAPE, "layer %s has no outputs; give it at least one", l->name);
    l->out = (struct hs_extent){l->out.c, 1, 1};
    l->out_pictures = false;
    return HS_OK;
}

static enum hs_status make(struct hs_layer *l, struct hs_arena *arena, struct hs_error *err)
{
    const size_t shape_w[2] = {l->out.c, hs_extent_count(l->in)};

    return hs_layer_weight_and_bias(l, arena, 2, shape_w, err);
}

static size_t scratch(const struct hs_layer *l, size_t n, int threads)
{
    size_t in = hs_extent_count(l->in), out = l->out.c, most = hs_product_scratch(n, out, in);
    size_t dw = hs_product_scratch(out, in, n), dx = hs_product_scratch(n, in, out);

    most = most > dw ? most : dw;
    return (most > dx ? most : dx) * (size_t)threads;
}

static void forward(const struct hs_pass *p)
{
    const struct hs_layer *l = p->layer;
    size_t in = hs_extent_count(l->in), out = l->out.c;
    struct hs_sgemm g = {.m = p->n,
                         .n = out,
                         .k = in,
                         .a = p->x,
                         .lda = in,
                         .b = hs_layer_weights_forward(p),
                         .ldb = in,
                         .b_transposed = true,
                         .c = p->y,
                         .ldc = out,
                         .accumulate = l->has_bias};

    if (l->has_bias) /* the sum goes on from the bias */
        for (size_t i = 0; i < p->n; i++)
            memcpy(p->y + i * out, l->param[1].value.data, out * sizeof(float));
    hs_product(p, &g, p->scratch);
}

static void bias_gradient(const struct hs_pass *p)
{
    size_t out = p->layer->out.c;
    float *db = p->layer->param[1].grad.data;

    memset(db, 0, out * sizeof *db);
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < out; j++)
            db[j] += p->dy[i * out + j];
}

static void backward(const struct hs_pass *p)
{
    struct hs_layer *l = p->layer;
    size_t in = hs_extent_count(l->in), out = l->out.c;
    struct hs_sgemm dw = {.m = out,
                          .n = in,
                          .k = p->n,
                          .a = p->dy,
                          .lda = out,
                          .a_transposed = true,
                          .b = p->x,
                          .ldb = in,
                          .c = l->param[0].grad.data,
                          .ldc = in};
    struct hs_sgemm dx = {.m = p->n,
                          .n = in,
                          .k = out,
                          .a = p->dy,
                          .lda = out,
                          .b = hs_layer_weights(l),
                          .ldb = in,
                          .c = p->dx,
                          .ldc = in};

    if (l->has_bias)
        bias_gradient(p);
    hs_product(p, &dw, p->scratch);
    hs_layer_weights_backward(p);
    if (p->dx != NULL)
        hs_product(p, &dx, p->scratch);
}

const struct hs_layer_class hs_layer_linear = {.id = "linear",
                                               .help = "y = W x + b",
                                               .shape = shape,
                                               .make = make,
                                               .start = hs_layer_start_uniform,
                                               .scratch = scratch,
                                               .forward = forward,
                                               .backward = backward};

/* The largest of each window; no padding, a last odd row or column is left out (PyTorch's default).
 * The gradient goes to the first of equals in reading order, as PyTorch's does. */
#include "nn/layer.h"

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    struct hs_conv_geometry *g = &l->geometry;

    for (int i = 0; i < 2; i++) {
        size_t size = i == 0 ? l->in.h : l->in.w;

        if (g->stride[i] == 0)
            g->stride[i] = l->kernel[i];
        if (l->kernel[i] == 0 || l->kernel[i] > size || l->kernel[i] > 255 || !l->in_pictures)
            return hs_fail(err, HS_ESHAPE, "layer %s: a window of %zu x %zu does not fit %zu x %zu",
                           l->name, l->kernel[0], l->kernel[1], l->in.h, l->in.w);
    }
    l->out = (struct hs_extent){l->in.c, (l->in.h - l->kernel[0]) / g->stride[0] + 1,
                                (l->in.w - l->kernel[1]) / g->stride[1] + 1};
    l->out_pictures = true;
    return HS_OK;
}

/* Where in its window each maximum stood: row * columns + column. */
static size_t keep(const struct hs_layer *l, size_t n)
{
    return n * hs_extent_count(l->out) * sizeof(uint16_t);
}

static void window(const struct hs_layer *l, const float *x, float *best, uint16_t *where)
{
    size_t at = 0;

    *best = x[0];
    for (size_t i = 0; i < l->kernel[0]; i++)
        for (size_t j = 0; j < l->kernel[1]; j++)
            if (x[i * l->in.w + j] > *best || x[i * l->in.w + j] != x[i * l->in.w + j]) {
                *best = x[i * l->in.w + j];
                at = i * l->kernel[1] + j;
            }
    *where = (uint16_t)at;
}

/* The usual window, without its two loops. */
static void row_of_2x2(const float *restrict a, const float *restrict b, float *restrict y,
                       uint16_t *restrict where, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        float first = a[2 * j], second = a[2 * j + 1], third = b[2 * j], fourth = b[2 * j + 1];
        float up = second > first ? second : first, down = fourth > third ? fourth : third;
        uint16_t i = second > first, k = (uint16_t)(2 + (fourth > third));

        y[j] = down > up ? down : up;
        where[j] = down > up ? k : i;
    }
}

static void forward_plane(void *payload, size_t plane, int worker)
{
    const struct hs_pass *p = payload;
    const struct hs_layer *l = p->layer;
    size_t in = l->in.h * l->in.w, out = l->out.h * l->out.w;
    const float *x = p->x + plane * in;
    float *y = p->y + plane * out;
    uint16_t *where = (uint16_t *)p->keep + plane * out;
    bool usual = l->kernel[0] == 2 && l->kernel[1] == 2 && l->geometry.stride[1] == 2;

    (void)worker;
    for (size_t i = 0; i < l->out.h; i++, y += l->out.w, where += l->out.w) {
        const float *row = x + i * l->geometry.stride[0] * l->in.w;

        if (usual)
            row_of_2x2(row, row + l->in.w, y, where, l->out.w);
        else
            for (size_t j = 0; j < l->out.w; j++)
                window(l, row + j * l->geometry.stride[1], &y[j], &where[j]);
    }
}

static void backward_plane(void *payload, size_t plane, int worker)
{
    const struct hs_pass *p = payload;
    const struct hs_layer *l = p->layer;
    size_t in = l->in.h * l->in.w, out = l->out.h * l->out.w;
    const float *dy = p->dy + plane * out;
    const uint16_t *where = (const uint16_t *)p->keep + plane * out;
    float *dx = p->dx + plane * in;

    (void)worker;
    for (size_t i = 0; i < in; i++)
        dx[i] = 0;
    for (size_t i = 0; i < l->out.h; i++)
        for (size_t j = 0; j < l->out.w; j++) {
            size_t w = where[i * l->out.w + j];
            size_t row = i * l->geometry.stride[0] + w / l->kernel[1];

            dx[row * l->in.w + j * l->geometry.stride[1] + w % l->kernel[1]] +=
                dy[i * l->out.w + j];
        }
}

static void forward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    hs_pool_run(p->pool, p->n * p->layer->in.c, forward_plane, &pass);
}

static void backward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    if (p->dx != NULL)
        hs_pool_run(p->pool, p->n * p->layer->in.c, backward_plane, &pass);
}

const struct hs_layer_class hs_layer_maxpool = {.id = "maxpool",
                                                .help = "the largest of each window",
                                                .shape = shape,
                                                .keep = keep,
                                                .forward = forward,
                                                .backward = backward};

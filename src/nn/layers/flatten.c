/* Pictures, channel first over the batch, to one row of (c, y, x) an example. */
#include <string.h>

#include "nn/layer.h"

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    (void)err;
    l->out = (struct hs_extent){hs_extent_count(l->in), 1, 1};
    l->out_pictures = false;
    return HS_OK;
}

/* Rows of one channel of one example: (c, i) of a to (i, c) of b, or back. */
static void turn(const struct hs_pass *p, const float *from, float *to, bool back)
{
    const struct hs_layer *l = p->layer;
    size_t pixels = l->in.h * l->in.w, channels = l->in.c;

    if (!l->in_pictures) {
        memcpy(to, from, p->n * hs_extent_count(l->in) * sizeof *to);
        return;
    }
    for (size_t i = 0; i < p->n; i++)
        for (size_t c = 0; c < channels; c++) {
            size_t picture = (c * p->n + i) * pixels, row = (i * channels + c) * pixels;

            memcpy(to + (back ? picture : row), from + (back ? row : picture), pixels * sizeof *to);
        }
}

static void forward(const struct hs_pass *p)
{
    turn(p, p->x, p->y, false);
}

static void backward(const struct hs_pass *p)
{
    if (p->dx != NULL)
        turn(p, p->dy, p->dx, true);
}

const struct hs_layer_class hs_layer_flatten = {.id = "flatten",
                                                .help = "pictures as rows of features",
                                                .shape = shape,
                                                .forward = forward,
                                                .backward = backward};

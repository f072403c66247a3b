/* y = max(x, 0); NaN stays NaN, so that a broken training shows. */
#include "nn/layer.h"

enum { PIECE = 16384 }; /* elements of one task */

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    (void)err;
    l->out = l->in;
    l->out_pictures = l->in_pictures;
    return HS_OK;
}

static size_t piece(const struct hs_pass *p, size_t i, size_t *len)
{
    size_t from = i * PIECE, all = p->n * hs_extent_count(p->layer->in);

    *len = all - from < PIECE ? all - from : PIECE;
    return from;
}

static size_t pieces(const struct hs_pass *p)
{
    return (p->n * hs_extent_count(p->layer->in) + PIECE - 1) / PIECE;
}

static void forward_piece(void *payload, size_t i, int worker)
{
    const struct hs_pass *p = payload;
    size_t len, from = piece(p, i, &len);
    const float *restrict x = p->x + from;
    float *restrict y = p->y + from;

    (void)worker;
    for (size_t j = 0; j < len; j++) {
        float v = x[j];

        y[j] = v < 0 ? 0 : v;
    }
}

static void backward_piece(void *payload, size_t i, int worker)
{
    const struct hs_pass *p = payload;
    size_t len, from = piece(p, i, &len);
    const float *restrict x = p->x + from, *restrict dy = p->dy + from;
    float *restrict dx = p->dx + from;

    (void)worker;
    for (size_t j = 0; j < len; j++) {
        float d = dy[j]; /* read in any case: no branch to guess, and vectors */

        dx[j] = x[j] > 0 ? d : 0;
    }
}

static void forward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    hs_pool_run(p->pool, pieces(p), forward_piece, &pass);
}

static void backward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    if (p->dx != NULL)
        hs_pool_run(p->pool, pieces(p), backward_piece, &pass);
}

const struct hs_layer_class hs_layer_relu = {.id = "relu",
                                             .help = "y = max(x, 0)",
                                             .shape = shape,
                                             .forward = forward,
                                             .backward = backward};

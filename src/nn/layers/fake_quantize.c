/* A quantizer of activations as a layer: nn/fake.h. Without one, values pass through. */
#include <string.h>

#include "nn/fake.h"

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    (void)err;
    l->out = l->in;
    l->out_pictures = l->in_pictures;
    return HS_OK;
}

static void forward(const struct hs_pass *p)
{
    size_t count = p->n * hs_extent_count(p->layer->in);

    if (p->layer->fake != NULL)
        hs_fake_activations(p->layer->fake, p->y, p->x, count, p->training);
    else
        memcpy(p->y, p->x, count * sizeof *p->y);
}

static void backward(const struct hs_pass *p)
{
    size_t count = p->n * hs_extent_count(p->layer->in);

    if (p->layer->fake != NULL)
        hs_fake_activations_grad(p->layer->fake, p->dx, p->x, p->y, p->dy, count);
    else if (p->dx != NULL)
        memcpy(p->dx, p->dy, count * sizeof *p->dx);
}

const struct hs_layer_class hs_layer_fake_quantize = {.id = "fake_quantize",
                                                      .help = "s (clamp(R(x / s) + z) - z)",
                                                      .shape = shape,
                                                      .forward = forward,
                                                      .backward = backward};

/* Pictures cut at random and mirrored, as torchvision's RandomCrop(padding) and
 * RandomHorizontalFlip before ToTensor: what lies outside is a pixel of value 0. */
#include "nn/train_state.h"

struct cut {
    size_t down, right; /* of the padded picture, 0 … 2 crop */
    bool mirrored;
};

static struct cut draw(const struct hs_trainer *t, size_t epoch, size_t picture)
{
    /* even streams: odd ones are the orders of the epochs */
    struct hs_rng rng =
        hs_rng_seed(t->o.seed, 2 * ((uint64_t)epoch * t->images + (uint64_t)picture + 1));
    uint32_t places = 2 * (uint32_t)t->o.crop + 1;
    struct cut c = {hs_rng_below(&rng, places), hs_rng_below(&rng, places), false};

    c.mirrored = t->o.flip && hs_rng_below(&rng, 2) == 1;
    return c;
}

/* The value of a stored pixel, or of one outside. */
static float pixel(const struct hs_trainer *t, size_t channel, size_t plane, size_t y, size_t x)
{
    const struct hs_input *in = &t->model->input;
    const struct hs_tensor *images = &t->split->images;
    size_t at = plane * in->extent.h * in->extent.w, crop = t->o.crop;
    bool inside = y >= crop && y - crop < in->extent.h && x >= crop && x - crop < in->extent.w;

    at += inside ? (y - crop) * in->extent.w + x - crop : 0;
    if (images->dtype == HS_UINT8)
        return t->table.value[channel][inside ? ((const uint8_t *)images->data)[at] : 0];
    return ((inside ? ((const float *)images->data)[at] : 0) / in->divisor - in->mean[channel]) /
           in->std[channel];
}

struct job {
    struct hs_trainer *t;
    size_t epoch, n;
    const size_t *which;
};

static void fill_picture(void *payload, size_t i, int worker)
{
    const struct job *j = payload;
    struct hs_trainer *t = j->t;
    struct hs_extent e = t->model->input.extent;
    struct cut cut = draw(t, j->epoch, j->which[i]);

    (void)worker;
    for (size_t c = 0; c < e.c; c++) {
        float *out = t->run.y[0] + (c * j->n + i) * e.h * e.w;

        for (size_t y = 0; y < e.h; y++)
            for (size_t x = 0; x < e.w; x++)
                *out++ = pixel(t, c, j->which[i] * e.c + c, y + cut.down,
                               cut.right + (cut.mirrored ? e.w - 1 - x : x));
    }
}

void hs_augment_fill(struct hs_trainer *t, size_t epoch, const size_t *which, size_t n)
{
    struct job j = {t, epoch, n, which};

    hs_pool_run(t->pool, n, fill_picture, &j);
}

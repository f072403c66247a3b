#include "nn/layer.h"

#include <string.h>

#include "nn/fake.h"

static const struct hs_layer_class *const classes[] = {
#define HS_LAYER(id) &hs_layer_##id,
#include "nn/layers.def"
#undef HS_LAYER
};

enum { CLASSES = sizeof classes / sizeof *classes, BLOCK = 32 }; /* rows or columns of a share */

const struct hs_layer_class *const *hs_layer_classes(size_t *count)
{
    *count = CLASSES;
    return classes;
}

const struct hs_layer_class *hs_layer_class_find(const char *id)
{
    for (size_t i = 0; i < CLASSES; i++)
        if (strcmp(classes[i]->id, id) == 0)
            return classes[i];
    return NULL;
}

size_t hs_extent_count(struct hs_extent e)
{
    return e.c * e.h * e.w;
}

size_t hs_shard_begin(size_t n, size_t s)
{
    return n * s / HS_SHARDS;
}

/* ---- products on several threads ---- */

struct shares {
    const struct hs_pass *p;
    const struct hs_sgemm *g;
    char *scratch;
    bool by_columns;
    size_t share; /* rows or columns of one task */
};

static void multiply_share(void *payload, size_t i, int worker)
{
    const struct shares *s = payload;
    struct hs_sgemm g = *s->g;
    size_t from = i * s->share, all = s->by_columns ? g.n : g.m;
    size_t len = all - from < s->share ? all - from : s->share;
    char *scratch = s->scratch + (size_t)worker * hs_product_scratch(g.m, g.n, g.k);

    if (s->by_columns) {
        g.b += from * (g.b_transposed ? g.ldb : 1);
        g.c += from;
        g.n = len;
    } else {
        g.a += from * (g.a_transposed ? 1 : g.lda);
        g.c += from * g.ldc;
        g.m = len;
    }
    s->p->product(&g, scratch);
}

size_t hs_product_scratch(size_t m, size_t n, size_t k)
{
    size_t single = hs_sgemm_scratch(m, n, k), half = hs_bgemm_scratch(m, n, k);

    return ((single > half ? single : half) + 63) / 64 * 64; /* either may be asked */
}

void hs_product(const struct hs_pass *p, const struct hs_sgemm *g, char *scratch)
{
    size_t threads = (size_t)hs_pool_threads(p->pool);
    struct shares s = {.p = p, .g = g, .scratch = scratch, .by_columns = g->n > g->m};
    size_t all = s.by_columns ? g->n : g->m;

    /* less than this is done before another thread has woken up */
    if (threads == 1 || g->m * g->n * g->k < 500000) {
        p->product(g, scratch);
        return;
    }
    s.share = ((all + threads - 1) / threads + BLOCK - 1) / BLOCK * BLOCK;
    hs_pool_run(p->pool, (all + s.share - 1) / s.share, multiply_share, &s);
}

/* ---- weights ---- */

const float *hs_layer_weights(const struct hs_layer *l)
{
    bool quantized = l->fake != NULL && l->fake->used.data != NULL;

    return quantized ? l->fake->used.data : l->param[0].value.data;
}

const float *hs_layer_weights_forward(const struct hs_pass *p)
{
    if (p->layer->fake != NULL)
        hs_fake_weights(p->layer->fake, &p->layer->param[0].value, p->training);
    return hs_layer_weights(p->layer);
}

void hs_layer_weights_backward(const struct hs_pass *p)
{
    if (p->layer->fake != NULL)
        hs_fake_weights_grad(p->layer->fake, &p->layer->param[0].value, &p->layer->param[0].grad);
}

bool hs_layer_learns_scale(const struct hs_layer *l)
{
    return l->fake != NULL && l->fake->learned.value.data != NULL;
}

/* Buffers of a batch, and the way of a batch through the layers. */
#include <string.h>

#include "nn/model.h"

static size_t most_elements(const struct hs_model *m, size_t i)
{
    return hs_extent_count(i == 0 ? m->input.extent : m->layer[i - 1].out);
}

static void *bytes(struct hs_run *r, size_t size)
{
    return hs_arena_alloc(&r->arena, size == 0 ? 1 : size, 1);
}

static bool buffers(struct hs_run *r, bool training)
{
    const struct hs_model *m = r->model;
    size_t scratch = 0;
    bool ok = true;

    r->y = hs_arena_alloc_zero(&r->arena, m->n + 1, sizeof *r->y);
    r->dy = training ? hs_arena_alloc_zero(&r->arena, m->n + 1, sizeof *r->dy) : NULL;
    r->keep = hs_arena_alloc_zero(&r->arena, m->n, sizeof *r->keep);
    if (r->y == NULL || r->keep == NULL || (training && r->dy == NULL))
        return false;
    for (size_t i = 0; i <= m->n; i++) {
        size_t size = r->most * most_elements(m, i) * sizeof(float);

        r->y[i] = bytes(r, size);
        ok = ok && r->y[i] != NULL;
        if (training && i > 0) {
            r->dy[i] = bytes(r, size);
            ok = ok && r->dy[i] != NULL;
        }
    }
    for (size_t i = 0; i < m->n; i++) {
        const struct hs_layer *l = &m->layer[i];
        size_t want =
            l->class->scratch == NULL ? 0 : l->class->scratch(l, r->most, hs_pool_threads(r->pool));

        r->keep[i] = bytes(r, l->class->keep == NULL ? 0 : l->class->keep(l, r->most));
        ok = ok && r->keep[i] != NULL;
        scratch = want > scratch ? want : scratch;
    }
    r->scratch = bytes(r, scratch);
    return ok && r->scratch != NULL;
}

enum hs_status hs_run_begin(struct hs_run *r, struct hs_model *m, struct hs_pool *pool, size_t most,
                            bool training, struct hs_error *err)
{
    if (m->n == 0)
        return hs_fail(err, HS_EINVAL, "a model without layers cannot run");
    if (most == 0)
        return hs_fail(err, HS_EINVAL, "a batch holds at least one picture");
    *r = (struct hs_run){.model = m, .pool = pool, .product = hs_kernels()->sgemm, .most = most};
    if (buffers(r, training))
        return HS_OK;
    hs_run_dispose(r);
    return hs_fail(err, HS_ENOMEM, "out of memory for batches of %zu pictures; take smaller ones",
                   most);
}

void hs_run_dispose(struct hs_run *r)
{
    hs_arena_dispose(&r->arena);
    *r = HS_RUN_INIT;
}

static struct hs_pass pass_of(const struct hs_run *r, size_t i)
{
    return (struct hs_pass){.layer = &r->model->layer[i],
                            .pool = r->pool,
                            .kernels = hs_kernels(),
                            .product = r->product,
                            .n = r->n,
                            .x = r->y[i],
                            .y = r->y[i + 1],
                            .keep = r->keep[i],
                            .scratch = r->scratch};
}

void hs_run_forward(struct hs_run *r, size_t n, size_t from, size_t to, bool training)
{
    r->n = n;
    for (size_t i = from; i < to; i++) {
        struct hs_pass p = pass_of(r, i);

        p.training = training;
        p.layer->class->forward(&p);
    }
}

static bool learns(const struct hs_layer *l)
{
    return l->params > 0 || hs_layer_learns_scale(l);
}

/* Is there anything to learn before layer i? */
static bool asked_for(const struct hs_run *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (learns(&r->model->layer[k]))
            return true;
    return false;
}

void hs_run_backward(struct hs_run *r)
{
    for (size_t i = r->model->n; i-- > 0;) {
        struct hs_pass p = pass_of(r, i);
        bool ask = asked_for(r, i);

        if (!ask && !learns(p.layer))
            return;
        p.training = true;
        p.dy = r->dy[i + 1];
        p.dx = ask ? r->dy[i] : NULL;
        p.layer->class->backward(&p);
    }
}

const float *hs_run_output(const struct hs_run *r)
{
    return r->y[r->model->n];
}

enum hs_status hs_run_tensor(struct hs_tensor *out, struct hs_arena *arena, const struct hs_run *r,
                             int i, struct hs_error *err)
{
    const struct hs_model *m = r->model;
    const float *y = r->y[i + 1];
    struct hs_extent e = i < 0 ? m->input.extent : m->layer[i].out;
    bool pictures = i < 0 || m->layer[i].out_pictures;
    const size_t shape[4] = {r->n, e.c, e.h, e.w};
    size_t pixels = e.h * e.w;
    enum hs_status st = hs_tensor_new(out, arena, HS_FLOAT32, pictures ? 4 : 2, shape, err);

    for (size_t k = 0; st == HS_OK && k < r->n; k++)
        for (size_t c = 0; c < e.c; c++)
            memcpy((float *)out->data + (k * e.c + c) * pixels,
                   y + (pictures ? c * r->n + k : k * e.c + c) * pixels, pixels * sizeof *y);
    return st;
}

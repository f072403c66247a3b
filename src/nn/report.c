/* A quantized network layer by layer: beside the float one, and beside its integer program. */
#include <math.h>
#include <string.h>

#include "nn/evaluate.h"
#include "nn/fake_parts.h"
#include "tensor/compare.h"

/* The three runs of the same pictures. */
struct runs {
    struct hs_run folded, prepared;
    struct hs_tensor *codes; // (p->n + 1)
    const struct hs_program *p;
    struct hs_arena arena;
};

static size_t index_of(const struct hs_model *m, const char *name)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->layer[i].name, name) == 0)
            return i;
    return m->n;
}

/* The layer where what `name` computes is finished: behind its relu and its quantizer. */
static size_t end_of(const struct hs_model *m, const char *name)
{
    size_t i = index_of(m, name);

    if (i + 1 < m->n && m->layer[i + 1].class == &hs_layer_relu)
        i++;
    if (i + 1 < m->n && m->layer[i + 1].class == &hs_layer_fake_quantize)
        i++;
    return i;
}

/* A tensor of a layer's output in the shape of the program's codes. */
static enum hs_status output_of(struct hs_tensor *out, struct runs *r, const struct hs_run *run,
                                const char *name, struct hs_error *err)
{
    return hs_run_tensor(out, &r->arena, run, (int)end_of(run->model, name), err);
}

static void count_clipped(struct hs_layer_report *row, const struct hs_run *run, const char *name)
{
    size_t end = end_of(run->model, name);
    const struct hs_layer *l = &run->model->layer[end];
    struct hs_clip_count clipped = {0, 0};
    struct hs_quantize_args args;
    size_t count = run->n * hs_extent_count(l->out);
    int32_t codes[1024];

    row->count = count;
    if (l->class != &hs_layer_fake_quantize || l->fake == NULL || l->fake->qp.scale == NULL)
        return;
    args = hs_fake_args(l->fake, 0);
    for (size_t at = 0; at < count; at += 1024)
        hs_kernels()->quantize_f32_s32(codes, run->y[end] + at, /* what goes into the quantizer */
                                       count - at < 1024 ? count - at : 1024, &args, &clipped);
    row->low = clipped.low;
    row->high = clipped.high;
}

/* How far the integers are from what float32 simulates. */
static void measure_distance(struct hs_layer_report *row, const struct hs_step *s,
                             const struct hs_tensor *codes, const struct hs_tensor *simulated)
{
    size_t count = hs_tensor_count(codes), pixels = s->out.h * s->out.w;
    const int32_t *q = codes->data;
    const float *v = simulated->data;

    for (size_t i = 0; i < count; i++) {
        size_t channel = i / pixels % s->out.c;
        double step = s->sums ? s->x.scale * s->s_w[s->n_s > 1 ? channel : 0] : s->y.scale;
        double zero = s->sums ? 0 : s->y.zero_point;
        double real = step * ((double)q[i] - zero), off = fabs(real - (double)v[i]);

        row->distance = fmax(row->distance, off);
        row->distance_lsb = fmax(row->distance_lsb, off / step);
        row->differ += rint((double)v[i] / step + zero) != (double)q[i];
    }
}

static enum hs_status report_step(struct hs_layer_report *row, struct runs *r, size_t i,
                                  struct hs_error *err)
{
    const struct hs_step *s = &r->p->step[i];
    const struct hs_layer *weights = hs_model_find(r->prepared.model, s->name);
    struct hs_tensor simulated, exact;
    struct hs_compare c;
    enum hs_status st;

    if (weights == NULL || hs_model_find(r->folded.model, s->name) == NULL)
        return hs_fail(err, HS_EINVAL, "step %s of the program is no layer of the model", s->name);
    *row = (struct hs_layer_report){.name = s->name};
    if ((st = output_of(&simulated, r, &r->prepared, s->name, err)) != HS_OK ||
        (st = output_of(&exact, r, &r->folded, s->name, err)) != HS_OK ||
        (st = hs_tensor_compare(&c, &simulated, &exact, err)) != HS_OK)
        return st;
    row->sqnr_db = c.sqnr_db;
    if (weights->fake != NULL) {
        if ((st = hs_tensor_compare(&c, &weights->fake->used, &weights->param[0].value, err)) !=
            HS_OK)
            return st;
        row->weight_sqnr_db = c.sqnr_db;
    }
    if (hs_tensor_count(&simulated) != hs_tensor_count(&r->codes[i + 1]))
        return hs_fail(err, HS_ESHAPE, "step %s has another size than the layer", s->name);
    count_clipped(row, &r->prepared, s->name);
    measure_distance(row, s, &r->codes[i + 1], &simulated);
    return HS_OK;
}

static enum hs_status run_all(struct runs *r, struct hs_model *folded, struct hs_model *prepared,
                              const struct hs_tensor *images, struct hs_pool *pool,
                              struct hs_error *err)
{
    size_t n = images->shape[0];
    struct hs_run *both[2] = {&r->folded, &r->prepared};
    struct hs_model *models[2] = {folded, prepared};
    enum hs_status st = HS_OK;

    for (int i = 0; st == HS_OK && i < 2; i++) {
        st = hs_run_begin(both[i], models[i], pool, n, false, err);
        if (st != HS_OK)
            return st;
        hs_input_fill(both[i]->y[0], &models[i]->input, images, NULL, n);
        hs_run_forward(both[i], n, 0, models[i]->n, false);
    }
    r->codes = hs_arena_alloc_zero(&r->arena, r->p->n + 1, sizeof *r->codes);
    if (r->codes == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a report");
    return hs_program_trace(r->codes, &r->arena, r->p, images, NULL, n, HS_PROGRAM_KERNELS, err);
}

enum hs_status hs_report_layers(struct hs_layer_report **out, size_t *count, struct hs_arena *arena,
                                struct hs_model *folded, struct hs_model *prepared,
                                const struct hs_program *p, const struct hs_dataset_split *split,
                                size_t n, struct hs_pool *pool, struct hs_error *err)
{
    struct runs r = {.p = p};
    struct hs_layer_report *rows = hs_arena_alloc_zero(arena, p->n, sizeof *rows);
    size_t images = split->images.shape[0], found = 0;
    struct hs_tensor some;
    enum hs_status st;

    if (rows == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a report");
    n = n == 0 || n > images ? images : n;
    st = hs_tensor_slice(&some, &split->images, 0, 0, n, err);
    if (st == HS_OK)
        st = run_all(&r, folded, prepared, &some, pool, err);
    for (size_t i = 0; st == HS_OK && i < p->n; i++)
        if (p->step[i].kind != HS_STEP_MAXPOOL)
            st = report_step(&rows[found++], &r, i, err);
    hs_run_dispose(&r.folded);
    hs_run_dispose(&r.prepared);
    hs_arena_dispose(&r.arena);
    if (st != HS_OK)
        return st;
    *out = rows;
    *count = found;
    return HS_OK;
}

/* ---- sensitivity ---- */

/* Quantizers of layer i (its weights and what stands at its end), on or off. */
static void switch_layer(struct hs_model *m, size_t i, bool off)
{
    size_t end = end_of(m, m->layer[i].name);

    m->layer[i].fake->off = off;
    if (m->layer[end].fake != NULL)
        m->layer[end].fake->off = off;
}

static void switch_all(struct hs_model *m, bool off)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->layer[i].fake != NULL)
            m->layer[i].fake->off = off;
}

struct sweep {
    struct hs_model *m;
    struct hs_dataset_split some;
    struct hs_pool *pool;
    hs_nn_progress_fn *progress;
    void *payload;
    size_t done, total;
};

static enum hs_status measure(double *share, struct sweep *s, struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_evaluation e;
    enum hs_status st = hs_evaluate_model(&e, &arena, s->m, &s->some, s->pool, NULL, NULL, err);

    if (st == HS_OK)
        *share = (double)e.correct / (double)e.images;
    hs_arena_dispose(&arena);
    if (st == HS_OK && s->progress != NULL && !s->progress(s->payload, ++s->done, s->total))
        st = hs_fail(err, HS_EINTERRUPTED, "interrupted after %zu of %zu evaluations", s->done,
                     s->total);
    return st;
}

static bool is_row(const struct hs_layer *l)
{
    return l->fake != NULL && l->fake->weights;
}

enum hs_status hs_sensitivity_sweep(struct hs_sensitivity **out, size_t *count,
                                    struct hs_arena *arena, struct hs_model *prepared,
                                    const struct hs_dataset_split *split, size_t n,
                                    struct hs_pool *pool, hs_nn_progress_fn *progress,
                                    void *payload, struct hs_error *err)
{
    struct sweep s = {
        .m = prepared, .some = *split, .pool = pool, .progress = progress, .payload = payload};
    struct hs_sensitivity *rows = hs_arena_alloc_zero(arena, prepared->n, sizeof *rows);
    size_t images = split->images.shape[0], found = 0;
    enum hs_status st;

    if (rows == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a sweep");
    n = n == 0 || n > images ? images : n;
    if ((st = hs_tensor_slice(&s.some.images, &split->images, 0, 0, n, err)) != HS_OK ||
        (st = hs_tensor_slice(&s.some.labels, &split->labels, 0, 0, n, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < prepared->n; i++)
        s.total += 2 * (size_t)is_row(&prepared->layer[i]);
    for (size_t i = 0; st == HS_OK && i < prepared->n; i++) {
        if (!is_row(&prepared->layer[i]))
            continue;
        rows[found].name = prepared->layer[i].name;
        switch_all(prepared, true);
        switch_layer(prepared, i, false);
        st = measure(&rows[found].only, &s, err);
        switch_all(prepared, false);
        switch_layer(prepared, i, true);
        if (st == HS_OK)
            st = measure(&rows[found].without, &s, err);
        switch_all(prepared, false);
        found++;
    }
    if (st != HS_OK)
        return st;
    *out = rows;
    *count = found;
    return HS_OK;
}

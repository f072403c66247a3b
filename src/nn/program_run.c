/* Batches through an integer program: a block of examples goes through all steps while its codes
 * are in the cache; threads share out the blocks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/program_parts.h"

/* Measured on the MLP: blocks of 256 rows run a third faster than of 64, as each product of a few
 * hundred rows sets up its tiles once. */
enum { LINE = 64, BLOCK_BYTES = 512 * 1024, BLOCK_MOST = 256 };

/* What one worker has. */
struct desk {
    unsigned char *codes[2], *scratch;
};

struct hs_program_buffers {
    const struct hs_program *p;
    struct hs_pool *pool;
    size_t block; /* examples that go together */
    struct hs_arena arena;
    struct desk desk[HS_POOL_MOST];
};

static size_t most_bytes(const struct hs_program *p)
{
    size_t most = hs_program_bytes(p, -1);

    for (size_t i = 0; i < p->n; i++)
        if (hs_program_bytes(p, (ptrdiff_t)i) > most)
            most = hs_program_bytes(p, (ptrdiff_t)i);
    return most;
}

static bool make_desk(struct hs_program_buffers *b, struct desk *d)
{
    size_t size = b->block * most_bytes(b->p) + LINE, scratch = size;

    for (size_t i = 0; i < b->p->n; i++)
        if (hs_step_scratch(b->p, i, b->block) > scratch)
            scratch = hs_step_scratch(b->p, i, b->block);
    d->codes[0] = hs_arena_alloc(&b->arena, size, 1);
    d->codes[1] = hs_arena_alloc(&b->arena, size, 1);
    d->scratch = hs_arena_alloc(&b->arena, scratch, 1);
    return d->codes[0] != NULL && d->codes[1] != NULL && d->scratch != NULL;
}

enum hs_status hs_program_buffers_new(struct hs_program_buffers **out, const struct hs_program *p,
                                      size_t batch, struct hs_pool *pool, struct hs_error *err)
{
    struct hs_program_buffers *b = calloc(1, sizeof *b);
    size_t fit = BLOCK_BYTES / most_bytes(p);
    bool ok = b != NULL;

    if (p->packed == NULL) {
        free(b);
        return hs_fail(err, HS_EINVAL, "the program is not packed");
    }
    if (ok) {
        b->p = p;
        b->pool = pool;
        b->block = fit < 1 ? 1 : fit > BLOCK_MOST ? BLOCK_MOST : fit;
        if (batch > 0 && batch < b->block)
            b->block = batch;
    }
    for (int i = 0; ok && i < hs_pool_threads(pool); i++)
        ok = make_desk(b, &b->desk[i]);
    if (!ok) {
        hs_program_buffers_free(b);
        return hs_fail(err, HS_ENOMEM, "out of memory for the codes of a batch");
    }
    *out = b;
    return HS_OK;
}

void hs_program_buffers_free(struct hs_program_buffers *b)
{
    if (b == NULL)
        return;
    hs_arena_dispose(&b->arena);
    free(b);
}

/* n examples whose codes stand in d->codes[0]. */
static void run_block(const struct hs_program_buffers *b, struct desk *d, float *logits, size_t n)
{
    const struct hs_program *p = b->p;
    const struct hs_step *last = &p->step[p->n - 1];
    const unsigned char *y;

    for (size_t i = 0; i < p->n; i++) {
        bool to_logits = last->sums && i + 1 == p->n;

        hs_step_run(p, i, to_logits ? (void *)logits : d->codes[(i + 1) % 2], d->codes[i % 2], n,
                    d->scratch, true);
    }
    if (last->sums)
        return;
    y = d->codes[p->n % 2];
    for (size_t i = 0; i < n * p->classes; i++) {
        int32_t q = last->y.is_signed ? ((const int8_t *)y)[i] : y[i];

        logits[i] = (float)last->y.scale * (float)(q - last->y.zero_point);
    }
}

struct job {
    struct hs_program_buffers *b;
    float *logits;
    const float *x;                 /* values, or */
    const struct hs_tensor *images; /* pictures */
    const size_t *which;
    size_t n;
};

static void do_block(void *payload, size_t i, int worker)
{
    const struct job *j = payload;
    struct hs_program_buffers *b = j->b;
    struct desk *d = &b->desk[worker];
    size_t from = i * b->block, n = j->n - from < b->block ? j->n - from : b->block;
    size_t one = hs_extent_count(b->p->input.extent);

    if (j->images == NULL) {
        hs_program_codes_of_values(b->p, d->codes[0], j->x + from * one, n, d->codes[1]);
    } else if (j->which != NULL) {
        hs_program_codes_of_images(b->p, d->codes[0], j->images, j->which + from, n);
    } else {
        struct hs_tensor rest = *j->images;

        rest.data = (char *)rest.data + from * one * hs_dtype_size(rest.dtype);
        hs_program_codes_of_images(b->p, d->codes[0], &rest, NULL, n);
    }
    run_block(b, d, j->logits + from * b->p->classes, n);
}

void hs_program_values(struct hs_program_buffers *b, float *logits, const float *x, size_t n)
{
    struct job j = {.b = b, .logits = logits, .x = x, .n = n};

    hs_pool_run(b->pool, (n + b->block - 1) / b->block, do_block, &j);
}

enum hs_status hs_program_run(float *logits, const struct hs_program *p,
                              const struct hs_tensor *images, const size_t *which, size_t n,
                              size_t batch, struct hs_pool *pool, struct hs_error *err)
{
    struct hs_program_buffers *b;
    struct job j = {.logits = logits, .images = images, .which = which, .n = n};
    enum hs_status st = hs_input_check(&p->input, images, err);

    if (st == HS_OK)
        st = hs_program_buffers_new(&b, p, batch, pool, err);
    if (st != HS_OK)
        return st;
    j.b = b;
    hs_pool_run(pool, (n + b->block - 1) / b->block, do_block, &j);
    hs_program_buffers_free(b);
    return HS_OK;
}

/* Our own model and program files: what is read must be fit to run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "nn/file.h"

enum { MOST_WORK = 1 << 20 };

static void broken(const char *promise)
{
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static void run_model(struct hs_model *m)
{
    struct hs_run run = HS_RUN_INIT;
    size_t work = 0;

    for (size_t i = 0; i < m->n; i++)
        work += hs_extent_count(m->layer[i].out) *
                (1 + m->layer[i].in.c * (m->layer[i].kernel[0] + 1) * (m->layer[i].kernel[1] + 1));
    if (work + hs_extent_count(m->input.extent) > MOST_WORK)
        return;
    if (hs_run_begin(&run, m, NULL, 2, false, NULL) != HS_OK)
        return;
    for (size_t i = 0; i < 2 * hs_extent_count(m->input.extent); i++)
        run.y[0][i] = (float)(i % 7) - 3;
    hs_run_forward(&run, 2, 0, m->n, false);
    hs_run_dispose(&run);
}

static void run_program(const struct hs_program *p)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_extent e = p->input.extent;
    size_t work = hs_extent_count(e);
    struct hs_tensor images;
    float *logits = hs_arena_alloc(&arena, 2 * p->classes, sizeof *logits);

    for (size_t i = 0; i < p->n; i++)
        work += hs_extent_count(p->step[i].out) *
                (1 + p->step[i].in.c * (p->step[i].kernel[0] + 1) * (p->step[i].kernel[1] + 1));
    if (work <= MOST_WORK && logits != NULL &&
        hs_tensor_new(&images, &arena, HS_UINT8, 4, (size_t[]){2, e.c, e.h, e.w}, NULL) == HS_OK &&
        hs_program_run(logits, p, &images, NULL, 2, 2, NULL, NULL) != HS_OK)
        broken("a program that was read runs");
    hs_arena_dispose(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_network n = HS_NETWORK_INIT;
    struct hs_error err = HS_ERROR_INIT;
    unsigned char *copy = malloc(size + 1); /* exactly as long: an overrun is seen */
    enum hs_status st;

    limits.file_bytes = (size_t)1 << 20;
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    st = hs_network_read(&n, (struct hs_bytes){copy, size}, "x.safetensors", &limits, &err);
    free(copy);
    if (st != HS_OK && (err.code == HS_OK || strlen(err.text) < 8))
        broken("a failure has a sentence");
    if (st == HS_OK && n.is_program)
        run_program(&n.program);
    else if (st == HS_OK)
        run_model(&n.model);
    hs_network_dispose(&n);
    return 0;
}

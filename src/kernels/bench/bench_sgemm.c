#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/bench/measure.h"
#include "kernels/bench/peak.h"

enum {
    FLOATS = 1 << 20,      /* of each matrix, the largest there is */
    SCALAR_MACS = 2000000, /* the reference gets so many rows of C: its rate depends on nothing */
    PEAK_STEPS = 20000
};

/* Products of the labs' networks in training, forward and backward, and a large one. */
static const struct shape {
    const char *op, *name;
    size_t m, n, k;
    bool a_transposed, b_transposed, bfloat16;
} shapes[] = {
    {"sgemm", "100x784x128", 100, 128, 784, false, true, false},
    {"sgemm", "256x784x128", 256, 128, 784, false, true, false},
    {"sgemm", "256x128x128", 256, 128, 128, false, true, false},
    {"sgemm", "256x128x10", 256, 10, 128, false, true, false},
    {"sgemm_weight_grad", "784x100x128", 128, 784, 100, true, false, false},
    {"sgemm_weight_grad", "784x256x128", 128, 784, 256, true, false, false},
    {"sgemm_input_grad", "256x128x784", 256, 784, 128, false, false, false},
    {"sgemm", "1024^3", 1024, 1024, 1024, false, true, false},
    {"sgemm_columns", "192x576x256", 192, 256, 576, false, false, false}, /* a 3x3 convolution */
    {"sgemm", "333x517x79", 333, 79, 517, false, true, false},
    {"bgemm_columns", "192x576x256", 192, 256, 576, false, false, true},
    {"bgemm_columns", "384x1728x512", 384, 512, 1728, false, false, true},
    {"bgemm_weight_grad", "384x512x1728", 384, 1728, 512, false, true, true},
    {"bgemm_columns_grad", "1728x384x512", 1728, 512, 384, true, false, true},
};

struct work {
    struct hs_sgemm g;
    hs_sgemm_fn *run;
    bool bfloat16;
    void *scratch;
};

static void run_product(void *payload)
{
    struct work *w = payload;

    w->run(&w->g, w->scratch);
}

static double gmacs(const struct hs_sgemm *g)
{
    return (double)g->m * (double)g->n * (double)g->k / 1e9;
}

static void run_peak(void *payload)
{
    hs_peak_fn **peak = payload;

    (*peak)(PEAK_STEPS);
}

static void measure(struct work *w, struct hs_bench_row *row)
{
    struct hs_kernels scalar;
    struct work slow = *w;
    double ours[HS_BENCH_ROUNDS];
    hs_peak_fn *peak = (w->bfloat16 ? hs_peak_bf16 : hs_peak_f32)(hs_isa_ceiling());
    double peak_gmacs = peak(1) * PEAK_STEPS / 1e9;

    hs_kernels_choose(&scalar, HS_ISA_scalar);
    slow.run = w->bfloat16 ? scalar.bgemm : scalar.sgemm;
    while (slow.g.m > 1 && gmacs(&slow.g) * 1e9 > SCALAR_MACS)
        slow.g.m /= 2;
    for (int i = 0; i < HS_BENCH_ROUNDS; i++) {
        ours[i] = gmacs(&w->g) * hs_bench_slice(run_product, w);
        if (i < HS_BENCH_SCALAR_ROUNDS)
            row->scalar = fmax(row->scalar, gmacs(&slow.g) * hs_bench_slice(run_product, &slow));
        row->limit = fmax(row->limit, peak_gmacs * hs_bench_slice(run_peak, &peak));
    }
    hs_bench_summary(row, ours);
}

static void bench_shapes(struct hs_bench_list *list, struct work *w)
{
    for (size_t i = 0; i < HS_COUNTOF(shapes); i++) {
        const struct shape *s = &shapes[i];
        struct hs_bench_row row = {.op = s->op, .size = s->name, .unit = "GMAC/s"};

        if (!hs_bench_wants(list, s->op))
            continue;
        w->g.m = s->m;
        w->g.n = s->n;
        w->g.k = s->k;
        w->g.a_transposed = s->a_transposed;
        w->g.b_transposed = s->b_transposed;
        w->g.lda = s->a_transposed ? s->m : s->k;
        w->g.ldb = s->b_transposed ? s->k : s->n;
        w->g.ldc = s->n;
        w->bfloat16 = s->bfloat16;
        w->run = s->bfloat16 ? hs_kernels()->bgemm : hs_kernels()->sgemm;
        row.variant = hs_kernel_variant(s->bfloat16 ? "bgemm" : "sgemm");
        measure(w, &row);
        hs_bench_add(list, &row);
    }
}

/* What any of the shapes needs. */
static size_t most_scratch(void)
{
    size_t most = 0;

    for (size_t i = 0; i < HS_COUNTOF(shapes); i++) {
        const struct shape *s = &shapes[i];
        size_t bytes = (s->bfloat16 ? hs_bgemm_scratch : hs_sgemm_scratch)(s->m, s->n, s->k);

        most = bytes > most ? bytes : most;
    }
    return most;
}

enum hs_status hs_bench_sgemm(struct hs_bench_list *list, struct hs_error *err)
{
    size_t scratch = most_scratch(), floats = (size_t)FLOATS;
    float *all = aligned_alloc(64, 3 * floats * sizeof(float) + (scratch + 63) / 64 * 64);
    struct hs_rng rng = hs_rng_seed(2, 1);
    struct work w;

    if (all == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for matrices of 4 MiB");
    for (size_t i = 0; i < 3 * floats; i++)
        all[i] = (float)hs_rng_uniform(&rng) - 0.5f;
    w.g.a = all;
    w.g.b = all + floats;
    w.g.c = all + 2 * floats;
    w.g.accumulate = false;
    w.scratch = all + 3 * floats;
    bench_shapes(list, &w);
    free(all);
    return HS_OK;
}

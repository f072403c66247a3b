#include "kernels/bench/bench.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/bench/limits.h"
#include "kernels/bench/measure.h"

enum { MOST = 64 << 20, CHANNEL = 1024, CHANNELS = 64, BINS = 2048 };

/* Buffers of MOST bytes each and what the kernels are called with. */
struct work {
    float *x, *dy, *y, *dx;
    int8_t *q;
    size_t n;
    struct hs_quantize_args args, channels[CHANNELS];
    hs_limit_fn *limit;
};

typedef void run_fn(const struct hs_kernels *k, struct work *w);

static void quantize(const struct hs_kernels *k, struct work *w)
{
    struct hs_clip_count c = {0, 0};

    k->quantize_f32_s8(w->q, w->x, w->n, &w->args, &c);
}

/* One element in 90 clips, as after a percentile observer: nothing to skip over. */
static void quantize_clipping(const struct hs_kernels *k, struct work *w)
{
    struct hs_quantize_args a = w->args;
    struct hs_clip_count c = {0, 0};

    a.scale = 2.54 / 127;
    k->quantize_f32_s8(w->q, w->x, w->n, &a, &c);
}

static void quantize_u8(const struct hs_kernels *k, struct work *w)
{
    struct hs_quantize_args a = w->args;
    struct hs_clip_count c = {0, 0};

    a.zero_point = 128;
    a.qmin = a.nan_code = 0;
    a.qmax = 255;
    k->quantize_f32_u8((uint8_t *)w->q, w->x, w->n, &a, &c);
}

static void quantize_reciprocal(const struct hs_kernels *k, struct work *w)
{
    struct hs_quantize_args a = w->args;
    struct hs_clip_count c = {0, 0};

    a.reciprocal = true;
    k->quantize_f32_s8(w->q, w->x, w->n, &a, &c);
}

/* Rows of CHANNEL elements, each with a scale of its own. */
static void quantize_channel(const struct hs_kernels *k, struct work *w)
{
    struct hs_clip_count c = {0, 0};

    k->quantize_rows_f32_s8(w->q, w->x, w->n / CHANNEL, CHANNEL, w->channels, CHANNELS, &c);
}

static void dequantize(const struct hs_kernels *k, struct work *w)
{
    k->dequantize_s8_f32(w->y, w->q, w->n, (float)w->args.scale, w->args.zero_point);
}

static void dequantize_u8(const struct hs_kernels *k, struct work *w)
{
    k->dequantize_u8_f32(w->y, (const uint8_t *)w->q, w->n, (float)w->args.scale, 128);
}

static void fake(const struct hs_kernels *k, struct work *w)
{
    k->fake_quantize_f32(w->y, w->x, w->n, &w->args);
}

static void grad(const struct hs_kernels *k, struct work *w)
{
    k->fake_quantize_grad_f32(w->dx, w->x, w->dy, w->n, &w->args);
}

static void fake_and_grad(const struct hs_kernels *k, struct work *w)
{
    k->fake_quantize_with_grad_f32(w->y, w->dx, w->x, w->dy, w->n, &w->args);
}

static void minmax(const struct hs_kernels *k, struct work *w)
{
    float lo = INFINITY, hi = -INFINITY;

    k->minmax_f32(&lo, &hi, w->x, w->n);
}

static void absmax(const struct hs_kernels *k, struct work *w)
{
    float most = 0;

    k->absmax_f32(&most, w->x, w->n);
}

static void histogram(const struct hs_kernels *k, struct work *w)
{
    uint64_t counts[BINS] = {0};

    k->histogram_f32(counts, BINS, -6, 6, w->x, w->n);
}

/* kernel: its line in kernels.def. */
static const struct bench_op {
    const char *name, *kernel;
    run_fn *run;
    enum hs_traffic traffic;
} ops[] = {
    {"minmax_f32", "minmax_f32", minmax, HS_TRAFFIC_READ4},
    {"absmax_f32", "absmax_f32", absmax, HS_TRAFFIC_READ4},
    {"histogram_f32", "histogram_f32", histogram, HS_TRAFFIC_READ4},
    {"quantize_f32_s8", "quantize_f32_s8", quantize, HS_TRAFFIC_READ4_WRITE1},
    {"quantize_clipping_f32_s8", "quantize_f32_s8", quantize_clipping, HS_TRAFFIC_READ4_WRITE1},
    {"quantize_f32_u8", "quantize_f32_u8", quantize_u8, HS_TRAFFIC_READ4_WRITE1},
    {"quantize_reciprocal_f32_s8", "quantize_f32_s8", quantize_reciprocal, HS_TRAFFIC_READ4_WRITE1},
    {"quantize_channel_f32_s8", "quantize_rows_f32_s8", quantize_channel, HS_TRAFFIC_READ4_WRITE1},
    {"dequantize_s8_f32", "dequantize_s8_f32", dequantize, HS_TRAFFIC_READ1_WRITE4},
    {"dequantize_u8_f32", "dequantize_u8_f32", dequantize_u8, HS_TRAFFIC_READ1_WRITE4},
    {"fake_quantize_f32", "fake_quantize_f32", fake, HS_TRAFFIC_READ4_WRITE4},
    {"fake_quantize_grad_f32", "fake_quantize_grad_f32", grad, HS_TRAFFIC_READ8_WRITE4},
    {"fake_quantize_with_grad_f32", "fake_quantize_with_grad_f32", fake_and_grad,
     HS_TRAFFIC_READ8_WRITE8},
};

static const struct {
    const char *name;
    size_t bytes;
} sizes[] = {{"64KiB", 64 << 10}, {"4MiB", 4 << 20}, {"64MiB", MOST}};

static void run_limit(const struct hs_kernels *k, struct work *w)
{
    (void)k;
    w->limit(w->y, w->dx, w->x, w->dy, w->n);
}

/* One call, as hs_bench_slice() takes it. */
struct call {
    run_fn *run;
    const struct hs_kernels *k;
    struct work *w;
};

static void run_call(void *payload)
{
    const struct call *c = payload;

    c->run(c->k, c->w);
}

static double slice(run_fn *run, const struct hs_kernels *k, struct work *w)
{
    return hs_bench_slice(run_call, &(struct call){run, k, w});
}

/* Ours takes turns with each loop of this traffic, so that both have as many chances on a machine
 * that others use, too. Runs per second of the best slice of either. */
static void take_turns(const struct bench_op *op, struct work *w, double *ours, double *limit)
{
    *ours = *limit = 0;
    for (int way = 0; way < HS_LIMIT_WAYS; way++) {
        if ((w->limit = hs_limit(op->traffic, hs_isa_ceiling(), way)) == NULL)
            continue;
        *ours = fmax(*ours, slice(op->run, hs_kernels(), w));
        *limit = fmax(*limit, slice(run_limit, NULL, w));
    }
}

static void measure(const struct bench_op *op, struct work *w, struct hs_bench_row *row)
{
    struct hs_kernels scalar;
    double ours[HS_BENCH_ROUNDS], bytes = (double)(hs_traffic_bytes(op->traffic) * w->n) / 1e9;

    hs_kernels_choose(&scalar, HS_ISA_scalar);
    row->scalar = row->limit = 0;
    for (int i = 0; i < HS_BENCH_ROUNDS; i++) {
        double limit;

        take_turns(op, w, &ours[i], &limit);
        ours[i] *= bytes;
        row->limit = fmax(row->limit, bytes * limit);
        if (i < HS_BENCH_SCALAR_ROUNDS)
            row->scalar = fmax(row->scalar, bytes * slice(op->run, &scalar, w));
    }
    hs_bench_summary(row, ours);
}

static enum hs_status pin(int core, struct hs_error *err)
{
    cpu_set_t set;

    if (core < 0)
        return HS_OK;
    CPU_ZERO(&set);
    if (core < CPU_SETSIZE)
        CPU_SET((unsigned)core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        return hs_fail(err, HS_EINVAL, "core %d cannot be used here; try 0", core);
    return HS_OK;
}

/* Ordinary data: about one element in 16,000 is beyond four standard deviations and clips. */
static bool fill(struct work *w)
{
    struct hs_rng rng = hs_rng_seed(1, 1);
    size_t n = MOST / sizeof(float);

    w->x = aligned_alloc(64, MOST);
    w->dy = aligned_alloc(64, MOST);
    w->y = aligned_alloc(64, MOST);
    w->dx = aligned_alloc(64, MOST);
    w->q = aligned_alloc(64, MOST / 4);
    if (w->x == NULL || w->dy == NULL || w->y == NULL || w->dx == NULL || w->q == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        w->x[i] = i < 1 << 16 ? (float)hs_rng_normal(&rng) : w->x[i & 0xffff];
        w->dy[i] = w->x[n - 1 - i < i ? n - 1 - i : i];
        w->q[i] = (int8_t)(i * 37);
    }
    memset(w->y, 0, MOST);
    memset(w->dx, 0, MOST);
    w->args = (struct hs_quantize_args){.scale = 4.0 / 127,
                                        .qmin = -128,
                                        .qmax = 127,
                                        .rounding = HS_ROUND_HALF_EVEN};
    for (size_t i = 0; i < CHANNELS; i++) {
        w->channels[i] = w->args;
        w->channels[i].scale *= 1 + (double)i / 256;
    }
    return true;
}

static void release(struct work *w)
{
    free(w->x);
    free(w->dy);
    free(w->y);
    free(w->dx);
    free(w->q);
}

/* The streaming kernels, against the traffic that memory allows. */
static enum hs_status bench_stream(struct hs_bench_list *list, struct hs_error *err)
{
    struct work w = {0};
    bool any = false, ok;

    for (size_t i = 0; i < HS_COUNTOF(ops); i++)
        any |= hs_bench_wants(list, ops[i].name);
    ok = !any || fill(&w);
    for (size_t i = 0; ok && i < HS_COUNTOF(ops); i++) {
        if (!hs_bench_wants(list, ops[i].name))
            continue;
        for (size_t j = 0; j < HS_COUNTOF(sizes); j++) {
            struct hs_bench_row row = {.op = ops[i].name, .size = sizes[j].name, .unit = "GB/s"};

            w.n = sizes[j].bytes / sizeof(float);
            row.variant = hs_kernel_variant(ops[i].kernel);
            measure(&ops[i], &w, &row);
            hs_bench_add(list, &row);
        }
    }
    release(&w);
    return ok ? HS_OK
              : hs_fail(err, HS_ENOMEM, "out of memory for buffers of %d MiB", 5 * (MOST >> 20));
}

enum hs_status hs_bench_run(const char *only, int core,
                            void (*visit)(void *payload, const struct hs_bench_row *row),
                            void *payload, struct hs_error *err)
{
    static enum hs_status (*const families[])(struct hs_bench_list *,
                                              struct hs_error *) = {bench_stream, hs_bench_gemm,
                                                                    hs_bench_sgemm};
    struct hs_bench_list list = {.only = only, .visit = visit, .payload = payload};
    enum hs_status st = pin(core, err);

    for (size_t i = 0; st == HS_OK && i < HS_COUNTOF(families); i++)
        st = families[i](&list, err);
    if (st == HS_OK && list.rows == 0)
        st =
            hs_fail(err, HS_EINVAL, "no kernel's name contains '%s'; halfstep bench has all", only);
    return st;
}

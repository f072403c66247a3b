#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "kernels/bench/measure.h"
#include "kernels/bench/peak.h"
#include "kernels/conv/conv.h"

enum { SCALAR_MACS = 2000000, PEAK_STEPS = 5000 };

/* u8 activations times s8 weights, requantized to u8 for each channel: the MLP of the labs, a large
 * product, odd sizes beside an even neighbour, and the 3x3 convolutions of a VGG8 on CIFAR-10. */
static const struct shape {
    const char *op, *name;
    size_t m, n, k;                     /* of a product */
    size_t batch, channels, out, width; /* of a convolution; channels 0: a product */
} shapes[] = {
    {"gemm_x8s8", "1x784x128", 1, 128, 784, 0, 0, 0, 0},
    {"gemm_x8s8", "1x128x128", 1, 128, 128, 0, 0, 0, 0},
    {"gemm_x8s8", "1x128x10", 1, 10, 128, 0, 0, 0, 0},
    {"gemm_x8s8", "64x784x128", 64, 128, 784, 0, 0, 0, 0},
    {"gemm_x8s8", "256x784x128", 256, 128, 784, 0, 0, 0, 0},
    {"gemm_x8s8", "256x128x128", 256, 128, 128, 0, 0, 0, 0},
    {"gemm_x8s8", "256x128x10", 256, 10, 128, 0, 0, 0, 0},
    {"gemm_x8s8", "10000x784x128", 10000, 128, 784, 0, 0, 0, 0},
    {"gemm_x8s8", "1024^3", 1024, 1024, 1024, 0, 0, 0, 0},
    {"gemm_x8s8", "256x512x192", 256, 192, 512, 0, 0, 0, 0},
    {"gemm_x8s8", "253x509x193", 253, 193, 509, 0, 0, 0, 0},
    {"conv_x8s8", "1x64>192@16", 0, 0, 0, 1, 64, 192, 16},
    {"conv_x8s8", "16x64>192@16", 0, 0, 0, 16, 64, 192, 16},
    {"conv_x8s8", "16x192>384@8", 0, 0, 0, 16, 192, 384, 8},
    {"conv_x8s8", "16x256>256@8", 0, 0, 0, 16, 256, 256, 8},
    {"conv_x8s8", "16x3>64@32", 0, 0, 0, 16, 3, 64, 32},
};

struct work {
    struct hs_gemm g;
    struct hs_conv c;
    bool is_conv;
    const struct hs_kernels *k;
    void *workspace;
};

static void run(void *payload)
{
    const struct work *w = payload;

    if (w->is_conv)
        hs_conv_run(&w->c, w->k, w->workspace);
    else
        w->k->gemm_x8s8(&w->g);
}

static double gmacs(const struct work *w)
{
    const struct hs_conv *c = &w->c;

    if (w->is_conv)
        return (double)(c->n * c->height * c->width) * 9 * (double)(c->channels * c->out_channels) /
               1e9;
    return (double)w->g.m * (double)w->g.n * (double)w->g.k / 1e9;
}

struct peak {
    hs_peak_fn *run;
};

static void run_peak(void *payload)
{
    const struct peak *p = payload;

    p->run(PEAK_STEPS);
}

static void measure(struct work *w, struct hs_bench_row *row)
{
    struct hs_kernels scalar;
    struct work slow = *w;
    struct peak peak = {hs_peak_s8((enum hs_isa)hs_isa_find(row->variant))};
    double ours[HS_BENCH_ROUNDS], peak_gmacs = peak.run(1) * PEAK_STEPS / 1e9;

    hs_kernels_choose(&scalar, HS_ISA_scalar);
    slow.k = &scalar;
    slow.c.n = 1; /* fewer rows: the rate of the reference depends on nothing */
    while (slow.g.m > 1 && gmacs(&slow) * 1e9 > SCALAR_MACS)
        slow.g.m /= 2;
    for (int i = 0; i < HS_BENCH_ROUNDS; i++) {
        ours[i] = gmacs(w) * hs_bench_slice(run, w);
        if (i == 0)
            row->scalar = gmacs(&slow) * hs_bench_slice(run, &slow);
        row->limit = fmax(row->limit, peak_gmacs * hs_bench_slice(run_peak, &peak));
    }
    hs_bench_summary(row, ours);
}

/* What one row needs. */
struct buffers {
    uint8_t *x, *y;
    int8_t *raw, *packed;
    int32_t *bias;
    float *scale;
    void *workspace;
};

static void *aligned(size_t bytes)
{
    return aligned_alloc(64, (bytes + 64 + 63) / 64 * 64);
}

static bool fill(struct buffers *b, size_t x, size_t n, size_t k, size_t y, size_t packed,
                 size_t workspace)
{
    struct hs_rng rng = hs_rng_seed(3, 1);

    *b = (struct buffers){aligned(x),
                          aligned(y),
                          aligned(n * k),
                          aligned(packed),
                          aligned(n * sizeof(int32_t)),
                          aligned(n * sizeof(float)),
                          aligned(workspace)};
    if (b->x == NULL || b->y == NULL || b->raw == NULL || b->packed == NULL || b->bias == NULL ||
        b->scale == NULL || b->workspace == NULL)
        return false;
    for (size_t i = 0; i < x; i++)
        b->x[i] = (uint8_t)(hs_rng_u32(&rng) % 128);
    for (size_t i = 0; i < n * k; i++)
        b->raw[i] = (int8_t)(hs_rng_u32(&rng) % 255 - 127);
    for (size_t j = 0; j < n; j++) {
        b->bias[j] = (int32_t)(hs_rng_u32(&rng) % 4000) - 2000;
        b->scale[j] = (float)((1 + hs_rng_uniform(&rng)) * 0.012 / sqrt((double)k));
    }
    return true;
}

static void release(struct buffers *b)
{
    free(b->x);
    free(b->y);
    free(b->raw);
    free(b->packed);
    free(b->bias);
    free(b->scale);
    free(b->workspace);
}

static struct hs_gemm_epilogue epilogue(const struct buffers *b)
{
    return (struct hs_gemm_epilogue){.out = HS_GEMM_U8,
                                     .scale = b->scale,
                                     .per_column = true,
                                     .hi = 255};
}

static bool set_up_conv(struct work *w, struct buffers *b, const struct shape *s)
{
    size_t pixels = s->batch * s->width * s->width;

    w->c = (struct hs_conv){.n = s->batch,
                            .height = s->width,
                            .width = s->width,
                            .channels = s->channels,
                            .out_channels = s->out,
                            .kernel = {3, 3},
                            .stride = {1, 1},
                            .padding = {1, 1},
                            .dilation = {1, 1},
                            .groups = 1};
    if (!fill(b, pixels * s->channels, s->out, 9 * s->channels, pixels * s->out,
              hs_conv_packed_size(&w->c), hs_conv_workspace(&w->c)))
        return false;
    hs_conv_pack(b->packed, &w->c, b->raw);
    w->c.x = b->x;
    w->c.w = b->packed;
    w->c.bias = b->bias;
    w->c.y = b->y;
    w->c.epilogue = epilogue(b);
    w->workspace = b->workspace;
    return true;
}

static bool set_up_product(struct work *w, struct buffers *b, const struct shape *s)
{
    if (!fill(b, s->m * s->k, s->n, s->k, s->m * s->n, hs_gemm_packed_size(s->n, s->k), 0))
        return false;
    hs_gemm_pack(b->packed, b->raw, 1, s->k, s->n, s->k);
    w->g = (struct hs_gemm){.m = s->m,
                            .n = s->n,
                            .k = s->k,
                            .a = b->x,
                            .lda = s->k,
                            .b = b->packed,
                            .bias = b->bias,
                            .c = b->y,
                            .ldc = s->n,
                            .epilogue = epilogue(b)};
    return true;
}

/* One row; its names are borrowed. */
static enum hs_status add_row(struct hs_bench_list *list, const struct shape *s,
                              struct hs_error *err)
{
    struct hs_bench_row row = {.op = s->op, .size = s->name, .unit = "GMAC/s"};
    struct work w = {.k = hs_kernels(), .is_conv = s->channels != 0};
    struct buffers b;
    enum hs_status st = HS_OK;

    row.variant = hs_kernel_variant("gemm_x8s8");
    if ((w.is_conv ? set_up_conv : set_up_product)(&w, &b, s)) {
        measure(&w, &row);
        hs_bench_add(list, &row);
    } else {
        st = hs_fail(err, HS_ENOMEM, "out of memory for the matrices of %s", row.size);
    }
    release(&b);
    return st;
}

static enum hs_status add_product(struct hs_bench_list *list, size_t m, size_t k, size_t n,
                                  struct hs_error *err)
{
    char name[64];
    const struct shape s = {.op = "gemm_x8s8_random", .name = name, .m = m, .n = n, .k = k};

    snprintf(name, sizeof name, "%zux%zux%zu", m, k, n);
    return add_row(list, &s, err);
}

static size_t any_odd(struct hs_rng *rng)
{
    return (17 + hs_rng_below(rng, 684)) | 1;
}

static size_t up(size_t v, size_t to)
{
    return (v + to - 1) / to * to;
}

/* Three shapes that nobody has tuned for, others in each run, each before its neighbour of whole
 * tiles. */
static enum hs_status add_random(struct hs_bench_list *list, struct hs_error *err)
{
    struct hs_rng rng = hs_rng_seed(hs_clock_monotonic_ns(), 1);
    enum hs_status st = HS_OK;

    for (int i = 0; st == HS_OK && i < 3; i++) {
        size_t m = any_odd(&rng), k = any_odd(&rng), n = any_odd(&rng);

        st = add_product(list, m, k, n, err);
        if (st == HS_OK)
            st = add_product(list, up(m, 32), up(k, 64), up(n, 32), err);
    }
    return st;
}

enum hs_status hs_bench_gemm(struct hs_bench_list *list, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < HS_COUNTOF(shapes); i++)
        if (hs_bench_wants(list, shapes[i].op))
            st = add_row(list, &shapes[i], err);
    if (st == HS_OK && hs_bench_wants(list, "gemm_x8s8_random"))
        st = add_random(list, err);
    return st;
}

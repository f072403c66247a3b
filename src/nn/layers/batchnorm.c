/* BatchNorm over the channels of pictures, PyTorch's BatchNorm2d: in training by mean and variance
 * of the batch (divisor N), which move the running ones (variance with divisor N - 1) by
 * `momentum`; else by the running ones. A channel is one row of memory and one task. */
#include <math.h>

#include "nn/layers/parameters.h"

enum { LANES = 16, CHUNK = 1024 };

static enum hs_status shape(struct hs_layer *l, struct hs_error *err)
{
    if (!l->in_pictures)
        return hs_fail(err, HS_ESHAPE, "layer %s wants pictures, but gets rows of features",
                       l->name);
    if (l->eps <= 0)
        l->eps = 1e-5;
    if (l->momentum <= 0)
        l->momentum = 0.1;
    l->out = l->in;
    l->out_pictures = true;
    return HS_OK;
}

static enum hs_status make(struct hs_layer *l, struct hs_arena *arena, struct hs_error *err)
{
    const size_t c[1] = {l->in.c};
    enum hs_status st = hs_layer_param(l, arena, "weight", false, 1, c, err);

    if (st == HS_OK)
        st = hs_layer_param(l, arena, "bias", false, 1, c, err);
    if (st == HS_OK)
        st = hs_tensor_new(&l->running_mean, arena, HS_FLOAT32, 1, c, err);
    if (st == HS_OK)
        st = hs_tensor_new(&l->running_var, arena, HS_FLOAT32, 1, c, err);
    for (size_t i = 0; st == HS_OK && i < c[0]; i++) {
        ((float *)l->param[0].value.data)[i] = 1;
        ((float *)l->running_var.data)[i] = 1;
    }
    return st;
}

/* Mean and 1/sqrt(var + eps) of each channel. */
static size_t keep(const struct hs_layer *l, size_t n)
{
    (void)n;
    return 2 * l->in.c * sizeof(float);
}

/* sum (x - a)(y - b) in a fixed order: float lanes within a chunk, double over the chunks. */
static double sum_products(const float *x, float a, const float *y, float b, size_t n)
{
    double sum = 0;

    for (size_t at = 0; at < n; at += CHUNK) {
        size_t end = n - at < CHUNK ? n : at + CHUNK, i = at;
        float lane[LANES] = {0};

        for (; i + LANES <= end; i += LANES)
            for (size_t j = 0; j < LANES; j++)
                lane[j] += (x[i + j] - a) * (y[i + j] - b);
        for (size_t j = 0; i + j < end; j++)
            lane[j] += (x[i + j] - a) * (y[i + j] - b);
        for (size_t j = 0; j < LANES; j++)
            sum += (double)lane[j];
    }
    return sum;
}

static double sum_of(const float *x, size_t n)
{
    double sum = 0;

    for (size_t at = 0; at < n; at += CHUNK) {
        size_t end = n - at < CHUNK ? n : at + CHUNK, i = at;
        float lane[LANES] = {0};

        for (; i + LANES <= end; i += LANES)
            for (size_t j = 0; j < LANES; j++)
                lane[j] += x[i + j];
        for (size_t j = 0; i + j < end; j++)
            lane[j] += x[i + j];
        for (size_t j = 0; j < LANES; j++)
            sum += (double)lane[j];
    }
    return sum;
}

static void batch_statistics(const struct hs_pass *p, size_t c, const float *x, size_t n)
{
    struct hs_layer *l = p->layer;
    float *mean = p->keep, *rstd = mean + l->in.c, *running;
    double var;

    mean[c] = (float)(sum_of(x, n) / (double)n);
    var = sum_products(x, mean[c], x, mean[c], n);
    rstd[c] = (float)(1 / sqrt(var / (double)n + l->eps));
    running = (float *)l->running_mean.data + c;
    *running += (float)(l->momentum * ((double)mean[c] - (double)*running));
    running = (float *)l->running_var.data + c;
    *running += (float)(l->momentum * (var / (double)(n > 1 ? n - 1 : 1) - (double)*running));
}

static void forward_channel(void *payload, size_t c, int worker)
{
    const struct hs_pass *p = payload;
    const struct hs_layer *l = p->layer;
    size_t n = p->n * l->in.h * l->in.w;
    const float *restrict x = p->x + c * n;
    float *restrict y = p->y + c * n;
    float *mean = p->keep, *rstd = mean + l->in.c, factor, m;
    const float *gamma = l->param[0].value.data, *beta = l->param[1].value.data;

    (void)worker;
    if (p->training) {
        batch_statistics(p, c, x, n);
    } else {
        mean[c] = ((const float *)l->running_mean.data)[c];
        rstd[c] = (float)(1 / sqrt((double)((const float *)l->running_var.data)[c] + l->eps));
    }
    m = mean[c];
    factor = gamma[c] * rstd[c];
    for (size_t i = 0; i < n; i++)
        y[i] = (x[i] - m) * factor + beta[c];
}

static void forward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    hs_pool_run(p->pool, p->layer->in.c, forward_channel, &pass);
}

/* With xhat = (x - mean) rstd:   dx = gamma rstd (dy - mean(dy) - xhat mean(dy xhat)). */
static void backward_channel(void *payload, size_t c, int worker)
{
    const struct hs_pass *p = payload;
    const struct hs_layer *l = p->layer;
    size_t n = p->n * l->in.h * l->in.w;
    const float *restrict x = p->x + c * n, *restrict dy = p->dy + c * n;
    const float *mean = p->keep, *rstd = mean + l->in.c;
    double sum = sum_of(dy, n), dot = sum_products(x, mean[c], dy, 0, n) * (double)rstd[c];
    float *restrict dx = p->dx == NULL ? NULL : p->dx + c * n;
    float scale = ((const float *)l->param[0].value.data)[c] * rstd[c], m = mean[c];
    float shift = (float)(sum / (double)n), slope = (float)(dot / (double)n) * rstd[c];

    (void)worker;
    ((float *)l->param[0].grad.data)[c] = (float)dot;
    ((float *)l->param[1].grad.data)[c] = (float)sum;
    for (size_t i = 0; dx != NULL && i < n; i++)
        dx[i] = scale * (dy[i] - shift - (x[i] - m) * slope);
}

static void backward(const struct hs_pass *p)
{
    struct hs_pass pass = *p;

    hs_pool_run(p->pool, p->layer->in.c, backward_channel, &pass);
}

const struct hs_layer_class hs_layer_batchnorm = {.id = "batchnorm",
                                                  .help = "each channel to mean beta, deviation "
                                                          "gamma",
                                                  .shape = shape,
                                                  .make = make,
                                                  .keep = keep,
                                                  .forward = forward,
                                                  .backward = backward};

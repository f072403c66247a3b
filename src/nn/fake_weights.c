/* Quantizers of weights. */
#include <math.h>
#include <string.h>

#include "nn/fake_parts.h"
#include "quant/learnable.h"

double hs_fake_scale_sum(const float *dy, const float *y, const float *dx, const float *x, size_t n)
{
    enum { LANES = 16 };
    double sum = 0;

    for (size_t at = 0; at < n; at += 1024) {
        size_t end = n - at < 1024 ? n : at + 1024, i = at;
        float lane[LANES] = {0};

        for (; i + LANES <= end; i += LANES)
            for (size_t j = 0; j < LANES; j++)
                lane[j] += dy[i + j] * y[i + j] - dx[i + j] * x[i + j];
        for (size_t j = 0; i + j < end; j++)
            lane[j] += dy[i + j] * y[i + j] - dx[i + j] * x[i + j];
        for (size_t j = 0; j < LANES; j++)
            sum += (double)lane[j];
    }
    return sum;
}

static size_t row_length(const struct hs_fake *f, const struct hs_tensor *w)
{
    return hs_tensor_count(w) / f->n;
}

/* The range of the weights as they are; false when it is not finite. */
static bool look(struct hs_fake *f, const struct hs_tensor *w)
{
    size_t len = row_length(f, w);
    const float *v = w->data;

    for (size_t i = 0; i < f->n; i++) {
        float min = INFINITY, max = -INFINITY;

        if (hs_kernels()->minmax_f32(&min, &max, v + i * len, len) != 0)
            return false;
        f->min[i] = (double)min;
        f->max[i] = (double)max;
    }
    f->seen++;
    return hs_fake_refresh(f);
}

/* Codes rise with the values: when the ends of every range have codes inside, all have. */
static bool ends_are_inside(const struct hs_fake *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct hs_quantize_args args = hs_fake_args(f, i);
        const float ends[2] = {(float)f->min[i], (float)f->max[i]};
        struct hs_clip_count clipped = {0, 0};
        int32_t codes[2];

        hs_kernels()->quantize_f32_s32(codes, ends, 2, &args, &clipped);
        if (clipped.low + clipped.high > 0)
            return false;
    }
    return true;
}

/* Observers that need more than the ends are asked once, at calibration. */
static bool looks_each_time(const struct hs_fake *f)
{
    return f->observing && (strcmp(f->spec.observer, "minmax") == 0 ||
                            strcmp(f->spec.observer, "moving_average") == 0);
}

static void set_fixed(struct hs_fake *f, double scale, int64_t most)
{
    int64_t zero = 0;
    struct hs_qparams qp = {.scale = &scale,
                            .zero_point = &zero,
                            .n = 1,
                            .axis = -1,
                            .qmin = -most,
                            .qmax = most,
                            .dtype = most > INT8_MAX ? HS_INT16 : HS_INT8,
                            .options = f->spec.config.options};

    hs_fake_take(f, &qp);
}

/* used = M (2 R((2^k - 1)(tanh w / 2M + 1/2)) / (2^k - 1) - 1) */
static void dorefa(struct hs_fake *f, const struct hs_tensor *w)
{
    size_t n = hs_tensor_count(w);
    const float *v = w->data;
    float *used = f->used.data;
    double top = 0, steps = (double)((1 << hs_fake_bits(f)) - 1);

    for (size_t i = 0; i < n; i++) {
        used[i] = tanhf(v[i]);
        top = fmax(top, fabs((double)used[i]));
    }
    if (!(top > 0))
        return;
    set_fixed(f, top / steps, (int64_t)steps);
    for (size_t i = 0; i < n; i++)
        used[i] =
            (float)(f->scale[0] * (2 * rint(steps * ((double)used[i] / (2 * top) + 0.5)) - steps));
}

/* used = R((2^(k-1) - 1) clip(w, -1, 1)) / (2^(k-1) - 1): the map of a scale 1/(2^(k-1) - 1). */
static void wrpn(struct hs_fake *f)
{
    int64_t most = (INT64_C(1) << (hs_fake_bits(f) - 1)) - 1;

    set_fixed(f, 1 / (double)most, most);
}

static void map_rows(struct hs_fake *f, const struct hs_tensor *w)
{
    size_t len = row_length(f, w);

    for (size_t i = 0; i < f->n; i++) {
        struct hs_quantize_args args = hs_fake_args(f, i);

        hs_kernels()->fake_quantize_f32((float *)f->used.data + i * len,
                                        (const float *)w->data + i * len, len, &args);
    }
}

void hs_fake_weights(struct hs_fake *f, const struct hs_tensor *w, bool training)
{
    (void)training;
    f->inside = false;
    if (!f->off && f->spec.method == HS_QAT_DOREFA) {
        dorefa(f, w);
        return;
    }
    if (!f->off && f->spec.method == HS_QAT_WRPN)
        wrpn(f);
    else if (looks_each_time(f) && (f->learned.value.data == NULL || f->qp.scale == NULL))
        f->inside = look(f, w) && f->learned.value.data == NULL && ends_are_inside(f);
    hs_fake_use_learned(f);
    if (f->off || f->qp.scale == NULL)
        memcpy(f->used.data, w->data, hs_tensor_count(w) * sizeof(float));
    else
        map_rows(f, w);
}

static void grad_row(struct hs_fake *f, const float *w, float *g, size_t i, size_t len)
{
    struct hs_quantize_args args = hs_fake_args(f, i);
    float part[1024], *learned = f->learned.grad.data;
    const float *used = (const float *)f->used.data + i * len;
    double sum = 0;

    if (learned == NULL) {
        hs_kernels()->fake_quantize_grad_f32(g, w, g, len, &args);
        return;
    }
    for (size_t at = 0; at < len; at += 1024) {
        size_t n = len - at < 1024 ? len - at : 1024;

        hs_kernels()->fake_quantize_grad_f32(part, w + at, g + at, n, &args);
        sum += hs_fake_scale_sum(g + at, used + at, part, w + at, n);
        memcpy(g + at, part, n * sizeof *g);
    }
    learned[i] =
        (float)(sum / args.scale * hs_learnable_grad_factor(len, f->qp.qmax > 0 ? f->qp.qmax : 1));
}

void hs_fake_weights_grad(struct hs_fake *f, const struct hs_tensor *w,
                          const struct hs_tensor *grad)
{
    size_t len = row_length(f, w);
    float *g = grad->data;
    const float *v = w->data;

    if (f->off || f->qp.scale == NULL || f->inside)
        return;
    if (f->spec.method == HS_QAT_DOREFA) {
        for (size_t i = 0; i < hs_tensor_count(w); i++) {
            float t = tanhf(v[i]);

            g[i] *= 1 - t * t; /* M taken as a constant cancels */
        }
        return;
    }
    if (f->spec.method == HS_QAT_WRPN) {
        for (size_t i = 0; i < hs_tensor_count(w); i++)
            g[i] = fabsf(v[i]) <= 1 ? g[i] : 0;
        return;
    }
    for (size_t i = 0; i < f->n; i++)
        grad_row(f, v + i * len, g + i * len, i, len);
}

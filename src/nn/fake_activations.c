/* Quantizers of activations: one scale. */
#include <math.h>
#include <string.h>

#include "nn/fake_parts.h"
#include "quant/learnable.h"

/* The running range: the first batch sets it, then it moves by averaging_constant (PyTorch's
 * MovingAverageMinMaxObserver, in float32). */
static void look(struct hs_fake *f, const float *x, size_t count)
{
    float min = INFINITY, max = -INFINITY, c = (float)f->spec.config.averaging_constant;

    if (count == 0 || hs_kernels()->minmax_f32(&min, &max, x, count) != 0)
        return;
    if (f->seen > 0 && strcmp(f->spec.observer, "minmax") == 0) {
        min = min < (float)f->min[0] ? min : (float)f->min[0];
        max = max > (float)f->max[0] ? max : (float)f->max[0];
    } else if (f->seen > 0) {
        min = (float)f->min[0] + c * (min - (float)f->min[0]);
        max = (float)f->max[0] + c * (max - (float)f->max[0]);
    }
    f->min[0] = (double)min;
    f->max[0] = (double)max;
    f->seen++;
    hs_fake_refresh(f);
}

/* [0, top] in 2^k - 1 steps, zero point 0. */
static void set_unsigned(struct hs_fake *f, double top)
{
    int64_t steps = (INT64_C(1) << hs_fake_bits(f)) - 1, zero = 0;
    double scale = hs_fake_scale_for(f, top / (double)steps);
    struct hs_qparams qp = {.scale = &scale,
                            .zero_point = &zero,
                            .n = 1,
                            .axis = -1,
                            .qmin = 0,
                            .qmax = steps,
                            .dtype = HS_UINT8,
                            .options = f->spec.config.options};

    hs_fake_take(f, &qp);
}

void hs_fake_fix_activations(struct hs_fake *f)
{
    const float *alpha = f->learned.value.data;

    set_unsigned(f, alpha != NULL && isfinite(*alpha) && *alpha > 0 ? (double)*alpha : 1);
}

/* PACT's alpha begins at the largest value of the first batch, if nobody has set it. */
static void start_alpha(struct hs_fake *f, const float *x, size_t count)
{
    float *alpha = f->learned.value.data, max = -INFINITY, min = INFINITY;

    if (alpha == NULL || f->qp.scale != NULL || *alpha > 0)
        return;
    hs_kernels()->minmax_f32(&min, &max, x, count);
    *alpha = max > 0 && isfinite(max) ? max : 1;
}

void hs_fake_activations(struct hs_fake *f, float *y, const float *x, size_t count, bool training)
{
    struct hs_quantize_args args;

    if (!f->off && hs_fake_is_fixed(f)) {
        start_alpha(f, x, count);
        hs_fake_fix_activations(f);
    } else if (!f->off && training && f->observing &&
               (f->learned.value.data == NULL || f->qp.scale == NULL)) {
        look(f, x, count);
        if (f->learned.value.data != NULL && f->qp.scale != NULL)
            *(float *)f->learned.value.data = (float)f->qp.scale[0];
    }
    hs_fake_use_learned(f);
    if (f->off || f->qp.scale == NULL) {
        memmove(y, x, count * sizeof *y);
        return;
    }
    args = hs_fake_args(f, 0);
    hs_kernels()->fake_quantize_f32(y, x, count, &args);
}

/* dx = dy where 0 <= x < top (PACT) or 0 <= x <= 1; PACT: dalpha = sum of dy where x >= alpha. */
static void fixed_grad(struct hs_fake *f, float *dx, const float *x, const float *dy, size_t count)
{
    bool pact = f->spec.method == HS_QAT_PACT;
    float top = pact ? *(const float *)f->learned.value.data : nextafterf(1, 2);
    double sum = 0;

    if (pact) {
        for (size_t i = 0; i < count; i++)
            sum += x[i] >= top ? (double)dy[i] : 0;
        *(float *)f->learned.grad.data = (float)sum;
    }
    for (size_t i = 0; dx != NULL && i < count; i++)
        dx[i] = x[i] >= 0 && x[i] < top ? dy[i] : 0;
}

static void learned_grad(struct hs_fake *f, float *dx, const float *x, const float *y,
                         const float *dy, size_t count, const struct hs_quantize_args *args)
{
    float part[1024];
    double sum = 0;

    for (size_t at = 0; at < count; at += 1024) {
        size_t n = count - at < 1024 ? count - at : 1024;

        hs_kernels()->fake_quantize_grad_f32(part, x + at, dy + at, n, args);
        sum += hs_fake_scale_sum(dy + at, y + at, part, x + at, n);
        if (dx != NULL)
            memcpy(dx + at, part, n * sizeof *dx);
    }
    *(float *)f->learned.grad.data =
        (float)(sum / args->scale *
                hs_learnable_grad_factor(count, f->qp.qmax > 0 ? f->qp.qmax : 1));
}

void hs_fake_activations_grad(struct hs_fake *f, float *dx, const float *x, const float *y,
                              const float *dy, size_t count)
{
    struct hs_quantize_args args;

    if (f->off || f->qp.scale == NULL) {
        if (dx != NULL)
            memmove(dx, dy, count * sizeof *dx);
        return;
    }
    if (hs_fake_is_fixed(f)) {
        fixed_grad(f, dx, x, dy, count);
        return;
    }
    args = hs_fake_args(f, 0);
    if (f->learned.value.data != NULL)
        learned_grad(f, dx, x, y, dy, count, &args);
    else if (dx != NULL)
        hs_kernels()->fake_quantize_grad_f32(dx, x, dy, count, &args);
}

/* Cross-layer equalization (Nagel et al. 2019, eq. 11): the ranges of what one layer gives and the
 * next one takes become equal, channel by channel. */
#include <math.h>

#include "nn/prepare.h"

/* The next layer with weights, when only layers stand between that commute with a positive factor
 * a channel; 0: none. */
static size_t partner(const struct hs_model *m, size_t i)
{
    for (size_t k = i + 1; k < m->n; k++) {
        const struct hs_layer_class *c = m->layer[k].class;

        if (c == &hs_layer_linear || c == &hs_layer_conv2d)
            return k;
        if (c != &hs_layer_relu && c != &hs_layer_maxpool && c != &hs_layer_flatten)
            return 0;
    }
    return 0;
}

/* Weights of `next` that multiply channel c: `run` elements at each of out.c rows. */
struct inputs {
    float *w;
    size_t rows, row, run;
};

static struct inputs inputs_of(const struct hs_layer *next, size_t channels)
{
    const struct hs_tensor *w = &next->param[0].value;
    size_t row = hs_tensor_count(w) / w->shape[0];

    return (struct inputs){w->data, w->shape[0], row, row / channels};
}

static float largest_row(const float *w, size_t n)
{
    float max = 0;

    hs_kernels()->absmax_f32(&max, w, n);
    return max;
}

static float largest_input(const struct inputs *in, size_t c)
{
    float max = 0;

    for (size_t r = 0; r < in->rows; r++)
        hs_kernels()->absmax_f32(&max, in->w + r * in->row + c * in->run, in->run);
    return max;
}

static void scale(float *v, size_t n, float by)
{
    for (size_t i = 0; i < n; i++)
        v[i] *= by;
}

/* How far the worst channel was from equal. */
static double equalize_pair(struct hs_layer *first, struct hs_layer *next)
{
    size_t channels = first->out.c, row = hs_tensor_count(&first->param[0].value) / channels;
    struct inputs in = inputs_of(next, channels);
    float *w = first->param[0].value.data;
    double worst = 0;

    for (size_t c = 0; c < channels; c++) {
        float r1 = largest_row(w + c * row, row), r2 = largest_input(&in, c);
        double s = sqrt((double)r1 / (double)r2);

        if (!(r1 > 0 && r2 > 0) || !(s > 1e-6 && s < 1e6)) /* a dead channel has no range */
            continue;
        worst = fmax(worst, fabs(log(s)));
        scale(w + c * row, row, (float)(1 / s));
        if (first->has_bias)
            scale((float *)first->param[1].value.data + c, 1, (float)(1 / s));
        for (size_t r = 0; r < in.rows; r++)
            scale(in.w + r * in.row + c * in.run, in.run, (float)s);
    }
    return worst;
}

enum hs_status hs_equalize(struct hs_model *m, int rounds, size_t *pairs, struct hs_error *err)
{
    size_t found = 0;
    double worst = 1;

    if (hs_model_is_prepared(m))
        return hs_fail(err, HS_EINVAL, "equalize the float model, before quantizers stand in it");
    for (int r = 0; r < rounds && worst > 1e-3; r++) {
        worst = 0;
        found = 0;
        for (size_t i = 0; i < m->n; i++) {
            bool weights =
                m->layer[i].class == &hs_layer_linear || m->layer[i].class == &hs_layer_conv2d;
            size_t k = weights ? partner(m, i) : 0;

            if (k == 0)
                continue;
            found++;
            worst = fmax(worst, equalize_pair(&m->layer[i], &m->layer[k]));
        }
    }
    if (pairs != NULL)
        *pairs = found;
    return HS_OK;
}

/* Integer networks. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "nn/program.h"

/* ---- integer networks ---- */

struct hs_net {
    struct hs_program p;
    struct hs_program_buffers *buffers;
};

static struct hs_codes codes(float scale, int32_t zero_point)
{
    return (struct hs_codes){.scale = (double)scale,
                             .zero_point = zero_point,
                             .lo = 0,
                             .hi = UINT8_MAX};
}

static struct hs_extent window(struct hs_extent in, size_t kernel, size_t padding, size_t stride)
{
    struct hs_extent none = {0, 0, 0};

    if (kernel > in.h + 2 * padding || kernel > in.w + 2 * padding)
        return none;
    return (struct hs_extent){in.c, (in.h + 2 * padding - kernel) / stride + 1,
                              (in.w + 2 * padding - kernel) / stride + 1};
}

static enum hs_status copy_tensors(struct hs_program *p, struct hs_step *s,
                                   const struct hs_net_layer *l, struct hs_error *err)
{
    const size_t shape[2] = {l->out, s->kind == HS_STEP_CONV ? s->in.c * l->kernel * l->kernel
                                                             : hs_extent_count(s->in)};
    enum hs_status st = hs_tensor_new(&s->w, &p->arena, HS_INT8, 2, shape, err);
    double *s_w;

    if (st == HS_OK)
        st = hs_tensor_new(&s->bias, &p->arena, HS_INT32, 1, shape, err);
    if (st != HS_OK)
        return st;
    memcpy(s->w.data, l->w, shape[0] * shape[1]);
    if (l->bias != NULL)
        memcpy(s->bias.data, l->bias, l->out * sizeof *l->bias);
    s->n_s = l->per_column ? l->out : 1;
    s_w = hs_arena_alloc(&p->arena, s->n_s, sizeof *s_w);
    if (s_w == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a network");
    for (size_t i = 0; i < s->n_s; i++)
        s_w[i] = (double)l->w_scales[i];
    s->s_w = s_w;
    return HS_OK;
}

static enum hs_status requantizer(struct hs_program *p, struct hs_step *s, struct hs_error *err)
{
    double *m = hs_arena_alloc(&p->arena, s->n_s, sizeof *m);

    if (m == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a network");
    for (size_t i = 0; i < s->n_s; i++)
        m[i] = s->s_w[i] * s->x.scale / s->y.scale;
    s->requantize = (struct hs_requantizer){.mode = HS_REQUANTIZE_FLOAT,
                                            .rounding = HS_ROUND_HALF_EVEN,
                                            .float32 = true,
                                            .n = s->n_s,
                                            .multiplier = m,
                                            .zero_point = s->y.zero_point,
                                            .qmin = s->y.lo,
                                            .qmax = s->y.hi,
                                            .dtype = HS_UINT8,
                                            .relu = s->relu};
    return hs_requantizer_prepare(&s->requantize, &p->arena, err);
}

static void add_pool(struct hs_program *p, const struct hs_step *before, size_t pool)
{
    struct hs_step *s = &p->step[p->n++];

    *s = (struct hs_step){.kind = HS_STEP_MAXPOOL,
                          .name = "pool",
                          .in = before->out,
                          .out = window(before->out, pool, 0, pool),
                          .kernel = {pool, pool},
                          .geometry = {{pool, pool}, {0, 0}, {1, 1}, 1},
                          .x = before->y,
                          .y = before->y};
}

static enum hs_status add_layer(struct hs_program *p, const struct hs_net_layer *l, bool last,
                                struct hs_error *err)
{
    struct hs_step *s = &p->step[p->n];
    bool conv = l->kernel > 0;
    struct hs_extent in = p->n == 0 ? p->input.extent : s[-1].out;
    enum hs_status st;

    *s = (struct hs_step){.kind = conv ? HS_STEP_CONV : HS_STEP_LINEAR,
                          .name = conv ? "conv" : "linear",
                          .in = in,
                          .kernel = {l->kernel, l->kernel},
                          .geometry = {{1, 1}, {l->padding, l->padding}, {1, 1}, 1},
                          .x = p->n == 0 ? p->in : s[-1].y,
                          .y = codes(l->scale, l->zero_point),
                          .relu = l->relu != 0,
                          .sums = last && l->scale == 0};
    s->out = conv ? window(in, l->kernel, l->padding, 1) : (struct hs_extent){0, 1, 1};
    s->out.c = l->out;
    if (!conv)
        s->in = (struct hs_extent){hs_extent_count(in), 1, 1};
    p->n++;
    if (conv && s->out.h == 0) /* before its weights are read */
        return hs_fail(err, HS_ESHAPE,
                       "layer %zu: a kernel of %zu x %zu does not fit %zu x %zu with padding %zu",
                       p->n - 1, l->kernel, l->kernel, in.h, in.w, l->padding);
    if ((st = copy_tensors(p, s, l, err)) != HS_OK || s->sums)
        return st;
    if (!(l->scale > 0))
        return hs_fail(err, HS_EINVAL, "layer %zu has scale %g: only the last one may have none",
                       p->n - 1, (double)l->scale);
    st = requantizer(p, s, err);
    if (st == HS_OK && l->pool > 1)
        add_pool(p, s, l->pool);
    return st;
}

static enum hs_status build(struct hs_program *p, const struct hs_net_layer *layers, size_t n,
                            struct hs_error *err)
{
    enum hs_status st = hs_quant_options_profile(&p->in_options, NULL, err);

    p->step = hs_arena_alloc_zero(&p->arena, 2 * n + 1, sizeof *p->step);
    if (p->step == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a network");
    if (n == 0)
        return hs_fail(err, HS_EINVAL, "a network has at least one layer");
    for (size_t i = 0; st == HS_OK && i < n; i++)
        st = add_layer(p, &layers[i], i + 1 == n, err);
    p->classes = layers[n - 1].out;
    return st == HS_OK ? hs_program_pack(p, err) : st;
}

int hs_net_new(struct hs_net **out, size_t channels, size_t rows, size_t columns, float scale,
               int32_t zero_point, const struct hs_net_layer *layers, size_t n, size_t batch)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_net *net = calloc(1, sizeof *net);
    enum hs_status st;

    *out = NULL;
    if (net == NULL)
        return hs_api_no_memory("a network");
    net->p = HS_PROGRAM_INIT;
    net->p.input =
        (struct hs_input){.extent = {channels, rows, columns}, .divisor = 1, .std = {1, 1, 1, 1}};
    net->p.in = codes(scale, zero_point);
    st = build(&net->p, layers, n, &err);
    if (st == HS_OK)
        st = hs_program_buffers_new(&net->buffers, &net->p, batch, NULL, &err);
    if (st == HS_OK)
        *out = net;
    else
        hs_net_free(net);
    return hs_api_done(st, &err);
}

void hs_net_free(struct hs_net *net)
{
    if (net == NULL)
        return;
    hs_program_buffers_free(net->buffers);
    hs_program_dispose(&net->p);
    free(net);
}

int hs_net_run(struct hs_net *net, const float *x, size_t images, float *logits)
{
    hs_program_values(net->buffers, logits, x, images);
    return HS_OK;
}

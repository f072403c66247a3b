/* A conv net that PyTorch converted to int8 (document 001): its simulated quantized forward as a
 * model with fake quantizers, and its shift arithmetic as a program.
 *
 * A state dict names no pools, paddings and ReLUs; they are those of the lab's network. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "nn/importer.h"

bool hs_import_is_converted(const struct hs_import *f)
{
    if (!hs_import_has_pattern(f))
        return false;
    for (size_t i = 0; i < f->n; i++)
        if (!f->group[i].weight->quantized || f->group[i].weight->tensor.dtype != HS_INT8)
            return false;
    return true;
}

/* The codes of one activation as the file has them: quint8. */
static enum hs_status codes_of(struct hs_codes *out, const struct hs_import *f, const char *group,
                               const char *scale, const char *zero_point, struct hs_error *err)
{
    double s = 0, z = 0;
    enum hs_status st = hs_import_scale(&s, f, group, scale, err);

    if (st == HS_OK)
        st = hs_import_number(&z, f, group, zero_point, err);
    if (st == HS_OK && !(z >= 0 && z <= 255 && z == rint(z)))
        st = hs_fail(err, HS_ERANGE,
                     "%s: %s%s%s is %g; zero points of uint8 are whole and from 0 to 255: convert "
                     "the network with quint8 activations",
                     f->file, group, group[0] != '\0' ? "." : "", zero_point, z);
    if (st == HS_OK)
        *out = (struct hs_codes){s, (int32_t)z, 0, 255, false};
    return st;
}

static enum hs_status check_weights(const struct hs_import *f, const struct hs_entry *w,
                                    struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    if (w->axis > 0 || w->n != (w->axis < 0 ? 1 : w->tensor.shape[0]))
        return hs_fail(err, HS_ESHAPE,
                       "%s: %s has %zu scales along axis %d; weights have one, or one for each "
                       "output channel (axis 0)",
                       f->file, w->name, w->n, w->axis);
    for (size_t i = 0; i < w->n; i++)
        if (!(isfinite(w->scales[i]) && (float)w->scales[i] > 0) || w->zero_points[i] < -128 ||
            w->zero_points[i] > 127)
            return hs_fail(err, HS_ERANGE,
                           "%s: scale %zu of %s is %s, its zero point %" PRId64
                           "; a scale is positive and a zero point of int8 from -128 to 127: "
                           "convert the network again",
                           f->file, i, w->name, hs_fmt_double(text, w->scales[i]),
                           w->zero_points[i]);
    return HS_OK;
}

static enum hs_status read_scales(struct hs_import_plan *plan, const struct hs_import *f,
                                  struct hs_error *err)
{
    enum hs_status st = codes_of(&plan->in, f, "", "quant.scale", "quant.zero_point", err);

    for (size_t i = 0; st == HS_OK && i < plan->n; i++) {
        struct hs_import_layer *l = &plan->layer[i];
        size_t n = strlen(l->group->name);

        st = codes_of(&l->y, f, l->group->name, "scale", "zero_point", err);
        if (st == HS_OK)
            st = check_weights(f, l->group->weight, err);
        if (st != HS_OK)
            break;
        l->s_w = l->group->weight->scales[0];
        /* "fc8.0" stands in a Sequential like the others: with a ReLU behind it (document 001) */
        if (i + 1 == plan->n && n > 2 && strcmp(l->group->name + n - 2, ".0") == 0)
            l->relu = true;
    }
    return st;
}

/* Qparams of torch's int8 weights, or of an activation with `y`. */
static enum hs_status qparams_of(struct hs_qparams *qp, struct hs_arena *arena,
                                 const struct hs_entry *w, const struct hs_codes *y,
                                 struct hs_error *err)
{
    size_t n = y != NULL ? 1 : w->n;

    *qp = (struct hs_qparams){.n = n, .axis = y != NULL ? -1 : w->axis};
    qp->qmin = y != NULL ? y->lo : -128;
    qp->qmax = y != NULL ? y->hi : 127;
    qp->dtype = y != NULL ? HS_UINT8 : HS_INT8;
    qp->scale = hs_arena_alloc(arena, n, sizeof *qp->scale);
    qp->zero_point = hs_arena_alloc(arena, n, sizeof *qp->zero_point);
    if (qp->scale == NULL || qp->zero_point == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        qp->scale[i] = y != NULL ? y->scale : w->scales[i];
        qp->zero_point[i] = y != NULL ? y->zero_point : w->zero_points[i];
    }
    return hs_quant_options_profile(&qp->options, "torch", err);
}

/* A quantizer with those qparams, that never observes. */
static enum hs_status quantizer(struct hs_fake **out, struct hs_arena *arena,
                                const struct hs_tensor *weights, const struct hs_qparams *qp,
                                struct hs_error *err)
{
    struct hs_fake_spec spec = {.observer = "minmax", .method = HS_QAT_STE};
    enum hs_status st;

    spec.config = hs_observer_config_default();
    spec.config.axis = qp->axis;
    spec.config.options = qp->options;
    spec.config.target = (struct hs_qtarget){.dtype = qp->dtype};
    st = hs_fake_new(out, arena, &spec, weights, err);
    return st == HS_OK ? hs_fake_set_qparams(*out, qp, err) : st;
}

/* A layer without parameters; its name is the other's with an end. */
static enum hs_status add(struct hs_model *m, const char *class, const char *name, const char *end,
                          struct hs_error *err)
{
    struct hs_layer spec = {.class = hs_layer_class_find(class)};

    spec.name = hs_arena_printf(&m->arena, "%s%s", name, end);
    if (spec.name == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if (strcmp(class, "maxpool") == 0)
        spec.kernel[0] = spec.kernel[1] = 2;
    return hs_model_add(m, &spec, err);
}

static enum hs_status add_quantizer(struct hs_model *m, const char *name, const struct hs_codes *y,
                                    struct hs_error *err)
{
    struct hs_qparams qp;
    enum hs_status st = qparams_of(&qp, &m->arena, NULL, y, err);

    if (st == HS_OK)
        st = add(m, "fake_quantize", name, ".q", err);
    return st == HS_OK ? quantizer(&m->layer[m->n - 1].fake, &m->arena, NULL, &qp, err) : st;
}

/* conv2d or linear, its weights s (q - z) with a quantizer that leaves them as they are. */
static enum hs_status add_weighted(struct hs_model *m, struct hs_import *f,
                                   const struct hs_import_layer *l, struct hs_error *err)
{
    struct hs_layer spec = {.class = hs_layer_class_find(l->conv ? "conv2d" : "linear"),
                            .name = l->name,
                            .out = {l->out.c, 1, 1},
                            .kernel = {l->kernel[0], l->kernel[1]},
                            .geometry = l->geometry,
                            .has_bias = l->group->bias != NULL};
    struct hs_qparams qp;
    struct hs_tensor w;
    enum hs_status st = hs_model_add(m, &spec, err);
    struct hs_layer *made;

    if (st != HS_OK)
        return st;
    made = &m->layer[m->n - 1];
    st = qparams_of(&qp, &m->arena, l->group->weight, NULL, err);
    if (st == HS_OK)
        st = hs_dequantize(&w, &f->arena, &l->group->weight->tensor, &qp, HS_FLOAT32, err);
    if (st == HS_OK)
        memcpy(made->param[0].value.data, w.data, hs_tensor_count(&w) * sizeof(float));
    if (st == HS_OK && spec.has_bias)
        st = hs_import_floats(&made->param[1].value, f, l->group->bias, false, 1, err);
    return st == HS_OK ? quantizer(&made->fake, &m->arena, &made->param[0].value, &qp, err) : st;
}

static enum hs_status add_layers(struct hs_model *m, struct hs_import *f,
                                 const struct hs_import_layer *l, struct hs_error *err)
{
    const char *number = l->name + strcspn(l->name, "12345678"), *last = l->name;
    char relu[16], pool[16];
    enum hs_status st = add_weighted(m, f, l, err);

    snprintf(relu, sizeof relu, "relu%s", number);
    snprintf(pool, sizeof pool, "pool%s", number);
    if (st == HS_OK && l->relu)
        st = add(m, "relu", last = relu, "", err);
    if (st == HS_OK)
        st = add_quantizer(m, last, &l->y, err);
    return st == HS_OK && l->pool ? add(m, "maxpool", pool, "", err) : st;
}

static enum hs_status make_model(struct hs_import *f, const struct hs_import_plan *plan,
                                 struct hs_error *err)
{
    struct hs_model *m = &f->out->model;
    enum hs_status st;

    m->arch = plan->pattern->arch;
    m->data = plan->pattern->data;
    m->input = plan->input;
    m->classes = plan->classes;
    m->about = hs_value_map();
    st = add_quantizer(m, "input", &plan->in, err);
    for (size_t i = 0; st == HS_OK && i < plan->n; i++) {
        if (i > 0 && !plan->layer[i].conv && plan->layer[i - 1].conv)
            st = add(m, "flatten", "flatten", "", err);
        if (st == HS_OK)
            st = add_layers(m, f, &plan->layer[i], err);
    }
    return st;
}

static enum hs_status remark_assumptions(struct hs_import *f, const struct hs_import_plan *plan,
                                         struct hs_error *err)
{
    const struct hs_import_layer *last = &plan->layer[plan->n - 1];
    const float *mean = plan->input.mean, *std = plan->input.std;

    enum hs_status st = hs_import_remark(
        f, err,
        "pools, padding %zu and ReLUs are those of %s, and the input is normalized with "
        "mean %g %g %g, std %g %g %g: the file does not say",
        plan->pattern->padding, plan->pattern->arch, (double)mean[0], (double)mean[1],
        (double)mean[2], (double)std[0], (double)std[1], (double)std[2]);

    if (st == HS_OK)
        st = hs_import_remark(f, err, "%s %s", last->group->name,
                              last->relu ? "stands in a Sequential as the other layers do: a ReLU "
                                           "is taken to follow it, which clips logits at 0"
                                         : "is a plain Linear: no ReLU behind it");
    return st;
}

enum hs_status hs_import_converted(struct hs_import *f, struct hs_error *err)
{
    struct hs_import_plan plan;
    enum hs_status st = hs_import_plan(&plan, f, err);

    if (st == HS_OK)
        st = read_scales(&plan, f, err);
    if (st == HS_OK)
        st = make_model(f, &plan, err);
    if (st != HS_OK)
        return st;
    f->out->has_model = true;
    f->out->kind = "conv net that PyTorch converted to int8 (document 001, NCKU): simulated "
                   "quantized forward";
    st = remark_assumptions(f, &plan, err);
    return st == HS_OK ? hs_import_shifts(f, &plan, err) : st;
}

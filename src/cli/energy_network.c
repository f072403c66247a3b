/* Layers of our own model and program files, for halfstep energy. */
#include "cli/energy_model.h"
#include "nn/file.h"

/* A convolution or linear layer as both kinds of files describe it. */
struct shape {
    const char *name;
    struct hs_extent in, out;
    size_t kernel[2];
    const struct hs_conv_geometry *geometry;
    bool conv, bias;
};

static enum hs_status layer_of(struct hs_energy_layer *out, const struct shape *s,
                               struct hs_error *err)
{
    const struct hs_conv_geometry *g = s->geometry;

    *out = (struct hs_energy_layer){.in = (int64_t)hs_extent_count(s->in),
                                    .out = (int64_t)s->out.c,
                                    .bias = s->bias};
    if (!s->conv)
        return HS_OK;
    if (s->kernel[0] != s->kernel[1] || g->stride[0] != g->stride[1] ||
        g->padding[0] != g->padding[1] || g->dilation[0] > 1 || g->dilation[1] > 1)
        return hs_fail(err, HS_ESHAPE,
                       "%s: only square kernels with one stride and padding, without dilation, are "
                       "counted",
                       s->name);
    out->in = (int64_t)s->in.c;
    out->kernel = (int64_t)s->kernel[0];
    out->stride = (int64_t)g->stride[0];
    out->padding = (int64_t)g->padding[0];
    out->groups = (int64_t)g->groups;
    out->height = (int64_t)s->in.h;
    out->width = (int64_t)s->in.w;
    return HS_OK;
}

static bool shape_of_step(struct shape *s, const struct hs_step *step)
{
    *s = (struct shape){.name = step->name,
                        .in = step->in,
                        .out = step->out,
                        .kernel = {step->kernel[0], step->kernel[1]},
                        .geometry = &step->geometry,
                        .conv = step->kind == HS_STEP_CONV,
                        .bias = true};
    return step->kind != HS_STEP_MAXPOOL;
}

/* Layer i; false when it has no weights. */
static bool shape_of(struct shape *s, const struct hs_network *n, size_t i)
{
    const struct hs_layer *l;

    if (n->is_program)
        return shape_of_step(s, &n->program.step[i]);
    l = &n->model.layer[i];
    *s = (struct shape){.name = l->name,
                        .in = l->in,
                        .out = l->out,
                        .kernel = {l->kernel[0], l->kernel[1]},
                        .geometry = &l->geometry,
                        .conv = l->class == &hs_layer_conv2d,
                        .bias = l->has_bias};
    return l->class == &hs_layer_conv2d || l->class == &hs_layer_linear;
}

enum hs_status hs_energy_network_each(const char *path, struct hs_arena *arena,
                                      enum hs_status (*visit)(void *payload, const char *name,
                                                              const struct hs_energy_layer *layer,
                                                              struct hs_error *err),
                                      void *payload, struct hs_error *err)
{
    struct hs_network n = HS_NETWORK_INIT;
    enum hs_status st = hs_network_load(&n, path, err);
    size_t count = n.is_program ? n.program.n : n.model.n;

    for (size_t i = 0; st == HS_OK && i < count; i++) {
        struct hs_energy_layer layer;
        struct shape s;
        const char *name;

        if (!shape_of(&s, &n, i))
            continue;
        name = hs_arena_strdup(arena, s.name);
        st = name != NULL ? layer_of(&layer, &s, err) : hs_fail(err, HS_ENOMEM, "out of memory");
        if (st == HS_OK)
            st = visit(payload, name, &layer, err);
    }
    hs_network_dispose(&n);
    return st;
}

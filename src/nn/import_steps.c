/* The steps of an integer program from a plan: weights as codes, biases still zeros. */
#include "nn/importer.h"

static struct hs_step weighted(const struct hs_import_layer *l, struct hs_codes x)
{
    return (struct hs_step){.kind = l->conv ? HS_STEP_CONV : HS_STEP_LINEAR,
                            .name = l->name,
                            .in = l->in,
                            .out = l->out,
                            .kernel = {l->kernel[0], l->kernel[1]},
                            .geometry = l->geometry,
                            .x = x,
                            .y = l->y,
                            .relu = l->relu,
                            .n_s = 1};
}

static struct hs_step pool(const char *name, const struct hs_import_layer *l)
{
    return (struct hs_step){.kind = HS_STEP_MAXPOOL,
                            .name = name,
                            .in = l->out,
                            .out = l->pooled,
                            .kernel = {2, 2},
                            .geometry = {{2, 2}, {0, 0}, {1, 1}, 1},
                            .x = l->y,
                            .y = l->y};
}

static enum hs_status fill(struct hs_step *s, struct hs_import *f, const struct hs_import_layer *l,
                           struct hs_error *err)
{
    struct hs_arena *arena = &f->out->program.arena;
    double *s_w = hs_arena_alloc(arena, 1, sizeof *s_w);
    enum hs_status st =
        hs_import_codes(&s->w, arena, f, l->group->weight, HS_INT8,
                        "weights of an integer layer are round(w / s) in -128..127", err);

    if (st == HS_OK)
        st = hs_tensor_new(&s->bias, arena, HS_INT32, 1, &l->out.c, err);
    if (st != HS_OK)
        return st;
    if (s_w == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    *s_w = l->s_w;
    s->s_w = s_w;
    return HS_OK;
}

static enum hs_status begin(struct hs_program *p, const struct hs_import_plan *plan,
                            struct hs_error *err)
{
    p->step = hs_arena_alloc_zero(&p->arena, 2 * plan->n, sizeof *p->step);
    if (p->step == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    p->arch = plan->pattern->arch;
    p->data = plan->pattern->data;
    p->input = plan->input;
    p->classes = plan->classes;
    p->in = plan->in;
    p->about = hs_value_map();
    return hs_quant_options_profile(&p->in_options, NULL, err);
}

enum hs_status hs_import_steps(struct hs_step **step, struct hs_import *f,
                               const struct hs_import_plan *plan, struct hs_error *err)
{
    struct hs_program *p = &f->out->program;
    struct hs_codes x = plan->in;
    enum hs_status st = begin(p, plan, err);

    for (size_t i = 0; st == HS_OK && i < plan->n; i++) {
        const struct hs_import_layer *l = &plan->layer[i];
        const char *name;

        step[i] = &p->step[p->n++];
        *step[i] = weighted(l, x);
        st = fill(step[i], f, l, err);
        x = l->y;
        if (st != HS_OK || !l->pool)
            continue;
        name = hs_arena_printf(&p->arena, "pool%zu", i + 1);
        if (name == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory");
        p->step[p->n++] = pool(name, l);
    }
    return st;
}

/* The scale chain of the conv-net lab (document 000) as PyTorch saved it: weights are codes in
 * floats, every layer has an output_scale that divides its accumulator, the network an input_scale,
 * and the last layer a bias of codes.
 *
 *   q = clamp(rint(x / s_in), -128, 127)
 *   q = relu(clamp(rint((sum q w + b) / output_scale), -128, 127)), then the pool */
#include <math.h>

#include "base/fmt.h"
#include "nn/importer.h"

bool hs_import_is_chain(const struct hs_import *f)
{
    if (!hs_import_has_pattern(f) || hs_import_entry(f, "", "input_scale") == NULL)
        return false;
    for (size_t i = 0; i < f->n; i++)
        if (hs_import_entry(f, f->group[i].name, "output_scale") != NULL)
            return true;
    return false;
}

/* Both habits use the same names: dividing by s (the lab since 2024) and multiplying by n = 1/s
 * (Berkeley 2020). An accumulator is far larger than a code, so a divisor is far above 1. */
static enum hs_status check_habit(const struct hs_import *f, const char *group, double divisor,
                                  struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    if (divisor >= 1)
        return HS_OK;
    return hs_fail(err, HS_ERANGE,
                   "%s: %s.output_scale is %s, which would enlarge the accumulator it divides; if "
                   "this network multiplies by it (n = 1/s), store 1/n, and 1/input_scale too",
                   f->file, group, hs_fmt_short(text, divisor, 6));
}

/* Scale of the weights: an attribute of the parameter. Codes do not need it, real values do. */
static enum hs_status weight_scale(struct hs_import_layer *l, struct hs_import *f,
                                   struct hs_error *err)
{
    if (hs_import_entry(f, l->group->weight->name, "scale") != NULL)
        return hs_import_scale(&l->s_w, f, l->group->weight->name, "scale", err);
    l->s_w = 1;
    return hs_import_remark(f, err,
                            "%s has no scale; it counts as 1, so codes are right and real values "
                            "are not",
                            l->group->weight->name);
}

/* Every scale of the plan, and each layer's divisor. */
static enum hs_status read_scales(double *divisor, struct hs_import_plan *plan, struct hs_import *f,
                                  struct hs_error *err)
{
    struct hs_codes x = {.lo = -128, .hi = 127, .is_signed = true};
    enum hs_status st = hs_import_scale(&x.scale, f, "", "input_scale", err);

    plan->in = x;
    for (size_t i = 0; st == HS_OK && i < plan->n; i++) {
        struct hs_import_layer *l = &plan->layer[i];

        st = weight_scale(l, f, err);
        if (st == HS_OK)
            st = hs_import_scale(&divisor[i], f, l->group->name, "output_scale", err);
        if (st == HS_OK)
            st = check_habit(f, l->group->name, divisor[i], err);
        x.scale *= l->s_w * divisor[i];
        if (st == HS_OK && !(isfinite(x.scale) && x.scale > 0))
            st = hs_fail(err, HS_ERANGE,
                         "%s: the product of all scales up to %s leaves float64; calibrate the "
                         "network again",
                         f->file, l->group->name);
        l->y = x;
    }
    return st;
}

static enum hs_status fill(struct hs_step *s, struct hs_import *f, const struct hs_import_layer *l,
                           double divisor, struct hs_error *err)
{
    struct hs_arena *arena = &f->out->program.arena;

    s->divisor = hs_arena_alloc(arena, 1, sizeof *s->divisor);
    if (s->divisor == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    *s->divisor = divisor;
    return l->group->bias == NULL
               ? HS_OK
               : hs_import_codes(&s->bias, arena, f, l->group->bias, HS_INT32,
                                 "a bias of the chain is a code round(b / s_b), s_b = s_w s_in "
                                 "times s_w s_out of every earlier layer",
                                 err);
}

enum hs_status hs_import_chain(struct hs_import *f, struct hs_error *err)
{
    struct hs_import_plan plan;
    struct hs_step *step[HS_IMPORT_LAYERS];
    double divisor[HS_IMPORT_LAYERS] = {0};
    enum hs_status st = hs_import_plan(&plan, f, err);

    if (st == HS_OK)
        st = read_scales(divisor, &plan, f, err);
    if (st == HS_OK)
        st = hs_import_steps(step, f, &plan, err);
    for (size_t i = 0; st == HS_OK && i < plan.n; i++)
        st = fill(step[i], f, &plan.layer[i], divisor[i], err);
    if (st == HS_OK)
        st = hs_program_pack(&f->out->program, err);
    if (st != HS_OK)
        return st;
    f->out->has_program = true;
    f->out->kind = "conv net with a scale chain (document 000, EE219 2024): codes in floats";
    return hs_import_remark(f, err,
                            "the input is taken as (x/255 - 0.5)/0.5, as the lab loads it: the "
                            "file does not say");
}

/* Shift arithmetic beside a converted model: formula (6) of document 001 (NCKU AI-on-chip lab 1)
 *
 *   y = (ReLU(b + sum (x - 128) w) >> (c_x + c_w - c_y)) + 128
 *   s = 2^-c, b = floor(bias / (s_x s_w))
 *
 * with the clamp to [0, 255] that the formula leaves out and the lab's hardware has; >> is floor.
 */
#include <math.h>

#include "base/fmt.h"
#include "nn/importer.h"

static bool is_power_of_two(double s)
{
    int e;

    return frexp(s, &e) == 0.5;
}

/* NULL, or why the layer has no shift. */
static const char *obstacle(const struct hs_import_layer *l)
{
    const struct hs_entry *w = l->group->weight;

    if (w->n != 1 || w->axis >= 0)
        return "weights have a scale for each channel";
    if (w->zero_points[0] != 0)
        return "weights have a zero point";
    if (!is_power_of_two(l->s_w))
        return "weights have a scale that is none";
    return is_power_of_two(l->y.scale) ? NULL : "output has a scale that is none";
}

static enum hs_status fill(struct hs_step *s, struct hs_arena *arena,
                           const struct hs_import_layer *l, struct hs_error *err)
{
    double *m = hs_arena_alloc(arena, 1, sizeof *m);
    struct hs_bias_report report = {0};
    enum hs_status st = HS_OK;

    if (m == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    *m = s->x.scale * l->s_w / s->y.scale;
    s->requantize = (struct hs_requantizer){.mode = HS_REQUANTIZE_SHIFT_FLOOR,
                                            .rounding = HS_ROUND_FLOOR,
                                            .n = 1,
                                            .multiplier = m,
                                            .zero_point = s->y.zero_point,
                                            .qmin = s->y.lo,
                                            .qmax = s->y.hi,
                                            .dtype = HS_UINT8,
                                            .relu = l->relu};
    if (l->group->bias != NULL)
        st = hs_quantize_bias_by(&s->bias, arena, &l->group->bias->tensor, s->x.scale, s->s_w, 1,
                                 HS_ROUND_FLOOR, HS_BIAS_CLAMP, &report, err);
    s->bias_clamped = report.clamped;
    return st == HS_OK ? hs_requantizer_prepare(&s->requantize, arena, err) : st;
}

static enum hs_status remark_zero_points(struct hs_import *f, const struct hs_import_plan *plan,
                                         struct hs_error *err)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->layer[i].y.zero_point != 128)
            return hs_import_remark(f, err,
                                    "the zero point of %s is %d, where formula (6) has 128: the "
                                    "program uses what the file says",
                                    plan->layer[i].group->name, (int)plan->layer[i].y.zero_point);
    return HS_OK;
}

/* *none: the scales do not allow it, and a remark says why. */
static enum hs_status check_scales(bool *none, struct hs_import *f,
                                   const struct hs_import_plan *plan, struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    *none = true;
    if (!is_power_of_two(plan->in.scale))
        return hs_import_remark(f, err, "no shift arithmetic: quant.scale, %s, is no power of two",
                                hs_fmt_short(text, plan->in.scale, 6));
    for (size_t i = 0; i < plan->n; i++) {
        const struct hs_import_layer *l = &plan->layer[i];
        const char *why = obstacle(l);

        if (why != NULL)
            return hs_import_remark(f, err,
                                    "no shift arithmetic: a shift needs scales that are powers of "
                                    "two, and %s (s_y %s) has not: its %s",
                                    l->group->name, hs_fmt_short(text, l->y.scale, 6), why);
    }
    *none = false;
    return HS_OK;
}

static enum hs_status make(struct hs_import *f, const struct hs_import_plan *plan,
                           struct hs_error *err)
{
    struct hs_step *step[HS_IMPORT_LAYERS];
    enum hs_status st = hs_import_steps(step, f, plan, err);

    for (size_t i = 0; st == HS_OK && i < plan->n; i++)
        st = fill(step[i], &f->out->program.arena, &plan->layer[i], err);
    return st == HS_OK ? hs_program_pack(&f->out->program, err) : st;
}

enum hs_status hs_import_shifts(struct hs_import *f, const struct hs_import_plan *plan,
                                struct hs_error *err)
{
    struct hs_error why = HS_ERROR_INIT;
    bool none;
    enum hs_status st = check_scales(&none, f, plan, err);

    if (st != HS_OK || none)
        return st;
    st = make(f, plan, &why);
    if (st == HS_ERANGE) { /* a shift too far, or sums past int32: the simulation is still there */
        hs_program_dispose(&f->out->program);
        return hs_import_remark(f, err, "no shift arithmetic: %s", why.text);
    }
    if (st != HS_OK)
        return hs_fail(err, st, "%s", why.text);
    f->out->has_program = true;
    st = hs_import_remark(f, err,
                          "shift arithmetic: bias codes and >> are floor, codes are clamped to "
                          "0..255, which formula (6) leaves out");
    return st == HS_OK ? remark_zero_points(f, plan, err) : st;
}

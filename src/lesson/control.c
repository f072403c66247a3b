#include "lesson/control.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/fmt.h"
#include "base/mem.h"

enum { MOST_CONTROLS = 16, MOST_CHOICES = 32 };

static enum hs_status fault(struct hs_error *err, const char *id, const char *sentence)
{
    return hs_fail(err, HS_ESCRIPT, "control \"%s\": %s", id, sentence);
}

static enum hs_status no_memory(struct hs_error *err)
{
    return hs_fail(err, HS_ENOMEM, "out of memory reading controls");
}

static enum hs_status read_slider(struct hs_control *c, const struct hs_value *spec, struct hs_error *err)
{
    c->min = hs_value_number(spec, "min", (double)NAN);
    c->max = hs_value_number(spec, "max", (double)NAN);
    c->step = hs_value_number(spec, "step", (double)NAN);
    c->value = hs_value_number(spec, "value", c->min);
    if (!(isfinite(c->min) && isfinite(c->max) && c->min < c->max))
        return fault(err, c->id, "a slider needs min < max");
    if (!(c->step > 0.0) || !((c->max - c->min) / c->step <= 100000.0))
        return fault(err, c->id, "a slider needs a step > 0, and at most 100000 of them");
    if (!(c->value >= c->min && c->value <= c->max))
        return fault(err, c->id, "value lies outside of min and max");
    return HS_OK;
}

static enum hs_status read_choice(struct hs_control *c, struct hs_arena *arena, const struct hs_value *spec,
                                  struct hs_error *err)
{
    const struct hs_value *list = hs_value_get(spec, "choices");
    const char *value = hs_value_text(spec, "value", NULL);
    size_t n = hs_value_len(list);

    if (list == NULL || list->kind != HS_LIST || n < 2 || n > MOST_CHOICES)
        return fault(err, c->id, "a choice needs 2 to 32 choices");
    c->choices = hs_arena_alloc(arena, n, sizeof *c->choices);
    if (c->choices == NULL)
        return no_memory(err);
    c->value = value == NULL ? 0.0 : -1.0;
    for (size_t i = 0; i < n; i++) {
        const struct hs_value *text = hs_value_at(list, i);

        if (text->kind != HS_STRING)
            return fault(err, c->id, "choices are texts");
        if ((c->choices[i] = hs_arena_strdup(arena, text->as.string.text)) == NULL)
            return no_memory(err);
        if (value != NULL && strcmp(value, c->choices[i]) == 0)
            c->value = (double)i;
    }
    c->nchoices = n;
    c->step = 1.0;
    c->max = (double)(n - 1);
    return c->value >= 0.0 ? HS_OK : fault(err, c->id, "value is none of the choices");
}

static enum hs_status read_one(struct hs_control *c, struct hs_arena *arena, const struct hs_value *spec,
                               struct hs_error *err)
{
    const char *kind = hs_value_text(spec, "kind", "");
    enum hs_status st = HS_OK;

    c->id = hs_arena_strdup(arena, hs_value_text(spec, "id", ""));
    if (c->id == NULL)
        return no_memory(err);
    if (*c->id == '\0')
        return hs_fail(err, HS_ESCRIPT, "each control needs an id");
    c->label = hs_arena_strdup(arena, hs_value_text(spec, "label", c->id));
    c->unit = hs_arena_strdup(arena, hs_value_text(spec, "unit", ""));
    if (c->label == NULL || c->unit == NULL)
        return no_memory(err);
    if (strcmp(kind, "slider") == 0) {
        c->kind = HS_CONTROL_SLIDER;
        st = read_slider(c, spec, err);
    } else if (strcmp(kind, "toggle") == 0) {
        c->kind = HS_CONTROL_TOGGLE;
        c->max = c->step = 1.0;
        c->value = hs_value_flag(spec, "value", false) ? 1.0 : 0.0;
    } else if (strcmp(kind, "choice") == 0) {
        c->kind = HS_CONTROL_CHOICE;
        st = read_choice(c, arena, spec, err);
    } else {
        st = fault(err, c->id, "kind is \"slider\", \"toggle\" or \"choice\"");
    }
    c->value = c->initial = st == HS_OK ? hs_control_snap(c, c->value) : 0.0;
    return st;
}

enum hs_status hs_controls_read(struct hs_control **out, size_t *n, struct hs_arena *arena, const struct hs_value *list,
                                struct hs_error *err)
{
    size_t count = hs_value_len(list);
    struct hs_control *controls;
    enum hs_status st = HS_OK;

    if (count > 0 && (list->kind != HS_LIST || count > MOST_CONTROLS))
        return hs_fail(err, HS_ESCRIPT, "controls is a list of at most %d", MOST_CONTROLS);
    controls = hs_arena_alloc_zero(arena, count, sizeof *controls);
    if (controls == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count && st == HS_OK; i++) {
        st = read_one(&controls[i], arena, hs_value_at(list, i), err);
        for (size_t j = 0; j < i && st == HS_OK; j++)
            if (strcmp(controls[i].id, controls[j].id) == 0)
                st = fault(err, controls[i].id, "two controls have this id");
    }
    if (st != HS_OK)
        return st;
    *out = controls;
    *n = count;
    return HS_OK;
}

double hs_control_snap(const struct hs_control *c, double value)
{
    double v = isnan(value) ? c->initial : c->min + round((value - c->min) / c->step) * c->step;

    return v < c->min ? c->min : v > c->max ? c->max : v;
}

static bool is_integral(const struct hs_control *c)
{
    return c->min == floor(c->min) && c->step == floor(c->step) && c->max == floor(c->max);
}

bool hs_controls_value(struct hs_value *out, struct hs_arena *arena, const struct hs_control *controls, size_t n)
{
    *out = hs_value_map();
    for (size_t i = 0; i < n; i++) {
        const struct hs_control *c = &controls[i];
        struct hs_value v = hs_value_num(c->value);

        if (c->kind == HS_CONTROL_TOGGLE)
            v = hs_value_bool(c->value != 0.0);
        else if (c->kind == HS_CONTROL_CHOICE)
            v = hs_value_string(arena, c->choices[(size_t)c->value]);
        else if (is_integral(c))
            v = hs_value_int((int64_t)c->value);
        if (!hs_value_set(out, arena, c->id, v))
            return false;
    }
    return true;
}

void hs_control_text(struct hs_str *out, const struct hs_control *c)
{
    char n[HS_FMT_SIZE];

    if (c->kind == HS_CONTROL_TOGGLE)
        hs_str_add(out, c->value != 0.0 ? "on" : "off");
    else if (c->kind == HS_CONTROL_CHOICE)
        hs_str_add(out, c->choices[(size_t)c->value]);
    else
        hs_str_printf(out, "%s%s%s", hs_fmt_short(n, c->value, 8), *c->unit != '\0' ? " " : "", c->unit);
}

enum hs_status hs_control_parse(double *out, const struct hs_control *c, const char *text, struct hs_error *err)
{
    static const char *const on[] = {"on", "yes", "true", "1"}, *const off[] = {"off", "no", "false", "0"};
    struct hs_error why = HS_ERROR_INIT;

    for (size_t i = 0; c->kind == HS_CONTROL_TOGGLE && i < HS_COUNTOF(on); i++)
        if (strcasecmp(text, on[i]) == 0 || strcasecmp(text, off[i]) == 0) {
            *out = strcasecmp(text, on[i]) == 0 ? 1.0 : 0.0;
            return HS_OK;
        }
    for (size_t i = 0; i < c->nchoices; i++)
        if (strcasecmp(text, c->choices[i]) == 0) {
            *out = (double)i;
            return HS_OK;
        }
    if (c->kind == HS_CONTROL_TOGGLE)
        return hs_fail(err, HS_EINVAL, "%s is on or off, not \"%.40s\"", c->id, text);
    if (c->kind == HS_CONTROL_CHOICE) {
        struct hs_str names = HS_STR_INIT;

        for (size_t i = 0; i < c->nchoices; i++)
            hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", c->choices[i]);
        hs_fail(err, HS_EINVAL, "%s is one of %s, not \"%.40s\"", c->id, names.buf, text);
        hs_str_dispose(&names);
        return HS_EINVAL;
    }
    if (hs_answer_number(out, text, &why) != HS_OK)
        return hs_fail(err, HS_EINVAL, "%s: %s", c->id, why.text);
    return HS_OK;
}

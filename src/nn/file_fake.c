/* Quantizers in our files: what was asked for, the range so far, the qparams in force, and as
 * tensors what training learned. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/file_parts.h"

static struct hs_value target_value(struct hs_file_out *w, const struct hs_qtarget *t)
{
    struct hs_value map = hs_value_map();

    hs_file_set_text(w, &map, "dtype", hs_dtype_name(t->dtype));
    hs_file_set(w, &map, "bits", hs_value_int(t->bits));
    if (t->has_range) {
        hs_file_set(w, &map, "quant_min", hs_value_int(t->quant_min));
        hs_file_set(w, &map, "quant_max", hs_value_int(t->quant_max));
    }
    return map;
}

static void set_config(struct hs_file_out *w, struct hs_value *map,
                       const struct hs_observer_config *c)
{
    hs_file_set(w, map, "axis", c->axis < 0 ? hs_value_nil() : hs_value_int(c->axis));
    hs_file_set(w, map, "block_size", hs_value_int((int64_t)c->block_size));
    hs_file_set(w, map, "averaging_constant", hs_value_num(c->averaging_constant));
    hs_file_set(w, map, "percentile", hs_value_num(c->percentile));
    hs_file_set(w, map, "n_std", hs_value_num(c->n_std));
    hs_file_set(w, map, "clip_to_data", hs_value_bool(c->clip_to_data));
    hs_file_set(w, map, "grid", hs_value_int((int64_t)c->grid));
    hs_file_set(w, map, "bins", hs_value_int((int64_t)c->bins));
    hs_file_set(w, map, "levels", hs_value_int((int64_t)c->levels));
    hs_file_set(w, map, "target", target_value(w, &c->target));
    hs_file_set(w, map, "options", hs_file_options_value(w, &c->options));
}

static bool all_finite(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

static struct hs_value numbers(struct hs_file_out *w, const double *v, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, &w->arena, hs_value_num(v[i])))
            w->failed = true;
    return list;
}

static struct hs_value qparams_value(struct hs_file_out *w, const struct hs_qparams *qp)
{
    struct hs_value map = hs_file_options_value(w, &qp->options), list = hs_value_list();

    for (size_t i = 0; i < qp->n; i++)
        if (!hs_value_push(&list, &w->arena, hs_value_int(qp->zero_point[i])))
            w->failed = true;
    hs_file_set(w, &map, "scale", numbers(w, qp->scale, qp->n));
    hs_file_set(w, &map, "zero_point", list);
    hs_file_set(w, &map, "qmin", hs_value_int(qp->qmin));
    hs_file_set(w, &map, "qmax", hs_value_int(qp->qmax));
    hs_file_set_text(w, &map, "dtype", hs_dtype_name(qp->dtype));
    if (qp->axis >= 0)
        hs_file_set(w, &map, "axis", hs_value_int(qp->axis));
    return map;
}

struct hs_value hs_file_fake_value(struct hs_file_out *w, const struct hs_fake *f)
{
    struct hs_value map = hs_value_map(), range = hs_value_map();

    hs_file_set_text(w, &map, "observer", f->spec.observer);
    hs_file_set_text(w, &map, "method", hs_qat_method_name(f->spec.method));
    hs_file_set(w, &map, "observing", hs_value_bool(f->observing));
    set_config(w, &map, &f->spec.config);
    if (f->min != NULL && all_finite(f->min, f->n) && all_finite(f->max, f->n)) {
        hs_file_set(w, &range, "min", numbers(w, f->min, f->n));
        hs_file_set(w, &range, "max", numbers(w, f->max, f->n));
        hs_file_set(w, &range, "seen", hs_value_int((int64_t)f->seen));
        hs_file_set(w, &map, "range", range);
    }
    if (f->qp.scale != NULL)
        hs_file_set(w, &map, "qparams", qparams_value(w, &f->qp));
    return map;
}

static enum hs_status read_config(struct hs_observer_config *c, const struct hs_value *map,
                                  const char *what, struct hs_error *err)
{
    const struct hs_value *axis = hs_value_get(map, "axis");
    size_t block;
    enum hs_status st;

    *c = hs_observer_config_default();
    if (axis != NULL && axis->kind != HS_NIL &&
        !(axis->kind == HS_INTEGER && axis->as.integer == 0))
        return hs_fail(err, HS_ERANGE, "%s: axis must be 0, or null for the whole tensor", what);
    c->axis = axis != NULL && axis->kind == HS_INTEGER ? 0 : -1;
    c->clip_to_data = hs_value_flag(map, "clip_to_data", c->clip_to_data);
    if ((st = hs_file_size(&block, map, "block_size", 0, 0, what, err)) != HS_OK ||
        (st = hs_file_number(&c->averaging_constant, map, "averaging_constant", what, err)) !=
            HS_OK ||
        (st = hs_file_number(&c->percentile, map, "percentile", what, err)) != HS_OK ||
        (st = hs_file_number(&c->n_std, map, "n_std", what, err)) != HS_OK ||
        (st = hs_file_size(&c->grid, map, "grid", 1, HS_FILE_PARAMETERS, what, err)) != HS_OK ||
        (st = hs_file_size(&c->bins, map, "bins", 1, HS_FILE_PARAMETERS, what, err)) != HS_OK ||
        (st = hs_file_size(&c->levels, map, "levels", 1, HS_FILE_PARAMETERS, what, err)) != HS_OK ||
        (st = hs_qtarget_from_value(&c->target, hs_value_get(map, "target"), err)) != HS_OK)
        return st;
    return hs_file_read_options(&c->options, hs_value_get(map, "options"), err);
}

static enum hs_status read_spec(struct hs_fake_spec *spec, const struct hs_value *map,
                                const char *what, struct hs_error *err)
{
    const struct hs_observer *o = hs_observer_find(hs_value_text(map, "observer", ""));
    int method = hs_qat_method_find(hs_value_text(map, "method", ""));

    if (o == NULL)
        return hs_fail(err, HS_EFORMAT, "%s: there is no observer \"%.60s\"", what,
                       hs_value_text(map, "observer", ""));
    if (method < 0)
        return hs_fail(err, HS_EFORMAT, "%s: there is no method \"%.60s\"", what,
                       hs_value_text(map, "method", ""));
    spec->observer = o->id;
    spec->method = (enum hs_qat_method)method;
    return read_config(&spec->config, map, what, err);
}

static enum hs_status read_qparams(struct hs_fake *f, struct hs_arena *arena,
                                   const struct hs_value *map, const char *what,
                                   struct hs_error *err)
{
    struct hs_qparams qp;
    enum hs_status st;

    if (map == NULL)
        return HS_OK;
    if ((st = hs_qparams_from_value(&qp, arena, map, err)) != HS_OK)
        return st;
    if (qp.n != f->n || qp.block_size != 0 || (qp.axis > 0))
        return hs_fail(err, HS_ESHAPE, "%s: %zu scales; its tensor takes %zu", what, qp.n, f->n);
    if (qp.qmin < -255 || qp.qmax > 255)
        return hs_fail(err, HS_ERANGE, "%s: codes %lld to %lld; at most 8 bits are run", what,
                       (long long)qp.qmin, (long long)qp.qmax);
    return hs_fake_set_qparams(f, &qp, err);
}

static enum hs_status read_range(struct hs_fake *f, struct hs_arena *arena,
                                 const struct hs_value *map, const char *what, struct hs_error *err)
{
    struct hs_value with_axis;
    struct hs_range r;
    size_t seen;
    enum hs_status st;

    if (map == NULL)
        return HS_OK;
    with_axis = hs_value_map();
    if (map->kind != HS_MAP || hs_value_get(map, "min") == NULL || hs_value_get(map, "max") == NULL)
        return hs_fail(err, HS_EFORMAT, "%s: a range has min and max", what);
    if (!hs_value_set(&with_axis, arena, "min", *hs_value_get(map, "min")) ||
        !hs_value_set(&with_axis, arena, "max", *hs_value_get(map, "max")) ||
        !hs_value_set(&with_axis, arena, "axis", hs_value_int(0)))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if ((st = hs_range_from_value(&r, arena, &with_axis, err)) != HS_OK ||
        (st = hs_file_size(&seen, map, "seen", 0, SIZE_MAX / 2, what, err)) != HS_OK)
        return st;
    if (r.n != f->n)
        return hs_fail(err, HS_ESHAPE, "%s: %zu ranges; its tensor takes %zu", what, r.n, f->n);
    memcpy(f->min, r.min, f->n * sizeof *f->min);
    memcpy(f->max, r.max, f->n * sizeof *f->max);
    f->seen = seen;
    return HS_OK;
}

/* The range stands behind the qparams: setting those may change it. */
static enum hs_status read_state(struct hs_file_in *in, struct hs_fake *f, struct hs_arena *scratch,
                                 const char *owner, const struct hs_value *map, const char *what,
                                 struct hs_error *err)
{
    char part[HS_FILE_NAME];
    enum hs_status st = read_qparams(f, scratch, hs_value_get(map, "qparams"), what, err);

    if (st == HS_OK)
        st = read_range(f, scratch, hs_value_get(map, "range"), what, err);
    if (st != HS_OK)
        return st;
    f->observing = hs_value_flag(map, "observing", false);
    if (f->learned.value.data == NULL)
        return HS_OK;
    snprintf(part, sizeof part, "%s%s", f->weights ? "q." : "", f->learned.name);
    return hs_file_fill(in, owner, part, &f->learned.value, err);
}

enum hs_status hs_file_read_fake(struct hs_file_in *in, struct hs_model *m, struct hs_layer *l,
                                 const struct hs_value *map, struct hs_error *err)
{
    bool weights = l->params > 0;
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_fake_spec spec;
    char what[2 * HS_FILE_NAME];
    enum hs_status st;

    snprintf(what, sizeof what, "quantizer of %s", l->name);
    st = read_spec(&spec, map, what, err);
    if (st == HS_OK && !weights && spec.config.axis >= 0)
        st = hs_fail(err, HS_EFORMAT, "%s: activations have one scale, not one a channel", what);
    if (st == HS_OK)
        st = hs_fake_new(&l->fake, &m->arena, &spec, weights ? &l->param[0].value : NULL, err);
    if (st == HS_OK)
        st = read_state(in, l->fake, &scratch, l->name, map, what, err);
    if (st != HS_OK && err != NULL && strstr(err->text, l->name) == NULL)
        hs_error_prefix(err, "%s", what);
    hs_arena_dispose(&scratch);
    return st;
}

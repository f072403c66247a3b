#include "cli/show.h"

#include <math.h>

#include "io/json.h"

static void widen(struct hs_shown *s, double lo, double hi, bool first)
{
    s->min = first || lo < s->min ? lo : s->min;
    s->max = first || hi > s->max ? hi : s->max;
}

/* real = (q - zero_point) * scale, rounded to float32 as PyTorch's dequantize() does. */
static double real(double q, int64_t zero_point, double scale)
{
    return (double)((float)(q - (double)zero_point) * (float)scale);
}

/* Dequantizing keeps the order within a channel (or turns it round), so the ends of the codes are
 * enough. */
static void measure_quantized(struct hs_shown *s)
{
    const struct hs_entry *e = s->entry;
    bool per_channel =
        e->axis >= 0 && e->n > 0 && e->tensor.ndim > e->axis && e->tensor.shape[e->axis] == e->n;
    double sum = 0;

    for (size_t i = 0; i < (per_channel ? e->n : 1); i++) {
        struct hs_tensor part = e->tensor;
        struct hs_stats stats = s->codes;
        double a, b;

        if (per_channel) {
            if (hs_tensor_index(&part, &e->tensor, e->axis, i, NULL) != HS_OK)
                return;
            hs_tensor_stats(&stats, &part);
        }
        a = real(stats.min, e->zero_points[i], e->scales[i]);
        b = real(stats.max, e->zero_points[i], e->scales[i]);
        widen(s, fmin(a, b), fmax(a, b), i == 0);
        sum += (stats.mean - (double)e->zero_points[i]) * e->scales[i] * (double)stats.count;
    }
    s->mean = sum / (double)s->codes.count;
}

void hs_show_measure(struct hs_shown *out, const struct hs_entry *e)
{
    *out = (struct hs_shown){.entry = e};
    if (e->kind == HS_ENTRY_NUMBER || e->kind == HS_ENTRY_BOOL) {
        out->has_value = true;
        out->value = e->number;
    }
    if (e->kind != HS_ENTRY_TENSOR)
        return;
    hs_tensor_stats(&out->codes, &e->tensor);
    out->has_range = out->codes.count > out->codes.nan + out->codes.inf;
    out->min = out->codes.min;
    out->max = out->codes.max;
    out->mean = out->codes.mean;
    if (e->quantized && out->has_range)
        measure_quantized(out);
    if (out->codes.count == 1) {
        out->has_value = true;
        out->value = out->has_range ? out->min : hs_tensor_get(&e->tensor, 0);
    }
}

/* Building a map: the first failure is remembered, and the caller asks once. */
struct maker {
    struct hs_arena *arena;
    bool failed;
};

static void set(struct maker *m, struct hs_value *map, const char *key, struct hs_value v)
{
    m->failed = m->failed || !hs_value_set(map, m->arena, key, v);
}

static void push(struct maker *m, struct hs_value *list, struct hs_value v)
{
    m->failed = m->failed || !hs_value_push(list, m->arena, v);
}

static struct hs_value text(struct maker *m, const char *s)
{
    struct hs_value v = hs_value_string(m->arena, s);

    m->failed = m->failed || v.kind != HS_STRING;
    return v;
}

static struct hs_value number_or_nil(bool has, double v)
{
    return has ? hs_value_num(v) : hs_value_nil();
}

static void set_quantizer(struct maker *m, struct hs_value *map, const struct hs_entry *e)
{
    struct hs_value scales = hs_value_list(), zeros = hs_value_list();

    for (size_t i = 0; i < e->n; i++) {
        push(m, &scales, hs_value_num(e->scales[i]));
        push(m, &zeros, hs_value_int(e->zero_points[i]));
    }
    set(m, map, "scale", e->axis >= 0 ? scales : hs_value_num(e->scales[0]));
    set(m, map, "zero_point", e->axis >= 0 ? zeros : hs_value_int(e->zero_points[0]));
    set(m, map, "axis", e->axis >= 0 ? hs_value_int(e->axis) : hs_value_nil());
}

static struct hs_value value_of(struct maker *m, const struct hs_shown *s)
{
    const struct hs_entry *e = s->entry;
    bool integral = e->kind == HS_ENTRY_TENSOR && !e->quantized &&
                    !hs_dtype_is_float(e->tensor.dtype) && e->tensor.dtype != HS_UINT64;

    if (e->kind == HS_ENTRY_STRING)
        return text(m, e->text);
    if (e->kind == HS_ENTRY_BOOL)
        return hs_value_bool(e->number != 0);
    if (e->kind == HS_ENTRY_NUMBER && e->is_integer)
        return hs_value_int(e->integer);
    if (s->has_value && integral)
        return hs_value_int(hs_dtype_load_int(e->tensor.dtype, e->tensor.data));
    return number_or_nil(s->has_value, s->value);
}

static struct hs_value entry_value(struct maker *m, const struct hs_entry *e)
{
    static const char *const kinds[] = {"tensor", "number", "string", "bool"};
    struct hs_value map = hs_value_map(), shape = hs_value_list();
    bool tensor = e->kind == HS_ENTRY_TENSOR;
    struct hs_shown s;

    hs_show_measure(&s, e);
    set(m, &map, "name", text(m, e->name));
    set(m, &map, "kind", text(m, kinds[e->kind]));
    set(m, &map, "dtype", tensor ? text(m, hs_dtype_name(e->tensor.dtype)) : hs_value_nil());
    for (int i = 0; tensor && i < e->tensor.ndim; i++)
        push(m, &shape, hs_value_int((int64_t)e->tensor.shape[i]));
    set(m, &map, "shape", tensor ? shape : hs_value_nil());
    set(m, &map, "min", number_or_nil(s.has_range, s.min));
    set(m, &map, "max", number_or_nil(s.has_range, s.max));
    set(m, &map, "mean", number_or_nil(s.has_range, s.mean));
    set(m, &map, "nan", hs_value_int((int64_t)s.codes.nan));
    set(m, &map, "inf", hs_value_int((int64_t)s.codes.inf));
    set(m, &map, "scale", hs_value_nil());
    set(m, &map, "zero_point", hs_value_nil());
    set(m, &map, "axis", hs_value_nil());
    set(m, &map, "value", value_of(m, &s));
    if (e->quantized) {
        set_quantizer(m, &map, e);
        set(m, &map, "codes_min", hs_value_num(s.codes.min));
        set(m, &map, "codes_max", hs_value_num(s.codes.max));
    }
    return map;
}

static struct hs_value texts(struct maker *m, const char *const *items, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        push(m, &list, text(m, items[i]));
    return list;
}

enum hs_status hs_show_json(struct hs_str *out, const struct hs_container *c, const char *file,
                            bool all, const struct hs_entry *only, struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct maker m = {.arena = &arena};
    struct hs_value map = hs_value_map(), entries = hs_value_list();

    for (size_t i = 0; i < c->entries.len; i++) {
        const struct hs_entry *e = &c->entries.items[i];

        if (only != NULL ? e == only : all || !e->bookkeeping)
            push(&m, &entries, entry_value(&m, e));
    }
    set(&m, &map, "schema", text(&m, "halfstep.show/1"));
    set(&m, &map, "file", text(&m, file));
    set(&m, &map, "format", text(&m, c->format));
    set(&m, &map, "entries", entries);
    set(&m, &map, "opaque", texts(&m, c->opaque.items, c->opaque.len));
    set(&m, &map, "remarks", texts(&m, c->remarks.items, c->remarks.len));
    if (!m.failed)
        hs_json_write(out, &map, 0);
    hs_str_add_char(out, '\n');
    hs_arena_dispose(&arena);
    return m.failed || !hs_str_ok(out) ? hs_fail(err, HS_ENOMEM, "out of memory") : HS_OK;
}

/* Writing: tensors by name, and the JSON beside them. */
#include <string.h>

#include "io/json.h"
#include "nn/file_parts.h"

void hs_file_out_dispose(struct hs_file_out *w)
{
    HS_VEC_DISPOSE(&w->items);
    hs_arena_dispose(&w->arena);
}

void hs_file_add(struct hs_file_out *w, const char *owner, const char *part,
                 const struct hs_tensor *t)
{
    struct hs_named_tensor item = {.name = hs_arena_printf(&w->arena, "%s.%s", owner, part),
                                   .tensor = *t};

    if (item.name == NULL || !HS_VEC_PUSH(&w->items, item))
        w->failed = true;
}

void hs_file_set(struct hs_file_out *w, struct hs_value *map, const char *key, struct hs_value v)
{
    if (!hs_value_set(map, &w->arena, key, v))
        w->failed = true;
}

void hs_file_set_text(struct hs_file_out *w, struct hs_value *map, const char *key,
                      const char *text)
{
    hs_file_set(w, map, key, hs_value_string(&w->arena, text != NULL ? text : ""));
}

void hs_file_set_sizes(struct hs_file_out *w, struct hs_value *map, const char *key,
                       const size_t *v, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, &w->arena, hs_value_int((int64_t)v[i])))
            w->failed = true;
    hs_file_set(w, map, key, list);
}

struct hs_value hs_file_options_value(struct hs_file_out *w, const struct hs_quant_options *o)
{
    struct hs_value map = hs_value_map(), all = hs_value_map(), own = hs_value_map();
    struct hs_quant_options profile;

    hs_file_set_text(w, &map, "profile", o->profile);
    if (hs_quant_options_profile(&profile, o->profile, NULL) != HS_OK ||
        !hs_quant_options_to_value(&all, &w->arena, o) ||
        !hs_quant_options_to_value(&own, &w->arena, &profile)) {
        w->failed = true;
        return map;
    }
    for (size_t i = 0; i < all.as.map.len; i++) {
        const struct hs_member *m = &all.as.map.items[i];
        const struct hs_value *same = hs_value_get(&own, m->key);

        if (same == NULL || !hs_value_equal(same, &m->value))
            hs_file_set(w, &map, m->key, m->value);
    }
    /* max_shift alone would be read as [-n, n]. */
    if (hs_value_get(&map, "max_shift") != NULL || hs_value_get(&map, "min_shift") != NULL) {
        hs_file_set(w, &map, "max_shift", hs_value_int(o->max_shift));
        hs_file_set(w, &map, "min_shift", hs_value_int(o->min_shift));
    }
    return map;
}

static struct hs_value floats(struct hs_file_out *w, const float *v, size_t n)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, &w->arena, hs_value_num((double)v[i])))
            w->failed = true;
    return list;
}

struct hs_value hs_file_input_value(struct hs_file_out *w, const struct hs_input *input)
{
    const size_t shape[3] = {input->extent.c, input->extent.h, input->extent.w};
    size_t n =
        input->extent.c < HS_COUNTOF(input->mean) ? input->extent.c : HS_COUNTOF(input->mean);
    struct hs_value map = hs_value_map();

    hs_file_set_sizes(w, &map, "shape", shape, 3);
    hs_file_set(w, &map, "divisor", hs_value_num((double)input->divisor));
    hs_file_set(w, &map, "mean", floats(w, input->mean, n));
    hs_file_set(w, &map, "std", floats(w, input->std, n));
    return map;
}

struct hs_value hs_file_geometry_value(struct hs_file_out *w, struct hs_value map,
                                       const size_t kernel[2], const struct hs_conv_geometry *g)
{
    /* pooling leaves unset what only convolutions have */
    const size_t dilation[2] = {g->dilation[0] ? g->dilation[0] : 1,
                                g->dilation[1] ? g->dilation[1] : 1};

    hs_file_set_sizes(w, &map, "kernel", kernel, 2);
    hs_file_set_sizes(w, &map, "stride", g->stride, 2);
    hs_file_set_sizes(w, &map, "padding", g->padding, 2);
    hs_file_set_sizes(w, &map, "dilation", dilation, 2);
    hs_file_set(w, &map, "groups", hs_value_int(g->groups ? (int64_t)g->groups : 1));
    return map;
}

enum hs_status hs_file_write_out(struct hs_file_out *w, const char *path,
                                 const struct hs_value *json, struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT;
    struct hs_value metadata = hs_value_map();
    enum hs_status st = HS_OK;

    hs_json_write(&text, json, 0);
    hs_file_set(w, &metadata, "halfstep", hs_value_string_n(&w->arena, text.buf, text.len));
    if (w->failed || !hs_str_ok(&text))
        st = hs_fail(err, HS_ENOMEM, "%s: out of memory", path);
    if (st == HS_OK)
        st = hs_safetensors_save(path, w->items.items, w->items.len, &metadata, err);
    hs_str_dispose(&text);
    return st;
}

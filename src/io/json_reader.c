/* JSON as a container: numbers, strings and booleans are entries, rectangular lists of numbers are
 * tensors (int64 when every number is an integer, else float64), objects join their keys with '.',
 * other lists join their indices. */
#include <string.h>

#include "base/utf8.h"
#include "io/container.h"
#include "io/json.h"
#include "io/pickle_file.h"

enum { MAX_ENTRIES = 50000 };

struct walk {
    struct hs_container *out;
    struct hs_str name;
    struct hs_error *err;
};

static bool sniff(struct hs_bytes b, const char *name)
{
    size_t i = b.len >= 3 && memcmp(b.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    if (hs_ends_with(name, ".json"))
        return true;
    while (i < b.len && strchr(" \t\r\n", b.data[i]) != NULL && b.data[i] != 0)
        i++;
    return i < b.len && (b.data[i] == '{' || b.data[i] == '[');
}

/* The shape of a rectangular list of numbers; false when it is none. */
static bool rectangular(const struct hs_value *v, int depth, int *ndim, size_t *shape,
                        bool *integers)
{
    if (v->kind == HS_INTEGER || v->kind == HS_NUMBER) {
        *integers = *integers && v->kind == HS_INTEGER;
        if (*ndim < 0)
            *ndim = depth;
        return *ndim == depth;
    }
    if (v->kind != HS_LIST || depth >= HS_MAX_DIMS || hs_value_len(v) == 0 ||
        (*ndim >= 0 && depth >= *ndim))
        return false;
    if (shape[depth] == 0)
        shape[depth] = hs_value_len(v);
    if (shape[depth] != hs_value_len(v))
        return false;
    for (size_t i = 0; i < hs_value_len(v); i++)
        if (!rectangular(&v->as.list.items[i], depth + 1, ndim, shape, integers))
            return false;
    return true;
}

static void fill(struct hs_tensor *t, size_t *at, const struct hs_value *v)
{
    if (v->kind == HS_LIST) {
        for (size_t i = 0; i < hs_value_len(v); i++)
            fill(t, at, &v->as.list.items[i]);
    } else if (t->dtype == HS_INT64) {
        ((int64_t *)t->data)[(*at)++] = v->as.integer;
    } else {
        hs_value_to_number(v, &((double *)t->data)[(*at)++]);
    }
}

static enum hs_status add(struct walk *w, struct hs_entry e)
{
    if (w->out->entries.len >= MAX_ENTRIES)
        return hs_fail(w->err, HS_ELIMIT,
                       "more than %d values; keep numbers in lists, which become tensors",
                       MAX_ENTRIES);
    e.axis = -1;
    e.name = hs_arena_strdup(&w->out->arena, w->name.buf);
    if (e.name == NULL || !hs_str_ok(&w->name) || !HS_VEC_PUSH(&w->out->entries, e))
        return hs_fail(w->err, HS_ENOMEM, "out of memory");
    return HS_OK;
}

static enum hs_status visit(struct walk *w, const struct hs_value *v);

static enum hs_status children(struct walk *w, const struct hs_value *v)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < hs_value_len(v); i++) {
        size_t length = w->name.len;

        hs_str_add(&w->name, length != 0 ? "." : "");
        if (v->kind == HS_LIST)
            hs_str_printf(&w->name, "%zu", i);
        else
            hs_text_sanitize(&w->name, v->as.map.items[i].key, strlen(v->as.map.items[i].key), 255,
                             false);
        st = visit(w, v->kind == HS_LIST ? &v->as.list.items[i] : &v->as.map.items[i].value);
        hs_str_truncate(&w->name, length);
    }
    return st;
}

static enum hs_status visit(struct walk *w, const struct hs_value *v)
{
    size_t shape[HS_MAX_DIMS + 1] = {0}, at = 0;
    int ndim = -1;
    bool integers = true;
    struct hs_entry e = {.kind = HS_ENTRY_NUMBER};
    enum hs_status st;

    switch (v->kind) {
    case HS_BOOLEAN:
        e.kind = HS_ENTRY_BOOL;
        e.number = v->as.boolean;
        return add(w, e);
    case HS_INTEGER:
        e.is_integer = true;
        e.integer = v->as.integer;
        e.number = (double)v->as.integer;
        return add(w, e);
    case HS_NUMBER:
        e.number = v->as.number;
        return add(w, e);
    case HS_STRING:
        e.kind = HS_ENTRY_STRING;
        e.text = v->as.string.text;
        return add(w, e);
    case HS_LIST:
        if (!rectangular(v, 0, &ndim, shape, &integers))
            return children(w, v);
        e.kind = HS_ENTRY_TENSOR;
        st = hs_tensor_new(&e.tensor, &w->out->arena, integers ? HS_INT64 : HS_FLOAT64, ndim, shape,
                           w->err);
        if (st != HS_OK)
            return st;
        fill(&e.tensor, &at, v);
        return add(w, e);
    case HS_MAP:
        return children(w, v);
    default:
        return HS_OK;
    }
}

static enum hs_status read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct walk w = {.out = out, .name = HS_STR_INIT, .err = err};
    struct hs_value v;
    enum hs_status st = hs_json_read(&v, &out->arena, bytes, name, limits, err);

    out->format = "json";
    if (st == HS_OK) {
        st = visit(&w, &v);
        if (st != HS_OK)
            hs_error_prefix(err, "%s", name);
    }
    hs_str_dispose(&w.name);
    return st;
}

const struct hs_reader hs_reader_json = {.id = "json",
                                         .help = "numbers and nested lists",
                                         .sniff = sniff,
                                         .read = read};

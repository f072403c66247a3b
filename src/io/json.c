#include "io/json.h"

#include <math.h>
#include <string.h>
#include <inttypes.h>

#include <jansson.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Greatest nesting of brackets outside strings: jansson's own limit is far deeper than ours. */
static int nesting(struct hs_bytes text)
{
    int depth = 0, most = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = text.data[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            most = ++depth > most ? depth : most;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return most;
}

static enum hs_status from_json(struct hs_value *out, struct hs_arena *arena, json_t *j);

static enum hs_status list_from_json(struct hs_value *out, struct hs_arena *arena, json_t *j)
{
    size_t n = json_array_size(j);
    struct hs_value *items = n != 0 ? hs_arena_alloc(arena, n, sizeof *items) : NULL;

    if (n != 0 && items == NULL)
        return HS_ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (from_json(&items[i], arena, json_array_get(j, i)) != HS_OK)
            return HS_ENOMEM;
    *out = hs_value_list();
    out->as.list.items = items;
    out->as.list.len = out->as.list.cap = n;
    return HS_OK;
}

/* Filled directly: hs_value_set() looks for the key each time, which a million keys would make
 * hours of; jansson has refused duplicates already. */
static enum hs_status map_from_json(struct hs_value *out, struct hs_arena *arena, json_t *j)
{
    size_t n = json_object_size(j), i = 0;
    struct hs_member *items = n != 0 ? hs_arena_alloc(arena, n, sizeof *items) : NULL;
    const char *key;
    json_t *child;

    if (n != 0 && items == NULL)
        return HS_ENOMEM;
    json_object_foreach(j, key, child)
    {
        items[i].key = hs_arena_strdup(arena, key);
        if (items[i].key == NULL || from_json(&items[i].value, arena, child) != HS_OK)
            return HS_ENOMEM;
        i++;
    }
    *out = hs_value_map();
    out->as.map.items = items;
    out->as.map.len = out->as.map.cap = n;
    return HS_OK;
}

/* Recursion is as deep as nesting() allowed. */
static enum hs_status from_json(struct hs_value *out, struct hs_arena *arena, json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_STRING:
        *out = hs_value_string_n(arena, json_string_value(j), json_string_length(j));
        return out->kind == HS_STRING ? HS_OK : HS_ENOMEM;
    case JSON_INTEGER:
        *out = hs_value_int(json_integer_value(j));
        return HS_OK;
    case JSON_REAL:
        *out = hs_value_num(json_real_value(j));
        return HS_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = hs_value_bool(json_is_true(j));
        return HS_OK;
    case JSON_ARRAY:
        return list_from_json(out, arena, j);
    case JSON_OBJECT:
        return map_from_json(out, arena, j);
    default:
        *out = hs_value_nil();
        return HS_OK;
    }
}

/* jansson reports a failed allocation as an error of the text, if at all. */
static _Thread_local bool refused;

static void *allocate(size_t size)
{
    void *p = hs_alloc(size, 1);

    refused = refused || p == NULL;
    return p;
}

static enum hs_status explain(const json_error_t *e, struct hs_bytes text, const char *source,
                              struct hs_error *err)
{
    const char *hint = "";
    size_t at = e->position > 0 ? (size_t)e->position : 0, from = at > 10 ? at - 10 : 0;
    struct hs_str shown = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = from; i < text.len && i < at + 3; i++)
        if ((text.len - i >= 3 && memcmp(text.data + i, "NaN", 3) == 0) ||
            (text.len - i >= 8 && memcmp(text.data + i, "Infinity", 8) == 0))
            hint = " (JSON has no NaN or Infinity; Python's json.dump writes them unless "
                   "allow_nan=False)";
    hs_text_sanitize(&shown, e->text, strlen(e->text), 200, false);
    st = hs_fail_at(err, HS_EFORMAT, source, e->line, e->column,
                    "%s is no valid JSON, line %d column %d: %s%s", source, e->line, e->column,
                    shown.buf, hint);
    hs_str_dispose(&shown);
    return st;
}

enum hs_status hs_json_read(struct hs_value *out, struct hs_arena *arena, struct hs_bytes text,
                            const char *source, const struct hs_io_limits *limits,
                            struct hs_error *err)
{
    json_error_t e;
    json_t *root;
    enum hs_status st;
    struct hs_value v;

    if (text.len > limits->json_bytes)
        return hs_fail(err, HS_ELIMIT, "%s: %zu bytes of JSON, the limit is %zu", source, text.len,
                       limits->json_bytes);
    if (text.len >= 2 && ((text.data[0] == 0xff && text.data[1] == 0xfe) ||
                          (text.data[0] == 0xfe && text.data[1] == 0xff)))
        return hs_fail(err, HS_EFORMAT, "%s: is UTF-16 text; save it as UTF-8", source);
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        text = hs_bytes_part(text, 3, text.len - 3);
    if (nesting(text) > limits->depth)
        return hs_fail(err, HS_ELIMIT, "%s: JSON nested deeper than %d levels", source,
                       limits->depth);
    refused = false;
    json_set_alloc_funcs(allocate, hs_free); /* so that a test can let each allocation fail */
    root =
        json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (root == NULL && refused)
        return hs_fail(err, HS_ENOMEM, "%s: out of memory", source);
    if (root == NULL)
        return explain(&e, text, source, err);
    st = from_json(&v, arena, root);
    json_decref(root);
    if (st != HS_OK)
        return hs_fail(err, HS_ENOMEM, "%s: out of memory", source);
    *out = v;
    return HS_OK;
}

#include "io/json.h"

#include <math.h>
#include <string.h>
#include <inttypes.h>

#include <jansson.h>

#include "base/fmt.h"
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

static enum hs_status from_json(struct hs_value *out, struct hs_arena *arena, const json_t *j)
{
    struct hs_value item;
    enum hs_status st = HS_OK;
    const char *key;
    json_t *child;
    size_t i;

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
        *out = hs_value_list();
        json_array_foreach((json_t *)(uintptr_t)j, i, child)
        {
            st = from_json(&item, arena, child);
            if (st != HS_OK || !hs_value_push(out, arena, item))
                return HS_ENOMEM;
        }
        return HS_OK;
    case JSON_OBJECT:
        *out = hs_value_map();
        json_object_foreach((json_t *)(uintptr_t)j, key, child)
        {
            st = from_json(&item, arena, child);
            if (st != HS_OK || !hs_value_set(out, arena, key, item))
                return HS_ENOMEM;
        }
        return HS_OK;
    default:
        *out = hs_value_nil();
        return HS_OK;
    }
}

static enum hs_status explain(const json_error_t *e, struct hs_bytes text, const char *source,
                              struct hs_error *err)
{
    const char *hint = "";
    size_t at = e->position > 0 ? (size_t)e->position : 0, from = at > 10 ? at - 10 : 0;
    struct hs_str shown = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = from; i < text.len && i < at + 3; i++)
        if (memcmp(text.data + i, "NaN", text.len - i < 3 ? text.len - i : 3) == 0 ||
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
    root =
        json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (root == NULL)
        return explain(&e, text, source, err);
    st = from_json(&v, arena, root);
    json_decref(root);
    if (st != HS_OK)
        return hs_fail(err, HS_ENOMEM, "%s: out of memory", source);
    *out = v;
    return HS_OK;
}

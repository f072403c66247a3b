/* Writing JSON. Declared in io/json.h. */
#include <inttypes.h>
#include <math.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "io/json.h"

void hs_json_write_string(struct hs_str *out, const char *text, size_t n)
{
    hs_str_add_char(out, '"');
    for (size_t i = 0; i < n;) {
        uint32_t c;
        bool ok;
        size_t used = hs_utf8_decode(text + i, n - i, &c, &ok);

        if (!ok)
            hs_str_add(out, "\\ufffd");
        else if (c == '"' || c == '\\')
            hs_str_printf(out, "\\%c", (char)c);
        else if (c == '\n')
            hs_str_add(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            hs_str_printf(out, "\\u%04x", (unsigned)c);
        else
            hs_str_add_bytes(out, text + i, used);
        i += used;
    }
    hs_str_add_char(out, '"');
}

static void write_number(struct hs_str *out, double v)
{
    char text[HS_FMT_SIZE];

    hs_str_add(out, isfinite(v) ? hs_fmt_double(text, v) : "null");
}

static void new_line(struct hs_str *out, int indent, int depth)
{
    if (indent == 0)
        return;
    hs_str_add_char(out, '\n');
    hs_str_add_repeat(out, " ", (size_t)(indent * depth));
}

/* The elements of axis `axis`, from flat index *at on. */
static void write_tensor(struct hs_str *out, const struct hs_tensor *t, int axis, size_t *at)
{
    char text[HS_FMT_SIZE];

    if (axis == t->ndim) {
        const void *p = hs_tensor_at(t, (*at)++);

        if (t->dtype == HS_BOOL)
            hs_str_add(out, hs_dtype_load_int(t->dtype, p) != 0 ? "true" : "false");
        else if (hs_dtype_is_integer(t->dtype))
            hs_str_printf(out, "%" PRId64, hs_dtype_load_int(t->dtype, p));
        else if (t->dtype == HS_FLOAT32 && isfinite(hs_dtype_load(t->dtype, p)))
            hs_str_add(out, hs_fmt_float(text, (float)hs_dtype_load(t->dtype, p)));
        else
            write_number(out, hs_dtype_load(t->dtype, p));
        return;
    }
    hs_str_add_char(out, '[');
    for (size_t i = 0; i < t->shape[axis] && hs_tensor_count(t) != 0; i++) {
        if (i != 0)
            hs_str_add_char(out, ',');
        write_tensor(out, t, axis + 1, at);
    }
    hs_str_add_char(out, ']');
}

static bool is_flat(const struct hs_value *v)
{
    for (size_t i = 0; i < hs_value_len(v); i++) {
        const struct hs_value *item =
            v->kind == HS_LIST ? &v->as.list.items[i] : &v->as.map.items[i].value;

        if (item->kind == HS_LIST || item->kind == HS_MAP || item->kind == HS_TENSOR)
            return false;
    }
    return v->kind == HS_LIST;
}

static void write_value(struct hs_str *out, const struct hs_value *v, int indent, int depth);

static void write_items(struct hs_str *out, const struct hs_value *v, int indent, int depth)
{
    bool list = v->kind == HS_LIST, flat = is_flat(v);
    size_t n = hs_value_len(v);

    hs_str_add_char(out, list ? '[' : '{');
    for (size_t i = 0; i < n; i++) {
        if (i != 0)
            hs_str_add(out, indent != 0 && flat ? ", " : ",");
        if (!flat)
            new_line(out, indent, depth + 1);
        if (list) {
            write_value(out, &v->as.list.items[i], indent, depth + 1);
            continue;
        }
        hs_json_write_string(out, v->as.map.items[i].key, strlen(v->as.map.items[i].key));
        hs_str_add(out, indent != 0 ? ": " : ":");
        write_value(out, &v->as.map.items[i].value, indent, depth + 1);
    }
    if (n != 0 && !flat)
        new_line(out, indent, depth);
    hs_str_add_char(out, list ? ']' : '}');
}

static void write_value(struct hs_str *out, const struct hs_value *v, int indent, int depth)
{
    size_t at = 0;

    switch (v->kind) {
    case HS_NIL:
        hs_str_add(out, "null");
        break;
    case HS_BOOLEAN:
        hs_str_add(out, v->as.boolean ? "true" : "false");
        break;
    case HS_INTEGER:
        hs_str_printf(out, "%" PRId64, v->as.integer);
        break;
    case HS_NUMBER:
        write_number(out, v->as.number);
        break;
    case HS_STRING:
        hs_json_write_string(out, v->as.string.text, v->as.string.len);
        break;
    case HS_TENSOR:
        write_tensor(out, v->as.tensor, 0, &at);
        break;
    default:
        write_items(out, v, indent, depth);
    }
}

void hs_json_write(struct hs_str *out, const struct hs_value *v, int indent)
{
    write_value(out, v, indent, 0);
}

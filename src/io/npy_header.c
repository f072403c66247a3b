#include "io/npy_header.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct parser {
    struct hs_bytes text;
    size_t at;
    const char *source;
    struct hs_error *err;
};

static enum hs_status bad(struct parser *p, const char *what)
{
    return hs_fail(p->err, HS_EFORMAT, "%s: npy header, byte %zu: %s", p->source, p->at, what);
}

static void spaces(struct parser *p)
{
    while (p->at < p->text.len && (p->text.data[p->at] == ' ' || p->text.data[p->at] == '\n' ||
                                   p->text.data[p->at] == '\t' || p->text.data[p->at] == '\r'))
        p->at++;
}

static bool take(struct parser *p, char c)
{
    spaces(p);
    if (p->at >= p->text.len || p->text.data[p->at] != (unsigned char)c)
        return false;
    p->at++;
    return true;
}

/* A quoted Python string without escapes, as a view. */
static bool string(struct parser *p, struct hs_bytes *out)
{
    unsigned char quote;
    size_t from;

    spaces(p);
    if (p->at >= p->text.len || (p->text.data[p->at] != '\'' && p->text.data[p->at] != '"'))
        return false;
    quote = p->text.data[p->at++];
    from = p->at;
    while (p->at < p->text.len && p->text.data[p->at] != quote && p->text.data[p->at] != '\\')
        p->at++;
    if (p->at >= p->text.len || p->text.data[p->at] != quote)
        return false;
    *out = hs_bytes_part(p->text, from, p->at - from);
    p->at++;
    return true;
}

static bool word(struct parser *p, const char *w)
{
    size_t n = strlen(w);

    spaces(p);
    if (p->text.len - p->at < n || memcmp(p->text.data + p->at, w, n) != 0)
        return false;
    if (p->at + n < p->text.len && isalnum(p->text.data[p->at + n]))
        return false;
    p->at += n;
    return true;
}

static enum hs_status shape(struct parser *p, struct hs_npy_header *h)
{
    bool comma = true;

    if (!take(p, '('))
        return bad(p, "the shape is no tuple");
    h->ndim = 0;
    while (!take(p, ')')) {
        size_t v = 0, digits = 0;

        if (!comma)
            return bad(p, "a comma is missing in the shape");
        spaces(p);
        for (; p->at < p->text.len && isdigit(p->text.data[p->at]); p->at++, digits++)
            if (!hs_mul_checked(&v, v, 10) ||
                !hs_add_checked(&v, v, (size_t)(p->text.data[p->at] - '0')))
                return bad(p, "a dimension is larger than memory");
        if (digits == 0)
            return bad(p, "a dimension is no whole number of 0 or more");
        if (p->at < p->text.len && p->text.data[p->at] == 'L')
            p->at++; /* Python 2 wrote 3L */
        if (h->ndim == HS_MAX_DIMS)
            return bad(p, "more than 32 dimensions");
        h->shape[h->ndim++] = v;
        comma = take(p, ',');
    }
    if (h->ndim == 1 && !comma)
        return bad(p, "the shape is a number in parentheses, no tuple");
    return HS_OK;
}

static enum hs_status descr(struct parser *p, struct hs_npy_header *h)
{
    static const struct {
        const char *code;
        enum hs_dtype dtype;
    } kinds[] = {{"b1", HS_BOOL},   {"i1", HS_INT8},    {"u1", HS_UINT8},   {"i2", HS_INT16},
                 {"u2", HS_UINT16}, {"i4", HS_INT32},   {"u4", HS_UINT32},  {"i8", HS_INT64},
                 {"u8", HS_UINT64}, {"f2", HS_FLOAT16}, {"f4", HS_FLOAT32}, {"f8", HS_FLOAT64}};
    struct hs_bytes text;
    struct hs_str shown = HS_STR_INIT;
    enum hs_status st;

    if (take(p, '[') || (p->at < p->text.len && p->text.data[p->at] == '('))
        return hs_fail(p->err, HS_EDTYPE,
                       "%s: is an array of records; save each field as an array of its own",
                       p->source);
    if (!string(p, &text))
        return bad(p, "descr is no string");
    if (text.len == 2 && memcmp(text.data, "|O", 2) == 0) {
        h->objects = true;
        return HS_OK;
    }
    if (text.len == 3 && strchr("<>=|", text.data[0]) != NULL)
        for (size_t i = 0; i < HS_COUNTOF(kinds); i++)
            if (memcmp(text.data + 1, kinds[i].code, 2) == 0 &&
                (text.data[0] != '|' || hs_dtype_size(kinds[i].dtype) == 1)) {
                h->dtype = kinds[i].dtype;
                h->big_endian = text.data[0] == '>';
                return HS_OK;
            }
    hs_text_sanitize(&shown, (const char *)text.data, text.len, 20, false);
    st = hs_fail(p->err, HS_EDTYPE,
                 "%s: elements of type '%s' are not read; save as float16/32/64, int8 to int64, "
                 "uint8 to uint64 or bool",
                 p->source, shown.buf);
    hs_str_dispose(&shown);
    return st;
}

/* One key with its value; `seen` has a bit for each key. */
static enum hs_status member(struct parser *p, struct hs_npy_header *h, unsigned *seen)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    struct hs_bytes key;

    if (!string(p, &key))
        return bad(p, "a key is no string");
    if (!take(p, ':'))
        return bad(p, "a colon is missing behind a key");
    for (unsigned i = 0; i < HS_COUNTOF(keys); i++) {
        if (key.len != strlen(keys[i]) || memcmp(key.data, keys[i], key.len) != 0)
            continue;
        if (*seen & 1u << i)
            return bad(p, "a key stands twice");
        *seen |= 1u << i;
        if (i == 0)
            return descr(p, h);
        if (i == 2)
            return shape(p, h);
        if (word(p, "True"))
            h->fortran = true;
        else if (!word(p, "False"))
            return bad(p, "fortran_order is neither True nor False");
        return HS_OK;
    }
    return bad(p, "a key other than descr, fortran_order and shape");
}

enum hs_status hs_npy_header_parse(struct hs_npy_header *out, struct hs_bytes text,
                                   const char *source, struct hs_error *err)
{
    struct parser p = {.text = text, .source = source, .err = err};
    struct hs_npy_header h = {.dtype = HS_FLOAT32};
    unsigned seen = 0;
    bool comma = true;

    if (!take(&p, '{'))
        return bad(&p, "no dictionary");
    while (!take(&p, '}')) {
        enum hs_status st;

        if (!comma)
            return bad(&p, "a comma is missing");
        st = member(&p, &h, &seen);
        if (st != HS_OK)
            return st;
        comma = take(&p, ',');
    }
    spaces(&p);
    if (p.at != text.len)
        return bad(&p, "something stands behind the dictionary");
    if (seen != 7)
        return bad(&p, "one of descr, fortran_order and shape is missing");
    *out = h;
    return HS_OK;
}

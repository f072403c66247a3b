#include "base/utf8.h"

#include "base/mem.h"
#include "base/width_table.h"

size_t hs_utf8_decode(const char *s, size_t n, uint32_t *code_point, bool *ok)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s;
    size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    uint32_t c = len == 1 ? p[0] : len == 0 ? 0 : p[0] & (0xffu >> (len + 1));
    bool good = len != 0 && len <= n;

    for (size_t i = 1; good && i < len; i++) {
        good = p[i] >> 6 == 2;
        c = c << 6 | (p[i] & 0x3fu);
    }
    good = good && c >= least[len] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
    if (ok != NULL)
        *ok = good;
    *code_point = good ? c : 0xfffd;
    return good ? len : 1;
}

size_t hs_utf8_encode(uint32_t c, char out[4])
{
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

bool hs_utf8_valid(const char *s, size_t n)
{
    bool ok = true;

    for (size_t i = 0; i < n && ok;) {
        uint32_t c;

        i += hs_utf8_decode(s + i, n - i, &c, &ok);
    }
    return ok;
}

static bool in_ranges(const struct hs_rune_range *r, size_t n, uint32_t c)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (c > r[mid].last)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && c >= r[lo].first;
}

int hs_rune_width(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return 0;
    if (c < 0x300)
        return 1;
    if (in_ranges(hs_zero_runes, HS_COUNTOF(hs_zero_runes), c))
        return 0;
    return in_ranges(hs_wide_runes, HS_COUNTOF(hs_wide_runes), c) ? 2 : 1;
}

/* Columns of the character at s: malformed bytes count 1. */
static size_t width_at(const char *s, size_t n, size_t *bytes)
{
    uint32_t c;
    bool ok;

    *bytes = hs_utf8_decode(s, n, &c, &ok);
    return ok ? (size_t)hs_rune_width(c) : 1;
}

size_t hs_text_width(const char *s, size_t n)
{
    size_t width = 0, bytes;

    for (size_t i = 0; i < n; i += bytes)
        width += width_at(s + i, n - i, &bytes);
    return width;
}

size_t hs_text_fit(const char *s, size_t n, size_t columns, size_t *width)
{
    size_t used = 0, i = 0, bytes;

    while (i < n) {
        size_t w = width_at(s + i, n - i, &bytes);

        if (used + w > columns)
            break;
        used += w;
        i += bytes;
    }
    if (width != NULL)
        *width = used;
    return i;
}

static bool is_invisible_control(uint32_t c)
{
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           c == 0x2028 || c == 0x2029 || c == 0xad || c == 0x61c || (c >= 0xe0000 && c <= 0xe007f);
}

/* One character made visible, appended to `out`. */
static void sanitize_one(struct hs_str *out, const char *s, size_t bytes, uint32_t c, bool ok, bool keep_lines)
{
    if (!ok)
        hs_str_printf(out, "\\x%02X", (unsigned char)s[0]);
    else if ((c == '\n' || c == '\t') && keep_lines)
        hs_str_add_char(out, (char)c);
    else if (c == '\n' || c == '\t')
        hs_str_add(out, c == '\n' ? "\\n" : "\\t");
    else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        hs_str_printf(out, "\\x%02X", (unsigned)c);
    else if (is_invisible_control(c))
        hs_str_printf(out, "<U+%04X>", (unsigned)c);
    else
        hs_str_add_bytes(out, s, bytes);
}

void hs_text_sanitize(struct hs_str *out, const char *s, size_t n, size_t columns, bool keep_lines)
{
    size_t from = out->len;

    for (size_t i = 0; i < n;) {
        uint32_t c;
        bool ok;
        size_t bytes = hs_utf8_decode(s + i, n - i, &c, &ok);

        sanitize_one(out, s + i, bytes, c, ok, keep_lines);
        i += bytes;
        if (columns != 0 && out->len - from > columns && hs_text_width(out->buf + from, out->len - from) > columns) {
            size_t keep = hs_text_fit(out->buf + from, out->len - from, columns > 3 ? columns - 3 : 0, NULL);

            hs_str_truncate(out, from + keep);
            hs_str_add(out, "...");
            return;
        }
    }
}

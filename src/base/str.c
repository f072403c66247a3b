#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

char hs_str_empty[1] = "";

void hs_str_dispose(struct hs_str *s)
{
    if (s->cap != 0)
        hs_free(s->buf);
    *s = HS_STR_INIT;
}

void hs_str_clear(struct hs_str *s)
{
    hs_str_truncate(s, 0);
    s->failed = false;
}

static bool reserve(struct hs_str *s, size_t more)
{
    size_t need, cap = s->cap != 0 ? s->cap : 64;
    char *buf;

    if (s->failed || !hs_add_checked(&need, s->len, more) || !hs_add_checked(&need, need, 1)) {
        s->failed = true;
        return false;
    }
    if (need <= s->cap)
        return true;
    while (cap < need && cap < (size_t)-1 / 2)
        cap *= 2;
    buf = hs_realloc(s->cap != 0 ? s->buf : NULL, cap, 1);
    if (buf == NULL) {
        s->failed = true;
        return false;
    }
    if (s->cap == 0)
        buf[0] = '\0';
    s->buf = buf;
    s->cap = cap;
    return true;
}

void hs_str_add_bytes(struct hs_str *s, const void *bytes, size_t n)
{
    if (n == 0 || !reserve(s, n))
        return;
    memcpy(s->buf + s->len, bytes, n);
    s->len += n;
    s->buf[s->len] = '\0';
}

void hs_str_add(struct hs_str *s, const char *text)
{
    hs_str_add_bytes(s, text, strlen(text));
}

void hs_str_add_char(struct hs_str *s, char c)
{
    hs_str_add_bytes(s, &c, 1);
}

void hs_str_add_repeat(struct hs_str *s, const char *text, size_t times)
{
    while (times-- > 0 && !s->failed)
        hs_str_add(s, text);
}

void hs_str_vprintf(struct hs_str *s, const char *fmt, va_list args)
{
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0)
        s->failed = true;
    else if (n > 0 && reserve(s, (size_t)n)) {
        vsnprintf(s->buf + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

void hs_str_printf(struct hs_str *s, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    hs_str_vprintf(s, fmt, args);
    va_end(args);
}

void hs_str_truncate(struct hs_str *s, size_t len)
{
    if (len < s->len) {
        s->len = len;
        s->buf[len] = '\0';
    }
}

char *hs_str_take(struct hs_str *s)
{
    char *buf = NULL;

    if (!s->failed && reserve(s, 0))
        buf = s->buf;
    if (buf == NULL)
        hs_str_dispose(s);
    *s = HS_STR_INIT;
    return buf;
}

bool hs_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool hs_ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

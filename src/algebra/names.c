#include "algebra/names.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Equal but for underscores before digits. */
static bool spells(const char *name, const char *text, size_t n)
{
    const char *end = text + n;

    for (;;) {
        if (*name == '_' && is_digit(name[1]))
            name++;
        if (text < end && *text == '_' && text + 1 < end && is_digit(text[1]))
            text++;
        if (text == end || *name == '\0')
            return text == end && *name == '\0';
        if (*name++ != *text++)
            return false;
    }
}

static size_t one_name(const struct hs_symbols *s, const char *text, size_t n)
{
    size_t found = hs_symbols_find(s, text, n);

    for (size_t i = 0; found == (size_t)-1 && i < s->n; i++)
        if (s->names[i][0] == text[0] && spells(s->names[i], text, n))
            found = i;
    return found;
}

size_t hs_names_split(size_t found[HS_NAMES_TOGETHER], const struct hs_symbols *s, const char *text)
{
    enum { LONGEST = 96 };
    size_t n = strlen(text), fewest[LONGEST + 1], last[LONGEST + 1], symbol[LONGEST + 1];

    found[0] = one_name(s, text, n);
    if (found[0] != (size_t)-1)
        return 1;
    if (!s->closed || n > LONGEST)
        return 0;
    fewest[0] = 0;
    for (size_t to = 1; to <= n; to++) {
        fewest[to] = (size_t)-1;
        for (size_t i = 0; i < s->n; i++) {
            size_t length = strlen(s->names[i]);

            if (length <= to && memcmp(text + to - length, s->names[i], length) == 0 &&
                fewest[to - length] != (size_t)-1 && fewest[to - length] + 1 < fewest[to]) {
                fewest[to] = fewest[to - length] + 1;
                last[to] = to - length;
                symbol[to] = i;
            }
        }
    }
    if (fewest[n] == (size_t)-1 || fewest[n] > HS_NAMES_TOGETHER)
        return 0;
    for (size_t to = n, k = fewest[n]; to > 0; to = last[to])
        found[--k] = symbol[to];
    return fewest[n];
}

bool hs_name_with_index(struct hs_str *out, const char *name, const char *index, const char *with)
{
    bool found = false;

    for (const char *part = name; part != NULL;) {
        size_t n = strcspn(part, "_");
        bool hit = part != name && strlen(index) == n && memcmp(part, index, n) == 0;

        found = found || hit;
        if (out != NULL) {
            hs_str_add_bytes(out, part, hit ? 0 : n);
            hs_str_add(out, hit ? with : "");
            hs_str_add(out, part[n] == '_' ? "_" : "");
        }
        part = part[n] == '_' ? part + n + 1 : NULL;
    }
    return found;
}

/* Letters of both that are not the same, one by one, without regard to case and underscores. */
static bool looks_like(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        a += *a == '_';
        b += *b == '_';
        if ((*a | 32) != (*b | 32))
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return true;
}

void hs_name_unknown(struct hs_str *out, const struct hs_symbols *s, const char *name)
{
    hs_str_printf(out, "\"%.60s\" is no name of this question", name);
    for (size_t i = 0; i < s->n; i++)
        if (looks_like(name, s->names[i])) {
            hs_str_printf(out, "; did you mean %s?", s->names[i]);
            return;
        }
    hs_str_add(out, "; the names are");
    for (size_t i = 0; i < s->n && out->len < 240; i++)
        hs_str_printf(out, "%s %s", i > 0 ? "," : "", s->names[i]);
}

static bool is_word(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z') && !(i > 0 && is_digit(text[i])) &&
            strchr("_()", text[i]) == NULL)
            return false;
    return n > 0;
}

static bool number(int64_t *out, const char *text)
{
    char *end;
    long v = strtol(text, &end, 10);

    *out = v;
    return end != text && *end == '\0' && v >= -100000 && v <= 100000;
}

bool hs_product_bounds(struct hs_token_prod *prod, char *index, size_t size, const char *low,
                       const char *high, struct hs_arena *arena)
{
    size_t n = strcspn(low, "="), word = strcspn(high, "+-");

    if (low[n] != '=' || n == 0 || n >= size || !is_word(low, n) ||
        !number(&prod->from, low + n + 1) || prod->from < 0)
        return false;
    memcpy(index, low, n);
    index[n] = '\0';
    prod->index = hs_arena_strdup(arena, index);
    if (number(&prod->offset, high))
        return prod->index != NULL;
    if (!is_word(high, word) || (high[word] != '\0' && !number(&prod->offset, high + word)))
        return false;
    prod->upto = hs_arena_strndup(arena, high, word);
    return prod->upto != NULL && prod->index != NULL;
}

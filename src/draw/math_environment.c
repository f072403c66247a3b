/* Tables of a formula: environments, \substack, and the lines of the whole. Declared in
 * draw/math_parser.h. */
#include <string.h>

#include "base/str.h"
#include "draw/math_parser.h"

static bool at_end_of_table(const struct hs_math_parser *p)
{
    return *p->at == '\0' || *p->at == '}' || hs_math_at(p, "end") || hs_math_at(p, "right");
}

/* One row of cells. Behind an & stands nothing first, so that a relation keeps its distance. */
static struct hs_math *cells(struct hs_math_parser *p, enum hs_math_table kind)
{
    struct hs_math *r = hs_math_node(p, HS_MATH_ROW);

    while (r != NULL) {
        p->lead = kind == HS_MATH_ALIGNED && r->n % 2 == 1;
        if (!hs_math_push(p, r, hs_math_row(p, "&")))
            return NULL;
        if (*p->at != '&')
            break;
        p->at++;
    }
    return r;
}

static void skip_optional(struct hs_math_parser *p)
{
    size_t n = *p->at == '[' ? strcspn(p->at, "]\\{}&") : 0;

    if (n != 0 && p->at[n] == ']')
        p->at += n + 1;
}

struct hs_math *hs_math_table(struct hs_math_parser *p, enum hs_math_table kind)
{
    struct hs_math *m = hs_math_node(p, HS_MATH_TABLE), *r;

    if (m == NULL)
        return NULL;
    m->table = kind;
    for (;;) {
        r = cells(p, kind);
        if (r == NULL)
            return NULL;
        if (m->n != 0 && r->n == 1 && r->items[0]->n == 0 && at_end_of_table(p))
            return m; /* the last row ended with \\, too */
        if (!hs_math_push(p, m, r))
            return NULL;
        m->ncolumns = (int)r->n > m->ncolumns ? (int)r->n : m->ncolumns;
        if (!hs_starts_with(p->at, "\\\\"))
            return m;
        p->at += 2;
        p->at += *p->at == '*';
        skip_optional(p);
    }
}

static const struct environment {
    const char *name, *open, *close;
    enum hs_math_table table;
} environments[] = {
    {"cases", "{", "", HS_MATH_CASES},      {"dcases", "{", "", HS_MATH_CASES},
    {"rcases", "", "}", HS_MATH_CASES},     {"matrix", "", "", HS_MATH_MATRIX},
    {"pmatrix", "(", ")", HS_MATH_MATRIX},  {"bmatrix", "[", "]", HS_MATH_MATRIX},
    {"Bmatrix", "{", "}", HS_MATH_MATRIX},  {"vmatrix", "|", "|", HS_MATH_MATRIX},
    {"Vmatrix", "‖", "‖", HS_MATH_MATRIX},  {"smallmatrix", "", "", HS_MATH_MATRIX},
    {"array", "", "", HS_MATH_MATRIX},      {"gather", "", "", HS_MATH_GATHERED},
    {"gathered", "", "", HS_MATH_GATHERED}, {"gather*", "", "", HS_MATH_GATHERED},
    {"multline", "", "", HS_MATH_GATHERED}, {"", "", "", HS_MATH_ALIGNED},
};

static struct hs_math *side(struct hs_math_parser *p, const char *text, enum hs_math_class class)
{
    struct hs_math *m = *text != '\0' ? hs_math_glyph(p, text, strlen(text)) : NULL;

    if (m != NULL) {
        m->stretch = true;
        m->class = class;
    }
    return m;
}

/* \begin{cases} a & b \\ c & d \end{cases} and its relatives; an unknown one is aligned. */
struct hs_math *hs_math_environment(struct hs_math_parser *p, const char *detail)
{
    size_t n, i = 0, rest;
    const char *name = hs_math_span(p, &n);
    struct hs_math *m;

    (void)detail;
    if (name == NULL)
        return NULL;
    while (environments[i].name[0] != '\0' &&
           !(strlen(environments[i].name) == n && memcmp(environments[i].name, name, n) == 0))
        i++;
    hs_math_blanks(p);
    if (n == 5 && memcmp(name, "array", 5) == 0 && *p->at == '{' && hs_math_span(p, &rest) == NULL)
        return NULL;
    m = hs_math_table(p, environments[i].table);
    if (p->st == HS_OK && !hs_math_at(p, "end"))
        return hs_math_fail(p, "\\end is missing");
    if (m == NULL)
        return NULL;
    p->at += strlen("\\end");
    if (hs_math_span(p, &rest) == NULL)
        return NULL;
    if (environments[i].open[0] == '\0' && environments[i].close[0] == '\0')
        return m;
    return hs_math_enclosed(p, side(p, environments[i].open, HS_MATH_OPEN), m,
                            side(p, environments[i].close, HS_MATH_CLOSE));
}

/* \substack{a \\ b} */
struct hs_math *hs_math_substack(struct hs_math_parser *p, const char *detail)
{
    struct hs_math *m;

    (void)detail;
    hs_math_blanks(p);
    if (*p->at != '{')
        return hs_math_fail(p, "an opening brace is missing");
    p->at++;
    m = hs_math_table(p, HS_MATH_GATHERED);
    if (p->st == HS_OK && *p->at != '}')
        return hs_math_fail(p, "a closing brace is missing");
    if (m != NULL)
        p->at++;
    return m;
}

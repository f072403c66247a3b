/* The tree of a formula: what the TeX subset is parsed into before it becomes boxes or a line.
 * Internal to draw/math*.c. */
#ifndef HS_DRAW_MATH_TREE_H
#define HS_DRAW_MATH_TREE_H

#include "base/arena.h"
#include "base/status.h"

enum hs_math_kind {
    HS_MATH_ROW,     /* items one behind the other */
    HS_MATH_SYMBOL,  /* text */
    HS_MATH_FRAC,    /* a over b */
    HS_MATH_SCRIPTS, /* a with subscript b and superscript c (either may be NULL); `limits`: above
                        and below */
    HS_MATH_SQRT,    /* of a */
    HS_MATH_FENCE,   /* a between `open` and `close`, as tall as a */
    HS_MATH_ACCENT,  /* a under the mark `text` */
    HS_MATH_BRACE,   /* a under or over a brace (`text` "over" or "under"), with label b */
    HS_MATH_CASES,   /* rows of items: a table with `columns`; `text` "cases" has a left brace */
    HS_MATH_TAG      /* (a) at the right */
};

enum hs_math_class {
    HS_MATH_ORD,
    HS_MATH_BIN,
    HS_MATH_REL,
    HS_MATH_OP,
    HS_MATH_PUNCT,
    HS_MATH_SPACE
};

struct hs_math {
    enum hs_math_kind kind;
    enum hs_math_class class; /* of a SYMBOL */
    const char *text, *ascii; /* of a SYMBOL; ascii falls back to text */
    const char *open, *close;
    bool limits, upright;
    struct hs_math *a, *b, *c;
    struct hs_math **items; // (n)
    size_t n, cap, columns;
};

/* A function name or a large operator, with or without scripts: what follows it keeps a distance.
 */
static inline bool hs_math_is_function(const struct hs_math *m)
{
    return (m->kind == HS_MATH_SYMBOL && m->class == HS_MATH_OP) ||
           (m->kind == HS_MATH_SCRIPTS && m->a->kind == HS_MATH_SYMBOL &&
            m->a->class == HS_MATH_OP);
}

/* Something that is multiplied when another thing follows it. */
static inline bool hs_math_is_operand(const struct hs_math *m)
{
    return m->kind == HS_MATH_SYMBOL ? m->class == HS_MATH_ORD
                                     : m->kind == HS_MATH_SCRIPTS || m->kind == HS_MATH_FRAC;
}

/* A function keeps a distance from its argument unless that brings brackets along; a sum always
 * does. */
static inline bool hs_math_keeps_distance(const struct hs_math *function,
                                          const struct hs_math *next)
{
    const struct hs_math *name = function->kind == HS_MATH_SCRIPTS ? function->a : function;
    bool brackets = next->kind == HS_MATH_FENCE || (next->kind == HS_MATH_SYMBOL &&
                                                    (next->text[0] == '(' || next->text[0] == '|'));

    return name->limits || !brackets;
}

/* Written side by side the two would read as one word ("gammaw"). */
static inline bool hs_math_is_word(const struct hs_math *a, const struct hs_math *b)
{
    const struct hs_math *first = b->kind == HS_MATH_SCRIPTS ? b->a : b;
    bool letter = first->kind == HS_MATH_SYMBOL && first->ascii != NULL &&
                  ((first->ascii[0] >= 'a' && first->ascii[0] <= 'z') ||
                   (first->ascii[0] >= 'A' && first->ascii[0] <= 'Z'));

    return letter && (a->kind == HS_MATH_SCRIPTS ||
                      (a->kind == HS_MATH_SYMBOL && a->ascii != NULL && a->ascii[0] != '\0' &&
                       a->ascii[1] != '\0' && a->class == HS_MATH_ORD));
}

/* Parses the whole text. Unknown commands become their names; HS_EFORMAT for unbalanced braces or
 * too deep a nesting, with the 1-based column in err. */
HS_MUST_USE enum hs_status hs_math_parse(struct hs_math **out, struct hs_arena *arena,
                                         const char *tex, struct hs_error *err);

#endif

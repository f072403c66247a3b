/* The tree of a formula: what the TeX subset is parsed into before it becomes a picture or a line.
 * Internal to draw/math*.c. */
#ifndef HS_DRAW_MATH_TREE_H
#define HS_DRAW_MATH_TREE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"

enum hs_math_kind {
    HS_MATH_ROW,     /* items one behind the other */
    HS_MATH_SYMBOL,  /* text; `stretch`: a bracket that grows with what it encloses */
    HS_MATH_FRAC,    /* a over b; `bare`: without a bar (binomials) */
    HS_MATH_SCRIPTS, /* a with subscript b and superscript c (either may be NULL); `limits`: above
                        and below; `bare`: closed, further scripts stand on the whole */
    HS_MATH_SQRT,    /* of a, with index c or NULL */
    HS_MATH_FENCE,   /* a between the brackets b and c (symbols that stretch; NULL for none) */
    HS_MATH_ACCENT,  /* a under the mark that `text` names */
    HS_MATH_BRACE,   /* a under or over a brace: `text` "over" or "under" */
    HS_MATH_TABLE,   /* items are rows (kind ROW) of cells; how they are aligned: `table`;
                        `bare`: conditions below their values */
    HS_MATH_BOXED,   /* a in a frame */
    HS_MATH_TAG      /* (a) at the right */
};

/* As in TeX, classes give the blanks between neighbours. BAR and LIMITS exist in
 * math_symbols.def only: a bar becomes OPEN or CLOSE, LIMITS an OP whose scripts stand above and
 * below. */
enum hs_math_class {
    HS_MATH_ORD,
    HS_MATH_BIN,
    HS_MATH_REL,
    HS_MATH_OP,
    HS_MATH_OPEN,
    HS_MATH_CLOSE,
    HS_MATH_PUNCT,
    HS_MATH_INNER, /* a fraction: keeps a distance from what it is multiplied by */
    HS_MATH_SPACE,
    HS_MATH_BAR,
    HS_MATH_LIMITS
};

enum hs_math_table { HS_MATH_CASES, HS_MATH_MATRIX, HS_MATH_ALIGNED, HS_MATH_GATHERED };

struct hs_math {
    enum hs_math_kind kind;
    enum hs_math_class class;
    enum hs_math_table table;
    const char *text, *ascii; /* of a SYMBOL: Unicode and ASCII, never NULL */
    bool limits, stretch, bare;
    bool tight; /* in a script: no blanks around operators */
    bool apart; /* a blank stands before it in the source: the letters of "Out" are one word */
    bool tall;  /* brackets around it grow; scripts alone do not make them */
    struct hs_math *a, *b, *c;
    struct hs_math **items; // (n)
    size_t n, cap;
    int *columns;    // widths of a TABLE's columns
    int ncolumns;    // of a TABLE
    int x, y;        // of the box's left end and baseline, from those of the parent's box
    int w, up, down; // columns; rows above and below the baseline
};

/* Parses the whole text. Unknown commands become their names. HS_EFORMAT for unbalanced braces or
 * too deep a nesting, with the 1-based column in err; HS_ELIMIT past 32768 bytes. */
HS_MUST_USE enum hs_status hs_math_parse(struct hs_math **out, struct hs_arena *arena,
                                         const char *tex, struct hs_error *err);

/* Fixes the classes of a row's items by their neighbours: signs, bars, the bracket of rounding. */
void hs_math_settle(struct hs_math *row, bool tight);

/* Blanks between two neighbours (either may be NULL) that are no spaces themselves. */
int hs_math_gap(const struct hs_math *last, const struct hs_math *item, bool ascii);

/* Sum, product, integral …: an operator that is no word. */
bool hs_math_is_large(const struct hs_math *m);

/* The character that a sub- or superscript character at the beginning of the text stands for: "₂"
 * is a low "2". NULL when there is none. */
const char *hs_math_plain(const char *text, bool *super, size_t *bytes);

/* The combining mark of an accent ("hat"), and the other way round; NULL when there is none. */
const char *hs_math_mark(const char *accent);
const char *hs_math_accent(const char *mark, size_t n);

/* What a script stands on, or the item itself. */
static inline const struct hs_math *hs_math_base(const struct hs_math *m)
{
    return m->kind == HS_MATH_SCRIPTS ? m->a : m;
}

/* The only item of a row of one, else the row itself. */
static inline const struct hs_math *hs_math_only(const struct hs_math *m)
{
    while (m->kind == HS_MATH_ROW && m->n == 1)
        m = m->items[0];
    return m;
}

#endif

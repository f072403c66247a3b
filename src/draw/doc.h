/* Documents: what Markdown becomes (lesson/markdown.c makes them), laid out for a width.
 *
 * A document is a list of blocks; inline text is a list of runs, each with a style. Formulas are
 * TeX, typeset in two dimensions (draw/math.h) when displayed, on one line when inline. */
#ifndef HS_DRAW_DOC_H
#define HS_DRAW_DOC_H

#include "base/vec.h"
#include "draw/grid.h"

enum hs_run_kind {
    HS_RUN_TEXT,
    HS_RUN_STRONG,
    HS_RUN_CODE,
    HS_RUN_MATH,
    HS_RUN_LINK,
    HS_RUN_BREAK
};

struct hs_run {
    enum hs_run_kind kind;
    const char *text; /* of a formula: TeX; of a link: what is shown */
    const char *href; /* of a link */
};

enum hs_block_kind {
    HS_BLOCK_PARAGRAPH,
    HS_BLOCK_HEADING,
    HS_BLOCK_CODE,
    HS_BLOCK_MATH,
    HS_BLOCK_ITEM,
    HS_BLOCK_QUOTE,
    HS_BLOCK_TABLE,
    HS_BLOCK_RULE
};

struct hs_block {
    enum hs_block_kind kind;
    int level;        /* of a heading (1..6) or item (nesting, 0-based) */
    int number;       /* of an ordered item; 0 for a bullet */
    const char *info; /* of a code block: "lua demo" */
    const char *text; /* of a code block or displayed formula */
    int line;         /* in the source, 1-based */
    HS_VEC(struct hs_run) runs;
    struct hs_doc_table *table;
};

struct hs_doc_table {
    size_t rows, columns; /* the first row is the head */
    struct hs_doc_cell {
        HS_VEC(struct hs_run) runs;
        char align; /* 'l', 'r', 'c' */
    } * cells;      // (rows, columns)
};

/* Lays blocks out from row y of the grid (negative y scrolls); returns the rows that they take.
 * With g NULL only counts, for `width` columns. */
int hs_doc_draw(struct hs_grid *g, int y, int width, bool ascii, const struct hs_block *blocks,
                size_t n);

/* The linear form: wrapped at `width` columns, formulas on one line when they fit. Appends. */
void hs_doc_words(struct hs_str *out, int width, bool ascii, const struct hs_block *blocks,
                  size_t n);

#endif

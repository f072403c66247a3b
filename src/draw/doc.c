#include "draw/doc.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/math.h"
#include "draw/wrap.h"

/* Drawing state of one document: the grid (or NULL to count), the row of the first block, and the
 * place in it. */
struct page {
    struct hs_grid *g;
    int y, width;
    bool ascii;
    struct hs_arena arena; /* texts of formulas, for one layout */
};

struct placed {
    struct page *p;
    int x, y;
};

static void emit(void *payload, int line, int x, const char *text, size_t len, enum hs_style style)
{
    struct placed *at = payload;

    if (at->p->g != NULL && at->y + line >= 0)
        hs_grid_text_n(at->p->g, at->x + x, at->y + line, at->p->width, style, text, len);
}

/* Runs as pieces: formulas on one line, styles by kind. */
static struct hs_piece piece_of(struct page *p, const struct hs_run *r, enum hs_style plain)
{
    struct hs_piece piece = {.text = r->text != NULL ? r->text : "", .style = plain};
    struct hs_str line = HS_STR_INIT;
    char *copy;

    switch (r->kind) {
    case HS_RUN_STRONG:
        piece.style = HS_STYLE_STRONG;
        break;
    case HS_RUN_CODE:
        piece.style = HS_STYLE_CODE;
        break;
    case HS_RUN_LINK:
        piece.style = HS_STYLE_ACCENT;
        break;
    case HS_RUN_BREAK:
        piece.text = " ";
        break;
    case HS_RUN_MATH:
        hs_math_line(&line, piece.text, p->ascii);
        copy = hs_str_ok(&line) ? hs_arena_strdup(&p->arena, line.buf) : NULL;
        hs_str_dispose(&line);
        piece.text = copy != NULL ? copy : piece.text;
        piece.style = HS_STYLE_MATH;
        piece.keep = hs_text_width(piece.text, strlen(piece.text)) < (size_t)p->width * 2 / 3;
        break;
    default:
        break;
    }
    return piece;
}

static int runs(struct page *p, int x, int y, const struct hs_run *items, size_t n,
                enum hs_style plain)
{
    struct placed at = {p, x, y};
    HS_VEC(struct hs_piece) pieces = {0};
    int lines = 1;
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++)
        ok = HS_VEC_PUSH(&pieces, piece_of(p, &items[i], plain));
    if (pieces.len != 0)
        lines = hs_wrap(pieces.items, pieces.len, p->width - x, 0, emit, &at);
    HS_VEC_DISPOSE(&pieces);
    return lines;
}

static int code(struct page *p, int y, const char *text)
{
    int lines = 0;

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        if (p->g != NULL && y + lines >= 0)
            hs_grid_text_n(p->g, 2, y + lines, p->width - 2, HS_STYLE_CODE, text, n);
        lines++;
        text += n + (text[n] == '\n');
    }
    return lines > 0 ? lines : 1;
}

/* A displayed formula, indented; a formula that cannot be typeset is shown as it was written. */
static int math(struct page *p, int y, const char *tex)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_grid g;
    int baseline, rows = 1, indent = p->width > 60 ? 4 : 2;

    if (hs_math_typeset(&g, &baseline, &arena, tex, p->width - indent, p->ascii, NULL) == HS_OK) {
        rows = g.height;
        if (p->g != NULL)
            hs_grid_blit(p->g, indent, y, &g);
    } else if (p->g != NULL && y >= 0) {
        hs_grid_text(p->g, indent, y, HS_STYLE_MATH, tex);
    }
    hs_arena_dispose(&arena);
    return rows;
}

static int table(struct page *p, int y, const struct hs_doc_table *t)
{
    enum { MOST = 16 };
    int widths[MOST] = {0}, total = 0, top = y;
    size_t columns = t->columns < MOST ? t->columns : MOST;
    int share = columns != 0 ? (p->width - 2 * (int)columns) / (int)columns : 1;

    share = share > 1 ? share : 1;
    for (size_t c = 0; c < columns; c++) {
        for (size_t r = 0; r < t->rows; r++) {
            const struct hs_doc_cell *cell = &t->cells[r * t->columns + c];
            int w = 0;

            for (size_t i = 0; i < cell->runs.len; i++) {
                struct hs_piece piece = piece_of(p, &cell->runs.items[i], HS_STYLE_TEXT);

                w += (int)hs_text_width(piece.text, strlen(piece.text));
            }
            widths[c] = w > widths[c] ? w : widths[c];
        }
        total += widths[c] + 2;
    }
    for (size_t c = 0; total > p->width && c < columns; c++)
        widths[c] = widths[c] < share ? widths[c] : share;
    for (size_t r = 0; r < t->rows; r++) {
        int x = 0, tallest = 1, width = p->width;

        for (size_t c = 0; c < columns; c++) {
            const struct hs_doc_cell *cell = &t->cells[r * t->columns + c];
            int lines;

            p->width = x + widths[c] < width ? x + widths[c] : width;
            lines = runs(p, x, y, cell->runs.items, cell->runs.len,
                         r == 0 ? HS_STYLE_DIM : HS_STYLE_TEXT);
            tallest = lines > tallest ? lines : tallest;
            x += widths[c] + 2;
        }
        p->width = width;
        y += tallest;
        if (r == 0 && p->g != NULL && y >= 0)
            hs_grid_hline(p->g, 0, y, x - 2 < width ? x - 2 : width, HS_STYLE_RULE);
        y += r == 0;
    }
    return y - top;
}

static int item(struct page *p, int y, const struct hs_block *b)
{
    char mark[16];
    int x = 2 * b->level;

    if (b->number > 0)
        snprintf(mark, sizeof mark, "%d.", b->number);
    else
        snprintf(mark, sizeof mark, "%s", hs_glyph(p->ascii, "bullet"));
    if (p->g != NULL && y >= 0)
        hs_grid_text(p->g, x, y, HS_STYLE_DIM, mark);
    return runs(p, x + (b->number > 0 ? 3 : 2), y, b->runs.items, b->runs.len, HS_STYLE_TEXT);
}

static int block(struct page *p, int y, const struct hs_block *b)
{
    switch (b->kind) {
    case HS_BLOCK_HEADING:
        return runs(p, 0, y, b->runs.items, b->runs.len, HS_STYLE_TITLE);
    case HS_BLOCK_CODE:
        return code(p, y, b->text != NULL ? b->text : "");
    case HS_BLOCK_MATH:
        return math(p, y, b->text != NULL ? b->text : "");
    case HS_BLOCK_ITEM:
        return item(p, y, b);
    case HS_BLOCK_QUOTE:
        return runs(p, 2, y, b->runs.items, b->runs.len, HS_STYLE_DIM);
    case HS_BLOCK_TABLE:
        return b->table != NULL ? table(p, y, b->table) : 0;
    case HS_BLOCK_RULE:
        if (p->g != NULL && y >= 0)
            hs_grid_hline(p->g, 0, y, p->width, HS_STYLE_RULE);
        return 1;
    default:
        return runs(p, 0, y, b->runs.items, b->runs.len, HS_STYLE_TEXT);
    }
}

int hs_doc_draw(struct hs_grid *g, int y, int width, bool ascii, const struct hs_block *blocks,
                size_t n)
{
    struct page p = {.g = g,
                     .width = width > 4 ? width : 4,
                     .ascii = ascii,
                     .arena = HS_ARENA_INIT};
    int top = y;

    for (size_t i = 0; i < n; i++) {
        if (i > 0 && !(blocks[i].kind == HS_BLOCK_ITEM && blocks[i - 1].kind == HS_BLOCK_ITEM))
            y++;
        y += block(&p, y, &blocks[i]);
    }
    hs_arena_dispose(&p.arena);
    return y - top;
}

void hs_doc_words(struct hs_str *out, int width, bool ascii, const struct hs_block *blocks,
                  size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_grid g;
        struct hs_block b = blocks[i];
        int rows;

        if (b.kind == HS_BLOCK_MATH) { /* a formula is one line where it can be read as one */
            struct hs_run run = {.kind = HS_RUN_MATH, .text = b.text};

            b = (struct hs_block){.kind = HS_BLOCK_PARAGRAPH};
            if (!HS_VEC_PUSH(&b.runs, run))
                continue;
        }
        if (i > 0 && !(b.kind == HS_BLOCK_ITEM && blocks[i - 1].kind == HS_BLOCK_ITEM))
            hs_str_add_char(out, '\n');
        rows = hs_doc_draw(NULL, 0, width, ascii, &b, 1);
        if (hs_grid_new(&g, &arena, width, rows, ascii, NULL) == HS_OK) {
            hs_doc_draw(&g, 0, width, ascii, &b, 1);
            hs_grid_to_text(out, &g);
        }
        hs_arena_dispose(&arena);
        if (blocks[i].kind == HS_BLOCK_MATH)
            HS_VEC_DISPOSE(&b.runs);
    }
}

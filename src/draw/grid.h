/* Grid: rows of cells that every view draws into. It knows no terminal: it can be written as plain
 * text, as ANSI text or as SVG, so that tests compare screens as text and lessons export as
 * handouts. Drawing outside is clipped. */
#ifndef HS_DRAW_GRID_H
#define HS_DRAW_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/* Semantic styles; a theme gives each colour and attributes. Never the only carrier of a meaning.
 */
enum hs_style {
#define HS_STYLE(id, name, help) HS_STYLE_##id,
#include "draw/styles.def"
#undef HS_STYLE
    HS_STYLE_COUNT
};

struct hs_cell {
    char text[16]; /* one character with its combining marks, UTF-8, NUL-ended; "" in the right half
                      of a wide one */
    uint8_t width; /* 1 or 2; 0 in the right half */
    uint8_t style; /* enum hs_style */
};

struct hs_grid {
    struct hs_cell *cells; // (height, width) borrowed from the arena
    int width, height;
    int cursor_x, cursor_y; /* where the focus is; -1 when there is none */
    bool ascii;             /* draw with ASCII glyphs only */
};

HS_MUST_USE enum hs_status hs_grid_new(struct hs_grid *out, struct hs_arena *arena, int width,
                                       int height, bool ascii, struct hs_error *err);
void hs_grid_clear(struct hs_grid *g);

/* A window onto part of a grid (shares the cells): coordinates of the part begin at 0, 0. */
struct hs_grid_part {
    struct hs_grid *grid;
    int x, y, width, height;
};

/* Text at (x, y), clipped at the right edge and never wrapped; malformed UTF-8 shows as U+FFFD.
 * Returns the columns it would take unclipped. */
int hs_grid_text(struct hs_grid *g, int x, int y, enum hs_style style, const char *text);
int hs_grid_textf(struct hs_grid *g, int x, int y, enum hs_style style, const char *fmt, ...)
    HS_PRINTF(5, 6);
int hs_grid_text_n(struct hs_grid *g, int x, int y, int columns, enum hs_style style,
                   const char *text, size_t n);

void hs_grid_fill(struct hs_grid *g, int x, int y, int width, int height, enum hs_style style,
                  const char *glyph);
void hs_grid_hline(struct hs_grid *g, int x, int y, int width, enum hs_style style);
void hs_grid_restyle(struct hs_grid *g, int x, int y, int width, int height, enum hs_style style);

/* Copies src onto dst with its upper left corner at (x, y). */
void hs_grid_blit(struct hs_grid *dst, int x, int y, const struct hs_grid *src);

/* A named glyph in Unicode or, when the grid is ASCII, its fallback: "hline", "block8", "ok",
 * "bullet" … (glyphs.def). */
const char *hs_glyph(bool ascii, const char *name);

/* The grid as text: rows end with '\n', trailing spaces removed. ANSI uses SGR by theme; SVG is a
 * complete document. */
void hs_grid_to_text(struct hs_str *out, const struct hs_grid *g);
void hs_grid_to_ansi(struct hs_str *out, const struct hs_grid *g, const char *theme);
void hs_grid_to_svg(struct hs_str *out, const struct hs_grid *g, const char *theme);

const char *hs_style_name(enum hs_style s);

#endif

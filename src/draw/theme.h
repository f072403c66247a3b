/* Themes: what a semantic style looks like. Colours are the terminal's own 16, so that its palette
 * decides; attributes carry the meaning where there is no colour. */
#ifndef HS_DRAW_THEME_H
#define HS_DRAW_THEME_H

#include "draw/grid.h"

enum hs_attribute { HS_BOLD = 1, HS_DIM = 2, HS_UNDERLINE = 4, HS_REVERSE = 8 };

struct hs_look {
    int colour;          /* 0..15, or -1: the terminal's own foreground */
    unsigned attributes; /* of enum hs_attribute */
};

/* By name ("dark", "light", "contrast", "mono"); an unknown name is "mono". */
struct hs_look hs_theme_look(const char *theme, enum hs_style style);

/* The i-th theme's name; NULL past the end. */
const char *hs_theme_name(size_t i);

#endif

/* Views: things to look at, described by a value that Lua's plot.* and view.* build (DESIGN 5).
 *
 * A view spec is a map with `view` = the id of a row of views.def and the fields that the row's
 * file documents; a list of specs is stacked from top to bottom. Every view can be drawn into a
 * grid and said in words (the linear mode). Adding one is one file draw/views/<id>.c with a `const
 * struct hs_view hs_view_<id>` and one line in views.def. */
#ifndef HS_DRAW_VIEW_H
#define HS_DRAW_VIEW_H

#include "draw/grid.h"
#include "tensor/value.h"

struct hs_view {
    const char *id, *help;
    /* Rows it wants at this width (at least 1). */
    int (*height)(const struct hs_value *spec, int width);
    /* Draws into the whole grid. */
    enum hs_status (*draw)(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err);
    /* One or more lines of words and numbers that say the same. Appends. */
    void (*words)(struct hs_str *out, const struct hs_value *spec);
};

const struct hs_view *hs_view_find(const char *id);
const struct hs_view *const *hs_views(size_t *count);

/* For one spec or a list. HS_ESCRIPT for an unknown view or a field of the wrong kind, naming it.
 */
int hs_view_height(const struct hs_value *spec, int width);
HS_MUST_USE enum hs_status hs_view_draw(struct hs_grid *g, const struct hs_value *spec,
                                        struct hs_error *err);
HS_MUST_USE enum hs_status hs_view_words(struct hs_str *out, const struct hs_value *spec,
                                         struct hs_error *err);

#endif

#include "draw/view.h"

#include <string.h>

#include "base/mem.h"

#define HS_VIEW(id) extern const struct hs_view hs_view_##id;
#include "draw/views.def"
#undef HS_VIEW

static const struct hs_view *const views[] = {
#define HS_VIEW(id) &hs_view_##id,
#include "draw/views.def"
#undef HS_VIEW
};

const struct hs_view *const *hs_views(size_t *count)
{
    *count = HS_COUNTOF(views);
    return views;
}

const struct hs_view *hs_view_find(const char *id)
{
    for (size_t i = 0; i < HS_COUNTOF(views); i++)
        if (strcmp(views[i]->id, id) == 0)
            return views[i];
    return NULL;
}

static const struct hs_view *view_of(const struct hs_value *spec, struct hs_error *err)
{
    const char *id = hs_value_text(spec, "view", NULL);
    const struct hs_view *v = id != NULL ? hs_view_find(id) : NULL;

    if (v == NULL)
        hs_fail(err, HS_ESCRIPT,
                id != NULL ? "there is no view \"%s\"" : "a view spec needs a field \"view\"%s",
                id != NULL ? id : "");
    return v;
}

int hs_view_height(const struct hs_value *spec, int width)
{
    const struct hs_view *v;
    int sum = 0;

    if (spec->kind == HS_LIST) {
        for (size_t i = 0; i < hs_value_len(spec); i++)
            sum += hs_view_height(hs_value_at(spec, i), width) + (i != 0);
        return sum;
    }
    v = view_of(spec, NULL);
    return v != NULL ? v->height(spec, width) : 1;
}

enum hs_status hs_view_draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_view *v;
    enum hs_status st = HS_OK;
    int y = 0;

    if (spec->kind != HS_LIST) {
        v = view_of(spec, err);
        return v != NULL ? v->draw(g, spec, err) : HS_ESCRIPT;
    }
    for (size_t i = 0; st == HS_OK && i < hs_value_len(spec); i++) {
        const struct hs_value *item = hs_value_at(spec, i);
        int height = hs_view_height(item, g->width);
        struct hs_grid part = *g; /* rows y … of the same cells */

        if (y >= g->height)
            break;
        part.cells = g->cells + y * g->width;
        part.height = height < g->height - y ? height : g->height - y;
        st = hs_view_draw(&part, item, err);
        y += height + 1;
    }
    return st;
}

enum hs_status hs_view_words(struct hs_str *out, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_view *v;
    enum hs_status st = HS_OK;

    if (spec->kind == HS_LIST) {
        for (size_t i = 0; st == HS_OK && i < hs_value_len(spec); i++)
            st = hs_view_words(out, hs_value_at(spec, i), err);
        return st;
    }
    v = view_of(spec, err);
    if (v == NULL)
        return HS_ESCRIPT;
    v->words(out, spec);
    return HS_OK;
}

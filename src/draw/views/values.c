/* values{items = {{label =, value =, note =}, …}}: aligned labels with their values, at most 100.
 */
#include <string.h>

#include "base/utf8.h"
#include "draw/view.h"

static size_t width_of(const char *text)
{
    return hs_text_width(text, strlen(text));
}

enum { MAX_ITEMS = 100 };

static const struct hs_value *items(const struct hs_value *spec)
{
    return hs_value_get(spec, "items");
}

static size_t count(const struct hs_value *list)
{
    size_t n = hs_value_len(list);

    return n < MAX_ITEMS ? n : MAX_ITEMS;
}

static void widest(const struct hs_value *list, size_t *label, size_t *value)
{
    *label = *value = 0;
    for (size_t i = 0; i < count(list); i++) {
        size_t l = width_of(hs_value_text(hs_value_at(list, i), "label", "")),
               v = width_of(hs_value_text(hs_value_at(list, i), "value", ""));

        *label = l > *label ? l : *label;
        *value = v > *value ? v : *value;
    }
}

static int height(const struct hs_value *spec, int width)
{
    int n = (int)count(items(spec));

    (void)width;
    return n > 0 ? n : 1;
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *list = items(spec);
    size_t label, value;

    if (list == NULL || list->kind != HS_LIST)
        return hs_fail(err, HS_ESCRIPT,
                       "values: the field \"items\" must be a list of {label, value, note}");
    widest(list, &label, &value);
    for (size_t i = 0; i < count(list); i++) {
        const struct hs_value *item = hs_value_at(list, i);
        const char *note = hs_value_text(item, "note", "");
        int x = (int)label + 2;

        hs_grid_text(g, 0, (int)i, HS_STYLE_DIM, hs_value_text(item, "label", ""));
        hs_grid_text(g, x, (int)i, HS_STYLE_TEXT, hs_value_text(item, "value", ""));
        if (note[0] != '\0')
            hs_grid_textf(g, x + (int)value + 2, (int)i, HS_STYLE_DIM, "(%s)", note);
    }
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    const struct hs_value *list = items(spec);

    for (size_t i = 0; i < count(list); i++) {
        const struct hs_value *item = hs_value_at(list, i);
        const char *note = hs_value_text(item, "note", "");

        hs_str_printf(out, "%s%s %s", i != 0 ? ", " : "", hs_value_text(item, "label", ""),
                      hs_value_text(item, "value", ""));
        if (note[0] != '\0')
            hs_str_printf(out, " (%s)", note);
    }
    hs_str_add(out, "\n");
}

const struct hs_view hs_view_values = {.id = "values",
                                       .help = "labels with their values",
                                       .height = height,
                                       .draw = draw,
                                       .words = words};

/* tensor{tensor =, index =, at =, rows =, codes =, bits =, dequantized =, scale =, axis =, title
 * =}: the elements around one of them as a table, and that one in all its forms below.
 *
 *   tensor     any shape and type
 *   index      the focused element, 0-based, a number for each axis; or at: its flat index;
 *              default the first
 *   rows       elements shown, 1 to 40; default 7
 *   codes, bits, dequantized, scale, axis   as element.h has them: they add the columns code, bits,
 *              "stands for" and the error in steps
 *
 * Columns that do not fit are left out, the least needed first; the focused element has them all.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "draw/view.h"
#include "draw/views/element.h"

enum { ROWS = 7, MAX_ROWS = 40, GAP = 2, MARK = 2 };

/* In the order in which they stand; `need`: the smaller the longer a column stays. */
enum column { INDEX, VALUE, HEX, CODE, BITS, BACK, ERROR, COLUMNS };
static const struct {
    const char *head;
    int need;
} heads[COLUMNS] = {{"index", 0}, {"value", 1},      {"hex float", 6}, {"code", 2},
                    {"bits", 5},  {"stands for", 4}, {"error", 3}};

struct list {
    struct hs_subject s;
    size_t focus, first;
    int rows;
    const char *title;
};

static enum hs_status find_focus(struct list *l, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *index = hs_value_get(spec, "index");
    const struct hs_tensor *t = l->s.t;
    double at = hs_value_number(spec, "at", 0), i;

    if (index != NULL) {
        if (hs_value_len(index) != (size_t)t->ndim)
            return hs_fail(err, HS_ESCRIPT,
                           "tensor: the field \"index\" must be a list of %d numbers", t->ndim);
        at = 0;
        for (int d = 0; d < t->ndim; d++) {
            i = -1;
            if (!hs_value_to_number(hs_value_at(index, (size_t)d), &i) || i != floor(i) || i < 0 ||
                i >= (double)t->shape[d])
                return hs_fail(err, HS_ESCRIPT,
                               "tensor: number %d of the field \"index\" must be 0 to %zu", d + 1,
                               t->shape[d] != 0 ? t->shape[d] - 1 : 0);
            at = at * (double)t->shape[d] + i;
        }
    }
    at = fmin(fmax(floor(at), 0), l->s.count != 0 ? (double)(l->s.count - 1) : 0);
    l->focus = (size_t)at;
    return HS_OK;
}

static enum hs_status read_spec(struct list *l, const struct hs_value *spec, struct hs_error *err)
{
    int64_t rows = hs_value_integer(spec, "rows", ROWS);
    size_t before;

    *l = (struct list){.title = hs_value_text(spec, "title", NULL)};
    if (hs_subject_read(&l->s, spec, "tensor", err) != HS_OK || find_focus(l, spec, err) != HS_OK)
        return HS_ESCRIPT;
    rows = rows < 1 ? 1 : rows > MAX_ROWS ? MAX_ROWS : rows;
    l->rows = (size_t)rows < l->s.count ? (int)rows : (int)l->s.count;
    before = (size_t)l->rows / 2;
    l->first = l->focus > before ? l->focus - before : 0;
    if (l->first + (size_t)l->rows > l->s.count)
        l->first = l->s.count - (size_t)l->rows;
    return HS_OK;
}

static bool has(const struct list *l, enum column c)
{
    switch (c) {
    case HEX:
        return hs_dtype_is_float(l->s.t->dtype);
    case CODE:
        return l->s.codes != NULL && l->s.codes != l->s.t;
    case BITS:
        return l->s.codes != NULL;
    case BACK:
        return l->s.back != NULL;
    case ERROR:
        return l->s.back != NULL && (l->s.scales.n != 0 || !isnan(l->s.scale));
    default:
        return true;
    }
}

static const char *cell(char out[HS_INDEX_SIZE], const struct list *l, enum column c, size_t i)
{
    switch (c) {
    case INDEX:
        return hs_element_index(out, l->s.t, i);
    case VALUE:
        return hs_element_text(out, l->s.t, i);
    case HEX:
        return hs_element_hex(out, l->s.t, i);
    case CODE:
        return hs_element_text(out, l->s.codes, i);
    case BITS:
        return hs_element_bits(out, &l->s, i);
    case BACK:
        return hs_element_text(out, l->s.back, i);
    default:
        return hs_fmt_short(out, hs_element_error(&l->s, i), 3);
    }
}

/* Widths of the columns that fit, 0 for the others. */
static void choose_columns(int widths[COLUMNS], const struct list *l, int width)
{
    int total = MARK - GAP, worst;
    char text[HS_INDEX_SIZE];

    for (int c = 0; c < COLUMNS; c++) {
        widths[c] = has(l, (enum column)c) ? (int)strlen(heads[c].head) : 0;
        for (int r = 0; r < l->rows && widths[c] != 0; r++) {
            int w = (int)strlen(cell(text, l, (enum column)c, l->first + (size_t)r));

            widths[c] = w > widths[c] ? w : widths[c];
        }
        total += widths[c] != 0 ? widths[c] + GAP : 0;
    }
    while (total > width) {
        worst = 0;
        for (int c = 1; c < COLUMNS; c++)
            if (widths[c] != 0 && heads[c].need > heads[worst].need)
                worst = c;
        if (worst <= VALUE)
            return;
        total -= widths[worst] + GAP;
        widths[worst] = 0;
    }
}

static int height(const struct hs_value *spec, int width)
{
    struct list l;
    struct hs_flow f = {.width = width};

    if (read_spec(&l, spec, NULL) != HS_OK || l.rows == 0)
        return 1;
    hs_element_flow(&f, &l.s, l.focus);
    return (l.title != NULL) + 1 + l.rows + f.y + 1;
}

static void draw_row(struct hs_grid *g, int y, const struct list *l, const int widths[COLUMNS],
                     size_t i)
{
    bool focused = i == l->focus;
    double error = has(l, ERROR) ? hs_element_error(&l->s, i) : 0;
    char text[HS_INDEX_SIZE];
    int x = MARK;

    if (focused)
        hs_grid_text(g, 0, y, HS_STYLE_ACCENT, hs_glyph(g->ascii, "right"));
    for (int c = 0; c < COLUMNS; c++) {
        bool clipped = c == ERROR && fabs(error) > 0.5 + 1e-6;
        const char *shown;

        if (widths[c] == 0)
            continue;
        shown = cell(text, l, (enum column)c, i);
        hs_grid_text(g, c == INDEX ? x : x + widths[c] - (int)strlen(shown), y,
                     clipped   ? HS_STYLE_CLIP
                     : focused ? HS_STYLE_ACCENT
                               : HS_STYLE_TEXT,
                     shown);
        x += widths[c] + GAP;
    }
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    int widths[COLUMNS], x = MARK, top;
    struct hs_flow f = {.g = g, .width = g->width};
    struct list l;

    if (read_spec(&l, spec, err) != HS_OK)
        return HS_ESCRIPT;
    top = l.title != NULL;
    if (top)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, l.title);
    if (l.rows == 0) {
        hs_grid_text(g, 0, top, HS_STYLE_DIM, "no elements");
        return HS_OK;
    }
    choose_columns(widths, &l, g->width);
    for (int c = 0; c < COLUMNS; c++)
        if (widths[c] != 0) {
            int shift = c == INDEX ? 0 : widths[c] - (int)strlen(heads[c].head);

            hs_grid_text(g, x + shift, top, HS_STYLE_DIM, heads[c].head);
            x += widths[c] + GAP;
        }
    for (int r = 0; r < l.rows; r++)
        draw_row(g, top + 1 + r, &l, widths, l.first + (size_t)r);
    f.y = top + 1 + l.rows;
    hs_element_flow(&f, &l.s, l.focus);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct list l;
    char text[HS_INDEX_SIZE];

    if (read_spec(&l, spec, NULL) != HS_OK)
        return;
    hs_str_printf(out, "%s: %zu elements of %s, shape ", l.title != NULL ? l.title : "Tensor",
                  l.s.count, hs_dtype_name(l.s.t->dtype));
    hs_shape_format(out, l.s.t->ndim, l.s.t->shape);
    hs_str_add(out, ".\n");
    if (l.rows == 0)
        return;
    hs_element_words(out, &l.s, l.focus);
    hs_str_add(out, "Around it:");
    for (int r = 0; r < l.rows; r++) {
        size_t i = l.first + (size_t)r;

        hs_str_printf(out, "%s %s", r != 0 ? "," : "", hs_element_text(text, l.s.t, i));
        if (has(&l, CODE))
            hs_str_printf(out, " (%s)", hs_element_text(text, l.s.codes, i));
    }
    hs_str_add(out, ".\n");
}

const struct hs_view hs_view_tensor = {.id = "tensor",
                                       .help = "elements around one, exactly",
                                       .height = height,
                                       .draw = draw,
                                       .words = words};

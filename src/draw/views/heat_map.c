/* heat_map{tensor =, codes =, bits =, dequantized =, scale =, axis =, index =, row =, col =,
 * zero_point =, rows =, title =}: a matrix as shades, one ramp above zero and one below, with
 * everything about one focused element in words.
 *
 *   tensor      any shape. Two axes are shown as they are; of more the first is the rows and the
 *               others together the columns, or with index = {…} (0-based, one for each axis but
 *               the last two) the last two axes of that slice
 *   row, col    the focused cell of that matrix, 0-based; none when both are missing
 *   zero_point  the value that counts as zero (of unsigned codes); default 0
 *   rows        most lines of the map, 1 to 40; default 16
 *   codes, bits, dequantized, scale, axis   of the focused element: element.h
 *
 * A matrix that is larger than the map is binned: a cell shows the largest |x - zero_point| of its
 * block, and it is said. NaN is "?", an infinity "!". */
#include <string.h>

#include "base/utf8.h"
#include "draw/view.h"
#include "draw/views/element.h"

enum { ROWS = 16, MAX_ROWS = 40, MAX_COLUMNS = 240, LEVELS = 4, BLOCK = 1024 };

struct map {
    struct hs_subject s;
    size_t m, n, base; /* the matrix: m rows, n columns, flat index of its first element */
    double zero;
    bool focused;
    size_t row, col;
    int rows;
    const char *title;
};

/* How the matrix falls into cells at a width: blocks of kr x kc elements, `wide` columns each. */
struct cells {
    size_t kr, kc;
    int rows, columns, wide, left, top;
};

static enum hs_status choose_slice(struct map *m, const struct hs_value *index,
                                   struct hs_error *err)
{
    const struct hs_tensor *t = m->s.t;
    size_t leading = t->ndim > 2 ? (size_t)t->ndim - 2 : 0;

    m->n = t->ndim >= 2 ? t->shape[t->ndim - 1] : m->s.count;
    m->m = t->ndim >= 2 ? t->shape[t->ndim - 2] : 1;
    if (t->ndim > 2 && index == NULL) {
        m->m = t->shape[0];
        m->n = m->m != 0 ? m->s.count / m->m : 0;
    }
    if (index == NULL)
        return HS_OK;
    if (hs_value_len(index) != leading)
        return hs_fail(err, HS_ESCRIPT,
                       "heat_map: the field \"index\" must be a list of %zu numbers", leading);
    for (size_t d = 0; d < leading; d++) {
        double at = -1;

        if (!hs_value_to_number(hs_value_at(index, d), &at) || at != floor(at) || at < 0 ||
            at >= (double)t->shape[d])
            return hs_fail(err, HS_ESCRIPT,
                           "heat_map: number %zu of the field \"index\" must be 0 to %zu", d + 1,
                           t->shape[d] - 1);
        m->base = m->base * t->shape[d] + (size_t)at;
    }
    m->base *= m->m * m->n;
    return HS_OK;
}

static size_t within(int64_t at, size_t n)
{
    return at < 0 || n == 0 ? 0 : (uint64_t)at < n ? (size_t)at : n - 1;
}

static enum hs_status read_spec(struct map *m, const struct hs_value *spec, struct hs_error *err)
{
    int64_t rows = hs_value_integer(spec, "rows", ROWS);

    *m = (struct map){.zero = hs_value_number(spec, "zero_point", 0),
                      .rows = rows < 1          ? 1
                              : rows > MAX_ROWS ? MAX_ROWS
                                                : (int)rows,
                      .title = hs_value_text(spec, "title", NULL)};
    if (hs_subject_read(&m->s, spec, "heat_map", err) != HS_OK ||
        choose_slice(m, hs_value_get(spec, "index"), err) != HS_OK)
        return HS_ESCRIPT;
    m->focused = m->m * m->n != 0 &&
                 (hs_value_get(spec, "row") != NULL || hs_value_get(spec, "col") != NULL);
    m->row = within(hs_value_integer(spec, "row", 0), m->m);
    m->col = within(hs_value_integer(spec, "col", 0), m->n);
    return HS_OK;
}

static struct cells cells_of(const struct map *m, int width)
{
    struct cells c = {.left = m->focused ? 2 : 0, .top = (m->title != NULL) + m->focused};
    size_t room = (size_t)(width - c.left > 1 ? width - c.left : 1);

    room = room < MAX_COLUMNS ? room : MAX_COLUMNS;
    c.wide = m->n * 2 <= room ? 2 : 1;
    c.kc = m->n > room ? (m->n + room - 1) / room : 1;
    c.kr = m->m > (size_t)m->rows ? (m->m + (size_t)m->rows - 1) / (size_t)m->rows : 1;
    c.columns = (int)((m->n + c.kc - 1) / c.kc);
    c.rows = (int)((m->m + c.kr - 1) / c.kr);
    return c;
}

/* What does not depend on the elements: the shape and the binning. */
static void say_shape(struct hs_flow *f, const struct map *m, const struct cells *c)
{
    hs_flow_addf(f, HS_STYLE_DIM, "%zu rows, %zu columns", m->m, m->n);
    if (c->kr * c->kc != 1)
        hs_flow_addf(f, HS_STYLE_DIM, "a cell is max |x| of %zu by %zu", c->kr, c->kc);
    hs_flow_break(f);
}

static int height(const struct hs_value *spec, int width)
{
    struct map m;
    struct cells c;
    struct hs_flow f = {.width = width};

    if (read_spec(&m, spec, NULL) != HS_OK)
        return 1;
    c = cells_of(&m, width);
    say_shape(&f, &m, &c);
    if (m.focused)
        hs_element_flow(&f, &m.s, m.base + m.row * m.n + m.col);
    hs_flow_break(&f);
    return c.top + c.rows + 1 + f.y;
}

/* The element of largest |x - zero| of each block (NaN where a block has one); returns the largest
 * of all, and at which element. */
static double bin(double *out, const struct map *m, const struct cells *c, size_t *where)
{
    size_t total = m->m * m->n, row = 0, col = 0, in_row = 0, in_col = 0;
    double v[BLOCK], most = 0, *line = out, *cell = out;

    for (int i = 0; i < c->rows * c->columns; i++)
        out[i] = 0;
    *where = 0;
    for (size_t from = 0; from < total; from += BLOCK) {
        size_t k = total - from < BLOCK ? total - from : BLOCK;

        hs_tensor_load(v, m->s.t, m->base + from, k);
        for (size_t i = 0; i < k; i++) {
            double d = v[i] - m->zero;

            if (!(fabs(d) <= fabs(*cell)) && !isnan(*cell)) { /* also for NaN */
                *cell = d;
                if (fabs(d) > most && isfinite(d)) {
                    most = fabs(d);
                    *where = m->base + from + i;
                }
            }
            if (++in_col == c->kc) {
                in_col = 0;
                cell++;
            }
            if (++col == m->n) { /* the next row of the matrix, and of the map when kr are done */
                col = in_col = 0;
                row++;
                in_row = in_row + 1 == c->kr ? 0 : in_row + 1;
                line += in_row == 0 ? c->columns : 0;
                cell = line;
            }
        }
    }
    return most;
}

static const char *shade(bool ascii, double v, double most, enum hs_style *style)
{
    static const char *const above[] = {"shade1", "shade2", "shade3", "shade4"},
                             *const below[] = {"below1", "below2", "below3", "below4"};
    int level;

    if (!isfinite(v)) {
        *style = HS_STYLE_BAD;
        return isnan(v) ? "?" : "!";
    }
    level = (int)ceil(fabs(v) / most * LEVELS);
    *style = v > 0 ? HS_STYLE_PLOT1 : v < 0 ? HS_STYLE_PLOT2 : HS_STYLE_DIM;
    if (v == 0)
        return hs_glyph(ascii, "dot");
    level = level < 1 ? 1 : level > LEVELS ? LEVELS : level;
    return hs_glyph(ascii, v > 0 ? above[level - 1] : below[level - 1]);
}

static void draw_cells(struct hs_grid *g, const struct map *m, const struct cells *c,
                       const double *bins, double most)
{
    for (int r = 0; r < c->rows; r++)
        for (int k = 0; k < c->columns; k++) {
            enum hs_style style;
            const char *glyph = shade(g->ascii, bins[r * c->columns + k], most, &style);

            hs_grid_fill(g, c->left + k * c->wide, c->top + r, c->wide, 1, style, glyph);
        }
    if (m->focused) {
        int x = c->left + (int)(m->col / c->kc) * c->wide, y = c->top + (int)(m->row / c->kr);

        hs_grid_restyle(g, x, y, c->wide, 1, HS_STYLE_FOCUS);
        hs_grid_text(g, 0, y, HS_STYLE_ACCENT, hs_glyph(g->ascii, "right"));
        hs_grid_fill(g, x, c->top - 1, c->wide, 1, HS_STYLE_ACCENT, hs_glyph(g->ascii, "down"));
    }
}

/* "░▒▓█ to 0.2261   ⠂⠒⠶⠿ to -0.2261" */
static void draw_ramps(struct hs_grid *g, int y, double most)
{
    char a[HS_FMT_SIZE];
    enum hs_style style;
    int x = 0;

    for (int sign = 1; sign >= -1; sign -= 2) {
        for (int i = 1; i <= LEVELS; i++) {
            const char *glyph = shade(g->ascii, sign * i, LEVELS, &style);

            x += hs_grid_text(g, x, y, style, glyph);
        }
        x += hs_grid_textf(g, x, y, HS_STYLE_DIM, " to %s", hs_fmt_short(a, sign * most, 4)) + 3;
    }
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    double bins[MAX_ROWS * MAX_COLUMNS], most;
    struct map m;
    struct cells c;
    struct hs_flow f = {.g = g, .width = g->width};
    size_t where;

    if (read_spec(&m, spec, err) != HS_OK)
        return HS_ESCRIPT;
    c = cells_of(&m, g->width);
    if (m.title != NULL)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, m.title);
    most = bin(bins, &m, &c, &where);
    draw_cells(g, &m, &c, bins, most > 0 ? most : 1);
    f.y = c.top + c.rows;
    draw_ramps(g, f.y++, most);
    say_shape(&f, &m, &c);
    if (m.focused)
        hs_element_flow(&f, &m.s, m.base + m.row * m.n + m.col);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    double bins[MAX_ROWS * MAX_COLUMNS];
    char index[HS_INDEX_SIZE], a[HS_FMT_SIZE];
    struct map m;
    struct cells c;
    size_t where;

    if (read_spec(&m, spec, NULL) != HS_OK)
        return;
    c = cells_of(&m, MAX_COLUMNS);
    bin(bins, &m, &c, &where);
    hs_str_printf(out, "%s: %zu rows of %zu", m.title != NULL ? m.title : "Heat map", m.m, m.n);
    if (m.m * m.n != 0)
        hs_str_printf(out, "; farthest from %s is %s = %s", hs_fmt_short(a, m.zero, 6),
                      hs_element_index(index, m.s.t, where), "");
    if (m.m * m.n != 0)
        hs_str_add(out, hs_element_text(a, m.s.t, where));
    hs_str_add(out, ".\n");
    if (m.focused)
        hs_element_words(out, &m.s, m.base + m.row * m.n + m.col);
}

const struct hs_view hs_view_heat_map = {
    .id = "heat_map", .help = "a matrix as shades", .height = height, .draw = draw, .words = words};

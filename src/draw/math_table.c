/* Tables of a formula: cases, matrices, aligned lines. Declared in draw/math_box.h. */
#include "draw/math_box.h"

/* Blank columns before a table's column. */
static int before(const struct hs_math *m, int column)
{
    if (column == 0)
        return 0;
    if (m->table == HS_MATH_ALIGNED)
        return column % 2 == 0 ? 3 : 0;
    return 2;
}

static int width(const struct hs_math *m)
{
    int w = 0;

    for (int c = 0; c < m->ncolumns; c++)
        w += before(m, c) + m->columns[c];
    return w;
}

static void extent(const struct hs_math *row, int *up, int *down)
{
    *up = *down = 0;
    for (size_t i = 0; i < row->n; i++) {
        *up = hs_math_larger(*up, row->items[i]->up);
        *down = hs_math_larger(*down, row->items[i]->down);
    }
}

/* Cells from left to right, as the kind of table aligns them. */
static void place_row(const struct hs_math *m, struct hs_math *row, int y)
{
    int x = 0;

    for (size_t i = 0; i < row->n; i++) {
        struct hs_math *cell = row->items[i];
        int free = m->columns[i] - cell->w, c = (int)i;

        x += before(m, c);
        cell->x = x + (m->table == HS_MATH_CASES                     ? 0
                       : m->table != HS_MATH_ALIGNED                 ? free / 2
                       : c % 2 == 0 && (m->ncolumns > 1 || m->n < 2) ? free
                                                                     : 0);
        cell->y = y;
        x += m->columns[i];
    }
}

/* The height of a table that stands in brackets is odd, so that its middle is a row: a blank one
 * goes between the two rows in the middle. */
static int widen(struct hs_math *m, int height)
{
    size_t best = 0;

    if ((m->table != HS_MATH_CASES && m->table != HS_MATH_MATRIX) || height % 2 != 0 || m->n < 2)
        return height;
    for (size_t r = 1; r < m->n; r++) {
        int up, down, top;

        extent(m->items[r], &up, &down);
        top = m->items[r]->y - up;
        if (best == 0 || top <= height / 2)
            best = r;
    }
    for (size_t r = best; r < m->n; r++)
        m->items[r]->y++;
    return height + 1;
}

/* Cases that are too wide: every condition stands below its value, two columns to the right. */
static void size_stacked(struct hs_math *m)
{
    int height = 0, last_down = 0;

    m->w = 0;
    for (size_t r = 0; r < m->n; r++)
        for (size_t c = 0; c < m->items[r]->n; c++) {
            struct hs_math *cell = m->items[r]->items[c];

            height += last_down > 0 && cell->up > 0;
            cell->x = c == 0 ? 0 : 2;
            cell->y = height + cell->up;
            height += hs_math_height(cell);
            last_down = cell->down;
            m->w = hs_math_larger(m->w, cell->x + cell->w);
        }
    m->up = (height - 1) / 2;
    m->down = height - 1 - m->up;
    for (size_t r = 0; r < m->n; r++)
        for (size_t c = 0; c < m->items[r]->n; c++)
            m->items[r]->items[c]->y -= m->up;
}

void hs_math_size_table(struct hs_math_page *page, struct hs_math *m)
{
    int height = 0, last_down = 0;

    m->tall = m->n > 1;
    m->columns = hs_arena_alloc_zero(page->arena, (size_t)m->ncolumns, sizeof *m->columns);
    if (m->columns == NULL) {
        page->st = hs_fail(page->err, HS_ENOMEM, "out of memory");
        return;
    }
    for (size_t r = 0; r < m->n; r++) {
        struct hs_math *row = m->items[r];
        int up, down;

        for (size_t c = 0; c < row->n; c++) {
            hs_math_size(page, row->items[c]);
            m->tall = m->tall || row->items[c]->tall;
            m->columns[c] = hs_math_larger(m->columns[c], row->items[c]->w);
        }
        extent(row, &up, &down);
        if (last_down > 0 && up > 0)
            height++; /* a subscript and the superscript below it are kept apart */
        row->y = height + up;
        height += up + 1 + down;
        last_down = down;
    }
    if (m->bare) {
        size_stacked(m);
        return;
    }
    height = widen(m, height);
    m->up = m->n > 1 ? (height - 1) / 2 : m->items[0]->y;
    m->down = height - 1 - m->up;
    m->w = width(m);
    for (size_t r = 0; r < m->n; r++)
        place_row(m, m->items[r], m->items[r]->y - m->up);
}

/* table{columns = {…}, rows = {{…}, …}, align = "lrr"}: a table with its head; columns that do not
 * fit are cut at the right, and of more than 100 rows the first 100 are shown. */
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "draw/view.h"

enum { MAX_COLUMNS = 32, MAX_ROWS = 100, GAP = 2 };

/* A cell as text: numbers as they are, everything else as its text. */
static const char *cell_text(const struct hs_value *v, char buffer[HS_FMT_SIZE])
{
    double number;

    if (v == NULL)
        return "";
    if (v->kind == HS_STRING)
        return v->as.string.text;
    if (v->kind == HS_BOOLEAN)
        return v->as.boolean ? "yes" : "no";
    return hs_value_to_number(v, &number) ? hs_fmt_double(buffer, number) : "";
}

static size_t columns_of(const struct hs_value *spec)
{
    size_t n = hs_value_len(hs_value_get(spec, "columns"));

    return n < MAX_COLUMNS ? n : MAX_COLUMNS;
}

static size_t rows_of(const struct hs_value *spec)
{
    size_t n = hs_value_len(hs_value_get(spec, "rows"));

    return n < MAX_ROWS ? n : MAX_ROWS;
}

/* How many rows are left out. */
static size_t rest_of(const struct hs_value *spec)
{
    return hs_value_len(hs_value_get(spec, "rows")) - rows_of(spec);
}

static int height(const struct hs_value *spec, int width)
{
    (void)width;
    return (int)rows_of(spec) + 2 + (rest_of(spec) != 0);
}

static void measure(const struct hs_value *spec, int widths[MAX_COLUMNS])
{
    const struct hs_value *head = hs_value_get(spec, "columns"), *rows = hs_value_get(spec, "rows");
    char buffer[HS_FMT_SIZE];

    for (size_t c = 0; c < columns_of(spec); c++) {
        const char *text = cell_text(hs_value_at(head, c), buffer);

        widths[c] = (int)hs_text_width(text, strlen(text));
        for (size_t r = 0; r < rows_of(spec); r++) {
            int w;

            text = cell_text(hs_value_at(hs_value_at(rows, r), c), buffer);
            w = (int)hs_text_width(text, strlen(text));
            widths[c] = w > widths[c] ? w : widths[c];
        }
    }
}

static void draw_row(struct hs_grid *g, int y, const struct hs_value *row, size_t n,
                     const int *widths, const char *align, enum hs_style style)
{
    char buffer[HS_FMT_SIZE];
    int x = 0;

    for (size_t c = 0; c < n; c++) {
        const char *text = cell_text(hs_value_at(row, c), buffer);
        int w = (int)hs_text_width(text, strlen(text)), shift = 0;

        if (c < strlen(align) && align[c] == 'r')
            shift = widths[c] - w;
        else if (c < strlen(align) && align[c] == 'c')
            shift = (widths[c] - w) / 2;
        hs_grid_text(g, x + shift, y, style, text);
        x += widths[c] + GAP;
    }
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *rows = hs_value_get(spec, "rows");
    const char *align = hs_value_text(spec, "align", "");
    int widths[MAX_COLUMNS], total = 0;
    size_t n = columns_of(spec);

    if (n == 0 || rows == NULL || rows->kind != HS_LIST)
        return hs_fail(err, HS_ESCRIPT, "table: the fields \"columns\" and \"rows\" must be lists");
    measure(spec, widths);
    for (size_t c = 0; c < n; c++)
        total += widths[c] + (c != 0 ? GAP : 0);
    draw_row(g, 0, hs_value_get(spec, "columns"), n, widths, align, HS_STYLE_DIM);
    hs_grid_hline(g, 0, 1, total, HS_STYLE_RULE);
    for (size_t r = 0; r < rows_of(spec); r++)
        draw_row(g, (int)r + 2, hs_value_at(rows, r), n, widths, align, HS_STYLE_TEXT);
    if (rest_of(spec) != 0)
        hs_grid_textf(g, 0, MAX_ROWS + 2, HS_STYLE_DIM, "and %zu more rows", rest_of(spec));
    return HS_OK;
}

/* Each row as "head value, head value …". */
static void words(struct hs_str *out, const struct hs_value *spec)
{
    const struct hs_value *head = hs_value_get(spec, "columns"), *rows = hs_value_get(spec, "rows");
    char buffer[HS_FMT_SIZE];

    for (size_t r = 0; r < rows_of(spec); r++) {
        for (size_t c = 0; c < columns_of(spec); c++) {
            const char *name = cell_text(hs_value_at(head, c), buffer);

            hs_str_printf(out, "%s%s%s", c != 0 ? ", " : "", name, name[0] != '\0' ? " " : "");
            hs_str_add(out, cell_text(hs_value_at(hs_value_at(rows, r), c), buffer));
        }
        hs_str_add(out, "\n");
    }
    if (rest_of(spec) != 0)
        hs_str_printf(out, "And %zu more rows.\n", rest_of(spec));
}

const struct hs_view hs_view_table = {
    .id = "table", .help = "a table with a head", .height = height, .draw = draw, .words = words};

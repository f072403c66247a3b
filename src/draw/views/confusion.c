/* confusion{counts =, names =, title =}: a confusion matrix, one row for each true class.
 *
 *   counts   K x K, counts[true][answer]: a tensor or a list of lists (nn.eval(…).confusion); K
 * from 1 to 64 names    K texts; else 0, 1, 2 …
 *
 * Counts where they fit, else hundredths of the row, else tenths (# is all of it). The diagonal is
 * marked where there is a column for the mark; a class that was never seen has no accuracy. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/view.h"
#include "draw/views/plot.h"

enum { MAX_CLASSES = 64, LABEL = 8, RIGHT = 6 };

enum detail { COUNTS, PERCENT, TENTHS };

struct matrix {
    const struct hs_value *rows, *names;
    const struct hs_tensor *tensor;
    size_t k;
    const char *title;
};

static enum hs_status read_spec(struct matrix *m, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_value *counts = hs_value_get(spec, "counts");
    bool square = false;

    *m = (struct matrix){.names = hs_value_get(spec, "names"),
                         .title = hs_value_text(spec, "title", NULL)};
    if (counts != NULL && counts->kind == HS_TENSOR) {
        m->tensor = counts->as.tensor;
        m->k = m->tensor->ndim == 2 ? m->tensor->shape[0] : 0;
        square = m->k != 0 && m->tensor->shape[1] == m->k;
    } else if (counts != NULL && counts->kind == HS_LIST) {
        m->rows = counts;
        m->k = hs_value_len(counts);
        square = m->k != 0;
        for (size_t i = 0; i < m->k; i++)
            square = square && hs_value_len(hs_value_at(counts, i)) == m->k;
    }
    if (!square || m->k > MAX_CLASSES)
        return hs_fail(err, HS_ESCRIPT,
                       "confusion: the field \"counts\" must be a square matrix of 1 to %d classes",
                       MAX_CLASSES);
    return HS_OK;
}

/* A count; what is no count is 0. */
static double count_at(const struct matrix *m, size_t i, size_t j)
{
    double v = 0;

    if (m->tensor != NULL)
        v = hs_tensor_get(m->tensor, i * m->k + j);
    else
        hs_value_to_number(hs_value_at(hs_value_at(m->rows, i), j), &v);
    return v > 0 && v < 0x1p53 ? v : 0;
}

static double row_sum(const struct matrix *m, size_t i)
{
    double sum = 0;

    for (size_t j = 0; j < m->k; j++)
        sum += count_at(m, i, j);
    return sum;
}

static const char *name_of(char out[24], const struct matrix *m, size_t i)
{
    const struct hs_value *v = hs_value_at(m->names, i);

    if (v != NULL && v->kind == HS_STRING)
        return v->as.string.text;
    snprintf(out, 24, "%zu", i);
    return out;
}

struct layout {
    enum detail detail;
    int label, cell; /* columns; of the label with the blank behind it, where there is room */
};

static struct layout layout_of(const struct matrix *m, int width)
{
    struct layout l = {.detail = COUNTS};
    double most = 0;
    char text[HS_FMT_SIZE], name[24];
    int k = (int)m->k;

    for (size_t i = 0; i < m->k; i++) {
        const char *n = name_of(name, m, i);
        int w = (int)hs_text_width(n, strlen(n));

        l.label = w > l.label ? w : l.label;
        for (size_t j = 0; j < m->k; j++)
            most = fmax(most, count_at(m, i, j));
    }
    l.label = l.label < LABEL ? l.label : LABEL;
    snprintf(text, sizeof text, "%.0f", most);
    l.cell = (int)strlen(text) + 1;
    if (l.label + k * l.cell + RIGHT > width) {
        l.detail = PERCENT;
        l.cell = 3;
    }
    if (l.label + k * l.cell + RIGHT > width) {
        l.detail = TENTHS;
        l.cell = 1;
    }
    if (l.detail != COUNTS && l.label + 1 + k * l.cell + RIGHT <= width)
        l.label++;
    return l;
}

static void cell_text(char out[HS_FMT_SIZE], enum detail detail, double count, double sum)
{
    double share = sum > 0 ? count / sum : 0;

    if (detail == COUNTS)
        snprintf(out, HS_FMT_SIZE, "%.0f", count);
    else if (detail == PERCENT)
        snprintf(out, HS_FMT_SIZE, "%.0f", floor(share * 100)); /* 100 is all of them */
    else
        snprintf(out, HS_FMT_SIZE, "%c", share >= 1 ? '#' : (char)('0' + (int)(share * 10)));
}

static void draw_row(struct hs_grid *g, const struct matrix *m, const struct layout *l, int y,
                     size_t i)
{
    double sum = row_sum(m, i), right = count_at(m, i, i);
    char text[HS_FMT_SIZE], name[24];
    const char *label = name_of(name, m, i);

    hs_grid_text_n(g, 0, y, l->label, HS_STYLE_TEXT, label, strlen(label));
    for (size_t j = 0; j < m->k; j++) {
        double count = count_at(m, i, j);
        int end = l->label + (int)(j + 1) * l->cell, x;

        cell_text(text, l->detail, count, sum);
        x = end - (int)strlen(text);
        if (count <= 0)
            hs_grid_text(g, end - 1, y, i == j ? HS_STYLE_OK : HS_STYLE_DIM,
                         hs_glyph(g->ascii, "dot"));
        else
            hs_grid_text(g, x, y, i == j ? HS_STYLE_OK : HS_STYLE_BAD, text);
        if (i == j && x > end - l->cell)
            hs_grid_text(g, (count <= 0 ? end - 1 : x) - 1, y, HS_STYLE_OK,
                         hs_glyph(g->ascii, "right"));
    }
    if (sum > 0)
        hs_grid_textf(g, l->label + (int)m->k * l->cell, y, HS_STYLE_DIM, "%6.1f",
                      100 * right / sum);
}

/* Right answers, all answers, and the largest count off the diagonal. */
static void judge(const struct matrix *m, double *right, double *all, size_t worst[2])
{
    *right = *all = 0;
    worst[0] = worst[1] = 0;
    for (size_t i = 0; i < m->k; i++)
        for (size_t j = 0; j < m->k; j++) {
            double count = count_at(m, i, j);

            *all += count;
            *right += i == j ? count : 0;
            if (i != j &&
                (worst[0] == worst[1] ? count > 0 : count > count_at(m, worst[0], worst[1]))) {
                worst[0] = i;
                worst[1] = j;
            }
        }
}

/* "96.4 % of 1,000; most often wrong: 4 taken for 9, 12 times" */
static void say_result(struct hs_str *out, const struct matrix *m)
{
    char number[HS_FMT_SIZE], a[24], b[24];
    double right, all;
    size_t worst[2];

    judge(m, &right, &all, worst);
    if (all <= 0) {
        hs_str_add(out, "nothing was counted");
        return;
    }
    hs_str_printf(out, "%.2f %% of %s", 100 * right / all, hs_fmt_grouped(number, (int64_t)all));
    if (worst[0] != worst[1])
        hs_str_printf(out, "; %s taken for %s %.0f times", name_of(a, m, worst[0]),
                      name_of(b, m, worst[1]), count_at(m, worst[0], worst[1]));
}

/* The result and what the cells are, below the matrix; or only their lines (g NULL). */
static int lay_text(struct hs_grid *g, const struct matrix *m, int width, int y)
{
    static const char *const units[] = {"counts", "hundredths of the row",
                                        "tenths of the row, # for all"};
    struct hs_flow f = {.g = g, .width = width, .y = y};
    struct hs_str text = HS_STR_INIT;

    say_result(&text, m);
    hs_flow_wrap(&f, HS_STYLE_TEXT, text.buf);
    hs_str_clear(&text);
    hs_str_printf(&text, "rows: true; columns: answer; %s", units[layout_of(m, width).detail]);
    hs_flow_wrap(&f, HS_STYLE_DIM, text.buf);
    hs_str_dispose(&text);
    return f.y - y;
}

static int height(const struct hs_value *spec, int width)
{
    struct matrix m;

    if (read_spec(&m, spec, NULL) != HS_OK)
        return 1;
    return (m.title != NULL) + 1 + (int)m.k + lay_text(NULL, &m, width, 0);
}

static void draw_head(struct hs_grid *g, const struct matrix *m, const struct layout *l, int y)
{
    int room = l->cell > 1 ? l->cell - 1 : 1;

    for (size_t j = 0; j < m->k; j++) {
        char name[24];
        const char *label = name_of(name, m, j);
        int w = (int)hs_text_width(label, strlen(label)),
            from = l->label + (int)(j + 1) * l->cell - (w < room ? w : room);

        if (l->cell == 1 && w > 1) /* the last digit must do */
            label += strlen(label) - 1;
        hs_grid_text_n(g, from, y, room, HS_STYLE_DIM, label, strlen(label));
    }
    hs_grid_text(g, l->label + (int)m->k * l->cell + RIGHT - 1, y, HS_STYLE_DIM, "%");
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct matrix m;
    struct layout l;
    int y;

    if (read_spec(&m, spec, err) != HS_OK)
        return HS_ESCRIPT;
    l = layout_of(&m, g->width);
    y = m.title != NULL;
    if (y != 0)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, m.title);
    draw_head(g, &m, &l, y);
    for (size_t i = 0; i < m.k; i++)
        draw_row(g, &m, &l, y + 1 + (int)i, i);
    lay_text(g, &m, g->width, y + 1 + (int)m.k);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct matrix m;
    char name[24];

    if (read_spec(&m, spec, NULL) != HS_OK)
        return;
    hs_str_printf(out, "%s of %zu classes: ", m.title != NULL ? m.title : "Confusion matrix", m.k);
    say_result(out, &m);
    hs_str_add(out, ".\nRight by class:");
    for (size_t i = 0; i < m.k; i++) {
        double sum = row_sum(&m, i);

        hs_str_printf(out, "%s %s ", i != 0 ? "," : "", name_of(name, &m, i));
        if (sum > 0)
            hs_str_printf(out, "%.1f %%", 100 * count_at(&m, i, i) / sum);
        else
            hs_str_add(out, "unseen");
    }
    hs_str_add(out, ".\n");
}

const struct hs_view hs_view_confusion = {.id = "confusion",
                                          .help = "true classes against answers",
                                          .height = height,
                                          .draw = draw,
                                          .words = words};

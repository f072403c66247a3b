/* What explain prints: columns of paths side by side, and halfstep.explain/1. */
#include "cli/explain_show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/env.h"
#include "base/fmt.h"
#include "base/utf8.h"
#include "cli/text.h"

enum { LEFT = 11, CELL = 40, GAP = 2 };

/* The last row is worth a line of its own: the error in steps, at most 1/2 when nothing clipped. */
enum { ROWS = HS_STEP_COUNT + 1, IN_STEPS = HS_STEP_COUNT };

static double value_of(const struct hs_explain_path *p, int row)
{
    return row == IN_STEPS ? p->e.step[HS_STEP_ERROR] / p->e.step[HS_STEP_SCALE] : p->e.step[row];
}

static const char *row_name(int row)
{
    return row == IN_STEPS ? "error / s" : hs_explain_step_name((enum hs_explain_step)row);
}

static void cell(char out[CELL], const struct hs_explain_path *p, int row)
{
    double v = value_of(p, row);
    char text[HS_FMT_SIZE];

    out[0] = '\0';
    if (row == HS_STEP_RECIPROCAL && isnan(v))
        return;
    if (row == IN_STEPS)
        hs_fmt_short(text, v, 6);
    else if (p->e.f32)
        hs_fmt_float(text, (float)v);
    else
        hs_fmt_double(text, v);
    snprintf(out, CELL, "%s", text);
}

/* The value again in hexadecimal, bit by bit, where decimals hide something. */
static void hex_cell(char out[CELL], const struct hs_explain_path *p, int row)
{
    double v = value_of(p, row);

    out[0] = '\0';
    if (row <= HS_STEP_QUOTIENT && isfinite(v) && v != trunc(v))
        snprintf(out, CELL, "%a", v);
}

static int cell_width(const struct hs_explain_paths *p)
{
    size_t width = 0;

    for (size_t i = 0; i < p->n; i++)
        for (int row = 0; row < ROWS; row++) {
            char text[CELL], hex[CELL];

            cell(text, &p->path[i], row);
            hex_cell(hex, &p->path[i], row);
            width = strlen(text) > width ? strlen(text) : width;
            width = strlen(hex) > width ? strlen(hex) : width;
        }
    return (int)width + 2; /* a blank and the mark */
}

/* The first step at which path i parts from path 0; HS_STEP_COUNT for path 0 itself. */
static enum hs_explain_step parting(const struct hs_explain_paths *p, size_t i)
{
    const struct hs_explained both[2] = {p->path[0].e, p->path[i].e};

    return hs_explain_parting(both, 2);
}

typedef void cell_writer(char out[CELL], const struct hs_explain_path *p, int row);

/* One line of the table over the columns shown[0..n); nothing when every cell is empty. */
static void print_line(FILE *out, const struct hs_explain_paths *p, const size_t *shown, size_t n,
                       int row, const char *left, cell_writer *write, int width)
{
    const char *mark = hs_env_is_utf8() ? " ◂" : " <";
    struct hs_str line = HS_STR_INIT;
    size_t end = 0;

    hs_str_printf(&line, "%-*s", LEFT, left);
    for (size_t k = 0; k < n; k++) {
        char text[CELL];
        bool marked = write == cell && row < HS_STEP_COUNT && (int)parting(p, shown[k]) == row;

        write(text, &p->path[shown[k]], row);
        hs_str_printf(&line, "%*s%s", GAP, "", text);
        if (text[0] != '\0')
            hs_str_add(&line, marked ? mark : "");
        if (text[0] != '\0')
            end = line.len;
        hs_str_add_repeat(&line, " ",
                          (size_t)width - strlen(text) - (marked && text[0] != '\0' ? 2 : 0));
    }
    hs_str_truncate(&line, end);
    if (end > 0)
        fprintf(out, "%s\n", line.buf);
    hs_str_dispose(&line);
}

static void print_block(FILE *out, const struct hs_explain_paths *p, const size_t *shown, size_t n,
                        int width)
{
    fprintf(out, "\n%-*s", LEFT, "");
    for (size_t k = 0; k < n; k++)
        fprintf(out, "%*s%-*s", GAP, "", k + 1 < n ? width : 0, p->path[shown[k]].name);
    fputc('\n', out);
    for (int row = 0; row < ROWS; row++) {
        print_line(out, p, shown, n, row, row_name(row), cell, width);
        print_line(out, p, shown, n, row, "", hex_cell, width);
    }
}

static void print_tables(FILE *out, const struct hs_explain_paths *p, int columns)
{
    int width = cell_width(p), fit = (columns - LEFT) / (width + GAP);
    size_t shown[HS_EXPLAIN_MOST], n = 1;

    fit = fit < 1 ? 1 : fit;
    if (fit == 1 && p->n > 1) { /* too narrow for two columns: one table a path */
        for (shown[0] = 0; shown[0] < p->n; shown[0]++)
            print_block(out, p, shown, 1, width);
        return;
    }
    shown[0] = 0;
    for (size_t i = 1; i < p->n; i++) {
        shown[n++] = i;
        if (n == (size_t)fit && i + 1 < p->n) {
            print_block(out, p, shown, n, width);
            n = 1; /* the first path is in each table: the others are compared with it */
        }
    }
    print_block(out, p, shown, n, width);
}

static void print_legend(FILE *out, const struct hs_explain_paths *p, int columns)
{
    if (p->compared != NULL)
        fprintf(out, "Compared: %s\n", p->compared);
    for (size_t i = 0; i < p->n; i++) {
        const struct hs_explain_path *path = &p->path[i];
        struct hs_str line = HS_STR_INIT;

        hs_str_printf(&line, "%s: %s (%s, %s%s%s)", path->name, p->who[i],
                      path->e.f32 ? "float32" : "float64",
                      path->options.division == HS_RECIPROCAL ? "x (1/s)" : "x/s",
                      p->compared == NULL ? ", " : "", p->compared == NULL ? p->rule[i] : "");
        hs_cli_paragraph(out, columns, line.buf);
        hs_str_dispose(&line);
    }
}

static void add_clipped(struct hs_str *text, const struct hs_explain_paths *p)
{
    char code[HS_FMT_SIZE], who[16];
    size_t clipped = 0;

    for (size_t i = 0; i < p->n; i++)
        clipped += p->path[i].e.clipped;
    for (size_t i = 0; clipped > 0 && i < (clipped == p->n ? 1 : p->n); i++) {
        if (!p->path[i].e.clipped)
            continue;
        snprintf(who, sizeof who, "%s is", p->path[i].name);
        hs_str_printf(text, " %s clipped: %s is outside the codes %" PRId64 " to %" PRId64 ".",
                      clipped == p->n ? "It is" : who,
                      hs_fmt_double(code, p->path[i].e.step[HS_STEP_SHIFTED]), p->path[i].qmin,
                      p->path[i].qmax);
    }
}

static double distance(const struct hs_explain_paths *p, size_t i)
{
    return fabs(p->path[i].e.step[HS_STEP_BACK] - p->x);
}

/* Which of several codes comes back nearest to x, or that x lies in the middle. */
static void add_nearest(struct hs_str *text, const struct hs_explain_paths *p)
{
    size_t best = 0;
    bool equal = false;

    for (size_t i = 1; i < p->n; i++)
        if (distance(p, i) < distance(p, best))
            best = i;
    for (size_t i = 0; i < p->n; i++)
        equal = equal || (distance(p, i) <= distance(p, best) &&
                          p->path[i].e.step[HS_STEP_CODE] != p->path[best].e.step[HS_STEP_CODE]);
    if (equal)
        hs_str_add(text, ". They come back equally near to x, which lies in the middle.");
    else
        hs_str_printf(text, ". %s comes back nearest to x.", p->path[best].name);
}

/* Where the codes end up, and how near each is. */
static void print_end(FILE *out, const struct hs_explain_paths *p, int columns)
{
    struct hs_str text = HS_STR_INIT;
    bool differ = false;

    for (size_t i = 1; i < p->n; i++)
        differ = differ || p->path[i].e.step[HS_STEP_CODE] != p->path[0].e.step[HS_STEP_CODE];
    if (p->n == 1)
        hs_str_printf(&text, "There is one path, and its code is %.0f.",
                      p->path[0].e.step[HS_STEP_CODE]);
    else if (!differ)
        hs_str_printf(&text, "All end at the code %.0f all the same.",
                      p->path[0].e.step[HS_STEP_CODE]);
    for (size_t i = 0; differ && i < p->n; i++)
        hs_str_printf(&text, "%s%s %.0f", i == 0 ? "Codes: " : ", ", p->path[i].name,
                      p->path[i].e.step[HS_STEP_CODE]);
    if (differ)
        add_nearest(&text, p);
    add_clipped(&text, p);
    hs_cli_paragraph(out, columns, text.buf);
    hs_str_dispose(&text);
}

void hs_explain_print(FILE *out, const struct hs_explain_paths *p, const char *x, const char *s)
{
    int columns = hs_cli_columns(out, 80);
    const struct hs_explain_path *first = &p->path[0];

    fprintf(out, "x = %s  s = %s  z = %" PRId64 "%s  codes %" PRId64 "..%" PRId64 " of %s\n\n", x,
            s, p->z, p->has_z ? "" : " (not given)", first->qmin, first->qmax,
            hs_dtype_name(p->dtype));
    print_legend(out, p, columns);
    print_tables(out, p, columns);
    fputc('\n', out);
    for (size_t i = 1; i < p->n; i++) {
        struct hs_str why = HS_STR_INIT;

        hs_explain_why(&why, first, &p->path[i]);
        if (why.len > 0)
            hs_cli_paragraph(out, columns, why.buf);
        hs_str_dispose(&why);
    }
    print_end(out, p, columns);
}

static bool add_steps(struct hs_value *path, struct hs_arena *arena, const struct hs_explained *e)
{
    struct hs_value steps = hs_value_list();

    for (int i = 0; i < HS_STEP_COUNT; i++) {
        struct hs_value step = hs_value_map();
        char hex[CELL], text[HS_FMT_SIZE];
        const char *name = hs_explain_step_name((enum hs_explain_step)i);

        if (isnan(e->step[i]))
            continue;
        snprintf(hex, sizeof hex, "%a", e->step[i]);
        if (!hs_value_set(&step, arena, "step", hs_value_string(arena, name)) ||
            !hs_value_set(&step, arena, "value",
                          isfinite(e->step[i])
                              ? hs_value_num(e->step[i])
                              : hs_value_string(arena, hs_fmt_double(text, e->step[i]))) ||
            !hs_value_set(&step, arena, "hex", hs_value_string(arena, hex)) ||
            !hs_value_push(&steps, arena, step))
            return false;
    }
    return hs_value_set(path, arena, "steps", steps);
}

static bool add_parting(struct hs_value *path, struct hs_arena *arena,
                        const struct hs_explain_paths *p, size_t i)
{
    enum hs_explain_step step = parting(p, i);
    struct hs_str why = HS_STR_INIT;
    struct hs_value at = hs_value_nil(), text = hs_value_nil();
    bool ok;

    if (i > 0 && step != HS_STEP_COUNT) {
        hs_explain_why(&why, &p->path[0], &p->path[i]);
        at = hs_value_string(arena, hs_explain_step_name(step));
        text = hs_value_string(arena, why.buf);
    }
    ok = hs_value_set(path, arena, "parts_at", at) && hs_value_set(path, arena, "why", text);
    hs_str_dispose(&why);
    return ok;
}

static bool to_value(struct hs_value *out, struct hs_arena *arena, const struct hs_explain_paths *p,
                     size_t i)
{
    const struct hs_explain_path *path = &p->path[i];
    const struct hs_explained *e = &path->e;
    struct hs_value options = hs_value_map();

    *out = hs_value_map();
    return hs_value_set(out, arena, "name", hs_value_string(arena, path->name)) &&
           hs_value_set(out, arena, "who", hs_value_string(arena, p->who[i])) &&
           hs_value_set(out, arena, "precision",
                        hs_value_string(arena, e->f32 ? "float32" : "float64")) &&
           hs_value_set(out, arena, "qmin", hs_value_int(path->qmin)) &&
           hs_value_set(out, arena, "qmax", hs_value_int(path->qmax)) &&
           hs_value_set(out, arena, "code", hs_value_num(e->step[HS_STEP_CODE])) &&
           hs_value_set(out, arena, "clipped", hs_value_bool(e->clipped)) &&
           hs_value_set(out, arena, "tie", hs_value_bool(e->tie)) &&
           hs_value_set(out, arena, "tie_ulps", hs_value_num(e->tie_ulps)) &&
           add_parting(out, arena, p, i) && add_steps(out, arena, e) &&
           hs_quant_options_to_value(&options, arena, &path->options) &&
           hs_value_set(out, arena, "options", options);
}

bool hs_explain_to_value(struct hs_value *out, struct hs_arena *arena,
                         const struct hs_explain_paths *p)
{
    struct hs_value paths = hs_value_list(), path;
    bool differ = false;

    for (size_t i = 0; i < p->n; i++) {
        if (!to_value(&path, arena, p, i) || !hs_value_push(&paths, arena, path))
            return false;
        differ = differ || p->path[i].e.step[HS_STEP_CODE] != p->path[0].e.step[HS_STEP_CODE];
    }
    *out = hs_value_map();
    return hs_value_set(out, arena, "schema", hs_value_string(arena, "halfstep.explain/1")) &&
           hs_value_set(out, arena, "x", hs_value_num(p->x)) &&
           hs_value_set(out, arena, "s", hs_value_num(p->s)) &&
           hs_value_set(out, arena, "z", hs_value_int(p->z)) &&
           hs_value_set(out, arena, "dtype", hs_value_string(arena, hs_dtype_name(p->dtype))) &&
           hs_value_set(out, arena, "codes_differ", hs_value_bool(differ)) &&
           hs_value_set(out, arena, "paths", paths);
}

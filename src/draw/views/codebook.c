/* codebook{tensor =, levels =, title =, log =}: the histogram of the data above the levels that
 * stand for them, with how many elements are nearest to each.
 *
 *   tensor   the data (finite elements count)
 *   levels   1 to 256 numbers in any order: centroids of quant.kmeans, the levels of DoReFa or
 * WRPN, powers of two … log      the height of a bar is log(1 + count)
 *
 * The levels with their counts follow when there are at most 16. */
#include <stdlib.h>
#include <string.h>

#include "draw/view.h"
#include "draw/views/plot.h"
#include "draw/views/plot_axis.h"
#include "tensor/stats.h"

enum { BAR_ROWS = 5, MAX_BINS = 400, MAX_LEVELS = 256, LISTED = 16, BLOCK = 1024 };

struct book {
    const struct hs_tensor *t;
    double level[MAX_LEVELS]; // (n) ascending
    size_t n;
    const char *title;
    bool log;
};

struct fit {
    size_t count[MAX_LEVELS], finite;
    double square; /* sum of squared distances to the nearest level */
    double sum;    /* sum of squares */
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static enum hs_status read_spec(struct book *b, const struct hs_value *spec, struct hs_error *err)
{
    struct hs_numbers levels;

    *b = (struct book){.t = hs_value_tensor_of(spec, "tensor"),
                       .title = hs_value_text(spec, "title", NULL),
                       .log = hs_value_flag(spec, "log", false)};
    if (b->t == NULL)
        return hs_fail(err, HS_ESCRIPT, "codebook: the field \"tensor\" must be a tensor");
    if (!hs_numbers_of(&levels, hs_value_get(spec, "levels")) || levels.n == 0 ||
        levels.n > MAX_LEVELS)
        return hs_fail(err, HS_ESCRIPT, "codebook: the field \"levels\" must be 1 to %d numbers",
                       MAX_LEVELS);
    b->n = levels.n;
    hs_numbers_load(b->level, &levels, 0, levels.n);
    for (size_t i = 0; i < b->n; i++)
        if (!isfinite(b->level[i]))
            return hs_fail(err, HS_ESCRIPT, "codebook: number %zu of the field \"levels\" is %s",
                           i + 1, isnan(b->level[i]) ? "no number" : "infinite");
    qsort(b->level, b->n, sizeof *b->level, ascending);
    return HS_OK;
}

/* The level nearest to v, the upper one of two. */
static size_t nearest(const struct book *b, double v)
{
    size_t lo = 0, hi = b->n - 1;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (v - b->level[mid] < b->level[mid + 1] - v)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static void fit_book(struct fit *f, const struct book *b)
{
    size_t n = hs_tensor_count(b->t);
    double v[BLOCK];

    *f = (struct fit){.finite = 0};
    for (size_t from = 0; from < n; from += BLOCK) {
        size_t k = n - from < BLOCK ? n - from : BLOCK;

        hs_tensor_load(v, b->t, from, k);
        for (size_t i = 0; i < k; i++) {
            size_t at;

            if (!isfinite(v[i]))
                continue;
            at = nearest(b, v[i]);
            f->finite++;
            f->count[at]++;
            f->square += (v[i] - b->level[at]) * (v[i] - b->level[at]);
            f->sum += v[i] * v[i];
        }
    }
}

/* "16 levels, 2 without an element" */
static void say_levels(struct hs_str *out, const struct book *b, const struct fit *f)
{
    size_t empty = 0;

    for (size_t i = 0; i < b->n; i++)
        empty += f->count[i] == 0;
    hs_str_printf(out, "%zu levels", b->n);
    if (empty != 0)
        hs_str_printf(out, ", %zu without an element", empty);
}

/* "rms error 0.012, SQNR 18.2 dB" */
static void say_error(struct hs_str *out, const struct fit *f)
{
    char text[HS_FMT_SIZE];

    if (f->finite == 0) {
        hs_str_add(out, "no data");
        return;
    }
    hs_str_printf(out, "rms error %s", hs_fmt_short(text, sqrt(f->square / (double)f->finite), 4));
    if (f->square > 0 && f->sum > 0)
        hs_str_printf(out, ", SQNR %s dB", hs_fmt_short(text, 10 * log10(f->sum / f->square), 4));
}

/* Result and levels below the plot, or only their lines (g NULL). Widths of counts are reckoned
 * from all elements, so that height() needs no pass over them. */
static int lay_text(struct hs_grid *g, const struct book *b, const struct fit *f, int width, int y)
{
    struct hs_flow flow = {.g = g, .width = width, .y = y};
    struct hs_str text = HS_STR_INIT;
    char number[HS_FMT_SIZE], most[HS_FMT_SIZE];
    int wide = (int)strlen(hs_fmt_grouped(most, (int64_t)hs_tensor_count(b->t)));

    if (f != NULL) {
        say_levels(&text, b, f);
        hs_grid_text(g, 0, y, HS_STYLE_TEXT, text.buf);
        hs_str_clear(&text);
        say_error(&text, f);
        hs_grid_text(g, 0, y + 1, HS_STYLE_TEXT, text.buf);
    }
    flow.y += 2;
    for (size_t i = 0; i < b->n && b->n <= LISTED; i++)
        hs_flow_addf(&flow, f != NULL && f->count[i] == 0 ? HS_STYLE_CLIP : HS_STYLE_DIM,
                     "%9s: %*s", hs_fmt_short(number, b->level[i], 4), wide,
                     f != NULL ? hs_fmt_grouped(most, (int64_t)f->count[i]) : most);
    hs_flow_break(&flow);
    hs_str_dispose(&text);
    return flow.y - y;
}

static int height(const struct hs_value *spec, int width)
{
    struct book b;

    if (read_spec(&b, spec, NULL) != HS_OK)
        return 1;
    return (b.title != NULL) + BAR_ROWS + 2 + lay_text(NULL, &b, NULL, width, 0);
}

static void draw_plot(struct hs_grid *g, const struct book *b, int top)
{
    int bins = g->width < MAX_BINS ? g->width : MAX_BINS, eighths[MAX_BINS];
    size_t counts[MAX_BINS], most = 1;
    struct hs_stats s;
    double lo, hi, margin;

    hs_tensor_extremes(&s, b->t);
    lo = fmin(s.min, b->level[0]);
    hi = fmax(s.max, b->level[b->n - 1]);
    margin = hi / 32 - lo / 32;
    lo -= margin > 0 ? margin : 0.5;
    hi += margin > 0 ? margin : 0.5;
    if (!isfinite(hi - lo))
        return;
    hs_tensor_histogram(counts, (size_t)bins, b->t, lo, hi);
    for (int i = 0; i < bins; i++)
        most = counts[i] > most ? counts[i] : most;
    for (int i = 0; i < bins; i++) {
        double share = b->log ? log1p((double)counts[i]) / log1p((double)most)
                              : (double)counts[i] / (double)most;

        eighths[i] = (int)lrint(share * 8 * BAR_ROWS);
        eighths[i] += counts[i] > 0 && eighths[i] == 0; /* what is there is seen */
    }
    hs_bars_draw(g, top, BAR_ROWS, eighths, bins);
    hs_grid_hline(g, 0, top + BAR_ROWS, bins, HS_STYLE_AXIS);
    for (size_t i = 0; i < b->n; i++)
        hs_grid_text(g, hs_axis_column(b->level[i], lo, hi, bins), top + BAR_ROWS, HS_STYLE_ACCENT,
                     hs_glyph(g->ascii, "up"));
    if (lo < 0 && hi > 0)
        hs_axis_number(g, 0, lo, hi, top + BAR_ROWS + 1, HS_STYLE_AXIS);
    hs_axis_number(g, b->level[0], lo, hi, top + BAR_ROWS + 1, HS_STYLE_AXIS);
    hs_axis_number(g, b->level[b->n - 1], lo, hi, top + BAR_ROWS + 1, HS_STYLE_AXIS);
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct book b;
    struct fit f;
    int top;

    if (read_spec(&b, spec, err) != HS_OK)
        return HS_ESCRIPT;
    if (g->width < 2)
        return HS_OK;
    top = b.title != NULL;
    if (top)
        hs_grid_text(g, 0, 0, HS_STYLE_DIM, b.title);
    draw_plot(g, &b, top);
    fit_book(&f, &b);
    lay_text(g, &b, &f, g->width, top + BAR_ROWS + 2);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    struct book b;
    struct fit f;
    char text[HS_FMT_SIZE];

    if (read_spec(&b, spec, NULL) != HS_OK)
        return;
    fit_book(&f, &b);
    hs_str_printf(out, "%s: %zu values, ", b.title != NULL ? b.title : "Codebook", f.finite);
    say_levels(out, &b, &f);
    hs_str_add(out, "; ");
    say_error(out, &f);
    for (size_t i = 0; i < b.n && b.n <= LISTED; i++)
        hs_str_printf(out, "%s %s (%zu)", i != 0 ? "," : ". Levels, with their elements:",
                      hs_fmt_short(text, b.level[i], 4), f.count[i]);
    hs_str_add(out, ".\n");
}

const struct hs_view hs_view_codebook = {.id = "codebook",
                                         .help = "levels over the histogram of the data",
                                         .height = height,
                                         .draw = draw,
                                         .words = words};

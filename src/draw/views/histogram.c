/* histogram{tensor =, lo =, hi =, clip = {lo =, hi =}, title =, log =, overlay =, overlay_name =}:
 * bars in eighths of a cell, clip lines, and in words how many values lie beyond them. Each column
 * is a bin.
 *
 *   lo, hi    ends of the axis; else those of the data and the clip lines with a little room
 *   log       the height of a bar is log(1 + count)
 *   overlay   a second tensor as marks at the heights of its own bars (as shares of its own
 *             elements): weights before and after training, data and what codes stand for;
 *             overlay_name says what it is */
#include "base/mem.h"
#include "draw/view.h"
#include "draw/views/plot.h"
#include "draw/views/plot_axis.h"
#include "tensor/stats.h"

enum { BAR_ROWS = 5, MAX_BINS = 400, BLOCK = 1024 };

struct range {
    double lo, hi, clip_lo, clip_hi;
    bool clip;
};

/* The plotted range: as given, else the data and the clip lines with a little room. */
static struct range range_of(const struct hs_value *spec, const struct hs_stats *s)
{
    const struct hs_value *clip = hs_value_get(spec, "clip");
    struct range r = {.clip = clip != NULL};
    double margin;

    r.clip_lo = hs_value_number(clip, "lo", s->min);
    r.clip_hi = hs_value_number(clip, "hi", s->max);
    r.lo = fmin(s->min, r.clip ? r.clip_lo : s->min);
    r.hi = fmax(s->max, r.clip ? r.clip_hi : s->max);
    margin = (r.hi - r.lo) * 0.03;
    r.lo = hs_value_number(spec, "lo", r.lo - margin);
    r.hi = hs_value_number(spec, "hi", r.hi + margin);
    r.lo = fmax(r.lo, -0x1p1021); /* an axis that can be divided */
    r.hi = fmin(r.hi, 0x1p1021);
    if (!(r.lo < r.hi)) {
        r.lo -= 0.5;
        r.hi += 0.5;
    }
    return r;
}

static int height(const struct hs_value *spec, int width)
{
    (void)width;
    return BAR_ROWS + 3 + (hs_value_text(spec, "title", NULL) != NULL) +
           (hs_value_tensor_of(spec, "overlay") != NULL);
}

/* Heights in eighths of a cell: shares of the elements, the highest of both tensors filling all
 * rows. */
struct bars {
    int eighths[2][MAX_BINS]; /* of the tensor, of the overlay */
    int n;
};

static void fill_bars(struct bars *b, size_t counts[2][MAX_BINS], const size_t total[2],
                      bool logarithmic)
{
    double most = 0, scale[2] = {1, total[1] != 0 ? (double)total[0] / (double)total[1] : 0};

    for (int k = 0; k < 2; k++)
        for (int i = 0; i < b->n; i++)
            most = fmax(most, (double)counts[k][i] * scale[k]);
    most = fmax(most, 1);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < b->n; i++) {
            double v = (double)counts[k][i] * scale[k],
                   share = logarithmic ? log1p(v) / log1p(most) : v / most;
            int eighths = (int)lrint(share * 8 * BAR_ROWS);

            b->eighths[k][i] = counts[k][i] > 0 && eighths == 0 ? 1 : eighths; /* it is seen */
        }
}

static void draw_overlay(struct hs_grid *g, int top, const struct bars *b)
{
    for (int i = 0; i < b->n; i++)
        if (b->eighths[1][i] > 0)
            hs_grid_text(g, i, top + BAR_ROWS - 1 - (b->eighths[1][i] - 1) / 8, HS_STYLE_PLOT2,
                         hs_series_glyph(g->ascii, 1));
}

/* The clip lines, and the bars beyond them in the style of what is lost. */
static void draw_clips(struct hs_grid *g, int top, const struct range *r)
{
    int low = hs_axis_column(r->clip_lo, r->lo, r->hi, g->width),
        high = hs_axis_column(r->clip_hi, r->lo, r->hi, g->width);

    hs_grid_restyle(g, 0, top, low, BAR_ROWS, HS_STYLE_CLIP);
    hs_grid_restyle(g, high + 1, top, g->width - high - 1, BAR_ROWS, HS_STYLE_CLIP);
    for (int row = 0; row <= BAR_ROWS; row++) {
        hs_grid_text(g, low, top + row, HS_STYLE_CLIP, hs_glyph(g->ascii, "vdash"));
        hs_grid_text(g, high, top + row, HS_STYLE_CLIP, hs_glyph(g->ascii, "vdash"));
    }
}

static void count_beyond(const struct hs_tensor *t, const struct range *r, size_t *low,
                         size_t *high)
{
    size_t n = r->clip ? hs_tensor_count(t) : 0, below = 0, above = 0;
    double v[BLOCK], lo = r->clip_lo, hi = r->clip_hi;

    for (size_t from = 0; from < n; from += BLOCK) {
        size_t k = n - from < BLOCK ? n - from : BLOCK;

        hs_tensor_load(v, t, from, k);
        for (size_t i = 0; i < k; i++) {
            below += v[i] < lo;
            above += v[i] > hi;
        }
    }
    *low = below;
    *high = above;
}

/* Both tensors and the axis; false when there is no tensor. */
static bool read_spec(const struct hs_value *spec, const struct hs_tensor *t[2],
                      struct hs_stats s[2], struct range *r)
{
    struct hs_stats both;

    t[0] = hs_value_tensor_of(spec, "tensor");
    t[1] = hs_value_tensor_of(spec, "overlay");
    if (t[0] == NULL)
        return false;
    hs_tensor_extremes(&s[0], t[0]);
    both = s[0];
    if (t[1] != NULL) {
        hs_tensor_extremes(&s[1], t[1]);
        both.min = fmin(both.min, s[1].min);
        both.max = fmax(both.max, s[1].max);
    }
    *r = range_of(spec, &both);
    return true;
}

static void draw_numbers(struct hs_grid *g, int y, const struct range *r)
{
    if (r->lo < 0 && r->hi > 0)
        hs_axis_number(g, 0, r->lo, r->hi, y, HS_STYLE_AXIS);
    hs_axis_number(g, r->clip ? r->clip_lo : r->lo, r->lo, r->hi, y, HS_STYLE_AXIS);
    hs_axis_number(g, r->clip ? r->clip_hi : r->hi, r->lo, r->hi, y, HS_STYLE_AXIS);
}

static void draw_beyond(struct hs_grid *g, int y, const struct hs_tensor *t, const struct range *r)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];
    size_t low, high;
    enum hs_style style;

    count_beyond(t, r, &low, &high);
    style = low + high != 0 ? HS_STYLE_CLIP : HS_STYLE_DIM;
    hs_grid_textf(g, 0, y, style, "%s: %s below, %s above, of %zu",
                  g->width < 56 ? "beyond" : "beyond the lines", hs_fmt_grouped(a, (int64_t)low),
                  hs_fmt_grouped(b, (int64_t)high), hs_tensor_count(t));
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    const char *title = hs_value_text(spec, "title", NULL);
    size_t counts[2][MAX_BINS] = {{0}}, total[2] = {0};
    struct bars bars = {.n = g->width < MAX_BINS ? g->width : MAX_BINS};
    int top = title != NULL;
    const struct hs_tensor *t[2];
    struct hs_stats s[2];
    struct range r;
    char a[HS_FMT_SIZE];

    if (!read_spec(spec, t, s, &r))
        return hs_fail(err, HS_ESCRIPT, "histogram: the field \"tensor\" must be a tensor");
    if (bars.n < 1)
        return HS_OK;
    for (int k = 0; k < 2 && t[k] != NULL; k++) {
        hs_tensor_histogram(counts[k], (size_t)bars.n, t[k], r.lo, r.hi);
        total[k] = s[k].count;
    }
    fill_bars(&bars, counts, total, hs_value_flag(spec, "log", false));
    if (title != NULL)
        hs_grid_textf(g, 0, 0, HS_STYLE_DIM, "%s, |x| %s %s", title, g->ascii ? "<=" : "≤",
                      hs_fmt_short(a, s[0].absmax, 4));
    hs_bars_draw(g, top, BAR_ROWS, bars.eighths[0], bars.n);
    hs_grid_hline(g, 0, top + BAR_ROWS, g->width, HS_STYLE_AXIS);
    if (r.clip)
        draw_clips(g, top, &r);
    draw_overlay(g, top, &bars);
    draw_numbers(g, top + BAR_ROWS + 1, &r);
    if (r.clip)
        draw_beyond(g, top + BAR_ROWS + 2, t[0], &r);
    if (t[1] != NULL)
        hs_grid_textf(g, 0, top + BAR_ROWS + 2 + r.clip, HS_STYLE_PLOT2, "%s %s, |x| %s %s",
                      hs_series_glyph(g->ascii, 1), hs_value_text(spec, "overlay_name", "overlay"),
                      g->ascii ? "<=" : "≤", hs_fmt_short(a, s[1].absmax, 4));
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE];
    const struct hs_tensor *t[2];
    struct hs_stats s[2];
    struct range r;
    size_t low, high;

    if (!read_spec(spec, t, s, &r))
        return;
    count_beyond(t[0], &r, &low, &high);
    hs_str_printf(out, "Histogram of %s: %s values from %s to %s",
                  hs_value_text(spec, "title", "the tensor"),
                  hs_fmt_grouped(a, (int64_t)s[0].count), hs_fmt_short(b, s[0].min, 4),
                  hs_fmt_short(c, s[0].max, 4));
    if (r.clip)
        hs_str_printf(out, ", %zu below %s and %zu above %s", low, hs_fmt_short(a, r.clip_lo, 4),
                      high, hs_fmt_short(b, r.clip_hi, 4));
    if (s[0].nan + s[0].inf != 0)
        hs_str_printf(out, "; %zu are not finite", s[0].nan + s[0].inf);
    if (t[1] != NULL)
        hs_str_printf(out, "; %s: %s values from %s to %s",
                      hs_value_text(spec, "overlay_name", "overlay"),
                      hs_fmt_grouped(a, (int64_t)s[1].count), hs_fmt_short(b, s[1].min, 4),
                      hs_fmt_short(c, s[1].max, 4));
    hs_str_add(out, ".\n");
}

const struct hs_view hs_view_histogram = {.id = "histogram",
                                          .help = "a histogram with clip lines",
                                          .height = height,
                                          .draw = draw,
                                          .words = words};

/* histogram{tensor =, bins =, lo =, hi =, clip = {lo =, hi =}, title =, log =}: bars in eighths of
 * a cell, clip lines, and in words how many values lie beyond them. */
#include "base/mem.h"
#include "draw/view.h"
#include "draw/views/plot_axis.h"
#include "tensor/stats.h"

enum { BAR_ROWS = 5, MAX_BINS = 400 };

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
    if (!(r.lo < r.hi)) {
        r.lo -= 0.5;
        r.hi += 0.5;
    }
    return r;
}

static int height(const struct hs_value *spec, int width)
{
    (void)width;
    return BAR_ROWS + 3 + (hs_value_text(spec, "title", NULL) != NULL);
}

static void draw_bars(struct hs_grid *g, int top, const size_t *counts, int bins, bool logarithmic)
{
    static const char *const names[] = {"block1", "block2", "block3", "block4",
                                        "block5", "block6", "block7", "block8"};
    double most = 1;

    for (int i = 0; i < bins; i++)
        most = fmax(most, (double)counts[i]);
    for (int i = 0; i < bins; i++) {
        double share =
            logarithmic ? log1p((double)counts[i]) / log1p(most) : (double)counts[i] / most;
        int eighths = (int)lrint(share * 8 * BAR_ROWS);

        if (counts[i] > 0 && eighths == 0)
            eighths = 1; /* what is there is seen */
        for (int row = 0; row < BAR_ROWS && eighths > 0; row++, eighths -= 8)
            hs_grid_text(g, i, top + BAR_ROWS - 1 - row, HS_STYLE_PLOT1,
                         hs_glyph(g->ascii, names[(eighths > 8 ? 8 : eighths) - 1]));
    }
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
    size_t n = hs_tensor_count(t);

    *low = *high = 0;
    for (size_t i = 0; i < n && r->clip; i++) {
        double v = hs_tensor_get(t, i);

        *low += v < r->clip_lo;
        *high += v > r->clip_hi;
    }
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    const struct hs_tensor *t = hs_value_tensor_of(spec, "tensor");
    const char *title = hs_value_text(spec, "title", NULL);
    size_t counts[MAX_BINS], low, high;
    int bins = g->width < MAX_BINS ? g->width : MAX_BINS, top = title != NULL;
    struct hs_stats s;
    struct range r;
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];

    if (t == NULL)
        return hs_fail(err, HS_ESCRIPT, "histogram: the field \"tensor\" must be a tensor");
    if (bins < 1)
        return HS_OK;
    hs_tensor_stats(&s, t);
    r = range_of(spec, &s);
    hs_tensor_histogram(counts, (size_t)bins, t, r.lo, r.hi);
    if (title != NULL)
        hs_grid_textf(g, 0, 0, HS_STYLE_DIM, "%s, |x| %s %s", title, g->ascii ? "<=" : "≤",
                      hs_fmt_short(a, s.absmax, 4));
    draw_bars(g, top, counts, bins, hs_value_flag(spec, "log", false));
    hs_grid_hline(g, 0, top + BAR_ROWS, g->width, HS_STYLE_AXIS);
    if (r.clip)
        draw_clips(g, top, &r);
    if (r.lo < 0 && r.hi > 0)
        hs_axis_number(g, 0, r.lo, r.hi, top + BAR_ROWS + 1, HS_STYLE_AXIS);
    hs_axis_number(g, r.clip ? r.clip_lo : r.lo, r.lo, r.hi, top + BAR_ROWS + 1, HS_STYLE_AXIS);
    hs_axis_number(g, r.clip ? r.clip_hi : r.hi, r.lo, r.hi, top + BAR_ROWS + 1, HS_STYLE_AXIS);
    count_beyond(t, &r, &low, &high);
    if (r.clip)
        hs_grid_textf(g, 0, top + BAR_ROWS + 2, low + high != 0 ? HS_STYLE_CLIP : HS_STYLE_DIM,
                      "beyond the lines: %s below, %s above, of %zu",
                      hs_fmt_grouped(a, (int64_t)low), hs_fmt_grouped(b, (int64_t)high), s.count);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    const struct hs_tensor *t = hs_value_tensor_of(spec, "tensor");
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE];
    struct hs_stats s;
    struct range r;
    size_t low, high;

    if (t == NULL)
        return;
    hs_tensor_stats(&s, t);
    r = range_of(spec, &s);
    count_beyond(t, &r, &low, &high);
    hs_str_printf(out, "Histogram of %s: %s values from %s to %s",
                  hs_value_text(spec, "title", "the tensor"), hs_fmt_grouped(a, (int64_t)s.count),
                  hs_fmt_short(b, s.min, 4), hs_fmt_short(c, s.max, 4));
    if (r.clip)
        hs_str_printf(out, ", %zu below %s and %zu above %s", low, hs_fmt_short(a, r.clip_lo, 4),
                      high, hs_fmt_short(b, r.clip_hi, 4));
    hs_str_add(out, ".\n");
}

const struct hs_view hs_view_histogram = {.id = "histogram",
                                          .help = "a histogram with clip lines",
                                          .height = height,
                                          .draw = draw,
                                          .words = words};

#include <math.h>

#include "quant/histogram.h"

enum {
    LANES = 8,
    ROWS = 4,
    LEVELS = 4
}; /* of torch's sum: an AVX2 register of floats, 4 at once */

/* Sums of `columns` interleaved columns: element i of column c is v[i * columns + c]. Columns are
 * added up in steps of 2^power, steps in steps of these, four levels deep. */
static void cascade(float *sums, const float *v, size_t columns, size_t n)
{
    float acc[LEVELS][LANES * ROWS] = {{0}};
    size_t power = 0, step, i = 0;

    while (((size_t)1 << power) < n)
        power++;
    power = power / LEVELS > 4 ? power / LEVELS : 4;
    step = (size_t)1 << power;
    while (i + step <= n) {
        for (size_t end = i + step; i < end; i++)
            for (size_t c = 0; c < columns; c++)
                acc[0][c] += v[i * columns + c];
        for (size_t level = 1; level < LEVELS; level++) {
            for (size_t c = 0; c < columns; c++) {
                acc[level][c] += acc[level - 1][c];
                acc[level - 1][c] = 0;
            }
            if ((i & ((step - 1) << (level * power))) != 0)
                break;
        }
    }
    for (; i < n; i++)
        for (size_t c = 0; c < columns; c++)
            acc[0][c] += v[i * columns + c];
    for (size_t c = 0; c < columns; c++) {
        sums[c] = acc[0][c];
        for (size_t level = 1; level < LEVELS; level++)
            sums[c] += acc[level][c];
    }
}

/* Rows of `lanes` floats: four at once, the rest to the first, then all four together. */
static void sum_rows(float *lane, const float *v, size_t lanes, size_t rows)
{
    float sums[LANES * ROWS];
    size_t whole = rows / ROWS;

    cascade(sums, v, lanes * ROWS, whole);
    for (size_t r = whole * ROWS; r < rows; r++)
        for (size_t c = 0; c < lanes; c++)
            sums[c] += v[r * lanes + c];
    for (size_t c = 0; c < lanes; c++) {
        lane[c] = sums[c];
        for (size_t r = 1; r < ROWS; r++)
            lane[c] += sums[r * lanes + c];
    }
}

float hs_torch_sum(const float *v, size_t n)
{
    size_t lanes = n >= LANES ? LANES : 1, rows = n / lanes;
    float lane[LANES], sum = 0;

    sum_rows(lane, v, lanes, rows);
    for (size_t i = rows * lanes; i < n; i++)
        sum += v[i];
    for (size_t c = 0; c < lanes; c++)
        sum += lane[c];
    return sum;
}

/* torch.div(a, b, rounding_mode = "floor"): exact for an exact remainder. */
static float divide_floor(float a, float b)
{
    float mod, quotient, whole;

    if (b == 0)
        return a / b;
    mod = fmodf(a, b);
    quotient = (a - mod) / b;
    if (mod != 0 && (b < 0) != (mod < 0))
        quotient -= 1;
    if (quotient == 0)
        return copysignf(0, a / b);
    whole = floorf(quotient);
    return quotient - whole > 0.5f ? whole + 1 : whole;
}

static float clampf(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static float cube_difference(float begin, float end)
{
    return (end * end * end - begin * begin * begin) / 3;
}

/* Squared error of elements uniform within each bin, when bins from..to become `levels` codes. */
static double error_of(float *norm, const struct hs_histogram *h, size_t levels, size_t from,
                       size_t to)
{
    double source = ((double)h->max - (double)h->min) / (double)h->bins,
           target = source * (double)(to - from + 1) / (double)levels;
    float bin = (float)source, code = (float)target, half = (float)(target / 2),
          top = (float)(levels - 1);

    if (target == 0)
        return 0;
    for (size_t i = 0; i < h->bins; i++) {
        float begin = ((float)i - (float)from) * bin, end = begin + bin;
        float first = clampf(divide_floor(begin, code), 0, top),
              last = clampf(divide_floor(end, code), 0, top);
        float density = h->counts[i] / bin;
        float sum = density * cube_difference(begin - (first + 0.5f) * code, half);

        sum += (last - first - 1) * (density * cube_difference(-half, half));
        sum += density * cube_difference(-half, end - (last * code + half));
        norm[i] = sum;
    }
    return (double)hs_torch_sum(norm, h->bins);
}

struct search {
    const struct hs_histogram *h;
    size_t levels, from, to; /* the bins kept */
    double total;
    float *cumulative, *norm; // (bins)
};

static void narrow(struct search *s)
{
    const double step = 1e-5;
    double alpha = 0, beta = 1, least = (double)INFINITY;

    while (alpha < beta) {
        double next_alpha = alpha + step, next_beta = beta - step, error;
        float low = (float)(next_alpha * s->total), high = (float)(next_beta * s->total);
        size_t l = s->from, r = s->to, from = s->from, to = s->to;

        while (l < s->to && s->cumulative[l] < low)
            l++;
        while (r > s->from && s->cumulative[r] > high)
            r--;
        if (l - s->from > s->to - r) {
            from = l;
            alpha = next_alpha;
        } else {
            to = r;
            beta = next_beta;
        }
        if (from == s->from && to == s->to)
            continue;
        error = error_of(s->norm, s->h, s->levels, from, to);
        if (error > least)
            return;
        least = error;
        s->from = from;
        s->to = to;
    }
}

enum hs_status hs_histogram_search(float *min, float *max, struct hs_arena *arena,
                                   const struct hs_histogram *h, size_t levels,
                                   struct hs_error *err)
{
    struct hs_arena_mark mark = hs_arena_mark(arena);
    struct search s = {.h = h, .levels = levels, .to = h->bins - 1};
    float width = (h->max - h->min) / (float)h->bins;
    double sum = 0;

    s.cumulative = hs_arena_alloc(arena, h->bins, sizeof *s.cumulative);
    s.norm = hs_arena_alloc(arena, h->bins, sizeof *s.norm);
    if (s.cumulative == NULL || s.norm == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu bins", h->bins);
    for (size_t i = 0; i < h->bins; i++) {
        sum += (double)h->counts[i];
        s.cumulative[i] = (float)sum;
    }
    s.total = (double)hs_torch_sum(h->counts, h->bins);
    narrow(&s);
    hs_arena_reset(arena, mark);
    *min = h->min + width * (float)s.from;
    *max = h->min + width * (float)(s.to + 1);
    return HS_OK;
}

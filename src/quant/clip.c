#include "quant/clip.h"

#include <math.h>

int hs_by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double hs_percentile(const double *sorted, size_t n, double p)
{
    double h = (double)(n - 1) * p / 100, low = floor(h);
    size_t i = (size_t)low;

    return i + 1 < n ? sorted[i] + (h - low) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static double error_of(const double *v, size_t n, double threshold, double top)
{
    double s = threshold / top, sum = 0;

    if (s <= 0) /* underflow: no step */
        return (double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        double e = v[i] - fmin(fmax(rint(v[i] / s), -top), top) * s;

        sum += e * e;
    }
    return sum / (double)n;
}

size_t hs_mse_curve(double *errors, const double *v, size_t n, int bits, size_t grid)
{
    double top = ldexp(1, bits - 1) - 1, absmax = 0, least = (double)INFINITY;
    size_t best = 0;

    for (size_t i = 0; i < n; i++)
        absmax = fmax(absmax, fabs(v[i]));
    for (size_t i = 1; i <= grid; i++) {
        errors[i - 1] = error_of(v, n, absmax * (double)i / (double)grid, top);
        if (errors[i - 1] < least) {
            least = errors[i - 1];
            best = i;
        }
    }
    return best;
}

void hs_entropy_histogram(double *counts, size_t bins, const double *v, size_t n, double absmax)
{
    for (size_t i = 0; i < bins; i++)
        counts[i] = 0;
    for (size_t i = 0; i < n; i++) {
        double at = fabs(v[i]) * (double)bins / absmax;

        counts[at < (double)bins ? (size_t)at : bins - 1]++;
    }
}

/* Q before normalization; its sum. */
static double merged(double *q, const double *counts, size_t kept, size_t levels)
{
    double total = 0;

    for (size_t j = 0; j < levels; j++) {
        size_t from = j * kept / levels, to = (j + 1) * kept / levels, filled = 0;
        double sum = 0;

        for (size_t i = from; i < to; i++) {
            sum += counts[i];
            filled += counts[i] > 0;
        }
        for (size_t i = from; i < to; i++)
            q[i] = counts[i] > 0 ? sum / (double)filled : 0;
        total += sum;
    }
    return total;
}

/* `inside` and `all`: the counts below bin `kept`, and of all bins. */
static double divergence_of(double *q, const double *counts, size_t kept, size_t levels,
                            double inside, double all)
{
    double total = merged(q, counts, kept, levels), sum = 0;

    for (size_t i = 0; i < kept; i++) {
        double p = (counts[i] + (i + 1 == kept ? all - inside : 0)) / all;

        if (p > 0 && q[i] <= 0)
            return (double)INFINITY;
        if (p > 0)
            sum += p * log(p / (q[i] / total));
    }
    return sum;
}

size_t hs_entropy_curve(double *divergence, double *q, const double *counts, size_t bins,
                        size_t levels)
{
    double all = 0, inside = 0, least = (double)INFINITY;
    size_t best = bins;

    for (size_t i = 0; i < bins; i++)
        all += counts[i];
    for (size_t kept = 1; kept <= bins; kept++) {
        double d;

        inside += counts[kept - 1];
        if (kept < levels)
            continue;
        d = divergence_of(q, counts, kept, levels, inside, all);
        divergence[kept - levels] = d;
        if (d < least) {
            least = d;
            best = kept;
        }
    }
    return best;
}

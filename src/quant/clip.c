#include "quant/clip.h"

#include <math.h>
#include <stdlib.h>

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

static double middle_of_three(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Puts the k-th smallest at v[k], nothing larger before it, nothing smaller behind (Hoare's
 * quickselect; data made to be slow are sorted in the end). */
static void select_rank(double *v, size_t n, size_t k)
{
    ptrdiff_t lo = 0, hi = (ptrdiff_t)n - 1, at = (ptrdiff_t)k;

    for (int rounds = 0; lo < hi; rounds++) {
        double pivot = middle_of_three(v[lo], v[lo + (hi - lo) / 2], v[hi]);
        ptrdiff_t i = lo, j = hi;

        if (rounds == 100) {
            qsort(v + lo, (size_t)(hi - lo) + 1, sizeof *v, hs_by_value);
            return;
        }
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                double t = v[i];

                v[i++] = v[j];
                v[j--] = t;
            }
        }
        if (at > j && at < i)
            return;
        if (at <= j)
            hi = j;
        else
            lo = i;
    }
}

double hs_percentile_unsorted(double *v, size_t n, double p)
{
    double two[2];
    size_t i = (size_t)floor((double)(n - 1) * p / 100);

    select_rank(v, n, i);
    if (i + 1 >= n)
        return v[i];
    two[0] = v[i];
    two[1] = v[i + 1];
    for (size_t j = i + 2; j < n; j++)
        two[1] = v[j] < two[1] ? v[j] : two[1];
    return two[0] + ((double)(n - 1) * p / 100 - (double)i) * (two[1] - two[0]);
}

double hs_squares_lost(const double *v, size_t n, double s, double lo, double hi)
{
    const double magic = 0x1.8p52; /* adding it leaves no room for a fraction: half to even */
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        double q = v[i] / s, e;

        q = q < lo ? lo : q > hi ? hi : q; /* before rounding: the ends are whole */
        e = v[i] - (q + magic - magic) * s;
        sum += e * e;
    }
    return sum;
}

/* Infinite where the scale underflows: no step. */
static double error_of(const double *v, size_t n, double threshold, double top)
{
    double s = threshold / top;

    return s > 0 ? hs_squares_lost(v, n, s, -top, top) / (double)n : (double)INFINITY;
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

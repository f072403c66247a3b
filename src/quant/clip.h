/* Rules that cut a range: the arithmetic behind the observers percentile, mse and entropy, on plain
 * doubles. */
#ifndef HS_QUANT_CLIP_H
#define HS_QUANT_CLIP_H

#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

/* qsort's order of doubles, smallest first. */
int hs_by_value(const void *a, const void *b);

/* Linear between the neighbours of position (n - 1) p / 100 (numpy's default). n >= 1, 0 <= p <=
 * 100. */
double hs_percentile(const double *sorted, size_t n, double p);

/* The same of elements in any order, which it reorders; about as fast as reading them. */
double hs_percentile_unsorted(double *v, size_t n, double p);

/* Sum of (x - s q)^2 with q = clamp(R(x / s), lo, hi), half to even; lo and hi are whole, below
 * 2^50 in size. s > 0. */
double hs_squares_lost(const double *v, size_t n, double s, double lo, double hi);

/* errors[i - 1], i = 1..grid: mean squared error of symmetric codes +-(2^(bits-1) - 1) with
 * threshold T = max|x| i / grid and scale T / (2^(bits-1) - 1). Infinite where the scale underflows
 * to 0. Returns the first i with the smallest error, 0 when there is none (all zeros). */
size_t hs_mse_curve(double *errors, const double *v, size_t n, int bits, size_t grid);

/* counts[bin] of |x|: bin = min(floor(|x| bins / absmax), bins - 1). absmax > 0. */
void hs_entropy_histogram(double *counts, size_t bins, const double *v, size_t n, double absmax);

/* divergence[i - levels], i = levels..bins: the Kullback-Leibler divergence of what `levels` codes
 * make of the first i bins (TensorRT's calibrator; Migacz 2017). P is the first i bins with all
 * later counts added to the last of them; Q those bins without, merged to `levels` levels (level j
 * covers [j i / levels, (j + 1) i / levels)) and spread evenly over the bins that hold anything.
 * Infinite where P has a bin that Q has not. Returns the first i with the smallest; the threshold
 * is (i + 1/2) absmax / bins. 1 <= levels <= bins. `q` is room for bins doubles. */
size_t hs_entropy_curve(double *divergence, double *q, const double *counts, size_t bins,
                        size_t levels);

#endif

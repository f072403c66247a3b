#include <math.h>

#include "quant/clip.h"
#include "quant/gather.h"

enum { CANDIDATES = 5, WIDEST = 126 }; /* shifts as wide as the option allows: the search clamps */

/* The range's own exponent and the four below it, within the shifts. */
static int best_of(const double *v, size_t n, const struct hs_qparams *qp, int first,
                   const struct hs_quant_options *o)
{
    double least = (double)INFINITY;
    int best = first;

    for (int e = first; e > first - CANDIDATES; e--) {
        int clamped = e < -o->max_shift ? -o->max_shift : e > -o->min_shift ? -o->min_shift : e;
        double error =
            hs_squares_lost(v, n, ldexp(1, clamped), (double)(qp->qmin - qp->zero_point[0]),
                            (double)(qp->qmax - qp->zero_point[0]));

        if (error < least) {
            least = error;
            best = clamped;
        }
    }
    return best;
}

enum hs_status hs_pow2_search(struct hs_range *range, struct hs_arena *arena,
                              const struct hs_tensor *const *batches, size_t n,
                              const struct hs_observer_config *config, struct hs_error *err)
{
    struct hs_quant_options wide = config->options;
    struct hs_range own = *range, unused;
    struct hs_gathered p;
    struct hs_qparams qp;
    int *exponent;
    enum hs_status st;

    wide.scheme = HS_POWER_OF_TWO;
    wide.pow2_rounding = HS_POW2_NON_OVERFLOW;
    wide.max_shift = WIDEST;
    wide.min_shift = -WIDEST;
    wide.all_zero = HS_ALL_ZERO_UNIT; /* the policy itself is for qparams */
    if ((st = hs_qparams_from_range(&qp, arena, &own, &config->target, &wide, err)) != HS_OK ||
        (st = hs_gather(&p, &unused, arena, batches, n, config, err)) != HS_OK)
        return st;
    if (p.groups != range->n)
        return hs_fail(err, HS_ESHAPE, "the range has %zu parts, the data %zu", range->n, p.groups);
    exponent = hs_arena_alloc(arena, range->n, sizeof *exponent);
    if (exponent == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu exponents", range->n);
    for (size_t g = 0; g < p.groups; g++)
        exponent[g] =
            range->min[g] == 0 && range->max[g] == 0
                ? -config->options.max_shift
                : best_of(p.values + p.start[g], p.used[g], &qp, qp.exponent[g], &config->options);
    range->exponent = exponent;
    return HS_OK;
}

/* Codes of a student against the codes of a tensor: exact, but for elements at a rounding tie
 * (SEMANTICS 1, "Ties in grading").
 *
 * An element whose |x / s| is within `ulps` float32 ulp of a place where the rounding mode jumps
 * may take either neighbour; how many did is counted, so that a report can say so. */
#ifndef HS_QUANT_MATCH_H
#define HS_QUANT_MATCH_H

#include "quant/qparams.h"

enum { HS_MATCH_ULPS = 4 };

struct hs_match {
    size_t count;        /* elements */
    size_t mismatches;   /* neither the code nor, at a tie, its neighbour */
    size_t ties;         /* neighbours that were let pass */
    size_t saturated;    /* codes of the student at qmin or qmax */
    size_t first;        /* flat index of the first mismatch */
    int64_t got, wanted; /* there */
    int64_t max_lsb;     /* largest |got - wanted| of all elements */
};

/* codes: integers of the shape of x; x: floats; qp as for hs_quantize(). HS_ESHAPE, HS_EDTYPE and
 * what hs_quantize() refuses. */
HS_MUST_USE enum hs_status hs_match_codes(struct hs_match *out, struct hs_arena *arena,
                                          const struct hs_tensor *codes, const struct hs_tensor *x,
                                          const struct hs_qparams *qp, unsigned ulps,
                                          struct hs_error *err);

#endif

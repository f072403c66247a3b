/* One element's whole path under one profile: every intermediate value as the profile's arithmetic
 * makes it, so that two profiles can be laid side by side and the first step at which they part be
 * named. */
#ifndef HS_QUANT_EXPLAIN_H
#define HS_QUANT_EXPLAIN_H

#include "quant/qparams.h"

enum hs_explain_step {
    HS_STEP_X,          /* x in the profile's precision */
    HS_STEP_SCALE,      /* s likewise */
    HS_STEP_RECIPROCAL, /* 1/s; NaN for a profile that divides */
    HS_STEP_QUOTIENT,   /* x/s or x (1/s) */
    HS_STEP_ROUNDED,    /* R(quotient), or R(quotient + z) - z */
    HS_STEP_SHIFTED,    /* + z */
    HS_STEP_CODE,       /* clamped to [qmin, qmax] */
    HS_STEP_BACK,       /* s (q - z) */
    HS_STEP_ERROR,      /* back - x */
    HS_STEP_COUNT
};

const char *hs_explain_step_name(enum hs_explain_step step); /* "x/s" */

struct hs_explained {
    double step[HS_STEP_COUNT];
    bool f32; /* computed in float32 */
    bool clipped;
    bool tie;        /* the quotient is exactly between two codes */
    double tie_ulps; /* distance of the quotient from the nearest tie, in ulps of the profile's
                        precision */
};

/* s > 0 and finite, z in [qmin, qmax]: HS_EINVAL otherwise. The code equals hs_quantize()'s on the
 * same numbers (a test holds it to that). Stochastic rounding is shown as half_even. */
HS_MUST_USE enum hs_status hs_explain(struct hs_explained *out, double x, double s, int64_t z,
                                      int64_t qmin, int64_t qmax,
                                      const struct hs_quant_options *options, struct hs_error *err);

/* A path with a name and the choices that made it, for laying several side by side. */
struct hs_explain_path {
    const char *name; /* "A"; borrowed */
    struct hs_quant_options options;
    int64_t z, qmin, qmax;
    struct hs_explained e;
};

/* Appends one or two plain sentences: the first step at which b parts from a and which choice of
 * the two makes it so; nothing when they never part. ASCII. */
void hs_explain_why(struct hs_str *out, const struct hs_explain_path *a,
                    const struct hs_explain_path *b);

/* The first step at which any of n paths differs from the first path, HS_STEP_COUNT when none does.
 * Steps that only some profiles have (the reciprocal) do not count. */
enum hs_explain_step hs_explain_parting(const struct hs_explained *paths, size_t n);

#endif

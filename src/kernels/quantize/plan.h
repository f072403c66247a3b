/* How a vector kernel divides. Codes depend on RN(x / s), the correctly rounded float32 quotient,
 * so a kernel may use anything that puts every x on the same side of every tie k + 1/2.
 *
 *   divide    RN(x / s) itself
 *   pair      RN(x h + RN(x l)), h = RN(1/s), l = RN(1/s - h): relative error below 2^-47 before
 *             the last rounding. It is used only when it is proved that no float32 x lies that
 *             close to a point where RN(x / s) crosses a tie.
 *   product   RN(x RN(1/s)): the caller asked for the reciprocal (PyTorch), or s is a power of two,
 *             whose reciprocal is exact
 *   scalar    none applies; the scalar kernel must do it */
#ifndef HS_KERNELS_QUANTIZE_PLAN_H
#define HS_KERNELS_QUANTIZE_PLAN_H

#include "kernels/inline.h"
#include "kernels/kernels.h"

enum hs_divide { HS_DIVIDE_SCALAR, HS_DIVIDE_DIVIDE, HS_DIVIDE_PAIR, HS_DIVIDE_PRODUCT };

/* The code is c + add, c = clamp(R(v [+ first]), lo, hi); c - sub times s is the value again. */
struct hs_divide_plan {
    enum hs_divide how;
    float s, h, l;         /* scale, RN(1/s), and what h lacks */
    float x_least, x_high; /* -x_high … x_high converts without overflow, and both ends clip; */
    float x_most;          /* x_least … x_most has the ends' values themselves as codes */
    float first;           /* added before rounding */
    bool adds_first;       /* zero_point_first */
    int32_t lo, hi, add, sub;
};

/* True only when no float32 x is within 2^-44 (relative) of the points where RN(x / s) crosses a
 * tie k + 1/2, k = 0 to reach. A few instructions; false for one scale in 500 without need (8
 * bits). */
bool hs_divide_proof(float s, int32_t reach);

/* False, and how is HS_DIVIDE_SCALAR, when no vector kernel can follow a. n elements: many are
 * worth a longer look at a scale that the proof leaves open. */
bool hs_divide_plan_init(struct hs_divide_plan *p, const struct hs_quantize_args *a, size_t n);
struct hs_divide_plan hs_divide_plan_make(const struct hs_quantize_args *a, size_t n);

/* The least and the largest float32 whose unclamped code lies in [qmin, qmax]; between them all
 * do, beyond them none. False for stochastic rounding, where there are no such numbers. */
bool hs_inside_range(float *least, float *most, const struct hs_quantize_args *a,
                     const struct hs_divide_plan *p);

/* Runs LOOP(how, first) with constants. */
#define HS_DIVIDE_CASES(p, LOOP)                \
    do {                                        \
        if ((p).how == HS_DIVIDE_PAIR)          \
            LOOP(HS_DIVIDE_PAIR, false);        \
        else if ((p).how == HS_DIVIDE_PRODUCT)  \
            if ((p).adds_first)                 \
                LOOP(HS_DIVIDE_PRODUCT, true);  \
            else                                \
                LOOP(HS_DIVIDE_PRODUCT, false); \
        else if ((p).adds_first)                \
            LOOP(HS_DIVIDE_DIVIDE, true);       \
        else                                    \
            LOOP(HS_DIVIDE_DIVIDE, false);      \
    } while (0)

#endif

/* How a SIMD kernel divides. Codes depend on RN(x / s), the correctly rounded float32 quotient, so
 * a kernel may use anything that puts every x on the same side of every tie k + 1/2.
 *
 *   divide    RN(x / s) itself
 *   pair      RN(x h + RN(x l)), h = RN(1/s), l = RN(1/s - h): relative error below 2^-47 before
 * the last rounding. It is used only when the plan has proved, tie by tie, that no float32 x lies
 *             that close to the point where RN(x / s) crosses the tie.
 *   product   RN(x RN(1/s)), only when the caller asked for the reciprocal (PyTorch)
 *   scalar    neither applies; the scalar kernel must do it */
#ifndef HS_KERNELS_QUANTIZE_PLAN_H
#define HS_KERNELS_QUANTIZE_PLAN_H

#include "kernels/kernels.h"

#define HS_INLINE static inline __attribute__((always_inline))

enum hs_divide { HS_DIVIDE_SCALAR, HS_DIVIDE_DIVIDE, HS_DIVIDE_PAIR, HS_DIVIDE_PRODUCT };

/* The code is c + add, c = clamp(R(v [+ first]), lo, hi); c - sub times s is the value again. */
struct hs_divide_plan {
    enum hs_divide how;
    float s, h, l;   /* scale, RN(1/s), and what h lacks */
    float x_high;    /* a larger x clips at hi as x_high does; keeps conversions in range */
    float first;     /* added before rounding */
    bool adds_first; /* zero_point_first */
    int32_t lo, hi, add, sub;
};

/* For n elements: a proof costs about as much as a thousand of them. */
struct hs_divide_plan hs_divide_plan_make(const struct hs_quantize_args *a, size_t n);

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

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

/* Denormals become zeros of their sign. */
static float flushed(float x)
{
    return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

static float to_bfloat16(float x)
{
    uint32_t bits;

    if (isnan(x))
        return x;
    x = flushed(x);
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* a b + c, rounded once, then flushed if that was below FLT_MIN with the range of the exponent
 * unlimited. fmaf rounds to fewer bits there, so what comes out as FLT_MIN may have been less: the
 * sum in double is exact enough to tell. */
static float multiply_add(float a, float b, float c)
{
    const double rounds_to_min = 0x1p-126 - 0x1p-151;
    float r = fmaf(a, b, c);

    if (fabsf(r) <= FLT_MIN && fabs((double)a * (double)b + (double)c) < rounds_to_min)
        return copysignf(0, r);
    return r;
}

static float add(float a, float b)
{
    return flushed(a + b);
}

void hs_bgemm__scalar(const struct hs_sgemm *g, void *scratch)
{
    size_t a_row = g->a_transposed ? 1 : g->lda, a_step = g->a_transposed ? g->lda : 1;
    size_t b_step = g->b_transposed ? 1 : g->ldb, b_col = g->b_transposed ? g->ldb : 1;

    (void)scratch;
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            float c = g->accumulate ? g->c[i * g->ldc + j] : 0;

            for (size_t p = 0; p < g->k; p += HS_BGEMM_STEP) {
                float sums[2] = {0, 0};

                for (size_t q = p; q < p + HS_BGEMM_STEP; q++) {
                    float a = q < g->k ? g->a[i * a_row + q * a_step] : 0;
                    float b = q < g->k ? g->b[q * b_step + j * b_col] : 0;

                    sums[q % 2] = multiply_add(to_bfloat16(a), to_bfloat16(b), sums[q % 2]);
                }
                c = add(flushed(c), add(sums[0], sums[1]));
            }
            g->c[i * g->ldc + j] = c;
        }
}

/* Small floating-point formats: float16 and bfloat16 (IEEE 754, Google brain), float8_e4m3fn and
 * float8_e5m2 (Micikevicius et al. 2022, "FP8 Formats for Deep Learning"; ONNX and OCP use the
 * same), float6_e2m3fn, float6_e3m2fn and float4_e2m1fn (OCP Microscaling Formats 1.0), and E8M0,
 * the powers of two that blocks of those share as their scale.
 *
 *                 bias     max  smallest   infinity  NaN
 *   float16         15   65504     2^-24   yes       yes
 *   bfloat16       127  3.39e38    2^-133  yes       yes
 *   float8_e4m3fn    7     448     2^-9    no        0x7F, 0xFF
 *   float8_e5m2     15   57344     2^-16   yes       yes
 *   float6_e2m3fn    1     7.5     2^-3    no        no
 *   float6_e3m2fn    3      28     2^-4    no        no
 *   float4_e2m1fn    1       6     2^-1    no        no
 *
 * Encoding rounds half to even. What is beyond the largest value becomes the largest with
 * `saturate` (as ONNX casts do, infinities too); without it infinity, NaN where there is no
 * infinity, and still the largest where there is neither. A NaN where there is none becomes the
 * largest as well: ask hs_minifloat_has_nan() first where that matters. A code stands in the low
 * bits. */
#ifndef HS_NUM_MINIFLOAT_H
#define HS_NUM_MINIFLOAT_H

#include <stdbool.h>
#include <stdint.h>

enum hs_minifloat {
    HS_F16,
    HS_BF16,
    HS_F8_E4M3FN,
    HS_F8_E5M2,
    HS_F6_E2M3,
    HS_F6_E3M2,
    HS_F4_E2M1,
    HS_MINIFLOAT_COUNT
};

double hs_minifloat_decode(enum hs_minifloat format, uint16_t bits); /* exact */
uint16_t hs_minifloat_encode(enum hs_minifloat format, double value, bool saturate);

/* Largest finite value, bits of a code (4 to 16), and whether a code is NaN. */
double hs_minifloat_max(enum hs_minifloat format);
int hs_minifloat_bits(enum hs_minifloat format);
bool hs_minifloat_has_nan(enum hs_minifloat format);

/* "float8_e4m3fn", and back (-1 when unknown). */
const char *hs_minifloat_name(enum hs_minifloat format);
int hs_minifloat_find(const char *name);

/* E8M0: code 0 to 254 is 2^(code - 127), 255 is NaN; there is no sign and no zero. */
enum { HS_E8M0_NAN = 255 };

double hs_e8m0_decode(uint8_t code);
uint8_t hs_e8m0_of_exponent(int exponent); /* of 2^exponent, clamped to -127..127 */

#endif

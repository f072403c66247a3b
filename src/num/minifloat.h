/* Small floating-point formats: float16 and bfloat16 (IEEE 754, Google brain), float8_e4m3fn and
 * float8_e5m2 (Micikevicius et al. 2022, "FP8 Formats for Deep Learning"; ONNX and OCP use the same).
 *
 * Encoding rounds half to even. float16, bfloat16 and e5m2 overflow to infinity; e4m3fn has none: what
 * is beyond 448 becomes NaN, or 448 with `saturate` (ONNX casts saturate e5m2 to 57344 too). */
#ifndef HS_NUM_MINIFLOAT_H
#define HS_NUM_MINIFLOAT_H

#include <stdbool.h>
#include <stdint.h>

enum hs_minifloat { HS_F16, HS_BF16, HS_F8_E4M3FN, HS_F8_E5M2 };

double hs_minifloat_decode(enum hs_minifloat format, uint16_t bits); /* exact */
uint16_t hs_minifloat_encode(enum hs_minifloat format, double value, bool saturate);

/* Largest finite value. */
double hs_minifloat_max(enum hs_minifloat format);

#endif

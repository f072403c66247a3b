/* Numbers as text, the same in every locale (LC_NUMERIC stays "C"). */
#ifndef HS_BASE_FMT_H
#define HS_BASE_FMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { HS_FMT_SIZE = 40 };

/* The shortest decimal text that reads back as the same double ("0.1", "1e-07", "nan", "-inf"); an
 * integral value below 1e15 has no point ("3"). Returns out. */
char *hs_fmt_double(char out[HS_FMT_SIZE], double v);

/* The same for a float: the shortest text that reads back as the same float. */
char *hs_fmt_float(char out[HS_FMT_SIZE], float v);

/* `digits` significant digits for people ("0.001954", "1.23e-09"). */
char *hs_fmt_short(char out[HS_FMT_SIZE], double v, int digits);

/* 1234567 -> "1,234,567" (the comma groups; it is no decimal sign). */
char *hs_fmt_grouped(char out[HS_FMT_SIZE], int64_t v);

enum { HS_FMT_CODE_SIZE = 80 };

/* The low `bits` (0 to 64) of a code as binary digits, the highest first: 10 of 8 bits is
 * "00001010", or "0000 1010" in groups of four. */
char *hs_fmt_code(char out[HS_FMT_CODE_SIZE], uint64_t code, int bits, bool groups);

/* 1536 -> "1.5 KiB". */
char *hs_fmt_bytes(char out[HS_FMT_SIZE], uint64_t n);

#endif

#include "base/fmt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *hs_fmt_double(char out[HS_FMT_SIZE], double v)
{
    if (isnan(v))
        return strcpy(out, "nan");
    if (v == trunc(v) && fabs(v) < 1e15) {
        snprintf(out, HS_FMT_SIZE, "%.0f", v);
        return out;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, HS_FMT_SIZE, "%.*g", digits, v);
        if (strtod(out, NULL) == v)
            break;
    }
    return out;
}

char *hs_fmt_float(char out[HS_FMT_SIZE], float v)
{
    if (isnan(v))
        return strcpy(out, "nan");
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(out, HS_FMT_SIZE, "%.*g", digits, (double)v);
        if (strtof(out, NULL) == v)
            break;
    }
    return out;
}

char *hs_fmt_short(char out[HS_FMT_SIZE], double v, int digits)
{
    if (isnan(v))
        return strcpy(out, "nan");
    snprintf(out, HS_FMT_SIZE, "%.*g", digits, v);
    return out;
}

char *hs_fmt_grouped(char out[HS_FMT_SIZE], int64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)v), at = 0;

    for (int i = 0; i < n; i++) {
        out[at++] = digits[i];
        if (digits[i] != '-' && i + 1 < n && (n - i - 1) % 3 == 0)
            out[at++] = ',';
    }
    out[at] = '\0';
    return out;
}

char *hs_fmt_code(char out[HS_FMT_CODE_SIZE], uint64_t code, int bits, bool groups)
{
    int at = 0;

    for (int bit = bits - 1; bit >= 0; bit--) {
        out[at++] = code >> bit & 1 ? '1' : '0';
        if (groups && bit != 0 && bit % 4 == 0)
            out[at++] = ' ';
    }
    out[at] = '\0';
    return out;
}

char *hs_fmt_bytes(char out[HS_FMT_SIZE], uint64_t n)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double v = (double)n;
    size_t unit = 0;

    while (v >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        v /= 1024;
        unit++;
    }
    snprintf(out, HS_FMT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", v, units[unit]);
    return out;
}

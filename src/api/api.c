#include "api/api.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

static _Thread_local char message[sizeof(((struct hs_error *)0)->text)];

const char *hs_library_version(void)
{
    return hs_version();
}

const char *hs_instruction_set(void)
{
    return hs_kernel_variant("gemm_x8s8");
}

const char *hs_message(void)
{
    return message;
}

/* The numbers that halfstep.h promises. */
_Static_assert(HS_OK == 0 && HS_ENOMEM == 1 && HS_EINVAL == 2 && HS_ESHAPE == 3 && HS_EDTYPE == 4 &&
                   HS_ERANGE == 5 && HS_ENOTFOUND == 9,
               "a new status goes to the end of base/status.def");

int hs_api_done(enum hs_status st, const struct hs_error *err)
{
    if (st != HS_OK)
        snprintf(message, sizeof message, "%s", err->text);
    return (int)st;
}

int hs_api_fail(enum hs_status st, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    return (int)st;
}

int hs_api_arguments(struct hs_quantize_args *out, const struct hs_quantization *how, int32_t least,
                     int32_t most)
{
    static const enum hs_round roundings[] = {HS_ROUND_HALF_EVEN, HS_ROUND_HALF_AWAY,
                                              HS_ROUND_HALF_UP,   HS_ROUND_TOWARD_ZERO,
                                              HS_ROUND_FLOOR,     HS_ROUND_CEIL};
    char text[HS_FMT_SIZE];

    if (!(how->scale > 0) || isinf(how->scale))
        return hs_api_fail(HS_EINVAL, "scale %s is no step: it must be above 0 and finite",
                           hs_fmt_double(text, (double)how->scale));
    if (how->qmin < least || how->qmax > most || how->qmin > how->qmax)
        return hs_api_fail(HS_EINVAL, "codes %d to %d do not lie in %d to %d", how->qmin, how->qmax,
                           least, most);
    if (how->zero_point < how->qmin || how->zero_point > how->qmax)
        return hs_api_fail(HS_EINVAL, "zero point %d is outside the codes %d to %d",
                           how->zero_point, how->qmin, how->qmax);
    if (how->rounding < HS_HALF_EVEN || how->rounding > HS_CEIL)
        return hs_api_fail(HS_EINVAL, "rounding %d is none of HS_HALF_EVEN to HS_CEIL",
                           (int)how->rounding);
    *out = (struct hs_quantize_args){.scale = (double)how->scale,
                                     .zero_point = how->zero_point,
                                     .qmin = how->qmin,
                                     .qmax = how->qmax,
                                     .nan_code = how->qmin,
                                     .rounding = roundings[how->rounding],
                                     .reciprocal = how->reciprocal != 0,
                                     .zero_point_first = how->zero_point_first != 0};
    return HS_OK;
}

void *hs_api_lines(size_t size)
{
    enum { LINE = 64 };
    size_t whole = (size + LINE) / LINE * LINE;
    void *p = whole > size ? aligned_alloc(LINE, whole) : NULL;

    if (p != NULL)
        memset(p, 0, whole);
    return p;
}

int hs_api_no_memory(const char *what)
{
    return hs_api_fail(HS_ENOMEM, "out of memory for %s", what);
}

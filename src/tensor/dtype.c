#include "tensor/dtype.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "num/minifloat.h"

static const struct {
    const char *name, *alias;
    size_t bytes;
    char kind;
    int bits;
    int64_t min, max;
} types[HS_DTYPE_COUNT] = {
#define HS_DTYPE(id, name, alias, bytes, kind, bits, min, max)                                     \
    [HS_##id] = {name, alias, bytes, kind, bits, min, max},
#include "tensor/dtype.def"
#undef HS_DTYPE
};

const char *hs_dtype_name(enum hs_dtype t)
{
    return types[t].name;
}

const char *hs_dtype_short(enum hs_dtype t)
{
    return types[t].alias;
}

int hs_dtype_find(const char *name)
{
    for (int i = 0; i < HS_DTYPE_COUNT; i++)
        if (strcmp(types[i].name, name) == 0 || strcmp(types[i].alias, name) == 0)
            return i;
    return -1;
}

size_t hs_dtype_size(enum hs_dtype t)
{
    return types[t].bytes;
}

int hs_dtype_bits(enum hs_dtype t)
{
    return types[t].bits;
}

bool hs_dtype_is_float(enum hs_dtype t)
{
    return types[t].kind == 'f';
}

bool hs_dtype_is_integer(enum hs_dtype t)
{
    return types[t].kind == 'i' || types[t].kind == 'u';
}

bool hs_dtype_is_signed(enum hs_dtype t)
{
    return types[t].kind == 'i' || types[t].kind == 'f';
}

int64_t hs_dtype_min(enum hs_dtype t)
{
    return types[t].min;
}

int64_t hs_dtype_max(enum hs_dtype t)
{
    return types[t].max;
}

enum hs_dtype hs_dtype_for_bits(int bits, bool is_signed)
{
    static const enum hs_dtype ladder[][2] = {
        {HS_UINT2, HS_INT2}, {HS_UINT4, HS_INT4}, {HS_UINT8, HS_INT8}, {HS_UINT16, HS_INT16}};

    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++)
        if (bits <= types[ladder[i][0]].bits)
            return ladder[i][is_signed];
    return is_signed ? HS_INT32 : HS_UINT32;
}

/* The formats of num/minifloat.h among the dtypes. */
static bool as_minifloat(enum hs_dtype t, enum hs_minifloat *format)
{
    switch (t) {
    case HS_FLOAT16:
        *format = HS_F16;
        return true;
    case HS_BFLOAT16:
        *format = HS_BF16;
        return true;
    case HS_FLOAT8_E4M3FN:
        *format = HS_F8_E4M3FN;
        return true;
    case HS_FLOAT8_E5M2:
        *format = HS_F8_E5M2;
        return true;
    default:
        return false;
    }
}

int64_t hs_dtype_load_int(enum hs_dtype t, const void *p)
{
    uint64_t v = 0;
    unsigned unused;

    assert(!hs_dtype_is_float(t));
    memcpy(&v, p, types[t].bytes); /* little-endian host, checked by a test */
    if (types[t].kind == 'b')
        return v != 0;
    unused = 64 - 8 * (unsigned)types[t].bytes;
    if (types[t].kind == 'i')
        return (int64_t)(v << unused) >> unused; /* sign extension: arithmetic in gcc and clang */
    return (int64_t)v;
}

double hs_dtype_load(enum hs_dtype t, const void *p)
{
    enum hs_minifloat format;

    if (t == HS_FLOAT32) {
        float f;

        memcpy(&f, p, sizeof f);
        return (double)f;
    }
    if (t == HS_FLOAT64) {
        double d;

        memcpy(&d, p, sizeof d);
        return d;
    }
    if (as_minifloat(t, &format)) {
        uint16_t bits = 0;

        memcpy(&bits, p, types[t].bytes);
        return hs_minifloat_decode(format, bits);
    }
    if (t == HS_UINT64) {
        uint64_t u;

        memcpy(&u, p, sizeof u);
        return (double)u;
    }
    return (double)hs_dtype_load_int(t, p);
}

bool hs_dtype_store_int(enum hs_dtype t, void *p, int64_t v)
{
    if (hs_dtype_is_float(t))
        return hs_dtype_store(t, p, (double)v);
    if (v < types[t].min || v > types[t].max)
        return false;
    memcpy(p, &v, types[t].bytes);
    return true;
}

bool hs_dtype_store(enum hs_dtype t, void *p, double v)
{
    enum hs_minifloat format;

    if (t == HS_FLOAT32) {
        float f = (float)v;

        memcpy(p, &f, sizeof f);
        return true;
    }
    if (t == HS_FLOAT64) {
        memcpy(p, &v, sizeof v);
        return true;
    }
    if (as_minifloat(t, &format)) {
        uint16_t bits = hs_minifloat_encode(format, v, false);

        memcpy(p, &bits, types[t].bytes);
        return true;
    }
    if (!(v >= -0x1p63 && v < 0x1p63) || v != trunc(v))
        return false;
    return hs_dtype_store_int(t, p, (int64_t)v);
}

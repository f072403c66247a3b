#include "tensor/tensor.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"

bool hs_shape_count(size_t *count, int ndim, const size_t *shape)
{
    size_t n = 1;
    bool empty = false;

    for (int i = 0; i < ndim; i++) {
        empty = empty || shape[i] == 0;
        if (shape[i] != 0 && (!hs_mul_checked(&n, n, shape[i]) || n > PTRDIFF_MAX))
            return false; /* strides are signed, and count even where another dimension is 0 */
    }
    *count = empty ? 0 : n;
    return true;
}

size_t hs_tensor_count(const struct hs_tensor *t)
{
    size_t n = 0;

    hs_shape_count(&n, t->ndim, t->shape);
    return n;
}

static void set_shape(struct hs_tensor *t, int ndim, const size_t *shape)
{
    ptrdiff_t step = 1;

    t->ndim = ndim;
    for (int i = ndim - 1; i >= 0; i--) {
        t->shape[i] = shape[i];
        t->stride[i] = step;
        step *= (ptrdiff_t)(shape[i] != 0 ? shape[i] : 1);
    }
}

struct hs_tensor hs_tensor_view(void *data, enum hs_dtype dtype, int ndim, const size_t *shape)
{
    struct hs_tensor t = {.dtype = dtype, .data = data};

    set_shape(&t, ndim, shape);
    return t;
}

bool hs_tensor_is_contiguous(const struct hs_tensor *t)
{
    ptrdiff_t step = 1;

    if (hs_tensor_count(t) == 0)
        return true;
    for (int i = t->ndim - 1; i >= 0; i--) {
        if (t->shape[i] != 1 && t->stride[i] != step)
            return false;
        step *= (ptrdiff_t)t->shape[i];
    }
    return true;
}

enum hs_status hs_tensor_new(struct hs_tensor *out, struct hs_arena *arena, enum hs_dtype dtype, int ndim,
                             const size_t *shape, struct hs_error *err)
{
    size_t count, bytes;
    void *data;

    if (ndim < 0 || ndim > HS_MAX_DIMS)
        return hs_fail(err, HS_ESHAPE, "%d dimensions; at most %d are possible", ndim, HS_MAX_DIMS);
    if (!hs_shape_count(&count, ndim, shape) || !hs_mul_checked(&bytes, count, hs_dtype_size(dtype)) ||
        bytes > PTRDIFF_MAX)
        return hs_fail(err, HS_ESHAPE, "the shape has more elements than memory can hold");
    data = hs_arena_alloc_zero(arena, bytes, 1);
    if (data == NULL)
        return hs_fail(err, HS_ENOMEM, "no memory for a tensor of %zu bytes", bytes);
    *out = hs_tensor_view(data, dtype, ndim, shape);
    return HS_OK;
}

void hs_shape_unravel(size_t *index, size_t i, int ndim, const size_t *shape)
{
    for (int d = ndim - 1; d >= 0; d--) {
        index[d] = i % shape[d];
        i /= shape[d];
    }
}

void *hs_tensor_at(const struct hs_tensor *t, size_t i)
{
    ptrdiff_t at = 0;

    for (int d = t->ndim - 1; d >= 0; d--) {
        at += (ptrdiff_t)(i % t->shape[d]) * t->stride[d];
        i /= t->shape[d];
    }
    return (char *)t->data + at * (ptrdiff_t)hs_dtype_size(t->dtype);
}

double hs_tensor_get(const struct hs_tensor *t, size_t i)
{
    return hs_dtype_load(t->dtype, hs_tensor_at(t, i));
}

/* The common types of dense tensors have loops of their own, which compilers turn into vector code;
 * the values are those of hs_dtype_load(). */
void hs_tensor_load(double *out, const struct hs_tensor *t, size_t from, size_t n)
{
    bool dense = hs_tensor_is_contiguous(t);
    size_t size = hs_dtype_size(t->dtype);
    const char *p = dense ? (const char *)t->data + from * size : NULL;

    if (!dense) {
        for (size_t i = 0; i < n; i++)
            out[i] = hs_dtype_load(t->dtype, hs_tensor_at(t, from + i));
    } else if (t->dtype == HS_FLOAT32) {
        for (size_t i = 0; i < n; i++) {
            float v;

            memcpy(&v, p + i * sizeof v, sizeof v); /* a file's elements may stand anywhere */
            out[i] = (double)v;
        }
    } else if (t->dtype == HS_FLOAT64) {
        memcpy(out, p, n * sizeof *out);
    } else if (t->dtype == HS_INT8) {
        for (size_t i = 0; i < n; i++)
            out[i] = ((const signed char *)p)[i];
    } else if (t->dtype == HS_UINT8) {
        for (size_t i = 0; i < n; i++)
            out[i] = ((const unsigned char *)p)[i];
    } else {
        for (size_t i = 0; i < n; i++)
            out[i] = hs_dtype_load(t->dtype, p + i * size);
    }
}

bool hs_tensor_set(struct hs_tensor *t, size_t i, double v)
{
    return hs_dtype_store(t->dtype, hs_tensor_at(t, i), v);
}

/* Copies the elements in C order, `size` bytes each, whatever the strides of t. */
static void gather(char *out, const struct hs_tensor *t, size_t count, size_t size)
{
    size_t index[HS_MAX_DIMS] = {0};
    ptrdiff_t at = 0;

    for (size_t i = 0; i < count; i++) {
        int d = t->ndim - 1;

        memcpy(out + i * size, (const char *)t->data + at * (ptrdiff_t)size, size);
        for (; d >= 0; d--) {
            at += t->stride[d];
            if (++index[d] < t->shape[d])
                break;
            at -= t->stride[d] * (ptrdiff_t)t->shape[d];
            index[d] = 0;
        }
    }
}

enum hs_status hs_tensor_copy(struct hs_tensor *out, struct hs_arena *arena, const struct hs_tensor *t,
                              struct hs_error *err)
{
    size_t count = hs_tensor_count(t), size = hs_dtype_size(t->dtype);
    struct hs_tensor copy;
    enum hs_status st = hs_tensor_new(&copy, arena, t->dtype, t->ndim, t->shape, err);

    if (st != HS_OK)
        return st;
    if (hs_tensor_is_contiguous(t)) {
        if (count != 0)
            memcpy(copy.data, t->data, count * size);
    } else {
        gather(copy.data, t, count, size);
    }
    *out = copy;
    return HS_OK;
}

enum hs_status hs_tensor_contiguous(struct hs_tensor *out, struct hs_arena *arena, const struct hs_tensor *t,
                                    struct hs_error *err)
{
    if (hs_tensor_is_contiguous(t)) {
        *out = *t;
        return HS_OK;
    }
    return hs_tensor_copy(out, arena, t, err);
}

/* One element from type to type; integers go through int64 so that none is rounded on the way. */
static bool convert_one(enum hs_dtype to, void *out, enum hs_dtype from, const void *in)
{
    if (hs_dtype_is_float(from))
        return hs_dtype_store(to, out, hs_dtype_load(from, in));
    if (from == HS_UINT64 && hs_dtype_load_int(from, in) < 0)
        return hs_dtype_is_float(to) && hs_dtype_store(to, out, hs_dtype_load(from, in));
    return hs_dtype_store_int(to, out, hs_dtype_load_int(from, in));
}

enum hs_status hs_tensor_as(struct hs_tensor *out, struct hs_arena *arena, const struct hs_tensor *t,
                            enum hs_dtype dtype, struct hs_error *err)
{
    struct hs_tensor from, to;
    enum hs_status st = hs_tensor_contiguous(&from, arena, t, err);
    size_t count = hs_tensor_count(t), in_size = hs_dtype_size(t->dtype), out_size = hs_dtype_size(dtype);

    if (st != HS_OK || t->dtype == dtype) {
        if (st == HS_OK)
            *out = from;
        return st;
    }
    st = hs_tensor_new(&to, arena, dtype, t->ndim, t->shape, err);
    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < count; i++) {
        const char *in = (const char *)from.data + i * in_size;
        char text[HS_FMT_SIZE];

        if (!convert_one(dtype, (char *)to.data + i * out_size, t->dtype, in))
            return hs_fail(err, HS_ERANGE, "element %zu is %s, which %s cannot hold exactly", i,
                           hs_fmt_double(text, hs_dtype_load(t->dtype, in)), hs_dtype_name(dtype));
    }
    *out = to;
    return HS_OK;
}

bool hs_shape_equal(const struct hs_tensor *a, const struct hs_tensor *b)
{
    return a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape) == 0;
}

void hs_shape_format(struct hs_str *out, int ndim, const size_t *shape)
{
    hs_str_add_char(out, '(');
    for (int i = 0; i < ndim; i++)
        hs_str_printf(out, i != 0 ? ",%zu" : "%zu", shape[i]);
    hs_str_add(out, ndim == 1 ? ",)" : ")");
}

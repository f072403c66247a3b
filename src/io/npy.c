#include "io/npy.h"

#include <string.h>

#include "base/mem.h"
#include "io/npy_header.h"

enum { MAGIC = 6, MAX_HEADER = 10000 /* numpy's max_header_size */ };

bool hs_npy_sniff(struct hs_bytes bytes)
{
    return bytes.len >= MAGIC && memcmp(bytes.data, "\x93NUMPY", MAGIC) == 0;
}

/* Splits a file into header text and elements. */
static enum hs_status split(struct hs_bytes *header, struct hs_bytes *elements,
                            struct hs_bytes bytes, const char *source, struct hs_error *err)
{
    size_t prefix, length;

    if (!hs_npy_sniff(bytes))
        return hs_fail(err, HS_EFORMAT, "%s: does not begin as an npy file", source);
    if (bytes.len < MAGIC + 2)
        return hs_fail(err, HS_EFORMAT, "%s: %zu bytes is too short for an npy header", source,
                       bytes.len);
    if (bytes.data[MAGIC] < 1 || bytes.data[MAGIC] > 3 || bytes.data[MAGIC + 1] != 0)
        return hs_fail(err, HS_EVERSION, "%s: npy version %d.%d; 1.0, 2.0 and 3.0 are read", source,
                       bytes.data[MAGIC], bytes.data[MAGIC + 1]);
    prefix = MAGIC + 2 + (bytes.data[MAGIC] == 1 ? 2 : 4);
    if (bytes.len < prefix)
        return hs_fail(err, HS_EFORMAT, "%s: %zu bytes is too short for an npy header", source,
                       bytes.len);
    length = (size_t)hs_read_le(bytes.data + MAGIC + 2, prefix - MAGIC - 2);
    if (length > MAX_HEADER)
        return hs_fail(err, HS_ELIMIT, "%s: the npy header claims %zu bytes, the limit is %d",
                       source, length, MAX_HEADER);
    if (length > bytes.len - prefix)
        return hs_fail(err, HS_EFORMAT,
                       "%s: truncated: the npy header claims %zu bytes, the file has %zu left",
                       source, length, bytes.len - prefix);
    *header = hs_bytes_part(bytes, prefix, length);
    *elements = hs_bytes_part(bytes, prefix + length, bytes.len - prefix - length);
    return HS_OK;
}

static void swap_bytes(unsigned char *data, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++, data += size)
        for (size_t a = 0, b = size - 1; a < b; a++, b--) {
            unsigned char t = data[a];

            data[a] = data[b];
            data[b] = t;
        }
}

/* The elements, copied, swapped and put into C order. */
static enum hs_status load(struct hs_tensor *out, struct hs_arena *arena,
                           const struct hs_npy_header *h, struct hs_bytes elements, size_t count,
                           struct hs_error *err)
{
    struct hs_tensor t, view;
    size_t size = hs_dtype_size(h->dtype), reversed[HS_MAX_DIMS];
    int order[HS_MAX_DIMS];
    enum hs_status st;

    for (int i = 0; i < h->ndim; i++) {
        reversed[i] = h->shape[h->ndim - 1 - i];
        order[i] = h->ndim - 1 - i;
    }
    st = hs_tensor_new(&t, arena, h->dtype, h->ndim, h->fortran ? reversed : h->shape, err);
    if (st != HS_OK)
        return st;
    if (count != 0)
        memcpy(t.data, elements.data, count * size);
    if (h->big_endian)
        swap_bytes(t.data, count, size);
    if (h->dtype == HS_BOOL)
        for (size_t i = 0; i < count; i++)
            ((unsigned char *)t.data)[i] = ((unsigned char *)t.data)[i] != 0;
    if (!h->fortran) {
        *out = t;
        return HS_OK;
    }
    st = hs_tensor_transpose(&view, &t, order, err);
    return st == HS_OK ? hs_tensor_contiguous(out, arena, &view, err) : st;
}

enum hs_status hs_npy_read(struct hs_tensor *out, struct hs_bytes *objects, size_t *trailing,
                           struct hs_arena *arena, struct hs_bytes bytes, const char *source,
                           struct hs_error *err)
{
    struct hs_bytes header, elements;
    struct hs_npy_header h;
    size_t count, need;
    enum hs_status st = split(&header, &elements, bytes, source, err);

    if (st == HS_OK)
        st = hs_npy_header_parse(&h, header, source, err);
    if (st != HS_OK)
        return st;
    *objects = (struct hs_bytes){NULL, 0};
    if (trailing != NULL)
        *trailing = 0;
    if (h.objects) {
        *objects = elements;
        *out = (struct hs_tensor){.data = NULL};
        return HS_OK;
    }
    if (!hs_shape_count(&count, h.ndim, h.shape) ||
        !hs_mul_checked(&need, count, hs_dtype_size(h.dtype)))
        return hs_fail(err, HS_EFORMAT, "%s: the shape has more elements than any file can hold",
                       source);
    if (need > elements.len)
        return hs_fail(err, HS_EFORMAT,
                       "%s: truncated: has %zu bytes of elements, the shape wants %zu", source,
                       elements.len, need);
    if (trailing != NULL)
        *trailing = elements.len - need;
    return load(out, arena, &h, elements, count, err);
}

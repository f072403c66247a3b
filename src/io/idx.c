/* IDX, the format of MNIST: 0 0 type ndim, ndim big-endian 32-bit sizes, elements big-endian. */
#include <string.h>

#include "io/container.h"
#include "io/pickle_file.h"

static bool find_type(unsigned char code, enum hs_dtype *out)
{
    static const struct {
        unsigned char code;
        enum hs_dtype dtype;
    } kinds[] = {{8, HS_UINT8},  {9, HS_INT8},     {11, HS_INT16},
                 {12, HS_INT32}, {13, HS_FLOAT32}, {14, HS_FLOAT64}};

    for (size_t i = 0; i < HS_COUNTOF(kinds); i++)
        if (kinds[i].code == code) {
            *out = kinds[i].dtype;
            return true;
        }
    return false;
}

static bool sniff(struct hs_bytes b, const char *name)
{
    enum hs_dtype t;

    (void)name;
    return b.len >= 8 && b.data[0] == 0 && b.data[1] == 0 && find_type(b.data[2], &t) &&
           b.data[3] >= 1 && b.data[3] <= 8;
}

static enum hs_status read(struct hs_container *out, struct hs_bytes b, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_entry e = {.name = "", .kind = HS_ENTRY_TENSOR, .axis = -1};
    size_t dims[8], count, bytes, header, size;
    int ndim = b.data[3];
    enum hs_dtype dtype = HS_UINT8;
    enum hs_status st;
    unsigned char *to;

    (void)limits;
    out->format = "idx";
    find_type(b.data[2], &dtype);
    size = hs_dtype_size(dtype);
    header = 4 + 4 * (size_t)ndim;
    if (b.len < header)
        return hs_fail(err, HS_EFORMAT, "%s: truncated inside the idx header", name);
    for (int i = 0; i < ndim; i++) {
        const unsigned char *p = b.data + 4 + 4 * i;

        dims[i] = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    }
    if (!hs_shape_count(&count, ndim, dims) || !hs_mul_checked(&bytes, count, size) ||
        bytes > b.len - header)
        return hs_fail(err, HS_EFORMAT,
                       "%s: truncated: the idx header wants more elements than the file has", name);
    st = hs_tensor_new(&e.tensor, &out->arena, dtype, ndim, dims, err);
    if (st != HS_OK)
        return st;
    to = e.tensor.data;
    if (size == 1)
        memcpy(to, b.data + header, bytes);
    else
        for (size_t i = 0; i < bytes; i++)
            to[i / size * size + (size - 1 - i % size)] = b.data[header + i];
    if (!HS_VEC_PUSH(&out->entries, e) ||
        (b.len - header > bytes &&
         !hs_container_remark(out, "%zu bytes behind the elements were not read",
                              b.len - header - bytes)))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    return HS_OK;
}

const struct hs_reader hs_reader_idx = {.id = "idx",
                                        .help = "MNIST's array format",
                                        .sniff = sniff,
                                        .read = read};

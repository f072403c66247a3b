/* NumPy in pickles: numpy/core/src/multiarray (array_reduce, arraydescr_setstate). */
#include "io/pickle_types.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/pickle_file.h"

static bool numpy_dtype(const struct hs_node *d, enum hs_dtype *out)
{
    static const struct {
        const char *code;
        enum hs_dtype dtype;
    } kinds[] = {{"b1", HS_BOOL},   {"i1", HS_INT8},    {"u1", HS_UINT8},   {"i2", HS_INT16},
                 {"u2", HS_UINT16}, {"i4", HS_INT32},   {"u4", HS_UINT32},  {"i8", HS_INT64},
                 {"u8", HS_UINT64}, {"f2", HS_FLOAT16}, {"f4", HS_FLOAT32}, {"f8", HS_FLOAT64}};

    for (size_t i = 0; d != NULL && d->kind == HS_NODE_DTYPE && i < HS_COUNTOF(kinds); i++)
        if (strcmp(d->text, kinds[i].code) == 0) {
            *out = kinds[i].dtype;
            return true;
        }
    return false;
}

void hs_swap_elements(unsigned char *data, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++, data += size)
        for (size_t a = 0, b = size - 1; a < b; a++, b--) {
            unsigned char t = data[a];

            data[a] = data[b];
            data[b] = t;
        }
}

/* Fills `node` with the tensor of `raw` bytes; they must be exactly those of the shape. */
static enum hs_status numpy_tensor(struct hs_pickle *p, struct hs_node *node,
                                   const struct hs_node *shape, const struct hs_node *dtype,
                                   bool fortran, struct hs_bytes raw)
{
    struct hs_arena *arena = &p->container->arena;
    size_t dims[HS_MAX_DIMS], reversed[HS_MAX_DIMS], count, bytes;
    int ndim, order[HS_MAX_DIMS];
    enum hs_dtype type;
    struct hs_tensor t;
    enum hs_status st;

    if (!numpy_dtype(dtype,
                     &type)) { /* text, dates, records: the rest of the file is still of use */
        node->kind = HS_NODE_OBJECT;
        node->text = "numpy.ndarray";
        return hs_container_remark(p->container,
                                   "an array of elements that are no numbers was passed over")
                   ? HS_OK
                   : hs_node_no_memory(p);
    }
    if (!hs_node_sizes(shape, dims, &ndim))
        return hs_node_bad(p, "an array inside has no valid shape");
    if (!hs_shape_count(&count, ndim, dims) ||
        !hs_mul_checked(&bytes, count, hs_dtype_size(type)) || bytes != raw.len)
        return hs_node_bad(p, "an array inside is truncated or longer than its shape");
    for (int i = 0; i < ndim; i++) {
        reversed[i] = dims[ndim - 1 - i];
        order[i] = ndim - 1 - i;
    }
    st = hs_tensor_new(&t, arena, type, ndim, fortran ? reversed : dims, p->err);
    if (st != HS_OK)
        return st;
    if (bytes != 0)
        memcpy(t.data, raw.data, bytes);
    if (dtype->big_endian)
        hs_swap_elements(t.data, count, hs_dtype_size(type));
    if (fortran) {
        struct hs_tensor view;

        st = hs_tensor_transpose(&view, &t, order, p->err);
        if (st == HS_OK)
            st = hs_tensor_contiguous(&t, arena, &view, p->err);
        if (st != HS_OK)
            return st;
    }
    if (!hs_node_make_array(p, node, HS_NODE_TENSOR))
        return hs_node_no_memory(p);
    node->array->tensor = t;
    return HS_OK;
}

static struct hs_bytes raw_bytes(const struct hs_node *n)
{
    return (struct hs_bytes){(const unsigned char *)n->text, n->len};
}

/* Python 2 wrote array bytes as a string, and Python 3 reads such as latin-1: back to bytes. */
enum hs_status hs_node_latin1(struct hs_pickle *p, struct hs_node *n, const char *what)
{
    char *out = hs_arena_alloc(&p->container->arena, n->len + 1, 1);
    size_t used = 0;

    if (out == NULL)
        return hs_node_no_memory(p);
    for (size_t i = 0; i < n->len;) {
        uint32_t c;
        bool ok;
        size_t step = hs_utf8_decode(n->text + i, n->len - i, &c, &ok);

        if (!ok || c > 255)
            return hs_fail(p->err, HS_EFORMAT, "%s: %s is text that is not latin-1", p->source,
                           what);
        out[used++] = (char)(unsigned char)c;
        i += step;
    }
    out[used] = '\0';
    n->text = out;
    n->len = used;
    n->kind = HS_NODE_BYTES;
    return HS_OK;
}

enum hs_status hs_numpy_build(struct hs_pickle *p, struct hs_node *array,
                              const struct hs_node *state)
{
    size_t at =
        state->n == 5 ? 1 : 0; /* (version, shape, dtype, is_fortran, raw), or without version */
    struct hs_node *raw;
    enum hs_status st;

    if (state->kind != HS_NODE_TUPLE || state->n < 4 || state->n > 5)
        return hs_node_bad(p, "an array inside has no valid state");
    raw = state->items[at + 3];
    if (raw->kind == HS_NODE_LIST) { /* dtype object: the elements themselves */
        array->kind = HS_NODE_LIST;
        for (size_t i = 0; i < raw->n; i++)
            if (!hs_node_push(p, array, raw->items[i]))
                return hs_node_no_memory(p);
        if (raw->n == 1 && state->items[at]->kind == HS_NODE_TUPLE && state->items[at]->n == 0) {
            struct hs_node *only =
                raw->items[0]; /* np.save(path, dict): a scalar that holds one object */

            if (only != array)
                *array = *only;
        }
        return HS_OK;
    }
    if (raw->kind == HS_NODE_STRING && (st = hs_node_latin1(p, raw, "an array inside")) != HS_OK)
        return st;
    if (raw->kind != HS_NODE_BYTES)
        return hs_node_bad(p, "an array inside has no bytes");
    return numpy_tensor(p, array, state->items[at], state->items[at + 1],
                        state->items[at + 2]->integer != 0, raw_bytes(raw));
}

enum hs_status hs_numpy_scalar(struct hs_node **out, struct hs_pickle *p,
                               const struct hs_node *args)
{
    enum hs_dtype type;
    struct hs_node *n, *raw = args->n == 2 ? args->items[1] : NULL;
    unsigned char copy[8] = {0};
    enum hs_status st;

    if (raw == NULL || args->items[0]->kind != HS_NODE_DTYPE)
        return hs_node_bad(p, "a NumPy number inside has no type");
    if (!numpy_dtype(args->items[0], &type)) {
        *out = hs_node_new(p, HS_NODE_NONE);
        return *out != NULL &&
                       hs_container_remark(p->container,
                                           "a NumPy value that is no number was passed over")
                   ? HS_OK
                   : hs_node_no_memory(p);
    }
    if (raw->kind == HS_NODE_STRING &&
        (st = hs_node_latin1(p, raw, "a NumPy number inside")) != HS_OK)
        return st;
    if (raw->kind != HS_NODE_BYTES || raw->len != hs_dtype_size(type))
        return hs_node_bad(p, "a NumPy number inside has the wrong length");
    memcpy(copy, raw->text, raw->len);
    if (args->items[0]->big_endian)
        hs_swap_elements(copy, 1, raw->len);
    n = hs_node_new(p, type == HS_BOOL           ? HS_NODE_BOOL
                       : hs_dtype_is_float(type) ? HS_NODE_FLOAT
                                                 : HS_NODE_INT);
    if (n == NULL)
        return hs_node_no_memory(p);
    n->number = hs_dtype_load(type, copy);
    n->integer = hs_dtype_is_float(type) ? 0 : hs_dtype_load_int(type, copy);
    *out = n;
    return HS_OK;
}

enum hs_status hs_numpy_frombuffer(struct hs_node **out, struct hs_pickle *p,
                                   const struct hs_node *args)
{
    struct hs_node *n = hs_node_new(p, HS_NODE_ARRAY);

    if (n == NULL)
        return hs_node_no_memory(p);
    if (args->n < 3 || args->items[0]->kind != HS_NODE_BYTES)
        return hs_node_bad(p, "an array inside has no bytes");
    *out = n;
    return numpy_tensor(p, n, args->items[2], args->items[1],
                        args->n > 3 && hs_node_is_text(args->items[3], "F"),
                        raw_bytes(args->items[0]));
}

enum hs_status hs_numpy_dtype(struct hs_node **out, struct hs_pickle *p, const struct hs_node *args)
{
    const struct hs_node *code = hs_node_arg(args, 0, HS_NODE_STRING);
    struct hs_node *n = hs_node_new(p, HS_NODE_DTYPE);

    if (n == NULL)
        return hs_node_no_memory(p);
    if (code == NULL)
        return hs_node_bad(p, "a NumPy type inside has no code");
    n->text = code->text;
    if (code->len == 3 && strchr("<>|=", code->text[0]) != NULL) {
        n->text = code->text + 1;
        n->big_endian = code->text[0] == '>';
    }
    *out = n;
    return HS_OK;
}

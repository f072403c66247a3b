/* PyTorch in pickles: torch/_utils.py (_rebuild_*), torch/storage.py. */
#include "io/pickle_types.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/pickle_file.h"

enum { SMALL = 65536 }; /* elements that a tensor may repeat beyond its storage */

static bool storage_dtype(const char *class, enum hs_dtype *out, bool *quantized)
{
    static const struct {
        const char *name;
        enum hs_dtype dtype;
    } kinds[] = {{"FloatStorage", HS_FLOAT32},
                 {"DoubleStorage", HS_FLOAT64},
                 {"HalfStorage", HS_FLOAT16},
                 {"BFloat16Storage", HS_BFLOAT16},
                 {"LongStorage", HS_INT64},
                 {"IntStorage", HS_INT32},
                 {"ShortStorage", HS_INT16},
                 {"CharStorage", HS_INT8},
                 {"ByteStorage", HS_UINT8},
                 {"BoolStorage", HS_BOOL},
                 {"QInt8Storage", HS_INT8},
                 {"QUInt8Storage", HS_UINT8},
                 {"QInt32Storage", HS_INT32},
                 {"UntypedStorage", HS_UINT8},
                 {"_UntypedStorage", HS_UINT8},
                 {"Float8_e4m3fnStorage", HS_FLOAT8_E4M3FN},
                 {"Float8_e5m2Storage", HS_FLOAT8_E5M2}};
    const char *name = strrchr(class, '.');

    name = name != NULL ? name + 1 : class;
    *quantized = hs_starts_with(name, "Q");
    for (size_t i = 0; i < HS_COUNTOF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *out = kinds[i].dtype;
            return true;
        }
    return false;
}

enum hs_status hs_pickle_persistent(struct hs_node **out, struct hs_pickle *p, struct hs_node *id)
{
    struct hs_node *n = hs_node_new(p, HS_NODE_STORAGE);
    size_t want;

    if (n == NULL)
        return hs_node_no_memory(p);
    if (p->storage == NULL)
        return hs_node_bad(p, "a persistent id outside a PyTorch file");
    if (id->kind == HS_NODE_TUPLE && id->n > 1 && hs_node_is_text(id->items[0], "module") &&
        id->items[1]->kind == HS_NODE_GLOBAL) {
        *out = id->items[1]; /* the older form: a class, together with its source text */
        return HS_OK;
    }
    if (id->kind != HS_NODE_TUPLE || id->n < 5 || !hs_node_is_text(id->items[0], "storage") ||
        id->items[1]->kind != HS_NODE_GLOBAL || id->items[2]->kind != HS_NODE_STRING ||
        id->items[4]->kind != HS_NODE_INT)
        return hs_node_bad(p, "a persistent id that names no storage");
    if (!storage_dtype(id->items[1]->text, &n->array->dtype, &n->array->quantized))
        return hs_node_bad(p, "a storage of a type that is not read");
    if (id->items[4]->integer < 0)
        return hs_node_bad(p, "a storage with a negative size");
    n->array->numel = (size_t)id->items[4]->integer;
    n->text = id->items[2]->text;
    if (!hs_mul_checked(&want, n->array->numel, hs_dtype_size(n->array->dtype)) ||
        !p->storage(p->payload, n->text, want, &n->array->bytes))
        return hs_fail(p->err, HS_EFORMAT, "%s: truncated: storage \"%.40s\" is not in the file",
                       p->source, n->text);
    if (n->array->numel > n->array->bytes.len / hs_dtype_size(n->array->dtype))
        return hs_fail(p->err, HS_EFORMAT,
                       "%s: truncated: storage \"%.40s\" has %zu bytes for %zu elements", p->source,
                       n->text, n->array->bytes.len, n->array->numel);
    *out = n;
    return HS_OK;
}

/* A tensor over part of a storage, made contiguous; every index is checked against the storage
 * first. */
static enum hs_status rebuild(struct hs_node *node, struct hs_pickle *p, const struct hs_node *args,
                              enum hs_dtype dtype)
{
    const struct hs_node *s = hs_node_arg(args, 0, HS_NODE_STORAGE),
                         *offset = hs_node_arg(args, 1, HS_NODE_INT);
    size_t shape[HS_MAX_DIMS], stride[HS_MAX_DIMS], have, last, count, size = hs_dtype_size(dtype);
    struct hs_tensor view, t;
    int ndim, ns;
    enum hs_status st;

    if (s == NULL || offset == NULL || offset->integer < 0 || args->n < 4 ||
        !hs_node_sizes(args->items[2], shape, &ndim) ||
        !hs_node_sizes(args->items[3], stride, &ns) || ns != ndim)
        return hs_node_bad(p, "a tensor without storage, offset, size and stride");
    have = s->array->numel * hs_dtype_size(s->array->dtype) / size;
    last = (size_t)offset->integer;
    if (!hs_shape_count(&count, ndim, shape))
        return hs_node_bad(p, "a tensor with more elements than memory can hold");
    for (int i = 0; count != 0 && i < ndim; i++) {
        size_t reach;

        if (!hs_mul_checked(&reach, shape[i] - 1, stride[i]) || !hs_add_checked(&last, last, reach))
            return hs_node_bad(p, "a tensor whose strides overflow");
    }
    if (count != 0 && last >= have)
        return hs_fail(p->err, HS_EFORMAT,
                       "%s: a tensor reaches to element %zu of a storage of %zu", p->source, last,
                       have);
    if (count > have &&
        count > SMALL) /* expanded (stride 0): 100 bytes must not become gigabytes */
        return hs_fail(
            p->err, HS_ELIMIT,
            "%s: a tensor of %zu elements over a storage of %zu; save it with .contiguous()",
            p->source, count, have);
    view = hs_tensor_view((char *)(uintptr_t)s->array->bytes.data +
                              (count != 0 ? (size_t)offset->integer * size : 0),
                          dtype, ndim, shape);
    for (int i = 0; i < ndim; i++)
        view.stride[i] = (ptrdiff_t)stride[i];
    st = hs_tensor_copy(&t, &p->container->arena, &view, p->err);
    if (st != HS_OK)
        return st;
    if (p->big_endian_storage)
        hs_swap_elements(t.data, count, size);
    node->array->tensor = t;
    return HS_OK;
}

/* (torch.per_tensor_affine, scale, zero_point) or (torch.per_channel_affine, scales, zero_points,
 * axis). */
static enum hs_status quantizer(struct hs_node *node, struct hs_pickle *p, const struct hs_node *q)
{
    size_t n = 1;
    bool per_channel;
    double *scales;
    int64_t *zeros;

    if (q->kind != HS_NODE_TUPLE || q->n < 3 || q->items[0]->kind != HS_NODE_GLOBAL)
        return hs_node_bad(p, "a quantized tensor without its quantizer");
    per_channel = strstr(q->items[0]->text, "per_channel") != NULL;
    if (per_channel) {
        if (q->n < 4 || q->items[1]->kind != HS_NODE_TENSOR ||
            q->items[2]->kind != HS_NODE_TENSOR || q->items[3]->kind != HS_NODE_INT)
            return hs_node_bad(p, "a quantized tensor without scales for its channels");
        n = hs_tensor_count(&q->items[1]->array->tensor);
        if (n == 0 || n != hs_tensor_count(&q->items[2]->array->tensor) ||
            q->items[3]->integer < 0 || q->items[3]->integer >= node->array->tensor.ndim ||
            node->array->tensor.shape[q->items[3]->integer] != n)
            return hs_node_bad(p, "a quantized tensor whose scales do not fit its channels");
        node->array->axis = (int)q->items[3]->integer;
    } else if (q->items[2]->kind != HS_NODE_INT) {
        return hs_node_bad(p, "a quantized tensor without a zero point");
    }
    scales = hs_arena_alloc(&p->container->arena, n, sizeof *scales);
    zeros = hs_arena_alloc(&p->container->arena, n, sizeof *zeros);
    if (scales == NULL || zeros == NULL)
        return hs_node_no_memory(p);
    for (size_t i = 0; i < n; i++) {
        scales[i] =
            per_channel ? hs_tensor_get(&q->items[1]->array->tensor, i) : q->items[1]->number;
        zeros[i] = per_channel
                       ? (int64_t)fmax(-0x1p31,
                                       fmin(0x1p31, hs_tensor_get(&q->items[2]->array->tensor, i)))
                       : q->items[2]->integer;
    }
    node->array->quantized = true;
    node->array->scales = scales;
    node->array->zero_points = zeros;
    node->array->n_scales = n;
    return HS_OK;
}

static bool torch_dtype(const char *name, enum hs_dtype *out)
{
    static const struct {
        const char *torch;
        enum hs_dtype dtype;
    } aliases[] = {{"torch.float", HS_FLOAT32}, {"torch.double", HS_FLOAT64},
                   {"torch.half", HS_FLOAT16},  {"torch.long", HS_INT64},
                   {"torch.int", HS_INT32},     {"torch.short", HS_INT16},
                   {"torch.quint8", HS_UINT8},  {"torch.qint8", HS_INT8},
                   {"torch.qint32", HS_INT32}};
    int found;

    for (size_t i = 0; i < HS_COUNTOF(aliases); i++)
        if (strcmp(aliases[i].torch, name) == 0) {
            *out = aliases[i].dtype;
            return true;
        }
    found = hs_starts_with(name, "torch.") ? hs_dtype_find(name + 6) : -1;
    *out = found >= 0 ? (enum hs_dtype)found : HS_FLOAT32;
    return found >= 0;
}

enum hs_status hs_torch_tensor(struct hs_node **out, struct hs_pickle *p, const char *name,
                               const struct hs_node *args)
{
    const struct hs_node *s = hs_node_arg(args, 0, HS_NODE_STORAGE);
    struct hs_node *n = hs_node_new(p, HS_NODE_TENSOR);
    enum hs_dtype dtype;
    enum hs_status st;

    if (n == NULL)
        return hs_node_no_memory(p);
    if (s == NULL && args->n > 0 && args->items[0]->kind == HS_NODE_OBJECT) {
        n->kind = HS_NODE_NONE; /* pickle.dump of a tensor: a file of the older form inside bytes */
        *out = n;
        return hs_container_remark(p->container,
                                   "a tensor that was pickled without torch.save was passed over")
                   ? HS_OK
                   : hs_node_no_memory(p);
    }
    if (s == NULL)
        return hs_node_bad(p, "a tensor without a storage");
    dtype = s->array->dtype;
    if (strcmp(name, "_rebuild_tensor_v3") == 0) {
        const struct hs_node *d = hs_node_arg(args, 6, HS_NODE_GLOBAL);

        if (d == NULL || !torch_dtype(d->text, &dtype))
            return hs_node_bad(p, "a tensor of a type that is not read");
    }
    st = rebuild(n, p, args, dtype);
    if (st == HS_OK && strcmp(name, "_rebuild_qtensor") == 0)
        st = args->n > 4 ? quantizer(n, p, args->items[4])
                         : hs_node_bad(p, "a quantized tensor without its quantizer");
    if (st == HS_OK)
        *out = n;
    return st;
}

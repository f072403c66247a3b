/* Views of tensors: slice, reshape, transpose, index. Declared in tensor/tensor.h. */
#include "tensor/tensor.h"

/* axis, or axis + ndim when negative; -1 with an error when there is no such axis. */
static int resolve_axis(const struct hs_tensor *t, int axis, struct hs_error *err)
{
    int a = axis < 0 ? axis + t->ndim : axis;

    if (a >= 0 && a < t->ndim)
        return a;
    hs_fail(err, HS_ESHAPE, "axis %d does not exist: the tensor has %d dimensions", axis, t->ndim);
    return -1;
}

static void *moved(const struct hs_tensor *t, int axis, size_t by)
{
    return (char *)t->data + (ptrdiff_t)by * t->stride[axis] * (ptrdiff_t)hs_dtype_size(t->dtype);
}

enum hs_status hs_tensor_slice(struct hs_tensor *out, const struct hs_tensor *t, int axis, size_t from, size_t to,
                               struct hs_error *err)
{
    struct hs_tensor view = *t;

    axis = resolve_axis(t, axis, err);
    if (axis < 0)
        return HS_ESHAPE;
    if (from > to || to > t->shape[axis])
        return hs_fail(err, HS_ESHAPE, "slice [%zu, %zu) does not fit axis %d of length %zu", from, to, axis,
                       t->shape[axis]);
    view.shape[axis] = to - from;
    view.data = moved(t, axis, from);
    *out = view;
    return HS_OK;
}

enum hs_status hs_tensor_index(struct hs_tensor *out, const struct hs_tensor *t, int axis, size_t i,
                               struct hs_error *err)
{
    struct hs_tensor view = *t;

    axis = resolve_axis(t, axis, err);
    if (axis < 0)
        return HS_ESHAPE;
    if (i >= t->shape[axis])
        return hs_fail(err, HS_ESHAPE, "index %zu is past the end of axis %d (length %zu; the first is 0)", i, axis,
                       t->shape[axis]);
    view.data = moved(t, axis, i);
    view.ndim--;
    for (int d = axis; d < view.ndim; d++) {
        view.shape[d] = t->shape[d + 1];
        view.stride[d] = t->stride[d + 1];
    }
    *out = view;
    return HS_OK;
}

enum hs_status hs_tensor_reshape(struct hs_tensor *out, const struct hs_tensor *t, int ndim, const size_t *shape,
                                 struct hs_error *err)
{
    size_t full[HS_MAX_DIMS], have = hs_tensor_count(t), count = 0;
    int rest = -1;

    if (ndim < 0 || ndim > HS_MAX_DIMS)
        return hs_fail(err, HS_ESHAPE, "%d dimensions; at most %d are possible", ndim, HS_MAX_DIMS);
    if (!hs_tensor_is_contiguous(t))
        return hs_fail(err, HS_ESHAPE, "only a contiguous tensor can be reshaped; copy it first");
    for (int i = 0; i < ndim; i++) {
        full[i] = shape[i];
        if (shape[i] == (size_t)-1) {
            if (rest >= 0)
                return hs_fail(err, HS_ESHAPE, "only one dimension can be left open (-1)");
            rest = i;
            full[i] = 1;
        }
    }
    if (hs_shape_count(&count, ndim, full) && rest >= 0 && count != 0 && have % count == 0) {
        full[rest] = have / count;
        count = have;
    }
    if (count != have) {
        struct hs_str text = HS_STR_INIT;
        enum hs_status st;

        hs_shape_format(&text, ndim, full);
        st = hs_fail(err, HS_ESHAPE, "%zu elements do not fit the shape %s", have, text.buf);
        hs_str_dispose(&text);
        return st;
    }
    *out = hs_tensor_view(t->data, t->dtype, ndim, full);
    return HS_OK;
}

enum hs_status hs_tensor_transpose(struct hs_tensor *out, const struct hs_tensor *t, const int *order,
                                   struct hs_error *err)
{
    struct hs_tensor view = *t;
    bool seen[HS_MAX_DIMS] = {false};

    for (int i = 0; i < t->ndim; i++) {
        int from = order[i];

        if (from < 0 || from >= t->ndim || seen[from])
            return hs_fail(err, HS_ESHAPE, "the order of a transpose must name each of the %d axes once", t->ndim);
        seen[from] = true;
        view.shape[i] = t->shape[from];
        view.stride[i] = t->stride[from];
    }
    *out = view;
    return HS_OK;
}

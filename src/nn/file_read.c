/* Reading: every number of the JSON and every shape is checked before it is used. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "nn/file_parts.h"

static enum hs_status wrong(const char *what, const char *key, const struct hs_value *v,
                            size_t least, size_t most, struct hs_error *err)
{
    char text[HS_FMT_SIZE];
    double found;

    if (!hs_value_to_number(v, &found))
        return hs_fail(err, HS_EFORMAT, "%s: %s is %s; a whole number from %zu to %zu is expected",
                       what, key, v == NULL ? "missing" : hs_value_kind_name(v->kind), least, most);
    return hs_fail(err, HS_ERANGE, "%s: %s is %s; a whole number from %zu to %zu is expected", what,
                   key, hs_fmt_double(text, found), least, most);
}

static bool is_size(size_t *out, const struct hs_value *v, size_t least, size_t most)
{
    if (v == NULL || v->kind != HS_INTEGER || v->as.integer < 0 ||
        (uint64_t)v->as.integer < least || (uint64_t)v->as.integer > most)
        return false;
    *out = (size_t)v->as.integer;
    return true;
}

enum hs_status hs_file_size(size_t *out, const struct hs_value *map, const char *key, size_t least,
                            size_t most, const char *what, struct hs_error *err)
{
    const struct hs_value *v = hs_value_get(map, key);

    return is_size(out, v, least, most) ? HS_OK : wrong(what, key, v, least, most, err);
}

enum hs_status hs_file_sizes(size_t *out, size_t n, const struct hs_value *map, const char *key,
                             size_t least, size_t most, const char *what, struct hs_error *err)
{
    const struct hs_value *list = hs_value_get(map, key);

    if (list == NULL || list->kind != HS_LIST || list->as.list.len != n)
        return hs_fail(err, HS_EFORMAT, "%s: %s is no list of %zu whole numbers", what, key, n);
    for (size_t i = 0; i < n; i++)
        if (!is_size(&out[i], hs_value_at(list, i), least, most))
            return wrong(what, key, hs_value_at(list, i), least, most, err);
    return HS_OK;
}

enum hs_status hs_file_number(double *out, const struct hs_value *map, const char *key,
                              const char *what, struct hs_error *err)
{
    double v;

    if (!hs_value_to_number(hs_value_get(map, key), &v) || !isfinite(v))
        return hs_fail(err, HS_EFORMAT, "%s: %s is no finite number", what, key);
    *out = v;
    return HS_OK;
}

static const struct hs_entry *find(const struct hs_file_in *in, const char *owner, const char *part)
{
    char name[2 * HS_FILE_NAME];

    snprintf(name, sizeof name, "%s.%s", owner, part);
    return hs_container_find(in->container, name);
}

enum hs_status hs_file_expect(const struct hs_file_in *in, const char *owner, const char *part,
                              int ndim, const size_t *shape, struct hs_error *err)
{
    const struct hs_entry *e = find(in, owner, part);
    struct hs_str found = HS_STR_INIT, wanted = HS_STR_INIT;
    enum hs_status st = HS_OK;

    if (e == NULL || e->kind != HS_ENTRY_TENSOR)
        return hs_fail(err, HS_ENOTFOUND,
                       "tensor %s.%s is missing; the file is not whole: copy or save it again",
                       owner, part);
    if (e->tensor.ndim == ndim &&
        (ndim == 0 || memcmp(e->tensor.shape, shape, (size_t)ndim * sizeof *shape) == 0))
        return HS_OK;
    hs_shape_format(&found, e->tensor.ndim, e->tensor.shape);
    hs_shape_format(&wanted, ndim, shape);
    st = hs_fail(err, HS_ESHAPE,
                 "tensor %s.%s has the shape %s; by its layer %s is expected: the description and "
                 "the tensors are of two models",
                 owner, part, found.buf, wanted.buf);
    hs_str_dispose(&found);
    hs_str_dispose(&wanted);
    return st;
}

static enum hs_status check_finite(const struct hs_tensor *t, const char *owner, const char *part,
                                   struct hs_error *err)
{
    size_t n = hs_tensor_count(t);

    for (size_t i = 0; i < n; i++)
        if (!isfinite(hs_tensor_get(t, i)))
            return hs_fail(err, HS_ERANGE,
                           "tensor %s.%s: element %zu is no finite number; train again with a "
                           "smaller learning rate",
                           owner, part, i);
    return HS_OK;
}

enum hs_status hs_file_fill(struct hs_file_in *in, const char *owner, const char *part,
                            struct hs_tensor *t, struct hs_error *err)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    const struct hs_entry *e;
    struct hs_tensor converted;
    enum hs_status st = hs_file_expect(in, owner, part, t->ndim, t->shape, err);

    if (st != HS_OK)
        return st;
    e = find(in, owner, part);
    if (e->tensor.dtype != t->dtype && (t->dtype != HS_FLOAT32 || e->tensor.dtype != HS_FLOAT16))
        return hs_fail(err, HS_EDTYPE, "tensor %s.%s is %s; %s is expected", owner, part,
                       hs_dtype_name(e->tensor.dtype), hs_dtype_name(t->dtype));
    st = hs_tensor_as(&converted, &scratch, &e->tensor, t->dtype, err);
    if (st == HS_OK && hs_dtype_is_float(t->dtype))
        st = check_finite(&converted, owner, part, err);
    if (st == HS_OK) {
        memcpy(t->data, converted.data, hs_tensor_count(t) * hs_dtype_size(t->dtype));
        in->used[e - in->container->entries.items] = true;
    }
    hs_arena_dispose(&scratch);
    return st;
}

enum hs_status hs_file_extent(struct hs_extent *out, const struct hs_value *map, const char *key,
                              const char *what, struct hs_error *err)
{
    size_t v[3];
    enum hs_status st = hs_file_sizes(v, 3, map, key, 1, HS_FILE_SIDE, what, err);

    if (st != HS_OK)
        return st;
    if (v[0] * v[1] > HS_FILE_EXAMPLE || v[0] * v[1] * v[2] > HS_FILE_EXAMPLE)
        return hs_fail(err, HS_ELIMIT, "%s: %s is %zu x %zu x %zu; at most %d elements are run",
                       what, key, v[0], v[1], v[2], HS_FILE_EXAMPLE);
    *out = (struct hs_extent){v[0], v[1], v[2]};
    return HS_OK;
}

enum hs_status hs_file_read_options(struct hs_quant_options *out, const struct hs_value *map,
                                    struct hs_error *err)
{
    enum hs_status st = hs_quant_options_profile(out, hs_value_text(map, "profile", NULL), err);

    return st == HS_OK ? hs_quant_options_from_value(out, map, err) : st;
}

static enum hs_status read_floats(float *out, size_t n, const struct hs_value *map, const char *key,
                                  bool above_zero, struct hs_error *err)
{
    const struct hs_value *list = hs_value_get(map, key);
    double v;

    if (list == NULL || list->kind != HS_LIST || list->as.list.len != n)
        return hs_fail(err, HS_EFORMAT, "input: %s is no list of %zu numbers, one a channel", key,
                       n);
    for (size_t i = 0; i < n; i++) {
        if (!hs_value_to_number(hs_value_at(list, i), &v) || !(fabs(v) <= 1e30) ||
            (above_zero && !(v >= 1e-30)))
            return hs_fail(err, HS_ERANGE, "input: %s of channel %zu makes no sense", key, i);
        out[i] = (float)v;
    }
    return HS_OK;
}

enum hs_status hs_file_read_input(struct hs_input *out, const struct hs_value *json,
                                  struct hs_error *err)
{
    const struct hs_value *map = hs_value_get(json, "input");
    struct hs_input input = {.divisor = 1};
    double divisor = 1;
    enum hs_status st = hs_file_extent(&input.extent, map, "shape", "input", err);

    if (st == HS_OK && input.extent.c > HS_COUNTOF(input.mean))
        st = hs_fail(err, HS_ERANGE, "input: %zu channels; at most %zu are read", input.extent.c,
                     HS_COUNTOF(input.mean));
    if (st == HS_OK)
        st = hs_file_number(&divisor, map, "divisor", "input", err);
    if (st == HS_OK && !(divisor >= 1e-30 && divisor <= 1e30))
        st = hs_fail(err, HS_ERANGE, "input: divisor must be above 0");
    if (st == HS_OK)
        st = read_floats(input.mean, input.extent.c, map, "mean", false, err);
    if (st == HS_OK)
        st = read_floats(input.std, input.extent.c, map, "std", true, err);
    if (st != HS_OK)
        return st;
    input.divisor = (float)divisor;
    *out = input;
    return HS_OK;
}

enum hs_status hs_file_read_geometry(size_t kernel[2], struct hs_conv_geometry *g,
                                     const struct hs_value *map, const char *what,
                                     struct hs_error *err)
{
    enum { MOST = 1024 };
    enum hs_status st;

    if ((st = hs_file_sizes(kernel, 2, map, "kernel", 1, MOST, what, err)) != HS_OK ||
        (st = hs_file_sizes(g->stride, 2, map, "stride", 1, MOST, what, err)) != HS_OK ||
        (st = hs_file_sizes(g->padding, 2, map, "padding", 0, MOST, what, err)) != HS_OK ||
        (st = hs_file_sizes(g->dilation, 2, map, "dilation", 1, MOST, what, err)) != HS_OK)
        return st;
    return hs_file_size(&g->groups, map, "groups", 1, HS_FILE_SIDE, what, err);
}

enum hs_status hs_file_read_name(const char **out, struct hs_arena *arena,
                                 const struct hs_value *map, size_t i, struct hs_error *err)
{
    const char *name = hs_value_text(map, "name", "");

    if (name[0] == '\0' || strlen(name) > HS_FILE_NAME)
        return hs_fail(err, HS_EFORMAT, "layer %zu has no name of 1 to %d letters", i,
                       HS_FILE_NAME);
    *out = hs_arena_strdup(arena, name);
    return *out != NULL ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

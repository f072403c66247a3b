/* Entries of a file as numbers, floats and codes, with sentences for what does not fit. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "nn/importer.h"

enum hs_status hs_import_remark(struct hs_import *f, struct hs_error *err, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    struct hs_arena *arena = &f->out->model.arena;
    struct hs_value v;
    va_list args;
    bool ok;

    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    v = hs_value_string(arena, text.buf);
    ok = hs_str_ok(&text) && v.kind == HS_STRING && hs_value_push(&f->out->remarks, arena, v);
    hs_str_dispose(&text);
    return ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

const struct hs_entry *hs_import_entry(const struct hs_import *f, const char *group,
                                       const char *what)
{
    size_t n = strlen(group);

    for (size_t i = 0; i < f->c->entries.len; i++) {
        const char *name = f->c->entries.items[i].name;

        if (n == 0
                ? strcmp(name, what) == 0
                : strncmp(name, group, n) == 0 && name[n] == '.' && strcmp(name + n + 1, what) == 0)
            return &f->c->entries.items[i];
    }
    return NULL;
}

enum hs_status hs_import_number(double *out, const struct hs_import *f, const char *group,
                                const char *what, struct hs_error *err)
{
    const struct hs_entry *e = hs_import_entry(f, group, what);
    const char *dot = group[0] != '\0' ? "." : "";
    char text[HS_FMT_SIZE];
    double v = 0;

    if (e == NULL)
        return hs_fail(err, HS_ENOTFOUND,
                       "%s: has no number \"%s%s%s\"; save the whole network again", f->file, group,
                       dot, what);
    if (e->kind != HS_ENTRY_NUMBER &&
        (e->kind != HS_ENTRY_TENSOR || hs_tensor_count(&e->tensor) != 1))
        return hs_fail(err, HS_ESHAPE,
                       "%s: %s%s%s should be one number; scales per channel are not read here",
                       f->file, group, dot, what);
    v = e->kind == HS_ENTRY_NUMBER ? e->number : hs_tensor_get(&e->tensor, 0);
    if (!isfinite(v))
        return hs_fail(err, HS_ERANGE, "%s: %s%s%s is %s; calibrate the network again", f->file,
                       group, dot, what, hs_fmt_double(text, v));
    *out = v;
    return HS_OK;
}

enum hs_status hs_import_scale(double *out, const struct hs_import *f, const char *group,
                               const char *what, struct hs_error *err)
{
    char text[HS_FMT_SIZE];
    double v = 0;
    enum hs_status st = hs_import_number(&v, f, group, what, err);

    if (st == HS_OK && !(v > 0 && (float)v > 0))
        st = hs_fail(err, HS_ERANGE,
                     "%s: %s%s%s is %s; a scale is positive: calibrate the network again", f->file,
                     group, group[0] != '\0' ? "." : "", what, hs_fmt_double(text, v));
    if (st == HS_OK)
        *out = v;
    return st;
}

enum hs_status hs_import_shape(const struct hs_import *f, const struct hs_entry *e, int ndim,
                               const size_t *shape, const char *remedy, struct hs_error *err)
{
    struct hs_str found = HS_STR_INIT, expected = HS_STR_INIT;
    enum hs_status st;

    if (e->tensor.ndim == ndim && memcmp(e->tensor.shape, shape, (size_t)ndim * sizeof *shape) == 0)
        return HS_OK;
    hs_shape_format(&found, e->tensor.ndim, e->tensor.shape);
    hs_shape_format(&expected, ndim, shape);
    st = hs_fail(err, HS_ESHAPE, "%s: %s has shape %s, expected %s: %s", f->file, e->name,
                 found.buf, expected.buf, remedy);
    hs_str_dispose(&found);
    hs_str_dispose(&expected);
    return st;
}

enum hs_status hs_import_floats(struct hs_tensor *to, const struct hs_import *f,
                                const struct hs_entry *e, bool transposed, double factor,
                                struct hs_error *err)
{
    size_t count = hs_tensor_count(to), rows = transposed ? to->shape[0] : 1;
    size_t columns = rows > 0 ? count / rows : 0;
    float *y = to->data;
    char text[HS_FMT_SIZE];

    for (size_t i = 0; i < count; i++) {
        double v = hs_tensor_get(&e->tensor, i) * factor;

        if (!isfinite((float)v))
            return hs_fail(err, HS_ERANGE,
                           "%s: element %zu of %s is %s; its training has gone wrong: save weights "
                           "that are finite in float32",
                           f->file, i, e->name, hs_fmt_double(text, v));
        y[transposed ? i % rows * columns + i / rows : i] = (float)v;
    }
    return HS_OK;
}

bool hs_import_is_integral(const struct hs_tensor *t)
{
    size_t count = hs_tensor_count(t);

    for (size_t i = 0; i < count; i++) {
        double v = hs_tensor_get(t, i);

        if (!(v == rint(v)))
            return false;
    }
    return true;
}

enum hs_status hs_import_codes(struct hs_tensor *out, struct hs_arena *arena,
                               const struct hs_import *f, const struct hs_entry *e,
                               enum hs_dtype dtype, const char *remedy, struct hs_error *err)
{
    struct hs_tensor codes;
    size_t count = hs_tensor_count(&e->tensor), size = hs_dtype_size(dtype);
    char text[HS_FMT_SIZE];
    enum hs_status st = hs_tensor_new(&codes, arena, dtype, e->tensor.ndim, e->tensor.shape, err);

    for (size_t i = 0; st == HS_OK && i < count; i++) {
        double v = hs_tensor_get(&e->tensor, i);

        if (!hs_dtype_store(dtype, (char *)codes.data + i * size, v))
            st = hs_fail(err, HS_ERANGE, "%s: element %zu of %s is %s, no code of %s: %s", f->file,
                         i, e->name, hs_fmt_double(text, v), hs_dtype_name(dtype), remedy);
    }
    if (st == HS_OK)
        *out = codes;
    return st;
}

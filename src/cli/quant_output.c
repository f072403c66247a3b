#include "cli/quant_output.h"

#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "base/path.h"
#include "base/utf8.h"
#include "io/json.h"
#include "io/save.h"

enum { SHOWN = 64, COLUMNS = 80 };

static void element(char out[HS_FMT_SIZE], const struct hs_tensor *t, size_t i)
{
    const void *p = hs_tensor_at(t, i);

    if (hs_dtype_is_integer(t->dtype) || t->dtype == HS_BOOL)
        snprintf(out, HS_FMT_SIZE, "%" PRId64, hs_dtype_load_int(t->dtype, p));
    else if (t->dtype == HS_FLOAT64)
        hs_fmt_double(out, hs_dtype_load(t->dtype, p));
    else
        hs_fmt_float(out, (float)hs_dtype_load(t->dtype, p));
}

void hs_quant_print_elements(FILE *out, const struct hs_tensor *t)
{
    size_t n = hs_tensor_count(t), used = 0;
    char text[HS_FMT_SIZE];

    for (size_t i = 0; i < n && i < SHOWN; i++) {
        element(text, t, i);
        if (used > 0 && used + 1 + strlen(text) > COLUMNS) {
            fputc('\n', out);
            used = 0;
        }
        fprintf(out, "%s%s", used > 0 ? " " : "", text);
        used += strlen(text) + (used > 0);
    }
    if (n > 0)
        fputc('\n', out);
    if (n > SHOWN)
        fprintf(out, "... and %zu more; -o FILE writes all\n", n - SHOWN);
}

const char *hs_quant_precision(const struct hs_tensor *x, const struct hs_qparams *qp)
{
    return qp->options.precision == HS_PRECISION_F64 ||
                   (qp->options.precision == HS_PRECISION_TENSOR && x->dtype == HS_FLOAT64)
               ? "float64"
               : "float32";
}

void hs_quant_print_precision(FILE *out, const struct hs_tensor *x, const struct hs_qparams *qp)
{
    if (x->dtype == HS_FLOAT64)
        fprintf(out, ", computed in %s", hs_quant_precision(x, qp));
}

enum hs_status hs_quant_json_begin(struct hs_value *out, struct hs_quant_args *a,
                                   const char *schema, const char *file, const struct hs_tensor *t)
{
    struct hs_value shape = hs_value_list();
    bool ok = true;

    *out = hs_value_map();
    for (int d = 0; ok && d < t->ndim; d++)
        ok = hs_value_push(&shape, &a->arena, hs_value_int((int64_t)t->shape[d]));
    ok = ok && hs_value_set(out, &a->arena, "schema", hs_value_string(&a->arena, schema)) &&
         hs_value_set(out, &a->arena, "file", hs_value_string(&a->arena, file)) &&
         hs_value_set(out, &a->arena, "shape", shape);
    return ok ? HS_OK : hs_fail(&a->err, HS_ENOMEM, "out of memory");
}

bool hs_quant_json_qparams(struct hs_value *map, struct hs_arena *arena,
                           const struct hs_qparams *qp)
{
    static const char *const keys[] = {"scale", "zero_point", "exponent", "qmin", "qmax", "dtype"};
    struct hs_value q, axis = qp->axis < 0 ? hs_value_nil() : hs_value_int(qp->axis);
    bool ok = hs_qparams_to_value(&q, arena, qp);

    for (size_t i = 0; ok && i < sizeof keys / sizeof *keys; i++)
        if (hs_value_get(&q, keys[i]) != NULL)
            ok = hs_value_set(map, arena, keys[i], *hs_value_get(&q, keys[i]));
    ok = ok && hs_value_set(map, arena, "axis", axis);
    if (qp->block_size > 0)
        ok = ok && hs_value_set(map, arena, "block_size", hs_value_int((int64_t)qp->block_size));
    return ok && hs_value_set(map, arena, "profile", hs_value_string(arena, qp->options.profile));
}

enum hs_status hs_quant_value_tensor(struct hs_tensor *out, struct hs_quant_args *a,
                                     const struct hs_value *v)
{
    size_t n = hs_value_len(v);
    bool list = v->kind == HS_LIST;
    enum hs_status st =
        hs_tensor_new(out, &a->arena, HS_FLOAT64, list ? 1 : 0, list ? &n : NULL, &a->err);

    if (v->kind == HS_TENSOR)
        return hs_tensor_as(out, &a->arena, v->as.tensor, HS_FLOAT64, &a->err);
    for (size_t i = 0; st == HS_OK && i < (list ? n : 1); i++)
        hs_value_to_number(list ? hs_value_at(v, i) : v, (double *)out->data + i);
    return st;
}

enum hs_status hs_quant_save_json(struct hs_quant_args *a, const char *path,
                                  const struct hs_value *v)
{
    struct hs_str text = HS_STR_INIT;
    enum hs_status st;

    hs_json_write(&text, v, 0);
    hs_str_add_char(&text, '\n');
    st = hs_str_ok(&text) ? hs_file_write(path, text.buf, text.len, &a->err)
                          : hs_fail(&a->err, HS_ENOMEM, "out of memory");
    hs_str_dispose(&text);
    return st;
}

static enum hs_status save_json(struct hs_quant_args *a, const char *path,
                                const struct hs_tensor *q, const struct hs_qparams *qp)
{
    struct hs_value map = hs_value_map();

    if (!hs_value_set(&map, &a->arena, "schema", hs_value_string(&a->arena, "halfstep.codes/1")) ||
        !hs_value_set(&map, &a->arena, "q", hs_value_tensor(&a->arena, q)) ||
        !hs_quant_json_qparams(&map, &a->arena, qp))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_save_json(a, path, &map);
}

static enum hs_status whole(struct hs_tensor *out, struct hs_quant_args *a, int64_t value)
{
    enum hs_status st = hs_tensor_new(out, &a->arena, HS_INT32, 0, NULL, &a->err);

    if (st == HS_OK)
        *(int32_t *)out->data = (int32_t)value;
    return st;
}

enum hs_status hs_quant_members(struct hs_quant_members *out, struct hs_quant_args *a,
                                const struct hs_qparams *qp)
{
    bool single = qp->options.qparams_precision == HS_PRECISION_F32;
    int ndim = qp->n == 1 && qp->axis < 0 ? 0 : 1;
    struct hs_tensor scale = hs_tensor_view(qp->scale, HS_FLOAT64, ndim, &qp->n);
    struct hs_tensor zero = hs_tensor_view(qp->zero_point, HS_INT64, ndim, &qp->n);
    enum hs_status st;

    if ((st = hs_tensor_as(&out->scale, &a->arena, &scale, single ? HS_FLOAT32 : HS_FLOAT64,
                           &a->err)) != HS_OK ||
        (st = hs_tensor_as(&out->zero_point, &a->arena, &zero, HS_INT32, &a->err)) != HS_OK ||
        (st = whole(&out->axis, a, qp->axis)) != HS_OK)
        return st;
    return whole(&out->block_size, a, (int64_t)qp->block_size);
}

void hs_quant_sanitize(struct hs_str *out, const char *name)
{
    hs_text_sanitize(out, name, strlen(name), 0, false);
}

static enum hs_status save_members(struct hs_quant_args *a, const char *path,
                                   const struct hs_tensor *q, const struct hs_qparams *qp)
{
    struct hs_quant_members m;
    enum hs_status st = hs_quant_members(&m, a, qp);
    struct hs_named_tensor items[5] = {{"q", *q},
                                       {"scale", m.scale},
                                       {"zero_point", m.zero_point},
                                       {"axis", m.axis},
                                       {"block_size", m.block_size}};

    if (st != HS_OK)
        return st;
    return hs_tensors_save(path, items, qp->axis < 0 ? 3 : qp->block_size == 0 ? 4 : 5, &a->err);
}

enum hs_status hs_quant_save_codes(struct hs_quant_args *a, const char *path,
                                   const struct hs_tensor *q, const struct hs_qparams *qp)
{
    struct hs_named_tensor item = {"q", *q};

    if (hs_path_has_ext(path, "npy") || hs_path_has_ext(path, "csv"))
        return hs_tensors_save(path, &item, 1, &a->err);
    return hs_path_has_ext(path, "json") ? save_json(a, path, q, qp) : save_members(a, path, q, qp);
}

const char *hs_quant_output_path(struct hs_quant_args *a, const char *file, bool several,
                                 const char *ext)
{
    const char *base = hs_path_base(file), *dot = strrchr(base, '.');
    size_t n = dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);

    if (a->output == NULL || !several)
        return a->output;
    return hs_arena_printf(&a->arena, "%s/%.*s.%s", a->output, (int)n, base, ext);
}

/* halfstep dequantize FILE: real numbers from codes. The scales come from the command line, or from
 * the file: an .npz with q, scale, zero_point and axis (as quantize writes it), NAME.scale beside
 * NAME, or a quantized tensor of PyTorch. */
#include "cli/quant_files.h"
#include "cli/quant_output.h"

#include <math.h>
#include <string.h>

#include "base/fmt.h"
#include "io/save.h"
#include "quant/groups.h"

/* A quantized tensor carries its own qparams. */
static struct hs_qparams from_entry(const struct hs_entry *e, struct hs_quant_options options)
{
    return (struct hs_qparams){.scale = (double *)(uintptr_t)e->scales,
                               .zero_point = (int64_t *)(uintptr_t)e->zero_points,
                               .n = e->n,
                               .axis = e->axis,
                               .qmin = hs_dtype_min(e->tensor.dtype),
                               .qmax = hs_dtype_max(e->tensor.dtype),
                               .dtype = e->tensor.dtype,
                               .options = options};
}

/* The entry "NAME.key" of --name NAME (conv1.weight.scale), or just "key". */
static const struct hs_entry *member(struct hs_quant_args *a, const struct hs_container *c,
                                     const char *key)
{
    bool plain = a->name == NULL || strcmp(a->name, "q") == 0; /* as quantize writes one tensor */
    char *full = plain ? NULL : hs_arena_printf(&a->arena, "%s.%s", a->name, key);

    return hs_container_find(c, full != NULL ? full : key);
}

/* A member of the file as a key of the qparams: a tensor, or a number of a .json. */
static bool add_member(struct hs_quant_args *a, struct hs_value *map, const struct hs_container *c,
                       const char *key)
{
    const struct hs_entry *e = member(a, c, key);

    if (e == NULL || hs_value_get(map, key) != NULL)
        return false;
    if (e->kind == HS_ENTRY_TENSOR && hs_tensor_count(&e->tensor) == 1 && e->tensor.ndim == 0)
        return hs_value_set(map, &a->arena, key, hs_value_num(hs_tensor_get(&e->tensor, 0)));
    if (e->kind == HS_ENTRY_TENSOR)
        return hs_value_set(map, &a->arena, key, hs_value_tensor(&a->arena, &e->tensor));
    if (e->kind == HS_ENTRY_STRING)
        return hs_value_set(map, &a->arena, key, hs_value_string(&a->arena, e->text));
    return e->kind == HS_ENTRY_NUMBER && hs_value_set(map, &a->arena, key, hs_value_num(e->number));
}

/* Codes of a dtype that codes can have: text files hold float64 or int64. */
static enum hs_status as_codes(struct hs_quant_args *a, struct hs_tensor *q)
{
    char text[HS_FMT_SIZE];

    for (size_t i = 0; hs_dtype_is_float(q->dtype) && i < hs_tensor_count(q); i++) {
        double v = hs_tensor_get(q, i);

        if (v != trunc(v) || !isfinite(v))
            return hs_fail(&a->err, HS_EDTYPE,
                           "element %zu is %s, and this is a %s tensor: codes are whole numbers; "
                           "quantize makes them",
                           i, hs_fmt_double(text, v), hs_dtype_name(q->dtype));
    }
    if (hs_dtype_is_integer(q->dtype) && hs_dtype_max(q->dtype) <= INT32_MAX)
        return HS_OK;
    return hs_tensor_as(q, &a->arena, q, HS_INT32, &a->err);
}

/* scale, zero_point and axis beside the codes. */
static enum hs_status from_members(struct hs_quant_args *a, const struct hs_container *c,
                                   struct hs_qparams *qp)
{
    static const char *const keys[] = {"zero_point", "dtype", "qmin", "qmax"};
    struct hs_value map;
    enum hs_status st = hs_quant_args_value(a, &map);

    if (st != HS_OK)
        return st;
    if (!add_member(a, &map, c, "scale"))
        return hs_fail(&a->err, HS_EINVAL,
                       "holds no scale: give --scale and --zero-point, or --qparams FILE");
    if (member(a, c, "dtype") != NULL)
        add_member(a, &map, c, "dtype");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        add_member(a, &map, c, keys[i]);
    if (a->axis == NULL)
        add_member(a, &map, c, "axis");
    if (a->block_size == NULL)
        add_member(a, &map, c, "block_size");
    return hs_qparams_from_value(qp, &a->arena, &map, &a->err);
}

static const struct hs_entry *entry_of(const struct hs_container *c, const char *name)
{
    if (name != NULL)
        return hs_container_find(c, name);
    return c->entries.len == 1 ? &c->entries.items[0] : hs_container_find(c, "");
}

/* The codes: the entry of --name, the only tensor, or the one that is called q. */
static enum hs_status find_codes(struct hs_quant_run *r, const char *path, struct hs_tensor *q)
{
    struct hs_quant_args *a = r->args;
    enum hs_status st = hs_quant_run_tensor(r, path, q);
    const struct hs_entry *e = hs_container_find(&r->file, "q");

    if (st == HS_ENOTFOUND && a->name == NULL && e != NULL && e->kind == HS_ENTRY_TENSOR) {
        hs_error_clear(&a->err);
        *q = e->tensor;
        st = HS_OK;
    }
    if (st == HS_OK && (st = as_codes(a, q)) != HS_OK)
        return hs_quant_run_blame(r, path, st);
    return st;
}

static enum hs_status find_qparams(struct hs_quant_args *a, const struct hs_container *c,
                                   const struct hs_tensor *q, struct hs_qparams *qp)
{
    const struct hs_entry *e = entry_of(c, a->name);
    struct hs_quant_options options;
    enum hs_status st;

    if ((st = hs_quant_options_profile(&options, a->profile, &a->err)) != HS_OK)
        return st;
    if (a->qparams == NULL && a->scale == NULL && e != NULL && e->quantized) {
        *qp = from_entry(e, options);
        return HS_OK;
    }
    if (a->dtype == NULL && member(a, c, "dtype") == NULL)
        a->dtype = hs_dtype_name(q->dtype); /* a zero point of 128 is one of uint8 */
    if (a->qparams != NULL || a->scale != NULL)
        return hs_quant_args_qparams(a, q, qp);
    return from_members(a, c, qp);
}

static enum hs_status print_json(FILE *out, struct hs_quant_args *a, const char *file,
                                 const struct hs_tensor *x, const struct hs_qparams *qp,
                                 const char *output)
{
    struct hs_value v;
    enum hs_status st = hs_quant_json_begin(&v, a, "halfstep.dequantize/1", file, x);

    if (st != HS_OK)
        return st;
    if (!hs_quant_json_qparams(&v, &a->arena, qp) ||
        !(output != NULL ? hs_value_set(&v, &a->arena, "output", hs_value_string(&a->arena, output))
                         : hs_value_set(&v, &a->arena, "x", hs_value_tensor(&a->arena, x))))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(out, &v, &a->err);
}

static enum hs_status one(struct hs_quant_run *r, const char *file)
{
    struct hs_quant_args *a = r->args;
    const char *output = hs_quant_output_path(a, file, r->n > 1, "npy"), *dtype = a->dtype;
    struct hs_named_tensor x = {.name = "x"};
    struct hs_tensor q;
    struct hs_qparams qp;
    enum hs_status st = find_codes(r, file, &q);

    if (st != HS_OK)
        return st;
    st = find_qparams(a, &r->file, &q, &qp);
    a->dtype = dtype;
    qp.axis = st == HS_OK ? hs_axis_of(qp.axis, q.ndim) : -1;
    hs_quant_run_step(r, "dequantizing", file);
    if (st != HS_OK ||
        (st = hs_dequantize(&x.tensor, &a->arena, &q, &qp,
                            qp.options.precision == HS_PRECISION_F64 ? HS_FLOAT64 : HS_FLOAT32,
                            &a->err)) != HS_OK) {
        if (a->scale != NULL || a->qparams != NULL)
            return hs_quant_run_blame(r, file, st);
        hs_error_prefix(&a->err, "%s", file); /* the file's own qparams are at fault */
        return st;
    }
    hs_quant_run_step(r, "writing", file);
    if (output != NULL && (st = hs_tensors_save(output, &x, 1, &a->err)) != HS_OK)
        return st;
    hs_quant_run_print(r, file);
    if (a->json)
        return print_json(r->cli->out, a, file, &x.tensor, &qp, output);
    hs_quant_args_print_qparams(r->cli->out, &qp);
    if (output == NULL)
        hs_quant_print_elements(r->cli->out, &x.tensor);
    return HS_OK;
}

int hs_cmd_dequantize(struct hs_cli *cli, int argc, char **argv)
{
    return hs_quant_run(cli, argc, argv, one);
}

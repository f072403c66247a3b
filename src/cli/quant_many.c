#include "cli/quant_many.h"

#include <fnmatch.h>
#include <string.h>

#include "base/fmt.h"
#include "base/vec.h"
#include "cli/quant_output.h"
#include "io/save.h"
#include "tensor/compare.h"

struct many {
    struct hs_quant_run *run;
    const char *file;
    bool fake;
    HS_VEC(struct hs_named_tensor) items; /* of the output */
    size_t done, others;                  /* quantized, and matching but no real numbers */
};

bool hs_quant_is_pattern(const char *name)
{
    return name != NULL && strpbrk(name, "*?[") != NULL;
}

static enum hs_status no_memory(struct many *m)
{
    return hs_fail(&m->run->args->err, HS_ENOMEM, "out of memory");
}

static bool add(struct many *m, const char *name, const char *member, struct hs_tensor t)
{
    struct hs_arena *arena = &m->run->args->arena;
    struct hs_named_tensor item = {.name = member == NULL
                                               ? hs_arena_strdup(arena, name)
                                               : hs_arena_printf(arena, "%s.%s", name, member),
                                   .tensor = t};

    return item.name != NULL && HS_VEC_PUSH(&m->items, item);
}

/* The codes under the tensor's own name, and what decodes them beside it. */
static enum hs_status add_codes(struct many *m, const char *name, const struct hs_tensor *q,
                                const struct hs_qparams *qp)
{
    struct hs_quant_args *a = m->run->args;
    struct hs_quant_members members;
    enum hs_status st = hs_quant_members(&members, a, qp);

    if (st != HS_OK)
        return st;
    if (!add(m, name, NULL, *q) || !add(m, name, "scale", members.scale) ||
        !add(m, name, "zero_point", members.zero_point) ||
        (qp->axis >= 0 && !add(m, name, "axis", members.axis)) ||
        (qp->block_size > 0 && !add(m, name, "block_size", members.block_size)))
        return no_memory(m);
    return HS_OK;
}

static void print_line(FILE *out, const char *name, const struct hs_tensor *x,
                       const struct hs_qparams *qp, const struct hs_quantize_count *count,
                       const struct hs_compare *error)
{
    struct hs_str shape = HS_STR_INIT, shown = HS_STR_INIT;
    char scale[HS_FMT_SIZE], sqnr[HS_FMT_SIZE];

    hs_shape_format(&shape, x->ndim, x->shape);
    hs_quant_sanitize(&shown, name);
    fprintf(out, "%s %s  ", shown.buf, shape.buf);
    if (qp->n == 1)
        fprintf(out, "scale %s  zero point %lld", hs_fmt_short(scale, qp->scale[0], 7),
                (long long)qp->zero_point[0]);
    else
        fprintf(out, "%zu scales along axis %d", qp->n, qp->axis);
    fprintf(out, "  clipped %zu + %zu  SQNR %s dB\n", count->clipped_low, count->clipped_high,
            hs_fmt_short(sqnr, error->sqnr_db, 4));
    hs_str_dispose(&shape);
    hs_str_dispose(&shown);
}

static enum hs_status print_json(FILE *out, struct many *m, const char *name,
                                 const struct hs_tensor *x, const struct hs_qparams *qp,
                                 const struct hs_quantize_count *count,
                                 const struct hs_compare *error)
{
    struct hs_quant_args *a = m->run->args;
    struct hs_value v;
    enum hs_status st =
        hs_quant_json_begin(&v, a, m->fake ? "halfstep.fake_quantize/1" : "halfstep.quantize/1",
                            m->file, x);

    if (st != HS_OK)
        return st;
    if (!hs_value_set(&v, &a->arena, "name", hs_value_string(&a->arena, name)) ||
        !hs_quant_json_qparams(&v, &a->arena, qp) ||
        !hs_value_set(&v, &a->arena, "clipped_low", hs_value_int((int64_t)count->clipped_low)) ||
        !hs_value_set(&v, &a->arena, "clipped_high", hs_value_int((int64_t)count->clipped_high)) ||
        !hs_value_set(&v, &a->arena, "nan", hs_value_int((int64_t)count->nan)) ||
        !hs_value_set(&v, &a->arena, "inf", hs_value_int((int64_t)count->inf)) ||
        !hs_value_set(&v, &a->arena, "sqnr_db", hs_value_num(error->sqnr_db)))
        return no_memory(m);
    return hs_quant_args_print_json(out, &v, &a->err);
}

static enum hs_status one_tensor(struct many *m, const struct hs_entry *e)
{
    struct hs_quant_args *a = m->run->args;
    struct hs_quantize_count count;
    struct hs_compare error;
    struct hs_tensor q, y;
    struct hs_qparams qp;
    enum hs_status st;

    if ((st = hs_quant_args_qparams(a, &e->tensor, &qp)) != HS_OK ||
        (st = hs_quantize(&q, &a->arena, &e->tensor, &qp, &count, &a->err)) != HS_OK ||
        (st = hs_fake_quantize(&y, &a->arena, &e->tensor, &qp, &a->err)) != HS_OK ||
        (st = hs_tensor_compare(&error, &y, &e->tensor, &a->err)) != HS_OK) {
        if (st != HS_EINVAL) /* that is an option's fault, not the tensor's */
            hs_error_prefix(&a->err, "%s: %s", m->file, e->name);
        return st;
    }
    if (m->fake && !add(m, e->name, NULL, y))
        return no_memory(m);
    if (!m->fake && (st = add_codes(m, e->name, &q, &qp)) != HS_OK)
        return st;
    m->done++;
    hs_quant_run_print(m->run, m->done == 1 ? m->file : NULL);
    if (a->json)
        return print_json(m->run->cli->out, m, e->name, &e->tensor, &qp, &count, &error);
    print_line(m->run->cli->out, e->name, &e->tensor, &qp, &count, &error);
    return HS_OK;
}

static enum hs_status all_tensors(struct many *m)
{
    const struct hs_container *c = &m->run->file;
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < c->entries.len; i++) {
        const struct hs_entry *e = &c->entries.items[i];

        if (e->kind != HS_ENTRY_TENSOR || e->bookkeeping || e->name[0] == '\0' ||
            fnmatch(m->run->args->name, e->name, 0) != 0)
            continue;
        if (e->quantized || !hs_dtype_is_float(e->tensor.dtype) || hs_tensor_count(&e->tensor) == 0)
            m->others++;
        else
            st = one_tensor(m, e);
    }
    return st;
}

enum hs_status hs_quant_many(struct hs_quant_run *r, const char *file, bool fake)
{
    struct hs_quant_args *a = r->args;
    struct many m = {.run = r, .file = file, .fake = fake};
    const char *output = hs_quant_output_path(a, file, r->n > 1, "npz");
    struct hs_io_limits limits;
    enum hs_status st;

    r->step = 0;
    hs_quant_run_step(r, "reading", file);
    st = hs_limit_args_apply(&limits, &a->limits, &a->err);
    if (st == HS_OK)
        st = hs_container_open(&r->file, file, &limits, &a->err);
    hs_quant_run_step(r, "quantizing", file);
    if (st == HS_OK)
        st = all_tensors(&m);
    if (st == HS_OK && m.done == 0)
        st = hs_fail(
            &a->err, HS_ENOTFOUND,
            "%s: no tensor of real numbers has a name that matches \"%.80s\"; halfstep show "
            "lists the names",
            file, a->name);
    if (st == HS_OK && output != NULL)
        st = hs_tensors_save(output, m.items.items, m.items.len, &a->err);
    if (st == HS_OK && m.others > 0 && !a->json)
        fprintf(r->cli->out, "%zu matching tensor%s left out: empty, or no real numbers\n",
                m.others, m.others == 1 ? " was" : "s were");
    HS_VEC_DISPOSE(&m.items);
    return st;
}

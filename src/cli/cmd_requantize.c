/* halfstep requantize FILE: accumulators become codes, in one engine's arithmetic or in several
 * side by side. */
#include "cli/quant_files.h"
#include "cli/quant_output.h"
#include "cli/requantize_args.h"

#include <inttypes.h>
#include <math.h>

#include "base/fmt.h"
#include "io/save.h"
#include "quant/groups.h"

struct result {
    struct hs_tensor q;
    struct hs_saturation saturated;
    size_t differs; /* from the first mode's codes */
};

/* Accumulators as int32; whole numbers in a text file are read as such. */
static enum hs_status accumulators(struct hs_tensor *out, struct hs_quant_args *a,
                                   const struct hs_tensor *t)
{
    size_t n = hs_tensor_count(t);
    char text[HS_FMT_SIZE];

    for (size_t i = 0; t->dtype != HS_INT32 && i < n; i++) {
        double v = hs_tensor_get(t, i);

        if (!isfinite(v) || v != trunc(v))
            return hs_fail(&a->err, HS_EDTYPE,
                           "element %zu is %s, and this is a %s tensor: accumulators are whole "
                           "numbers; quantize turns real numbers into codes",
                           i, hs_fmt_double(text, v), hs_dtype_name(t->dtype));
        if (v < INT32_MIN || v > INT32_MAX)
            return hs_fail(&a->err, HS_ERANGE,
                           "element %zu is %s: the accumulator overflows 32 bits (at most 2^31 - "
                           "1); sum fewer products or use codes of fewer bits",
                           i, hs_fmt_double(text, v));
    }
    return hs_tensor_as(out, &a->arena, t, HS_INT32, &a->err);
}

static enum hs_status requantize(struct result *results, const struct hs_requantize_args *r,
                                 struct hs_quant_args *a, const struct hs_tensor *acc)
{
    enum hs_status st = HS_OK;

    for (size_t m = 0; st == HS_OK && m < r->n; m++) {
        struct result *to = &results[m];

        *to = (struct result){.differs = 0};
        st = hs_requantize_ends(&to->q, &a->arena, acc, &r->mode[m], r->axis, &to->saturated,
                                &a->err);
        for (size_t i = 0; st == HS_OK && i < hs_tensor_count(&to->q); i++)
            to->differs += hs_dtype_load_int(to->q.dtype, hs_tensor_at(&to->q, i)) !=
                           hs_dtype_load_int(results[0].q.dtype, hs_tensor_at(&results[0].q, i));
    }
    return st;
}

/* "acc * 1599594464 * 2^(-9 - 31)": what the mode multiplies with. */
static void print_factor(FILE *out, const struct hs_requantizer *r, size_t i)
{
    char text[HS_FMT_SIZE];

    switch (r->mode) {
    case HS_REQUANTIZE_FLOAT:
        fprintf(out, "M = %s in %s, %s",
                r->float32 ? hs_fmt_float(text, (float)r->multiplier[i])
                           : hs_fmt_double(text, r->multiplier[i]),
                r->float32 ? "float32" : "exact arithmetic", hs_round_name(r->rounding));
        break;
    case HS_REQUANTIZE_GEMMLOWP:
    case HS_REQUANTIZE_SINGLE_ROUNDING:
        fprintf(out, "mantissa %" PRId32 ", shift %d", r->mantissa[i], r->shift[i]);
        break;
    case HS_REQUANTIZE_FIXED16:
        fprintf(out, "%" PRId32 " / 2^%d, %s", r->mantissa[i], r->shift[i],
                hs_round_name(r->rounding));
        break;
    case HS_REQUANTIZE_DYADIC:
        fprintf(out, "%" PRId32 " / 2^%d, floor", r->mantissa[i], r->shift[i]);
        break;
    default:
        fprintf(out, "shift right by %d, %s", r->shift[i],
                r->mode == HS_REQUANTIZE_SHIFT_FLOOR ? "floor" : hs_round_name(r->rounding));
    }
}

static void print_text(FILE *out, const struct hs_requantize_args *r, const struct result *results,
                       bool with_codes)
{
    const struct hs_requantizer *first = &r->mode[0];

    fprintf(out, "%zu accumulators  zero point %" PRId64 "  codes %" PRId64 "..%" PRId64 " of %s\n",
            hs_tensor_count(&results[0].q), first->zero_point, first->qmin, first->qmax,
            hs_dtype_name(first->dtype));
    for (size_t m = 0; m < r->n; m++) {
        const struct hs_requantizer *mode = &r->mode[m];

        fprintf(out, "%s%s: ", m > 0 ? "\n" : "", hs_requantize_name(mode->mode));
        if (mode->n > 1)
            fprintf(out, "%zu factors, one a channel", mode->n);
        else
            print_factor(out, mode, 0);
        for (size_t i = 0; mode->n > 1 && i < mode->n; i++) {
            fprintf(out, "\n  %4zu  ", i);
            print_factor(out, mode, i);
        }
        fprintf(out, "\n%zu saturated below, %zu above", results[m].saturated.low,
                results[m].saturated.high);
        if (m > 0)
            fprintf(out, ", %zu codes differ from %s", results[m].differs,
                    hs_requantize_name(first->mode));
        fputc('\n', out);
        if (with_codes)
            hs_quant_print_elements(out, &results[m].q);
    }
    for (size_t i = 0; i < r->n_left_out; i++)
        fprintf(out, "%sleft out: %s\n", i == 0 ? "\n" : "", r->left_out[i].text);
}

static bool add_factors(struct hs_value *map, struct hs_arena *arena,
                        const struct hs_requantizer *r)
{
    struct hs_value m = hs_value_list(), b = hs_value_list(), s = hs_value_list();
    bool ok = true;

    for (size_t i = 0; ok && i < r->n; i++)
        ok = (r->multiplier == NULL || hs_value_push(&m, arena, hs_value_num(r->multiplier[i]))) &&
             (r->mantissa == NULL || hs_value_push(&b, arena, hs_value_int(r->mantissa[i]))) &&
             (r->shift == NULL || hs_value_push(&s, arena, hs_value_int(r->shift[i])));
    return ok && (r->multiplier == NULL || hs_value_set(map, arena, "multiplier", m)) &&
           (r->mantissa == NULL || hs_value_set(map, arena, "mantissa", b)) &&
           (r->shift == NULL || hs_value_set(map, arena, "shift", s));
}

static enum hs_status print_json(FILE *out, struct hs_quant_args *a, const char *file,
                                 const struct hs_requantize_args *r, const struct result *results)
{
    const struct hs_requantizer *first = &r->mode[0];
    struct hs_value map, modes = hs_value_list();
    enum hs_status st = hs_quant_json_begin(&map, a, "halfstep.requantize/1", file, &results[0].q);
    bool ok = st == HS_OK;

    for (size_t i = 0; ok && i < r->n; i++) {
        struct hs_value v = hs_value_map();
        const char *name = hs_requantize_name(r->mode[i].mode);

        ok = hs_value_set(&v, &a->arena, "requantize", hs_value_string(&a->arena, name)) &&
             hs_value_set(&v, &a->arena, "rounding",
                          hs_value_string(&a->arena, hs_round_name(r->mode[i].rounding))) &&
             add_factors(&v, &a->arena, &r->mode[i]) &&
             hs_value_set(&v, &a->arena, "saturated_low",
                          hs_value_int((int64_t)results[i].saturated.low)) &&
             hs_value_set(&v, &a->arena, "saturated_high",
                          hs_value_int((int64_t)results[i].saturated.high)) &&
             hs_value_set(&v, &a->arena, "differs", hs_value_int((int64_t)results[i].differs)) &&
             hs_value_set(&v, &a->arena, "q", hs_value_tensor(&a->arena, &results[i].q)) &&
             hs_value_push(&modes, &a->arena, v);
    }
    ok = ok &&
         hs_value_set(&map, &a->arena, "dtype",
                      hs_value_string(&a->arena, hs_dtype_name(first->dtype))) &&
         hs_value_set(&map, &a->arena, "zero_point", hs_value_int(first->zero_point)) &&
         hs_value_set(&map, &a->arena, "qmin", hs_value_int(first->qmin)) &&
         hs_value_set(&map, &a->arena, "qmax", hs_value_int(first->qmax)) &&
         hs_value_set(&map, &a->arena, "modes", modes);
    if (!ok)
        return st != HS_OK ? st : hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(out, &map, &a->err);
}

static enum hs_status one(struct hs_quant_run *run, const char *path)
{
    struct hs_quant_args *a = run->args;
    const char *output = hs_quant_output_path(a, path, run->n > 1, "npy");
    struct hs_requantize_args args;
    struct result results[HS_REQUANTIZE_COUNT];
    struct hs_tensor t, acc;
    enum hs_status st;

    if ((st = hs_requantize_args(&args, a)) != HS_OK)
        return st;
    if (output != NULL && args.n > 1)
        return hs_fail(&a->err, HS_EINVAL, "-o writes the codes of one mode, not of %zu", args.n);
    if ((st = hs_quant_run_tensor(run, path, &t)) != HS_OK)
        return st;
    args.axis = hs_axis_of(args.axis, t.ndim);
    hs_quant_run_step(run, "requantizing", path);
    if ((st = accumulators(&acc, a, &t)) != HS_OK ||
        (st = requantize(results, &args, a, &acc)) != HS_OK)
        return hs_quant_run_blame(run, path, st);
    if (output != NULL) {
        struct hs_named_tensor item = {"q", results[0].q};

        if ((st = hs_tensors_save(output, &item, 1, &a->err)) != HS_OK)
            return st;
    }
    hs_quant_run_print(run, path);
    if (a->json)
        return print_json(run->cli->out, a, path, &args, results);
    print_text(run->cli->out, &args, results, output == NULL);
    return HS_OK;
}

int hs_cmd_requantize(struct hs_cli *cli, int argc, char **argv)
{
    return hs_quant_run(cli, argc, argv, one);
}

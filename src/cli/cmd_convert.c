/* halfstep convert MODEL: a quantized model as a program of integers. */
#include <inttypes.h>

#include "base/fmt.h"
#include "cli/nn_convert.h"
#include "cli/nn_work.h"

struct convert_options {
    const char *requantize, *bias_rounding, *output;
};

static const struct hs_opt options[] = {
    {"requantize", 'r', HS_OPT_TEXT, "MODE",
     "how accumulators become codes; default: as the model was quantized for "
     "(float|gemmlowp|single_rounding|fixed16|dyadic|shift_floor|shift_nearest)",
     offsetof(struct convert_options, requantize)},
    {"bias-rounding", 0, HS_OPT_TEXT, "R", "of bias codes (half_even|half_away|floor)",
     offsetof(struct convert_options, bias_rounding)},
    {"output", 'o', HS_OPT_TEXT, "FILE", "the program, .safetensors",
     offsetof(struct convert_options, output)},
    HS_OPT_LINE("  halfstep convert mlp-int8.safetensors -o mlp.program.safetensors"),
    HS_OPT_LINE("  halfstep convert pow2.safetensors --requantize shift_floor -o v.safetensors"),
    HS_OPT_END};

static const char *const kinds[] = {
    [HS_STEP_CONV] = "conv", [HS_STEP_LINEAR] = "linear", [HS_STEP_MAXPOOL] = "maxpool"};

static void print_step(FILE *out, const struct hs_step *s)
{
    char shape[48], scale[HS_FMT_SIZE];

    snprintf(shape, sizeof shape, "%zu x %zu x %zu", s->out.c, s->out.h, s->out.w);
    fprintf(out, "%-10s%-9s%-18s%s", s->name, kinds[s->kind], shape, s->sums ? "sums" : "");
    if (!s->sums)
        fprintf(out, "%s [%d, %d]  scale %s, zero point %d", s->y.is_signed ? "int8" : "uint8",
                s->y.lo, s->y.hi, hs_fmt_short(scale, s->y.scale, 5), s->y.zero_point);
    if (s->bias_clamped > 0)
        fprintf(out, "  %zu biases clamped", s->bias_clamped);
    fputc('\n', out);
}

static enum hs_status convert(struct hs_nn_work *w, const struct convert_options *o,
                              const char *name, struct hs_program *made)
{
    struct hs_network *n = &w->network;
    const struct hs_program *p = made;
    enum hs_status st;

    if ((st = hs_nn_check_output(o->output, &w->err)) != HS_OK ||
        (st = hs_nn_load(w, name)) != HS_OK)
        return st;
    if (n->is_program && o->requantize != NULL)
        return hs_fail(&w->err, HS_EINVAL,
                       "%s is an integer program already, with its own arithmetic", name);
    if (n->is_program || (n->has_arithmetic && o->requantize == NULL)) {
        p = &n->program; /* another program's: kept as it is */
    } else if (!hs_model_is_prepared(&n->model)) {
        return hs_fail(&w->err, HS_EINVAL,
                       "%s is a float model: halfstep calibrate or qat quantizes it first", name);
    } else {
        st = hs_nn_convert(made, &n->model, o->requantize, o->bias_rounding, &w->err);
        if (st != HS_OK) {
            hs_error_prefix(&w->err, "%s", name);
            return st;
        }
    }
    if ((st = hs_program_save(o->output, p, &w->err)) != HS_OK)
        return st;
    for (size_t i = 0; i < p->n; i++)
        print_step(w->cli->out, &p->step[i]);
    fprintf(w->cli->out, "%s: %s, %zu steps, requantize %s\n", o->output, p->arch, p->n,
            hs_nn_requantize_name(p) != NULL ? hs_nn_requantize_name(p) : "none");
    return HS_OK;
}

int hs_cmd_convert(struct hs_cli *cli, int argc, char **argv)
{
    struct convert_options o = {.output = NULL};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct hs_program made = HS_PROGRAM_INIT;
    struct hs_operands operands;
    enum hs_status st;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    if (o.output == NULL)
        return hs_cli_usage(cli, "convert", "where should the program go? Add -o NAME.safetensors");
    st = convert(&w, &o, operands.items[0], &made);
    hs_program_dispose(&made);
    return hs_nn_work_end(&w, st);
}

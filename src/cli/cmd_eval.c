/* halfstep eval MODEL: how many pictures of a split are answered rightly, in float, by the
 * simulated quantized forward, or in integers. */
#include <string.h>

#include "cli/eval_show.h"
#include "cli/nn_convert.h"
#include "cli/nn_work.h"
#include "cli/quant_args.h"

struct eval_options {
    const char *data, *mode, *requantize, *bias_rounding;
    int64_t images, threads;
    bool layers, sensitivity, json;
};

static const struct hs_opt options[] = {
    {"data", 'd', HS_OPT_TEXT, "NAME/SPLIT",
     "what to answer (default: NAME/test of the model's set), or IMAGES.idx,LABELS.idx",
     offsetof(struct eval_options, data)},
    {"mode", 'm', HS_OPT_TEXT, "WORD",
     "how to run it; default: as the file is (float|fake_quantized|integer)",
     offsetof(struct eval_options, mode)},
    {"requantize", 'r', HS_OPT_TEXT, "MODE",
     "integer: how accumulators become codes "
     "(float|gemmlowp|single_rounding|fixed16|dyadic|shift_floor|shift_nearest)",
     offsetof(struct eval_options, requantize)},
    {"bias-rounding", 0, HS_OPT_TEXT, "R", "integer: of bias codes (half_even|floor)",
     offsetof(struct eval_options, bias_rounding)},
    {"images", 'n', HS_OPT_INT, "N", "only the first N pictures",
     offsetof(struct eval_options, images)},
    {"layers", 'l', HS_OPT_FLAG, NULL,
     "each layer: SQNR, saturation, distance of the integer program from the simulation",
     offsetof(struct eval_options, layers)},
    {"sensitivity", 's', HS_OPT_FLAG, NULL,
     "accuracy with each layer quantized alone, and with all but it",
     offsetof(struct eval_options, sensitivity)},
    {"threads", 't', HS_OPT_INT, "N", "threads (one a processor)",
     offsetof(struct eval_options, threads)},
    {"json", 'j', HS_OPT_FLAG, NULL, "print JSON", offsetof(struct eval_options, json)},
    HS_OPT_LINE("MODEL is a file that halfstep wrote, a file of the labs (.npy, .pt, .pth), or"),
    HS_OPT_LINE("the name of a model that ships."),
    HS_OPT_LINE("  halfstep eval mlp.safetensors --data mnist/test"),
    HS_OPT_LINE("  halfstep eval quantized.safetensors --mode integer --requantize gemmlowp"),
    HS_OPT_END};

enum mode { FLOAT, FAKE_QUANTIZED, INTEGER, MODES };
static const char *const mode_names[MODES] = {"float", "fake_quantized", "integer"};

struct eval {
    struct hs_nn_work *w;
    const struct eval_options *o;
    const char *model;
    enum mode mode;
    struct hs_model float_model;      /* of mode float, and for --layers */
    struct hs_program program;        /* converted here */
    const struct hs_program *integer; /* that, or the one that was read; NULL: none */
    struct hs_eval_result r;
};

static enum hs_status choose_mode(struct eval *e)
{
    const struct hs_network *n = &e->w->network;
    bool prepared = !n->is_program && hs_model_is_prepared(&n->model);
    int mode = n->is_program ? INTEGER : prepared ? FAKE_QUANTIZED : FLOAT;

    if (e->o->mode != NULL) {
        mode = 0;
        while (mode < MODES && strcmp(mode_names[mode], e->o->mode) != 0)
            mode++;
    }
    if (mode == MODES)
        return hs_fail(&e->w->err, HS_EINVAL,
                       "--mode is float, fake_quantized or integer, not \"%s\"", e->o->mode);
    if (n->is_program && mode != INTEGER)
        return hs_fail(&e->w->err, HS_EINVAL,
                       "%s is an integer program: there is no float in it; --mode integer",
                       e->model);
    if (!n->is_program && !prepared && mode != FLOAT)
        return hs_fail(&e->w->err, HS_EINVAL,
                       "%s is a float model without quantizers: halfstep calibrate or qat gives it "
                       "some",
                       e->model);
    if ((e->o->layers || e->o->sensitivity) && !prepared)
        return hs_fail(&e->w->err, HS_EINVAL,
                       "--layers and --sensitivity compare a quantized model with itself in float; "
                       "%s is %s",
                       e->model, n->is_program ? "an integer program" : "float only");
    e->mode = (enum mode)mode;
    return HS_OK;
}

/* The integer program, where one is asked for or stands in the file. */
static enum hs_status find_program(struct eval *e)
{
    struct hs_network *n = &e->w->network;
    enum hs_status st;

    if (n->is_program || n->has_arithmetic)
        e->integer = &n->program;
    if (e->integer != NULL && e->o->requantize != NULL)
        return hs_fail(&e->w->err, HS_EINVAL,
                       "%s has its own arithmetic; --requantize is for models that are converted",
                       e->model);
    if (e->integer != NULL || (e->mode != INTEGER && !e->o->layers))
        return HS_OK;
    st = hs_nn_convert(&e->program, &n->model, e->o->requantize, e->o->bias_rounding, &e->w->err);
    if (st == HS_OK)
        e->integer = &e->program;
    return st;
}

static enum hs_status run_one(struct eval *e, enum mode mode, struct hs_evaluation *out)
{
    struct hs_nn_work *w = e->w;
    enum hs_status st = HS_OK;

    hs_nn_progress_begin(w, mode_names[mode], w->split.images.shape[0]);
    if (mode == INTEGER)
        st = hs_evaluate_program(out, &w->arena, e->integer, &w->split, w->pool, hs_nn_progress, w,
                                 &w->err);
    else
        st = hs_evaluate_model(out, &w->arena, mode == FLOAT ? &e->float_model : &w->network.model,
                               &w->split, w->pool, hs_nn_progress, w, &w->err);
    hs_nn_progress_end(w);
    if (st != HS_OK && st != HS_EINTERRUPTED)
        hs_error_prefix(&w->err, "%s with %s", e->model, w->data);
    return st;
}

/* A quantized model and its integers are told apart picture by picture. */
static enum hs_status run_both(struct eval *e)
{
    bool is_model = !e->w->network.is_program;
    enum mode other = e->mode == INTEGER ? FAKE_QUANTIZED : INTEGER;
    enum hs_status st = run_one(e, e->mode, &e->r.e);

    if (e->mode == INTEGER)
        e->r.requantize = hs_nn_requantize_name(e->integer);
    if (st != HS_OK || !is_model || e->mode == FLOAT || e->integer == NULL)
        return st;
    e->r.other_mode = mode_names[other];
    if (other == INTEGER)
        e->r.other_requantize = hs_nn_requantize_name(e->integer);
    return run_one(e, other, &e->r.other);
}

static enum hs_status look_closer(struct eval *e)
{
    struct hs_nn_work *w = e->w;
    struct hs_model *m = &w->network.model;
    size_t n = w->split.images.shape[0];
    enum hs_status st = HS_OK;

    if (e->o->layers)
        st = hs_report_layers(&e->r.layers, &e->r.n_layers, &w->arena, &e->float_model, m,
                              e->integer, &w->split, n < 1000 ? n : 1000, w->pool, &w->err);
    if (st != HS_OK || !e->o->sensitivity)
        return st;
    hs_nn_progress_begin(w, "sensitivity", 0);
    st = hs_sensitivity_sweep(&e->r.sensitivity, &e->r.n_sensitivity, &w->arena, m, &w->split, n,
                              w->pool, hs_nn_progress, w, &w->err);
    hs_nn_progress_end(w);
    return st;
}

static enum hs_status load(struct eval *e)
{
    struct hs_nn_work *w = e->w;
    struct hs_network *n = &w->network;
    enum hs_status st;

    if ((st = hs_nn_threads(w, e->o->threads)) != HS_OK ||
        (st = hs_nn_load(w, e->model)) != HS_OK || (st = choose_mode(e)) != HS_OK ||
        (st = hs_nn_data(w, e->o->data, n->is_program ? n->program.data : n->model.data, "test",
                         n->is_program ? n->program.classes : n->model.classes, e->o->images)) !=
            HS_OK ||
        (st = find_program(e)) != HS_OK)
        return st;
    return n->is_program ? HS_OK : hs_model_without_quantizers(&e->float_model, &n->model, &w->err);
}

static enum hs_status eval(struct eval *e)
{
    struct hs_nn_work *w = e->w;
    struct hs_value json;
    enum hs_status st;

    if ((st = load(e)) != HS_OK || (st = run_both(e)) != HS_OK || (st = look_closer(e)) != HS_OK)
        return st;
    e->r.model = e->model;
    e->r.remark = w->network.remark;
    e->r.data = w->data;
    e->r.mode = mode_names[e->mode];
    if (!e->o->json) {
        hs_eval_print_text(w->cli->out, &e->r);
        return HS_OK;
    }
    st = hs_eval_to_value(&json, &w->arena, &e->r, &w->err);
    return st == HS_OK ? hs_quant_args_print_json(w->cli->out, &json, &w->err) : st;
}

int hs_cmd_eval(struct hs_cli *cli, int argc, char **argv)
{
    struct eval_options o = {.images = 0};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct eval e = {.w = &w, .o = &o};
    struct hs_operands operands;
    enum hs_status st;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    e.model = operands.items[0];
    st = eval(&e);
    hs_model_dispose(&e.float_model);
    hs_program_dispose(&e.program);
    return hs_nn_work_end(&w, st);
}

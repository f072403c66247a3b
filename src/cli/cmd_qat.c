/* halfstep qat MODEL: quantization-aware training. A float model is calibrated first; a quantized
 * one goes on as it is. The float masters are what learns. */
#include <string.h>

#include "cli/nn_quantize.h"
#include "cli/train_loop.h"

struct qat_options {
    struct hs_train_args train;
    struct hs_nn_quantize q;
    int64_t freeze_after;
};

#define AT(field) offsetof(struct qat_options, field)

static const struct hs_opt options[] = {
    {"method", 'm', HS_OPT_TEXT, "WORD",
     "how tensors are quantized while learning; ste unless given (ste|lsq|pact|dorefa|wrpn)",
     AT(q.method)},
    HS_NN_QUANTIZE_ROWS(AT(q)),
    {"calibrate", 0, HS_OPT_INT, "N", "pictures that set the first ranges (1000)",
     AT(q.calibration)},
    {"freeze-after", 0, HS_OPT_INT, "N", "epochs after which ranges stand still (never)",
     AT(freeze_after)},
    HS_TRAIN_ROWS(AT(train)),
    HS_OPT_LINE("  halfstep qat mlp.safetensors --bits 4/4 --lr 0.01 -o mlp-4.safetensors"),
    HS_OPT_LINE("  halfstep qat m.safetensors -m lsq --bits 2/2 --epochs 20 -o q.safetensors"),
    HS_OPT_LINE("Without --lr it is a tenth of that: sgd 0.01, adam 0.0001."),
    HS_OPT_LINE("Ctrl-C keeps what was learned; the same command with --resume goes on."),
    HS_OPT_END};

static enum hs_status check(struct hs_nn_work *w, const struct qat_options *o, const char *name)
{
    if (w->network.is_program)
        return hs_fail(&w->err, HS_EINVAL,
                       "%s holds an integer program, which cannot learn; train the model that it "
                       "was made from",
                       name);
    if (hs_model_is_prepared(&w->network.model) &&
        (o->q.method != NULL || o->q.bits != NULL || o->q.observer != NULL))
        return hs_fail(&w->err, HS_EINVAL,
                       "%s is quantized already, so --method, --bits and --observer have no say; "
                       "leave them out, or begin with its float model",
                       name);
    if (o->freeze_after < 0)
        return hs_fail(&w->err, HS_EINVAL, "--freeze-after wants 1 or more epochs");
    return HS_OK;
}

/* The model that learns: w->network's, calibrated where it was float. */
static enum hs_status quantize(struct hs_nn_work *w, struct qat_options *o)
{
    struct hs_model made = HS_MODEL_INIT;
    enum hs_status st;

    if (hs_model_is_prepared(&w->network.model))
        return HS_OK;
    st = hs_nn_quantize(&made, w, &w->network.model, &o->q);
    if (st == HS_OK) /* a copy: quantizers point into the model that they were made for */
        hs_model_dispose(&w->network.model);
    if (st == HS_OK)
        st = hs_model_copy(&w->network.model, &made, &w->err);
    hs_model_dispose(&made);
    return st;
}

static enum hs_status qat(struct hs_nn_work *w, struct qat_options *o, const char *name)
{
    struct hs_model *m = &w->network.model;
    struct hs_train_options t;
    enum hs_status st;

    if (o->train.lr == 0) /* a tenth of what float training begins with */
        o->train.lr = strcmp(o->train.optimizer, "adam") == 0 ? 1e-4 : 0.01;
    if ((st = hs_train_args_options(&t, &o->train, &w->err)) != HS_OK ||
        (st = hs_nn_check_output(o->train.output, &w->err)) != HS_OK ||
        (st = hs_nn_threads(w, o->train.threads)) != HS_OK || (st = hs_nn_load(w, name)) != HS_OK ||
        (st = check(w, o, name)) != HS_OK ||
        (st = hs_nn_data(w, o->train.data, m->data, "train", m->classes, o->train.images)) !=
            HS_OK ||
        (st = quantize(w, o)) != HS_OK)
        return st;
    t.freeze_after = (size_t)o->freeze_after;
    hs_model_observe(m, true);
    return hs_train_loop(w, m, &o->train, &t, "qat");
}

int hs_cmd_qat(struct hs_cli *cli, int argc, char **argv)
{
    struct qat_options o = {.train = HS_TRAIN_ARGS_INIT, .q = HS_NN_QUANTIZE_INIT};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    if (o.train.output == NULL)
        return hs_cli_usage(cli, "qat", "where should the model go? Add -o NAME.safetensors");
    return hs_nn_work_end(&w, qat(&w, &o, operands.items[0]));
}

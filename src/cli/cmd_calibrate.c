/* halfstep calibrate MODEL: post-training quantization. BatchNorm is folded, quantizers are put in
 * place, and pictures of the training split set their ranges. */
#include "cli/nn_quantize.h"
#include "cli/quant_args.h"

struct calibrate_options {
    struct hs_nn_quantize q;
    const char *data, *output;
    int64_t threads;
    bool float16, json;
};

#define AT(field) offsetof(struct calibrate_options, field)

static const struct hs_opt options[] = {
    HS_NN_QUANTIZE_ROWS(AT(q)),
    {"data", 'd', HS_OPT_TEXT, "NAME/SPLIT",
     "pictures to look at (default: NAME/train of the model's set), or IMAGES.idx,LABELS.idx",
     AT(data)},
    {"images", 'n', HS_OPT_INT, "N", "how many of them (1000)", AT(q.calibration)},
    {"equalize", 0, HS_OPT_FLAG, NULL, "first even out the channels of neighbouring layers",
     AT(q.equalize)},
    {"bias-correct", 0, HS_OPT_FLAG, NULL, "last take the mean error out of the biases",
     AT(q.bias_correction)},
    {"threads", 't', HS_OPT_INT, "N", "threads (one a processor)", AT(threads)},
    {"output", 'o', HS_OPT_TEXT, "FILE", "the quantized model, .safetensors", AT(output)},
    {"float16", 0, HS_OPT_FLAG, NULL, "store parameters in half the bytes", AT(float16)},
    {"json", 'j', HS_OPT_FLAG, NULL, "print JSON", AT(json)},
    HS_OPT_LINE("  halfstep calibrate mlp.safetensors -o mlp-int8.safetensors"),
    HS_OPT_LINE("  halfstep calibrate vgg8.safetensors --qconfig pow2 -o vgg8-pow2.safetensors"),
    HS_OPT_LINE("  halfstep calibrate m.safetensors --bits 4/8 --observer mse -o q.safetensors"),
    HS_OPT_END};

static enum hs_status print(struct hs_nn_work *w, const struct calibrate_options *o,
                            const struct hs_model *m)
{
    struct hs_arena *arena = &w->arena;
    struct hs_value map = hs_value_map(), list;
    enum hs_status st;

    if (!o->json) {
        hs_nn_print_quantizers(w->cli->out, m);
        fprintf(w->cli->out, "%s: %s, quantized\n", o->output, m->arch);
        return HS_OK;
    }
    if ((st = hs_nn_quantizers_value(&list, arena, m, &w->err)) != HS_OK)
        return st;
    if (!hs_value_set(&map, arena, "schema", hs_value_string(arena, "halfstep.calibrate/1")) ||
        !hs_value_set(&map, arena, "model", hs_value_string(arena, o->output)) ||
        !hs_value_set(&map, arena, "arch", hs_value_string(arena, m->arch)) ||
        !hs_value_set(&map, arena, "quantization", *hs_value_get(&m->about, "quantization")) ||
        !hs_value_set(&map, arena, "quantizers", list))
        return hs_fail(&w->err, HS_ENOMEM, "out of memory");
    return hs_quant_args_print_json(w->cli->out, &map, &w->err);
}

static enum hs_status calibrate(struct hs_nn_work *w, struct calibrate_options *o, const char *name)
{
    const struct hs_model *m = &w->network.model;
    struct hs_model made = HS_MODEL_INIT;
    enum hs_status st;

    if ((st = hs_nn_check_output(o->output, &w->err)) != HS_OK ||
        (st = hs_nn_threads(w, o->threads)) != HS_OK || (st = hs_nn_load(w, name)) != HS_OK)
        return st;
    if (w->network.is_program || hs_model_is_prepared(m))
        return hs_fail(&w->err, HS_EINVAL, "%s is quantized already; begin with its float model",
                       name);
    if ((st = hs_nn_data(w, o->data, m->data, "train", m->classes, 0)) != HS_OK)
        return st;
    st = hs_nn_quantize(&made, w, m, &o->q);
    if (st != HS_OK)
        hs_error_prefix(&w->err, "%s with %s", name, w->data);
    if (st == HS_OK)
        st = hs_model_save(o->output, &made, o->float16, &w->err);
    if (st == HS_OK)
        st = print(w, o, &made);
    hs_model_dispose(&made);
    return st;
}

int hs_cmd_calibrate(struct hs_cli *cli, int argc, char **argv)
{
    struct calibrate_options o = {.q = HS_NN_QUANTIZE_INIT};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    if (o.output == NULL)
        return hs_cli_usage(cli, "calibrate", "where should the model go? Add -o NAME.safetensors");
    return hs_nn_work_end(&w, calibrate(&w, &o, operands.items[0]));
}

/* halfstep train NET|FILE: a network of the zoo from its first weights, or a model of ours on from
 * where it is, in float. */
#include <string.h>

#include "base/path.h"
#include "cli/train_loop.h"
#include "nn/zoo.h"

struct command {
    struct hs_train_args train;
};

static const struct hs_opt options[] = {
    HS_TRAIN_ROWS(offsetof(struct command, train)),
    HS_OPT_LINE("Networks: mlp, lab-cnn, lab-cnn-no-bias, berkeley-cnn, vgg8."),
    HS_OPT_LINE("  halfstep train mlp --epochs 20 --lr 0.1 --schedule cosine -o mlp.safetensors"),
    HS_OPT_LINE("  halfstep train vgg8 --augment crop,flip --checkpoint v.ckpt -o v.safetensors"),
    HS_OPT_LINE("Ctrl-C keeps what was learned; the same command with --resume goes on."),
    HS_OPT_END};

/* A network of the zoo by name, unless there is a file of that name. */
static enum hs_status load(struct hs_nn_work *w, const char *name, int64_t seed)
{
    size_t n;
    const struct hs_zoo_entry *const *zoo = hs_zoo(&n);

    for (size_t i = 0; i < n && !hs_path_exists(name); i++)
        if (strcmp(zoo[i]->id, name) == 0)
            return hs_zoo_make(&w->network.model, name, (uint64_t)seed, &w->err);
    if (!hs_path_exists(name) && strpbrk(name, "./") == NULL) /* a name: the zoo lists its own */
        return hs_zoo_make(&w->network.model, name, (uint64_t)seed, &w->err);
    return hs_nn_load(w, name);
}

static enum hs_status check(struct hs_nn_work *w, const char *name)
{
    if (w->network.is_program)
        return hs_fail(&w->err, HS_EINVAL,
                       "%s holds an integer program, which cannot learn; train the model that it "
                       "was made from",
                       name);
    if (hs_model_is_prepared(&w->network.model))
        return hs_fail(&w->err, HS_EINVAL, "%s is quantized already: halfstep qat trains it on",
                       name);
    return HS_OK;
}

/* What it was trained on last is what it is for. */
static enum hs_status name_data(struct hs_nn_work *w, struct hs_model *m)
{
    size_t n = strcspn(w->data, "/");

    if (strchr(w->data, ',') != NULL)
        return HS_OK;
    m->data = hs_arena_strndup(&m->arena, w->data, n);
    return m->data != NULL ? HS_OK : hs_fail(&w->err, HS_ENOMEM, "out of memory");
}

static enum hs_status train(struct hs_nn_work *w, const struct command *c, const char *name)
{
    struct hs_model *m = &w->network.model;
    struct hs_train_options o;
    enum hs_status st;

    if ((st = hs_train_args_options(&o, &c->train, &w->err)) != HS_OK ||
        (st = hs_nn_check_output(c->train.output, &w->err)) != HS_OK ||
        (st = hs_nn_threads(w, c->train.threads)) != HS_OK ||
        (st = load(w, name, c->train.seed)) != HS_OK || (st = check(w, name)) != HS_OK ||
        (st = hs_nn_data(w, c->train.data, m->data, "train", m->classes, c->train.images)) !=
            HS_OK ||
        (st = name_data(w, m)) != HS_OK)
        return st;
    return hs_train_loop(w, m, &c->train, &o, "training");
}

int hs_cmd_train(struct hs_cli *cli, int argc, char **argv)
{
    struct command c = {.train = HS_TRAIN_ARGS_INIT};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, options, &c, &operands, 1, 1, argc, argv, &code))
        return code;
    if (c.train.output == NULL)
        return hs_cli_usage(cli, "train", "where should the model go? Add -o NAME.safetensors");
    return hs_nn_work_end(&w, train(&w, &c, operands.items[0]));
}

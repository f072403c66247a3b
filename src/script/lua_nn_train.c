/* nn.train, nn.calibrate and nn.qat: where the script may train (halfstep run, lessons). Every step
 * is counted against the script's instructions, and its clock is looked at. */
#include <string.h>

#include "nn/prepare.h"
#include "nn/train.h"
#include "script/lua_args.h"
#include "script/lua_nn.h"
#include "script/state.h"

#define TRAIN_NAMES                                                                              \
    "data", "images", "epochs", "batch", "seed", "optimizer", "lr", "momentum", "nesterov",      \
        "weight_decay", "schedule", "gamma", "step_every", "warm_up", "label_smoothing", "crop", \
        "flip"
#define QUANTIZE_NAMES \
    "qconfig", "bits", "all", "observer", "equalize", "bias_correction", "calibration"

static void may_train(lua_State *L)
{
    if (!hs_script_of(L)->config.may_train)
        luaL_error(L, "networks do not learn here: halfstep run and lessons train them");
}

/* ---- options ---- */

static size_t whole(lua_State *L, const struct hs_value *v, const char *key, size_t otherwise,
                    int64_t least)
{
    int64_t n = hs_value_integer(v, key, (int64_t)otherwise);

    if (n < least || n > INT32_MAX)
        luaL_error(L, "%s is a whole number from %d", key, (int)least);
    return (size_t)n;
}

static struct hs_train_options train_options(lua_State *L, const struct hs_value *v)
{
    struct hs_train_options o = hs_train_options_default();
    int optimizer = hs_optimizer_find(hs_value_text(v, "optimizer", "sgd")),
        schedule = hs_schedule_find(hs_value_text(v, "schedule", "constant"));

    if (optimizer < 0)
        luaL_error(L, "optimizer is sgd or adam");
    if (schedule < 0)
        luaL_error(L, "schedule is constant, step, exponential, cosine or one_cycle");
    o.optimizer = (enum hs_optimizer)optimizer;
    o.schedule = (enum hs_schedule)schedule;
    o.epochs = whole(L, v, "epochs", o.epochs, 1);
    o.batch = whole(L, v, "batch", o.batch, 1);
    o.seed = whole(L, v, "seed", 1, 0);
    o.step_every = whole(L, v, "step_every", o.step_every, 1);
    o.crop = whole(L, v, "crop", 0, 0);
    o.freeze_after = whole(L, v, "freeze_after", 0, 0);
    o.flip = hs_value_flag(v, "flip", false);
    o.nesterov = hs_value_flag(v, "nesterov", false);
    o.lr = hs_value_number(v, "lr", 0);
    o.momentum = hs_value_number(v, "momentum", o.momentum);
    o.weight_decay = hs_value_number(v, "weight_decay", 0);
    o.gamma = hs_value_number(v, "gamma", o.gamma);
    o.warm_up = hs_value_number(v, "warm_up", o.warm_up);
    o.label_smoothing = hs_value_number(v, "label_smoothing", 0);
    return o;
}

/* Elements 1 and 2 of a list, or the thing itself as the first. */
static const struct hs_value *one_of_two(const struct hs_value *v, size_t i)
{
    if (v != NULL && v->kind == HS_LIST)
        return hs_value_at(v, i);
    return i == 0 ? v : NULL;
}

static int bits_of(lua_State *L, const struct hs_value *v, size_t i)
{
    const struct hs_value *b = one_of_two(hs_value_get(v, "bits"), i);
    double n = 0;

    if (b != NULL && (!hs_value_to_number(b, &n) || !(n >= 0 && n <= 99)))
        luaL_error(L, "bits is a number, or {of weights, of activations}");
    return (int)n;
}

static const char *observer_of(const struct hs_value *v, size_t i)
{
    const struct hs_value *o = one_of_two(hs_value_get(v, "observer"), i);

    return o != NULL && o->kind == HS_STRING ? o->as.string.text : NULL;
}

static struct hs_qconfig quantize_options(lua_State *L, const struct hs_value *v)
{
    const char *method = hs_value_text(v, "method", "ste");
    int found = hs_qat_method_find(method);
    struct hs_qconfig q;
    struct hs_error err = HS_ERROR_INIT;

    if (found < 0)
        luaL_error(L, "method is ste, lsq, pact, dorefa or wrpn, not \"%s\"", method);
    if (hs_qconfig_find(&q, hs_value_text(v, "qconfig", "int8"), &err) != HS_OK ||
        hs_qconfig_bits(&q, bits_of(L, v, 0), bits_of(L, v, 1), hs_value_flag(v, "all", false),
                        &err) != HS_OK ||
        hs_qconfig_observer(&q, observer_of(v, 0), observer_of(v, 1), &err) != HS_OK)
        hs_script_raise(L, &err);
    hs_qconfig_method(&q, (enum hs_qat_method)found);
    return q;
}

/* ---- training ---- */

static int free_trainer(lua_State *L)
{
    struct hs_trainer **t = lua_touserdata(L, 1);

    hs_trainer_free(*t);
    *t = NULL;
    return 0;
}

/* A trainer that ends with the C function, by a return or an error. */
static struct hs_trainer **new_trainer(lua_State *L)
{
    struct hs_trainer **t = lua_newuserdatauv(L, sizeof *t, 0);

    *t = NULL;
    if (luaL_newmetatable(L, "halfstep.trainer")) {
        lua_pushcfunction(L, free_trainer);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, free_trainer);
        lua_setfield(L, -2, "__close");
    }
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
    return t;
}

static void set_number(lua_State *L, const char *key, double v)
{
    lua_pushnumber(L, v);
    lua_setfield(L, -2, key);
}

static void push_epoch(lua_State *L, size_t number, const struct hs_train_epoch *e)
{
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, (lua_Integer)number);
    lua_setfield(L, -2, "epoch");
    set_number(L, "loss", e->loss);
    set_number(L, "accuracy", e->accuracy);
    set_number(L, "lr", e->lr);
}

/* The callback, if there is one; false from it ends the training. */
static bool tell(lua_State *L, int callback, const struct hs_trainer *t)
{
    size_t n;
    const struct hs_train_epoch *e = hs_trainer_epochs(t, &n);
    bool go_on = true;

    if (lua_isnil(L, callback))
        return true;
    lua_pushvalue(L, callback);
    push_epoch(L, n, &e[n - 1]);
    lua_call(L, 1, 1);
    go_on = lua_isnil(L, -1) || lua_toboolean(L, -1);
    lua_pop(L, 1);
    return go_on;
}

static void push_epochs(lua_State *L, const struct hs_trainer *t)
{
    size_t n;
    const struct hs_train_epoch *e = hs_trainer_epochs(t, &n);

    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        push_epoch(L, i + 1, &e[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* Trains and pushes the list of epochs. */
static void learn(lua_State *L, struct hs_network *net, const struct hs_dataset_split *split,
                  const struct hs_train_options *o, int callback)
{
    struct hs_trainer **t = new_trainer(L);
    double products = hs_lua_network_products(net) * (double)o->batch;
    struct hs_error err = HS_ERROR_INIT;
    bool go_on = true;

    hs_lua_network_check_memory(L, net, o->batch, true);
    if (hs_trainer_new(t, &net->model, split, o, NULL, &err) != HS_OK)
        hs_script_raise(L, &err);
    while (go_on && !hs_trainer_done(*t)) {
        hs_lua_nn_spend(L, 3 * products); /* forward, gradient of the weights, of the input */
        hs_lua_nn_check_time(L);
        if (hs_trainer_step(*t, &err) != HS_OK)
            hs_script_raise(L, &err);
        if (hs_trainer_progress(*t)->epoch_ended)
            go_on = tell(L, callback, *t);
    }
    hs_model_freeze(&net->model);
    push_epochs(L, *t);
}

/*** nn.train(net[, {data = "mnist/small-train", images, epochs = 5, batch = 100, seed = 1,
 * optimizer = "sgd"|"adam", lr, momentum, nesterov, weight_decay, schedule, gamma, step_every,
 * warm_up, label_smoothing, crop, flip}][, callback]) → list of {epoch, loss, accuracy, lr}. The
 * network learns in place. callback hears each of them when it ends; false from it stops. data may
 * be {images = tensor, labels = tensor or list}. Here and below: under halfstep run and in lessons,
 * within their limits. */
int hs_lua_nn_train(lua_State *L)
{
    static const char *const names[] = {TRAIN_NAMES, "freeze_after", NULL};
    struct hs_dataset_split split;
    struct hs_train_options o;
    struct hs_arena *arena;
    struct hs_value v;

    may_train(L);
    hs_lua_check_model(L, 1);
    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_nn_names(L, &v, names);
    o = train_options(L, &v);
    hs_lua_nn_data(L, &split, arena, &v, &hs_lua_check_network(L, 1)->n, "train");
    learn(L, &hs_lua_check_network(L, 1)->n, &split, &o, 3);
    return 1;
}

/* ---- quantizing ---- */

/* A quantized, calibrated copy of the model at index 1, pushed. */
static struct hs_lua_network *quantize(lua_State *L, const struct hs_value *v,
                                       const struct hs_dataset_split *split)
{
    struct hs_network *from = &hs_lua_check_network(L, 1)->n;
    struct hs_qconfig q = quantize_options(L, v);
    size_t n = whole(L, v, "calibration", 1000, 1);
    struct hs_lua_network *folded = hs_lua_new_network(L), *u = hs_lua_new_network(L);
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st;

    n = n < split->labels.shape[0] ? n : split->labels.shape[0];
    hs_lua_network_check_memory(L, from, n, false);
    hs_lua_nn_spend(L, hs_lua_network_products(from) * (double)n);
    st = hs_model_fold(&folded->n.model, &from->model, &err);
    if (st == HS_OK && hs_value_flag(v, "equalize", false))
        st = hs_equalize(&folded->n.model, 20, NULL, &err);
    if (st == HS_OK)
        st = hs_prepare(&u->n.model, &folded->n.model, &q, &err);
    if (st == HS_OK)
        st = hs_calibrate(&u->n.model, split, n, 0, NULL, NULL, NULL, &err);
    if (st == HS_OK && hs_value_flag(v, "bias_correction", false))
        st = hs_bias_correct(&u->n.model, split, n, NULL, &err);
    if (st != HS_OK)
        hs_script_raise(L, &err);
    hs_lua_network_done(L, u);
    hs_lua_nn_check_time(L);
    return u;
}

/*** nn.calibrate(net[, {data, images, calibration = 1000, qconfig = "int8", bits = {w, a}, all,
 * observer = {w, a}, equalize, bias_correction}]) → a quantized copy: BatchNorm folded, ranges from
 * `calibration` training pictures. bits and observer may be one, of weights. */
int hs_lua_nn_calibrate(lua_State *L)
{
    static const char *const names[] = {"data", "images", QUANTIZE_NAMES, NULL};
    struct hs_dataset_split split;
    struct hs_arena *arena;
    struct hs_value v;

    may_train(L);
    hs_lua_check_model(L, 1);
    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_nn_names(L, &v, names);
    hs_lua_nn_data(L, &split, arena, &v, &hs_lua_check_network(L, 1)->n, "train");
    quantize(L, &v, &split);
    return 1;
}

/*** nn.qat(net[, {method = "ste"|"lsq"|"pact"|"dorefa"|"wrpn", freeze_after, … of nn.calibrate and
 * nn.train}][, callback]) → a quantized copy that was trained on, and its list of epochs. lr is
 * 0.01 unless given. */
int hs_lua_nn_qat(lua_State *L)
{
    static const char *const names[] = {TRAIN_NAMES, QUANTIZE_NAMES, "method", "freeze_after",
                                        NULL};
    struct hs_lua_network *u;
    struct hs_dataset_split split;
    struct hs_train_options o;
    struct hs_arena *arena;
    struct hs_value v;
    int at;

    may_train(L);
    hs_lua_check_model(L, 1);
    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_nn_names(L, &v, names);
    o = train_options(L, &v);
    if (o.lr <= 0)
        o.lr = o.optimizer == HS_ADAM ? 1e-4 : 0.01;
    hs_lua_nn_data(L, &split, arena, &v, &hs_lua_check_network(L, 1)->n, "train");
    u = quantize(L, &v, &split);
    at = lua_gettop(L);
    hs_model_observe(&u->n.model, true);
    learn(L, &u->n, &split, &o, 3);
    lua_pushvalue(L, at);
    lua_pushvalue(L, -2);
    return 2;
}

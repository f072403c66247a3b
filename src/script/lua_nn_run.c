/* nn.forward, nn.eval and nn.convert. */
#include <string.h>

#include "nn/evaluate.h"
#include "script/lua_args.h"
#include "script/lua_nn.h"
#include "script/lua_tensor.h"
#include "script/state.h"

enum { MOST_PICTURES = 10000, EVAL_BATCH = 250 };

/* Buffers that end with the C function, by a return or an error. */
static int free_run(lua_State *L)
{
    hs_run_dispose(lua_touserdata(L, 1));
    return 0;
}

static struct hs_run *new_run(lua_State *L)
{
    struct hs_run *r = lua_newuserdatauv(L, sizeof *r, 0);

    *r = HS_RUN_INIT;
    if (luaL_newmetatable(L, "halfstep.run")) {
        lua_pushcfunction(L, free_run);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, free_run);
        lua_setfield(L, -2, "__close");
    }
    lua_setmetatable(L, -2);
    lua_toclose(L, -1);
    return r;
}

static size_t pictures_of(lua_State *L, const struct hs_tensor *t)
{
    size_t n = t->ndim > 0 ? t->shape[0] : 0;

    if (n == 0 || n > MOST_PICTURES)
        luaL_error(L, "%d pictures: 1 to %d are run at once", (int)n, MOST_PICTURES);
    return n;
}

static int forward_model(lua_State *L, struct hs_network *net, struct hs_arena *arena,
                         const struct hs_tensor *x, bool layers)
{
    struct hs_model *m = &net->model;
    size_t n = pictures_of(L, x), shape[2] = {n, m->classes};
    struct hs_run *r = new_run(L);
    struct hs_tensor y;
    struct hs_error err = HS_ERROR_INIT;

    if (hs_input_check(&m->input, x, &err) != HS_OK ||
        hs_run_begin(r, m, NULL, n, false, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_input_fill(r->y[0], &m->input, x, NULL, n);
    hs_run_forward(r, n, 0, m->n, false);
    y = hs_tensor_view(r->y[m->n], HS_FLOAT32, 2, shape);
    hs_lua_push_tensor(L, &y);
    if (!layers)
        return 1;
    lua_newtable(L);
    for (size_t i = 0; i < m->n; i++) {
        if (hs_run_tensor(&y, arena, r, (int)i, &err) != HS_OK)
            return hs_script_raise(L, &err);
        hs_lua_push_tensor(L, &y);
        lua_setfield(L, -2, m->layer[i].name);
    }
    return 2;
}

static int forward_program(lua_State *L, const struct hs_program *p, struct hs_arena *arena,
                           const struct hs_tensor *x, bool layers)
{
    size_t n = pictures_of(L, x), shape[2] = {n, p->classes};
    struct hs_lua_tensor *u = hs_lua_new_tensor(L);
    struct hs_tensor *codes = hs_arena_alloc(arena, p->n + 1, sizeof *codes);
    struct hs_error err = HS_ERROR_INIT;

    if (codes == NULL)
        return luaL_error(L, "not enough memory");
    if (hs_tensor_new(&u->t, &u->arena, HS_FLOAT32, 2, shape, &err) != HS_OK ||
        hs_program_run(u->t.data, p, x, NULL, n, 0, NULL, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    if (!layers)
        return 1;
    if (hs_program_trace(codes, arena, p, x, NULL, n, HS_PROGRAM_KERNELS, &err) != HS_OK)
        return hs_script_raise(L, &err);
    lua_newtable(L);
    for (size_t i = 0; i < p->n; i++) {
        hs_lua_push_tensor(L, &codes[i + 1]);
        lua_setfield(L, -2, p->step[i].name);
    }
    return 2;
}

/*** nn.forward(net, x[, {layers = true}]) → logits [n, classes][, outputs by name of the layer]. x
 * is pictures as they are stored, uint8 or float32 [n, c, h, w] ([n, h, w] for one channel). A
 * program gives int32 codes as outputs. */
int hs_lua_nn_forward(lua_State *L)
{
    static const char *const names[] = {"layers", NULL};
    struct hs_network *net = &hs_lua_check_network(L, 1)->n;
    struct hs_lua_tensor *x = hs_lua_check_tensor(L, 2);
    struct hs_arena *arena;
    struct hs_tensor images = x->t;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value v;
    bool layers;
    size_t n;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 3, arena);
    hs_lua_nn_names(L, &v, names);
    layers = hs_value_flag(&v, "layers", false);
    n = pictures_of(L, &images);
    if (!hs_tensor_is_contiguous(&images) && hs_tensor_copy(&images, arena, &x->t, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_network_check_memory(L, net, n, layers);
    hs_lua_nn_spend(L, hs_lua_network_products(net) * (double)n);
    return net->is_program ? forward_program(L, &net->program, arena, &images, layers)
                           : forward_model(L, net, arena, &images, layers);
}

static bool in_time(void *state, size_t done, size_t total)
{
    (void)done;
    (void)total;
    return hs_lua_nn_in_time(state);
}

static void push_evaluation(lua_State *L, const struct hs_evaluation *e)
{
    lua_createtable(L, 0, 5);
    lua_pushinteger(L, (lua_Integer)e->images);
    lua_setfield(L, -2, "images");
    lua_pushinteger(L, (lua_Integer)e->correct);
    lua_setfield(L, -2, "correct");
    lua_pushnumber(L, (double)e->correct / (double)e->images);
    lua_setfield(L, -2, "accuracy");
    lua_pushnumber(L, e->loss);
    lua_setfield(L, -2, "loss");
    lua_createtable(L, (int)e->classes, 0);
    for (size_t i = 0; i < e->classes; i++) {
        lua_createtable(L, (int)e->classes, 0);
        for (size_t j = 0; j < e->classes; j++) {
            lua_pushinteger(L, (lua_Integer)e->confusion[i * e->classes + j]);
            lua_rawseti(L, -2, (lua_Integer)j + 1);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "confusion");
}

/*** nn.eval(net[, {data = "mnist/small-test", images = n}]) → {images, correct, accuracy, loss,
 * confusion}, and the answers as a uint8 tensor. data may be {images = tensor, labels = tensor or
 * list}; without it, the test split of what the network is for. confusion[label + 1][answer + 1].
 */
int hs_lua_nn_eval(lua_State *L)
{
    static const char *const names[] = {"data", "images", NULL};
    struct hs_network *net = &hs_lua_check_network(L, 1)->n;
    struct hs_dataset_split split;
    struct hs_evaluation e;
    struct hs_arena *arena;
    struct hs_value v;
    struct hs_tensor answers;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st;

    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_nn_names(L, &v, names);
    hs_lua_nn_data(L, &split, arena, &v, net, "test");
    hs_lua_network_check_memory(L, net, EVAL_BATCH, false);
    hs_lua_nn_spend(L, hs_lua_network_products(net) * (double)split.labels.shape[0]);
    st = net->is_program
             ? hs_evaluate_program(&e, arena, &net->program, &split, NULL, in_time, L, &err)
             : hs_evaluate_model(&e, arena, &net->model, &split, NULL, in_time, L, &err);
    hs_lua_nn_check_time(L);
    if (st != HS_OK)
        return hs_script_raise(L, &err);
    push_evaluation(L, &e);
    answers = hs_tensor_view(e.answer, HS_UINT8, 1, &e.images);
    hs_lua_push_tensor(L, &answers);
    return 2;
}

/*** nn.convert(net[, {requantize = "float", bias_rounding = "half_even"}]) → an integer program, of
 * a quantized network. */
int hs_lua_nn_convert(lua_State *L)
{
    static const char *const names[] = {"requantize", "bias_rounding", NULL};
    const struct hs_model *m = hs_lua_check_model(L, 1);
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT, .float32 = true};
    struct hs_lua_network *u;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value v;
    int rounding;

    lua_settop(L, 2);
    v = hs_lua_options(L, 2, hs_lua_scratch(L));
    hs_lua_nn_names(L, &v, names);
    rounding = hs_round_find(hs_value_text(&v, "bias_rounding", "half_even"));
    if (rounding < 0 || rounding == HS_ROUND_STOCHASTIC)
        return luaL_error(L, "bias_rounding is half_even, half_away or floor");
    u = hs_lua_new_network(L);
    u->n.is_program = true;
    if (hs_requantizer_parse(&r, hs_value_text(&v, "requantize", "float"), &err) != HS_OK ||
        hs_convert(&u->n.program, m, &r, (enum hs_round)rounding, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_network_done(L, u);
    return 1;
}

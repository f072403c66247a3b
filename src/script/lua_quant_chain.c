/* quant.chain: the scale chain of the conv-net lab, its functions and its whole network. */
#include <string.h>

#include "quant/chain.h"
#include "quant/numbers.h"
#include "script/lua_args.h"
#include "script/lua_quant_layers.h"
#include "script/lua_tensor.h"
#include "script/state.h"

static const char *const names[] = {"weights", "pixels",          "activations", "bias",
                                    "s_w",     "s_initial_input", "ss",          "x",
                                    "layers",  "compute",         NULL};

struct chain {
    lua_State *L;
    struct hs_arena *arena;
    struct hs_value options;
    struct hs_chain_link *ss;
    size_t n;
    bool f32;
    int result; /* stack index of the table that is returned */
};

static void fail_on(const struct chain *c, enum hs_status st, struct hs_error *err)
{
    if (st != HS_OK)
        hs_script_raise(c->L, err);
}

/* Member `name` of the argument as a tensor (a list of numbers is one, too); false when it is not
 * there. */
static bool member(const struct chain *c, const char *name, struct hs_tensor *out)
{
    bool there = lua_getfield(c->L, 1, name) != LUA_TNIL;

    if (there)
        hs_lua_tensor_from(c->L, -1, out, c->arena, c->f32 ? HS_FLOAT32 : HS_FLOAT64);
    lua_pop(c->L, 1); /* the argument keeps it alive */
    return there;
}

static void put_tensor(const struct chain *c, int table, const char *name,
                       const struct hs_tensor *t)
{
    hs_lua_push_tensor(c->L, t);
    lua_setfield(c->L, table, name);
}

static void put_number(const struct chain *c, int table, const char *name, double v)
{
    lua_pushnumber(c->L, v);
    lua_setfield(c->L, table, name);
}

static void put_count(const struct chain *c, int table, const char *name, size_t n)
{
    lua_pushinteger(c->L, (lua_Integer)n);
    lua_setfield(c->L, table, name);
}

static double wanted_scale(const struct chain *c, const char *name)
{
    double v = hs_value_number(&c->options, name, 0);

    if (!(v > 0))
        luaL_error(c->L, "%s= is wanted, a scale above 0", name);
    return v;
}

/* ss = {{s_w, s_out}, …} of every earlier layer, the first one first. */
static void read_links(struct chain *c)
{
    const struct hs_value *ss = hs_value_get(&c->options, "ss");

    c->n = hs_value_len(ss);
    c->ss = hs_arena_alloc(c->arena, c->n, sizeof *c->ss);
    if (c->ss == NULL)
        luaL_error(c->L, "not enough memory");
    for (size_t i = 0; i < c->n; i++) {
        const struct hs_value *pair = hs_value_at(ss, i);

        if (hs_value_len(pair) != 2 || !hs_value_to_number(hs_value_at(pair, 0), &c->ss[i].s_w) ||
            !hs_value_to_number(hs_value_at(pair, 1), &c->ss[i].s_out) || !(c->ss[i].s_w > 0) ||
            !(c->ss[i].s_out > 0))
            luaL_error(c->L, "ss[%d] is no pair {s_w, s_out} of scales above 0", (int)i + 1);
    }
}

/* max|t| / 127 and the codes. */
static void quantized(const struct chain *c, const char *name, const char *scale, const char *codes)
{
    struct hs_tensor t, q;
    struct hs_error err = HS_ERROR_INIT;
    double s;

    if (!member(c, name, &t))
        return;
    fail_on(c, hs_chain_quantize(&q, &s, c->arena, &t, c->f32, &err), &err);
    put_number(c, c->result, scale, s);
    put_tensor(c, c->result, codes, &q);
}

static void output_scale(const struct chain *c)
{
    struct hs_tensor t;
    struct hs_error err = HS_ERROR_INIT;
    double s;

    if (!member(c, "activations", &t))
        return;
    fail_on(c,
            hs_chain_output_scale(&s, &t, wanted_scale(c, "s_w"),
                                  wanted_scale(c, "s_initial_input"), c->ss, c->n, c->f32, &err),
            &err);
    put_number(c, c->result, "s_out", s);
}

static void bias(const struct chain *c)
{
    struct hs_tensor t, q;
    struct hs_error err = HS_ERROR_INIT;
    double s_w, s_in, s;
    size_t clamped;

    if (!member(c, "bias", &t))
        return;
    s_w = wanted_scale(c, "s_w");
    s_in = wanted_scale(c, "s_initial_input");
    s = c->f32 ? (double)hs_chain_bias_scale_f32(s_w, s_in, c->ss, c->n)
               : hs_chain_bias_scale(s_w, s_in, c->ss, c->n);
    fail_on(c, hs_chain_bias(&q, &clamped, c->arena, &t, s, c->f32, &err), &err);
    put_number(c, c->result, "s_bias", s);
    put_tensor(c, c->result, "b_q", &q);
    put_count(c, c->result, "clamped", clamped);
}

/* Step i of layers: "relu", "pool", or {"conv"|"fc", weights[, bias]} (also weight=, bias=). The
 * tensors stay in the argument; those made from lists, in the arena. */
static void read_step(const struct chain *c, int layers, size_t i, struct hs_chain_step *out)
{
    lua_State *L = c->L;
    const char *name;
    int op, top = lua_gettop(L);

    lua_rawgeti(L, layers, (lua_Integer)i + 1);
    if (lua_istable(L, -1) && lua_rawgeti(L, -1, 1) != LUA_TSTRING)
        luaL_error(L, "layers[%d] begins with no name: conv, fc, relu or pool", (int)i + 1);
    name = lua_tostring(L, -1);
    op = name != NULL ? hs_chain_op_find(name) : -1;
    if (op < 0)
        luaL_error(L, "layers[%d] is \"%s\": conv, fc, relu or pool", (int)i + 1,
                   name != NULL ? name : luaL_typename(L, -1));
    *out = (struct hs_chain_step){.op = (enum hs_chain_op)op};
    for (int k = 0; lua_istable(L, top + 1) && k < 2; k++) {
        struct hs_tensor *t = hs_arena_alloc(c->arena, 1, sizeof *t);

        if (t == NULL)
            luaL_error(L, "not enough memory");
        if (lua_getfield(L, top + 1, k == 0 ? "weight" : "bias") == LUA_TNIL)
            lua_rawgeti(L, top + 1, k + 2);
        if (lua_isnil(L, -1))
            continue;
        hs_lua_tensor_from(L, -1, t, c->arena, c->f32 ? HS_FLOAT32 : HS_FLOAT64);
        *(k == 0 ? &out->w : &out->b) = t;
    }
    lua_settop(L, top);
}

/* {s_w, s_out, s_bias, w_q, a_q[, b_q, clamped]} of one layer. */
static void push_layer(const struct chain *c, const struct hs_chain_layer *l)
{
    int table;

    lua_newtable(c->L);
    table = lua_gettop(c->L);
    put_number(c, table, "s_w", l->s_w);
    put_number(c, table, "s_out", l->s_out);
    put_number(c, table, "s_bias", l->s_b);
    put_tensor(c, table, "w_q", &l->w_q);
    put_tensor(c, table, "a_q", &l->a_q);
    if (!l->has_bias)
        return;
    put_tensor(c, table, "b_q", &l->b_q);
    put_count(c, table, "clamped", l->bias_clamped);
}

/* Outputs of one filter, at most. */
static double positions(const struct hs_tensor *x, enum hs_chain_op op)
{
    double n = x->ndim > 0 ? (double)x->shape[0] : 1;

    return op == HS_CHAIN_CONV && x->ndim == 4 ? n * (double)x->shape[2] * (double)x->shape[3] : n;
}

static void network(const struct chain *c)
{
    lua_State *L = c->L;
    struct hs_chain_network net;
    struct hs_chain_step *steps;
    struct hs_tensor x;
    struct hs_error err = HS_ERROR_INIT;
    size_t n;

    if (lua_getfield(L, 1, "layers") == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    luaL_checktype(L, -1, LUA_TTABLE);
    n = lua_rawlen(L, -1);
    if (!member(c, "x", &x))
        luaL_error(L, "a network wants x=, the inputs that it is calibrated on");
    steps = hs_arena_alloc(c->arena, n, sizeof *steps);
    if (steps == NULL)
        luaL_error(L, "not enough memory");
    for (size_t i = 0; i < n; i++) {
        read_step(c, lua_gettop(L), i, &steps[i]);
        if (steps[i].w != NULL) /* twice: as floats and as codes */
            hs_budget_spend(L,
                            2 * (double)hs_tensor_count(steps[i].w) * positions(&x, steps[i].op));
    }
    fail_on(c, hs_chain_network(&net, c->arena, &x, steps, n, c->f32, &err), &err);
    lua_pop(L, 1);
    put_number(c, c->result, "s_initial_input", net.s_in);
    put_number(c, c->result, "real_scale", net.real_scale);
    put_tensor(c, c->result, "x_q", &net.x_q);
    put_tensor(c, c->result, "y_q", &net.y_q);
    put_tensor(c, c->result, "y_float", &net.y_float);
    put_tensor(c, c->result, "y_dequantized", &net.y_dequantized);
    lua_newtable(L);
    for (size_t k = 0; k < net.n; k++) {
        push_layer(c, &net.layer[k]);
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
    lua_setfield(L, c->result, "layers");
}

/* Without the tensors, which would be copied. */
static struct hs_value small_options(lua_State *L, struct hs_arena *arena)
{
    struct hs_value v = hs_value_map(), item;

    for (size_t i = 0; names[i] != NULL; i++) {
        bool small = strncmp(names[i], "s_", 2) == 0 || strcmp(names[i], "ss") == 0 ||
                     strcmp(names[i], "compute") == 0;

        if (lua_getfield(L, 1, names[i]) != LUA_TNIL && small) {
            hs_script_to_value(L, -1, &item, arena);
            if (!hs_value_set(&v, arena, names[i], item))
                luaL_error(L, "not enough memory");
        }
        lua_pop(L, 1);
    }
    return v;
}

static void check_members(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        bool known = false;

        for (size_t i = 0; names[i] != NULL && !known; i++)
            known = strcmp(names[i], name) == 0;
        if (!known)
            luaL_error(L, "quant.chain knows no \"%s\"", name);
        lua_pop(L, 1);
    }
}

/*** quant.chain{…} → {…}. What it is given decides what it computes, in the lab's own convention
 * (every scale divides; s_out divides the accumulator): weights → s_w, w_q; pixels →
 * s_initial_input, x_q; activations, s_w, s_initial_input, ss → s_out; bias, s_w, s_initial_input,
 * ss → s_bias, b_q, clamped; x, layers = {{"conv", w[, b]}, "relu", "pool", {"fc", w[, b]}, …} →
 * the whole network: s_initial_input, x_q, layers (each with s_w, s_out, s_bias, w_q, b_q, a_q),
 * y_q, y_float, y_dequantized, real_scale. ss = {{s_w, s_out}, …} are the earlier layers. compute =
 * "float64" or "float32". */
int hs_lua_quant_chain(lua_State *L)
{
    struct chain c = {.L = L};
    const char *compute;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    check_members(L);
    c.arena = hs_lua_scratch(L);
    c.options = small_options(L, c.arena);
    compute = hs_value_text(&c.options, "compute", "float64");
    c.f32 = strcmp(compute, "float32") == 0;
    if (!c.f32 && strcmp(compute, "float64") != 0)
        return luaL_error(L, "compute is float64 or float32, not \"%s\"", compute);
    read_links(&c);
    lua_newtable(L);
    c.result = lua_gettop(L);
    quantized(&c, "weights", "s_w", "w_q");
    quantized(&c, "pixels", "s_initial_input", "x_q");
    output_scale(&c);
    bias(&c);
    network(&c);
    lua_pushnil(L);
    if (lua_next(L, c.result) == 0)
        return luaL_error(L,
                          "quant.chain wants weights, pixels, activations, bias, or x and layers");
    lua_settop(L, c.result);
    return 1;
}

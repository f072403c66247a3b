/* quant.fake_quantize and its gradients, by method:
 *
 *   ste      affine, the straight-through gradient
 *   lsq      the same with a fractional zero point; scale and zero point have gradients, too
 *   pact     clip to [0, alpha], bits; alpha has a gradient
 *   dorefa   target = "activations" (clip to [0, 1]) or "weights" (tanh), bits
 *   wrpn     likewise; weights are clipped to [-1, 1] */
#include <string.h>

#include "quant/learnable.h"
#include "quant/schemes.h"
#include "script/lua_args.h"
#include "script/lua_quant_train.h"
#include "script/lua_tensor.h"
#include "script/state.h"

enum method { STE, LSQ, PACT, DOREFA, WRPN };

/* What a call says: qparams with the options laid over them, and what only some methods read. */
struct call {
    struct hs_arena *arena;
    struct hs_value v;
    enum method method;
    bool weights;
    int bits;
    double alpha, grad_factor;
    struct hs_tensor x;
};

static enum method method_of(lua_State *L, const struct hs_value *v)
{
    static const char *const names[] = {"ste", "lsq", "pact", "dorefa", "wrpn"};
    const char *name = hs_value_text(v, "method", names[STE]);

    for (int i = STE; i <= WRPN; i++)
        if (strcmp(names[i], name) == 0)
            return (enum method)i;
    luaL_error(L, "method is ste, lsq, pact, dorefa or wrpn, not \"%s\"", name);
    return STE;
}

static void lay_over(lua_State *L, struct hs_value *v, const struct hs_value *over,
                     struct hs_arena *arena)
{
    for (size_t i = 0; i < over->as.map.len; i++)
        if (!hs_value_set(v, arena, over->as.map.items[i].key, over->as.map.items[i].value))
            luaL_error(L, "not enough memory");
}

/* Arguments 1 (tensor), 2 (qparams; a table) and `more` (options). */
static struct call read_call(lua_State *L, int more)
{
    struct call c;
    struct hs_value options;
    const char *target;

    luaL_checktype(L, 2, LUA_TTABLE);
    c.arena = hs_lua_scratch(L);
    c.v = hs_lua_options(L, 2, c.arena);
    options = hs_lua_options(L, more, c.arena);
    lay_over(L, &c.v, &options, c.arena);
    c.method = method_of(L, &c.v);
    target = hs_value_text(&c.v, "target", "activations");
    c.weights = strcmp(target, "weights") == 0;
    if (!c.weights && strcmp(target, "activations") != 0)
        luaL_error(L, "target is weights or activations, not \"%s\"", target);
    c.bits = (int)hs_value_integer(&c.v, "bits", 8);
    c.alpha = hs_value_number(&c.v, "alpha", 0);
    c.grad_factor = hs_value_number(&c.v, "grad_factor", 1);
    if (c.method == PACT && hs_value_get(&c.v, "alpha") == NULL)
        luaL_error(L, "method pact needs alpha, the end of its range");
    hs_lua_tensor_from(L, 1, &c.x, c.arena, HS_FLOAT64);
    return c;
}

static struct hs_qparams qparams_of(lua_State *L, const struct call *c)
{
    struct hs_qparams qp;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = c->method == LSQ ? hs_learnable_from_value(&qp, c->arena, &c->v, &err)
                                         : hs_qparams_from_value(&qp, c->arena, &c->v, &err);

    if (st != HS_OK)
        hs_script_raise(L, &err);
    return qp;
}

/*** quant.fake_quantize(t, qparams[, {method = "ste"|"lsq"|"pact"|"dorefa"|"wrpn", alpha, bits,
 * target}]) → tensor. lsq takes a fractional zero_point; pact, dorefa and wrpn read alpha, bits (8)
 * and target ("activations" or "weights") and no scale. */
int hs_lua_quant_fake_quantize(lua_State *L)
{
    struct hs_lua_tensor *u;
    struct hs_qparams qp;
    struct call c;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = HS_OK;

    lua_settop(L, 3);
    c = read_call(L, 3);
    if (c.method <= LSQ)
        qp = qparams_of(L, &c);
    u = hs_lua_new_tensor(L);
    if (c.method <= LSQ)
        st = hs_fake_quantize(&u->t, &u->arena, &c.x, &qp, &err);
    else if (c.method == PACT)
        st = hs_pact(&u->t, NULL, NULL, &u->arena, &c.x, c.alpha, c.bits, &err);
    else if (!c.weights)
        st = hs_dorefa_activations(&u->t, NULL, &u->arena, &c.x, c.bits, &err);
    else if (c.method == DOREFA)
        st = hs_dorefa_weights(&u->t, &u->arena, &c.x, c.bits, &err);
    else
        st = hs_wrpn_weights(&u->t, NULL, &u->arena, &c.x, c.bits, &err);
    if (st != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    return 1;
}

/* One number for a tensor, a list for channels and blocks. */
static void push_per_group(lua_State *L, const double *v, const struct hs_qparams *qp)
{
    if (qp->n == 1 && qp->axis == -1) {
        lua_pushnumber(L, v[0]);
        return;
    }
    lua_createtable(L, (int)qp->n, 0);
    for (size_t i = 0; i < qp->n; i++) {
        lua_pushnumber(L, v[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static int push_learned(lua_State *L, const struct call *c, const struct hs_qparams *qp,
                        const struct hs_tensor *dy)
{
    double *d = hs_arena_alloc(c->arena, 2 * qp->n, sizeof *d);
    struct hs_error err = HS_ERROR_INIT;

    if (d == NULL)
        return luaL_error(L, "not enough memory");
    if (hs_learnable_grad(d, d + qp->n, c->arena, &c->x, qp, dy, c->grad_factor, &err) != HS_OK)
        return hs_script_raise(L, &err);
    push_per_group(L, d, qp);
    push_per_group(L, d + qp->n, qp);
    return 3;
}

/*** quant.fake_quantize_grad(t, qparams, upstream[, {method, grad_factor = 1, alpha, bits,
 * target}]) → dx (ste, dorefa, wrpn), or dx, dscale, dzero_point (lsq; lists for channels), or dx,
 * dalpha (pact). */
int hs_lua_quant_fake_quantize_grad(lua_State *L)
{
    struct hs_lua_tensor *u;
    struct hs_qparams qp;
    struct hs_tensor dy;
    struct call c;
    struct hs_error err = HS_ERROR_INIT;
    double dalpha = 0;
    enum hs_status st;

    lua_settop(L, 4);
    c = read_call(L, 4);
    hs_lua_tensor_from(L, 3, &dy, c.arena, c.x.dtype);
    if (c.method <= LSQ)
        qp = qparams_of(L, &c);
    u = hs_lua_new_tensor(L);
    if (c.method <= LSQ)
        st = hs_fake_quantize_grad(&u->t, &u->arena, &c.x, &qp, &dy, &err);
    else if (c.method == PACT)
        st = hs_pact_grad(&u->t, &dalpha, &u->arena, &c.x, c.alpha, &dy, &err);
    else if (!c.weights)
        st = hs_unit_clip_grad(&u->t, &u->arena, &c.x, &dy, &err);
    else if (c.method == DOREFA)
        st = hs_dorefa_weights_grad(&u->t, &u->arena, &c.x, &dy, &err);
    else
        st = hs_wrpn_weights_grad(&u->t, &u->arena, &c.x, &dy, &err);
    if (st != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    if (c.method == LSQ)
        return push_learned(L, &c, &qp, &dy);
    if (c.method != PACT)
        return 1;
    lua_pushnumber(L, dalpha);
    return 2;
}

/*** quant.lsq_scale(t, qmax) → LSQ's first scale, 2 mean|t| / sqrt(qmax). */
int hs_lua_quant_lsq_scale(lua_State *L)
{
    lua_Integer qmax = luaL_checkinteger(L, 2);
    struct hs_tensor x;
    struct hs_error err = HS_ERROR_INIT;
    double scale;

    lua_settop(L, 2);
    hs_lua_tensor_from(L, 1, &x, hs_lua_scratch(L), HS_FLOAT64);
    if (hs_learnable_first_scale(&scale, &x, qmax, &err) != HS_OK)
        return hs_script_raise(L, &err);
    lua_pushnumber(L, scale);
    return 1;
}

/*** quant.lsq_grad_factor(n, qmax) → 1 / sqrt(n qmax), for n elements with one scale. */
int hs_lua_quant_lsq_grad_factor(lua_State *L)
{
    lua_Integer n = luaL_checkinteger(L, 1), qmax = luaL_checkinteger(L, 2);

    luaL_argcheck(L, n >= 1, 1, "a whole number from 1");
    luaL_argcheck(L, qmax >= 1, 2, "a whole number from 1");
    lua_pushnumber(L, hs_learnable_grad_factor((size_t)n, qmax));
    return 1;
}

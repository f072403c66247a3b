/* quant.* over whole layers, for graders: BatchNorm folding and the comparison of codes. */
#include "script/lua_quant_layers.h"

#include "quant/fold.h"
#include "quant/match.h"
#include "script/lua_tensor.h"
#include "script/state.h"

static const struct hs_tensor *field(lua_State *L, int table, const char *name, bool wanted)
{
    const struct hs_tensor *t = NULL;

    if (lua_getfield(L, table, name) != LUA_TNIL)
        t = &hs_lua_check_tensor(L, -1)->t; /* stays alive in the table */
    else if (wanted)
        luaL_error(L, "a BatchNorm wants %s=", name);
    lua_pop(L, 1);
    return t;
}

/*** quant.fold_batchnorm(weight, bias|nil, {gamma=, beta=, mean=, var=, eps = 1e-5}) → weight,
 * bias. Tensors, one value a channel. */
int hs_lua_quant_fold_batchnorm(lua_State *L)
{
    const struct hs_tensor *w = &hs_lua_check_tensor(L, 1)->t;
    const struct hs_tensor *b = lua_isnil(L, 2) ? NULL : &hs_lua_check_tensor(L, 2)->t;
    struct hs_lua_tensor *out_w, *out_b;
    struct hs_batchnorm bn;
    struct hs_tensor bias;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    bn.gamma = field(L, 3, "gamma", false);
    bn.beta = field(L, 3, "beta", false);
    bn.mean = field(L, 3, "mean", true);
    bn.var = field(L, 3, "var", true);
    lua_getfield(L, 3, "eps");
    bn.eps = luaL_optnumber(L, -1, 1e-5);
    out_w = hs_lua_new_tensor(L);
    out_b = hs_lua_new_tensor(L);
    if (hs_fold_batchnorm(&out_w->t, &bias, &out_w->arena, w, b, &bn, &err) != HS_OK ||
        hs_tensor_copy(&out_b->t, &out_b->arena, &bias, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, out_w);
    hs_lua_tensor_done(L, out_b);
    return 2;
}

static void set_integer(lua_State *L, const char *name, int64_t v)
{
    lua_pushinteger(L, (lua_Integer)v);
    lua_setfield(L, -2, name);
}

/*** quant.match_codes(codes, t, qparams) → {count, mismatches, ties, saturated, max_lsb, first,
 * got, wanted}. Exact, but for elements within 4 ulp of a rounding tie, where both neighbours
 * count; first is the flat index of the first mismatch. */
int hs_lua_quant_match_codes(lua_State *L)
{
    const struct hs_tensor *codes = &hs_lua_check_tensor(L, 1)->t,
                           *x = &hs_lua_check_tensor(L, 2)->t;
    struct hs_arena *scratch;
    struct hs_value v;
    struct hs_qparams qp;
    struct hs_match m;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, 3, LUA_TTABLE);
    scratch = &hs_lua_new_tensor(L)
                   ->arena; /* a tensor that is never seen: Lua frees it whatever happens */
    hs_script_to_value(L, 3, &v, scratch);
    if (hs_qparams_from_value(&qp, scratch, &v, &err) != HS_OK ||
        hs_match_codes(&m, scratch, codes, x, &qp, HS_MATCH_ULPS, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_arena_dispose(scratch);
    lua_createtable(L, 0, 8);
    set_integer(L, "count", (int64_t)m.count);
    set_integer(L, "mismatches", (int64_t)m.mismatches);
    set_integer(L, "ties", (int64_t)m.ties);
    set_integer(L, "saturated", (int64_t)m.saturated);
    set_integer(L, "max_lsb", m.max_lsb);
    if (m.mismatches > 0) {
        set_integer(L, "first", (int64_t)m.first);
        set_integer(L, "got", m.got);
        set_integer(L, "wanted", m.wanted);
    }
    return 1;
}

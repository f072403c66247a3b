/* The global table `quant`. Ranges and qparams are plain tables (CONTRACTS 3); one made by hand is
 * as good. */
#include <math.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "quant/groups.h"
#include "quant/observer.h"
#include "quant/options.h"
#include "quant/qparams.h"
#include "script/lua_args.h"
#include "script/lua_quant_layers.h"
#include "script/lua_quant_mx.h"
#include "script/lua_quant_schemes.h"
#include "script/lua_quant_train.h"
#include "script/lua_tensor.h"
#include "script/state.h"

int hs_open_quant(lua_State *L);

static struct hs_quant_options read_options(lua_State *L, const struct hs_value *v)
{
    struct hs_quant_options o;
    struct hs_error err = HS_ERROR_INIT;

    if (hs_quant_options_profile(&o, hs_value_text(v, "profile", NULL), &err) != HS_OK ||
        hs_quant_options_from_value(&o, v, &err) != HS_OK)
        hs_script_raise(L, &err);
    return o;
}

static const char *const observe_names[] = {"observer",
                                            "per",
                                            "axis",
                                            "block_size",
                                            "averaging_constant",
                                            "percentile",
                                            "n_std",
                                            "clip_to_data",
                                            "grid",
                                            "bins",
                                            "levels",
                                            "profile",
                                            "dtype",
                                            "bits",
                                            "signed",
                                            "quant_min",
                                            "quant_max",
                                            NULL};

static size_t count_option(lua_State *L, const struct hs_value *v, const char *name,
                           size_t fallback)
{
    int64_t n = hs_value_integer(v, name, (int64_t)fallback);

    if (n < 0)
        luaL_error(L, "%s cannot be %d: it is a number of things", name,
                   (int)(n < -9999 ? -9999 : n));
    return (size_t)n;
}

/* Axis of a per = "channel" or "group" observation: that of the options, else 0. */
static struct hs_observer_config observer_config(lua_State *L, const struct hs_value *v)
{
    struct hs_observer_config c = hs_observer_config_default();
    const char *per =
        hs_value_text(v, "per", hs_value_get(v, "axis") != NULL ? "channel" : "tensor");
    struct hs_error err = HS_ERROR_INIT;

    c.options = read_options(L, v);
    if (strcmp(per, "channel") == 0 || strcmp(per, "group") == 0)
        c.axis = hs_axis_given(hs_value_integer(v, "axis", 0));
    else if (strcmp(per, "tensor") != 0)
        luaL_error(L, "per is \"%s\"; it is tensor, channel or group", per);
    c.block_size = count_option(L, v, "block_size", 0);
    if (strcmp(per, "group") == 0 && c.block_size == 0)
        luaL_error(L, "per = \"group\" needs block_size");
    c.averaging_constant = hs_value_number(v, "averaging_constant", c.averaging_constant);
    c.percentile = hs_value_number(v, "percentile", c.percentile);
    c.n_std = hs_value_number(v, "n_std", c.n_std);
    c.clip_to_data = hs_value_flag(v, "clip_to_data", c.clip_to_data);
    c.grid = count_option(L, v, "grid", c.grid);
    c.bins = count_option(L, v, "bins", c.bins);
    c.levels = count_option(L, v, "levels", c.levels);
    if (hs_qtarget_from_value(&c.target, v, &err) != HS_OK)
        hs_script_raise(L, &err);
    return c;
}

/*** quant.observe(t | {batches}, options) → range. observer, per, axis, block_size and the
 * observer's own parameters. */
static int observe(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_value v, result;
    struct hs_observer_config c;
    const struct hs_tensor **batches;
    struct hs_range range;
    struct hs_error err = HS_ERROR_INIT;
    size_t n = 1;

    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_check_names(L, &v, observe_names, NULL);
    c = observer_config(L, &v);
    if (lua_istable(L, 1) && (lua_rawgeti(L, 1, 1), hs_lua_to_tensor(L, -1) != NULL))
        n = lua_rawlen(L, 1);
    batches = hs_arena_alloc(arena, n, sizeof(struct hs_tensor *));
    if (batches == NULL)
        return luaL_error(L, "not enough memory");
    for (size_t i = 0; i < n; i++) {
        struct hs_tensor *t = hs_arena_alloc(arena, 1, sizeof *t);

        if (t == NULL)
            return luaL_error(L, "not enough memory");
        if (lua_istable(L, 1) && n >= 1 &&
            (lua_rawgeti(L, 1, (lua_Integer)i + 1), hs_lua_to_tensor(L, -1) != NULL))
            *t = hs_lua_check_tensor(L, -1)->t;
        else
            hs_lua_tensor_from(L, 1, t, arena, HS_FLOAT64);
        batches[i] = t;
    }
    if (hs_observe(&range, arena, hs_value_text(&v, "observer", "minmax"), batches, n, &c, &err) !=
        HS_OK)
        return hs_script_raise(L, &err);
    if (!hs_range_to_value(&result, arena, &range))
        return luaL_error(L, "not enough memory");
    hs_script_push_value(L, &result);
    return 1;
}

static const char *const qparams_names[] = {"dtype",     "bits",       "signed", "quant_min",
                                            "quant_max", "qmin",       "qmax",   "profile",
                                            "axis",      "block_size", NULL};

/* What the data choose, where a tensor stands at `index` and the options ask for it. */
static void search_exponents(lua_State *L, int index, struct hs_range *range,
                             const struct hs_qtarget *target, const struct hs_quant_options *o,
                             struct hs_arena *arena)
{
    struct hs_observer_config c = hs_observer_config_default();
    struct hs_tensor t;
    const struct hs_tensor *batch = &t;
    struct hs_error err = HS_ERROR_INIT;

    if (lua_isnoneornil(L, index) || o->scheme != HS_POWER_OF_TWO ||
        o->pow2_rounding != HS_POW2_MSE)
        return;
    hs_lua_tensor_from(L, index, &t, arena, HS_FLOAT64);
    c.axis = range->axis;
    c.block_size = range->block_size;
    c.target = *target;
    c.options = *o;
    if (hs_pow2_search(range, arena, &batch, 1, &c, &err) != HS_OK)
        hs_script_raise(L, &err);
}

/*** quant.qparams(range, options[, t]) → {scale, zero_point, qmin, qmax, dtype, …}. dtype or bits
 * and signed, profile, and every option. t is the tensor behind the range, for
 * pow2_rounding = "mse" (or observe with that option). */
static int qparams(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_value v, r, result;
    struct hs_range range;
    struct hs_quant_options o;
    struct hs_qtarget target;
    struct hs_qparams qp;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_check_names(L, &v, qparams_names, NULL);
    hs_script_to_value(L, 1, &r, arena);
    o = read_options(L, &v);
    if (hs_range_from_value(&range, arena, &r, &err) != HS_OK ||
        hs_qtarget_from_value(&target, &v, &err) != HS_OK)
        return hs_script_raise(L, &err);
    search_exponents(L, 3, &range, &target, &o, arena);
    if (hs_qparams_from_range(&qp, arena, &range, &target, &o, &err) != HS_OK)
        return hs_script_raise(L, &err);
    if (!hs_qparams_to_value(&result, arena, &qp))
        return luaL_error(L, "not enough memory");
    hs_script_push_value(L, &result);
    return 1;
}

/* qparams at `index`, with the options table at `more` laid over them. */
static struct hs_qparams read_qparams(lua_State *L, int index, int more, struct hs_arena *arena)
{
    struct hs_value v, over;
    struct hs_qparams qp;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, index, LUA_TTABLE);
    hs_script_to_value(L, index, &v, arena);
    if (more != 0 && lua_istable(L, more)) {
        over = hs_lua_options(L, more, arena);
        for (size_t i = 0; i < over.as.map.len; i++)
            if (!hs_value_set(&v, arena, over.as.map.items[i].key, over.as.map.items[i].value))
                luaL_error(L, "not enough memory");
    }
    if (hs_qparams_from_value(&qp, arena, &v, &err) != HS_OK)
        hs_script_raise(L, &err);
    return qp;
}

/*** quant.quantize(t, qparams[, options]) → tensor of codes, {low, high, nan, inf}. low and high
 * count the elements that left the range. */
static int quantize(lua_State *L)
{
    struct hs_lua_tensor *u;
    struct hs_arena *arena;
    struct hs_qparams qp;
    struct hs_tensor x;
    struct hs_quantize_count count;
    struct hs_error err = HS_ERROR_INIT;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    qp = read_qparams(L, 2, 3, arena);
    hs_lua_tensor_from(L, 1, &x, arena, HS_FLOAT64);
    u = hs_lua_new_tensor(L);
    if (hs_quantize(&u->t, &u->arena, &x, &qp, &count, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, (lua_Integer)count.clipped_low);
    lua_setfield(L, -2, "low");
    lua_pushinteger(L, (lua_Integer)count.clipped_high);
    lua_setfield(L, -2, "high");
    lua_pushinteger(L, (lua_Integer)count.nan);
    lua_setfield(L, -2, "nan");
    lua_pushinteger(L, (lua_Integer)count.inf);
    lua_setfield(L, -2, "inf");
    return 2;
}

/*** quant.dequantize(codes, qparams[, dtype]) → float tensor. */
static int dequantize(lua_State *L)
{
    enum hs_dtype dtype = lua_isnoneornil(L, 3) ? HS_FLOAT32 : hs_lua_check_dtype(L, 3);
    struct hs_lua_tensor *u;
    struct hs_arena *arena;
    struct hs_qparams qp;
    struct hs_tensor q;
    struct hs_error err = HS_ERROR_INIT;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    qp = read_qparams(L, 2, 0, arena);
    hs_lua_tensor_from(L, 1, &q, arena, qp.dtype);
    u = hs_lua_new_tensor(L);
    if (hs_dequantize(&u->t, &u->arena, &q, &qp, dtype, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    return 1;
}

/*** quant.pow2_exponent(scale[, {rounding = "nearest"|"ceil"|"floor", max_shift = 8, min_shift =
 * -max_shift}]) → integer. Exact. */
static int pow2_exponent(lua_State *L)
{
    double scale = luaL_checknumber(L, 1);
    enum hs_pow2_rounding mode = HS_POW2_NEAREST;
    int max_shift = 8, min_shift = -8;

    if (!(scale >= 0) || isinf(scale))
        return luaL_error(L, "a scale is finite and not negative, this one is %f", scale);
    if (lua_istable(L, 2)) {
        if (lua_getfield(L, 2, "rounding") == LUA_TSTRING) {
            const char *name = lua_tostring(L, -1);

            if (strcmp(name, "ceil") == 0)
                mode = HS_POW2_CEIL;
            else if (strcmp(name, "floor") == 0)
                mode = HS_POW2_FLOOR;
            else if (strcmp(name, "nearest") != 0)
                return luaL_error(L, "rounding is nearest, ceil or floor, not \"%s\"", name);
        }
        lua_getfield(L, 2, "max_shift");
        max_shift = (int)luaL_optinteger(L, -1, 8);
        luaL_argcheck(L, max_shift >= -1100 && max_shift <= 1100, 2, "max_shift is out of range");
        lua_getfield(L, 2, "min_shift");
        min_shift = (int)luaL_optinteger(L, -1, -max_shift);
        luaL_argcheck(L, min_shift <= max_shift && min_shift >= -1100, 2,
                      "min_shift is larger than max_shift");
    }
    lua_pushinteger(L, hs_pow2_exponent(scale, mode, min_shift, max_shift));
    return 1;
}

/*** quant.profiles() → list of names. */
static int profiles(lua_State *L)
{
    size_t n;
    const struct hs_profile *p = hs_profiles(&n);

    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushstring(L, p[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

int hs_open_quant(lua_State *L)
{
    static const luaL_Reg functions[] = {{"observe", observe},
                                         {"qparams", qparams},
                                         {"quantize", quantize},
                                         {"dequantize", dequantize},
                                         {"fake_quantize", hs_lua_quant_fake_quantize},
                                         {"fake_quantize_grad", hs_lua_quant_fake_quantize_grad},
                                         {"lsq_scale", hs_lua_quant_lsq_scale},
                                         {"lsq_grad_factor", hs_lua_quant_lsq_grad_factor},
                                         {"pow2_exponent", pow2_exponent},
                                         {"energy", hs_lua_quant_energy},
                                         {"fold_batchnorm", hs_lua_quant_fold_batchnorm},
                                         {"match_codes", hs_lua_quant_match_codes},
                                         {"requantize", hs_lua_quant_requantize},
                                         {"bias", hs_lua_quant_bias},
                                         {"linear", hs_lua_quant_linear},
                                         {"conv2d", hs_lua_quant_conv2d},
                                         {"zero_point_terms", hs_lua_quant_zero_point_terms},
                                         {"accumulator_bits", hs_lua_quant_accumulator_bits},
                                         {"chain", hs_lua_quant_chain},
                                         {"dorefa", hs_lua_quant_dorefa},
                                         {"pact", hs_lua_quant_pact},
                                         {"pact_grad", hs_lua_quant_pact_grad},
                                         {"wrpn", hs_lua_quant_wrpn},
                                         {"range_linear", hs_lua_quant_range_linear},
                                         {"symmetric_linear", hs_lua_quant_symmetric_linear},
                                         {"kmeans", hs_lua_quant_kmeans},
                                         {"from_multiplier", hs_lua_quant_from_multiplier},
                                         {"to_multiplier", hs_lua_quant_to_multiplier},
                                         {"from_distiller", hs_lua_quant_from_distiller},
                                         {"to_distiller", hs_lua_quant_to_distiller},
                                         {"mx", hs_lua_quant_mx},
                                         {"mx_dequantize", hs_lua_quant_mx_dequantize},
                                         {"trace", hs_lua_quant_trace},
                                         {"profiles", profiles},
                                         {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}

/* quant.* of published schemes (quant/schemes.h), codebooks (quant/kmeans.h) and conventions
 * (quant/convention.h). All results are float64 tensors. */
#include "script/lua_quant_schemes.h"

#include <stdio.h>
#include <string.h>

#include "quant/convention.h"
#include "quant/kmeans.h"
#include "quant/schemes.h"
#include "script/lua_args.h"
#include "script/lua_tensor.h"
#include "script/state.h"

/* Raises where the scheme did; else pushes `t`. */
static void push_result(lua_State *L, enum hs_status st, const struct hs_tensor *t,
                        struct hs_error *err)
{
    if (st != HS_OK)
        hs_script_raise(L, err);
    hs_lua_push_tensor(L, t);
}

static int check_bits(lua_State *L, int index)
{
    lua_Integer bits = luaL_checkinteger(L, index);

    luaL_argcheck(L, bits >= -1000 && bits <= 1000, index, "bits are a small whole number");
    return (int)bits;
}

/* The word `name` of the table at `index`; `fallback` without a table or the word. */
static const char *option_word(lua_State *L, int index, const char *name, const char *fallback)
{
    if (!lua_istable(L, index))
        return fallback;
    lua_getfield(L, index, name);
    return luaL_optstring(L, -1, fallback); /* stays alive in the table */
}

static bool is_for_weights(lua_State *L, int index)
{
    const char *of = option_word(L, index, "of", "weights");

    if (strcmp(of, "weights") != 0 && strcmp(of, "activations") != 0)
        luaL_error(L, "of is weights or activations, not \"%s\"", of);
    return of[0] == 'w';
}

static int activations(lua_State *L, struct hs_arena *arena, const struct hs_tensor *a, int bits)
{
    int mode = hs_round_find(option_word(L, 3, "rounding", "half_even"));
    struct hs_tensor out, codes;
    struct hs_error err = HS_ERROR_INIT;

    if (mode < 0)
        return luaL_error(L, "there is no rounding \"%s\"", lua_tostring(L, -1));
    push_result(L, hs_unit_quantize(&out, &codes, arena, a, bits, (enum hs_round)mode, &err), &out,
                &err);
    hs_lua_push_tensor(L, &codes);
    return 2;
}

/*** quant.dorefa(t, bits[, {of = "weights"|"activations", binary = false, rounding}]) → tensor[,
 * codes]. Weights 2 q_k(tanh w/(2 max|tanh w|) + 1/2) - 1, or sign(w) mean|w| with binary = true;
 * activations q_k(clip(a, 0, 1)) and their codes. */
int hs_lua_quant_dorefa(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor t, out;
    struct hs_error err = HS_ERROR_INIT;
    int bits = check_bits(L, 2);
    bool binary;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    if (!is_for_weights(L, 3))
        return activations(L, arena, &t, bits);
    binary = lua_istable(L, 3) && (lua_getfield(L, 3, "binary"), lua_toboolean(L, -1));
    push_result(L,
                binary ? hs_dorefa_binary_weights(&out, arena, &t, &err)
                       : hs_dorefa_weights(&out, arena, &t, bits, &err),
                &out, &err);
    return 1;
}

/*** quant.wrpn(t, bits[, {of = "weights"|"activations", rounding}]) → tensor, codes. Weights
 * R((2^(k-1) - 1) clip(w, -1, 1)) / (2^(k-1) - 1); activations as quant.dorefa. */
int hs_lua_quant_wrpn(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor t, out, codes;
    struct hs_error err = HS_ERROR_INIT;
    int bits = check_bits(L, 2);

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    if (!is_for_weights(L, 3))
        return activations(L, arena, &t, bits);
    push_result(L, hs_wrpn_weights(&out, &codes, arena, &t, bits, &err), &out, &err);
    hs_lua_push_tensor(L, &codes);
    return 2;
}

/*** quant.pact(t, alpha, bits) → y_q, codes, y. y = clip(t, 0, alpha), y_q = R(y (2^k - 1)/alpha)
 * alpha/(2^k - 1). */
int hs_lua_quant_pact(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor t, out, clipped, codes;
    struct hs_error err = HS_ERROR_INIT;
    double alpha = luaL_checknumber(L, 2);
    int bits = check_bits(L, 3);

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    push_result(L, hs_pact(&out, &clipped, &codes, arena, &t, alpha, bits, &err), &out, &err);
    hs_lua_push_tensor(L, &codes);
    hs_lua_push_tensor(L, &clipped);
    return 3;
}

/*** quant.pact_grad(t, alpha, upstream) → dx, dalpha. dx = upstream where 0 <= t < alpha, dalpha
 * its sum where t >= alpha. */
int hs_lua_quant_pact_grad(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor t, dy, dx;
    struct hs_error err = HS_ERROR_INIT;
    double alpha = luaL_checknumber(L, 2), dalpha;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    hs_lua_tensor_from(L, 3, &dy, arena, HS_FLOAT64);
    push_result(L, hs_pact_grad(&dx, &dalpha, arena, &t, alpha, &dy, &err), &dx, &err);
    lua_pushnumber(L, dalpha);
    return 2;
}

/*** quant.range_linear(t, bits[, {signed = false}]) → q, dequantized, factor, zero_point.
 * Distiller's asymmetric map: q = R(t factor - zero_point), which is SUBTRACTED
 * (quant.from_distiller translates). */
int hs_lua_quant_range_linear(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor t, q, back;
    struct hs_error err = HS_ERROR_INIT;
    double factor, zero;
    int bits = check_bits(L, 2);
    bool is_signed;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    is_signed = lua_istable(L, 3) && (lua_getfield(L, 3, "signed"), lua_toboolean(L, -1));
    push_result(L, hs_range_linear(&q, &back, &factor, &zero, arena, &t, bits, is_signed, &err), &q,
                &err);
    hs_lua_push_tensor(L, &back);
    lua_pushnumber(L, factor);
    lua_pushnumber(L, zero);
    return 4;
}

/*** quant.symmetric_linear(t, bits[, {full = false}]) → q, factor. q = R(t factor), factor
 * (2^(k-1) - 1)/max|t|, or (2^k - 1)/2/max|t| with full = true. */
int hs_lua_quant_symmetric_linear(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor t, q;
    struct hs_error err = HS_ERROR_INIT;
    double factor;
    int bits = check_bits(L, 2);
    bool full;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    full = lua_istable(L, 3) && (lua_getfield(L, 3, "full"), lua_toboolean(L, -1));
    push_result(L, hs_symmetric_linear(&q, &factor, arena, &t, bits, full, &err), &q, &err);
    lua_pushnumber(L, factor);
    return 2;
}

/* A word, behind the last of them also a seed in parentheses. */
static void read_init(lua_State *L, struct hs_kmeans_config *c, const char *text)
{
    char name[16], end;
    size_t n = strcspn(text, "(");
    unsigned long long seed;
    int init;

    snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : 0), text);
    init = hs_kmeans_init_find(name);
    if (text[n] != '\0') {
        if (init != HS_KMEANS_RANDOM || sscanf(text + n, "(%llu%c", &seed, &end) != 2 || end != ')')
            init = -1;
        else
            c->seed = seed;
    }
    if (init < 0)
        luaL_error(L, "init is linear, density or random, not \"%s\"", text);
    c->init = (enum hs_kmeans_init)init;
}

/*** quant.kmeans(t, {bits = 4, init = "linear"|"density"|"random", seed = 0, iterations = 100})
 * → {codes, centroids, values, inertia, iterations, converged, empty}. A codebook of 2^bits
 * centroids (Deep Compression); values = centroids[codes]. The seed may stand in parentheses behind
 * the word. */
int hs_lua_quant_kmeans(lua_State *L)
{
    static const char *const names[] = {"bits", "init", "seed", "iterations", NULL};
    struct hs_kmeans_config c = hs_kmeans_config_default();
    struct hs_arena *arena;
    struct hs_kmeans k;
    struct hs_tensor t;
    struct hs_value v;
    struct hs_error err = HS_ERROR_INIT;
    int64_t iterations;

    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_check_names(L, &v, names, NULL);
    read_init(L, &c, hs_value_text(&v, "init", "linear"));
    c.bits = (int)hs_value_integer(&v, "bits", c.bits);
    c.seed = (uint64_t)hs_value_integer(&v, "seed", (int64_t)c.seed);
    iterations = hs_value_integer(&v, "iterations", (int64_t)c.iterations);
    luaL_argcheck(L, iterations >= 0 && iterations <= 100000, 2, "iterations are 0 to 100000");
    c.iterations = (size_t)iterations;
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    if (hs_kmeans(&k, arena, &t, &c, &err) != HS_OK)
        return hs_script_raise(L, &err);
    lua_createtable(L, 0, 7);
    hs_lua_push_tensor(L, &k.codes);
    lua_setfield(L, -2, "codes");
    hs_lua_push_tensor(L, &k.centroids);
    lua_setfield(L, -2, "centroids");
    hs_lua_push_tensor(L, &k.values);
    lua_setfield(L, -2, "values");
    lua_pushnumber(L, k.inertia);
    lua_setfield(L, -2, "inertia");
    lua_pushinteger(L, (lua_Integer)k.iterations);
    lua_setfield(L, -2, "iterations");
    lua_pushboolean(L, k.converged);
    lua_setfield(L, -2, "converged");
    lua_pushinteger(L, (lua_Integer)k.empty);
    lua_setfield(L, -2, "empty");
    return 1;
}

static int from_convention(lua_State *L, enum hs_convention convention)
{
    struct hs_arena *arena;
    struct hs_value v, result;
    struct hs_qparams qp;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, 1, LUA_TTABLE);
    arena = hs_lua_scratch(L);
    hs_script_to_value(L, 1, &v, arena);
    if (hs_qparams_from_convention(&qp, arena, &v, convention, &err) != HS_OK)
        return hs_script_raise(L, &err);
    if (!hs_qparams_to_value(&result, arena, &qp))
        return luaL_error(L, "not enough memory");
    hs_script_push_value(L, &result);
    return 1;
}

static int to_convention(lua_State *L, enum hs_convention convention)
{
    struct hs_arena *arena;
    struct hs_value v, result;
    struct hs_qparams qp;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, 1, LUA_TTABLE);
    arena = hs_lua_scratch(L);
    hs_script_to_value(L, 1, &v, arena);
    if (hs_qparams_from_value(&qp, arena, &v, &err) != HS_OK ||
        hs_qparams_to_convention(&result, arena, &qp, convention, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_script_push_value(L, &result);
    return 1;
}

/*** quant.from_multiplier({n = …, bits, …}) → qparams. n = 1/s, as q = R(n x) has it. */
int hs_lua_quant_from_multiplier(lua_State *L)
{
    return from_convention(L, HS_CONVENTION_MULTIPLIER);
}

/*** quant.to_multiplier(qparams) → {n, …}. */
int hs_lua_quant_to_multiplier(lua_State *L)
{
    return to_convention(L, HS_CONVENTION_MULTIPLIER);
}

/*** quant.from_distiller({scale_factor = …, zero_point = …, bits, …}) → qparams. scale_factor =
 * 1/s, zero_point = -z, as q = R(scale_factor x - zero_point) has them. */
int hs_lua_quant_from_distiller(lua_State *L)
{
    return from_convention(L, HS_CONVENTION_DISTILLER);
}

/*** quant.to_distiller(qparams) → {scale_factor, zero_point, …}. */
int hs_lua_quant_to_distiller(lua_State *L)
{
    return to_convention(L, HS_CONVENTION_DISTILLER);
}

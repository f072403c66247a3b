/* quant.* on integers: requantize, bias, linear, conv2d and the zero-point algebra. */
#include <string.h>

#include "quant/groups.h"
#include "quant/integer.h"
#include "quant/numbers.h"
#include "quant/options.h"
#include "quant/requantize.h"
#include "script/lua_args.h"
#include "script/lua_quant_layers.h"
#include "script/lua_tensor.h"
#include "script/state.h"

static void set_count(lua_State *L, const char *name, size_t v)
{
    lua_pushinteger(L, (lua_Integer)v);
    lua_setfield(L, -2, name);
}

/* Codes of `acc` and {low, high, saturated}: two values. */
static int push_codes(lua_State *L, struct hs_arena *arena, const struct hs_tensor *acc,
                      const struct hs_requantizer *r, int axis)
{
    struct hs_tensor codes;
    struct hs_saturation moved;
    struct hs_error err = HS_ERROR_INIT;

    axis = hs_axis_of(axis, acc->ndim);
    if (acc->ndim == 1 && axis == 1)
        axis = 0; /* one row of a linear layer */
    if (hs_requantize_ends(&codes, arena, acc, r, axis, &moved, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_push_tensor(L, &codes);
    lua_createtable(L, 0, 3);
    set_count(L, "low", moved.low);
    set_count(L, "high", moved.high);
    set_count(L, "saturated", moved.low + moved.high);
    return 2;
}

/*** quant.requantize(acc, {multiplier | mantissa, shift | shift | scales = {s_x, s_w, s_y},
 * requantize, zero_point, dtype, …}) → codes, {low, high, saturated}. acc is int32 (whole numbers
 * of another type are converted); requantize is float, gemmlowp, single_rounding,
 * fixed16(floor|half_even), dyadic(bits, max_shift), shift_floor or shift_nearest. A list of
 * multipliers goes along `axis` (1). Also rounding, zero_point_order, float32, relu, quant_min,
 * quant_max, bits, signed, profile. */
int hs_lua_quant_requantize(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_value v;
    struct hs_tensor given, acc;
    struct hs_requantizer r;
    struct hs_error err = HS_ERROR_INIT;
    int axis;

    lua_settop(L, 2);
    luaL_checktype(L, 2, LUA_TTABLE);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    hs_lua_check_names(L, &v, hs_requantizer_names, NULL);
    hs_lua_tensor_from(L, 1, &given, arena, HS_INT32);
    if (hs_tensor_as(&acc, arena, &given, HS_INT32, &err) != HS_OK ||
        hs_requantizer_from_value(&r, &axis, arena, &v, &err) != HS_OK)
        return hs_script_raise(L, &err);
    return push_codes(L, arena, &acc, &r, axis);
}

/* Bias policy by name. */
static enum hs_bias_overflow overflow_of(lua_State *L, const struct hs_value *v)
{
    static const char *const names[] = {"clamp", "error", "enlarge"};
    const char *name = hs_value_text(v, "overflow", names[0]);

    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], name) == 0)
            return (enum hs_bias_overflow)i;
    luaL_error(L, "overflow is clamp, error or enlarge, not \"%s\"", name);
    return HS_BIAS_CLAMP;
}

static void push_numbers(lua_State *L, const double *v, size_t n)
{
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushnumber(L, v[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* {clamped, elements, codes, s_w}: which elements left int32, and what they should have been. */
static void push_report(lua_State *L, const struct hs_bias_report *r, size_t n_s)
{
    lua_createtable(L, 0, 4);
    set_count(L, "clamped", r->clamped);
    lua_createtable(L, (int)r->clamped, 0);
    for (size_t i = 0; i < r->clamped; i++) {
        lua_pushinteger(L, (lua_Integer)r->element[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "elements");
    push_numbers(L, r->code, r->clamped);
    lua_setfield(L, -2, "codes");
    if (n_s == 1)
        lua_pushnumber(L, r->s_w[0]);
    else
        push_numbers(L, r->s_w, n_s);
    lua_setfield(L, -2, "s_w");
}

/*** quant.bias(b, s_x, s_w[, {rounding = "half_even", overflow = "clamp"|"error"|"enlarge"}]) →
 * int32 codes R(b / (s_x s_w)), {clamped, elements, codes, s_w}. s_w is a number or a list with one
 * a channel; elements are the 0-based indices of what left int32, codes what they should have been,
 * and s_w weight scales that hold every code (enlarge uses them, as ONNX Runtime does). */
int hs_lua_quant_bias(lua_State *L)
{
    static const char *const names[] = {"overflow", NULL};
    struct hs_arena *arena;
    struct hs_value v, scale = hs_value_map(), item;
    struct hs_quant_options o;
    struct hs_bias_report report;
    struct hs_tensor b, codes;
    struct hs_error err = HS_ERROR_INIT;
    double s_x = luaL_checknumber(L, 2), *s_w;
    size_t n;

    luaL_checkany(L, 3);
    lua_settop(L, 4);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 4, arena);
    hs_lua_check_names(L, &v, names, NULL);
    hs_lua_tensor_from(L, 1, &b, arena, HS_FLOAT64);
    hs_script_to_value(L, 3, &item, arena);
    if (!hs_value_set(&scale, arena, "s_w", item))
        return luaL_error(L, "not enough memory");
    if (hs_quant_options_profile(&o, NULL, &err) != HS_OK ||
        hs_quant_options_from_value(&o, &v, &err) != HS_OK ||
        hs_numbers_from_value(&s_w, &n, arena, &scale, "s_w", &err) != HS_OK ||
        hs_quantize_bias_by(&codes, arena, &b, s_x, s_w, n, o.rounding, overflow_of(L, &v), &report,
                            &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_push_tensor(L, &codes);
    push_report(L, &report, n);
    return 2;
}

static const char *const layer_names[] = {"x_zero_point", "w_zero_point", "stride", "padding",
                                          "dilation",     "groups",       NULL};

/* Operands of a layer: codes, and a zero point each. */
struct layer_arguments {
    struct hs_arena *arena;
    struct hs_value options;
    struct hs_tensor x, w, b;
    const struct hs_tensor *bias; /* &b, or NULL */
    int64_t z_x, z_w;
};

static int64_t integer_option(lua_State *L, const struct hs_value *v, const char *name,
                              int64_t otherwise)
{
    const struct hs_value *given = hs_value_get(v, name);
    int64_t n = hs_value_integer(v, name, INT64_MIN);

    if (given != NULL && given->kind != HS_NIL && n == INT64_MIN)
        luaL_error(L, "%s must be one whole number", name);
    return n == INT64_MIN ? otherwise : n;
}

static void layer_arguments(lua_State *L, struct layer_arguments *a)
{
    lua_settop(L, 4);
    a->arena = hs_lua_scratch(L);
    a->options = hs_lua_options(L, 4, a->arena);
    hs_lua_check_names(L, &a->options, layer_names, hs_requantizer_names);
    hs_lua_tensor_from(L, 1, &a->x, a->arena, HS_INT32);
    hs_lua_tensor_from(L, 2, &a->w, a->arena, HS_INT32);
    a->bias = NULL;
    if (!lua_isnil(L, 3)) {
        hs_lua_tensor_from(L, 3, &a->b, a->arena, HS_INT32);
        a->bias = &a->b;
    }
    a->z_x = integer_option(L, &a->options, "x_zero_point", 0);
    a->z_w = integer_option(L, &a->options, "w_zero_point", 0);
}

/* The accumulator on the stack, and behind it codes and counts when the options ask for them. */
static int layer_results(lua_State *L, const struct layer_arguments *a, const struct hs_tensor *acc)
{
    struct hs_requantizer r;
    struct hs_error err = HS_ERROR_INIT;
    int axis;

    hs_lua_push_tensor(L, acc);
    if (!hs_requantizer_is_asked(&a->options))
        return 1;
    if (hs_requantizer_from_value(&r, &axis, a->arena, &a->options, &err) != HS_OK)
        return hs_script_raise(L, &err);
    return 1 + push_codes(L, a->arena, acc, &r, axis);
}

static double rows_of(const struct hs_tensor *x)
{
    return x->ndim > 0 ? (double)x->shape[0] : 1;
}

/*** quant.linear(x, w, b|nil[, {x_zero_point = 0, w_zero_point = 0, …}]) → acc[, codes, {low, high,
 * saturated}]. acc = Σ (x - z_x)(w - z_w) + b as int32; x [n, in], w [out, in], b [out]. Codes when
 * the options hold those of quant.requantize. An accumulator that leaves int32 is an error. */
int hs_lua_quant_linear(lua_State *L)
{
    struct layer_arguments a;
    struct hs_tensor acc;
    struct hs_error err = HS_ERROR_INIT;

    layer_arguments(L, &a);
    hs_budget_spend(L, rows_of(&a.x) * (double)hs_tensor_count(&a.w));
    if (hs_integer_linear(&acc, a.arena, &a.x, a.z_x, &a.w, a.z_w, a.bias, &err) != HS_OK)
        return hs_script_raise(L, &err);
    return layer_results(L, &a, &acc);
}

/* A number for both directions, or {rows, columns}. */
static void read_pair(lua_State *L, const struct hs_value *options, const char *name, size_t out[2],
                      size_t otherwise, struct hs_arena *arena)
{
    struct hs_error err = HS_ERROR_INIT;
    double *v;
    size_t n;

    out[0] = out[1] = otherwise;
    if (hs_value_get(options, name) == NULL)
        return;
    if (hs_numbers_from_value(&v, &n, arena, options, name, &err) != HS_OK)
        hs_script_raise(L, &err);
    for (size_t d = 0; d < 2; d++) {
        double m = v[n == 2 ? d : 0];

        if (n > 2 || !(m >= 0 && m <= 65535) || m != (double)(size_t)m)
            luaL_error(L, "%s is a whole number, or {rows, columns}, from 0 to 65535", name);
        out[d] = (size_t)m;
    }
}

/* Windows of every position that the padded input has, at most. */
static void spend_conv(lua_State *L, const struct layer_arguments *a,
                       const struct hs_conv_geometry *g)
{
    double products = rows_of(&a->x) * (double)hs_tensor_count(&a->w);

    for (int d = 0; d < 2 && a->x.ndim == 4; d++)
        products *= ((double)a->x.shape[2 + d] + 2 * (double)g->padding[d]) /
                        (double)(g->stride[d] > 0 ? g->stride[d] : 1) +
                    1;
    hs_budget_spend(L, products);
}

/*** quant.conv2d(x, w, b|nil[, {stride = 1, padding = 0, dilation = 1, groups = 1, x_zero_point =
 * 0, …}]) → acc[, codes, {low, high, saturated}]. x [n, c, h, w], w [out, c/groups, kh, kw], b
 * [out]; stride, padding and dilation are numbers or {rows, columns}. Padding counts as z_x, that
 * is as 0. Otherwise as quant.linear. */
int hs_lua_quant_conv2d(lua_State *L)
{
    struct layer_arguments a;
    struct hs_conv_geometry g;
    struct hs_tensor acc;
    struct hs_error err = HS_ERROR_INIT;
    int64_t groups;

    layer_arguments(L, &a);
    read_pair(L, &a.options, "stride", g.stride, 1, a.arena);
    read_pair(L, &a.options, "padding", g.padding, 0, a.arena);
    read_pair(L, &a.options, "dilation", g.dilation, 1, a.arena);
    groups = integer_option(L, &a.options, "groups", 1);
    luaL_argcheck(L, groups >= 1 && groups <= INT32_MAX, 4, "groups is 1 or more");
    g.groups = (size_t)groups;
    spend_conv(L, &a, &g);
    if (hs_integer_conv2d(&acc, a.arena, &a.x, a.z_x, &a.w, a.z_w, a.bias, &g, &err) != HS_OK)
        return hs_script_raise(L, &err);
    return layer_results(L, &a, &acc);
}

/*** quant.zero_point_terms(x, w, b|nil, {x_zero_point, w_zero_point}) → terms, folded_bias. terms
 * [n, out, 4]: Σ xw, -z_w Σ x, -z_x Σ w, K z_x z_w, whose sum and b make the accumulator;
 * folded_bias [out] is b - z_x Σ w + K z_x z_w. Both int64. */
int hs_lua_quant_zero_point_terms(lua_State *L)
{
    struct layer_arguments a;
    struct hs_tensor terms, folded;
    struct hs_error err = HS_ERROR_INIT;

    layer_arguments(L, &a);
    hs_budget_spend(L, rows_of(&a.x) * (double)hs_tensor_count(&a.w));
    if (hs_zero_point_terms(&terms, &folded, a.arena, &a.x, a.z_x, &a.w, a.z_w, a.bias, &err) !=
        HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_push_tensor(L, &terms);
    hs_lua_push_tensor(L, &folded);
    return 2;
}

/*** quant.accumulator_bits(k, max_x, max_w) → bits. Of a signed accumulator that holds every sum of
 * k products with |x - z_x| <= max_x and |w| <= max_w. */
int hs_lua_quant_accumulator_bits(lua_State *L)
{
    lua_Integer k = luaL_checkinteger(L, 1), x = luaL_checkinteger(L, 2),
                w = luaL_checkinteger(L, 3);

    luaL_argcheck(L, k >= 0 && x >= 0 && w >= 0, 1, "counts and magnitudes are not negative");
    lua_pushinteger(L, hs_accumulator_bits((uint64_t)k, (uint64_t)x, (uint64_t)w));
    return 1;
}

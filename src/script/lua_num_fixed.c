/* num.* in fixed point: gemmlowp's two operations on whole numbers or tensors of them, and the
 * multiplier that they take. */
#include "num/fixedpoint.h"
#include "script/lua_args.h"
#include "script/lua_num_fixed.h"
#include "script/lua_tensor.h"
#include "script/state.h"

/* The argument as int32: a whole number, a list or a tensor. */
static struct hs_tensor operand(lua_State *L, int index, struct hs_arena *arena)
{
    struct hs_tensor given, t;
    struct hs_error err = HS_ERROR_INIT;

    hs_lua_tensor_from(L, index, &given, arena, HS_INT32);
    if (hs_tensor_as(&t, arena, &given, HS_INT32, &err) != HS_OK)
        hs_script_raise(L, &err);
    return t;
}

/* f of each element; a single number where the arguments are. */
static int map(lua_State *L, int32_t (*f)(int32_t, int32_t), const struct hs_tensor *a,
               const struct hs_tensor *b)
{
    const struct hs_tensor *shape = b->ndim > a->ndim ? b : a;
    size_t na = hs_tensor_count(a), nb = hs_tensor_count(b), n = hs_tensor_count(shape);
    struct hs_lua_tensor *u;
    struct hs_error err = HS_ERROR_INIT;

    if (a->ndim > 0 && b->ndim > 0 && !hs_shape_equal(a, b))
        return luaL_error(L, "the two tensors have different shapes");
    if (shape->ndim == 0) {
        lua_pushinteger(L, f(*(const int32_t *)a->data, *(const int32_t *)b->data));
        return 1;
    }
    u = hs_lua_new_tensor(L);
    if (hs_tensor_new(&u->t, &u->arena, HS_INT32, shape->ndim, shape->shape, &err) != HS_OK)
        return hs_script_raise(L, &err);
    for (size_t i = 0; i < n; i++)
        ((int32_t *)u->t.data)[i] = f(((const int32_t *)a->data)[na == n ? i : 0],
                                      ((const int32_t *)b->data)[nb == n ? i : 0]);
    hs_lua_tensor_done(L, u);
    return 1;
}

/*** num.srdhm(a, b) → integer or tensor. gemmlowp's saturating rounding doubling high multiply:
 * floor(a b / 2^31 + 1/2), INT_MIN INT_MIN saturated. Whole numbers, lists or tensors of one shape.
 */
int hs_lua_num_srdhm(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_tensor a, b;

    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    a = operand(L, 1, arena);
    b = operand(L, 2, arena);
    return map(L, hs_srdhm, &a, &b);
}

/*** num.rounding_divide_by_pot(x, n) → integer or tensor. x / 2^n to the nearest, ties away from
 * zero; 0 <= n <= 31. */
int hs_lua_num_rounding_divide_by_pot(lua_State *L)
{
    lua_Integer n = luaL_checkinteger(L, 2);
    struct hs_tensor x, exponent;
    int32_t by = (int32_t)n;

    luaL_argcheck(L, n >= 0 && n <= 31, 2, "an exponent goes from 0 to 31");
    lua_settop(L, 2);
    x = operand(L, 1, hs_lua_scratch(L));
    exponent = hs_tensor_view(&by, HS_INT32, 0, NULL);
    return map(L, hs_rdbpot, &x, &exponent);
}

/*** num.quantize_multiplier(m) → mantissa, shift. m ≈ mantissa 2^(shift - 31), mantissa in [2^30,
 * 2^31); 0, 0 for what is below 2^-32. */
int hs_lua_num_quantize_multiplier(lua_State *L)
{
    double m = luaL_checknumber(L, 1);
    int32_t mantissa;
    int shift;

    luaL_argcheck(L, m >= 0 && m <= 0x1p1000, 1, "a multiplier is finite and not negative");
    hs_quantize_multiplier(m, &mantissa, &shift);
    lua_pushinteger(L, mantissa);
    lua_pushinteger(L, shift);
    return 2;
}

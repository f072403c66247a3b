/* Methods and fields of a tensor in Lua. Indices and axes are 0-based as in NumPy; lists are
 * 1-based as in Lua. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "script/lua_tensor.h"
#include "script/state.h"
#include "tensor/stats.h"

int hs_tensor_index_field(lua_State *L);
int hs_tensor_length(lua_State *L);
int hs_tensor_to_string(lua_State *L);

/* A new userdata that looks at the elements of the one at index 1 and keeps it alive. */
static int push_view(lua_State *L, const struct hs_tensor *view)
{
    struct hs_lua_tensor *u = hs_lua_new_tensor(L);

    u->t = *view;
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

static int push_element(lua_State *L, const struct hs_tensor *t, size_t i)
{
    if (t->dtype == HS_BOOL)
        lua_pushboolean(L, hs_tensor_get(t, i) != 0);
    else if (hs_dtype_is_integer(t->dtype))
        lua_pushinteger(L, hs_dtype_load_int(t->dtype, hs_tensor_at(t, i)));
    else
        lua_pushnumber(L, hs_tensor_get(t, i));
    return 1;
}

/*** t:get(i, …) → number. One index for each axis, or a single flat index. */
static int get(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    int n = lua_gettop(L) - 1;
    size_t flat = 0, count = hs_tensor_count(t);

    if (n != t->ndim && n != 1)
        return luaL_error(L, "%d indices for a tensor of %d dimensions", n, t->ndim);
    for (int i = 0; i < n; i++) {
        lua_Integer at = luaL_checkinteger(L, i + 2);
        size_t size = n == t->ndim ? t->shape[i] : count;

        if (at < 0 || (size_t)at >= size)
            return luaL_error(L, "index %I is outside 0 … %I (the first is 0)", (LUAI_UACINT)at,
                              (LUAI_UACINT)size - 1);
        flat = flat * size + (size_t)at;
    }
    return push_element(L, t, flat);
}

/*** t:slice(axis, from, to) → tensor. Half-open; a view. */
static int slice(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    lua_Integer from = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
    struct hs_tensor view;
    struct hs_error err = HS_ERROR_INIT;

    luaL_argcheck(L, from >= 0 && to >= from, 3, "0 <= from <= to expected");
    if (hs_tensor_slice(&view, t, (int)luaL_checkinteger(L, 2), (size_t)from, (size_t)to, &err) !=
        HS_OK)
        return hs_script_raise(L, &err);
    return push_view(L, &view);
}

/* Whole numbers from arguments 2 … or from a list at 2. */
static int numbers(lua_State *L, lua_Integer *out)
{
    int n = lua_istable(L, 2) ? (int)lua_rawlen(L, 2) : lua_gettop(L) - 1;

    luaL_argcheck(L, n <= HS_MAX_DIMS, 2, "more than 32 dimensions");
    for (int i = 0; i < n; i++) {
        if (lua_istable(L, 2))
            lua_rawgeti(L, 2, i + 1);
        else
            lua_pushvalue(L, i + 2);
        out[i] = luaL_checkinteger(L, -1);
        lua_pop(L, 1);
    }
    return n;
}

/*** t:reshape{a, b, …} → tensor. One size may be -1. */
static int reshape(lua_State *L)
{
    struct hs_lua_tensor *u = hs_lua_check_tensor(L, 1), *made;
    lua_Integer sizes[HS_MAX_DIMS];
    size_t shape[HS_MAX_DIMS];
    struct hs_tensor view, dense;
    struct hs_error err = HS_ERROR_INIT;
    int n = numbers(L, sizes);

    for (int i = 0; i < n; i++) {
        luaL_argcheck(L, sizes[i] >= -1, 2, "sizes are 0 or more, or -1 for the rest");
        shape[i] = sizes[i] < 0 ? (size_t)-1 : (size_t)sizes[i];
    }
    if (hs_tensor_is_contiguous(&u->t)) {
        if (hs_tensor_reshape(&view, &u->t, n, shape, &err) != HS_OK)
            return hs_script_raise(L, &err);
        return push_view(L, &view);
    }
    made = hs_lua_new_tensor(L);
    if (hs_tensor_copy(&dense, &made->arena, &u->t, &err) != HS_OK ||
        hs_tensor_reshape(&made->t, &dense, n, shape, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, made);
    return 1;
}

/*** t:transpose{axis, …} → tensor. The order of the axes; a view. Without an order the axes are
 * reversed. */
static int transpose(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    lua_Integer axes[HS_MAX_DIMS];
    int order[HS_MAX_DIMS], n = numbers(L, axes);
    struct hs_tensor view;
    struct hs_error err = HS_ERROR_INIT;

    luaL_argcheck(L, n == 0 || n == t->ndim, 2, "one number for each axis expected");
    for (int i = 0; i < t->ndim; i++)
        order[i] = n == 0 ? t->ndim - 1 - i : (int)axes[i];
    if (hs_tensor_transpose(&view, t, order, &err) != HS_OK)
        return hs_script_raise(L, &err);
    return push_view(L, &view);
}

/*** t:as(dtype) → tensor. Nothing is clipped: a value that does not fit is an error. */
static int as(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    enum hs_dtype dtype = hs_lua_check_dtype(L, 2);
    struct hs_lua_tensor *u;
    struct hs_tensor converted;
    struct hs_error err = HS_ERROR_INIT;

    if (t->dtype == dtype && hs_tensor_is_contiguous(t))
        return push_view(L, t);
    u = hs_lua_new_tensor(L);
    if (hs_tensor_as(&converted, &u->arena, t, dtype, &err) != HS_OK)
        return hs_script_raise(L, &err);
    u->t = converted;
    hs_lua_tensor_done(L, u);
    return 1;
}

/* One statistic, found by `look`; NaN anywhere makes it NaN, as in NumPy. */
static int statistic(lua_State *L, double (*pick)(const struct hs_stats *),
                     void (*look)(struct hs_stats *, const struct hs_tensor *))
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    struct hs_stats s;
    double v;

    look(&s, t);
    if (s.count == 0)
        return luaL_error(L, "the tensor is empty");
    v = s.nan != 0 ? (double)NAN : pick(&s);
    if (!hs_dtype_is_float(t->dtype) && v == trunc(v) && fabs(v) < 0x1p53)
        lua_pushinteger(L, (lua_Integer)v);
    else
        lua_pushnumber(L, v);
    return 1;
}

static double pick_min(const struct hs_stats *s)
{
    return s->min;
}

static double pick_max(const struct hs_stats *s)
{
    return s->max;
}

static double pick_absmax(const struct hs_stats *s)
{
    return s->absmax;
}

static double pick_mean(const struct hs_stats *s)
{
    return s->mean;
}

static double pick_std(const struct hs_stats *s)
{
    return s->std;
}

/*** t:min() → number. Of the finite elements. */
static int min(lua_State *L)
{
    return statistic(L, pick_min, hs_tensor_extremes);
}

/*** t:max() → number. Of the finite elements. */
static int max(lua_State *L)
{
    return statistic(L, pick_max, hs_tensor_extremes);
}

/*** t:absmax() → number. max |x|. */
static int absmax(lua_State *L)
{
    return statistic(L, pick_absmax, hs_tensor_extremes);
}

/*** t:mean() → number. */
static int mean(lua_State *L)
{
    return statistic(L, pick_mean, hs_tensor_stats);
}

/*** t:std() → number. Population standard deviation. */
static int std(lua_State *L)
{
    return statistic(L, pick_std, hs_tensor_stats);
}

/*** t:histogram(bins[, lo, hi]) → counts, lo, hi. The last bin includes hi. */
static int histogram(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    lua_Integer bins = luaL_checkinteger(L, 2);
    struct hs_stats s;
    double lo, hi;
    size_t *counts;

    luaL_argcheck(L, bins >= 1 && bins <= 65536, 2, "1 to 65536 bins");
    hs_tensor_extremes(&s, t);
    lo = luaL_optnumber(L, 3, s.min);
    hi = luaL_optnumber(L, 4, s.max);
    if (!(lo < hi)) {
        lo -= 0.5;
        hi = lo + 1;
    }
    counts = lua_newuserdatauv(L, (size_t)bins * sizeof *counts, 0);
    hs_tensor_histogram(counts, (size_t)bins, t, lo, hi);
    lua_createtable(L, (int)bins, 0);
    for (lua_Integer i = 0; i < bins; i++) {
        lua_pushinteger(L, (lua_Integer)counts[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushnumber(L, lo);
    lua_pushnumber(L, hi);
    return 3;
}

static void push_list(lua_State *L, const struct hs_tensor *t, int axis, size_t *at)
{
    luaL_checkstack(L, 3, "too many dimensions");
    if (axis == t->ndim) {
        push_element(L, t, (*at)++);
        return;
    }
    lua_createtable(L, (int)t->shape[axis], 0);
    for (size_t i = 0; i < t->shape[axis] && hs_tensor_count(t) != 0; i++) {
        push_list(L, t, axis + 1, at);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/*** t:tolist() → nested lists, or a number for a scalar. */
static int tolist(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    size_t at = 0;

    luaL_argcheck(L, hs_tensor_count(t) <= 1000000, 1, "more than 1,000,000 elements");
    push_list(L, t, 0, &at);
    return 1;
}

static const luaL_Reg methods[] = {{"get", get},
                                   {"slice", slice},
                                   {"reshape", reshape},
                                   {"transpose", transpose},
                                   {"as", as},
                                   {"min", min},
                                   {"max", max},
                                   {"absmax", absmax},
                                   {"mean", mean},
                                   {"std", std},
                                   {"histogram", histogram},
                                   {"tolist", tolist},
                                   {NULL, NULL}};

int hs_tensor_index_field(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    const char *key = luaL_checkstring(L, 2);

    for (const luaL_Reg *m = methods; m->name != NULL; m++)
        if (strcmp(m->name, key) == 0) {
            lua_pushcfunction(L, m->func);
            return 1;
        }
    if (strcmp(key, "dtype") == 0) {
        lua_pushstring(L, hs_dtype_name(t->dtype));
    } else if (strcmp(key, "ndim") == 0) {
        lua_pushinteger(L, t->ndim);
    } else if (strcmp(key, "shape") == 0) {
        lua_createtable(L, t->ndim, 0);
        for (int i = 0; i < t->ndim; i++) {
            lua_pushinteger(L, (lua_Integer)t->shape[i]);
            lua_rawseti(L, -2, i + 1);
        }
    } else {
        return luaL_error(L, "a tensor has no \"%s\"", key);
    }
    return 1;
}

int hs_tensor_length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)hs_tensor_count(&hs_lua_check_tensor(L, 1)->t));
    return 1;
}

int hs_tensor_to_string(lua_State *L)
{
    const struct hs_tensor *t = &hs_lua_check_tensor(L, 1)->t;
    luaL_Buffer b;

    luaL_buffinit(L, &b);
    lua_pushfstring(L, "tensor %s (", hs_dtype_name(t->dtype));
    luaL_addvalue(&b);
    for (int i = 0; i < t->ndim; i++) {
        lua_pushfstring(L,
                        i + 1 < t->ndim ? "%I,"
                        : t->ndim == 1  ? "%I,"
                                        : "%I",
                        (LUAI_UACINT)t->shape[i]);
        luaL_addvalue(&b);
    }
    luaL_addstring(&b, ")");
    luaL_pushresult(&b);
    return 1;
}

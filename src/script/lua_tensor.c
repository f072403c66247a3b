/* The global table `tensor`. */
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/container.h"
#include "io/save.h"
#include "script/lua_tensor.h"
#include "script/state.h"
#include "tensor/compare.h"

int hs_open_tensor(lua_State *L);

/* The path below the root that the configuration allows, or an error. */
static const char *allowed_path(lua_State *L, const char *name, bool writing)
{
    const struct hs_script *s = hs_script_of(L);
    const char *root = writing ? s->config.write_root : s->config.read_root;

    if (s->config.files == HS_FILES_NONE || root == NULL)
        luaL_error(L, "this script may not %s files", writing ? "write" : "read");
    while (hs_starts_with(name, "./"))
        name += 2;
    if (!hs_path_is_safe(name, strlen(name)))
        luaL_error(L, "%s: only files at or below %s may be used", name, root);
    return lua_pushfstring(L, "%s/%s", root, name);
}

struct loading {
    struct hs_container file;
    struct hs_error err;
    struct hs_arena bytes;
};

/*** tensor.load(path[, name]) → tensor. Any supported file below the working directory. */
static int load(lua_State *L)
{
    const struct hs_script *s = hs_script_of(L);
    const char *name = luaL_checkstring(L, 1), *entry = luaL_optstring(L, 2, NULL);
    struct hs_lua_tensor *u;
    struct loading l = {.file = HS_CONTAINER_INIT, .err = HS_ERROR_INIT};
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_bytes bytes;
    struct hs_tensor t;
    enum hs_status st;

    allowed_path(L, name, false);
    while (hs_starts_with(name, "./"))
        name += 2;
    if (s->config.memory != 0)
        l.file.arena.limit = s->config.memory * 2;
    u = hs_lua_new_tensor(
        L); /* before anything is open: an error of Lua's own must not leak the file */
    st = hs_file_read_below(&bytes, &l.bytes, s->config.read_root, name, limits.file_bytes, &l.err);
    if (st == HS_OK)
        st = hs_container_read(&l.file, bytes, name, &limits, &l.err);
    if (st == HS_OK)
        st = hs_container_tensor(&t, &l.file, entry, &l.err);
    if (st == HS_OK)
        st = hs_tensor_copy(&u->t, &u->arena, &t, &l.err);
    hs_container_dispose(&l.file);
    hs_arena_dispose(&l.bytes);
    if (st != HS_OK) {
        if (strstr(l.err.text, name) == NULL)
            hs_error_prefix(&l.err, "%s", name);
        return hs_script_raise(L, &l.err);
    }
    hs_lua_tensor_done(L, u);
    return 1;
}

/*** tensor.save(path, t | {name = t, …}). .npy, .npz or .safetensors. */
static int save(lua_State *L)
{
    const char *path = allowed_path(L, luaL_checkstring(L, 1), true);
    struct hs_named_tensor *items;
    struct hs_error err = HS_ERROR_INIT;
    size_t n = 0;

    if (hs_lua_to_tensor(L, 2) != NULL) {
        struct hs_named_tensor one = {"tensor", hs_lua_check_tensor(L, 2)->t};

        return hs_tensors_save(path, &one, 1, &err) == HS_OK ? 0 : hs_script_raise(L, &err);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1))
        n++;
    items = lua_newuserdatauv(L, (n + 1) * sizeof *items, 0);
    n = 0;
    for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
        struct hs_named_tensor item = {.name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
                                                                              : NULL};
        size_t at = n++;

        if (item.name == NULL || hs_lua_to_tensor(L, -1) == NULL)
            return luaL_argerror(L, 2, "a table of tensors by name expected");
        item.tensor = hs_lua_check_tensor(L, -1)->t;
        for (; at > 0 && strcmp(items[at - 1].name, item.name) > 0;
             at--) /* in the order of names */
            items[at] = items[at - 1];
        items[at] = item;
    }
    return hs_tensors_save(path, items, n, &err) == HS_OK ? 0 : hs_script_raise(L, &err);
}

/*** tensor.of(list[, dtype]) → tensor. Nested lists; float64 unless told otherwise. */
static int of(lua_State *L)
{
    enum hs_dtype dtype = lua_isnoneornil(L, 2) ? HS_FLOAT64 : hs_lua_check_dtype(L, 2);
    struct hs_lua_tensor *u;

    if (!lua_istable(L, 1) && lua_type(L, 1) != LUA_TNUMBER)
        return luaL_argerror(L, 1, "a list of numbers expected");
    u = hs_lua_new_tensor(L);
    hs_lua_tensor_from(L, 1, &u->t, &u->arena, dtype);
    hs_lua_tensor_done(L, u);
    return 1;
}

/* A shape at index 1: a list of sizes or one size. */
static int shape_at(lua_State *L, size_t *shape)
{
    int n = lua_istable(L, 1) ? (int)lua_rawlen(L, 1) : 1;

    luaL_argcheck(L, n <= HS_MAX_DIMS, 1, "more than 32 dimensions");
    for (int i = 0; i < n; i++) {
        lua_Integer v;

        if (lua_istable(L, 1))
            lua_rawgeti(L, 1, i + 1);
        else
            lua_pushvalue(L, 1);
        v = luaL_checkinteger(L, -1);
        luaL_argcheck(L, v >= 0, 1, "a size is 0 or more");
        shape[i] = (size_t)v;
        lua_pop(L, 1);
    }
    return n;
}

/*** tensor.zeros(shape[, dtype]) → tensor. float32 unless told otherwise. */
static int zeros(lua_State *L)
{
    size_t shape[HS_MAX_DIMS];
    int n = shape_at(L, shape);
    enum hs_dtype dtype = lua_isnoneornil(L, 2) ? HS_FLOAT32 : hs_lua_check_dtype(L, 2);
    struct hs_lua_tensor *u = hs_lua_new_tensor(L);
    struct hs_error err = HS_ERROR_INIT;

    if (hs_tensor_new(&u->t, &u->arena, dtype, n, shape, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    return 1;
}

static double option(lua_State *L, const char *name, double otherwise)
{
    double v = otherwise;

    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, name);
        v = luaL_optnumber(L, -1, otherwise);
        lua_pop(L, 1);
    }
    return v;
}

/*** tensor.random(shape[, {kind = "normal"|"uniform", mean=0, scale=1, lo=0, hi=1, seed=}]) →
 * float32 tensor. */
static int random_tensor(lua_State *L)
{
    size_t shape[HS_MAX_DIMS];
    int n = shape_at(L, shape);
    struct hs_script *s = hs_script_of(L);
    struct hs_rng own, *rng = &s->rng;
    double mean = option(L, "mean", 0), scale = option(L, "scale", 1), lo = option(L, "lo", 0),
           hi = option(L, "hi", 1);
    bool uniform = false;
    struct hs_lua_tensor *u;
    struct hs_error err = HS_ERROR_INIT;

    if (lua_istable(L, 2)) {
        if (lua_getfield(L, 2, "kind") == LUA_TSTRING)
            uniform = strcmp(lua_tostring(L, -1), "uniform") == 0;
        if (lua_getfield(L, 2, "seed") == LUA_TNUMBER) {
            own = hs_rng_seed((uint64_t)luaL_checkinteger(L, -1), 7);
            rng = &own;
        }
    }
    u = hs_lua_new_tensor(L);
    if (hs_tensor_new(&u->t, &u->arena, HS_FLOAT32, n, shape, &err) != HS_OK)
        return hs_script_raise(L, &err);
    for (size_t i = 0; i < hs_tensor_count(&u->t); i++)
        hs_tensor_set(&u->t, i,
                      uniform ? lo + (hi - lo) * hs_rng_uniform(rng)
                              : mean + scale * hs_rng_normal(rng));
    hs_lua_tensor_done(L, u);
    return 1;
}

static void number_field(lua_State *L, const char *name, double v)
{
    lua_pushnumber(L, v);
    lua_setfield(L, -2, name);
}

/*** tensor.compare(a, b) → {equal, count, mismatches, first, max_abs, max_lsb, rmse, mean_signed,
 * sqnr_db, cosine}. b is the reference; first is the 0-based multi-index of the first element that
 * differs, or nil; max_lsb for integer tensors. */
static int compare(lua_State *L)
{
    const struct hs_tensor *a = &hs_lua_check_tensor(L, 1)->t, *b = &hs_lua_check_tensor(L, 2)->t;
    struct hs_compare c;
    struct hs_error err = HS_ERROR_INIT;

    if (hs_tensor_compare(&c, a, b, &err) != HS_OK)
        return hs_script_raise(L, &err);
    lua_createtable(L, 0, 10);
    lua_pushboolean(L, c.equal);
    lua_setfield(L, -2, "equal");
    lua_pushinteger(L, (lua_Integer)c.count);
    lua_setfield(L, -2, "count");
    lua_pushinteger(L, (lua_Integer)c.mismatches);
    lua_setfield(L, -2, "mismatches");
    number_field(L, "max_abs", c.max_abs);
    if (hs_dtype_is_integer(a->dtype) && hs_dtype_is_integer(b->dtype))
        number_field(L, "max_lsb", c.max_abs);
    number_field(L, "rmse", c.rmse);
    number_field(L, "mean_signed", c.mean_signed);
    number_field(L, "sqnr_db", c.sqnr_db);
    number_field(L, "cosine", c.cosine);
    if (!c.equal) {
        size_t index[HS_MAX_DIMS];

        hs_shape_unravel(index, c.first, a->ndim, a->shape);
        lua_createtable(L, a->ndim, 0);
        for (int i = 0; i < a->ndim; i++) {
            lua_pushinteger(L, (lua_Integer)index[i]);
            lua_rawseti(L, -2, i + 1);
        }
        lua_setfield(L, -2, "first");
    }
    return 1;
}

int hs_open_tensor(lua_State *L)
{
    static const luaL_Reg functions[] = {{"load", load},
                                         {"save", save},
                                         {"of", of},
                                         {"zeros", zeros},
                                         {"random", random_tensor},
                                         {"compare", compare},
                                         {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}

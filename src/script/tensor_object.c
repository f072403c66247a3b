/* The tensor userdata: life, conversion from lists. Declared in script/lua_tensor.h. */
#include <string.h>

#include "script/lua_tensor.h"
#include "script/state.h"

static const char type_name[] = "tensor";

static int collect(lua_State *L)
{
    struct hs_lua_tensor *u = luaL_checkudata(L, 1, type_name);

    hs_budget_give(hs_script_of(L), u->charged);
    u->charged = 0;
    hs_arena_dispose(&u->arena);
    return 0;
}

int hs_tensor_index_field(lua_State *L); /* lua_tensor_methods.c */
int hs_tensor_length(lua_State *L);
int hs_tensor_to_string(lua_State *L);

void hs_lua_tensor_register(lua_State *L)
{
    static const luaL_Reg meta[] = {{"__gc", collect},
                                    {"__index", hs_tensor_index_field},
                                    {"__len", hs_tensor_length},
                                    {"__tostring", hs_tensor_to_string},
                                    {NULL, NULL}};

    luaL_newmetatable(L, type_name);
    luaL_setfuncs(L, meta, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

struct hs_lua_tensor *hs_lua_check_tensor(lua_State *L, int index)
{
    return luaL_checkudata(L, index, type_name);
}

struct hs_lua_tensor *hs_lua_to_tensor(lua_State *L, int index)
{
    return luaL_testudata(L, index, type_name);
}

struct hs_lua_tensor *hs_lua_new_tensor(lua_State *L)
{
    struct hs_lua_tensor *u = lua_newuserdatauv(L, sizeof *u, 1);
    const struct hs_script *s = hs_script_of(L);

    *u = (struct hs_lua_tensor){.arena = HS_ARENA_INIT};
    u->arena.limit = s->config.memory;
    luaL_setmetatable(L, type_name);
    return u;
}

void hs_lua_tensor_done(lua_State *L, struct hs_lua_tensor *u)
{
    if (!hs_budget_take(L, u->arena.used)) {
        hs_arena_dispose(&u->arena);
        hs_budget_stop(L, "memory");
    }
    u->charged = u->arena.used;
}

void hs_lua_push_tensor(lua_State *L, const struct hs_tensor *t)
{
    struct hs_lua_tensor *u = hs_lua_new_tensor(L);
    struct hs_error err = HS_ERROR_INIT;

    if (hs_tensor_copy(&u->t, &u->arena, t, &err) != HS_OK)
        hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
}

enum hs_dtype hs_lua_check_dtype(lua_State *L, int index)
{
    int found = hs_dtype_find(luaL_checkstring(L, index));

    if (found < 0)
        luaL_error(L, "there is no dtype \"%s\": float32, float64, float16, int8, uint8, int32 …",
                   lua_tostring(L, index));
    return (enum hs_dtype)found;
}

/* The shape of nested lists, from the first element of each level. */
static int list_shape(lua_State *L, int index, size_t *shape)
{
    int ndim = 0, top = lua_gettop(L);

    lua_pushvalue(L, index);
    while (lua_istable(L, -1)) {
        if (ndim == HS_MAX_DIMS)
            luaL_error(L, "lists nested deeper than %d levels", HS_MAX_DIMS);
        luaL_checkstack(L, 4, "lists nested too deeply");
        shape[ndim] = lua_rawlen(L, -1);
        if (shape[ndim++] == 0)
            break;
        lua_rawgeti(L, -1, 1);
    }
    lua_settop(L, top);
    return ndim;
}

static void fill(lua_State *L, int index, struct hs_tensor *t, int axis, size_t *at)
{
    luaL_checkstack(L, 4, "lists nested too deeply");
    if (axis == t->ndim) {
        if (lua_type(L, index) != LUA_TNUMBER)
            luaL_error(L, "element %d is a %s, a number is wanted", (int)*at,
                       luaL_typename(L, index));
        if (lua_isinteger(L, index)
                ? !hs_dtype_store_int(t->dtype, hs_tensor_at(t, *at), lua_tointeger(L, index))
                : !hs_tensor_set(t, *at, lua_tonumber(L, index)))
            luaL_error(L, "element %d is %f, which %s cannot hold", (int)*at,
                       lua_tonumber(L, index), hs_dtype_name(t->dtype));
        (*at)++;
        return;
    }
    if (!lua_istable(L, index) || lua_rawlen(L, index) != t->shape[axis])
        luaL_error(L, "the lists are not all of the same length");
    for (size_t i = 1; i <= t->shape[axis]; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        fill(L, lua_gettop(L), t, axis + 1, at);
        lua_pop(L, 1);
    }
}

void hs_lua_tensor_from(lua_State *L, int index, struct hs_tensor *out, struct hs_arena *arena,
                        enum hs_dtype dtype)
{
    struct hs_lua_tensor *u = hs_lua_to_tensor(L, index);
    struct hs_error err = HS_ERROR_INIT;
    size_t shape[HS_MAX_DIMS + 1], at = 0;
    int ndim;

    index = lua_absindex(L, index);
    if (u != NULL) {
        *out = u->t;
        return;
    }
    if (!lua_istable(L, index) && lua_type(L, index) != LUA_TNUMBER)
        luaL_argerror(L, index, "a tensor or a list of numbers expected");
    ndim = list_shape(L, index, shape);
    if (hs_tensor_new(out, arena, dtype, ndim, shape, &err) != HS_OK)
        hs_script_raise(L, &err);
    if (hs_tensor_count(out) != 0)
        fill(L, index, out, 0, &at);
}

#include "script/state.h"

#include <string.h>

#include <lualib.h>

#include "base/mem.h"
#include "script/lua_tensor.h"

#define HS_LIB(id, help) int hs_open_##id(lua_State *L);
#include "script/libs.def"
#undef HS_LIB

/* Everything that a script may see. xpcall is left out: its handler runs with hooks off when the
 * hook itself raised, so it could loop for ever. A later Lua cannot add a hole: hs_sandbox_open()
 * copies these names and nothing else. */
static const char *const allowed_base[] = {"assert", "error",    "ipairs", "next", "pcall",
                                           "select", "tonumber", "type",   NULL};
static const char *const allowed_string[] = {"byte",    "char", "len",   "lower",
                                             "reverse", "sub",  "upper", NULL};
static const char *const allowed_table[] = {"insert", "pack", "remove", "sort", NULL};
static const char *const allowed_math[] = {"abs",       "acos", "asin",       "atan", "ceil",
                                           "cos",       "exp",  "floor",      "fmod", "huge",
                                           "log",       "max",  "maxinteger", "min",  "mininteger",
                                           "modf",      "pi",   "sin",        "sqrt", "tan",
                                           "tointeger", "type", "ult",        NULL};
static const char *const allowed_utf8[] = {"char", "charpattern", "codepoint", "codes",
                                           "len",  "offset",      NULL};

/* Copies the named fields of the table at `from` into the table at `to`. */
static void copy_fields(lua_State *L, int from, int to, const char *const *names)
{
    for (; *names != NULL; names++) {
        lua_getfield(L, from, *names);
        lua_setfield(L, to, *names);
    }
}

static int refuse_write(lua_State *L)
{
    return luaL_error(L, "%s is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

static int refuse_read(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_gettable(L, lua_upvalueindex(1));
    if (lua_isnil(L, -1))
        return luaL_error(L, "%s has no \"%s\"", lua_tostring(L, lua_upvalueindex(2)),
                          luaL_tolstring(L, 2, NULL));
    return 1;
}

void hs_sandbox_freeze(lua_State *L, const char *name)
{
    lua_newtable(L); /* the proxy */
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_read, 2);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

/* A library of Lua itself: its allowed functions, ours over them, frozen, as a field of the globals
 * at `globals`. */
static void standard(lua_State *L, int globals, const char *name, lua_CFunction open,
                     const char *const *names, lua_CFunction own)
{
    luaL_requiref(L, name, open, 0);
    lua_newtable(L);
    copy_fields(L, lua_gettop(L) - 1, lua_gettop(L), names);
    if (own != NULL) {
        lua_pushcfunction(L, own);
        lua_pushvalue(L, -2);
        lua_call(L, 1, 0);
    }
    hs_sandbox_freeze(L, name);
    lua_setfield(L, globals, name);
    lua_pop(L, 1);
}

/* ("x"):rep(3) finds the frozen string library; the metatable itself cannot be had. */
static void lock_strings(lua_State *L, int globals)
{
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_getfield(L, globals, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

static int undeclared(lua_State *L)
{
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (lua_isnil(L, -1) && lua_type(L, 2) == LUA_TSTRING)
        return luaL_error(L, "there is no variable \"%s\"", lua_tostring(L, 2));
    return 1;
}

/* The box: the table that scripts have as _ENV. Their own globals live in it, ours behind it. */
static void make_box(lua_State *L, int globals)
{
    lua_newtable(L);
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, globals);
    lua_pushcclosure(L, undeclared, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, LUA_REGISTRYINDEX, "halfstep.box");
}

void hs_sandbox_open(lua_State *L)
{
    static const struct {
        const char *name;
        lua_CFunction open;
    } libs[] = {
#define HS_LIB(id, help) {#id, hs_open_##id},
#include "script/libs.def"
#undef HS_LIB
    };
    int globals;

    lua_newtable(L);
    globals = lua_gettop(L);
    lua_pushvalue(L, globals);
    lua_setfield(L, LUA_REGISTRYINDEX, "halfstep.globals");
    luaL_requiref(L, "_G", luaopen_base, 0);
    copy_fields(L, lua_gettop(L), globals, allowed_base);
    lua_pop(L, 1);
    lua_pushcfunction(L, hs_open_base);
    lua_pushvalue(L, globals);
    lua_call(L, 1, 0);
    standard(L, globals, "string", luaopen_string, allowed_string, hs_open_string);
    standard(L, globals, "table", luaopen_table, allowed_table, hs_open_table);
    standard(L, globals, "math", luaopen_math, allowed_math, hs_open_math);
    standard(L, globals, "utf8", luaopen_utf8, allowed_utf8, NULL);
    lock_strings(L, globals);
    hs_lua_tensor_register(L);
    for (size_t i = 0; i < HS_COUNTOF(libs); i++) {
        lua_pushcfunction(L, libs[i].open);
        lua_call(L, 0, 1);
        hs_sandbox_freeze(L, libs[i].name);
        lua_setfield(L, globals, libs[i].name);
    }
    make_box(L, globals);
    lua_pop(L, 1);
    /* What luaL_requiref left in the registry and in _G is out of reach: chunks get the box as
     * _ENV. */
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
}

#include "lesson/lua_ask.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/mem.h"

static const char *const fields[] = {"id",        "prompt",   "answer",         "tolerance",
                                     "points",    "unit",     "misconceptions", "hints",
                                     "hint_cost", "solution", "transfer",       "choices",
                                     "reveal",    "ask",      "names",          "given",
                                     "relation",  "start",    "goal",           "numbers",
                                     "later"};

static const char *const row_fields[] = {"id", "value", "message", "tolerance", "right"};

static void check_fields(lua_State *L, int table, const char *const *known, size_t n, const char *what)
{
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        bool found = false;

        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s is a table with names only", what);
        for (size_t i = 0; i < n; i++)
            found |= strcmp(known[i], lua_tostring(L, -1)) == 0;
        if (!found)
            luaL_error(L, "%s has no field \"%s\"", what, lua_tostring(L, -1));
    }
}

static void need(lua_State *L, int table, const char *field, int type, const char *what)
{
    if (lua_getfield(L, table, field) != type)
        luaL_error(L, "%s: %s should be a %s, it is a %s", what, field, lua_typename(L, type), luaL_typename(L, -1));
    lua_pop(L, 1);
}

static void check_misconceptions(lua_State *L)
{
    if (lua_getfield(L, 1, "misconceptions") == LUA_TTABLE)
        for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
            if (!lua_istable(L, -1))
                luaL_error(L, "misconceptions is a list of {id =, value =, message =}");
            check_fields(L, lua_gettop(L), row_fields, HS_COUNTOF(row_fields), "a misconception");
            lua_getfield(L, -1, "value");
            if (lua_isnil(L, -1))
                luaL_error(L, "misconception %d has no value; did its formula give nil?", (int)i);
            lua_pop(L, 2);
        }
    lua_settop(L, 1);
}

static int ask(lua_State *L);

/* What `later` became: calls the author's function and lays what the question said of itself at
 * once over the result. Upvalues: the kind, the question, the function. */
static int complete(lua_State *L)
{
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(3));
    lua_call(L, 0, 1);
    if (!lua_istable(L, 1))
        luaL_error(L, "later is a function that returns a table, not a %s", luaL_typename(L, 1));
    lua_pushnil(L);
    while (lua_next(L, lua_upvalueindex(2)) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_settable(L, 1);
    }
    lua_pushnil(L);
    lua_setfield(L, 1, "later");
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, ask, 1);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

/* Puts the closure above in the place of the function in field `later`, when there is one. */
static bool put_off(lua_State *L, const char *what)
{
    int type = lua_getfield(L, 1, "later");

    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return false;
    }
    if (type != LUA_TFUNCTION)
        luaL_error(L, "%s: later should be a function, it is a %s", what, luaL_typename(L, -1));
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, complete, 3);
    lua_setfield(L, 1, "later");
    lua_pop(L, 1);
    return true;
}

/* All constructors: check, and note the kind in the table that is handed back. */
static int ask(lua_State *L)
{
    const char *kind = lua_tostring(L, lua_upvalueindex(1));
    char what[64];

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushfstring(L, "ask.%s", kind);
    strncpy(what, lua_tostring(L, -1), sizeof what - 1);
    what[sizeof what - 1] = '\0';
    lua_pop(L, 1);
    check_fields(L, 1, fields, HS_COUNTOF(fields), what);
    need(L, 1, "id", LUA_TSTRING, what);
    if (!put_off(L, what)) {
        need(L, 1, "prompt", LUA_TSTRING, what);
        if (lua_getfield(L, 1, "answer") == LUA_TNIL)
            luaL_error(L, "%s has no answer; did its formula give nil?", what);
        lua_pop(L, 1);
        check_misconceptions(L);
    }
    lua_pushstring(L, kind);
    lua_setfield(L, 1, "ask");
    return 1;
}

int hs_lua_open_ask(lua_State *L)
{
    static const char *const kinds[] = {"number", "integer", "list", "tensor", "choice", "predict",
                                        "expression", "equation", "derivation"};

    lua_createtable(L, 0, (int)HS_COUNTOF(kinds));
    for (size_t i = 0; i < HS_COUNTOF(kinds); i++) {
        lua_pushstring(L, kinds[i]);
        lua_pushcclosure(L, ask, 1);
        lua_setfield(L, -2, kinds[i]);
    }
    return 1;
}

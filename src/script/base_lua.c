/* Our own print, tostring, pairs and setmetatable (script/state.h: hs_open_base). */
#include <string.h>

#include "base/fmt.h"
#include "script/state.h"

/* Numbers as the shortest text that reads back; everything else as Lua does, but for addresses. */
static void push_text(lua_State *L, int index)
{
    char text[HS_FMT_SIZE];

    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            lua_pushfstring(L, "%I", (LUAI_UACINT)lua_tointeger(L, index));
        else
            lua_pushstring(L, hs_fmt_double(text, lua_tonumber(L, index)));
        break;
    case LUA_TTABLE:
    case LUA_TFUNCTION:
        if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL &&
            luaL_getmetafield(L, index, "__name") == LUA_TNIL) {
            lua_pushstring(L,
                           luaL_typename(L,
                                         index)); /* no addresses: the same output in every run */
            break;
        }
        lua_pop(L, 1);
        luaL_tolstring(L, index, NULL);
        break;
    default:
        luaL_tolstring(L, index, NULL);
    }
}

static int own_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    push_text(L, 1);
    return 1;
}

static int own_print(lua_State *L)
{
    struct hs_script *s = hs_script_of(L);
    int n = lua_gettop(L);

    for (int i = 1; i <= n; i++) {
        size_t len;
        const char *text;

        push_text(L, i);
        text = lua_tolstring(L, -1, &len);
        if (i > 1)
            hs_script_say(s, "\t", 1);
        hs_script_say(s, text, len);
        lua_pop(L, 1);
    }
    hs_script_say(s, "\n", 1);
    return 0;
}

/* Order of keys: numbers by value, then strings by bytes; the rest last, as they come. */
static bool key_before(lua_State *L, int a, int b)
{
    int ta = lua_type(L, a), tb = lua_type(L, b);
    int ra = ta == LUA_TNUMBER   ? 0
             : ta == LUA_TSTRING ? 1
                                 : 2,
        rb = tb == LUA_TNUMBER   ? 0
             : tb == LUA_TSTRING ? 1
                                 : 2;

    if (ra != rb)
        return ra < rb;
    return ra == 2 ? false : lua_compare(L, a, b, LUA_OPLT) != 0;
}

static int compare_keys(lua_State *L)
{
    lua_pushboolean(L, key_before(L, 1, 2));
    return 1;
}

/* Iterator: upvalues are the table, its sorted keys and the place. */
static int sorted_next(lua_State *L)
{
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(3)) + 1;

    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(3));
    if (lua_rawgeti(L, lua_upvalueindex(2), i) == LUA_TNIL)
        return 1;
    lua_pushvalue(L, -1);
    lua_gettable(L, lua_upvalueindex(1));
    return 2;
}

/* pairs in a fixed order, so that no result depends on addresses. */
static int own_pairs(lua_State *L)
{
    lua_Integer n = 0;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, 2, ++n);
    }
    lua_getfield(L, LUA_REGISTRYINDEX, "halfstep.sort");
    lua_pushvalue(L, 2);
    lua_pushcfunction(L, compare_keys);
    lua_call(L, 2, 0);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, sorted_next, 3);
    return 1;
}

static int own_setmetatable(lua_State *L)
{
    static const char *const refused[] = {"__gc", "__mode", "__close", "__metatable"};

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argcheck(L, lua_istable(L, 2) || lua_isnil(L, 2), 2, "nil or a table expected");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "a protected metatable cannot be changed");
    for (size_t i = 0; lua_istable(L, 2) && i < sizeof refused / sizeof *refused; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "a metatable may not have %s", refused[i]);
        lua_pop(L, 1);
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

int hs_open_base(lua_State *L)
{
    static const luaL_Reg functions[] = {{"print", own_print},
                                         {"tostring", own_tostring},
                                         {"pairs", own_pairs},
                                         {"setmetatable", own_setmetatable},
                                         {NULL, NULL}};

    luaL_setfuncs(L, functions, 0); /* into the table that was passed */
    return 0;
}

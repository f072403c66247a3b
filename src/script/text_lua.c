/* string, table and math with limits (ROBUSTNESS 5.4): results up to 16 MiB, subjects up to 1 MiB,
 * patterns up to 256 bytes. */
#include <math.h>
#include <string.h>

#include <lualib.h>

#include "script/state.h"

enum { MAX_RESULT = 16 << 20, MAX_SUBJECT = 1 << 20, MAX_PATTERN = 256, MAX_ITEMS = 1000000 };

/* The original is upvalue 1: calls it with all arguments. */
static int forward(lua_State *L)
{
    int n = lua_gettop(L);

    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, n, LUA_MULTRET);
    return lua_gettop(L);
}

/* A match with q open repetitions over n bytes can try about n^q / q! ways, and no hook fires
 * meanwhile. */
static void check_pattern(lua_State *L, bool plain)
{
    size_t n, len;
    const char *p;
    double ways = 1;
    int repetitions = 0;

    luaL_checklstring(L, 1, &n);
    p = luaL_checklstring(L, 2, &len);
    luaL_argcheck(L, n <= MAX_SUBJECT, 1, "the text is longer than 1 MiB");
    if (plain)
        return;
    luaL_argcheck(L, len <= MAX_PATTERN, 2, "the pattern is longer than 256 bytes");
    if (hs_script_of(L)->config.trust_patterns)
        return;
    for (size_t i = 0; i < len; i++)
        if (p[i] == '%')
            i++;
        else if (strchr("*+-", p[i]) != NULL)
            repetitions++;
    for (int q = 1; q <= repetitions; q++)
        ways *= ((double)n + q) / q;
    luaL_argcheck(L, ways <= 1e8, 2,
                  "the pattern has too many repetitions for a text of this length");
}

static int limited_match(lua_State *L)
{
    check_pattern(L, false);
    return forward(L);
}

static int limited_find(lua_State *L)
{
    check_pattern(L, lua_toboolean(L, 4) != 0);
    return forward(L);
}

static int limited_rep(lua_State *L)
{
    size_t len, sep = 0;
    lua_Integer n = luaL_checkinteger(L, 2);

    luaL_checklstring(L, 1, &len);
    if (!lua_isnoneornil(L, 3))
        luaL_checklstring(L, 3, &sep);
    luaL_argcheck(L, n <= 0 || len + sep == 0 || (size_t)n <= MAX_RESULT / (len + sep), 2,
                  "the result would be longer than 16 MiB");
    luaL_argcheck(L, n <= MAX_RESULT, 2, "more than 16 million repetitions");
    return forward(L);
}

static int limited_format(lua_State *L)
{
    size_t total, n;

    luaL_checklstring(L, 1, &total);
    luaL_argcheck(L, total <= 65536, 1, "the format is longer than 64 KiB");
    for (int i = 2; i <= lua_gettop(L); i++)
        if (lua_type(L, i) == LUA_TSTRING) {
            lua_tolstring(L, i, &n);
            total += n;
        }
    luaL_argcheck(L, total <= MAX_RESULT, 1, "the result would be longer than 16 MiB");
    return forward(L);
}

/* Wraps the function `name` of the library whose original table is at the top of the stack. */
static void wrap(lua_State *L, int into, const char *name, lua_CFunction with)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, with, 1);
    lua_setfield(L, into, name);
}

int hs_open_string(lua_State *L)
{
    luaL_requiref(L, "string", luaopen_string, 0);
    wrap(L, 1, "rep", limited_rep);
    wrap(L, 1, "format", limited_format);
    wrap(L, 1, "find", limited_find);
    wrap(L, 1, "match", limited_match);
    wrap(L, 1, "gmatch", limited_match);
    wrap(L, 1, "gsub", limited_match);
    return 0;
}

static void check_range(lua_State *L, int from, int to)
{
    lua_Integer i = luaL_optinteger(L, from, 1),
                j = lua_isnoneornil(L, to) ? luaL_len(L, 1) : luaL_checkinteger(L, to);

    luaL_argcheck(L, j < i || (lua_Unsigned)j - (lua_Unsigned)i < MAX_ITEMS, to,
                  "more than 1,000,000 items");
}

static int limited_concat(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    check_range(L, 3, 4);
    return forward(L);
}

static int limited_unpack(lua_State *L)
{
    check_range(L, 2, 3);
    return forward(L);
}

static int limited_move(lua_State *L)
{
    check_range(L, 2, 3);
    return forward(L);
}

int hs_open_table(lua_State *L)
{
    luaL_requiref(L, "table", luaopen_table, 0);
    wrap(L, 1, "concat", limited_concat);
    wrap(L, 1, "unpack", limited_unpack);
    wrap(L, 1, "move", limited_move);
    lua_getfield(L, -1, "sort");
    lua_setfield(L, LUA_REGISTRYINDEX, "halfstep.sort"); /* for pairs */
    return 0;
}

/* math.random from the seed of the configuration: the same numbers in every run. */
static int own_random(lua_State *L)
{
    struct hs_rng *rng = &hs_script_of(L)->rng;
    lua_Integer low = 1, high;

    if (lua_gettop(L) == 0) {
        lua_pushnumber(L, hs_rng_uniform(rng));
        return 1;
    }
    high = luaL_checkinteger(L, lua_gettop(L) == 1 ? 1 : 2);
    if (lua_gettop(L) > 1)
        low = luaL_checkinteger(L, 1);
    luaL_argcheck(L, low <= high && (lua_Unsigned)high - (lua_Unsigned)low < UINT32_MAX, 1,
                  "the interval is empty or too wide");
    lua_pushinteger(L, low + (lua_Integer)hs_rng_below(rng, (uint32_t)(high - low) + 1));
    return 1;
}

int hs_open_math(lua_State *L)
{
    lua_pushcfunction(L, own_random);
    lua_setfield(L, 1, "random");
    return 0;
}

/* The global table `num`. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "num/number.h"
#include "num/round.h"
#include "script/lua_num_fixed.h"
#include "script/lua_num_format.h"
#include "script/state.h"

int hs_open_num(lua_State *L);

/*** num.short(x[, digits = 4]) → text. For people: "0.001954". */
static int short_text(lua_State *L)
{
    char text[HS_FMT_SIZE];
    lua_Integer digits = luaL_optinteger(L, 2, 4);

    luaL_argcheck(L, digits >= 1 && digits <= 17, 2, "1 to 17 digits");
    lua_pushstring(L, hs_fmt_short(text, luaL_checknumber(L, 1), (int)digits));
    return 1;
}

/*** num.show(x) → text. The shortest that reads back as the same number. */
static int show(lua_State *L)
{
    char text[HS_FMT_SIZE];

    lua_pushstring(L, hs_fmt_double(text, luaL_checknumber(L, 1)));
    return 1;
}

/*** num.hexfloat(x) → text such as "0x1.8p-3". */
static int hexfloat(lua_State *L)
{
    char text[64];

    snprintf(text, sizeof text, "%a", luaL_checknumber(L, 1));
    lua_pushstring(L, text);
    return 1;
}

/*** num.bits(code, bits) → text of two's complement digits. */
static int bits(lua_State *L)
{
    lua_Integer code = luaL_checkinteger(L, 1), n = luaL_checkinteger(L, 2);
    char text[HS_FMT_CODE_SIZE];

    luaL_argcheck(L, n >= 1 && n <= 64, 2, "1 to 64 bits");
    lua_pushstring(L, hs_fmt_code(text, (uint64_t)code, (int)n, false));
    return 1;
}

/*** num.parse(text) → number, or nil and a sentence. As answers are read: 1/3, 2^-7, 0x1p-7, .5 */
static int parse(lua_State *L)
{
    struct hs_number v;
    struct hs_error err = HS_ERROR_INIT;

    if (hs_number_read(&v, luaL_checkstring(L, 1), 0, &err) != HS_OK) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    lua_pushnumber(L, v.value);
    return 1;
}

/*** num.round(x[, mode = "half_even"]) → number. */
static int round_number(lua_State *L)
{
    int mode = hs_round_find(luaL_optstring(L, 2, "half_even"));

    if (mode < 0 || mode == HS_ROUND_STOCHASTIC)
        return luaL_error(L,
                          "rounding is half_even, half_away, half_up, toward_zero, floor or ceil");
    lua_pushnumber(L, hs_round(luaL_checknumber(L, 1), (enum hs_round)mode));
    return 1;
}

/*** num.log2(x) → number. */
static int log_two(lua_State *L)
{
    lua_pushnumber(L, log2(luaL_checknumber(L, 1)));
    return 1;
}

/*** num.float32(x) → the nearest float32, as a number. */
static int to_float(lua_State *L)
{
    lua_pushnumber(L, (double)(float)luaL_checknumber(L, 1));
    return 1;
}

/*** num.uniform(name) → [0, 1), the same for one seed and name whatever else is drawn. */
static int uniform(lua_State *L)
{
    struct hs_rng seeded = hs_rng_seed(hs_script_of(L)->config.seed, 1),
                  rng = hs_rng_split(&seeded, luaL_checkstring(L, 1));

    lua_pushnumber(L, hs_rng_uniform(&rng));
    return 1;
}

int hs_open_num(lua_State *L)
{
    static const luaL_Reg functions[] = {{"short", short_text},
                                         {"show", show},
                                         {"hexfloat", hexfloat},
                                         {"bits", bits},
                                         {"parse", parse},
                                         {"round", round_number},
                                         {"log2", log_two},
                                         {"float32", to_float},
                                         {"uniform", uniform},
                                         {"srdhm", hs_lua_num_srdhm},
                                         {"rounding_divide_by_pot",
                                          hs_lua_num_rounding_divide_by_pot},
                                         {"quantize_multiplier", hs_lua_num_quantize_multiplier},
                                         {"encode", hs_lua_num_encode},
                                         {"decode", hs_lua_num_decode},
                                         {"format", hs_lua_num_format},
                                         {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}

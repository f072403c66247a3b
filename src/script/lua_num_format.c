/* num.* of small floats (num/minifloat.h), by the names of the dtypes and those of OCP: float16,
 * bfloat16, float8_e4m3fn, float8_e5m2, float6_e2m3fn, float6_e3m2fn, float4_e2m1fn, and e8m0, the
 * scale of microscaling blocks. */
#include "script/lua_num_format.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "num/minifloat.h"

enum { E8M0 = HS_MINIFLOAT_COUNT };

static int check_format(lua_State *L, int index)
{
    const char *name = luaL_checkstring(L, index);
    int f = strcmp(name, "e8m0") == 0 ? E8M0 : hs_minifloat_find(name);

    if (f < 0)
        luaL_error(L,
                   "there is no format \"%s\"; there are float16, bfloat16, float8_e4m3fn, "
                   "float8_e5m2, float6_e2m3fn, float6_e3m2fn, float4_e2m1fn and e8m0",
                   name);
    return f;
}

/*** num.encode(x, format[, {saturate = true}]) → code. The nearest value, half to even. Beyond the
 * largest: that, or with saturate = false infinity or NaN where the format has one. e8m0 takes a
 * power of two (or NaN) and nothing else. */
int hs_lua_num_encode(lua_State *L)
{
    double x = luaL_checknumber(L, 1);
    int f = check_format(L, 2), e;
    bool saturate = true;

    if (lua_istable(L, 3)) {
        lua_getfield(L, 3, "saturate");
        saturate = lua_isnil(L, -1) || lua_toboolean(L, -1);
    }
    if (f != E8M0) {
        lua_pushinteger(L, hs_minifloat_encode((enum hs_minifloat)f, x, saturate));
        return 1;
    }
    luaL_argcheck(L, isnan(x) || (frexp(x, &e) == 0.5 && e - 1 >= -127 && e - 1 <= 127), 1,
                  "e8m0 holds the powers of two from 2^-127 to 2^127, and NaN");
    lua_pushinteger(L, isnan(x) ? HS_E8M0_NAN : hs_e8m0_of_exponent(e - 1));
    return 1;
}

/*** num.decode(code, format) → number, exactly. */
int hs_lua_num_decode(lua_State *L)
{
    lua_Integer code = luaL_checkinteger(L, 1);
    int f = check_format(L, 2), bits = f == E8M0 ? 8 : hs_minifloat_bits((enum hs_minifloat)f);

    if (code < 0 || code >> bits != 0)
        return luaL_error(L, "code %I is not one of the %d bits of %s", (LUAI_UACINT)code, bits,
                          lua_tostring(L, 2));
    lua_pushnumber(L, f == E8M0 ? hs_e8m0_decode((uint8_t)code)
                                : hs_minifloat_decode((enum hs_minifloat)f, (uint16_t)code));
    return 1;
}

/*** num.format(format) → {bits, max, smallest, nan}: the largest value, the smallest above 0, and
 * whether there is a NaN. */
int hs_lua_num_format(lua_State *L)
{
    int f = check_format(L, 1);
    enum hs_minifloat format = (enum hs_minifloat)f;
    bool scale = f == E8M0;

    lua_createtable(L, 0, 4);
    lua_pushinteger(L, scale ? 8 : hs_minifloat_bits(format));
    lua_setfield(L, -2, "bits");
    lua_pushnumber(L, scale ? hs_e8m0_decode(254) : hs_minifloat_max(format));
    lua_setfield(L, -2, "max");
    lua_pushnumber(L, scale ? hs_e8m0_decode(0) : hs_minifloat_decode(format, 1));
    lua_setfield(L, -2, "smallest");
    lua_pushboolean(L, scale || hs_minifloat_has_nan(format));
    lua_setfield(L, -2, "nan");
    return 1;
}

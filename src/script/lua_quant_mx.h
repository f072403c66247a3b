/* Functions of the global table `quant` for microscaling blocks; lua_quant.c registers them. */
#ifndef HS_SCRIPT_LUA_QUANT_MX_H
#define HS_SCRIPT_LUA_QUANT_MX_H

#include <lua.h>

int hs_lua_quant_mx(lua_State *L);
int hs_lua_quant_mx_dequantize(lua_State *L);

#endif

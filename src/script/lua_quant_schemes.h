/* Functions of the global table `quant` for schemes with formulas of their own, codebooks and other
 * people's conventions; lua_quant.c registers them. */
#ifndef HS_SCRIPT_LUA_QUANT_SCHEMES_H
#define HS_SCRIPT_LUA_QUANT_SCHEMES_H

#include <lua.h>

int hs_lua_quant_dorefa(lua_State *L);
int hs_lua_quant_pact(lua_State *L);
int hs_lua_quant_pact_grad(lua_State *L);
int hs_lua_quant_wrpn(lua_State *L);
int hs_lua_quant_range_linear(lua_State *L);
int hs_lua_quant_symmetric_linear(lua_State *L);
int hs_lua_quant_kmeans(lua_State *L);
int hs_lua_quant_from_multiplier(lua_State *L);
int hs_lua_quant_to_multiplier(lua_State *L);
int hs_lua_quant_from_distiller(lua_State *L);
int hs_lua_quant_to_distiller(lua_State *L);

#endif

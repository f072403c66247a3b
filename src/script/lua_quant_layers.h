/* Functions of the global table `quant` that work on whole layers; lua_quant.c registers them. */
#ifndef HS_SCRIPT_LUA_QUANT_LAYERS_H
#define HS_SCRIPT_LUA_QUANT_LAYERS_H

#include <lua.h>

int hs_lua_quant_fold_batchnorm(lua_State *L);
int hs_lua_quant_match_codes(lua_State *L);
int hs_lua_quant_requantize(lua_State *L);
int hs_lua_quant_bias(lua_State *L);
int hs_lua_quant_linear(lua_State *L);
int hs_lua_quant_conv2d(lua_State *L);
int hs_lua_quant_zero_point_terms(lua_State *L);
int hs_lua_quant_accumulator_bits(lua_State *L);
int hs_lua_quant_chain(lua_State *L);
int hs_lua_quant_energy(lua_State *L);
int hs_lua_quant_trace(lua_State *L);

#endif

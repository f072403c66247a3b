/* Functions of the global table `quant` for quantization-aware training; lua_quant.c registers
 * them. */
#ifndef HS_SCRIPT_LUA_QUANT_TRAIN_H
#define HS_SCRIPT_LUA_QUANT_TRAIN_H

#include <lua.h>

int hs_lua_quant_fake_quantize(lua_State *L);
int hs_lua_quant_fake_quantize_grad(lua_State *L);
int hs_lua_quant_lsq_scale(lua_State *L);
int hs_lua_quant_lsq_grad_factor(lua_State *L);

#endif

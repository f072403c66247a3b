/* Functions of the global table `num` in fixed point; lua_num.c registers them. */
#ifndef HS_SCRIPT_LUA_NUM_FIXED_H
#define HS_SCRIPT_LUA_NUM_FIXED_H

#include <lua.h>

int hs_lua_num_srdhm(lua_State *L);
int hs_lua_num_rounding_divide_by_pot(lua_State *L);
int hs_lua_num_quantize_multiplier(lua_State *L);

#endif

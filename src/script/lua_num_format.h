/* Functions of the global table `num` for small floats; lua_num.c registers them. */
#ifndef HS_SCRIPT_LUA_NUM_FORMAT_H
#define HS_SCRIPT_LUA_NUM_FORMAT_H

#include <lua.h>

int hs_lua_num_encode(lua_State *L);
int hs_lua_num_decode(lua_State *L);
int hs_lua_num_format(lua_State *L);

#endif

/* What the functions of several libraries read their arguments with. */
#ifndef HS_SCRIPT_LUA_ARGS_H
#define HS_SCRIPT_LUA_ARGS_H

#include <lua.h>

#include "tensor/value.h"

/* Pushes a scratch arena that ends with the C function, by a return or an error. Its slot may be
 * removed by lua_settop and lua_pop alone. */
struct hs_arena *hs_lua_scratch(lua_State *L);

/* The options table at `index` as a value; an empty map when there is none. Raises for what is no
 * table. */
struct hs_value hs_lua_options(lua_State *L, int index, struct hs_arena *arena);

/* Raises for a member of `v` that is neither a name of the option table nor among `more` (ended by
 * NULL; NULL for none) or `others`. */
void hs_lua_check_names(lua_State *L, const struct hs_value *v, const char *const *more,
                        const char *const *others);

#endif

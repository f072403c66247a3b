/* Tensors in Lua: userdata that hold an arena and a view. Used by the libraries of script, lesson
 * and grade. */
#ifndef HS_SCRIPT_LUA_TENSOR_H
#define HS_SCRIPT_LUA_TENSOR_H

#include <lauxlib.h>
#include <lua.h>

#include "tensor/tensor.h"

struct hs_lua_tensor {
    struct hs_arena arena; /* owns the elements, unless they belong to the user value (a view) */
    struct hs_tensor t;
    size_t charged; /* bytes taken from the script's budget */
};

/* The metatable; called once by the sandbox. */
void hs_lua_tensor_register(lua_State *L);

/* The tensor at `index`, or an argument error. hs_lua_to_tensor gives NULL instead. */
struct hs_lua_tensor *hs_lua_check_tensor(lua_State *L, int index);
struct hs_lua_tensor *hs_lua_to_tensor(lua_State *L, int index);

/* Pushes a new, empty tensor userdata. A C function fills ->t with elements from &->arena and then
 * calls hs_lua_tensor_done(), which charges the budget and raises when it is met. */
struct hs_lua_tensor *hs_lua_new_tensor(lua_State *L);
void hs_lua_tensor_done(lua_State *L, struct hs_lua_tensor *u);

/* Pushes a copy of t (elements too). */
void hs_lua_push_tensor(lua_State *L, const struct hs_tensor *t);

/* A list of numbers, nested or not, or a tensor, as a tensor in `arena`. Raises for anything else.
 */
void hs_lua_tensor_from(lua_State *L, int index, struct hs_tensor *out, struct hs_arena *arena,
                        enum hs_dtype dtype);

/* The dtype named by the text at `index`, or an argument error that lists a few. */
enum hs_dtype hs_lua_check_dtype(lua_State *L, int index);

#endif

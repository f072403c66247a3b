/* Networks in Lua: a userdata that holds a model or a program. Used by the files of nn.*. */
#ifndef HS_SCRIPT_LUA_NN_H
#define HS_SCRIPT_LUA_NN_H

#include <lauxlib.h>
#include <lua.h>

#include "io/dataset.h"
#include "nn/file.h"

struct hs_lua_network {
    struct hs_network n;
    size_t charged; /* bytes taken from the script's budget */
};

/* The metatable (lua_nn_model.c); called by hs_open_nn. */
void hs_lua_network_register(lua_State *L);

/* Pushes an empty one. A C function fills ->n and then calls _done, which charges the budget and
 * raises when it is met. */
struct hs_lua_network *hs_lua_new_network(lua_State *L);
void hs_lua_network_done(lua_State *L, struct hs_lua_network *u);

/* Argument errors for anything else; _model refuses programs, too. */
struct hs_lua_network *hs_lua_check_network(lua_State *L, int index);
struct hs_model *hs_lua_check_model(lua_State *L, int index);

/* Multiplications of one picture, and bytes of the buffers of `batch` of them. */
double hs_lua_network_products(const struct hs_network *n);
void hs_lua_network_check_memory(lua_State *L, const struct hs_network *n, size_t batch,
                                 bool training);

/* hs_budget_spend() for products of a network: the kernels do sixteen in the time that loops over
 * codes take for one. */
void hs_lua_nn_spend(lua_State *L, double products);

/* Raises when the script's wall time is over; no hook fires while C runs. */
bool hs_lua_nn_in_time(lua_State *L);
void hs_lua_nn_check_time(lua_State *L);

/* Raises for a member of `v` that is not among `names` (ended by NULL). */
void hs_lua_nn_names(lua_State *L, const struct hs_value *v, const char *const *names);

/* options.data: "mnist/small-test", or {images = tensor, labels = tensor or list}; without it, the
 * set that the network is for (`split` of it). options.images: the first so many. Returns the name,
 * for about. */
const char *hs_lua_nn_data(lua_State *L, struct hs_dataset_split *out, struct hs_arena *arena,
                           const struct hs_value *options, const struct hs_network *n,
                           const char *split);

/* lua_nn_train.c */
int hs_lua_nn_train(lua_State *L);
int hs_lua_nn_calibrate(lua_State *L);
int hs_lua_nn_qat(lua_State *L);

/* lua_nn_run.c */
int hs_lua_nn_forward(lua_State *L);
int hs_lua_nn_eval(lua_State *L);
int hs_lua_nn_convert(lua_State *L);

#endif

/* The Lua state behind struct hs_script, seen by the files of this layer only. */
#ifndef HS_SCRIPT_STATE_H
#define HS_SCRIPT_STATE_H

#include <lauxlib.h>
#include <lua.h>

#include "script/script.h"

enum { HS_LOG_HEAD = 16384, HS_LOG_TAIL = 16384 };

struct hs_script {
    lua_State *L;
    struct hs_script_config config;
    struct hs_arena arena;
    size_t heap, tensors; /* bytes that Lua and its tensors hold now */
    bool refusing;        /* the last growth was refused: Lua collects and asks once more */
    bool exhausted;       /* a budget was met: nothing that the script says counts any more */
    bool reporting;       /* an error is being reported: a reserve may be used */
    const char *budget;   /* which budget it was */
    uint64_t instructions, started_ns;
    struct hs_rng rng;
    struct hs_str log, log_tail;
    size_t log_left_out;
    int exit_code; /* of error{code=N}; -1 when there was none */
    bool locked;   /* scripts have run: no further libraries */
};

/* The script of a Lua state. */
struct hs_script *hs_script_of(lua_State *L);

/* Installs the libraries of Lua and of halfstep and the box. Called protected. */
void hs_sandbox_open(lua_State *L);

/* Makes the table on top of the stack a read-only proxy of itself (in place of it on the stack). */
void hs_sandbox_freeze(lua_State *L, const char *name);

/* The own versions of base, string and table functions (lua_base.c, lua_string.c). */
int hs_open_base(lua_State *L);
int hs_open_string(lua_State *L);
int hs_open_table(lua_State *L);
int hs_open_math(lua_State *L);

/* Starts the budgets of one call; the hook that watches them. */
void hs_budget_start(struct hs_script *s);
void hs_budget_hook(lua_State *L, lua_Debug *ar);

/* Marks the state as exhausted and raises. */
int hs_budget_stop(lua_State *L, const char *what);

/* Work that a C function is about to do at one go, where no hook fires, in multiplications of codes: it
 * counts as instructions, four to one. Raises when the budget does not reach. */
void hs_budget_spend(lua_State *L, double products);

/* Memory of tensors: takes `bytes` from the budget (collecting garbage first when it is short), or
 * gives them back. */
bool hs_budget_take(lua_State *L, size_t bytes);
void hs_budget_give(struct hs_script *s, size_t bytes);

/* Appends to the log, or hands to the print callback. */
void hs_script_say(struct hs_script *s, const char *text, size_t n);

/* Values across the border (value.c). to_value reads the value at `index`; raises for what cannot
 * cross. */
void hs_script_push_value(lua_State *L, const struct hs_value *v);
void hs_script_to_value(lua_State *L, int index, struct hs_value *out, struct hs_arena *arena);

/* Raises the sentence of a failed C function as a Lua error at the caller's line. */
int hs_script_raise(lua_State *L, const struct hs_error *err);

#endif

/* Budgets of a script: memory, instructions, wall time. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "script/state.h"

enum { HOOK_EVERY = 1000 };

void hs_budget_start(struct hs_script *s)
{
    s->instructions = 0;
    s->started_ns = hs_clock_monotonic_ns();
    lua_sethook(s->L, hs_budget_hook, LUA_MASKCOUNT, HOOK_EVERY);
}

int hs_budget_stop(lua_State *L, const char *what)
{
    struct hs_script *s = hs_script_of(L);

    s->exhausted = true;
    s->budget = what;
    /* from now on every line raises again, so that a pcall cannot go on */
    lua_sethook(L, hs_budget_hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
    return luaL_error(L, "the script met its limit of %s", what);
}

void hs_budget_hook(lua_State *L, lua_Debug *ar)
{
    struct hs_script *s = hs_script_of(L);

    (void)ar;
    if (s->exhausted) {
        luaL_error(L, "the script met its limit of %s", s->budget != NULL ? s->budget : "memory");
        return;
    }
    s->instructions += HOOK_EVERY;
    if (s->config.instructions != 0 && s->instructions > s->config.instructions)
        hs_budget_stop(L, "instructions");
    else if (s->config.wall_ms != 0 &&
             (hs_clock_monotonic_ns() - s->started_ns) / 1000000 > s->config.wall_ms)
        hs_budget_stop(L, "time");
}

void hs_budget_spend(lua_State *L, double products)
{
    struct hs_script *s = hs_script_of(L);
    double left = (double)s->config.instructions - (double)s->instructions;

    if (s->config.instructions == 0)
        return;
    if (products / 4 > left)
        hs_budget_stop(L, "instructions");
    s->instructions += (uint64_t)(products / 4);
}

bool hs_budget_take(lua_State *L, size_t bytes)
{
    struct hs_script *s = hs_script_of(L);

    if (s->config.memory != 0 && s->heap + s->tensors + bytes > s->config.memory)
        lua_gc(L, LUA_GCCOLLECT, 0);
    if (s->config.memory != 0 && s->heap + s->tensors + bytes > s->config.memory)
        return false;
    s->tensors += bytes;
    return true;
}

void hs_budget_give(struct hs_script *s, size_t bytes)
{
    s->tensors -= bytes;
}

#include "script/lua_args.h"

#include <string.h>

#include "quant/options.h"
#include "script/state.h"

static int free_scratch(lua_State *L)
{
    hs_arena_dispose(lua_touserdata(L, 1));
    return 0;
}

struct hs_arena *hs_lua_scratch(lua_State *L)
{
    struct hs_arena *a = lua_newuserdatauv(L, sizeof *a, 0);

    *a = HS_ARENA_INIT;
    a->limit = hs_script_of(L)->config.memory;
    if (luaL_newmetatable(L, "halfstep.scratch")) {
        lua_pushcfunction(L, free_scratch);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, free_scratch);
        lua_setfield(L, -2, "__close");
    }
    lua_setmetatable(L, -2);
    lua_toclose(L,
                -1); /* Lua does not see how large it is: waiting for a collection could be long */
    return a;
}

struct hs_value hs_lua_options(lua_State *L, int index, struct hs_arena *arena)
{
    struct hs_value v = hs_value_map();

    if (lua_istable(L, index))
        hs_script_to_value(L, index, &v, arena);
    else if (!lua_isnoneornil(L, index))
        luaL_argerror(L, index, "a table of options expected");
    if (v.kind != HS_MAP)
        v = hs_value_map();
    return v;
}

static bool is_among(const char *name, const char *const *names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

void hs_lua_check_names(lua_State *L, const struct hs_value *v, const char *const *more,
                        const char *const *others)
{
    for (size_t i = 0; i < v->as.map.len; i++) {
        const char *name = v->as.map.items[i].key;
        bool known = is_among(name, more) || is_among(name, others);

        for (size_t j = 0; hs_quant_option_row(j) != NULL && !known; j++)
            known = strcmp(hs_quant_option_row(j)->name, name) == 0;
        if (!known)
            luaL_error(L, "there is no option \"%s\"", name);
    }
}

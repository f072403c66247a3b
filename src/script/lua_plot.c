/* The global tables `plot` and `view`: the same constructors, one for each view of draw/views.def.
 * A constructor copies its table and adds `view`; what the fields mean is the view's business,
 * which checks them when it is drawn. The head of draw/views/<id>.c has every field. */
#include "draw/view.h"
#include "script/state.h"

int hs_open_plot(lua_State *L);
int hs_open_view(lua_State *L);

/*** plot.ID{…}, view.ID{…} → view spec. One for each of values, table, text, histogram, log2_axis,
 * number_line, curves, heat_map, tensor, trace, rounding, scale_flow, confusion, codebook and
 * image; their fields are in the table of lessons/README.md and, with all they may be, at the head
 * of draw/views/ID.c. */
static int construct(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setfield(L, -2, "view");
    return 1;
}

int hs_open_plot(lua_State *L)
{
    size_t n;
    const struct hs_view *const *views = hs_views(&n);

    lua_createtable(L, 0, (int)n);
    for (size_t i = 0; i < n; i++) {
        lua_pushstring(L, views[i]->id);
        lua_pushcclosure(L, construct, 1);
        lua_setfield(L, -2, views[i]->id);
    }
    return 1;
}

int hs_open_view(lua_State *L)
{
    return hs_open_plot(L);
}

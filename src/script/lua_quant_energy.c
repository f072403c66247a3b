/* quant.energy: operations and picojoules of a layer. */
#include <string.h>

#include "quant/energy.h"
#include "script/lua_args.h"
#include "script/lua_quant_layers.h"
#include "script/state.h"

/* {[op] = count, …} and the energy as text. */
static void push_counts(lua_State *L, const int64_t *counts, int64_t centi_pj)
{
    char text[HS_FMT_SIZE];

    lua_newtable(L);
    lua_newtable(L);
    for (int i = 0; i < HS_ENERGY_OP_COUNT; i++)
        if (counts[i] != 0) {
            lua_pushinteger(L, (lua_Integer)counts[i]);
            lua_setfield(L, -2, hs_energy_op_name((enum hs_energy_op)i));
        }
    lua_setfield(L, -2, "counts");
    lua_pushstring(L, hs_energy_format(text, centi_pj));
    lua_setfield(L, -2, "text");
    lua_pushnumber(L, (double)centi_pj / 100);
    lua_setfield(L, -2, "pJ");
}

/* accounting, bias and padding of the options; anything else is refused. */
static enum hs_accounting read_energy(lua_State *L, const struct hs_value *v,
                                      struct hs_energy_layer *layer)
{
    const char *name = hs_value_text(v, "accounting", hs_accounting_name(HS_FORMULA6));
    const char *padding = hs_value_text(v, "padding", "dense");
    int accounting = hs_accounting_find(name);

    for (size_t i = 0; i < v->as.map.len; i++) {
        const struct hs_member *m = &v->as.map.items[i];
        bool flag = strcmp(m->key, "bias") == 0;

        if (!flag && strcmp(m->key, "accounting") != 0 && strcmp(m->key, "padding") != 0)
            luaL_error(L, "there is no option \"%s\": accounting, bias, padding", m->key);
        if (m->value.kind != (flag ? HS_BOOLEAN : HS_STRING))
            luaL_error(L, "%s is a %s", m->key, flag ? "boolean" : "name");
    }
    if (accounting < 0)
        luaL_error(L, "there is no accounting \"%s\": formula6, hoisted, folded or report", name);
    layer->valid_taps = strcmp(padding, "valid") == 0;
    if (!layer->valid_taps && strcmp(padding, "dense") != 0)
        luaL_error(L, "padding is dense or valid, not \"%s\"", padding);
    layer->bias = hs_value_flag(v, "bias", layer->bias);
    return (enum hs_accounting)accounting;
}

/*** quant.energy(layer[, {accounting = "formula6"|"hoisted"|"folded"|"report", bias = true, padding
 * = "dense"|"valid"}]) → {fp32, int8, ratio}. layer is "linear:128x10" or
 * "conv:3x64x3:s1:p1@32x32"; fp32 and int8 have counts, pJ and text (exact decimal). */
int hs_lua_quant_energy(lua_State *L)
{
    struct hs_energy_layer layer;
    struct hs_energy_counts c;
    enum hs_accounting accounting;
    struct hs_value v;
    struct hs_error err = HS_ERROR_INIT;
    const char *text = luaL_checkstring(L, 1);

    lua_settop(L, 2);
    v = hs_lua_options(L, 2, hs_lua_scratch(L));
    if (hs_energy_layer_parse(&layer, text, &err) != HS_OK)
        return hs_script_raise(L, &err);
    accounting = read_energy(L, &v, &layer);
    if (hs_energy_count(&c, &layer, accounting, &err) != HS_OK)
        return hs_script_raise(L, &err);
    lua_newtable(L);
    push_counts(L, c.fp32, c.fp32_centi_pj);
    lua_setfield(L, -2, "fp32");
    push_counts(L, c.int8, c.int8_centi_pj);
    lua_setfield(L, -2, "int8");
    lua_pushnumber(L, (double)c.fp32_centi_pj / (double)c.int8_centi_pj);
    lua_setfield(L, -2, "ratio");
    return 1;
}

/* quant.mx and back (quant/mx.h). */
#include "script/lua_quant_mx.h"

#include <string.h>

#include "quant/groups.h"
#include "quant/mx.h"
#include "script/lua_args.h"
#include "script/lua_tensor.h"
#include "script/state.h"

static enum hs_mx_element element_of(lua_State *L, const struct hs_value *v)
{
    const char *name = hs_value_text(v, "element", "e4m3fn");
    int e = hs_mx_element_find(name);

    if (e < 0)
        luaL_error(L, "element is e4m3fn, e5m2, e2m3, e3m2, e2m1 or int8, not \"%s\"", name);
    return (enum hs_mx_element)e;
}

/* The place of `name` among two words, the first of which is the default. */
static int choice(lua_State *L, const struct hs_value *v, const char *name, const char *first,
                  const char *second)
{
    const char *word = hs_value_text(v, name, first);

    if (strcmp(word, first) != 0 && strcmp(word, second) != 0)
        luaL_error(L, "%s is %s or %s, not \"%s\"", name, first, second, word);
    return strcmp(word, second) == 0;
}

static size_t block_size_of(lua_State *L, const struct hs_value *v)
{
    int64_t n = hs_value_integer(v, "block_size", 32);

    if (n < 1 || n > INT32_MAX)
        luaL_error(L, "block_size is a whole number from 1, 32 in the specification");
    return (size_t)n;
}

static struct hs_mx_config config_of(lua_State *L, const struct hs_value *v)
{
    static const char *const names[] = {"element", "axis", "block_size", "scale", "nan", NULL};
    struct hs_mx_config c;

    for (size_t i = 0; i < v->as.map.len; i++) {
        size_t j = 0;

        while (names[j] != NULL && strcmp(names[j], v->as.map.items[i].key) != 0)
            j++;
        if (names[j] == NULL)
            luaL_error(L, "there is no option \"%s\"", v->as.map.items[i].key);
    }
    c.element = element_of(L, v);
    c.axis = hs_axis_given(hs_value_integer(v, "axis", -1));
    c.block_size = block_size_of(L, v);
    c.margin = choice(L, v, "scale", "ocp", "double");
    c.keep_nan = choice(L, v, "nan", "error", "keep") == 1;
    return c;
}

static void push_mx(lua_State *L, const struct hs_mx *mx)
{
    lua_createtable(L, 0, 5);
    hs_lua_push_tensor(L, &mx->codes);
    lua_setfield(L, -2, "codes");
    hs_lua_push_tensor(L, &mx->scales);
    lua_setfield(L, -2, "scales");
    lua_pushstring(L, hs_mx_element_name(mx->element));
    lua_setfield(L, -2, "element");
    lua_pushinteger(L, mx->axis);
    lua_setfield(L, -2, "axis");
    lua_pushinteger(L, (lua_Integer)mx->block_size);
    lua_setfield(L, -2, "block_size");
}

/*** quant.mx(t[, {element = "e4m3fn"|"e5m2"|"e2m3"|"e3m2"|"e2m1"|"int8", axis = -1, block_size =
 * 32, scale = "ocp"|"double", nan = "error"|"keep"}]) → {codes, scales, element, axis, block_size,
 * count = {saturated, nan, inf}}. scale = "double" is twice the specification's: nothing saturates.
 */
int hs_lua_quant_mx(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_value v;
    struct hs_mx_config config;
    struct hs_mx_count count;
    struct hs_tensor t;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_mx mx;

    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    v = hs_lua_options(L, 2, arena);
    config = config_of(L, &v);
    hs_lua_tensor_from(L, 1, &t, arena, HS_FLOAT64);
    if (hs_mx_quantize(&mx, arena, &t, &config, &count, &err) != HS_OK)
        return hs_script_raise(L, &err);
    push_mx(L, &mx);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, (lua_Integer)count.saturated);
    lua_setfield(L, -2, "saturated");
    lua_pushinteger(L, (lua_Integer)count.nan);
    lua_setfield(L, -2, "nan");
    lua_pushinteger(L, (lua_Integer)count.inf);
    lua_setfield(L, -2, "inf");
    lua_setfield(L, -2, "count");
    return 1;
}

/* Field `name` of the table at 1 as uint8: a tensor or a list. */
static struct hs_tensor bytes_of(lua_State *L, const char *name, struct hs_arena *arena)
{
    struct hs_tensor given, t;
    struct hs_error err = HS_ERROR_INIT;

    if (lua_getfield(L, 1, name) == LUA_TNIL)
        luaL_error(L, "blocks need %s", name);
    hs_lua_tensor_from(L, lua_gettop(L), &given, arena, HS_FLOAT64);
    if (hs_tensor_as(&t, arena, &given, HS_UINT8, &err) != HS_OK)
        hs_script_raise(L, &err);
    lua_pop(L, 1);
    return t;
}

/*** quant.mx_dequantize(mx[, dtype = "float32"]) → tensor. What quant.mx gave, or a table made by
 * hand. */
int hs_lua_quant_mx_dequantize(lua_State *L)
{
    struct hs_arena *arena;
    struct hs_value v = hs_value_map();
    enum hs_dtype dtype = HS_FLOAT32;
    struct hs_lua_tensor *u;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_mx mx;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2))
        dtype = hs_lua_check_dtype(L, 2);
    arena = hs_lua_scratch(L);
    mx.codes = bytes_of(L, "codes", arena);
    mx.scales = bytes_of(L, "scales", arena);
    v = hs_lua_options(L, 1, arena);
    mx.element = element_of(L, &v);
    mx.axis = hs_axis_given(hs_value_integer(&v, "axis", -1));
    mx.block_size = block_size_of(L, &v);
    u = hs_lua_new_tensor(L);
    if (hs_mx_dequantize(&u->t, &u->arena, &mx, dtype, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_tensor_done(L, u);
    return 1;
}

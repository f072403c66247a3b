/* Values across the border of Lua. Declared in script/state.h. */
#include <string.h>

#include "base/mem.h"
#include "script/lua_tensor.h"
#include "script/state.h"

enum { MAX_DEPTH = 64 };

static void push_depth(lua_State *L, const struct hs_value *v, int depth)
{
    luaL_checkstack(L, 4, "values nested too deeply");
    if (depth > MAX_DEPTH)
        luaL_error(L, "values nested deeper than %d levels", MAX_DEPTH);
    switch (v->kind) {
    case HS_BOOLEAN:
        lua_pushboolean(L, v->as.boolean);
        break;
    case HS_INTEGER:
        lua_pushinteger(L, v->as.integer);
        break;
    case HS_NUMBER:
        lua_pushnumber(L, v->as.number);
        break;
    case HS_STRING:
        lua_pushlstring(L, v->as.string.text, v->as.string.len);
        break;
    case HS_TENSOR:
        hs_lua_push_tensor(L, v->as.tensor);
        break;
    case HS_LIST:
        lua_createtable(L, (int)v->as.list.len, 0);
        for (size_t i = 0; i < v->as.list.len; i++) {
            push_depth(L, &v->as.list.items[i], depth + 1);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case HS_MAP:
        if (v->as.map.len == 1 && strcmp(v->as.map.items[0].key, "function") == 0 &&
            v->as.map.items[0].value.kind == HS_INTEGER) { /* a function that came out before */
            lua_rawgeti(L, LUA_REGISTRYINDEX, (lua_Integer)v->as.map.items[0].value.as.integer);
            if (lua_isfunction(L, -1))
                break;
            lua_pop(L, 1);
        }
        lua_createtable(L, 0, (int)v->as.map.len);
        for (size_t i = 0; i < v->as.map.len; i++) {
            push_depth(L, &v->as.map.items[i].value, depth + 1);
            lua_setfield(L, -2, v->as.map.items[i].key);
        }
        break;
    default:
        lua_pushnil(L);
    }
}

void hs_script_push_value(lua_State *L, const struct hs_value *v)
{
    push_depth(L, v, 0);
}

/* Where values go, and the tensors that went there last: several views of one picture often show
 * the same one, which is copied once. Nothing of Lua runs in between that could change it. */
struct crossing {
    struct hs_arena *arena;
    struct hs_tensor from[4];
    const struct hs_tensor *copies[4];
    size_t next;
};

static void to_depth(lua_State *L, int index, struct hs_value *out, struct crossing *to, int depth);

static void need(lua_State *L, bool ok)
{
    if (!ok)
        luaL_error(L, "not enough memory");
}

/* A table whose keys are 1…n is a list; one whose keys are text is a map; an empty table is an
 * empty list. */
static void table_to(lua_State *L, int index, struct hs_value *out, struct crossing *to, int depth)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    struct hs_value item;

    *out = hs_value_list();
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, index, i);
        to_depth(L, lua_gettop(L), &item, to, depth + 1);
        need(L, hs_value_push(out, to->arena, item));
        lua_pop(L, 1);
    }
    if (n > 0)
        return;
    /* in the order of `pairs`, so that the order of members does not depend on addresses */
    lua_getfield(L, LUA_REGISTRYINDEX, "halfstep.globals");
    lua_getfield(L, -1, "pairs");
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    lua_remove(L, -2);
    for (bool first = true;; first = false) {
        lua_pushvalue(L, -1);
        lua_call(L, 0, 2);
        if (lua_isnil(L, -2))
            break;
        if (first)
            *out = hs_value_map();
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "a table with a %s as key cannot leave the script", luaL_typename(L, -2));
        to_depth(L, lua_gettop(L), &item, to, depth + 1);
        need(L, hs_value_set(out, to->arena, lua_tostring(L, -2), item));
        lua_pop(L, 2);
    }
    lua_pop(L, 3);
}

static void function_to(lua_State *L, int index, struct hs_value *out, struct crossing *to)
{
    lua_pushvalue(L, index);
    *out = hs_value_map();
    need(L, hs_value_set(out, to->arena, "function", hs_value_int(luaL_ref(L, LUA_REGISTRYINDEX))));
}

static bool same_view(const struct hs_tensor *a, const struct hs_tensor *b)
{
    if (a->data != b->data || a->dtype != b->dtype || !hs_shape_equal(a, b))
        return false;
    for (int d = 0; d < a->ndim; d++)
        if (a->stride[d] != b->stride[d])
            return false;
    return true;
}

static void tensor_to(lua_State *L, const struct hs_tensor *t, struct hs_value *out,
                      struct crossing *to)
{
    struct hs_tensor copy;
    struct hs_error err = HS_ERROR_INIT;

    for (size_t i = 0; i < HS_COUNTOF(to->from); i++)
        if (to->copies[i] != NULL && same_view(&to->from[i], t)) {
            *out = hs_value_tensor(to->arena, to->copies[i]);
            need(L, out->kind == HS_TENSOR);
            return;
        }
    if (hs_tensor_copy(&copy, to->arena, t, &err) != HS_OK)
        hs_script_raise(L, &err);
    *out = hs_value_tensor(to->arena, &copy);
    need(L, out->kind == HS_TENSOR);
    to->from[to->next] = *t;
    to->copies[to->next] = out->as.tensor;
    to->next = (to->next + 1) % HS_COUNTOF(to->from);
}

static void to_depth(lua_State *L, int index, struct hs_value *out, struct crossing *to, int depth)
{
    struct hs_lua_tensor *t;
    const char *text;
    size_t n;

    luaL_checkstack(L, 8, "values nested too deeply");
    if (depth > MAX_DEPTH)
        luaL_error(L, "values nested deeper than %d levels", MAX_DEPTH);
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        *out = hs_value_nil();
        break;
    case LUA_TBOOLEAN:
        *out = hs_value_bool(lua_toboolean(L, index) != 0);
        break;
    case LUA_TNUMBER:
        *out = lua_isinteger(L, index) ? hs_value_int(lua_tointeger(L, index))
                                       : hs_value_num(lua_tonumber(L, index));
        break;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &n);
        *out = hs_value_string_n(to->arena, text, n);
        need(L, out->kind == HS_STRING);
        break;
    case LUA_TTABLE:
        table_to(L, index, out, to, depth);
        break;
    case LUA_TFUNCTION:
        function_to(L, index, out, to);
        break;
    default:
        t = hs_lua_to_tensor(L, index);
        if (t == NULL)
            luaL_error(L, "a %s cannot leave the script", luaL_typename(L, index));
        else
            tensor_to(L, &t->t, out, to);
    }
}

void hs_script_to_value(lua_State *L, int index, struct hs_value *out, struct hs_arena *arena)
{
    struct crossing to = {.arena = arena};

    to_depth(L, lua_absindex(L, index), out, &to, 0);
}

/* The global table `json`. */
#include "io/json.h"
#include "script/state.h"

int hs_open_json(lua_State *L);

struct scratch {
    struct hs_arena arena;
    struct hs_str text;
};

static int free_scratch(lua_State *L)
{
    struct scratch *s = lua_touserdata(L, 1);

    hs_arena_dispose(&s->arena);
    hs_str_dispose(&s->text);
    return 0;
}

static struct scratch *new_scratch(lua_State *L)
{
    struct scratch *s = lua_newuserdatauv(L, sizeof *s, 0);

    *s = (struct scratch){.arena = HS_ARENA_INIT, .text = HS_STR_INIT};
    s->arena.limit = hs_script_of(L)->config.memory;
    if (luaL_newmetatable(L, "halfstep.json")) {
        lua_pushcfunction(L, free_scratch);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return s;
}

/*** json.encode(value[, indent = 0]) → text. */
static int encode(lua_State *L)
{
    lua_Integer indent = luaL_optinteger(L, 2, 0);
    struct scratch *s;
    struct hs_value v;

    lua_settop(L, 2);
    s = new_scratch(L);
    luaL_argcheck(L, indent >= 0 && indent <= 16, 2, "an indent of 0 to 16");
    hs_script_to_value(L, 1, &v, &s->arena);
    hs_json_write(&s->text, &v, (int)indent);
    if (!hs_str_ok(&s->text))
        return luaL_error(L, "not enough memory");
    lua_pushlstring(L, s->text.buf, s->text.len);
    return 1;
}

/*** json.decode(text) → value, or an error with line and column. */
static int decode(lua_State *L)
{
    struct hs_bytes text;
    struct scratch *s;
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_value v;
    struct hs_error err = HS_ERROR_INIT;

    text.data = (const unsigned char *)luaL_checklstring(L, 1, &text.len);
    s = new_scratch(L);
    if (hs_json_read(&v, &s->arena, text, "json", &limits, &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_script_push_value(L, &v);
    return 1;
}

int hs_open_json(lua_State *L)
{
    static const luaL_Reg functions[] = {{"encode", encode}, {"decode", decode}, {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}

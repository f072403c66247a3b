#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "script/state.h"

enum { RESERVE = 64 * 1024, MAX_TRACEBACK = 4096 };

struct hs_script_config hs_script_config_default(void)
{
    return (
        struct hs_script_config){.memory = (size_t)64 << 20, .instructions = 200000000, .seed = 1};
}

struct hs_script *hs_script_of(lua_State *L)
{
    return *(struct hs_script **)lua_getextraspace(L);
}

/* Lua's allocator with a limit. A growth that is refused makes Lua collect garbage and ask again; a
 * second refusal in a row is the end of the budget, whatever a pcall makes of it. */
static void *allocate(void *ud, void *p, size_t old, size_t new)
{
    struct hs_script *s = ud;
    size_t limit = s->config.memory, had = p != NULL ? old : 0;
    void *q;

    if (new == 0) {
        hs_free(p);
        s->heap -= had;
        return NULL;
    }
    if (limit != 0 && s->reporting)
        limit += RESERVE;
    if (new > had && limit != 0 && s->heap - had + s->tensors + new > limit) {
        if (s->refusing) {
            s->exhausted = true;
            s->budget = "memory";
        }
        s->refusing = true;
        return NULL;
    }
    q = hs_realloc(p, new, 1);
    if (q == NULL)
        return new <= had ? p : NULL; /* Lua counts on it that shrinking works */
    s->refusing = s->refusing && new <= had;
    s->heap = s->heap - had + new;
    return q;
}

static int panic(lua_State *L)
{
    fprintf(stderr, "halfstep: Lua failed outside a protected call: %s\n",
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "(no message)");
    return 0; /* Lua aborts; every entry of this layer is protected, so this is a bug of ours */
}

static int open_protected(lua_State *L)
{
    hs_sandbox_open(L);
    return 0;
}

enum hs_status hs_script_new(struct hs_script **out, const struct hs_script_config *config,
                             struct hs_error *err)
{
    struct hs_script *s = hs_alloc_zero(1, sizeof *s);

    if (s == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    s->config = *config;
    s->rng = hs_rng_seed(config->seed, 1);
    s->log = s->log_tail = HS_STR_INIT;
    s->exit_code = -1;
    s->L = lua_newstate(allocate, s);
    if (s->L == NULL) {
        hs_free(s);
        return hs_fail(err, HS_ENOMEM, "no memory for a Lua state within %zu bytes",
                       config->memory);
    }
    *(struct hs_script **)lua_getextraspace(s->L) = s;
    lua_atpanic(s->L, panic);
    lua_pushcfunction(s->L, open_protected);
    if (lua_pcall(s->L, 0, 0, 0) != LUA_OK) {
        enum hs_status st =
            hs_fail(err, HS_ENOMEM, "the Lua state cannot be set up: %s",
                    lua_type(s->L, -1) == LUA_TSTRING ? lua_tostring(s->L, -1) : "out of memory");

        hs_script_free(s);
        return st;
    }
    *out = s;
    return HS_OK;
}

void hs_script_free(struct hs_script *s)
{
    if (s == NULL)
        return;
    lua_sethook(s->L, NULL, 0, 0);
    lua_close(s->L); /* runs no finalizer of a script: setmetatable refuses __gc and __close */
    hs_arena_dispose(&s->arena);
    hs_str_dispose(&s->log);
    hs_str_dispose(&s->log_tail);
    hs_free(s);
}

void hs_script_say(struct hs_script *s, const char *text, size_t n)
{
    size_t room = s->log.len < HS_LOG_HEAD ? HS_LOG_HEAD - s->log.len : 0,
           head = n < room ? n : room;

    if (s->config.print != NULL) {
        s->config.print(s->config.payload, text, n);
        return;
    }
    hs_str_add_bytes(&s->log, text, head);
    hs_str_add_bytes(&s->log_tail, text + head, n - head);
    if (s->log_tail.len > 2 * HS_LOG_TAIL) { /* keep the last part */
        size_t cut = s->log_tail.len - HS_LOG_TAIL;

        s->log_left_out += cut;
        memmove(s->log_tail.buf, s->log_tail.buf + cut, HS_LOG_TAIL);
        hs_str_truncate(&s->log_tail, HS_LOG_TAIL);
    }
}

const char *hs_script_log(const struct hs_script *s)
{
    struct hs_script *mine = (struct hs_script *)(uintptr_t)s;

    if (s->log_left_out != 0)
        hs_str_printf(&mine->log, "\n[... %zu bytes left out ...]\n", s->log_left_out);
    hs_str_add_bytes(&mine->log, s->log_tail.buf, s->log_tail.len);
    hs_str_clear(&mine->log_tail);
    mine->log_left_out = 0;
    return s->log.buf;
}

bool hs_script_exhausted(const struct hs_script *s)
{
    return s->exhausted;
}

int hs_script_exit_code(const struct hs_script *s)
{
    return s->exit_code;
}

struct hs_arena *hs_script_arena(struct hs_script *s)
{
    return &s->arena;
}

/* ---- errors ---- */

/* Message handler: text of any error value, with a short traceback kept apart in the registry.
 * Cannot fail but for memory. */
static int describe(lua_State *L)
{
    struct hs_script *s = hs_script_of(L);

    s->reporting = true;
    if (lua_istable(L, 1)) {
        lua_pushliteral(L, "code");
        if (lua_rawget(L, 1) == LUA_TNUMBER && lua_isinteger(L, -1))
            s->exit_code = (int)(lua_tointeger(L, -1) & 0xff);
        lua_pop(L, 1);
        lua_pushliteral(L, "message");
        if (lua_rawget(L, 1) == LUA_TSTRING)
            return 1;
    }
    if (lua_type(L, 1) == LUA_TSTRING || lua_type(L, 1) == LUA_TNUMBER)
        lua_pushvalue(L, 1);
    else if (lua_isnil(L, 1))
        lua_pushliteral(L, "the error value is nil");
    else
        lua_pushfstring(L, "the error value is a %s", luaL_typename(L, 1));
    return 1;
}

/* "name:12: text" into source, line and text. */
static enum hs_status from_message(struct hs_script *s, int code, const char *name,
                                   struct hs_error *err)
{
    size_t len = 0;
    const char *text = lua_type(s->L, -1) == LUA_TSTRING ? lua_tolstring(s->L, -1, &len)
                                                         : "not enough memory",
               *at;
    struct hs_str clean = HS_STR_INIT;
    enum hs_status status = s->exhausted || code == LUA_ERRMEM ? HS_ELIMIT : HS_ESCRIPT, st;
    size_t n = strlen(name);
    int line = 0;

    if (code == LUA_ERRMEM && s->config.memory != 0) {
        s->exhausted = true;
        s->budget = "memory";
    }
    if (strncmp(text, name, n) == 0 && text[n] == ':') {
        char *end;

        line = (int)strtol(text + n + 1, &end, 10);
        at = line > 0 && end[0] == ':' ? end + 1 : text;
        text = at[0] == ' ' ? at + 1 : at;
    }
    hs_text_sanitize(&clean, text, strlen(text), 600, false);
    st = code == LUA_ERRMEM
             ? hs_fail_at(err, status, name, line, 0, "the script met its limit of memory")
             : hs_fail_at(err, status, name, line, 0, "%s", clean.buf);
    hs_str_dispose(&clean);
    lua_pop(s->L, 1);
    return st;
}

int hs_script_raise(lua_State *L, const struct hs_error *err)
{
    return luaL_error(L, "%s", err->text[0] != '\0' ? err->text : hs_status_meaning(err->code));
}

/* ---- running ---- */

struct source {
    const char *lines; /* newlines that move the text to its place in a larger file */
    size_t left;
    struct hs_bytes text;
    bool given;
};

static const char *read_source(lua_State *L, void *ud, size_t *size)
{
    static const char newlines[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    struct source *src = ud;

    (void)L;
    if (src->left > 0) {
        *size = src->left < sizeof newlines - 1 ? src->left : sizeof newlines - 1;
        src->left -= *size;
        return newlines;
    }
    *size = src->given ? 0 : src->text.len;
    src->given = true;
    return (const char *)src->text.data;
}

struct call {
    struct hs_script *s;
    struct hs_value *result;
    struct hs_arena *arena;
    struct source source;
    const char *chunk;
    int64_t ref;
    const struct hs_value *args;
    size_t nargs;
    bool is_ref;
};

/* The results above `base` as one value: nil, the value, or a list of them. */
static void collect(lua_State *L, struct call *c, int base)
{
    int n = lua_gettop(L) - base;

    if (c->result == NULL)
        return;
    *c->result = hs_value_nil();
    if (n == 1)
        hs_script_to_value(L, base + 1, c->result, c->arena);
    if (n <= 1)
        return;
    *c->result = hs_value_list();
    for (int i = 1; i <= n; i++) {
        struct hs_value item;

        hs_script_to_value(L, base + i, &item, c->arena);
        if (!hs_value_push(c->result, c->arena, item))
            luaL_error(L, "not enough memory");
    }
}

static int protected_call(lua_State *L)
{
    struct call *c = lua_touserdata(L, 1);
    int base = lua_gettop(L);

    if (c->is_ref) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, (lua_Integer)c->ref);
        if (!lua_isfunction(L, -1))
            return luaL_error(L, "the function is gone");
    } else {
        if (lua_load(L, read_source, &c->source, c->chunk, "t") != LUA_OK)
            return lua_error(L);
        lua_getfield(L, LUA_REGISTRYINDEX, "halfstep.box");
        lua_setupvalue(L, -2, 1);
    }
    for (size_t i = 0; i < c->nargs; i++) {
        luaL_checkstack(L, 4, "too many arguments");
        hs_script_push_value(L, &c->args[i]);
    }
    lua_call(L, (int)c->nargs, LUA_MULTRET);
    collect(L, c, base);
    return 0;
}

static enum hs_status run_protected(struct hs_script *s, struct call *c, const char *name,
                                    struct hs_error *err)
{
    lua_State *L = s->L;
    int top = lua_gettop(L), code;

    if (s->exhausted)
        return hs_fail(err, HS_ELIMIT, "the script met its limit of %s before", s->budget);
    s->locked = true;
    s->reporting = false;
    s->exit_code = -1;
    hs_budget_start(s);
    lua_pushcfunction(L, describe);
    lua_pushcfunction(L, protected_call);
    lua_pushlightuserdata(L, c);
    code = lua_pcall(L, 1, 0, top + 1);
    lua_sethook(L, NULL, 0, 0);
    if (code != LUA_OK) {
        enum hs_status st = from_message(s, code, name, err);

        lua_settop(L, top);
        return st;
    }
    lua_settop(L, top);
    if (s->exhausted) /* a pcall swallowed it: what the script returned does not count */
        return hs_fail_at(err, HS_ELIMIT, name, 0, 0, "the script met its limit of %s", s->budget);
    return HS_OK;
}

enum hs_status hs_script_run(struct hs_script *s, struct hs_value *result, struct hs_arena *arena,
                             struct hs_bytes text, const char *name, int first_line,
                             const struct hs_value *args, struct hs_error *err)
{
    struct call c = {.s = s, .result = result, .arena = arena, .source = {.text = text}};
    struct hs_str chunk = HS_STR_INIT;
    enum hs_status st;

    c.source.left = first_line > 1 ? (size_t)first_line - 1 : 0;
    if (text.len > 0 && text.data[0] == 0x1b)
        return hs_fail(err, HS_ESCRIPT, "%s: is compiled Lua; only source text is run", name);
    if (text.len > (size_t)1 << 20)
        return hs_fail(err, HS_ELIMIT, "%s: a script of more than 1 MiB", name);
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        c.source.text = hs_bytes_part(text, 3, text.len - 3);
    if (c.source.text.len > 1 && c.source.text.data[0] == '#') { /* #! line: its newline stays */
        const unsigned char *end = memchr(c.source.text.data, '\n', c.source.text.len);
        size_t skip = end != NULL ? (size_t)(end - c.source.text.data) : c.source.text.len;

        c.source.text = hs_bytes_part(c.source.text, skip, c.source.text.len - skip);
    }
    if (args != NULL && args->kind == HS_LIST) {
        c.args = args->as.list.items;
        c.nargs = args->as.list.len;
    }
    hs_str_printf(&chunk, "@%s", name);
    c.chunk = chunk.buf;
    st = hs_str_ok(&chunk) ? run_protected(s, &c, name, err)
                           : hs_fail(err, HS_ENOMEM, "out of memory");
    hs_str_dispose(&chunk);
    return st;
}

enum hs_status hs_script_call(struct hs_script *s, struct hs_value *result, struct hs_arena *arena,
                              int64_t ref, const struct hs_value *args, size_t nargs,
                              struct hs_error *err)
{
    struct call c = {.s = s,
                     .result = result,
                     .arena = arena,
                     .ref = ref,
                     .args = args,
                     .nargs = nargs,
                     .is_ref = true};

    return run_protected(s, &c, "function", err);
}

void hs_script_unref(struct hs_script *s, int64_t ref)
{
    luaL_unref(s->L, LUA_REGISTRYINDEX, (int)ref);
}

/* ---- libraries and globals ---- */

struct addition {
    const char *name;
    int (*open)(lua_State *L);
    const struct hs_value *value;
};

static int add_protected(lua_State *L)
{
    struct addition *a = lua_touserdata(L, 1);

    lua_getfield(L, LUA_REGISTRYINDEX, "halfstep.globals");
    if (a->open != NULL) {
        lua_pushcfunction(L, a->open);
        lua_call(L, 0, 1);
        if (lua_istable(L, -1))
            hs_sandbox_freeze(L, a->name);
    } else {
        hs_script_push_value(L, a->value);
    }
    lua_setfield(L, -2, a->name);
    return 0;
}

static enum hs_status add(struct hs_script *s, struct addition *a, struct hs_error *err)
{
    int top = lua_gettop(s->L), code;

    lua_pushcfunction(s->L, describe);
    lua_pushcfunction(s->L, add_protected);
    lua_pushlightuserdata(s->L, a);
    code = lua_pcall(s->L, 1, 0, top + 1);
    if (code != LUA_OK) {
        enum hs_status st = from_message(s, code, a->name, err);

        lua_settop(s->L, top);
        return st;
    }
    lua_settop(s->L, top);
    return HS_OK;
}

enum hs_status hs_script_add_library(struct hs_script *s, const char *name,
                                     int (*open)(struct lua_State *L), struct hs_error *err)
{
    struct addition a = {.name = name, .open = open};

    return add(s, &a, err);
}

enum hs_status hs_script_set(struct hs_script *s, const char *name, const struct hs_value *v,
                             struct hs_error *err)
{
    struct addition a = {.name = name, .value = v};

    return add(s, &a, err);
}

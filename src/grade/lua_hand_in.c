#include "grade/lua_hand_in.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/path.h"
#include "grade/formulas.h"
#include "script/lua_args.h"
#include "script/lua_tensor.h"

/* What the library's functions share; lives in the script's arena and is their first upvalue. */
struct hand_in {
    struct hs_submission *submission; /* borrowed; NULL: no files */
    struct hs_io_limits limits;
};

static struct hand_in *shared(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* The file of exactly this name, or a Lua error: graders pass on names that files() or find() gave.
 */
static struct hs_hand_in_file *file_of(lua_State *L, int arg)
{
    struct hand_in *h = shared(L);
    const char *name = luaL_checkstring(L, arg);

    for (size_t i = 0; h->submission != NULL && i < h->submission->files.len; i++)
        if (strcmp(h->submission->files.items[i].name, name) == 0)
            return &h->submission->files.items[i];
    luaL_error(L, "the submission has no file \"%s\"", name);
    return NULL;
}

/* nil and a sentence. */
static int refuse(lua_State *L, const char *why)
{
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

/*--- hand_in.files() → list
 * {name=, size=} of every file, in byte order of names. */
static int files(lua_State *L)
{
    struct hand_in *h = shared(L);
    size_t n = h->submission != NULL ? h->submission->files.len : 0;

    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_createtable(L, 0, 2);
        lua_pushstring(L, h->submission->files.items[i].name);
        lua_setfield(L, -2, "name");
        lua_pushinteger(L, (lua_Integer)h->submission->files.items[i].bytes.len);
        lua_setfield(L, -2, "size");
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/*--- hand_in.find(pattern) → name | nil, "missing" | nil, "several"
 * By exact name, then base name, then either without regard to case; '*' stands for any characters.
 */
static int find(lua_State *L)
{
    struct hand_in *h = shared(L);
    const char *pattern = luaL_checkstring(L, 1);
    bool several = false;
    const struct hs_hand_in_file *file =
        h->submission != NULL ? hs_submission_find(h->submission, pattern, &several) : NULL;

    if (file == NULL)
        return refuse(L, several ? "several" : "missing");
    lua_pushstring(L, file->name);
    return 1;
}

/*--- hand_in.fits(pattern, name) → boolean
 * The same rule for one name, without regard to case; a pattern without '/' is for the base name.
 */
static int fits(lua_State *L)
{
    const char *pattern = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2),
               *slash = strrchr(name, '/');

    if (strchr(pattern, '/') == NULL && slash != NULL)
        name = slash + 1;
    lua_pushboolean(L, hs_pattern_fits(pattern, name, true));
    return 1;
}

/*--- hand_in.size(name) → integer
 * Bytes of the file. */
static int size(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)file_of(L, 1)->bytes.len);
    return 1;
}

/*--- hand_in.text(name) → string | nil, sentence
 * UTF-8 text; of a notebook the sources of its cells. */
static int text(lua_State *L)
{
    const struct hs_hand_in_file *file = file_of(L, 1);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str out = HS_STR_INIT;
    enum hs_status st = hs_hand_in_text(&out, file, &shared(L)->limits, &err);

    if (st == HS_OK)
        lua_pushlstring(L, out.buf, out.len);
    hs_str_dispose(&out);
    return st == HS_OK ? 1 : refuse(L, err.text);
}

static void push_formula(lua_State *L, const struct hs_report_formula *f)
{
    lua_createtable(L, 0, 7);
    lua_pushstring(L, f->text);
    lua_setfield(L, -2, "text");
    lua_pushstring(L, f->label);
    lua_setfield(L, -2, "label");
    lua_pushstring(L, f->heading);
    lua_setfield(L, -2, "heading");
    lua_pushinteger(L, f->line);
    lua_setfield(L, -2, "line");
    if (f->cell > 0) {
        lua_pushinteger(L, f->cell);
        lua_setfield(L, -2, "cell");
    }
    lua_pushboolean(L, f->display);
    lua_setfield(L, -2, "display");
    lua_pushboolean(L, f->plain);
    lua_setfield(L, -2, "plain");
}

/*--- hand_in.formulas(name) → list | nil, sentence
 * The formulas of a Markdown text or notebook in order: {text=, label="4.1a", heading=, line=,
 * cell=, display=, plain=}; label is the question around it ("" when none was seen), plain marks a
 * line that only looks like an equation. */
static int formulas(lua_State *L)
{
    const struct hs_hand_in_file *file = file_of(L, 1);
    struct hs_arena *arena = hs_lua_scratch(L);
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str source = HS_STR_INIT;
    hs_report_formulas found = {.len = 0};
    enum hs_status st = hs_hand_in_text(&source, file, &shared(L)->limits, &err);

    if (st == HS_OK)
        st = hs_formulas_find(&found, arena, source.buf,
                              strcmp(hs_path_ext(file->name), "ipynb") == 0, &err);
    hs_str_dispose(&source);
    if (st != HS_OK) {
        HS_VEC_DISPOSE(&found);
        return refuse(L, err.text);
    }
    lua_createtable(L, (int)found.len, 0);
    for (size_t i = 0; i < found.len; i++) {
        push_formula(L, &found.items[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    HS_VEC_DISPOSE(&found);
    return 1;
}

/*--- hand_in.is_container(name) → boolean
 * Whether the file can be read as named entries. */
static int is_container(lua_State *L)
{
    struct hand_in *h = shared(L);
    struct hs_hand_in_file *file = file_of(L, 1);

    lua_pushboolean(L, hs_hand_in_open(h->submission, file, &h->limits) != NULL);
    return 1;
}

static void push_qparams(lua_State *L, const struct hs_entry *e)
{
    lua_createtable(L, (int)e->n, 0);
    for (size_t i = 0; i < e->n; i++) {
        lua_pushnumber(L, e->scales[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "scale");
    lua_createtable(L, (int)e->n, 0);
    for (size_t i = 0; i < e->n; i++) {
        lua_pushinteger(L, e->zero_points[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "zero_point");
    if (e->axis >= 0) {
        lua_pushinteger(L, e->axis);
        lua_setfield(L, -2, "axis");
    }
}

static void push_tensor_facts(lua_State *L, const struct hs_entry *e)
{
    lua_pushstring(L, hs_dtype_name(e->tensor.dtype));
    lua_setfield(L, -2, "dtype");
    lua_pushinteger(L, (lua_Integer)hs_tensor_count(&e->tensor));
    lua_setfield(L, -2, "count");
    lua_createtable(L, e->tensor.ndim, 0);
    for (int i = 0; i < e->tensor.ndim; i++) {
        lua_pushinteger(L, (lua_Integer)e->tensor.shape[i]);
        lua_seti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "shape");
    lua_pushboolean(L, e->quantized);
    lua_setfield(L, -2, "quantized");
    if (e->quantized)
        push_qparams(L, e);
}

static void push_entry(lua_State *L, const struct hs_entry *e)
{
    static const char *const kinds[] = {"tensor", "number", "string", "bool"};

    lua_createtable(L, 0, 10);
    lua_pushstring(L, e->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, kinds[e->kind]);
    lua_setfield(L, -2, "kind");
    if (e->kind == HS_ENTRY_TENSOR) {
        push_tensor_facts(L, e);
        return;
    }
    if (e->kind == HS_ENTRY_STRING)
        lua_pushstring(L, e->text);
    else if (e->kind == HS_ENTRY_BOOL)
        lua_pushboolean(L, e->number != 0.0);
    else if (e->is_integer)
        lua_pushinteger(L, e->integer);
    else
        lua_pushnumber(L, e->number);
    lua_setfield(L, -2, "value");
}

static void push_texts(lua_State *L, const char *const *items, size_t n, const char *field)
{
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        lua_pushstring(L, items[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, field);
}

/*--- hand_in.entries(name) → list | nil, sentence
 * Entries of the file in its own order, bookkeeping left out: {name=, kind=, dtype=, shape=,
 * count=, quantized=, scale=, zero_point=, axis=} or {name=, kind=, value=}; and in the list's
 * fields format, opaque, suspicious and remarks. */
static int entries(lua_State *L)
{
    struct hand_in *h = shared(L);
    struct hs_hand_in_file *file = file_of(L, 1);
    const struct hs_container *c = hs_hand_in_open(h->submission, file, &h->limits);
    lua_Integer n = 0;

    if (c == NULL)
        return refuse(L, file->why != NULL ? file->why : "out of memory");
    lua_createtable(L, (int)c->entries.len, 4);
    for (size_t i = 0; i < c->entries.len; i++) {
        if (c->entries.items[i].bookkeeping)
            continue;
        push_entry(L, &c->entries.items[i]);
        lua_seti(L, -2, ++n);
    }
    lua_pushstring(L, c->format);
    lua_setfield(L, -2, "format");
    push_texts(L, c->opaque.items, c->opaque.len, "opaque");
    push_texts(L, c->suspicious.items, c->suspicious.len, "suspicious");
    push_texts(L, c->remarks.items, c->remarks.len, "remarks");
    return 1;
}

/*--- hand_in.tensor(name, entry) → tensor
 * The codes when the entry is quantized. */
static int tensor(lua_State *L)
{
    struct hand_in *h = shared(L);
    struct hs_hand_in_file *file = file_of(L, 1);
    const char *name = luaL_checkstring(L, 2);
    const struct hs_container *c = hs_hand_in_open(h->submission, file, &h->limits);
    const struct hs_entry *e = c != NULL ? hs_container_find(c, name) : NULL;

    if (e == NULL || e->kind != HS_ENTRY_TENSOR)
        return luaL_error(L, "%s has no tensor \"%s\"", file->name, name);
    hs_lua_push_tensor(L, &e->tensor);
    return 1;
}

static const luaL_Reg functions[] = {{"files", files},       {"find", find},
                                     {"fits", fits},         {"size", size},
                                     {"text", text},         {"is_container", is_container},
                                     {"formulas", formulas}, {"entries", entries},
                                     {"tensor", tensor},     {NULL, NULL}};

/* Registration hands no payload on, so it waits here for the moment of the call. */
static struct hand_in *opening;

static int open_library(lua_State *L)
{
    luaL_newlibtable(L, functions);
    lua_pushlightuserdata(L, opening);
    luaL_setfuncs(L, functions, 1);
    return 1;
}

enum hs_status hs_hand_in_add_library(struct hs_script *script, struct hs_submission *submission,
                                      const struct hs_io_limits *limits, struct hs_error *err)
{
    enum hs_status st;

    opening = hs_arena_alloc(hs_script_arena(script), 1, sizeof *opening);
    if (opening == NULL)
        return hs_fail(err, HS_ENOMEM, "no memory for the library hand_in");
    *opening = (struct hand_in){submission, *limits};
    st = hs_script_add_library(script, "hand_in", open_library, err);
    opening = NULL;
    return st;
}

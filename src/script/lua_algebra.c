/* The library `algebra`: expressions and equations of scales (algebra/decide.h). Formulas are
 * texts: plain, Unicode or LaTeX. `opts` is {relation="expr|equation|sides", names={…}, given={"N =
 * E", …}}; without names any name may occur. */
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "algebra/derivation.h"
#include "script/algebra_value.h"
#include "script/lua_args.h"
#include "script/state.h"

int hs_open_algebra(lua_State *L);

/* A text without NUL bytes. */
static const char *formula(lua_State *L, int arg)
{
    size_t n;
    const char *text = luaL_checklstring(L, arg, &n);

    if (strlen(text) != n)
        luaL_argerror(L, arg, "the text holds a NUL byte");
    return text;
}

static void check_options(lua_State *L, int arg)
{
    static const char *const known[] = {"relation", "names", "given", "start", "goal", NULL};

    if (lua_isnoneornil(L, arg))
        return;
    luaL_checktype(L, arg, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, arg) != 0; lua_pop(L, 1)) {
        bool found = false;

        for (size_t i = 0; known[i] != NULL; i++)
            found = found ||
                    (lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), known[i]) == 0);
        if (!found)
            luaL_error(L, "options of algebra are relation, names and given (and start and goal of "
                          "a derivation)");
    }
}

/* Asks about arguments `lhs` and `rhs` (0: none) with the options at `opts`. */
static void ask(lua_State *L, struct hs_arena *arena, struct hs_algebra_answer *a,
                struct hs_algebra_question *q, int lhs, int rhs, int opts)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value options;

    *q = (struct hs_algebra_question){.lhs = formula(L, lhs),
                                      .rhs = rhs != 0 ? formula(L, rhs) : NULL};
    check_options(L, opts);
    options = hs_lua_options(L, opts, arena);
    if (hs_algebra_question_read(q, arena, &options, &err) != HS_OK ||
        hs_algebra_ask(a, arena, q, &err) != HS_OK)
        hs_script_raise(L, &err);
    hs_budget_spend(L,
                    4.0 * (double)(strlen(q->lhs) + (q->rhs != NULL ? strlen(q->rhs) : 0)) * 1000);
}

static void push_answer(lua_State *L, struct hs_arena *arena, const struct hs_algebra_answer *a,
                        const struct hs_algebra_question *q, const char *field)
{
    struct hs_value v;

    if (!hs_algebra_to_value(&v, arena, a, q->relation, q->rhs != NULL))
        luaL_error(L, "out of memory");
    if (field != NULL)
        hs_script_push_value(L, hs_value_get(&v, field));
    else
        hs_script_push_value(L, &v);
}

/*--- algebra.equivalent(a, b[, opts]) → true | false, witness | nil, error
 * Whether the two are the same; witness {at={name=value}, lhs=, rhs=} shows that they are not;
 * error {in=, kind=, column=, message=} says which text is ill-formed and where. */
static int equivalent(lua_State *L)
{
    struct hs_algebra_answer a;
    struct hs_algebra_question q;
    struct hs_arena *arena;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    ask(L, arena, &a, &q, 1, 2, 3);
    if (!a.well_formed) {
        lua_pushnil(L);
        push_answer(L, arena, &a, &q, "error");
        return 2;
    }
    lua_pushboolean(L, a.equivalent);
    if (a.equivalent)
        return 1;
    push_answer(L, arena, &a, &q, "witness");
    return 2;
}

/*--- algebra.explain(a, b[, opts]) → table
 * All that is known: equivalent (nil when ill-formed), error, witness, factor ("s_out^2": a is b
 * times it; of an equation the side of a that `side` names), message (sentences for the learner),
 * cleared (a with its denominators cleared), units (powers of scales in the terms of each side),
 * understood, text and tex (a, simplified). */
static int explain(lua_State *L)
{
    struct hs_algebra_answer a;
    struct hs_algebra_question q;
    struct hs_arena *arena;

    lua_settop(L, 3);
    arena = hs_lua_scratch(L);
    ask(L, arena, &a, &q, 1, 2, 3);
    push_answer(L, arena, &a, &q, NULL);
    return 1;
}

/* The names that occur, in the order of the list or of the text. */
static void push_names(lua_State *L, struct hs_arena *arena, const struct hs_algebra_answer *a)
{
    bool *marks = hs_arena_alloc_zero(arena, a->symbols.n + 1, sizeof *marks);
    lua_Integer n = 0;

    if (marks == NULL)
        luaL_error(L, "out of memory");
    hs_statement_names(&a->statement[0], marks);
    lua_newtable(L);
    for (size_t i = 0; i < a->symbols.n; i++)
        if (marks[i]) {
            lua_pushstring(L, a->symbols.names[i]);
            lua_seti(L, -2, ++n);
        }
}

/* The answer about one text; nil and the error when it is ill-formed. */
static int about(lua_State *L, const char *field)
{
    struct hs_algebra_answer a;
    struct hs_algebra_question q;
    struct hs_arena *arena;

    lua_settop(L, 2);
    arena = hs_lua_scratch(L);
    ask(L, arena, &a, &q, 1, 0, 2);
    if (!a.well_formed) {
        lua_pushnil(L);
        push_answer(L, arena, &a, &q, "error");
        return 2;
    }
    if (field != NULL) {
        push_answer(L, arena, &a, &q, field);
        return 1;
    }
    lua_createtable(L, 0, 4);
    lua_pushstring(L, a.understood[0]);
    lua_setfield(L, -2, "text");
    lua_pushstring(L, a.tex[0]);
    lua_setfield(L, -2, "tex");
    lua_pushinteger(L, (lua_Integer)a.statement[0].n);
    lua_setfield(L, -2, "sides");
    push_names(L, arena, &a);
    lua_setfield(L, -2, "names");
    return 1;
}

/*--- algebra.parse(s[, opts]) → {text=, tex=, sides=, names=} | nil, error
 * What was understood, as written, and the names that occur; sides is 1 for an expression, 2 for an equation, more for a
 * chain. */
static int parse(lua_State *L)
{
    return about(L, NULL);
}

/*--- algebra.simplify(s[, opts]) → string | nil, error
 * Multiplied out, with one fraction bar; an equation side by side. */
static int simplify(lua_State *L)
{
    return about(L, "text");
}

static int echo(lua_State *L, const char *field)
{
    int n = about(L, NULL);

    if (n == 1)
        lua_getfield(L, -1, field);
    return n;
}

/*--- algebra.text(s[, opts]) → string | nil, error
 * The formula on one line, as understood. */
static int text(lua_State *L)
{
    return echo(L, "text");
}

/*--- algebra.tex(s[, opts]) → string | nil, error
 * The formula as TeX, as understood. */
static int tex(lua_State *L)
{
    return echo(L, "tex");
}

static void push_line(lua_State *L, const struct hs_line *line)
{
    static const char *const verdicts[] = {"right", "given", "wrong", "malformed"};

    lua_createtable(L, 0, 6);
    lua_pushstring(L, verdicts[line->verdict]);
    lua_setfield(L, -2, "verdict");
    lua_pushboolean(L, line->arrived);
    lua_setfield(L, -2, "arrived");
    lua_pushstring(L, line->message);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, line->understood);
    lua_setfield(L, -2, "text");
    lua_pushstring(L, line->tex);
    lua_setfield(L, -2, "tex");
    lua_pushstring(L, line->says);
    lua_setfield(L, -2, "says");
    if (line->verdict == HS_LINE_FAULT) {
        lua_pushinteger(L, line->answer.fault.column);
        lua_setfield(L, -2, "column");
    }
}

/*--- algebra.derivation(lines, {start=, goal=, names=, given=}) → list, arrived
 * Each line checked against the last right one: {verdict="right|given|wrong|malformed", arrived=,
 * message=, text=, tex=, column=}; `given` is right under the given relations. The second value is
 * true when a right line is the goal. */
static int derivation(lua_State *L)
{
    struct hs_derivation d = {.goal = NULL};
    struct hs_algebra_question q = {.lhs = NULL};
    struct hs_error err = HS_ERROR_INIT;
    struct hs_arena *arena;
    struct hs_value options;
    const char *last;
    bool arrived = false;
    lua_Integer n;

    lua_settop(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    check_options(L, 2);
    arena = hs_lua_scratch(L);
    options = hs_lua_options(L, 2, arena);
    if (hs_algebra_question_read(&q, arena, &options, &err) != HS_OK)
        hs_script_raise(L, &err);
    d = (struct hs_derivation){q.names,
                               q.nnames,
                               q.given,
                               q.ngiven,
                               hs_value_text(&options, "start", NULL),
                               hs_value_text(&options, "goal", NULL)};
    if (d.start == NULL)
        luaL_error(L, "a derivation needs start = \"the equation that it begins with\"");
    last = d.start;
    lua_newtable(L);
    n = luaL_len(L, 1);
    for (lua_Integer i = 1; i <= n && i <= 64; i++) {
        struct hs_line line;
        const char *own;

        lua_geti(L, 1, i);
        own = hs_arena_strdup(arena, formula(L, -1));
        lua_pop(L, 1);
        if (own == NULL)
            luaL_error(L, "out of memory");
        if (hs_derivation_check(&line, arena, &d, last, own, &err) != HS_OK)
            hs_script_raise(L, &err);
        hs_budget_spend(L, 10000.0 * (double)strlen(own));
        if (line.verdict < HS_LINE_WRONG) {
            last = line.says;
            arrived = arrived || line.arrived;
        }
        push_line(L, &line);
        lua_seti(L, -2, i);
    }
    lua_pushboolean(L, arrived);
    return 2;
}

int hs_open_algebra(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"equivalent", equivalent}, {"explain", explain}, {"parse", parse},
        {"simplify", simplify},     {"text", text},       {"tex", tex},
        {"derivation", derivation}, {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}

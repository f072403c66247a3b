/* quant.trace: one element's path, for plot.trace. */
#include <stdio.h>

#include "base/fmt.h"
#include "num/round.h"
#include "quant/explain.h"
#include "script/lua_args.h"
#include "script/lua_quant_layers.h"
#include "script/state.h"

enum { NOTE = 96 };

/* Appends {name, value, note} to the list on top of the stack and leaves the new step there, to be
 * added to and popped. */
static void push_step(lua_State *L, lua_Integer i, enum hs_explain_step step, double value,
                      const char *note)
{
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, i);
    lua_pushstring(L, hs_explain_step_name(step));
    lua_setfield(L, -2, "name");
    lua_pushnumber(L, value);
    lua_setfield(L, -2, "value");
    if (note != NULL) {
        lua_pushstring(L, note);
        lua_setfield(L, -2, "note");
    }
}

/* The code in two's complement, and whether it was clipped. */
static void code_note(char out[NOTE], const struct hs_explained *e, const struct hs_qparams *qp)
{
    char code[HS_FMT_CODE_SIZE];

    hs_fmt_code(code, (uint64_t)(int64_t)e->step[HS_STEP_CODE], hs_dtype_bits(qp->dtype), true);
    snprintf(out, NOTE, "%s%s", code, e->clipped ? ", clipped" : "");
}

static void push_steps(lua_State *L, const struct hs_explained *e, const struct hs_qparams *qp)
{
    char note[NOTE], tie[NOTE];
    lua_Integer n = 0;

    snprintf(tie, sizeof tie, "a tie: %s", hs_round_name(qp->options.rounding));
    code_note(note, e, qp);
    lua_createtable(L, HS_STEP_COUNT, 0);
    for (int step = 0; step < HS_STEP_COUNT; step++) {
        double v = e->step[step];

        if (step == HS_STEP_RECIPROCAL && qp->options.division != HS_RECIPROCAL)
            continue;
        push_step(L, ++n, (enum hs_explain_step)step, v,
                  step == HS_STEP_ROUNDED && e->tie ? tie
                  : step == HS_STEP_CODE            ? note
                                                    : NULL);
        if (step == HS_STEP_QUOTIENT) {
            lua_createtable(L, 2, 0);
            lua_pushnumber(L, e->step[HS_STEP_X]);
            lua_rawseti(L, -2, 1);
            lua_pushnumber(L, e->step[HS_STEP_SCALE]);
            lua_rawseti(L, -2, 2);
            lua_setfield(L, -2, "over");
        }
        lua_pop(L, 1);
    }
}

/*** quant.trace(x, qparams[, part = 0]) → {steps, code, back, error, clipped, tie}. The path of one
 * element under the qparams of one part (channel or group, 0-based) as plot.trace shows it: x, s,
 * x/s, R(x/s), + z, clamp, s (q - z), error. The code is that of quant.quantize; stochastic
 * rounding is shown as half_even. */
int hs_lua_quant_trace(lua_State *L)
{
    lua_Number x = luaL_checknumber(L, 1);
    lua_Integer part = luaL_optinteger(L, 3, 0);
    struct hs_arena *arena;
    struct hs_value v;
    struct hs_qparams qp;
    struct hs_explained e;
    struct hs_error err = HS_ERROR_INIT;

    luaL_checktype(L, 2, LUA_TTABLE);
    arena = hs_lua_scratch(L);
    hs_script_to_value(L, 2, &v, arena);
    if (hs_qparams_from_value(&qp, arena, &v, &err) != HS_OK)
        return hs_script_raise(L, &err);
    luaL_argcheck(L, part >= 0 && (lua_Unsigned)part < qp.n, 3, "there is no such part");
    if (hs_explain(&e, x, qp.scale[part], qp.zero_point[part], qp.qmin, qp.qmax, &qp.options,
                   &err) != HS_OK)
        return hs_script_raise(L, &err);
    lua_createtable(L, 0, 6);
    push_steps(L, &e, &qp);
    lua_setfield(L, -2, "steps");
    lua_pushnumber(L, e.step[HS_STEP_BACK]);
    lua_setfield(L, -2, "back");
    lua_pushnumber(L, e.step[HS_STEP_ERROR]);
    lua_setfield(L, -2, "error");
    lua_pushinteger(L, (lua_Integer)e.step[HS_STEP_CODE]);
    lua_setfield(L, -2, "code");
    lua_pushboolean(L, e.clipped);
    lua_setfield(L, -2, "clipped");
    lua_pushboolean(L, e.tie);
    lua_setfield(L, -2, "tie");
    return 1;
}

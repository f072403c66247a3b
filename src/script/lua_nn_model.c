/* The network userdata: life, budget, and what a script may look at. */
#include <string.h>

#include "base/clock.h"
#include "nn/prepare.h"
#include "script/lua_nn.h"
#include "script/lua_tensor.h"
#include "script/state.h"

static const char type_name[] = "network";

static int collect(lua_State *L)
{
    struct hs_lua_network *u = luaL_checkudata(L, 1, type_name);

    hs_budget_give(hs_script_of(L), u->charged);
    u->charged = 0;
    hs_network_dispose(&u->n);
    return 0;
}

struct hs_lua_network *hs_lua_new_network(lua_State *L)
{
    struct hs_lua_network *u = lua_newuserdatauv(L, sizeof *u, 0);

    *u = (struct hs_lua_network){.n = HS_NETWORK_INIT};
    luaL_setmetatable(L, type_name);
    return u;
}

void hs_lua_network_done(lua_State *L, struct hs_lua_network *u)
{
    size_t bytes = u->n.model.arena.used + u->n.program.arena.used;

    if (!hs_budget_take(L, bytes)) {
        hs_network_dispose(&u->n);
        hs_budget_stop(L, "memory");
    }
    u->charged = bytes;
}

struct hs_lua_network *hs_lua_check_network(lua_State *L, int index)
{
    return luaL_checkudata(L, index, type_name);
}

struct hs_model *hs_lua_check_model(lua_State *L, int index)
{
    struct hs_lua_network *u = hs_lua_check_network(L, index);

    if (u->n.is_program)
        luaL_argerror(L, index, "an integer program cannot learn or be quantized again");
    return &u->n.model;
}

/* ---- budgets ---- */

double hs_lua_network_products(const struct hs_network *n)
{
    double sum = 0;

    for (size_t i = 0; n->is_program && i < n->program.n; i++) {
        const struct hs_step *s = &n->program.step[i];

        if (s->kind != HS_STEP_MAXPOOL)
            sum += (double)hs_tensor_count(&s->w) * (double)(s->out.h * s->out.w);
    }
    for (size_t i = 0; !n->is_program && i < n->model.n; i++) {
        const struct hs_layer *l = &n->model.layer[i];

        if (l->params > 0)
            sum += (double)hs_tensor_count(&l->param[0].value) * (double)(l->out.h * l->out.w);
        sum += (double)hs_extent_count(l->out);
    }
    return sum;
}

/* Of the buffers for one picture. */
static double bytes_of_buffers(const struct hs_network *n, bool training)
{
    double bytes = 0;

    for (size_t i = 0; n->is_program && i < n->program.n; i++)
        bytes += 5 * (double)hs_extent_count(n->program.step[i].out);
    for (size_t i = 0; !n->is_program && i < n->model.n; i++)
        bytes += 4 * (double)hs_extent_count(n->model.layer[i].out) * (training ? 3 : 1);
    return bytes;
}

void hs_lua_network_check_memory(lua_State *L, const struct hs_network *n, size_t batch,
                                 bool training)
{
    const struct hs_script *s = hs_script_of(L);
    double bytes = (double)batch * bytes_of_buffers(n, training);

    if (s->config.memory == 0)
        return;
    if (bytes + (double)(s->heap + s->tensors) > (double)s->config.memory)
        lua_gc(L, LUA_GCCOLLECT, 0); /* networks that nothing holds any more */
    if (bytes + (double)(s->heap + s->tensors) > (double)s->config.memory)
        hs_budget_stop(L, "memory");
}

void hs_lua_nn_spend(lua_State *L, double products)
{
    hs_budget_spend(L, products / 16);
}

bool hs_lua_nn_in_time(lua_State *L)
{
    const struct hs_script *s = hs_script_of(L);

    return s->config.wall_ms == 0 ||
           (hs_clock_monotonic_ns() - s->started_ns) / 1000000 <= s->config.wall_ms;
}

void hs_lua_nn_check_time(lua_State *L)
{
    if (!hs_lua_nn_in_time(L))
        hs_budget_stop(L, "time");
}

/* ---- looking ---- */

static void set_text(lua_State *L, const char *key, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void push_extent(lua_State *L, struct hs_extent e)
{
    const size_t v[3] = {e.c, e.h, e.w};

    lua_createtable(L, 3, 0);
    for (int i = 0; i < 3; i++) {
        lua_pushinteger(L, (lua_Integer)v[i]);
        lua_rawseti(L, -2, i + 1);
    }
}

/*** net:layers() → list of {name, class, shape}, in order; shape is {channels, rows, columns} of
 * the output. Of a program: its steps. */
static int layers(lua_State *L)
{
    static const char *const kinds[] = {"conv", "linear", "maxpool"};
    const struct hs_network *n = &hs_lua_check_network(L, 1)->n;
    size_t count = n->is_program ? n->program.n : n->model.n;

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 3);
        set_text(L, "name", n->is_program ? n->program.step[i].name : n->model.layer[i].name);
        set_text(L, "class",
                 n->is_program ? kinds[n->program.step[i].kind] : n->model.layer[i].class->id);
        push_extent(L, n->is_program ? n->program.step[i].out : n->model.layer[i].out);
        lua_setfield(L, -2, "shape");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static const struct hs_tensor *find_tensor(const struct hs_network *n, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t len = dot != NULL ? (size_t)(dot - name) : 0;

    for (size_t i = 0; n->is_program && i < n->program.n; i++) {
        const struct hs_step *s = &n->program.step[i];

        if (s->kind != HS_STEP_MAXPOOL && strlen(s->name) == len && memcmp(s->name, name, len) == 0)
            return strcmp(dot, ".weight") == 0 ? &s->w
                   : strcmp(dot, ".bias") == 0 ? &s->bias
                                               : NULL;
    }
    for (size_t i = 0; !n->is_program && i < n->model.n; i++) {
        const struct hs_layer *l = &n->model.layer[i];

        for (int p = 0; strlen(l->name) == len && memcmp(l->name, name, len) == 0 && p < l->params;
             p++)
            if (strcmp(l->param[p].name, dot + 1) == 0)
                return &l->param[p].value;
    }
    return NULL;
}

/*** net:tensor(name) → a copy of "fc1.weight", "conv1.bias" …: float32 of a model, int8 and int32
 * of a program. */
static int tensor(lua_State *L)
{
    const struct hs_network *n = &hs_lua_check_network(L, 1)->n;
    const char *name = luaL_checkstring(L, 2);
    const struct hs_tensor *t = find_tensor(n, name);

    if (t == NULL)
        return luaL_error(L, "there is no tensor \"%s\"; net:layers() lists the layers", name);
    hs_lua_push_tensor(L, t);
    return 1;
}

/*** net:quantizers() → list of qparams with name and of ("weights" or "activations"): those that
 * are in force. */
static int quantizers(lua_State *L)
{
    const struct hs_model *m = hs_lua_check_model(L, 1);
    struct hs_arena arena = HS_ARENA_INIT;
    lua_Integer found = 0;

    lua_newtable(L);
    for (size_t i = 0; i < m->n; i++) {
        const struct hs_fake *f = m->layer[i].fake;
        struct hs_value v;

        if (f == NULL || f->qp.scale == NULL || !hs_qparams_to_value(&v, &arena, &f->qp))
            continue;
        hs_script_push_value(L, &v);
        set_text(L, "name", m->layer[i].name);
        set_text(L, "of", f->weights ? "weights" : "activations");
        lua_rawseti(L, -2, ++found);
    }
    hs_arena_dispose(&arena);
    return 1;
}

static const char *kind_of(const struct hs_network *n)
{
    return n->is_program ? "program" : hs_model_is_prepared(&n->model) ? "fake_quantized" : "float";
}

/* net.arch, net.data, net.kind ("float", "fake_quantized", "program"), net.classes,
 * net.parameters, and the methods. */
static int field(lua_State *L)
{
    static const luaL_Reg methods[] = {{"layers", layers},
                                       {"tensor", tensor},
                                       {"quantizers", quantizers},
                                       {NULL, NULL}};
    const struct hs_network *n = &hs_lua_check_network(L, 1)->n;
    const char *key = luaL_checkstring(L, 2);

    for (const luaL_Reg *m = methods; m->name != NULL; m++)
        if (strcmp(m->name, key) == 0) {
            lua_pushcfunction(L, m->func);
            return 1;
        }
    if (strcmp(key, "arch") == 0)
        lua_pushstring(L, n->is_program ? n->program.arch : n->model.arch);
    else if (strcmp(key, "data") == 0)
        lua_pushstring(L, n->is_program ? n->program.data : n->model.data);
    else if (strcmp(key, "kind") == 0)
        lua_pushstring(L, kind_of(n));
    else if (strcmp(key, "classes") == 0)
        lua_pushinteger(L, (lua_Integer)(n->is_program ? n->program.classes : n->model.classes));
    else if (strcmp(key, "parameters") == 0 && !n->is_program)
        lua_pushinteger(L, (lua_Integer)hs_model_params(&n->model));
    else
        return luaL_error(L, "a network has no \"%s\"", key);
    return 1;
}

static int to_string(lua_State *L)
{
    const struct hs_network *n = &hs_lua_check_network(L, 1)->n;

    lua_pushfstring(L, "network %s (%s)", n->is_program ? n->program.arch : n->model.arch,
                    kind_of(n));
    return 1;
}

void hs_lua_network_register(lua_State *L)
{
    static const luaL_Reg meta[] = {{"__gc", collect},
                                    {"__index", field},
                                    {"__tostring", to_string},
                                    {NULL, NULL}};

    luaL_newmetatable(L, type_name);
    luaL_setfuncs(L, meta, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

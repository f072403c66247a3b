/* The global table `nn`: networks. */
#include <string.h>

#include "base/env.h"
#include "base/path.h"
#include "nn/zoo.h"
#include "script/lua_args.h"
#include "script/lua_nn.h"
#include "script/state.h"

int hs_open_nn(lua_State *L);

void hs_lua_nn_names(lua_State *L, const struct hs_value *v, const char *const *names)
{
    for (size_t i = 0; i < v->as.map.len; i++) {
        size_t j = 0;

        while (names[j] != NULL && strcmp(names[j], v->as.map.items[i].key) != 0)
            j++;
        if (names[j] == NULL)
            luaL_error(L, "there is no option \"%s\" here", v->as.map.items[i].key);
    }
}

/* ---- data ---- */

static void labels_from(lua_State *L, struct hs_tensor *out, struct hs_arena *arena,
                        const struct hs_value *v)
{
    const struct hs_tensor *given = v != NULL && v->kind == HS_TENSOR ? v->as.tensor : NULL;
    size_t n = given != NULL ? hs_tensor_count(given) : hs_value_len(v);
    struct hs_error err = HS_ERROR_INIT;
    double x;

    if (hs_tensor_new(out, arena, HS_UINT8, 1, &n, &err) != HS_OK)
        hs_script_raise(L, &err);
    for (size_t i = 0; i < n; i++) {
        bool ok = given != NULL || hs_value_to_number(hs_value_at(v, i), &x);

        if (!ok || !hs_tensor_set(out, i, given != NULL ? hs_tensor_get(given, i) : x))
            luaL_error(L, "label %d is no whole number from 0 to 255", (int)i);
    }
}

static const char *split_name(lua_State *L, struct hs_arena *arena, const struct hs_value *data,
                              const char *made_for, const char *split)
{
    const char *name = data != NULL && data->kind == HS_STRING ? data->as.string.text : made_for;

    if (name == NULL || name[0] == '\0')
        luaL_error(L, "the network does not say which data it is for: give data = \"mnist/%s\"",
                   split);
    if (strchr(name, '/') == NULL)
        name = hs_arena_printf(arena, "%s/%s", name, split);
    if (name == NULL)
        luaL_error(L, "not enough memory");
    return name;
}

const char *hs_lua_nn_data(lua_State *L, struct hs_dataset_split *out, struct hs_arena *arena,
                           const struct hs_value *options, const struct hs_network *n,
                           const char *split)
{
    const struct hs_value *data = hs_value_get(options, "data");
    const struct hs_tensor *images = hs_value_tensor_of(data, "images");
    int64_t most = hs_value_integer(options, "images", 0);
    const char *name = "tensors";
    struct hs_error err = HS_ERROR_INIT;

    if (images != NULL) {
        out->images = *images;
        labels_from(L, &out->labels, arena, hs_value_get(data, "labels"));
    } else {
        name = split_name(L, arena, data, n->is_program ? n->program.data : n->model.data, split);
        if (hs_dataset_load(out, arena, name, &err) != HS_OK)
            hs_script_raise(L, &err);
    }
    if (most < 0)
        luaL_error(L, "images = %d: choose 1 or more", (int)most);
    if (most > 0 && out->images.ndim > 0 && (uint64_t)most < out->images.shape[0])
        out->images.shape[0] = out->labels.shape[0] = (size_t)most;
    return name;
}

/* ---- making and reading ---- */

/*** nn.zoo() → list of names. nn.zoo(name[, {seed = 1}]) → a network with its first weights: "mlp",
 * "lab-cnn", "vgg8" … */
static int zoo(lua_State *L)
{
    static const char *const names[] = {"seed", NULL};
    struct hs_lua_network *u;
    struct hs_value v;
    struct hs_error err = HS_ERROR_INIT;
    size_t n;
    const struct hs_zoo_entry *const *all = hs_zoo(&n);

    lua_settop(L, 2);
    if (lua_isnil(L, 1)) {
        lua_createtable(L, (int)n, 0);
        for (size_t i = 0; i < n; i++) {
            lua_pushstring(L, all[i]->id);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        return 1;
    }
    v = hs_lua_options(L, 2, hs_lua_scratch(L));
    hs_lua_nn_names(L, &v, names);
    u = hs_lua_new_network(L);
    if (hs_zoo_make(&u->n.model, luaL_checkstring(L, 1), (uint64_t)hs_value_integer(&v, "seed", 1),
                    &err) != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_network_done(L, u);
    return 1;
}

/* A model that ships: the same for every script, whatever files it may read. */
static enum hs_status load_shipped(struct hs_network *out, const char *name, struct hs_error *err)
{
    struct hs_str file = HS_STR_INIT, path = HS_STR_INIT;
    enum hs_status st = HS_ENOTFOUND;

    hs_str_printf(&file, "assets/models/%s.safetensors", name);
    if (hs_path_is_safe(name, strlen(name)))
        st = hs_env_share(&path, file.buf, NULL);
    st = st == HS_OK ? hs_network_load(out, path.buf, err)
                     : hs_fail(err, HS_ENOTFOUND, "there is no model \"%s\" that ships", name);
    hs_str_dispose(&file);
    hs_str_dispose(&path);
    return st;
}

/*** nn.load(path) → network: a file of ours or of the labs, below the working directory; or the
 * name of a model that ships. */
static int load(lua_State *L)
{
    const struct hs_script *s = hs_script_of(L);
    const char *name = luaL_checkstring(L, 1);
    bool file = s->config.files != HS_FILES_NONE && s->config.read_root != NULL &&
                strchr(name, '.') != NULL;
    struct hs_lua_network *u = hs_lua_new_network(L);
    struct hs_arena *arena = hs_lua_scratch(L);
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_bytes bytes;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st;

    while (hs_starts_with(name, "./"))
        name += 2;
    if (!file) {
        st = load_shipped(&u->n, name, &err);
    } else {
        st = hs_file_read_below(&bytes, arena, s->config.read_root, name, limits.file_bytes, &err);
        if (st == HS_OK)
            st = hs_network_read(&u->n, bytes, name, &limits, &err);
    }
    if (st != HS_OK)
        return hs_script_raise(L, &err);
    hs_lua_network_done(L, u);
    lua_pushvalue(L, -2);
    return 1;
}

/*** nn.save(path, network[, {float16 = false}]). .safetensors. */
static int save(lua_State *L)
{
    static const char *const names[] = {"float16", NULL};
    const struct hs_script *s = hs_script_of(L);
    const char *name = luaL_checkstring(L, 1), *path;
    const struct hs_lua_network *u = hs_lua_check_network(L, 2);
    struct hs_value v;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st;

    if (s->config.files == HS_FILES_NONE || s->config.write_root == NULL)
        return luaL_error(L, "this script may not write files");
    while (hs_starts_with(name, "./"))
        name += 2;
    if (!hs_path_is_safe(name, strlen(name)) || !hs_path_has_ext(name, "safetensors"))
        return luaL_error(L, "%s: a .safetensors file at or below %s is wanted", name,
                          s->config.write_root);
    lua_settop(L, 3);
    v = hs_lua_options(L, 3, hs_lua_scratch(L));
    hs_lua_nn_names(L, &v, names);
    path = lua_pushfstring(L, "%s/%s", s->config.write_root, name);
    st = u->n.is_program
             ? hs_program_save(path, &u->n.program, &err)
             : hs_model_save(path, &u->n.model, hs_value_flag(&v, "float16", false), &err);
    return st == HS_OK ? 0 : hs_script_raise(L, &err);
}

int hs_open_nn(lua_State *L)
{
    static const luaL_Reg functions[] = {{"zoo", zoo},
                                         {"load", load},
                                         {"save", save},
                                         {"forward", hs_lua_nn_forward},
                                         {"eval", hs_lua_nn_eval},
                                         {"convert", hs_lua_nn_convert},
                                         {"train", hs_lua_nn_train},
                                         {"calibrate", hs_lua_nn_calibrate},
                                         {"qat", hs_lua_nn_qat},
                                         {NULL, NULL}};

    hs_lua_network_register(L);
    luaL_newlib(L, functions);
    return 1;
}

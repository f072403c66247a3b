#include "nn/file.h"

#include <string.h>

#include "io/json.h"
#include "nn/file_parts.h"
#include "nn/import.h"

#define DESCRIPTION "__metadata__.halfstep"

/* What the schema says, in the version that is read. */
static enum hs_status check_schema(bool *is_program, const struct hs_value *json,
                                   struct hs_error *err)
{
    const char *schema = hs_value_text(json, "schema", "");

    *is_program = strcmp(schema, "halfstep.program/1") == 0;
    if (*is_program || strcmp(schema, "halfstep.model/1") == 0)
        return HS_OK;
    if (hs_starts_with(schema, "halfstep.model/") || hs_starts_with(schema, "halfstep.program/"))
        return hs_fail(err, HS_EVERSION,
                       "is %.60s, which a newer halfstep wrote; halfstep.model/1 and "
                       "halfstep.program/1 are read",
                       schema);
    return hs_fail(err, HS_EFORMAT,
                   "its schema is \"%.60s\", neither halfstep.model/1 nor "
                   "halfstep.program/1",
                   schema);
}

static enum hs_status begin(struct hs_file_in *in, struct hs_container *c, const char *text,
                            bool *is_program, struct hs_error *err)
{
    struct hs_io_limits limits = hs_io_limits_local();
    enum hs_status st;

    in->container = c;
    in->used = hs_arena_alloc_zero(&c->arena, c->entries.len, sizeof *in->used);
    if (in->used == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    st = hs_json_read(&in->json, &c->arena, hs_bytes_of(text), "its description", &limits, err);
    return st == HS_OK ? check_schema(is_program, &in->json, err) : st;
}

/* What would be a wrong argument elsewhere is a wrong file here. */
static enum hs_status blame(const char *path, enum hs_status st, struct hs_error *err)
{
    if (st == HS_EINVAL && err != NULL)
        err->code = HS_EFORMAT;
    hs_error_prefix(err, "%s", path);
    return st == HS_EINVAL ? HS_EFORMAT : st;
}

/* The description of one of our files, or NULL. */
static const char *description(const struct hs_container *c)
{
    const struct hs_entry *e = hs_container_find(c, DESCRIPTION);

    return e != NULL && e->kind == HS_ENTRY_STRING ? e->text : NULL;
}

static enum hs_status load_own(struct hs_network *out, struct hs_container *c, const char *text,
                               const char *path, struct hs_error *err)
{
    struct hs_file_in in = {.container = c};
    bool is_program;
    enum hs_status st = begin(&in, c, text, &is_program, err);

    if (st == HS_OK && is_program)
        st = hs_file_read_program(&in, &out->program, err);
    else if (st == HS_OK)
        st = hs_file_read_model(&in, &out->model, err);
    out->is_program = st == HS_OK && is_program;
    return st == HS_OK ? HS_OK : blame(path, st, err);
}

static enum hs_status load_other(struct hs_network *out, const struct hs_container *c,
                                 const char *path, struct hs_error *err)
{
    struct hs_imported i = {.kind = NULL};
    enum hs_status st = hs_import(&i, c, path, err);

    if (st != HS_OK) {
        hs_imported_dispose(&i);
        return st;
    }
    out->model = i.model;
    out->program = i.program;
    out->is_program = !i.has_model;
    out->has_arithmetic = i.has_model && i.has_program;
    out->remarks = i.remarks; /* the model's arena owns them */
    out->remark = hs_arena_strdup(i.has_model ? &out->model.arena : &out->program.arena, i.kind);
    return HS_OK;
}

static enum hs_status load(struct hs_network *out, struct hs_container *c, const char *path,
                           struct hs_error *err)
{
    const char *text = description(c);
    enum hs_status st =
        text != NULL ? load_own(out, c, text, path, err) : load_other(out, c, path, err);

    if (st != HS_OK)
        hs_network_dispose(out);
    return st;
}

enum hs_status hs_network_load(struct hs_network *out, const char *path, struct hs_error *err)
{
    const struct hs_io_limits limits = hs_io_limits_local();
    struct hs_container c = HS_CONTAINER_INIT;
    enum hs_status st = hs_container_open(&c, path, &limits, err);

    *out = HS_NETWORK_INIT;
    if (st == HS_OK)
        st = load(out, &c, path, err);
    hs_container_dispose(&c);
    return st;
}

enum hs_status hs_network_read(struct hs_network *out, struct hs_bytes bytes, const char *name,
                               const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_container c = HS_CONTAINER_INIT;
    enum hs_status st = hs_container_read(&c, bytes, name, limits, err);

    *out = HS_NETWORK_INIT;
    if (st == HS_OK)
        st = load(out, &c, name, err);
    hs_container_dispose(&c);
    return st;
}

void hs_network_dispose(struct hs_network *n)
{
    hs_model_dispose(&n->model);
    hs_program_dispose(&n->program);
    *n = HS_NETWORK_INIT;
}

/* Tensors that no layer took, copied. */
static enum hs_status keep_extra(struct hs_extra_tensor **extra, size_t *n, struct hs_arena *arena,
                                 const struct hs_file_in *in, struct hs_error *err)
{
    size_t entries = in->container->entries.len;
    enum hs_status st = HS_OK;

    *n = 0;
    *extra = hs_arena_alloc(arena, entries, sizeof **extra);
    if (*extra == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; st == HS_OK && i < entries; i++) {
        const struct hs_entry *e = &in->container->entries.items[i];

        if (in->used[i] || e->kind != HS_ENTRY_TENSOR)
            continue;
        st = hs_tensor_copy(&(*extra)[*n].tensor, arena, &e->tensor, err);
        (*extra)[*n].name = hs_arena_strdup(arena, e->name);
        if (st == HS_OK && (*extra)[(*n)++].name == NULL)
            st = hs_fail(err, HS_ENOMEM, "out of memory");
    }
    return st;
}

static enum hs_status load_with(struct hs_model *out, struct hs_arena *arena,
                                struct hs_extra_tensor **extra, size_t *n, struct hs_value *state,
                                struct hs_container *c, struct hs_error *err)
{
    struct hs_file_in in = {.container = c};
    const char *text = description(c);
    const struct hs_value *saved;
    bool is_program;
    enum hs_status st;

    if (text == NULL)
        return hs_fail(err, HS_EFORMAT, "is no file of halfstep's own");
    if ((st = begin(&in, c, text, &is_program, err)) != HS_OK)
        return st;
    if (is_program)
        return hs_fail(err, HS_EFORMAT, "holds an integer program; a model is expected");
    if ((st = hs_file_read_model(&in, out, err)) != HS_OK ||
        (st = keep_extra(extra, n, arena, &in, err)) != HS_OK)
        return st;
    *state = hs_value_map();
    saved = hs_value_get(&in.json, "state");
    return saved != NULL ? hs_value_copy(state, arena, saved, true, err) : HS_OK;
}

enum hs_status hs_model_load_with(struct hs_model *out, struct hs_arena *arena,
                                  struct hs_extra_tensor **extra, size_t *n, struct hs_value *state,
                                  const char *path, struct hs_error *err)
{
    const struct hs_io_limits limits = hs_io_limits_local();
    struct hs_container c = HS_CONTAINER_INIT;
    enum hs_status st = hs_container_open(&c, path, &limits, err);

    *out = HS_MODEL_INIT;
    if (st == HS_OK && (st = load_with(out, arena, extra, n, state, &c, err)) != HS_OK)
        st = blame(path, st, err);
    if (st != HS_OK)
        hs_model_dispose(out);
    hs_container_dispose(&c);
    return st;
}

#include "cli/energy_model.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

/* "fc1" of "fc1.weight" and "fc1._packed_params._packed_params.0"; 0 when it is no weight. */
static size_t layer_name(const char *entry)
{
    static const char *const ends[] = {".weight", "._packed_params._packed_params.0",
                                       "._packed_params.0"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (hs_ends_with(entry, ends[i]))
            return strlen(entry) - strlen(ends[i]);
    return 0;
}

static const struct hs_entry *member(const struct hs_energy_model *m, const char *name,
                                     const char *key)
{
    char *full = hs_arena_printf(m->arena, "%s.%s", name, key);

    return full != NULL ? hs_container_find(m->file, full) : NULL;
}

static bool has_bias(const struct hs_energy_model *m, const char *name)
{
    static const char *const keys[] = {"bias", "_packed_params._packed_params.1",
                                       "_packed_params.1"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct hs_entry *e = member(m, name, keys[i]);

        if (e != NULL && e->kind == HS_ENTRY_TENSOR)
            return true;
    }
    return false;
}

/* A number that the module keeps ("stride.0", or "groups"), or `otherwise`. */
static int64_t attribute(const struct hs_energy_model *m, const char *name, const char *key,
                         int64_t otherwise)
{
    const struct hs_entry *e = member(m, name, key);

    return e != NULL && e->kind == HS_ENTRY_NUMBER && e->is_integer ? e->integer : otherwise;
}

/* What --size says of the layer; NULL when it says nothing. */
static const char *size_of(const struct hs_energy_model *m, const char *name)
{
    for (size_t i = 0; i < m->sizes->len; i++) {
        size_t n = strcspn(m->sizes->items[i], "=");

        if (strlen(name) == n && strncmp(m->sizes->items[i], name, n) == 0 &&
            m->sizes->items[i][n] == '=')
            return m->sizes->items[i] + n + 1;
    }
    return NULL;
}

/* "32x32:s2:p1" and what the file says, written as energy reads a convolution. */
static enum hs_status convolution(struct hs_energy_layer *out, const struct hs_energy_model *m,
                                  const char *name, const struct hs_tensor *w, struct hs_error *err)
{
    const char *size = size_of(m, name);
    int64_t groups = attribute(m, name, "groups", 1);
    size_t n = size != NULL ? strcspn(size, ":") : 0;
    char *text;

    if (w->shape[2] != w->shape[3])
        return hs_fail(err, HS_ESHAPE, "%s: a kernel of %zu x %zu is not counted, only square ones",
                       name, w->shape[2], w->shape[3]);
    if (size == NULL)
        return hs_fail(err, HS_EINVAL,
                       "%s is a convolution, and a weight does not say how large its input is: add "
                       "--size %s=32x32 (rows x columns; :s2:p1 for stride and padding)",
                       name, name);
    text = hs_arena_printf(m->arena,
                           "conv:%" PRId64 "x%zux%zu:s%" PRId64 ":p%" PRId64 ":g%" PRId64 "%s@%.*s",
                           (int64_t)w->shape[1] * groups, w->shape[0], w->shape[2],
                           attribute(m, name, "stride.0", 1), attribute(m, name, "padding.0", 0),
                           groups, size + n, (int)n, size);
    if (text == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if (hs_energy_layer_parse(out, text, NULL) != HS_OK)
        return hs_fail(err, HS_EINVAL,
                       "--size %s=%s is no size: write rows x columns, as 32x32 or 32x32:s2:p1",
                       name, size);
    return HS_OK;
}

static enum hs_status layer_of(struct hs_energy_layer *out, const struct hs_energy_model *m,
                               const char *name, const struct hs_tensor *w, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    if (w->ndim == 2)
        *out = (struct hs_energy_layer){.in = (int64_t)w->shape[1], .out = (int64_t)w->shape[0]};
    else
        st = convolution(out, m, name, w, err);
    out->bias = st == HS_OK && has_bias(m, name);
    return st;
}

/* Every --size must have been the size of something. */
static enum hs_status check_sizes(const struct hs_energy_model *m, struct hs_error *err)
{
    for (size_t i = 0; i < m->sizes->len; i++) {
        const char *item = m->sizes->items[i];
        char *name = hs_arena_strndup(m->arena, item, strcspn(item, "="));
        const struct hs_entry *e = name != NULL ? member(m, name, "weight") : NULL;

        if (name == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory");
        if (e == NULL || e->kind != HS_ENTRY_TENSOR || e->tensor.ndim != 4)
            return hs_fail(err, HS_EINVAL, "--size %s: the file has no convolution of that name",
                           item);
    }
    return HS_OK;
}

enum hs_status hs_energy_model_each(const struct hs_energy_model *m,
                                    enum hs_status (*visit)(void *payload, const char *name,
                                                            const struct hs_energy_layer *layer,
                                                            struct hs_error *err),
                                    void *payload, struct hs_error *err)
{
    enum hs_status st = check_sizes(m, err);
    size_t found = 0;

    for (size_t i = 0; st == HS_OK && i < m->file->entries.len; i++) {
        const struct hs_entry *e = &m->file->entries.items[i];
        size_t n = layer_name(e->name);
        struct hs_energy_layer layer;
        char *name;

        if (n == 0 || e->kind != HS_ENTRY_TENSOR || (e->tensor.ndim != 2 && e->tensor.ndim != 4))
            continue;
        if ((name = hs_arena_strndup(m->arena, e->name, n)) == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory");
        st = layer_of(&layer, m, name, &e->tensor, err);
        if (st == HS_OK)
            st = visit(payload, name, &layer, err);
        found++;
    }
    if (st == HS_OK && found == 0)
        return hs_fail(err, HS_ENOTFOUND,
                       "holds no layer: weights are called NAME.weight and have 2 or 4 dimensions");
    return st;
}

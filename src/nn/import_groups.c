/* Tensors of a file as groups, one a layer, by the ends of their names. */
#include <string.h>

#include "nn/importer.h"

enum role { WEIGHT, BIAS, MEAN, VAR, OTHER };

/* What the name's end says, and how long what stands before it is. */
static enum role role_of(const char *name, size_t *before)
{
    static const struct {
        const char *end;
        enum role role;
    } ends[] = {
        {"weight", WEIGHT},
        {"bias", BIAS},
        {"running_mean", MEAN},
        {"running_var", VAR},
        {"_packed_params._packed_params.0", WEIGHT},
        {"_packed_params._packed_params.1", BIAS},
    };

    for (size_t i = 0; i < HS_COUNTOF(ends); i++)
        if (hs_ends_with(name, ends[i].end)) {
            *before = strlen(name) - strlen(ends[i].end);
            if (*before > 0 && name[*before - 1] == '.') {
                (*before)--;
                return ends[i].role;
            }
        }
    return OTHER;
}

/* The group of that name: most often the last one, for files list a layer's tensors together. */
static struct hs_import_group *group_of(struct hs_import *f, const char *name, size_t len)
{
    for (size_t i = f->n; i-- > 0;)
        if (strncmp(f->group[i].name, name, len) == 0 && f->group[i].name[len] == '\0')
            return &f->group[i];
    if (f->n == HS_IMPORT_GROUPS)
        return NULL;
    f->group[f->n] = (struct hs_import_group){.name = hs_arena_strndup(&f->arena, name, len)};
    return f->group[f->n].name != NULL ? &f->group[f->n++] : NULL;
}

/* What a group of that role holds. */
static void put(struct hs_import_group *g, enum role role, const struct hs_entry *e)
{
    if (role == WEIGHT)
        g->weight = e;
    else if (role == BIAS)
        g->bias = e;
    else if (role == MEAN)
        g->mean = e;
    else
        g->var = e;
}

/* Whole components that all names begin with ("module.", "model."), so that wrappers do not hide
 * what a layer is called. */
static size_t common_prefix(const struct hs_import *f)
{
    const char *first = f->n > 0 ? f->group[0].name : "";
    size_t common = strlen(first), whole = 0;

    for (size_t i = 1; i < f->n; i++) {
        size_t k = 0;

        while (k < common && f->group[i].name[k] == first[k])
            k++;
        common = k;
    }
    for (size_t k = 0; f->n > 1 && k < common; k++)
        if (first[k] == '.')
            whole = k + 1;
    return whole;
}

/* Groups without weights (a lone bias) are no layers. */
static void keep_layers(struct hs_import *f)
{
    size_t kept = 0, prefix;

    for (size_t i = 0; i < f->n; i++)
        if (f->group[i].weight != NULL)
            f->group[kept++] = f->group[i];
    f->n = kept;
    prefix = common_prefix(f);
    for (size_t i = 0; i < f->n; i++)
        f->group[i].base = f->group[i].name + prefix;
}

enum hs_status hs_import_groups(struct hs_import *f, struct hs_error *err)
{
    f->group = hs_arena_alloc_zero(&f->arena, HS_IMPORT_GROUPS, sizeof *f->group);
    if (f->group == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < f->c->entries.len; i++) {
        const struct hs_entry *e = &f->c->entries.items[i];
        struct hs_import_group *g;
        size_t before;
        enum role role = role_of(e->name, &before);

        if (e->kind != HS_ENTRY_TENSOR || role == OTHER)
            continue;
        g = group_of(f, e->name, before);
        if (g == NULL && f->n < HS_IMPORT_GROUPS)
            return hs_fail(err, HS_ENOMEM, "out of memory");
        if (g == NULL) { /* no network of ours is that deep */
            f->n = 0;
            return HS_OK;
        }
        put(g, role, e);
    }
    keep_layers(f);
    return HS_OK;
}

#include "nn/zoo.h"

#include <string.h>

#define HS_ZOO(id) extern const struct hs_zoo_entry hs_zoo_##id;
#include "nn/zoo.def"
#undef HS_ZOO

static const struct hs_zoo_entry *const entries[] = {
#define HS_ZOO(id) &hs_zoo_##id,
#include "nn/zoo.def"
#undef HS_ZOO
};

enum { ENTRIES = sizeof entries / sizeof *entries };

const struct hs_zoo_entry *const *hs_zoo(size_t *count)
{
    *count = ENTRIES;
    return entries;
}

static enum hs_status unknown(const char *id, struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < ENTRIES; i++)
        hs_str_printf(&names, i == 0 ? "%s" : ", %s", entries[i]->id);
    st = hs_fail(err, HS_ENOTFOUND, "there is no network \"%s\"; there are %s", id,
                 hs_str_ok(&names) ? names.buf : "others");
    hs_str_dispose(&names);
    return st;
}

enum hs_status hs_zoo_make(struct hs_model *out, const char *id, uint64_t seed,
                           struct hs_error *err)
{
    struct hs_model m = HS_MODEL_INIT;
    const struct hs_zoo_entry *e = NULL;
    enum hs_status st;

    for (size_t i = 0; i < ENTRIES && e == NULL; i++)
        if (strcmp(entries[i]->id, id) == 0)
            e = entries[i];
    if (e == NULL)
        return unknown(id, err);
    m.arch = e->id;
    m.data = e->data;
    m.about = hs_value_map();
    st = e->make(&m, err);
    if (st != HS_OK) {
        hs_model_dispose(&m);
        return st;
    }
    hs_model_start(&m, seed);
    *out = m;
    return HS_OK;
}

/* The list of importers, and what a file is when none of them knows it. */
#include "nn/importer.h"

#include <string.h>

#include "nn/zoo.h"

static const struct hs_importer importers[] = {
#define HS_IMPORTER(id, help) {#id, help, hs_import_is_##id, hs_import_##id},
#include "nn/importers.def"
#undef HS_IMPORTER
};

void hs_imported_dispose(struct hs_imported *i)
{
    hs_model_dispose(&i->model);
    hs_program_dispose(&i->program);
    *i = (struct hs_imported){.model = HS_MODEL_INIT, .program = HS_PROGRAM_INIT};
}

enum hs_status hs_import_unknown(const struct hs_import *f, struct hs_error *err)
{
    struct hs_str known = HS_STR_INIT;
    size_t count;
    const struct hs_zoo_entry *const *zoo = hs_zoo(&count);
    enum hs_status st;

    for (size_t i = 0; i < HS_COUNTOF(importers); i++)
        hs_str_printf(&known, "%s%s", i != 0 ? "; " : "", importers[i].help);
    for (size_t i = 0; i < count; i++)
        hs_str_printf(&known, "%s%s", i == 0 ? ": " : ", ", zoo[i]->id);
    st = hs_fail(err, HS_EFORMAT, "%s: %zu layers with weights%s%s, no network that is known: %s",
                 f->file, f->n, f->n > 0 ? " from " : "", f->n > 0 ? f->group[0].name : "",
                 known.buf);
    hs_str_dispose(&known);
    return st;
}

static enum hs_status read_as_first(struct hs_import *f, struct hs_error *err)
{
    enum hs_status st = hs_import_groups(f, err);

    for (size_t i = 0; st == HS_OK && i < HS_COUNTOF(importers); i++)
        if (importers[i].recognizes(f))
            return importers[i].read(f, err);
    return st == HS_OK ? hs_import_unknown(f, err) : st;
}

enum hs_status hs_import(struct hs_imported *out, const struct hs_container *c, const char *file,
                         struct hs_error *err)
{
    struct hs_import f = {.c = c, .file = file, .out = out};
    enum hs_status st;

    *out = (struct hs_imported){.model = HS_MODEL_INIT,
                                .program = HS_PROGRAM_INIT,
                                .remarks = hs_value_list()};
    st = read_as_first(&f, err);
    hs_arena_dispose(&f.arena);
    if (st != HS_OK)
        hs_imported_dispose(out);
    return st;
}

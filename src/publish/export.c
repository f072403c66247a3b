#include "publish/export.h"

#include <string.h>

#define HS_EXPORTER(id) extern const struct hs_exporter hs_exporter_##id;
#include "publish/exporters.def"
#undef HS_EXPORTER

static const struct hs_exporter *const exporters[] = {
#define HS_EXPORTER(id) &hs_exporter_##id,
#include "publish/exporters.def"
#undef HS_EXPORTER
};

enum { EXPORTERS = sizeof exporters / sizeof *exporters };

const struct hs_exporter *const *hs_exporters(size_t *count)
{
    *count = EXPORTERS;
    return exporters;
}

enum hs_status hs_exporter_find(const struct hs_exporter **out, const char *id,
                                struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < EXPORTERS; i++)
        if (strcmp(exporters[i]->id, id) == 0) {
            *out = exporters[i];
            return HS_OK;
        }
    for (size_t i = 0; i < EXPORTERS; i++)
        hs_str_printf(&names, i == 0 ? "%s" : ", %s", exporters[i]->id);
    st = hs_fail(err, HS_ENOTFOUND, "there is no export to \"%s\"; there are %s", id,
                 hs_str_ok(&names) ? names.buf : "others");
    hs_str_dispose(&names);
    return st;
}

const char *hs_export_remark(const struct hs_exporter *e, const struct hs_program *p)
{
    if (strncmp(e->id, "onnx", 4) != 0)
        return NULL;
    for (size_t i = 0; i < p->n; i++) {
        const struct hs_step *s = &p->step[i];

        if (s->kind == HS_STEP_MAXPOOL || s->sums)
            continue;
        if (s->divisor != NULL || s->requantize.mode != HS_REQUANTIZE_FLOAT)
            return "ONNX requantizes by a float factor, half to even: codes may differ by one from "
                   "this program's own requantization, and differences grow from layer to layer";
    }
    return NULL;
}

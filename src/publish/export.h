/* Integer programs in the formats of others. exporters.def lists them: one file export_<id>.c with
 * a `const struct hs_exporter hs_exporter_<id>` and one line each. */
#ifndef HS_PUBLISH_EXPORT_H
#define HS_PUBLISH_EXPORT_H

#include "base/str.h"
#include "nn/program.h"

struct hs_exporter {
    const char *id, *extension, *help; /* "onnx", ".onnx" */
    /* The file's bytes are appended to out; `name` is an identifier for what needs one. */
    enum hs_status (*write)(struct hs_str *out, const struct hs_program *p, const char *name,
                            struct hs_error *err);
};

const struct hs_exporter *const *hs_exporters(size_t *count);

/* HS_ENOTFOUND lists the formats. */
HS_MUST_USE enum hs_status hs_exporter_find(const struct hs_exporter **out, const char *id,
                                            struct hs_error *err);

/* What the arithmetic of a format cannot say about this program (another requantization than
 * float), as a sentence; NULL when nothing is lost. */
const char *hs_export_remark(const struct hs_exporter *e, const struct hs_program *p);

#endif

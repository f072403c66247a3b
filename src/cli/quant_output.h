/* What the quantizer's commands hand out: elements on the screen, tensors in files. */
#ifndef HS_CLI_QUANT_OUTPUT_H
#define HS_CLI_QUANT_OUTPUT_H

#include "cli/quant_args.h"

/* At most 64 elements on lines of at most 80 columns, and how many more there are. */
void hs_quant_print_elements(FILE *out, const struct hs_tensor *t);

/* "float32" or "float64": what x / s is computed in; and ", computed in float64" for a float64 x.
 */
const char *hs_quant_precision(const struct hs_tensor *x, const struct hs_qparams *qp);
void hs_quant_print_precision(FILE *out, const struct hs_tensor *x, const struct hs_qparams *qp);

/* An object for JSON: schema, file, dtype, shape; then the caller's own keys. */
HS_MUST_USE enum hs_status hs_quant_json_begin(struct hs_value *out, struct hs_quant_args *a,
                                               const char *schema, const char *file,
                                               const struct hs_tensor *t);

/* scale, zero_point, qmin, qmax, dtype, axis, block_size, profile of qp, as observe prints them. */
bool hs_quant_json_qparams(struct hs_value *map, struct hs_arena *arena,
                           const struct hs_qparams *qp);

/* What decodes codes, as tensors: scale in the precision of the profile, zero_point, axis and
 * block_size as int32. */
struct hs_quant_members {
    struct hs_tensor scale, zero_point, axis, block_size;
};
HS_MUST_USE enum hs_status hs_quant_members(struct hs_quant_members *out, struct hs_quant_args *a,
                                            const struct hs_qparams *qp);

/* A name out of a file, made harmless for a terminal. Appends. */
void hs_quant_sanitize(struct hs_str *out, const char *name);

/* Codes: alone in an .npy or .csv; with scale, zero_point and axis in an .npz or .safetensors; with
 * all of qp in a .json. */
HS_MUST_USE enum hs_status hs_quant_save_codes(struct hs_quant_args *a, const char *path,
                                               const struct hs_tensor *q,
                                               const struct hs_qparams *qp);

/* A number or list of qparams as a tensor of int32 (whole numbers) or float64. */
HS_MUST_USE enum hs_status hs_quant_value_tensor(struct hs_tensor *out, struct hs_quant_args *a,
                                                 const struct hs_value *v);

HS_MUST_USE enum hs_status hs_quant_save_json(struct hs_quant_args *a, const char *path,
                                              const struct hs_value *v);

/* Where the result of `file` goes: --output itself, or for several files `output`/<name>.<ext>
 * (--output is a folder then). NULL when nothing is to be written, or out of memory. */
const char *hs_quant_output_path(struct hs_quant_args *a, const char *file, bool several,
                                 const char *ext);

#endif

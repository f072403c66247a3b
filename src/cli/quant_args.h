/* The options that observe, quantize, dequantize and fake-quantize share: CONTRACTS 4 and every row
 * of quant/options.def, with dashes for underscores. They become one table of values, so that the
 * command line means what the same words mean in Lua and JSON. */
#ifndef HS_CLI_QUANT_ARGS_H
#define HS_CLI_QUANT_ARGS_H

#include "base/fmt.h"
#include "cli/limits.h"
#include "cli/opt.h"
#include "io/container.h"
#include "quant/observer.h"

enum { HS_QUANT_ARGS_OPTIONS = 96 };

struct hs_quant_args {
    const char *x; /* of explain */
    const char *name, *observer, *dtype, *profile, *scale, *zero_point, *qparams, *output;
    const char *bits, *axis, *block_size, *quant_min, *quant_max;
    const char *averaging_constant, *percentile, *n_std, *grid, *bins, *levels;
    const char *requantize, *multiplier, *mantissa, *shift, *scales, *dyadic_bits;
    bool is_signed, is_unsigned, json, clip_to_data, relu;
    const char *text[HS_QUANT_ARGS_OPTIONS]; /* of each option row that takes a value */
    bool flag[HS_QUANT_ARGS_OPTIONS];        /* of each flag that is off by default */

    struct hs_limit_args limits;
    size_t zeros, excluded; /* of the last observation: parts of zeros only, infinities left out */

    struct hs_opt table[HS_QUANT_ARGS_OPTIONS];
    char names[HS_QUANT_ARGS_OPTIONS][40], helps[HS_QUANT_ARGS_OPTIONS][240];
    struct hs_arena arena; /* owns what the functions below make */
    struct hs_error err;
};

/* Parses the arguments of a command, which has `least` to `most` operands; false when it should
 * return *exit_code. Dispose in any case. */
bool hs_quant_args_parse(struct hs_quant_args *a, struct hs_cli *cli, struct hs_operands *operands,
                         size_t least, size_t most, int argc, char **argv, int *exit_code);
void hs_quant_args_dispose(struct hs_quant_args *a);

/* The words of the command line as a table {profile=, dtype=, …}. */
HS_MUST_USE enum hs_status hs_quant_args_value(struct hs_quant_args *a, struct hs_value *out);

/* The range of these tensors by --observer, and what it becomes. */
HS_MUST_USE enum hs_status hs_quant_args_observe(struct hs_quant_args *a,
                                                 const struct hs_tensor *const *batches, size_t n,
                                                 struct hs_range *range, struct hs_qparams *qp);

/* qparams by --qparams, by --scale, or by observing t. */
HS_MUST_USE enum hs_status hs_quant_args_qparams(struct hs_quant_args *a, const struct hs_tensor *t,
                                                 struct hs_qparams *qp);

/* Opens a file and finds its tensor (--name). Dispose the container in any case. */
HS_MUST_USE enum hs_status hs_quant_args_tensor(struct hs_quant_args *a, struct hs_container *c,
                                                const char *path, struct hs_tensor *out);

/* "0.5,1/255" as a list under `key`, or as one number; nothing when text is NULL. HS_EINVAL names
 * --option. */
HS_MUST_USE enum hs_status hs_quant_args_set_numbers(struct hs_quant_args *a, struct hs_value *map,
                                                     const char *key, const char *option,
                                                     const char *text);

/* The word of an option row ("rounding"), NULL when it was not given. */
const char *hs_quant_args_word(const struct hs_quant_args *a, const char *row);

/* One line of JSON. */
HS_MUST_USE enum hs_status hs_quant_args_print_json(FILE *out, const struct hs_value *v,
                                                    struct hs_error *err);

/* What the last observation left out or made up: infinities, and the scale of zeros only. */
void hs_quant_args_print_remarks(FILE *out, const struct hs_quant_args *a,
                                 const struct hs_qparams *qp);

/* The shortest text of a scale: that of a float where it is one. */
const char *hs_quant_scale_text(char out[HS_FMT_SIZE], double scale);

/* "scale 0.0078125  zero point 0  codes -128..127 of int8  profile torch" and, for several, how
 * many. */
void hs_quant_args_print_qparams(FILE *out, const struct hs_qparams *qp);

#endif

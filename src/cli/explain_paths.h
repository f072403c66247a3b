/* halfstep explain: the paths of one element, one for each profile and each way of the command
 * line, equal ones merged. */
#ifndef HS_CLI_EXPLAIN_PATHS_H
#define HS_CLI_EXPLAIN_PATHS_H

#include "cli/quant_args.h"
#include "quant/explain.h"

enum { HS_EXPLAIN_MOST = 24 };

struct hs_explain_paths {
    double x, s;
    bool has_z;
    int64_t z;
    enum hs_dtype dtype;
    struct hs_explain_path path[HS_EXPLAIN_MOST]; /* names "A", "B", … */
    const char *who[HS_EXPLAIN_MOST];             /* "halfstep, onnx" or "rounding=floor" */
    const char
        *rule[HS_EXPLAIN_MOST]; /* "half_even", or all of a shared column: "… or half_away" */
    const char
        *compared; /* "rounding, in the profile torch" when one option's words are compared */
    size_t n;
};

/* Reads the words of the command line and walks every path; borrowed text lives in a->arena. */
HS_MUST_USE enum hs_status hs_explain_paths(struct hs_explain_paths *out, struct hs_quant_args *a);

#endif

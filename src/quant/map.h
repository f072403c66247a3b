/* An elementwise map of a float tensor under qparams: checks both once, then hands out the runs of
 * elements that share a scale, each with the arguments of a kernel. Shared by quantize and
 * fake-quantize. */
#ifndef HS_QUANT_MAP_H
#define HS_QUANT_MAP_H

#include "kernels/kernels.h"
#include "quant/groups.h"
#include "quant/operand.h"
#include "quant/qparams.h"

struct hs_map {
    struct hs_operand in;
    struct hs_groups groups;
    const struct hs_qparams *qp; /* borrowed */
    struct hs_rng rng;           /* of stochastic rounding; one number an element, in C order */
    size_t next;                 /* first element of the next run */
};

/* Errors: see hs_quantize(). */
HS_MUST_USE enum hs_status hs_map_begin(struct hs_map *m, struct hs_arena *arena,
                                        const struct hs_tensor *x, const struct hs_qparams *qp,
                                        struct hs_error *err);

/* The arguments of a group's elements. */
void hs_map_args(struct hs_quantize_args *args, struct hs_map *m, size_t group);

/* The next run and its arguments (which point into m); false at the end. */
bool hs_map_next(struct hs_map *m, struct hs_group_run *run, struct hs_quantize_args *args);

/* qparams that make sense for a tensor with these groups: count, scales, zero points, code range.
 */
HS_MUST_USE enum hs_status hs_qparams_check(const struct hs_qparams *qp,
                                            const struct hs_groups *groups, struct hs_error *err);

/* The scale as it is used: HS_EINVAL when it is 0 or infinite as a float. */
HS_MUST_USE enum hs_status hs_qparams_check_float(const struct hs_qparams *qp,
                                                  struct hs_error *err);

#endif

/* Other people's qparams, each by a name of its own so that nothing is read the wrong way round:
 *
 *   multiplier   q = R(n x): n = 1/s (Berkeley's and NCKU's notes)
 *   distiller    q = R(f x - z'): f = 1/s, z' = -z (IntelLabs/distiller, whose docs call f the
 *                "scale")
 *
 * Ours are s and z of q = R(x/s) + z. */
#ifndef HS_QUANT_CONVENTION_H
#define HS_QUANT_CONVENTION_H

#include "quant/qparams.h"

enum hs_convention { HS_CONVENTION_MULTIPLIER, HS_CONVENTION_DISTILLER };

/* Qparams from a table with `n` (multiplier), or `scale_factor` and `zero_point` (distiller) in
 * place of scale and zero_point; all else as in hs_qparams_from_value(). A `scale` beside them is
 * HS_EINVAL: it would say the same twice. The profile of `distiller` is "distiller" unless one is
 * given. */
HS_MUST_USE enum hs_status
hs_qparams_from_convention(struct hs_qparams *out, struct hs_arena *arena, const struct hs_value *v,
                           enum hs_convention convention, struct hs_error *err);

/* The way back: a table {n=, …} or {scale_factor=, zero_point=, …} with numbers, or lists with one
 * a channel. The multiplier convention has no zero point: HS_EINVAL when one is not 0. */
HS_MUST_USE enum hs_status hs_qparams_to_convention(struct hs_value *out, struct hs_arena *arena,
                                                    const struct hs_qparams *qp,
                                                    enum hs_convention convention,
                                                    struct hs_error *err);

#endif

/* What the files of fake.h share. */
#ifndef HS_NN_FAKE_PARTS_H
#define HS_NN_FAKE_PARTS_H

#include "nn/fake.h"

int hs_fake_bits(const struct hs_fake *f);
bool hs_fake_is_fixed(const struct hs_fake *f);                       /* no observer has a say */
void hs_fake_take(struct hs_fake *f, const struct hs_qparams *qp);    /* f->n scales */
void hs_fake_restore(struct hs_fake *to, const struct hs_fake *from); /* state; equal n */
bool hs_fake_refresh(struct hs_fake *f);                              /* qparams of min, max */
struct hs_quantize_args hs_fake_args(const struct hs_fake *f, size_t i);
void hs_fake_use_learned(struct hs_fake *f); /* LSQ's scales, PACT's alpha into qp */
double hs_fake_scale_for(const struct hs_fake *f, double scale);
void hs_fake_fix_activations(struct hs_fake *f); /* qparams that follow from method and alpha */

/* sum of dy y - dx x in a fixed order: s times the gradient of a learned scale, as dx is dy where
 * the code is inside and 0 where it is not (quant/learnable.h). */
double hs_fake_scale_sum(const float *dy, const float *y, const float *dx, const float *x,
                         size_t n);

#endif

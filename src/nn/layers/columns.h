/* Pictures laid out as the columns of a product, and the way back for gradients.
 *
 * Row r = (c kh + i) kw + j, column (picture, oy, ox): x[c, picture, oy s - p + i d, ox s - p + j
 * d], 0 outside. */
#ifndef HS_NN_LAYERS_COLUMNS_H
#define HS_NN_LAYERS_COLUMNS_H

#include "nn/layer.h"

/* Rows: in.c kh kw. */
size_t hs_columns_rows(const struct hs_layer *l);

/* Pictures of one block of a batch of n: enough columns for a product to be quick, few enough to
 * stay in the cache. */
size_t hs_columns_block(const struct hs_layer *l, size_t n);

/* Of pictures [first, first + count) of a batch of n. */
void hs_columns(float *columns, const float *x, const struct hs_layer *l, size_t n, size_t first,
                size_t count);

/* dx of these pictures becomes the sums of what their columns hold. Columns are changed where they
 * lie outside the picture. */
void hs_columns_add(float *dx, float *columns, const struct hs_layer *l, size_t n,
                    size_t first, size_t count);

#endif

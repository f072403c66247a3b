/* How bgemm with tiles divides a product: what the kernel and its scratch agree on. */
#ifndef HS_KERNELS_BGEMM_BLOCKS_H
#define HS_KERNELS_BGEMM_BLOCKS_H

#include "kernels/bgemm/bgemm.h"

enum {
    HS_BGEMM_KC = 512,   /* steps of a block: two columns of its tiles stay in the first cache */
    HS_BGEMM_NC = 256,   /* columns of B in a block, which stay in the second */
    HS_BGEMM_BLOCK = 32, /* rows and columns of C at once */
    HS_BGEMM_A_MOST = 1 << 20, /* elements of A at once: larger products are done in parts */
    HS_BGEMM_K_MOST = 1 << 14
};

static inline size_t hs_bgemm_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t hs_bgemm_round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Rows of A that are converted at once when there are k steps. */
static inline size_t hs_bgemm_rows_most(size_t k)
{
    size_t steps = hs_bgemm_round_up(hs_bgemm_least(k, HS_BGEMM_K_MOST), HS_BGEMM_STEP);

    return HS_BGEMM_A_MOST / steps / HS_BGEMM_BLOCK * HS_BGEMM_BLOCK;
}

/* Elements of the tiles of A; k > 0. */
static inline size_t hs_bgemm_a_size(size_t m, size_t k)
{
    size_t rows = hs_bgemm_least(m, hs_bgemm_rows_most(k));

    return hs_bgemm_round_up(rows, HS_BGEMM_BLOCK) *
           hs_bgemm_round_up(hs_bgemm_least(k, HS_BGEMM_K_MOST), HS_BGEMM_STEP);
}

#endif

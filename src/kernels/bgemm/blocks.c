#include "kernels/bgemm/blocks.h"

#include <stdint.h>

size_t hs_bgemm_scratch(size_t m, size_t n, size_t k)
{
    size_t columns = hs_bgemm_round_up(hs_bgemm_least(n, HS_BGEMM_NC), HS_BGEMM_BLOCK);
    size_t steps = hs_bgemm_round_up(hs_bgemm_least(k, HS_BGEMM_KC), HS_BGEMM_STEP);

    if (k == 0)
        return 0;
    return HS_BGEMM_BLOCK * HS_BGEMM_BLOCK * sizeof(float) +
           (hs_bgemm_a_size(m, k) + columns * steps) * sizeof(uint16_t);
}

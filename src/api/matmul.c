/* Float products. */
#include <stdlib.h>

#include "api/api.h"

int hs_matmul_f32(float *c, const float *a, const float *b, size_t m, size_t n, size_t k,
                  int a_transposed, int b_transposed, int accumulate)
{
    struct hs_sgemm g = {.m = m,
                         .n = n,
                         .k = k,
                         .a = a,
                         .b = b,
                         .c = c,
                         .lda = a_transposed ? m : k,
                         .ldb = b_transposed ? k : n,
                         .ldc = n,
                         .a_transposed = a_transposed != 0,
                         .b_transposed = b_transposed != 0,
                         .accumulate = accumulate != 0};
    void *scratch = hs_api_lines(hs_sgemm_scratch(m, n, k));

    if (scratch == NULL)
        return hs_api_no_memory("a product");
    hs_kernels()->sgemm(&g, scratch);
    free(scratch);
    return HS_OK;
}

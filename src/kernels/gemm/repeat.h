/* Straight-line code for register blocks: EACH_R(n, M, x) writes M(0, x) … M(n-1, x), EACH_Q the
 * same inside it. Named variables stay in registers under every compiler; arrays do not under
 * gcc 12. */
#ifndef HS_KERNELS_GEMM_REPEAT_H
#define HS_KERNELS_GEMM_REPEAT_H

#define HS_EACH_R1(M, x) M(0, x)
#define HS_EACH_R2(M, x) HS_EACH_R1(M, x) M(1, x)
#define HS_EACH_R3(M, x) HS_EACH_R2(M, x) M(2, x)
#define HS_EACH_R4(M, x) HS_EACH_R3(M, x) M(3, x)
#define HS_EACH_R5(M, x) HS_EACH_R4(M, x) M(4, x)
#define HS_EACH_R6(M, x) HS_EACH_R5(M, x) M(5, x)

#define HS_EACH_Q1(M, r) M(r, 0)
#define HS_EACH_Q2(M, r) HS_EACH_Q1(M, r) M(r, 1)
#define HS_EACH_Q3(M, r) HS_EACH_Q2(M, r) M(r, 2)
#define HS_EACH_Q4(M, r) HS_EACH_Q3(M, r) M(r, 3)

#endif

/* One block of quantize_f32_s8 or _u8: the fast way, and the careful one. */
#ifndef HS_KERNELS_QUANTIZE_BLOCK8_H
#define HS_KERNELS_QUANTIZE_BLOCK8_H

#if defined(__AVX2__)

#include "kernels/quantize/clipped.h"
#if defined(__AVX512BW__)
#include "kernels/quantize/pack_avx512.h"
#else
#include "kernels/quantize/pack_avx2.h"
#endif

/* A block that clips. */
static __attribute__((noinline)) void hs_clipped_block(struct hs_quantize8 *t, uint8_t *q,
                                                       const float *x)
{
    hs_vi c[4];
    uint64_t nan = 0;

    for (int i = 0; i < 4; i++)
        nan |= (uint64_t)hs_clipped(&c[i], t, hs_vload(x + HS_LANES * i)) << HS_LANES * i;
    hs_vistore(q, hs_v8_add(hs_v16_bytes(
                                hs_v16_pack(c[0], c[1], c[2], c[3], hs_v16_set((short)t->p.lo))),
                            hs_v8_set((char)t->qmin)));
    for (; nan != 0; nan &= nan - 1)
        q[__builtin_ctzll(nan)] = (uint8_t)t->nan_code;
}

/* How a loop goes, and its constants. how, first and full are constant where it is inlined. */
struct hs_quantize_loop {
    enum hs_divide how;
    bool first, full; /* full: all codes of a byte, so one bit above them tells */
    enum hs_where where;
    struct hs_divider d;
    hs_vi base, span, qmin, lost; /* lost: what INT32_MIN became */
};

enum { HS_COUNT_AHEAD = 16 }; /* times four blocks without a clip until they are not counted */

/* Stores the codes of a block; gives them less qmin, as 16 bits, to look at. */
HS_INLINE struct hs_v16 hs_quantize_block(const struct hs_quantize_loop *l, uint8_t *q,
                                          const float *x)
{
    hs_vi a = hs_vround(hs_quotient(hs_vload_once(x), &l->d, l->how, l->first));
    hs_vi b = hs_vround(hs_quotient(hs_vload_once(x + HS_LANES), &l->d, l->how, l->first));
    hs_vi c = hs_vround(hs_quotient(hs_vload_once(x + 2 * HS_LANES), &l->d, l->how, l->first));
    hs_vi d = hs_vround(hs_quotient(hs_vload_once(x + 3 * HS_LANES), &l->d, l->how, l->first));
    struct hs_v16 v = hs_v16_pack(a, b, c, d, l->base);
    hs_vi out = hs_v8_add(hs_v16_bytes(v), l->qmin);

    if (l->where == HS_AROUND)
        hs_vistream(q, out);
    else
        hs_vistore(q, out);
    return v;
}

#endif

#endif

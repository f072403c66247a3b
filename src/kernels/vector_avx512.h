/* vector.h for AVX-512 (F, BW, DQ, VL). */
#ifndef HS_KERNELS_VECTOR_AVX512_H
#define HS_KERNELS_VECTOR_AVX512_H

#if defined(__AVX512BW__)

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/inline.h"

typedef __m512 hs_vf;
typedef __m512i hs_vi;
typedef __mmask16 hs_vm;

enum { HS_LANES = 16, HS_ALL = 0xffff, HS_VECTOR = 64 };

#define hs_vset _mm512_set1_ps
#define hs_viset _mm512_set1_epi32
#define hs_vload _mm512_loadu_ps
#define hs_vstore _mm512_storeu_ps
#define hs_vadd _mm512_add_ps
#define hs_vsub _mm512_sub_ps
#define hs_vmul _mm512_mul_ps
#define hs_vdiv _mm512_div_ps
#define hs_vfma _mm512_fmadd_ps
#define hs_vmin _mm512_min_ps
#define hs_vmax _mm512_max_ps
#define hs_vor _mm512_or_ps
#define hs_viadd _mm512_add_epi32
#define hs_visub _mm512_sub_epi32
#define hs_vimin _mm512_min_epi32
#define hs_vimax _mm512_max_epi32
#define hs_vfloat _mm512_cvtepi32_ps /* rounded to even */
#define hs_vround _mm512_cvtps_epi32 /* to even; what does not fit is INT32_MIN */
#define hs_vtruncate _mm512_cvttps_epi32
#define hs_vhmin _mm512_reduce_min_ps
#define hs_vhmax _mm512_reduce_max_ps
#define hs_vabs _mm512_abs_ps

/* A load whose result stays in a register; compilers like to load again for each use, and loads of
 * what the first cache does not hold are what there are too few ports for. */
HS_INLINE hs_vf hs_vload_once(const float *p)
{
    hs_vf v = hs_vload(p);

    __asm__("" : "+v"(v));
    return v;
}

/* Around the caches; p is aligned. */
HS_INLINE void hs_vstream(float *p, hs_vf v)
{
    _mm512_stream_ps(p, v);
}

HS_INLINE void hs_vistore(void *p, hs_vi v)
{
    _mm512_storeu_si512(p, v);
}

HS_INLINE void hs_vistream(void *p, hs_vi v)
{
    _mm512_stream_si512(p, v);
}

HS_INLINE hs_vi hs_viload(const int32_t *p)
{
    return _mm512_loadu_si512(p);
}

HS_INLINE hs_vi hs_viload_s8(const int8_t *p)
{
    return _mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)p));
}

HS_INLINE hs_vi hs_viload_u8(const uint8_t *p)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)p));
}

/* max(|a|, |b|); a NaN on one side only is left out. */
HS_INLINE hs_vf hs_vmax_abs(hs_vf a, hs_vf b)
{
    return _mm512_range_ps(a, b, 0x0b);
}

/* a <= v <= b, false for NaN. */
HS_INLINE hs_vm hs_vwithin(hs_vf v, hs_vf a, hs_vf b)
{
    return _mm512_mask_cmp_ps_mask(_mm512_cmp_ps_mask(v, a, _CMP_GE_OQ), v, b, _CMP_LE_OQ);
}

HS_INLINE hs_vm hs_vless(hs_vf a, hs_vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

HS_INLINE hs_vm hs_vnan(hs_vf v)
{
    return _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
}

HS_INLINE hs_vf hs_vchoose(hs_vm m, hs_vf yes, hs_vf no)
{
    return _mm512_mask_mov_ps(no, m, yes);
}

HS_INLINE hs_vi hs_vichoose(hs_vm m, hs_vi yes, hs_vi no)
{
    return _mm512_mask_mov_epi32(no, m, yes);
}

HS_INLINE hs_vm hs_viless(hs_vi a, hs_vi b)
{
    return _mm512_cmplt_epi32_mask(a, b);
}

/* p[...] where m, else 0. */
HS_INLINE hs_vf hs_vload_where(hs_vm m, const float *p)
{
    return _mm512_maskz_loadu_ps(m, p);
}

/* One bit a lane; HS_ALL when all are set. */
HS_INLINE unsigned hs_vbits(hs_vm m)
{
    return m;
}

/* Watches for NaN: cheap to add to, looked at once in a while. */
typedef __mmask16 hs_vwatch;

HS_INLINE hs_vwatch hs_vwatch_start(void)
{
    return 0xffff;
}

HS_INLINE hs_vwatch hs_vwatch_pair(hs_vwatch w, hs_vf a, hs_vf b)
{
    return _mm512_mask_cmp_ps_mask(w, a, b, _CMP_ORD_Q);
}

HS_INLINE bool hs_vwatch_saw(hs_vwatch w)
{
    return w != 0xffff;
}

#endif

#endif

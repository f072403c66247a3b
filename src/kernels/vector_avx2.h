/* vector.h for AVX2 with FMA. */
#ifndef HS_KERNELS_VECTOR_AVX2_H
#define HS_KERNELS_VECTOR_AVX2_H

#if defined(__AVX2__) && !defined(__AVX512BW__)

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/inline.h"

typedef __m256 hs_vf;
typedef __m256i hs_vi;
typedef __m256 hs_vm;

enum { HS_LANES = 8, HS_ALL = 0xff, HS_VECTOR = 32 };

#define hs_vset _mm256_set1_ps
#define hs_viset _mm256_set1_epi32
#define hs_vload _mm256_loadu_ps
#define hs_vstore _mm256_storeu_ps
#define hs_vadd _mm256_add_ps
#define hs_vsub _mm256_sub_ps
#define hs_vmul _mm256_mul_ps
#define hs_vdiv _mm256_div_ps
#define hs_vfma _mm256_fmadd_ps
#define hs_vmin _mm256_min_ps
#define hs_vmax _mm256_max_ps
#define hs_vor _mm256_or_ps
#define hs_viadd _mm256_add_epi32
#define hs_visub _mm256_sub_epi32
#define hs_vimin _mm256_min_epi32
#define hs_vimax _mm256_max_epi32
#define hs_vfloat _mm256_cvtepi32_ps /* rounded to even */
#define hs_vround _mm256_cvtps_epi32 /* to even; what does not fit is INT32_MIN */
#define hs_vtruncate _mm256_cvttps_epi32

/* A load whose result stays in a register; compilers like to load again for each use, and loads of
 * what the first cache does not hold are what there are too few ports for. */
HS_INLINE hs_vf hs_vload_once(const float *p)
{
    hs_vf v = hs_vload(p);

    __asm__("" : "+x"(v));
    return v;
}

/* Around the caches; p is aligned. */
HS_INLINE void hs_vstream(float *p, hs_vf v)
{
    _mm256_stream_ps(p, v);
}

HS_INLINE void hs_vistore(void *p, hs_vi v)
{
    _mm256_storeu_si256(p, v);
}

HS_INLINE void hs_vistream(void *p, hs_vi v)
{
    _mm256_stream_si256(p, v);
}

HS_INLINE hs_vi hs_viload(const int32_t *p)
{
    return _mm256_loadu_si256((const void *)p);
}

HS_INLINE hs_vi hs_viload_s8(const int8_t *p)
{
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)p));
}

HS_INLINE hs_vi hs_viload_u8(const uint8_t *p)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)p));
}

HS_INLINE hs_vf hs_vabs(hs_vf v)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v);
}

/* max(|a|, |b|); a NaN in a is left out. */
HS_INLINE hs_vf hs_vmax_abs(hs_vf a, hs_vf b)
{
    return _mm256_max_ps(hs_vabs(a), b);
}

HS_INLINE float hs_vhmin(hs_vf v)
{
    __m128 m = _mm_min_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));

    m = _mm_min_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_min_ss(m, _mm_movehdup_ps(m)));
}

HS_INLINE float hs_vhmax(hs_vf v)
{
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));

    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}

/* a <= v <= b, false for NaN. */
HS_INLINE hs_vm hs_vwithin(hs_vf v, hs_vf a, hs_vf b)
{
    return _mm256_and_ps(_mm256_cmp_ps(v, a, _CMP_GE_OQ), _mm256_cmp_ps(v, b, _CMP_LE_OQ));
}

HS_INLINE hs_vm hs_vless(hs_vf a, hs_vf b)
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}

HS_INLINE hs_vm hs_vnan(hs_vf v)
{
    return _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
}

HS_INLINE hs_vf hs_vchoose(hs_vm m, hs_vf yes, hs_vf no)
{
    return _mm256_blendv_ps(no, yes, m);
}

HS_INLINE hs_vi hs_vichoose(hs_vm m, hs_vi yes, hs_vi no)
{
    return _mm256_blendv_epi8(no, yes, _mm256_castps_si256(m));
}

HS_INLINE hs_vm hs_viless(hs_vi a, hs_vi b)
{
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(b, a));
}

/* p[...] where m, else 0. */
HS_INLINE hs_vf hs_vload_where(hs_vm m, const float *p)
{
    return _mm256_and_ps(m, _mm256_loadu_ps(p));
}

/* One bit a lane; HS_ALL when all are set. */
HS_INLINE unsigned hs_vbits(hs_vm m)
{
    return (unsigned)_mm256_movemask_ps(m);
}

/* Watches for NaN: cheap to add to, looked at once in a while. */
typedef __m256 hs_vwatch;

HS_INLINE hs_vwatch hs_vwatch_start(void)
{
    return _mm256_setzero_ps();
}

HS_INLINE hs_vwatch hs_vwatch_pair(hs_vwatch w, hs_vf a, hs_vf b)
{
    return _mm256_or_ps(w, _mm256_cmp_ps(a, b, _CMP_UNORD_Q));
}

HS_INLINE bool hs_vwatch_saw(hs_vwatch w)
{
    return _mm256_movemask_ps(w) != 0;
}

#endif

#endif

/* For tests that compare every vector variant of an op with its scalar one: buffers between pages
 * that cannot be touched, sizes, awkward floats, and the rows themselves.
 *
 * A test defines check_<op>(hs_<op>_fn *f, const char *isa) for each op that has vector variants
 * and includes the .def of its family with HS_KERNEL as HS_VARIANT_ROW. */
#ifndef HS_TEST_VARIANTS_H
#define HS_TEST_VARIANTS_H

#include "hs_test.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#if defined(__x86_64__)
#define HS_KERNEL_X86(op, isa) HS_KERNEL(op, isa)
#else
#define HS_KERNEL_X86(op, isa)
#endif
#if defined(__aarch64__)
#define HS_KERNEL_ARM(op, isa) HS_KERNEL(op, isa)
#else
#define HS_KERNEL_ARM(op, isa)
#endif

static inline bool variant_present(const char *op, enum hs_isa isa)
{
    bool found = hs_isa_supported(isa);

    printf(found ? "compared: %s %s\n" : "skipped: %s needs %s\n", op, hs_isa_name(isa));
    return found;
}

/* Counts in `compared` (a size_t of the test). The scalar variant is what others are compared to.
 */
#define HS_VARIANT_ROW(op, isa) HS_VARIANT_ROW_##isa(op)
#define HS_VARIANT_ROW_(op, isa)            \
    if (variant_present(#op, HS_ISA_##isa)) \
        compared++, check_##op(hs_##op##__##isa, #isa);
#define HS_VARIANT_ROW_scalar(op)
#define HS_VARIANT_ROW_neon(op) HS_VARIANT_ROW_(op, neon)
#define HS_VARIANT_ROW_neon_dot(op) HS_VARIANT_ROW_(op, neon_dot)
#define HS_VARIANT_ROW_avx2(op) HS_VARIANT_ROW_(op, avx2)
#define HS_VARIANT_ROW_avx512(op) HS_VARIANT_ROW_(op, avx512)
#define HS_VARIANT_ROW_amx_bf16(op) HS_VARIANT_ROW_(op, amx_bf16)

/* Every size up to four tiles and one, then 2000 shapes at random. */
enum { EVERY = 4 * 64 + 1, SHAPES = EVERY + 1 + 2000, MOST = 20000, CANARY = 0x5a };

static inline size_t below(struct hs_rng *rng, size_t n)
{
    return (size_t)(hs_rng_uniform(rng) * (double)n);
}

/* Whatever is small, the neighbours of blocks and chunks, and now and then a long one. */
static inline size_t any_size(struct hs_rng *rng, size_t shape)
{
    static const size_t sizes[] = {1023, 1024, 1025, 4095, 4096, 4097, 8191, 8192, 8193, 16449};

    if (shape <= EVERY)
        return shape;
    if (shape - EVERY <= HS_COUNTOF(sizes))
        return sizes[shape - EVERY - 1];
    return shape % 64 == 0 ? below(rng, MOST) : shape % 8 == 0 ? below(rng, 3000) : below(rng, 300);
}

/* Readable bytes between two pages that stop the program. */
struct guarded {
    unsigned char *bytes;
    size_t size;
};

static inline struct guarded guarded_new(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (bytes + page - 1) / page * page;
    unsigned char *p = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(p != MAP_FAILED);
    assert_int_equal(mprotect(p + page, size, PROT_READ | PROT_WRITE), 0);
    return (struct guarded){p + page, size};
}

static inline void guarded_free(struct guarded *g)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    munmap(g->bytes - page, g->size + 2 * page);
}

/* Where n elements of `size` bytes lie: right before the page behind (even shapes), or a few
 * elements after the page in front; all else is canaries. */
static inline void *place(struct guarded *g, size_t n, size_t size, size_t shape)
{
    memset(g->bytes, CANARY, g->size);
    return g->bytes + (shape % 2 == 0 ? g->size - n * size : size * (shape / 2 % 9));
}

/* Both buffers are the same, canaries included; `got` has the results of `isa`. */
static inline void same(const char *op, const char *isa, size_t n, const struct guarded *got,
                        const struct guarded *want)
{
    if (memcmp(got->bytes, want->bytes, got->size) == 0)
        return;
    for (size_t i = 0; i < got->size; i++)
        if (got->bytes[i] != want->bytes[i])
            fail_msg("%s %s, n = %zu: byte %zu is %d, scalar has %d", op, isa, n, i, got->bytes[i],
                     want->bytes[i]);
}

static inline float any_extreme(struct hs_rng *rng)
{
    static const float v[] = {NAN,      INFINITY, -INFINITY, 0.0f,   -0.0f, 3.40282347e38f,
                              -3.4e38f, 1e-45f,   -1e-45f,   1e-38f, -2e9f, 2147483648.0f};

    return v[below(rng, HS_COUNTOF(v))];
}

#endif

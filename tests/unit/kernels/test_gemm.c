/* Integer products: the scalar kernel against a product written out here, every other variant
 * against the scalar one, to the last bit, with nothing read or written outside. */
#include "hs_test.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kernels/kernels.h"

enum { CANARY = 0x5a, GUARD = 64, RANDOM_SHAPES = 2000 };

typedef void any_fn(void);

/* All lines of kernels.def; those of other ops are passed over. */
static const struct {
    const char *op, *isa;
    enum hs_isa level;
    any_fn *run;
} rows[] = {
#define HS_KERNEL(op, isa) {#op, #isa, HS_ISA_##isa, (any_fn *)hs_##op##__##isa},
#include "kernels/kernels.def"
#undef HS_KERNEL
};

/* Everything of one product; all in one arena that is emptied after it. */
struct product {
    struct hs_gemm g;
    unsigned char *a;
    int8_t *weights; /* [n, k] */
    int32_t *bias;
    float *scale;
    size_t c_bytes, element;
    size_t *steps;
};

static int random_byte(struct hs_rng *rng, bool is_signed)
{
    uint32_t r = hs_rng_u32(rng);

    if (r % 4 == 0) /* extremes */
        return is_signed ? (r & 16 ? 127 : -128) : (r & 16 ? 255 : 0);
    return is_signed ? (int8_t)(r >> 8) : (uint8_t)(r >> 8);
}

static void make(struct product *p, struct hs_arena *arena, struct hs_rng *rng, size_t m, size_t n,
                 size_t k, bool stepped)
{
    struct hs_gemm *g = &p->g;
    size_t steps = k / 64, span = stepped ? 64 * (steps + 3) : k, lda = span + hs_rng_u32(rng) % 9;
    int8_t *packed;

    memset(p, 0, sizeof *p);
    g->m = m;
    g->n = n;
    g->k = k;
    g->a_signed = hs_rng_u32(rng) % 2;
    g->lda = lda;
    p->a = hs_arena_alloc(arena, m * lda + 1, 1);
    for (size_t i = 0; i < m * lda; i++)
        p->a[i] = (unsigned char)random_byte(rng, false);
    g->a = p->a;
    p->weights = hs_arena_alloc(arena, n * k + 1, 1);
    for (size_t i = 0; i < n * k; i++)
        p->weights[i] = (int8_t)random_byte(rng, true);
    packed = hs_arena_alloc(arena, hs_gemm_packed_size(n, k) + 64, 1);
    packed += -(uintptr_t)packed & 63;
    hs_gemm_pack(packed, p->weights, 1, k, n, k);
    g->b = packed;
    if (stepped) {
        p->steps = hs_arena_alloc(arena, steps, sizeof *p->steps);
        for (size_t t = 0; t < steps; t++)
            p->steps[t] = 64 * (steps + 2 - t) - t; /* backwards, not aligned, overlapping */
        for (size_t t = 0; t < steps; t++)
            assert_true(p->steps[t] + 64 <= lda);
        g->step = p->steps;
    }
    p->bias = hs_arena_alloc(arena, n, sizeof *p->bias);
    p->scale = hs_arena_alloc(arena, n, sizeof *p->scale);
    for (size_t j = 0; j < n; j++) {
        p->bias[j] = (int32_t)(hs_rng_u32(rng) % 200001) - 100000;
        p->scale[j] = (float)(hs_rng_uniform(rng) / (50 * sqrt((double)k)));
        if (hs_rng_u32(rng) % 50 == 0)
            p->scale[j] = 1e30f; /* far out of every range */
    }
    g->bias = hs_rng_u32(rng) % 5 == 0 ? NULL : p->bias;
    g->ldc = n + hs_rng_u32(rng) % 5;
}

static void choose_epilogue(struct product *p, struct hs_rng *rng, enum hs_gemm_out out)
{
    static const size_t elements[] = {4, 4, 1, 1, 4};
    struct hs_gemm_epilogue *e = &p->g.epilogue;
    int lo = out == HS_GEMM_S8 ? -128 : 0;

    *e =
        (struct hs_gemm_epilogue){.out = out, .scale = p->scale, .per_column = hs_rng_u32(rng) % 2};
    e->lo = hs_rng_u32(rng) % 2 ? lo : lo + (int)(hs_rng_u32(rng) % 100);
    e->hi = hs_rng_u32(rng) % 2 ? lo + 255 : lo + 100 + (int)(hs_rng_u32(rng) % 156);
    e->zero_point = e->lo + (int)(hs_rng_u32(rng) % (unsigned)(e->hi - e->lo + 1));
    p->element = elements[out];
    p->c_bytes = p->g.m * p->g.ldc * p->element;
}

/* ROWS writes like S32, through a call. */
static void take_row(void *payload, size_t i, size_t j, const int32_t *acc, size_t n)
{
    struct hs_gemm *g = payload;

    assert_true(n >= 1 && n <= 64 && j + n <= g->n && i < g->m);
    memcpy((int32_t *)g->c + i * g->ldc + j, acc, n * sizeof *acc);
}

/* What kernels find in memory of theirs that they have not set. */
static __attribute__((noinline)) void poison_stack(void)
{
    volatile unsigned char deep[1 << 17];

    for (size_t i = 0; i < sizeof deep; i++)
        deep[i] = 0xa5;
}

/* The result of one variant, in a buffer with guards. */
static unsigned char *result(struct product *p, struct hs_arena *arena, hs_gemm_x8s8_fn *run)
{
    unsigned char *whole = hs_arena_alloc(arena, p->c_bytes + 2 * (size_t)GUARD, 1);

    memset(whole, CANARY, p->c_bytes + 2 * (size_t)GUARD);
    p->g.c = whole + GUARD;
    p->g.epilogue.rows = take_row;
    p->g.epilogue.payload = &p->g;
    poison_stack();
    run(&p->g);
    for (size_t i = 0; i < GUARD; i++)
        if (whole[i] != CANARY || whole[GUARD + p->c_bytes + i] != CANARY)
            fail_msg("a guard was overwritten");
    return whole;
}

static bool supported[HS_ISA_COUNT];

static void agree(struct product *p, struct hs_arena *arena)
{
    unsigned char *wanted = result(p, arena, hs_gemm_x8s8__scalar);

    for (size_t v = 0; v < HS_COUNTOF(rows); v++) {
        if (strcmp(rows[v].op, "gemm_x8s8") != 0 || !supported[rows[v].level])
            continue;
        if (memcmp(wanted, result(p, arena, (hs_gemm_x8s8_fn *)rows[v].run),
                   p->c_bytes + 2 * (size_t)GUARD) != 0)
            fail_msg("%s differs from scalar: m %zu, n %zu, k %zu, out %d, signed %d, steps %d",
                     rows[v].isa, p->g.m, p->g.n, p->g.k, p->g.epilogue.out, p->g.a_signed,
                     p->g.step != NULL);
    }
}

static void run_shape(struct hs_arena *arena, struct hs_rng *rng, size_t m, size_t n, size_t k,
                      bool stepped)
{
    struct product p;
    struct hs_arena_mark empty = hs_arena_mark(arena);

    make(&p, arena, rng, m, n, k, stepped);
    choose_epilogue(&p, rng, (enum hs_gemm_out)(hs_rng_u32(rng) % 5));
    agree(&p, arena);
    hs_arena_reset(arena, empty);
}

/* acc by its definition from the weights as they were given, in 64 bits. */
static int64_t plain(const struct product *p, size_t i, size_t j)
{
    int64_t sum = p->g.bias != NULL ? p->g.bias[j] : 0;

    for (size_t t = 0; t < p->g.k; t++) {
        size_t at = p->g.step != NULL ? p->g.step[t / 64] + t % 64 : t;
        unsigned char byte = p->a[i * p->g.lda + at];

        sum += (int64_t)(p->g.a_signed ? (int8_t)byte : byte) * p->weights[j * p->g.k + t];
    }
    return sum;
}

static void the_scalar_kernel_is_the_product(void **state)
{
    struct hs_rng rng = hs_rng_seed(1, 0);

    for (int round = 0; round < 60; round++) {
        struct product p;
        size_t m = 1 + hs_rng_u32(&rng) % 5, n = 1 + hs_rng_u32(&rng) % 40,
               k = 1 + hs_rng_u32(&rng) % 150;
        bool stepped = round % 3 == 0;
        struct hs_arena_mark empty = hs_arena_mark(*state);
        const int32_t *acc;
        const uint8_t *codes;

        make(&p, *state, &rng, m, n, stepped ? 128 : k, stepped);
        choose_epilogue(&p, &rng, HS_GEMM_S32);
        acc = (const int32_t *)(const void *)(result(&p, *state, hs_gemm_x8s8__scalar) + GUARD);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                assert_int_equal(acc[i * p.g.ldc + j], plain(&p, i, j));
        choose_epilogue(&p, &rng, HS_GEMM_U8);
        codes = result(&p, *state, hs_gemm_x8s8__scalar) + GUARD;
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                const struct hs_gemm_epilogue *e = &p.g.epilogue;
                float v = (float)plain(&p, i, j) * e->scale[e->per_column ? j : 0];
                double q = nearbyint((double)v) + e->zero_point;

                assert_int_equal(codes[i * p.g.ldc + j], (int)fmin(fmax(q, e->lo), e->hi));
            }
        hs_arena_reset(*state, empty);
    }
}

static void sums_of_columns_fold_a_zero_point(void **state)
{
    static const int8_t weights[3][2] = {{1, -2}, {127, 127}, {-128, -128}};
    int8_t *packed = hs_arena_alloc(*state, hs_gemm_packed_size(3, 2) + 64, 1);
    const int32_t *sums;
    int32_t bias[3] = {10, 20, INT32_MIN}, folded[3];

    packed += -(uintptr_t)packed & 63;
    hs_gemm_pack(packed, weights[0], 1, 2, 3, 2);
    sums = hs_gemm_column_sums(packed, 3, 2);
    assert_int_equal(sums[0], -1);
    assert_int_equal(sums[1], 254);
    assert_int_equal(sums[2], -256);
    hs_gemm_fold_zero_point(folded, bias, packed, 3, 2, 5);
    assert_int_equal(folded[0], 15);
    assert_int_equal(folded[1], 20 - 5 * 254);
    assert_int_equal(folded[2], INT32_MIN + 5 * 256);
    assert_int_equal(hs_gemm_packed_size(SIZE_MAX / 2, 64), 0);
    assert_int_equal(hs_gemm_packed_size((size_t)1 << 40, (size_t)1 << 40), 0);
}

/* Every size of one dimension with the others around the edges of tiles. */
static void every_size_agrees(void **state)
{
    static const size_t edges[] = {1, 15, 16, 17, 31, 32, 33}, depths[] = {1, 63, 64, 65};
    struct hs_rng rng = hs_rng_seed(2, 0);

    for (size_t x = 0; x < HS_COUNTOF(edges); x++) {
        for (size_t y = 0; y < HS_COUNTOF(depths); y++) {
            for (size_t m = 1; m <= 70; m++)
                run_shape(*state, &rng, m, edges[x], depths[y], false);
            for (size_t n = 1; n <= 140; n++)
                run_shape(*state, &rng, edges[x], n, depths[y], false);
        }
        for (size_t y = 0; y < HS_COUNTOF(edges); y++)
            for (size_t k = 1; k <= 130; k++)
                run_shape(*state, &rng, edges[x], edges[y], k, false);
    }
}

static void random_shapes_agree(void **state)
{
    struct hs_rng rng = hs_rng_seed(3, 0);

    for (int i = 0; i < RANDOM_SHAPES; i++) {
        bool stepped = hs_rng_u32(&rng) % 4 == 0, large = i % 40 == 0;
        size_t m = 1 + hs_rng_u32(&rng) % (large ? 150 : 50),
               n = 1 + hs_rng_u32(&rng) % (large ? 400 : 70);
        size_t k = 1 + hs_rng_u32(&rng) % (large ? 1500 : 200);

        run_shape(*state, &rng, m, n, stepped ? (k + 63) / 64 * 64 : k, stepped);
    }
}

/* Rows that end where memory ends: what is read behind them, by whatever instruction, faults. */
static void nothing_behind_the_rows_is_read(void **state)
{
    static const size_t counts[] = {1, 2, 4, 5, 6, 7, 16, 17, 31, 33};
    static const size_t depths[] = {1, 3, 4, 7, 15, 17, 31, 60, 63, 64, 65, 127, 129, 200};
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = 3 * page;
    unsigned char *memory =
        mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct hs_rng rng = hs_rng_seed(5, 0);

    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + size, page, PROT_NONE), 0);
    for (size_t x = 0; x < HS_COUNTOF(counts); x++)
        for (size_t y = 0; y < HS_COUNTOF(depths); y++) {
            struct hs_arena_mark empty = hs_arena_mark(*state);
            size_t bytes = counts[x] * depths[y];
            struct product p;

            make(&p, *state, &rng, counts[x], 1 + hs_rng_u32(&rng) % 300, depths[y], false);
            assert_true(bytes <= size);
            p.g.lda = depths[y];
            p.g.a = memcpy(memory + size - bytes, p.a, bytes);
            choose_epilogue(&p, &rng, HS_GEMM_S32);
            agree(&p, *state);
            hs_arena_reset(*state, empty);
        }
    assert_int_equal(munmap(memory, size + page), 0);
}

/* Products so large that the rows are taken a part at a time. */
static void rows_far_apart_agree(void **state)
{
    static const size_t counts[] = {12, 13, 24, 25, 61};
    const size_t lda = 20011; /* two dozen rows fill the part of the cache that they may */
    unsigned char *a = hs_arena_alloc(*state, counts[HS_COUNTOF(counts) - 1] * lda, 1);
    struct hs_rng rng = hs_rng_seed(6, 0);

    memset(a, CANARY, counts[HS_COUNTOF(counts) - 1] * lda);
    for (int round = 0; round < 100; round++) {
        struct hs_arena_mark empty = hs_arena_mark(*state);
        size_t m = counts[hs_rng_below(&rng, HS_COUNTOF(counts))];
        struct product p;

        make(&p, *state, &rng, m, 1 + hs_rng_u32(&rng) % 150, 1 + hs_rng_u32(&rng) % 150, false);
        for (size_t i = 0; i < m; i++)
            memcpy(a + i * lda, p.a + i * p.g.lda, p.g.k);
        p.g.a = a;
        p.g.lda = lda;
        choose_epilogue(&p, &rng, (enum hs_gemm_out)(round % 5));
        agree(&p, *state);
        hs_arena_reset(*state, empty);
    }
}

static void nothing_to_do_does_nothing(void **state)
{
    static const _Alignas(64) int8_t empty_sums[64];
    struct hs_rng rng = hs_rng_seed(4, 0);
    struct product p;

    make(&p, *state, &rng, 3, 4, 5, false);
    choose_epilogue(&p, &rng, HS_GEMM_S32);
    for (int which = 0; which < 3; which++) {
        struct hs_gemm whole = p.g;

        p.g.m = which == 0 ? 0 : 3;
        p.g.n = which == 1 ? 0 : 4;
        p.g.k = which == 2 ? 0 : 5;
        if (which == 2)
            p.g.b = empty_sums; /* no panels: only the sums */
        agree(&p, *state);
        p.g = whole;
    }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(the_scalar_kernel_is_the_product),
        WITH_ARENA(sums_of_columns_fold_a_zero_point),
        WITH_ARENA(every_size_agrees),
        WITH_ARENA(random_shapes_agree),
        WITH_ARENA(nothing_behind_the_rows_is_read),
        WITH_ARENA(rows_far_apart_agree),
        WITH_ARENA(nothing_to_do_does_nothing),
    };

    for (int i = 0; i < HS_ISA_COUNT; i++)
        supported[i] = hs_isa_supported((enum hs_isa)i);
    for (size_t v = 0; v < HS_COUNTOF(rows); v++)
        if (strcmp(rows[v].op, "gemm_x8s8") == 0)
            printf(supported[rows[v].level] ? "compared: %s %s\n" : "skipped: %s needs %s\n",
                   rows[v].op, rows[v].isa);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

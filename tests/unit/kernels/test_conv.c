/* Convolutions against a loop over their definition, at every level that the processor has, with
 * guards around output and workspace. */
#include "hs_test.h"

#include "base/rng.h"
#include "kernels/conv/conv.h"
#include "kernels/kernels.h"

enum { CANARY = 0x5a, GUARD = 64, RANDOM_SHAPES = 400 };

struct layer {
    struct hs_conv c;
    unsigned char *x;
    int8_t *weights;
    float *scale;
    size_t rows, columns; /* of the output */
};

static void *guarded(struct hs_arena *arena, size_t size)
{
    unsigned char *whole = hs_arena_alloc(arena, size + 2 * (size_t)GUARD + 64, 1);

    assert_non_null(whole);
    memset(whole, CANARY, size + 2 * (size_t)GUARD + 64);
    whole += -(uintptr_t)whole & 63;
    return whole + GUARD;
}

static void check_guards(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < GUARD; i++)
        if (p[i - GUARD] != CANARY || p[size + i] != CANARY)
            fail_msg("a guard was overwritten");
}

static void fill(struct layer *l, struct hs_arena *arena, struct hs_rng *rng)
{
    struct hs_conv *c = &l->c;
    size_t n = c->n * c->height * c->width * c->channels;
    size_t k = c->out_channels * (c->channels / c->groups) * c->kernel[0] * c->kernel[1];
    int32_t *bias = hs_arena_alloc(arena, c->out_channels, sizeof *bias);
    int8_t *packed = guarded(arena, hs_conv_packed_size(c));

    l->x = hs_arena_alloc(arena, n, 1);
    l->weights = hs_arena_alloc(arena, k, 1);
    l->scale = hs_arena_alloc(arena, c->out_channels, sizeof *l->scale);
    for (size_t i = 0; i < n; i++)
        l->x[i] = (unsigned char)hs_rng_u32(rng);
    for (size_t i = 0; i < k; i++)
        l->weights[i] = (int8_t)hs_rng_u32(rng);
    for (size_t i = 0; i < c->out_channels; i++) {
        bias[i] = (int32_t)(hs_rng_u32(rng) % 20001) - 10000;
        l->scale[i] = (float)(hs_rng_uniform(rng) / 2000);
    }
    hs_conv_pack(packed, c, l->weights);
    check_guards((unsigned char *)packed, hs_conv_packed_size(c));
    c->x = l->x;
    c->bias = bias;
    c->w = packed;
    l->rows = hs_conv_out(c, 0);
    l->columns = hs_conv_out(c, 1);
}

/* The sum of output channel o at a pixel, by the definition. */
static int32_t plain(const struct layer *l, size_t n, size_t y, size_t x, size_t o)
{
    const struct hs_conv *c = &l->c;
    size_t channels = c->channels / c->groups, g = o / (c->out_channels / c->groups);
    int64_t sum = c->bias[o];

    for (size_t i = 0; i < c->kernel[0]; i++)
        for (size_t j = 0; j < c->kernel[1]; j++)
            for (size_t ch = 0; ch < channels; ch++) {
                ptrdiff_t row =
                    (ptrdiff_t)(y * c->stride[0] + i * c->dilation[0]) - (ptrdiff_t)c->padding[0];
                ptrdiff_t column =
                    (ptrdiff_t)(x * c->stride[1] + j * c->dilation[1]) - (ptrdiff_t)c->padding[1];
                int32_t code = c->x_zero_point;
                unsigned char byte;

                if (row >= 0 && column >= 0 && row < (ptrdiff_t)c->height &&
                    column < (ptrdiff_t)c->width) {
                    byte = l->x[((n * c->height + (size_t)row) * c->width + (size_t)column) *
                                    c->channels +
                                g * channels + ch];
                    code = c->x_signed ? (int8_t)byte : byte;
                }
                sum += (int64_t)code *
                       l->weights[((o * channels + ch) * c->kernel[0] + i) * c->kernel[1] + j];
            }
    return (int32_t)sum;
}

static void take_row(void *payload, size_t i, size_t j, const int32_t *acc, size_t n)
{
    const struct hs_conv *c = payload;

    memcpy((int32_t *)c->y + i * c->out_channels + j, acc, n * sizeof *acc);
}

static const void *result(struct layer *l, struct hs_arena *arena, enum hs_gemm_out out,
                          const struct hs_kernels *k)
{
    struct hs_conv *c = &l->c;
    size_t element = out == HS_GEMM_U8 || out == HS_GEMM_S8 ? 1 : 4;
    size_t bytes = c->n * l->rows * l->columns * c->out_channels * element;
    unsigned char *workspace = guarded(arena, hs_conv_workspace(c));

    c->y = guarded(arena, bytes);
    c->epilogue = (struct hs_gemm_epilogue){.out = out,
                                            .scale = l->scale,
                                            .per_column = true,
                                            .zero_point = 3,
                                            .lo = 0,
                                            .hi = out == HS_GEMM_U8 ? 255 : 127,
                                            .rows = take_row,
                                            .payload = c};
    hs_conv_run(c, k, workspace);
    check_guards(workspace, hs_conv_workspace(c));
    check_guards(c->y, bytes);
    return c->y;
}

static void check_sums(const struct layer *l, const int32_t *acc, const char *what)
{
    const struct hs_conv *c = &l->c;
    size_t at = 0;

    for (size_t n = 0; n < c->n; n++)
        for (size_t y = 0; y < l->rows; y++)
            for (size_t x = 0; x < l->columns; x++)
                for (size_t o = 0; o < c->out_channels; o++, at++)
                    if (acc[at] != plain(l, n, y, x, o))
                        fail_msg("%s: [%zu,%zu,%zu,%zu] is %d, wanted %d; %zu channels in %zu "
                                 "groups, %zu x %zu kernel, stride %zu, dilation %zu",
                                 what, n, y, x, o, acc[at], plain(l, n, y, x, o), c->channels,
                                 c->groups, c->kernel[0], c->kernel[1], c->stride[0],
                                 c->dilation[0]);
}

static void run_layer(struct layer *l, struct hs_arena *arena, struct hs_rng *rng)
{
    struct hs_arena_mark empty = hs_arena_mark(arena);
    struct hs_kernels scalar;
    const void *codes = NULL;
    size_t count;

    fill(l, arena, rng);
    count = l->c.n * l->rows * l->columns * l->c.out_channels;
    hs_kernels_choose(&scalar, HS_ISA_scalar);
    for (int isa = 0; isa < HS_ISA_COUNT; isa++) {
        struct hs_kernels k;

        if (!hs_isa_supported((enum hs_isa)isa))
            continue;
        hs_kernels_choose(&k, (enum hs_isa)isa);
        check_sums(l, result(l, arena, HS_GEMM_S32, &k), hs_isa_name((enum hs_isa)isa));
        if (codes == NULL) {
            check_sums(l, result(l, arena, HS_GEMM_ROWS, &k), "rows");
            codes = result(l, arena, HS_GEMM_U8, &k);
        } else {
            assert_memory_equal(codes, result(l, arena, HS_GEMM_U8, &k), count);
        }
    }
    hs_arena_reset(arena, empty);
}

static size_t pick(struct hs_rng *rng, size_t from, size_t to)
{
    return from + hs_rng_below(rng, (uint32_t)(to - from + 1));
}

static void random_geometries_agree_with_the_definition(void **state)
{
    struct hs_rng rng = hs_rng_seed(1, 0);

    for (int round = 0; round < RANDOM_SHAPES; round++) {
        struct layer l = {.rows = 0};
        struct hs_conv *c = &l.c;
        bool whole = round % 4 == 0; /* channels in steps of 64 */

        c->groups = pick(&rng, 1, 3);
        c->channels = c->groups * (whole ? 64 : pick(&rng, 1, 6));
        c->out_channels = c->groups * pick(&rng, 1, whole ? 9 : 20);
        c->n = pick(&rng, 1, 2);
        for (int a = 0; a < 2; a++) {
            c->kernel[a] = pick(&rng, 1, whole ? 3 : 4);
            c->stride[a] = pick(&rng, 1, 3);
            c->padding[a] = pick(&rng, 0, 3);
            c->dilation[a] = pick(&rng, 1, 2);
        }
        c->height = pick(&rng, 1, whole ? 7 : 11);
        c->width = pick(&rng, 1, whole ? 7 : 11);
        c->x_signed = hs_rng_below(&rng, 2) != 0;
        c->x_zero_point = (int32_t)pick(&rng, 0, 255) - (c->x_signed ? 128 : 0);
        run_layer(&l, *state, &rng);
    }
}

/* So large that the shifted pictures are made for some rows at a time. */
static void large_pictures_are_done_in_parts(void **state)
{
    struct hs_rng rng = hs_rng_seed(2, 0);

    for (size_t stride = 1; stride <= 2; stride++) {
        struct layer l = {.c = {.n = 1,
                                .height = 41,
                                .width = 130,
                                .channels = 64,
                                .out_channels = 3,
                                .kernel = {3, 3},
                                .stride = {stride, stride},
                                .padding = {1, 1},
                                .dilation = {1, 1},
                                .groups = 1,
                                .x_zero_point = 7}};

        run_layer(&l, *state, &rng);
    }
}

static void a_zero_point_folds_into_the_bias(void **state)
{
    struct hs_rng rng = hs_rng_seed(3, 0);
    struct layer l = {.c = {.n = 1,
                            .height = 1,
                            .width = 1,
                            .channels = 4,
                            .out_channels = 6,
                            .kernel = {1, 1},
                            .stride = {1, 1},
                            .dilation = {1, 1},
                            .groups = 2}};
    int32_t folded[6];

    fill(&l, *state, &rng);
    hs_conv_fold_zero_point(folded, &l.c, l.c.w, 11);
    for (size_t o = 0; o < 6; o++)
        assert_int_equal(folded[o], l.c.bias[o] - 11 * (l.weights[2 * o] + l.weights[2 * o + 1]));
}

static void a_kernel_larger_than_the_picture_gives_nothing(void **state)
{
    struct hs_conv c = {.n = 1,
                        .height = 3,
                        .width = 5,
                        .channels = 1,
                        .out_channels = 1,
                        .kernel = {3, 3},
                        .stride = {1, 2},
                        .padding = {0, 0},
                        .dilation = {2, 2},
                        .groups = 1};

    (void)state;
    assert_int_equal(hs_conv_out(&c, 0), 0);
    assert_int_equal(hs_conv_out(&c, 1), 1);
    hs_conv_run(&c, hs_kernels(), NULL); /* touches nothing */
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(random_geometries_agree_with_the_definition),
        WITH_ARENA(large_pictures_are_done_in_parts),
        WITH_ARENA(a_zero_point_folds_into_the_bias),
        WITH_ARENA(a_kernel_larger_than_the_picture_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

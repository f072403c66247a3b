/* What real labs produced, on the full test sets (../shared/real; not part of the tree). The counts
 * are PyTorch's and NumPy's. Skipped, and saying why, where file or data set is absent. The conv
 * net with BatchNorm takes 167 million products a picture: a tenth of them, unless HALFSTEP_FULL is
 * set. */
#include "hs_test.h"

#include "base/env.h"
#include "io/dataset.h"
#include "nn/evaluate.h"
#include "nn/import.h"

static struct hs_imported got;
static struct hs_dataset_split split;
static struct hs_arena arena;
static struct hs_error err;
static struct hs_pool *pool;

static int begin(void **state)
{
    (void)state;
    got = (struct hs_imported){.model = HS_MODEL_INIT, .program = HS_PROGRAM_INIT};
    arena = HS_ARENA_INIT;
    err = HS_ERROR_INIT;
    return 0;
}

static int end(void **state)
{
    (void)state;
    hs_imported_dispose(&got);
    hs_arena_dispose(&arena);
    return 0;
}

/* The file as an importer sees it, and the split that it is for. */
static void open_both(const char *name, const char *data)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_container file = HS_CONTAINER_INIT;
    const char *path = hs_test_shared(name);
    enum hs_status st;

    if (path == NULL) {
        print_message("skipped: ../shared/%s is absent\n", name);
        skip();
    }
    st = hs_dataset_load(&split, &arena, data, &err);
    if (st == HS_ENOTFOUND) {
        print_message("skipped: %s\n", err.text);
        skip();
    }
    assert_ok(st, &err);
    st = hs_container_open(&file, path, &limits, &err);
    if (st == HS_OK)
        st = hs_import(&got, &file, path, &err);
    hs_container_dispose(&file);
    assert_ok(st, &err);
}

static struct hs_evaluation of_model(void)
{
    struct hs_evaluation e;

    assert_true(got.has_model);
    assert_ok(hs_evaluate_model(&e, &arena, &got.model, &split, pool, NULL, NULL, &err), &err);
    return e;
}

static struct hs_evaluation of_program(void)
{
    struct hs_evaluation e;

    assert_true(got.has_program);
    assert_ok(hs_evaluate_program(&e, &arena, &got.program, &split, pool, NULL, NULL, &err), &err);
    return e;
}

static void the_mlp_of_2023_has_9680_in_float(void **state)
{
    (void)state;
    open_both("real/ee219_2023_mlp.npy", "mnist/test");
    assert_int_equal(of_model().correct, 9680);
}

static void the_conv_net_of_2024_has_6692_by_its_scale_chain(void **state)
{
    (void)state;
    open_both("real/ee219_2024_cnn.pth", "cifar10/test");
    assert_int_equal(of_program().correct, 6692);
}

static void the_vgg8_has_8858_simulated_and_8860_by_shifts(void **state)
{
    static size_t which[200];
    bool full = hs_env("HALFSTEP_FULL") != NULL;
    struct hs_evaluation simulated, shifted;
    size_t differ, sum = 0;

    (void)state;
    open_both("real/ncku_vgg8_pow2.pt", "cifar10/test");
    if (!full)
        split.images.shape[0] = split.labels.shape[0] = 1000;
    simulated = of_model();
    shifted = of_program();
    differ = hs_evaluation_differs(&simulated, &shifted, which, HS_COUNTOF(which));
    for (size_t i = 0; i < differ && i < HS_COUNTOF(which); i++)
        sum += which[i];
    assert_int_equal(simulated.correct, full ? 8858 : 893);
    assert_int_equal(shifted.correct, full ? 8860 : 890);
    assert_int_equal(differ, full ? 153 : 15);
    assert_int_equal(which[0], 70);
    assert_int_equal(sum, full ? 752104 : 8332); /* of the pictures' numbers */
}

/* The same by the command line, on the first 1,000 pictures. */
static void eval_prints_the_counts_beside_each_other(void **state)
{
    static const struct {
        const char *file, *options, *data, *texts[3];
    } rows[] = {
        {"real/ee219_2023_mlp.npy", "", "mnist/test", {"float", "9,680 of 10,000 right, 96.80 %"}},
        {"real/ee219_2024_cnn.pth",
         "",
         "cifar10/test",
         {"divisor", "6,692 of 10,000 right, 66.92 %"}},
        {"real/ncku_vgg8_pow2.pt",
         " --images 1000",
         "cifar10/test",
         {"893 of 1,000 right",
          "integer (shift_floor): 890 of 1,000 right, 89.00 %; another answer to 15 pictures",
          "70 220 228 394"}},
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(rows); i++) {
        struct hs_str out = HS_STR_INIT;
        char arguments[900];

        open_both(rows[i].file, rows[i].data); /* skips where it cannot be */
        snprintf(arguments, sizeof arguments, "eval %s%s", hs_test_shared(rows[i].file),
                 rows[i].options);
        assert_int_equal(hs_test_run(&out, NULL, arguments), 0);
        for (size_t k = 0; k < HS_COUNTOF(rows[i].texts) && rows[i].texts[k] != NULL; k++)
            assert_contains(out.buf, rows[i].texts[k]);
        hs_str_dispose(&out);
        hs_imported_dispose(&got);
    }
}

static int start_threads(void **state)
{
    (void)state;
    return hs_pool_new(&pool, 0, &err) == HS_OK ? 0 : -1;
}

static int end_threads(void **state)
{
    (void)state;
    hs_pool_free(pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_mlp_of_2023_has_9680_in_float, begin, end),
        cmocka_unit_test_setup_teardown(the_conv_net_of_2024_has_6692_by_its_scale_chain, begin,
                                        end),
        cmocka_unit_test_setup_teardown(the_vgg8_has_8858_simulated_and_8860_by_shifts, begin, end),
        cmocka_unit_test_setup_teardown(eval_prints_the_counts_beside_each_other, begin, end),
    };

    return cmocka_run_group_tests(tests, start_threads, end_threads);
}

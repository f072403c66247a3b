/* halfstep bench as a user meets it; how fast anything is, no test asks. */
#include "hs_test.h"

#include "base/str.h"
#include "kernels/kernels.h"

static struct hs_str out = {.buf = hs_str_empty};

static void json_has_a_row_for_each_size(void **state)
{
    (void)state;
    assert_int_equal(hs_test_run(&out, NULL, "bench --only minmax --core -1 --json"), 0);
    assert_contains(out.buf, "{\"schema\":\"halfstep.bench/1\",\"cpu\":\"");
    assert_contains(out.buf, hs_cpu_name());
    assert_contains(out.buf, "\"core\":-1");
    assert_contains(out.buf, "\"op\":\"minmax_f32\",\"case\":\"64KiB\"");
    assert_contains(out.buf, "\"case\":\"4MiB\"");
    assert_contains(out.buf, "\"case\":\"64MiB\"");
    assert_null(strstr(out.buf, "quantize"));
}

static void products_are_counted_in_multiply_adds(void **state)
{
    (void)state;
    assert_int_equal(hs_test_run(&out, NULL, "bench --only sgemm_input --core -1 --json"), 0);
    assert_contains(out.buf, "\"op\":\"sgemm_input_grad\",\"case\":\"256x128x784\"");
    assert_contains(out.buf, "\"unit\":\"GMAC/s\"");
    assert_null(strstr(out.buf, "GB/s"));
    assert_int_equal(hs_test_run(&out, NULL, "bench --only bgemm_weight --core -1 --json"), 0);
    assert_contains(out.buf, "\"op\":\"bgemm_weight_grad\",\"case\":\"384x512x1728\"");
    assert_int_equal(hs_test_run(&out, NULL, "bench --only conv_x8s8 --core -1 --json"), 0);
    assert_contains(out.buf, "\"op\":\"conv_x8s8\",\"case\":\"16x256>256@8\"");
}

static void the_ceiling_chooses_the_variant(void **state)
{
    (void)state;
    assert_int_equal(setenv("HALFSTEP_ISA", "scalar", 1), 0);
    assert_int_equal(hs_test_run(&out, NULL, "bench --only minmax --core -1"), 0);
    assert_int_equal(unsetenv("HALFSTEP_ISA"), 0);
    assert_contains(out.buf, "64MiB  scalar");
    assert_null(strstr(out.buf, "avx"));
}

static void what_cannot_be_measured_is_said(void **state)
{
    (void)state;
    assert_int_equal(hs_test_run(&out, NULL, "bench --core 5000"), 2);
    assert_int_not_equal(hs_test_run(&out, NULL, "bench --core 1023"), 0);
    assert_contains(out.buf, "core 1023 cannot be used");
    assert_int_not_equal(hs_test_run(&out, NULL, "bench --core -1 --only quux"), 0);
    assert_contains(out.buf, "no kernel's name contains 'quux'");
}

static int dispose(void **state)
{
    (void)state;
    hs_str_dispose(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_a_row_for_each_size),
        cmocka_unit_test(products_are_counted_in_multiply_adds),
        cmocka_unit_test(the_ceiling_chooses_the_variant),
        cmocka_unit_test(what_cannot_be_measured_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, dispose);
}

#include "hs_test.h"

#include <math.h>
#include <unistd.h>

#include "base/env.h"
#include "base/fmt.h"
#include "base/path.h"
#include "base/rng.h"
#include "base/sha256.h"

static void doubles_are_written_as_short_as_they_read_back(void **state)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {{0.1, "0.1"},          {1.0 / 3, "0.3333333333333333"}, {3, "3"},
                {-0.25, "-0.25"},      {1e300, "1e+300"},               {5e-324, "4.94065645841247e-324"},
                {123456789, "123456789"}, {0.1 + 0.2, "0.30000000000000004"}};
    char out[HS_FMT_SIZE], code[HS_FMT_CODE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(hs_fmt_double(out, rows[i].v), rows[i].text);
        assert_true(strtod(out, NULL) == rows[i].v);
    }
    assert_string_equal(hs_fmt_double(out, (double)NAN), "nan");
    assert_string_equal(hs_fmt_double(out, -(double)INFINITY), "-inf");
    assert_string_equal(hs_fmt_float(out, 0.1f), "0.1");
    assert_string_equal(hs_fmt_grouped(out, -1234567), "-1,234,567");
    assert_string_equal(hs_fmt_code(code, (uint64_t)-3, 6, true), "11 1101");
    assert_string_equal(hs_fmt_code(code, 10, 8, false), "00001010");
    assert_string_equal(hs_fmt_code(code, 10, 0, true), "");
    assert_int_equal(strlen(hs_fmt_code(code, 1, 64, true)), 79);
    assert_string_equal(hs_fmt_bytes(out, 1536), "1.5 KiB");
}

static void random_doubles_read_back(void **state)
{
    struct hs_rng rng = hs_rng_seed(7, 1);
    char out[HS_FMT_SIZE];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)hs_rng_u32(&rng) << 32 | hs_rng_u32(&rng);
        double v;

        memcpy(&v, &bits, sizeof v);
        if (isfinite(v))
            assert_true(strtod(hs_fmt_double(out, v), NULL) == v);
    }
}

static void the_generator_is_pcg32_and_splits_by_name(void **state)
{
    struct hs_rng rng = hs_rng_seed(42, 54); /* the demo vector of the PCG paper's C library */
    static const uint32_t first[] = {0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e};
    struct hs_rng a, b;
    double sum = 0, squares = 0;

    (void)state;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        assert_int_equal(hs_rng_u32(&rng), first[i]);
    a = hs_rng_split(&rng, "w1");
    b = hs_rng_split(&rng, "w2");
    assert_int_not_equal(hs_rng_u32(&a), hs_rng_u32(&b));
    for (int i = 0; i < 100000; i++) {
        double v = hs_rng_normal(&rng);

        sum += v;
        squares += v * v;
    }
    assert_close(sum / 100000, 0, 0.02);
    assert_close(squares / 100000, 1, 0.03);
    for (int i = 0; i < 1000; i++)
        assert_in_range(hs_rng_below(&rng, 7), 0, 6);
}

static void sha256_gives_the_published_digest(void **state)
{
    char hex[HS_SHA256_HEX];

    (void)state;
    hs_sha256_of("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void unsafe_member_names_are_seen(void **state)
{
    static const char *const bad[] = {"", "/etc/passwd", "a/../b", "..", "a//b", "./a", "C:x", "a\\b", "a/"};
    static const char *const good[] = {"a", "a/b.npy", "..a/b..", "张三/w1.npy"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(hs_path_is_safe(bad[i], strlen(bad[i])));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(hs_path_is_safe(good[i], strlen(good[i])));
    assert_false(hs_path_is_safe("a\0b", 3));
    assert_string_equal(hs_path_ext("x/y.tar.gz"), "gz");
    assert_string_equal(hs_path_ext("x/.hidden"), "");
    assert_string_equal(hs_path_base("x/y"), "y");
}

static void folders_follow_halfstep_home_then_xdg(void **state)
{
    struct hs_str dir = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    setenv("HALFSTEP_HOME", "/h", 1);
    assert_ok(hs_env_dir(&dir, HS_XDG_STATE, false, &err), &err);
    assert_string_equal(dir.buf, "/h/state");
    unsetenv("HALFSTEP_HOME");
    setenv("XDG_STATE_HOME", "/x", 1);
    assert_ok(hs_env_dir(&dir, HS_XDG_STATE, false, &err), &err);
    assert_string_equal(dir.buf, "/x/halfstep");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_fails(hs_env_dir(&dir, HS_XDG_STATE, false, &err), HS_ENOTFOUND, &err, "HALFSTEP_HOME");
    hs_str_dispose(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_written_as_short_as_they_read_back),
        cmocka_unit_test(random_doubles_read_back),
        cmocka_unit_test(the_generator_is_pcg32_and_splits_by_name),
        cmocka_unit_test(sha256_gives_the_published_digest),
        cmocka_unit_test(unsafe_member_names_are_seen),
        cmocka_unit_test(folders_follow_halfstep_home_then_xdg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "hs_test.h"

#include "quant/options.h"

static struct hs_quant_options defaults(void)
{
    struct hs_quant_options o;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_quant_options_profile(&o, NULL, &err), &err);
    return o;
}

static enum hs_status set_text(struct hs_quant_options *o, const char *name, const char *text,
                               struct hs_error *err)
{
    struct hs_value v = {.kind = HS_STRING, .as.string = {text, strlen(text)}};

    return hs_quant_option_set(o, name, &v, err);
}

static void the_defaults_are_those_of_the_semantics(void **state)
{
    struct hs_quant_options o = defaults();

    (void)state;
    assert_int_equal(o.rounding, HS_ROUND_HALF_EVEN);
    assert_int_equal(o.division, HS_DIVIDE);
    assert_int_equal(o.denominator, HS_DENOM_QMAX);
    assert_int_equal(o.all_zero, HS_ALL_ZERO_UNIT);
    assert_int_equal(o.unsigned_mid, HS_MID);
    assert_int_equal(o.pow2_rounding, HS_POW2_NEAREST);
    assert_int_equal(o.min_shift, -8);
    assert_int_equal(o.max_shift, 8);
    assert_int_equal(o.nan, HS_NAN_ERROR);
    assert_int_equal(o.inf, HS_INF_SATURATE);
    assert_true(o.include_zero && !o.narrow && !o.reduce_range);
    assert_close(o.eps, 0, 0);
}

static void every_word_of_every_choice_is_accepted_and_read_back(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    const struct hs_quant_option_row *row;

    for (size_t i = 0; (row = hs_quant_option_row(i)) != NULL; i++) {
        char words[128], *save = NULL;

        assert_true(strlen(row->help) > 10);
        if (row->choices == NULL)
            continue;
        snprintf(words, sizeof words, "%s", row->choices);
        for (char *word = strtok_r(words, "|", &save); word != NULL;
             word = strtok_r(NULL, "|", &save)) {
            struct hs_quant_options o = defaults();
            struct hs_value map = hs_value_map();

            assert_ok(set_text(&o, row->name, word, &err), &err);
            assert_true(hs_quant_options_to_value(&map, *state, &o));
            assert_string_equal(hs_value_text(&map, row->name, "?"), word);
        }
    }
}

static void the_words_of_rounding_stand_in_the_order_of_its_modes(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options o = defaults();

    (void)state;
    for (int mode = 0; mode < HS_ROUND_COUNT; mode++) {
        assert_ok(set_text(&o, "rounding", hs_round_name((enum hs_round)mode), &err), &err);
        assert_int_equal(o.rounding, mode);
    }
    assert_ok(set_text(&o, "rounding", "stochastic(42)", &err), &err);
    assert_int_equal(o.rounding, HS_ROUND_STOCHASTIC);
    assert_int_equal(o.seed, 42);
}

static void shifts_are_symmetric_unless_the_lower_bound_is_given_in_either_order(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options o = defaults();
    struct hs_value four = hs_value_int(4), zero = hs_value_int(0);

    (void)state;
    assert_ok(hs_quant_option_set(&o, "max_shift", &four, &err), &err);
    assert_int_equal(o.min_shift, -4);
    assert_ok(hs_quant_option_set(&o, "min_shift", &zero, &err), &err);
    assert_int_equal(o.min_shift, 0);
    o = defaults();
    assert_ok(hs_quant_option_set(&o, "min_shift", &zero, &err), &err);
    assert_ok(hs_quant_option_set(&o, "max_shift", &four, &err), &err);
    assert_int_equal(o.min_shift, 0);
    assert_int_equal(o.max_shift, 4);
}

static void numbers_and_flags_come_as_text_too(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options o = defaults();

    (void)state;
    assert_ok(set_text(&o, "eps", "2^-23", &err), &err);
    assert_close(o.eps, 0x1p-23, 0);
    assert_ok(set_text(&o, "narrow", "true", &err), &err);
    assert_true(o.narrow);
    assert_ok(set_text(&o, "max_shift", "16", &err), &err);
    assert_int_equal(o.max_shift, 16);
}

static void wrong_names_and_values_list_what_is_possible(void **state)
{
    struct hs_quant_options o = defaults(), before = o;
    static const struct {
        const char *name, *text, *part;
    } rows[] = {
        {"rouding", "floor", "choose one of scheme, rounding"},
        {"rounding", "bankers", "half_even|half_away"},
        {"rounding", "stochastic(x)", "half_even|half_away"},
        {"narrow", "yes", "true or false"},
        {"eps", "-1", "0 or more"},
        {"eps", "1,5", "a number was expected"},
        {"max_shift", "127", "-126 to 126"},
        {"max_shift", "2.5", "whole number"},
        {"seed", "-1", "0 to 2^53"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hs_error err = HS_ERROR_INIT;

        assert_fails(set_text(&o, rows[i].name, rows[i].text, &err), HS_EINVAL, &err, rows[i].part);
        assert_memory_equal(&o, &before, sizeof o);
    }
}

/* TFLite narrows symmetric codes until the user says otherwise. */
static void a_word_of_the_user_ends_a_habit_of_the_profile(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options o;

    (void)state;
    assert_ok(hs_quant_options_profile(&o, "tflite", &err), &err);
    assert_true(o.narrow_symmetric && !o.narrow);
    assert_ok(set_text(&o, "narrow", "false", &err), &err);
    assert_true(!o.narrow_symmetric && !o.narrow);
}

static void every_profile_names_the_requantization_of_its_layers(void **state)
{
    static const struct {
        const char *name;
        enum hs_requantize mode;
        enum hs_round rounding;
    } rows[] = {{"halfstep", HS_REQUANTIZE_FLOAT, HS_ROUND_HALF_EVEN},
                {"torch", HS_REQUANTIZE_FLOAT, HS_ROUND_HALF_EVEN},
                {"onnx", HS_REQUANTIZE_FLOAT, HS_ROUND_HALF_EVEN},
                {"tflite", HS_REQUANTIZE_GEMMLOWP, HS_ROUND_HALF_AWAY},
                {"lab-scale-chain", HS_REQUANTIZE_FLOAT, HS_ROUND_HALF_EVEN},
                {"lab-pow2", HS_REQUANTIZE_SHIFT_FLOOR, HS_ROUND_HALF_EVEN},
                {"lab-mlp", HS_REQUANTIZE_FLOAT, HS_ROUND_HALF_EVEN},
                {"distiller", HS_REQUANTIZE_FLOAT, HS_ROUND_HALF_EVEN}};
    size_t count;
    const struct hs_profile *p = hs_profiles(&count);

    (void)state;
    assert_int_equal(count, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(p[i].name, rows[i].name);
        assert_int_equal(p[i].requantize, rows[i].mode);
        assert_int_equal(p[i].options.rounding, rows[i].rounding);
    }
}

static void every_profile_says_where_it_comes_from(void **state)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_quant_options o;
    size_t count;
    const struct hs_profile *p = hs_profiles(&count);

    (void)state;
    assert_true(count >= 4);
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(p[i].help) > 10 && strlen(p[i].source) > 10);
        assert_ok(hs_quant_options_profile(&o, p[i].name, &err), &err);
        assert_string_equal(o.profile, p[i].name);
    }
    assert_fails(hs_quant_options_profile(&o, "tensorrt", &err), HS_ENOTFOUND, &err, "torch, onnx");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(the_defaults_are_those_of_the_semantics),
        T(every_word_of_every_choice_is_accepted_and_read_back),
        T(the_words_of_rounding_stand_in_the_order_of_its_modes),
        T(shifts_are_symmetric_unless_the_lower_bound_is_given_in_either_order),
        T(numbers_and_flags_come_as_text_too),
        T(wrong_names_and_values_list_what_is_possible),
        T(a_word_of_the_user_ends_a_habit_of_the_profile),
        T(every_profile_names_the_requantization_of_its_layers),
        T(every_profile_says_where_it_comes_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

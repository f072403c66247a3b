#include "hs_test.h"

#include "grade/report.h"

static int setup(void **state)
{
    struct hs_report *r = calloc(1, sizeof *r);

    *r = HS_REPORT_INIT;
    r->assignment = "a";
    r->submission = "N1_lab1.zip";
    r->student_id = "N1";
    r->student_name = "王小明";
    r->status = "graded";
    r->grader_version = "g";
    r->content_hash = "c";
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    hs_report_dispose(*state);
    free(*state);
    return 0;
}

static void add(struct hs_report *r, const char *id, int64_t max, bool scored, int64_t score,
                enum hs_verdict verdict)
{
    struct hs_row row = {.id = id,
                         .title = "Title of the check",
                         .max_milli = max,
                         .scored = scored,
                         .score_milli = score};

    row.verdict = verdict;
    row.message = "";
    row.detail = hs_value_map();
    assert_true(HS_VEC_PUSH(&r->rows, row));
}

static void json_is(const struct hs_report *r, const char *part)
{
    struct hs_str out = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_report_json(&out, r, false, &err), &err);
    assert_contains(out.buf, part);
    hs_str_dispose(&out);
}

static void the_keys_stand_in_the_order_of_the_contract(void **state)
{
    struct hs_report *r = *state;

    add(r, "one", 2500, true, 1250, HS_VERDICT_PARTIAL);
    json_is(
        r,
        "{\"schema\":\"halfstep.report/"
        "1\",\"assignment\":\"a\",\"submission\":\"N1_lab1.zip\",\"student\":{\"id\":\"N1\","
        "\"name\":\"王小明\"},\"status\":\"graded\",\"score\":1.25,\"max_score\":2.5,\"checks\":[{"
        "\"id\":\"one\","
        "\"title\":\"Title of the "
        "check\",\"score\":1.25,\"max_score\":2.5,\"verdict\":\"partial\",\"misconception\":null,"
        "\"message\":\"\",\"detail\":{},\"hidden\":false}],\"needs_review\":[],\"messages\":[],"
        "\"grader_version\":\"g\",\"content_hash\":\"c\"}\n");
}

static void zero_stays_zero_and_a_fault_of_ours_is_null(void **state)
{
    struct hs_report *r = *state;

    add(r, "zero", 1000, true, 0, HS_VERDICT_WRONG);
    assert_int_equal(hs_report_exit_code(r), 1);
    json_is(r, "\"score\":0,\"max_score\":1,");
    add(r, "dead", 1000, false, 0, HS_VERDICT_TIMEOUT);
    assert_int_equal(hs_report_exit_code(r), 6);
    json_is(r, "\"score\":null,\"score_so_far\":0,\"max_score\":2,");
    json_is(r, "\"id\":\"dead\",\"title\":\"Title of the check\",\"score\":null,");
    json_is(r, "\"needs_review\":[\"dead\"]");
}

static void full_marks_leave_with_zero(void **state)
{
    add(*state, "one", 1000, true, 1000, HS_VERDICT_TIE_TOLERATED);
    assert_int_equal(hs_report_exit_code(*state), 0);
}

static void thousandths_add_up_exactly(void **state)
{
    struct hs_report *r = *state;

    for (int i = 0; i < 10; i++)
        add(r, "tenth", 100, true, 100, HS_VERDICT_CORRECT);
    json_is(r, "\"score\":1,\"max_score\":1,"); /* ten times 0.1 in doubles is below 1 */
}

static void shares_round_half_to_even(void **state)
{
    (void)state;
    assert_int_equal(hs_points_share(3333, 500), 1666);
    assert_int_equal(hs_points_share(3335, 500), 1668);
    assert_int_equal(hs_points_share(5, 300), 2);
    assert_int_equal(hs_points_share(4000, 1000), 4000);
    assert_int_equal(hs_points_share(4000, 0), 0);
}

static void a_report_read_back_prints_the_same_bytes(void **state)
{
    struct hs_report *r = *state, back;
    struct hs_str first = HS_STR_INIT, second = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;

    add(r, "one", 2500, true, 1250, HS_VERDICT_MISCONCEPTION);
    r->rows.items[0].misconception = "E1.2";
    r->rows.items[0].message = "a \"quoted\" line\nand another";
    assert_true(hs_value_set(&r->rows.items[0].detail, &r->arena, "x", hs_value_num(0.1)));
    assert_true(hs_value_set(&r->rows.items[0].detail, &r->arena, "n", hs_value_num(3.0)));
    add(r, "dead", 1000, false, 0, HS_VERDICT_ERROR);
    assert_true(HS_VEC_PUSH(&r->messages, "a note"));
    assert_ok(hs_report_json(&first, r, false, &err), &err);
    assert_ok(hs_report_read(&back, hs_bytes_of(first.buf), "test", &err), &err);
    assert_ok(hs_report_json(&second, &back, false, &err), &err);
    assert_string_equal(first.buf, second.buf);
    hs_report_dispose(&back);
    assert_fails(hs_report_read(&back, hs_bytes_of("{\"schema\":\"halfstep.report/2\"}"), "test",
                                &err),
                 HS_EFORMAT, &err, "no report");
    hs_str_dispose(&first);
    hs_str_dispose(&second);
}

static void strangers_text_cannot_act_on_the_terminal(void **state)
{
    struct hs_report *r = *state;
    struct hs_str out = HS_STR_INIT;

    add(r, "one", 1000, true, 0, HS_VERDICT_WRONG);
    r->rows.items[0].message = "red \033[31m and bell \a";
    r->student_id = "\033]0;title\a";
    hs_report_text(&out, r, 80);
    hs_report_line(&out, r, true);
    assert_null(strchr(out.buf, '\033'));
    assert_null(strchr(out.buf, '\a'));
    assert_contains(out.buf, "\\x1B[31m");
    hs_str_dispose(&out);
}

static void wide_names_keep_the_columns_aligned(void **state)
{
    struct hs_report *r = *state;
    struct hs_str cjk = HS_STR_INIT, latin = HS_STR_INIT;

    add(r, "one", 1000, true, 1000, HS_VERDICT_CORRECT);
    hs_report_line(&cjk, r, false);
    r->student_name = "ABCDEF"; /* as wide as three ideographs */
    hs_report_line(&latin, r, false);
    assert_int_equal(cjk.len, latin.len + 3); /* nine bytes against six */
    hs_str_dispose(&cjk);
    hs_str_dispose(&latin);
}

static void every_verdict_is_found_by_its_name(void **state)
{
    (void)state;
    for (int v = 0; v < HS_VERDICT_COUNT; v++)
        assert_int_equal(hs_verdict_find(hs_verdict_name((enum hs_verdict)v)), v);
    assert_int_equal(hs_verdict_find("right"), -1);
    assert_true(hs_verdict_passes(HS_VERDICT_TIE_TOLERATED));
    assert_false(hs_verdict_passes(HS_VERDICT_MISSING));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_keys_stand_in_the_order_of_the_contract),
        TEST(zero_stays_zero_and_a_fault_of_ours_is_null),
        TEST(full_marks_leave_with_zero),
        TEST(thousandths_add_up_exactly),
        TEST(shares_round_half_to_even),
        TEST(a_report_read_back_prints_the_same_bytes),
        TEST(strangers_text_cannot_act_on_the_terminal),
        TEST(wide_names_keep_the_columns_aligned),
        TEST(every_verdict_is_found_by_its_name),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}

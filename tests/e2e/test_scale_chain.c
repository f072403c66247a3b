/* The derivations of scale-chain: emitted hand-ins get what expected.jsonl says, and hostile
 * reports cost nobody a grade. */
#include <unistd.h>

#include "hs_test.h"

static char dir[500];

static void run(struct hs_str *out, const char *arguments)
{
    char command[1500], chunk[4096];
    FILE *p;
    size_t n;

    hs_str_clear(out);
    snprintf(command, sizeof command, "cd '%s' && '%s' %s 2>/dev/null", dir,
             getenv("HALFSTEP_BINARY"), arguments);
    p = popen(command, "r");
    assert_non_null(p);
    while ((n = fread(chunk, 1, sizeof chunk, p)) > 0)
        hs_str_add_bytes(out, chunk, n);
    assert_int_not_equal(pclose(p), -1);
}

static void begin(void)
{
    char command[1100];

    unsetenv("HALFSTEP_PATH");
    snprintf(dir, sizeof dir, "%s/scale-chain", hs_test_tmp());
    snprintf(command, sizeof command, "rm -rf '%s' && mkdir -p '%s'", dir, dir);
    assert_int_equal(system(command), 0);
}

static void put(const char *name, const char *text)
{
    char path[700];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    hs_test_write(path, text, strlen(text));
}

static void each_emitted_hand_in_is_graded_as_it_was_made(void **state)
{
    static const struct {
        const char *name, *score;
    } cases[] = {{"right-json", "2"},
                 {"right-markdown", "2"},
                 {"right-notebook", "2"},
                 {"E0.5", "1.75"},
                 {"4.1-multiplies", "1.75"},
                 {"4.1-right-side-out", "1.75"},
                 {"4.1-right-side-own", "1.75"},
                 {"4.1-forgot-first-division", "1.75"},
                 {"4.1-own-layer-only", "1.75"},
                 {"5.1-s-w-only", "1.5"},
                 {"5.1-s-in-only", "1.5"},
                 {"5.1-as-it-is", "1.5"},
                 {"E0.7", "1.5"}};
    struct hs_str out = HS_STR_INIT;
    char text[200];

    (void)state;
    for (int seed = 0; seed < 9; seed++) { /* each idea in each notation and each format */
        begin();
        snprintf(text, sizeof text, "lint --emit fresh --seed %d scale-chain", seed);
        run(&out, text);
        assert_contains(out.buf, "14 submissions and expected.jsonl");
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            snprintf(text, sizeof text, "grade scale-chain --one fresh/%s --json -", cases[i].name);
            run(&out, text);
            snprintf(text, sizeof text, "\"score\":%s,\"max_score\":2,", cases[i].score);
            assert_contains(out.buf, text);
            snprintf(text, sizeof text, "\"misconception\":\"%s\"", cases[i].name);
            if (strncmp(cases[i].name, "right", 5) != 0)
                assert_contains(out.buf, text);
        }
    }
    hs_str_dispose(&out);
}

static void the_rule_of_half_the_points_holds(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    begin();
    put("answers.json", "{\"answers\":{\"4.1a\":\"W/s_W*In = Out/s_Out\",\"4.1b\":\"W2*W1*In = "
                        "Out2\",\"5.1\":\"W = 1\"}}");
    run(&out, "grade scale-chain answers.json --json -");
    assert_contains(out.buf, "\"score\":0.25,\"max_score\":2,");
    assert_contains(out.buf, "\"verdict\":\"partial\"");
    assert_contains(out.buf, "Where are the scales?");
    assert_contains(out.buf, "does not occur in it");
    hs_str_dispose(&out);
}

static void a_bias_scale_that_is_not_said_earns_half(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    begin();
    put("answers.json",
        "{\"answers\":{\"5.1\":\"(W/s_W*In/s_In+b/s_b)/s_Out = Out/(s_W*s_In*s_Out)\"}}");
    run(&out, "grade scale-chain answers.json --json -");
    assert_contains(out.buf, "\"score\":0.5,");
    assert_contains(out.buf, "say so");
    put("answers.json", "{\"answers\":{\"5.1\":[\"s_b = s_W*s_In\",\"(W/s_W*In/s_In+b/s_b)/s_Out = "
                        "Out/(s_W*s_In*s_Out)\"]}}");
    run(&out, "grade scale-chain answers.json --json -");
    assert_contains(out.buf, "\"score\":1,");
    hs_str_dispose(&out);
}

static void what_cannot_be_read_is_malformed_with_its_column(void **state)
{
    struct hs_str out = HS_STR_INIT;

    (void)state;
    begin();
    put("report.md", "## 4.1 (a)\n\n$$\\frac{W}{s_W}*\\frac{In}{s_{In} = Out$$\n\n## "
                     "Q5.1\n\n$$W\\otimes In = Out$$\n");
    run(&out, "grade scale-chain report.md --json -");
    assert_contains(out.buf, "\"verdict\":\"malformed\"");
    assert_contains(out.buf, "unbalanced_brace");
    assert_contains(out.buf, "\\\\otimes is not read");
    hs_str_dispose(&out);
}

/* A quarter of a megabyte of opening brackets, dollars and formulas: a grade all the same, and in time. */
static void a_hostile_report_is_graded_too(void **state)
{
    static const char *const bits[] = {"$$W(((((",       "\\(a",           "$a$ ",
                                       "\\begin{align}", "(a) 4.1 $x=$\n", "\\frac{{{{"};
    struct hs_str out = HS_STR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        struct hs_str text = HS_STR_INIT;

        begin();
        hs_str_add(&text, "# 4.1\n");
        hs_str_add_repeat(&text, bits[i], 250000 / strlen(bits[i]));
        put("report.md", text.buf);
        hs_str_dispose(&text);
        run(&out, "grade scale-chain report.md --json -");
        assert_contains(out.buf, "\"status\":\"graded\"");
        assert_null(strstr(out.buf, "timeout"));
    }
    hs_str_dispose(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_emitted_hand_in_is_graded_as_it_was_made),
        cmocka_unit_test(the_rule_of_half_the_points_holds),
        cmocka_unit_test(a_bias_scale_that_is_not_said_earns_half),
        cmocka_unit_test(what_cannot_be_read_is_malformed_with_its_column),
        cmocka_unit_test(a_hostile_report_is_graded_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The line of progress as text; where it is drawn is seen from outside (e2e). */
#include "hs_test.h"

#include "base/mem.h"
#include "cli/progress.h"

static void shows(const struct hs_progress *p, uint64_t done, double seconds, size_t columns,
                  const char *wanted)
{
    struct hs_str line = HS_STR_INIT;

    hs_progress_line(&line, p, done, seconds, columns);
    assert_string_equal(line.buf, wanted);
    hs_str_dispose(&line);
}

static void a_bar_fills_and_says_how_long_the_rest_takes(void **state)
{
    struct hs_progress p = {.label = "reading", .total = 8, .left = -1};

    (void)state;
    shows(&p, 0, 3, 0, "reading [....................] 0 of 8");
    shows(&p, 2, 3, 0, "reading [#####...............] 2 of 8, 9.0 s left");
    shows(&p, 8, 3, 0, "reading [####################] 8 of 8, 0.0 s left");
    shows(&p, 9, 3, 0, "reading [####################] 8 of 8, 0.0 s left");
    p.total = 1000;
    shows(&p, 19, 3, 0, "reading [....................] 19 of 1000"); /* too early to tell */
    shows(&p, 20, 3, 0, "reading [....................] 20 of 1000, 2:27 left");
    p.total = 0;
    shows(&p, 5, 75, 0, "reading 1:15");
}

static void bytes_and_steps_are_counted_as_such(void **state)
{
    struct hs_progress p = {.label = "fetching",
                            .unit = HS_PROGRESS_BYTES,
                            .total = 11500000,
                            .left = -1};

    (void)state;
    shows(&p, 1150000, 2, 0, "fetching [##..................] 1.1 of 11.5 MB, 18 s left");
    p.total = 0;
    shows(&p, 1250000, 2, 0, "fetching 1.2 MB, 2.0 s");
    shows(&p, 0, 2, 0, "fetching 2.0 s");
    p = (struct hs_progress){.label = "x", .unit = HS_PROGRESS_STEPS, .total = 4, .left = -1};
    shows(&p, 0, 1, 0, "x [....................] 1/4");
    shows(&p, 3, 1, 0, "x [###############.....] 4/4, 0.3 s left");
}

/* 90 of 100 were there already; this run did 5 in 10 seconds. */
static void what_an_earlier_run_did_says_nothing_about_the_speed(void **state)
{
    struct hs_progress p = {.label = "x", .total = 100, .first = 90, .left = -1};

    (void)state;
    shows(&p, 90, 10, 0, "x [##################..] 90 of 100");
    shows(&p, 95, 10, 0, "x [###################.] 95 of 100, 10 s left");
    shows(&p, 80, 10, 0, "x [################....] 80 of 100"); /* it began anew */
}

static void the_caller_may_know_better_and_add_a_note(void **state)
{
    struct hs_progress p = {.label = "epoch 2/5", .total = 4, .left = 3725, .note = "loss 0.31"};

    (void)state;
    shows(&p, 1, 10, 0, "epoch 2/5 [#####...............] 1 of 4, 1:02:05 left  loss 0.31");
}

/* Cut by columns, not bytes: these are two columns each. */
static void the_line_is_never_wider_than_asked(void **state)
{
    struct hs_progress p = {.label = "量化", .total = 4, .left = -1};

    (void)state;
    shows(&p, 1, 10, 9, "量化 [###");
    shows(&p, 1, 10, 3, "量");
    shows(&p, 1, 10, 80, "量化 [#####...............] 1 of 4, 30 s left");
}

static void durations_read_like_a_clock(void **state)
{
    static const struct {
        double seconds;
        const char *text;
    } rows[] = {{0, "0.0 s"},      {2.54, "2.5 s"}, {9.94, "9.9 s"}, {9.96, "10 s"},
                {59.4, "59 s"},    {59.6, "1:00"},  {125, "2:05"},   {3599.6, "1:00:00"},
                {3725, "1:02:05"}, {-5, "0 s"}};
    char out[HS_FMT_SIZE];

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(rows); i++)
        assert_string_equal(hs_progress_time(out, rows[i].seconds), rows[i].text);
}

/* A stream that is no terminal gets no byte. */
static void a_file_sees_nothing(void **state)
{
    FILE *out = tmpfile();
    struct hs_progress p;

    (void)state;
    assert_non_null(out);
    hs_progress_begin(&p, out, "x", HS_PROGRESS_ITEMS, 2);
    p.began_ns = 0; /* long ago */
    hs_progress_step(&p, 1);
    hs_progress_end(&p);
    assert_int_equal(ftell(out), 0);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_fills_and_says_how_long_the_rest_takes),
        cmocka_unit_test(bytes_and_steps_are_counted_as_such),
        cmocka_unit_test(what_an_earlier_run_did_says_nothing_about_the_speed),
        cmocka_unit_test(the_caller_may_know_better_and_add_a_note),
        cmocka_unit_test(the_line_is_never_wider_than_asked),
        cmocka_unit_test(durations_read_like_a_clock),
        cmocka_unit_test(a_file_sees_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Studies on the test lesson of tests/cases/lesson/course, with a store in memory or in a file. */
#include "hs_test.h"
#include "session/session.h"
#include "store/store.h"

struct fixture {
    struct hs_session *session;
    struct hs_study *study;
    struct hs_error err;
    struct hs_arena arena;
    char path[512];
};

static size_t part_of(struct fixture *f, enum hs_item_kind kind)
{
    size_t n;
    const struct hs_item *items = hs_study_items(f->study, &n, NULL);

    for (size_t i = 0; i < n; i++)
        if (items[i].kind == kind)
            return items[i].part;
    fail_msg("the step shows no item of kind %d", (int)kind);
    return 0;
}

static const struct hs_ask_state *state_of(struct fixture *f, size_t part)
{
    size_t n;
    const struct hs_item *items = hs_study_items(f->study, &n, NULL);

    for (size_t i = 0; i < n; i++)
        if (items[i].part == part)
            return items[i].state;
    fail_msg("part %zu is not shown", part);
    return NULL;
}

static void open_session(struct fixture *f, struct hs_store *store)
{
    struct hs_course course = HS_COURSE_INIT;

    assert_ok(hs_course_load_dir(&course, hs_test_source("tests/cases/lesson/course/lessons"), &f->err), &f->err);
    assert_ok(hs_session_open_with(&f->session, &course, store, &f->err), &f->err);
}

/* Closes everything and opens it anew on the same file, as the next start of the program does. */
static void restart(struct fixture *f, const char *place)
{
    struct hs_store *store;

    hs_study_free(f->study);
    hs_session_free(f->session);
    f->study = NULL;
    f->session = NULL;
    assert_ok(hs_store_open(&store, f->path, &f->arena, NULL, &f->err), &f->err);
    open_session(f, store);
    assert_ok(hs_study_open(&f->study, f->session, place, 0, &f->err), &f->err);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->path, sizeof f->path, "%s/progress.db", hs_test_tmp());
    *state = f;
    restart(f, "halves");
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    hs_study_free(f->study);
    hs_session_free(f->session);
    hs_arena_dispose(&f->arena);
    free(f);
    return 0;
}

static void submit(struct fixture *f, size_t part, const char *text)
{
    assert_ok(hs_study_submit(f->study, part, text, &f->err), &f->err);
}

static void wrong_answers_are_counted_and_unreadable_ones_are_not(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK);

    submit(f, ask, "1,5");
    assert_int_equal(state_of(f, ask)->attempts, 0);
    assert_int_equal(state_of(f, ask)->verdict.kind, HS_ANSWER_INVALID);
    submit(f, ask, "0.015625");
    assert_int_equal(state_of(f, ask)->attempts, 1);
    assert_string_equal(state_of(f, ask)->verdict.misconception, "1.1-over-256");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_OPEN);
    assert_string_equal(state_of(f, ask)->draft, "0.015625");
}

static void a_right_answer_settles_and_a_later_wrong_one_takes_nothing_away(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK);

    submit(f, ask, "4/255");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_CORRECT);
    assert_int_equal(state_of(f, ask)->points, 2000);
    assert_string_equal(state_of(f, ask)->draft, "");
    submit(f, ask, "1");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_CORRECT);
    assert_int_equal(state_of(f, ask)->points, 2000);
    assert_int_equal(state_of(f, ask)->attempts, 2);
}

static void hints_come_one_by_one_and_cost_what_they_say(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK);

    assert_true(hs_study_hint(f->study, ask));
    assert_int_equal(state_of(f, ask)->hints, 1);
    submit(f, ask, "4/255");
    assert_int_equal(state_of(f, ask)->points, 1500);
    assert_true(hs_study_hint(f->study, ask));
    assert_false(hs_study_hint(f->study, ask));
    assert_int_equal(state_of(f, ask)->points, 1500);
}

static void a_shown_solution_earns_nothing_and_a_skipped_question_may_still(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK);
    struct hs_score score;

    assert_ok(hs_study_skip(f->study, ask, &f->err), &f->err);
    hs_study_score(f->study, &score, NULL);
    assert_int_equal(score.skipped, 1);
    assert_int_equal(score.settled, 0);
    assert_int_equal(score.maximum, 4500);
    submit(f, ask, "4/255");
    assert_int_equal(state_of(f, ask)->points, 2000);
    assert_ok(hs_study_reset_step(f->study, &f->err), &f->err);
    assert_ok(hs_study_solution(f->study, ask, &f->err), &f->err);
    assert_contains(hs_study_solution_text(f->study, ask), "2m divided by 255. Answer: 0.0156862");
    submit(f, ask, "4/255");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_REVEALED);
    assert_int_equal(state_of(f, ask)->points, 0);
}

static void a_prediction_hides_what_follows_until_it_is_made(void **state)
{
    struct fixture *f = *state;
    size_t n, ask, open;
    bool hidden;

    assert_true(hs_study_next(f->study));
    hs_study_items(f->study, &n, &hidden);
    assert_int_equal(n, 2);
    assert_true(hidden);
    ask = part_of(f, HS_ITEM_ASK);
    submit(f, ask, "3");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_PREDICTED);
    assert_int_equal(state_of(f, ask)->points, 1000);
    hs_study_items(f->study, &n, &hidden);
    assert_int_equal(n, 4);
    assert_false(hidden);
    assert_true(hs_study_open_question(f->study, &open));
    assert_int_not_equal(open, ask);
    submit(f, ask, "1");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_PREDICTED);
    assert_contains(hs_study_notes(f->study), "Ask the room");
}

static void moving_stops_at_both_ends(void **state)
{
    struct fixture *f = *state;

    assert_false(hs_study_back(f->study));
    assert_true(hs_study_next(f->study));
    assert_false(hs_study_next(f->study));
    assert_int_equal(hs_study_step(f->study), 1);
    assert_fails(hs_study_go(f->study, 2, &f->err), HS_ERANGE, &f->err, "there is no step 3");
}

static void controls_move_by_steps_and_choices_go_round(void **state)
{
    struct fixture *f = *state;
    size_t demo = part_of(f, HS_ITEM_DEMO);
    struct hs_demo *d;

    assert_ok(hs_study_nudge(f->study, demo, "bits", -2, &f->err), &f->err);
    assert_ok(hs_study_nudge(f->study, demo, "rounding", -1, &f->err), &f->err);
    assert_ok(hs_study_nudge(f->study, demo, "double", 3, &f->err), &f->err);
    assert_ok(hs_study_demo(&d, f->study, demo, &f->err), &f->err);
    assert_close(d->controls[0].value, 6.0, 0.0);
    assert_close(d->controls[1].value, 1.0, 0.0);
    assert_close(d->controls[2].value, 1.0, 0.0);
    assert_ok(hs_study_set_text(f->study, demo, "rounding", "nearest", &f->err), &f->err);
    assert_fails(hs_study_set_text(f->study, demo, "nope", "1", &f->err), HS_ENOTFOUND, &f->err, "there are bits");
}

static void everything_is_there_again_after_a_restart(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK), demo = part_of(f, HS_ITEM_DEMO);
    struct hs_demo *d;

    submit(f, ask, "0.015625");
    assert_true(hs_study_hint(f->study, ask));
    assert_ok(hs_study_draft(f->study, ask, "0.0156\xc2\xb1", &f->err), &f->err);
    assert_ok(hs_study_set_text(f->study, demo, "bits", "5", &f->err), &f->err);
    restart(f, NULL);
    assert_int_equal(hs_study_step(f->study), 0);
    assert_string_equal(state_of(f, ask)->draft, "0.0156\xc2\xb1");
    assert_int_equal(state_of(f, ask)->hints, 1);
    assert_int_equal(state_of(f, ask)->attempts, 1);
    assert_int_equal(state_of(f, ask)->verdict.kind, HS_ANSWER_MISCONCEPTION);
    assert_string_equal(state_of(f, ask)->verdict.misconception, "1.1-over-256");
    assert_ok(hs_study_demo(&d, f->study, demo, &f->err), &f->err);
    assert_close(d->controls[0].value, 5.0, 0.0);
    submit(f, ask, "4/255");
    assert_true(hs_study_next(f->study));
    restart(f, NULL);
    assert_int_equal(hs_study_step(f->study), 1);
    restart(f, "1/1"); /* by number of the lesson's folder and of the step */
    assert_int_equal(hs_study_step(f->study), 0);
    assert_int_equal(state_of(f, ask)->status, HS_ASK_CORRECT);
}

static void every_attempt_is_kept_as_it_was_typed(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK), n;
    struct hs_store *store;
    struct hs_store_attempt *attempts;

    submit(f, ask, " 0.01 ");
    submit(f, ask, "x");
    submit(f, ask, "4/255");
    assert_ok(hs_store_open(&store, f->path, &f->arena, NULL, &f->err), &f->err);
    assert_ok(hs_store_attempts(store, &f->arena, "halves", "step", &attempts, &n, &f->err), &f->err);
    assert_int_equal(n, 2);
    assert_string_equal(attempts[0].raw, " 0.01 ");
    assert_string_equal(attempts[0].verdict, "wrong");
    assert_string_equal(attempts[1].raw, "4/255");
    assert_string_equal(attempts[1].verdict, "correct");
    hs_store_close(store);
}

static void the_course_map_follows_the_work(void **state)
{
    struct fixture *f = *state;
    struct hs_progress p;

    hs_session_progress(f->session, 0, &p);
    assert_int_equal(p.state, HS_PROGRESS_STARTED);
    assert_int_equal(p.steps, 2);
    assert_int_equal(p.steps_done, 0);
    assert_int_equal(p.maximum, 4500);
    submit(f, part_of(f, HS_ITEM_ASK), "4/255");
    assert_true(hs_study_next(f->study));
    submit(f, part_of(f, HS_ITEM_ASK), "1");
    for (size_t part; hs_study_open_question(f->study, &part);)
        submit(f, part, "0 1 2");
    hs_session_progress(f->session, 0, &p);
    assert_int_equal(p.state, HS_PROGRESS_DONE);
    assert_int_equal(p.points, 4500);
    assert_int_equal(p.done, 3);
    assert_int_equal(p.step, 1);
}

static enum hs_status full_disk(struct hs_store *store, const struct hs_store_question *row,
                                const struct hs_store_attempt *attempt, struct hs_error *err)
{
    (void)store;
    (void)row;
    (void)attempt;
    return hs_fail(err, HS_EIO, "the disk is full");
}

static void a_store_that_fails_ends_saving_with_one_sentence(void **state)
{
    static struct hs_store_ops broken;
    struct fixture *f = *state;
    struct hs_store *store;
    size_t ask;

    hs_study_free(f->study);
    f->study = NULL;
    hs_session_free(f->session);
    f->session = NULL;
    assert_ok(hs_store_open_memory(&store, &f->err), &f->err);
    broken = *store->ops;
    broken.question_put = full_disk;
    store->ops = &broken;
    open_session(f, store);
    assert_ok(hs_study_open(&f->study, f->session, "halves", 0, &f->err), &f->err);
    assert_true(hs_session_is_saving(f->session));
    ask = part_of(f, HS_ITEM_ASK);
    submit(f, ask, "4/255");
    assert_int_equal(state_of(f, ask)->status, HS_ASK_CORRECT);
    assert_false(hs_session_is_saving(f->session));
    assert_contains(hs_session_remark(f->session), "the disk is full");
    assert_null(hs_session_remark(f->session));
    assert_true(hs_study_next(f->study));
}

static void an_answer_is_echoed_without_using_an_attempt(void **state)
{
    struct fixture *f = *state;
    size_t ask = part_of(f, HS_ITEM_ASK);

    assert_string_equal(hs_study_understood(f->study, ask, "2^-3"), "0.125");
    assert_string_equal(hs_study_understood(f->study, ask, "2^"), "");
    assert_int_equal(state_of(f, ask)->attempts, 0);
}

/* Answers every open question of the step with its own answer. */
static void answer_step(struct fixture *f)
{
    struct hs_str text = HS_STR_INIT;

    for (size_t part; hs_study_open_question(f->study, &part);) {
        size_t n;
        const struct hs_item *items = hs_study_items(f->study, &n, NULL);

        for (size_t i = 0; i < n; i++)
            if (items[i].part == part) {
                hs_str_clear(&text);
                hs_question_answer_text(&text, items[i].question);
                break;
            }
        submit(f, part, text.buf);
        assert_int_equal(state_of(f, part)->status, HS_ASK_CORRECT);
    }
    hs_str_dispose(&text);
}

static void every_shipped_lesson_can_be_done_with_full_points(void **state)
{
    struct fixture *f = *state;
    struct hs_course course = HS_COURSE_INIT;
    struct hs_store *store;
    struct hs_score score;

    hs_study_free(f->study);
    f->study = NULL;
    hs_session_free(f->session);
    f->session = NULL;
    setenv("HALFSTEP_PATH", hs_test_source("."), 1); /* assets/tensors */
    assert_ok(hs_course_load_dir(&course, hs_test_source("lessons"), &f->err), &f->err);
    assert_int_equal(course.faults.len, 0);
    assert_true(course.lessons.len > 0);
    assert_ok(hs_store_open_memory(&store, &f->err), &f->err);
    assert_ok(hs_session_open_with(&f->session, &course, store, &f->err), &f->err);
    for (size_t i = 0; i < hs_session_count(f->session); i++) {
        struct hs_progress p;

        hs_session_progress(f->session, i, &p);
        assert_ok(hs_study_open(&f->study, f->session, p.lesson->id, 0, &f->err), &f->err);
        do
            answer_step(f);
        while (hs_study_next(f->study));
        hs_study_score(f->study, &score, NULL);
        assert_true(score.questions > 0);
        assert_int_equal(score.settled, score.questions);
        assert_int_equal(score.points, score.maximum);
        hs_session_progress(f->session, i, &p);
        assert_int_equal(p.state, HS_PROGRESS_DONE);
        hs_study_free(f->study);
        f->study = NULL;
    }
    unsetenv("HALFSTEP_PATH");
}

/* The cell of the second step fails when it is called: so it shows when that is. */
static void what_is_left_for_later_is_computed_when_its_step_is_shown(void **state)
{
    static const char text[] = "---\nid: late\ntitle: Late\n---\n## One\n\nHere.\n\n## Two\n\n"
                               "```lua ask\nreturn ask.integer{id = 'q', points = 5, later = "
                               "function() error('called') end}\n```\n";
    struct fixture *f = *state;
    struct hs_course course = HS_COURSE_INIT;
    struct hs_store *store;
    struct hs_score score;
    char folder[600], path[700];
    size_t n;
    const struct hs_item *items;

    snprintf(folder, sizeof folder, "%s/lessons", hs_test_tmp());
    snprintf(path, sizeof path, "mkdir -p '%s/01-late'", folder);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof path, "%s/01-late/lesson.md", folder);
    hs_test_write(path, text, sizeof text - 1);
    hs_study_free(f->study);
    f->study = NULL;
    hs_session_free(f->session);
    f->session = NULL;
    assert_ok(hs_store_open_memory(&store, &f->err), &f->err);
    assert_ok(hs_course_load_dir(&course, folder, &f->err), &f->err);
    assert_ok(hs_session_open_with(&f->session, &course, store, &f->err), &f->err);
    assert_ok(hs_study_open(&f->study, f->session, "late", 0, &f->err), &f->err);
    hs_study_score(f->study, &score, NULL);
    assert_int_equal(score.maximum, 5000);
    assert_true(hs_study_next(f->study));
    items = hs_study_items(f->study, &n, NULL);
    assert_int_equal(n, 1);
    assert_null(items[0].question);
    assert_contains(items[0].fault, "called");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_answers_are_counted_and_unreadable_ones_are_not),
        TEST(a_right_answer_settles_and_a_later_wrong_one_takes_nothing_away),
        TEST(hints_come_one_by_one_and_cost_what_they_say),
        TEST(a_shown_solution_earns_nothing_and_a_skipped_question_may_still),
        TEST(a_prediction_hides_what_follows_until_it_is_made),
        TEST(moving_stops_at_both_ends),
        TEST(controls_move_by_steps_and_choices_go_round),
        TEST(everything_is_there_again_after_a_restart),
        TEST(every_attempt_is_kept_as_it_was_typed),
        TEST(the_course_map_follows_the_work),
        TEST(a_store_that_fails_ends_saving_with_one_sentence),
        TEST(an_answer_is_echoed_without_using_an_attempt),
        TEST(what_is_left_for_later_is_computed_when_its_step_is_shown),
        TEST(every_shipped_lesson_can_be_done_with_full_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The playground: dials, undo, the token, refusals, and a script that computes the same. */
#include "draw/view.h"
#include "hs_test.h"
#include "script/script.h"
#include "session/play.h"

static const char *const tensor = "tests/cases/play/weights.json";

static struct hs_play *open(const char *token)
{
    struct hs_play *p;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_play_open(&p, hs_test_source(tensor), "w", token, &err), &err);
    return p;
}

static const struct hs_play_result *result(struct hs_play *p, int side)
{
    const struct hs_play_result *r;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_play_result(&r, p, side, &err), &err);
    return r;
}

static void a_dial_changes_its_side_alone_and_undo_takes_it_back(void **state)
{
    struct hs_play *p = open(NULL);
    double a = result(p, 0)->sqnr_db, b = result(p, 1)->sqnr_db;

    (void)state;
    hs_play_turn(p, HS_DIAL_BITS, -1);
    assert_true(result(p, 0)->sqnr_db < a - 3);
    assert_true(result(p, 1)->sqnr_db == b);
    assert_true(hs_play_undo(p));
    assert_true(result(p, 0)->sqnr_db == a);
    assert_false(hs_play_undo(p));
    hs_play_free(p);
}

static void dials_go_round(void **state)
{
    (void)state;
    for (int d = 0; d < HS_DIAL_COUNT; d++) {
        struct hs_play *p = open(NULL);
        size_t before = hs_play_position(p, 0, (enum hs_dial)d);

        for (size_t k = 0; k < hs_dial_size((enum hs_dial)d); k++)
            hs_play_turn(p, (enum hs_dial)d, 1);
        assert_int_equal(hs_play_position(p, 0, (enum hs_dial)d), before);
        hs_play_free(p);
    }
}

static void the_token_opens_the_same_again(void **state)
{
    struct hs_play *p = open(NULL), *q;
    struct hs_str token = HS_STR_INIT, again = HS_STR_INIT;

    (void)state;
    hs_play_choose_side(p, 1);
    for (int d = 0; d < HS_DIAL_COUNT; d++)
        hs_play_turn(p, (enum hs_dial)d, d + 1);
    hs_play_move(p, 5);
    hs_play_token(&token, p);
    assert_null(strchr(token.buf, ' '));
    q = open(token.buf);
    hs_play_token(&again, q);
    assert_string_equal(token.buf, again.buf);
    assert_int_equal(hs_play_element(q), 5);
    hs_play_free(p);
    hs_play_free(q);
    hs_str_dispose(&token);
    hs_str_dispose(&again);
}

static void a_wrong_token_is_refused_with_its_part(void **state)
{
    static const char *const wrong[] = {"hs2;i=1", "", "hs1;A=minmax", "hs1;C=1", "hs1;A=minmax,affine,8,signed,half_even,tensor,nowhere"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct hs_play *p;
        struct hs_error err = HS_ERROR_INIT;

        assert_int_equal(hs_play_open(&p, hs_test_source(tensor), "w", wrong[i], &err), HS_EFORMAT);
        assert_true(err.text[0] != '\0');
    }
}

/* Every setting either computes or says why not; a view of it can be drawn. */
static void every_setting_computes_or_says_why_not(void **state)
{
    struct hs_play *p = open(NULL);
    struct hs_rng rng = hs_rng_seed(7, 1);

    for (int k = 0; k < 300; k++) {
        struct hs_arena_mark mark = hs_arena_mark(*state);
        struct hs_error err = HS_ERROR_INIT;
        struct hs_grid g;
        int rows, x, y;

        hs_play_turn(p, (enum hs_dial)hs_rng_below(&rng, HS_DIAL_COUNT), 1 + (int)hs_rng_below(&rng, 5));
        if (hs_rng_below(&rng, 8) == 0)
            hs_play_choose_side(p, 1 - hs_play_side(p));
        if (result(p, hs_play_side(p))->refusal == NULL)
            assert_true(result(p, hs_play_side(p))->qp.n >= 1);
        assert_ok(hs_grid_new(&g, *state, k % 2 != 0 ? 78 : 40, 60, false, &err), &err);
        assert_ok(hs_play_draw(&g, &rows, &x, &y, *state, p, HS_DIAL_BITS, k % 3 == 0, &err), &err);
        assert_true(rows > 10 && y > 0);
        hs_arena_reset(*state, mark);
    }
    hs_play_free(p);
}

static void keep(void *payload, const char *text, size_t n)
{
    hs_str_add_bytes(payload, text, n);
}

static void the_script_computes_what_the_page_showed(void **state)
{
    struct hs_play *p = open("hs1;t=w;i=0;A=sigma,affine,5,unsigned,half_away,tensor,torch;"
                             "B=minmax,power_of_two,6,signed,floor,channel,halfstep");
    struct hs_str script = HS_STR_INIT, printed = HS_STR_INIT;
    struct hs_script_config config = hs_script_config_default();
    struct hs_value args = hs_value_list();
    struct hs_script *s;
    struct hs_error err = HS_ERROR_INIT;
    char wanted[64];

    hs_play_script(&script, p);
    config.files = HS_FILES_BELOW;
    config.read_root = hs_test_source("tests/cases/play");
    config.print = keep;
    config.payload = &printed;
    assert_ok(hs_script_new(&s, &config, &err), &err);
    assert_ok(hs_script_set(s, "arg", &args, &err), &err);
    assert_ok(hs_script_run(s, NULL, NULL, hs_bytes_of(script.buf), "playground.lua", 1, NULL, &err), &err);
    for (int side = 0; side < 2; side++) {
        snprintf(wanted, sizeof wanted, "%.10g", result(p, side)->sqnr_db);
        wanted[8] = '\0'; /* the digits that both print */
        assert_contains(printed.buf, wanted);
    }
    hs_script_free(s);
    hs_play_free(p);
    hs_str_dispose(&script);
    hs_str_dispose(&printed);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
        TEST(a_dial_changes_its_side_alone_and_undo_takes_it_back),
        TEST(dials_go_round),
        TEST(the_token_opens_the_same_again),
        TEST(a_wrong_token_is_refused_with_its_part),
        TEST(every_setting_computes_or_says_why_not),
        TEST(the_script_computes_what_the_page_showed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The table of the oracle: passed and total of each topic, from the rows that the other programs of
 * this folder leave. It runs behind them (tests/CMakeLists.txt) and fails when a topic, or a case
 * of one, was not run or did not pass. */
#include "oracle.h"

#include "base/str.h"

/* What is wrong with a topic; "" when every case passed by C, and by Lua where it has a script.
 * `platform` cases are records of a machine, checked by SEMANTICS 1 and not against their outputs.
 */
static const char *verdict(const struct hs_oracle_row *c, const struct hs_oracle_row *lua,
                           size_t cases)
{
    if (c->passed + c->platform != c->total || lua->passed + lua->platform != lua->total)
        return "  failed";
    if (c->total > cases || lua->total > cases)
        return "  some were run twice, or by a program that is gone";
    return c->total == cases && (lua->total == 0 || lua->total == cases) ? ""
                                                                         : "  some were not run";
}

static void add_route(struct hs_str *table, const struct hs_oracle_row *row)
{
    if (row->total > 0)
        hs_str_printf(table, "  %6zu  %8zu", row->passed, row->platform);
    else
        hs_str_printf(table, "  %6s  %8s", "-", "-");
}

static bool add_topic(struct hs_str *table, const char *topic, size_t cases)
{
    struct hs_oracle_row c, lua;
    const char *wrong;

    (void)hs_oracle_row_read(&c, topic, "C"); /* all 0 where there is none */
    (void)hs_oracle_row_read(&lua, topic, "Lua");
    wrong = verdict(&c, &lua, cases);
    hs_str_printf(table, "%-12s %5zu", topic, cases);
    add_route(table, &c);
    add_route(table, &lua);
    hs_str_printf(table, "%s\n", wrong);
    return wrong[0] == '\0';
}

static void every_topic_was_run_and_passed(void **state)
{
    const char *index = hs_test_shared("oracle/index.json"), *tmp = getenv("HALFSTEP_TEST_TMP");
    struct hs_value v;
    const struct hs_value *topics;
    struct hs_str table = HS_STR_INIT;
    char path[1024];
    bool ok = true;

    if (index == NULL || tmp == NULL) {
        print_message("skipped: the table of the oracle, as ../shared/oracle is absent\n");
        skip();
    }
    v = hs_test_json(*state, index);
    topics = hs_value_get(&v, "topics");
    hs_str_printf(&table, "oracle       cases       C  platform     Lua  platform\n");
    for (size_t i = 0; i < hs_value_len(topics); i++) {
        const struct hs_value *row = hs_value_at(topics, i);
        const char *topic = hs_value_text(row, "topic", "?");

        if (strcmp(topic, "algebra") != 0)
            ok &= add_topic(&table, topic, (size_t)hs_value_integer(row, "cases", 0));
    }
    snprintf(path, sizeof path, "%s/oracle/table.txt", tmp);
    hs_test_write(path, table.buf, table.len);
    print_message("%s", table.buf);
    hs_str_dispose(&table);
    assert_true(hs_value_len(topics) > 1);
    if (!ok)
        fail_msg("a topic is missing cases; run all of them: ctest -L oracle");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_topic_was_run_and_passed, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

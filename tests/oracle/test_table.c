/* The table of the oracle: passed and total of each topic, from the rows that the other programs of
 * this folder leave. It runs behind them (tests/CMakeLists.txt) and fails when a topic, or a case
 * of one, was not run or did not pass. */
#include "oracle.h"

#include "base/str.h"

/* `platform` cases are records of a machine, checked by SEMANTICS 1 and not against their outputs.
 */
static bool add_topic(struct hs_str *table, const char *topic, int64_t cases)
{
    struct hs_oracle_row c, lua;
    bool have_lua = hs_oracle_row_read(&lua, topic, "Lua"), ok;

    ok = hs_oracle_row_read(&c, topic, "C") && c.total > 0 && (int64_t)c.total <= cases &&
         c.passed + c.platform == c.total;
    hs_str_printf(table, "%-12s %5lld  %6zu  %8zu  ", topic, (long long)cases, c.passed,
                  c.platform);
    if (have_lua) {
        ok = ok && (int64_t)lua.total == cases && lua.passed + lua.platform == lua.total;
        hs_str_printf(table, "%6zu  %8zu", lua.passed, lua.platform);
    } else {
        hs_str_printf(table, "%6s  %8s", "-", "-");
    }
    hs_str_printf(table, "%s\n",
                  (int64_t)c.total > cases   ? "  some were run twice, or by a program that is gone"
                  : !ok                      ? "  failed"
                  : (int64_t)c.total < cases ? "  some were not run"
                                             : "");
    return ok;
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
            ok &= add_topic(&table, topic, hs_value_integer(row, "cases", -1));
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

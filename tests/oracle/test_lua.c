/* The oracle through the door that scripts use: every case of a topic by
 * tests/oracle/lua/<topic>.lua, written from the documents of the Lua API and not from the code.
 * common.lua stands before each; the script gets the manifest as `manifest` and returns {passed =
 * n, failed = {"name: why", …}, platform = n}. */
#include "oracle.h"
#include "script/script.h"

static void print_line(void *payload, const char *text, size_t n)
{
    (void)payload;
    print_message("%.*s", (int)n, text);
}

/* common.lua and the topic's script, one after the other. */
static void read_script(struct hs_str *out, struct hs_arena *arena, const char *topic)
{
    const char *const parts[] = {"common", topic};

    for (size_t i = 0; i < 2; i++) {
        char name[128];
        size_t n;
        const char *part;

        snprintf(name, sizeof name, "tests/oracle/lua/%s.lua", parts[i]);
        part = hs_test_read(arena, hs_test_source(name), &n);
        hs_str_add_bytes(out, part, n);
    }
}

/* Every case passed, or is a platform case; the row is for the table. */
static void judge(const struct hs_value *result, const char *topic, size_t cases)
{
    const struct hs_value *failed = hs_value_get(result, "failed");
    struct hs_oracle_row row = {.passed = (size_t)hs_value_integer(result, "passed", 0),
                                .platform = (size_t)hs_value_integer(result, "platform", 0),
                                .total = cases};

    for (size_t i = 0; i < hs_value_len(failed); i++)
        print_error("%s %s\n", topic, hs_value_at(failed, i)->as.string.text);
    hs_oracle_row_write(topic, "Lua", &row);
    print_message("Lua %s: passed %zu of %zu, platform %zu\n", topic, row.passed, cases,
                  row.platform);
    assert_int_equal(hs_value_len(failed), 0);
    assert_int_equal(row.passed + row.platform, cases);
}

static void run_topic(struct hs_arena *arena, const char *topic)
{
    struct hs_script_config config = {.files = HS_FILES_BELOW,
                                      .print = print_line,
                                      .trust_patterns = true,
                                      .seed = 1};
    struct hs_oracle o;
    struct hs_script *s;
    struct hs_value result = hs_value_nil();
    struct hs_str text = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;

    if (!hs_oracle_open(&o, arena, topic)) {
        print_message("skipped: ../shared/oracle/%s is absent\n", topic);
        skip();
    }
    hs_oracle_row_write(topic, "Lua",
                        &(struct hs_oracle_row){0, 0, 0}); /* no row of a run before */
    read_script(&text, arena, topic);
    config.read_root = o.folder;
    assert_ok(hs_script_new(&s, &config, &err), &err);
    assert_ok(hs_script_set(s, "manifest", &o.manifest, &err), &err);
    assert_ok(hs_script_run(s, &result, arena,
                            (struct hs_bytes){(const unsigned char *)text.buf, text.len}, topic, 1,
                            NULL, &err),
              &err);
    hs_str_dispose(&text);
    judge(&result, topic, hs_value_len(o.cases));
    hs_script_free(s);
}

#define HS_TOPIC(topic)                      \
    static void topic##_by_lua(void **state) \
    {                                        \
        run_topic(*state, #topic);           \
    }
#include "lua/topics.def"
#undef HS_TOPIC

int main(void)
{
    const struct CMUnitTest tests[] = {
#define HS_TOPIC(topic) \
    cmocka_unit_test_setup_teardown(topic##_by_lua, hs_arena_setup, hs_arena_teardown),
#include "lua/topics.def"
#undef HS_TOPIC
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

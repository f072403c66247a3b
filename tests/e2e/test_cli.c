/* The command line as a user meets it: exit codes, help, suggestions, completions. */
#include "hs_test.h"

#include "cli/cli.h"

static struct hs_str out = {.buf = hs_str_empty};

static void version_prints_one_line(void **state)
{
    (void)state;
    assert_int_equal(hs_test_run(&out, NULL, "version"), 0);
    assert_contains(out.buf, hs_version());
    assert_int_equal(hs_test_run(&out, NULL, "--version"), 0);
    assert_int_equal(hs_test_run(&out, NULL, "version more"), 2);
    assert_contains(out.buf, "too many arguments");
}

/* No line of what was printed is wider than a terminal of 80 columns. */
static void assert_narrow(void)
{
    for (const char *line = out.buf; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        assert_true(strcspn(line, "\n") <= 80);
    }
}

static void every_command_has_help_that_names_it(void **state)
{
    size_t count;
    const struct hs_command *commands = hs_commands(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char arguments[128];

        snprintf(arguments, sizeof arguments, "help %s", commands[i].name);
        assert_int_equal(hs_test_run(&out, NULL, arguments), 0);
        assert_contains(out.buf, commands[i].name);
        assert_narrow();
        if (strcmp(commands[i].name, "help") == 0)
            continue;
        snprintf(arguments, sizeof arguments, "%s --no-such-option", commands[i].name);
        assert_int_equal(hs_test_run(&out, NULL, arguments), 2);
        assert_contains(out.buf, "--no-such-option");
        assert_contains(out.buf, commands[i].name);
    }
}

static void a_wrong_command_gets_the_nearest_one(void **state)
{
    (void)state;
    assert_int_equal(hs_test_run(&out, NULL, "verison"), 2);
    assert_contains(out.buf, "did you mean \"version\"");
    assert_int_equal(hs_test_run(&out, NULL, "qqqqqqqqqq"), 2);
    assert_contains(out.buf, "halfstep help");
}

static void a_full_disk_is_no_success(void **state)
{
    (void)state;
    assert_int_equal(hs_test_run(&out, NULL, "help >/dev/full"), 3);
}

static void bash_completes_commands_and_options(void **state)
{
    char command[8192];
    FILE *pipe;
    size_t n;

    (void)state;
    snprintf(command, sizeof command,
             "PATH=\"$(dirname '%s'):$PATH\" bash -c 'eval \"$(halfstep completion bash)\"; COMP_WORDS=(halfstep ver); "
             "COMP_CWORD=1; _halfstep; echo \"${COMPREPLY[@]}\"; COMP_WORDS=(halfstep version --h); COMP_CWORD=2; "
             "_halfstep; echo \"${COMPREPLY[@]}\"; COMP_WORDS=(halfstep quantize x --rounding half_); COMP_CWORD=4; "
             "_halfstep; echo \"${COMPREPLY[@]}\"; COMP_WORDS=(halfstep requantize --mant); COMP_CWORD=2; _halfstep; "
             "echo \"${COMPREPLY[@]}\"'",
             getenv("HALFSTEP_BINARY"));
    pipe = popen(command, "r");
    assert_non_null(pipe);
    n = fread(command, 1, sizeof command - 1, pipe);
    command[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(command, "version\n--help\nhalf_even half_away half_up\n--mantissa\n");
    for (size_t i = 0; i < 2; i++) {
        static const char *const shells[] = {"completion zsh", "completion fish"};

        assert_int_equal(hs_test_run(&out, NULL, shells[i]), 0);
        assert_contains(out.buf, "halfstep help");
    }
    assert_int_equal(hs_test_run(&out, NULL, "completion tcsh"), 2);
}

static int dispose(void **state)
{
    (void)state;
    hs_str_dispose(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_prints_one_line),
        cmocka_unit_test(every_command_has_help_that_names_it),
        cmocka_unit_test(a_wrong_command_gets_the_nearest_one),
        cmocka_unit_test(a_full_disk_is_no_success),
        cmocka_unit_test(bash_completes_commands_and_options),
    };

    return cmocka_run_group_tests(tests, NULL, dispose);
}

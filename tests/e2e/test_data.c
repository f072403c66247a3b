/* halfstep data without a network: clients that are not there, fail, or bring something else. */
#include "hs_test.h"

#include <sys/stat.h>
#include <unistd.h>

static char home[600];

/* An executable in $home/bin that the command finds instead of the real client. */
static void client(const char *name, const char *script)
{
    char path[700];

    snprintf(path, sizeof path, "%s/bin/%s", home, name);
    hs_test_write(path, script, strlen(script));
    assert_int_equal(chmod(path, 0755), 0);
}

static int begin(void **state)
{
    char path[700];

    (void)state;
    snprintf(home, sizeof home, "%s", hs_test_tmp());
    snprintf(path, sizeof path, "%s/bin", home);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(setenv("HALFSTEP_HOME", home, 1), 0);
    return 0;
}

/* With only $home/bin and a shell on PATH. */
static struct hs_str data(int wanted, const char *arguments)
{
    struct hs_str out = HS_STR_INIT;
    char before[4096], path[800];
    const char *old = getenv("PATH");
    int code;

    snprintf(before, sizeof before, "%s", old != NULL ? old : "");
    snprintf(path, sizeof path, "%s/bin", home);
    assert_int_equal(setenv("PATH", path, 1), 0);
    code = hs_test_run(&out, NULL, arguments);
    assert_int_equal(setenv("PATH", before, 1), 0);
    if (code != wanted)
        fail_msg("%s: exit %d, wanted %d: %s", arguments, code, wanted, out.buf);
    return out;
}

static void the_list_says_what_there_is_and_how_to_get_it(void **state)
{
    struct hs_str out = data(0, "data list");

    (void)state;
    assert_contains(out.buf, "halfstep data get fashion-mnist");
    assert_contains(out.buf,
                    "without a download: cifar10/small-train (500), cifar10/small-test (250)");
    hs_str_dispose(&out);
    out = data(0, "data list --json");
    assert_contains(out.buf, "\"schema\":\"halfstep.data/1\"");
    assert_contains(out.buf,
                    "\"name\":\"cifar10\",\"title\":\"small colour photographs\",\"train\":50000");
    assert_contains(out.buf, "\"small_train\":500,\"small_test\":250");
    hs_str_dispose(&out);
}

static void what_is_not_here_says_how_to_get_it(void **state)
{
    struct hs_str out = data(3, "data path mnist");

    (void)state;
    assert_contains(out.buf, "mnist is not on this machine: halfstep data get mnist");
    assert_contains(out.buf, "halfstep data path mnist/small-train");
    hs_str_dispose(&out);
    out = data(3, "data path mnist/test");
    assert_contains(out.buf, "halfstep data get mnist fetches it; mnist/small-test (500 pictures)");
    hs_str_dispose(&out);
    out = data(2, "data path mnist/tset");
    assert_contains(out.buf, "say mnist/train, mnist/test, mnist/small-train or mnist/small-test");
    hs_str_dispose(&out);
    out = data(3, "data path minst");
    assert_contains(out.buf, "choose one of mnist, fashion-mnist, cifar10");
    hs_str_dispose(&out);
    out = data(2, "data get");
    hs_str_dispose(&out);
    out = data(2, "data fetch mnist");
    assert_contains(out.buf, "none of list, get NAME, path NAME");
    hs_str_dispose(&out);
    out = data(2, "data get mnist --url x --file y");
    hs_str_dispose(&out);
}

static void the_slices_are_files_of_the_program(void **state)
{
    struct hs_str out = data(0, "data path fashion-mnist/small-test");
    char *end;

    (void)state;
    end = strchr(out.buf, '\n');
    assert_non_null(end);
    *end = '\0';
    assert_contains(out.buf, "share/halfstep/assets/datasets/fashion-mnist-small-test-images.idx");
    assert_int_equal(access(out.buf, R_OK), 0);
    assert_contains(end + 1, "assets/datasets/fashion-mnist-small-test-labels.idx\n");
    hs_str_dispose(&out);
}

static void a_missing_client_is_named(void **state)
{
    struct hs_str out = data(3, "data get mnist");

    (void)state;
    assert_contains(out.buf, "npm, which is not on this machine");
    assert_contains(out.buf, "--file");
    hs_str_dispose(&out);
}

static void a_client_without_a_network_is_quoted(void **state)
{
    struct hs_str out;

    (void)state;
    client("npm", "#!/bin/sh\necho 'npm ERR! network request failed' >&2\nexit 1\n");
    out = data(3, "data get mnist");
    assert_contains(out.buf, "npm ERR! network request failed");
    assert_contains(out.buf, "Is there a network?");
    hs_str_dispose(&out);
}

static void a_client_that_brings_something_else_leaves_nothing(void **state)
{
    struct hs_str out;
    char path[700];

    (void)state;
    client("apt-get", "#!/bin/sh\necho nonsense > set_1_all.deb\n");
    out = data(3, "data get fashion-mnist");
    assert_contains(out.buf, "no readable archive");
    hs_str_dispose(&out);
    snprintf(path, sizeof path, "%s/cache/data/fashion-mnist/partial", home);
    assert_int_not_equal(access(path, F_OK), 0);
    client("curl", "#!/bin/sh\nexit 0\n");
    out = data(3, "data get cifar10 --url file:///x.tar.gz");
    assert_contains(out.buf, "left no package");
    hs_str_dispose(&out);
    out = data(3, "data get cifar10 --file /nowhere.tgz");
    assert_contains(out.buf, "/nowhere.tgz");
    hs_str_dispose(&out);
}

int main(void)
{
#define WITH_HOME(test) cmocka_unit_test_setup(test, begin)
    const struct CMUnitTest tests[] = {
        WITH_HOME(the_list_says_what_there_is_and_how_to_get_it),
        WITH_HOME(what_is_not_here_says_how_to_get_it),
        WITH_HOME(the_slices_are_files_of_the_program),
        WITH_HOME(a_missing_client_is_named),
        WITH_HOME(a_client_without_a_network_is_quoted),
        WITH_HOME(a_client_that_brings_something_else_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

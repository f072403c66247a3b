/* The real program on a pseudo-terminal, seen through a terminal emulator (libvterm): what it draws, and that every way of leaving
 * gives the terminal back as it was. */
#include "hs_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

#include "base/clock.h"

struct session {
    pid_t pid;
    int master, slave;
    struct termios before;
    VTerm *vt;
    VTermScreen *screen;
    bool alternate; /* the alternate screen is on */
};

static int on_property(VTermProp prop, VTermValue *v, void *user)
{
    struct session *s = user;

    if (prop == VTERM_PROP_ALTSCREEN)
        s->alternate = v->boolean != 0;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void start(struct session *s, const char *term, const char *arguments)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    char command[2048];
    const char *tmp = hs_test_tmp();

    *s = (struct session){0};
    assert_int_equal(openpty(&s->master, &s->slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(s->slave, &s->before), 0);
    s->vt = vterm_new(24, 80);
    vterm_set_utf8(s->vt, 1);
    s->screen = vterm_obtain_screen(s->vt);
    vterm_screen_set_callbacks(s->screen, &callbacks, s);
    vterm_screen_enable_altscreen(s->screen, 1);
    vterm_screen_reset(s->screen, 1);
    snprintf(command, sizeof command, "exec '%s' %s", getenv("HALFSTEP_BINARY"), arguments);
    s->pid = fork();
    if (s->pid == 0) {
        setsid();
        ioctl(s->slave, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++)
            dup2(s->slave, fd);
        setenv("TERM", term, 1);
        setenv("LANG", "C.UTF-8", 1);
        setenv("HALFSTEP_HOME", tmp, 1);
        setenv("ASAN_OPTIONS", "handle_segv=0:handle_abort=0:detect_leaks=0", 1);
        unsetenv("NO_COLOR");
        close(s->master);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
}

/* Feeds the emulator what has come, for at most `ms`; stops early when `wanted` stands on the screen. */
static bool wait_for(struct session *s, const char *wanted, int ms)
{
    uint64_t end = hs_clock_monotonic_ns() + (uint64_t)ms * 1000000;

    for (;;) {
        struct pollfd p = {.fd = s->master, .events = POLLIN};
        char bytes[8192];
        ssize_t n;

        if (wanted != NULL)
            for (int row = 0; row < 24; row++) {
                VTermRect line = {.start_row = row, .end_row = row + 1, .start_col = 0, .end_col = 80};
                size_t len = vterm_screen_get_text(s->screen, bytes, sizeof bytes - 1, line);

                bytes[len] = '\0';
                if (strstr(bytes, wanted) != NULL)
                    return true;
            }
        if (hs_clock_monotonic_ns() >= end || poll(&p, 1, 20) < 0)
            return false;
        n = p.revents & POLLIN ? read(s->master, bytes, sizeof bytes) : 0;
        if (n > 0)
            vterm_input_write(s->vt, bytes, (size_t)n);
    }
}

static void type(struct session *s, const char *keys)
{
    assert_int_equal(write(s->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/* Waits for the end; the status as waitpid gives it. Kills and fails when there is none within five seconds. */
static int finish(struct session *s)
{
    int status = 0;

    for (int i = 0; i < 250; i++) {
        wait_for(s, NULL, 20);
        if (waitpid(s->pid, &status, WNOHANG) == s->pid)
            return status;
    }
    kill(s->pid, SIGKILL);
    waitpid(s->pid, &status, 0);
    fail_msg("the program did not end");
    return -1;
}

static void assert_restored(struct session *s)
{
    struct termios after;

    wait_for(s, NULL, 100);
    assert_int_equal(tcgetattr(s->slave, &after), 0);
    assert_int_equal(after.c_lflag, s->before.c_lflag);
    assert_int_equal(after.c_iflag, s->before.c_iflag);
    assert_int_equal(after.c_oflag, s->before.c_oflag);
    assert_false(s->alternate);
    vterm_free(s->vt);
    close(s->master);
    close(s->slave);
}

static void the_first_frame_is_the_course(void **state)
{
    struct session s;

    (void)state;
    start(&s, "xterm-256color", "");
    assert_true(wait_for(&s, "The power-of-two observer", 5000));
    assert_true(s.alternate);
    type(&s, "G\r"); /* the last lesson of the course, whichever it is */
    assert_true(wait_for(&s, "step 1 of", 5000));
    type(&s, "q");
    assert_true(wait_for(&s, "Foundations", 5000));
    type(&s, "q");
    assert_int_equal(finish(&s), 0);
    assert_restored(&s);
}

static void control_c_leaves_a_sane_terminal(void **state)
{
    struct session s;
    int status;

    (void)state;
    start(&s, "xterm", "learn power-of-two-observer");
    assert_true(wait_for(&s, "Scale and zero point", 5000));
    type(&s, "\003");
    status = finish(&s);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    assert_restored(&s);
}

static void signals_restore_before_they_kill(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT, SIGFPE, SIGBUS};

    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct session s;
        int status;

        start(&s, "xterm", "learn power-of-two-observer");
        assert_true(wait_for(&s, "Scale and zero point", 5000));
        kill(s.pid, signals[i]);
        status = finish(&s);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != signals[i])
            print_error("signal %d gave status %d\n", signals[i], status);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_restored(&s);
    }
}

static void stopping_gives_the_terminal_back_and_continuing_takes_it(void **state)
{
    struct session s;
    int status;

    (void)state;
    start(&s, "xterm", "learn power-of-two-observer");
    assert_true(wait_for(&s, "Scale and zero point", 5000));
    type(&s, "\032");
    assert_int_equal(waitpid(s.pid, &status, WUNTRACED), s.pid);
    assert_true(WIFSTOPPED(status));
    wait_for(&s, NULL, 100);
    assert_false(s.alternate);
    kill(s.pid, SIGCONT);
    assert_true(wait_for(&s, "Scale and zero point", 5000));
    type(&s, "Q");
    assert_int_equal(finish(&s), 0);
    assert_restored(&s);
}

static void a_resize_is_drawn_anew(void **state)
{
    struct session s;
    struct winsize small = {.ws_row = 8, .ws_col = 30}, normal = {.ws_row = 24, .ws_col = 80};

    (void)state;
    start(&s, "xterm", "learn power-of-two-observer");
    assert_true(wait_for(&s, "Scale and zero point", 5000));
    for (int i = 0; i < 30; i++)
        ioctl(s.master, TIOCSWINSZ, i % 2 == 0 ? &small : &normal);
    ioctl(s.master, TIOCSWINSZ, &small);
    assert_true(wait_for(&s, "needs 40x12", 5000));
    ioctl(s.master, TIOCSWINSZ, &normal);
    assert_true(wait_for(&s, "Scale and zero point", 5000));
    type(&s, "Q");
    assert_int_equal(finish(&s), 0);
    assert_restored(&s);
}

static void an_unknown_terminal_is_told_what_to_do(void **state)
{
    struct session s;

    (void)state;
    start(&s, "no-such-terminal", "learn power-of-two-observer");
    assert_true(wait_for(&s, "--plain", 5000));
    assert_int_equal(WEXITSTATUS(finish(&s)), 7);
    assert_restored(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_frame_is_the_course),
        cmocka_unit_test(control_c_leaves_a_sane_terminal),
        cmocka_unit_test(signals_restore_before_they_kill),
        cmocka_unit_test(stopping_gives_the_terminal_back_and_continuing_takes_it),
        cmocka_unit_test(a_resize_is_drawn_anew),
        cmocka_unit_test(an_unknown_terminal_is_told_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

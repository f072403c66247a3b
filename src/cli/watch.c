#include "cli/watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/utf8.h"
#include "io/file.h"

enum { TICK_MS = 100, FIRST_TICK = 5, BAR = 20, LINE = 320 };

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

/* What the signal handlers read. The main thread fills the line that is not `shown`, then swaps. */
static struct {
    bool begun;
    int fd; /* -1: no terminal */
    char line[2][LINE];
    volatile sig_atomic_t shown, ticks, drawn;
    struct sigaction before[HS_COUNTOF(ends)], alarm_before;
} bar;

static void put(const char *text, size_t n)
{
    ssize_t written = write(bar.fd, text, n);

    (void)written; /* a bar that cannot be drawn is no error */
}

static void on_tick(int signal_number)
{
    int saved = errno;
    static const char turning[] = "|/-\\";
    const char *line = bar.line[bar.shown];

    (void)signal_number;
    if (++bar.ticks >= FIRST_TICK && line[0] != '\0') {
        const char wheel[] = {'\r', turning[bar.ticks % 4]}; /* it lives, though the step is long */

        put(line, strlen(line));
        put(wheel, sizeof wheel);
        bar.drawn = 1;
    }
    errno = saved;
}

static void wipe(void)
{
    static const char clear[] = "\r\033[K";

    if (bar.drawn != 0)
        put(clear, sizeof clear - 1);
    bar.drawn = 0;
}

static void on_end(int signal_number)
{
    static const char text[] = "halfstep: interrupted\n";

    hs_file_abandon();
    wipe();
    if (signal_number == SIGINT) {
        ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);

        (void)written;
    }
    _exit(128 + signal_number);
}

static void set_timer(int ms)
{
    const struct itimerval every = {.it_interval = {.tv_usec = ms * 1000},
                                    .it_value = {.tv_usec = ms * 1000}};

    setitimer(ITIMER_REAL, &every, NULL);
}

void hs_watch_begin(struct hs_cli *cli)
{
    struct sigaction end = {.sa_handler = on_end},
                     tick = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    const char *term = hs_env("TERM");
    int fd = fileno(cli->err);

    bar.begun = true;
    bar.fd = isatty(fd) && term != NULL && strcmp(term, "dumb") != 0 ? fd : -1;
    bar.ticks = bar.drawn = 0;
    bar.line[0][0] = bar.line[1][0] = '\0';
    for (size_t i = 0; i < HS_COUNTOF(ends); i++) {
        struct sigaction now;

        sigaction(ends[i], NULL, &now); /* nohup: what is ignored stays ignored */
        bar.before[i] = now;
        if (now.sa_handler != SIG_IGN)
            sigaction(ends[i], &end, NULL);
    }
    if (bar.fd < 0)
        return;
    sigaction(SIGALRM, &tick, &bar.alarm_before);
    set_timer(TICK_MS);
}

void hs_watch_step(size_t done, size_t total, const char *doing, const char *name)
{
    int next = 1 - (int)bar.shown, full = total > 0 ? (int)(done * BAR / total) : 0;
    struct hs_str shown = HS_STR_INIT;
    const char *base = hs_path_base(name);

    if (!bar.begun || bar.fd < 0)
        return;
    hs_text_sanitize(&shown, base, strlen(base), 30, false);
    snprintf(bar.line[next], LINE, "\r[%.*s%.*s] %zu/%zu %s %s\033[K", full, "####################",
             BAR - full, "....................", done + 1, total, doing, shown.buf);
    bar.shown = next;
    hs_str_dispose(&shown);
}

void hs_watch_pause(void)
{
    bar.line[0][0] = bar.line[1][0] = '\0';
    if (bar.begun && bar.fd >= 0)
        wipe();
}

void hs_watch_end(void)
{
    if (!bar.begun)
        return;
    if (bar.fd >= 0) {
        set_timer(0);
        sigaction(SIGALRM, &bar.alarm_before, NULL);
        wipe();
    }
    for (size_t i = 0; i < HS_COUNTOF(ends); i++)
        sigaction(ends[i], &bar.before[i], NULL);
    bar.begun = false;
}

#include "cli/watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/progress.h"
#include "io/file.h"

enum { TICK_MS = 100, FIRST_TICK = 5, LINE = 320, NAME_COLUMNS = 30, WHEEL = 2 };

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

/* What the signal handlers read. The main thread fills the line that is not `shown`, then swaps. */
static struct {
    bool begun;
    int fd; /* -1: no terminal */
    struct hs_progress progress;
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
    bar.drawn = bar.fd >= 0; /* or a line of hs_progress_step() stands there */
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

    bar.begun = true;
    bar.fd = hs_progress_is_seen(cli->err) ? fileno(cli->err) : -1;
    hs_progress_begin(&bar.progress, cli->err, "", HS_PROGRESS_STEPS, 0);
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
    struct hs_progress *p = &bar.progress;
    struct hs_str label = HS_STR_INIT, line = HS_STR_INIT;
    const char *base = hs_path_base(name);
    int next = 1 - (int)bar.shown;

    if (!bar.begun || bar.fd < 0)
        return;
    hs_str_printf(&label, "%s ", doing);
    hs_text_sanitize(&label, base, strlen(base), NAME_COLUMNS, false);
    p->label = label.buf;
    p->total = total;
    hs_progress_line(&line, p, done, (double)(hs_clock_monotonic_ns() - p->began_ns) / 1e9,
                     hs_progress_columns(p->out) - WHEEL);
    snprintf(bar.line[next], LINE, "\r  %s\033[K", line.buf);
    bar.shown = next;
    hs_str_dispose(&line);
    hs_str_dispose(&label);
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

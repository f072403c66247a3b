#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/env.h"
#include "base/utf8.h"

enum { PATIENCE_MS = 500, INTERVAL_MS = 100, BAR = 20, USUAL_COLUMNS = 80 };

static const uint64_t MS = 1000000;

/* Before this much of the work is done, an estimate is a guess. */
static const double TELLING = 0.02;

bool hs_progress_is_seen(FILE *out)
{
    const char *term = hs_env("TERM");

    return isatty(fileno(out)) != 0 && term != NULL && strcmp(term, "dumb") != 0;
}

size_t hs_progress_columns(FILE *out)
{
    struct winsize size;

    if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
        return USUAL_COLUMNS - 1;
    return (size_t)size.ws_col - 1;
}

char *hs_progress_time(char out[HS_FMT_SIZE], double seconds)
{
    uint64_t s = seconds > 0 && seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 0;

    if (seconds >= 0 && seconds < 9.95)
        snprintf(out, HS_FMT_SIZE, "%.1f s", seconds);
    else if (s < 60)
        snprintf(out, HS_FMT_SIZE, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(out, HS_FMT_SIZE, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
    else
        snprintf(out, HS_FMT_SIZE, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60,
                 s % 60);
    return out;
}

/* Seconds that are left; negative when that cannot be told. Only what this run did says how fast it
 * is. */
static double estimate(const struct hs_progress *p, uint64_t done, double seconds)
{
    double gone = done > p->first ? (double)(done - p->first) : 0, left = (double)(p->total - done);

    if (p->left >= 0)
        return p->left;
    return gone > 0 && gone >= TELLING * (gone + left) ? seconds * left / gone : -1;
}

static void add_amount(struct hs_str *out, const struct hs_progress *p, uint64_t done)
{
    if (p->unit == HS_PROGRESS_BYTES)
        hs_str_printf(out, " %.1f of %.1f MB", (double)done / 1e6, (double)p->total / 1e6);
    else if (p->unit == HS_PROGRESS_ITEMS)
        hs_str_printf(out, " %" PRIu64 " of %" PRIu64, done, p->total);
    else
        hs_str_printf(out, " %" PRIu64 "/%" PRIu64, done < p->total ? done + 1 : done, p->total);
}

void hs_progress_line(struct hs_str *out, const struct hs_progress *p, uint64_t done,
                      double seconds, size_t columns)
{
    char time[HS_FMT_SIZE];
    size_t from = out->len;

    hs_str_add(out, p->label);
    if (p->total == 0) {
        if (p->unit == HS_PROGRESS_BYTES && done > 0)
            hs_str_printf(out, " %.1f MB,", (double)done / 1e6);
        hs_str_printf(out, " %s", hs_progress_time(time, seconds));
    } else {
        uint64_t full = done < p->total ? done : p->total;
        double left = estimate(p, full, seconds);
        int filled = (int)((double)full / (double)p->total * BAR);

        hs_str_add(out, " [");
        hs_str_add_repeat(out, "#", (size_t)filled);
        hs_str_add_repeat(out, ".", (size_t)(BAR - filled));
        hs_str_add(out, "]");
        add_amount(out, p, full);
        if (left >= 0)
            hs_str_printf(out, ", %s left", hs_progress_time(time, left));
    }
    if (p->note != NULL)
        hs_str_printf(out, "  %s", p->note);
    if (columns != 0 && hs_str_ok(out))
        hs_str_truncate(out, from + hs_text_fit(out->buf + from, out->len - from, columns, NULL));
}

void hs_progress_begin(struct hs_progress *p, FILE *out, const char *label,
                       enum hs_progress_unit unit, uint64_t total)
{
    *p = (struct hs_progress){.out = out,
                              .label = label,
                              .unit = unit,
                              .total = total,
                              .left = -1,
                              .began_ns = hs_clock_monotonic_ns(),
                              .terminal = hs_progress_is_seen(out)};
}

void hs_progress_step(struct hs_progress *p, uint64_t done)
{
    struct hs_str line = HS_STR_INIT;
    uint64_t now;

    if (!p->terminal)
        return;
    now = hs_clock_monotonic_ns();
    if (now - p->began_ns < PATIENCE_MS * MS || now - p->drawn_ns < INTERVAL_MS * MS)
        return;
    hs_progress_line(&line, p, done, (double)(now - p->began_ns) / 1e9,
                     hs_progress_columns(p->out));
    fprintf(p->out, "\r%s\033[K", line.buf);
    fflush(p->out);
    hs_str_dispose(&line);
    p->drawn_ns = now;
    p->shown = true;
}

void hs_progress_pause(struct hs_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", p->out);
    fflush(p->out);
    p->shown = false;
}

void hs_progress_end(struct hs_progress *p)
{
    hs_progress_pause(p);
}

#include "cli/progress.h"

#include <unistd.h>

#include "base/clock.h"

enum { PATIENCE_MS = 500, INTERVAL_MS = 100, BAR = 20 };

static const uint64_t MS = 1000000;

void hs_progress_begin(struct hs_progress *p, FILE *out, const char *label,
                       enum hs_progress_unit unit, uint64_t total)
{
    *p = (struct hs_progress){.out = out,
                              .label = label,
                              .unit = unit,
                              .total = total,
                              .began_ns = hs_clock_monotonic_ns(),
                              .terminal = isatty(fileno(out)) != 0};
}

static void amount(const struct hs_progress *p, uint64_t done)
{
    if (p->unit == HS_PROGRESS_BYTES)
        fprintf(p->out, " %.1f of %.1f MB", (double)done / 1e6, (double)p->total / 1e6);
    else
        fprintf(p->out, " %llu of %llu", (unsigned long long)done, (unsigned long long)p->total);
}

static void draw(const struct hs_progress *p, uint64_t done, double seconds)
{
    double part = done >= p->total ? 1 : (double)done / (double)p->total;
    int filled = (int)(part * BAR);

    fprintf(p->out, "\r%s ", p->label);
    if (p->total == 0) {
        fprintf(p->out, "%.0f s\033[K", seconds);
        return;
    }
    fputc('[', p->out);
    for (int i = 0; i < BAR; i++)
        fputc(i < filled ? '#' : '.', p->out);
    fputc(']', p->out);
    amount(p, done);
    if (part > 0.02) /* earlier, an estimate is a guess */
        fprintf(p->out, ", %.0f s left", seconds * (1 - part) / part);
    fputs("\033[K", p->out);
}

void hs_progress_step(struct hs_progress *p, uint64_t done)
{
    uint64_t now;

    if (!p->terminal)
        return;
    now = hs_clock_monotonic_ns();
    if (now - p->began_ns < PATIENCE_MS * MS || now - p->drawn_ns < INTERVAL_MS * MS)
        return;
    draw(p, done, (double)(now - p->began_ns) / 1e9);
    fflush(p->out);
    p->drawn_ns = now;
    p->shown = true;
}

void hs_progress_end(struct hs_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", p->out);
    fflush(p->out);
    p->shown = false;
}

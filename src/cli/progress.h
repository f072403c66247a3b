/* One line of progress on a terminal, the only bar that there is: a label, a bar, what is done, an
 * estimate of what is left, a note.
 *
 *     fetching [########............] 4.6 of 11.5 MB, 12 s left
 *     epoch 2/5 [###.................] 93 of 600, 1:05 left  loss 0.3126
 *
 * It is drawn only where the stream is a terminal that is not dumb and the work has taken half a
 * second, at most ten times a second, never wider than the terminal, and is wiped at the end. Work
 * that counts calls begin, step, step, …, end; work of long single calls has cli/watch.h, which
 * draws the same line by a timer. */
#ifndef HS_CLI_PROGRESS_H
#define HS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/fmt.h"

/* "3 of 8"; "1.2 of 11.5 MB"; "4/8", the one that is under way. */
enum hs_progress_unit { HS_PROGRESS_ITEMS, HS_PROGRESS_BYTES, HS_PROGRESS_STEPS };

struct hs_progress {
    FILE *out;
    const char *label; /* borrowed: "fetching"; may change between steps */
    enum hs_progress_unit unit;
    uint64_t total; /* 0: unknown; then bytes and the time are shown; may change between steps */
    /* What the caller may set between begin and a step: */
    uint64_t first;   /* done by an earlier run: counted, but it says nothing about the speed */
    double left;      /* seconds, an estimate of the caller's own; negative (begin): by the speed */
    const char *note; /* borrowed, stands behind the estimate; NULL (begin): none */
    /* Its own: */
    uint64_t began_ns, drawn_ns;
    bool terminal, shown;
};

void hs_progress_begin(struct hs_progress *p, FILE *out, const char *label,
                       enum hs_progress_unit unit, uint64_t total);

/* `done` of `total`, what an earlier run did included. Cheap: draws when a tenth of a second has
 * passed. */
void hs_progress_step(struct hs_progress *p, uint64_t done);

/* Takes the line away until the next step: something is about to be printed. */
void hs_progress_pause(struct hs_progress *p);
void hs_progress_end(struct hs_progress *p);

/* May a bar be drawn there? A terminal, and TERM is set and not dumb. */
bool hs_progress_is_seen(FILE *out);

/* The line as text, without control bytes, at most `columns` wide (0: any width), after `seconds`
 * of work. */
void hs_progress_line(struct hs_str *out, const struct hs_progress *p, uint64_t done,
                      double seconds, size_t columns);

/* "2.5 s", "19 s", "2:05", "1:02:05": a duration for people. Returns out. */
char *hs_progress_time(char out[HS_FMT_SIZE], double seconds);

/* Columns that the line may have on that terminal: one less than it is wide, so that nothing
 * wraps. */
size_t hs_progress_columns(FILE *out);

#endif

/* The linear mode: a lesson as lines that are only ever appended, for screen readers, dumb terminals and pipes; equal in
 * power to the curses app. Prompts end in "> ". Its transcripts are golden tests. */
#ifndef HS_CLI_PLAIN_H
#define HS_CLI_PLAIN_H

#include "cli/cli.h"
#include "session/session.h"

struct hs_plain {
    struct hs_cli *cli;
    struct hs_session *session;
    struct hs_study *study;
    FILE *in;
    int width;      /* columns to wrap at */
    bool ascii;     /* the character set is not UTF-8 */
    bool echo;      /* input does not come from a keyboard: show it, so that the transcript reads well */
    size_t next;    /* first part of the step that was not shown yet */
    size_t part;    /* the ask item that answers go to; (size_t)-1: none */
    bool warned;    /* "solution" was typed once */
    bool leave;
};

/* Runs `learn` on lines from `in` until quit or the end of input; returns an exit code. */
int hs_plain_learn(struct hs_cli *cli, FILE *in, bool echo, const char *lesson_and_step, uint64_t seed);

/* plain_show.c: text to the output, wrapped; the step's head; its items from p->next on, up to the first open question. */
void hs_plain_say(struct hs_plain *p, const char *fmt, ...) HS_PRINTF(2, 3);
void hs_plain_head(struct hs_plain *p);
void hs_plain_advance(struct hs_plain *p);
/* A page to look things up on. */
void hs_plain_sheet(struct hs_plain *p, const char *name);

/* The lines of a derivation so far, with their numbers. */
void hs_plain_board(struct hs_plain *p, size_t part);
void hs_plain_question(struct hs_plain *p, const struct hs_item *item);
void hs_plain_demo(struct hs_plain *p, size_t part);
void hs_plain_steps(struct hs_plain *p);
void hs_plain_score(struct hs_plain *p);
void hs_plain_verdict(struct hs_plain *p);

/* The item of that part in the current step, or NULL. Borrowed as from hs_study_items. */
const struct hs_item *hs_plain_item(struct hs_plain *p, size_t part);

/* "2.5" for 2500 thousandths. Returns out. */
char *hs_plain_points(char *out, size_t size, int64_t thousandths);

#endif

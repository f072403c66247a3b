/* The linear mode's loop: a line is a word of the table below, or an answer. */
#include "cli/plain.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/utf8.h"

static volatile sig_atomic_t interrupted; /* set by Ctrl-C, read between lines */

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static bool has_open_question(struct hs_plain *p, const struct hs_item **item)
{
    *item = p->part != (size_t)-1 ? hs_plain_item(p, p->part) : NULL;
    return *item != NULL && (*item)->question != NULL && (*item)->state->status == HS_ASK_OPEN;
}

static void enter_step(struct hs_plain *p)
{
    hs_plain_head(p);
    hs_plain_advance(p);
}

static void do_next(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item;

    (void)rest;
    if (has_open_question(p, &item) && item->question->kind == HS_ASK_PREDICT) {
        hs_plain_say(p, "What follows answers this question. Make a guess first, or skip.");
        return;
    }
    if (p->next != SIZE_MAX)
        hs_plain_advance(p);
    else if (hs_study_next(p->study))
        enter_step(p);
    else
        hs_plain_say(p, "This is the last step. quit leaves.");
}

static void do_back(struct hs_plain *p, const char *rest)
{
    (void)rest;
    if (hs_study_back(p->study))
        enter_step(p);
    else
        hs_plain_say(p, "This is the first step.");
}

static void do_step(struct hs_plain *p, const char *rest)
{
    size_t step = *rest != '\0' ? hs_lesson_find_step(hs_study_lesson(p->study), rest) : (size_t)-1;

    if (*rest != '\0' && hs_study_go(p->study, step, NULL) == HS_OK) {
        enter_step(p);
        return;
    }
    if (*rest != '\0')
        hs_plain_say(p, "There is no step %s.", rest);
    hs_plain_steps(p);
    hs_plain_score(p);
}

static void do_hint(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item;

    (void)rest;
    if (!has_open_question(p, &item)) {
        hs_plain_say(p, "There is no open question here.");
    } else if (hs_study_hint(p->study, p->part)) {
        item = hs_plain_item(p, p->part);
        if (*item->state->move != '\0') {
            hs_plain_say(p, "The next move: %s", item->state->move);
            return;
        }
        hs_plain_say(p, "Hint %zu of %zu: %s", item->state->hints, item->question->nhints,
                     item->question->hints[item->state->hints - 1]);
    } else if (item->question->nhints == 0) {
        hs_plain_say(p, "This question has no hints.");
    } else {
        hs_plain_say(p, "All %zu hints were given. The last: %s solution shows the answer.", item->question->nhints,
                     item->question->hints[item->question->nhints - 1]);
    }
}

static void do_solution(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item;
    bool open = has_open_question(p, &item);

    (void)rest;
    if (item == NULL || item->question == NULL) {
        hs_plain_say(p, "There is no question here.");
    } else if (open && !p->warned) {
        hs_plain_say(p, "That settles the question without points. Type solution once more to see it.");
        p->warned = true;
    } else {
        if (open && hs_study_solution(p->study, p->part, NULL) != HS_OK)
            return;
        hs_plain_say(p, "%s", hs_study_solution_text(p->study, p->part));
        p->warned = false;
    }
}

static void do_skip(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item;

    (void)rest;
    if (!has_open_question(p, &item)) {
        hs_plain_say(p, "There is no open question here.");
    } else if (hs_study_skip(p->study, p->part, NULL) == HS_OK) {
        hs_plain_say(p, "Skipped. It can be answered later.");
        hs_plain_advance(p);
    }
}

/* The demo of the shown part of the step that has a control of that name, the latest first; with NULL the latest demo. */
static bool find_demo(struct hs_plain *p, const char *control, size_t *part)
{
    size_t n;
    const struct hs_item *items = hs_study_items(p->study, &n, NULL);

    for (size_t i = n; i-- > 0;) {
        size_t at = items[i].part;
        struct hs_demo *demo;

        if (items[i].kind != HS_ITEM_DEMO || at >= p->next || hs_study_demo(&demo, p->study, at, NULL) != HS_OK)
            continue;
        for (size_t j = 0; control != NULL && j < demo->ncontrols; j++)
            if (strcmp(demo->controls[j].id, control) == 0) {
                *part = at;
                return true;
            }
        if (control == NULL) {
            *part = at;
            return true;
        }
        items = hs_study_items(p->study, &n, NULL);
    }
    return false;
}

static void do_show(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item;
    size_t part;

    if (strcmp(rest, "demo") == 0) {
        if (find_demo(p, NULL, &part))
            hs_plain_demo(p, part);
        else
            hs_plain_say(p, "There is no demo here.");
    } else if (strcmp(rest, "question") == 0) {
        if (has_open_question(p, &item))
            hs_plain_question(p, item);
        else
            hs_plain_say(p, "There is no open question here.");
    } else {
        enter_step(p);
    }
}

static void do_set(struct hs_plain *p, const char *rest)
{
    struct hs_error err = HS_ERROR_INIT;
    char name[64];
    size_t n = strcspn(rest, " =");
    const char *value = rest + n + strspn(rest + n, " =");
    size_t part;

    snprintf(name, sizeof name, "%.*s", (int)(n < 63 ? n : 63), rest);
    if (*name == '\0' || *value == '\0')
        hs_plain_say(p, "set NAME VALUE changes a control of the demo, for example: set rounding ceil");
    else if (!find_demo(p, name, &part))
        hs_plain_say(p, "No demo of this step has a control \"%s\". show demo lists what there is.", name);
    else if (hs_study_set_text(p->study, part, name, value, &err) != HS_OK)
        hs_plain_say(p, "%s.", err.text);
    else
        hs_plain_demo(p, part);
}

static void do_why(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item = p->part != (size_t)-1 ? hs_plain_item(p, p->part) : NULL;

    (void)rest;
    if (item == NULL || item->question == NULL || item->state->verdict.kind == HS_ANSWER_NONE)
        hs_plain_say(p, "Nothing was answered here yet.");
    else
        hs_plain_verdict(p);
}

static void do_reset(struct hs_plain *p, const char *rest)
{
    struct hs_error err = HS_ERROR_INIT;

    if (strcmp(rest, "step") != 0)
        hs_plain_say(p, "reset step forgets the answers, hints and controls of this step.");
    else if (hs_study_reset_step(p->study, &err) != HS_OK)
        hs_plain_say(p, "%s.", err.text);
    else
        enter_step(p);
}

static void do_undo(struct hs_plain *p, const char *rest)
{
    const struct hs_item *item = p->part != (size_t)-1 ? hs_plain_item(p, p->part) : NULL;

    (void)rest;
    if (item == NULL || item->question == NULL || item->question->kind != HS_ASK_DERIVATION)
        hs_plain_say(p, "There is no derivation here.");
    else if (!hs_study_board_back(p->study, p->part))
        hs_plain_say(p, "There is no line to take back.");
    else
        hs_plain_board(p, p->part);
}

static void do_formulas(struct hs_plain *p, const char *rest)
{
    (void)rest;
    hs_plain_sheet(p, "formulas");
}

static void do_glossary(struct hs_plain *p, const char *rest)
{
    (void)rest;
    hs_plain_sheet(p, "glossary");
}

static void do_quit(struct hs_plain *p, const char *rest)
{
    (void)rest;
    p->leave = true;
}

static void do_help(struct hs_plain *p, const char *rest);

static const struct {
    const char *word, *help;
    void (*run)(struct hs_plain *p, const char *rest);
} words[] = {
    {"next", "goes on: the rest of the step, then the next step", do_next},
    {"back", "the step before", do_back},
    {"step", "the list of steps; step N or step NAME goes there", do_step},
    {"show", "the step again; show demo, show question", do_show},
    {"set", "set NAME VALUE changes a control of the demo", do_set},
    {"undo", "takes the last line of a derivation back", do_undo},
    {"hint", "the next hint; of a derivation also the next move", do_hint},
    {"why", "the last feedback again", do_why},
    {"solution", "the solution, without points", do_solution},
    {"skip", "passes the question over", do_skip},
    {"reset", "reset step forgets what was done in this step", do_reset},
    {"formulas", "the formula sheet", do_formulas},
    {"glossary", "what the words mean", do_glossary},
    {"help", "this list", do_help},
    {"quit", "leaves; everything is saved", do_quit},
};

static void do_help(struct hs_plain *p, const char *rest)
{
    (void)rest;
    for (size_t i = 0; i < HS_COUNTOF(words); i++)
        hs_plain_say(p, "%s: %s", words[i].word, words[i].help);
    hs_plain_say(p, "Anything else is an answer: a number such as 0.125, 1/8 or 2^-3, numbers with spaces between, or the "
                    "number of a choice. A formula is plain text, Unicode or LaTeX: W/s_w * x, \\frac{W}{s_w}. "
                    "An empty line goes on where no question is open.");
}

static void answer(struct hs_plain *p, const char *text)
{
    struct hs_error err = HS_ERROR_INIT;
    const struct hs_item *item;

    if (!has_open_question(p, &item)) {
        hs_plain_say(p, "No question is open here. next goes on, help lists the words.");
        return;
    }
    if (hs_study_submit(p->study, p->part, text, &err) != HS_OK) {
        hs_plain_say(p, "%s.", err.text);
        return;
    }
    hs_plain_verdict(p);
    if (!has_open_question(p, &item))
        hs_plain_say(p, "next goes on.");
}

static void obey(struct hs_plain *p, char *line)
{
    const struct hs_item *item;
    size_t n;

    line += strspn(line, " \t");
    for (n = strlen(line); n > 0 && isspace((unsigned char)line[n - 1]);)
        line[--n] = '\0';
    if (*line == '\0') {
        if (has_open_question(p, &item))
            hs_plain_question(p, item);
        else
            do_next(p, "");
        return;
    }
    n = strcspn(line, " ");
    for (size_t i = 0; i < HS_COUNTOF(words); i++)
        if (strlen(words[i].word) == n && memcmp(words[i].word, line, n) == 0) {
            words[i].run(p, line + n + strspn(line + n, " "));
            return;
        }
    answer(p, line);
}

static void remarks(struct hs_plain *p)
{
    for (const char *remark; (remark = hs_session_remark(p->session)) != NULL;)
        hs_plain_say(p, "Note: %s", remark);
}

enum { LINE_BYTES = 1 << 16 };

/* One line without its end; false at the end of input or on Ctrl-C. SIGINT is blocked but while ppoll waits, so that it cannot
 * slip in between the look at `interrupted` and the wait. What is past LINE_BYTES is dropped. */
static bool read_line(struct hs_plain *p, struct hs_str *line, const sigset_t *waiting)
{
    struct pollfd input = {.fd = fileno(p->in), .events = POLLIN};
    ssize_t n;
    char c;

    hs_str_clear(line);
    for (;;) {
        if (ppoll(&input, 1, NULL, waiting) < 0 && errno != EINTR)
            return false;
        if (interrupted)
            return false;
        n = read(input.fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return line->len > 0;
        if (c == '\n')
            return true;
        if (line->len < LINE_BYTES)
            hs_str_add_char(line, c);
    }
}

/* Reads lines until quit, the end of input or Ctrl-C. */
static void loop(struct hs_plain *p, const sigset_t *waiting)
{
    struct hs_str line = HS_STR_INIT;

    while (!p->leave) {
        remarks(p);
        fputs("> ", p->cli->out);
        fflush(p->cli->out);
        if (!read_line(p, &line, waiting)) {
            fputc('\n', p->cli->out);
            break;
        }
        if (p->echo) {
            struct hs_str shown = HS_STR_INIT;

            hs_text_sanitize(&shown, line.buf, line.len - (line.len > 0 && line.buf[line.len - 1] == '\r'), 0, false);
            fprintf(p->cli->out, "%s\n", shown.buf);
            hs_str_dispose(&shown);
        }
        if (memchr(line.buf, '\0', line.len) != NULL)
            hs_plain_say(p, "The line holds a NUL byte and was not read.");
        else
            obey(p, line.buf);
    }
    hs_str_dispose(&line);
}

static int columns(void)
{
    const char *text = hs_env("COLUMNS");
    long n = text != NULL ? strtol(text, NULL, 10) : 72;

    return n < 20 ? 72 : n > 200 ? 200 : (int)n;
}

static void farewell(struct hs_plain *p)
{
    hs_plain_score(p);
    if (hs_session_is_saving(p->session))
        hs_plain_say(p, "Saved at step %zu. halfstep learn %s goes on there.", hs_study_step(p->study) + 1,
                     hs_study_lesson(p->study)->id);
}

static int run(struct hs_plain *p, const char *lesson_and_step, uint64_t seed)
{
    struct hs_error err = HS_ERROR_INIT;
    struct sigaction action = {.sa_handler = on_interrupt}, before;
    sigset_t interrupt, waiting;

    if (hs_study_open(&p->study, p->session, lesson_and_step, seed, &err) != HS_OK)
        return hs_cli_report(p->cli, &err);
    interrupted = 0;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &waiting);
    sigdelset(&waiting, SIGINT);
    sigaction(SIGINT, &action, &before);
    hs_plain_say(p, "help lists the words that can be typed.");
    enter_step(p);
    loop(p, &waiting);
    farewell(p);
    hs_study_free(p->study);
    sigaction(SIGINT, &before, NULL);
    sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
    return interrupted ? HS_EXIT_INTERRUPTED : HS_EXIT_DONE;
}

int hs_plain_learn(struct hs_cli *cli, FILE *in, bool echo, const char *lesson_and_step, uint64_t seed)
{
    struct hs_plain p = {.cli = cli, .in = in, .echo = echo, .width = columns(), .ascii = !hs_env_is_utf8(),
                         .part = (size_t)-1};
    struct hs_error err = HS_ERROR_INIT;
    int code;

    if (hs_session_open(&p.session, &err) != HS_OK)
        return hs_cli_report(cli, &err);
    remarks(&p);
    code = run(&p, lesson_and_step, seed);
    hs_session_free(p.session);
    return code;
}

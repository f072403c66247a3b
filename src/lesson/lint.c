#include "lesson/lint.h"

#include <ctype.h>
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "draw/view.h"
#include "lesson/run.h"

enum { BODY_ROWS = 20, BODY_COLUMNS = 76, NARROW = 40 }; /* of 80x24 without status and key lines; of the linear mode */

struct linter {
    const struct hs_lesson *lesson;
    struct hs_lesson_run *run;
    void (*fault)(void *payload, const char *sentence);
    void *payload;
    size_t count;
};

static void report(struct linter *l, int line, const char *fmt, ...) HS_PRINTF(3, 4);
static void report(struct linter *l, int line, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    va_list args;

    hs_str_printf(&text, "%s:%d: ", l->lesson->path, line);
    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    l->fault(l->payload, text.buf);
    l->count++;
    hs_str_dispose(&text);
}

static void report_error(struct linter *l, int line, const struct hs_error *why)
{
    report(l, why->line > 0 ? why->line : line, "%s", why->text);
}

/* True when `message` holds the number as a word of its own. Numbers of one character stand in too many sentences. */
static bool tells(const char *message, double answer)
{
    char text[HS_FMT_SIZE];
    size_t n;

    hs_fmt_short(text, answer, 6);
    n = strlen(text);
    for (const char *p = message; n > 1 && (p = strstr(p, text)) != NULL; p += n) {
        bool begins = p == message || (!isalnum((unsigned char)p[-1]) && strchr(".-^/", p[-1]) == NULL);

        if (begins && !isalnum((unsigned char)p[n]) && !(p[n] == '.' && isdigit((unsigned char)p[n + 1])))
            return true;
    }
    return false;
}

static void lint_misconception(struct linter *l, int line, const struct hs_question *q, size_t i)
{
    const struct hs_ask_misconception *m = &q->misconceptions[i];
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_str typed = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_ask_verdict v;

    for (size_t j = 0; j < i; j++)
        if (strcmp(q->misconceptions[j].id, m->id) == 0)
            report(l, line, "question \"%s\": two misconceptions have the id \"%s\"", q->id, m->id);
    hs_question_misconception_text(&typed, q, i);
    if (hs_question_check(&v, &scratch, q, typed.buf, &why) != HS_OK)
        report_error(l, line, &why);
    else if (v.kind == HS_ANSWER_CORRECT && (!m->right || *v.misconception == '\0'))
        report(l, line, "question \"%s\": the value of \"%s\" passes as right", q->id, m->id);
    else if (v.kind == HS_ANSWER_INVALID)
        report(l, line, "question \"%s\": the value of \"%s\" is not readable as an answer: %s", q->id, m->id, v.message);
    else if (strcmp(v.misconception, m->id) != 0)
        report(l, line, "question \"%s\": the value of \"%s\" is taken for \"%s\"; on this data they cannot be told apart", q->id,
               m->id, v.misconception);
    if (!m->right && q->n == 1 && q->nchoices == 0 && tells(m->message, q->answer[0]))
        report(l, line, "question \"%s\": the message of \"%s\" tells the answer", q->id, m->id);
    hs_str_dispose(&typed);
    hs_arena_dispose(&scratch);
}

static void lint_question(struct linter *l, size_t step, size_t part, int line)
{
    const struct hs_question *q;
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_str typed = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_ask_verdict v;

    if (hs_lesson_run_question(&q, l->run, step, part, &why) != HS_OK) {
        report_error(l, line, &why);
        return;
    }
    for (size_t i = 0; i <= step; i++)
        for (size_t j = 0; j < (i == step ? part : l->lesson->steps.items[i].parts.len); j++) {
            const struct hs_question *other;

            if (l->lesson->steps.items[i].parts.items[j].kind == HS_PART_ASK &&
                hs_lesson_run_question(&other, l->run, i, j, NULL) == HS_OK && strcmp(other->id, q->id) == 0)
                report(l, line, "two questions have the id \"%s\"", q->id);
        }
    hs_question_answer_text(&typed, q);
    if (hs_question_check(&v, &scratch, q, typed.buf, &why) != HS_OK)
        report_error(l, line, &why);
    else if (v.kind != HS_ANSWER_CORRECT)
        report(l, line, "question \"%s\" does not accept its own answer", q->id);
    for (size_t i = 0; i < q->nmisconceptions; i++)
        lint_misconception(l, line, q, i);
    hs_str_dispose(&typed);
    hs_arena_dispose(&scratch);
}

/* Draws the view as it is now, in both shapes; false when it failed. */
static bool lint_view(struct linter *l, size_t step, size_t part, int line, const char *control)
{
    struct hs_demo *demo;
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_str words = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_grid grid;
    int rows = 0;
    enum hs_status st = hs_lesson_run_demo(&demo, l->run, step, part, &why);

    if (st == HS_OK)
        st = hs_view_words(&words, &demo->view, &why);
    if (st == HS_OK) {
        rows = hs_view_height(&demo->view, BODY_COLUMNS);
        st = hs_grid_new(&grid, &scratch, BODY_COLUMNS, rows > 0 && rows < 200 ? rows : 1, false, &why);
    }
    if (st == HS_OK)
        st = hs_view_draw(&grid, &demo->view, &why);
    if (st != HS_OK)
        report(l, why.line > 0 ? why.line : line, "%s%s%s%s", control != NULL ? "at an end of \"" : "",
               control != NULL ? control : "", control != NULL ? "\": " : "", why.text);
    else if (rows > BODY_ROWS)
        report(l, line, "the demo takes %d rows; a screen of 80x24 has %d for it", rows, BODY_ROWS);
    hs_str_dispose(&words);
    hs_arena_dispose(&scratch);
    return st == HS_OK && rows <= BODY_ROWS;
}

static void lint_demo(struct linter *l, size_t step, size_t part, int line)
{
    struct hs_demo *demo;

    if (!lint_view(l, step, part, line, NULL) || hs_lesson_run_demo(&demo, l->run, step, part, NULL) != HS_OK)
        return;
    for (size_t i = 0; i < demo->ncontrols; i++) {
        const struct hs_control *c = &demo->controls[i];
        const double ends[] = {c->min, c->max, c->initial};

        for (size_t k = 0; k < HS_COUNTOF(ends); k++)
            if (hs_lesson_run_set(l->run, step, part, c->id, ends[k], NULL) != HS_OK ||
                !lint_view(l, step, part, line, c->id))
                break;
    }
}

static void lint_link(struct linter *l, const struct hs_block *block, const char *href)
{
    size_t n = strlen(l->lesson->id);

    if (!hs_starts_with(href, "lesson:") || href[7] == '\0') {
        report(l, block->line, "the link \"%s\" leads nowhere; links are lesson:ID or lesson:ID/STEP", href);
        return;
    }
    if (strncmp(href + 7, l->lesson->id, n) == 0 && href[7 + n] == '/' &&
        hs_lesson_find_step(l->lesson, href + 8 + n) == (size_t)-1)
        report(l, block->line, "the link \"%s\" names a step that this lesson does not have", href);
}

static void lint_prose(struct linter *l, const struct hs_part *part)
{
    for (size_t i = 0; i < part->nblocks; i++) {
        const struct hs_block *block = &part->blocks[i];
        struct hs_str words = HS_STR_INIT;

        for (size_t j = 0; j < block->runs.len; j++)
            if (block->runs.items[j].kind == HS_RUN_LINK)
                lint_link(l, block, block->runs.items[j].href);
        hs_doc_words(&words, NARROW, false, block, 1);
        for (char *line = words.buf, *end; line != NULL; line = end) {
            end = strchr(line, '\n');
            if (end != NULL)
                *end++ = '\0';
            if (hs_text_width(line, strlen(line)) > NARROW) {
                report(l, block->line, "\"%.48s\" takes %zu columns; the linear mode has %d", line,
                       hs_text_width(line, strlen(line)), NARROW);
                break;
            }
        }
        hs_str_dispose(&words);
    }
}

enum hs_status hs_lesson_lint(const struct hs_lesson *lesson, uint64_t seed,
                              void (*fault)(void *payload, const char *sentence), void *payload, size_t *count,
                              struct hs_error *err)
{
    struct linter l = {.lesson = lesson, .fault = fault, .payload = payload};
    struct hs_error why = HS_ERROR_INIT;

    if (hs_lesson_run_open(&l.run, lesson, seed, &why) != HS_OK) {
        if (why.code == HS_ENOMEM)
            return hs_fail(err, HS_ENOMEM, "%s", why.text);
        report_error(&l, 1, &why);
    }
    for (size_t i = 0; i < lesson->steps.len; i++)
        for (size_t j = 0; j < lesson->steps.items[i].parts.len; j++) {
            const struct hs_part *part = &lesson->steps.items[i].parts.items[j];

            if (part->kind == HS_PART_PROSE)
                lint_prose(&l, part);
            else if (part->kind == HS_PART_ASK && l.run != NULL)
                lint_question(&l, i, j, part->line);
            else if (part->kind == HS_PART_DEMO && l.run != NULL)
                lint_demo(&l, i, j, part->line);
        }
    hs_lesson_run_free(l.run);
    *count = l.count;
    return HS_OK;
}

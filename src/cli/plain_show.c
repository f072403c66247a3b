/* What the linear mode prints. */
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "cli/plain.h"
#include "cli/text.h"
#include "draw/math.h"
#include "draw/view.h"
#include "lesson/sheet.h"

void hs_plain_say(struct hs_plain *p, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    va_list args;

    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    for (char *line = text.buf, *end; line != NULL; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        hs_cli_paragraph(p->cli->out, p->width, line);
    }
    hs_str_dispose(&text);
}

char *hs_plain_points(char *out, size_t size, int64_t thousandths)
{
    char n[HS_FMT_SIZE];

    snprintf(out, size, "%s", hs_fmt_short(n, (double)thousandths / 1000.0, 6));
    return out;
}

static const char *plural(int64_t thousandths)
{
    return thousandths == 1000 ? "" : "s";
}

void hs_plain_head(struct hs_plain *p)
{
    const struct hs_lesson *lesson = hs_study_lesson(p->study);
    size_t step = hs_study_step(p->study);
    struct hs_score score;
    char points[40];

    hs_study_score(p->study, NULL, &score);
    fputc('\n', p->cli->out);
    hs_plain_say(p, "Step %zu of %zu, %s: %s. %s point%s.%s%s%s", step + 1, lesson->steps.len, lesson->title,
                 lesson->steps.items[step].title, hs_plain_points(points, sizeof points, score.maximum), plural(score.maximum),
                 *lesson->profile != '\0' ? " Convention: " : "", lesson->profile, *lesson->profile != '\0' ? "." : "");
    p->next = 0;
    p->part = (size_t)-1;
}

static void prose(struct hs_plain *p, const struct hs_item *item)
{
    struct hs_str out = HS_STR_INIT;

    hs_doc_words(&out, p->width, p->ascii, item->blocks, item->nblocks);
    fprintf(p->cli->out, "\n%s", out.buf);
    if (out.len > 0 && out.buf[out.len - 1] != '\n')
        fputc('\n', p->cli->out);
    hs_str_dispose(&out);
}

/* Lines of a view: those that fit stay as they are (tables), longer ones are wrapped. */
static void view_lines(struct hs_plain *p, char *text)
{
    for (char *line = text, *end; line != NULL && *line != '\0'; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (hs_text_width(line, strlen(line)) <= (size_t)p->width)
            fprintf(p->cli->out, "%s\n", line);
        else
            hs_cli_paragraph(p->cli->out, p->width, line);
    }
}

static void control_line(struct hs_plain *p, const struct hs_control *c)
{
    struct hs_str value = HS_STR_INIT, range = HS_STR_INIT;
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], s[HS_FMT_SIZE];

    hs_control_text(&value, c);
    if (c->kind == HS_CONTROL_SLIDER)
        hs_str_printf(&range, "%s to %s by %s", hs_fmt_short(a, c->min, 8), hs_fmt_short(b, c->max, 8),
                      hs_fmt_short(s, c->step, 8));
    else if (c->kind == HS_CONTROL_TOGGLE)
        hs_str_add(&range, "on, off");
    for (size_t i = 0; i < c->nchoices; i++)
        hs_str_printf(&range, "%s%s", i > 0 ? ", " : "", c->choices[i]);
    hs_plain_say(p, "set %s: %s (%s)%s%s", c->id, value.buf, range.buf, strcmp(c->label, c->id) != 0 ? " - " : "",
                 strcmp(c->label, c->id) != 0 ? c->label : "");
    hs_str_dispose(&value);
    hs_str_dispose(&range);
}

static void fault(struct hs_plain *p, const struct hs_error *err)
{
    if (err->source[0] != '\0')
        hs_plain_say(p, "This part of the lesson is at fault: %s:%d: %s", err->source, err->line, err->text);
    else
        hs_plain_say(p, "This part of the lesson is at fault: %s", err->text);
}

void hs_plain_demo(struct hs_plain *p, size_t part)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str words = HS_STR_INIT;
    struct hs_demo *demo;

    fputc('\n', p->cli->out);
    if (hs_study_demo(&demo, p->study, part, &err) != HS_OK || hs_view_words(&words, &demo->view, &err) != HS_OK) {
        fault(p, &err);
    } else {
        view_lines(p, words.buf);
        for (size_t i = 0; i < demo->ncontrols; i++)
            control_line(p, &demo->controls[i]);
    }
    hs_str_dispose(&words);
}

/* What may occur in a formula. */
static void names(struct hs_plain *p, const struct hs_question *q)
{
    struct hs_str text = HS_STR_INIT;

    if (!hs_question_is_formula(q))
        return;
    for (size_t i = 0; i < q->formula->nnames; i++)
        hs_str_printf(&text, "%s%s", i > 0 ? ", " : "Names: ", q->formula->names[i]);
    if (text.len > 0)
        hs_plain_say(p, "%s.", text.buf);
    for (size_t i = 0; i < q->formula->ngiven; i++)
        hs_plain_say(p, "Given: %s.", q->formula->given[i]);
    hs_str_dispose(&text);
}

void hs_plain_sheet(struct hs_plain *p, const char *name)
{
    struct hs_sheet sheet = HS_SHEET_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str out = HS_STR_INIT;

    if (hs_sheet_load(&sheet, name, &err) == HS_OK)
        hs_doc_words(&out, p->width, p->ascii, sheet.blocks, sheet.n);
    else
        hs_plain_say(p, "%s.", err.text);
    fputs(out.buf, p->cli->out);
    hs_str_dispose(&out);
    hs_sheet_dispose(&sheet);
}

void hs_plain_board(struct hs_plain *p, size_t part)
{
    const struct hs_board_row *rows;
    struct hs_error err = HS_ERROR_INIT;
    size_t n;

    if (hs_study_board(&rows, &n, p->study, part, &err) != HS_OK) {
        hs_plain_say(p, "%s.", err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct hs_str line = HS_STR_INIT, numbers = HS_STR_INIT;

        hs_math_line(&line, rows[i].tex, p->ascii);
        hs_board_numbers(&numbers, &rows[i]);
        hs_plain_say(p, "Line %zu: %s%s%s", i, line.buf, numbers.len > 0 ? "   - " : "", numbers.buf);
        hs_str_dispose(&line);
        hs_str_dispose(&numbers);
    }
    hs_plain_say(p, "Type line %zu. hint names the next move, undo takes a line back.", n);
}

void hs_plain_question(struct hs_plain *p, const struct hs_item *item)
{
    const struct hs_question *q = item->question;
    struct hs_str head = HS_STR_INIT;
    char points[40];

    fputc('\n', p->cli->out);
    hs_str_printf(&head, "%s %s, %s point%s", q->kind == HS_ASK_PREDICT ? "Prediction" : "Question", q->id,
                  hs_plain_points(points, sizeof points, q->points), plural(q->points));
    if (q->nchoices == 0 && q->kind != HS_ASK_PREDICT && !hs_question_is_formula(q)) {
        hs_str_add(&head, ", ");
        hs_tolerance_describe(&head, &q->tolerance);
    }
    if (q->hint_cost > 0)
        hs_str_printf(&head, ", each hint costs %s", hs_plain_points(points, sizeof points, q->hint_cost));
    hs_plain_say(p, "%s.", head.buf);
    hs_plain_say(p, "%s", q->prompt);
    for (size_t i = 0; i < q->nchoices; i++)
        hs_plain_say(p, "%zu. %s", i + 1, q->choices[i]);
    if (*q->unit != '\0')
        hs_plain_say(p, "(in %s)", q->unit);
    names(p, q);
    if (q->kind == HS_ASK_DERIVATION)
        hs_plain_board(p, item->part);
    if (*item->state->draft != '\0')
        hs_plain_say(p, "Typed before: %s", item->state->draft);
    hs_str_dispose(&head);
}

const struct hs_item *hs_plain_item(struct hs_plain *p, size_t part)
{
    size_t n;
    const struct hs_item *items = hs_study_items(p->study, &n, NULL);

    for (size_t i = 0; i < n; i++)
        if (items[i].part == part)
            return &items[i];
    return NULL;
}

static const char *status_word(enum hs_ask_status status)
{
    static const char *const words[] = {"open", "answered", "guessed", "skipped", "shown"};

    return words[status];
}

/* True when the question wants an answer now. */
static bool ask(struct hs_plain *p, const struct hs_item *item)
{
    if (item->fault != NULL) {
        hs_plain_say(p, "A question of this lesson is at fault: %s", item->fault);
        return false;
    }
    hs_plain_question(p, item);
    p->part = item->part;
    if (item->state->status == HS_ASK_OPEN)
        return true;
    hs_plain_say(p, "(%s)", status_word(item->state->status));
    return false;
}

void hs_plain_advance(struct hs_plain *p)
{
    size_t n;
    bool hidden;
    const struct hs_item *items = hs_study_items(p->study, &n, &hidden);

    p->part = (size_t)-1;
    p->warned = false;
    for (size_t i = 0; i < n; i++) {
        const struct hs_item item = items[i];

        if (item.part < p->next)
            continue;
        p->next = item.part + 1;
        if (item.kind == HS_ITEM_PROSE)
            prose(p, &item);
        else if (item.kind == HS_ITEM_DEMO)
            hs_plain_demo(p, item.part);
        else if (ask(p, &item))
            return;
        items = hs_study_items(p->study, &n, &hidden);
    }
    if (hidden)
        return;
    fputc('\n', p->cli->out);
    p->next = SIZE_MAX;
    if (hs_study_step(p->study) + 1 < hs_study_lesson(p->study)->steps.len) {
        hs_plain_say(p, "End of the step. next goes on.");
    } else {
        hs_plain_score(p);
        hs_plain_say(p, "That was the last step. back and step N go through it again, quit leaves.");
    }
}

void hs_plain_score(struct hs_plain *p)
{
    struct hs_score score;
    char points[40], maximum[40];

    hs_study_score(p->study, &score, NULL);
    hs_plain_say(p, "%s of %s points, %zu of %zu questions settled, %zu skipped, %zu hint%s.",
                 hs_plain_points(points, sizeof points, score.points), hs_plain_points(maximum, sizeof maximum, score.maximum),
                 score.settled, score.questions, score.skipped, score.hints, score.hints == 1 ? "" : "s");
}

void hs_plain_steps(struct hs_plain *p)
{
    const struct hs_lesson *lesson = hs_study_lesson(p->study);

    for (size_t i = 0; i < lesson->steps.len; i++)
        hs_plain_say(p, "%s %zu. %s (%s)%s", hs_study_step_is_done(p->study, i) ? "[ok]" : "[--]", i + 1,
                     lesson->steps.items[i].title, lesson->steps.items[i].id, i == hs_study_step(p->study) ? " - here" : "");
}

void hs_plain_verdict(struct hs_plain *p)
{
    const struct hs_item *item = hs_plain_item(p, p->part);
    const struct hs_ask_state *state;
    char points[40], maximum[40];

    if (item == NULL || item->question == NULL)
        return;
    state = item->state;
    if (*state->verdict.understood != '\0')
        hs_plain_say(p, "Understood as %s.", state->verdict.understood);
    if (state->verdict.kind == HS_ANSWER_MISCONCEPTION)
        hs_plain_say(p, "Not quite (%s). %s", state->verdict.misconception, state->verdict.message);
    else
        hs_plain_say(p, "%s", state->verdict.message);
    if (state->verdict.kind == HS_ANSWER_CORRECT || state->verdict.kind == HS_ANSWER_PREDICTED) {
        hs_plain_say(p, "%s of %s points.", hs_plain_points(points, sizeof points, state->points),
                     hs_plain_points(maximum, sizeof maximum, item->question->points));
        if (item->question->kind != HS_ASK_PREDICT && *item->question->solution != '\0')
            hs_plain_say(p, "%s", item->question->solution);
    } else if (state->attempts >= 2 && state->hints < item->question->nhints) {
        hs_plain_say(p, "(hint gives a hint)");
    }
}

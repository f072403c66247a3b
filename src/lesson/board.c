#include "lesson/board.h"

#include <math.h>
#include <string.h>

#include "algebra/derivation.h"
#include "algebra/print.h"
#include "algebra/simplify.h"
#include "base/fmt.h"
#include "draw/math.h"

static struct hs_derivation derivation_of(const struct hs_question *q)
{
    const struct hs_ask_formula *f = q->formula;

    return (struct hs_derivation){f->names, f->nnames, f->given, f->ngiven, f->start, f->answer};
}

static const char *copy(struct hs_arena *arena, struct hs_str *text)
{
    const char *kept = hs_arena_strdup(arena, text->buf);

    hs_str_dispose(text);
    return kept;
}

/* A line as one equation, "first = last": what the next line is compared with. NULL when it cannot be read, or out of
 * memory. */
static const char *as_equation(struct hs_arena *arena, const struct hs_question *q, const char *line)
{
    struct hs_symbols symbols;
    struct hs_statement s;
    struct hs_fault fault;
    struct hs_str text = HS_STR_INIT;

    if (hs_symbols_init(&symbols, arena, q->formula->names, q->formula->nnames, NULL) != HS_OK ||
        hs_statement_parse(&s, &symbols, line, HS_STATEMENT_CHAIN, &fault, NULL) != HS_OK)
        return NULL;
    hs_expr_text(&text, &symbols, s.sides[0]);
    hs_str_add(&text, " = ");
    hs_expr_text(&text, &symbols, s.sides[s.n - 1]);
    return copy(arena, &text);
}

/* ---- rows ---- */

static void number_of(double *values, const struct hs_symbols *symbols,
                      const struct hs_ask_formula *f)
{
    for (size_t i = 0; i < symbols->n; i++) {
        values[i] = (double)NAN;
        for (size_t k = 0; k < f->nnumbers; k++)
            if (strcmp(symbols->names[i], f->number_names[k]) == 0)
                values[i] = f->numbers[k];
    }
}

enum hs_status hs_board_row(struct hs_board_row *out, struct hs_arena *arena,
                            const struct hs_question *q, const char *line, struct hs_error *err)
{
    const struct hs_ask_formula *f = q->formula;
    struct hs_board_row row = {.text = hs_arena_strdup(arena, line), .tex = ""};
    struct hs_symbols symbols;
    struct hs_statement s;
    struct hs_fault fault;
    double *values;
    enum hs_status st = hs_symbols_init(&symbols, arena, f->names, f->nnames, err);

    if (st == HS_OK)
        st = hs_statement_parse(&s, &symbols, line, HS_STATEMENT_ANY, &fault, err);
    if (st == HS_OK) {
        struct hs_str tex = HS_STR_INIT;

        for (size_t i = 0; i < s.n; i++) {
            hs_str_add(&tex, i > 0 ? " = " : "");
            hs_expr_tex(&tex, &symbols, s.sides[i]);
        }
        row.tex = hs_arena_strdup(arena, tex.buf);
        hs_str_dispose(&tex);
        values = hs_arena_alloc(arena, symbols.n + 1, sizeof *values);
        if (values != NULL && s.n > 0) {
            number_of(values, &symbols, f);
            row.left = hs_expr_number(s.sides[0], values);
            row.right = hs_expr_number(s.sides[s.n - 1], values);
            row.has_numbers = isfinite(row.left) && isfinite(row.right);
        }
    } else if (st == HS_EFORMAT) {
        st = HS_OK;
    }
    if (st == HS_OK && (row.text == NULL || row.tex == NULL))
        st = hs_fail(err, HS_ENOMEM, "out of memory for a line of a derivation");
    if (st == HS_OK)
        *out = row;
    return st;
}

void hs_board_numbers(struct hs_str *out, const struct hs_board_row *row)
{
    char left[HS_FMT_SIZE], right[HS_FMT_SIZE];

    if (!row->has_numbers)
        return;
    hs_fmt_short(left, row->left, 5);
    hs_fmt_short(right, row->right, 5);
    hs_str_printf(out, strcmp(left, right) == 0 ? "both sides %s" : "left %s, right %s", left,
                  right);
}

enum hs_status hs_board_hint(struct hs_str *out, const struct hs_question *q, const char *lines,
                             struct hs_error *err)
{
    const struct hs_derivation d = derivation_of(q);
    const char *end = strrchr(lines, '\n'), *last;
    struct hs_arena scratch = HS_ARENA_INIT;
    enum hs_status st = HS_OK;

    last = *lines != '\0' ? as_equation(&scratch, q, end != NULL ? end + 1 : lines) : d.start;
    if (last == NULL)
        st = hs_fail(err, HS_EINVAL, "the last line cannot be read");
    else
        st = hs_derivation_hint(out, &d, last, err);
    hs_arena_dispose(&scratch);
    return st;
}

/* ---- verdicts ---- */

/* The formula on one line, as people write it. */
static const char *echo(struct hs_arena *arena, const char *tex)
{
    struct hs_str text = HS_STR_INIT;

    hs_math_line(&text, tex, false);
    return copy(arena, &text);
}

static const char *no_attempt(struct hs_arena *arena, const char *message)
{
    return hs_arena_printf(arena, "At %s. No attempt was used.", message);
}

static struct hs_algebra_question question(const struct hs_question *q, const char *lhs,
                                           const char *rhs)
{
    const struct hs_ask_formula *f = q->formula;

    return (struct hs_algebra_question){.lhs = lhs,
                                        .rhs = rhs,
                                        .relation = f->relation,
                                        .names = f->names,
                                        .nnames = f->nnames,
                                        .given = f->given,
                                        .ngiven = f->ngiven};
}

/* Whether a misconception leads to the same formula; its message then. */
static enum hs_status name_misconception(struct hs_ask_verdict *v, struct hs_arena *arena,
                                         const struct hs_question *q, const char *text,
                                         struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < q->nmisconceptions && st == HS_OK; i++) {
        struct hs_algebra_question ask = question(q, text, q->misconceptions[i].formula);
        struct hs_algebra_answer a;

        st = hs_algebra_ask(&a, arena, &ask, err);
        if (st == HS_OK && a.well_formed && a.equivalent) {
            v->kind = HS_ANSWER_MISCONCEPTION;
            v->misconception = q->misconceptions[i].id;
            v->message = q->misconceptions[i].message;
            break;
        }
    }
    return st;
}

/* "With numbers: left 3.1172, right 2.9041." behind what was said. */
static enum hs_status add_numbers(struct hs_ask_verdict *v, struct hs_arena *arena,
                                  const struct hs_question *q, const char *text,
                                  struct hs_error *err)
{
    struct hs_board_row row;
    struct hs_str message = HS_STR_INIT;
    enum hs_status st = hs_board_row(&row, arena, q, text, err);

    if (st != HS_OK || !row.has_numbers || q->kind == HS_ASK_EXPRESSION)
        return st;
    hs_str_printf(&message, "%s With this lesson's numbers: ", v->message);
    hs_board_numbers(&message, &row);
    hs_str_add_char(&message, '.');
    v->message = copy(arena, &message);
    return HS_OK;
}

static enum hs_status check_whole(struct hs_ask_verdict *v, struct hs_arena *arena,
                                  const struct hs_question *q, const char *text,
                                  struct hs_error *err)
{
    struct hs_algebra_question ask = question(q, text, q->formula->answer);
    struct hs_algebra_answer a;
    enum hs_status st = hs_algebra_ask(&a, arena, &ask, err);

    if (st != HS_OK)
        return st;
    if (!a.well_formed) {
        v->message = no_attempt(arena, a.fault.message);
        return HS_OK;
    }
    v->understood = echo(arena, a.tex[0]);
    v->kind = a.equivalent ? HS_ANSWER_CORRECT : HS_ANSWER_WRONG;
    v->message = a.equivalent ? "Right." : a.message;
    if (!a.equivalent)
        st = name_misconception(v, arena, q, text, err);
    if (st == HS_OK && !a.equivalent)
        st = add_numbers(v, arena, q, text, err);
    return st;
}

/* The new line, behind the right ones. */
static enum hs_status check_line(struct hs_ask_verdict *v, struct hs_arena *arena,
                                 const struct hs_question *q, const char *last, const char *text,
                                 struct hs_error *err)
{
    const struct hs_derivation d = derivation_of(q);
    struct hs_line line;
    enum hs_status st = hs_derivation_check(&line, arena, &d, last, text, err);

    if (st != HS_OK)
        return st;
    if (line.verdict == HS_LINE_FAULT) {
        v->message = no_attempt(arena, line.message);
        return HS_OK;
    }
    v->understood = echo(arena, line.tex);
    if (line.verdict == HS_LINE_WRONG) {
        v->kind = HS_ANSWER_WRONG;
        v->message = line.message;
        st = name_misconception(v, arena, q, line.says, err);
        return st == HS_OK ? add_numbers(v, arena, q, text, err) : st;
    }
    v->kind = line.arrived ? HS_ANSWER_CORRECT : HS_ANSWER_PROGRESS;
    v->message = line.arrived ? "Right, and that is the equation that was asked for."
                 : line.verdict == HS_LINE_GIVEN
                     ? "Right, with what is given put in. Go on."
                     : "Right: it says the same as the line before. Go on.";
    return add_numbers(v, arena, q, text, err);
}

/* Each line of the text in turn; the last verdict is the answer. A line before the last that is not
 * right ends it. */
static enum hs_status check_lines(struct hs_ask_verdict *v, struct hs_arena *arena,
                                  const struct hs_question *q, const char *text,
                                  struct hs_error *err)
{
    const char *last = q->formula->start;
    enum hs_status st = HS_OK;

    for (const char *p = text; st == HS_OK; p += strcspn(p, "\n") + 1) {
        const char *line = hs_arena_strndup(arena, p, strcspn(p, "\n"));

        if (line == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory judging a derivation");
        *v = (struct hs_ask_verdict){HS_ANSWER_INVALID, "", "", ""};
        st = check_line(v, arena, q, last, line, err);
        if (p[strcspn(p, "\n")] == '\0' ||
            (v->kind != HS_ANSWER_PROGRESS && v->kind != HS_ANSWER_CORRECT))
            break;
        last = as_equation(arena, q, line);
        if (last == NULL)
            return hs_fail(err, HS_ENOMEM, "out of memory judging a derivation");
    }
    return st;
}

enum hs_status hs_question_check_formula(struct hs_ask_verdict *out, struct hs_arena *arena,
                                         const struct hs_question *q, const char *text,
                                         struct hs_error *err)
{
    struct hs_ask_verdict v = {HS_ANSWER_INVALID, "", "", ""};
    enum hs_status st = q->kind == HS_ASK_DERIVATION ? check_lines(&v, arena, q, text, err)
                                                     : check_whole(&v, arena, q, text, err);

    if (st != HS_OK)
        return st;
    if (v.message == NULL || v.understood == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory judging an answer");
    *out = v;
    return HS_OK;
}

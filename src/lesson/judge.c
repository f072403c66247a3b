/* The judgement of an answer: right, a named misconception, a general note, or wrong. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "lesson/ask.h"
#include "lesson/board.h"

static const char *const names[] = {"none",          "invalid", "correct", "predicted",
                                    "misconception", "wrong",   "progress"};

const char *hs_ask_verdict_name(enum hs_ask_verdict_kind kind)
{
    return names[kind];
}

enum hs_ask_verdict_kind hs_ask_verdict_of(const char *name)
{
    for (size_t i = 0; i < HS_COUNTOF(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum hs_ask_verdict_kind)i;
    return HS_ANSWER_NONE;
}

static bool same(const double *a, size_t na, const double *b, size_t nb, const struct hs_tolerance *tolerance)
{
    if (na != nb)
        return false;
    for (size_t i = 0; i < na; i++)
        if (!hs_tolerance_accepts(tolerance, a[i], b[i]))
            return false;
    return true;
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-3 * fabs(b);
}

/* Notes that need no author: how s relates to t when the value itself is wrong (INTEROP 7.2). The coarse gate comes first:
 * within 10 % it is a matter of the last digits, beyond it rounding is never the explanation. */
static const char *general_note(double s, double t, bool integral, const char **message)
{
    double ratio = t != 0.0 && s != 0.0 ? fabs(s / t) : 0.0;

    if (t != 0.0 && fabs(s - t) <= 0.1 * fabs(t) && !integral) {
        *message = "Close: the way is right, the last digits are not. Keep more digits in the steps between.";
        return "digits";
    }
    if (t != 0.0 && near(s, -t)) {
        *message = "The size is right, the sign is not.";
        return "sign";
    }
    if (integral && fabs(s - t) == 1.0) {
        *message = "Off by one. Count again: are both ends in, and is it rounding or cutting off?";
        return "off-by-one";
    }
    if (t != 0.0 && s != 0.0 && fabs(fabs(t) - 1.0) > 1e-2 && near(s, 1.0 / t)) {
        *message = "That is one divided by what is asked for: units per step against steps per unit.";
        return "inverse";
    }
    if (ratio > 0.0 && near(log10(ratio), round(log10(ratio))) && fabs(log10(ratio)) > 0.5) {
        *message = "The digits are right; the decimal point is in another place.";
        return "decimal-point";
    }
    if (ratio > 0.0 && near(log2(ratio), round(log2(ratio))) && fabs(log2(ratio)) > 0.5) {
        *message = "It differs from what is asked for by a power of two: a shift too many or too few.";
        return "power-of-two";
    }
    *message = "Not this. Look at the demo or take a hint, then try again.";
    return "";
}

/* Number of the choice that the text names: its number, or its words in any case. 0 when none. */
static size_t find_choice(const struct hs_question *q, const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (end != text && *end == '\0' && *text != '-')
        return number <= q->nchoices ? number : 0;
    for (size_t i = 0; i < q->nchoices; i++)
        if (strcasecmp(q->choices[i], text) == 0)
            return i + 1;
    return 0;
}

struct reading {
    double *values;
    size_t n;
    const char *refusal; /* why it could not be read; NULL when it could */
};

static const char *refuse(struct hs_arena *arena, const struct hs_error *why)
{
    const char *stop = hs_ends_with(why->text, "?") ? "" : ".", *text;

    if (why->column > 1)
        text = hs_arena_printf(arena, "At character %d: %s%s No attempt was used.", why->column, why->text, stop);
    else
        text = hs_arena_printf(arena, "It cannot be read: %s%s No attempt was used.", why->text, stop);

    return text != NULL ? text : "It cannot be read. No attempt was used.";
}

static enum hs_status read_text(struct reading *out, struct hs_arena *arena, const struct hs_question *q, const char *text,
                                struct hs_error *err)
{
    struct hs_error why = HS_ERROR_INIT;
    enum hs_status st;

    *out = (struct reading){.values = hs_arena_alloc(arena, 1, sizeof *out->values), .n = 1};
    if (out->values == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory reading an answer");
    if (q->nchoices > 0) {
        out->values[0] = (double)find_choice(q, text);
        if (out->values[0] == 0.0)
            out->refusal = hs_arena_printf(arena, "Answer with a number from 1 to %zu. No attempt was used.", q->nchoices);
        return HS_OK;
    }
    st = q->kind == HS_ASK_LIST ? hs_answer_list(&out->values, &out->n, arena, text, 2 * q->n + 64, &why)
                                : hs_answer_number(out->values, text, &why);
    if (st == HS_ENOMEM)
        return hs_fail(err, st, "%s", why.text);
    if (st != HS_OK)
        out->refusal = refuse(arena, &why);
    else if (q->kind == HS_ASK_INTEGER && out->values[0] != floor(out->values[0]))
        out->refusal = "An integer is asked for. No attempt was used.";
    else if (q->kind == HS_ASK_LIST && out->n < q->n)
        out->refusal = hs_arena_printf(arena, "These are %zu number%s, %zu are asked for. No attempt was used.", out->n,
                                       out->n == 1 ? "" : "s", q->n);
    return HS_OK;
}

static const char *echo(struct hs_arena *arena, const struct hs_question *q, const struct reading *r)
{
    struct hs_str text = HS_STR_INIT;
    const char *copy;

    if (q->nchoices > 0) {
        hs_str_printf(&text, "%zu, %s", (size_t)r->values[0], q->choices[(size_t)r->values[0] - 1]);
    } else {
        for (size_t i = 0; i < r->n; i++) {
            char n[HS_FMT_SIZE];

            hs_str_printf(&text, "%s%s", i > 0 ? "  " : "", hs_fmt_double(n, r->values[i]));
        }
        if (*q->unit != '\0')
            hs_str_printf(&text, " %s", q->unit);
    }
    copy = hs_arena_strndup(arena, text.buf, text.len);
    hs_str_dispose(&text);
    return copy != NULL ? copy : "";
}

/* A list that is wrong without a name: how many are right says where to look, not what to write. */
static const char *list_note(struct hs_arena *arena, const struct hs_question *q, const struct reading *r)
{
    size_t right = 0, first = q->n;
    const char *text;

    if (r->n != q->n)
        return "Another count of numbers is asked for.";
    for (size_t i = q->n; i-- > 0;)
        if (hs_tolerance_accepts(&q->tolerance, r->values[i], q->answer[i]))
            right++;
        else
            first = i;
    text = hs_arena_printf(arena, "%zu of %zu are right. Look again from number %zu on.", right, q->n, first + 1);
    return text != NULL ? text : "Some of them are right.";
}

static void judge(struct hs_ask_verdict *v, struct hs_arena *arena, const struct hs_question *q, const struct reading *r)
{
    bool predict = q->kind == HS_ASK_PREDICT;

    if (same(r->values, r->n, q->answer, q->n, &q->tolerance)) {
        v->kind = HS_ANSWER_CORRECT;
        v->message = predict && *q->reveal != '\0' ? q->reveal : "Right.";
        return;
    }
    v->kind = predict ? HS_ANSWER_PREDICTED : HS_ANSWER_WRONG;
    for (size_t i = 0; i < q->nmisconceptions; i++) {
        const struct hs_ask_misconception *m = &q->misconceptions[i];

        if (same(r->values, r->n, m->values, m->n, &m->tolerance)) {
            v->kind = predict    ? HS_ANSWER_PREDICTED
                      : m->right ? HS_ANSWER_CORRECT
                                 : HS_ANSWER_MISCONCEPTION;
            v->misconception = m->id;
            v->message = m->message;
            if (predict && *q->reveal != '\0')
                v->message = hs_arena_printf(arena, "%s %s", m->message, q->reveal);
            return;
        }
    }
    if (predict)
        v->message = *q->reveal != '\0' ? q->reveal : "Now see what happens.";
    else if (q->kind == HS_ASK_LIST)
        v->message = list_note(arena, q, r);
    else if (q->nchoices > 0)
        v->message = "Not this one. Look at the demo or take a hint, then try again.";
    else
        v->misconception = general_note(r->values[0], q->answer[0], q->kind == HS_ASK_INTEGER, &v->message);
}

enum hs_status hs_question_check(struct hs_ask_verdict *out, struct hs_arena *arena, const struct hs_question *q,
                                 const char *text, struct hs_error *err)
{
    struct hs_ask_verdict v = {.kind = HS_ANSWER_INVALID, .misconception = "", .message = "", .understood = ""};
    struct hs_str trimmed = HS_STR_INIT;
    struct reading r;
    enum hs_status st;

    if (hs_question_is_formula(q))
        return hs_question_check_formula(out, arena, q, text, err);
    text += strspn(text, " \t");
    hs_str_add(&trimmed, text);
    while (trimmed.len > 0 && strchr(" \t\r\n", trimmed.buf[trimmed.len - 1]) != NULL)
        hs_str_truncate(&trimmed, trimmed.len - 1);
    st = read_text(&r, arena, q, trimmed.buf, err);
    hs_str_dispose(&trimmed);
    if (st != HS_OK)
        return st;
    if (r.refusal != NULL) {
        v.message = r.refusal;
    } else {
        v.understood = echo(arena, q, &r);
        judge(&v, arena, q, &r);
    }
    if (v.message == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory judging an answer");
    *out = v;
    return HS_OK;
}

void hs_question_misconception_text(struct hs_str *out, const struct hs_question *q, size_t i)
{
    const struct hs_ask_misconception *m = &q->misconceptions[i];

    if (m->formula != NULL)
        hs_str_add(out, m->formula);
    for (size_t k = 0; k < m->n; k++) {
        char n[HS_FMT_SIZE];

        hs_str_printf(out, "%s%s", k > 0 ? " " : "", hs_fmt_double(n, m->values[k]));
    }
}

void hs_question_answer_text(struct hs_str *out, const struct hs_question *q)
{
    if (q->kind == HS_ASK_DERIVATION) {
        for (size_t i = 0; i < q->formula->nlines; i++)
            hs_str_printf(out, "%s%s", i > 0 ? "\n" : "", q->formula->lines[i]);
    } else if (hs_question_is_formula(q)) {
        hs_str_add(out, q->formula->answer);
    }
    for (size_t i = 0; i < q->n; i++) {
        char n[HS_FMT_SIZE];

        hs_str_printf(out, "%s%s", i > 0 ? " " : "", hs_fmt_double(n, q->answer[i]));
    }
}

/* Reports for people: one submission in full, a class as a table. */
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "grade/report.h"

enum { INDENT = 6, NAME_COLUMNS = 28, TITLE_COLUMNS = 44 };

static void add_points(struct hs_str *out, int64_t milli)
{
    char text[HS_FMT_SIZE];

    hs_str_add(out, hs_fmt_double(text, (double)milli / 1000.0));
}

/* The text in exactly `columns` columns (cut or padded). */
static void add_cell(struct hs_str *out, const char *text, size_t columns)
{
    struct hs_str safe = HS_STR_INIT;
    size_t width;

    hs_text_sanitize(&safe, text, strlen(text), columns, false);
    width = hs_text_width(safe.buf, safe.len);
    hs_str_add(out, safe.buf);
    if (width < columns)
        hs_str_add_repeat(out, " ", columns - width);
    hs_str_dispose(&safe);
}

/* A paragraph filled to `columns`, each line indented; words longer than a line stand alone. */
static void add_paragraph(struct hs_str *out, const char *text, size_t columns)
{
    struct hs_str safe = HS_STR_INIT;
    size_t column = 0, room = columns > INDENT + 20 ? columns - INDENT : 20;
    const char *p;

    hs_text_sanitize(&safe, text, strlen(text), 0, false);
    for (p = safe.buf; *p != '\0';) {
        size_t n = strcspn(p, " "), width = hs_text_width(p, n);

        if (column > 0 && column + 1 + width > room) {
            hs_str_add_char(out, '\n');
            column = 0;
        }
        if (column == 0)
            hs_str_add_repeat(out, " ", INDENT);
        else
            hs_str_add_char(out, ' ');
        column += width + (column > 0);
        hs_str_add_bytes(out, p, n);
        p += n + strspn(p + n, " ");
    }
    hs_str_add_char(out, '\n');
    hs_str_dispose(&safe);
}

static void add_row(struct hs_str *out, const struct hs_row *row, size_t columns)
{
    struct hs_str score = HS_STR_INIT;

    if (row->scored)
        add_points(&score, row->score_milli);
    else
        hs_str_add_char(&score, '?');
    hs_str_add_char(&score, '/');
    add_points(&score, row->max_milli);
    hs_str_printf(out, "  %9s  ", score.buf);
    add_cell(out, row->title, TITLE_COLUMNS);
    hs_str_printf(out, "  %s", hs_verdict_name(row->verdict));
    if (row->misconception != NULL)
        hs_str_printf(out, " %s", row->misconception);
    hs_str_add_char(out, '\n');
    if (row->message[0] != '\0')
        add_paragraph(out, row->message, columns);
    hs_str_dispose(&score);
}

static void add_score(struct hs_str *out, const struct hs_report *r)
{
    struct hs_total total = hs_report_total(r);

    add_points(out, total.score_milli);
    hs_str_add(out, " / ");
    add_points(out, total.max_milli);
    if (!total.complete)
        hs_str_add(out, " so far");
}

void hs_report_text(struct hs_str *out, const struct hs_report *r, size_t columns)
{
    hs_str_printf(out, "%s  ", r->assignment);
    hs_text_sanitize(out, r->submission, strlen(r->submission), 60, false);
    hs_str_add(out, "  ");
    add_score(out, r);
    if (strcmp(r->status, "graded") != 0)
        hs_str_printf(out, "  (%s)", r->status);
    hs_str_add_char(out, '\n');
    for (size_t i = 0; i < r->rows.len; i++)
        add_row(out, &r->rows.items[i], columns);
    for (size_t i = 0; i < r->messages.len; i++)
        add_paragraph(out, r->messages.items[i], columns);
}

/* True when an earlier row names the same misconception. */
static bool is_repeated(const struct hs_report *r, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (r->rows.items[i].misconception != NULL && r->rows.items[j].misconception != NULL &&
            strcmp(r->rows.items[j].misconception, r->rows.items[i].misconception) == 0)
            return true;
    return false;
}

/* "E1.2, weights.codes?": what a TA wants to see at a glance. */
static void add_findings(struct hs_str *out, const struct hs_report *r)
{
    const char *between = "";

    for (size_t i = 0; i < r->rows.len; i++) {
        const struct hs_row *row = &r->rows.items[i];

        if ((row->scored && row->misconception == NULL) || is_repeated(r, i))
            continue;
        hs_str_printf(out, "%s%s%s", between,
                      row->misconception != NULL ? row->misconception : row->id,
                      row->scored ? "" : "?");
        between = ", ";
    }
}

void hs_report_line(struct hs_str *out, const struct hs_report *r, bool head)
{
    struct hs_str score = HS_STR_INIT, who = HS_STR_INIT;

    if (head) {
        add_cell(out, "student", NAME_COLUMNS);
        hs_str_add(out, "  score           status     findings (? needs review)\n");
    }
    hs_str_add(&who, r->student_id);
    if (r->student_name[0] != '\0')
        hs_str_printf(&who, " %s", r->student_name);
    add_score(&score, r);
    add_cell(out, who.buf, NAME_COLUMNS);
    hs_str_add(out, "  ");
    add_cell(out, score.buf, 16);
    add_cell(out, r->status, 11);
    add_findings(out, r);
    hs_str_add_char(out, '\n');
    hs_str_dispose(&score);
    hs_str_dispose(&who);
}

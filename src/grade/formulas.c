#include "grade/formulas.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { MOST_FORMULAS = 4096, MOST_BYTES = 8200 };

struct reader {
    hs_report_formulas *out;
    struct hs_arena *arena;
    enum hs_status st;
    const char *heading;
    char question[16]; /* "4.1" */
    char part;         /* 'a', or 0 */
    int line, cell;
    bool notebook, in_code; /* a fence of code, or a cell of code */
    bool in_math_fence;
    const char *closing; /* the next \) of this line, or its end; NULL when not looked for */
    const char *end;     /* what ends the display that is open; NULL when none is */
    int began;           /* its first line */
    struct hs_str math;
};

/* ---- labels of questions ---- */

static const char *skip(const char *p, const char *what)
{
    return p + strspn(p, what);
}

/* The word at p in any case, with what may stand behind it. */
static const char *past_word(const char *p)
{
    static const char *const words[] = {"question", "problem", "exercise", "answer to", "answer",
                                        "solution", "task",    "section",  "part",      "eq",
                                        "q",        "问题",    "题目",     "题",        "第"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]), k = 0;

        while (k < n && tolower((unsigned char)p[k]) == words[i][k])
            k++;
        if (k == n)
            return skip(p + n, " .:#");
    }
    return p;
}

/* "4.1" at p: its length, else 0. */
static size_t number_at(const char *p)
{
    size_t a = strspn(p, "0123456789"), b;

    if (a == 0 || a > 2 || p[a] != '.')
        return 0;
    b = strspn(p + a + 1, "0123456789");
    return b == 0 || b > 2 ||
                   (isalnum((unsigned char)p[a + 1 + b]) && isalnum((unsigned char)p[a + 2 + b]))
               ? 0
               : a + 1 + b;
}

/* "(a)", "a)", "a." or "a:" at p, or a bare letter behind a number: its length and letter. */
static size_t part_at(const char *p, bool behind_number, char *letter)
{
    bool open = *p == '(';
    char c = p[open] != '\0' ? (char)tolower((unsigned char)p[open]) : 0;

    if (c < 'a' || c > 'h')
        return 0;
    *letter = c;
    if (p[1 + open] == ')')
        return 2 + (size_t)open;
    if (open)
        return 0;
    if (p[1] == '.' || p[1] == ':')
        return p[2] == '\0' || p[2] == ' ' || p[2] == '*' || p[2] == '$' ? 2 : 0;
    return behind_number && !isalnum((unsigned char)p[1]) ? 1 : 0;
}

/* The label that a line begins with. Returns what stands behind it. */
static const char *read_label(struct reader *r, const char *p, bool heading)
{
    const char *start = skip(p, " \t>*_-+`#"), *at;
    size_t n;
    char letter;

    at = past_word(start);
    n = number_at(at);
    if (n > 0 && n < sizeof r->question) {
        memcpy(r->question, at, n);
        r->question[n] = '\0';
        r->part = 0;
        at = skip(at + n, " .:)*_");
        n = part_at(at, true, &letter);
        if (n > 0)
            r->part = letter;
        return skip(at + n, " .:)*_");
    }
    if (heading) { /* the number may stand behind other words: "## My solution of question 4.1" */
        for (const char *q = start; *q != '\0'; q++)
            if ((q == start || !isalnum((unsigned char)q[-1])) && q[-(q > start)] != '.' &&
                number_at(q) > 0)
                return read_label(r, q, false);
    }
    n = part_at(at, false, &letter);
    if (n == 0)
        return start;
    r->part = letter;
    return skip(at + n, " .:)*_");
}

/* ---- formulas ---- */

/* Without \tag{…}, \label{…} and the like, and without alignment marks. */
static void clean(struct hs_str *out, const char *p, size_t n)
{
    static const char *const dropped[] = {"\\tag*{",    "\\tag{",  "\\label{",
                                          "\\nonumber", "\\notag", "\\displaystyle"};

    for (const char *end = p + n; p < end;) {
        bool found = false;

        for (size_t i = 0; i < sizeof dropped / sizeof *dropped && !found; i++) {
            size_t length = strlen(dropped[i]);

            if ((size_t)(end - p) < length || memcmp(p, dropped[i], length) != 0)
                continue;
            found = true;
            p += length;
            if (dropped[i][length - 1] == '{')
                for (; p < end && p[-1] != '}'; p++)
                    continue;
        }
        if (!found && *p != '&')
            hs_str_add_char(out, *p == '\n' ? ' ' : *p);
        p += !found;
    }
    while (out->len > 0 && strchr(" .,;\t\r", out->buf[out->len - 1]) != NULL)
        hs_str_truncate(out, out->len - 1);
}

static void add(struct reader *r, const char *text, size_t n, int line, bool display, bool plain)
{
    struct hs_report_formula f = {.line = line,
                                  .cell = r->cell,
                                  .display = display,
                                  .plain = plain};
    struct hs_str own = HS_STR_INIT;
    struct hs_report_formula *last = r->out->len > 0 ? &r->out->items[r->out->len - 1] : NULL;

    clean(&own, text, n < MOST_BYTES ? n : MOST_BYTES);
    text = skip(own.buf, " \t\r");
    if (display && *text == '=' && last != NULL && last->line == line &&
        strlen(last->text) < MOST_BYTES) {
        const char *longer =
            hs_arena_printf(r->arena, "%s %s", last->text, text); /* "a &= b \\\\ &= c" goes on */

        if (longer != NULL)
            last->text = longer;
        else
            r->st = HS_ENOMEM;
        hs_str_dispose(&own);
        return;
    }
    if (*text != '\0' && r->out->len < MOST_FORMULAS && r->st == HS_OK) {
        f.text = hs_arena_strdup(r->arena, text);
        f.heading = r->heading;
        f.label = r->part != 0 ? hs_arena_printf(r->arena, "%s%c", r->question, r->part)
                               : hs_arena_strdup(r->arena, r->question);
        if (f.text == NULL || f.label == NULL || !HS_VEC_PUSH(r->out, f))
            r->st = HS_ENOMEM;
    }
    hs_str_dispose(&own);
}

/* A display may hold several formulas, one under the other: "\\" parts them, but inside of braces
 * it does not. */
static void add_display(struct reader *r, const char *text, size_t n, int line)
{
    int depth = 0;
    size_t from = 0;

    for (size_t i = 0; i < n; i++) {
        depth += (text[i] == '{') - (text[i] == '}');
        if (depth <= 0 && text[i] == '\\' && i + 1 < n && text[i + 1] == '\\') {
            add(r, text + from, i - from, line, true, false);
            from = i + 2;
            i++;
        } else if (text[i] == '\\') {
            i++;
        }
    }
    add(r, text + from, n - from, line, true, false);
}

/* What opens a display at p: how many bytes, and what ends it. */
static size_t opens(const char *p, const char **end)
{
    static const char *const pairs[][2] = {{"$$", "$$"},
                                           {"\\[", "\\]"},
                                           {"\\begin{equation}", "\\end{equation}"},
                                           {"\\begin{equation*}", "\\end{equation*}"},
                                           {"\\begin{align}", "\\end{align}"},
                                           {"\\begin{align*}", "\\end{align*}"},
                                           {"\\begin{aligned}", "\\end{aligned}"},
                                           {"\\begin{split}", "\\end{split}"},
                                           {"\\begin{gather}", "\\end{gather}"},
                                           {"\\begin{gather*}", "\\end{gather*}"},
                                           {"\\begin{eqnarray}", "\\end{eqnarray}"},
                                           {"\\begin{eqnarray*}", "\\end{eqnarray*}"}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (hs_starts_with(p, pairs[i][0])) {
            *end = pairs[i][1];
            return strlen(pairs[i][0]);
        }
    return 0;
}

/* $…$ or \(…\) at p, on one line: its whole length, else 0. A dollar before a space or a digit's
 * price is none. */
static size_t inline_math(struct reader *r, const char *p)
{
    bool dollar = *p == '$';
    size_t from = dollar ? 1 : 2;
    const char *end = p + from;

    if (dollar && (p[1] == ' ' || p[1] == '\0'))
        return 0;
    if (dollar) {
        for (; *end != '\0' && *end != '$' && end - p < MOST_BYTES; end++)
            end += end[0] == '\\' && end[1] != '\0';
    } else {
        if (r->closing == NULL || r->closing < end) { /* looked for once, until it is passed */
            r->closing = strstr(end, "\\)");
            r->closing = r->closing != NULL ? r->closing : end + strlen(end);
        }
        end = r->closing;
    }
    if (*end == '\0' || end - p >= MOST_BYTES || (dollar && end[-1] == ' '))
        return 0;
    add(r, p + from, (size_t)(end - p) - from, r->line, false, false);
    return (size_t)(end - p) + (dollar ? 1 : 2);
}

/* The open display goes on with this line; returns what is behind its end, or NULL when it is still
 * open. */
static const char *continue_display(struct reader *r, const char *p)
{
    const char *end = strstr(p, r->end);
    size_t n = end != NULL ? (size_t)(end - p) : strlen(p);

    if (r->math.len < MOST_BYTES)
        hs_str_add_bytes(&r->math, p, n);
    hs_str_add_char(&r->math, '\n');
    if (end == NULL)
        return NULL;
    p = end + strlen(r->end);
    /* aligned and split stand inside of $$: their marks are taken off */
    {
        const char *inner, *text = skip(r->math.buf, " \n\t");
        size_t open = opens(text, &inner), length = strlen(text);
        const char *close = open > 0 ? strstr(text, inner) : NULL;

        if (close != NULL)
            add_display(r, text + open, (size_t)(close - text) - open, r->began);
        else
            add_display(r, text, length, r->began);
    }
    hs_str_clear(&r->math);
    r->end = NULL;
    return p;
}

/* A line of its own that looks like an equation, without any mark: "s_b = s_w * s_in". */
static bool looks_like_equation(const char *p)
{
    size_t words = 0, signs = 0;

    if (strchr(p, '=') == NULL || strlen(p) > 400 || strchr(p, '|') != NULL)
        return false;
    for (; *p != '\0'; p++) {
        size_t n = 0;

        while (isalpha((unsigned char)p[n]))
            n++;
        signs += *p == '=' || *p == '*' || *p == '/' || *p == '+' || *p == '_';
        words += n > 6;
        p += n > 0 ? n - 1 : 0;
    }
    return words == 0 && signs >= 2;
}

static void prose_line(struct reader *r, const char *p)
{
    const char *rest = p;
    bool any = false;

    while (*rest != '\0' && r->st == HS_OK) {
        size_t n = opens(rest, &r->end);

        if (n > 0) {
            r->began = r->line;
            rest = continue_display(r, rest + n);
            any = true;
            if (rest == NULL)
                return;
            continue;
        }
        n = *rest == '$' || hs_starts_with(rest, "\\(") ? inline_math(r, rest) : 0;
        any = any || n > 0;
        rest += n > 0 ? n : *rest == '\\' && rest[1] != '\0' ? 2 : 1;
    }
    if (!any && looks_like_equation(p))
        add(r, p, strcspn(p, "`"), r->line, false, true);
}

static void take_heading(struct reader *r, const char *line)
{
    r->heading = hs_arena_strdup(r->arena, skip(line, "# "));
    if (r->heading == NULL) {
        r->heading = "";
        r->st = HS_ENOMEM;
    }
}

/* "# cell 3 text" of a notebook. */
static bool cell_mark(struct reader *r, const char *line)
{
    char kind[8];
    int cell;

    if (!r->notebook || sscanf(line, "# cell %d %7s", &cell, kind) != 2)
        return false;
    r->cell = cell;
    r->in_code = strcmp(kind, "code") == 0;
    r->in_math_fence = false;
    r->end = NULL;
    hs_str_clear(&r->math);
    return true;
}

static bool fence(struct reader *r, const char *line)
{
    const char *p = skip(line, " "), *info;

    if (!hs_starts_with(p, "```") && !hs_starts_with(p, "~~~"))
        return false;
    info = skip(p, "`~ ");
    if (r->in_math_fence || r->in_code) {
        r->in_code = r->in_math_fence = false;
    } else {
        r->in_math_fence = hs_starts_with(info, "math") || hs_starts_with(info, "latex") ||
                           hs_starts_with(info, "tex");
        r->in_code = !r->in_math_fence;
    }
    return true;
}

static void one_line(struct reader *r, const char *line)
{
    bool code_cell = r->notebook && r->in_code && r->cell > 0;

    if (cell_mark(r, line))
        return;
    if (r->end != NULL) {
        line = continue_display(r, line);
        if (line != NULL)
            prose_line(r, line);
        return;
    }
    if (code_cell || fence(r, line) || r->in_code)
        return;
    if (r->in_math_fence) {
        add_display(r, line, strlen(line), r->line);
        return;
    }
    if (*line == '#') {
        take_heading(r, line);
        prose_line(r, read_label(r, line, true));
        return;
    }
    prose_line(r, read_label(r, line, false));
}

enum hs_status hs_formulas_find(hs_report_formulas *out, struct hs_arena *arena, const char *text,
                                bool notebook, struct hs_error *err)
{
    struct reader r = {
        .out = out, .arena = arena, .heading = "", .notebook = notebook, .math = HS_STR_INIT};
    struct hs_str line = HS_STR_INIT;

    while (*text != '\0' && r.st == HS_OK) {
        size_t n = strcspn(text, "\n");

        r.line++;
        hs_str_clear(&line);
        r.closing = NULL;
        hs_str_add_bytes(&line, text, n > 0 && text[n - 1] == '\r' ? n - 1 : n);
        one_line(&r, line.buf);
        text += n + (text[n] == '\n');
        if (!hs_str_ok(&line) || !hs_str_ok(&r.math))
            r.st = HS_ENOMEM;
    }
    hs_str_dispose(&line);
    hs_str_dispose(&r.math);
    return r.st == HS_OK ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory reading a report");
}

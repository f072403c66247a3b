#include "tui/screens/lesson_draw.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/math.h"
#include "draw/view.h"
#include "draw/wrap.h"

enum { MAX_ROWS = 600 };

/* The step as one tall sheet of which the screen shows a part. */
struct sheet {
    struct hs_app *app;
    struct hs_grid g;
    int x, y, width;
    int answer_x, answer_y; /* the answer line's caret; -1 without one */
    int answer_end;         /* last row of what was said about the answer */
    int control_y;          /* the focused control; -1 */
    size_t controls;        /* seen so far */
};

bool hs_lesson_control(struct hs_app *app, size_t n, struct hs_control_place *out)
{
    size_t count;
    const struct hs_item *items = hs_study_items(app->study, &count, NULL);

    for (size_t i = 0; i < count; i++) {
        struct hs_demo *demo;

        if (items[i].kind != HS_ITEM_DEMO || items[i].fault != NULL ||
            hs_study_demo(&demo, app->study, items[i].part, NULL) != HS_OK)
            continue;
        if (n < demo->ncontrols) {
            *out = (struct hs_control_place){items[i].part, &demo->controls[n]};
            return true;
        }
        n -= demo->ncontrols;
    }
    return false;
}

static void put(void *payload, int line, int x, const char *text, size_t len, enum hs_style style)
{
    struct sheet *s = payload;

    hs_grid_text_n(&s->g, s->x + x, s->y + line, s->width - x, style, text, len);
}

/* A paragraph at the sheet's place. */
static void say(struct sheet *s, enum hs_style style, const char *text)
{
    struct hs_piece piece = {.text = text, .style = style};

    if (text != NULL && text[0] != '\0')
        s->y += hs_wrap(&piece, 1, s->width, 0, put, s);
}

static void prose(struct sheet *s, const struct hs_item *item)
{
    struct hs_grid part = s->g;
    int rows;

    if (s->y >= s->g.height)
        return;
    part.cells = s->g.cells + s->y * s->g.width;
    part.height = s->g.height - s->y;
    part.cursor_x = -1;
    rows = hs_doc_draw(&part, 0, s->width, s->g.ascii, item->blocks, item->nblocks);
    s->y += rows;
}

static void control(struct sheet *s, const struct hs_control *c)
{
    struct hs_str value = HS_STR_INIT;
    bool focused = s->controls == s->app->control;
    const char *left = hs_glyph(s->g.ascii, "left"), *right = hs_glyph(s->g.ascii, "right");

    hs_control_text(&value, c);
    hs_grid_text(&s->g, s->x, s->y, focused ? HS_STYLE_ACCENT : HS_STYLE_DIM, c->label);
    hs_grid_textf(&s->g, s->x + 14, s->y, focused ? HS_STYLE_FOCUS : HS_STYLE_ACCENT,
                  focused ? "%s %s %s" : "  %s  ", focused ? left : value.buf,
                  focused ? value.buf : "", focused ? right : "");
    if (focused)
        s->control_y = s->y;
    hs_str_dispose(&value);
    s->y++;
    s->controls++;
}

static void demo(struct sheet *s, const struct hs_item *item)
{
    struct hs_demo *d;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_grid view;
    int rows;

    if (item->fault != NULL || hs_study_demo(&d, s->app->study, item->part, &err) != HS_OK) {
        say(s, HS_STYLE_BAD, item->fault != NULL ? item->fault : err.text);
        return;
    }
    rows = hs_view_height(&d->view, s->width);
    if (hs_grid_new(&view, s->app->frame, s->width, rows, s->g.ascii, &err) == HS_OK &&
        hs_view_draw(&view, &d->view, &err) == HS_OK) {
        hs_grid_blit(&s->g, s->x, s->y, &view);
        s->y += rows + (d->ncontrols > 0);
    } else {
        say(s, HS_STYLE_BAD, err.text);
    }
    for (size_t i = 0; i < d->ncontrols; i++)
        control(s, &d->controls[i]);
}

/* A formula in two dimensions at the sheet's place, with a note at the right edge; returns the row
 * of its main line. */
static int formula(struct sheet *s, int x, const char *tex, const char *note)
{
    struct hs_grid g;
    int baseline, y = s->y;

    if (hs_math_typeset(&g, &baseline, s->app->frame, tex, s->width - x, s->g.ascii, NULL) != HS_OK)
        return y;
    hs_grid_blit(&s->g, s->x + x, s->y, &g);
    if (note != NULL && x + g.width + 3 + (int)hs_text_width(note, strlen(note)) <= s->width)
        hs_grid_text(&s->g, s->x + s->width - (int)hs_text_width(note, strlen(note)),
                     s->y + baseline, HS_STYLE_DIM, note);
    s->y += g.height;
    return y + baseline;
}

/* The lines of a derivation, each with its mark and its numbers. */
static void board(struct sheet *s, const struct hs_item *item)
{
    const struct hs_board_row *rows;
    struct hs_error err = HS_ERROR_INIT;
    size_t n;

    if (hs_study_board(&rows, &n, s->app->study, item->part, &err) != HS_OK) {
        say(s, HS_STYLE_BAD, err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct hs_str numbers = HS_STR_INIT;
        int y;

        hs_board_numbers(&numbers, &rows[i]);
        y = formula(s, 6, rows[i].tex, numbers.buf);
        hs_grid_textf(&s->g, s->x, y, HS_STYLE_DIM, "%zu", i);
        hs_grid_text(&s->g, s->x + 3, y, HS_STYLE_OK, i == 0 ? "" : hs_glyph(s->g.ascii, "ok"));
        s->y++;
        hs_str_dispose(&numbers);
    }
}

/* What may be written, and what is given. */
static void names(struct sheet *s, const struct hs_ask_formula *f)
{
    struct hs_str text = HS_STR_INIT;

    for (size_t i = 0; i < f->nnames; i++)
        hs_str_printf(&text, "%s%s", i > 0 ? ", " : "names: ", f->names[i]);
    for (size_t i = 0; i < f->ngiven; i++)
        hs_str_printf(&text, "%s%s", i > 0 ? ", " : "; given: ", f->given[i]);
    say(s, HS_STYLE_DIM, text.buf);
    hs_str_dispose(&text);
}

static void answer_line(struct sheet *s, const struct hs_item *item, bool open)
{
    struct hs_app *app = s->app;
    bool mine = open && app->draft_part == item->part;
    const char *text = mine ? app->draft.buf : item->state->draft;
    int shown = s->width - 6, before, skip = 0;
    size_t caret = mine ? app->caret : 0;

    before = (int)hs_text_width(text, caret);
    while (before - skip >= shown) /* a long answer scrolls under its caret */
        skip += shown / 2;
    hs_grid_text(&s->g, s->x, s->y, open ? HS_STYLE_ACCENT : HS_STYLE_DIM,
                 hs_glyph(s->g.ascii, "right"));
    hs_grid_text_n(&s->g, s->x + 2, s->y, shown, open ? HS_STYLE_STRONG : HS_STYLE_DIM,
                   text + hs_text_fit(text, strlen(text), (size_t)skip, NULL),
                   strlen(text + hs_text_fit(text, strlen(text), (size_t)skip, NULL)));
    if (open) {
        s->answer_x = s->x + 2 + before - skip;
        s->answer_y = s->y;
    }
    s->y++;
    if (mine && text[0] != '\0' && item->question->nchoices == 0) {
        const char *understood = hs_study_understood(app->study, item->part, text);

        if (understood[0] != '\0') {
            hs_grid_textf(&s->g, s->x + 2, s->y, HS_STYLE_DIM, "understood as %s", understood);
            s->y++;
        }
    }
}

static void verdict(struct sheet *s, const struct hs_item *item)
{
    const struct hs_ask_state *state = item->state;
    bool good = state->status == HS_ASK_CORRECT || state->status == HS_ASK_PREDICTED;
    char text[160];

    if (good) {
        snprintf(text, sizeof text, "%s %.10g of %.10g points", hs_glyph(s->g.ascii, "ok"),
                 (double)state->points / 1000, (double)item->question->points / 1000);
        say(s, HS_STYLE_OK, text);
    } else if (state->status == HS_ASK_SKIPPED) {
        say(s, HS_STYLE_HINT, "Passed over. It can still be answered.");
    } else if (state->verdict.kind == HS_ANSWER_INVALID) {
        say(s, HS_STYLE_HINT, "This cannot be read; it costs no attempt.");
    } else if (state->verdict.kind == HS_ANSWER_PROGRESS) {
        /* what it says is enough */
    } else if (state->verdict.kind != HS_ANSWER_NONE && state->status == HS_ASK_OPEN) {
        snprintf(text, sizeof text, "%s Not quite.", hs_glyph(s->g.ascii, "bad"));
        say(s, HS_STYLE_BAD, text);
    }
    if (state->verdict.message != NULL && state->status != HS_ASK_REVEALED)
        say(s, HS_STYLE_TEXT, state->verdict.message);
    if (state->status == HS_ASK_CORRECT || state->status == HS_ASK_REVEALED)
        say(s, HS_STYLE_DIM, hs_study_solution_text(s->app->study, item->part));
}

static void hint(struct sheet *s, const char *head, const char *text, bool open)
{
    struct hs_piece pieces[2] = {{.text = head, .style = HS_STYLE_HINT},
                                 {.text = text, .style = HS_STYLE_TEXT}};

    s->y += hs_wrap(pieces, 2, s->width, 0, put, s);
    if (open)
        s->answer_end = s->y;
}

static void hints(struct sheet *s, const struct hs_item *item, bool open)
{
    for (size_t i = 0; i < item->state->hints && i < item->question->nhints; i++)
        hint(s, "Hint: ", item->question->hints[i], open);
    if (*item->state->move != '\0')
        hint(s, "Next move: ", item->state->move, open);
}

static void question(struct sheet *s, const struct hs_item *item)
{
    const struct hs_question *q = item->question;
    size_t open_part;
    bool open = hs_study_open_question(s->app->study, &open_part) && open_part == item->part;
    char text[64];

    if (item->fault != NULL) {
        say(s, HS_STYLE_BAD, item->fault);
        return;
    }
    snprintf(text, sizeof text, "%s %.10g point%s", hs_glyph(s->g.ascii, "right"),
             (double)q->points / 1000, q->points == 1000 ? "" : "s");
    hs_grid_text(&s->g, s->x, s->y++, HS_STYLE_DIM, text);
    say(s, HS_STYLE_STRONG, q->prompt);
    for (size_t i = 0; i < q->nchoices; i++) {
        hs_grid_textf(&s->g, s->x + 2, s->y, HS_STYLE_KEY, "%zu", i + 1);
        s->x += 5;
        s->width -= 5;
        say(s, HS_STYLE_TEXT, q->choices[i]);
        s->x -= 5;
        s->width += 5;
    }
    if (q->formula != NULL)
        names(s, q->formula);
    if (q->kind == HS_ASK_DERIVATION)
        board(s, item);
    answer_line(s, item, open);
    verdict(s, item);
    if (open)
        s->answer_end = s->y;
    hints(s, item, open);
}

static void lay_out(struct sheet *s)
{
    size_t count;
    bool hidden;
    const struct hs_item *items = hs_study_items(s->app->study, &count, &hidden);
    const struct hs_lesson *lesson = hs_study_lesson(s->app->study);
    size_t step = hs_study_step(s->app->study);

    hs_grid_text(&s->g, s->x, s->y++, HS_STYLE_TITLE, lesson->steps.items[step].title);
    s->y++;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind == HS_ITEM_PROSE)
            prose(s, &items[i]);
        else if (items[i].kind == HS_ITEM_DEMO)
            demo(s, &items[i]);
        else
            question(s, &items[i]);
        s->y++;
    }
    if (hidden) {
        say(s, HS_STYLE_DIM, "The rest appears when you have made your prediction.");
    } else if (hs_study_step_is_done(s->app->study, step)) {
        bool last = step + 1 == lesson->steps.len;

        say(s, HS_STYLE_OK,
            last ? "The lesson is done. q goes back to the course."
                 : "This step is done. n goes on.");
    }
}

/* Scrolls so that row y is inside the window. */
static void reveal(struct hs_app *app, int y, int rows)
{
    if (y < app->scroll)
        app->scroll = y > 1 ? y - 1 : 0;
    else if (y >= app->scroll + rows - 1)
        app->scroll = y - rows + 3;
}

static void place_cursor(const struct sheet *s, struct hs_grid *g, int top, int rows)
{
    int x = 1, y = s->control_y;

    if (s->answer_y >= s->app->scroll && s->answer_y < s->app->scroll + rows) {
        x = s->answer_x + 1;
        y = s->answer_y;
    } else if (y < s->app->scroll || y >= s->app->scroll + rows) {
        y = s->app->scroll;
    }
    g->cursor_x = x < g->width ? x : g->width - 1;
    g->cursor_y = top + y - s->app->scroll;
}

static void status(struct hs_app *app, char *left, size_t n_left, char *right, size_t n_right,
                   bool narrow)
{
    const struct hs_lesson *lesson = hs_study_lesson(app->study);
    struct hs_score all, step;

    hs_study_score(app->study, &all, &step);
    snprintf(left, n_left, narrow ? "%.0s%d, step %zu/%zu" : "%s (%d) - step %zu of %zu",
             lesson->title, lesson->number, hs_study_step(app->study) + 1, lesson->steps.len);
    snprintf(right, n_right, narrow ? "%s  %.10g/%.10g" : "%s  %.10g of %.10g points",
             lesson->profile, (double)all.points / 1000, (double)all.maximum / 1000);
}

void hs_lesson_screen_draw(struct hs_app *app, struct hs_grid *g)
{
    struct sheet s = {.app = app, .answer_x = -1, .answer_y = -1, .control_y = -1};
    char left[200], right[120];
    struct hs_error err = HS_ERROR_INIT;
    int rows;

    if (hs_screen_too_small(g))
        return;
    status(app, left, sizeof left, right, sizeof right, g->width < 70);
    rows = hs_screen_frame(app, g, 'L', left, right);
    s.width = g->width - 3 < 100 ? g->width - 3 : 100;
    if (hs_grid_new(&s.g, app->frame, s.width, MAX_ROWS, g->ascii, &err) != HS_OK) {
        hs_grid_text(g, 1, 2, HS_STYLE_BAD, err.text);
        return;
    }
    lay_out(&s);
    if (app->follow_answer && s.answer_y >= 0) {
        reveal(app, s.answer_end, rows);
        reveal(app, s.answer_y, rows);
    }
    if (app->follow_control && s.control_y >= 0)
        reveal(app, s.control_y, rows);
    app->follow_answer = app->follow_control = false;
    app->bottom = s.y > rows ? s.y - rows : 0;
    app->page = rows - 2;
    app->scroll = app->scroll > app->bottom ? app->bottom : app->scroll < 0 ? 0 : app->scroll;
    s.g.cells += app->scroll * s.g.width;
    s.g.height = rows < MAX_ROWS - app->scroll ? rows : MAX_ROWS - app->scroll;
    hs_grid_blit(g, 1, 2, &s.g);
    if (app->scroll < app->bottom)
        hs_grid_textf(g, g->width - 8, g->height - 2, HS_STYLE_ACCENT, " %s more ",
                      hs_glyph(g->ascii, "down"));
    place_cursor(&s, g, 2, rows);
}

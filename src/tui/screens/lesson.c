/* The lesson screen: what keys do. */
#include <string.h>

#include "base/utf8.h"
#include "tui/screens/lesson_draw.h"
#include "tui/term.h"

/* The answer line follows the open question: its draft is loaded when the question changes. */
static void load_draft(struct hs_app *app)
{
    size_t part, count;
    const struct hs_item *items;

    if (!hs_study_open_question(app->study, &part)) {
        app->draft_part = (size_t)-1;
        hs_str_clear(&app->draft);
        return;
    }
    if (part == app->draft_part)
        return;
    app->draft_part = part;
    app->editing = app->answered = app->formula = app->derivation = false;
    hs_str_clear(&app->draft);
    items = hs_study_items(app->study, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (items[i].part == part && items[i].kind == HS_ITEM_ASK) {
            hs_str_add(&app->draft, items[i].state->draft);
            app->formula = hs_question_is_formula(items[i].question);
            app->derivation = items[i].question->kind == HS_ASK_DERIVATION;
        }
    app->caret = app->draft.len;
}

static void draw(struct hs_app *app, struct hs_grid *g)
{
    load_draft(app);
    hs_lesson_screen_draw(app, g);
}

static void keep_draft(struct hs_app *app)
{
    app->follow_answer = true;
    if (app->draft_part != (size_t)-1 &&
        hs_study_draft(app->study, app->draft_part, app->draft.buf, &app->err) != HS_OK)
        return;
}

/* Puts text into the line at the caret. */
static void insert(struct hs_app *app, const char *text, size_t n)
{
    struct hs_str line = HS_STR_INIT;

    if (app->draft.len + n > 400)
        return;
    hs_str_add_bytes(&line, app->draft.buf, app->caret);
    hs_str_add_bytes(&line, text, n);
    hs_str_add(&line, app->draft.buf + app->caret);
    if (hs_str_ok(&line)) {
        hs_str_dispose(&app->draft);
        app->draft = line;
        app->caret += n;
    } else {
        hs_str_dispose(&line);
    }
    keep_draft(app);
}

static size_t step_left(const struct hs_app *app)
{
    size_t at = app->caret;

    while (at > 0 && (app->draft.buf[--at] & 0xc0) == 0x80)
        continue;
    return at;
}

static size_t step_right(const struct hs_app *app)
{
    size_t at = app->caret;

    if (at < app->draft.len)
        at++;
    while (at < app->draft.len && (app->draft.buf[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static void erase(struct hs_app *app, size_t from, size_t to)
{
    memmove(app->draft.buf + from, app->draft.buf + to, app->draft.len - to + 1);
    app->draft.len -= to - from;
    app->caret = from;
    keep_draft(app);
}

/* Keys that edit a line that holds something. */
static bool edit(struct hs_app *app, int key)
{
    switch (key) {
    case HS_KEY_BACKSPACE:
        if (app->caret > 0)
            erase(app, step_left(app), app->caret);
        return true;
    case HS_KEY_DELETE:
        if (app->caret < app->draft.len)
            erase(app, app->caret, step_right(app));
        return true;
    case HS_KEY_LEFT:
        app->caret = step_left(app);
        return true;
    case HS_KEY_RIGHT:
        app->caret = step_right(app);
        return true;
    case HS_KEY_HOME:
        app->caret = 0;
        return true;
    case HS_KEY_END:
        app->caret = app->draft.len;
        return true;
    default:
        return false;
    }
}

/* Can an answer begin with this key? Then it starts the typing; other keys keep their meaning until
 * it has begun. */
static bool begins_answer(const struct hs_app *app, int key)
{
    if (key == HS_KEY_BACKSPACE)
        return app->draft.len != 0;
    if (app->formula && (key == '\\' || key == '('))
        return true;
    return (key > ' ' && key < 127 && strchr("0123456789-+.", key) != NULL) || key == 0x2212;
}

/* The last right line of a derivation comes back into the answer line. */
static bool take_line_back(struct hs_app *app)
{
    size_t part = app->draft_part;

    if (!hs_study_board_back(app->study, part))
        app->remark = "There is no line to take back.";
    app->draft_part = (size_t)-1;
    load_draft(app);
    app->editing = true;
    app->follow_answer = true;
    return true;
}

/* While the answer is being typed all keys are text but Enter, Tab, Esc (which leaves the line and
 * keeps it), ? and H. */
static bool text(struct hs_app *app, int key)
{
    char bytes[4];

    load_draft(app);
    if (app->draft_part == (size_t)-1 || app->confirm != 0)
        return false;
    if (!app->editing && !begins_answer(app, key))
        return false;
    if (!app->editing && app->answered && key != HS_KEY_BACKSPACE) {
        hs_str_clear(&app->draft);
        app->caret = 0;
    }
    app->answered = false;
    if (key == HS_KEY_ESCAPE || key == HS_KEY_TAB || key == HS_KEY_SHIFT_TAB) {
        app->editing = false;
        return key == HS_KEY_ESCAPE;
    }
    app->editing = true;
    if (edit(app, key))
        return true;
    if (key == HS_KEY_UP && app->derivation && app->draft.len == 0)
        return take_line_back(app);
    if (key < ' ' || key >= HS_KEY_FIRST || key == '?' ||
        (key == 'H' && !(app->formula && app->draft.len > 0)))
        return false;
    insert(app, bytes, hs_utf8_encode((uint32_t)key, bytes));
    return true;
}

static void submit(struct hs_app *app)
{
    size_t part;

    load_draft(app);
    if (app->draft_part == (size_t)-1) { /* nothing is open: Enter goes on */
        if (hs_study_next(app->study))
            app->scroll = 0;
        return;
    }
    if (app->draft.len == 0) {
        app->follow_answer = true;
        app->editing = app->formula;
        app->answered = false;
        app->remark =
            app->formula
                ? "Type your formula, then Enter. Esc leaves the line; then H gives a hint."
                : "Type your answer, then Enter. H gives a hint, x passes.";
        return;
    }
    part = app->draft_part;
    app->editing = false;
    app->answered = true;
    if (hs_study_submit(app->study, part, app->draft.buf, &app->err) != HS_OK)
        return;
    app->follow_answer = true;
    if (app->derivation)
        app->draft_part = (size_t)-1; /* a right line has left the answer line */
    load_draft(app);
    app->editing =
        app->formula && app->draft_part == part; /* a formula is mended, not typed anew */
    app->answered = !app->formula;
    if (app->draft_part == part)
        app->caret = app->draft.len;
}

static void nudge(struct hs_app *app, int steps)
{
    struct hs_control_place at;

    app->follow_control = true;
    if (hs_lesson_control(app, app->control, &at) &&
        hs_study_nudge(app->study, at.part, at.control->id, steps, &app->err) != HS_OK)
        return;
}

static void choose_control(struct hs_app *app, int by)
{
    struct hs_control_place at;
    size_t n = 0;

    while (hs_lesson_control(app, n, &at))
        n++;
    if (n > 0)
        app->control = (app->control + n + (size_t)(by + (int)n)) % n;
    app->follow_control = n > 0;
}

static void go(struct hs_app *app, bool forward)
{
    if (forward ? hs_study_next(app->study) : hs_study_back(app->study)) {
        app->scroll = 0;
        app->control = 0;
        app->draft_part = (size_t)-1;
    } else {
        app->remark = forward ? "This was the last step." : "This is the first step.";
    }
}

static enum hs_reaction request(struct hs_app *app, enum hs_request r)
{
    size_t part = app->draft_part;

    load_draft(app);
    switch (r) {
    case HS_REQUEST_SUBMIT:
        submit(app);
        break;
    case HS_REQUEST_LESS:
    case HS_REQUEST_MORE:
        nudge(app, r == HS_REQUEST_LESS ? -1 : 1);
        break;
    case HS_REQUEST_CONTROL:
    case HS_REQUEST_CONTROL_BACK:
        choose_control(app, r == HS_REQUEST_CONTROL ? 1 : -1);
        break;
    case HS_REQUEST_HINT:
        if (part != (size_t)-1 && !hs_study_hint(app->study, part))
            app->remark = "There is no further hint. S shows the solution.";
        app->editing = false;
        app->follow_answer = true;
        break;
    case HS_REQUEST_SOLUTION:
        app->confirm = part != (size_t)-1 ? 'S' : 0;
        break;
    case HS_REQUEST_RESET:
        app->confirm = 'R';
        break;
    case HS_REQUEST_SKIP:
        if (part != (size_t)-1 && hs_study_skip(app->study, part, &app->err) == HS_OK)
            app->draft_part = (size_t)-1;
        break;
    case HS_REQUEST_NEXT:
    case HS_REQUEST_BACK:
        go(app, r == HS_REQUEST_NEXT);
        break;
    case HS_REQUEST_SHEET:
        return HS_REACT_SHEET;
    case HS_REQUEST_QUIT:
        return HS_REACT_BACK;
    default:
        break;
    }
    return HS_REACT_DRAW;
}

const struct hs_screen hs_screen_lesson = {
    .id = "lesson", .letter = 'L', .draw = draw, .request = request, .text = text};

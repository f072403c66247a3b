#include "tui/app.h"

#include <signal.h>
#include <stdio.h>

#include "tui/screen.h"

enum { DEPTH = 4 };

struct loop {
    struct hs_app app;
    struct hs_term *term;
    const struct hs_screen *stack[DEPTH];
    int scrolls[DEPTH]; /* of the screens below */
    int depth;          /* of the top screen; -1 when none is left */
};

static enum hs_status open_study(struct loop *l, const char *name)
{
    struct hs_app *app = &l->app;
    enum hs_status st = hs_study_open(&app->study, app->session, name, 0, &app->err);

    if (st == HS_OK) {
        l->scrolls[l->depth < 0 ? 0 : l->depth] = app->scroll;
        l->stack[++l->depth] = &hs_screen_lesson;
        app->scroll = 0;
        app->control = 0;
        app->draft_part = (size_t)-1;
        app->follow_answer = false;
    }
    return st;
}

static void push(struct loop *l, const struct hs_screen *screen)
{
    if (l->depth + 1 >= DEPTH)
        return;
    l->scrolls[l->depth] = l->app.scroll;
    l->stack[++l->depth] = screen;
    l->app.scroll = 0;
}

static void pop(struct loop *l)
{
    if (l->stack[l->depth] == &hs_screen_lesson) {
        hs_study_free(l->app.study);
        l->app.study = NULL;
    }
    if (l->stack[l->depth] == &hs_screen_play) {
        hs_play_free(l->app.play);
        l->app.play = NULL;
    }
    l->depth--;
    l->app.scroll = l->depth >= 0 ? l->scrolls[l->depth] : 0;
}

static void draw(struct loop *l)
{
    struct hs_arena frame = HS_ARENA_INIT;
    struct hs_grid g;
    int width, height;

    l->term->size(l->term, &width, &height);
    l->app.frame = &frame;
    if (hs_grid_new(&g, &frame, width > 0 ? width : 1, height > 0 ? height : 1, l->term->ascii,
                    NULL) == HS_OK) {
        l->stack[l->depth]->draw(&l->app, &g);
        l->term->show(l->term, &g);
    }
    l->app.frame = NULL;
    hs_arena_dispose(&frame);
}

/* Scrolling is the same everywhere but where a screen moves a choice. */
static bool scroll(struct loop *l, enum hs_request r)
{
    struct hs_app *app = &l->app;
    int by = r == HS_REQUEST_UP          ? -1
             : r == HS_REQUEST_DOWN      ? 1
             : r == HS_REQUEST_PAGE_UP   ? -app->page
             : r == HS_REQUEST_PAGE_DOWN ? app->page
             : r == HS_REQUEST_TOP       ? -100000
             : r == HS_REQUEST_BOTTOM    ? 100000
                                         : 0;

    if (by == 0 || l->stack[l->depth]->arrows)
        return false;
    app->scroll += by;
    app->scroll = app->scroll > app->bottom ? app->bottom : app->scroll;
    app->scroll = app->scroll < 0 ? 0 : app->scroll;
    return true;
}

/* The answer to "Show the solution?" and "Forget the answers?". */
static void confirmed(struct loop *l, int key)
{
    struct hs_app *app = &l->app;

    if (key == 'y' || key == 'Y') {
        enum hs_status st = app->confirm == 'S'
                                ? hs_study_solution(app->study, app->draft_part, &app->err)
                                : hs_study_reset_step(app->study, &app->err);

        if (st == HS_OK)
            app->draft_part = (size_t)-1;
    }
    app->confirm = 0;
}

static void react(struct loop *l, enum hs_reaction reaction)
{
    struct hs_progress chosen;

    switch (reaction) {
    case HS_REACT_BACK:
        pop(l);
        break;
    case HS_REACT_LEAVE:
        while (l->depth >= 0)
            pop(l);
        break;
    case HS_REACT_LESSON:
        hs_session_progress(l->app.session, l->app.chosen, &chosen);
        if (open_study(l, chosen.lesson->id) != HS_OK)
            return; /* the error stands in the status line */
        break;
    case HS_REACT_SHEET:
        push(l, &hs_screen_sheet);
        break;
    case HS_REACT_PLAY:
        if (hs_play_open(&l->app.play, NULL, NULL, NULL, &l->app.err) == HS_OK)
            push(l, &hs_screen_play);
        break;
    default:
        break;
    }
}

static void handle(struct loop *l, int key)
{
    struct hs_app *app = &l->app;
    const struct hs_screen *screen = l->stack[l->depth];
    enum hs_request r;

    if (key == HS_KEY_RESIZE) /* what is being typed or turned stays in sight */
        app->follow_answer = app->editing || app->draft.len > 0;
    if (key == HS_KEY_NONE || key == HS_KEY_RESIZE)
        return;
    app->remark = NULL;
    hs_error_clear(&app->err);
    if (app->confirm != 0 && key != HS_KEY_CTRL_C) {
        confirmed(l, key);
        return;
    }
    if (screen->text != NULL && screen->text(app, key))
        return;
    r = hs_keymap(key, screen->letter);
    if (r == HS_REQUEST_LEAVE) {
        react(l, HS_REACT_LEAVE);
    } else if (r == HS_REQUEST_SUSPEND) {
        l->term->suspend(l->term);
    } else if (r == HS_REQUEST_HELP && screen != &hs_screen_help) {
        app->help_for = screen->letter;
        push(l, &hs_screen_help);
    } else if (r == HS_REQUEST_NONE) {
        app->remark = "That key does nothing here. ? shows what keys do.";
    } else if (!scroll(l, r)) {
        react(l, screen->request(app, r));
    }
}

/* Home, or a lesson; a lesson that cannot be opened is an error before anything is drawn. */
static enum hs_status begin(struct loop *l, const char *lesson_and_step)
{
    enum hs_status st;

    l->depth = -1;
    st = hs_session_open(&l->app.session, &l->app.err);
    if (st != HS_OK)
        return st;
    l->app.remark = hs_session_remark(l->app.session);
    l->app.chosen = hs_session_next_lesson(l->app.session);
    if (lesson_and_step != NULL)
        return open_study(l, lesson_and_step[0] != '\0' ? lesson_and_step : NULL);
    l->stack[++l->depth] = &hs_screen_home;
    return HS_OK;
}

/* Keys until nothing is left to show; then everything is given back. */
static int run_loop(struct loop *l, enum hs_status st, struct hs_error *err)
{
    bool interrupted = false;

    while (st == HS_OK && l->depth >= 0) {
        int key;

        draw(l);
        key = l->term->key(l->term);
        if (key == HS_KEY_HANGUP || key == HS_KEY_END_OF_INPUT)
            break;
        interrupted = key == HS_KEY_CTRL_C;
        handle(l, key);
    }
    l->term->close(l->term);
    while (l->depth >= 0)
        pop(l);
    if (st != HS_OK)
        *err = l->app.err;
    hs_session_free(l->app.session);
    hs_str_dispose(&l->app.draft);
    hs_str_dispose(&l->app.said);
    return st != HS_OK ? hs_status_exit_code(st) : interrupted ? 130 : 0;
}

int hs_app_run(struct hs_term *term, const char *lesson_and_step, struct hs_error *err)
{
    struct loop l = {.term = term,
                     .app = {.draft = HS_STR_INIT, .said = HS_STR_INIT, .draft_part = (size_t)-1}};

    return run_loop(&l, begin(&l, lesson_and_step), err);
}

int hs_app_play(struct hs_term *term, struct hs_play *play, struct hs_error *err)
{
    struct loop l = {.term = term,
                     .app = {.draft = HS_STR_INIT, .said = HS_STR_INIT, .draft_part = (size_t)-1}};

    l.app.play = play;
    l.stack[0] = &hs_screen_play;
    return run_loop(&l, HS_OK, err);
}

static int report(const struct hs_error *err)
{
    fprintf(stderr, "halfstep: %s\n", err->text);
    return hs_status_exit_code(err->code);
}

/* How the program ends behind a screen. */
static int end(int code, const struct hs_error *err)
{
    int sig = hs_term_curses_signal();

    if (err->code != HS_OK)
        return report(err);
    if (sig != 0) { /* everything is saved and restored: die of the signal, as a shell expects */
        signal(sig, SIG_DFL);
        raise(sig);
    }
    return code;
}

static int run(struct hs_term *term, const char *lesson_and_step)
{
    struct hs_error err = HS_ERROR_INIT;
    int code = hs_app_run(term, lesson_and_step, &err);

    return end(code, &err);
}

int hs_tui_home(void)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_term *term;

    if (hs_term_curses_open(&term, &err) != HS_OK)
        return report(&err);
    return run(term, NULL);
}

int hs_tui_learn(const char *lesson_and_step, const char *key_script)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_term *term;
    enum hs_status st = key_script != NULL ? hs_term_script_open(&term, key_script, ".", &err)
                                           : hs_term_curses_open(&term, &err);

    if (st != HS_OK)
        return report(&err);
    return run(term, lesson_and_step != NULL ? lesson_and_step : "");
}

int hs_tui_play(struct hs_play *play, const char *key_script)
{
    struct hs_error err = HS_ERROR_INIT;
    struct hs_term *term;
    enum hs_status st = key_script != NULL ? hs_term_script_open(&term, key_script, ".", &err)
                                           : hs_term_curses_open(&term, &err);
    int code;

    if (st != HS_OK) {
        hs_play_free(play);
        return report(&err);
    }
    code = hs_app_play(term, play, &err);
    return end(code, &err);
}

/* The only file that knows curses. Requirements: ROBUSTNESS 8. */
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <ncurses.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "draw/theme.h"

static struct {
    struct hs_term term;
    struct termios saved; /* before curses touched anything */
    SCREEN *screen;
    bool open, have_saved;
    int pipe[2];                 /* signals write a byte, the loop reads it */
    volatile sig_atomic_t fatal; /* the signal that asks to leave */
    const char *theme;
    short pairs[HS_STYLE_COUNT];
    int stderr_copy;
} tty = {.pipe = {-1, -1}, .stderr_copy = -1};

static const int fatal_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT},
                 crash_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE};

static void on_signal(int sig)
{
    char byte = 's';
    int saved = errno;

    if (sig != SIGWINCH && sig != SIGCONT)
        tty.fatal = sig;
    else
        byte = sig == SIGWINCH ? 'w' : 'c';
    if (write(tty.pipe[1], &byte, 1) < 0)
        errno = saved; /* a full pipe has woken the loop already */
    errno = saved;
}

/* Async-signal-safe: fixed bytes and tcsetattr, then the default action. */
static void on_crash(int sig)
{
    static const char reset[] = "\033[?1049l\033[?25h\033[0m\033[?2004l\r\n";

    if (tty.open && tty.have_saved) {
        if (write(STDOUT_FILENO, reset, sizeof reset - 1) < 0)
            tty.open = false;
        tcsetattr(STDIN_FILENO, TCSANOW, &tty.saved);
    }
    signal(sig, SIG_DFL);
    raise(sig);
}

static void watch(const int *signals, size_t n, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < n; i++)
        sigaction(signals[i], &action, NULL);
}

static void unwatch(void)
{
    watch(fatal_signals, HS_COUNTOF(fatal_signals), SIG_DFL);
    watch(crash_signals, HS_COUNTOF(crash_signals), SIG_DFL);
    watch((const int[]){SIGWINCH, SIGCONT}, 2, SIG_DFL);
}

static void restore(void)
{
    static const char bracketed_off[] = "\033[?2004l";

    if (!tty.open)
        return;
    tty.open = false;
    endwin();
    if (write(STDOUT_FILENO, bracketed_off, sizeof bracketed_off - 1) < 0)
        tty.fatal = tty.fatal != 0 ? tty.fatal : SIGHUP;
    if (tty.have_saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &tty.saved);
    unwatch();
}

int hs_term_curses_signal(void)
{
    return tty.fatal;
}

static void close_term(struct hs_term *t)
{
    (void)t;
    restore();
    if (tty.screen != NULL) {
        delscreen(tty.screen);
        tty.screen = NULL;
    }
    for (int i = 0; i < 2; i++)
        if (tty.pipe[i] >= 0) {
            close(tty.pipe[i]);
            tty.pipe[i] = -1;
        }
}

static void size(struct hs_term *t, int *width, int *height)
{
    (void)t;
    *width = COLS;
    *height = LINES;
}

static attr_t attributes(enum hs_style style)
{
    struct hs_look look = hs_theme_look(tty.theme, style);
    attr_t a = 0;

    a |= look.attributes & HS_BOLD ? A_BOLD : 0;
    a |= look.attributes & HS_DIM ? A_DIM : 0;
    a |= look.attributes & HS_UNDERLINE ? A_UNDERLINE : 0;
    a |= look.attributes & HS_REVERSE ? A_REVERSE : 0;
    return a;
}

static void show(struct hs_term *t, const struct hs_grid *g)
{
    (void)t;
    erase();
    for (int y = 0; y < g->height && y < LINES; y++)
        for (int x = 0; x < g->width && x < COLS; x++) {
            const struct hs_cell *c = &g->cells[y * g->width + x];
            wchar_t wide[16];
            cchar_t cell;
            size_t n;

            if (c->width == 0)
                continue;
            n = mbstowcs(wide, c->text, HS_COUNTOF(wide) - 1);
            if (n == (size_t)-1 || n == 0)
                wide[0] = L'?', n = 1;
            wide[n < CCHARW_MAX ? n : CCHARW_MAX - 1] = L'\0';
            if (setcchar(&cell, wide, attributes(c->style), tty.pairs[c->style], NULL) == OK)
                mvadd_wch(y, x, &cell);
        }
    if (g->cursor_x >= 0 && g->cursor_y >= 0 && g->cursor_y < LINES && g->cursor_x < COLS)
        move(g->cursor_y, g->cursor_x);
    refresh();
}

static int translate(wint_t c, bool is_key)
{
    static const struct {
        int curses, ours;
    } keys[] = {{KEY_UP, HS_KEY_UP},         {KEY_DOWN, HS_KEY_DOWN},
                {KEY_LEFT, HS_KEY_LEFT},     {KEY_RIGHT, HS_KEY_RIGHT},
                {KEY_PPAGE, HS_KEY_PAGE_UP}, {KEY_NPAGE, HS_KEY_PAGE_DOWN},
                {KEY_HOME, HS_KEY_HOME},     {KEY_END, HS_KEY_END},
                {KEY_DC, HS_KEY_DELETE},     {KEY_BTAB, HS_KEY_SHIFT_TAB},
                {KEY_F(1), HS_KEY_F1},       {KEY_RESIZE, HS_KEY_RESIZE},
                {KEY_ENTER, HS_KEY_ENTER},   {KEY_BACKSPACE, HS_KEY_BACKSPACE}};

    for (size_t i = 0; is_key && i < HS_COUNTOF(keys); i++)
        if ((wint_t)keys[i].curses == c)
            return keys[i].ours;
    if (is_key)
        return HS_KEY_NONE;
    return c == '\r' ? HS_KEY_ENTER : c == 8 ? HS_KEY_BACKSPACE : (int)c;
}

/* Waits for input or a signal. */
static int key(struct hs_term *t)
{
    struct pollfd wait[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = tty.pipe[0], .events = POLLIN}};
    wint_t c;
    int kind;

    (void)t;
    for (;;) {
        char bytes[64];

        timeout(0);
        kind = get_wch(&c);
        if (kind != ERR)
            return translate(c, kind == KEY_CODE_YES);
        if (tty.fatal != 0)
            return HS_KEY_HANGUP;
        wait[0].revents = wait[1].revents = 0;
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            return HS_KEY_HANGUP;
        if (wait[1].revents & POLLIN) {
            ssize_t n = read(tty.pipe[0], bytes, sizeof bytes);

            if (tty.fatal != 0)
                return HS_KEY_HANGUP;
            for (ssize_t i = 0; i < n; i++)
                if (bytes[i] == 'c')
                    clearok(curscr, TRUE); /* stopped and continued behind our back */
            if (n > 0) {                   /* coalesced: curses reads the size once */
                endwin();
                refresh();
                return HS_KEY_RESIZE;
            }
        }
        if (wait[0].revents & (POLLHUP | POLLERR | POLLNVAL) && !(wait[0].revents & POLLIN))
            return HS_KEY_HANGUP;
    }
}

static void suspend(struct hs_term *t)
{
    (void)t;
    def_prog_mode();
    endwin();
    if (tty.have_saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &tty.saved);
    raise(SIGSTOP);
    reset_prog_mode();
    clearok(curscr, TRUE);
    refresh();
}

/* Colours by theme; attributes alone under NO_COLOR or on a terminal without colours. */
static void choose_colours(void)
{
    const char *asked = hs_env("HALFSTEP_THEME");

    tty.theme = asked != NULL ? asked : "dark";
    if (hs_env("NO_COLOR") != NULL || !has_colors()) {
        tty.theme = "mono";
        return;
    }
    start_color();
    use_default_colors();
    for (int i = 0; i < HS_STYLE_COUNT; i++) {
        struct hs_look look = hs_theme_look(tty.theme, (enum hs_style)i);
        int colour = look.colour >= COLORS && look.colour >= 8 ? look.colour - 8 : look.colour;

        if (colour < 0 || i + 1 >= COLOR_PAIRS)
            continue;
        init_pair((short)(i + 1), (short)colour, -1);
        tty.pairs[i] = (short)(i + 1);
    }
}

static enum hs_status no_terminal(struct hs_error *err, const char *what)
{
    return hs_fail(err, HS_ETERMINAL, "%s; halfstep learn --plain works without a screen", what);
}

enum hs_status hs_term_curses_open(struct hs_term **out, struct hs_error *err)
{
    const char *name = hs_env("TERM");

    if (name == NULL || strcmp(name, "dumb") == 0)
        return no_terminal(err, name == NULL ? "TERM is not set" : "TERM is dumb");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return no_terminal(err, "standard input or output is no terminal");
    tty.have_saved = tcgetattr(STDIN_FILENO, &tty.saved) == 0;
    if (pipe2(tty.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return hs_fail(err, HS_EIO, "no pipe: %s", strerror(errno));
    tty.screen = newterm(NULL, stdout, stdin);
    if (tty.screen == NULL)
        return hs_fail(
            err, HS_ETERMINAL,
            "the terminal type %s (TERM) is not known; try TERM=xterm, or halfstep learn --plain",
            name);
    tty.open = true;
    atexit(restore);
    raw(); /* Ctrl-C and Ctrl-Z come as keys */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    choose_colours();
    watch(fatal_signals, HS_COUNTOF(fatal_signals), on_signal);
    watch((const int[]){SIGWINCH, SIGCONT}, 2, on_signal);
    watch(crash_signals, HS_COUNTOF(crash_signals), on_crash);
    tty.term = (struct hs_term){.size = size,
                                .show = show,
                                .key = key,
                                .suspend = suspend,
                                .close = close_term,
                                .ascii = !hs_env_is_utf8()};
    *out = &tty.term;
    return HS_OK;
}

/* Keys from a file, screens into files. Declared in tui/term.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tui/keymap.h"
#include "tui/term.h"

struct script {
    struct hs_term term;
    struct hs_arena arena;
    FILE *in;
    char folder[1024];
    char typed[600]; /* text of `type` that is not handed out yet */
    size_t at;
    int width, height;
    struct hs_str screen; /* the last one shown */
};

static void size(struct hs_term *t, int *width, int *height)
{
    struct script *s = (struct script *)(void *)t;

    *width = s->width;
    *height = s->height;
}

static void show(struct hs_term *t, const struct hs_grid *g)
{
    struct script *s = (struct script *)(void *)t;

    hs_str_clear(&s->screen);
    hs_grid_to_text(&s->screen, g);
    hs_str_printf(&s->screen, "cursor %d %d\n", g->cursor_x, g->cursor_y);
}

static void save(const struct script *s, const char *name)
{
    char path[2048];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s.screen", s->folder, name);
    f = fopen(path, "w");
    if (f == NULL || fwrite(s->screen.buf, 1, s->screen.len, f) != s->screen.len)
        fprintf(stderr, "halfstep: cannot write %s\n", path);
    if (f != NULL)
        fclose(f);
}

static int next_typed(struct script *s)
{
    uint32_t c;

    s->at += hs_utf8_decode(s->typed + s->at, strlen(s->typed + s->at), &c, NULL);
    return (int)c;
}

static int key(struct hs_term *t)
{
    struct script *s = (struct script *)(void *)t;
    char line[600];

    if (s->typed[s->at] != '\0')
        return next_typed(s);
    while (fgets(line, sizeof line, s->in) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || (line[0] == '#' && line[1] == ' '))
            continue;
        if (hs_starts_with(line, "save ")) {
            save(s, line + 5);
        } else if (sscanf(line, "resize %d %d", &s->width, &s->height) == 2) {
            return HS_KEY_RESIZE;
        } else if (hs_starts_with(line, "ascii ")) {
            t->ascii = strcmp(line + 6, "on") == 0;
            return HS_KEY_RESIZE;
        } else if (hs_starts_with(line, "type ")) {
            snprintf(s->typed, sizeof s->typed, "%s", line + 5);
            s->at = 0;
            if (s->typed[0] != '\0')
                return next_typed(s);
        } else if (hs_key_find(line) >= 0) {
            return hs_key_find(line);
        } else {
            fprintf(stderr, "halfstep: no key is called \"%s\"\n", line);
        }
    }
    return HS_KEY_END_OF_INPUT;
}

static void suspend(struct hs_term *t)
{
    (void)t; /* nothing to give back */
}

static void close_term(struct hs_term *t)
{
    struct script *s = (struct script *)(void *)t;

    fclose(s->in);
    hs_str_dispose(&s->screen);
    hs_free(s);
}

enum hs_status hs_term_script_open(struct hs_term **out, const char *path, const char *folder,
                                   struct hs_error *err)
{
    struct script *s = hs_alloc_zero(1, sizeof *s);

    if (s == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    s->in = fopen(path, "r");
    if (s->in == NULL) {
        hs_free(s);
        return hs_fail(err, HS_EIO, "%s: cannot be opened", path);
    }
    snprintf(s->folder, sizeof s->folder, "%s", folder);
    s->screen = HS_STR_INIT;
    s->width = 80;
    s->height = 24;
    s->term = (struct hs_term){
        .size = size, .show = show, .key = key, .suspend = suspend, .close = close_term};
    *out = &s->term;
    return HS_OK;
}

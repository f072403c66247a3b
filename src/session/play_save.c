/* The playground into files. Declared in session/play.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "io/file.h"
#include "session/play.h"

enum { COLUMNS = 100, ROWS = 80 };

/* The page on a grid of its own, as high as it needs; a title above. */
static enum hs_status page(struct hs_grid *out, struct hs_arena *arena, struct hs_play *play,
                           bool ascii, struct hs_error *err)
{
    struct hs_grid sheet, part;
    int rows, x, y;
    enum hs_status st = hs_grid_new(&sheet, arena, COLUMNS, ROWS, ascii, err);

    if (st != HS_OK)
        return st;
    hs_grid_text(&sheet, 0, 0, HS_STYLE_TITLE, hs_play_title(play));
    part = sheet;
    part.cells += 2 * COLUMNS;
    part.height -= 2;
    st = hs_play_draw(&part, &rows, &x, &y, arena, play, HS_DIAL_COUNT, false, err);
    *out = sheet;
    out->height = rows + 2 < ROWS ? rows + 2 : ROWS;
    out->cursor_x = out->cursor_y = -1;
    return st;
}

enum hs_status hs_play_format(struct hs_str *out, struct hs_play *play, const char *format,
                              bool ascii, struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    bool svg = strcmp(format, "svg") == 0;
    struct hs_grid g;
    enum hs_status st = HS_OK;

    if (strcmp(format, "lua") == 0) {
        hs_play_script(out, play);
    } else if (svg || strcmp(format, "txt") == 0) {
        st = page(&g, &arena, play, ascii, err);
        if (st == HS_OK && svg)
            hs_grid_to_svg(out, &g, "light");
        else if (st == HS_OK)
            hs_grid_to_text(out, &g);
    } else {
        st = hs_fail(err, HS_EINVAL, "the playground is saved as .svg, .txt or .lua, not as .%.20s",
                     format);
    }
    hs_arena_dispose(&arena);
    return st == HS_OK && !hs_str_ok(out)
               ? hs_fail(err, HS_ENOMEM, "out of memory saving the playground")
               : st;
}

enum hs_status hs_play_write(struct hs_play *play, const char *path, struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT;
    enum hs_status st = hs_play_format(&text, play, hs_path_ext(path), false, err);

    if (st == HS_OK)
        st = hs_file_write(path, text.buf, text.len, err);
    hs_str_dispose(&text);
    return st;
}

enum hs_status hs_play_save(struct hs_str *name, struct hs_play *play, struct hs_error *err)
{
    static const char *const endings[] = {"svg", "txt", "lua"};
    char base[40] = "playground", path[64];
    enum hs_status st = HS_OK;

    for (int k = 2; k < 1000; k++) {
        bool taken = false;

        for (size_t i = 0; i < 3; i++) {
            snprintf(path, sizeof path, "%s.%s", base, endings[i]);
            taken = taken || access(path, F_OK) == 0;
        }
        if (!taken)
            break;
        snprintf(base, sizeof base, "playground-%d", k);
    }
    for (size_t i = 0; i < 3 && st == HS_OK; i++) {
        snprintf(path, sizeof path, "%s.%s", base, endings[i]);
        st = hs_play_write(play, path, err);
    }
    hs_str_add(name, base);
    return st;
}

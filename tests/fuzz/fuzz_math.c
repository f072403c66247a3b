/* A formula: the text behind the first two bytes, which choose the width and the alphabet. Whatever is typeset fits its width and has its
 * baseline inside; the line form is text; the drawing is an SVG document. */
#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "draw/math.h"
#include "fuzz.h"

static void typeset(const char *tex, int width, bool ascii)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str text = HS_STR_INIT;
    struct hs_grid g;
    int baseline = -1;

    if (hs_math_typeset(&g, &baseline, &arena, tex, width, ascii, &err) != HS_OK) {
        assert(err.text[0] != '\0');
    } else {
        assert(g.width <= (width > 0 ? width : 2048) && g.height <= 256);
        assert(baseline >= 0 && baseline < g.height);
        hs_grid_to_text(&text, &g);
        assert(hs_utf8_valid(text.buf, text.len));
        for (size_t i = 0; ascii && i < text.len; i++)
            assert((unsigned char)text.buf[i] < 0x80);
    }
    hs_str_dispose(&text);
    hs_arena_dispose(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_str line = HS_STR_INIT;
    const char *tex;
    int width;
    bool ascii;

    if (size < 2)
        return 0;
    width = data[0] % 100;
    ascii = data[1] % 2 != 0;
    tex = hs_arena_strndup(&arena, (const char *)data + 2, size - 2);
    if (tex != NULL) {
        typeset(tex, width, ascii);
        hs_math_line(&line, tex, ascii);
        assert(hs_utf8_valid(line.buf, line.len));
        hs_str_clear(&line);
        if (hs_math_svg(&line, tex, "light", NULL) == HS_OK)
            assert(hs_utf8_valid(line.buf, line.len) && hs_ends_with(line.buf, "</svg>\n"));
    }
    hs_str_dispose(&line);
    hs_arena_dispose(&arena);
    return 0;
}

/* A formula as a picture. Declared in draw/math.h. */
#include "draw/math.h"

enum hs_status hs_math_svg(struct hs_str *out, const char *tex, const char *theme,
                           struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_grid g;
    int baseline;
    enum hs_status st = hs_math_typeset(&g, &baseline, &arena, tex, 0, false, err);

    if (st == HS_OK)
        hs_grid_to_svg(out, &g, theme);
    hs_arena_dispose(&arena);
    if (st == HS_OK && !hs_str_ok(out))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    return st;
}

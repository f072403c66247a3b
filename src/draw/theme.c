#include "draw/theme.h"

#include <string.h>

#include "base/mem.h"

static const char *const names[] = {"dark", "light", "contrast", "mono"};

const char *hs_theme_name(size_t i)
{
    return i < HS_COUNTOF(names) ? names[i] : NULL;
}

struct hs_look hs_theme_look(const char *theme, enum hs_style style)
{
    static const struct {
        int colour[3];
        unsigned attributes;
    } looks[HS_STYLE_COUNT] = {
#define HS_LOOK(style, dark, light, contrast, attributes) \
    [HS_STYLE_##style] = {{dark, light, contrast}, attributes},
#include "draw/themes.def"
#undef HS_LOOK
    };
    struct hs_look look = {-1, looks[style].attributes};

    for (size_t i = 0; theme != NULL && i < HS_COUNTOF(looks[0].colour); i++)
        if (strcmp(names[i], theme) == 0)
            look.colour = looks[style].colour[i];
    return look;
}

#include "tui/keymap.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tui/term.h"

static const struct hs_request_row rows[] = {
#define HS_REQUEST(id, keys, screens, name, help) {HS_REQUEST_##id, keys, screens, name, help},
#include "tui/requests.def"
#undef HS_REQUEST
};

const struct hs_request_row *hs_request_row(size_t i)
{
    return i < HS_COUNTOF(rows) ? &rows[i] : NULL;
}

bool hs_request_is_on(const struct hs_request_row *row, char screen)
{
    return strchr(row->screens, screen) != NULL || row->screens[0] == '*';
}

int hs_key_find(const char *name)
{
    static const struct {
        const char *name;
        int key;
    } named[] = {{"Enter", HS_KEY_ENTER},
                 {"Up", HS_KEY_UP},
                 {"Down", HS_KEY_DOWN},
                 {"Left", HS_KEY_LEFT},
                 {"Right", HS_KEY_RIGHT},
                 {"PageUp", HS_KEY_PAGE_UP},
                 {"PageDown", HS_KEY_PAGE_DOWN},
                 {"Space", ' '},
                 {"Home", HS_KEY_HOME},
                 {"End", HS_KEY_END},
                 {"Tab", HS_KEY_TAB},
                 {"Shift-Tab", HS_KEY_SHIFT_TAB},
                 {"F1", HS_KEY_F1},
                 {"Escape", HS_KEY_ESCAPE},
                 {"Ctrl-C", HS_KEY_CTRL_C},
                 {"Ctrl-Z", HS_KEY_CTRL_Z},
                 {"Ctrl-L", HS_KEY_CTRL_L},
                 {"Backspace", HS_KEY_BACKSPACE},
                 {"Delete", HS_KEY_DELETE}};
    uint32_t c;
    bool ok;

    for (size_t i = 0; i < HS_COUNTOF(named); i++)
        if (strcmp(named[i].name, name) == 0)
            return named[i].key;
    if (name[0] != '\0' && hs_utf8_decode(name, strlen(name), &c, &ok) == strlen(name) && ok)
        return (int)c;
    return -1;
}

/* Is `key` one of the names in the list? */
static bool names_key(const char *list, int key)
{
    char name[32];

    while (*list != '\0') {
        size_t n = strcspn(list, " ");

        if (n > 0 && n < sizeof name) {
            memcpy(name, list, n);
            name[n] = '\0';
            if (hs_key_find(name) == key)
                return true;
        }
        list += n + (list[n] == ' ');
    }
    return false;
}

enum hs_request hs_keymap(int key, char screen)
{
    for (size_t i = 0; i < HS_COUNTOF(rows); i++)
        if (hs_request_is_on(&rows[i], screen) && names_key(rows[i].keys, key))
            return rows[i].request;
    return HS_REQUEST_NONE;
}

/* Keys to requests. One list (requests.def) makes the key line, the help screen and the handling.
 */
#ifndef HS_TUI_KEYMAP_H
#define HS_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

enum hs_request {
    HS_REQUEST_NONE,
#define HS_REQUEST(id, keys, screens, name, help) HS_REQUEST_##id,
#include "tui/requests.def"
#undef HS_REQUEST
    HS_REQUEST_COUNT
};

struct hs_request_row {
    enum hs_request request;
    const char *keys, *screens, *name, *help;
};

/* The i-th row, in the order of help; NULL past the end. */
const struct hs_request_row *hs_request_row(size_t i);

/* What a key asks for on a screen ('H' home, 'L' lesson, '?' help); HS_REQUEST_NONE when it has no
 * meaning there. */
enum hs_request hs_keymap(int key, char screen);

/* A key by name ("Enter", "Left", "Ctrl-C", "a"); -1 when there is none. */
int hs_key_find(const char *name);

/* True when the row is for that screen. */
bool hs_request_is_on(const struct hs_request_row *row, char screen);

#endif

#include "grade/identity.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

static const char *const endings[] = {".tar.gz", ".tgz", ".tar", ".zip",         ".pth",
                                      ".pt",     ".npz", ".npy", ".safetensors", ".json"};

/* The base name without trailing slashes, known endings and braces. */
static void stem_of(struct hs_str *out, const char *path)
{
    size_t n = strlen(path), from;

    while (n > 1 && path[n - 1] == '/')
        n--;
    for (from = n; from > 0 && path[from - 1] != '/'; from--)
        continue;
    for (size_t i = 0; i < HS_COUNTOF(endings); i++) {
        size_t len = strlen(endings[i]);

        if (n - from > len && strncasecmp(path + n - len, endings[i], len) == 0) {
            n -= len;
            break;
        }
    }
    for (size_t i = from; i < n; i++)
        if (path[i] != '{' && path[i] != '}')
            hs_str_add_char(out, path[i]);
}

/* Where `literal` (n bytes) stands first in `text`, without regard to case; NULL when nowhere. */
static const char *find_literal(const char *text, const char *literal, size_t n)
{
    for (; *text != '\0'; text++)
        if (strncasecmp(text, literal, n) == 0)
            return text;
    return NULL;
}

static void store(char *out, size_t size, const char *from, size_t n)
{
    n = n < size - 1 ? n : size - 1;
    memcpy(out, from, n);
    out[n] = '\0';
}

static bool match(struct hs_identity *out, const char *pattern, const char *text)
{
    while (*pattern != '\0') {
        bool id = strncmp(pattern, "{id}", 4) == 0, name = strncmp(pattern, "{name}", 6) == 0;
        const char *end;
        size_t literal;

        if (!id && !name) {
            literal = 1 + strcspn(pattern + 1, "{");
            if (strncasecmp(pattern, text, literal) != 0)
                return false;
            pattern += literal;
            text += literal;
            continue;
        }
        pattern += id ? 4 : 6;
        literal = strcspn(pattern, "{");
        if (*text == '\0')
            return false;
        end = literal == 0 ? text + strlen(text) : find_literal(text + 1, pattern, literal);
        if (end == NULL)
            return false;
        store(id ? out->id : out->name, id ? sizeof out->id : sizeof out->name, text,
              (size_t)(end - text));
        text = end;
    }
    return *text == '\0';
}

void hs_identity_of(struct hs_identity *out, const char *path, const char *const *patterns,
                    size_t n)
{
    struct hs_str stem = HS_STR_INIT;

    stem_of(&stem, path);
    *out = (struct hs_identity){.fits = false};
    for (size_t i = 0; i < n && !out->fits; i++) {
        *out = (struct hs_identity){.fits = false};
        out->fits = match(out, patterns[i], stem.buf);
    }
    if (!out->fits) {
        out->name[0] = '\0';
        store(out->id, sizeof out->id, stem.buf, stem.len);
    }
    hs_str_dispose(&stem);
}

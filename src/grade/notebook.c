/* Text of reports and code: Markdown, Python and the cells of notebooks. */
#include <string.h>

#include "base/path.h"
#include "base/utf8.h"
#include "grade/submission.h"
#include "io/json.h"

enum { TEXT_MOST = 1 << 20 };

/* A notebook's source is one text or a list of lines. */
static void add_source(struct hs_str *out, const struct hs_value *source)
{
    if (source != NULL && source->kind == HS_STRING)
        hs_str_add_bytes(out, source->as.string.text, source->as.string.len);
    for (size_t i = 0; i < hs_value_len(source) && source->kind == HS_LIST; i++) {
        const struct hs_value *line = hs_value_at(source, i);

        if (line->kind == HS_STRING)
            hs_str_add_bytes(out, line->as.string.text, line->as.string.len);
    }
    hs_str_add_char(out, '\n');
}

static enum hs_status notebook_text(struct hs_str *out, const struct hs_hand_in_file *file,
                                    const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_value root;
    const struct hs_value *cells;
    enum hs_status st = hs_json_read(&root, &arena, file->bytes, file->name, limits, err);

    if (st != HS_OK)
        goto done;
    cells = hs_value_get(&root, "cells");
    if (cells == NULL || cells->kind != HS_LIST) {
        st = hs_fail(err, HS_EFORMAT, "%s: a notebook has a list \"cells\" and this has none",
                     file->name);
        goto done;
    }
    for (size_t i = 0; i < hs_value_len(cells); i++) {
        const struct hs_value *cell = hs_value_at(cells, i);

        hs_str_printf(out, "# cell %zu %s\n", i + 1,
                      strcmp(hs_value_text(cell, "cell_type", ""), "code") == 0 ? "code" : "text");
        add_source(out, hs_value_get(cell, "source"));
    }
    if (out->len > TEXT_MOST)
        st = hs_fail(err, HS_ELIMIT, "%s: more than %d bytes of cells", file->name, TEXT_MOST);
done:
    hs_arena_dispose(&arena);
    return st;
}

enum hs_status hs_hand_in_text(struct hs_str *out, const struct hs_hand_in_file *file,
                               const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_bytes b = file->bytes;

    if (strcmp(hs_path_ext(file->name), "ipynb") == 0)
        return notebook_text(out, file, limits, err);
    if (b.len > TEXT_MOST)
        return hs_fail(err, HS_ELIMIT, "%s: %zu bytes; a text has at most %d", file->name, b.len,
                       TEXT_MOST);
    if (b.len >= 3 && memcmp(b.data, "\xef\xbb\xbf", 3) == 0)
        b = hs_bytes_part(b, 3, b.len - 3);
    if (b.len > 0 &&
        (memchr(b.data, '\0', b.len) != NULL || !hs_utf8_valid((const char *)b.data, b.len)))
        return hs_fail(err, HS_EFORMAT, "%s: no UTF-8 text; save it as UTF-8", file->name);
    hs_str_add_bytes(out, b.data, b.len);
    return HS_OK;
}

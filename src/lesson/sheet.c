#include "lesson/sheet.h"

#include "base/env.h"
#include "base/mem.h"
#include "io/file.h"
#include "lesson/markdown.h"

const char *hs_sheet_name(size_t i)
{
    static const char *const names[] = {"formulas", "glossary"};

    return i < HS_COUNTOF(names) ? names[i] : NULL;
}

enum hs_status hs_sheet_load(struct hs_sheet *out, const char *name, struct hs_error *err)
{
    struct hs_str place = HS_STR_INIT, path = HS_STR_INIT;
    struct hs_bytes text;
    enum hs_status st;

    hs_str_printf(&place, "lessons/%s.md", name);
    st = hs_env_share(&path, place.buf, err);
    if (st == HS_OK)
        st = hs_file_read(&text, &out->arena, path.buf, HS_SHEET_BYTES, err);
    if (st == HS_OK)
        st = hs_markdown_read(&out->blocks, &out->n, &out->arena, text, path.buf, 1, err);
    hs_str_dispose(&place);
    hs_str_dispose(&path);
    return st;
}

void hs_sheet_dispose(struct hs_sheet *sheet)
{
    hs_arena_dispose(&sheet->arena);
    sheet->n = 0;
}

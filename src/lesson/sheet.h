/* Sheets: pages to look things up on, Markdown files beside the lessons: lessons/formulas.md,
 * lessons/glossary.md. */
#ifndef HS_LESSON_SHEET_H
#define HS_LESSON_SHEET_H

#include "draw/doc.h"

enum { HS_SHEET_BYTES = 1 << 18 }; /* of a file */

struct hs_sheet {
    struct hs_arena arena; /* owns the blocks */
    struct hs_block *blocks;
    size_t n;
};

#define HS_SHEET_INIT ((struct hs_sheet){.n = 0})

/* The sheet "formulas" or "glossary", from the first place of lessons/ that has it. HS_ENOTFOUND,
 * HS_EFORMAT. Dispose in any case. */
HS_MUST_USE enum hs_status hs_sheet_load(struct hs_sheet *out, const char *name,
                                         struct hs_error *err);
void hs_sheet_dispose(struct hs_sheet *sheet);

/* The i-th sheet's name, NULL past the end. */
const char *hs_sheet_name(size_t i);

#endif

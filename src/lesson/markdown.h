/* Markdown (md4c) into the blocks of draw/doc.h. CommonMark with tables and $formulas$; HTML and pictures are refused, as
 * is nesting of lists and quotes deeper than HS_MARKDOWN_DEPTH. */
#ifndef HS_LESSON_MARKDOWN_H
#define HS_LESSON_MARKDOWN_H

#include "base/bytes.h"
#include "draw/doc.h"

enum { HS_MARKDOWN_DEPTH = 8 };

/* Blocks and all their text live in the arena. `first_line` is the number of the text's first line in the file `path`, for
 * block lines and errors. The text must be UTF-8 without control characters. HS_EFORMAT with file and line. */
HS_MUST_USE enum hs_status hs_markdown_read(struct hs_block **out, size_t *n, struct hs_arena *arena, struct hs_bytes text,
                                            const char *path, int first_line, struct hs_error *err);

/* HS_EFORMAT with the line of the first byte that is not UTF-8, or of a control or bidi character: bytes that could act
 * on a terminal get no further. hs_markdown_read does this too. */
HS_MUST_USE enum hs_status hs_markdown_check(struct hs_bytes text, const char *path, int line, struct hs_error *err);

#endif

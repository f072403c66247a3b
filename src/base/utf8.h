/* UTF-8: decoding, column width, and text of strangers made safe to show.
 *
 * Widths come from a table of our own (Unicode East Asian Width W and F are 2, combining marks and
 * format characters 0), so that columns line up in every locale. Ambiguous characters are 1. */
#ifndef HS_BASE_UTF8_H
#define HS_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Decodes one code point from s[0..n), n > 0. Returns the number of bytes used (1..4) and stores the code
 * point; for a byte that begins no well-formed sequence (overlong, surrogate, cut off) returns 1 and
 * stores 0xFFFD with *ok = false. `ok` may be NULL. */
size_t hs_utf8_decode(const char *s, size_t n, uint32_t *code_point, bool *ok);

/* Writes 1..4 bytes; returns how many. Surrogates and values past 0x10FFFF give U+FFFD. */
size_t hs_utf8_encode(uint32_t code_point, char out[4]);

bool hs_utf8_valid(const char *s, size_t n);

/* Columns of one code point: 0, 1 or 2; control characters count 0. */
int hs_rune_width(uint32_t code_point);

/* Columns of a text (up to n bytes); malformed bytes count 1 each. */
size_t hs_text_width(const char *s, size_t n);

/* Bytes of the longest prefix of s[0..n) of at most `columns` columns, never cutting a character from
 * its combining marks; *width (may be NULL) receives the columns used. */
size_t hs_text_fit(const char *s, size_t n, size_t columns, size_t *width);

/* Appends the text with everything that could act on a terminal made visible: C0 and C1 controls, DEL and
 * malformed bytes as \xNN, bidi and zero-width controls as <U+XXXX>; '\n' and '\t' as \n and \t unless
 * `keep_lines`. Cut to `columns` columns with "..." when longer (0 = no limit). */
void hs_text_sanitize(struct hs_str *out, const char *s, size_t n, size_t columns, bool keep_lines);

#endif

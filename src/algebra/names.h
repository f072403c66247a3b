/* Names of a question and what is written for them. Internal to algebra/. */
#ifndef HS_ALGEBRA_NAMES_H
#define HS_ALGEBRA_NAMES_H

#include "algebra/lex.h"
#include "base/str.h"

enum { HS_NAMES_TOGETHER = 16 };

/* The fewest names that, one behind the other, spell `text` ("s_Ws_In" is s_W and s_In): their
 * symbols, 0 when there are none. A name alone is itself. An underscore before a digit may be left
 * out or put in (W_1 is W1). */
size_t hs_names_split(size_t found[HS_NAMES_TOGETHER], const struct hs_symbols *symbols,
                      const char *text);

/* Whether a part of the name between underscores is `index`; appends to out (may be NULL) the name
 * with that part replaced. */
bool hs_name_with_index(struct hs_str *out, const char *name, const char *index, const char *with);

/* "Wx is no name of this question; W and x are, …": why the name is unknown. Appends. */
void hs_name_unknown(struct hs_str *out, const struct hs_symbols *symbols, const char *name);

/* Reads "i=0" and "n-1" into prod; the index goes into `index` (size bytes), too. */
bool hs_product_bounds(struct hs_token_prod *prod, char *index, size_t size, const char *low,
                       const char *high, struct hs_arena *arena);

#endif

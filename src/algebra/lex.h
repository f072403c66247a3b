/* Tokens of a formula. Internal to algebra/. */
#ifndef HS_ALGEBRA_LEX_H
#define HS_ALGEBRA_LEX_H

#include "algebra/expr.h"

enum hs_token_kind {
    HS_TOKEN_NUMBER,   /* text: digits */
    HS_TOKEN_NAME,     /* symbol */
    HS_TOKEN_INDEXED,  /* text: a name with the index of a product in it, a_i */
    HS_TOKEN_FUNCTION, /* text: its name; a bracket follows */
    HS_TOKEN_FRACTION, /* \frac */
    HS_TOKEN_PRODUCT,  /* \prod; text: index, from, upto and offset are in `prod` */
    HS_TOKEN_SIGN,     /* one character: + - * / ^ = , */
    HS_TOKEN_OPEN,     /* ( { or [ (as \left[) or | */
    HS_TOKEN_CLOSE     /* ) } or ] or | */
};

struct hs_token_prod {
    const char *index, *upto; /* upto NULL: `offset` is the last index itself */
    int64_t from, offset;
};

struct hs_token {
    enum hs_token_kind kind;
    char sign;  /* SIGN, OPEN, CLOSE */
    int column; /* 1-based, in characters */
    const char *text;
    size_t symbol;
    const struct hs_token_prod *prod;
};

struct hs_tokens {
    struct hs_token *items; // (n) in the arena of the symbols
    size_t n, cap;
    int end; /* the column behind the last character */
};

/* Reads bytes [from, to) of `text` (columns count from its beginning). HS_EFORMAT with *fault,
 * HS_ENOMEM. */
HS_MUST_USE enum hs_status hs_algebra_lex(struct hs_tokens *out, struct hs_symbols *symbols,
                                          const char *text, size_t from, size_t to,
                                          struct hs_fault *fault, struct hs_error *err);

#endif

/* The lexer's state. Internal to algebra/lex*.c. */
#ifndef HS_ALGEBRA_LEXER_H
#define HS_ALGEBRA_LEXER_H

#include "algebra/lex.h"

enum { HS_LEX_INDICES = 4, HS_LEX_INDEX_SIZE = 8 };

struct hs_lexer {
    struct hs_tokens *out;
    struct hs_symbols *symbols;
    const char *text, *at, *end;
    int column; /* of `at` */
    struct hs_fault *fault;
    struct hs_error *err;
    enum hs_status st;
    char indices[HS_LEX_INDICES][HS_LEX_INDEX_SIZE];
    size_t nindices;
};

static inline bool hs_lex_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool hs_lex_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline size_t hs_lex_command_length(const char *p)
{
    size_t n = 0;

    while (hs_lex_is_letter(p[n]))
        n++;
    return n;
}

/* Notes the first fault; the sentence begins with its column. */
void hs_lex_fail(struct hs_lexer *l, enum hs_fault_kind kind, int column, const char *fmt, ...)
    HS_PRINTF(4, 5);
void hs_lex_no_memory(struct hs_lexer *l);

/* Moves on by `bytes`, counting characters. */
void hs_lex_advance(struct hs_lexer *l, size_t bytes);

/* A token; NULL once anything failed. */
struct hs_token *hs_lex_add(struct hs_lexer *l, enum hs_token_kind kind, int column);
void hs_lex_add_text(struct hs_lexer *l, enum hs_token_kind kind, int column, const char *text);

bool hs_lex_bracket_follows(const struct hs_lexer *l);

/* The tokens of a name, or of several that were written together (lex_name.c). */
void hs_lex_name(struct hs_lexer *l);

#endif

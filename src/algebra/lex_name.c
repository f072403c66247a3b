/* Names: letters with subscripts, Greek, upright faces, indices. */
#include <string.h>

#include "algebra/letters.h"
#include "algebra/lexer.h"
#include "algebra/names.h"

/* {…} of a subscript, braces and spaces left out: "{W_{conv1}}" is "W_conv1". */
static void braced_subscript(struct hs_lexer *l, struct hs_str *name)
{
    int depth = 0, column = l->column;
    size_t bytes;

    do {
        const char *greek = hs_greek_letter(l->at, &bytes);
        char c = *l->at, sub;

        if (l->at >= l->end) {
            hs_lex_fail(l, HS_FAULT_BRACE, column, "column %d: the brace { is never closed",
                        column);
            return;
        }
        if (greek != NULL) {
            hs_str_add(name, greek);
        } else if ((sub = hs_subscript_at(l->at, &bytes)) != 0) {
            hs_str_add_char(name, sub);
        } else if (hs_sign_at(l->at, &bytes) == ' ') {
            /* left out */
        } else if (c == '\\') {
            size_t n = hs_lex_command_length(l->at + 1);
            char sign;

            bytes = 1 + n;
            if (hs_greek_command(l->at + 1, n) != NULL)
                hs_str_add_bytes(name, l->at + 1, n);
            else if (hs_command_meaning(l->at + 1, n, &sign) != HS_COMMAND_UPRIGHT && n != 0)
                hs_str_add_bytes(name, l->at + 1, n);
        } else {
            bytes = 1;
            depth += (c == '{') - (c == '}');
            if (c == ',')
                hs_str_add_char(name, '_');
            else if (strchr("{} \t\n", c) == NULL)
                hs_str_add_char(name, c);
        }
        hs_lex_advance(l, bytes);
    } while (depth > 0);
}

/* A command inside a name: Greek, letters in another face, an escaped underscore. False at any
 * other. */
static bool name_command(struct hs_lexer *l, struct hs_str *name)
{
    bool may_begin = name->len == 0 || hs_ends_with(name->buf, "_");
    size_t n = hs_lex_command_length(l->at + 1);
    char sign;

    if (l->at[1] == '_') {
        hs_str_add_char(name, '_');
        hs_lex_advance(l, 2);
        return true;
    }
    if (!may_begin)
        return false;
    if (hs_greek_command(l->at + 1, n) != NULL) {
        hs_str_add_bytes(name, l->at + 1, n);
        hs_lex_advance(l, 1 + n);
        return true;
    }
    if (hs_command_meaning(l->at + 1, n, &sign) != HS_COMMAND_UPRIGHT || l->at[1 + n] != '{')
        return false;
    hs_lex_advance(l, 1 + n);
    braced_subscript(l, name);
    return true;
}

/* s[i] in a product over i. */
static bool bracket_index(struct hs_lexer *l, struct hs_str *name)
{
    size_t n = 1;

    if (l->nindices == 0 || *l->at != '[')
        return false;
    while (hs_lex_is_letter(l->at[n]) || hs_lex_is_digit(l->at[n]))
        n++;
    if (n == 1 || l->at[n] != ']')
        return false;
    hs_str_add_char(name, '_');
    hs_str_add_bytes(name, l->at + 1, n - 1);
    hs_lex_advance(l, n + 1);
    return true;
}

/* The letters of a name with its subscripts, from `at` on. */
static void read_name(struct hs_lexer *l, struct hs_str *name)
{
    while (l->at < l->end && l->st == HS_OK) {
        size_t bytes, small;
        const char *greek = hs_greek_letter(l->at, &bytes);
        char c = *l->at, sub = hs_subscript_at(l->at, &small);

        if (greek != NULL) {
            hs_str_add(name, greek);
            hs_lex_advance(l, bytes);
        } else if (sub != 0) {
            if (hs_lex_is_letter(sub))
                hs_str_add_char(name, '_');
            for (; (sub = hs_subscript_at(l->at, &small)) != 0; hs_lex_advance(l, small))
                hs_str_add_char(name, sub);
        } else if (c == '\\') {
            if (!name_command(l, name))
                break;
        } else if (hs_lex_is_letter(c) || hs_lex_is_digit(c) || c == '_') {
            hs_str_add_char(name, c);
            hs_lex_advance(l, 1);
            if (c == '_' && *l->at == '{') {
                braced_subscript(l, name);
                if (*l->at != '_' && *l->at != '[')
                    break; /* a braced subscript ends the name */
            }
        } else if (!bracket_index(l, name)) {
            break;
        }
    }
}

/* A part between underscores is an index of a product around it. */
static bool has_index(const struct hs_lexer *l, const char *name)
{
    for (size_t i = 0; i < l->nindices; i++)
        if (hs_name_with_index(NULL, name, l->indices[i], ""))
            return true;
    return false;
}

/* One name, or several that were written together. */
static void add_names(struct hs_lexer *l, int column, const char *name)
{
    size_t found[HS_NAMES_TOGETHER], n = hs_names_split(found, l->symbols, name);

    if (n == 0 && has_index(l, name)) {
        hs_lex_add_text(l, HS_TOKEN_INDEXED, column, name);
        return;
    }
    if (n == 0 && hs_is_opaque(name, strlen(name)) && hs_lex_bracket_follows(l)) {
        hs_lex_add_text(l, HS_TOKEN_FUNCTION, column, name);
        return;
    }
    if (n == 0 && !l->symbols->closed) {
        found[0] = hs_symbols_add(l->symbols, name);
        n = 1;
        if (found[0] == (size_t)-1)
            hs_lex_no_memory(l);
    }
    if (n == 0 && l->st == HS_OK) {
        struct hs_str sentence = HS_STR_INIT;

        hs_name_unknown(&sentence, l->symbols, name);
        hs_lex_fail(l, HS_FAULT_SYMBOL, column, "column %d: %s", column, sentence.buf);
        hs_str_dispose(&sentence);
    }
    for (size_t i = 0; i < n; i++) {
        struct hs_token *t = hs_lex_add(l, HS_TOKEN_NAME, column);

        if (t != NULL)
            t->symbol = found[i];
    }
}

void hs_lex_name(struct hs_lexer *l)
{
    struct hs_str text = HS_STR_INIT;
    int column = l->column;

    read_name(l, &text);
    if (!hs_str_ok(&text))
        hs_lex_no_memory(l);
    if (l->st == HS_OK)
        add_names(l, column, text.buf);
    hs_str_dispose(&text);
}

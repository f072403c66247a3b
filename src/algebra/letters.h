/* What letters, signs and commands mean. Internal to algebra/. */
#ifndef HS_ALGEBRA_LETTERS_H
#define HS_ALGEBRA_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

/* The name of a Greek letter at p; *bytes is what it takes. NULL when there is none. */
const char *hs_greek_letter(const char *p, size_t *bytes);

/* The name of \name (without the backslash), when it is Greek. */
const char *hs_greek_command(const char *name, size_t n);

/* The ASCII sign or ' ' that the text at p means; 0 when it is none. */
char hs_sign_at(const char *p, size_t *bytes);

enum hs_command_meaning {
    HS_COMMAND_UNKNOWN,
    HS_COMMAND_SIGN, /* *sign */
    HS_COMMAND_SIZE,
    HS_COMMAND_UPRIGHT,
    HS_COMMAND_FUNCTION, /* \max, \min */
    HS_COMMAND_OPERATOR, /* \operatorname */
    HS_COMMAND_FRAC,
    HS_COMMAND_PROD
};

enum hs_command_meaning hs_command_meaning(const char *name, size_t n, char *sign);

/* A function that is known by name. */
bool hs_is_opaque(const char *name, size_t n);

/* Digit of a superscript ('-' and '+', too) or subscript (letters, too) at p; 0 when it is none. */
char hs_superscript_at(const char *p, size_t *bytes);
char hs_subscript_at(const char *p, size_t *bytes);

#endif

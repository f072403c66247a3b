/* Expressions of scales: the tree that plain text, Unicode and LaTeX are read into.
 *
 * A tree is what the writer wrote, not a normal form: sums and products are lists, so that a
 * hundred terms are as deep as two. All names commute. Trees live in the arena of their symbols and
 * are never changed after they were read, so that parts may be shared. */
#ifndef HS_ALGEBRA_EXPR_H
#define HS_ALGEBRA_EXPR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

enum hs_expr_kind {
    HS_EXPR_NUMBER,  /* an exact decimal */
    HS_EXPR_NAME,    /* a symbol */
    HS_EXPR_SUM,     /* items, each added or (flag) subtracted */
    HS_EXPR_PRODUCT, /* items, each multiplied or (flag) divided by */
    HS_EXPR_POWER,   /* item 0 to an integer exponent */
    HS_EXPR_CALL,    /* an opaque function of its items: max(abs(W)) */
    HS_EXPR_PROD     /* the product of item 0 over an index between bounds that are not numbers */
};

struct hs_expr {
    enum hs_expr_kind kind;
    int column;             /* 1-based character of the text where it begins */
    const char *text;       /* NUMBER: its digits; CALL: the function; PROD: the index; NAME: how it
                               is shown when that is not the symbol's name, else NULL */
    size_t symbol;          /* NAME: index into the symbols */
    int32_t exponent;       /* POWER */
    struct hs_expr **items; // (n)
    bool *flags;            // (n) of a SUM or PRODUCT
    size_t n;
    int64_t from;     /* PROD: first index */
    const char *upto; /* PROD: the name in the last index … */
    int64_t offset;   /* … and what is added to it */
};

/* The names that may occur. All texts of one question share them. */
struct hs_symbols {
    struct hs_arena *arena; /* borrowed */
    const char **names;     // (n)
    size_t n, cap;
    bool closed; /* a name that is not in the list is an error; else it joins the list */
};

/* Copies `names`; none (count 0) leaves the list open. HS_ENOMEM, or HS_ELIMIT for more than 256.
 */
HS_MUST_USE enum hs_status hs_symbols_init(struct hs_symbols *out, struct hs_arena *arena,
                                           const char *const *names, size_t count,
                                           struct hs_error *err);

/* Index of the name, or (size_t)-1. */
size_t hs_symbols_find(const struct hs_symbols *s, const char *name, size_t length);

/* Adds a name (present ones are found) and returns its index; (size_t)-1 when out of memory. */
size_t hs_symbols_add(struct hs_symbols *s, const char *name);

/* A scale: multiplying an equation by its powers is allowed. Its name begins with "s_". */
bool hs_symbols_is_scale(const struct hs_symbols *s, size_t symbol);

/* What is wrong with a text. */
enum hs_fault_kind {
#define HS_FAULT(id, name, sentence) HS_FAULT_##id,
#include "algebra/faults.def"
#undef HS_FAULT
    HS_FAULT_COUNT
};

struct hs_fault {
    enum hs_fault_kind kind;
    int column;        /* 1-based, in characters; 0: the whole text */
    char message[320]; /* what was seen, what was expected */
};

/* "unbalanced_parenthesis", as in JSON and Lua. */
const char *hs_fault_name(enum hs_fault_kind kind);

/* A number of the text as numerator digits over 10^decimals; false when it has no digits. */
bool hs_expr_is_integer(const struct hs_expr *e, int64_t *value);

#endif

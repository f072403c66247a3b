/* Reading what students write.
 *
 * Plain text, Unicode and LaTeX, mixed at will:
 *   numbers 2 0.5 · names, case-sensitive · + - * / ^ ** · × ÷ ² ⁻¹ ₁ · ( ) { } · \frac{a}{b} \cdot
 * \times \div \left( \right) \, · W_{conv1} = W_conv1, s_{W_{conv1}} = s_W_conv1 · \beta = β = beta
 *   side by side multiplies with the precedence of *, left to right; a power binds before a sign
 *   names written together are their product where the list of names is closed: s_Ws_{In}
 *   opaque functions: max(abs(W)) round(...) clamp(...) \operatorname{any}(...) \left|x\right|
 *   \prod_{i=0}^{n} a_i, the bounds numbers or a name and a number; numeric ones are multiplied
 * out. */
#ifndef HS_ALGEBRA_PARSE_H
#define HS_ALGEBRA_PARSE_H

#include "algebra/expr.h"

enum hs_statement_kind {
    HS_STATEMENT_EXPRESSION, /* no equals sign */
    HS_STATEMENT_EQUATION,   /* exactly one */
    HS_STATEMENT_CHAIN,      /* at least one: a = b = c */
    HS_STATEMENT_ANY
};

struct hs_statement {
    struct hs_expr **sides; // (n)
    size_t n;               /* 1: an expression; 2: an equation; more: a chain */
};

/* Reads at most 8192 bytes; the tree lives in the arena of the symbols. HS_EFORMAT: *fault says
 * what is wrong and where. HS_ENOMEM. What divides by zero is found later (algebra/decide.h). */
HS_MUST_USE enum hs_status hs_statement_parse(struct hs_statement *out, struct hs_symbols *symbols,
                                              const char *text, enum hs_statement_kind kind,
                                              struct hs_fault *fault, struct hs_error *err);

/* Marks the names that occur in a statement; marks has symbols->n entries. */
void hs_statement_names(const struct hs_statement *s, bool *marks);

/* How many sides the text has: its equals signs, but for those of \prod_{i=0}, and one. */
size_t hs_statement_sides(const char *text);

#endif

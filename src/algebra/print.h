/* Expressions as text and as TeX: what was understood, written so that reading it again gives the
 * same. */
#ifndef HS_ALGEBRA_PRINT_H
#define HS_ALGEBRA_PRINT_H

#include "algebra/expr.h"
#include "base/str.h"

/* "W*x/(s_w*s_in) + b". Appends. */
void hs_expr_text(struct hs_str *out, const struct hs_symbols *symbols, const struct hs_expr *e);

/* "\frac{W x}{s_{w} s_{in}} + b", for draw/math.h. Appends. */
void hs_expr_tex(struct hs_str *out, const struct hs_symbols *symbols, const struct hs_expr *e);

/* A name as TeX: s_W_conv1 is s_{W_{conv1}}, beta is \beta, W1 is W_{1}. Appends. */
void hs_name_tex(struct hs_str *out, const char *name);

#endif

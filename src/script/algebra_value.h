/* Answers about formulas as values: what Lua, JSON and reports show (CONTRACTS 4,
 * halfstep.derive/1). */
#ifndef HS_SCRIPT_ALGEBRA_VALUE_H
#define HS_SCRIPT_ALGEBRA_VALUE_H

#include "algebra/derivation.h"
#include "tensor/value.h"

/* {equivalent=, relation=, error={in=,kind=,column=,message=}, witness={at={…},lhs=,rhs=,of=},
 * factor=, side=, message=, cleared=, units={…}, understood={…}, text=, tex=}: text and tex are lhs
 * simplified. What there is none of is nil. `equivalent` is nil when nothing was compared. False
 * when out of memory. */
bool hs_algebra_to_value(struct hs_value *out, struct hs_arena *arena,
                         const struct hs_algebra_answer *answer, enum hs_relation relation,
                         bool compared);

/* The question that a table of options asks: relation, names, given. HS_EINVAL names the field. */
HS_MUST_USE enum hs_status hs_algebra_question_read(struct hs_algebra_question *out,
                                                    struct hs_arena *arena,
                                                    const struct hs_value *options,
                                                    struct hs_error *err);

/* The statement simplified, side by side. Appends. */
void hs_statement_simple(struct hs_str *out, struct hs_arena *arena,
                         const struct hs_symbols *symbols, const struct hs_statement *s, bool tex);

#endif

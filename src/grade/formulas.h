/* Formulas of a report: what stands between dollar signs in Markdown and in the text cells of a
 * notebook, with the question that it answers. Nothing is judged here. */
#ifndef HS_GRADE_FORMULAS_H
#define HS_GRADE_FORMULAS_H

#include "base/arena.h"
#include "base/status.h"
#include "base/vec.h"

struct hs_report_formula {
    const char *text;    /* TeX, or plain text; without \tag, \label and what ends a sentence */
    const char *label;   /* of the question around it: "4.1a", "5.1"; "" when none was seen */
    const char *heading; /* nearest above; "" */
    int line;            /* 1-based, of the file; of a notebook, of its text (hs_hand_in_text) */
    int cell;            /* 1-based of a notebook, else 0 */
    bool display;        /* stands alone: $$…$$, \[…\], an environment, a fence of math */
    bool plain;          /* no mark at all: a line of prose or a list that holds an equals sign */
};

typedef HS_VEC(struct hs_report_formula) hs_report_formulas;

/* All of a report's text, in order; at most 4096 of at most 8200 bytes (longer ones are cut, and
 * are then too long for any reader). `notebook`: lines "# cell N code" and "# cell N text" part the
 * cells, code is passed over. Texts live in the arena; the caller disposes of the list. HS_ENOMEM.
 */
HS_MUST_USE enum hs_status hs_formulas_find(hs_report_formulas *out, struct hs_arena *arena,
                                            const char *text, bool notebook, struct hs_error *err);

#endif

/* Derivations of a study: right lines, their rows, the next move. Declared in session/session.h and study.h. */
#include <string.h>

#include "session/study.h"

void hs_slot_stored_draft(struct hs_str *out, const struct hs_slot *slot)
{
    if (slot->lines.len > 0)
        hs_str_printf(out, "%s\n", slot->lines.buf);
    hs_str_add(out, slot->draft.buf);
}

void hs_slot_restore_draft(struct hs_slot *slot, const char *stored)
{
    const char *end = slot->question != NULL && slot->question->kind == HS_ASK_DERIVATION ? strrchr(stored, '\n') : NULL;

    if (end != NULL)
        hs_str_add_bytes(&slot->lines, stored, (size_t)(end - stored));
    hs_str_add(&slot->draft, end != NULL ? end + 1 : stored);
    slot->state.draft = slot->draft.buf;
    slot->state.lines = slot->lines.buf;
}

void hs_slot_whole(struct hs_str *out, const struct hs_slot *slot, const char *text)
{
    if (slot->lines.len > 0)
        hs_str_printf(out, "%s\n", slot->lines.buf);
    hs_str_add(out, text);
}

static size_t count_lines(const char *text)
{
    size_t n = *text != '\0';

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

enum hs_status hs_study_board(const struct hs_board_row **out, size_t *n, struct hs_study *study, size_t part,
                              struct hs_error *err)
{
    struct hs_slot *slot = hs_study_slot(study, study->step, part);
    size_t most = 1 + count_lines(slot->lines.buf);
    struct hs_board_row *rows;
    enum hs_status st = HS_OK;
    const char *line = slot->lines.buf;

    *n = 0;
    if (slot->question == NULL || slot->question->kind != HS_ASK_DERIVATION)
        return HS_OK;
    hs_arena_dispose(&slot->rows);
    rows = hs_arena_alloc(&slot->rows, most, sizeof *rows);
    if (rows == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a derivation");
    st = hs_board_row(&rows[(*n)++], &slot->rows, slot->question, slot->question->formula->start, err);
    for (; st == HS_OK && *n < most; line += strcspn(line, "\n") + 1) {
        const char *own = hs_arena_strndup(&slot->rows, line, strcspn(line, "\n"));

        st = own != NULL ? hs_board_row(&rows[(*n)++], &slot->rows, slot->question, own, err)
                         : hs_fail(err, HS_ENOMEM, "out of memory for a derivation");
    }
    *out = rows;
    return st;
}

bool hs_study_board_back(struct hs_study *study, size_t part)
{
    struct hs_slot *slot = hs_study_slot(study, study->step, part);
    const char *end = strrchr(slot->lines.buf, '\n');
    size_t from = end != NULL ? (size_t)(end - slot->lines.buf) : 0;

    if (slot->lines.len == 0 || slot->state.status == HS_ASK_CORRECT)
        return false;
    hs_str_clear(&slot->draft);
    hs_str_add(&slot->draft, slot->lines.buf + from + (end != NULL));
    hs_str_truncate(&slot->lines, from);
    slot->state.draft = slot->draft.buf;
    slot->state.lines = slot->lines.buf;
    hs_study_save_slot(study, slot, NULL);
    return true;
}

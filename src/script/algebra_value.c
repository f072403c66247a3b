#include "script/algebra_value.h"

#include <string.h>

#include "algebra/print.h"
#include "algebra/simplify.h"

static struct hs_value text_or_nil(struct hs_arena *arena, const char *text)
{
    return text != NULL ? hs_value_string(arena, text) : hs_value_nil();
}

static struct hs_value fault(struct hs_arena *arena, const struct hs_algebra_answer *a)
{
    struct hs_value map = hs_value_map();
    struct hs_str place = HS_STR_INIT;

    hs_algebra_place_text(&place, a);
    hs_value_set(&map, arena, "in", hs_value_string(arena, place.buf));
    hs_value_set(&map, arena, "kind", hs_value_string(arena, hs_fault_name(a->fault.kind)));
    hs_value_set(&map, arena, "column", hs_value_int(a->fault.column));
    hs_value_set(&map, arena, "message", hs_value_string(arena, a->fault.message));
    hs_str_dispose(&place);
    return map;
}

static struct hs_value witness(struct hs_arena *arena, const struct hs_witness *w)
{
    struct hs_value map = hs_value_map(), at = hs_value_map();

    for (size_t i = 0; i < w->n; i++)
        hs_value_set(&at, arena, w->at[i].name, hs_value_string(arena, w->at[i].value));
    hs_value_set(&map, arena, "at", at);
    hs_value_set(&map, arena, "lhs", hs_value_string(arena, w->lhs));
    hs_value_set(&map, arena, "rhs", hs_value_string(arena, w->rhs));
    if (w->of != HS_IN_NONE)
        hs_value_set(&map, arena, "of", hs_value_string(arena, w->of == HS_IN_LHS ? "lhs" : "rhs"));
    return map;
}

void hs_statement_simple(struct hs_str *out, struct hs_arena *arena,
                         const struct hs_symbols *symbols, const struct hs_statement *s, bool tex)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct hs_expr *e = hs_expr_simplify(arena, symbols, s->sides[i]);

        hs_str_add(out, i > 0 ? " = " : "");
        if (e != NULL && tex)
            hs_expr_tex(out, symbols, e);
        else if (e != NULL)
            hs_expr_text(out, symbols, e);
    }
}

static struct hs_value simple(struct hs_arena *arena, const struct hs_algebra_answer *a, bool tex)
{
    struct hs_str text = HS_STR_INIT;
    struct hs_value v;

    hs_statement_simple(&text, arena, &a->symbols, &a->statement[0], tex);
    v = hs_value_string(arena, text.buf);
    hs_str_dispose(&text);
    return v;
}

bool hs_algebra_to_value(struct hs_value *out, struct hs_arena *arena,
                         const struct hs_algebra_answer *a, enum hs_relation relation,
                         bool compared)
{
    struct hs_value understood = hs_value_list(), units = hs_value_list(), map = hs_value_map();
    bool verdict = compared && a->well_formed;
    bool ok = true;

    for (int i = 0; i < 2; i++) {
        if (a->understood[i][0] != '\0')
            ok = ok && hs_value_push(&understood, arena, hs_value_string(arena, a->understood[i]));
        if (a->units[i] != NULL)
            ok = ok && hs_value_push(&units, arena, hs_value_string(arena, a->units[i]));
    }
    ok =
        ok &&
        hs_value_set(&map, arena, "equivalent",
                     verdict ? hs_value_bool(a->equivalent) : hs_value_nil()) &&
        hs_value_set(&map, arena, "relation", hs_value_string(arena, hs_relation_name(relation))) &&
        hs_value_set(&map, arena, "error", a->well_formed ? hs_value_nil() : fault(arena, a)) &&
        hs_value_set(&map, arena, "witness",
                     a->witness != NULL ? witness(arena, a->witness) : hs_value_nil()) &&
        hs_value_set(&map, arena, "factor", text_or_nil(arena, a->factor)) &&
        hs_value_set(&map, arena, "side", text_or_nil(arena, a->side)) &&
        hs_value_set(&map, arena, "message", hs_value_string(arena, a->message)) &&
        hs_value_set(&map, arena, "cleared", text_or_nil(arena, a->cleared)) &&
        hs_value_set(&map, arena, "units", units) &&
        hs_value_set(&map, arena, "understood", understood) &&
        hs_value_set(&map, arena, "text",
                     a->statement[0].n > 0 ? simple(arena, a, false) : hs_value_nil()) &&
        hs_value_set(&map, arena, "tex",
                     a->statement[0].n > 0 ? simple(arena, a, true) : hs_value_nil());
    if (ok)
        *out = map;
    return ok;
}

static enum hs_status texts(const char *const **out, size_t *n, struct hs_arena *arena,
                            const struct hs_value *options, const char *field, struct hs_error *err)
{
    const struct hs_value *list = hs_value_get(options, field);
    const char **items;

    *n = 0;
    if (list == NULL || list->kind == HS_NIL || (list->kind == HS_MAP && list->as.map.len == 0))
        return HS_OK;
    if (list->kind != HS_LIST)
        return hs_fail(err, HS_EINVAL, "%s should be a list of texts", field);
    items = hs_arena_alloc(arena, hs_value_len(list) + 1, sizeof *items);
    if (items == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %s", field);
    for (size_t i = 0; i < hs_value_len(list); i++) {
        const struct hs_value *item = hs_value_at(list, i);

        if (item->kind != HS_STRING || strlen(item->as.string.text) != item->as.string.len)
            return hs_fail(err, HS_EINVAL, "%s should be a list of texts", field);
        items[i] = item->as.string.text;
    }
    *n = hs_value_len(list);
    *out = items;
    return HS_OK;
}

enum hs_status hs_algebra_question_read(struct hs_algebra_question *out, struct hs_arena *arena,
                                        const struct hs_value *options, struct hs_error *err)
{
    const char *relation = hs_value_text(options, "relation", "expr");
    enum hs_status st = texts(&out->names, &out->nnames, arena, options, "names", err);

    if (st == HS_OK)
        st = texts(&out->given, &out->ngiven, arena, options, "given", err);
    if (st == HS_OK && !hs_relation_find(&out->relation, relation))
        st = hs_fail(err, HS_EINVAL, "relation \"%s\" is none of expr, equation, sides", relation);
    return st;
}

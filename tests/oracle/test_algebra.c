/* Pairs of expressions and equations, and texts that are ill-formed. */
#include "oracle.h"

#include "algebra/decide.h"

static const char *const *names_of(struct hs_arena *arena, const struct hs_value *list)
{
    const char **names = hs_arena_alloc(arena, hs_value_len(list) + 1, sizeof *names);

    assert_non_null(names);
    for (size_t i = 0; i < hs_value_len(list); i++)
        names[i] = hs_value_at(list, i)->as.string.text;
    return names;
}

/* A witness is worth nothing when its values do not differ. */
static bool witnessed(const struct hs_algebra_answer *a, const char *id)
{
    if (a->equivalent || (a->witness != NULL && strcmp(a->witness->lhs, a->witness->rhs) != 0))
        return true;
    print_error("%s: not equivalent, but no witness\n", id);
    return false;
}

static bool same_verdict(const struct hs_oracle *o, struct hs_arena *arena,
                         const struct hs_value *c)
{
    const struct hs_value *params = hs_value_get(c, "params"),
                          *expected = hs_value_get(c, "expected");
    const struct hs_value *error = hs_value_get(expected, "error"),
                          *verdict = hs_value_get(expected, "equivalent");
    const char *id = hs_value_text(c, "name", "?"),
               *relation = hs_value_text(c, "op", "?") + strlen("algebra_");
    struct hs_algebra_question q = {.lhs = hs_value_text(params, "lhs", NULL),
                                    .rhs = hs_value_text(params, "rhs", NULL)};
    struct hs_algebra_answer a;
    struct hs_str place = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;
    bool ok;

    (void)o;
    q.names = names_of(arena, hs_value_get(params, "names"));
    q.nnames = hs_value_len(hs_value_get(params, "names"));
    assert_true(hs_relation_find(&q.relation, relation));
    assert_true(q.lhs != NULL && q.rhs != NULL);
    assert_ok(hs_algebra_ask(&a, arena, &q, &err), &err);
    if (verdict->kind == HS_BOOLEAN) {
        ok = a.well_formed && a.equivalent == verdict->as.boolean && witnessed(&a, id);
    } else {
        hs_algebra_place_text(&place, &a);
        ok = !a.well_formed && strcmp(place.buf, hs_value_text(error, "in", "?")) == 0 &&
             strcmp(hs_fault_name(a.fault.kind), hs_value_text(error, "kind", "?")) == 0 &&
             a.fault.message[0] != '\0';
    }
    if (!ok)
        print_error("%s: \"%s\" and \"%s\" (%s): equivalent %d, fault %s in %s: %s\n", id, q.lhs,
                    q.rhs, relation, a.equivalent, hs_fault_name(a.fault.kind), place.buf,
                    a.fault.message);
    hs_str_dispose(&place);
    return ok;
}

static void pairs_are_told_apart_and_faults_are_named(void **state)
{
    hs_oracle_run("algebra", *state, same_verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pairs_are_told_apart_and_faults_are_named, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

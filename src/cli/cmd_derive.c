/* halfstep derive TEXT [--equals TEXT]: reads, checks, simplifies and typesets a formula of scales.
 */
#include <string.h>

#include "base/env.h"
#include "cli/opt.h"
#include "draw/math.h"
#include "io/json.h"
#include "script/algebra_value.h"

struct derive {
    const char *equals, *relation, *names;
    struct hs_opt_list given;
    bool json;
};

static const struct hs_opt options[] = {
    {"equals", 0, HS_OPT_TEXT, "TEXT", "what it should be the same as",
     offsetof(struct derive, equals)},
    {"relation", 0, HS_OPT_TEXT, "R",
     "expr (default), equation or sides; an equation sign makes it equation",
     offsetof(struct derive, relation)},
    {"names", 0, HS_OPT_TEXT, "A,B,...", "the only names that may occur",
     offsetof(struct derive, names)},
    {"given", 0, HS_OPT_LIST, "'N = E'", "what a name stands for; may be given several times",
     offsetof(struct derive, given)},
    {"json", 0, HS_OPT_FLAG, NULL, "print JSON (halfstep.derive/1)", offsetof(struct derive, json)},
    HS_OPT_LINE(""),
    HS_OPT_LINE("  halfstep derive 'W/s_w*x/s_in*s_out = y' --equals 'W*x = y'"),
    HS_OPT_LINE(
        "  halfstep derive '\\frac{b}{s_w s_in}' --equals 'b/s_b' --given 's_b = s_w*s_in'"),
    HS_OPT_END};

/* The words between commas. */
static bool split_names(const char *const **out, size_t *n, struct hs_arena *arena,
                        const char *text)
{
    const char **names = hs_arena_alloc(arena, strlen(text) + 1, sizeof *names);

    *n = 0;
    while (names != NULL && *text != '\0') {
        size_t length = strcspn(text, ", ");

        if (length > 0 && (names[(*n)++] = hs_arena_strndup(arena, text, length)) == NULL)
            return false;
        text += length + (text[length] != '\0');
    }
    *out = names;
    return names != NULL;
}

static void print_formula(struct hs_cli *cli, const char *tex)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_str text = HS_STR_INIT;
    struct hs_grid grid;
    int baseline;

    if (hs_math_typeset(&grid, &baseline, &arena, tex, 76, !hs_env_is_utf8(), NULL) == HS_OK)
        hs_grid_to_text(&text, &grid);
    for (char *line = text.buf, *end; *line != '\0'; line = end) {
        end = strchr(line, '\n');
        end = end != NULL ? end + 1 : line + strlen(line);
        fprintf(cli->out, "    %.*s", (int)(end - line), line);
    }
    hs_str_dispose(&text);
    hs_arena_dispose(&arena);
}

static void print_witness(struct hs_cli *cli, const struct hs_witness *w)
{
    fputs("For example, with", cli->out);
    for (size_t i = 0; i < w->n; i++)
        fprintf(cli->out, "%s %s = %s", i > 0 ? "," : "", w->at[i].name, w->at[i].value);
    if (w->of == HS_IN_NONE)
        fprintf(cli->out, " the first is %s and the second %s.\n", w->lhs, w->rhs);
    else
        fprintf(cli->out, " the %s equation holds and the %s says %s = %s.\n",
                w->of == HS_IN_LHS ? "second" : "first", w->of == HS_IN_LHS ? "first" : "second",
                w->lhs, w->rhs);
}

static void print_simple(struct hs_cli *cli, const struct hs_algebra_answer *a)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_str tex = HS_STR_INIT, text = HS_STR_INIT;

    hs_statement_simple(&tex, &arena, &a->symbols, &a->statement[0], true);
    hs_statement_simple(&text, &arena, &a->symbols, &a->statement[0], false);
    if (strcmp(tex.buf, a->tex[0]) != 0) {
        fprintf(cli->out, "simplified  %s\n", text.buf);
        print_formula(cli, tex.buf);
    }
    hs_str_dispose(&tex);
    hs_str_dispose(&text);
    hs_arena_dispose(&arena);
}

/* Where the fault is, under the text, when it is short enough to be shown. */
static void print_fault(struct hs_cli *cli, const struct hs_algebra_question *q,
                        const struct hs_algebra_answer *a)
{
    const char *text = a->in == HS_IN_RHS     ? q->rhs
                       : a->in == HS_IN_GIVEN ? q->given[a->given]
                                              : q->lhs;

    fprintf(cli->err, "halfstep: %s\n", a->fault.message);
    if (a->fault.column > 0 && strlen(text) < 120 && strpbrk(text, "\n\t\033") == NULL)
        fprintf(cli->err, "  %s\n  %*s^\n", text, a->fault.column - 1, "");
}

static void print(struct hs_cli *cli, const struct hs_algebra_question *q,
                  const struct hs_algebra_answer *a)
{
    for (int i = 0; i < 2 && (i == 0 || q->rhs != NULL); i++) {
        fprintf(cli->out, "understood as  %s\n", a->understood[i]);
        print_formula(cli, a->tex[i]);
    }
    if (q->rhs == NULL) {
        print_simple(cli, a);
    } else if (a->equivalent) {
        fprintf(cli->out, "The same%s.\n", q->ngiven > 0 ? " under the given relations" : "");
    } else {
        fprintf(cli->out, "Not the same. %s\n", a->message);
        if (a->witness != NULL)
            print_witness(cli, a->witness);
    }
}

static enum hs_status print_json(struct hs_cli *cli, struct hs_arena *arena,
                                 const struct hs_algebra_question *q,
                                 const struct hs_algebra_answer *a, struct hs_error *err)
{
    struct hs_value v, out = hs_value_map();
    struct hs_str text = HS_STR_INIT;
    enum hs_status st = HS_OK;

    if (!hs_algebra_to_value(&v, arena, a, q->relation, q->rhs != NULL) ||
        !hs_value_set(&out, arena, "schema", hs_value_string(arena, "halfstep.derive/1")))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < hs_value_len(&v); i++)
        if (!hs_value_set(&out, arena, v.as.map.items[i].key, v.as.map.items[i].value))
            return hs_fail(err, HS_ENOMEM, "out of memory");
    hs_json_write(&text, &out, 0);
    if (!hs_str_ok(&text))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    else
        fprintf(cli->out, "%s\n", text.buf);
    hs_str_dispose(&text);
    return st;
}

static int run(struct hs_cli *cli, struct hs_arena *arena, const struct derive *d,
               struct hs_algebra_question *q)
{
    struct hs_algebra_answer a;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = hs_algebra_ask(&a, arena, q, &err);

    if (st == HS_OK && d->json)
        st = print_json(cli, arena, q, &a, &err);
    if (st != HS_OK)
        return hs_cli_report(cli, &err);
    if (!d->json && a.well_formed)
        print(cli, q, &a);
    if (!a.well_formed) {
        print_fault(cli, q, &a);
        return HS_EXIT_INPUT;
    }
    return q->rhs == NULL || a.equivalent ? HS_EXIT_DONE : HS_EXIT_BELOW;
}

int hs_cmd_derive(struct hs_cli *cli, int argc, char **argv)
{
    struct derive d = {.json = false};
    struct hs_operands operands;
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_algebra_question q = {.relation = HS_RELATION_EXPR};
    int code;

    if (!hs_opt_parse(cli, options, &d, &operands, 1, 1, argc, argv, &code))
        return code;
    q.lhs = operands.items[0];
    q.rhs = d.equals;
    q.given = d.given.items;
    q.ngiven = d.given.len;
    if (d.relation != NULL && !hs_relation_find(&q.relation, d.relation))
        return hs_cli_usage(cli, argv[0], "--relation %s is none of expr, equation, sides",
                            d.relation);
    if (d.relation == NULL && hs_statement_sides(q.rhs != NULL ? q.rhs : q.lhs) > 1)
        q.relation = HS_RELATION_EQUATION;
    if (d.names != NULL && !split_names(&q.names, &q.nnames, &arena, d.names))
        code = HS_EXIT_INPUT;
    else
        code = run(cli, &arena, &d, &q);
    hs_arena_dispose(&arena);
    return code;
}

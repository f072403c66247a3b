#include "lesson/ask.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

/* Reading a question: what the fields may be. The first error stays in err, so callers look at it once. */
struct form {
    struct hs_arena *arena;
    const struct hs_value *spec;
    const char *id; /* of the question, for sentences */
    struct hs_error *err;
    bool failed;
};

enum { MOST_NUMBERS = 4096, MOST_ITEMS = 64 };

static void fault(struct form *f, const char *field, const char *wanted)
{
    hs_fail(f->err, HS_ESCRIPT, "question \"%s\": %s should be %s", f->id, field, wanted);
    f->failed = true;
}

static void *no_memory(struct form *f)
{
    hs_fail(f->err, HS_ENOMEM, "out of memory reading a question");
    f->failed = true;
    return NULL;
}

static void *grab(struct form *f, size_t count, size_t size)
{
    void *p = hs_arena_alloc_zero(f->arena, count, size);

    return p != NULL ? p : no_memory(f);
}

static const char *text_of(struct form *f, const struct hs_value *map, const char *field, bool required)
{
    const struct hs_value *v = hs_value_get(map, field);
    const char *copy;

    if (v == NULL || v->kind == HS_NIL) {
        if (required)
            fault(f, field, "given");
        return "";
    }
    if (v->kind != HS_STRING) {
        fault(f, field, "text");
        return "";
    }
    copy = hs_arena_strndup(f->arena, v->as.string.text, strlen(v->as.string.text));
    if (copy == NULL) {
        no_memory(f);
        return "";
    }
    return copy;
}

static const char **texts_of(struct form *f, const char *field, size_t *n)
{
    const struct hs_value *v = hs_value_get(f->spec, field);
    const char **items;

    *n = 0;
    if (v == NULL || v->kind == HS_NIL || (v->kind == HS_MAP && v->as.map.len == 0))
        return NULL;
    if (v->kind != HS_LIST || v->as.list.len > MOST_ITEMS) {
        fault(f, field, "a list of at most 64 texts");
        return NULL;
    }
    items = grab(f, v->as.list.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < v->as.list.len; i++) {
        const struct hs_value *item = &v->as.list.items[i];

        if (item->kind != HS_STRING) {
            fault(f, field, "a list of texts");
            return NULL;
        }
        items[(*n)++] = hs_arena_strdup(f->arena, item->as.string.text);
        if (items[i] == NULL)
            return no_memory(f);
    }
    return items;
}

/* Numbers of a number, boolean-free list, nested lists or tensor, in C order. Depth is bounded by the script's value depth
 * and here again. */
static bool flatten(double *items, size_t *n, const struct hs_value *v, int depth)
{
    if (v->kind == HS_LIST && depth < 8) {
        for (size_t i = 0; i < v->as.list.len; i++)
            if (!flatten(items, n, &v->as.list.items[i], depth + 1))
                return false;
        return true;
    }
    if (v->kind == HS_TENSOR) {
        size_t count = hs_tensor_count(v->as.tensor);

        if (count > MOST_NUMBERS - *n)
            return false;
        for (size_t i = 0; i < count; i++)
            items[(*n)++] = hs_tensor_get(v->as.tensor, i);
        return true;
    }
    return *n < MOST_NUMBERS && hs_value_to_number(v, &items[*n]) && ++*n > 0;
}

static const double *numbers_of(struct form *f, const struct hs_value *v, const char *field, size_t *n)
{
    double *all = hs_alloc(MOST_NUMBERS, sizeof *all), *kept = NULL;

    *n = 0;
    if (all == NULL)
        return no_memory(f);
    if (v == NULL || !flatten(all, n, v, 0) || *n == 0)
        fault(f, field, "a number, a list of numbers or a tensor of at most 4096 elements");
    else if ((kept = grab(f, *n, sizeof *kept)) != NULL)
        memcpy(kept, all, *n * sizeof *kept);
    hs_free(all);
    for (size_t i = 0; kept != NULL && i < *n; i++)
        if (!isfinite(kept[i])) {
            fault(f, field, "finite");
            return NULL;
        }
    return kept;
}

static struct hs_tolerance tolerance_of(struct form *f, const struct hs_value *map, struct hs_tolerance otherwise)
{
    static const char *const names[] = {"exact", "rel", "abs", "sigfig", "lsb"};
    const struct hs_value *v = hs_value_get(map, "tolerance");

    if (v == NULL || v->kind == HS_NIL)
        return otherwise;
    for (size_t i = 0; i < HS_COUNTOF(names); i++) {
        const struct hs_value *amount = hs_value_get(v, names[i]);
        struct hs_tolerance t = {.kind = (enum hs_tolerance_kind)i};

        if (amount == NULL || v->as.map.len != 1)
            continue;
        if (i == HS_TOL_EXACT && amount->kind == HS_BOOLEAN)
            return t;
        if (i != HS_TOL_EXACT && hs_value_to_number(amount, &t.amount) && t.amount >= 0.0 && isfinite(t.amount))
            return t;
    }
    fault(f, "tolerance", "one of {exact = true}, {rel = r}, {abs = a}, {sigfig = n}, {lsb = n}");
    return otherwise;
}

static int64_t points_of(struct form *f, const char *field, double otherwise)
{
    double v = otherwise;
    const struct hs_value *given = hs_value_get(f->spec, field);

    if (given != NULL && given->kind != HS_NIL && !hs_value_to_number(given, &v))
        fault(f, field, "a number of points");
    if (!(v >= 0.0 && v <= 1000.0)) {
        fault(f, field, "from 0 to 1000");
        return 0;
    }
    return llround(v * 1000.0);
}

static void read_misconceptions(struct form *f, struct hs_question *q)
{
    const struct hs_value *list = hs_value_get(f->spec, "misconceptions");
    size_t n = hs_value_len(list);

    if (list == NULL || n == 0)
        return;
    if (list->kind != HS_LIST || n > MOST_ITEMS) {
        fault(f, "misconceptions", "a list of at most 64");
        return;
    }
    q->misconceptions = grab(f, n, sizeof *q->misconceptions);
    for (size_t i = 0; i < n && !f->failed; i++) {
        const struct hs_value *row = &list->as.list.items[i];
        struct hs_ask_misconception *m = &q->misconceptions[i];
        size_t count;

        m->id = text_of(f, row, "id", true);
        m->message = text_of(f, row, "message", true);
        count = 0;
        if (hs_question_is_formula(q))
            m->formula = text_of(f, row, "value", true);
        else
            m->values = numbers_of(f, hs_value_get(row, "value"), "value of a misconception", &count);
        m->n = count;
        m->tolerance = tolerance_of(f, row, q->tolerance);
        m->right = hs_value_flag(row, "right", false);
        if (m->right && (q->kind == HS_ASK_PREDICT || hs_question_is_formula(q)))
            fault(f, "right", "left out: only answers of numbers and choices have it");
    }
    q->nmisconceptions = f->failed ? 0 : n;
}

static enum hs_ask_kind kind_of(struct form *f)
{
    static const char *const names[] = {"number",  "integer",    "list",     "choice",
                                        "predict", "expression", "equation", "derivation"};
    const char *name = hs_value_text(f->spec, "ask", "");

    for (size_t i = 0; i < HS_COUNTOF(names); i++)
        if (strcmp(name, names[i]) == 0)
            return (enum hs_ask_kind)i;
    if (strcmp(name, "tensor") == 0)
        return HS_ASK_LIST;
    fault(f, "an ask cell", "a question made by ask.number, ask.choice or another constructor of ask");
    return HS_ASK_NUMBER;
}

/* Kinds have rules about what goes with what. */
static void check_kind(struct form *f, const struct hs_question *q)
{
    if (q->kind == HS_ASK_CHOICE && q->nchoices < 2)
        fault(f, "choices", "at least two texts");
    if (q->kind != HS_ASK_CHOICE && q->kind != HS_ASK_PREDICT && q->nchoices > 0)
        fault(f, "choices", "left out: only ask.choice and ask.predict have them");
    if (q->kind != HS_ASK_LIST && q->n != 1 && !hs_question_is_formula(q))
        fault(f, "answer", "one number");
    if (q->kind == HS_ASK_INTEGER && q->answer != NULL && q->answer[0] != floor(q->answer[0]))
        fault(f, "answer", "an integer");
    if (q->nchoices > 0 && q->answer != NULL &&
        (q->answer[0] < 1.0 || q->answer[0] > (double)q->nchoices || q->answer[0] != floor(q->answer[0])))
        fault(f, "answer", "the number of a choice, from 1");
}

/* numbers = {W = 0.25, …}: what the names of a formula are on the lesson's tensors. */
static void read_numbers(struct form *f, struct hs_ask_formula *out)
{
    const struct hs_value *map = hs_value_get(f->spec, "numbers");
    size_t n = hs_value_len(map);
    const char **names = grab(f, n, sizeof *names);
    double *values = grab(f, n, sizeof *values);

    if (map != NULL && map->kind != HS_NIL && map->kind != HS_MAP)
        fault(f, "numbers", "a table of names and numbers");
    for (size_t i = 0; i < n && !f->failed; i++) {
        names[i] = hs_arena_strdup(f->arena, map->as.map.items[i].key);
        if (names[i] == NULL)
            no_memory(f);
        if (!hs_value_to_number(&map->as.map.items[i].value, &values[i]) || !isfinite(values[i]))
            fault(f, "numbers", "a table of names and finite numbers");
    }
    out->number_names = names;
    out->numbers = values;
    out->nnumbers = n;
}

/* Every text of the author is well-formed, or the question is at fault before a learner sees it. */
static void check_formula(struct form *f, const struct hs_ask_formula *q, const char *field, const char *text)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_algebra_question ask = {.lhs = text,
                                      .names = q->names,
                                      .nnames = q->nnames,
                                      .given = q->given,
                                      .ngiven = q->ngiven,
                                      .relation = q->relation};
    struct hs_algebra_answer a;

    if (hs_algebra_ask(&a, &scratch, &ask, f->err) == HS_OK && !a.well_formed) {
        hs_fail(f->err, HS_ESCRIPT, "question \"%s\": %s: %s", f->id, field, a.fault.message);
        f->failed = true;
    }
    hs_arena_dispose(&scratch);
}

static void read_formula(struct form *f, struct hs_question *q)
{
    struct hs_ask_formula *out = grab(f, 1, sizeof *out);
    const char *relation = text_of(f, f->spec, "relation", false);
    bool derivation = q->kind == HS_ASK_DERIVATION;

    if (out == NULL)
        return;
    out->relation = q->kind == HS_ASK_EXPRESSION ? HS_RELATION_EXPR : HS_RELATION_EQUATION;
    if (*relation != '\0' && (!hs_relation_find(&out->relation, relation) ||
                              (out->relation == HS_RELATION_EXPR) != (q->kind == HS_ASK_EXPRESSION)))
        fault(f, "relation", "\"equation\" or \"sides\", and only of ask.equation");
    out->names = texts_of(f, "names", &out->nnames);
    out->given = texts_of(f, "given", &out->ngiven);
    if (derivation) {
        out->lines = texts_of(f, "answer", &out->nlines);
        out->start = text_of(f, f->spec, "start", true);
        if (out->nlines == 0)
            fault(f, "answer", "the lines of a derivation");
        out->answer = f->failed ? "" : out->lines[out->nlines - 1];
        check_formula(f, out, "start", out->start);
    } else {
        out->answer = text_of(f, f->spec, "answer", true);
    }
    if (!f->failed)
        check_formula(f, out, "answer", out->answer);
    read_numbers(f, out);
    q->formula = out;
}

/* All but what the score of a lesson needs. */
static void read_rest(struct form *f, struct hs_question *q)
{
    bool exact;

    q->prompt = text_of(f, f->spec, "prompt", true);
    q->unit = text_of(f, f->spec, "unit", false);
    q->solution = text_of(f, f->spec, "solution", false);
    q->reveal = text_of(f, f->spec, "reveal", false);
    q->choices = texts_of(f, "choices", &q->nchoices);
    q->hints = texts_of(f, "hints", &q->nhints);
    if (q->kind >= HS_ASK_EXPRESSION)
        read_formula(f, q);
    else
        q->answer = numbers_of(f, hs_value_get(f->spec, "answer"), "answer", &q->n);
    exact = q->kind == HS_ASK_INTEGER || q->kind == HS_ASK_LIST || q->nchoices > 0;
    q->tolerance = tolerance_of(f, f->spec,
                                exact ? (struct hs_tolerance){HS_TOL_EXACT, 0.0}
                                      : (struct hs_tolerance){HS_TOL_REL, 1e-6});
    check_kind(f, q);
    read_misconceptions(f, q);
}

enum hs_status hs_question_read(struct hs_question *out, struct hs_arena *arena, const struct hs_value *spec,
                                struct hs_error *err)
{
    struct hs_error own = HS_ERROR_INIT;
    struct form f = {.arena = arena, .spec = spec, .id = hs_value_text(spec, "id", ""), .err = &own};
    struct hs_question q = {
        .kind = kind_of(&f), .prompt = "", .unit = "", .solution = "", .reveal = ""};

    q.id = text_of(&f, spec, "id", true);
    q.pending = hs_value_get(hs_value_get(spec, "later"), "function") != NULL;
    q.points = points_of(&f, "points", 1.0);
    q.hint_cost = points_of(&f, "hint_cost", 0.0);
    q.transfer = hs_value_flag(spec, "transfer", false);
    if (!q.pending)
        read_rest(&f, &q);
    if (f.failed)
        return hs_fail(err, own.code, "%s", own.text);
    *out = q;
    return HS_OK;
}

#include "cli/explain_paths.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/number.h"

static const char *const letters[HS_EXPLAIN_MOST] = {"A", "B", "C", "D", "E", "F", "G", "H",
                                                     "I", "J", "K", "L", "M", "N", "O", "P",
                                                     "Q", "R", "S", "T", "U", "V", "W", "X"};

static enum hs_status read_number(double *out, struct hs_quant_args *a, const char *name,
                                  const char *text)
{
    struct hs_number n;
    enum hs_status st = hs_number_read(&n, text, HS_NUMBER_NONFINITE, &a->err);

    if (st != HS_OK) {
        hs_error_prefix(&a->err, "%s=%s", name, text);
        return st;
    }
    *out = n.value;
    return HS_OK;
}

static enum hs_status read_element(struct hs_explain_paths *p, struct hs_quant_args *a)
{
    double z = 0;
    enum hs_status st;

    if (a->x == NULL || a->scale == NULL)
        return hs_fail(&a->err, HS_EINVAL,
                       "explain needs %s: halfstep explain x=0.3 s=0.01 [z=0] [dtype=uint8]",
                       a->x != NULL       ? "a scale, s=S"
                       : a->scale != NULL ? "an element, x=X"
                                          : "an element x=X and a scale s=S");
    if ((st = read_number(&p->x, a, "x", a->x)) != HS_OK ||
        (st = read_number(&p->s, a, "s", a->scale)) != HS_OK)
        return st;
    if (isnan(p->x))
        return hs_fail(&a->err, HS_EINVAL,
                       "x is not a number and has no code; quantize refuses it, or --nan zero and "
                       "--nan qmin name one");
    if (!(p->s > 0) || isinf(p->s))
        return hs_fail(
            &a->err, HS_EINVAL,
            "s=%s: a scale is a step, above 0 and finite (an all-zero tensor has scale 1)",
            a->scale);
    p->has_z = a->zero_point != NULL;
    if (p->has_z && (st = read_number(&z, a, "z", a->zero_point)) != HS_OK)
        return st;
    if (!(fabs(z) <= 0x1p53) || z != trunc(z))
        return hs_fail(&a->err, HS_EINVAL, "z=%s: a zero point is a whole number, a code",
                       a->zero_point);
    p->z = (int64_t)z;
    return HS_OK;
}

/* Steps are equal when all their values are (a reciprocal that is not there, too). */
static bool same_path(const struct hs_explained *a, const struct hs_explained *b)
{
    for (int i = 0; i < HS_STEP_COUNT; i++)
        if (!(a->step[i] == b->step[i] || (isnan(a->step[i]) && isnan(b->step[i]))))
            return false;
    return true;
}

/* What the paths of a column may differ in and still be equal: "half_even", "half_away after + z".
 */
static const char *rule_of(struct hs_arena *arena, const struct hs_quant_options *o)
{
    return hs_arena_printf(arena, "%s%s", hs_round_name(o->rounding),
                           o->zero_point_order == HS_BEFORE_ROUNDING ? " after + z" : "");
}

/* True when the list "a or b" has `rule` in it. */
static bool has_rule(const char *list, const char *rule)
{
    size_t n = strlen(rule);

    for (const char *p = list; p != NULL; p = strstr(p, " or ")) {
        p += p == list ? 0 : 4;
        if (strncmp(p, rule, n) == 0 && (p[n] == '\0' || hs_starts_with(p + n, " or ")))
            return true;
    }
    return false;
}

/* Puts one more name over column i. */
static enum hs_status share_column(struct hs_explain_paths *p, struct hs_quant_args *a, size_t i,
                                   const char *who, const char *rule)
{
    p->who[i] = hs_arena_printf(&a->arena, "%s, %s", p->who[i], who);
    if (!has_rule(p->rule[i], rule))
        p->rule[i] = hs_arena_printf(&a->arena, "%s or %s", p->rule[i], rule);
    return p->who[i] != NULL && p->rule[i] != NULL ? HS_OK
                                                   : hs_fail(&a->err, HS_ENOMEM, "out of memory");
}

/* Walks one path and gives it a column, or its name to the column that is the same. */
static enum hs_status add_path(struct hs_explain_paths *p, struct hs_quant_args *a,
                               const struct hs_qtarget *target, const char *who,
                               const struct hs_quant_options *options)
{
    struct hs_explain_path path = {.options = *options, .z = p->z};
    const char *rule = rule_of(&a->arena, options);
    enum hs_status st;

    if ((st = hs_qtarget_range(&path.qmin, &path.qmax, target, options, &a->err)) != HS_OK ||
        (st = hs_explain(&path.e, p->x, p->s, p->z, path.qmin, path.qmax, options, &a->err)) !=
            HS_OK) {
        if (p->n > 0) /* others took the same numbers */
            hs_error_prefix(&a->err, "%s", who);
        return st;
    }
    if (rule == NULL)
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < p->n; i++)
        if (same_path(&p->path[i].e, &path.e))
            return share_column(p, a, i, who, rule);
    if (p->n == HS_EXPLAIN_MOST)
        return hs_fail(&a->err, HS_ELIMIT, "more than %d paths: name fewer profiles or choices",
                       HS_EXPLAIN_MOST);
    path.name = letters[p->n];
    p->rule[p->n] = rule;
    p->who[p->n] = who;
    p->path[p->n++] = path;
    return HS_OK;
}

/* The next word of "a,b,c", or of "a|b|c"; NULL behind the last. */
static const char *next_word(struct hs_arena *arena, const char **list)
{
    size_t n = strcspn(*list, ",|");
    const char *word = hs_arena_strndup(arena, *list, n);

    *list = (*list)[n] == '\0' ? NULL : *list + n + 1;
    return word;
}

static enum hs_status add_profiles(struct hs_explain_paths *p, struct hs_quant_args *a,
                                   const struct hs_qtarget *target)
{
    const char *list = a->profile;
    size_t count;
    const struct hs_profile *all = hs_profiles(&count);
    enum hs_status st = HS_OK;

    for (size_t i = 0; list == NULL && i < count; i++) {
        st = add_path(p, a, target, all[i].name, &all[i].options);
        if (st != HS_OK && hs_quant_args_word(a, "precision") == NULL)
            return st;
        if (st !=
            HS_OK) /* a scale too small for float32, say; but another precision is asked for */
            hs_error_clear(&a->err);
        st = HS_OK;
    }
    while (list != NULL && st == HS_OK) {
        const char *word = next_word(&a->arena, &list);
        struct hs_quant_options options;

        if (word == NULL)
            return hs_fail(&a->err, HS_ENOMEM, "out of memory");
        st = hs_quant_options_profile(&options, word, &a->err);
        if (st == HS_OK)
            st = add_path(p, a, target, options.profile, &options);
    }
    return st;
}

/* The options of the command line but `without`, on top of the first profile that it names. */
static enum hs_status base_options(struct hs_quant_options *out, struct hs_str *who,
                                   struct hs_quant_args *a, size_t without)
{
    const struct hs_quant_option_row *row;
    const char *list = a->profile, *profile = NULL;
    enum hs_status st;

    if (list != NULL && (profile = next_word(&a->arena, &list)) == NULL)
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    st = hs_quant_options_profile(out, profile, &a->err);
    for (size_t i = 0; st == HS_OK && (row = hs_quant_option_row(i)) != NULL; i++) {
        struct hs_value v = hs_value_bool(true);

        if (i == without || (a->text[i] == NULL && !a->flag[i]))
            continue;
        if (a->text[i] != NULL)
            v = hs_value_string(&a->arena, a->text[i]);
        st = hs_quant_option_set(out, row->name, &v, &a->err);
        hs_str_printf(who, "%s%s%s%s", who->len > 0 ? " " : "", row->name,
                      a->text[i] != NULL ? "=" : "", a->text[i] != NULL ? a->text[i] : "");
    }
    return st;
}

/* The option that lists several words ("floor,half_up" or "all"), or none. */
static enum hs_status find_list(size_t *at, struct hs_quant_args *a)
{
    const struct hs_quant_option_row *row;

    *at = (size_t)-1;
    for (size_t i = 0; (row = hs_quant_option_row(i)) != NULL; i++) {
        if (a->text[i] == NULL || row->choices == NULL ||
            (strchr(a->text[i], ',') == NULL && strcmp(a->text[i], "all") != 0))
            continue;
        if (*at != (size_t)-1)
            return hs_fail(&a->err, HS_EINVAL,
                           "%s and %s both list several words; vary one of them at a time",
                           hs_quant_option_row(*at)->name, row->name);
        *at = i;
    }
    return HS_OK;
}

static enum hs_status add_varied(struct hs_explain_paths *p, struct hs_quant_args *a,
                                 const struct hs_qtarget *target, size_t varied)
{
    const struct hs_quant_option_row *row = hs_quant_option_row(varied);
    bool all = strcmp(a->text[varied], "all") == 0;
    const char *list = all ? row->choices : a->text[varied];
    enum hs_status st = HS_OK;

    while (list != NULL && st == HS_OK) {
        const char *word = next_word(&a->arena, &list);
        struct hs_value v = hs_value_string(&a->arena, word != NULL ? word : "");
        struct hs_quant_options options;
        struct hs_str others = HS_STR_INIT;

        if (all && word != NULL && strcmp(word, "stochastic") == 0)
            continue; /* no path of its own: a dice decides */
        st = base_options(&options, &others, a, varied);
        if (st == HS_OK)
            st = hs_quant_option_set(&options, row->name, &v, &a->err);
        if (st == HS_OK)
            p->compared =
                hs_arena_printf(&a->arena, "%s, in the profile %s%s%s", row->name, options.profile,
                                others.len > 0 ? " with " : "", others.buf);
        if (st == HS_OK)
            st = add_path(p, a, target, word, &options);
        hs_str_dispose(&others);
    }
    return st;
}

static enum hs_status add_own(struct hs_explain_paths *p, struct hs_quant_args *a,
                              const struct hs_qtarget *target)
{
    struct hs_quant_options options;
    struct hs_str who = HS_STR_INIT;
    size_t varied;
    enum hs_status st = find_list(&varied, a);

    if (st != HS_OK)
        return st;
    if (varied != (size_t)-1)
        return add_varied(p, a, target, varied);
    st = base_options(&options, &who, a, (size_t)-1);
    if (st == HS_OK && who.len > 0)
        st = add_path(p, a, target, hs_arena_strdup(&a->arena, who.buf), &options);
    hs_str_dispose(&who);
    return st;
}

enum hs_status hs_explain_paths(struct hs_explain_paths *out, struct hs_quant_args *a)
{
    struct hs_qtarget target;
    struct hs_value words;
    enum hs_status st;
    size_t varied;

    *out = (struct hs_explain_paths){.n = 0};
    if ((st = read_element(out, a)) != HS_OK || (st = hs_quant_args_value(a, &words)) != HS_OK ||
        (st = hs_qtarget_from_value(&target, &words, &a->err)) != HS_OK ||
        (st = find_list(&varied, a)) != HS_OK)
        return st;
    out->dtype = target.dtype;
    /* several words of one option are compared with each other, on one profile */
    if (varied == (size_t)-1 && (st = add_profiles(out, a, &target)) != HS_OK)
        return st;
    return add_own(out, a, &target);
}

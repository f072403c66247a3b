#include "quant/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "num/number.h"

/* Choices are stored through an int: every enum here has the size of one. */
_Static_assert(sizeof(enum hs_round) == sizeof(int) && sizeof(enum hs_scheme) == sizeof(int),
               "enums are ints");

enum { MOST_SHIFT = 126 }; /* 2^-126 is the smallest normal float */

enum kind { CHOICE, FLAG, NUMBER, SHIFT, SEED };

static const struct option {
    struct hs_quant_option_row row;
    enum kind kind;
    size_t offset;
} options[] = {
#define HS_OPTION(kind, name, field, choices, help) \
    {{name, choices, help}, kind, offsetof(struct hs_quant_options, field)},
#include "quant/options.def"
#undef HS_OPTION
};

const struct hs_quant_option_row *hs_quant_option_row(size_t i)
{
    return i < HS_COUNTOF(options) ? &options[i].row : NULL;
}

static enum hs_status wrong(const struct option *o, const char *wanted, const struct hs_value *v,
                            struct hs_error *err)
{
    double number;

    if (v->kind == HS_STRING)
        return hs_fail(err, HS_EINVAL, "option %s cannot be \"%.60s\": %s", o->row.name,
                       v->as.string.text, wanted);
    if (hs_value_to_number(v, &number))
        return hs_fail(err, HS_EINVAL, "option %s cannot be %.6g: %s", o->row.name, number, wanted);
    return hs_fail(err, HS_EINVAL, "option %s cannot be a %s: %s", o->row.name,
                   hs_value_kind_name(v->kind), wanted);
}

/* Position of a word in "a|b|c"; -1 when it is none of them. */
static int choice_index(const char *choices, const char *word, size_t n)
{
    for (int i = 0;; i++) {
        size_t len = strcspn(choices, "|");

        if (len == n && memcmp(choices, word, n) == 0)
            return i;
        if (choices[len] == '\0')
            return -1;
        choices += len + 1;
    }
}

static enum hs_status set_choice(struct hs_quant_options *q, const struct option *o,
                                 const struct hs_value *v, struct hs_error *err)
{
    static const char prefix[] = "stochastic(";
    const char *text = v->kind == HS_STRING ? v->as.string.text : "";
    unsigned long long seed;
    char end;
    char wanted[192];
    int i = choice_index(o->row.choices, text, strlen(text));

    snprintf(wanted, sizeof wanted, "choose one of %s", o->row.choices);
    if (i < 0 && hs_starts_with(text, prefix) && strchr(o->row.choices, prefix[0]) != NULL &&
        sscanf(text + strlen(prefix), "%llu%c", &seed, &end) == 2 && end == ')') {
        i = choice_index(o->row.choices, prefix, strlen(prefix) - 1);
        q->seed = i >= 0 ? seed : q->seed;
    }
    if (i < 0)
        return wrong(o, wanted, v, err);
    memcpy((char *)q + o->offset, &i, sizeof i);
    return HS_OK;
}

static enum hs_status set_flag(struct hs_quant_options *q, const struct option *o,
                               const struct hs_value *v, struct hs_error *err)
{
    bool *flag = (bool *)((char *)q + o->offset);
    const char *text = v->kind == HS_STRING ? v->as.string.text : "";

    if (v->kind == HS_BOOLEAN)
        *flag = v->as.boolean;
    else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        *flag = text[0] == 't';
    else
        return wrong(o, "say true or false", v, err);
    if (o->offset == offsetof(struct hs_quant_options, narrow))
        q->narrow_symmetric = false; /* what the user says goes before the profile's habit */
    return HS_OK;
}

static enum hs_status number_of(double *out, const struct option *o, const struct hs_value *v,
                                struct hs_error *err)
{
    struct hs_number n;

    if (hs_value_to_number(v, out))
        return HS_OK;
    if (v->kind != HS_STRING || hs_number_read(&n, v->as.string.text, 0, NULL) != HS_OK)
        return wrong(o, "a number was expected", v, err);
    *out = n.value;
    return HS_OK;
}

static enum hs_status set_number(struct hs_quant_options *q, const struct option *o,
                                 const struct hs_value *v, struct hs_error *err)
{
    void *field = (char *)q + o->offset;
    double n;
    int shift;
    enum hs_status st = number_of(&n, o, v, err);

    if (st != HS_OK)
        return st;
    if (o->kind == NUMBER) {
        if (!isfinite(n) || n < 0)
            return wrong(o, "it must be 0 or more", v, err);
        memcpy(field, &n, sizeof n);
    } else if (o->kind == SEED) {
        if (!(n >= 0 && n <= 0x1p53) || n != trunc(n))
            return wrong(o, "it must be a whole number from 0 to 2^53", v, err);
        q->seed = (uint64_t)n;
    } else {
        if (!(fabs(n) <= MOST_SHIFT) || n != trunc(n))
            return wrong(o, "it must be a whole number from -126 to 126", v, err);
        if (o->offset == offsetof(struct hs_quant_options, max_shift) &&
            q->min_shift == -q->max_shift)
            q->min_shift =
                -(int)n; /* n alone is [-n, n]; an explicit min_shift stays in either order */
        shift = (int)n;
        memcpy(field, &shift, sizeof shift);
    }
    return HS_OK;
}

enum hs_status hs_quant_option_set(struct hs_quant_options *o, const char *name,
                                   const struct hs_value *v, struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < HS_COUNTOF(options); i++)
        if (strcmp(options[i].row.name, name) == 0)
            return options[i].kind == CHOICE ? set_choice(o, &options[i], v, err)
                   : options[i].kind == FLAG ? set_flag(o, &options[i], v, err)
                                             : set_number(o, &options[i], v, err);
    for (size_t i = 0; i < HS_COUNTOF(options); i++)
        hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", options[i].row.name);
    st = hs_fail(err, HS_EINVAL, "there is no option \"%.60s\": choose one of %s", name, names.buf);
    hs_str_dispose(&names);
    return st;
}

static struct hs_value option_value(struct hs_arena *arena, const struct hs_quant_options *q,
                                    const struct option *o)
{
    const char *field = (const char *)q + o->offset, *word = o->row.choices;
    int i;

    switch (o->kind) {
    case FLAG:
        return hs_value_bool(*(const bool *)field);
    case NUMBER:
        return hs_value_num(*(const double *)(const void *)field);
    case SEED:
        return hs_value_int((int64_t)q->seed);
    case SHIFT:
        return hs_value_int(*(const int *)(const void *)field);
    case CHOICE:
        break;
    }
    memcpy(&i, field, sizeof i);
    for (; i > 0; i--)
        word += strcspn(word, "|") + 1;
    return hs_value_string_n(arena, word, strcspn(word, "|"));
}

bool hs_quant_options_to_value(struct hs_value *map, struct hs_arena *arena,
                               const struct hs_quant_options *o)
{
    for (size_t i = 0; i < HS_COUNTOF(options); i++) {
        struct hs_value v = option_value(arena, o, &options[i]);

        if (v.kind == HS_NIL || !hs_value_set(map, arena, options[i].row.name, v))
            return false;
    }
    return true;
}

enum hs_status hs_quant_options_from_value(struct hs_quant_options *o, const struct hs_value *map,
                                           struct hs_error *err)
{
    for (size_t i = 0; i < HS_COUNTOF(options); i++) {
        const struct hs_value *v = hs_value_get(map, options[i].row.name);
        enum hs_status st;

        if (v != NULL && v->kind != HS_NIL &&
            (st = hs_quant_option_set(o, options[i].row.name, v, err)) != HS_OK)
            return st;
    }
    if (o->min_shift > o->max_shift)
        return hs_fail(err, HS_EINVAL, "min_shift %d is above max_shift %d", o->min_shift,
                       o->max_shift);
    return HS_OK;
}

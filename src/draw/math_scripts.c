/* Sub- and superscripts, primes and \limits of a formula, read behind their atom. Declared in
 * draw/math_parser.h. */
#include <string.h>

#include "draw/math_parser.h"

/* A prime joins a plain letter, unless there are many already; behind anything else it is a
 * superscript. */
static bool prime(struct hs_math_parser *p, struct hs_math *base)
{
    if (base->kind != HS_MATH_SYMBOL || base->class != HS_MATH_ORD || base->stretch ||
        strlen(base->text) > 64)
        return false;
    base->text = hs_arena_printf(p->arena, "%s′", base->text);
    base->ascii = hs_arena_printf(p->arena, "%s'", base->ascii);
    if (base->text == NULL || base->ascii == NULL) {
        base->text = base->ascii = "";
        p->st = hs_fail(p->err, HS_ENOMEM, "out of memory");
    }
    return true;
}

/* \limits and \nolimits, and primes on a letter, which change the atom itself. */
static bool changes_atom(struct hs_math_parser *p, struct hs_math *base)
{
    if (hs_math_at(p, "limits") || hs_math_at(p, "nolimits")) {
        base->limits = p->at[1] == 'l';
        p->at += hs_math_command_length(p) + 1;
        return true;
    }
    if (*p->at == '\'' && prime(p, base)) {
        p->at++;
        return true;
    }
    return false;
}

static struct hs_math *script_argument(struct hs_math_parser *p, char which)
{
    struct hs_math *m;

    p->scripts++;
    if (which != '\'')
        p->at++;
    m = hs_math_argument(p, false);
    p->scripts--;
    return m;
}

/* x_i'' and x_i'^2: what comes second stands behind what is there, in one row however many come. */
static struct hs_math *both(struct hs_math_parser *p, struct hs_math *first, struct hs_math *second)
{
    struct hs_math *row = first->kind == HS_MATH_ROW && first->bare ? first : NULL;

    if (row == NULL) {
        row = hs_math_node(p, HS_MATH_ROW);
        if (!hs_math_push(p, row, first))
            return NULL;
        row->bare = first->tight = true;
    }
    second->tight = true;
    return hs_math_push(p, row, second) ? row : NULL;
}

/* x₁₂ and 2⁻ⁿ: characters that are scripts become scripts. '_' or '^', or 0 when there is none. */
static char written_script(struct hs_math_parser *p, struct hs_math **out)
{
    struct hs_math *row = NULL, *item;
    bool super = false, first = false;
    const char *plain;
    size_t bytes;

    while (p->st == HS_OK && (plain = hs_math_plain(p->at, &super, &bytes)) != NULL &&
           (row == NULL || super == first)) {
        item = strcmp(plain, "−") == 0
                   ? hs_math_named(p, "-", 1)
                   : hs_math_text(p, plain, strlen(plain), hs_math_class_of(*plain));
        row = row != NULL ? row : hs_math_node(p, HS_MATH_ROW);
        if (!hs_math_push(p, row, item))
            return 0;
        first = super;
        p->at += bytes;
    }
    if (row == NULL)
        return 0;
    hs_math_settle(row, true);
    *out = row;
    return first ? '^' : '_';
}

/* The node that holds the base's scripts. */
static struct hs_math *with_scripts(struct hs_math_parser *p, struct hs_math *base)
{
    struct hs_math *m;

    if (base->kind == HS_MATH_SCRIPTS && !base->bare)
        return base;
    m = hs_math_node(p, HS_MATH_SCRIPTS);
    if (m == NULL)
        return NULL;
    m->a = base;
    m->limits = base->limits || base->kind == HS_MATH_BRACE;
    m->class = base->class == HS_MATH_SPACE ? HS_MATH_ORD : base->class;
    return m;
}

struct hs_math *hs_math_scripts(struct hs_math_parser *p, struct hs_math *base)
{
    bool primed = false;

    for (;;) {
        struct hs_math *m, **slot, *argument = NULL;
        char which;

        hs_math_blanks(p);
        if (p->st != HS_OK || base == NULL)
            return NULL;
        if (changes_atom(p, base))
            continue;
        which = (unsigned char)*p->at >= 0x80 ? written_script(p, &argument) : *p->at;
        if (which != '_' && which != '^' && (which != '\'' || base->class == HS_MATH_SPACE))
            return p->st == HS_OK ? base : NULL;
        m = with_scripts(p, base);
        if (m == NULL)
            return NULL;
        slot = which == '_' ? &m->b : &m->c;
        if (*slot != NULL && !(slot == &m->c && (primed || which == '\''))) {
            p->at++;
            return hs_math_fail(p, "two scripts in the same place");
        }
        argument = argument != NULL ? argument : script_argument(p, which);
        *slot = *slot != NULL && argument != NULL ? both(p, *slot, argument) : argument;
        primed = which == '\'';
        base = m;
    }
}

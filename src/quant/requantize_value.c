/* Requantizers from text and tables, declared in quant/requantize.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "quant/groups.h"
#include "quant/numbers.h"
#include "quant/qparams.h"
#include "quant/requantize.h"

const char *const hs_requantizer_names[] = {"requantize", "multiplier", "mantissa",    "shift",
                                            "scales",     "zero_point", "dtype",       "bits",
                                            "signed",     "qmin",       "qmax",        "quant_min",
                                            "quant_max",  "axis",       "dyadic_bits", "float32",
                                            "relu",       "profile",    NULL};

bool hs_requantizer_is_asked(const struct hs_value *map)
{
    static const char *const factors[] = {"requantize", "multiplier", "mantissa", "shift",
                                          "scales"};

    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (hs_value_get(map, factors[i]) != NULL)
            return true;
    return false;
}

static enum hs_status find_mode(struct hs_requantizer *r, const char *name, struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    int mode = hs_requantize_find(name);

    if (mode >= 0) {
        r->mode = (enum hs_requantize)mode;
        return HS_OK;
    }
    for (int i = 0; i < HS_REQUANTIZE_COUNT; i++)
        hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", hs_requantize_name((enum hs_requantize)i));
    (void)hs_fail(err, HS_EINVAL, "requantize cannot be \"%.40s\": choose one of %s", name,
                  names.buf);
    hs_str_dispose(&names);
    return HS_EINVAL;
}

/* What stands in brackets: a rounding mode, or the two numbers of dyadic. */
static enum hs_status parse_brackets(struct hs_requantizer *r, const char *text,
                                     struct hs_error *err)
{
    char word[24] = "", end = '\0', more;
    int bits, shift, mode;

    if (r->mode == HS_REQUANTIZE_DYADIC) {
        if (sscanf(text, "(%d,%d%c%c", &bits, &shift, &end, &more) != 3 || end != ')')
            return hs_fail(err, HS_EINVAL,
                           "dyadic%.40s: write dyadic(8,15), the bits of b and its largest shift",
                           text);
        r->bits = bits;
        r->max_shift = shift;
        return HS_OK;
    }
    if (sscanf(text, "(%23[a-z_]%c%c", word, &end, &more) != 2 || end != ')' ||
        (mode = hs_round_find(word)) < 0 || mode == HS_ROUND_STOCHASTIC)
        return hs_fail(
            err, HS_EINVAL,
            "%s%.40s: in the brackets stands half_even, half_away, half_up, toward_zero, "
            "floor or ceil",
            hs_requantize_name(r->mode), text);
    r->rounding = (enum hs_round)mode;
    return HS_OK;
}

enum hs_status hs_requantizer_parse(struct hs_requantizer *r, const char *text,
                                    struct hs_error *err)
{
    size_t n = strcspn(text, "(");
    char name[48];
    enum hs_status st;

    snprintf(name, sizeof name, "%.*s", n < sizeof name ? (int)n : (int)sizeof name - 1, text);
    st = find_mode(r, name, err);
    return st == HS_OK && text[n] != '\0' ? parse_brackets(r, text + n, err) : st;
}

/* Whole numbers that fit 32 bits; `n` grows to the length of the longest list, and lists of one
 * count for all. */
static enum hs_status wholes(int32_t **out, size_t *n, struct hs_arena *arena,
                             const struct hs_value *map, const char *key, struct hs_error *err)
{
    double *v;
    int32_t *w;
    char text[HS_FMT_SIZE];
    enum hs_status st = hs_numbers_from_value(&v, n, arena, map, key, err);

    if (st != HS_OK)
        return st;
    if ((w = hs_arena_alloc(arena, *n, sizeof *w)) == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < *n; i++) {
        if (!(v[i] >= INT32_MIN && v[i] <= INT32_MAX) || v[i] != trunc(v[i]))
            return hs_fail(err, HS_EINVAL, "%s is %s; a whole number of 32 bits is wanted", key,
                           hs_fmt_double(text, v[i]));
        w[i] = (int32_t)v[i];
    }
    *out = w;
    return HS_OK;
}

static enum hs_status read_fixed(struct hs_requantizer *r, struct hs_arena *arena,
                                 const struct hs_value *map, struct hs_error *err)
{
    int32_t one = 1, sixteen = 16, *mantissa = &one, *shift = &sixteen, *m;
    size_t nm = 1, ns = 1;
    int *s;
    enum hs_status st = HS_OK;

    if (hs_value_get(map, "mantissa") != NULL)
        st = wholes(&mantissa, &nm, arena, map, "mantissa", err);
    if (st == HS_OK && (hs_value_get(map, "shift") != NULL || r->mode != HS_REQUANTIZE_FIXED16))
        st = wholes(&shift, &ns, arena, map, "shift", err);
    if (st != HS_OK)
        return st;
    if (nm != ns && nm != 1 && ns != 1)
        return hs_fail(err, HS_ESHAPE, "there are %zu mantissas for %zu shifts", nm, ns);
    r->n = nm > ns ? nm : ns;
    m = hs_arena_alloc(arena, r->n, sizeof *m);
    s = hs_arena_alloc(arena, r->n, sizeof *s);
    if (m == NULL || s == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->n; i++) {
        m[i] = mantissa[nm > 1 ? i : 0];
        s[i] = shift[ns > 1 ? i : 0];
    }
    if (hs_value_get(map, "mantissa") != NULL)
        r->mantissa = m;
    r->shift = s;
    return HS_OK;
}

/* M = s_x s_w / s_y of each channel. */
static enum hs_status read_scales(struct hs_requantizer *r, struct hs_arena *arena,
                                  const struct hs_value *scales, struct hs_error *err)
{
    static const char *const keys[3] = {"x", "w", "y"};
    struct hs_value map = hs_value_map();
    double *s[3], *m;
    size_t n[3];
    enum hs_status st = HS_OK;

    for (size_t i = 0; scales->kind == HS_LIST && hs_value_len(scales) == 3 && i < 3; i++)
        if (!hs_value_set(&map, arena, keys[i], *hs_value_at(scales, i)))
            return hs_fail(err, HS_ENOMEM, "out of memory");
    if (scales->kind == HS_MAP)
        map = *scales;
    if (hs_value_len(&map) != 3)
        return hs_fail(err, HS_EINVAL, "scales are {s_x, s_w, s_y} or {x=, w=, y=}");
    for (size_t i = 0; st == HS_OK && i < 3; i++)
        st = hs_numbers_from_value(&s[i], &n[i], arena, &map, keys[i], err);
    if (st != HS_OK)
        return hs_error_prefix(err, "scales"), st;
    if (n[0] != 1 || n[2] != 1)
        return hs_fail(err, HS_EINVAL, "s_x and s_y are one number each; s_w may have channels");
    if ((m = hs_arena_alloc(arena, n[1], sizeof *m)) == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (size_t i = 0; i < n[1]; i++) {
        if (!(s[0][0] > 0) || !(s[1][i] > 0) || !(s[2][0] > 0))
            return hs_fail(err, HS_ERANGE, "scales: every one of them is a step, above 0");
        m[i] = s[0][0] * s[1][i] / s[2][0];
    }
    r->n = n[1];
    r->multiplier = m;
    return HS_OK;
}

/* The factor, given in exactly one way. */
static enum hs_status read_factor(struct hs_requantizer *r, struct hs_arena *arena,
                                  const struct hs_value *map, struct hs_error *err)
{
    const struct hs_value *scales = hs_value_get(map, "scales");
    bool multiplier = hs_value_get(map, "multiplier") != NULL, mantissa, shift;
    double *m;
    enum hs_status st;

    mantissa = hs_value_get(map, "mantissa") != NULL;
    shift = hs_value_get(map, "shift") != NULL;
    if (multiplier + (scales != NULL) + (mantissa || shift) != 1)
        return hs_fail(err, HS_EINVAL,
                       "requantizing needs one factor: multiplier, scales = {s_x, s_w, s_y}, "
                       "mantissa and shift, or shift alone");
    if (hs_value_get(map, "requantize") == NULL && (mantissa || shift))
        r->mode = mantissa ? HS_REQUANTIZE_GEMMLOWP : HS_REQUANTIZE_SHIFT_FLOOR;
    if (mantissa || shift)
        return read_fixed(r, arena, map, err);
    if (scales != NULL)
        return read_scales(r, arena, scales, err);
    st = hs_numbers_from_value(&m, &r->n, arena, map, "multiplier", err);
    r->multiplier = m;
    return st;
}

/* A member that is a whole number, or not there. */
static enum hs_status whole(int64_t *out, const struct hs_value *map, const char *key,
                            int64_t otherwise, struct hs_error *err)
{
    const struct hs_value *v = hs_value_get(map, key);

    *out = hs_value_integer(map, key, INT64_MIN);
    if (v != NULL && v->kind != HS_NIL && *out == INT64_MIN)
        return hs_fail(err, HS_EINVAL, "%s must be one whole number", key);
    if (*out == INT64_MIN)
        *out = otherwise;
    return HS_OK;
}

static enum hs_status flag(bool *out, const struct hs_value *map, const char *key, bool otherwise,
                           struct hs_error *err)
{
    const struct hs_value *v = hs_value_get(map, key);

    if (v != NULL && v->kind != HS_NIL && v->kind != HS_BOOLEAN)
        return hs_fail(err, HS_EINVAL, "%s is true or false", key);
    *out = hs_value_flag(map, key, otherwise);
    return HS_OK;
}

static enum hs_status read_dyadic(struct hs_requantizer *r, const struct hs_value *map,
                                  struct hs_error *err)
{
    int64_t bits, shift;
    enum hs_status st = whole(&bits, map, "dyadic_bits", 0, err);

    if (st == HS_OK)
        st = whole(&shift, map, "max_shift", 0, err);
    if (st != HS_OK || r->mode != HS_REQUANTIZE_DYADIC)
        return st;
    if (bits < 0 || bits > 31 || shift < 0 || shift > 31)
        return hs_fail(err, HS_EINVAL, "dyadic_bits and max_shift go from 1 to 31");
    if (r->bits == 0) { /* brackets stand above these */
        r->bits = (int)bits;
        r->max_shift = (int)shift;
    }
    return HS_OK;
}

/* The mode of the profile, and whether its products run in float32: an engine (any profile but the
 * program's own) multiplies in the precision of its qparams. */
static void follow_profile(struct hs_requantizer *r, const struct hs_quant_options *o)
{
    size_t n;
    const struct hs_profile *p = hs_profiles(&n);

    r->float32 = o->precision == HS_PRECISION_F32;
    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].name, o->profile) == 0) {
            r->mode = p[i].requantize;
            r->float32 |= i > 0 && o->qparams_precision == HS_PRECISION_F32;
        }
}

static enum hs_status read_codes(struct hs_requantizer *r, const struct hs_value *map,
                                 struct hs_error *err)
{
    struct hs_quant_options o;
    struct hs_qtarget target;
    enum hs_status st = hs_quant_options_profile(&o, hs_value_text(map, "profile", NULL), err);

    if (st != HS_OK || (st = hs_quant_options_from_value(&o, map, err)) != HS_OK ||
        (st = hs_qtarget_from_value(&target, map, err)) != HS_OK)
        return st;
    if (target.has_range) /* codes that are given are narrow already */
        o.narrow = o.reduce_range = false;
    if ((st = hs_qtarget_range(&r->qmin, &r->qmax, &target, &o, err)) != HS_OK)
        return st;
    follow_profile(r, &o);
    r->dtype = target.dtype;
    r->rounding = o.rounding;
    r->zero_point_first = o.zero_point_order == HS_BEFORE_ROUNDING;
    if ((st = flag(&r->float32, map, "float32", r->float32, err)) != HS_OK ||
        (st = flag(&r->relu, map, "relu", false, err)) != HS_OK ||
        (st = whole(&r->zero_point, map, "zero_point", 0, err)) != HS_OK)
        return st;
    if (r->zero_point < r->qmin || r->zero_point > r->qmax)
        return hs_fail(err, HS_EINVAL, "zero_point %lld is outside of the codes %lld to %lld",
                       (long long)r->zero_point, (long long)r->qmin, (long long)r->qmax);
    return HS_OK;
}

enum hs_status hs_requantizer_from_value(struct hs_requantizer *out, int *axis,
                                         struct hs_arena *arena, const struct hs_value *map,
                                         struct hs_error *err)
{
    struct hs_requantizer r = {.mode = HS_REQUANTIZE_FLOAT};
    const char *mode = hs_value_text(map, "requantize", NULL);
    int64_t of;
    enum hs_status st = whole(&of, map, "axis", 1, err);

    if (st == HS_OK)
        st = read_codes(&r, map, err);
    if (st == HS_OK && mode == NULL && hs_value_get(map, "requantize") != NULL)
        st = hs_fail(err, HS_EINVAL, "requantize is a name such as gemmlowp");
    if (st == HS_OK && mode != NULL) /* stands above profile and options */
        st = hs_requantizer_parse(&r, mode, err);
    if (st == HS_OK)
        st = read_dyadic(&r, map, err);
    if (st == HS_OK)
        st = read_factor(&r, arena, map, err);
    if (st == HS_OK)
        st = hs_requantizer_prepare(&r, arena, err);
    if (st != HS_OK)
        return st;
    *axis = hs_axis_given(of);
    *out = r;
    return HS_OK;
}

#include "quant/convention.h"

#include <math.h>
#include <string.h>

#include "base/fmt.h"
#include "quant/numbers.h"

static const char *factor_key(enum hs_convention c)
{
    return c == HS_CONVENTION_MULTIPLIER ? "n" : "scale_factor";
}

/* map[key] = one number for a tensor, else a list. */
static bool set_list(struct hs_value *map, struct hs_arena *arena, const char *key, const double *v,
                     size_t n, bool single)
{
    struct hs_value list = hs_value_list();

    if (single)
        return hs_value_set(map, arena, key, hs_value_num(v[0]));
    for (size_t i = 0; i < n; i++)
        if (!hs_value_push(&list, arena, hs_value_num(v[i])))
            return false;
    return hs_value_set(map, arena, key, list);
}

static enum hs_status invert(double *v, size_t n, const char *what, struct hs_error *err)
{
    char text[HS_FMT_SIZE];

    for (size_t i = 0; i < n; i++) {
        if (!(v[i] > 0) || isinf(v[i]) || isinf(1 / v[i]))
            return hs_fail(err, HS_EINVAL,
                           "%s %s (number %zu) has no inverse: it must be above 0 and finite", what,
                           hs_fmt_double(text, v[i]), i);
        v[i] = 1 / v[i];
    }
    return HS_OK;
}

static enum hs_status negate(struct hs_value *map, struct hs_arena *arena, const struct hs_value *v,
                             struct hs_error *err)
{
    const struct hs_value *z = hs_value_get(v, "zero_point");
    double *numbers;
    size_t n;
    enum hs_status st;

    if (z == NULL || z->kind == HS_NIL)
        return HS_OK;
    if ((st = hs_numbers_from_value(&numbers, &n, arena, v, "zero_point", err)) != HS_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        numbers[i] = 0 - numbers[i]; /* not -0 */
    return set_list(map, arena, "zero_point", numbers, n, n == 1)
               ? HS_OK
               : hs_fail(err, HS_ENOMEM, "out of memory for %zu zero points", n);
}

enum hs_status hs_qparams_from_convention(struct hs_qparams *out, struct hs_arena *arena,
                                          const struct hs_value *v, enum hs_convention convention,
                                          struct hs_error *err)
{
    const char *key = factor_key(convention);
    struct hs_value map = hs_value_map();
    double *factor;
    size_t n;
    enum hs_status st;

    if (v == NULL || v->kind != HS_MAP)
        return hs_fail(err, HS_EINVAL, "qparams are a table with %s", key);
    if (hs_value_get(v, "scale") != NULL)
        return hs_fail(err, HS_EINVAL, "scale stands beside %s, which is 1/scale: give one of them",
                       key);
    if ((st = hs_numbers_from_value(&factor, &n, arena, v, key, err)) != HS_OK ||
        (st = invert(factor, n, key, err)) != HS_OK)
        return st;
    for (size_t i = 0; i < v->as.map.len; i++)
        if (strcmp(v->as.map.items[i].key, key) != 0 &&
            !hs_value_set(&map, arena, v->as.map.items[i].key, v->as.map.items[i].value))
            return hs_fail(err, HS_ENOMEM, "out of memory");
    if (!set_list(&map, arena, "scale", factor, n, n == 1 && hs_value_get(v, "axis") == NULL))
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu scales", n);
    if (convention == HS_CONVENTION_DISTILLER) {
        if (hs_value_get(v, "profile") == NULL &&
            !hs_value_set(&map, arena, "profile", hs_value_string(arena, "distiller")))
            return hs_fail(err, HS_ENOMEM, "out of memory");
        if ((st = negate(&map, arena, v, err)) != HS_OK)
            return st;
    }
    return hs_qparams_from_value(out, arena, &map, err);
}

enum hs_status hs_qparams_to_convention(struct hs_value *out, struct hs_arena *arena,
                                        const struct hs_qparams *qp, enum hs_convention convention,
                                        struct hs_error *err)
{
    struct hs_value all, map = hs_value_map();
    double *factor = hs_arena_alloc(arena, qp->n, sizeof *factor),
           *zero = hs_arena_alloc(arena, qp->n, sizeof *zero);
    bool single = qp->n == 1 && qp->axis < 0, ok;
    enum hs_status st;

    if (factor == NULL || zero == NULL || !hs_qparams_to_value(&all, arena, qp))
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu scales", qp->n);
    for (size_t i = 0; i < qp->n; i++) {
        factor[i] = qp->scale[i];
        zero[i] = (double)(0 - qp->zero_point[i]);
        if (convention == HS_CONVENTION_MULTIPLIER && qp->zero_point[i] != 0)
            return hs_fail(err, HS_EINVAL,
                           "zero point %lld: a multiplier alone has none; use a symmetric scheme",
                           (long long)qp->zero_point[i]);
    }
    if ((st = invert(factor, qp->n, "scale", err)) != HS_OK)
        return st;
    for (size_t i = 0; i < all.as.map.len; i++) {
        const char *key = all.as.map.items[i].key;

        if (strcmp(key, "scale") != 0 && strcmp(key, "zero_point") != 0 &&
            strcmp(key, "exponent") != 0 &&
            !hs_value_set(&map, arena, key, all.as.map.items[i].value))
            return hs_fail(err, HS_ENOMEM, "out of memory");
    }
    ok = set_list(&map, arena, factor_key(convention), factor, qp->n, single) &&
         (convention == HS_CONVENTION_MULTIPLIER ||
          set_list(&map, arena, "zero_point", zero, qp->n, single));
    if (!ok)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu scales", qp->n);
    *out = map;
    return HS_OK;
}

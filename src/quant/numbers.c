#include "quant/numbers.h"

enum hs_status hs_numbers_from_value(double **out, size_t *n, struct hs_arena *arena,
                                     const struct hs_value *map, const char *key,
                                     struct hs_error *err)
{
    const struct hs_value *v = hs_value_get(map, key);
    const struct hs_tensor *t = v != NULL && v->kind == HS_TENSOR ? v->as.tensor : NULL;
    double one;
    bool single = hs_value_to_number(v, &one);
    size_t count = single ? 1 : t != NULL ? hs_tensor_count(t) : hs_value_len(v);
    double *numbers;

    if (!single && t == NULL && (v == NULL || v->kind != HS_LIST))
        return hs_fail(err, HS_EINVAL,
                       "%s is missing or no number: give a number, a list or a tensor", key);
    if (count == 0)
        return hs_fail(err, HS_EINVAL, "%s is empty: give a number, a list or a tensor", key);
    numbers = hs_arena_alloc(arena, count, sizeof *numbers);
    if (numbers == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %zu numbers", count);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = single ? one : t != NULL ? hs_tensor_get(t, i) : 0;
        if (!single && t == NULL && !hs_value_to_number(hs_value_at(v, i), &numbers[i]))
            return hs_fail(err, HS_EINVAL, "element %zu of %s is no number", i, key);
    }
    *out = numbers;
    *n = count;
    return HS_OK;
}

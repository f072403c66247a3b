#include "cli/requantize_args.h"

#include <string.h>

static enum hs_status no_memory(struct hs_quant_args *a)
{
    return hs_fail(&a->err, HS_ENOMEM, "out of memory");
}

/* "SX,SW[:SW…],SY" as the list of scales that the table takes. */
static enum hs_status set_scales(struct hs_quant_args *a, struct hs_value *map)
{
    struct hs_value parts = hs_value_map(), list = hs_value_list();
    static const char *const keys[3] = {"x", "w", "y"};
    const char *text = a->scales;
    enum hs_status st = HS_OK;
    size_t i = 0;

    for (; st == HS_OK && text != NULL && i < 3; i++) {
        size_t n = strcspn(text, ",");
        char *part = hs_arena_strndup(&a->arena, text, n);

        if (part == NULL)
            return no_memory(a);
        for (char *p = part; i == 1 && *p != '\0'; p++)
            *p = *p == ':' ? ',' : *p; /* those of the channels */
        st = hs_quant_args_set_numbers(a, &parts, keys[i], "scales", part);
        text = text[n] == ',' ? text + n + 1 : NULL;
    }
    if (st != HS_OK)
        return st;
    if (i < 3 || text != NULL)
        return hs_fail(&a->err, HS_EINVAL,
                       "--scales cannot be \"%.80s\": write the scales of input, weights and "
                       "output, as 0.02,0.005,0.05; those of channels as 0.02,0.005:0.006,0.05",
                       a->scales);
    for (i = 0; i < 3; i++)
        if (!hs_value_push(&list, &a->arena, *hs_value_get(&parts, keys[i])))
            return no_memory(a);
    return hs_value_set(map, &a->arena, "scales", list) ? HS_OK : no_memory(a);
}

/* The words of the command line as the table that Lua gives to quant.requantize. */
static enum hs_status make_table(struct hs_quant_args *a, struct hs_value *map)
{
    const struct {
        const char *key, *option, *text;
    } numbers[] = {{"multiplier", "multiplier", a->multiplier},
                   {"mantissa", "mantissa", a->mantissa},
                   {"shift", "shift", a->shift},
                   {"dyadic_bits", "dyadic-bits", a->dyadic_bits},
                   {"max_shift", "max-shift", hs_quant_args_word(a, "max_shift")}};
    int ways =
        (a->multiplier != NULL) + (a->scales != NULL) + (a->mantissa != NULL || a->shift != NULL);
    enum hs_status st = hs_quant_args_value(a, map);

    if (ways != 1 || (a->mantissa != NULL && a->shift == NULL))
        return hs_fail(&a->err, HS_EINVAL,
                       "requantize needs one factor: --multiplier M, or --scales SX,SW,SY, or "
                       "--mantissa N --shift N, or --shift N alone");
    for (size_t i = 0; st == HS_OK && i < sizeof numbers / sizeof *numbers; i++)
        st = hs_quant_args_set_numbers(a, map, numbers[i].key, numbers[i].option, numbers[i].text);
    if (st == HS_OK && a->relu && !hs_value_set(map, &a->arena, "relu", hs_value_bool(true)))
        return no_memory(a);
    return st == HS_OK && a->scales != NULL ? set_scales(a, map) : st;
}

/* The mode of that name (NULL: the one that the factor asks for) behind the others. */
static enum hs_status add_mode(struct hs_requantize_args *out, struct hs_quant_args *a,
                               struct hs_value *map, const char *name, struct hs_error *err)
{
    enum hs_status st;

    if (out->n == HS_REQUANTIZE_COUNT)
        return hs_fail(err, HS_EINVAL, "--requantize takes at most %d modes", HS_REQUANTIZE_COUNT);
    if (name != NULL &&
        !hs_value_set(map, &a->arena, "requantize", hs_value_string(&a->arena, name)))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    st = hs_requantizer_from_value(&out->mode[out->n], &out->axis, &a->arena, map, err);
    out->n += st == HS_OK;
    return st;
}

/* Every mode; those that the factor does not fit are left out, with their reason. */
static enum hs_status add_all(struct hs_requantize_args *out, struct hs_quant_args *a,
                              struct hs_value *map)
{
    for (int i = 0; i < HS_REQUANTIZE_COUNT; i++) {
        const char *name = hs_requantize_name((enum hs_requantize)i);
        struct hs_error *err = &out->left_out[out->n_left_out];

        *err = HS_ERROR_INIT;
        if (add_mode(out, a, map, name, err) == HS_OK)
            continue;
        hs_error_prefix(err, "%s", name);
        out->n_left_out++;
    }
    return out->n > 0 ? HS_OK
                      : hs_fail(&a->err, HS_EINVAL, "no mode fits: %s", out->left_out[0].text);
}

enum hs_status hs_requantize_args(struct hs_requantize_args *out, struct hs_quant_args *a)
{
    const char *list = a->requantize;
    struct hs_value map;
    enum hs_status st;

    *out = (struct hs_requantize_args){.n = 0};
    if ((st = make_table(a, &map)) != HS_OK)
        return st;
    if (list == NULL)
        return add_mode(out, a, &map, NULL, &a->err);
    if (strcmp(list, "all") == 0)
        return add_all(out, a, &map);
    while (list != NULL && st == HS_OK) {
        size_t n = strcspn(list, "(,");
        char *word;

        n += list[n] == '(' ? strcspn(list + n, ")") : 0; /* dyadic(8,15) is one word */
        n += strcspn(list + n, ",");
        if ((word = hs_arena_strndup(&a->arena, list, n)) == NULL)
            return no_memory(a);
        st = add_mode(out, a, &map, word, &a->err);
        list = list[n] == ',' ? list + n + 1 : NULL;
    }
    return st;
}

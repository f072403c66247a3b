/* Operation counts and picojoules of layers and of a whole network. */
#include "oracle.h"

#include "quant/energy.h"

/* The oracle's offsets true and false are the accountings hoisted and folded (CONTRACTS 4). */
static enum hs_accounting accounting(const struct hs_value *p)
{
    return hs_value_flag(p, "offsets", false) ? HS_HOISTED : HS_FOLDED;
}

static struct hs_energy_layer linear(const struct hs_value *p)
{
    return (struct hs_energy_layer){.in = hs_value_integer(p, "in_features", 0),
                                    .out = hs_value_integer(p, "out_features", 0),
                                    .bias = hs_value_flag(p, "bias", false)};
}

static struct hs_energy_layer conv(const struct hs_value *p)
{
    return (struct hs_energy_layer){
        .in = hs_value_integer(p, "in_channels", 0),
        .out = hs_value_integer(p, "out_channels", 0),
        .kernel = hs_value_integer(p, "kernel", 0),
        .stride = hs_value_integer(p, "stride", 0),
        .padding = hs_value_integer(p, "padding", -1),
        .groups = hs_value_integer(p, "groups", 0),
        .height = hs_value_integer(p, "height", 0),
        .width = hs_value_integer(p, "width", 0),
        .bias = hs_value_flag(p, "bias", false),
        .valid_taps = strcmp(hs_value_text(p, "padding_policy", "?"), "valid") == 0,
    };
}

/* Every count that the oracle lists, and no other operation. */
static bool same_counts(const struct hs_value *want, const int64_t *got)
{
    bool ok = hs_value_len(want) > 0;
    int64_t total = 0, listed = 0;

    for (int i = 0; i < HS_ENERGY_OP_COUNT; i++) {
        const char *name = hs_energy_op_name((enum hs_energy_op)i);
        int64_t n = hs_value_integer(want, name, 0);

        total += got[i];
        listed += n;
        if (got[i] != n) {
            print_error("%s: %lld, the oracle says %lld\n", name, (long long)got[i], (long long)n);
            ok = false;
        }
    }
    return ok && total == listed;
}

static bool same_energy(const struct hs_value *expected, const char *key, int64_t centi_pj)
{
    const char *want = hs_value_text(expected, key, "?");
    char text[HS_FMT_SIZE];

    if (strcmp(hs_energy_format(text, centi_pj), want) == 0)
        return true;
    print_error("%s is %s, the oracle says %s\n", key, text, want);
    return false;
}

static bool layer(const struct hs_value *c, const struct hs_energy_layer *l)
{
    const struct hs_value *expected = hs_value_get(c, "expected"), *p = hs_value_get(c, "params");
    struct hs_error err = HS_ERROR_INIT;
    struct hs_energy_counts n;

    assert_ok(hs_energy_count(&n, l, accounting(p), &err), &err);
    if (n.out_height != hs_value_integer(p, "out_height", 0) ||
        n.out_width != hs_value_integer(p, "out_width", 0))
        return false;
    return same_counts(hs_value_get(expected, "counts_fp32"), n.fp32) &&
           same_counts(hs_value_get(expected, "counts_int8"), n.int8) &&
           same_energy(expected, "energy_fp32_pJ", n.fp32_centi_pj) &&
           same_energy(expected, "energy_int8_pJ", n.int8_centi_pj) &&
           ((double)n.fp32_centi_pj / (double)n.int8_centi_pj ==
            hs_value_number(expected, "ratio", 0));
}

/* [in, out] or [in, out, kernel, stride, padding, height, width, groups]. */
static struct hs_energy_layer of_shape(const struct hs_value *shape)
{
    int64_t v[8] = {0};

    for (size_t i = 0; i < hs_value_len(shape); i++)
        v[i] = hs_value_at(shape, i)->as.integer;
    return (struct hs_energy_layer){.in = v[0],
                                    .out = v[1],
                                    .kernel = v[2],
                                    .stride = v[3],
                                    .padding = v[4],
                                    .height = v[5],
                                    .width = v[6],
                                    .groups = v[7]};
}

static bool network_by(const struct hs_value *c, const char *policy)
{
    const struct hs_value *p = hs_value_get(c, "params"), *layers = hs_value_get(p, "layers");
    const struct hs_value *want = hs_value_get(hs_value_get(c, "expected"), policy);
    struct hs_error err = HS_ERROR_INIT;
    int64_t fp32 = 0, int8 = 0;
    bool ok = hs_value_len(layers) > 0;

    for (size_t i = 0; i < hs_value_len(layers); i++) {
        const struct hs_value *row = hs_value_at(hs_value_get(want, "layers"), i);
        struct hs_energy_layer l = of_shape(hs_value_get(hs_value_at(layers, i), "shape"));
        struct hs_energy_counts n;

        l.bias = hs_value_flag(p, "bias", false);
        l.valid_taps = strcmp(policy, "valid") == 0;
        assert_ok(hs_energy_count(&n, &l, accounting(p), &err), &err);
        ok &= same_energy(row, "energy_fp32_pJ", n.fp32_centi_pj) &&
              same_energy(row, "energy_int8_pJ", n.int8_centi_pj) &&
              (n.int8[HS_ENERGY_INT8_MUL] == hs_value_integer(row, "multiplies", -1));
        fp32 += n.fp32_centi_pj;
        int8 += n.int8_centi_pj;
    }
    return ok && same_energy(want, "energy_fp32_pJ", fp32) &&
           same_energy(want, "energy_int8_pJ", int8);
}

/* No accounting gives the mistaken tally, but for the one that is named after it. */
static bool mistake(const struct hs_value *c)
{
    const struct hs_value *expected = hs_value_get(c, "expected");
    struct hs_energy_layer l = linear(hs_value_get(c, "params"));
    struct hs_error err = HS_ERROR_INIT;
    struct hs_energy_counts n;
    char text[HS_FMT_SIZE];
    bool ok;

    l.bias = true;
    assert_ok(hs_energy_count(&n, &l, HS_HOISTED, &err), &err);
    ok = same_counts(hs_value_get(expected, "right_counts_int8"), n.int8) &&
         same_energy(expected, "right_energy_int8_pJ", n.int8_centi_pj);
    for (int a = 0; a < HS_REPORT; a++) {
        assert_ok(hs_energy_count(&n, &l, (enum hs_accounting)a, &err), &err);
        ok &= strcmp(hs_energy_format(text, n.int8_centi_pj),
                     hs_value_text(expected, "wrong_energy_int8_pJ", "?")) != 0;
    }
    assert_ok(hs_energy_count(&n, &l, HS_REPORT, &err), &err);
    if (strcmp(hs_value_text(c, "name", "?"), "mistake_bias_as_int8") == 0)
        ok &= same_counts(hs_value_get(expected, "wrong_counts_int8"), n.int8) &&
              same_energy(expected, "wrong_energy_int8_pJ", n.int8_centi_pj) &&
              same_energy(expected, "wrong_energy_fp32_pJ", n.fp32_centi_pj);
    return ok;
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    const char *op = hs_value_text(c, "op", "?");
    struct hs_energy_layer l;

    (void)o;
    (void)arena;
    if (strcmp(op, "energy_network") == 0)
        return network_by(c, "dense") && network_by(c, "valid");
    if (strcmp(op, "energy_mistake") == 0)
        return mistake(c);
    if (strcmp(op, "energy_linear") != 0 && strcmp(op, "energy_conv2d") != 0)
        return false;
    l = strcmp(op, "energy_linear") == 0 ? linear(p) : conv(p);
    return layer(c, &l);
}

static void every_layer_costs_what_the_tally_says(void **state)
{
    hs_oracle_run("energy", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_layer_costs_what_the_tally_says, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The scale chain of the conv-net lab: its four functions, and whole networks. */
#include "oracle.h"

#include <math.h>

#include "quant/chain.h"

enum { MOST = 32 };

static bool is_float32(const struct hs_value *c)
{
    return strcmp(hs_value_text(hs_value_get(c, "params"), "compute", "?"), "float32") == 0;
}

static bool agrees(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c,
                   const char *name, const struct hs_tensor *got)
{
    struct hs_tensor want = hs_oracle_tensor(o, arena, c, "outputs", name);

    return hs_oracle_matches(c, name, got, &want);
}

static bool number_agrees(const struct hs_oracle *o, struct hs_arena *arena,
                          const struct hs_value *c, const char *name, double got)
{
    struct hs_tensor t = hs_tensor_view(&got, HS_FLOAT64, 0, NULL);

    return agrees(o, arena, c, name, &t);
}

/* quantized_weights and quantize_initial_input. */
static bool codes(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c,
                  const char *input)
{
    struct hs_tensor t = hs_oracle_tensor(o, arena, c, "inputs", input), q;
    struct hs_error err = HS_ERROR_INIT;
    double s = 0;

    if (hs_oracle_tagged(c, "special")) { /* 0/0: a program must say so */
        assert_fails(hs_chain_quantize(&q, &s, arena, &t, is_float32(c), &err), HS_ERANGE, &err,
                     "every element is 0");
        return true;
    }
    assert_ok(hs_chain_quantize(&q, &s, arena, &t, is_float32(c), &err), &err);
    return q.dtype == HS_INT8 &&
           number_agrees(o, arena, c, "scale", s) && agrees(o, arena, c, "q", &q);
}

static size_t earlier_layers(struct hs_chain_link *out, const struct hs_value *c)
{
    const struct hs_value *ss = hs_value_get(hs_value_get(c, "params"), "ss");

    assert_true(hs_value_len(ss) <= MOST);
    for (size_t i = 0; i < hs_value_len(ss); i++)
        assert_true(hs_value_to_number(hs_value_at(hs_value_at(ss, i), 0), &out[i].s_w) &&
                    hs_value_to_number(hs_value_at(hs_value_at(ss, i), 1), &out[i].s_out));
    return hs_value_len(ss);
}

static bool activations(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor t = hs_oracle_tensor(o, arena, c, "inputs", "activations");
    struct hs_chain_link ss[MOST];
    struct hs_error err = HS_ERROR_INIT;
    size_t n = earlier_layers(ss, c);
    double s = 0;

    assert_ok(hs_chain_output_scale(&s, &t, hs_value_number(p, "s_w", 0),
                                    hs_value_number(p, "s_initial_input", 0), ss, n, is_float32(c),
                                    &err),
              &err);
    return number_agrees(o, arena, c, "s_out", s);
}

static bool bias(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *p = hs_value_get(c, "params");
    struct hs_tensor b = hs_oracle_tensor(o, arena, c, "inputs", "bias"), q;
    struct hs_chain_link ss[MOST];
    struct hs_error err = HS_ERROR_INIT;
    size_t n = earlier_layers(ss, c), clamped = 99, wanted = 0;
    double s_w = hs_value_number(p, "s_w", 0), s_in = hs_value_number(p, "s_initial_input", 0);
    double s = is_float32(c) ? (double)hs_chain_bias_scale_f32(s_w, s_in, ss, n)
                             : hs_chain_bias_scale(s_w, s_in, ss, n);

    assert_ok(hs_chain_bias(&q, &clamped, arena, &b, s, is_float32(c), &err), &err);
    for (size_t i = 0; i < hs_tensor_count(&b); i++)
        wanted += fabs(hs_tensor_get(&b, i) / s) > 0x1p31;
    return clamped == wanted && (wanted > 0 || !hs_oracle_tagged(c, "saturation")) &&
           number_agrees(o, arena, c, "s_bias", s) && agrees(o, arena, c, "b_q", &q);
}

/* The steps of a network; weights and biases stay in `room`. */
static size_t steps_of(struct hs_chain_step *steps, struct hs_tensor *room,
                       const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const struct hs_value *list = hs_value_get(hs_value_get(c, "params"), "layers");
    char name[32];
    size_t k = 0;

    assert_in_range(hs_value_len(list), 1, MOST);
    for (size_t i = 0; i < hs_value_len(list); i++) {
        int op = hs_chain_op_find(hs_value_at(list, i)->as.string.text);

        assert_true(op >= 0);
        steps[i] = (struct hs_chain_step){.op = (enum hs_chain_op)op};
        if (op != HS_CHAIN_CONV && op != HS_CHAIN_FC)
            continue;
        snprintf(name, sizeof name, "w%zu", k);
        room[2 * i] = hs_oracle_tensor(o, arena, c, "inputs", name);
        steps[i].w = &room[2 * i];
        snprintf(name, sizeof name, "b%zu", k++);
        if (!hs_oracle_has(c, "inputs", name))
            continue;
        room[2 * i + 1] = hs_oracle_tensor(o, arena, c, "inputs", name);
        steps[i].b = &room[2 * i + 1];
    }
    return hs_value_len(list);
}

static bool layers_agree(const struct hs_oracle *o, struct hs_arena *arena,
                         const struct hs_value *c, const struct hs_chain_network *net)
{
    double s_w[MOST], s_out[MOST];
    struct hs_tensor t;
    char name[32];
    bool ok = true;

    for (size_t k = 0; k < net->n; k++) {
        const struct hs_chain_layer *l = &net->layer[k];

        s_w[k] = l->s_w;
        s_out[k] = l->s_out;
        snprintf(name, sizeof name, "w%zu_q", k);
        ok &= agrees(o, arena, c, name, &l->w_q);
        snprintf(name, sizeof name, "a%zu_q", k);
        ok &= agrees(o, arena, c, name, &l->a_q);
        snprintf(name, sizeof name, "b%zu_q", k);
        ok &= l->has_bias == hs_oracle_has(c, "outputs", name) && l->bias_clamped == 0;
        if (l->has_bias)
            ok &= agrees(o, arena, c, name, &l->b_q);
    }
    t = hs_tensor_view(s_w, HS_FLOAT64, 1, &net->n);
    ok &= agrees(o, arena, c, "s_w", &t);
    t = hs_tensor_view(s_out, HS_FLOAT64, 1, &net->n);
    return ok && agrees(o, arena, c, "s_out", &t);
}

static bool network(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_tensor x = hs_oracle_tensor(o, arena, c, "inputs", "x"), room[2 * MOST];
    struct hs_chain_step steps[MOST];
    struct hs_chain_network net;
    struct hs_error err = HS_ERROR_INIT;
    size_t n = steps_of(steps, room, o, arena, c);
    double real = hs_value_number(hs_value_get(c, "expected"), "real_scale_of_output", 0);

    assert_ok(hs_chain_network(&net, arena, &x, steps, n, is_float32(c), &err), &err);
    if (hs_oracle_has(c, "outputs", "y_q_torch") && !agrees(o, arena, c, "y_q_torch", &net.y_q))
        return false;
    return layers_agree(o, arena, c, &net) && number_agrees(o, arena, c, "s_in", net.s_in) &&
           agrees(o, arena, c, "x_q", &net.x_q) && agrees(o, arena, c, "y_q", &net.y_q) &&
           agrees(o, arena, c, "y_float", &net.y_float) &&
           agrees(o, arena, c, "y_dequantized", &net.y_dequantized) &&
           (fabs(net.real_scale - real) <= (is_float32(c) ? 2e-4 : 1e-11) * real);
}

static bool run_case(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *op = hs_value_text(c, "op", "?");

    if (strcmp(op, "quantized_weights") == 0)
        return codes(o, arena, c, "w");
    if (strcmp(op, "quantize_initial_input") == 0)
        return codes(o, arena, c, "pixels");
    if (strcmp(op, "quantize_activations") == 0)
        return activations(o, arena, c);
    if (strcmp(op, "quantized_bias") == 0)
        return bias(o, arena, c);
    return strcmp(op, "berkeley_network") == 0 && network(o, arena, c);
}

static void every_scale_and_code_of_the_chain_is_that_of_the_lab(void **state)
{
    hs_oracle_run("berkeley", *state, run_case); /* asserts that all passed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_scale_and_code_of_the_chain_is_that_of_the_lab,
                                        hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

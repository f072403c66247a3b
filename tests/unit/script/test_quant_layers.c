/* quant.* over integers and layers as a script meets it: each row is a script and what it gives, or
 * a part of the sentence with which it is refused. */
#include "hs_test.h"

#include "script/script.h"

/* s(t): the elements of a tensor, a list or a number as text. */
static const char prelude[] =
    "local function s(v, r) r = r or {} "
    "if type(v) == 'userdata' then v = v:tolist() end "
    "if type(v) == 'table' then for _, x in ipairs(v) do s(x, r) end else r[#r + 1] = tostring(v) "
    "end "
    "return table.concat(r, ' ') end "
    "local function q(acc, o) local c, n = quant.requantize(acc, o) return s(c) .. ' of ' .. "
    "c.dtype .. ', ' .. n.low .. ' low ' .. n.high .. ' high' end "
    "local u8 = function(l) return tensor.of(l, 'uint8') end "
    "local i8 = function(l) return tensor.of(l, 'int8') end ";

struct row {
    const char *text, *want;
};

static const struct row results[] = {
    /* trace: the codes of quantize, clipped ones and ties named */
    {"local p = {scale = 0.25, zero_point = 1, dtype = 'int4'} local x = {0.3, -9, 0.375, 9, -0.125} "
     "local r = {} for i, v in ipairs(x) do local t = quant.trace(v, p) r[i] = t.code .. "
     "(t.clipped and 'c' or '') .. (t.tie and 't' or '') end "
     "return s(r) .. ' as ' .. s(quant.quantize(x, p))",
     "2 -8c 3t 7c 1t as 2 -8 3 7 1"},
    {"return s({quant.trace(0.5, {scale = {0.5, 0.25}, zero_point = {0, 0}, axis = 0, dtype = "
     "'int8'}, 1).code})", "2"},
    /* requantize: the modes on accumulators that tell them apart */
    {"return q({5, -5, 3, 7}, {multiplier = 0.5})", "2 -2 2 4 of int8, 0 low 0 high"},
    {"return q({5, -5, 3, 7}, {multiplier = 0.5, rounding = 'half_away'})",
     "3 -3 2 4 of int8, 0 low 0 high"},
    {"return q({5, -5, 3, 7}, {multiplier = 0.5, requantize = 'gemmlowp'})",
     "3 -2 2 4 of int8, 0 low 0 high"},
    {"return q({5, -5, 6, -6}, {multiplier = 0.25, requantize = 'gemmlowp'})",
     "2 -1 2 -2 of int8, 0 low 0 high"},
    {"return q({5, -5, 6, -6}, {multiplier = 0.25, requantize = 'single_rounding'})",
     "1 -1 2 -1 of int8, 0 low 0 high"},
    {"return q({7984}, {mantissa = 1583594044, shift = -9})", "12 of int8, 0 low 0 high"},
    {"return q({7984}, {mantissa = 1583594044, shift = -9, requantize = 'single_rounding'})",
     "11 of int8, 0 low 0 high"},
    {"return q({360, -360, 1000}, {multiplier = 0.0013, requantize = 'fixed16'})",
     "0 0 1 of int8, 0 low 0 high"},
    {"return q({360, -360, 1000}, {multiplier = 0.0013, requantize = 'fixed16(floor)'})",
     "0 -1 1 of int8, 0 low 0 high"},
    {"return q({65536, -32768, 32768}, {mantissa = 3, requantize = 'fixed16'})",
     "3 -2 2 of int8, 0 low 0 high"},
    {"return q({100, -100}, {multiplier = 0.3, requantize = 'dyadic'})",
     "29 -30 of int8, 0 low 0 high"},
    {"return q({100, -100}, {multiplier = 0.3, requantize = 'dyadic(2,4)'})",
     "25 -25 of int8, 0 low 0 high"},
    {"return q({100, -100}, {multiplier = 0.3, requantize = 'dyadic', dyadic_bits = 2, max_shift = "
     "4})",
     "25 -25 of int8, 0 low 0 high"},
    {"return q({9253, -2238, 3653, -27607, 17961}, {shift = 8, relu = true, zero_point = 128, "
     "dtype = 'uint8'})",
     "164 128 142 128 198 of uint8, 0 low 0 high"},
    {"return q({7, -7}, {multiplier = 0.25, requantize = 'shift_nearest'})",
     "2 -2 of int8, 0 low 0 high"},
    {"return q({6, -6}, {shift = 2, requantize = 'shift_nearest(half_up)'})",
     "2 -1 of int8, 0 low 0 high"},
    {"return q({6, -6}, {shift = 2, requantize = 'shift_nearest', rounding = 'half_away'})",
     "2 -2 of int8, 0 low 0 high"},
    {"return q({3, -3, 70}, {shift = -2})", "12 -12 127 of int8, 0 low 1 high"},
    {"return q({3, 2147483647, -2147483648}, {shift = -31, dtype = 'int32'})",
     "2147483647 2147483647 -2147483648 of int32, 0 low 0 high"},
    {"return q({-5, 7}, {shift = 1})", "-3 3 of int8, 0 low 0 high"},
    {"return q({-300}, {multiplier = 1, quant_min = -128, quant_max = 127, narrow = true})",
     "-128 of int8, 1 low 0 high"},
    {"return q({3}, {multiplier = 4, requantize = 'shift_floor'})", "12 of int8, 0 low 0 high"},
    /* order, codes, ends */
    {"return q({1, 3, 5}, {multiplier = 0.5, zero_point = 1})", "1 3 3 of int8, 0 low 0 high"},
    {"return q({1, 3, 5}, {multiplier = 0.5, zero_point = 1, zero_point_order = "
     "'before_rounding'})",
     "2 2 4 of int8, 0 low 0 high"},
    {"return q({1000, -1000, 5}, {multiplier = 0.5, quant_min = -8, quant_max = 7})",
     "7 -8 2 of int8, 1 low 1 high"},
    {"return q({1000, -1000, 5}, {multiplier = 0.5, bits = 4, signed = false})",
     "15 0 2 of uint4, 1 low 1 high"},
    {"return q({1000, -1000}, {multiplier = 1, narrow = true})", "127 -127 of int8, 1 low 1 high"},
    {"return q({}, {multiplier = 1})", " of int8, 0 low 0 high"},
    /* a factor for each channel */
    {"return q({{8, 8}, {-8, -8}}, {multiplier = {0.5, 0.25}})", "4 2 -4 -2 of int8, 0 low 0 high"},
    {"return q({{8, 8}, {-8, -8}}, {multiplier = {0.5, 0.25}, axis = 0})",
     "4 4 -2 -2 of int8, 0 low 0 high"},
    {"return q({{8, 8}, {-8, -8}}, {multiplier = tensor.of{0.5, 0.25}, axis = -1})",
     "4 2 -4 -2 of int8, 0 low 0 high"},
    {"return q({8, 8}, {shift = {1, 2}})", "4 2 of int8, 0 low 0 high"},
    {"return q({{8, 8}}, {scales = {0.5, {0.25, 0.5}, 0.125}})", "8 16 of int8, 0 low 0 high"},
    {"return q({{8, 8}}, {scales = {x = 0.5, w = 0.25, y = 0.125}})", "8 8 of int8, 0 low 0 high"},
    /* float32 against exact: TFLite issue 102943, 585 M is 6.5 in float32 */
    {"local o = {multiplier = 0.011111111380159855} local a = q({585}, o) o.float32 = true return "
     "a .. '; ' .. q({585}, o)",
     "7 of int8, 0 low 0 high; 6 of int8, 0 low 0 high"},
    {"return q({585}, {multiplier = 0.011111111380159855, profile = 'torch'})",
     "6 of int8, 0 low 0 high"},
    {"return q({585}, {multiplier = 0.011111111380159855, profile = 'onnx'})",
     "6 of int8, 0 low 0 high"},
    {"return q({-5}, {multiplier = 0.5, profile = 'lab-pow2'})", "-3 of int8, 0 low 0 high"},
    {"return q({5}, {multiplier = 0.5, profile = 'lab-pow2', requantize = 'float'})",
     "2 of int8, 0 low 0 high"},
    {"return q({7984}, {multiplier = 1583594044 * 2^-40, profile = 'tflite'})",
     "12 of int8, 0 low 0 high"},
    {"return q({7984}, {multiplier = 1583594044 * 2^-40})", "11 of int8, 0 low 0 high"},
    /* bias */
    {"local b, r = quant.bias({1, -0.75, 0.25}, 0.5, 0.25) return s(b) .. ' of ' .. b.dtype .. ', "
     "' .. r.clamped",
     "8 -6 2 of int32, 0"},
    {"return s((quant.bias({1, -0.75}, 0.5, {0.25, 0.125})))", "8 -12"},
    {"return s((quant.bias({1.3, -1.3}, 0.5, 1, {rounding = 'floor'})))", "2 -3"},
    {"local b, r = quant.bias(tensor.of({5, 1, -4.5}, 'float32'), 1e-6, 4e-5) return s(b) .. ', ' "
     ".. r.clamped .. ': ' .. s(r.elements) .. ', ' .. s(r.codes)",
     "2147483647 2147483647 -2147483648, 3: 0 1 2, 125000000000 25000000000 -112500000000"},
    {"local b, r = quant.bias({5, 1}, 0.5, {1e-10, 0.5}, {overflow = 'enlarge'}) "
     "return (math.abs(b:get(0)) < 2147483647 and r.s_w[1] > 4.6e-9 and "
     "r.s_w[1] < 4.7e-9 and r.s_w[2] == 0.5 and b:get(1) == 4) and 'fits' or s(b)",
     "fits"},
    /* linear and conv2d */
    {"return s((quant.linear(u8{{130, 120}}, i8{{1, 2}, {-3, 4}}, {10, 20}, {x_zero_point = "
     "128})))",
     "-4 -18"},
    {"local a, c, n = quant.linear(u8{{130, 120}}, i8{{1, 2}, {-3, 4}}, nil, {x_zero_point = 128, "
     "w_zero_point = 1, multiplier = 2, zero_point = -100}) "
     "return s(a) .. '; ' .. s(c) .. '; ' .. n.saturated",
     "-8 -32; -116 -128; 1"},
    {"return s((quant.conv2d(u8{{{{3, 5}, {7, 9}}}}, i8{{{{1, 1}, {1, 1}}}}, nil, {x_zero_point = "
     "3, padding = 1})))",
     "0 2 2 4 12 8 4 10 6"},
    {"local a, c = quant.conv2d(u8{{{{3, 5}, {7, 9}}}}, i8{{{{1, 1}, {1, 1}}}}, {4}, {x_zero_point "
     "= 3, padding = {1, 0}, stride = {2, 1}, shift = 1}) "
     "return s(a) .. '; ' .. s(c)",
     "6 14; 3 7"},
    {"local t, f = quant.zero_point_terms(u8{{130, 120}}, i8{{1, 2}}, {10}, {x_zero_point = 128, "
     "w_zero_point = 1}) return s(t) .. '; ' .. s(f)",
     "370 -250 -384 256; -118"},
    {"return quant.accumulator_bits(128, 127, 127) .. ' ' .. quant.accumulator_bits(1152, 127, "
     "127)",
     "22 26"},
    /* gemmlowp's operations */
    {"return num.srdhm(-1, 1 << 30) .. ' ' .. num.srdhm(3, 1 << 30) .. ' ' .. "
     "num.srdhm(-2147483648, -2147483648)",
     "0 2 2147483647"},
    {"return num.rounding_divide_by_pot(-5, 1) .. ' ' .. s(num.rounding_divide_by_pot({5, 6, -6}, "
     "2))",
     "-3 1 2 -2"},
    {"local m, e = num.quantize_multiplier(0.75) return m .. ' ' .. e", "1610612736 0"},
    {"local m, e = num.quantize_multiplier(1e-11) return m .. ' ' .. e", "0 0"},
    /* chain: a network by hand. w = {{1, -127}}: s_w = 1; x: s = 1; y = -127 + 254, s_out = 1 */
    {"local r = quant.chain{x = {{127, 2}, {0, -1}}, layers = {{'fc', {{1, -1.27}}}}} return "
     "r.layers[1].s_w * 100 .. ' ' .. s(r.x_q) .. '; ' .. s(r.layers[1].w_q)",
     "1.0 127 2 0 -1; 100 -127"},
    {"local r = quant.chain{weights = {0.5, -1.27}} return r.s_w .. ' ' .. s(r.w_q)",
     "0.01 50 -127"},
    {"local r = quant.chain{pixels = {63.5, -254}} return r.s_initial_input .. ' ' .. s(r.x_q)",
     "2.0 32 -127"},
    {"local r = quant.chain{activations = {127, -254}, s_w = 0.5, s_initial_input = 0.25, ss = "
     "{{0.5, 4}, {0.25, 2}}} return r.s_out",
     "16.0"},
    {"local r = quant.chain{bias = {1, -3}, s_w = 0.5, s_initial_input = 0.25, ss = {{0.5, 4}, "
     "{0.25, 2}}} return r.s_bias .. ' ' .. s(r.b_q) .. ' ' .. r.clamped",
     "0.125 8 -24 0"},
    {"local r = quant.chain{bias = {1e9}, s_w = 0.5, s_initial_input = 0.25, compute = 'float32'} "
     "return s(r.b_q) .. ' ' .. r.clamped",
     "2147483647 1"},
    /* energy (SEMANTICS 1) */
    {"local t = {} for i, a in ipairs{'formula6', 'hoisted', 'folded', 'report'} do t[i] = "
     "quant.energy('linear:128x10', {accounting = a}).int8.text end return table.concat(t, ' ')",
     "422.8 388.24 384.1 383.4"},
    {"local e = quant.energy('linear:128x10') return e.fp32.text .. ' ' .. e.int8.counts.int8_add "
     ".. ' ' .. quant.energy('linear:128x10', {bias = false}).fp32.text",
     "5888 1290 5879"},
};

static const struct row refusals[] = {
    {"quant.requantize({1}, {})", "needs one factor"},
    {"quant.requantize({1}, {multiplier = 1, shift = 1})", "needs one factor"},
    {"quant.requantize({1}, {mantissa = 1, requantize = 'gemmlowp'})", "shift is missing"},
    {"quant.requantize({1}, {shift = 3, requantize = 'gemmlowp'})", "gemmlowp needs a mantissa"},
    {"quant.requantize({1}, {shift = 3, requantize = 'float'})", "float needs a multiplier"},
    {"quant.requantize({1}, {multiplier = 1, requantize = 'tflite'})",
     "choose one of float, gemmlowp"},
    {"quant.requantize({1}, {multiplier = 1, requantize = 5})", "requantize is a name"},
    {"quant.requantize({1}, {multiplier = 1, requantize = 'fixed16(up)'})", "half_even, half_away"},
    {"quant.requantize({1}, {multiplier = 1, requantize = 'dyadic(8)'})", "write dyadic(8,15)"},
    {"quant.requantize({1}, {multiplier = 1000, requantize = 'dyadic'})", "b of so few bits"},
    {"quant.requantize({1}, {multiplier = -1})", "multiplier 0 is -1"},
    {"quant.requantize({1}, {multiplier = 0/0})", "multiplier 0 is nan"},
    {"quant.requantize({1}, {multiplier = 1/0})", "multiplier 0 is inf"},
    {"quant.requantize({1}, {multiplier = 2^31, requantize = 'gemmlowp'})", "ends at 2^30"},
    {"quant.requantize({1}, {multiplier = 0.3, requantize = 'shift_floor'})", "no power of two"},
    {"quant.requantize({1}, {mantissa = 5, shift = 31})", "shift 0 is 31"},
    {"quant.requantize({1}, {mantissa = -5, shift = 3})", "mantissa 0 is -5"},
    {"quant.requantize({1}, {mantissa = 1.5, shift = 3})", "a whole number of 32 bits"},
    {"quant.requantize({1}, {multiplier = 1, zero_point = 200})",
     "zero_point 200 is outside of the codes -128 to 127"},
    {"quant.requantize({1}, {multiplier = 1, zero_point = 0.5})",
     "zero_point must be one whole number"},
    {"quant.requantize({1}, {multiplier = 1, relu = 1})", "relu is true or false"},
    {"quant.requantize({1}, {multiplier = 1, rounding = 'stochastic'})", "without dice"},
    {"quant.requantize({1}, {multiplier = 1, typo = 1})", "no option \"typo\""},
    {"quant.requantize({{1, 2, 3}}, {multiplier = {1, 2}})", "2 multipliers do not fit axis 1"},
    {"quant.requantize({1.5}, {multiplier = 1})", "1.5"},
    {"quant.requantize(tensor.of{0.5}, {multiplier = 1})", "0.5"},
    {"quant.requantize({1}, {scales = {1, 2}})", "{s_x, s_w, s_y}"},
    {"quant.requantize({1}, {scales = {1, 0, 2}})", "above 0"},
    {"quant.bias({1}, 1, 0)", "scale s_x s_w of bias element 0 is 0"},
    {"quant.bias({0/0}, 1, 1)", "bias element 0 is nan"},
    {"quant.bias({1, 2}, 1, {1, 2, 3})", "3 weight scales do not fit 2 bias elements"},
    {"quant.bias({1, 5}, 1, 1e-10, {overflow = 'error'})",
     "bias element 0 needs the code 10000000000"},
    {"quant.bias({1}, 1, 1, {overflow = 'wrap'})", "clamp, error or enlarge"},
    {"quant.bias(i8{1}, 1, 1)", "a bias to quantize is of floats"},
    {"quant.linear(u8{{1, 2}}, i8{{1, 2, 3}})", "with the same `in`"},
    {"quant.linear(u8{{1, 2}}, i8{{1, 2}}, {1, 2})", "one element for each of the 1 outputs"},
    {"quant.linear(tensor.of{{1.5, 2}}, i8{{1, 2}})", "x is float64; quantize it first"},
    {"quant.linear({{2147483647, 1}}, {{1, 1}})", "accumulator [0, 0] would be 2,147,483,648"},
    {"quant.linear(u8{{1, 2}}, i8{{1, 2}}, nil, {stride = 1, x_zero_point = 0.5})",
     "x_zero_point must be one whole number"},
    {"quant.conv2d(u8{{{{1}}}}, i8{{{{1, 2}}}})",
     "the kernel reaches over 2 positions, the padded input has 1"},
    {"quant.conv2d(u8{{{{1}}}}, i8{{{{1}}}}, nil, {groups = 2})", "2 groups of 1 channels"},
    {"quant.conv2d(u8{{{{1}}}}, i8{{{{1}}}}, nil, {stride = 0})",
     "stride, dilation and kernel are 1 or more"},
    {"quant.conv2d(u8{{{{1}}}}, i8{{{{1}}}}, nil, {padding = {1, 2, 3}})",
     "padding is a whole number, or {rows, columns}"},
    {"quant.chain{}", "wants weights, pixels"},
    {"quant.chain{weights = {0, 0}}", "every element is 0"},
    {"quant.chain{weights = {0/0}}", "element 0 is not finite"},
    {"quant.chain{activations = {1}, s_w = 1}", "s_initial_input= is wanted"},
    {"quant.chain{activations = {1}, s_w = 1, s_initial_input = 1, ss = {{1}}}",
     "ss[1] is no pair"},
    {"quant.chain{weights = {1}, compute = 'float16'}", "compute is float64 or float32"},
    {"quant.chain{weight = {1}}", "knows no \"weight\""},
    {"quant.chain{x = {{1, 2}}, layers = {{'fc', {{1, 2, 3}}}}}", "step 0 (fc) needs w [out, 2]"},
    {"quant.chain{x = {{1, 2}}, layers = {'pool'}}", "a pool needs [n, c, h, w]"},
    {"quant.chain{x = {{1, 2}}, layers = {'gelu'}}", "layers[1] is \"gelu\""},
    {"quant.chain{x = {{1, 2}}, layers = {{'fc'}}}", "step 0 (fc) has no weights"},
    {"quant.chain{x = {{1, -1}}, layers = {{'fc', {{1, 1}}}}}", "layer 0: every element is 0"},
    {"num.srdhm({1, 2}, {1, 2, 3})", "different shapes"},
    {"num.rounding_divide_by_pot(1, 32)", "from 0 to 31"},
    {"num.quantize_multiplier(-1)", "finite and not negative"},
    {"quant.energy('linear:128x10', {accounting = 'mine'})", "formula6, hoisted, folded or report"},
    {"quant.energy('linear:128x10', {padding = 'same'})", "padding is dense or valid"},
    {"quant.energy('linear:128x10', {bias = 1})", "bias is a boolean"},
    {"quant.energy('linear:128x10', {offsets = true})", "no option \"offsets\""},
    {"quant.energy('linear:0x10')", "1 or more inputs"},
};

static enum hs_status run(struct hs_value *v, struct hs_arena *arena, const char *prefix,
                          const char *text, struct hs_error *err)
{
    struct hs_script_config config = hs_script_config_default();
    struct hs_str script = HS_STR_INIT;
    struct hs_script *s = NULL;
    enum hs_status st;

    hs_str_printf(&script, "%s%s%s", prelude, prefix, text);
    assert_ok(hs_script_new(&s, &config, err), err);
    st = hs_script_run(s, v, arena, hs_bytes_of(script.buf), "row", 1, NULL, err);
    hs_script_free(s);
    hs_str_dispose(&script);
    return st;
}

static void each_function_gives_the_codes_worked_by_hand(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v = hs_value_nil();
        char text[256] = "";

        if (run(&v, *state, "", results[i].text, &err) == HS_OK && v.kind == HS_STRING)
            snprintf(text, sizeof text, "%s", v.as.string.text);
        else if (v.kind == HS_NUMBER)
            snprintf(text, sizeof text, "%.1f", v.as.number);
        if (strcmp(text, results[i].want) == 0)
            continue;
        print_error("%s\n  gives  %s%s\n  wanted %s\n", results[i].text, text, err.text,
                    results[i].want);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void each_mistake_is_refused_with_its_sentence(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v;

        if (run(&v, *state, "return ", refusals[i].text, &err) == HS_ESCRIPT &&
            strstr(err.text, refusals[i].want) != NULL)
            continue;
        print_error("%s\n  says   %s\n  wanted %s\n", refusals[i].text, err.text, refusals[i].want);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* Layers run in C, where no hook counts: their products are taken from the budget before. */
static void a_layer_counts_as_the_work_that_it_is(void **state)
{
    static const char *const texts[] = {
        "local w = tensor.zeros({300, 4000}, 'int8') for i = 1, 100 do "
        "pcall(quant.linear, tensor.zeros({2000, 4000}, 'int8'), w) end return 'went on'",
        "local x = tensor.zeros({1, 1, 1000, 1000}, 'int8') "
        "quant.conv2d(x, tensor.zeros({1, 1, 500, 500}, 'int8')) return 'went on'",
        "local x = tensor.random({1, 1, 1000, 1000}) "
        "quant.chain{x = x, layers = {{'conv', tensor.random({1, 1, 500, 500})}}} return 'went on'",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v;

        assert_fails(run(&v, *state, "", texts[i], &err), HS_ELIMIT, &err, "instructions");
    }
}

/* What a layer needs on its way is not part of its result, and goes when it returns: 40 layers of
 * 16 MB under a budget of 24. */
static void a_layer_gives_back_what_it_needed(void **state)
{
    static const char text[] =
        "local x = tensor.zeros({1, 1000000}, 'int8') local keep = {} "
        "for i = 1, 40 do keep[i] = quant.linear(x, x, nil) end return #keep";
    struct hs_script_config config = hs_script_config_default();
    struct hs_script *s = NULL;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value v;

    config.memory = (size_t)24 << 20;
    assert_ok(hs_script_new(&s, &config, &err), &err);
    assert_ok(hs_script_run(s, &v, *state, hs_bytes_of(text), "row", 1, NULL, &err), &err);
    assert_int_equal(v.as.integer, 40);
    hs_script_free(s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(each_function_gives_the_codes_worked_by_hand),
        T(each_mistake_is_refused_with_its_sentence),
        T(a_layer_counts_as_the_work_that_it_is),
        T(a_layer_gives_back_what_it_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

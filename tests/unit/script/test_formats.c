/* num.encode, num.decode, num.format and quant.mx as a script meets them. */
#include "hs_test.h"

#include "base/mem.h"
#include "script/script.h"

static const char prelude[] =
    "local function s(t) local r = {} for i, x in ipairs(t:tolist()) do r[i] = tostring(x) end "
    "return table.concat(r, ' ') end ";

struct row {
    const char *text, *want;
};

static const struct row results[] = {
    {"return num.encode(448, 'float8_e4m3fn') .. ' ' .. num.encode(1e5, 'float8_e4m3fn')",
     "126 126"},
    {"return num.encode(1e5, 'float8_e4m3fn', {saturate = false})", "127"},
    {"return num.encode(1e5, 'float8_e5m2') .. ' ' .. num.encode(1e5, 'float8_e5m2', {saturate = "
     "false})",
     "123 124"},
    {"return num.decode(123, 'float8_e5m2')", "57344"},
    {"return num.decode(15, 'float4_e2m1fn') .. ' ' .. num.decode(31, 'float6_e3m2fn')",
     "-6.0 28.0"},
    {"return num.encode(-5, 'float4_e2m1fn')", "14"},
    {"return num.encode(0.125, 'e8m0') .. ' ' .. num.decode(254, 'e8m0') / 2^127", "124 1.0"},
    {"return num.encode(0/0, 'e8m0')", "255"},
    {"local f = num.format('float16') return f.bits .. ' ' .. f.max .. ' ' .. f.smallest * 2^24 .. "
     "' ' .. tostring(f.nan)",
     "16 65504.0 1.0 true"},
    {"return tostring(num.format('float4_e2m1fn').nan)", "false"},
    {"local m = quant.mx({5, 7.9, -0.75, 3.5}, {element = 'e2m1'}) return s(m.codes) .. ', ' .. "
     "s(m.scales) .. ', ' .. m.count.saturated",
     "6 7 10 6, 127, 1"},
    {"local m = quant.mx({5, 7.9}, {element = 'e2m1', scale = 'double'}) return s(m.codes) .. "
     "', "
     "' .. s(m.scales) .. ', ' .. m.count.saturated",
     "4 6, 128, 0"},
    {"local m = quant.mx({1, 2, 3, 64}, {element = 'e5m2', block_size = 2}) return s(m.scales) .. "
     "', ' .. m.axis .. ' ' .. m.element .. ' ' .. m.block_size",
     "113 118, 0 e5m2 2"},
    {"return s(quant.mx_dequantize(quant.mx({5, 7.9, -0.75, 3.5}, {element = 'e2m1'})))",
     "4 6 -1 4"},
    {"return s(quant.mx_dequantize({codes = {1, 127, 64}, scales = {127, 128}, block_size = 2, "
     "element = 'int8'}))",
     "0.015625 1.984375 2"},
    {"return s(quant.mx_dequantize({codes = {1}, scales = {255}, element = 'e2m1'})) ~= '0.5'",
     "true"},
};

static const struct row refusals[] = {
    {"num.encode(1, 'float7')", "there is no format \"float7\""},
    {"num.encode(3, 'e8m0')", "powers of two"},
    {"num.encode(0, 'e8m0')", "powers of two"},
    {"num.encode(2^128, 'e8m0')", "powers of two"},
    {"num.decode(16, 'float4_e2m1fn')", "code 16 is not one of the 4 bits of float4_e2m1fn"},
    {"num.decode(-1, 'float16')", "code -1"},
    {"quant.mx({1, 0/0})", "element 1 is NaN"},
    {"quant.mx({1}, {element = 'e9m9'})", "e9m9"},
    {"quant.mx({1}, {scale = 'half'})", "scale is ocp or double, not \"half\""},
    {"quant.mx({1}, {elements = 'e5m2'})", "there is no option \"elements\""},
    {"quant.mx({1}, {block_size = 0})", "block_size is a whole number from 1"},
    {"quant.mx({1}, {axis = 1})", "no such axis"},
    {"quant.mx_dequantize({codes = {1}})", "blocks need scales"},
    {"quant.mx_dequantize({codes = {16}, scales = {127}, element = 'e2m1'})", "code 16"},
    {"quant.mx_dequantize({codes = {1, 2}, scales = {1, 2}})", "do not belong"},
};

static enum hs_status run(struct hs_value *out, struct hs_arena *arena, const char *before,
                          const char *text, struct hs_error *err)
{
    struct hs_script_config config = hs_script_config_default();
    struct hs_script *s = NULL;
    struct hs_str all = HS_STR_INIT;
    enum hs_status st;

    hs_str_printf(&all, "%s%s%s", prelude, before, text);
    assert_ok(hs_script_new(&s, &config, err), err);
    st = hs_script_run(s, out, arena, hs_bytes_of(all.buf), "row", 1, NULL, err);
    hs_script_free(s);
    hs_str_dispose(&all);
    return st;
}

static void each_call_gives_the_codes_worked_by_hand(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < HS_COUNTOF(results); i++) {
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v;
        struct hs_str call = HS_STR_INIT;
        bool right;

        hs_str_printf(&call, "local function f() %s end return tostring(f())", results[i].text);
        right = run(&v, *state, "", call.buf, &err) == HS_OK && v.kind == HS_STRING &&
                strcmp(v.as.string.text, results[i].want) == 0;
        if (!right) {
            print_error("%s\n  gave   %s%s\n  wanted %s\n", results[i].text,
                        err.code == HS_OK ? v.as.string.text : "", err.text, results[i].want);
            wrong++;
        }
        hs_str_dispose(&call);
    }
    assert_int_equal(wrong, 0);
}

static void each_mistake_is_refused_with_its_sentence(void **state)
{
    for (size_t i = 0; i < HS_COUNTOF(refusals); i++) {
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v;

        assert_fails(run(&v, *state, "return ", refusals[i].text, &err), HS_ESCRIPT, &err,
                     refusals[i].want);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        T(each_call_gives_the_codes_worked_by_hand),
        T(each_mistake_is_refused_with_its_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

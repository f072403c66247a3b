/* The box as an attacker meets it (ROBUSTNESS 5): each row is a script and what must come of it. */
#include "hs_test.h"

#include "script/script.h"

enum outcome { FINE, REFUSED, EXHAUSTED };

static const struct {
    const char *text;
    enum outcome outcome;
    const char *part; /* of the error's sentence; NULL: any */
} attacks[] = {
    /* what is not there */
    {"return load('return 1')", REFUSED, "no variable \"load\""},
    {"return loadfile('x')", REFUSED, "loadfile"},
    {"return dofile('x')", REFUSED, "dofile"},
    {"return require('x')", REFUSED, "require"},
    {"return io.open('/etc/passwd')", REFUSED, "no variable \"io\""},
    {"return os.execute('true')", REFUSED, "no variable \"os\""},
    {"return debug.getregistry()", REFUSED, "debug"},
    {"return package.loaded", REFUSED, "package"},
    {"return coroutine.create(print)", REFUSED, "coroutine"},
    {"return collectgarbage()", REFUSED, "collectgarbage"},
    {"return rawset({}, 1, 2)", REFUSED, "rawset"},
    {"return rawget({}, 1)", REFUSED, "rawget"},
    {"return getmetatable('')", REFUSED, "getmetatable"},
    {"return _G", REFUSED, "_G"},
    {"return string.dump(print)", REFUSED, "string has no \"dump\""},
    {"return misspelt", REFUSED, "no variable \"misspelt\""},
    /* what may not be changed */
    {"string.rep = nil", REFUSED, "string is read-only"},
    {"tensor.load = print", REFUSED, "tensor is read-only"},
    {"quant.quantize = 1", REFUSED, "quant is read-only"},
    {"math.huge = 0", REFUSED, "math is read-only"},
    {"setmetatable(string, {})", REFUSED, "protected metatable"},
    {"local t = tensor.of{1}; t.x = 1", REFUSED, NULL},
    {"setmetatable({}, {__gc = function() end})", REFUSED, "__gc"},
    {"setmetatable({}, {__close = function() end})", REFUSED, "__close"},
    {"setmetatable({}, {__mode = 'k'})", REFUSED, "__mode"},
    {"setmetatable({}, {__metatable = 1})", REFUSED, "__metatable"},
    /* time */
    {"while true do end", EXHAUSTED, "instructions"},
    {"while true do pcall(function() while true do end end) end", EXHAUSTED, "instructions"},
    {"pcall(pcall, function() while true do end end) return 'went on'", EXHAUSTED, "instructions"},
    {"local function f() return pcall(f) end while true do f() end", EXHAUSTED, NULL},
    {"local t = setmetatable({}, {__index = function(t, k) while true do end end}) return t.x", EXHAUSTED, "instructions"},
    {"xpcall(function() while true do end end, function() while true do end end)", REFUSED, "no variable \"xpcall\""},
    {"table.sort({3, 1, 2}, function() while true do end end)", EXHAUSTED, "instructions"},
    /* C code in which no hook fires */
    {"return ('a'):rep(26):find(('a*'):rep(20) .. 'c')", REFUSED, "too many repetitions"},
    {"return ('x'):rep(5000):find(('.-'):rep(8) .. 'y')", REFUSED, "too many repetitions"},
    {"return table.move({}, 1, math.maxinteger - 1, 2)", REFUSED, "1,000,000 items"},
    {"return table.concat({}, ',', 1, 1 << 40)", REFUSED, "1,000,000 items"},
    {"return table.unpack({}, 1, 1 << 40)", REFUSED, "1,000,000 items"},
    {"return ('x'):rep(1 << 40)", REFUSED, "16 MiB"},
    {"return ('x'):rep(1 << 30, ('y'):rep(1000))", REFUSED, "16 MiB"},
    /* memory */
    {"local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end", EXHAUSTED, NULL},
    {"local t = {} pcall(function() while true do t[#t + 1] = {} end end) t = nil return 'went on'", EXHAUSTED, "memory"},
    {"local s = 'x' while true do s = s .. s end", EXHAUSTED, "memory"},
    {"local t = {} for i = 1, 1000 do t[i] = tensor.zeros({1000, 1000}) end", EXHAUSTED, "memory"},
    {"return tensor.zeros({1 << 40})", REFUSED, NULL},
    {"return tensor.zeros({1 << 31, 1 << 31, 1 << 31})", REFUSED, NULL},
    /* errors of every kind */
    {"error(nil)", REFUSED, "nil"},
    {"error({})", REFUSED, "table"},
    {"error(setmetatable({}, {__tostring = function() error('again') end}))", REFUSED, "table"},
    {"error(print)", REFUSED, "function"},
    {"local function f() return f() + 1 end return f()", EXHAUSTED, NULL},
    {"return 1 // 0", REFUSED, "zero"},
    {"return ('x')()", REFUSED, "call"},
    {"goto nowhere", REFUSED, "nowhere"},
    {"\x1bLua", REFUSED, "compiled"},
    {"local t = {} t.t = t return t", REFUSED, "nested"},
    {"return {[{}] = 1}", REFUSED, "as key"},
    /* files */
    {"return tensor.load('/etc/passwd')", REFUSED, "may not read files"},
    {"return tensor.save('x.npy', tensor.of{1})", REFUSED, "may not write files"},
    /* and what is allowed */
    {"local n = 0 for k, v in pairs{b = 2, a = 1} do n = n * 10 + v end return n", FINE, NULL},
    {"return ('%d %s'):format(3, 'x'), ('a,b'):find(',', 1, true), select('#', 1, 2)", FINE, NULL},
    {"x = 5 return x", FINE, NULL},
};

static struct hs_script *new_box(void)
{
    struct hs_script_config config = hs_script_config_default();
    struct hs_script *s = NULL;
    struct hs_error err = HS_ERROR_INIT;

    config.memory = (size_t)16 << 20;
    config.instructions = 3000000;
    assert_ok(hs_script_new(&s, &config, &err), &err);
    return s;
}

static void every_attack_ends_as_it_must(void **state)
{
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        struct hs_script *s = new_box();
        struct hs_value v;
        struct hs_error err = HS_ERROR_INIT;
        enum hs_status st = hs_script_run(s, &v, *state, hs_bytes_of(attacks[i].text), "attack", 1, NULL, &err);
        enum outcome got = st == HS_OK ? FINE : hs_script_exhausted(s) ? EXHAUSTED : REFUSED;

        if (got != attacks[i].outcome)
            print_error("%s\n  %s\n", attacks[i].text, err.text);
        assert_int_equal(got, attacks[i].outcome);
        assert_contains(err.text, attacks[i].part);
        hs_script_free(s);
        s = new_box(); /* the process is well and a new state works */
        assert_ok(hs_script_run(s, &v, *state, hs_bytes_of("return 6 * 7"), "after", 1, NULL, &err), &(struct hs_error){0});
        assert_int_equal(v.as.integer, 42);
        hs_script_free(s);
    }
}

/* As Lua's own memerr.lua: whatever the limit, the end is a verdict and no crash. */
static void every_memory_limit_gives_a_clean_verdict(void **state)
{
    static const char text[] = "local t = {} for i = 1, 50 do t[i] = tensor.of{i, i + 0.5} end "
                               "local q = quant.quantize(t[1], {scale = 0.5, zero_point = 0, qmin = -128, qmax = 127, dtype = 'int8'}) "
                               "return q:tolist()";
    size_t worked = 0;

    for (size_t limit = 4096; limit < 600000; limit += limit < 200000 ? 1511 : 20011) {
        struct hs_script_config config = hs_script_config_default();
        struct hs_script *s = NULL;
        struct hs_error err = HS_ERROR_INIT;
        struct hs_value v;

        config.memory = limit;
        if (hs_script_new(&s, &config, &err) != HS_OK) {
            assert_int_equal(err.code, HS_ENOMEM);
            continue;
        }
        if (hs_script_run(s, &v, *state, hs_bytes_of(text), "limit", 1, NULL, &err) == HS_OK)
            worked++;
        else
            assert_true(err.code == HS_ELIMIT || err.code == HS_ESCRIPT);
        hs_script_free(s);
    }
    assert_true(worked > 3);
}

static void errors_name_file_and_line(void **state)
{
    struct hs_script *s = new_box();
    struct hs_value v;
    struct hs_error err = HS_ERROR_INIT;

    assert_int_equal(hs_script_run(s, &v, *state, hs_bytes_of("local a = 1\nerror('bad ' .. a)"), "lesson.md", 40, NULL, &err),
                     HS_ESCRIPT);
    assert_string_equal(err.source, "lesson.md");
    assert_int_equal(err.line, 41);
    assert_string_equal(err.text, "bad 1");
    hs_script_free(s);
}

static void two_states_with_one_seed_agree(void **state)
{
    static const char text[] = "local r = {} for i = 1, 20 do r[i] = math.random(1000) end "
                               "return r, tensor.random({8}):tolist(), tostring(print), tostring({})";
    struct hs_value a, b;
    struct hs_error err = HS_ERROR_INIT;

    for (int i = 0; i < 2; i++) {
        struct hs_script *s = new_box();

        assert_ok(hs_script_run(s, i == 0 ? &a : &b, *state, hs_bytes_of(text), "seed", 1, NULL, &err), &err);
        hs_script_free(s);
    }
    assert_true(hs_value_equal(&a, &b));
}

static void functions_cross_and_can_be_called(void **state)
{
    struct hs_script *s = new_box();
    struct hs_value v, two = hs_value_int(2), result;
    struct hs_error err = HS_ERROR_INIT;

    assert_ok(hs_script_run(s, &v, *state, hs_bytes_of("return {f = function(x) return x * 21 end}"), "f", 1, NULL, &err), &err);
    assert_ok(hs_script_call(s, &result, *state, hs_value_integer(hs_value_get(&v, "f"), "function", -1), &two, 1, &err), &err);
    assert_int_equal(result.as.integer, 42);
    hs_script_free(s);
}

static void print_keeps_head_and_tail(void **state)
{
    struct hs_script *s = new_box();
    struct hs_error err = HS_ERROR_INIT;
    const char *log;

    (void)state;
    assert_ok(hs_script_run(s, NULL, *state, hs_bytes_of("print('first') for i = 1, 9000 do print('line', i) end print('last')"), "p", 1, NULL, &err), &err);
    log = hs_script_log(s);
    assert_true(strncmp(log, "first\n", 6) == 0);
    assert_contains(log, "bytes left out");
    assert_string_equal(log + strlen(log) - 5, "last\n");
    assert_true(strlen(log) < 60000);
    hs_script_free(s);
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(every_attack_ends_as_it_must),
        WITH_ARENA(every_memory_limit_gives_a_clean_verdict),
        WITH_ARENA(errors_name_file_and_line),
        WITH_ARENA(two_states_with_one_seed_agree),
        WITH_ARENA(functions_cross_and_can_be_called),
        WITH_ARENA(print_keeps_head_and_tail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

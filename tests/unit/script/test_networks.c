/* nn.* as a script meets it: each row is a script and what it gives, or a part of the sentence with
 * which it is refused. */
#include "hs_test.h"

#include "script/script.h"

/* Eight pictures of 28 x 28 whose label is the bright band, and a network that has learned them. */
static const char prelude[] =
    "local function data() local x, l = {}, {} for i = 0, 7 do local p = {} for r = 0, 27 do "
    "local row = {} for c = 1, 28 do row[c] = r // 3 == i and 255 or (r * c + i) % 50 end p[r + 1] "
    "= row end x[i + 1] = p l[i + 1] = i end return {images = tensor.of(x, 'uint8'), labels = l} "
    "end "
    "local d = data() "
    "local function taught() local n = nn.zoo('mlp', {seed = 2}) "
    "nn.train(n, {data = d, epochs = 20, batch = 4, lr = 0.05}) return n end ";

struct row {
    const char *text, *want;
};

static const struct row results[] = {
    {"return table.concat(nn.zoo(), ' ', 1, 2)", "mlp lab-cnn"},
    {"local n = nn.zoo('mlp') return n.kind .. ' ' .. n.data .. ' ' .. n.parameters",
     "float mnist 118282"},
    {"return tostring(nn.zoo('vgg8'))", "network vgg8 (float)"},
    {"local l = nn.zoo('lab-cnn'):layers()[1] return l.name .. ' ' .. l.class .. ' ' .. "
     "table.concat(l.shape, 'x')",
     "conv1 conv2d 12x28x28"},
    {"local t = nn.zoo('mlp'):tensor('fc3.weight') return t.dtype .. ' ' .. t.shape[1] .. ' ' .. "
     "t.shape[2]",
     "float32 10 128"},
    {"local e = nn.eval(taught(), {data = d}) return e.correct .. ' of ' .. e.images .. ', ' .. "
     "e.confusion[3][3]",
     "8 of 8, 1"},
    {"local _, a = nn.eval(taught(), {data = d}) return table.concat(a:tolist(), '')", "01234567"},
    {"local a, b = taught(), taught() return tostring(tensor.compare(a:tensor('fc1.weight'), "
     "b:tensor('fc1.weight')).equal)",
     "true"},
    {"local n = 0 local e = nn.train(nn.zoo('mlp'), {data = d, epochs = 3}, function(e) n = n + "
     "e.epoch end) return n .. ' ' .. #e",
     "6 3"},
    {"local e = nn.train(nn.zoo('mlp'), {data = d, epochs = 9}, function(e) return e.epoch < 2 "
     "end) return tostring(#e)",
     "2"},
    {"local q = nn.calibrate(taught(), {data = d, bits = {4, 8}}) local z = q:quantizers() return "
     "q.kind .. ' ' .. #z .. ' ' .. z[2].name .. ' ' .. z[2].of .. ' ' .. z[2].qmax",
     "fake_quantized 7 fc1 weights 7"},
    {"local q, e = nn.qat(taught(), {data = d, bits = {2, 2}, method = 'lsq', epochs = 2}) return "
     "q.kind .. ' ' .. #e",
     "fake_quantized 2"},
    {"local q = nn.calibrate(taught(), {data = d}) local p = nn.convert(q, {requantize = "
     "'gemmlowp'}) local a, b = nn.forward(q, d.images), nn.forward(p, d.images) return p.kind .. "
     "' ' .. p:tensor('fc1.weight').dtype .. ' ' .. tostring(tensor.compare(a, b).max_abs <= "
     "q:quantizers()[7].scale * 1.01)",
     "program int8 true"},
    {"local q = nn.calibrate(taught(), {data = d}) local _, c = nn.forward(nn.convert(q), "
     "d.images, {layers = true}) return c.fc1.dtype .. ' ' .. c.fc1.shape[2]",
     "int32 128"},
    {"local _, o = nn.forward(nn.zoo('mlp'), d.images, {layers = true}) return "
     "tostring(o.relu1:min() >= 0) .. ' ' .. o.fc1.shape[1]",
     "true 8"},
};

static const struct row refusals[] = {
    {"nn.zoo('mpl')", "there is no network \"mpl\"; there are mlp"},
    {"nn.zoo('mlp', {sead = 1})", "no option \"sead\""},
    {"nn.load('nothing')", "no model \"nothing\" that ships"},
    {"nn.load('x.safetensors')", "no model"},
    {"nn.save('x.safetensors', nn.zoo('mlp'))", "may not write files"},
    {"nn.forward(nn.zoo('mlp'), tensor.zeros({1, 3, 32, 32}, 'uint8'))", "(1,3,32,32)"},
    {"nn.forward(nn.zoo('mlp'), tensor.zeros({0, 28, 28}, 'uint8'))", "0 pictures"},
    {"nn.train(nn.zoo('mlp'), {data = d, epoch = 3})", "no option \"epoch\""},
    {"nn.train(nn.zoo('mlp'), {data = d, epochs = 0})", "epochs is a whole number from 1"},
    {"nn.train(nn.zoo('mlp'), {data = d, optimizer = 'sdg'})", "sgd or adam"},
    {"nn.train(nn.zoo('mlp'), {data = d, lr = 1e9, epochs = 20})", "the loss is"},
    {"d.labels[3] = 10 nn.train(nn.zoo('mlp'), {data = d})", "label 10 of picture 2"},
    {"d.labels[3] = 'two' nn.train(nn.zoo('mlp'), {data = d})", "label 2 is no whole number"},
    {"d.labels[8] = nil nn.train(nn.zoo('mlp'), {data = d})", "7 labels for 8 pictures"},
    {"nn.calibrate(nn.zoo('mlp'), {data = d, bits = 9})", "9 bits"},
    {"nn.calibrate(nn.zoo('mlp'), {data = d, qconfig = 'int7'})", "there are int8"},
    {"nn.calibrate(nn.zoo('mlp'), {data = d, observer = 'best'})", "there is no observer"},
    {"nn.qat(nn.zoo('mlp'), {data = d, method = 'lqs'})", "ste, lsq, pact"},
    {"nn.convert(nn.zoo('mlp'))", "no quantizer"},
    {"nn.train(nn.convert(nn.calibrate(nn.zoo('mlp'), {data = d})), {data = d})", "cannot learn"},
    {"nn.zoo('mlp'):tensor('fc9.weight')", "no tensor \"fc9.weight\""},
    {"return nn.zoo('mlp').weights", "a network has no \"weights\""},
    {"nn.eval({})", "network expected"},
    {"error('as said') nn.train(1)", "as said"},
};

static enum hs_status run(const struct hs_script_config *config, const char *text,
                          struct hs_arena *arena, struct hs_value *result, struct hs_error *err)
{
    struct hs_script *s;
    char *whole = hs_arena_printf(arena, "%s%s", prelude, text);
    enum hs_status st;

    *err = HS_ERROR_INIT;
    assert_ok(hs_script_new(&s, config, err), err);
    st = hs_script_run(s, result, arena, hs_bytes_of(whole), "test", 1, NULL, err);
    hs_script_free(s);
    return st;
}

static struct hs_script_config training(void)
{
    struct hs_script_config c = hs_script_config_default();

    c.may_train = true;
    return c;
}

static void each_call_gives_what_its_row_says(void **state)
{
    struct hs_script_config c = training();

    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        struct hs_error err;
        struct hs_value v;

        assert_ok(run(&c, results[i].text, *state, &v, &err), &err);
        assert_int_equal(v.kind, HS_STRING);
        assert_string_equal(v.as.string.text, results[i].want);
    }
}

static void each_mistake_has_its_sentence(void **state)
{
    struct hs_script_config c = training();

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct hs_error err;
        struct hs_value v;

        assert_fails(run(&c, refusals[i].text, *state, &v, &err), HS_ESCRIPT, &err,
                     refusals[i].want);
    }
}

/* A grader's box, or a student's: networks run, but do not learn. */
static void networks_learn_only_where_they_may(void **state)
{
    static const char *const calls[] = {"nn.train(nn.zoo('mlp'), {data = d})",
                                        "nn.calibrate(nn.zoo('mlp'), {data = d})",
                                        "nn.qat(nn.zoo('mlp'), {data = d})"};
    struct hs_script_config c = hs_script_config_default();
    struct hs_error err;
    struct hs_value v;

    for (size_t i = 0; i < 3; i++)
        assert_fails(run(&c, calls[i], *state, &v, &err), HS_ESCRIPT, &err, "do not learn here");
    assert_ok(run(&c, "return nn.eval(nn.zoo('mlp'), {data = d}).images", *state, &v, &err), &err);
    assert_int_equal(v.as.integer, 8);
}

static void budgets_reach_into_training(void **state)
{
    static const char forever[] =
        "pcall(nn.train, nn.zoo('mlp'), {data = d, epochs = 1000000}) return 'went on'";
    struct hs_script_config c = training();
    struct hs_error err;
    struct hs_value v;

    assert_fails(run(&c, forever, *state, &v, &err), HS_ELIMIT, &err, "instructions");
    c.instructions = 0;
    c.wall_ms = 300;
    assert_fails(run(&c, forever, *state, &v, &err), HS_ELIMIT, &err, "time");
    c = training();
    assert_fails(run(&c, "local t = {} for i = 1, 100 do t[i] = nn.zoo('vgg8') end", *state, &v,
                     &err),
                 HS_ELIMIT, &err, "memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_call_gives_what_its_row_says, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(each_mistake_has_its_sentence, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(networks_learn_only_where_they_may, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(budgets_reach_into_training, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

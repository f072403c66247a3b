#include "fixture.h"

#include <math.h>

#include "io/json.h"

static enum hs_status read_text(const char *name, const char *text)
{
    return read_as(name, text, strlen(text));
}

static void json_becomes_tensors_and_values(void **state)
{
    (void)state;
    assert_ok(read_corpus("json/mixed.json"), &err);
    assert_int_equal(entry("a")->tensor.dtype, HS_INT64);
    assert_int_equal(entry("a")->tensor.ndim, 2);
    assert_int_equal(entry("b")->tensor.dtype, HS_FLOAT64);
    assert_string_equal(entry("c")->text, "text");
    assert_string_equal(entry("d.1")->text, "x");
    assert_close(element("d.2", 0), 2, 0);
    assert_int_equal(entry("e")->kind, HS_ENTRY_BOOL);
    assert_close(entry("g.h")->number, -1000, 0);
    assert_ok(read_corpus("json/mark.json"), &err);
    assert_close(element("", 2), 3, 0);
}

static void json_is_refused_with_the_place(void **state)
{
    (void)state;
    assert_fails(read_corpus("json/nan.json"), HS_EFORMAT, &err, "allow_nan=False");
    assert_fails(read_corpus("json/twice.json"), HS_EFORMAT, &err, "duplicate");
    assert_fails(read_corpus("json/deep.json"), HS_ELIMIT, &err, "64 levels");
    assert_fails(read_corpus("json/utf16.json"), HS_EFORMAT, &err, "UTF-8");
    assert_fails(read_corpus("json/large.json"), HS_EFORMAT, &err, "too big integer");
    assert_fails(read_text("x.json", "{\"a\": 1}\n x"), HS_EFORMAT, &err, "line 2");
    assert_int_equal(err.line, 2);
    assert_fails(read_text("x.json", "[\"a\\u0000b\"]"), HS_EFORMAT, &err, "no valid JSON");
}

/* A quarter of a million keys: quadratic work would take minutes. */
static void json_with_many_keys_is_read_in_linear_time(void **state)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_str text = HS_STR_INIT;
    struct hs_value v;

    (void)state;
    hs_str_add_char(&text, '{');
    for (int i = 0; i < 250000; i++)
        hs_str_printf(&text, "%s\"k%d\":%d", i != 0 ? "," : "", i, i);
    hs_str_add_char(&text, '}');
    assert_true(hs_str_ok(&text));
    assert_ok(hs_json_read(&v, &arena, (struct hs_bytes){(unsigned char *)text.buf, text.len}, "x",
                           &limits, &err),
              &err);
    assert_int_equal(hs_value_len(&v), 250000);
    assert_string_equal(v.as.map.items[249999].key, "k249999");
    hs_str_dispose(&text);
    hs_arena_dispose(&arena);
}

static void json_is_written_so_that_it_reads_back(void **state)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_str text = HS_STR_INIT, again = HS_STR_INIT;
    struct hs_value map = hs_value_map(), back;
    float values[] = {0.1f, -2, 3e-20f, NAN};
    struct hs_tensor t = hs_tensor_view(values, HS_FLOAT32, 2, (size_t[]){2, 2});

    (void)state;
    assert_true(hs_value_set(&map, &arena, "n", hs_value_num(0.1)));
    assert_true(hs_value_set(&map, &arena, "i", hs_value_int(INT64_MIN)));
    assert_true(hs_value_set(&map, &arena, "bad", hs_value_num((double)INFINITY)));
    assert_true(
        hs_value_set(&map, &arena, "s", hs_value_string(&arena, "q\"\\\n\x01\xff\xc3\xa9")));
    assert_true(hs_value_set(&map, &arena, "t", hs_value_tensor(&arena, &t)));
    hs_json_write(&text, &map, 0);
    assert_string_equal(text.buf, "{\"n\":0.1,\"i\":-9223372036854775808,\"bad\":null,\"s\":"
                                  "\"q\\\"\\\\\\n\\u0001\\ufffd\xc3\xa9\","
                                  "\"t\":[[0.1,-2],[3e-20,null]]}");
    assert_ok(hs_json_read(&back, &arena, hs_bytes_of(text.buf), "x", &limits, &err), &err);
    hs_json_write(&again, &back, 0); /* U+FFFD itself, now that it is text and no malformed byte */
    assert_contains(again.buf, "{\"n\":0.1,\"i\":-9223372036854775808,\"bad\":null,");
    assert_contains(again.buf, "\"t\":[[0.1,-2],[3e-20,null]]}");
    hs_str_dispose(&text);
    hs_str_dispose(&again);
    hs_arena_dispose(&arena);
}

static void a_table_of_numbers_is_one_tensor(void **state)
{
    (void)state;
    assert_ok(read_text("x.csv", "1,2.5,-3e2\r\n 4 ,\"5\",.5\n"), &err);
    assert_int_equal(entry("")->tensor.shape[0], 2);
    assert_close(element("", 2), -300, 0);
    assert_close(element("", 5), 0.5, 0);
    assert_ok(read_text("x.csv", "\xef\xbb\xbf"
                                 "a,b\r1,2\r"),
              &err); /* old Macs end lines so */
    assert_int_equal(entry("")->tensor.shape[0], 1);
    assert_true(remarked("first row holds names"));
}

static void tables_are_refused_by_what_is_wrong(void **state)
{
    (void)state;
    assert_fails(read_text("x.csv", "1;2\n"), HS_EFORMAT, &err, "';'");
    assert_fails(read_text("x.csv", "1\t2\n"), HS_EFORMAT, &err, "tabs");
    assert_fails(read_text("x.csv", "1,2\n\"0,5\",3\n"), HS_EFORMAT, &err,
                 "row 2, column 1: a decimal comma");
    assert_fails(read_text("x.csv", "1,2\n3\n"), HS_EFORMAT, &err, "row 2");
    assert_fails(read_text("x.csv", "1,2\n3,nan\n"), HS_EFORMAT, &err, "row 2, column 2");
    assert_fails(read_text("x.csv", "1,0x1p3\n"), HS_EFORMAT, &err, "no number");
    assert_fails(read_text("x.csv", "1,\"2\n"), HS_EFORMAT, &err, "quote");
    assert_fails(read_text("x.csv", "a,b\n"), HS_EFORMAT, &err, "no numbers");
    assert_fails(read_as("x.csv", "1,2\0\n", 5), HS_EFORMAT, &err, "no format");
}

static void safetensors_are_checked_against_their_offsets(void **state)
{
    (void)state;
    assert_ok(read_corpus("safetensors/two.safetensors"), &err);
    assert_close(element("w", 1), -1, 0);
    assert_close(element("q", 3), -128, 0);
    assert_ok(read_corpus("safetensors/odd.safetensors"), &err);
    assert_int_equal(entry("w")->tensor.dtype, HS_BFLOAT16);
    assert_close(element("w", 0), 1, 0);
    assert_fails(read_corpus("safetensors/outside.safetensors"), HS_EFORMAT, &err, "offsets");
    assert_fails(read_corpus("safetensors/huge-header.safetensors"), HS_EFORMAT, &err, "truncated");
}

static void idx_is_read_with_its_big_endian_elements(void **state)
{
    (void)state;
    assert_ok(read_corpus("idx/images.idx"), &err);
    assert_int_equal(entry("")->tensor.ndim, 3);
    assert_close(element("", 11), 11, 0);
    assert_ok(read_corpus("idx/floats.idx"), &err);
    assert_close(element("", 0), 1.5, 0);
    assert_fails(read_corpus("idx/huge.idx"), HS_EFORMAT, &err, "truncated");
    assert_int_not_equal(read_corpus("idx/found-empty-but-huge.idx"), HS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_becomes_tensors_and_values, begin, end),
        cmocka_unit_test_setup_teardown(json_is_refused_with_the_place, begin, end),
        cmocka_unit_test_setup_teardown(json_with_many_keys_is_read_in_linear_time, begin, end),
        cmocka_unit_test_setup_teardown(json_is_written_so_that_it_reads_back, begin, end),
        cmocka_unit_test_setup_teardown(a_table_of_numbers_is_one_tensor, begin, end),
        cmocka_unit_test_setup_teardown(tables_are_refused_by_what_is_wrong, begin, end),
        cmocka_unit_test_setup_teardown(safetensors_are_checked_against_their_offsets, begin, end),
        cmocka_unit_test_setup_teardown(idx_is_read_with_its_big_endian_elements, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

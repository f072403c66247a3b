#include "fixture.h"

static void every_protocol_gives_the_same_values(void **state)
{
    (void)state;
    for (int protocol = 0; protocol <= 5; protocol++) {
        char path[64];

        snprintf(path, sizeof path, "pickle/sample-protocol%d.pkl", protocol);
        assert_ok(read_corpus(path), &err);
        assert_string_equal(file.format, "pickle");
        assert_int_equal(entry("a.0")->integer, 1);
        assert_int_equal(entry("a.1")->integer, -2);
        assert_close(entry("a.2")->number, 3.5, 0);
        assert_int_equal(entry("a.3")->integer, (int64_t)1 << 40);
        assert_false(entry("a.4")->is_integer);
        assert_close(entry("a.4")->number, -0x1p70, 0);
        assert_int_equal(entry("a.5")->kind, HS_ENTRY_BOOL);
        assert_string_equal(entry("b.0")->text, "x");
        assert_string_equal(entry("b.2")->text, "\xe2\x82\xac");
        assert_int_equal(entry("ordered.l")->integer, 2);
        assert_close(entry("complex.1")->number, 2, 0);
        assert_int_equal(entry("set.0")->integer, 1);
    }
}

static void arrays_of_numpy_1_and_2_are_tensors(void **state)
{
    (void)state;
    for (int protocol = 0; protocol <= 5; protocol++) {
        char path[64];

        snprintf(path, sizeof path, "pickle/numpy1-protocol%d.pkl", protocol);
        assert_ok(read_corpus(path), &err);
        assert_close(element("w1", 1), -1, 0);
        assert_close(entry("s")->number, 0.25, 0);
        assert_string_equal(entry("name")->text, "L\xc3\xa4tzchen");
        snprintf(path, sizeof path, "pickle/numpy2-protocol%d.pkl", protocol);
        assert_ok(read_corpus(path), &err);
        assert_int_equal(entry("0")->tensor.shape[0], 3);
        assert_close(entry("1")->number, 2.5, 0);
    }
    assert_ok(read_corpus("pickle/frombuffer.pkl"), &err);
    assert_close(element("", 1), -2.5, 0);
}

static void fortran_order_is_put_right(void **state)
{
    /* floats 0.5 -1 2 nan 0.001 3 in columns of three: row 0 is 0.5, nan */
    (void)state;
    assert_ok(read_corpus("pickle/numpy2-protocol2.pkl"), &err);
    assert_close(element("0", 0), 0.5, 0);
    assert_close(element("0", 2), -1, 0);
    assert_close(element("0", 5), 3, 0);
}

static void programs_are_reported_and_never_run(void **state)
{
    static const char touch[] = "cposix\nsystem\n(S'touch pickle-was-executed'\ntR.";

    (void)state;
    assert_ok(read_corpus("pickle/system.pkl"), &err);
    assert_int_equal(file.suspicious.len, 1);
    assert_string_equal(file.suspicious.items[0], "os.system");
    assert_true(remarked("tries to run a program"));
    assert_ok(read_corpus("pickle/eval.pkl"), &err);
    assert_string_equal(file.suspicious.items[0], "builtins.eval");
    assert_ok(read_as("x.pkl", touch, sizeof touch - 1), &err);
    assert_string_equal(file.suspicious.items[0], "posix.system");
    assert_null(fopen("pickle-was-executed", "rb"));
}

static void objects_stay_opaque_and_are_named(void **state)
{
    (void)state;
    assert_ok(read_corpus("pickle/inst.pkl"), &err);
    assert_string_equal(file.opaque.items[0], "__main__.Thing");
    assert_int_equal(file.suspicious.len, 0);
    assert_string_equal(entry("0")->text, "x");
    assert_ok(read_corpus("pickle/obj.pkl"), &err);
    assert_int_equal(entry("0")->integer, 1);
}

static void what_holds_itself_ends(void **state)
{
    (void)state;
    assert_ok(read_corpus("pickle/itself.pkl"), &err);
    assert_int_equal(file.entries.len, 0);
    assert_fails(read_corpus("pickle/doubling.pkl"), HS_ELIMIT, &err, "more than 50000");
    assert_fails(read_corpus("pickle/deep.pkl"), HS_ELIMIT, &err, "256 levels");
}

static void broken_ones_are_refused_with_the_offset(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *part;
    } cases[] = {
        {"\x80\x02h\x05.", 5, "byte 4"},    /* a memo hole */
        {"\x80\x02\x82\x01.", 5, "byte 2"}, /* an extension code */
        {"\x80\x02\x8b\xff\xff\xff\x7f\x01.", 9, "past the end"},
        {"\x80\x02.", 3, "without a value"},
        {"\x80\x02R.", 4, "too few operands"},
        {"\x80\x02K\x01K\x02\x86.junk.", 13, "behind the pickle"},
        {"\x80\x02}K\x01", 5, "no end"},
        {"\x80\x02t.", 4, "mark"},
        {"\x80\x02}(K\x01u.", 8, "no value"},
        {"\x80\x02U\x01xQ.", 7, "persistent id"},
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(cases); i++)
        assert_fails(read_as("x.pkl", cases[i].bytes, cases[i].size), HS_EFORMAT, &err,
                     cases[i].part);
    assert_fails(read_as("x.pkl", "\x80\x09.", 3), HS_EVERSION, &err, "protocol 9");
}

/* One array of 4 MiB, rebuilt a thousand times from the same bytes: 4 GiB if nothing stopped it. */
static void repeated_arrays_do_not_eat_the_memory(void **state)
{
    static const char make[] = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01"
                               "btR(K\x01J\0\0\x40\0\x85h\0\x89h\1tb";
    static const char front[] = "\x80\x03(cnumpy\ndtype\nX\2\0\0\0i1\x89\x88\x87Rq\0"
                                "B\0\0\x40\0";
    struct hs_str text = HS_STR_INIT;
    char *zeros = hs_alloc_zero((size_t)4 << 20, 1);

    (void)state;
    assert_non_null(zeros);
    hs_str_add_bytes(&text, front, sizeof front - 1);
    hs_str_add_bytes(&text, zeros, (size_t)4 << 20);
    hs_str_add_bytes(&text, "q\1", 2);
    for (int i = 0; i < 1000; i++)
        hs_str_add_bytes(&text, make, sizeof make - 1);
    hs_str_add(&text, "l.");
    hs_free(zeros);
    assert_true(hs_str_ok(&text));
    assert_fails(read_as("x.pkl", text.buf, text.len), HS_ELIMIT, &err, "repeats its contents");
    hs_str_dispose(&text);
}

static void a_key_that_is_set_twice_counts_once(void **state)
{
    static const char twice[] = "\x80\x02}(U\x01"
                                "aK\x01U\x01"
                                "bK\x05U\x01"
                                "aK\x02u.";

    (void)state;
    assert_ok(read_as("x.pkl", twice, sizeof twice - 1), &err);
    assert_int_equal(file.entries.len, 2);
    assert_int_equal(entry("a")->integer, 2);
    assert_true(remarked("set twice"));
}

static void a_dictionary_in_an_npy_is_a_container_and_no_tensor(void **state)
{
    struct hs_tensor t;

    (void)state;
    for (int protocol = 0; protocol <= 5; protocol++) {
        char path[64];

        snprintf(path, sizeof path, "npy/object-protocol%d.npy", protocol);
        assert_ok(read_corpus(path), &err);
        assert_fails(hs_container_tensor(&t, &file, NULL, &err), HS_EDTYPE, &err,
                     "holds Python objects; name one of");
        err = HS_ERROR_INIT;
        assert_ok(hs_container_tensor(&t, &file, "w1", &err), &err);
        assert_int_equal(hs_tensor_count(&t), 6);
        assert_int_equal(hs_container_tensor(&t, &file, "s", &err), HS_EDTYPE);
        err = HS_ERROR_INIT;
        assert_fails(hs_container_tensor(&t, &file, "nothing", &err), HS_ENOTFOUND, &err, "w1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_protocol_gives_the_same_values, begin, end),
        cmocka_unit_test_setup_teardown(arrays_of_numpy_1_and_2_are_tensors, begin, end),
        cmocka_unit_test_setup_teardown(fortran_order_is_put_right, begin, end),
        cmocka_unit_test_setup_teardown(programs_are_reported_and_never_run, begin, end),
        cmocka_unit_test_setup_teardown(objects_stay_opaque_and_are_named, begin, end),
        cmocka_unit_test_setup_teardown(what_holds_itself_ends, begin, end),
        cmocka_unit_test_setup_teardown(broken_ones_are_refused_with_the_offset, begin, end),
        cmocka_unit_test_setup_teardown(repeated_arrays_do_not_eat_the_memory, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_is_set_twice_counts_once, begin, end),
        cmocka_unit_test_setup_teardown(a_dictionary_in_an_npy_is_a_container_and_no_tensor, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

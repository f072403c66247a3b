#include "fixture.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/npy.h"
#include "io/save.h"

static char path[1024];

static const char *in_tmp(const char *dir, const char *name)
{
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void only_regular_files_below_the_folder_are_read(void **state)
{
    struct hs_arena *arena = *state;
    const char *dir = hs_test_tmp();
    struct hs_bytes b;

    err = HS_ERROR_INIT;
    hs_test_write(in_tmp(dir, "real"), "abc", 3);
    assert_int_equal(mkdir(in_tmp(dir, "sub"), 0700), 0);
    hs_test_write(in_tmp(dir, "sub/inner"), "xy", 2);
    assert_int_equal(symlink("real", in_tmp(dir, "link")), 0);
    assert_int_equal(symlink("sub", in_tmp(dir, "folder-link")), 0);
    assert_int_equal(mkfifo(in_tmp(dir, "pipe"), 0600), 0);
    assert_ok(hs_file_read_below(&b, arena, dir, "sub/inner", 100, &err), &err);
    assert_int_equal(b.len, 2);
    assert_fails(hs_file_read_below(&b, arena, dir, "link", 100, &err), HS_EIO, &err,
                 "symbolic link");
    err = HS_ERROR_INIT;
    assert_fails(hs_file_read_below(&b, arena, dir, "folder-link/inner", 100, &err), HS_EIO, &err,
                 "symbolic link");
    err = HS_ERROR_INIT;
    assert_fails(hs_file_read_below(&b, arena, dir, "../x", 100, &err), HS_EIO, &err, "..");
    err = HS_ERROR_INIT;
    assert_fails(hs_file_read_below(&b, arena, dir, "pipe", 100, &err), HS_EIO, &err,
                 "no regular file"); /* at once */
    err = HS_ERROR_INIT;
    assert_fails(hs_file_read_below(&b, arena, dir, "sub", 100, &err), HS_EIO, &err, "folder");
    err = HS_ERROR_INIT;
    assert_fails(hs_file_read_below(&b, arena, dir, "real", 2, &err), HS_ELIMIT, &err, "limit");
    err = HS_ERROR_INIT;
    assert_fails(hs_file_read(&b, arena, "/dev/zero", 100, &err), HS_EIO, &err, "no regular file");
}

struct seen {
    char names[256], remarks[512];
};

static bool note_name(void *payload, const char *name, size_t size)
{
    struct seen *s = payload;

    (void)size;
    strcat(strcat(s->names, name), " ");
    return true;
}

static void note_remark(void *payload, const char *sentence)
{
    struct seen *s = payload;

    strcat(strcat(s->remarks, sentence), "\n");
}

static void a_walk_is_sorted_and_leaves_litter_out(void **state)
{
    struct hs_io_limits limits = hs_io_limits_default();
    const char *dir = hs_test_tmp();
    struct seen seen = {"", ""};

    (void)state;
    err = HS_ERROR_INIT;
    assert_int_equal(mkdir(in_tmp(dir, "b"), 0700), 0);
    assert_int_equal(mkdir(in_tmp(dir, "__MACOSX"), 0700), 0);
    hs_test_write(in_tmp(dir, "b/2"), "", 0);
    hs_test_write(in_tmp(dir, "b/1"), "", 0);
    hs_test_write(in_tmp(dir, "a"), "", 0);
    hs_test_write(in_tmp(dir, "._a"), "", 0);
    hs_test_write(in_tmp(dir, "__MACOSX/x"), "", 0);
    assert_int_equal(symlink("b", in_tmp(dir, "loop")), 0);
    assert_ok(hs_file_walk(dir, &limits, note_name, note_remark, &seen, &err), &err);
    assert_string_equal(seen.names, "a b/1 b/2 ");
    assert_contains(seen.remarks, "loop: is a symbolic link");
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    struct hs_arena *arena = *state;
    const char *dir = hs_test_tmp();
    struct hs_bytes b;

    err = HS_ERROR_INIT;
    assert_ok(hs_file_write(in_tmp(dir, "out"), "old", 3, &err), &err);
    hs_mem_fail_from(1);
    assert_int_equal(hs_file_write(in_tmp(dir, "out"), "new", 3, &err), HS_ENOMEM);
    hs_mem_fail_from(0);
    err = HS_ERROR_INIT;
    assert_ok(hs_file_read(&b, arena, in_tmp(dir, "out"), 10, &err), &err);
    assert_memory_equal(b.data, "old", 3);
    assert_ok(hs_file_write(in_tmp(dir, "out"), "new", 3, &err), &err);
    assert_ok(hs_file_read(&b, arena, in_tmp(dir, "out"), 10, &err), &err);
    assert_memory_equal(b.data, "new", 3);
    assert_fails(hs_file_write(in_tmp(dir, "no/such/folder"), "x", 1, &err), HS_EIO, &err,
                 "cannot be written");
}

/* Every dtype that a format has, saved and read again, in each of the three formats. */
static void what_is_saved_reads_back_equal(void **state)
{
    static const char *const formats[] = {"x.npy", "x.npz", "x.safetensors"};
    struct hs_io_limits limits = hs_io_limits_default();
    const char *dir = hs_test_tmp();

    for (int f = 0; f < 3; f++)
        for (int d = 0; d < HS_DTYPE_COUNT; d++) {
            struct hs_named_tensor item = {.name = "w"};
            struct hs_tensor back;
            enum hs_status st;

            err = HS_ERROR_INIT;
            assert_ok(hs_tensor_new(&item.tensor, *state, (enum hs_dtype)d, 2, (size_t[]){2, 3},
                                    &err),
                      &err);
            for (size_t i = 0; i < 6; i++)
                assert_true(hs_tensor_set(&item.tensor, i, (double)(i % 2)));
            st = hs_tensors_save(in_tmp(dir, formats[f]), &item, 1, &err);
            if (f < 2 && (d == HS_BFLOAT16 || d == HS_FLOAT8_E4M3FN || d == HS_FLOAT8_E5M2)) {
                assert_int_equal(st, HS_EDTYPE);
                continue;
            }
            assert_ok(st, &err);
            hs_container_dispose(&file);
            assert_ok(hs_container_open(&file, path, &limits, &err), &err);
            assert_ok(hs_container_tensor(&back, &file, f == 0 ? NULL : "w", &err), &err);
            assert_int_equal(back.shape[1], 3);
            assert_int_equal(hs_dtype_size(back.dtype), hs_dtype_size((enum hs_dtype)d));
            for (size_t i = 0; i < 6; i++)
                assert_close(hs_tensor_get(&back, i), (double)(i % 2), 0);
        }
    hs_container_dispose(&file);
}

/* Texts beside the tensors of a safetensors file come back as they were, JSON and all. */
static void texts_beside_tensors_read_back_equal(void **state)
{
    static const char text[] = "{\"a\":[1,\"\\u00e9\",\"\xc3\xa9\"]}";
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_named_tensor item = {.name = "w"};
    struct hs_value metadata = hs_value_map();
    const char *dir = hs_test_tmp();

    err = HS_ERROR_INIT;
    assert_ok(hs_tensor_new(&item.tensor, *state, HS_FLOAT32, 0, NULL, &err), &err);
    assert_true(hs_value_set(&metadata, *state, "halfstep", hs_value_string(*state, text)));
    for (size_t n = 0; n < 2; n++) {
        assert_ok(hs_safetensors_save(in_tmp(dir, "x.safetensors"), &item, n, &metadata, &err),
                  &err);
        hs_container_dispose(&file);
        assert_ok(hs_container_open(&file, path, &limits, &err), &err);
        assert_int_equal(file.entries.len, n + 1);
        assert_string_equal(hs_container_find(&file, "__metadata__.halfstep")->text, text);
        assert_true(hs_container_find(&file, "__metadata__.halfstep")->bookkeeping);
    }
    hs_container_dispose(&file);
}

/* .json keeps names and depth, .csv rows; both are text, so that whole numbers stay whole and
 * floats come back as the same floats. */
static void text_formats_read_back_equal(void **state)
{
    static const float values[] = {0.1f, -3, 1e-30f, 16777215, 0.5f, 2};
    static const char *const formats[] = {"x.json", "x.csv"};
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_named_tensor item = {.name = "w"};
    const char *dir = hs_test_tmp();

    err = HS_ERROR_INIT;
    assert_ok(hs_tensor_new(&item.tensor, *state, HS_FLOAT32, 2, (size_t[]){2, 3}, &err), &err);
    memcpy(item.tensor.data, values, sizeof values);
    for (int f = 0; f < 2; f++) {
        struct hs_tensor back;

        assert_ok(hs_tensors_save(in_tmp(dir, formats[f]), &item, 1, &err), &err);
        hs_container_dispose(&file);
        assert_ok(hs_container_open(&file, path, &limits, &err), &err);
        assert_ok(hs_container_tensor(&back, &file, f == 0 ? "w" : NULL, &err), &err);
        assert_int_equal(back.shape[0], 2);
        for (size_t i = 0; i < 6; i++)
            assert_true((float)hs_tensor_get(&back, i) == values[i]);
    }
    hs_container_dispose(&file);
    item.tensor.ndim = 3;
    assert_fails(hs_tensors_save(in_tmp(dir, "x.csv"), &item, 1, &err), HS_ESHAPE, &err,
                 "3 dimensions");
    hs_error_clear(&err);
    assert_fails(hs_tensors_save_check("x.tiff", &err), HS_EINVAL, &err, ".safetensors");
}

static void headers_of_npy_that_lie_are_refused(void **state)
{
    static const struct {
        const char *dict, *part;
        enum hs_status status;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'shape': (2,)}", "twice",
         HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", "a key other than",
         HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "neither True nor False",
         HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2)}", "no tuple", HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': [2]}", "no tuple", HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
         "larger than memory", HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}", "truncated",
         HS_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9)}",
         "more elements", HS_EFORMAT},
        {"{'descr': '<M8[D]', 'fortran_order': False, 'shape': (2,)}", "not read", HS_EDTYPE},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "records", HS_EDTYPE},
        {"__import__('os').system('true')", "no dictionary", HS_EFORMAT},
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(cases); i++) {
        char bytes[256];
        size_t n = strlen(cases[i].dict);

        memcpy(bytes, "\x93NUMPY\x01\x00", 8);
        bytes[8] = (char)n;
        bytes[9] = 0;
        memcpy(bytes + 10, cases[i].dict, n);
        memcpy(bytes + 10 + n, "\0\0\0\0\0\0\0\0", 8);
        assert_fails(read_as("x.npy", bytes, n + 18), cases[i].status, &err, cases[i].part);
    }
    hs_container_dispose(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_regular_files_below_the_folder_are_read,
                                        hs_arena_setup, hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_walk_is_sorted_and_leaves_litter_out, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(a_failed_write_leaves_the_old_file, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(texts_beside_tensors_read_back_equal, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(texts_beside_tensors_read_back_equal, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(what_is_saved_reads_back_equal, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(text_formats_read_back_equal, hs_arena_setup,
                                        hs_arena_teardown),
        cmocka_unit_test_setup_teardown(headers_of_npy_that_lie_are_refused, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

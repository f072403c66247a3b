/* observe, quantize, dequantize and fake-quantize from the shell. */
#include "hs_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct hs_str out = {.buf = hs_str_empty};

static char folder[512];

static void write_file(const char *name, const void *data, size_t size)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    hs_test_write(path, data, size);
}

/* NAME.npy of version 1.0. */
static void write_npy(const char *name, const char *descr, const char *shape, const void *data,
                      size_t size)
{
    char file[1024] = "\x93NUMPY\x01";
    int n = snprintf(file + 10, 256, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n",
                     descr, shape);

    file[8] = (char)n;
    if (size > 0)
        memcpy(file + 10 + n, data, size);
    write_file(name, file, 10 + (size_t)n + size);
}

static int make_input(void **state)
{
    static const float x[] = {-1, 0.25f, 0.5f, 0.75f, 1, 2}, nan[] = {1, NAN};
    static const float inf[] = {1, INFINITY, -INFINITY}, zero[4] = {0};
    static const double d[] = {0.1, 0.25};
    static const int32_t whole[] = {1, 2, 3};

    (void)state;
    snprintf(folder, sizeof folder, "%s", hs_test_tmp());
    write_npy("x.npy", "<f4", "2, 3", x, sizeof x);
    write_npy("nan.npy", "<f4", "1, 2", nan, sizeof nan);
    write_npy("inf.npy", "<f4", "3,", inf, sizeof inf);
    write_npy("zero.npy", "<f4", "2, 2", zero, sizeof zero);
    write_npy("empty.npy", "<f4", "0, 3", NULL, 0);
    write_npy("double.npy", "<f8", "2,", d, sizeof d);
    write_npy("whole.npy", "<i4", "3,", whole, sizeof whole);
    return 0;
}

static int run(const char *arguments)
{
    return hs_test_run(&out, folder, arguments);
}

static void given_scales_give_the_codes_of_the_definition(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.5 --zero-point 1"), 0);
    assert_contains(out.buf, "-1 1 2 3 3 5\n"); /* 0.25 and 0.75 are ties */
    assert_int_equal(run("quantize x.npy --scale 0.5 --zero-point 1 --rounding half_away"), 0);
    assert_contains(out.buf, "-1 2 2 3 3 5\n");
    assert_int_equal(run("quantize x.npy --scale 0.5,1 --axis 0"), 0);
    assert_contains(out.buf, "-2 0 1 1 1 2\n");
}

static void what_observe_writes_quantize_reads(void **state)
{
    (void)state;
    assert_int_equal(run("observe x.npy --profile lab-pow2 --unsigned --json"), 0);
    assert_contains(out.buf, "\"schema\":\"halfstep.qparams/1\"");
    assert_contains(out.buf, "\"scale\":0.015625");
    assert_contains(out.buf, "\"zero_point\":128");
    assert_contains(out.buf, "\"axis\":null");
    assert_contains(out.buf, "\"pow2_rounding\":\"nearest\"");
    write_file("qparams.json", out.buf, out.len);
    assert_int_equal(run("quantize x.npy --qparams qparams.json"), 0);
    assert_contains(
        out.buf,
        "64 144 160 176 192 255\n"); /* 2 is 128 steps above zero point 128: one too many */
    assert_contains(out.buf, "1 above");
    write_file("newer.json", "{\"schema\":\"halfstep.qparams/2\"}", 31);
    assert_int_equal(run("quantize x.npy --qparams newer.json"), 4);
}

static void codes_come_back_as_numbers(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.25 -o codes.npy"), 0);
    assert_int_equal(run("dequantize codes.npy --scale 0.25"), 0);
    assert_contains(out.buf, "-1 0.25 0.5 0.75 1 2\n");
    assert_int_equal(run("fake-quantize x.npy --scale 0.25"), 0);
    assert_contains(out.buf, "largest error 0 ");
}

static void mistakes_get_a_sentence_and_their_exit_code(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.5,1"), 2);
    assert_contains(out.buf, "no axis");
    assert_contains(out.buf, "2 values");
    assert_int_equal(run("quantize x.npy --scale 0,5x"), 2);
    assert_contains(out.buf, "--scale");
    assert_int_equal(run("quantize x.npy --profile tensorrt"), 3);
    assert_contains(out.buf, "choose one of halfstep, torch, onnx");
    assert_int_equal(run("quantize x.npy --rounding bankers"), 2);
    assert_contains(out.buf, "half_even|half_away");
    assert_int_equal(run("observe x.npy --observer maxmin"), 3);
    assert_contains(out.buf, "minmax");
    assert_int_equal(run("quantize missing.npy"), 3);
    assert_contains(out.buf, "missing.npy");
    assert_int_equal(run("quantize x.npy --signed --unsigned"), 2);
    assert_int_equal(run("quantize"), 2);
}

/* Everything that the error table lists: the file, the value, the way out, the exit code.
 */
static void each_bad_tensor_or_number_has_its_own_sentence(void **state)
{
    static const struct {
        const char *arguments;
        int code;
        const char *file, *value, *remedy;
    } cases[] = {
        {"quantize nan.npy", 3, "nan.npy: ", "element [0,1] is NaN", "nan=zero or nan=qmin"},
        {"observe nan.npy", 3, "nan.npy: ", "element [0,1] is NaN", "remove it"},
        {"quantize inf.npy --inf error", 3, "inf.npy: ", "element [1] is infinite", "inf=saturate"},
        {"observe empty.npy", 3, "empty.npy: ", "is empty", "no range"},
        {"quantize empty.npy", 3, "empty.npy: ", "is empty", "no range"},
        {"quantize zero.npy --all-zero error", 3, "zero.npy: ", "no width", "all_zero=unit"},
        {"quantize whole.npy", 3, "whole.npy: ", "a tensor of int32", "requantize read codes"},
        {"dequantize x.npy --scale 1", 3, "x.npy: ", "element 1 is 0.25", "quantize makes them"},
        {"dequantize whole.npy", 2, "whole.npy: ", "no scale", "--scale and --zero-point"},
        {"quantize x.npy --scale 1,2 --axis 1", 3, "x.npy: ", "2 scales for 3 channels",
         "one for each"},
        {"quantize x.npy --scale 1,2 --axis 4", 3, "x.npy: ", "no such axis", "0 to 1"},
        {"quantize x.npy --scale 1 --zero-point 200", 2, "", "zero point 200", "of int8; choose"},
        {"quantize x.npy --scale 1 --zero-point 0.5", 2, "", "zero point 0.5", "whole number"},
        {"quantize x.npy --scale 0", 2, "", "scale 0", "above 0 and finite"},
        {"quantize x.npy --scale=-2", 2, "", "scale -2", "above 0 and finite"},
        {"quantize x.npy --scale nan", 2, "", "scale nan", "above 0 and finite"},
        {"quantize x.npy --rounding bankers", 2, "", "\"bankers\"", "half_even|half_away"},
        {"quantize x.npy --dtype int33", 2, "", "\"int33\"", "int2 to int32"},
        {"quantize x.npy --bits 99", 2, "", "99", "2 to 32"},
        {"quantize x.npy --axis one", 2, "", "\"one\"", "--axis"},
        {"quantize x.npy --observe minmax", 2, "", "--observe", "did you mean --observer?"},
        {"quantize x.npy -o x.txt", 2, "x.txt", "are written as", ".npz"},
        {"quantize x.npy -o x.npy", 2, "x.npy", "is the input itself", "another name"},
        {"quantize x.npy double.npy -o nowhere", 2, "nowhere", "2 files", "folder"},
        {"quantize x.npy ./x.npy -o .", 2, "x.npy", "one name", "different folders"},
        {"quantize x.npy --qparams missing.json", 3, "missing.json", "No such file", "opened"},
        {"quantize x.npy --name w", 3, "x.npy", "\"w\"", "has no entry"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].arguments), cases[i].code);
        assert_contains(out.buf, cases[i].file);
        assert_contains(out.buf, cases[i].value);
        assert_contains(out.buf, cases[i].remedy);
    }
}

static void nothing_is_clipped_without_a_count(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --scale 0.01"), 0);
    assert_contains(out.buf, "6 elements, 0 clipped below, 1 above");
    assert_int_equal(run("quantize x.npy --scale 0.005 --json"), 0);
    assert_contains(out.buf, "\"clipped_low\":1,\"clipped_high\":3,\"nan\":0,\"inf\":0");
    assert_contains(out.buf, "\"q\":[[-128,50,100],[127,127,127]]");
    assert_int_equal(run("fake-quantize x.npy --scale 0.01"), 0);
    assert_contains(out.buf, "0 clipped below, 1 above");
    assert_int_equal(run("quantize inf.npy"), 0);
    assert_contains(out.buf, "1 clipped below, 1 above, 0 NaN, 2 infinite");
    assert_contains(out.buf, "2 infinite elements were left out of the range");
    assert_int_equal(run("quantize nan.npy --nan zero"), 0);
    assert_contains(out.buf, "1 NaN");
    assert_int_equal(run("observe zero.npy"), 0);
    assert_contains(out.buf, "holds only zeros");
}

static void a_float64_file_says_what_it_is_computed_in(void **state)
{
    (void)state;
    assert_int_equal(run("quantize double.npy --scale 0.01"), 0);
    assert_contains(out.buf, "computed in float64");
    assert_int_equal(run("quantize double.npy --scale 0.01 --profile torch"), 0);
    assert_contains(out.buf, "computed in float32");
    assert_int_equal(run("fake-quantize double.npy --scale 0.01"), 0);
    assert_contains(out.buf, "computed in float64");
}

/* Codes written in each format come back as the same numbers, with no scale given again where the
 * format has room for one. */
static void every_output_format_can_be_read_back(void **state)
{
    static const char *const own[] = {"npz", "safetensors", "json"}, *const bare[] = {"npy", "csv"};
    char line[160];

    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        snprintf(line, sizeof line, "quantize x.npy --scale 0.25 --zero-point 1 -o codes.%s",
                 own[i]);
        assert_int_equal(run(line), 0);
        snprintf(line, sizeof line, "dequantize codes.%s", own[i]);
        assert_int_equal(run(line), 0);
        assert_contains(out.buf, "zero point 1");
        assert_contains(out.buf, "\n-1 0.25 0.5 0.75 1 2\n");
    }
    for (size_t i = 0; i < sizeof bare / sizeof *bare; i++) {
        snprintf(line, sizeof line, "quantize x.npy --scale 0.25 -o codes.%s", bare[i]);
        assert_int_equal(run(line), 0);
        snprintf(line, sizeof line, "dequantize codes.%s --scale 0.25 -o back.%s", bare[i],
                 bare[i]);
        assert_int_equal(run(line), 0);
        snprintf(line, sizeof line, "fake-quantize back.%s --scale 0.25 --json", bare[i]);
        assert_int_equal(run(line), 0);
        assert_contains(out.buf, "\"x\":[[-1,0.25,0.5],[0.75,1,2]]");
    }
}

static void channels_and_blocks_keep_their_scales_in_a_file(void **state)
{
    (void)state;
    assert_int_equal(run("quantize x.npy --axis 0 --scale 0.25,0.5 -o c.npz"), 0);
    assert_int_equal(run("dequantize c.npz"), 0);
    assert_contains(out.buf, "2 scales along axis 0");
    assert_contains(out.buf, "\n-1 0.25 0.5 1 1 2\n"); /* 0.75 / 0.5 is a tie */
    assert_int_equal(run("observe x.npy --axis 1 --block-size 2 -o blocks.json"), 0);
    assert_int_equal(run("quantize x.npy --qparams blocks.json -o b.npz"), 0);
    assert_int_equal(run("dequantize b.npz --json"), 0);
    assert_contains(out.buf, "\"block_size\":2");
}

static void several_files_go_into_a_folder(void **state)
{
    char path[600];

    (void)state;
    snprintf(path, sizeof path, "%s/results", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(run("quantize x.npy double.npy -o results"), 0);
    assert_contains(out.buf, "x.npy:\n");
    assert_contains(out.buf, "double.npy:\n");
    assert_int_equal(run("dequantize results/x.npz"), 0);
    assert_contains(out.buf, "-1 ");
    assert_int_equal(run("dequantize results/double.npz"), 0);
}

static void text_files_hold_real_numbers_even_when_they_are_whole(void **state)
{
    (void)state;
    write_file("t.json", "[[1, 2], [3, 300]]", 18);
    write_file("t.csv", "1,2\n3,300\n", 10);
    assert_int_equal(run("quantize t.json --scale 2"), 0);
    assert_contains(out.buf, "0 1 2 127");
    assert_contains(out.buf, "1 above");
    assert_int_equal(run("quantize t.csv --scale 2"), 0);
    assert_contains(out.buf, "0 1 2 127");
}

/* 16 MiB of ones: long enough to be interrupted in the middle. */
static void make_large(void)
{
    enum { N = 4 << 20 };
    float *ones = calloc(N + 32, sizeof *ones);
    char *bytes = (char *)ones;
    int n = 118;

    assert_non_null(ones);
    memcpy(bytes, "\x93NUMPY\x01\0\x76\0", 10);
    memset(bytes + 10, ' ', 118);
    n = snprintf(bytes + 10, 100, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }", N);
    bytes[10 + n] = ' ';
    bytes[127] = '\n';
    for (int i = 0; i < N; i++)
        ones[32 + i] = (float)(i % 1000) / 1000;
    write_file("large.npy", ones, (N + 32) * sizeof *ones);
    free(ones);
}

static pid_t start(const char *arguments, const char *error_file)
{
    char command[1400];
    pid_t pid;

    snprintf(command, sizeof command, "cd '%s' && exec '%s' %s >/dev/null 2>'%s'", folder,
             getenv("HALFSTEP_BINARY"), arguments, error_file);
    pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

/* Names in the folder that begin or end as results of -o large_q.npy would. */
static size_t leftovers(void)
{
    DIR *dir = opendir(folder);
    size_t n = 0;

    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        n += strstr(e->d_name, "large_q") != NULL;
    closedir(dir);
    return n;
}

static void ctrl_c_leaves_no_half_written_file(void **state)
{
    int interrupted = 0;

    (void)state;
    make_large();
    for (int ms = 10; ms <= 200; ms += 38) {
        const struct timespec wait = {.tv_nsec = ms * 1000000};
        pid_t pid = start("quantize large.npy --observer mse -o large_q.npy", "/dev/null");
        int status;

        nanosleep(&wait, NULL);
        kill(pid, SIGINT);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            assert_int_equal(leftovers(), 1); /* it was faster: the whole file is there */
            assert_int_equal(run("show large_q.npy"), 0);
            break;
        }
        interrupted++;
        if (WIFEXITED(status)) /* a signal before main() is one all the same */
            assert_int_equal(WEXITSTATUS(status), 130);
        assert_int_equal(leftovers(), 0);
    }
    assert_true(interrupted > 0);
}

/* Runs a command with its errors on a pseudo-terminal; the last of what that shows. */
static void run_on_terminal(char seen[1024], const char *arguments)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY), status;
    char name[64];
    size_t used = 0;
    ssize_t n;
    pid_t pid;

    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    assert_int_equal(ptsname_r(terminal, name, sizeof name), 0);
    setenv("TERM", "xterm", 1);
    pid = start(arguments, name);
    while ((n = read(terminal, seen + used, 1023 - used)) > 0) {
        used += (size_t)n;
        if (used > 512) { /* a slow machine draws often: the last lines are enough */
            memmove(seen, seen + used - 512, 512);
            used = 512;
        }
    }
    seen[used] = '\0';
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(terminal);
}

/* A terminal sees a bar when the work is long; a pipe never does. */
static void a_long_run_shows_a_bar_on_a_terminal_only(void **state)
{
    struct hs_arena *arena = *state;
    char seen[1024] = "", path[600], work[100] = "";
    size_t size;
    int status;
    pid_t pid;

    for (int grid = 100; strstr(seen, "2/4") == NULL && grid <= 100000; grid *= 10) {
        snprintf(work, sizeof work, "quantize large.npy --observer mse --grid %d", grid);
        run_on_terminal(seen, work); /* until the machine is too slow not to show it */
    }
    assert_contains(seen, "observing large.npy [#####...............] 2/4");
    assert_contains(seen, "\r\033[K");
    snprintf(path, sizeof path, "%s/pipe", folder);
    pid = start(work, path);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)hs_test_read(arena, path, &size);
    assert_int_equal(size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_scales_give_the_codes_of_the_definition),
        cmocka_unit_test(what_observe_writes_quantize_reads),
        cmocka_unit_test(codes_come_back_as_numbers),
        cmocka_unit_test(mistakes_get_a_sentence_and_their_exit_code),
        cmocka_unit_test(each_bad_tensor_or_number_has_its_own_sentence),
        cmocka_unit_test(nothing_is_clipped_without_a_count),
        cmocka_unit_test(a_float64_file_says_what_it_is_computed_in),
        cmocka_unit_test(every_output_format_can_be_read_back),
        cmocka_unit_test(channels_and_blocks_keep_their_scales_in_a_file),
        cmocka_unit_test(several_files_go_into_a_folder),
        cmocka_unit_test(text_files_hold_real_numbers_even_when_they_are_whole),
        cmocka_unit_test(ctrl_c_leaves_no_half_written_file),
        cmocka_unit_test_setup_teardown(a_long_run_shows_a_bar_on_a_terminal_only, hs_arena_setup,
                                        hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, make_input, NULL);
}

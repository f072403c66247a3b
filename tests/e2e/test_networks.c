/* train, calibrate, qat, convert, eval and import from the shell, on the slice of MNIST that ships.
 */
#include "hs_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/json.h"

static struct hs_str out = {.buf = hs_str_empty};
static char folder[512];

static int run(const char *arguments)
{
    return hs_test_run(&out, folder, arguments);
}

/* A float model, a quantized one and a program that the tests share. */
static int make_models(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", hs_test_tmp());
    if (run("train mlp --data mnist/small-train --epochs 8 --lr 0.05 -o float.safetensors") != 0 ||
        run("calibrate float.safetensors --data mnist/small-train -n 200 -o int8.safetensors") !=
            0 ||
        run("convert int8.safetensors -o program.safetensors") != 0) {
        fputs(out.buf, stderr);
        return -1;
    }
    return 0;
}

static struct hs_value json(struct hs_arena *arena)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_error err = HS_ERROR_INIT;
    const char *begin = strchr(out.buf, '{'); /* behind what stands on standard error */
    struct hs_value v;

    assert_non_null(begin);
    assert_ok(hs_json_read(&v, arena, hs_bytes_of(begin), "output", &limits, &err), &err);
    return v;
}

static void assert_same_file(struct hs_arena *arena, const char *a, const char *b)
{
    char path[600];
    size_t n, m;
    void *x, *y;

    snprintf(path, sizeof path, "%s/%s", folder, a);
    x = hs_test_read(arena, path, &n);
    snprintf(path, sizeof path, "%s/%s", folder, b);
    y = hs_test_read(arena, path, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
}

static bool exists(const char *name)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void training_prints_a_line_an_epoch_and_writes_a_curve(void **state)
{
    struct hs_value v;
    char path[600];
    size_t n;

    assert_int_equal(run("train mlp --data mnist/small-train -n 500 --epochs 2 --optimizer adam "
                         "--curve c.csv -o adam.safetensors"),
                     0);
    assert_contains(out.buf, "epoch 1/2  loss ");
    assert_contains(out.buf, "epoch 2/2  loss ");
    assert_contains(out.buf, "adam.safetensors: mlp, 118282 parameters\n");
    snprintf(path, sizeof path, "%s/c.csv", folder);
    assert_contains((char *)hs_test_read(*state, path, &n), "epoch,loss,accuracy,lr,seconds\n1,");
    assert_int_equal(
        run("train mlp --data mnist/small-train -n 100 --epochs 1 --json -o j.safetensors"), 0);
    v = json(*state);
    assert_string_equal(hs_value_text(&v, "schema", ""), "halfstep.train/1");
    assert_int_equal(hs_value_len(hs_value_get(&v, "epochs")), 1);
    assert_int_equal(hs_value_integer(&v, "images", 0), 100);
}

static void one_thread_and_two_write_the_same_file(void **state)
{
    static const char *const commands[] = {
        "train mlp --data mnist/small-train --epochs 2",
        "train lab-cnn --data cifar10/small-train --augment crop,flip -n 100 --epochs 1",
        "qat float.safetensors --data mnist/small-train --method lsq --bits 4/4 --epochs 1"};

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        for (int t = 1; t <= 2; t++) {
            char line[200];

            snprintf(line, sizeof line, "%s -t %d -o t%d.safetensors", commands[i], t, t);
            assert_int_equal(run(line), 0);
        }
        assert_same_file(*state, "t1.safetensors", "t2.safetensors");
    }
}

/* Starts a training, waits until an epoch has ended, stops it with `signal_number`; the exit code.
 */
static int stop_in_the_middle(char **argv, int signal_number)
{
    const struct timespec nap = {.tv_nsec = 2000000};
    char path[600];
    struct stat s;
    int status;
    pid_t child;

    snprintf(path, sizeof path, "%s/epochs", folder);
    unlink(path);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        if (fd < 0 || chdir(folder) != 0 || dup2(fd, 1) < 0)
            _exit(99);
        signal(signal_number, SIG_DFL);
        execv(getenv("HALFSTEP_BINARY"), argv);
        _exit(98);
    }
    while (stat(path, &s) != 0 || s.st_size == 0)
        if (waitpid(child, &status, WNOHANG) == child)
            return -1; /* it ended before it could be stopped */
        else
            nanosleep(&nap, NULL);
    kill(child, signal_number);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

/* The same training from the shell, and as it is started to be stopped. */
#define TRAIN "train mlp --data mnist/small-train --epochs 12 -b 10 -o parts.safetensors "
#define QAT                                                                                        \
    "qat float.safetensors --method lsq --bits 4/4 --data mnist/small-train --epochs 12 -b 10 -o " \
    "parts.safetensors "

/* Words of a command line, at most 24. */
static void split(char *words[25], char *text)
{
    static char name[] = "halfstep";
    size_t n = 0;

    words[n++] = name;
    for (char *w = strtok(text, " "); w != NULL && n < 24; w = strtok(NULL, " "))
        words[n++] = w;
    words[n] = NULL;
}

static void remove_file(const char *name)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static void stop_and_resume(struct hs_arena *arena, const char *command, const char *more,
                            int signal_number)
{
    char text[400], line[400], *words[25];

    snprintf(text, sizeof text, "%s%s", command, more);
    snprintf(line, sizeof line, "%s--resume", command);
    split(words, text);
    remove_file("parts.safetensors");
    assert_int_equal(stop_in_the_middle(words, signal_number), 130);
    assert_false(exists("parts.safetensors"));
    assert_true(exists("parts.safetensors.checkpoint"));
    assert_int_equal(run(command), 2);
    assert_contains(out.buf, "add --resume to go on with it, or remove it");
    assert_int_equal(run(line), 0);
    assert_contains(out.buf, "going on in epoch ");
    assert_false(exists("parts.safetensors.checkpoint"));
    assert_same_file(arena, "whole.safetensors", "parts.safetensors");
}

static void a_stopped_training_goes_on_to_the_same_bits(void **state)
{
    assert_int_equal(run(TRAIN "-t 1 -o whole.safetensors"), 0);
    stop_and_resume(*state, TRAIN, "-t 1", SIGINT);
    stop_and_resume(*state, TRAIN, "-t 2", SIGTERM);
    assert_int_equal(run(QAT "-t 1 -o whole.safetensors"), 0);
    stop_and_resume(*state, QAT, "-t 2", SIGINT);
}

static void a_checkpoint_is_for_the_training_that_wrote_it(void **state)
{
    char text[] = TRAIN "--checkpoint ckpt", *words[25];

    (void)state;
    split(words, text);
    assert_int_equal(stop_in_the_middle(words, SIGINT), 130);
    assert_int_equal(run(TRAIN "--checkpoint ckpt --resume --lr 0.2"), 2);
    assert_contains(out.buf, "ckpt: the checkpoint was trained with another lr");
    assert_int_equal(run("train lab-cnn --data cifar10/small-train -n 100 -b 10 --epochs 12 "
                         "--checkpoint ckpt --resume -o x.safetensors"),
                     2);
    assert_contains(out.buf, "ckpt: ");
    assert_int_equal(run(TRAIN "--checkpoint none --resume"), 3);
    assert_contains(out.buf, "no checkpoint none");
    assert_int_equal(run(TRAIN "--checkpoint float.safetensors --resume"), 2);
    assert_contains(out.buf, "float.safetensors: the checkpoint");
}

/* CONTRACTS 4, halfstep.eval/1. */
static void eval_prints_what_the_contract_says(void **state)
{
    static const char *const keys[] = {"schema", "model",   "data",     "mode",      "requantize",
                                       "images", "correct", "accuracy", "confusion", "differs"};
    const struct hs_value *rows;
    struct hs_value v;
    int64_t sum = 0, diagonal = 0;

    assert_int_equal(run("eval int8.safetensors --data mnist/small-test --mode integer --json"), 0);
    v = json(*state);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(hs_value_get(&v, keys[i]));
    assert_string_equal(hs_value_text(&v, "schema", ""), "halfstep.eval/1");
    assert_string_equal(hs_value_text(&v, "model", ""), "int8.safetensors");
    assert_string_equal(hs_value_text(&v, "data", ""), "mnist/small-test");
    assert_string_equal(hs_value_text(&v, "mode", ""), "integer");
    assert_string_equal(hs_value_text(&v, "requantize", ""), "float");
    assert_int_equal(hs_value_integer(&v, "images", 0), 500);
    rows = hs_value_get(&v, "confusion");
    assert_int_equal(hs_value_len(rows), 10);
    for (size_t i = 0; i < 10; i++)
        for (size_t j = 0; j < 10; j++) {
            int64_t n = hs_value_at(hs_value_at(rows, i), j)->as.integer;

            sum += n;
            diagonal += i == j ? n : 0;
        }
    assert_int_equal(sum, 500);
    assert_int_equal(diagonal, hs_value_integer(&v, "correct", 0));
    assert_close(hs_value_number(&v, "accuracy", 0), (double)diagonal / 500, 1e-12);
    assert_true(diagonal > 400);
    assert_string_equal(hs_value_text(hs_value_get(&v, "differs"), "from", ""), "fake_quantized");
    assert_int_equal(hs_value_get(hs_value_get(&v, "differs"), "images")->kind, HS_LIST);
    assert_int_equal(run("eval float.safetensors --data mnist/small-test --json"), 0);
    v = json(*state);
    assert_int_equal(hs_value_get(&v, "differs")->kind, HS_NIL);
    assert_int_equal(hs_value_get(&v, "requantize")->kind, HS_NIL);
}

static int64_t correct(struct hs_arena *arena, const char *arguments)
{
    struct hs_value v;

    assert_int_equal(run(arguments), 0);
    v = json(arena);
    return hs_value_integer(&v, "correct", -1);
}

static void every_way_to_run_a_model_is_near_the_float_one(void **state)
{
    int64_t f = correct(*state, "eval float.safetensors -d mnist/small-test -j");
    int64_t same = correct(*state, "eval int8.safetensors -d mnist/small-test -m float -j");
    int64_t fake = correct(*state, "eval int8.safetensors -d mnist/small-test -j");
    int64_t program = correct(*state, "eval program.safetensors -d mnist/small-test -j");
    int64_t gemmlowp =
        correct(*state, "eval int8.safetensors -d mnist/small-test -m integer -r gemmlowp -j");

    assert_int_equal(same, f); /* an MLP has nothing to fold */
    assert_in_range(fake, f - 5, f + 5);
    assert_in_range(program, fake - 2, fake + 2);
    assert_in_range(gemmlowp, fake - 2, fake + 2);
}

static void eval_has_a_text_for_people(void **state)
{
    (void)state;
    assert_int_equal(run("eval int8.safetensors -d mnist/small-test -m integer"), 0);
    assert_contains(out.buf, "mnist/small-test  integer (float)\n");
    assert_contains(out.buf, " of 500 right, ");
    assert_contains(out.buf, "label  answer 0     1     2");
    assert_contains(out.buf, "\nfake_quantized: ");
}

static void layers_and_sensitivity_have_a_row_each(void **state)
{
    struct hs_value v;

    assert_int_equal(run("eval int8.safetensors -d mnist/small-test -n 100 -l -s -j"), 0);
    v = json(*state);
    assert_int_equal(hs_value_len(hs_value_get(&v, "layers")), 3);
    assert_int_equal(hs_value_len(hs_value_get(&v, "sensitivity")), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct hs_value *l = hs_value_at(hs_value_get(&v, "layers"), i);

        assert_true(hs_value_number(l, "sqnr_db", 0) > 20);
        assert_true(hs_value_number(l, "distance_lsb", 9) < 1.01);
        assert_true(hs_value_number(hs_value_at(hs_value_get(&v, "sensitivity"), i), "only", 0) >
                    0.75);
    }
    assert_int_equal(run("eval int8.safetensors -d mnist/small-test -n 100 --layers"), 0);
    assert_contains(out.buf, "layer          SQNR dB");
    assert_int_equal(run("eval float.safetensors -d mnist/small-test --layers"), 2);
    assert_contains(out.buf, "float.safetensors is float only");
}

static void calibration_says_where_quantizers_stand(void **state)
{
    struct hs_value v;

    assert_int_equal(run("calibrate float.safetensors -d mnist/small-train -n 100 --bits 4/8 "
                         "--observer mse/percentile --equalize --bias-correct -o q.safetensors"),
                     0);
    assert_contains(out.buf, "input.q       activations  0..255");
    assert_contains(out.buf, "fc1           weights      -8..7");
    assert_int_equal(
        run("calibrate float.safetensors -d mnist/small-train --json -o q.safetensors"), 0);
    v = json(*state);
    assert_string_equal(hs_value_text(&v, "schema", ""), "halfstep.calibrate/1");
    assert_int_equal(hs_value_len(hs_value_get(&v, "quantizers")), 7);
    assert_int_equal(run("qat q.safetensors -d mnist/small-train -n 200 -e 1 -o r.safetensors"), 0);
    assert_int_equal(run("eval r.safetensors -d mnist/small-test -m integer"), 0);
}

/* 128 x 10 with bias is the layer of lab document 001: 384.1 pJ folded. */
static void energy_counts_our_own_files(void **state)
{
    (void)state;
    assert_int_equal(run("train lab-cnn -d cifar10/small-train -n 100 -e 1 -o cnn.safetensors"), 0);
    assert_int_equal(run("energy cnn.safetensors float.safetensors program.safetensors"), 0);
    assert_contains(out.buf, "conv1  conv:3x12x5:s1:p0:g1@32x32  no bias");
    assert_contains(out.buf, "conv2  conv:12x32x3:s1:p0:g1@14x14  no bias");
    assert_contains(out.buf, "fc3  linear:128x10  with bias");
    assert_contains(out.buf, "384.1 ");
    assert_contains(out.buf, "all 11 layers");
}

static void mistakes_get_a_sentence_and_their_exit_code(void **state)
{
    static const struct {
        const char *arguments;
        int code;
        const char *part;
    } cases[] = {
        {"train mlp", 2, "Add -o"},
        {"train mpl -o x.safetensors", 3, "there is no network \"mpl\"; there are mlp"},
        {"train mlp -o x.bin", 2, "written as .safetensors"},
        {"train mlp -o no/x.safetensors", 2, "no folder"},
        {"train mlp -o x.safetensors --epochs 0", 2, "--epochs 0"},
        {"train mlp -o x.safetensors --lr -1", 2, "--lr -1"},
        {"train mlp -o x.safetensors --optimizer sdg", 2, "sgd or adam"},
        {"train mlp -o x.safetensors --schedule line", 2, "one_cycle"},
        {"train mlp -o x.safetensors --augment turn", 2, "crop"},
        {"train mlp -o x.safetensors --threads 1000", 2, "--threads 1000"},
        {"train mlp -o x.safetensors -d mnist/small-train --lr 1e6", 3,
         "mlp with mnist/small-train: the loss is "},
        {"train mlp -o x.safetensors -d cifar10/small-train", 3, "(500,3,32,32)"},
        {"train int8.safetensors -o x.safetensors", 2, "quantized already"},
        {"train program.safetensors -o x.safetensors", 2, "cannot learn"},
        {"qat int8.safetensors --bits 4 -o x.safetensors", 2, "quantized already"},
        {"qat float.safetensors -d mnist/small-train --method lqs -o x.safetensors", 2, "lsq"},
        {"calibrate int8.safetensors -o x.safetensors", 2, "quantized already"},
        {"calibrate float.safetensors -d mnist/small-train --bits 9 -o x.safetensors", 2, "9 bits"},
        {"calibrate float.safetensors -d mnist/small-train --qconfig int7 -o x.safetensors", 3,
         "there are int8"},
        {"convert float.safetensors -o x.safetensors", 2, "calibrate or qat"},
        {"convert int8.safetensors -r guess -o x.safetensors", 2, "gemmlowp"},
        {"convert int8.safetensors -r shift_floor -o x.safetensors", 3, "power of two"},
        {"eval nothing.safetensors", 3, "nothing.safetensors is no file"},
        {"eval float.safetensors -m integer", 2, "without quantizers"},
        {"eval program.safetensors -m float", 2, "integer program"},
        {"eval float.safetensors -d cifar10/small-test", 3, "float.safetensors with cifar10"},
        {"import float.safetensors", 2, "halfstep's own"},
        {"import missing.pt", 3, "missing.pt"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int code = run(cases[i].arguments);

        if (code != cases[i].code)
            fprintf(stderr, "%s: %s", cases[i].arguments, out.buf);
        assert_int_equal(code, cases[i].code);
        assert_contains(out.buf, cases[i].part);
    }
    assert_false(exists("x.safetensors"));
}

/* What students handed in, on a slice of the test set. (The full sets: issue 4, closing note.) */
static void files_of_the_labs_are_recognised(void **state)
{
    static const struct {
        const char *name, *import, *mode;
    } files[] = {{"ee219_2023_mlp.npy", "model mlp for mnist", "float"},
                 {"ee219_2024_cnn.pth", "integer program lab-cnn for cifar10", "integer"},
                 {"ncku_vgg8_pow2.pt", "model vgg8 for cifar10", "fake_quantized"}};
    char line[700];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[100];
        const char *path;
        struct hs_value v;

        snprintf(name, sizeof name, "real/%s", files[i].name);
        if ((path = hs_test_shared(name)) == NULL) {
            print_message("the folder with the labs' files is absent\n");
            return;
        }
        snprintf(line, sizeof line, "import %s -o own.safetensors", path);
        assert_int_equal(run(line), 0);
        assert_contains(out.buf, files[i].import);
        snprintf(line, sizeof line, "eval own.safetensors --json -n 50 -d %s/small-test",
                 i == 0 ? "mnist" : "cifar10");
        assert_int_equal(run(line), 0);
        v = json(*state);
        assert_string_equal(hs_value_text(&v, "mode", ""), files[i].mode);
        assert_true(hs_value_integer(&v, "correct", 0) >= 25);
    }
}

int main(void)
{
#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        IN_ARENA(training_prints_a_line_an_epoch_and_writes_a_curve),
        IN_ARENA(one_thread_and_two_write_the_same_file),
        IN_ARENA(a_stopped_training_goes_on_to_the_same_bits),
        IN_ARENA(a_checkpoint_is_for_the_training_that_wrote_it),
        IN_ARENA(eval_prints_what_the_contract_says),
        IN_ARENA(every_way_to_run_a_model_is_near_the_float_one),
        IN_ARENA(eval_has_a_text_for_people),
        IN_ARENA(layers_and_sensitivity_have_a_row_each),
        IN_ARENA(calibration_says_where_quantizers_stand),
        IN_ARENA(energy_counts_our_own_files),
        IN_ARENA(mistakes_get_a_sentence_and_their_exit_code),
        IN_ARENA(files_of_the_labs_are_recognised),
    };
    int failed = cmocka_run_group_tests(tests, make_models, NULL);

    hs_str_dispose(&out);
    return failed;
}

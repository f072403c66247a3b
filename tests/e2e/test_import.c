/* halfstep import and eval on small files in the structure of the labs'
 * (tests/fuzz/make_corpus.py), with pictures of their own size. */
#include "hs_test.h"

static char pictures[600]; /* "IMAGES.idx,LABELS.idx" of the last make_pictures() */

/* Two pictures (c, side, side) of bytes (37 i + 11) mod 256, labelled so. */
static void make_pictures(uint8_t c, uint8_t side, uint8_t label)
{
    size_t one = (size_t)c * side * side;
    uint8_t images[20 + 2 * 3 * 12 * 12] = {
        0, 0, 8, 4, [7] = 2, [11] = c, [15] = side, [19] = side};
    uint8_t labels[10] = {0, 0, 8, 1, 0, 0, 0, 2, label, label};
    char path[500];

    for (size_t i = 0; i < 2 * one; i++)
        images[20 + i] = (uint8_t)(i % one * 37 + 11);
    snprintf(path, sizeof path, "%s/images.idx", hs_test_tmp());
    hs_test_write(path, images, 20 + 2 * one);
    snprintf(pictures, sizeof pictures, "%s,", path);
    strcpy(strrchr(path, '/'), "/labels.idx");
    hs_test_write(path, labels, sizeof labels);
    strncat(pictures, path, sizeof pictures - strlen(pictures) - 1);
}

/* The output holds each of the texts (ended by NULL). */
static void run(int wanted, const char *arguments, const char *const *texts)
{
    struct hs_str out = HS_STR_INIT;
    int code = hs_test_run(&out, NULL, arguments);

    if (code != wanted)
        fail_msg("%s: exit %d, wanted %d: %s", arguments, code, wanted, out.buf);
    for (; *texts != NULL; texts++)
        assert_contains(out.buf, *texts);
    hs_str_dispose(&out);
}

static void eval(const char *file, const char *const *texts)
{
    char arguments[1400];

    snprintf(arguments, sizeof arguments, "eval %s --data %s", file, pictures);
    run(0, arguments, texts);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define TORCH "tests/fuzz/corpus/torch/"

static void what_was_seen_is_said(void **state)
{
    (void)state;
    run(0, "import " TORCH "chain.pth",
        TEXTS("scale chain", "the file does not say", "integer program lab-cnn",
              "divided by 915.25"));
    run(0, "import " TORCH "converted-not-pow2.pt",
        TEXTS("PyTorch converted", "no shift arithmetic", "module.conv1.0 (s_y 0.0279677)"));
}

static void a_chain_answers_as_pytorch_does(void **state)
{
    (void)state;
    make_pictures(3, 12, 3); /* logits -6, 12, -9, 14 steps */
    eval(TORCH "chain.pth", TEXTS("2 of 2 right"));
}

static void a_converted_net_is_evaluated_both_ways(void **state)
{
    (void)state;
    make_pictures(3, 8, 1);
    eval(TORCH "converted.pt", TEXTS("2 of 2 right", "integer (shift_floor): 2 of 2 right"));
}

static void an_mlp_dict_takes_raw_pixels(void **state)
{
    (void)state;
    make_pictures(1, 4, 1);
    eval("tests/fuzz/corpus/npy/mlp-dict.npy", TEXTS("2 of 2 right", "float"));
}

static void the_same_in_a_file_of_ours_gives_the_same(void **state)
{
    char arguments[800], file[600];

    (void)state;
    make_pictures(3, 12, 3);
    snprintf(file, sizeof file, "%.*s/net.safetensors",
             (int)(strchr(pictures, ',') - pictures - (long)strlen("/images.idx")), pictures);
    snprintf(arguments, sizeof arguments, "import " TORCH "chain.pth -o %s", file);
    run(0, arguments, TEXTS("integer program lab-cnn"));
    eval(file, TEXTS("2 of 2 right", "integer (divisor)"));
}

static void what_does_not_fit_is_a_sentence(void **state)
{
    (void)state;
    make_pictures(3, 8, 1);
    run(3, "import " TORCH "module.pt",
        TEXTS(TORCH "module.pt: 1 layers with weights from fc, no network that is known", "vgg8"));
    run(3, "eval " TORCH "chain.pth --data mnist/small-test", TEXTS("chain.pth", "3 x 12 x 12"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_seen_is_said),
        cmocka_unit_test(a_chain_answers_as_pytorch_does),
        cmocka_unit_test(a_converted_net_is_evaluated_both_ways),
        cmocka_unit_test(an_mlp_dict_takes_raw_pixels),
        cmocka_unit_test(the_same_in_a_file_of_ours_gives_the_same),
        cmocka_unit_test(what_does_not_fit_is_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

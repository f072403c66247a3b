/* Data sets: packages made here, with the sha256 of what they should become. */
#include "fixture.h"

#include "base/env.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "io/archive_write.h"
#include "io/dataset.h"

enum { ROWS = 2, COLUMNS = 3, PIXELS = ROWS * COLUMNS };

static char sums[HS_DATASET_FILES][HS_SHA256_HEX];

static const struct hs_dataset_member members[] = {{"train-images", HS_DATASET_COPY, 0, 0},
                                                   {"train-labels", HS_DATASET_COPY, 1, 0},
                                                   {"test-images", HS_DATASET_COPY, 2, 0},
                                                   {"/labels.json", HS_DATASET_JSON, 3, 0},
                                                   {"/first.bin", HS_DATASET_RECORDS, 0, 0},
                                                   {"/second.bin", HS_DATASET_RECORDS, 0, 1}};

static struct hs_dataset small = {.name = "small",
                                  .title = "two pictures and one",
                                  .rows = ROWS,
                                  .columns = COLUMNS,
                                  .channels = 1,
                                  .classes = 10,
                                  .train = 2,
                                  .test = 1,
                                  .sha256 = {sums[0], sums[1], sums[2], sums[3]},
                                  .members = members,
                                  .n_members = HS_COUNTOF(members)};

static const unsigned char train_images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                                             0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const unsigned char train_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};
static const unsigned char test_images[] = {0, 0, 8, 3, 0, 0,  0,  1,  0,  0,  0,
                                            2, 0, 0, 0, 3, 21, 22, 23, 24, 25, 26};
static const unsigned char test_labels[] = {0, 0, 8, 1, 0, 0, 0, 1, 4};

static void know(size_t i, const void *bytes, size_t n)
{
    hs_sha256_of(bytes, n, sums[i]);
}

static int begin_here(void **state)
{
    assert_int_equal(setenv("HALFSTEP_HOME", hs_test_tmp(), 1), 0);
    know(0, train_images, sizeof train_images);
    know(1, train_labels, sizeof train_labels);
    know(2, test_images, sizeof test_images);
    know(3, test_labels, sizeof test_labels);
    return hs_arena_setup(state);
}

struct member_bytes {
    const char *name;
    const void *data;
    size_t size;
};

/* A zip in the test's folder. */
static const char *package(const struct member_bytes *list, size_t n)
{
    static char path[600];
    struct hs_archive_writer w = HS_ARCHIVE_WRITER_INIT;
    struct hs_str out = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;

    assert_ok(hs_archive_writer_begin(&w, &out, &why), &why);
    for (size_t i = 0; i < n; i++)
        assert_ok(hs_archive_writer_add(&w, list[i].name, list[i].data, list[i].size, &why), &why);
    assert_ok(hs_archive_writer_end(&w, &why), &why);
    hs_archive_writer_dispose(&w);
    snprintf(path, sizeof path, "%s/small.zip", getenv("HALFSTEP_HOME"));
    hs_test_write(path, out.buf, out.len);
    hs_str_dispose(&out);
    return path;
}

static void a_package_of_idx_files_and_json_labels_is_unpacked(void **state)
{
    const struct member_bytes list[] = {{"p/train-images", train_images, sizeof train_images},
                                        {"p/train-labels", train_labels, sizeof train_labels},
                                        {"p/readme", "hello", 5},
                                        {"p/test-images", test_images, sizeof test_images},
                                        {"p/labels.json", "[4]", 3}};
    struct hs_dataset_split split;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_str dir = HS_STR_INIT;
    char images[700], labels[700];

    assert_false(hs_dataset_present(&small));
    assert_ok(hs_dataset_unpack(&small, package(list, HS_COUNTOF(list)), NULL, NULL, &why), &why);
    assert_true(hs_dataset_present(&small));
    assert_ok(hs_dataset_dir(&dir, &small, false, &why), &why);
    snprintf(images, sizeof images, "%s/train-images.idx", dir.buf);
    snprintf(labels, sizeof labels, "%s/train-labels.idx", dir.buf);
    hs_str_dispose(&dir);
    assert_ok(hs_dataset_load_files(&split, *state, images, labels, 10, &why), &why);
    assert_int_equal(split.images.ndim, 4);
    assert_int_equal(split.images.shape[1], 1);
    assert_memory_equal(split.images.data, train_images + 16, (size_t)2 * PIXELS);
    assert_memory_equal(split.labels.data, train_labels + 8, 2);
    assert_fails(hs_dataset_load_files(&split, *state, images, labels, 9, &why), HS_ERANGE, &why,
                 "label [1] is 9");
}

static void records_of_label_and_pixels_give_the_same_files(void **state)
{
    static const unsigned char first[] = {7, 1, 2, 3, 4, 5, 6}, second[] = {9, 7, 8, 9, 10, 11, 12};
    const struct member_bytes list[] = {{"b/second.bin", second, sizeof second},
                                        {"b/first.bin", first, sizeof first},
                                        {"b/test-images", test_images, sizeof test_images},
                                        {"b/labels.json", "[4]", 3}};
    struct hs_error why = HS_ERROR_INIT;

    (void)state;
    assert_ok(hs_dataset_unpack(&small, package(list, HS_COUNTOF(list)), NULL, NULL, &why), &why);
    assert_true(hs_dataset_present(&small)); /* so the sha256 were right */
}

/* Each leaves nothing behind. */
static void wrong_packages_are_refused(void **state)
{
    static const unsigned char three[] = {7, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3,
                                          4, 5, 6, 7, 1, 2, 3, 4, 5, 6};
    const struct {
        struct member_bytes member;
        const char *part;
    } wrong[] = {
        {{"p/labels.json", "[5]", 3}, "sha256 of test-labels.idx is"},
        {{"p/labels.json", "[10]", 4}, "label [0] is none of 0 to 9"},
        {{"p/labels.json", "[4, 4]", 6}, "more images than small has"},
        {{"p/labels.json", "[]", 2}, "test-labels.idx of small is not whole"},
        {{"p/labels.json", "{", 1}, "json"},
        {{"p/first.bin", three, sizeof three}, "more images than small has"},
        {{"p/first.bin", three, 8}, "ends inside an image"},
        {{"p/train-images", train_images, 20}, "has 20 bytes, it should have 28"},
        {{"p/nothing", "", 0}, "test-labels.idx of small is not whole"},
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(wrong); i++) {
        const struct member_bytes list[] = {{"p/train-images", train_images, sizeof train_images},
                                            {"p/train-labels", train_labels, sizeof train_labels},
                                            {"p/test-images", test_images, sizeof test_images},
                                            wrong[i].member};
        struct hs_error why = HS_ERROR_INIT;
        enum hs_status st =
            hs_dataset_unpack(&small, package(list, HS_COUNTOF(list)), NULL, NULL, &why);

        assert_int_not_equal(st, HS_OK);
        if (strstr(why.text, wrong[i].part) == NULL)
            fail_msg("no \"%s\" in: %s", wrong[i].part, why.text);
        assert_false(hs_dataset_present(&small));
    }
}

static void files_that_are_no_archives_and_splits_that_are_not_there_say_so(void **state)
{
    struct hs_dataset_split split;
    struct hs_error why = HS_ERROR_INIT;
    char path[600];

    snprintf(path, sizeof path, "%s/text.zip", getenv("HALFSTEP_HOME"));
    hs_test_write(path, "no archive at all", 17);
    assert_fails(hs_dataset_unpack(&small, path, NULL, NULL, &why), HS_EFORMAT, &why,
                 "no readable archive");
    why = HS_ERROR_INIT;
    assert_fails(hs_dataset_load(&split, *state, "mnist/test", &why), HS_ENOTFOUND, &why,
                 "halfstep data get mnist fetches it; mnist/small-test (500 pictures) needs no");
    why = HS_ERROR_INIT;
    assert_fails(hs_dataset_load(&split, *state, "mnist", &why), HS_EINVAL, &why,
                 "say mnist/train, mnist/test, mnist/small-train or mnist/small-test");
    why = HS_ERROR_INIT;
    assert_fails(hs_dataset_load(&split, *state, "imagenet/test", &why), HS_ENOTFOUND, &why,
                 "choose one of mnist, fashion-mnist, cifar10");
    why = HS_ERROR_INIT;
    assert_fails(hs_dataset_load_files(&split, *state, path, path, 10, &why), HS_EFORMAT, &why,
                 "text.zip");
}

struct wrong_file {
    const char *bytes;
    size_t size;
    enum hs_status status;
    const char *sentence; /* %s is the file */
};

#define BYTES(text) text, sizeof(text) - 1

static void with_file(char *out, size_t size, const char *sentence, const char *name)
{
    const char *at = strstr(sentence, "%s");

    if (at == NULL)
        snprintf(out, size, "%s", sentence);
    else
        snprintf(out, size, "%.*s%s%s", (int)(at - sentence), sentence, name, at + 2);
}

static void each_wrong_picture_file_has_its_own_sentence(void **state)
{
    static const struct wrong_file wrong[] = {
        {BYTES(""), HS_EFORMAT,
         "%s has 0 bytes; an idx file of pictures begins with 00 00 08 03 or 04"},
        {BYTES("\x89PNG\r\n"), HS_EFORMAT,
         "%s begins with 89 50 4e 47; an idx file of pictures begins with 00 00 08 03 or 04"},
        {BYTES("\x1f\x8b\x08\0\0"), HS_EFORMAT,
         "%s begins with 1f 8b 08 00 (it is compressed: gunzip it); an idx file of pictures"},
        {BYTES("\0\0\x08\x01\0\0\0\x01\x07"), HS_EFORMAT,
         "%s begins with 00 00 08 01; an idx file of pictures begins with 00 00 08 03 or 04"},
        {BYTES("\0\0\x0d\x03"), HS_EFORMAT, "%s begins with 00 00 0d 03; an idx file"},
        {BYTES("\0\0\x08\x03\0\0\0\x01"), HS_EFORMAT,
         "%s ends inside its header: it has 8 bytes of 16"},
        {BYTES("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x01\x02\x03"), HS_EFORMAT,
         "%s has 3 bytes behind its header, which tells of 2 pictures and wants 4 bytes: the file "
         "is cut short"},
        {BYTES("\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x02\x01\x02\x03"), HS_EFORMAT,
         "wants 2 bytes: the file is too long"},
        {BYTES("\0\0\x08\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
         HS_EFORMAT, "the file is cut short"},
        {BYTES("\0\0\x08\x03\0\0\0\0\0\0\0\x01\0\0\0\x02"), HS_ESHAPE, "%s holds no picture"},
        {BYTES("\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x02\x01\x02"), HS_ESHAPE,
         "has 2 labels for the 1 pictures of %s; the files of one split have as many"},
    };
    char images[600], labels[600], sentence[900];

    snprintf(images, sizeof images, "%s/images.idx", getenv("HALFSTEP_HOME"));
    snprintf(labels, sizeof labels, "%s/labels.idx", getenv("HALFSTEP_HOME"));
    hs_test_write(labels, train_labels, sizeof train_labels);
    for (size_t i = 0; i < HS_COUNTOF(wrong); i++) {
        struct hs_dataset_split split = {.labels.ndim = -1};
        struct hs_error why = HS_ERROR_INIT;

        hs_test_write(images, wrong[i].bytes, wrong[i].size);
        with_file(sentence, sizeof sentence, wrong[i].sentence, images);
        assert_fails(hs_dataset_load_files(&split, *state, images, labels, 10, &why),
                     wrong[i].status, &why, sentence);
        assert_int_equal(split.labels.ndim, -1); /* untouched */
    }
}

/* Files under the names of mnist's that are not mnist's. */
static void a_set_whose_files_were_replaced_says_how_to_get_it_again(void **state)
{
    static const unsigned char bad_label[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 10};
    struct hs_dataset_split split;
    struct hs_error why = HS_ERROR_INIT;
    const struct hs_dataset *mnist;
    struct hs_str dir = HS_STR_INIT;
    const void *const bytes[] = {train_images, bad_label, train_images, train_labels};
    const size_t sizes[] = {sizeof train_images, sizeof bad_label, sizeof train_images,
                            sizeof train_labels};
    char path[700];

    assert_ok(hs_dataset_find(&mnist, "mnist", &why), &why);
    assert_ok(hs_dataset_dir(&dir, mnist, true, &why), &why);
    for (size_t i = 0; i < HS_DATASET_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", dir.buf, hs_dataset_file(i));
        hs_test_write(path, bytes[i], sizes[i]);
    }
    hs_str_dispose(&dir);
    assert_fails(hs_dataset_load(&split, *state, "mnist/train", &why), HS_ERANGE, &why,
                 "train-labels.idx: label [1] is 10, there are classes 0 to 9; fetch it again: "
                 "halfstep data get mnist --again");
    why = HS_ERROR_INIT;
    assert_fails(hs_dataset_load(&split, *state, "mnist/test", &why), HS_ESHAPE, &why,
                 "test-images.idx has 2 pictures of 1 x 2 x 3, mnist has 10000 of 1 x 28 x 28; "
                 "fetch it again: halfstep data get mnist --again");
}

/* 2 x 1 pixels: red and grey. */
static void a_png_becomes_pixels(void **state)
{
    size_t n;
    const void *png =
        hs_test_read(*state, hs_test_source("tests/fuzz/corpus/png/red-grey.png"), &n);
    static const unsigned char wanted[] = {255, 0, 0, 128, 128, 128};

    assert_ok(read_as("x.png", png, n), &err);
    assert_string_equal(file.format, "png");
    assert_int_equal(entry("")->tensor.ndim, 3);
    assert_int_equal(entry("")->tensor.shape[1], 2);
    assert_memory_equal(entry("")->tensor.data, wanted, sizeof wanted);
    assert_fails(read_as("x.png", png, n - 20), HS_EFORMAT, &err, "broken PNG");
    assert_fails(read_as("x.png", png, 16), HS_EFORMAT, &err, "broken PNG");
    assert_fails(read_corpus("png/huge.png"), HS_ELIMIT, &err, "100000 x 100000 pixels");
    assert_fails(read_corpus("png/short.png"), HS_EFORMAT, &err, "broken PNG");
}

static int end_here(void **state)
{
    end(state);
    return hs_arena_teardown(state);
}

int main(void)
{
#define WITH_HOME(test) cmocka_unit_test_setup_teardown(test, begin_here, end_here)
    const struct CMUnitTest tests[] = {
        WITH_HOME(a_package_of_idx_files_and_json_labels_is_unpacked),
        WITH_HOME(records_of_label_and_pixels_give_the_same_files),
        WITH_HOME(wrong_packages_are_refused),
        WITH_HOME(files_that_are_no_archives_and_splits_that_are_not_there_say_so),
        WITH_HOME(each_wrong_picture_file_has_its_own_sentence),
        WITH_HOME(a_set_whose_files_were_replaced_says_how_to_get_it_again),
        WITH_HOME(a_png_becomes_pixels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

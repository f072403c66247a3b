/* The slices in assets/datasets: what ships is whole, balanced, and what the rule below takes from
 * the full sets. With HALFSTEP_UPDATE=1 the rule writes them (assets/datasets/README.md).
 *
 * The rule: the pictures of a split are drawn in the order of a Fisher-Yates shuffle (PCG32, seed
 * 2026, one stream a split); each is taken until its class is full. What was taken stands in the
 * slice in its old order. */
#include "hs_test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "io/dataset.h"

enum { SEED = 2026, CLASSES = 10, MOST = 1000 };

static const char *name_of(char out[64], const struct hs_dataset *d, bool small, bool test)
{
    snprintf(out, 64, "%s/%s%s", d->name, small ? "small-" : "", test ? "test" : "train");
    return out;
}

static size_t image_bytes(const struct hs_dataset *d)
{
    return d->channels * d->rows * d->columns;
}

/* taken[i]: is picture i of the split in the slice of n? */
static void choose(bool *taken, const struct hs_dataset_split *full, size_t n, bool test,
                   struct hs_arena *arena)
{
    size_t count = full->labels.shape[0], left[CLASSES];
    uint32_t *order = hs_arena_alloc(arena, count, sizeof *order);
    struct hs_rng rng = hs_rng_seed(SEED, test ? 1 : 0);
    const uint8_t *labels = full->labels.data;

    assert_non_null(order);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t c = 0; c < CLASSES; c++)
        left[c] = n / CLASSES;
    for (size_t i = count; i > 1; i--) {
        uint32_t j = hs_rng_below(&rng, (uint32_t)i), at = order[i - 1];

        order[i - 1] = order[j];
        order[j] = at;
    }
    for (size_t i = 0; i < count; i++)
        if (left[labels[order[i]]] > 0) {
            left[labels[order[i]]]--;
            taken[order[i]] = true;
        }
}

/* The two idx files of a slice, from the full split. */
static void make(struct hs_str *images, struct hs_str *labels, const struct hs_dataset *d,
                 const struct hs_dataset_split *full, bool test, struct hs_arena *arena)
{
    size_t n = test ? d->small_test : d->small_train, count = full->labels.shape[0];
    size_t bytes = image_bytes(d);
    bool *taken = hs_arena_alloc_zero(arena, count, sizeof *taken);
    const unsigned char sizes[4][4] = {{0, 0, (unsigned char)(n >> 8), (unsigned char)n},
                                       {0, 0, 0, (unsigned char)d->channels},
                                       {0, 0, 0, (unsigned char)d->rows},
                                       {0, 0, 0, (unsigned char)d->columns}};
    bool colour = d->channels > 1;

    assert_non_null(taken);
    choose(taken, full, n, test, arena);
    hs_str_add_bytes(images, (const char[]){0, 0, 8, colour ? 4 : 3}, 4);
    for (size_t i = 0; i < 4; i++)
        if (i != 1 || colour)
            hs_str_add_bytes(images, (const char *)sizes[i], 4);
    hs_str_add_bytes(labels, (const char[]){0, 0, 8, 1}, 4);
    hs_str_add_bytes(labels, (const char *)sizes[0], 4);
    for (size_t i = 0; i < count; i++)
        if (taken[i]) {
            hs_str_add_bytes(images, (const char *)full->images.data + i * bytes, bytes);
            hs_str_add_bytes(labels, (const char *)full->labels.data + i, 1);
        }
}

static void check_or_write(const struct hs_str *wanted, const char *d, const char *file,
                           struct hs_arena *arena)
{
    char path[200];
    size_t size;
    const void *got;

    snprintf(path, sizeof path, "assets/datasets/%s-small-%s", d, file);
    if (getenv("HALFSTEP_UPDATE") != NULL)
        hs_test_write(hs_test_source(path), wanted->buf, wanted->len);
    got = hs_test_read(arena, hs_test_source(path), &size);
    assert_int_equal(size, wanted->len);
    assert_memory_equal(got, wanted->buf, size);
}

static void the_rule_takes_them_from_the_full_sets(void **state)
{
    struct hs_arena *arena = *state;
    size_t sets, seen = 0;
    const struct hs_dataset *all = hs_datasets(&sets);

    for (size_t i = 0; i < sets; i++) {
        const struct hs_dataset *d = &all[i];

        if (!hs_dataset_present(d)) {
            print_message("%s is not on this machine: its slices were not made again\n", d->name);
            continue;
        }
        for (int test = 0; test < 2; test++) {
            struct hs_str images = HS_STR_INIT, labels = HS_STR_INIT;
            struct hs_dataset_split full;
            struct hs_error why = HS_ERROR_INIT;
            char name[64];

            assert_ok(hs_dataset_load(&full, arena, name_of(name, d, false, test == 1), &why),
                      &why);
            make(&images, &labels, d, &full, test == 1, arena);
            check_or_write(&images, d->name, hs_dataset_file(2 * (size_t)test), arena);
            check_or_write(&labels, d->name, hs_dataset_file(2 * (size_t)test + 1), arena);
            hs_str_dispose(&images);
            hs_str_dispose(&labels);
            seen++;
        }
    }
    if (seen == 0)
        skip();
}

static void every_slice_loads_and_has_its_classes_in_equal_parts(void **state)
{
    size_t sets;
    const struct hs_dataset *all = hs_datasets(&sets);

    for (size_t i = 0; i < sets; i++)
        for (int test = 0; test < 2; test++) {
            const struct hs_dataset *d = &all[i];
            size_t n = test == 1 ? d->small_test : d->small_train, of_class[CLASSES] = {0};
            struct hs_error why = HS_ERROR_INIT;
            struct hs_dataset_split s;
            char name[64];

            assert_ok(hs_dataset_load(&s, *state, name_of(name, d, true, test == 1), &why), &why);
            assert_true(n > 0 && n <= MOST && n % d->classes == 0);
            assert_int_equal(s.images.shape[0], n);
            assert_int_equal(s.images.shape[1] * s.images.shape[2] * s.images.shape[3],
                             image_bytes(d));
            for (size_t k = 0; k < n; k++)
                of_class[((const uint8_t *)s.labels.data)[k]]++;
            for (size_t c = 0; c < CLASSES; c++)
                assert_int_equal(of_class[c], n / CLASSES);
        }
}

/* A slice that is all one picture, or noise, would not have the brightness of its set. Means over
 * all pixels of the full training splits, in units of 1/255. */
static void the_slices_are_as_bright_as_their_sets(void **state)
{
    static const double mean[] = {33.32, 72.94, 120.71};
    size_t sets;
    const struct hs_dataset *all = hs_datasets(&sets);

    for (size_t i = 0; i < sets; i++) {
        struct hs_error why = HS_ERROR_INIT;
        struct hs_dataset_split s;
        double sum = 0;
        char name[64];
        size_t n;

        assert_true(i < HS_COUNTOF(mean));
        assert_ok(hs_dataset_load(&s, *state, name_of(name, &all[i], true, false), &why), &why);
        n = hs_tensor_count(&s.images);
        for (size_t k = 0; k < n; k++)
            sum += ((const uint8_t *)s.images.data)[k];
        assert_close(sum / (double)n, mean[i], 4);
    }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(the_rule_takes_them_from_the_full_sets),
        WITH_ARENA(every_slice_loads_and_has_its_classes_in_equal_parts),
        WITH_ARENA(the_slices_are_as_bright_as_their_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

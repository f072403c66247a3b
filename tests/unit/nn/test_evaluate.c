/* Counting right answers, on a network whose answers are known. */
#include "hs_test.h"

#include <math.h>

#include "nn/evaluate.h"

enum { PICTURES = 600, CLASSES = 3 };

static struct hs_error err;
static struct hs_model model;
static struct hs_dataset_split split;

/* Pictures of three points, of which one is bright; fc is the identity, so that the answer is the
 * bright point. Every fifth label is another one. */
static int begin(void **state)
{
    struct hs_layer fc = {.class = &hs_layer_linear, .name = "fc", .out = {.c = CLASSES}};
    float *w;

    if (hs_arena_setup(state) != 0)
        return -1;
    err = HS_ERROR_INIT;
    model = HS_MODEL_INIT;
    model.input = (struct hs_input){.extent = {1, 1, CLASSES}, .divisor = 255, .std = {1}};
    model.classes = CLASSES;
    assert_ok(hs_model_add(&model, &fc, &err), &err);
    w = model.layer[0].param[0].value.data;
    for (size_t i = 0; i < CLASSES; i++)
        w[i * CLASSES + i] = 1;
    assert_ok(hs_tensor_new(&split.images, *state, HS_UINT8, 4, (size_t[]){PICTURES, 1, 1, CLASSES},
                            &err),
              &err);
    assert_ok(hs_tensor_new(&split.labels, *state, HS_UINT8, 1, (size_t[]){PICTURES}, &err), &err);
    for (size_t i = 0; i < PICTURES; i++) {
        ((uint8_t *)split.images.data)[i * CLASSES + i % CLASSES] = 255;
        ((uint8_t *)split.labels.data)[i] = (uint8_t)((i + (i % 5 == 0)) % CLASSES);
    }
    return 0;
}

static int end(void **state)
{
    hs_model_dispose(&model);
    return hs_arena_teardown(state);
}

static void counts_what_is_right_and_where_the_rest_goes(void **state)
{
    struct hs_evaluation e;
    double right = log(2 + exp(1)) - 1, wrong = log(2 + exp(1));

    assert_ok(hs_evaluate_model(&e, *state, &model, &split, NULL, NULL, NULL, &err), &err);
    assert_int_equal(e.images, PICTURES);
    assert_int_equal(e.correct, PICTURES * 4 / 5);
    for (size_t i = 0; i < CLASSES; i++)
        for (size_t j = 0; j < CLASSES; j++) /* label i, answer j */
            assert_int_equal(e.confusion[i * CLASSES + j], i == j                   ? 160
                                                           : (j + 1) % CLASSES == i ? 40
                                                                                    : 0);
    for (size_t i = 0; i < PICTURES; i++)
        assert_int_equal(e.answer[i], i % CLASSES);
    assert_close(e.loss, 0.8 * right + 0.2 * wrong, 1e-6);
}

static void of_equal_answers_the_first_counts(void **state)
{
    struct hs_evaluation e;

    memset(split.images.data, 9, PICTURES * CLASSES);
    assert_ok(hs_evaluate_model(&e, *state, &model, &split, NULL, NULL, NULL, &err), &err);
    for (size_t i = 0; i < PICTURES; i++)
        assert_int_equal(e.answer[i], 0);
}

static void pictures_with_another_answer_are_listed_in_order(void **state)
{
    struct hs_evaluation a, b;
    size_t which[2] = {0, 0};

    assert_ok(hs_evaluate_model(&a, *state, &model, &split, NULL, NULL, NULL, &err), &err);
    ((uint8_t *)split.images.data)[7 * CLASSES + 7 % CLASSES] = 0;
    ((uint8_t *)split.images.data)[311 * CLASSES + 311 % CLASSES] = 0;
    ((uint8_t *)split.images.data)[599 * CLASSES + 599 % CLASSES] = 0;
    assert_ok(hs_evaluate_model(&b, *state, &model, &split, NULL, NULL, NULL, &err), &err);
    assert_int_equal(hs_evaluation_differs(&a, &b, which, 2), 3);
    assert_int_equal(which[0], 7);
    assert_int_equal(which[1], 311);
    assert_int_equal(hs_evaluation_differs(&a, &a, which, 2), 0);
}

static bool stop_at_500(void *payload, size_t done, size_t total)
{
    assert_int_equal(total, PICTURES);
    *(size_t *)payload = done;
    return done < 500;
}

static void ends_when_asked_to(void **state)
{
    struct hs_evaluation e;
    size_t done = 0;

    assert_fails(hs_evaluate_model(&e, *state, &model, &split, NULL, stop_at_500, &done, &err),
                 HS_EINTERRUPTED, &err, "of 600 images");
    assert_in_range(done, 500, PICTURES - 1);
}

static void data_of_another_kind_get_a_sentence(void **state)
{
    struct hs_evaluation e;
    struct hs_dataset_split other = split;

    ((uint8_t *)split.labels.data)[17] = 3;
    assert_fails(hs_evaluate_model(&e, *state, &model, &split, NULL, NULL, NULL, &err), HS_ESHAPE,
                 &err, "image 17 has the label 3, but the model knows classes 0 to 2");
    hs_error_clear(&err);
    other.labels.shape[0] = 20;
    assert_fails(hs_evaluate_model(&e, *state, &model, &other, NULL, NULL, NULL, &err), HS_ESHAPE,
                 &err, "600 images but 20 labels");
    hs_error_clear(&err);
    other.images =
        hs_tensor_view(split.images.data, HS_UINT8, 4, (size_t[]){PICTURES, 1, CLASSES, 1});
    assert_fails(hs_evaluate_model(&e, *state, &model, &other, NULL, NULL, NULL, &err), HS_ESHAPE,
                 &err, "1 x 1 x 3");
}

static void a_network_that_answers_nan_is_no_network(void **state)
{
    struct hs_evaluation e;

    ((float *)model.layer[0].param[0].value.data)[0] = NAN;
    assert_fails(hs_evaluate_model(&e, *state, &model, &split, NULL, NULL, NULL, &err), HS_ERANGE,
                 &err, "answers NaN for image 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_what_is_right_and_where_the_rest_goes, begin, end),
        cmocka_unit_test_setup_teardown(of_equal_answers_the_first_counts, begin, end),
        cmocka_unit_test_setup_teardown(pictures_with_another_answer_are_listed_in_order, begin,
                                        end),
        cmocka_unit_test_setup_teardown(ends_when_asked_to, begin, end),
        cmocka_unit_test_setup_teardown(data_of_another_kind_get_a_sentence, begin, end),
        cmocka_unit_test_setup_teardown(a_network_that_answers_nan_is_no_network, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

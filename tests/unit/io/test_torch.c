#include "fixture.h"

static void a_state_dict_has_quantized_tensors_with_their_qparams(void **state)
{
    const struct hs_entry *w;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_ok(read_corpus(i == 0 ? "torch/state.pt" : "torch/deflated.pt"), &err);
        assert_string_equal(file.format, "torch");
        w = entry("conv.weight");
        assert_true(w->quantized);
        assert_int_equal(w->tensor.dtype, HS_INT8);
        assert_int_equal(w->axis, -1);
        assert_close(w->scales[0], 0.5, 0);
        assert_int_equal(w->zero_points[0], 3);
        assert_close(element("conv.weight", 3), -128, 0);
        assert_close(entry("conv.scale")->number, 0.5, 0);
        assert_true(entry("fc._packed_params.dtype")->bookkeeping);
    }
}

static void packed_parameters_are_numbered_and_strides_followed(void **state)
{
    const struct hs_entry *w;

    (void)state;
    assert_ok(read_corpus("torch/state.pt"), &err);
    w = entry(
        "fc._packed_params._packed_params.0"); /* (2,3) with strides (1,2): 0 127 -1 / 1 -128 -56 */
    assert_int_equal(w->axis, 0);
    assert_int_equal(w->n, 2);
    assert_close(w->scales[1], 0.25, 0);
    assert_int_equal(w->zero_points[1], 1);
    assert_close(element(w->name, 1), 127, 0);
    assert_close(element(w->name, 3), 1, 0);
    assert_close(element(w->name, 5), -56, 0);
    assert_true(hs_tensor_is_contiguous(&w->tensor));
}

static void a_whole_module_is_walked_like_a_state_dict(void **state)
{
    (void)state;
    assert_ok(read_corpus("torch/module.pt"), &err);
    assert_close(element("fc.weight", 0), 0.5, 0);
    assert_close(entry("fc.weight.scale")->number, 2.5, 0); /* an attribute of the parameter */
    assert_close(entry("fc.output_scale")->number, 0.125, 0);
    assert_close(entry("input_scale")->number, 0.5, 0);
    assert_true(entry("fc.in_features")->bookkeeping);
    assert_true(entry("training")->bookkeeping);
    assert_false(entry("input_scale")->bookkeeping);
    assert_true(remarked("contains __main__.Network: read as data, not executed"));
}

static void byte_order_types_and_the_older_form_are_read(void **state)
{
    (void)state;
    assert_ok(read_corpus("torch/big-endian.pt"), &err);
    assert_close(element("w", 5), 6, 0);
    assert_ok(read_corpus("torch/typed.pt"), &err);
    assert_int_equal(entry("w")->tensor.shape[0], 3);
    assert_close(element("w", 1), -1, 0);
    assert_ok(read_corpus("torch_legacy/state.pt"), &err);
    assert_string_equal(file.format, "torch");
    assert_close(element("w", 2), 2, 0);
}

static void a_class_saved_with_its_source_is_a_name(void **state)
{
    (void)state;
    assert_ok(read_corpus("torch_legacy/module.pt"), &err);
    assert_string_equal(file.opaque.items[0], "__main__.Network");
    assert_close(element("w", 1), -1, 0);
    assert_close(entry("output_scale")->number, 0.25, 0);
    assert_ok(read_corpus("pickle/tensor.pkl"), &err);
    assert_close(entry("s")->number, 0.5, 0);
    assert_true(remarked("without torch.save"));
}

static void storages_are_not_read_past_their_end(void **state)
{
    (void)state;
    assert_fails(read_corpus("torch/strides-outside.pt"), HS_EFORMAT, &err,
                 "reaches to element 6 of a storage of 6");
    assert_fails(read_corpus("torch/expanded.pt"), HS_ELIMIT, &err, "over a storage of 6");
    assert_fails(read_corpus("torch/no-storage.pt"), HS_EFORMAT, &err,
                 "storage \"9\" is not in the file");
    assert_fails(read_corpus("torch_legacy/cut.pt"), HS_EFORMAT, &err, "truncated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_state_dict_has_quantized_tensors_with_their_qparams,
                                        begin, end),
        cmocka_unit_test_setup_teardown(packed_parameters_are_numbered_and_strides_followed, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_whole_module_is_walked_like_a_state_dict, begin, end),
        cmocka_unit_test_setup_teardown(byte_order_types_and_the_older_form_are_read, begin, end),
        cmocka_unit_test_setup_teardown(a_class_saved_with_its_source_is_a_name, begin, end),
        cmocka_unit_test_setup_teardown(storages_are_not_read_past_their_end, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

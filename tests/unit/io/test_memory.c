#include "fixture.h"

static void every_reader_survives_every_failing_allocation(void **state)
{
    static const char *const files[] = {"npy/f4-fortran.npy",
                                        "npy/object-protocol0.npy",
                                        "npy/object-protocol4.npy",
                                        "pickle/sample-protocol2.pkl",
                                        "pickle/frombuffer.pkl",
                                        "torch/state.pt",
                                        "torch/module.pt",
                                        "torch_legacy/state.pt",
                                        "npz/stored.npz",
                                        "npz/object.npz",
                                        "archive/mixed.zip",
                                        "archive/mixed.tar.gz",
                                        "archive/gb18030.zip",
                                        "safetensors/two.safetensors",
                                        "json/mixed.json",
                                        "csv/names.csv",
                                        "idx/images.idx"};

    (void)state;
    for (size_t i = 0; i < HS_COUNTOF(files); i++)
        survives_every_failing_allocation(files[i]);
    assert_int_equal(err.code, HS_OK); /* the last read of the last file went well */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_reader_survives_every_failing_allocation, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "nn/zoo/build.h"

static enum hs_status make(struct hs_model *m, struct hs_error *err)
{
    struct hs_zoo_build b = hs_zoo_begin(m, (struct hs_extent){1, 28, 28}, 255, NULL, NULL, err);

    hs_zoo_plain(&b, "flatten", &hs_layer_flatten);
    hs_zoo_linear(&b, "fc1", 128, true);
    hs_zoo_plain(&b, "relu1", &hs_layer_relu);
    hs_zoo_linear(&b, "fc2", 128, true);
    hs_zoo_plain(&b, "relu2", &hs_layer_relu);
    hs_zoo_linear(&b, "fc3", 10, true);
    return b.st;
}

const struct hs_zoo_entry hs_zoo_mlp = {
    .id = "mlp",
    .help = "784-128-128-10 with ReLU (lab document 002)",
    .data = "mnist",
    .make = make,
};

/* The conv net of lab document 000 (EE219 2024) and, smaller, of its Berkeley ancestor: no biases
 * but, where the lab asks for it, that of fc3; pictures as (x/255 - 0.5)/0.5. */
#include "nn/zoo/build.h"

struct widths {
    size_t conv1, kernel1, conv2, kernel2, fc1, fc2;
    bool fc3_bias;
};

static enum hs_status make_net(struct hs_model *m, const struct widths *w, struct hs_error *err)
{
    static const float half[3] = {0.5f, 0.5f, 0.5f};
    struct hs_zoo_build b = hs_zoo_begin(m, (struct hs_extent){3, 32, 32}, 255, half, half, err);

    hs_zoo_conv(&b, "conv1", w->conv1, w->kernel1, 0, false);
    hs_zoo_plain(&b, "relu1", &hs_layer_relu);
    hs_zoo_pool(&b, "pool1");
    hs_zoo_conv(&b, "conv2", w->conv2, w->kernel2, 0, false);
    hs_zoo_plain(&b, "relu2", &hs_layer_relu);
    hs_zoo_pool(&b, "pool2");
    hs_zoo_plain(&b, "flatten", &hs_layer_flatten);
    hs_zoo_linear(&b, "fc1", w->fc1, false);
    hs_zoo_plain(&b, "relu3", &hs_layer_relu);
    hs_zoo_linear(&b, "fc2", w->fc2, false);
    hs_zoo_plain(&b, "relu4", &hs_layer_relu);
    hs_zoo_linear(&b, "fc3", 10, w->fc3_bias);
    return b.st;
}

static enum hs_status make_lab(struct hs_model *m, struct hs_error *err)
{
    return make_net(m, &(struct widths){12, 5, 32, 3, 256, 64, true}, err);
}

static enum hs_status make_lab_no_bias(struct hs_model *m, struct hs_error *err)
{
    return make_net(m, &(struct widths){12, 5, 32, 3, 256, 64, false}, err);
}

static enum hs_status make_berkeley(struct hs_model *m, struct hs_error *err)
{
    return make_net(m, &(struct widths){6, 5, 16, 5, 120, 84, false}, err);
}

const struct hs_zoo_entry hs_zoo_lab_cnn = {
    .id = "lab-cnn",
    .help = "conv 3>12 5x5, 12>32 3x3, fc 1152-256-64-10 with fc3 bias (lab document 000)",
    .data = "cifar10",
    .make = make_lab,
};
const struct hs_zoo_entry hs_zoo_lab_cnn_no_bias = {
    .id = "lab-cnn-no-bias",
    .help = "the same without any bias",
    .data = "cifar10",
    .make = make_lab_no_bias,
};
const struct hs_zoo_entry hs_zoo_berkeley_cnn = {
    .id = "berkeley-cnn",
    .help = "its smaller ancestor: conv 3>6 5x5, 6>16 5x5, fc 400-120-84-10, no bias",
    .data = "cifar10",
    .make = make_berkeley,
};

#include "nn/zoo/build.h"

static enum hs_status make(struct hs_model *m, struct hs_error *err)
{
    static const float mean[3] = {0.4914f, 0.4822f, 0.4465f}, std[3] = {0.247f, 0.243f, 0.261f};
    static const size_t channels[5] = {64, 192, 384, 256, 256};
    static const char *const conv[5] = {"conv1", "conv2", "conv3", "conv4", "conv5"},
                             *const bn[5] = {"bn1", "bn2", "bn3", "bn4", "bn5"},
                             *const relu[5] = {"relu1", "relu2", "relu3", "relu4", "relu5"},
                             *const pool[5] = {"pool1", "pool2", NULL, NULL, "pool5"};
    struct hs_zoo_build b = hs_zoo_begin(m, (struct hs_extent){3, 32, 32}, 255, mean, std, err);

    for (int i = 0; i < 5; i++) {
        hs_zoo_conv(&b, conv[i], channels[i], 3, 1, true);
        hs_zoo_plain(&b, bn[i], &hs_layer_batchnorm);
        hs_zoo_plain(&b, relu[i], &hs_layer_relu);
        if (pool[i] != NULL)
            hs_zoo_pool(&b, pool[i]);
    }
    hs_zoo_plain(&b, "flatten", &hs_layer_flatten);
    hs_zoo_linear(&b, "fc6", 256, true);
    hs_zoo_plain(&b, "relu6", &hs_layer_relu);
    hs_zoo_linear(&b, "fc7", 128, true);
    hs_zoo_plain(&b, "relu7", &hs_layer_relu);
    hs_zoo_linear(&b, "fc8", 10, true);
    return b.st;
}

const struct hs_zoo_entry hs_zoo_vgg8 = {
    .id = "vgg8",
    .help = "five 3x3 convolutions with BatchNorm, fc 4096-256-128-10 (lab document 001)",
    .data = "cifar10",
    .make = make,
};

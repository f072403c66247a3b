#include "nn/zoo/build.h"

struct hs_zoo_build hs_zoo_begin(struct hs_model *m, struct hs_extent input, float divisor,
                                 const float *mean, const float *std, struct hs_error *err)
{
    m->input = (struct hs_input){.extent = input, .divisor = divisor};
    for (size_t c = 0; c < input.c; c++) {
        m->input.mean[c] = mean == NULL ? 0 : mean[c];
        m->input.std[c] = std == NULL ? 1 : std[c];
    }
    m->classes = 10;
    return (struct hs_zoo_build){.m = m, .err = err};
}

static void add(struct hs_zoo_build *b, const struct hs_layer *spec)
{
    if (b->st == HS_OK)
        b->st = hs_model_add(b->m, spec, b->err);
}

void hs_zoo_linear(struct hs_zoo_build *b, const char *name, size_t out, bool bias)
{
    add(b, &(struct hs_layer){
               .class = &hs_layer_linear, .name = name, .out = {.c = out}, .has_bias = bias});
}

void hs_zoo_conv(struct hs_zoo_build *b, const char *name, size_t out, size_t kernel,
                 size_t padding, bool bias)
{
    add(b, &(struct hs_layer){.class = &hs_layer_conv2d,
                              .name = name,
                              .out = {.c = out},
                              .kernel = {kernel, kernel},
                              .geometry = {.padding = {padding, padding}},
                              .has_bias = bias});
}

void hs_zoo_plain(struct hs_zoo_build *b, const char *name, const struct hs_layer_class *class)
{
    add(b, &(struct hs_layer){.class = class, .name = name});
}

void hs_zoo_pool(struct hs_zoo_build *b, const char *name)
{
    add(b, &(struct hs_layer){.class = &hs_layer_maxpool, .name = name, .kernel = {2, 2}});
}

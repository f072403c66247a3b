/* The labs' conv nets from nothing but names and shapes: which of them it is, how large the
 * pictures are, and whether each layer fits the one before. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/importer.h"

static const struct hs_import_pattern patterns[] = {
    {"lab-cnn", "cifar10", 2, 3, {5, 3}, 0, 3, {0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}},
    {"vgg8",
     "cifar10",
     5,
     3,
     {3, 3},
     1,
     1 | 2 | 16,
     {0.4914F, 0.4822F, 0.4465F},
     {0.247F, 0.243F, 0.261F}},
};

static int axes(const struct hs_import_group *g)
{
    return g->weight->tensor.ndim;
}

static bool fits_pattern(const struct hs_import *f, const struct hs_import_pattern *p)
{
    if (f->n != p->convs + p->fcs)
        return false;
    for (size_t i = 0; i < f->n; i++) {
        const struct hs_import_group *g = &f->group[i];

        if (g->mean != NULL || axes(g) != (i < p->convs ? 4 : 2))
            return false;
        if (i < p->convs && (g->weight->tensor.shape[2] != p->kernel[i > 0] ||
                             g->weight->tensor.shape[3] != p->kernel[i > 0]))
            return false;
    }
    return true;
}

static const struct hs_import_pattern *pattern_of(const struct hs_import *f)
{
    for (size_t i = 0; i < HS_COUNTOF(patterns); i++)
        if (fits_pattern(f, &patterns[i]))
            return &patterns[i];
    return NULL;
}

bool hs_import_has_pattern(const struct hs_import *f)
{
    return pattern_of(f) != NULL;
}

/* One side of what comes out of the convs for pictures of `side`; 0 when they do not fit. */
static size_t side_behind(const struct hs_import_pattern *p, size_t side)
{
    for (size_t i = 0; i < p->convs; i++) {
        size_t padded = side + 2 * p->padding, kernel = p->kernel[i > 0];

        if (padded < kernel)
            return 0;
        side = padded - kernel + 1;
        if ((p->pools >> i & 1) != 0)
            side /= 2;
    }
    return side;
}

enum { LARGEST_SIDE = 512 };

/* The side of the pictures from which `features` values of `channels` follow, or 0. */
static size_t side_before(const struct hs_import_pattern *p, size_t features, size_t channels)
{
    static const size_t usual[] = {32, 28};

    for (size_t i = 0; i < HS_COUNTOF(usual) + LARGEST_SIDE; i++) {
        size_t side = i < HS_COUNTOF(usual) ? usual[i] : i - HS_COUNTOF(usual) + 1;
        size_t behind = side_behind(p, side);

        if (behind > 0 && behind * behind * channels == features)
            return side;
    }
    return 0;
}

static enum hs_status find_input(struct hs_import_plan *plan, const struct hs_import *f,
                                 struct hs_error *err)
{
    const struct hs_import_pattern *p = plan->pattern;
    const struct hs_entry *first = f->group[0].weight, *last = f->group[p->convs - 1].weight,
                          *fc = f->group[p->convs].weight;
    size_t channels = last->tensor.shape[0], colours = first->tensor.shape[1];
    size_t side = side_before(p, fc->tensor.shape[1], channels);

    if (colours != 1 && colours != 3)
        return hs_fail(err, HS_ESHAPE,
                       "%s: %s is for pictures of %zu channels, expected 1 or 3: the first conv of "
                       "this network sees the picture",
                       f->file, first->name, colours);
    if (side == 0)
        return hs_fail(err, HS_ESHAPE,
                       "%s: %s takes %zu features, but no square picture leaves %zu channels of "
                       "the convs with that many (32x32 leaves %zu): save all layers of one "
                       "network",
                       f->file, fc->name, fc->tensor.shape[1], channels,
                       channels * side_behind(p, 32) * side_behind(p, 32));
    plan->input = (struct hs_input){.extent = {colours, side, side}, .divisor = 255};
    memcpy(plan->input.mean, p->mean, sizeof p->mean);
    memcpy(plan->input.std, p->std, sizeof p->std);
    return HS_OK;
}

/* The i-th layer, behind `in`. */
static void place(struct hs_import_layer *l, const struct hs_import *f,
                  const struct hs_import_pattern *p, size_t i, struct hs_extent in)
{
    static const char *const names[] = {"conv1", "conv2", "conv3", "conv4", "conv5"};
    static const char *const fcs[] = {"fc1", "fc2", "fc3", "fc4", "fc5", "fc6", "fc7", "fc8"};
    const struct hs_tensor *w = &f->group[i].weight->tensor;
    bool vgg = p->convs == 5; /* its layers are numbered through */

    *l = (struct hs_import_layer){.group = &f->group[i], .conv = i < p->convs};
    l->name = l->conv ? names[i] : fcs[vgg ? i : i - p->convs];
    l->relu = i + 1 < f->n;
    l->in = l->conv ? in : (struct hs_extent){in.c * in.h * in.w, 1, 1};
    l->out = (struct hs_extent){w->shape[0], 1, 1};
    if (l->conv) {
        l->pool = (p->pools >> i & 1) != 0;
        l->kernel[0] = w->shape[2];
        l->kernel[1] = w->shape[3];
        l->geometry = (struct hs_conv_geometry){{1, 1}, {p->padding, p->padding}, {1, 1}, 1};
        l->out.h = in.h + 2 * p->padding - l->kernel[0] + 1;
        l->out.w = in.w + 2 * p->padding - l->kernel[1] + 1;
    }
    l->pooled = l->out;
    if (l->pool) {
        l->pooled.h /= 2;
        l->pooled.w /= 2;
    }
}

/* What a whole module says of itself agrees with the pattern; a state dict says nothing. */
static enum hs_status check_geometry(const struct hs_import *f, const struct hs_import_layer *l,
                                     struct hs_error *err)
{
    const struct {
        const char *what;
        size_t wanted;
    } says[] = {{"stride.0", l->geometry.stride[0]},     {"stride.1", l->geometry.stride[1]},
                {"padding.0", l->geometry.padding[0]},   {"padding.1", l->geometry.padding[1]},
                {"dilation.0", l->geometry.dilation[0]}, {"groups", l->geometry.groups}};

    for (size_t i = 0; l->conv && i < HS_COUNTOF(says); i++) {
        const struct hs_entry *e = hs_import_entry(f, l->group->name, says[i].what);

        if (e != NULL && e->kind == HS_ENTRY_NUMBER && !(e->number == (double)says[i].wanted))
            return hs_fail(err, HS_ESHAPE,
                           "%s: %s is %g, expected %zu as in the lab's network: another geometry "
                           "is not read",
                           f->file, e->name, e->number, says[i].wanted);
    }
    return HS_OK;
}

static enum hs_status check_layer(const struct hs_import *f, const struct hs_import_layer *l,
                                  struct hs_error *err)
{
    const struct hs_tensor *w = &l->group->weight->tensor;
    size_t shape[4] = {w->shape[0], l->conv ? l->in.c : hs_extent_count(l->in), l->kernel[0],
                       l->kernel[1]};
    enum hs_status st = hs_import_shape(f, l->group->weight, l->conv ? 4 : 2, shape,
                                        "it takes what the layer before gives; save all layers of "
                                        "one network",
                                        err);

    if (st == HS_OK && w->shape[0] == 0)
        st = hs_fail(err, HS_ESHAPE, "%s: %s is empty", f->file, l->group->weight->name);
    if (st == HS_OK && l->group->bias != NULL)
        st = hs_import_shape(f, l->group->bias, 1, shape,
                             "one bias an output; save weight and bias of one layer", err);
    return st == HS_OK ? check_geometry(f, l, err) : st;
}

enum hs_status hs_import_plan(struct hs_import_plan *plan, const struct hs_import *f,
                              struct hs_error *err)
{
    struct hs_extent in;
    enum hs_status st;

    *plan = (struct hs_import_plan){.pattern = pattern_of(f), .n = f->n};
    if (plan->pattern == NULL)
        return hs_import_unknown(f, err);
    st = find_input(plan, f, err);
    in = plan->input.extent;
    for (size_t i = 0; st == HS_OK && i < f->n; i++) {
        place(&plan->layer[i], f, plan->pattern, i, in);
        st = check_layer(f, &plan->layer[i], err);
        in = plan->layer[i].pooled;
    }
    plan->classes = in.c;
    return st;
}

/* The MLP lab's dict (document 002): w1, b1, sw1, sb1, w2 … as NumPy saved them. Layers are x @ w +
 * b, so w is [in, out] and b a row; pixels go in as they are, 0 to 255. */
#include <math.h>
#include <stdio.h>

#include "base/fmt.h"
#include "nn/importer.h"

/* "w1" and its like; NULL when there is no such entry. */
static const struct hs_entry *numbered(const struct hs_import *f, const char *letters, size_t i)
{
    char name[16];

    snprintf(name, sizeof name, "%s%zu", letters, i);
    return hs_import_entry(f, "", name);
}

static size_t count_layers(const struct hs_import *f)
{
    size_t n = 0;

    while (n < HS_IMPORT_LAYERS) {
        const struct hs_entry *w = numbered(f, "w", n + 1);

        if (w == NULL || w->kind != HS_ENTRY_TENSOR || w->tensor.ndim != 2)
            break;
        n++;
    }
    return n;
}

bool hs_import_is_mlp_dict(const struct hs_import *f)
{
    return count_layers(f) >= 2;
}

/* A picture of that many pixels: square where that is possible. */
static struct hs_extent picture(size_t pixels)
{
    size_t side = (size_t)sqrt((double)pixels);

    return side * side == pixels ? (struct hs_extent){1, side, side}
                                 : (struct hs_extent){1, 1, pixels};
}

/* What the lab's own files show: how many weights were left where fake quantization put them, for
 * it wrote its result over them, and codes that a stale scale pushed out of int8. */
static enum hs_status look_at_lattice(struct hs_import *f, const struct hs_entry *w, double s,
                                      struct hs_error *err)
{
    size_t count = hs_tensor_count(&w->tensor), on = 0;
    double low = 0, high = 0;
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < count; i++) {
        double q = hs_tensor_get(&w->tensor, i) / s;

        on += fabs(q - rint(q)) < 1e-6;
        low = fmin(low, rint(q));
        high = fmax(high, rint(q));
    }
    if (on * 4 > count)
        st = hs_import_remark(f, err,
                              "%.1f %% of %s are whole multiples of s%s: training wrote the fake-"
                              "quantized values over its master weights",
                              100.0 * (double)on / (double)count, w->name, w->name);
    if (st == HS_OK && (low < -128 || high > 127))
        st = hs_import_remark(f, err,
                              "the codes of %s go from %.0f to %.0f, which is no int8: s%s is "
                              "older than the weights",
                              w->name, low, high, w->name);
    return st;
}

/* Real values of integer codes are code times scale; floats stay as they are. */
static enum hs_status factor_of(double *out, struct hs_import *f, const struct hs_entry *e,
                                struct hs_error *err)
{
    char scale[16];
    enum hs_status st;

    *out = 1;
    snprintf(scale, sizeof scale, "s%s", e->name);
    if (hs_import_entry(f, "", scale) == NULL)
        return HS_OK;
    st = hs_import_scale(out, f, "", scale, err);
    if (st != HS_OK || hs_import_is_integral(&e->tensor))
        return st;
    st = e->name[0] == 'w' ? look_at_lattice(f, e, *out, err) : HS_OK;
    *out = 1;
    return st;
}

static enum hs_status read_bias(struct hs_tensor *to, struct hs_import *f, size_t i, size_t out,
                                struct hs_error *err)
{
    const struct hs_entry *b = numbered(f, "b", i);
    size_t row[2] = {1, out};
    double factor = 1;
    enum hs_status st;

    if (b->kind != HS_ENTRY_TENSOR || b->tensor.ndim != 1 || b->tensor.shape[0] != out) {
        if (b->kind != HS_ENTRY_TENSOR)
            return hs_fail(err, HS_ESHAPE, "%s: %s is no tensor, expected one of %zu biases",
                           f->file, b->name, out);
        st = hs_import_shape(f, b, 2, row, "one bias an output, as a row or of one dimension", err);
        if (st != HS_OK)
            return st;
    }
    st = factor_of(&factor, f, b, err);
    return st == HS_OK ? hs_import_floats(to, f, b, false, factor, err) : st;
}

/* Layer i of n (from 1), behind `in` features. */
static enum hs_status add_layer(struct hs_import *f, size_t i, size_t in, struct hs_error *err)
{
    const struct hs_entry *w = numbered(f, "w", i);
    struct hs_model *m = &f->out->model;
    size_t shape[2] = {in, w->tensor.shape[1]};
    struct hs_layer spec = {.class = hs_layer_class_find("linear"), .out = {shape[1], 1, 1}};
    char name[16];
    double factor = 1;
    enum hs_status st =
        hs_import_shape(f, w, 2, shape,
                        "w is [in, out] and takes what the layer before gives; transpose it", err);

    if (st == HS_OK && hs_tensor_count(&w->tensor) == 0)
        st = hs_fail(err, HS_ESHAPE, "%s: %s is empty; save a trained network", f->file, w->name);
    if (st != HS_OK)
        return st;
    snprintf(name, sizeof name, "fc%zu", i);
    spec.name = name;
    spec.has_bias = numbered(f, "b", i) != NULL;
    st = hs_model_add(m, &spec, err);
    if (st == HS_OK)
        st = factor_of(&factor, f, w, err);
    if (st == HS_OK)
        st = hs_import_floats(&m->layer[m->n - 1].param[0].value, f, w, true, factor, err);
    return st == HS_OK && spec.has_bias
               ? read_bias(&m->layer[m->n - 1].param[1].value, f, i, shape[1], err)
               : st;
}

static enum hs_status add_plain(struct hs_model *m, const char *class, size_t i,
                                struct hs_error *err)
{
    struct hs_layer spec = {.class = hs_layer_class_find(class)};
    char name[24];

    if (i != 0)
        snprintf(name, sizeof name, "%s%zu", class, i);
    spec.name = i != 0 ? name : class;
    return hs_model_add(m, &spec, err);
}

enum hs_status hs_import_mlp_dict(struct hs_import *f, struct hs_error *err)
{
    struct hs_model *m = &f->out->model;
    size_t n = count_layers(f), width = numbered(f, "w", 1)->tensor.shape[0];
    enum hs_status st;

    m->arch = "mlp";
    m->data = width == 784 ? "mnist" : "";
    m->input = (struct hs_input){.extent = picture(width), .divisor = 1, .std = {1, 1, 1, 1}};
    m->about = hs_value_map();
    st = add_plain(m, "flatten", 0, err);
    for (size_t i = 1; st == HS_OK && i <= n; i++) {
        st = add_layer(f, i, width, err);
        width = m->layer[m->n - 1].out.c;
        if (st == HS_OK && i < n)
            st = add_plain(m, "relu", i, err);
    }
    if (st != HS_OK)
        return st;
    m->classes = width;
    f->out->has_model = true;
    f->out->kind = "MLP of a dict of w1, b1, w2 … (document 002, EE219 2023): float";
    return hs_import_remark(f, err,
                            "the input is taken as pixels 0 to 255, as the lab loads it: the file "
                            "does not say");
}

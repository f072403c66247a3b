/* Models in our files: layers in a row and their parameters. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/file_parts.h"

/* ---- writing ---- */

static struct hs_value layer_value(struct hs_file_out *w, const struct hs_layer *l)
{
    struct hs_value map = hs_value_map();

    hs_file_set_text(w, &map, "class", l->class->id);
    hs_file_set_text(w, &map, "name", l->name);
    if (l->params > 0) {
        hs_file_set(w, &map, "size", hs_value_int((int64_t)l->out.c));
        hs_file_set(w, &map, "bias", hs_value_bool(l->has_bias));
    }
    if (l->kernel[0] > 0)
        map = hs_file_geometry_value(w, map, l->kernel, &l->geometry);
    if (l->running_mean.data != NULL) {
        hs_file_set(w, &map, "eps", hs_value_num(l->eps));
        hs_file_set(w, &map, "momentum", hs_value_num(l->momentum));
    }
    if (l->fake != NULL)
        hs_file_set(w, &map, "quantizer", hs_file_fake_value(w, l->fake));
    return map;
}

/* float16 of a parameter, refused where it would become an infinity. */
static enum hs_status narrow(struct hs_tensor *out, struct hs_file_out *w, const struct hs_layer *l,
                             const struct hs_param *p, struct hs_error *err)
{
    enum hs_status st = hs_tensor_as(out, &w->arena, &p->value, HS_FLOAT16, err);
    size_t n = hs_tensor_count(&p->value);

    for (size_t i = 0; st == HS_OK && i < n; i++)
        if (!isfinite(hs_tensor_get(out, i)))
            st = hs_fail(err, HS_ERANGE,
                         "%s.%s: element %zu is %g, which float16 does not hold: save as float32",
                         l->name, p->name, i, hs_tensor_get(&p->value, i));
    return st;
}

static enum hs_status add_layer(struct hs_file_out *w, const struct hs_layer *l, bool float16,
                                struct hs_error *err)
{
    char part[HS_FILE_NAME];
    struct hs_tensor t;
    enum hs_status st = HS_OK;

    for (int i = 0; st == HS_OK && i < l->params; i++) {
        t = l->param[i].value;
        if (float16)
            st = narrow(&t, w, l, &l->param[i], err);
        if (st == HS_OK)
            hs_file_add(w, l->name, l->param[i].name, &t);
    }
    if (l->running_mean.data != NULL) {
        hs_file_add(w, l->name, "running_mean", &l->running_mean);
        hs_file_add(w, l->name, "running_var", &l->running_var);
    }
    if (l->fake != NULL && l->fake->learned.value.data != NULL) {
        snprintf(part, sizeof part, "%s%s", l->fake->weights ? "q." : "", l->fake->learned.name);
        hs_file_add(w, l->name, part, &l->fake->learned.value);
    }
    return st;
}

static struct hs_value model_value(struct hs_file_out *w, const struct hs_model *m, bool float16,
                                   const struct hs_value *state)
{
    struct hs_value map = hs_value_map(), layers = hs_value_list();

    hs_file_set_text(w, &map, "schema", "halfstep.model/1");
    hs_file_set_text(w, &map, "arch", m->arch);
    hs_file_set_text(w, &map, "data", m->data);
    hs_file_set_text(w, &map, "storage", float16 ? "float16" : "float32");
    hs_file_set(w, &map, "classes", hs_value_int((int64_t)m->classes));
    hs_file_set(w, &map, "input", hs_file_input_value(w, &m->input));
    for (size_t i = 0; i < m->n; i++)
        if (!hs_value_push(&layers, &w->arena, layer_value(w, &m->layer[i])))
            w->failed = true;
    hs_file_set(w, &map, "layers", layers);
    if (m->about.kind == HS_MAP)
        hs_file_set(w, &map, "about", m->about);
    if (state != NULL)
        hs_file_set(w, &map, "state", *state);
    return map;
}

enum hs_status hs_model_save_with(const char *path, const struct hs_model *m, bool float16,
                                  const struct hs_extra_tensor *extra, size_t n,
                                  const struct hs_value *state, struct hs_error *err)
{
    struct hs_file_out w = HS_FILE_OUT_INIT;
    struct hs_value json;
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < m->n; i++)
        st = add_layer(&w, &m->layer[i], float16, err);
    for (size_t i = 0; i < n; i++)
        if (!HS_VEC_PUSH(&w.items, (struct hs_named_tensor){extra[i].name, extra[i].tensor}))
            w.failed = true;
    if (st == HS_OK) {
        json = model_value(&w, m, float16, state);
        st = hs_file_write_out(&w, path, &json, err);
    }
    hs_file_out_dispose(&w);
    return st;
}

enum hs_status hs_model_save(const char *path, const struct hs_model *m, bool float16,
                             struct hs_error *err)
{
    return hs_model_save_with(path, m, float16, NULL, 0, NULL, err);
}

/* ---- reading ---- */

/* The tensor of its weights must be there with the shape that the description implies before memory
 * of that size is taken. */
static enum hs_status expect_weight(const struct hs_file_in *in, const struct hs_layer *spec,
                                    struct hs_extent x, struct hs_error *err)
{
    const size_t linear[2] = {spec->out.c, hs_extent_count(x)};
    const size_t conv[4] = {spec->out.c, x.c / (spec->geometry.groups ? spec->geometry.groups : 1),
                            spec->kernel[0], spec->kernel[1]};

    if (strcmp(spec->class->id, "linear") == 0)
        return hs_file_expect(in, spec->name, "weight", 2, linear, err);
    if (strcmp(spec->class->id, "conv2d") == 0)
        return hs_file_expect(in, spec->name, "weight", 4, conv, err);
    if (strcmp(spec->class->id, "batchnorm") == 0)
        return hs_file_expect(in, spec->name, "weight", 1, &x.c, err);
    return HS_OK;
}

static enum hs_status read_spec(struct hs_layer *spec, struct hs_model *m,
                                const struct hs_value *map, size_t i, struct hs_error *err)
{
    const char *class = hs_value_text(map, "class", "");
    enum hs_status st = hs_file_read_name(&spec->name, &m->arena, map, i, err);

    if (st != HS_OK)
        return st;
    if (hs_model_find(m, spec->name) != NULL)
        return hs_fail(err, HS_EFORMAT, "two layers are called %s", spec->name);
    if ((spec->class = hs_layer_class_find(class)) == NULL)
        return hs_fail(err, HS_EFORMAT, "layer %s: there is no class \"%.60s\"", spec->name, class);
    spec->has_bias = hs_value_flag(map, "bias", true);
    if (hs_value_get(map, "size") != NULL)
        st = hs_file_size(&spec->out.c, map, "size", 1, HS_FILE_SIDE, spec->name, err);
    if (st == HS_OK && hs_value_get(map, "kernel") != NULL)
        st = hs_file_read_geometry(spec->kernel, &spec->geometry, map, spec->name, err);
    if (st == HS_OK && hs_value_get(map, "eps") != NULL)
        st = hs_file_number(&spec->eps, map, "eps", spec->name, err);
    if (st == HS_OK && hs_value_get(map, "momentum") != NULL)
        st = hs_file_number(&spec->momentum, map, "momentum", spec->name, err);
    if (st == HS_OK && (spec->eps < 0 || spec->momentum < 0 || spec->momentum > 1))
        st = hs_fail(err, HS_ERANGE, "layer %s: eps is at least 0, momentum 0 to 1", spec->name);
    return st;
}

static enum hs_status check_extent(const struct hs_layer *l, struct hs_error *err)
{
    if (hs_extent_count(l->out) <= HS_FILE_EXAMPLE) /* sides are below 2^17: no overflow */
        return HS_OK;
    return hs_fail(err, HS_ELIMIT, "layer %s gives %zu x %zu x %zu; at most %d elements are run",
                   l->name, l->out.c, l->out.h, l->out.w, HS_FILE_EXAMPLE);
}

static enum hs_status fill_layer(struct hs_file_in *in, struct hs_layer *l, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (int i = 0; st == HS_OK && i < l->params; i++)
        st = hs_file_fill(in, l->name, l->param[i].name, &l->param[i].value, err);
    if (st == HS_OK && l->running_mean.data != NULL)
        st = hs_file_fill(in, l->name, "running_mean", &l->running_mean, err);
    if (st == HS_OK && l->running_mean.data != NULL)
        st = hs_file_fill(in, l->name, "running_var", &l->running_var, err);
    return st;
}

static enum hs_status read_layer(struct hs_file_in *in, struct hs_model *m,
                                 const struct hs_value *map, size_t i, struct hs_error *err)
{
    const struct hs_value *quantizer = hs_value_get(map, "quantizer");
    struct hs_extent x = m->n > 0 ? m->layer[m->n - 1].out : m->input.extent;
    struct hs_layer spec = {.has_bias = false}, *l;
    enum hs_status st;

    if ((st = read_spec(&spec, m, map, i, err)) != HS_OK ||
        (st = expect_weight(in, &spec, x, err)) != HS_OK ||
        (st = hs_model_add(m, &spec, err)) != HS_OK)
        return st;
    l = &m->layer[m->n - 1];
    if ((st = check_extent(l, err)) != HS_OK || (st = fill_layer(in, l, err)) != HS_OK)
        return st;
    if (quantizer == NULL && l->class != &hs_layer_fake_quantize)
        return HS_OK;
    if (quantizer == NULL || (l->class != &hs_layer_fake_quantize && l->class != &hs_layer_linear &&
                              l->class != &hs_layer_conv2d))
        return hs_fail(err, HS_EFORMAT, "layer %s, %s, has %s quantizer", l->name, l->class->id,
                       quantizer == NULL ? "no" : "a");
    return hs_file_read_fake(in, m, l, quantizer, err);
}

enum hs_status hs_file_read_model(struct hs_file_in *in, struct hs_model *m, struct hs_error *err)
{
    const struct hs_value *layers = hs_value_get(&in->json, "layers"),
                          *about = hs_value_get(&in->json, "about");
    size_t classes, n = hs_value_len(layers);
    enum hs_status st = hs_file_read_input(&m->input, &in->json, err);

    if (st == HS_OK)
        st = hs_file_size(&classes, &in->json, "classes", 1, 256, "model", err);
    if (st != HS_OK)
        return st;
    if (layers == NULL || layers->kind != HS_LIST || n == 0 || n > HS_FILE_LAYERS)
        return hs_fail(err, HS_EFORMAT, "a model has 1 to %d layers, this has %zu", HS_FILE_LAYERS,
                       n);
    m->arch = hs_arena_strdup(&m->arena, hs_value_text(&in->json, "arch", ""));
    m->data = hs_arena_strdup(&m->arena, hs_value_text(&in->json, "data", ""));
    m->about = hs_value_map();
    if (m->arch == NULL || m->data == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if (about != NULL && about->kind == HS_MAP)
        st = hs_value_copy(&m->about, &m->arena, about, true, err);
    for (size_t i = 0; st == HS_OK && i < n; i++)
        st = read_layer(in, m, hs_value_at(layers, i), i, err);
    if (st == HS_OK && hs_extent_count(m->layer[m->n - 1].out) != classes)
        st = hs_fail(err, HS_ESHAPE, "the last layer gives %zu numbers; %zu classes are expected",
                     hs_extent_count(m->layer[m->n - 1].out), classes);
    m->classes = classes;
    return st;
}

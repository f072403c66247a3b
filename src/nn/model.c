#include "nn/model.h"

#include <string.h>

#include "nn/fake.h"

void hs_model_dispose(struct hs_model *m)
{
    for (size_t i = 0; i < m->n; i++)
        hs_fake_dispose(m->layer[i].fake);
    hs_arena_dispose(&m->arena);
    *m = HS_MODEL_INIT;
}

/* ---- layers ---- */

static enum hs_status room_for_one(struct hs_model *m, struct hs_error *err)
{
    struct hs_layer *more;

    if ((m->n & (m->n + 1)) != 0) /* full at 0, 1, 3, 7 … */
        return HS_OK;
    more = hs_arena_alloc_zero(&m->arena, 2 * m->n + 1, sizeof *more);
    if (more == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a model");
    if (m->n > 0)
        memcpy(more, m->layer, m->n * sizeof *more);
    m->layer = more;
    return HS_OK;
}

enum hs_status hs_model_add(struct hs_model *m, const struct hs_layer *spec, struct hs_error *err)
{
    enum hs_status st = room_for_one(m, err);
    struct hs_layer *l;

    if (st != HS_OK)
        return st;
    l = &m->layer[m->n];
    *l = *spec;
    l->name = hs_arena_strdup(&m->arena, spec->name);
    if (l->name == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for a model");
    l->params = 0;
    l->fake = NULL; /* the one that is given belongs to another model */
    l->in = m->n == 0 ? m->input.extent : m->layer[m->n - 1].out;
    l->in_pictures = m->n == 0 ? true : m->layer[m->n - 1].out_pictures;
    if (hs_model_find(m, l->name) != NULL)
        return hs_fail(err, HS_EINVAL, "two layers are named %s", l->name);
    st = l->class->shape(l, err);
    if (st == HS_OK && l->class->make != NULL)
        st = l->class->make(l, &m->arena, err);
    if (st == HS_OK)
        m->n++;
    return st;
}

struct hs_layer *hs_model_find(const struct hs_model *m, const char *name)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->layer[i].name, name) == 0)
            return &m->layer[i];
    return NULL;
}

void hs_model_start(struct hs_model *m, uint64_t seed)
{
    struct hs_rng all = hs_rng_seed(seed, 0);

    for (size_t i = 0; i < m->n; i++) {
        struct hs_rng own = hs_rng_split(&all, m->layer[i].name);

        if (m->layer[i].class->start != NULL)
            m->layer[i].class->start(&m->layer[i], &own);
    }
}

bool hs_model_param(const struct hs_model *m, size_t i, struct hs_layer **layer,
                    struct hs_param **param)
{
    for (size_t k = 0; k < m->n; k++) {
        if (i < (size_t)m->layer[k].params) {
            *layer = &m->layer[k];
            *param = &m->layer[k].param[i];
            return true;
        }
        i -= (size_t)m->layer[k].params;
        if (hs_layer_learns_scale(&m->layer[k]) && i-- == 0) {
            *layer = &m->layer[k];
            *param = &m->layer[k].fake->learned;
            return true;
        }
    }
    return false;
}

size_t hs_model_params(const struct hs_model *m)
{
    struct hs_layer *layer;
    struct hs_param *param;
    size_t sum = 0;

    for (size_t i = 0; hs_model_param(m, i, &layer, &param); i++)
        sum += hs_tensor_count(&param->value);
    return sum;
}

/* ---- input ---- */

enum hs_status hs_input_check(const struct hs_input *input, const struct hs_tensor *images,
                              struct hs_error *err)
{
    struct hs_extent e = input->extent;
    bool three =
        images->ndim == 3 && e.c == 1 && images->shape[1] == e.h && images->shape[2] == e.w;
    bool four = images->ndim == 4 && images->shape[1] == e.c && images->shape[2] == e.h &&
                images->shape[3] == e.w;
    struct hs_str shape = HS_STR_INIT;
    enum hs_status st = HS_OK;

    if (images->dtype != HS_UINT8 && images->dtype != HS_FLOAT32)
        return hs_fail(err, HS_EDTYPE, "pictures are uint8 or float32, not %s",
                       hs_dtype_name(images->dtype));
    if (!hs_tensor_is_contiguous(images))
        return hs_fail(err, HS_EINVAL, "pictures must stand one behind the other");
    hs_shape_format(&shape, images->ndim, images->shape);
    if (!three && !four)
        st = hs_fail(err, HS_ESHAPE,
                     "the model takes pictures of %zu x %zu x %zu (channels, rows, columns), but "
                     "these are %s; choose the data set it was made for",
                     e.c, e.h, e.w, hs_str_ok(&shape) ? shape.buf : "others");
    hs_str_dispose(&shape);
    return st;
}

static float value_of(const struct hs_input *input, size_t c, float x)
{
    return (x / input->divisor - input->mean[c]) / input->std[c];
}

void hs_input_table(struct hs_input_table *out, const struct hs_input *input)
{
    for (size_t c = 0; c < input->extent.c; c++)
        for (int i = 0; i < 256; i++)
            out->value[c][i] = value_of(input, c, (float)i);
}

static void plane(float *x, const struct hs_input_table *table, const struct hs_input *input,
                  size_t c, const struct hs_tensor *images, size_t at, size_t n)
{
    const uint8_t *u8 = (const uint8_t *)images->data + at;
    const float *f32 = (const float *)images->data + at, *values = table->value[c];

    if (images->dtype == HS_UINT8)
        for (size_t i = 0; i < n; i++)
            x[i] = values[u8[i]];
    else if (input->divisor == 1 && input->mean[c] == 0 && input->std[c] == 1)
        memcpy(x, f32, n * sizeof *x);
    else
        for (size_t i = 0; i < n; i++)
            x[i] = value_of(input, c, f32[i]);
}

/* Pictures drawn at random are not where the processor would look for them next. */
static void prefetch(const struct hs_tensor *images, size_t at, size_t n)
{
    size_t size = hs_dtype_size(images->dtype);
    const char *from = (const char *)images->data + at * size;

    for (size_t i = 0; i < n * size; i += 64)
        __builtin_prefetch(from + i);
}

void hs_input_fill_by(float *x, const struct hs_input_table *table, const struct hs_input *input,
                      const struct hs_tensor *images, const size_t *which, size_t n)
{
    size_t pixels = input->extent.h * input->extent.w;

    for (size_t c = 0; c < input->extent.c; c++)
        for (size_t i = 0; i < n; i++) {
            size_t picture = which != NULL ? which[i] : i;

            if (which != NULL && i + 2 < n)
                prefetch(images, (which[i + 2] * input->extent.c + c) * pixels, pixels);
            plane(x + (c * n + i) * pixels, table, input, c, images,
                  (picture * input->extent.c + c) * pixels, pixels);
        }
}

void hs_input_fill(float *x, const struct hs_input *input, const struct hs_tensor *images,
                   const size_t *which, size_t n)
{
    struct hs_input_table table;

    hs_input_table(&table, input);
    hs_input_fill_by(x, &table, input, images, which, n);
}

/* ---- copy ---- */

static enum hs_status copy_values(struct hs_model *m, struct hs_layer *to,
                                  const struct hs_layer *from, struct hs_error *err)
{
    for (int i = 0; i < from->params; i++)
        memcpy(to->param[i].value.data, from->param[i].value.data,
               hs_tensor_count(&from->param[i].value) * sizeof(float));
    if (from->running_mean.data != NULL) {
        memcpy(to->running_mean.data, from->running_mean.data, from->in.c * sizeof(float));
        memcpy(to->running_var.data, from->running_var.data, from->in.c * sizeof(float));
    }
    if (from->fake == NULL)
        return HS_OK;
    return hs_fake_copy(&to->fake, &m->arena, from->fake,
                        from->fake->weights ? &to->param[0].value : NULL, err);
}

enum hs_status hs_model_copy(struct hs_model *out, const struct hs_model *m, struct hs_error *err)
{
    struct hs_model copy = HS_MODEL_INIT;
    enum hs_status st;

    copy.input = m->input;
    copy.classes = m->classes;
    copy.arch = hs_arena_strdup(&copy.arena, m->arch != NULL ? m->arch : "");
    copy.data = hs_arena_strdup(&copy.arena, m->data != NULL ? m->data : "");
    st = hs_value_copy(&copy.about, &copy.arena, &m->about, true, err);
    if (st == HS_OK && (copy.arch == NULL || copy.data == NULL))
        st = hs_fail(err, HS_ENOMEM, "out of memory for a model");
    for (size_t i = 0; st == HS_OK && i < m->n; i++) {
        st = hs_model_add(&copy, &m->layer[i], err);
        if (st == HS_OK)
            st = copy_values(&copy, &copy.layer[i], &m->layer[i], err);
    }
    if (st != HS_OK) {
        hs_model_dispose(&copy);
        return st;
    }
    *out = copy;
    return HS_OK;
}

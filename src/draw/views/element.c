#include "draw/views/element.h"

#include <inttypes.h>
#include <stdio.h>

static enum hs_status read_tensors(struct hs_subject *s, const struct hs_value *spec,
                                   const char *view, struct hs_error *err)
{
    s->t = hs_value_tensor_of(spec, "tensor");
    s->codes = hs_value_tensor_of(spec, "codes");
    s->back = hs_value_tensor_of(spec, "dequantized");
    if (s->t == NULL)
        return hs_fail(err, HS_ESCRIPT, "%s: the field \"tensor\" must be a tensor", view);
    s->count = hs_tensor_count(s->t);
    if (s->codes == NULL && hs_dtype_is_integer(s->t->dtype))
        s->codes = s->t;
    if (s->codes != NULL &&
        (!hs_dtype_is_integer(s->codes->dtype) || hs_tensor_count(s->codes) != s->count))
        return hs_fail(err, HS_ESCRIPT,
                       "%s: the field \"codes\" must be an integer tensor of %zu elements", view,
                       s->count);
    if (s->back != NULL && hs_tensor_count(s->back) != s->count)
        return hs_fail(err, HS_ESCRIPT, "%s: the field \"dequantized\" must have %zu elements",
                       view, s->count);
    return HS_OK;
}

enum hs_status hs_subject_read(struct hs_subject *out, const struct hs_value *spec,
                               const char *view, struct hs_error *err)
{
    struct hs_subject s = {.scale = hs_value_number(spec, "scale", (double)NAN)};
    int64_t axis = hs_value_integer(spec, "axis", 0), bits;

    *out = s;
    if (read_tensors(&s, spec, view, err) != HS_OK)
        return HS_ESCRIPT;
    bits = hs_value_integer(spec, "bits", s.codes != NULL ? hs_dtype_bits(s.codes->dtype) : 0);
    s.bits = bits < 0 ? 0 : bits > 64 ? 64 : (int)bits;
    axis += axis < 0 ? s.t->ndim : 0;
    if (hs_numbers_of(&s.scales, hs_value_get(spec, "scale"))) {
        if (s.scales.n == 1) {
            s.scale = hs_numbers_at(&s.scales, 0);
            s.scales.n = 0;
        } else if (axis < 0 || axis >= s.t->ndim || s.scales.n != s.t->shape[axis]) {
            return hs_fail(err, HS_ESCRIPT,
                           "%s: the field \"scale\" has %zu numbers, which is not the size of "
                           "axis %" PRId64,
                           view, s.scales.n, axis);
        }
    }
    s.axis = (size_t)axis;
    *out = s;
    return HS_OK;
}

const char *hs_element_text(char out[HS_FMT_SIZE], const struct hs_tensor *t, size_t i)
{
    const void *p = hs_tensor_at(t, i);

    if (hs_dtype_is_integer(t->dtype)) {
        snprintf(out, HS_FMT_SIZE, "%" PRId64, hs_dtype_load_int(t->dtype, p));
        return out;
    }
    return t->dtype == HS_FLOAT64 ? hs_fmt_double(out, hs_dtype_load(t->dtype, p))
                                  : hs_fmt_float(out, (float)hs_dtype_load(t->dtype, p));
}

const char *hs_element_hex(char out[HS_FMT_SIZE], const struct hs_tensor *t, size_t i)
{
    double v = hs_tensor_get(t, i);

    if (!isfinite(v)) /* C leaves open how these look */
        return hs_fmt_double(out, v);
    snprintf(out, HS_FMT_SIZE, "%a", v);
    return out;
}

static int64_t code_of(const struct hs_subject *s, size_t i)
{
    return hs_dtype_load_int(s->codes->dtype, hs_tensor_at(s->codes, i));
}

const char *hs_element_bits(char out[HS_FMT_CODE_SIZE], const struct hs_subject *s, size_t i)
{
    return hs_fmt_code(out, (uint64_t)code_of(s, i), s->bits, true);
}

const char *hs_element_index(char out[HS_INDEX_SIZE], const struct hs_tensor *t, size_t i)
{
    size_t index[HS_MAX_DIMS];
    int at = snprintf(out, HS_INDEX_SIZE, "[");

    hs_shape_unravel(index, i, t->ndim, t->shape);
    for (int d = 0; d < t->ndim && at < HS_INDEX_SIZE - 24; d++)
        at += snprintf(out + at, (size_t)(HS_INDEX_SIZE - at), d != 0 ? ",%zu" : "%zu", index[d]);
    snprintf(out + at, (size_t)(HS_INDEX_SIZE - at), "]");
    return out;
}

static double step_of(const struct hs_subject *s, size_t i)
{
    size_t index[HS_MAX_DIMS];

    if (s->scales.n == 0)
        return s->scale;
    hs_shape_unravel(index, i, s->t->ndim, s->t->shape);
    return hs_numbers_at(&s->scales, index[s->axis]);
}

double hs_element_error(const struct hs_subject *s, size_t i)
{
    return s->back != NULL ? (hs_tensor_get(s->back, i) - hs_tensor_get(s->t, i)) / step_of(s, i)
                           : (double)NAN;
}

void hs_element_flow(struct hs_flow *f, const struct hs_subject *s, size_t i)
{
    char index[HS_INDEX_SIZE], a[HS_FMT_SIZE], bits[HS_FMT_CODE_SIZE];
    double error = hs_element_error(s, i);

    hs_flow_addf(f, HS_STYLE_ACCENT, "%s = %s", hs_element_index(index, s->t, i),
                 hs_element_text(a, s->t, i));
    if (hs_dtype_is_float(s->t->dtype))
        hs_flow_add(f, HS_STYLE_DIM, hs_element_hex(a, s->t, i));
    if (s->codes != NULL)
        hs_flow_addf(f, HS_STYLE_TEXT, "code %s = %s", hs_element_text(a, s->codes, i),
                     hs_element_bits(bits, s, i));
    if (s->back != NULL)
        hs_flow_addf(f, HS_STYLE_TEXT, "stands for %s", hs_element_text(a, s->back, i));
    if (isfinite(error))
        hs_flow_addf(f, fabs(error) > 0.5 + 1e-6 ? HS_STYLE_CLIP : HS_STYLE_DIM, "error %s steps",
                     hs_fmt_short(a, error, 4));
}

void hs_element_words(struct hs_str *out, const struct hs_subject *s, size_t i)
{
    char index[HS_INDEX_SIZE], a[HS_FMT_SIZE], b[HS_FMT_SIZE], bits[HS_FMT_CODE_SIZE];
    double error = hs_element_error(s, i);

    hs_str_printf(out, "Element %s is %s", hs_element_index(index, s->t, i),
                  hs_element_text(a, s->t, i));
    if (hs_dtype_is_float(s->t->dtype))
        hs_str_printf(out, " (%s)", hs_element_hex(b, s->t, i));
    if (s->codes != NULL)
        hs_str_printf(out, ", code %s, bits %s", hs_element_text(a, s->codes, i),
                      hs_element_bits(bits, s, i));
    if (s->back != NULL)
        hs_str_printf(out, ", stands for %s", hs_element_text(a, s->back, i));
    if (isfinite(error))
        hs_str_printf(out, ", error %s steps", hs_fmt_short(a, error, 4));
    hs_str_add(out, ".\n");
}

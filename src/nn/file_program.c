/* Integer programs in our files: steps, codes and the tensors of each step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/file_parts.h"

static const char *const kinds[] = {
    [HS_STEP_CONV] = "conv", [HS_STEP_LINEAR] = "linear", [HS_STEP_MAXPOOL] = "maxpool"};

/* ---- writing ---- */

static struct hs_value codes_value(struct hs_file_out *w, const struct hs_codes *c)
{
    struct hs_value map = hs_value_map();

    hs_file_set(w, &map, "scale", hs_value_num(c->scale));
    hs_file_set(w, &map, "zero_point", hs_value_int(c->zero_point));
    hs_file_set(w, &map, "qmin", hs_value_int(c->lo));
    hs_file_set(w, &map, "qmax", hs_value_int(c->hi));
    hs_file_set_text(w, &map, "dtype", c->is_signed ? "int8" : "uint8");
    return map;
}

static struct hs_value requantizer_value(struct hs_file_out *w, const struct hs_requantizer *r)
{
    struct hs_value map = hs_value_map();

    hs_file_set_text(w, &map, "mode", hs_requantize_name(r->mode));
    hs_file_set_text(w, &map, "rounding", hs_round_name(r->rounding));
    hs_file_set(w, &map, "float32", hs_value_bool(r->float32));
    hs_file_set(w, &map, "zero_point_first", hs_value_bool(r->zero_point_first));
    hs_file_set(w, &map, "bits", hs_value_int(r->bits));
    hs_file_set(w, &map, "max_shift", hs_value_int(r->max_shift));
    hs_file_set(w, &map, "zero_point", hs_value_int(r->zero_point));
    hs_file_set(w, &map, "qmin", hs_value_int(r->qmin));
    hs_file_set(w, &map, "qmax", hs_value_int(r->qmax));
    hs_file_set_text(w, &map, "dtype", hs_dtype_name(r->dtype));
    hs_file_set(w, &map, "relu", hs_value_bool(r->relu));
    return map;
}

/* A row of n numbers as the tensor "step.part"; the elements are copied. */
static void add_row(struct hs_file_out *w, const char *step, const char *part, enum hs_dtype dtype,
                    const void *v, size_t n)
{
    struct hs_tensor t;

    if (v == NULL || n == 0)
        return;
    if (hs_tensor_new(&t, &w->arena, dtype, 1, &n, NULL) != HS_OK) {
        w->failed = true;
        return;
    }
    memcpy(t.data, v, n * hs_dtype_size(dtype));
    hs_file_add(w, step, part, &t);
}

static void set_extent(struct hs_file_out *w, struct hs_value *map, const char *key,
                       struct hs_extent e)
{
    const size_t v[3] = {e.c, e.h, e.w};

    hs_file_set_sizes(w, map, key, v, 3);
}

static struct hs_value weighted_value(struct hs_file_out *w, struct hs_value map,
                                      const struct hs_step *s)
{
    hs_file_set(w, &map, "relu", hs_value_bool(s->relu));
    hs_file_set(w, &map, "sums", hs_value_bool(s->sums));
    hs_file_set(w, &map, "bias_clamped", hs_value_int((int64_t)s->bias_clamped));
    hs_file_add(w, s->name, "weight", &s->w);
    hs_file_add(w, s->name, "bias", &s->bias);
    add_row(w, s->name, "weight_scale", HS_FLOAT64, s->s_w, s->n_s);
    if (s->divisor != NULL)
        hs_file_set(w, &map, "divisor", hs_value_num(*s->divisor));
    if (s->sums || s->divisor != NULL)
        return map;
    hs_file_set(w, &map, "requantize", requantizer_value(w, &s->requantize));
    add_row(w, s->name, "multiplier", HS_FLOAT64, s->requantize.multiplier, s->requantize.n);
    add_row(w, s->name, "mantissa", HS_INT32, s->requantize.mantissa, s->requantize.n);
    add_row(w, s->name, "shift", HS_INT32, s->requantize.shift, s->requantize.n);
    return map;
}

static struct hs_value step_value(struct hs_file_out *w, const struct hs_step *s)
{
    struct hs_value map = hs_value_map();

    hs_file_set_text(w, &map, "kind", kinds[s->kind]);
    hs_file_set_text(w, &map, "name", s->name);
    set_extent(w, &map, "in", s->in);
    set_extent(w, &map, "out", s->out);
    if (s->kind != HS_STEP_LINEAR)
        map = hs_file_geometry_value(w, map, s->kernel, &s->geometry);
    hs_file_set(w, &map, "x", codes_value(w, &s->x));
    hs_file_set(w, &map, "y", codes_value(w, &s->y));
    return s->kind == HS_STEP_MAXPOOL ? map : weighted_value(w, map, s);
}

enum hs_status hs_program_save(const char *path, const struct hs_program *p, struct hs_error *err)
{
    struct hs_file_out w = HS_FILE_OUT_INIT;
    struct hs_value map = hs_value_map(), steps = hs_value_list();
    enum hs_status st;

    hs_file_set_text(&w, &map, "schema", "halfstep.program/1");
    hs_file_set_text(&w, &map, "arch", p->arch);
    hs_file_set_text(&w, &map, "data", p->data);
    hs_file_set(&w, &map, "classes", hs_value_int((int64_t)p->classes));
    hs_file_set(&w, &map, "input", hs_file_input_value(&w, &p->input));
    hs_file_set(&w, &map, "codes", codes_value(&w, &p->in));
    hs_file_set(&w, &map, "options", hs_file_options_value(&w, &p->in_options));
    for (size_t i = 0; i < p->n; i++)
        if (!hs_value_push(&steps, &w.arena, step_value(&w, &p->step[i])))
            w.failed = true;
    hs_file_set(&w, &map, "steps", steps);
    if (p->about.kind == HS_MAP)
        hs_file_set(&w, &map, "about", p->about);
    st = hs_file_write_out(&w, path, &map, err);
    hs_file_out_dispose(&w);
    return st;
}

/* ---- reading ---- */

static enum hs_status read_integer(int64_t *out, const struct hs_value *map, const char *key,
                                   int64_t least, int64_t most, const char *what,
                                   struct hs_error *err)
{
    const struct hs_value *v = hs_value_get(map, key);

    if (v == NULL || v->kind != HS_INTEGER || v->as.integer < least || v->as.integer > most)
        return hs_fail(err, HS_ERANGE, "%s: %s is no whole number from %lld to %lld", what, key,
                       (long long)least, (long long)most);
    *out = v->as.integer;
    return HS_OK;
}

static enum hs_status read_codes(struct hs_codes *c, const struct hs_value *json, const char *key,
                                 const char *what, struct hs_error *err)
{
    const struct hs_value *map = hs_value_get(json, key);
    const char *dtype = hs_value_text(map, "dtype", "");
    int64_t z = 0, lo = 0, hi = 0, least, most;
    enum hs_status st;

    c->is_signed = strcmp(dtype, "int8") == 0;
    if (!c->is_signed && strcmp(dtype, "uint8") != 0)
        return hs_fail(err, HS_EDTYPE, "%s: the codes %s are \"%.20s\"; int8 or uint8 is run", what,
                       key, dtype);
    least = c->is_signed ? -128 : 0;
    most = c->is_signed ? 127 : 255;
    if ((st = hs_file_number(&c->scale, map, "scale", what, err)) != HS_OK ||
        (st = read_integer(&lo, map, "qmin", least, most, what, err)) != HS_OK ||
        (st = read_integer(&hi, map, "qmax", lo, most, what, err)) != HS_OK ||
        (st = read_integer(&z, map, "zero_point", lo, hi, what, err)) != HS_OK)
        return st;
    if (!(c->scale > 0))
        return hs_fail(err, HS_ERANGE, "%s: the scale of %s must be above 0", what, key);
    c->zero_point = (int32_t)z;
    c->lo = (int32_t)lo;
    c->hi = (int32_t)hi;
    return HS_OK;
}

/* How many elements the row "step.part" has: 0 when it is not there, else 1 or `channels`. */
static enum hs_status row_length(size_t *n, const struct hs_file_in *in, const char *step,
                                 const char *part, size_t channels, struct hs_error *err)
{
    char name[2 * HS_FILE_NAME];
    const struct hs_entry *e;

    snprintf(name, sizeof name, "%s.%s", step, part);
    e = hs_container_find(in->container, name);
    *n = 0;
    if (e == NULL)
        return HS_OK;
    if (e->kind != HS_ENTRY_TENSOR || e->tensor.ndim != 1 ||
        (e->tensor.shape[0] != 1 && e->tensor.shape[0] != channels))
        return hs_fail(err, HS_ESHAPE, "tensor %s is no row of 1 or %zu numbers", name, channels);
    *n = e->tensor.shape[0];
    return HS_OK;
}

static enum hs_status read_row(void **out, size_t *n, struct hs_file_in *in, struct hs_arena *arena,
                               const char *step, const char *part, enum hs_dtype dtype,
                               size_t channels, struct hs_error *err)
{
    struct hs_tensor t;
    enum hs_status st = row_length(n, in, step, part, channels, err);

    *out = NULL;
    if (st != HS_OK || *n == 0)
        return st;
    if ((st = hs_tensor_new(&t, arena, dtype, 1, n, err)) != HS_OK)
        return st;
    *out = t.data;
    return hs_file_fill(in, step, part, &t, err);
}

static enum hs_status read_factors(struct hs_requantizer *r, struct hs_file_in *in,
                                   struct hs_program *p, const struct hs_step *s,
                                   struct hs_error *err)
{
    void *multiplier, *mantissa, *shift;
    size_t n, n_mantissa, n_shift;
    enum hs_status st;

    if ((st = read_row(&multiplier, &n, in, &p->arena, s->name, "multiplier", HS_FLOAT64, s->out.c,
                       err)) != HS_OK ||
        (st = read_row(&mantissa, &n_mantissa, in, &p->arena, s->name, "mantissa", HS_INT32,
                       s->out.c, err)) != HS_OK ||
        (st = read_row(&shift, &n_shift, in, &p->arena, s->name, "shift", HS_INT32, s->out.c,
                       err)) != HS_OK)
        return st;
    if (n == 0 || (n_mantissa != 0 && n_mantissa != n) || (n_shift != 0 && n_shift != n))
        return hs_fail(err, HS_ESHAPE,
                       "%s: multiplier, mantissa and shift must be as many (1 or %zu)", s->name,
                       s->out.c);
    r->n = n;
    r->multiplier = multiplier;
    r->mantissa = mantissa;
    r->shift = shift;
    return hs_requantizer_prepare(r, &p->arena, err);
}

static enum hs_status read_requantizer(struct hs_requantizer *r, struct hs_file_in *in,
                                       struct hs_program *p, const struct hs_step *s,
                                       const struct hs_value *map, struct hs_error *err)
{
    int mode = hs_requantize_find(hs_value_text(map, "mode", "")),
        rounding = hs_round_find(hs_value_text(map, "rounding", "")),
        dtype = hs_dtype_find(hs_value_text(map, "dtype", ""));
    size_t bits, max_shift;
    enum hs_status st;

    if (mode < 0 || rounding < 0 || rounding == HS_ROUND_STOCHASTIC || dtype < 0)
        return hs_fail(err, HS_EFORMAT, "%s: requantize names no mode, rounding or dtype", s->name);
    *r = (struct hs_requantizer){.mode = (enum hs_requantize)mode,
                                 .rounding = (enum hs_round)rounding,
                                 .dtype = (enum hs_dtype)dtype,
                                 .float32 = hs_value_flag(map, "float32", false),
                                 .zero_point_first = hs_value_flag(map, "zero_point_first", false),
                                 .relu = hs_value_flag(map, "relu", false)};
    if ((st = hs_file_size(&bits, map, "bits", 0, 31, s->name, err)) != HS_OK ||
        (st = hs_file_size(&max_shift, map, "max_shift", 0, 63, s->name, err)) != HS_OK ||
        (st = read_integer(&r->qmin, map, "qmin", -128, 255, s->name, err)) != HS_OK ||
        (st = read_integer(&r->qmax, map, "qmax", r->qmin, 255, s->name, err)) != HS_OK ||
        (st = read_integer(&r->zero_point, map, "zero_point", r->qmin, r->qmax, s->name, err)) !=
            HS_OK)
        return st;
    r->bits = (int)bits;
    r->max_shift = (int)max_shift;
    return read_factors(r, in, p, s, err);
}

/* Weights and bias; the file must hold that much before memory is taken. */
static enum hs_status read_tensors(struct hs_file_in *in, struct hs_program *p, struct hs_step *s,
                                   struct hs_error *err)
{
    size_t shape[4] = {s->out.c, s->in.c, s->kernel[0], s->kernel[1]};
    int ndim = s->kind == HS_STEP_CONV ? 4 : 2;
    void *row;
    enum hs_status st;

    if (ndim == 2)
        shape[1] = hs_extent_count(s->in);
    else if (s->in.c % s->geometry.groups != 0)
        return hs_fail(err, HS_ESHAPE, "%s: %zu channels in %zu groups", s->name, s->in.c,
                       s->geometry.groups);
    else
        shape[1] = s->in.c / s->geometry.groups;
    if ((st = hs_file_expect(in, s->name, "weight", ndim, shape, err)) != HS_OK ||
        (st = hs_tensor_new(&s->w, &p->arena, HS_INT8, ndim, shape, err)) != HS_OK ||
        (st = hs_file_fill(in, s->name, "weight", &s->w, err)) != HS_OK ||
        (st = hs_tensor_new(&s->bias, &p->arena, HS_INT32, 1, shape, err)) != HS_OK ||
        (st = hs_file_fill(in, s->name, "bias", &s->bias, err)) != HS_OK ||
        (st = read_row(&row, &s->n_s, in, &p->arena, s->name, "weight_scale", HS_FLOAT64, s->out.c,
                       err)) != HS_OK)
        return st;
    s->s_w = row;
    for (size_t i = 0; i < s->n_s; i++)
        if (!(s->s_w[i] > 0))
            return hs_fail(err, HS_ERANGE, "%s: weight scale %zu must be above 0", s->name, i);
    return s->n_s > 0 ? HS_OK
                      : hs_fail(err, HS_ENOTFOUND, "tensor %s.weight_scale is missing", s->name);
}

static enum hs_status read_divisor(struct hs_program *p, struct hs_step *s,
                                   const struct hs_value *map, struct hs_error *err)
{
    enum hs_status st;

    s->divisor = hs_arena_alloc(&p->arena, 1, sizeof *s->divisor);
    if (s->divisor == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    st = hs_file_number(s->divisor, map, "divisor", s->name, err);
    if (st == HS_OK && !(*s->divisor > 0))
        st = hs_fail(err, HS_ERANGE, "%s: divisor must be above 0", s->name);
    return st;
}

static enum hs_status read_weighted(struct hs_file_in *in, struct hs_program *p, struct hs_step *s,
                                    const struct hs_value *map, struct hs_error *err)
{
    enum hs_status st = read_tensors(in, p, s, err);

    s->relu = hs_value_flag(map, "relu", false);
    s->sums = hs_value_flag(map, "sums", false);
    if (st == HS_OK)
        st = hs_file_size(&s->bias_clamped, map, "bias_clamped", 0, s->out.c, s->name, err);
    if (st != HS_OK || s->sums)
        return st;
    if (hs_value_get(map, "divisor") != NULL)
        return read_divisor(p, s, map, err);
    return read_requantizer(&s->requantize, in, p, s, hs_value_get(map, "requantize"), err);
}

static enum hs_status read_step(struct hs_file_in *in, struct hs_program *p, size_t i,
                                const struct hs_value *map, struct hs_error *err)
{
    struct hs_step *s = &p->step[i];
    const char *kind = hs_value_text(map, "kind", "");
    size_t k = 0;
    enum hs_status st = hs_file_read_name(&s->name, &p->arena, map, i, err);

    while (k < HS_COUNTOF(kinds) && strcmp(kinds[k], kind) != 0)
        k++;
    if (st == HS_OK && k == HS_COUNTOF(kinds))
        st = hs_fail(err, HS_EFORMAT, "step %s: there is no kind \"%.60s\"", s->name, kind);
    if (st != HS_OK)
        return st;
    s->kind = (enum hs_step_kind)k;
    s->geometry.groups = 1;
    for (size_t j = 0; j < i; j++)
        if (strcmp(p->step[j].name, s->name) == 0)
            return hs_fail(err, HS_EFORMAT, "two steps are called %s", s->name);
    if ((st = hs_file_extent(&s->in, map, "in", s->name, err)) != HS_OK ||
        (st = hs_file_extent(&s->out, map, "out", s->name, err)) != HS_OK ||
        (s->kind != HS_STEP_LINEAR &&
         (st = hs_file_read_geometry(s->kernel, &s->geometry, map, s->name, err)) != HS_OK) ||
        (st = read_codes(&s->x, map, "x", s->name, err)) != HS_OK ||
        (st = read_codes(&s->y, map, "y", s->name, err)) != HS_OK)
        return st;
    return s->kind == HS_STEP_MAXPOOL ? HS_OK : read_weighted(in, p, s, map, err);
}

static enum hs_status read_head(struct hs_file_in *in, struct hs_program *p, struct hs_error *err)
{
    const struct hs_value *about = hs_value_get(&in->json, "about");
    enum hs_status st;

    p->arch = hs_arena_strdup(&p->arena, hs_value_text(&in->json, "arch", ""));
    p->data = hs_arena_strdup(&p->arena, hs_value_text(&in->json, "data", ""));
    p->about = hs_value_map();
    if (p->arch == NULL || p->data == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if ((st = hs_file_read_input(&p->input, &in->json, err)) != HS_OK ||
        (st = hs_file_size(&p->classes, &in->json, "classes", 1, 256, "program", err)) != HS_OK ||
        (st = read_codes(&p->in, &in->json, "codes", "input", err)) != HS_OK ||
        (st = hs_file_read_options(&p->in_options, hs_value_get(&in->json, "options"), err)) !=
            HS_OK)
        return st;
    return about != NULL && about->kind == HS_MAP
               ? hs_value_copy(&p->about, &p->arena, about, true, err)
               : HS_OK;
}

enum hs_status hs_file_read_program(struct hs_file_in *in, struct hs_program *p,
                                    struct hs_error *err)
{
    const struct hs_value *steps = hs_value_get(&in->json, "steps");
    size_t n = hs_value_len(steps);
    enum hs_status st = read_head(in, p, err);

    if (st != HS_OK)
        return st;
    if (steps == NULL || steps->kind != HS_LIST || n == 0 || n > HS_FILE_LAYERS)
        return hs_fail(err, HS_EFORMAT, "a program has 1 to %d steps, this has %zu", HS_FILE_LAYERS,
                       n);
    p->step = hs_arena_alloc_zero(&p->arena, n, sizeof *p->step);
    if (p->step == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    p->n = n;
    for (size_t i = 0; st == HS_OK && i < n; i++)
        st = read_step(in, p, i, hs_value_at(steps, i), err);
    if (st == HS_OK && hs_extent_count(p->step[n - 1].out) != p->classes)
        st = hs_fail(err, HS_ESHAPE, "the last step gives %zu numbers; %zu classes are expected",
                     hs_extent_count(p->step[n - 1].out), p->classes);
    return st == HS_OK ? hs_program_pack(p, err) : st;
}

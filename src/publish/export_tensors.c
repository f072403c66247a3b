/* .npz and .safetensors: codes, scales and zero points by name, for NumPy and others. */
#include "io/save.h"
#include "publish/export.h"

enum { PER_STEP = 8 };

struct list {
    struct hs_named_tensor *item;
    size_t n;
    struct hs_arena arena;
    bool failed;
};

static void add(struct list *l, const char *step, const char *what, const struct hs_tensor *t)
{
    char *name = hs_arena_printf(&l->arena, "%s.%s", step, what);

    if (name == NULL) {
        l->failed = true;
        return;
    }
    l->item[l->n++] = (struct hs_named_tensor){name, *t};
}

static void add_numbers(struct list *l, const char *step, const char *what, enum hs_dtype dtype,
                        const double *v, size_t n)
{
    struct hs_tensor t;

    if (hs_tensor_new(&t, &l->arena, dtype, 1, &n, NULL) != HS_OK) {
        l->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        l->failed = !hs_tensor_set(&t, i, v[i]) || l->failed;
    add(l, step, what, &t);
}

static void add_codes(struct list *l, const char *step, const struct hs_codes *c, bool input)
{
    const double zero = c->zero_point;

    add_numbers(l, step, input ? "input_scale" : "output_scale", HS_FLOAT64, &c->scale, 1);
    add_numbers(l, step, input ? "input_zero_point" : "output_zero_point", HS_INT32, &zero, 1);
}

static void add_step(struct list *l, const struct hs_step *s)
{
    add(l, s->name, "weight", &s->w);
    add(l, s->name, "bias", &s->bias);
    add_numbers(l, s->name, "weight_scale", HS_FLOAT64, s->s_w, s->n_s);
    add_codes(l, s->name, &s->x, true);
    if (s->sums)
        return;
    add_codes(l, s->name, &s->y, false);
    if (s->divisor != NULL)
        add_numbers(l, s->name, "divisor", HS_FLOAT64, s->divisor, 1);
    else
        add_numbers(l, s->name, "multiplier", HS_FLOAT64, s->requantize.multiplier,
                    s->requantize.n);
}

static enum hs_status collect(struct list *l, const struct hs_program *p, struct hs_error *err)
{
    l->item = hs_arena_alloc_zero(&l->arena, p->n * PER_STEP + 1, sizeof *l->item);
    if (l->item == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for an export");
    for (size_t i = 0; i < p->n; i++)
        if (p->step[i].kind != HS_STEP_MAXPOOL)
            add_step(l, &p->step[i]);
    return l->failed ? hs_fail(err, HS_ENOMEM, "out of memory for an export") : HS_OK;
}

static enum hs_status write_as(struct hs_str *out, const struct hs_program *p, const char *path,
                               struct hs_error *err)
{
    struct list l = {.n = 0};
    enum hs_status st = collect(&l, p, err);

    if (st == HS_OK)
        st = hs_tensors_format(out, path, l.item, l.n, err);
    hs_arena_dispose(&l.arena);
    return st;
}

static enum hs_status write_npz(struct hs_str *out, const struct hs_program *p, const char *name,
                                struct hs_error *err)
{
    (void)name;
    return write_as(out, p, "model.npz", err);
}

static enum hs_status write_safetensors(struct hs_str *out, const struct hs_program *p,
                                        const char *name, struct hs_error *err)
{
    (void)name;
    return write_as(out, p, "model.safetensors", err);
}

extern const struct hs_exporter hs_exporter_npz, hs_exporter_safetensors;
const struct hs_exporter hs_exporter_npz = {"npz", ".npz",
                                            "codes, scales and zero points as NumPy arrays",
                                            write_npz};
const struct hs_exporter hs_exporter_safetensors = {"safetensors", ".safetensors",
                                                    "the same as safetensors", write_safetensors};

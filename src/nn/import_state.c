/* Float state dicts of the zoo's networks: tensors are matched by name, or else in the order of the
 * file, so that Sequential's "0.weight" and a lab's own names are read as well. */
#include <string.h>

#include "nn/importer.h"
#include "nn/prepare.h"
#include "nn/zoo.h"

enum { MOST_PLACES = 32 }; /* layers with parameters in any network of the zoo */

/* How a file matches one network. */
struct match {
    struct hs_model model;
    const char *id;
    struct hs_layer *place[MOST_PLACES];              // (n)
    const struct hs_import_group *group[MOST_PLACES]; // (n) NULL: missing
    size_t n, found, named, fit;
};

static bool is(const struct hs_layer *l, const char *class)
{
    return strcmp(l->class->id, class) == 0;
}

/* Could these tensors be of such a layer, whatever their sizes? */
static bool same_kind(const struct hs_layer *l, const struct hs_import_group *g)
{
    int axes = g->weight->tensor.ndim;

    if (g->weight->quantized)
        return false;
    return is(l, "batchnorm") ? g->mean != NULL && g->var != NULL && axes == 1
                              : g->mean == NULL && axes == (is(l, "conv2d") ? 4 : 2);
}

static const struct hs_import_group *by_name(const struct hs_import *f, const struct hs_layer *l)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->group[i].base, l->name) == 0 && same_kind(l, &f->group[i]))
            return &f->group[i];
    return NULL;
}

static bool has_shape(const struct hs_entry *e, const struct hs_tensor *t)
{
    return e != NULL && hs_shape_equal(&e->tensor, t);
}

/* Tensors of the group that fit the layer, less one that is too many. */
static size_t fitting(const struct hs_layer *l, const struct hs_import_group *g)
{
    size_t fit = has_shape(g->weight, &l->param[0].value);

    if (l->params > 1)
        return fit + has_shape(g->bias, &l->param[1].value);
    return fit + (g->bias == NULL);
}

static void look(struct match *k, const struct hs_import *f)
{
    bool in_order;

    for (size_t i = 0; i < k->model.n && k->n < MOST_PLACES; i++)
        if (k->model.layer[i].params > 0)
            k->place[k->n++] = &k->model.layer[i];
    in_order = f->n == k->n;
    for (size_t i = 0; i < k->n && in_order; i++)
        in_order = same_kind(k->place[i], &f->group[i]);
    for (size_t i = 0; i < k->n; i++) {
        k->group[i] = by_name(f, k->place[i]);
        k->named += k->group[i] != NULL;
    }
    for (size_t i = 0; i < k->n; i++) {
        if (in_order && k->named < k->n) /* names that agree by chance must not mix the order */
            k->group[i] = &f->group[i];
        k->found += k->group[i] != NULL;
        k->fit += k->group[i] != NULL ? fitting(k->place[i], k->group[i]) : 0;
    }
}

/* Meant to be this network: every layer is there, or at least half by name. */
static bool is_meant(const struct match *k)
{
    return k->n > 0 && (k->found == k->n || 2 * k->named >= k->n);
}

static bool is_better(const struct match *a, const struct match *b)
{
    size_t x = a->fit * b->n, y = b->fit * a->n; /* shares of the places */

    if (is_meant(a) != is_meant(b))
        return is_meant(a);
    return x != y ? x > y : a->found * b->n > b->found * a->n;
}

/* The network, its weights all zero; `folded`: without its BatchNorm. */
static enum hs_status make(struct hs_model *out, const struct hs_zoo_entry *e, bool folded,
                           struct hs_error *err)
{
    struct hs_model m = HS_MODEL_INIT;
    enum hs_status st;

    m.arch = e->id;
    m.data = e->data;
    m.about = hs_value_map();
    st = e->make(&m, err);
    if (st == HS_OK && folded) {
        st = hs_model_fold(out, &m, err);
        hs_model_dispose(&m);
    } else if (st == HS_OK) {
        *out = m;
    } else {
        hs_model_dispose(&m);
    }
    return st;
}

static bool has_batchnorm(const struct hs_model *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (is(&m->layer[i], "batchnorm"))
            return true;
    return false;
}

static bool brings_statistics(const struct hs_import *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->group[i].mean != NULL)
            return true;
    return false;
}

/* Looks at one network and keeps the better of two. */
static enum hs_status compare(struct match *best, const struct hs_import *f,
                              const struct hs_zoo_entry *e, bool folded, bool *norms,
                              struct hs_error *err)
{
    struct match k = {.model = HS_MODEL_INIT, .id = e->id};
    enum hs_status st = make(&k.model, e, folded, err);

    if (st != HS_OK)
        return st;
    *norms = has_batchnorm(&k.model);
    look(&k, f);
    if (best->n == 0 || is_better(&k, best)) {
        hs_model_dispose(&best->model);
        *best = k;
    } else {
        hs_model_dispose(&k.model);
    }
    return HS_OK;
}

/* The network of the zoo that matches best; dispose its model in any case. */
static enum hs_status best_match(struct match *best, const struct hs_import *f,
                                 struct hs_error *err)
{
    size_t count;
    const struct hs_zoo_entry *const *zoo = hs_zoo(&count);
    bool statistics = brings_statistics(f), norms = false;
    enum hs_status st = HS_OK;

    *best = (struct match){.model = HS_MODEL_INIT};
    for (size_t i = 0; st == HS_OK && i < count; i++) {
        st = compare(best, f, zoo[i], false, &norms, err);
        if (st == HS_OK && norms && !statistics)
            st = compare(best, f, zoo[i], true, &norms, err);
    }
    return st;
}

bool hs_import_is_state(const struct hs_import *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (!f->group[i].weight->quantized)
            return true;
    return false;
}

static enum hs_status copy_one(struct hs_tensor *to, const struct hs_import *f,
                               const struct match *k, const struct hs_layer *l, const char *what,
                               const struct hs_entry *e, struct hs_error *err)
{
    struct hs_str remedy = HS_STR_INIT, shape = HS_STR_INIT;
    enum hs_status st;

    if (e == NULL) {
        hs_shape_format(&shape, to->ndim, to->shape);
        st = hs_fail(err, HS_ENOTFOUND,
                     "%s: has no tensor %s.%s of shape %s, which %s needs: save all of its state "
                     "dict",
                     f->file, l->name, what, shape.buf, k->id);
        hs_str_dispose(&shape);
        return st;
    }
    hs_str_printf(&remedy, "it is %s.%s of %s; save the weights of that network, or train it here",
                  l->name, what, k->id);
    st = hs_import_shape(f, e, to->ndim, to->shape, remedy.buf, err);
    hs_str_dispose(&remedy);
    return st == HS_OK ? hs_import_floats(to, f, e, false, 1, err) : st;
}

static enum hs_status copy_layer(const struct hs_import *f, const struct match *k, size_t i,
                                 struct hs_error *err)
{
    static const struct hs_import_group none = {.name = NULL};
    struct hs_layer *l = k->place[i];
    const struct hs_import_group *g = k->group[i] != NULL ? k->group[i] : &none;
    enum hs_status st = copy_one(&l->param[0].value, f, k, l, "weight", g->weight, err);

    if (st == HS_OK && l->params > 1)
        st = copy_one(&l->param[1].value, f, k, l, "bias", g->bias, err);
    else if (st == HS_OK && g->bias != NULL)
        st = hs_fail(err, HS_EFORMAT,
                     "%s: %s is too many: %s of %s has no bias; fold it away or train it here",
                     f->file, g->bias->name, l->name, k->id);
    if (st == HS_OK && l->running_mean.data != NULL)
        st = copy_one(&l->running_mean, f, k, l, "running_mean", g->mean, err);
    if (st == HS_OK && l->running_var.data != NULL)
        st = copy_one(&l->running_var, f, k, l, "running_var", g->var, err);
    return st;
}

static enum hs_status remark(struct hs_import *f, const struct match *k, struct hs_error *err)
{
    enum hs_status st =
        hs_import_remark(f, err, "%s, matched %s; the input is taken as that network's", k->id,
                         k->named == k->n ? "by name"
                                          : "in the order of the file, as its names are others");

    if (st == HS_OK && f->n > k->n)
        st = hs_import_remark(f, err, "%zu other layers of the file were left out", f->n - k->n);
    return st;
}

enum hs_status hs_import_state(struct hs_import *f, struct hs_error *err)
{
    struct match k;
    enum hs_status st = best_match(&k, f, err);

    if (st == HS_OK && !is_meant(&k))
        st = hs_import_unknown(f, err);
    if (st != HS_OK) {
        hs_model_dispose(&k.model);
        return st;
    }
    f->out->model = k.model; /* the importer's from here on, with the places in it */
    for (size_t i = 0; st == HS_OK && i < k.n; i++)
        st = copy_layer(f, &k, i, err);
    if (st != HS_OK)
        return st;
    f->out->has_model = true;
    f->out->kind = "float state dict of a network of the zoo";
    return remark(f, &k, err);
}

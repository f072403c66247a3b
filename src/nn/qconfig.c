#include <string.h>

#include "nn/prepare.h"

struct row {
    const char *name, *profile;
    enum hs_scheme weights;
    bool per_channel;
    enum hs_dtype dtype;
    enum hs_scheme activations;
    const char *observer;
    enum hs_round bias_rounding;
    const char *help;
};

static const struct row rows[] = {
#define HS_QCONFIG(name, profile, ws, channel, dtype, as, observer, rounding, help) \
    {name, profile, ws, channel, dtype, as, observer, HS_ROUND_##rounding, help},
#include "nn/qconfigs.def"
#undef HS_QCONFIG
};

enum { ROWS = sizeof rows / sizeof *rows };

bool hs_qconfig_row(size_t i, const char **name, const char **help)
{
    if (i >= ROWS)
        return false;
    *name = rows[i].name;
    *help = rows[i].help;
    return true;
}

static enum hs_status unknown(const char *name, struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < ROWS; i++)
        hs_str_printf(&names, i == 0 ? "%s" : ", %s", rows[i].name);
    st = hs_fail(err, HS_ENOTFOUND, "there is no way of quantizing \"%s\"; there are %s", name,
                 hs_str_ok(&names) ? names.buf : "others");
    hs_str_dispose(&names);
    return st;
}

static struct hs_fake_spec spec(const struct hs_quant_options *o, enum hs_scheme scheme,
                                enum hs_dtype dtype, const char *observer, int axis)
{
    struct hs_fake_spec s = {.observer = observer, .method = HS_QAT_STE};

    s.config = hs_observer_config_default();
    s.config.axis = axis;
    s.config.options = *o;
    s.config.options.scheme = scheme;
    s.config.target = (struct hs_qtarget){.dtype = dtype, .bits = 8};
    return s;
}

static enum hs_requantize profile_requantize(const char *name)
{
    size_t n;
    const struct hs_profile *p = hs_profiles(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].name, name) == 0)
            return p[i].requantize;
    return HS_REQUANTIZE_FLOAT;
}

enum hs_status hs_qconfig_find(struct hs_qconfig *out, const char *name, struct hs_error *err)
{
    const struct row *r = NULL;
    struct hs_quant_options o;
    enum hs_status st;

    for (size_t i = 0; i < ROWS && r == NULL; i++)
        if (strcmp(rows[i].name, name) == 0)
            r = &rows[i];
    if (r == NULL)
        return unknown(name, err);
    st = hs_quant_options_profile(&o, r->profile, err);
    if (st != HS_OK)
        return st;
    *out =
        (struct hs_qconfig){.name = r->name,
                            .help = r->help,
                            .weight =
                                spec(&o, r->weights, HS_INT8, "minmax", r->per_channel ? 0 : -1),
                            .input = spec(&o, r->activations, r->dtype, "minmax", -1),
                            .activation = spec(&o, r->activations, r->dtype, r->observer, -1),
                            .output = spec(&o, r->activations, r->dtype, r->observer, -1),
                            .requantize = {.mode = profile_requantize(r->profile), .float32 = true},
                            .bias_rounding = r->bias_rounding};
    return HS_OK;
}

enum hs_status hs_qconfig_bits(struct hs_qconfig *q, int w, int a, bool all, struct hs_error *err)
{
    const int bits[2] = {w, a};

    for (int i = 0; i < 2; i++)
        if (bits[i] != 0 && bits[i] != 32 && (bits[i] < 2 || bits[i] > 8))
            return hs_fail(err, HS_EINVAL, "%d bits: networks take 2 to 8, or 32 for float",
                           bits[i]);
    if (w != 0)
        q->weight.config.target.bits = w;
    if (a == 0)
        return HS_OK;
    q->activation.config.target.bits = a;
    if (all) {
        q->input.config.target.bits = a;
        q->output.config.target.bits = a;
    }
    return HS_OK;
}

static enum hs_status set_observer(struct hs_fake_spec *s, const char *id, struct hs_error *err)
{
    const struct hs_observer *o = hs_observer_find(id);
    struct hs_str names = HS_STR_INIT;
    const struct hs_observer *const *all;
    enum hs_status st;
    size_t n;

    if (o != NULL) {
        s->observer = o->id;
        return HS_OK;
    }
    all = hs_observers(&n);
    for (size_t i = 0; i < n; i++)
        hs_str_printf(&names, i == 0 ? "%s" : ", %s", all[i]->id);
    st = hs_fail(err, HS_ENOTFOUND, "there is no observer \"%s\"; there are %s", id,
                 hs_str_ok(&names) ? names.buf : "others");
    hs_str_dispose(&names);
    return st;
}

enum hs_status hs_qconfig_observer(struct hs_qconfig *q, const char *weights,
                                   const char *activations, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    if (weights != NULL)
        st = set_observer(&q->weight, weights, err);
    if (st == HS_OK && activations != NULL)
        st = set_observer(&q->activation, activations, err);
    if (st == HS_OK && activations != NULL)
        st = set_observer(&q->output, activations, err);
    return st;
}

void hs_qconfig_method(struct hs_qconfig *q, enum hs_qat_method method)
{
    /* input and output have no ReLU before them: an observer's affine range fits, [0, alpha] not */
    q->activation.method = method;
    q->weight.method = method == HS_QAT_PACT ? HS_QAT_STE : method;
    if (method == HS_QAT_DOREFA || method == HS_QAT_WRPN)
        q->weight.config.axis = -1;
}

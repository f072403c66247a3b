#include "quant/energy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t price;
} ops[HS_ENERGY_OP_COUNT] = {
#define HS_ENERGY_OP(id, name, centi_pj) [HS_ENERGY_##id] = {name, centi_pj},
#include "quant/energy_ops.def"
#undef HS_ENERGY_OP
};

static const struct {
    const char *name, *help;
} accountings[HS_ACCOUNTING_COUNT] = {
    [HS_FORMULA6] =
        {"formula6",
         "the literal formula: one subtraction of the zero point per product, one output addition"},
    [HS_HOISTED] = {"hoisted", "the zero point subtracted once per input"},
    [HS_FOLDED] = {"folded",
                   "the zero point folded into the bias or done by a bit flip, no output addition"},
    [HS_REPORT] = {"report", "bias in int8, no offsets, no bias on the fp32 side"},
};

const char *hs_energy_op_name(enum hs_energy_op op)
{
    return ops[op].name;
}

int64_t hs_energy_op_price(enum hs_energy_op op)
{
    return ops[op].price;
}

const char *hs_accounting_name(enum hs_accounting a)
{
    return accountings[a].name;
}

const char *hs_accounting_help(enum hs_accounting a)
{
    return accountings[a].help;
}

int hs_accounting_find(const char *name)
{
    for (int i = 0; i < HS_ACCOUNTING_COUNT; i++)
        if (strcmp(accountings[i].name, name) == 0)
            return i;
    return -1;
}

enum { MOST = 1000000 }; /* of a spatial dimension: counting padded taps looks at each position */

/* What one layer does, whoever counts: products, output elements, input elements. */
struct work {
    int64_t taps, outputs, inputs;
};

/* Products in one direction: for each of `outputs` positions, how many of the `kernel` taps lie
 * inside `size`. */
static int64_t inside_taps(int64_t outputs, const struct hs_energy_layer *l, int64_t size)
{
    int64_t sum = 0;

    for (int64_t o = 0; o < outputs; o++) {
        int64_t first = o * l->stride - l->padding, last = first + l->kernel;

        first = first < 0 ? 0 : first;
        last = last > size ? size : last;
        sum += last > first ? last - first : 0;
    }
    return sum;
}

static bool multiply(int64_t *out, int64_t a, int64_t b)
{
    return !__builtin_mul_overflow(a, b, out);
}

static enum hs_status too_large(struct hs_error *err)
{
    return hs_fail(err, HS_ELIMIT,
                   "the layer has more operations than 63 bits count; use smaller dimensions");
}

static enum hs_status conv_work(struct work *w, struct hs_energy_counts *c,
                                const struct hs_energy_layer *l, struct hs_error *err)
{
    int64_t oh, ow, rows, columns, positions;

    if (l->stride < 1 || l->padding < 0 || l->groups < 1 || l->height < 1 || l->width < 1)
        return hs_fail(err, HS_EINVAL,
                       "a convolution needs stride, groups, height and width of 1 or more and "
                       "padding of 0 or more");
    if (l->stride > MOST || l->padding > MOST || l->height > MOST || l->width > MOST ||
        l->kernel > MOST)
        return hs_fail(err, HS_ELIMIT, "a convolution with a dimension above %d is not counted",
                       MOST);
    if (l->in % l->groups != 0 || l->out % l->groups != 0)
        return hs_fail(err, HS_EINVAL,
                       "%" PRId64 " groups do not divide %" PRId64 " input and %" PRId64
                       " output channels",
                       l->groups, l->in, l->out);
    oh = (l->height + 2 * l->padding - l->kernel) / l->stride + 1;
    ow = (l->width + 2 * l->padding - l->kernel) / l->stride + 1;
    if (l->height + 2 * l->padding < l->kernel || l->width + 2 * l->padding < l->kernel)
        return hs_fail(err, HS_EINVAL, "the kernel of %" PRId64 " is larger than the padded input",
                       l->kernel);
    rows = l->valid_taps ? inside_taps(oh, l, l->height) : oh * l->kernel;
    columns = l->valid_taps ? inside_taps(ow, l, l->width) : ow * l->kernel;
    c->out_height = oh;
    c->out_width = ow;
    if (!multiply(&positions, rows, columns) ||
        !multiply(&positions, positions, l->in / l->groups) ||
        !multiply(&w->taps, positions, l->out) || !multiply(&w->outputs, oh, ow) ||
        !multiply(&w->outputs, w->outputs, l->out) || !multiply(&w->inputs, l->height, l->width) ||
        !multiply(&w->inputs, w->inputs, l->in))
        return too_large(err);
    return HS_OK;
}

static enum hs_status price(int64_t *total, const int64_t *counts, struct hs_error *err)
{
    int64_t sum = 0;

    for (int i = 0; i < HS_ENERGY_OP_COUNT; i++) {
        int64_t part;

        if (!multiply(&part, counts[i], ops[i].price) || __builtin_add_overflow(sum, part, &sum))
            return too_large(err);
    }
    *total = sum;
    return HS_OK;
}

enum hs_status hs_energy_count(struct hs_energy_counts *out, const struct hs_energy_layer *layer,
                               enum hs_accounting accounting, struct hs_error *err)
{
    struct hs_energy_counts c = {.out_height = 0};
    struct work w = {0};
    enum hs_status st = HS_OK;
    int64_t bias, input_offset;

    if (layer->in > INT32_MAX || layer->out > INT32_MAX)
        return hs_fail(err, HS_ELIMIT,
                       "a layer of more than 2^31 - 1 inputs or outputs is not counted");
    if (layer->in < 1 || layer->out < 1 || layer->kernel < 0)
        return hs_fail(err, HS_EINVAL, "a layer needs 1 or more inputs and outputs");
    if (layer->kernel > 0)
        st = conv_work(&w, &c, layer, err);
    else
        w = (struct work){.taps = layer->in * layer->out,
                          .outputs = layer->out,
                          .inputs = layer->in};
    if (st != HS_OK)
        return st;
    bias = layer->bias ? w.outputs : 0;
    input_offset = accounting == HS_FORMULA6 ? w.taps : accounting == HS_HOISTED ? w.inputs : 0;
    c.fp32[HS_ENERGY_FP32_MUL] = w.taps;
    c.fp32[HS_ENERGY_FP32_ADD] = w.taps - w.outputs + (accounting == HS_REPORT ? 0 : bias);
    c.int8[HS_ENERGY_INT8_MUL] = w.taps;
    c.int8[HS_ENERGY_INT32_ADD] = w.taps - w.outputs + (accounting == HS_REPORT ? 0 : bias);
    c.int8[HS_ENERGY_INT8_ADD] =
        accounting == HS_REPORT ? bias : input_offset + (input_offset != 0 ? w.outputs : 0);
    c.int8[HS_ENERGY_SHIFT] = w.outputs;
    st = price(&c.fp32_centi_pj, c.fp32, err);
    if (st == HS_OK)
        st = price(&c.int8_centi_pj, c.int8, err);
    if (st == HS_OK)
        *out = c;
    return st;
}

/* Reads a positive number and moves on; false when there is none. */
static bool number(const char **p, int64_t *out)
{
    char *end;

    if (**p < '0' || **p > '9')
        return false;
    *out = strtoll(*p, &end, 10);
    *p = end;
    return true;
}

static bool skip(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static bool parse_conv(struct hs_energy_layer *l, const char *p)
{
    *l = (struct hs_energy_layer){.stride = 1, .groups = 1, .bias = true};
    if (!number(&p, &l->in) || !skip(&p, 'x') || !number(&p, &l->out) || !skip(&p, 'x') ||
        !number(&p, &l->kernel))
        return false;
    while (skip(&p, ':')) {
        int64_t *field = *p == 's'   ? &l->stride
                         : *p == 'p' ? &l->padding
                         : *p == 'g' ? &l->groups
                                     : NULL;

        if (field == NULL)
            return false;
        p++;
        if (!number(&p, field))
            return false;
    }
    return skip(&p, '@') && number(&p, &l->height) && skip(&p, 'x') && number(&p, &l->width) &&
           *p == '\0' && l->kernel > 0;
}

enum hs_status hs_energy_layer_parse(struct hs_energy_layer *out, const char *text,
                                     struct hs_error *err)
{
    struct hs_energy_layer l = {.bias = true};
    const char *p = strchr(text, ':');
    bool ok = false;

    if (strncmp(text, "linear:", 7) == 0) {
        p++;
        ok = number(&p, &l.in) && skip(&p, 'x') && number(&p, &l.out) && *p == '\0';
    } else if (strncmp(text, "conv:", 5) == 0) {
        ok = parse_conv(&l, p + 1);
    }
    if (!ok)
        return hs_fail(err, HS_EINVAL,
                       "\"%s\" is no layer: write linear:128x10 or conv:3x64x3:s1:p1@32x32 "
                       "(channels in x out x kernel @ "
                       "height x width)",
                       text);
    *out = l;
    return HS_OK;
}

char *hs_energy_format(char out[HS_FMT_SIZE], int64_t centi_pj)
{
    int n = snprintf(out, HS_FMT_SIZE, "%" PRId64 ".%02" PRId64, centi_pj / 100, centi_pj % 100);

    while (n > 0 && out[n - 1] == '0')
        out[--n] = '\0';
    if (n > 0 && out[n - 1] == '.')
        out[--n] = '\0';
    return out;
}

/* A C header that needs nothing else: codes, factors, and a run() in plain loops (C99, C++11). It
 * is for reading and for small machines; its answers are those of the program, bit for bit. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "publish/export.h"

enum { PER_LINE = 16 };

static const char *const code_of_run =
    "struct @_layer {\n"
    "    int kind; /* 0 convolution, 1 linear, 2 largest of a window */\n"
    "    int c, h, w, out_c, out_h, out_w;\n"
    "    int kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, "
    "groups;\n"
    "    int x_zero, y_zero, lo, hi, relu;\n"
    "    int mode; /* 0 float factor, 1 shift, 2 divisor, 3 sums times a factor: logits */\n"
    "    const int8_t *weight;\n"
    "    const int32_t *bias;\n"
    "    const float *factor;\n"
    "    int factors, shift;\n"
    "};\n\n"
    "/* q = clamp(R(acc M) + z): the factor of channel o, half to even; or floor(acc / 2^shift). "
    "*/\n"
    "static int @_code(const struct @_layer *l, int32_t acc, int o)\n"
    "{\n"
    "    double q;\n\n"
    "    if (l->mode == 1)\n"
    "        q = floor(ldexp((double)acc, -l->shift));\n"
    "    else if (l->mode == 2)\n"
    "        q = (double)rintf((float)acc / l->factor[0]);\n"
    "    else\n"
    "        q = (double)rintf((float)acc * l->factor[l->factors > 1 ? o : 0]);\n"
    "    if (l->relu && q < 0)\n"
    "        q = 0;\n"
    "    q += l->y_zero;\n"
    "    return q < l->lo ? l->lo : q > l->hi ? l->hi : (int)q;\n"
    "}\n\n"
    "/* acc = bias + sum (x - z_x) w over the window of output (o, y, x). */\n"
    "static int32_t @_sum(const struct @_layer *l, const int16_t *in, int o, int y, int x)\n"
    "{\n"
    "    int channels = l->c / l->groups, first = o / (l->out_c / l->groups) * channels;\n"
    "    const int8_t *w = l->weight + (long)o * channels * l->kernel_h * l->kernel_w;\n"
    "    int32_t acc = l->bias[o];\n"
    "    int c, i, j;\n\n"
    "    for (c = 0; c < channels; c++)\n"
    "        for (i = 0; i < l->kernel_h; i++)\n"
    "            for (j = 0; j < l->kernel_w; j++, w++) {\n"
    "                int r = y * l->stride_h + i * l->dilation_h - l->pad_h;\n"
    "                int k = x * l->stride_w + j * l->dilation_w - l->pad_w;\n\n"
    "                if (r >= 0 && r < l->h && k >= 0 && k < l->w)\n"
    "                    acc += *w * (in[((long)(first + c) * l->h + r) * l->w + k] - l->x_zero);\n"
    "            }\n"
    "    return acc;\n"
    "}\n\n"
    "static int @_largest(const struct @_layer *l, const int16_t *in, int o, int y, int x)\n"
    "{\n"
    "    int best = -32768, i, j;\n\n"
    "    for (i = 0; i < l->kernel_h; i++)\n"
    "        for (j = 0; j < l->kernel_w; j++) {\n"
    "            int q = in[((long)o * l->h + y * l->stride_h + i) * l->w + x * l->stride_w + "
    "j];\n\n"
    "            best = q > best ? q : best;\n"
    "        }\n"
    "    return best;\n"
    "}\n\n";

static const char *const end_of_run =
    "/* One picture, [channels, rows, columns] as the network takes it; logits[@_CLASSES]. */\n"
    "static inline void @_run(const float *input, float *logits)\n"
    "{\n"
    "    static int16_t codes[2][@_LARGEST];\n"
    "    int n, o, y, x, i;\n\n"
    "    for (i = 0; i < @_INPUTS; i++)\n"
    "        codes[0][i] = (int16_t)@_input(input[i]);\n"
    "    for (n = 0; n < @_LAYERS; n++) {\n"
    "        const struct @_layer *l = &@_layers[n];\n"
    "        const int16_t *in = codes[n % 2];\n"
    "        int16_t *out = codes[(n + 1) % 2];\n\n"
    "        for (o = 0; o < l->out_c; o++)\n"
    "            for (y = 0; y < l->out_h; y++)\n"
    "                for (x = 0; x < l->out_w; x++) {\n"
    "                    long at = ((long)o * l->out_h + y) * l->out_w + x;\n\n"
    "                    if (l->kind == 2)\n"
    "                        out[at] = (int16_t)@_largest(l, in, o, y, x);\n"
    "                    else if (l->mode == 3)\n"
    "                        logits[o] = (float)@_sum(l, in, o, y, x) * l->factor[l->factors > 1 ? "
    "o "
    ": 0];\n"
    "                    else\n"
    "                        out[at] = (int16_t)@_code(l, @_sum(l, in, o, y, x), o);\n"
    "                }\n"
    "    }\n";

/* The text with @ as the network's name. */
static void add_code(struct hs_str *out, const char *text, const char *name)
{
    for (; *text != '\0'; text++)
        if (*text == '@')
            hs_str_add(out, name);
        else
            hs_str_add_char(out, *text);
}

static void add_float(struct hs_str *out, float v)
{
    char text[HS_FMT_SIZE];

    hs_fmt_float(text, v);
    hs_str_add(out, text);
    hs_str_add(out, strpbrk(text, ".e") == NULL ? ".0f" : "f");
}

static void add_array(struct hs_str *out, const char *type, const char *name, const char *step,
                      const char *what, const struct hs_tensor *t)
{
    size_t n = hs_tensor_count(t);

    hs_str_printf(out, "static const %s %s_%s_%s[%zu] = {", type, name, step, what, n);
    for (size_t i = 0; i < n; i++) {
        hs_str_add(out, i % PER_LINE == 0 ? "\n    " : " ");
        hs_str_printf(out, "%lld,", (long long)hs_tensor_get(t, i));
    }
    hs_str_add(out, "\n};\n");
}

static void add_factors(struct hs_str *out, const char *name, const char *step,
                        const struct hs_step *s)
{
    size_t n = s->divisor != NULL ? 1 : s->sums ? s->n_s : s->requantize.n;

    hs_str_printf(out, "static const float %s_%s_factor[%zu] = {", name, step, n);
    for (size_t i = 0; i < n; i++) {
        hs_str_add(out, i % 8 == 0 ? "\n    " : " ");
        add_float(out, (float)(s->divisor != NULL ? *s->divisor
                               : s->sums          ? s->x.scale * s->s_w[i]
                                                  : s->requantize.multiplier[i]));
        hs_str_add_char(out, ',');
    }
    hs_str_add(out, "\n};\n");
}

static void identifier(char *out, size_t size, const char *text)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < size; text++)
        out[n++] = isalnum((unsigned char)*text) ? *text : '_';
    out[n] = '\0';
}

static bool is_shift(const struct hs_step *s)
{
    return s->requantize.mode == HS_REQUANTIZE_SHIFT_FLOOR && s->requantize.n == 1;
}

static enum hs_status check(const struct hs_program *p, struct hs_error *err)
{
    const struct hs_quant_options *o = &p->in_options;

    if (o->rounding != HS_ROUND_HALF_EVEN || o->zero_point_order != HS_AFTER_ROUNDING)
        return hs_fail(
            err, HS_EINVAL,
            "the C header rounds its input half to even with the zero point behind; this "
            "program does not");
    for (size_t i = 0; i < p->n; i++) {
        const struct hs_step *s = &p->step[i];
        const struct hs_requantizer *r = &s->requantize;
        bool fine = s->kind == HS_STEP_MAXPOOL || s->sums || s->divisor != NULL || is_shift(s) ||
                    (r->mode == HS_REQUANTIZE_FLOAT && r->float32 && !r->zero_point_first &&
                     r->rounding == HS_ROUND_HALF_EVEN);

        if (!fine)
            return hs_fail(err, HS_EINVAL,
                           "step %s requantizes by %s, which the C header does not write; convert "
                           "with --requantize float or shift_floor",
                           s->name, hs_requantize_name(r->mode));
        if (s->sums && i + 1 < p->n)
            return hs_fail(err, HS_EINVAL, "step %s gives sums but is not the last", s->name);
    }
    return HS_OK;
}

static void add_tensors(struct hs_str *out, const struct hs_program *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct hs_step *s = &p->step[i];
        char step[64];

        if (s->kind == HS_STEP_MAXPOOL)
            continue;
        identifier(step, sizeof step, s->name);
        hs_str_printf(out, "\n/* %.100s: scale of the input %g, of the weights %g%s */\n", s->name,
                      s->x.scale, s->s_w[0], s->n_s > 1 ? " …, one a channel" : "");
        add_array(out, "int8_t", name, step, "weight", &s->w);
        add_array(out, "int32_t", name, step, "bias", &s->bias);
        add_factors(out, name, step, s);
    }
}

static void add_layer(struct hs_str *out, const struct hs_step *s, const char *name)
{
    const struct hs_conv_geometry *g = &s->geometry;
    bool linear = s->kind == HS_STEP_LINEAR, pool = s->kind == HS_STEP_MAXPOOL;
    int mode = s->sums ? 3 : s->divisor != NULL ? 2 : is_shift(s) ? 1 : 0;
    char step[64];

    identifier(step, sizeof step, s->name);
    hs_str_printf(out, "    {%d, %zu, %zu, %zu, %zu, %zu, %zu, ", pool ? 2 : linear,
                  linear ? hs_extent_count(s->in) : s->in.c, linear ? 1 : s->in.h,
                  linear ? 1 : s->in.w, s->out.c, s->out.h, s->out.w);
    if (linear)
        hs_str_add(out, "1, 1, 1, 1, 0, 0, 1, 1, 1, ");
    else
        hs_str_printf(out, "%zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu, %zu, ", s->kernel[0],
                      s->kernel[1], g->stride[0], g->stride[1], g->padding[0], g->padding[1],
                      g->dilation[0], g->dilation[1], g->groups);
    if (pool) {
        hs_str_add(out, "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},\n");
        return;
    }
    hs_str_printf(out,
                  "%d, %d, %d, %d, %d, %d, %s_%s_weight, %s_%s_bias, %s_%s_factor, %zu, %d},\n",
                  s->x.zero_point, s->sums ? 0 : s->y.zero_point, s->sums ? 0 : s->y.lo,
                  s->sums ? 0 : s->y.hi, s->relu, mode, name, step, name, step, name, step,
                  s->divisor != NULL ? (size_t)1
                  : s->sums          ? s->n_s
                                     : s->requantize.n,
                  mode == 1 ? s->requantize.shift[0] : 0);
}

static void add_constants(struct hs_str *out, const struct hs_program *p, const char *name)
{
    size_t largest = hs_extent_count(p->input.extent);

    for (size_t i = 0; i < p->n; i++)
        if (hs_extent_count(p->step[i].out) > largest)
            largest = hs_extent_count(p->step[i].out);
    hs_str_printf(out,
                  "\nenum {\n    %s_INPUTS = %zu,\n    %s_CLASSES = %zu,\n    %s_LAYERS = %zu,\n"
                  "    %s_LARGEST = %zu\n};\n\n",
                  name, hs_extent_count(p->input.extent), name, p->classes, name, p->n, name,
                  largest);
}

static void add_input(struct hs_str *out, const struct hs_program *p, const char *name)
{
    bool reciprocal = p->in_options.division == HS_RECIPROCAL;

    hs_str_printf(out, "\nstatic int %s_input(float x)\n{\n    float q = rintf(x %c ", name,
                  reciprocal ? '*' : '/');
    add_float(out, reciprocal ? 1 / (float)p->in.scale : (float)p->in.scale);
    hs_str_printf(out, ") + %d;\n\n    return q < %d ? %d : q > %d ? %d : (int)q;\n}\n\n",
                  p->in.zero_point, p->in.lo, p->in.lo, p->in.hi, p->in.hi);
}

static void add_logits(struct hs_str *out, const struct hs_program *p, const char *name)
{
    const struct hs_step *last = &p->step[p->n - 1];

    if (!last->sums) {
        hs_str_printf(out, "    for (i = 0; i < %s_CLASSES; i++)\n        logits[i] = ", name);
        add_float(out, (float)last->y.scale);
        hs_str_printf(out, " * (float)(codes[%s_LAYERS %% 2][i] - %d);\n", name,
                      last->y.zero_point);
    }
    hs_str_add(out, "}\n");
}

static enum hs_status write(struct hs_str *out, const struct hs_program *p, const char *name,
                            struct hs_error *err)
{
    char id[64];
    enum hs_status st = check(p, err);

    if (st != HS_OK)
        return st;
    identifier(id, sizeof id, name);
    if (!isalpha((unsigned char)id[0]))
        snprintf(id, sizeof id, "network");
    hs_str_printf(out,
                  "/* %s: an integer network, written by halfstep %s.\n *\n"
                  " *   q = clamp(R(acc M) + z),   acc = bias + sum (q_x - z_x) q_w   in int32\n"
                  " */\n#ifndef HALFSTEP_%s_H\n#define HALFSTEP_%s_H\n\n#include <math.h>\n"
                  "#include <stdint.h>\n",
                  id, hs_version(), id, id);
    add_tensors(out, p, id);
    add_constants(out, p, id);
    add_code(out, code_of_run, id);
    hs_str_printf(out, "static const struct %s_layer %s_layers[%zu] = {\n", id, id, p->n);
    for (size_t i = 0; i < p->n; i++)
        add_layer(out, &p->step[i], id);
    hs_str_add(out, "};\n");
    add_input(out, p, id);
    add_code(out, end_of_run, id);
    add_logits(out, p, id);
    hs_str_add(out, "\n#endif\n");
    return hs_str_ok(out) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory for a C header");
}

extern const struct hs_exporter hs_exporter_c;
const struct hs_exporter hs_exporter_c = {
    "c", ".h", "a C header with codes, factors and a run() in plain loops", write};

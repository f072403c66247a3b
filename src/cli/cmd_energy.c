/* halfstep energy LAYER|FILE…: operations and picojoules of a layer in float32 and in integers, in
 * every way of counting side by side. */
#include <inttypes.h>
#include <string.h>

#include "base/path.h"
#include "base/utf8.h"
#include "cli/energy_model.h"
#include "cli/limits.h"
#include "cli/quant_args.h"
#include "cli/text.h"
#include "quant/energy.h"

enum { MOST_LAYERS = 64 };

struct energy_options {
    bool no_bias, json;
    const char *accounting, *padding;
    struct hs_opt_list sizes;
    struct hs_limit_args limits;
};

struct layers {
    size_t n;
    const struct energy_options *options;
    struct hs_arena *arena;
    const char *name[MOST_LAYERS]; /* in its file; NULL for one of the command line */
    const char *text[MOST_LAYERS]; /* "linear:128x10" */
    struct hs_energy_layer layer[MOST_LAYERS];
    struct hs_energy_counts counts[MOST_LAYERS][HS_ACCOUNTING_COUNT];
    bool wanted[HS_ACCOUNTING_COUNT];
};

static enum hs_status choose(struct layers *l, const char *names, struct hs_error *err)
{
    for (int a = 0; a < HS_ACCOUNTING_COUNT; a++)
        l->wanted[a] = names == NULL;
    while (names != NULL) {
        size_t n = strcspn(names, ",");
        char name[32];
        int a;

        snprintf(name, sizeof name, "%.*s", (int)n, names);
        if ((a = hs_accounting_find(name)) < 0)
            return hs_fail(
                err, HS_EINVAL,
                "there is no accounting \"%s\": choose formula6, hoisted, folded or report", name);
        l->wanted[a] = true;
        names = names[n] == ',' ? names + n + 1 : NULL;
    }
    return HS_OK;
}

/* The layer as the command line writes it. */
static const char *text_of(struct hs_arena *arena, const struct hs_energy_layer *l)
{
    if (l->kernel == 0)
        return hs_arena_printf(arena, "linear:%" PRId64 "x%" PRId64, l->in, l->out);
    return hs_arena_printf(arena,
                           "conv:%" PRId64 "x%" PRId64 "x%" PRId64 ":s%" PRId64 ":p%" PRId64
                           ":g%" PRId64 "@%" PRId64 "x%" PRId64,
                           l->in, l->out, l->kernel, l->stride, l->padding, l->groups, l->height,
                           l->width);
}

/* Counts one more layer in every accounting; a visitor of hs_energy_model_each(). */
static enum hs_status add_layer(void *payload, const char *name,
                                const struct hs_energy_layer *layer, struct hs_error *err)
{
    struct layers *l = payload;
    struct hs_energy_layer *to = &l->layer[l->n];
    const char *padding = l->options->padding;
    enum hs_status st = HS_OK;

    if (l->n == MOST_LAYERS)
        return hs_fail(err, HS_ELIMIT, "more than %d layers are not counted at once", MOST_LAYERS);
    *to = *layer;
    to->bias = layer->bias && !l->options->no_bias;
    to->valid_taps = padding != NULL && strcmp(padding, "valid") == 0;
    l->name[l->n] = name;
    l->text[l->n] = text_of(l->arena, layer);
    if (l->text[l->n] == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    for (int a = 0; st == HS_OK && a < HS_ACCOUNTING_COUNT; a++)
        st = hs_energy_count(&l->counts[l->n][a], to, (enum hs_accounting)a, err);
    if (st != HS_OK)
        hs_error_prefix(err, "%s", name != NULL ? name : l->text[l->n]);
    l->n++;
    return st;
}

static enum hs_status add_file(struct layers *l, const char *path, struct hs_error *err)
{
    struct hs_container file = HS_CONTAINER_INIT;
    const struct hs_energy_model model = {&file, &l->options->sizes, l->arena};
    struct hs_io_limits limits;
    enum hs_status st = hs_limit_args_apply(&limits, &l->options->limits, err);

    if (st == HS_OK)
        st = hs_container_open(&file, path, &limits, err);
    if (st == HS_OK && hs_container_find(&file, "__metadata__.halfstep") != NULL)
        st = hs_energy_network_each(path, l->arena, add_layer, l, err);
    else if (st == HS_OK && (st = hs_energy_model_each(&model, add_layer, l, err)) != HS_OK &&
             st != HS_EINVAL)
        hs_error_prefix(err, "%s", path);
    hs_container_dispose(&file);
    return st;
}

static enum hs_status count(struct layers *l, const struct hs_operands *operands,
                            struct hs_error *err)
{
    const struct energy_options *o = l->options;
    enum hs_status st = choose(l, o->accounting, err);

    if (st == HS_OK && o->padding != NULL && strcmp(o->padding, "dense") != 0 &&
        strcmp(o->padding, "valid") != 0)
        return hs_fail(err, HS_EINVAL, "--padding cannot be \"%.40s\": choose dense or valid",
                       o->padding);
    for (size_t i = 0; st == HS_OK && i < operands->len; i++) {
        const char *text = operands->items[i];
        struct hs_energy_layer layer;

        if (!hs_starts_with(text, "linear:") && !hs_starts_with(text, "conv:") &&
            (strchr(text, ':') == NULL || hs_path_exists(text)))
            st = add_file(l, text, err);
        else if ((st = hs_energy_layer_parse(&layer, text, err)) == HS_OK)
            st = add_layer(l, NULL, &layer, err);
    }
    return st;
}

static double ratio(int64_t fp32, int64_t int8)
{
    return (double)fp32 / (double)int8;
}

static void print_row(FILE *out, const char *name, const int64_t *int8, int64_t energy,
                      int64_t fp32)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE], c[HS_FMT_SIZE];

    fprintf(out, "  %-9s", name);
    if (int8 != NULL)
        fprintf(out, " %9" PRId64 " %9" PRId64 " %9" PRId64 " %8" PRId64, int8[HS_ENERGY_INT8_MUL],
                int8[HS_ENERGY_INT32_ADD], int8[HS_ENERGY_INT8_ADD], int8[HS_ENERGY_SHIFT]);
    else
        fprintf(out, "%39s", "");
    fprintf(out, " %11s %11s %5s\n", hs_energy_format(a, energy), hs_energy_format(b, fp32),
            hs_fmt_short(c, ratio(fp32, energy), 4));
}

static const char head[] =
    "             int8_mul int32_add  int8_add    shift     int8 pJ     fp32 pJ ratio\n";

static void print_layer(FILE *out, const struct layers *l, size_t i)
{
    const struct hs_energy_layer *layer = &l->layer[i];
    const struct hs_energy_counts *c = &l->counts[i][0];

    if (l->name[i] != NULL) {
        struct hs_str shown = HS_STR_INIT;

        hs_text_sanitize(&shown, l->name[i], strlen(l->name[i]), 0, false);
        fprintf(out, "%s  ", shown.buf);
        hs_str_dispose(&shown);
    }
    fprintf(out, "%s  %s", l->text[i], layer->bias ? "with bias" : "no bias");
    if (layer->kernel > 0)
        fprintf(out, "\n  %" PRId64 "x%" PRId64 " outputs a channel, padding %s", c->out_height,
                c->out_width, layer->valid_taps ? "not multiplied (valid)" : "multiplied (dense)");
    fprintf(out, "\n  float32: %" PRId64 " multiplications, %" PRId64 " additions\n%s",
            c->fp32[HS_ENERGY_FP32_MUL], c->fp32[HS_ENERGY_FP32_ADD], head);
    for (int a = 0; a < HS_ACCOUNTING_COUNT; a++)
        if (l->wanted[a])
            print_row(out, hs_accounting_name((enum hs_accounting)a), l->counts[i][a].int8,
                      l->counts[i][a].int8_centi_pj, l->counts[i][a].fp32_centi_pj);
    fputc('\n', out);
}

/* Energies of all layers; false when the sum leaves 63 bits. */
static bool total(const struct layers *l, int a, int64_t *fp32, int64_t *int8)
{
    *fp32 = *int8 = 0;
    for (size_t i = 0; i < l->n; i++)
        if (__builtin_add_overflow(*fp32, l->counts[i][a].fp32_centi_pj, fp32) ||
            __builtin_add_overflow(*int8, l->counts[i][a].int8_centi_pj, int8))
            return false;
    return true;
}

static void say(FILE *out, const char *name, const char *text)
{
    struct hs_str line = HS_STR_INIT;

    hs_str_printf(&line, "%s: %s", name, text);
    hs_cli_paragraph(out, hs_cli_columns(out, 80), line.buf);
    hs_str_dispose(&line);
}

static void print_text(FILE *out, const struct layers *l)
{
    struct hs_str prices = HS_STR_INIT;
    char price[HS_FMT_SIZE];
    int64_t fp32, int8;

    for (size_t i = 0; i < l->n; i++)
        print_layer(out, l, i);
    if (l->n > 1)
        fprintf(out, "all %zu layers\n", l->n);
    for (int a = 0; l->n > 1 && a < HS_ACCOUNTING_COUNT; a++)
        if (l->wanted[a] && total(l, a, &fp32, &int8))
            print_row(out, hs_accounting_name((enum hs_accounting)a), NULL, int8, fp32);
    fputs(l->n > 1 ? "\n" : "", out);
    for (int a = 0; a < HS_ACCOUNTING_COUNT; a++)
        if (l->wanted[a])
            say(out, hs_accounting_name((enum hs_accounting)a),
                hs_accounting_help((enum hs_accounting)a));
    for (int op = 0; op < HS_ENERGY_OP_COUNT; op++)
        hs_str_printf(&prices, "%s%s %s", op > 0 ? ", " : "",
                      hs_energy_op_name((enum hs_energy_op)op),
                      hs_energy_format(price, hs_energy_op_price((enum hs_energy_op)op)));
    say(out, "prices in pJ", prices.buf);
    hs_str_dispose(&prices);
}

static bool add_energy(struct hs_value *map, struct hs_arena *arena, int64_t fp32, int64_t int8)
{
    char text[HS_FMT_SIZE];

    return hs_value_set(map, arena, "energy_fp32_pJ",
                        hs_value_string(arena, hs_energy_format(text, fp32))) &&
           hs_value_set(map, arena, "energy_int8_pJ",
                        hs_value_string(arena, hs_energy_format(text, int8))) &&
           hs_value_set(map, arena, "ratio", hs_value_num(ratio(fp32, int8)));
}

static bool add_counts(struct hs_value *map, struct hs_arena *arena, const char *key,
                       const int64_t *counts, bool of_float)
{
    struct hs_value v = hs_value_map();
    bool ok = true;

    for (int op = 0; ok && op < HS_ENERGY_OP_COUNT; op++)
        if ((op == HS_ENERGY_FP32_MUL || op == HS_ENERGY_FP32_ADD) == of_float)
            ok = hs_value_set(&v, arena, hs_energy_op_name((enum hs_energy_op)op),
                              hs_value_int(counts[op]));
    return ok && hs_value_set(map, arena, key, v);
}

static bool add_accounting(struct hs_value *list, struct hs_arena *arena, int a,
                           const struct hs_energy_counts *c)
{
    struct hs_value v = hs_value_map();

    return hs_value_set(&v, arena, "accounting",
                        hs_value_string(arena, hs_accounting_name((enum hs_accounting)a))) &&
           add_counts(&v, arena, "counts_fp32", c->fp32, true) &&
           add_counts(&v, arena, "counts_int8", c->int8, false) &&
           add_energy(&v, arena, c->fp32_centi_pj, c->int8_centi_pj) &&
           hs_value_push(list, arena, v);
}

static bool layer_value(struct hs_value *out, struct hs_arena *arena, const struct layers *l,
                        size_t i)
{
    struct hs_value list = hs_value_list();
    const struct hs_energy_layer *layer = &l->layer[i];
    bool ok = true;

    *out = hs_value_map();
    for (int a = 0; ok && a < HS_ACCOUNTING_COUNT; a++)
        ok = !l->wanted[a] || add_accounting(&list, arena, a, &l->counts[i][a]);
    if (l->name[i] != NULL)
        ok = ok && hs_value_set(out, arena, "name", hs_value_string(arena, l->name[i]));
    ok = ok && hs_value_set(out, arena, "layer", hs_value_string(arena, l->text[i])) &&
         hs_value_set(out, arena, "bias", hs_value_bool(layer->bias));
    if (layer->kernel > 0)
        ok = ok &&
             hs_value_set(out, arena, "padding",
                          hs_value_string(arena, layer->valid_taps ? "valid" : "dense")) &&
             hs_value_set(out, arena, "out_height", hs_value_int(l->counts[i][0].out_height)) &&
             hs_value_set(out, arena, "out_width", hs_value_int(l->counts[i][0].out_width));
    return ok && hs_value_set(out, arena, "accountings", list);
}

static bool to_value(struct hs_value *out, struct hs_arena *arena, const struct layers *l)
{
    struct hs_value layers = hs_value_list(), totals = hs_value_list(), prices = hs_value_map();
    char text[HS_FMT_SIZE];
    bool ok = true;

    for (int op = 0; ok && op < HS_ENERGY_OP_COUNT; op++)
        ok =
            hs_value_set(&prices, arena, hs_energy_op_name((enum hs_energy_op)op),
                         hs_value_string(arena, hs_energy_format(text, hs_energy_op_price((
                                                                           enum hs_energy_op)op))));
    for (size_t i = 0; ok && i < l->n; i++) {
        struct hs_value v;

        ok = layer_value(&v, arena, l, i) && hs_value_push(&layers, arena, v);
    }
    for (int a = 0; ok && a < HS_ACCOUNTING_COUNT; a++) {
        struct hs_value v = hs_value_map();
        int64_t fp32, int8;

        if (l->wanted[a] && total(l, a, &fp32, &int8))
            ok = hs_value_set(&v, arena, "accounting",
                              hs_value_string(arena, hs_accounting_name((enum hs_accounting)a))) &&
                 add_energy(&v, arena, fp32, int8) && hs_value_push(&totals, arena, v);
    }
    *out = hs_value_map();
    return ok && hs_value_set(out, arena, "schema", hs_value_string(arena, "halfstep.energy/1")) &&
           hs_value_set(out, arena, "prices_pJ", prices) &&
           hs_value_set(out, arena, "layers", layers) && hs_value_set(out, arena, "total", totals);
}

int hs_cmd_energy(struct hs_cli *cli, int argc, char **argv)
{
    static const struct hs_opt options[] = {
        {"no-bias", 0, HS_OPT_FLAG, NULL, "the layer adds no bias",
         offsetof(struct energy_options, no_bias)},
        {"accounting", 'a', HS_OPT_TEXT, "A[,A...]",
         "ways of counting, all of them unless given (formula6|hoisted|folded|report)",
         offsetof(struct energy_options, accounting)},
        {"padding", 0, HS_OPT_TEXT, "WORD",
         "products with padding count, or are not done (dense|valid)",
         offsetof(struct energy_options, padding)},
        {"size", 0, HS_OPT_LIST, "NAME=HxW[:sS][:pP]",
         "rows x columns that the convolution NAME of a file sees, its stride and padding",
         offsetof(struct energy_options, sizes)},
        {"json", 'j', HS_OPT_FLAG, NULL, "print JSON; energies are exact decimals as text",
         offsetof(struct energy_options, json)},
        HS_LIMIT_ROWS(offsetof(struct energy_options, limits)),
        HS_OPT_LINE("A convolution is conv:INxOUTxKERNEL[:sSTRIDE][:pPADDING][:gGROUPS]@HxW."),
        HS_OPT_LINE("  halfstep energy conv:3x64x3:p1@32x32 linear:4096x10 --padding valid"),
        HS_OPT_LINE("  halfstep energy model.pt --size conv1=32x32 --size conv2=14x14"),
        HS_OPT_END};
    struct energy_options o = {.limits = HS_LIMIT_ARGS_INIT};
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_operands operands;
    struct layers *layers;
    struct hs_value v;
    enum hs_status st;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, MOST_LAYERS, argc, argv, &code))
        return code;
    layers = hs_arena_alloc_zero(&arena, 1, sizeof *layers);
    if (layers != NULL) {
        layers->options = &o;
        layers->arena = &arena;
        st = count(layers, &operands, &err);
    } else {
        st = hs_fail(&err, HS_ENOMEM, "out of memory");
    }
    if (st == HS_OK && !o.json)
        print_text(cli->out, layers);
    else if (st == HS_OK && !to_value(&v, &arena, layers))
        st = hs_fail(&err, HS_ENOMEM, "out of memory");
    else if (st == HS_OK)
        st = hs_quant_args_print_json(cli->out, &v, &err);
    hs_arena_dispose(&arena);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &err);
}

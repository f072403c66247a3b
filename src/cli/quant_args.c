#include "cli/quant_args_table.h"

#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "io/json.h"
#include "num/number.h"
#include "quant/groups.h"

/* The first option that says again what --qparams or --scale says already, or that would be read by
 * nobody; NULL when there is none. */
static const char *superfluous(const struct hs_quant_args *a)
{
    const struct {
        const char *name;
        bool given;
    } of_observing[] = {{"observer", a->observer != NULL},
                        {"averaging-constant", a->averaging_constant != NULL},
                        {"percentile", a->percentile != NULL},
                        {"n-std", a->n_std != NULL},
                        {"clip-to-data", a->clip_to_data},
                        {"grid", a->grid != NULL},
                        {"bins", a->bins != NULL},
                        {"levels", a->levels != NULL}},
      of_qparams[] = {{"dtype", a->dtype != NULL},
                      {"bits", a->bits != NULL},
                      {"signed", a->is_signed},
                      {"unsigned", a->is_unsigned},
                      {"quant-min", a->quant_min != NULL},
                      {"quant-max", a->quant_max != NULL},
                      {"axis", a->axis != NULL},
                      {"block-size", a->block_size != NULL},
                      {"scale", a->scale != NULL},
                      {"zero-point", a->zero_point != NULL}};

    for (size_t i = 0; (a->scale != NULL || a->qparams != NULL) && i < HS_COUNTOF(of_observing);
         i++)
        if (of_observing[i].given)
            return of_observing[i].name;
    for (size_t i = 0; a->qparams != NULL && i < HS_COUNTOF(of_qparams); i++)
        if (of_qparams[i].given)
            return of_qparams[i].name;
    return NULL;
}

/* Options that contradict each other, in a sentence; false when there are such. */
static bool consistent(const struct hs_quant_args *a, struct hs_cli *cli, const char *command)
{
    const char *name = superfluous(a);

    if (a->is_signed && a->is_unsigned)
        hs_cli_usage(cli, command, "codes are --signed or --unsigned, not both");
    else if (name != NULL)
        hs_cli_usage(cli, command, "--%s does not go with --%s", name,
                     a->qparams != NULL ? "qparams, which says it all"
                                        : "scale: nothing is observed");
    else if (a->zero_point != NULL && a->scale == NULL && a->x == NULL &&
             strcmp(command, "requantize") != 0 && strcmp(command, "explain") != 0)
        hs_cli_usage(cli, command, "--zero-point needs --scale beside it");
    else
        return true;
    return false;
}

bool hs_quant_args_parse(struct hs_quant_args *a, struct hs_cli *cli, struct hs_operands *operands,
                         size_t least, size_t most, int argc, char **argv, int *exit_code)
{
    const char *command = argv[0]; /* the parser moves operands to the front */

    *a = (struct hs_quant_args){.arena = HS_ARENA_INIT,
                                .err = HS_ERROR_INIT,
                                .limits = HS_LIMIT_ARGS_INIT};
    hs_quant_args_table(a, command);
    if (!hs_opt_parse(cli, a->table, a, operands, least, most, argc, argv, exit_code))
        return false;
    if (consistent(a, cli, command))
        return true;
    *exit_code = HS_EXIT_USAGE;
    return false;
}

void hs_quant_args_dispose(struct hs_quant_args *a)
{
    hs_arena_dispose(&a->arena);
}

enum hs_status hs_quant_args_set_numbers(struct hs_quant_args *a, struct hs_value *map,
                                         const char *key, const char *option, const char *text)
{
    struct hs_value list = hs_value_list();
    bool ok = true;

    if (text == NULL)
        return HS_OK;
    for (const char *at = text; ok && at != NULL;) {
        size_t len = strcspn(at, ",");
        char *item = hs_arena_strndup(&a->arena, at, len);
        struct hs_number number;
        enum hs_status st;

        if (item == NULL)
            return hs_fail(&a->err, HS_ENOMEM, "out of memory");
        if ((st = hs_number_read(&number, item, HS_NUMBER_NONFINITE, &a->err)) != HS_OK) {
            hs_error_prefix(&a->err, "--%s", option);
            return st;
        }
        ok = hs_value_push(&list, &a->arena, hs_value_num(number.value));
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    ok = ok &&
         hs_value_set(map, &a->arena, key, hs_value_len(&list) > 1 ? list : *hs_value_at(&list, 0));
    return ok ? HS_OK : hs_fail(&a->err, HS_ENOMEM, "out of memory");
}

/* "--block-size" of "block_size". */
static void option_name(char out[40], const char *key)
{
    snprintf(out, 40, "%s", key);
    for (char *p = out; *p != '\0'; p++)
        *p = *p == '_' ? '-' : *p;
}

/* The options that take numbers: one, or a list. */
static enum hs_status set_all_numbers(struct hs_quant_args *a, struct hs_value *map)
{
    const struct {
        const char *key, *text;
        bool several;
    } rows[] = {{"bits", a->bits, false},
                {"axis", a->axis, false},
                {"block_size", a->block_size, false},
                {"quant_min", a->quant_min, false},
                {"quant_max", a->quant_max, false},
                {"scale", a->scale, true},
                {"zero_point", a->zero_point, true},
                {"averaging_constant", a->averaging_constant, false},
                {"percentile", a->percentile, false},
                {"n_std", a->n_std, false},
                {"grid", a->grid, false},
                {"bins", a->bins, false},
                {"levels", a->levels, false}};
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < HS_COUNTOF(rows); i++) {
        char option[40];

        option_name(option, rows[i].key);
        if (rows[i].text != NULL && !rows[i].several && strchr(rows[i].text, ',') != NULL)
            return hs_fail(&a->err, HS_EINVAL, "--%s takes one number, not \"%.60s\"", option,
                           rows[i].text);
        st = hs_quant_args_set_numbers(a, map, rows[i].key, option, rows[i].text);
    }
    return st;
}

const char *hs_quant_args_word(const struct hs_quant_args *a, const char *name)
{
    const struct hs_quant_option_row *row;

    for (size_t i = 0; (row = hs_quant_option_row(i)) != NULL; i++)
        if (strcmp(row->name, name) == 0)
            return a->text[i];
    return NULL;
}

static bool set_words(struct hs_quant_args *a, struct hs_value *map)
{
    const struct hs_quant_option_row *row;
    bool ok = true;

    for (size_t i = 0; (row = hs_quant_option_row(i)) != NULL; i++) {
        if (a->text[i] != NULL)
            ok = ok &&
                 hs_value_set(map, &a->arena, row->name, hs_value_string(&a->arena, a->text[i]));
        if (a->flag[i])
            ok = ok && hs_value_set(map, &a->arena, row->name, hs_value_bool(true));
    }
    if (a->profile != NULL)
        ok = ok && hs_value_set(map, &a->arena, "profile", hs_value_string(&a->arena, a->profile));
    if (a->dtype != NULL)
        ok = ok && hs_value_set(map, &a->arena, "dtype", hs_value_string(&a->arena, a->dtype));
    if (a->is_signed || a->is_unsigned)
        ok = ok && hs_value_set(map, &a->arena, "signed", hs_value_bool(a->is_signed));
    return ok;
}

enum hs_status hs_quant_args_value(struct hs_quant_args *a, struct hs_value *out)
{
    *out = hs_value_map();
    if (!set_words(a, out))
        return hs_fail(&a->err, HS_ENOMEM, "out of memory");
    return set_all_numbers(a, out);
}

/* A whole number of the table from `least` on, or `otherwise` when it is not there. */
static enum hs_status whole(int64_t *out, struct hs_quant_args *a, const struct hs_value *map,
                            const char *key, int64_t least, int64_t most, int64_t otherwise)
{
    char option[40];

    *out = hs_value_integer(map, key, hs_value_get(map, key) == NULL ? otherwise : INT64_MIN);
    if (*out >= least && *out <= most)
        return HS_OK;
    option_name(option, key);
    return hs_fail(&a->err, HS_EINVAL, "--%s is a whole number from %lld to %lld", option,
                   (long long)least, (long long)most);
}

static enum hs_status make_config(struct hs_quant_args *a, struct hs_observer_config *c)
{
    enum { MOST = 1 << 20 };
    struct hs_value map;
    int64_t axis, block, grid, bins, levels;
    enum hs_status st;

    *c = hs_observer_config_default();
    if ((st = hs_quant_args_value(a, &map)) != HS_OK ||
        (st = hs_quant_options_profile(&c->options, a->profile, &a->err)) != HS_OK ||
        (st = hs_quant_options_from_value(&c->options, &map, &a->err)) != HS_OK ||
        (st = hs_qtarget_from_value(&c->target, &map, &a->err)) != HS_OK ||
        (st = whole(&axis, a, &map, "axis", -HS_MAX_DIMS, HS_MAX_DIMS - 1, 0)) != HS_OK ||
        (st = whole(&block, a, &map, "block_size", 1, INT32_MAX, 1)) != HS_OK ||
        (st = whole(&grid, a, &map, "grid", 1, MOST, (int64_t)c->grid)) != HS_OK ||
        (st = whole(&bins, a, &map, "bins", 1, MOST, (int64_t)c->bins)) != HS_OK ||
        (st = whole(&levels, a, &map, "levels", 1, MOST, (int64_t)c->levels)) != HS_OK)
        return st;
    c->axis = a->axis == NULL ? -1 : hs_axis_given(axis);
    c->block_size = a->block_size == NULL ? 0 : (size_t)block;
    c->averaging_constant = hs_value_number(&map, "averaging_constant", c->averaging_constant);
    c->percentile = hs_value_number(&map, "percentile", c->percentile);
    c->n_std = hs_value_number(&map, "n_std", c->n_std);
    c->clip_to_data = a->clip_to_data;
    c->grid = (size_t)grid;
    c->bins = (size_t)bins;
    c->levels = (size_t)levels;
    return HS_OK;
}

enum hs_status hs_quant_args_observe(struct hs_quant_args *a,
                                     const struct hs_tensor *const *batches, size_t n,
                                     struct hs_range *range, struct hs_qparams *qp)
{
    const char *observer = a->observer != NULL ? a->observer : "minmax";
    struct hs_observer_config config;
    enum hs_status st;

    if ((st = make_config(a, &config)) != HS_OK ||
        (st = hs_observe(range, &a->arena, observer, batches, n, &config, &a->err)) != HS_OK)
        return st;
    a->excluded = range->excluded;
    a->zeros = 0;
    for (size_t i = 0; i < range->n; i++)
        a->zeros += range->min[i] == 0 && range->max[i] == 0;
    return hs_qparams_from_range(qp, &a->arena, range, &config.target, &config.options, &a->err);
}

/* --qparams FILE, with the profile and the options of the command line over those of the file. */
static enum hs_status from_file(struct hs_quant_args *a, const struct hs_value *words,
                                struct hs_qparams *qp)
{
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_bytes text;
    struct hs_value v;
    const char *schema;
    enum hs_status st;

    if ((st = hs_file_read(&text, &a->arena, a->qparams, limits.json_bytes, &a->err)) != HS_OK ||
        (st = hs_json_read(&v, &a->arena, text, a->qparams, &limits, &a->err)) != HS_OK)
        return st;
    schema = hs_value_text(&v, "schema", "halfstep.qparams/1");
    if (hs_starts_with(schema, "halfstep.qparams/") && strcmp(schema, "halfstep.qparams/1") != 0)
        return hs_fail(
            &a->err, HS_EVERSION,
            "%s: schema %.40s is newer than halfstep.qparams/1, which this program reads",
            a->qparams, schema);
    if ((st = hs_qparams_from_value(qp, &a->arena, &v, &a->err)) != HS_OK) {
        hs_error_prefix(&a->err, "%s", a->qparams);
        return st;
    }
    if (a->profile != NULL &&
        (st = hs_quant_options_profile(&qp->options, a->profile, &a->err)) != HS_OK)
        return st;
    return hs_quant_options_from_value(&qp->options, words, &a->err);
}

enum hs_status hs_quant_args_qparams(struct hs_quant_args *a, const struct hs_tensor *t,
                                     struct hs_qparams *qp)
{
    struct hs_value words;
    struct hs_range range;
    enum hs_status st;

    if (a->qparams == NULL && a->scale == NULL)
        return hs_quant_args_observe(a, &t, 1, &range, qp);
    if ((st = hs_quant_args_value(a, &words)) != HS_OK)
        return st;
    st = a->qparams != NULL ? from_file(a, &words, qp)
                            : hs_qparams_from_value(qp, &a->arena, &words, &a->err);
    if (st == HS_OK)
        qp->axis = hs_axis_of(qp->axis, t->ndim); /* as it is printed and saved: from the front */
    return st;
}

enum hs_status hs_quant_args_tensor(struct hs_quant_args *a, struct hs_container *c,
                                    const char *path, struct hs_tensor *out)
{
    struct hs_io_limits limits;
    enum hs_status st;

    if ((st = hs_limit_args_apply(&limits, &a->limits, &a->err)) != HS_OK ||
        (st = hs_container_open(c, path, &limits, &a->err)) != HS_OK)
        return st;
    if ((st = hs_container_tensor(out, c, a->name, &a->err)) != HS_OK)
        hs_error_prefix(&a->err, "%s", path);
    else if (out->dtype == HS_INT64 && strcmp(c->format, "json") == 0)
        st = hs_tensor_as(out, &c->arena, out, HS_FLOAT64, &a->err); /* [1, 2] are numbers, too */
    return st;
}

void hs_quant_args_print_remarks(FILE *out, const struct hs_quant_args *a,
                                 const struct hs_qparams *qp)
{
    if (a->excluded > 0)
        fprintf(out, "%zu infinite element%s left out of the range\n", a->excluded,
                a->excluded == 1 ? " was" : "s were");
    if (a->zeros > 0 && qp->n > 1)
        fprintf(out, "%zu of %zu parts hold only zeros; see --all-zero\n", a->zeros, qp->n);
    else if (a->zeros > 0)
        fprintf(out, "the tensor holds only zeros; its scale is that of --all-zero\n");
}

const char *hs_quant_scale_text(char out[HS_FMT_SIZE], double scale)
{
    return (double)(float)scale == scale ? hs_fmt_float(out, (float)scale)
                                         : hs_fmt_double(out, scale);
}

void hs_quant_args_print_qparams(FILE *out, const struct hs_qparams *qp)
{
    enum { SHOWN = 16 };
    char number[HS_FMT_SIZE];

    if (qp->n == 1)
        fprintf(out, "scale %s  zero point %lld  ", hs_quant_scale_text(number, qp->scale[0]),
                (long long)qp->zero_point[0]);
    else
        fprintf(out, "%zu scales along axis %d  ", qp->n, qp->axis);
    fprintf(out, "codes %lld..%lld of %s  profile %s\n", (long long)qp->qmin, (long long)qp->qmax,
            hs_dtype_name(qp->dtype), qp->options.profile);
    for (size_t i = 0; qp->n > 1 && i < qp->n && i < SHOWN; i++)
        fprintf(out, "  %4zu  scale %-24s zero point %lld\n", i,
                hs_quant_scale_text(number, qp->scale[i]), (long long)qp->zero_point[i]);
    if (qp->n > SHOWN)
        fprintf(out, "  ... and %zu more; --json prints all\n", qp->n - SHOWN);
}

enum hs_status hs_quant_args_print_json(FILE *out, const struct hs_value *v, struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT;
    enum hs_status st = HS_OK;

    hs_json_write(&text, v, 0);
    if (hs_str_ok(&text))
        fprintf(out, "%s\n", text.buf);
    else
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    hs_str_dispose(&text);
    return st;
}

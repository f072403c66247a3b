/* halfstep show: what is inside a file of tensors. */
#include "cli/limits.h"
#include "cli/opt.h"
#include "cli/show.h"

#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/utf8.h"

struct show_options {
    bool json, all;
    const char *name;
    struct hs_limit_args limits;
};

enum { NAME, DTYPE, SHAPE, VALUE, MIN, MAX, MEAN, SCALE, ZERO, BAD, COLUMNS };

static const char *const titles[COLUMNS] = {"name", "dtype", "shape", "value",      "min",
                                            "max",  "mean",  "scale", "zero point", "not finite"};

struct row {
    struct hs_str cell[COLUMNS];
};

static void add_number(struct hs_str *out, double v)
{
    char text[HS_FMT_SIZE];

    hs_str_add(out, hs_fmt_short(text, v, 6));
}

static void fill_value(struct row *r, const struct hs_shown *s)
{
    const struct hs_entry *e = s->entry;
    char text[HS_FMT_SIZE];

    if (e->kind == HS_ENTRY_STRING)
        hs_text_sanitize(&r->cell[VALUE], e->text, strlen(e->text), 40, false);
    else if (e->kind == HS_ENTRY_BOOL)
        hs_str_add(&r->cell[VALUE], e->number != 0 ? "true" : "false");
    else if (e->kind == HS_ENTRY_NUMBER && e->is_integer)
        hs_str_printf(&r->cell[VALUE], "%" PRId64, e->integer);
    else if (e->kind == HS_ENTRY_TENSOR && e->tensor.dtype == HS_FLOAT32 && s->has_value)
        hs_str_add(&r->cell[VALUE], hs_fmt_float(text, (float)s->value));
    else if (s->has_value)
        hs_str_add(&r->cell[VALUE], hs_fmt_double(text, s->value));
}

static void fill_quantizer(struct row *r, const struct hs_entry *e)
{
    char text[HS_FMT_SIZE];

    if (e->axis >= 0) {
        hs_str_printf(&r->cell[SCALE], "%zu on axis %d", e->n, e->axis);
        hs_str_printf(&r->cell[ZERO], "%" PRId64 "%s", e->zero_points[0], e->n > 1 ? " …" : "");
    } else {
        hs_str_add(&r->cell[SCALE], hs_fmt_double(text, e->scales[0]));
        hs_str_printf(&r->cell[ZERO], "%" PRId64, e->zero_points[0]);
    }
}

static void fill_row(struct row *r, const struct hs_entry *e)
{
    static const char *const kinds[] = {"", "number", "string", "bool"};
    struct hs_shown s;

    hs_show_measure(&s, e);
    if (e->name[0] == '\0')
        hs_str_add(&r->cell[NAME], "(the array)");
    hs_text_sanitize(&r->cell[NAME], e->name, strlen(e->name), 0, false);
    hs_str_add(&r->cell[DTYPE],
               e->kind == HS_ENTRY_TENSOR ? hs_dtype_name(e->tensor.dtype) : kinds[e->kind]);
    if (e->kind == HS_ENTRY_TENSOR)
        hs_shape_format(&r->cell[SHAPE], e->tensor.ndim, e->tensor.shape);
    fill_value(r, &s);
    if (s.has_range) {
        add_number(&r->cell[MIN], s.min);
        add_number(&r->cell[MAX], s.max);
        add_number(&r->cell[MEAN], s.mean);
    }
    if (e->quantized)
        fill_quantizer(r, e);
    if (s.codes.nan + s.codes.inf > 0)
        hs_str_printf(&r->cell[BAD], "%zu NaN, %zu inf", s.codes.nan, s.codes.inf);
}

static void print_row(struct hs_str *out, const struct row *r, const size_t *width)
{
    size_t pending = 0; /* blanks owed: none are printed behind the last cell */

    for (int c = 0; c < COLUMNS; c++) {
        size_t own = hs_text_width(r->cell[c].buf, r->cell[c].len), pad = width[c] - own;
        bool right = c == MIN || c == MAX || c == MEAN;

        if (width[c] == 0)
            continue;
        if (own != 0) {
            hs_str_add_repeat(out, " ", pending + (right ? pad : 0));
            hs_str_add(out, r->cell[c].buf);
            pending = right ? 0 : pad;
        } else {
            pending += pad;
        }
        pending += 2;
    }
    hs_str_add_char(out, '\n');
}

static void dispose_row(struct row *r)
{
    for (int c = 0; c < COLUMNS; c++)
        hs_str_dispose(&r->cell[c]);
}

static struct row empty_row(void)
{
    struct row r;

    for (int c = 0; c < COLUMNS; c++)
        r.cell[c] = HS_STR_INIT;
    return r;
}

/* Two passes, so that columns are as wide as their widest cell: the rows are kept between them. */
static enum hs_status print_table(struct hs_str *out, const struct hs_container *c, bool all,
                                  struct hs_error *err)
{
    HS_VEC(struct row) rows = {0};
    size_t width[COLUMNS] = {0};
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i <= c->entries.len; i++) {
        struct row r = empty_row();

        if (i != 0 && c->entries.items[i - 1].bookkeeping && !all)
            continue;
        if (i == 0)
            for (int k = 0; k < COLUMNS; k++)
                hs_str_add(&r.cell[k], titles[k]);
        else
            fill_row(&r, &c->entries.items[i - 1]);
        for (int k = 0; i != 0 && k < COLUMNS; k++) {
            size_t own = hs_text_width(r.cell[k].buf, r.cell[k].len);

            own = own != 0 && own < strlen(titles[k]) ? strlen(titles[k]) : own;
            width[k] = own > width[k] ? own : width[k];
        }
        if (!HS_VEC_PUSH(&rows, r)) {
            dispose_row(&r);
            st = hs_fail(err, HS_ENOMEM, "out of memory");
        }
    }
    for (size_t i = 0; i < rows.len; i++) {
        for (int k = 0; i == 0 && k < COLUMNS; k++)
            if (width[k] == 0) /* a column that nothing fills is left out */
                hs_str_clear(&rows.items[0].cell[k]);
        if (rows.len > 1)
            print_row(out, &rows.items[i], width);
        dispose_row(&rows.items[i]);
    }
    HS_VEC_DISPOSE(&rows);
    return st;
}

static void print_line(struct hs_str *out, const char *before, const char *text)
{
    hs_str_add(out, before);
    hs_text_sanitize(out, text, strlen(text), 0, false);
    hs_str_add_char(out, '\n');
}

static void print_notes(struct hs_str *out, const struct hs_container *c, bool all)
{
    size_t hidden = 0;

    for (size_t i = 0; i < c->entries.len; i++)
        hidden += c->entries.items[i].bookkeeping;
    if (c->entries.len == 0)
        hs_str_add(out, "nothing with a value is inside\n");
    if (hidden != 0 && !all)
        hs_str_printf(out, "%zu attributes that modules keep for themselves are shown with --all\n",
                      hidden);
    for (size_t i = 0; i < c->remarks.len; i++)
        print_line(out, "remark: ", c->remarks.items[i]);
}

/* Sixteen equal bins with bars of at most 40 marks. */
static void print_histogram(struct hs_str *out, const struct hs_tensor *t, double lo, double hi)
{
    enum { BINS = 16, BAR = 40 };
    size_t counts[BINS], most = 1;
    char left[HS_FMT_SIZE];

    hs_tensor_histogram(counts, BINS, t, lo, hi);
    for (size_t i = 0; i < BINS; i++)
        most = counts[i] > most ? counts[i] : most;
    for (size_t i = 0; i < BINS; i++) {
        hs_fmt_short(left, lo + (hi - lo) * (double)i / BINS, 4);
        hs_str_printf(out, "%12s |", left);
        hs_str_add_repeat(out, "#", (counts[i] * BAR + most - 1) / most);
        hs_str_printf(out, " %zu\n", counts[i]);
    }
}

static void print_entry(struct hs_str *out, const struct hs_entry *e)
{
    enum { FIRST = 10 };
    struct row r = empty_row();
    struct hs_shown s;
    size_t count;

    hs_show_measure(&s, e);
    fill_row(&r, e);
    for (int k = 0; k < COLUMNS; k++)
        if (r.cell[k].len != 0)
            hs_str_printf(out, "%-11s  %s\n", titles[k], r.cell[k].buf);
    dispose_row(&r);
    if (e->kind != HS_ENTRY_TENSOR)
        return;
    count = hs_tensor_count(&e->tensor);
    hs_str_printf(out, "%-11s  %zu\n", "elements", count);
    if (s.has_range && count > 1) {
        hs_str_printf(out, "%-11s  ", "deviation");
        add_number(out, s.codes.std);
        hs_str_add(out, e->quantized ? " (of the codes)\n" : "\n");
    }
    if (e->quantized && s.has_range)
        hs_str_printf(out, "%-11s  %.0f to %.0f\n", "codes", s.codes.min, s.codes.max);
    if (count != 0)
        hs_str_printf(out, "%-11s ", e->quantized ? "first codes" : "first");
    for (size_t i = 0; i < count && i < FIRST; i++) {
        hs_str_add_char(out, ' ');
        add_number(out, hs_tensor_get(&e->tensor, i));
    }
    hs_str_add(out, count > FIRST ? " …\n" : count != 0 ? "\n" : "");
    if (s.has_range && s.codes.max > s.codes.min)
        print_histogram(out, &e->tensor, s.codes.min, s.codes.max);
}

static enum hs_status not_there(const struct hs_container *c, const char *name,
                                struct hs_error *err)
{
    struct hs_tensor ignored;

    return hs_container_tensor(&ignored, c, name,
                               err); /* its sentence lists the names that there are */
}

static enum hs_status show(struct hs_str *out, const char *file, const struct show_options *o,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_container c = HS_CONTAINER_INIT;
    const struct hs_entry *only = NULL;
    enum hs_status st = hs_container_open(&c, file, limits, err);

    if (st == HS_OK && o->name != NULL) {
        only = hs_container_find(&c, o->name);
        if (only == NULL)
            st = not_there(&c, o->name, err);
    }
    if (st == HS_OK && o->json) {
        st = hs_show_json(out, &c, file, o->all, only, err);
    } else if (st == HS_OK && only != NULL) {
        print_entry(out, only);
    } else if (st == HS_OK) {
        st = print_table(out, &c, o->all, err);
        print_notes(out, &c, o->all);
    }
    hs_container_dispose(&c);
    if (st == HS_OK && !hs_str_ok(out))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    return st;
}

#define FIELD(name) offsetof(struct show_options, name)

static const struct hs_opt options[] = {
    {"name", 'n', HS_OPT_TEXT, "NAME", "one entry: statistics, a histogram, first values",
     FIELD(name)},
    {"json", 'j', HS_OPT_FLAG, NULL, "print JSON (halfstep.show/1)", FIELD(json)},
    {"all", 'a', HS_OPT_FLAG, NULL, "also what modules keep for themselves", FIELD(all)},
    HS_LIMIT_ROWS(FIELD(limits)),
    HS_OPT_END};

int hs_cmd_show(struct hs_cli *cli, int argc, char **argv)
{
    struct show_options o = {.limits = HS_LIMIT_ARGS_INIT};
    struct hs_io_limits limits;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_str out = HS_STR_INIT;
    struct hs_operands operands;
    enum hs_status st;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    if ((st = hs_limit_args_apply(&limits, &o.limits, &err)) == HS_OK)
        st = show(&out, operands.items[0], &o, &limits, &err);
    if (st == HS_OK)
        fwrite(out.buf, 1, out.len, cli->out);
    hs_str_dispose(&out);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &err);
}

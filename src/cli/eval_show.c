#include "cli/eval_show.h"

#include <math.h>

#include "base/fmt.h"

enum { WIDEST_MATRIX = 12, SHOWN = 24 };

static void print_count(FILE *out, const struct hs_evaluation *e)
{
    char correct[HS_FMT_SIZE], images[HS_FMT_SIZE];

    fprintf(out, "%s of %s right, %.2f %%", hs_fmt_grouped(correct, (int64_t)e->correct),
            hs_fmt_grouped(images, (int64_t)e->images),
            100 * (double)e->correct / (double)e->images);
}

static void print_mode(FILE *out, const char *mode, const char *requantize)
{
    fputs(mode, out);
    if (requantize != NULL)
        fprintf(out, " (%s)", requantize);
}

/* Rows are labels, columns answers; a dot is no picture at all. */
static void print_matrix(FILE *out, const struct hs_evaluation *e)
{
    fputs("\nlabel  answer", out);
    for (size_t j = 0; j < e->classes; j++)
        fprintf(out, j == 0 ? " %1zu" : "%6zu", j);
    fputc('\n', out);
    for (size_t i = 0; i < e->classes; i++) {
        size_t sum = 0;

        fprintf(out, "%5zu    ", i);
        for (size_t j = 0; j < e->classes; j++) {
            size_t n = e->confusion[i * e->classes + j];

            sum += n;
            if (n == 0)
                fputs("     .", out);
            else
                fprintf(out, "%6zu", n);
        }
        if (sum > 0)
            fprintf(out, "%7.1f %%", 100 * (double)e->confusion[i * e->classes + i] / (double)sum);
        fputc('\n', out);
    }
}

static void print_other(FILE *out, const struct hs_eval_result *r)
{
    size_t which[SHOWN], n = hs_evaluation_differs(&r->e, &r->other, which, SHOWN);

    fputc('\n', out);
    print_mode(out, r->other_mode, r->other_requantize);
    fputs(": ", out);
    print_count(out, &r->other);
    if (n == 0) {
        fputs("; the same answer to every picture\n", out);
        return;
    }
    fprintf(out, "; another answer to %zu picture%s:\n ", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n && i < SHOWN; i++)
        fprintf(out, " %zu", which[i]);
    fprintf(out, n > SHOWN ? " and %zu more (--json lists all)\n" : "\n", n - SHOWN);
}

static void print_layers(FILE *out, const struct hs_eval_result *r)
{
    char sqnr[HS_FMT_SIZE], weights[HS_FMT_SIZE], real[HS_FMT_SIZE], steps[HS_FMT_SIZE];

    fprintf(out, "\n%-12s%10s%12s%11s%11s%13s%11s%9s\n", "layer", "SQNR dB", "weights dB",
            "at low %", "at high %", "int - sim", "in steps", "differ");
    for (size_t i = 0; i < r->n_layers; i++) {
        const struct hs_layer_report *l = &r->layers[i];
        double all = l->count > 0 ? (double)l->count : 1;

        fprintf(out, "%-12s%10s%12s%11.3f%11.3f%13s%11s%9zu\n", l->name,
                hs_fmt_short(sqnr, l->sqnr_db, 4), hs_fmt_short(weights, l->weight_sqnr_db, 4),
                100 * (double)l->low / all, 100 * (double)l->high / all,
                hs_fmt_short(real, l->distance, 3), hs_fmt_short(steps, l->distance_lsb, 3),
                l->differ);
    }
}

static void print_sensitivity(FILE *out, const struct hs_eval_result *r)
{
    fprintf(out, "\n%-12s%18s%22s\n", "layer", "only it quantized", "all but it quantized");
    for (size_t i = 0; i < r->n_sensitivity; i++)
        fprintf(out, "%-12s%16.2f %%%20.2f %%\n", r->sensitivity[i].name,
                100 * r->sensitivity[i].only, 100 * r->sensitivity[i].without);
}

void hs_eval_print_text(FILE *out, const struct hs_eval_result *r)
{
    char loss[HS_FMT_SIZE];

    fprintf(out, "%s%s%s\n%s  ", r->model, r->remark != NULL ? ": " : "",
            r->remark != NULL ? r->remark : "", r->data);
    print_mode(out, r->mode, r->requantize);
    fputc('\n', out);
    print_count(out, &r->e);
    fprintf(out, "  (loss %s)\n", hs_fmt_short(loss, r->e.loss, 4));
    if (r->e.classes <= WIDEST_MATRIX)
        print_matrix(out, &r->e);
    if (r->other.images > 0)
        print_other(out, r);
    if (r->n_layers > 0)
        print_layers(out, r);
    if (r->n_sensitivity > 0)
        print_sensitivity(out, r);
}

/* ---- JSON ---- */

struct building {
    struct hs_arena *arena;
    bool ok;
};

static void set(struct building *b, struct hs_value *map, const char *key, struct hs_value v)
{
    b->ok = b->ok && hs_value_set(map, b->arena, key, v);
}

static void push(struct building *b, struct hs_value *list, struct hs_value v)
{
    b->ok = b->ok && hs_value_push(list, b->arena, v);
}

static struct hs_value text(const struct building *b, const char *s)
{
    return s != NULL ? hs_value_string(b->arena, s) : hs_value_nil();
}

static struct hs_value count(size_t n)
{
    return hs_value_int((int64_t)n);
}

static struct hs_value confusion(struct building *b, const struct hs_evaluation *e)
{
    struct hs_value rows = hs_value_list();

    for (size_t i = 0; i < e->classes; i++) {
        struct hs_value row = hs_value_list();

        for (size_t j = 0; j < e->classes; j++)
            push(b, &row, count(e->confusion[i * e->classes + j]));
        push(b, &rows, row);
    }
    return rows;
}

static struct hs_value differs(struct building *b, const struct hs_eval_result *r)
{
    struct hs_value map = hs_value_map(), images = hs_value_list();
    size_t *which = hs_arena_alloc(b->arena, r->e.images, sizeof *which), n;

    if (r->other.images == 0)
        return hs_value_nil();
    if (which == NULL) {
        b->ok = false;
        return map;
    }
    n = hs_evaluation_differs(&r->e, &r->other, which, r->e.images);
    for (size_t i = 0; i < n; i++)
        push(b, &images, count(which[i]));
    set(b, &map, "from", text(b, r->other_mode));
    set(b, &map, "requantize", text(b, r->other_requantize));
    set(b, &map, "correct", count(r->other.correct));
    set(b, &map, "images", images);
    return map;
}

static struct hs_value layers(struct building *b, const struct hs_eval_result *r)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < r->n_layers; i++) {
        const struct hs_layer_report *l = &r->layers[i];
        struct hs_value map = hs_value_map();

        set(b, &map, "name", text(b, l->name));
        set(b, &map, "sqnr_db", hs_value_num(l->sqnr_db));
        set(b, &map, "weight_sqnr_db", hs_value_num(l->weight_sqnr_db));
        set(b, &map, "low", count(l->low));
        set(b, &map, "high", count(l->high));
        set(b, &map, "count", count(l->count));
        set(b, &map, "distance", hs_value_num(l->distance));
        set(b, &map, "distance_lsb", hs_value_num(l->distance_lsb));
        set(b, &map, "differ", count(l->differ));
        push(b, &list, map);
    }
    return list;
}

static struct hs_value sensitivity(struct building *b, const struct hs_eval_result *r)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < r->n_sensitivity; i++) {
        struct hs_value map = hs_value_map();

        set(b, &map, "name", text(b, r->sensitivity[i].name));
        set(b, &map, "only", hs_value_num(r->sensitivity[i].only));
        set(b, &map, "without", hs_value_num(r->sensitivity[i].without));
        push(b, &list, map);
    }
    return list;
}

enum hs_status hs_eval_to_value(struct hs_value *out, struct hs_arena *arena,
                                const struct hs_eval_result *r, struct hs_error *err)
{
    struct building b = {arena, true};
    struct hs_value map = hs_value_map();

    set(&b, &map, "schema", text(&b, "halfstep.eval/1"));
    set(&b, &map, "model", text(&b, r->model));
    set(&b, &map, "data", text(&b, r->data));
    set(&b, &map, "mode", text(&b, r->mode));
    set(&b, &map, "requantize", text(&b, r->requantize));
    set(&b, &map, "images", count(r->e.images));
    set(&b, &map, "correct", count(r->e.correct));
    set(&b, &map, "accuracy", hs_value_num((double)r->e.correct / (double)r->e.images));
    set(&b, &map, "loss", hs_value_num(r->e.loss));
    set(&b, &map, "confusion", confusion(&b, &r->e));
    set(&b, &map, "differs", differs(&b, r));
    if (r->n_layers > 0)
        set(&b, &map, "layers", layers(&b, r));
    if (r->n_sensitivity > 0)
        set(&b, &map, "sensitivity", sensitivity(&b, r));
    *out = map;
    return b.ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

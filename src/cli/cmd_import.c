/* halfstep import FILE: what a model of another program is, and the same in a file of ours. */
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"
#include "cli/nn_work.h"
#include "cli/quant_args.h"
#include "nn/import.h"

struct import_options {
    const char *output, *program;
    struct hs_limit_args limits;
    bool json;
};

#define AT(field) offsetof(struct import_options, field)

static const struct hs_opt options[] = {
    {"output", 'o', HS_OPT_TEXT, "FILE", "write the model, or the program, as .safetensors",
     AT(output)},
    {"program", 0, HS_OPT_TEXT, "FILE",
     "of a file with both: write the integer program there as well", AT(program)},
    {"json", 'j', HS_OPT_FLAG, NULL, "print JSON", AT(json)},
    HS_LIMIT_ROWS(AT(limits)),
    HS_OPT_LINE("Read are state dicts and whole modules of PyTorch (.pt, .pth), numpy dicts"),
    HS_OPT_LINE("(.npy), .npz and .safetensors; nothing in them is run."),
    HS_OPT_LINE("  halfstep import model.pth -o model.safetensors"),
    HS_OPT_END};

/* Names out of a stranger's file must not act on the terminal. */
static void say(FILE *out, const char *before, const char *text)
{
    struct hs_str shown = HS_STR_INIT;

    hs_text_sanitize(&shown, text, strlen(text), 0, true);
    fprintf(out, "%s%s\n", before, shown.buf);
    hs_str_dispose(&shown);
}

static void print_layers(FILE *out, const struct hs_model *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct hs_layer *l = &m->layer[i];
        char shape[48], scale[HS_FMT_SIZE];
        size_t n = 0;

        for (int p = 0; p < l->params; p++)
            n += hs_tensor_count(&l->param[p].value);
        snprintf(shape, sizeof shape, "%zu x %zu x %zu", l->out.c, l->out.h, l->out.w);
        fprintf(out, "  %-14.14s%-15s%-18s", l->name, l->class->id, shape);
        if (n > 0)
            fprintf(out, "%9zu parameters", n);
        if (l->fake != NULL && l->fake->qp.scale != NULL)
            fprintf(out, "  %" PRId64 "..%" PRId64 " scale %s%s", l->fake->qp.qmin,
                    l->fake->qp.qmax, hs_fmt_short(scale, l->fake->qp.scale[0], 5),
                    l->fake->n > 1 ? " ..." : "");
        fputc('\n', out);
    }
}

static void print_steps(FILE *out, const struct hs_program *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct hs_step *s = &p->step[i];
        char shape[48], scale[HS_FMT_SIZE];

        snprintf(shape, sizeof shape, "%zu x %zu x %zu", s->out.c, s->out.h, s->out.w);
        fprintf(out, "  %-14.14s%-18s", s->name, shape);
        if (s->sums)
            fputs("sums\n", out);
        else if (s->divisor != NULL)
            fprintf(out, "divided by %s\n", hs_fmt_short(scale, *s->divisor, 7));
        else
            fprintf(out, "%s [%d, %d] scale %s\n", s->y.is_signed ? "int8" : "uint8", s->y.lo,
                    s->y.hi, hs_fmt_short(scale, s->y.scale, 5));
    }
}

static void print_text(FILE *out, const struct hs_imported *i)
{
    say(out, "", i->kind);
    for (size_t k = 0; k < hs_value_len(&i->remarks); k++) {
        const struct hs_value *v = hs_value_at(&i->remarks, k);

        if (v->kind == HS_STRING)
            say(out, "- ", v->as.string.text);
    }
    if (i->has_model) {
        fprintf(out, "model %s for %s:\n", i->model.arch, i->model.data);
        print_layers(out, &i->model);
    }
    if (i->has_program) {
        fprintf(out, "integer program %s for %s:\n", i->program.arch, i->program.data);
        print_steps(out, &i->program);
    }
}

static enum hs_status print_json(struct hs_nn_work *w, const struct hs_imported *i,
                                 const char *name)
{
    struct hs_arena *arena = &w->arena;
    struct hs_value map = hs_value_map(), layers = hs_value_list(), steps = hs_value_list();
    bool ok = true;

    for (size_t k = 0; ok && i->has_model && k < i->model.n; k++)
        ok = hs_value_push(&layers, arena, hs_value_string(arena, i->model.layer[k].name));
    for (size_t k = 0; ok && i->has_program && k < i->program.n; k++)
        ok = hs_value_push(&steps, arena, hs_value_string(arena, i->program.step[k].name));
    ok = ok && hs_value_set(&map, arena, "schema", hs_value_string(arena, "halfstep.import/1")) &&
         hs_value_set(&map, arena, "file", hs_value_string(arena, name)) &&
         hs_value_set(&map, arena, "kind", hs_value_string(arena, i->kind)) &&
         hs_value_set(&map, arena, "arch",
                      hs_value_string(arena, i->has_model ? i->model.arch : i->program.arch)) &&
         hs_value_set(&map, arena, "data",
                      hs_value_string(arena, i->has_model ? i->model.data : i->program.data)) &&
         hs_value_set(&map, arena, "remarks", i->remarks) &&
         hs_value_set(&map, arena, "layers", layers) && hs_value_set(&map, arena, "steps", steps);
    return ok ? hs_quant_args_print_json(w->cli->out, &map, &w->err)
              : hs_fail(&w->err, HS_ENOMEM, "out of memory");
}

static enum hs_status save(struct hs_nn_work *w, const struct import_options *o,
                           const struct hs_imported *i)
{
    enum hs_status st = HS_OK;

    if (o->program != NULL && !i->has_program)
        return hs_fail(&w->err, HS_EINVAL,
                       "there is no integer program in the file; -o writes the "
                       "model");
    if (o->output != NULL)
        st = i->has_model ? hs_model_save(o->output, &i->model, false, &w->err)
                          : hs_program_save(o->output, &i->program, &w->err);
    if (st == HS_OK && o->program != NULL)
        st = hs_program_save(o->program, &i->program, &w->err);
    return st;
}

static enum hs_status import(struct hs_nn_work *w, const struct import_options *o, const char *name)
{
    struct hs_container c = HS_CONTAINER_INIT;
    struct hs_imported i = {.kind = NULL};
    struct hs_io_limits limits;
    enum hs_status st = hs_limit_args_apply(&limits, &o->limits, &w->err);

    if (st == HS_OK && o->output != NULL)
        st = hs_nn_check_output(o->output, &w->err);
    if (st == HS_OK && o->program != NULL)
        st = hs_nn_check_output(o->program, &w->err);
    if (st == HS_OK)
        st = hs_container_open(&c, name, &limits, &w->err);
    if (st == HS_OK && hs_container_find(&c, "__metadata__.halfstep") != NULL)
        st = hs_fail(&w->err, HS_EINVAL,
                     "%s is halfstep's own already; halfstep show has its "
                     "tensors",
                     name);
    if (st == HS_OK)
        st = hs_import(&i, &c, name, &w->err);
    if (st == HS_OK)
        st = save(w, o, &i);
    if (st == HS_OK && o->json)
        st = print_json(w, &i, name);
    else if (st == HS_OK)
        print_text(w->cli->out, &i);
    hs_imported_dispose(&i);
    hs_container_dispose(&c);
    return st;
}

int hs_cmd_import(struct hs_cli *cli, int argc, char **argv)
{
    struct import_options o = {.limits = HS_LIMIT_ARGS_INIT};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    return hs_nn_work_end(&w, import(&w, &o, operands.items[0]));
}

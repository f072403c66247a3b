/* halfstep export MODEL --to FORMAT: an integer program for other programs. */
#include <string.h>

#include "base/path.h"
#include "cli/nn_convert.h"
#include "cli/nn_work.h"
#include "publish/export.h"

struct export_options {
    const char *to, *output, *requantize, *name;
};

static const struct hs_opt options[] = {
    {"to", 't', HS_OPT_TEXT, "FORMAT",
     "onnx (QDQ), onnx-qoperator, npz, safetensors or c (a header); default: by the name of -o",
     offsetof(struct export_options, to)},
    {"output", 'o', HS_OPT_TEXT, "FILE", "where to write; default: MODEL with another extension",
     offsetof(struct export_options, output)},
    {"requantize", 'r', HS_OPT_TEXT, "MODE", "as halfstep convert has it",
     offsetof(struct export_options, requantize)},
    {"name", 0, HS_OPT_TEXT, "NAME",
     "of the graph, and before every name in C; default: the network's",
     offsetof(struct export_options, name)},
    HS_OPT_LINE("  halfstep export mlp-int8.safetensors --to onnx"),
    HS_OPT_LINE("  halfstep export mlp-int8.safetensors -o mlp.h"),
    HS_OPT_END};

/* The format of an extension: the first that has it. */
static enum hs_status choose(const struct hs_exporter **out, const struct export_options *o,
                             struct hs_error *err)
{
    size_t n;
    const struct hs_exporter *const *all = hs_exporters(&n);

    if (o->to != NULL)
        return hs_exporter_find(out, o->to, err);
    for (size_t i = 0; o->output != NULL && i < n; i++)
        if (hs_path_has_ext(o->output, all[i]->extension + 1)) {
            *out = all[i];
            return HS_OK;
        }
    return hs_fail(err, HS_EINVAL,
                   "export to what? --to onnx, onnx-qoperator, npz, safetensors or c");
}

/* The program of the file, or the one that its quantized model becomes. */
static enum hs_status program_of(const struct hs_program **out, struct hs_program *made,
                                 struct hs_nn_work *w, const struct export_options *o,
                                 const char *file)
{
    struct hs_network *n = &w->network;
    enum hs_status st = hs_nn_load(w, file);

    if (st != HS_OK)
        return st;
    if (n->is_program || (n->has_arithmetic && o->requantize == NULL)) {
        *out = &n->program;
        return HS_OK;
    }
    if (!hs_model_is_prepared(&n->model))
        return hs_fail(&w->err, HS_EINVAL,
                       "%s is a float model: halfstep calibrate or qat quantizes it first", file);
    st = hs_nn_convert(made, &n->model, o->requantize, NULL, &w->err);
    if (st != HS_OK)
        hs_error_prefix(&w->err, "%s", file);
    *out = made;
    return st;
}

static void output_name(struct hs_str *out, const struct export_options *o, const char *file,
                        const char *extension)
{
    const char *ext = hs_path_ext(file);
    size_t n = strlen(file) - strlen(ext);

    if (o->output != NULL) {
        hs_str_add(out, o->output);
        return;
    }
    hs_str_add_bytes(out, file, *ext != '\0' && n > 0 ? n - 1 : n);
    hs_str_add(out, extension);
}

static enum hs_status export_file(struct hs_nn_work *w, const struct export_options *o,
                                  const char *file, struct hs_str *path, struct hs_str *bytes)
{
    struct hs_program made = HS_PROGRAM_INIT;
    const struct hs_program *p = &made;
    const struct hs_exporter *e;
    const char *remark;
    enum hs_status st = choose(&e, o, &w->err);

    if (st == HS_OK)
        st = program_of(&p, &made, w, o, file);
    if (st != HS_OK) {
        hs_program_dispose(&made);
        return st;
    }
    output_name(path, o, file, e->extension);
    if (hs_str_ok(path) && strcmp(path->buf, file) == 0)
        st = hs_fail(&w->err, HS_EINVAL, "the export would replace %s itself; give -o", file);
    if (st == HS_OK)
        st = e->write(bytes, p, o->name != NULL ? o->name : p->arch, &w->err);
    if (st == HS_OK)
        st = hs_file_write(path->buf, bytes->buf, bytes->len, &w->err);
    if (st == HS_OK) {
        remark = hs_export_remark(e, p);
        fprintf(w->cli->out, "%s: %s (%zu bytes)\n", path->buf, e->help, bytes->len);
        if (remark != NULL)
            fprintf(w->cli->out, "%s\n", remark);
    }
    hs_program_dispose(&made);
    return st;
}

int hs_cmd_export(struct hs_cli *cli, int argc, char **argv)
{
    struct export_options o = {.to = NULL};
    struct hs_nn_work w = HS_NN_WORK_INIT(cli);
    struct hs_str path = HS_STR_INIT, bytes = HS_STR_INIT;
    struct hs_operands operands;
    enum hs_status st;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 1, argc, argv, &code))
        return code;
    if (o.to == NULL && o.output == NULL)
        return hs_cli_usage(cli, "export",
                            "export to what? --to onnx, onnx-qoperator, npz, safetensors or c");
    st = export_file(&w, &o, operands.items[0], &path, &bytes);
    hs_str_dispose(&path);
    hs_str_dispose(&bytes);
    return hs_nn_work_end(&w, st);
}

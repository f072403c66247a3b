#include "cli/quant_files.h"

#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "cli/quant_output.h"
#include "cli/watch.h"
#include "io/save.h"

enum { STEPS = 4 };

enum hs_status hs_quant_run_blame(struct hs_quant_run *r, const char *file, enum hs_status st)
{
    if (st == HS_EINVAL)
        return st;
    if (r->args->name != NULL)
        hs_error_prefix(&r->args->err, "%s: %s", file, r->args->name);
    else
        hs_error_prefix(&r->args->err, "%s", file);
    return st;
}

void hs_quant_run_step(struct hs_quant_run *r, const char *doing, const char *file)
{
    hs_watch_step(r->i * STEPS + r->step++, r->n * STEPS, doing, file);
}

void hs_quant_run_print(struct hs_quant_run *r, const char *file)
{
    hs_watch_pause();
    if (r->n > 1 && !r->args->json && file != NULL)
        fprintf(r->cli->out, "%s%s:\n", r->i > 0 ? "\n" : "", file);
}

enum hs_status hs_quant_run_tensor(struct hs_quant_run *r, const char *file, struct hs_tensor *out)
{
    r->step = 0;
    hs_quant_run_step(r, "reading", file);
    return hs_quant_args_tensor(r->args, &r->file, file, out);
}

static bool same_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* Results never replace what they are made of, nor each other. */
static enum hs_status check_collisions(struct hs_quant_args *a, const struct hs_operands *operands)
{
    for (size_t i = 0; a->output != NULL && i < operands->len; i++) {
        const char *to = hs_quant_output_path(a, operands->items[i], operands->len > 1, "x");

        if (to == NULL)
            return hs_fail(&a->err, HS_ENOMEM, "out of memory");
        if (operands->len == 1 && same_file(to, operands->items[i]))
            return hs_fail(&a->err, HS_EINVAL, "-o %s is the input itself: choose another name",
                           to);
        for (size_t j = 0; j < i; j++)
            if (strcmp(to, hs_quant_output_path(a, operands->items[j], true, "x")) == 0)
                return hs_fail(&a->err, HS_EINVAL,
                               "the results of %s and %s would have one name; give them different "
                               "folders",
                               operands->items[j], operands->items[i]);
    }
    return HS_OK;
}

/* What can be said about -o before anything is computed. */
static enum hs_status check_output(struct hs_quant_args *a, size_t files)
{
    if (a->output == NULL)
        return HS_OK;
    if (files > 1 && !hs_path_is_dir(a->output))
        return hs_fail(&a->err, HS_EINVAL,
                       "-o %s: the results of %zu files need a folder, which does not exist",
                       a->output, files);
    if (files == 1 && hs_path_is_dir(a->output))
        return hs_fail(&a->err, HS_EINVAL, "-o %s is a folder: name a file in it", a->output);
    return files > 1 ? HS_OK : hs_tensors_save_check(a->output, &a->err);
}

static enum hs_status run_all(struct hs_quant_run *r, const struct hs_operands *operands,
                              enum hs_status (*one)(struct hs_quant_run *r, const char *file))
{
    enum hs_status st = check_output(r->args, operands->len);

    if (st == HS_OK)
        st = check_collisions(r->args, operands);
    for (r->i = 0; st == HS_OK && r->i < operands->len; r->i++) {
        struct hs_arena_mark mark = hs_arena_mark(&r->args->arena);

        r->file = HS_CONTAINER_INIT;
        st = one(r, operands->items[r->i]);
        hs_container_dispose(&r->file);
        hs_arena_reset(&r->args->arena, mark);
    }
    return st;
}

int hs_quant_run(struct hs_cli *cli, int argc, char **argv,
                 enum hs_status (*one)(struct hs_quant_run *r, const char *file))
{
    struct hs_operands operands;
    struct hs_quant_args a;
    struct hs_quant_run run = {.cli = cli, .args = &a};
    int code;

    if (hs_quant_args_parse(&a, cli, &operands, 1, HS_QUANT_MOST_FILES, argc, argv, &code)) {
        enum hs_status st;

        run.n = operands.len;
        hs_watch_begin(cli);
        st = run_all(&run, &operands, one);
        hs_watch_end();
        code = st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &a.err);
    }
    hs_quant_args_dispose(&a);
    return code;
}

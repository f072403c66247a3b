/* The data sets: what there is, fetching one through the client that the machine has, where it
 * lies. The only command that makes another program use a network. */
#include <string.h>

#include "cli/data_fetch.h"
#include "cli/opt.h"
#include "io/json.h"

struct data_options {
    const char *url, *file;
    bool json, again;
};

static const struct hs_opt options[] = {
    {"url", 0, HS_OPT_TEXT, "URL", "get: fetch this archive with curl instead",
     offsetof(struct data_options, url)},
    {"file", 0, HS_OPT_TEXT, "FILE", "get: take this archive, which you have already",
     offsetof(struct data_options, file)},
    {"again", 0, HS_OPT_FLAG, NULL, "get: also when it is here",
     offsetof(struct data_options, again)},
    {"json", 0, HS_OPT_FLAG, NULL, "list: as JSON", offsetof(struct data_options, json)},
    HS_OPT_END};

/* ---- list and path ---- */

static int list_json(struct hs_cli *cli, const struct hs_dataset *sets, size_t n)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_value all = hs_value_map(), rows = hs_value_list();
    struct hs_str text = HS_STR_INIT;
    bool ok = true;

#define SET(key, value) ok = ok && hs_value_set(&row, &arena, key, value)
    for (size_t i = 0; i < n; i++) {
        struct hs_value row = hs_value_map();

        SET("name", hs_value_string(&arena, sets[i].name));
        SET("title", hs_value_string(&arena, sets[i].title));
        SET("train", hs_value_int((int64_t)sets[i].train));
        SET("test", hs_value_int((int64_t)sets[i].test));
        SET("small_train", hs_value_int((int64_t)sets[i].small_train));
        SET("small_test", hs_value_int((int64_t)sets[i].small_test));
        SET("channels", hs_value_int((int64_t)sets[i].channels));
        SET("rows", hs_value_int((int64_t)sets[i].rows));
        SET("columns", hs_value_int((int64_t)sets[i].columns));
        SET("classes", hs_value_int((int64_t)sets[i].classes));
        SET("download_bytes", hs_value_int((int64_t)sets[i].package_bytes));
        SET("source", hs_value_string(&arena, sets[i].source));
        SET("present", hs_value_bool(hs_dataset_present(&sets[i])));
        ok = ok && hs_value_push(&rows, &arena, row);
    }
#undef SET
    ok = ok && hs_value_set(&all, &arena, "schema", hs_value_string(&arena, "halfstep.data/1")) &&
         hs_value_set(&all, &arena, "datasets", rows);
    hs_json_write(&text, &all, 0);
    if (ok && hs_str_ok(&text))
        fprintf(cli->out, "%s\n", text.buf);
    hs_str_dispose(&text);
    hs_arena_dispose(&arena);
    return ok ? HS_EXIT_DONE : HS_EXIT_INPUT;
}

static int list(struct hs_cli *cli, const struct data_options *o)
{
    size_t n;
    const struct hs_dataset *sets = hs_datasets(&n);

    if (o->json)
        return list_json(cli, sets, n);
    for (size_t i = 0; i < n; i++) {
        const struct hs_dataset *d = &sets[i];
        char shape[32];

        snprintf(shape, sizeof shape, "%zu x %zu%s", d->rows, d->columns,
                 d->channels > 1 ? " RGB" : "");
        fprintf(cli->out, "%-14s%-12s %6zu + %zu  ", d->name, shape, d->train, d->test);
        if (hs_dataset_present(d))
            fputs("here\n", cli->out);
        else
            fprintf(cli->out, "halfstep data get %s  (%.0f MB)\n", d->name,
                    (double)d->package_bytes / 1e6);
        fprintf(cli->out, "%14s%s. %s\n", "", d->title, d->source);
        fprintf(cli->out, "%14swithout a download: %s/small-train (%zu), %s/small-test (%zu)\n", "",
                d->name, d->small_train, d->name, d->small_test);
    }
    return HS_EXIT_DONE;
}

/* The folder of a set, or the two files of "mnist/small-test". */
static int path(struct hs_cli *cli, const char *name, struct hs_error *err)
{
    struct hs_str first = HS_STR_INIT, second = HS_STR_INIT;
    const struct hs_dataset *d;
    enum hs_status st;

    if (strchr(name, '/') != NULL) {
        if ((st = hs_dataset_split_files(&first, &second, name, err)) == HS_OK)
            fprintf(cli->out, "%s\n%s\n", first.buf, second.buf);
    } else if ((st = hs_dataset_find(&d, name, err)) == HS_OK) {
        if (!hs_dataset_present(d))
            st = hs_fail(err, HS_ENOTFOUND,
                         "%s is not on this machine: halfstep data get %s fetches it; "
                         "halfstep data path %s/small-train has the slice that needs no download",
                         d->name, d->name, d->name);
        else if ((st = hs_dataset_dir(&first, d, false, err)) == HS_OK)
            fprintf(cli->out, "%s\n", first.buf);
    }
    hs_str_dispose(&first);
    hs_str_dispose(&second);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, err);
}

/* ---- get ---- */

static int get(struct hs_cli *cli, const struct hs_dataset *d, const struct data_options *o,
               struct hs_error *err)
{
    struct hs_str dir = HS_STR_INIT;
    bool interrupted = false;
    enum hs_status st = HS_OK;

    if (o->url != NULL && o->file != NULL)
        return hs_cli_usage(cli, "data",
                            "--url and --file are two ways to the same archive: give one");
    if (o->again || !hs_dataset_present(d))
        st = hs_data_fetch(cli, d, o->url, o->file, &interrupted, err);
    if (interrupted) {
        fputs("halfstep: interrupted; the same command goes on\n", cli->err);
        return HS_EXIT_INTERRUPTED;
    }
    if (st == HS_OK && (st = hs_dataset_dir(&dir, d, false, err)) == HS_OK)
        fprintf(cli->out, "%s is in %s\n", d->name, dir.buf);
    hs_str_dispose(&dir);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, err);
}

int hs_cmd_data(struct hs_cli *cli, int argc, char **argv)
{
    struct data_options o = {.url = NULL};
    struct hs_operands operands;
    const struct hs_dataset *d;
    struct hs_error err = HS_ERROR_INIT;
    const char *verb;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 1, 2, argc, argv, &code))
        return code;
    verb = operands.items[0];
    if (strcmp(verb, "list") == 0 && operands.len == 1)
        return list(cli, &o);
    if (strcmp(verb, "get") != 0 && strcmp(verb, "path") != 0)
        return hs_cli_usage(cli, "data", "\"%s\" is none of list, get NAME, path NAME", verb);
    if (operands.len != 2)
        return hs_cli_usage(cli, "data", "%s which data set? halfstep data list has them", verb);
    if (strcmp(verb, "path") == 0)
        return path(cli, operands.items[1], &err);
    if (hs_dataset_find(&d, operands.items[1], &err) != HS_OK)
        return hs_cli_report(cli, &err);
    return get(cli, d, &o, &err);
}

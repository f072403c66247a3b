/* The data sets: what there is, fetching one through the client that the machine has, where it
 * lies. The only command that makes another program use a network. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/process.h"
#include "cli/opt.h"
#include "cli/progress.h"
#include "io/dataset.h"
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

struct fetch {
    struct hs_cli *cli;
    const struct hs_dataset *d;
    struct hs_str dir, partial, log, archive; /* partial: where the client works */
    struct hs_progress progress;
};

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

static uint64_t size_of(const char *file)
{
    struct stat s;

    return stat(file, &s) == 0 ? (uint64_t)s.st_size : 0;
}

/* The last line that the client wrote with letters in it, cut short. */
static void last_words(const struct fetch *f, char *out, size_t size)
{
    FILE *log = fopen(f->log.buf, "r");
    char line[512];

    snprintf(out, size, "it said nothing");
    if (log == NULL)
        return;
    while (fgets(line, sizeof line, log) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strpbrk(line, "abcdefghijklmnopqrstuvwxyz") != NULL &&
            strstr(line, ".log") == NULL) /* where npm keeps its own log helps nobody */
            snprintf(out, size, "%.160s", line);
    }
    fclose(log);
}

static enum hs_status run_client(struct fetch *f, const char *const *argv, struct hs_error *err)
{
    const struct timespec nap = {.tv_nsec = 50000000};
    struct hs_process p;
    char words[200];
    int code = 0;
    struct hs_error why = HS_ERROR_INIT;
    enum hs_status st = hs_process_start(&p, argv, f->partial.buf, f->log.buf, &why);

    if (st == HS_ENOTFOUND)
        return hs_fail(
            err, HS_ENOTFOUND,
            "%s is fetched with %s, which is not on this machine; install it, or give the "
            "archive with --file or its address with --url",
            f->d->name, argv[0]);
    if (st != HS_OK)
        return hs_fail(err, st, "%s", why.text);
    while (!hs_process_ended(&p, &code)) {
        hs_progress_step(&f->progress, size_of(f->archive.buf));
        nanosleep(&nap, NULL);
    }
    if (code == 0)
        return HS_OK;
    last_words(f, words, sizeof words);
    return hs_fail(err, HS_EIO,
                   "%s could not fetch %s (%s). Is there a network? What was fetched is kept: the "
                   "same command goes on. Without a network: --file with an archive from elsewhere",
                   argv[0], f->d->name, words);
}

struct largest {
    struct hs_str *name;
    size_t size;
};

static bool keep_largest(void *payload, const char *name, size_t size)
{
    struct largest *l = payload;

    if (size > l->size) {
        l->size = size;
        hs_str_clear(l->name);
        hs_str_add(l->name, name);
    }
    return true;
}

/* The package is the largest file where the client worked; its name is the client's affair. */
static enum hs_status find_package(struct fetch *f, struct hs_error *err)
{
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_str name = HS_STR_INIT;
    struct largest l = {.name = &name};
    enum hs_status st = hs_file_walk(f->partial.buf, &limits, keep_largest, NULL, &l, err);

    if (st == HS_OK && l.size == 0)
        st = hs_fail(err, HS_EIO, "%s ended well but left no package for %s", f->d->client,
                     f->d->name);
    hs_str_clear(&f->archive);
    hs_path_join(&f->archive, f->partial.buf, name.buf);
    hs_str_dispose(&name);
    return st;
}

static enum hs_status fetch_package(struct fetch *f, const char *url, struct hs_error *err)
{
    const char *npm[] = {"npm", "pack", "--silent", f->d->package, NULL};
    const char *apt[] = {"apt-get", "download", f->d->package, NULL};
    const char *curl[] = {"curl",     "--fail",        "--location",
                          "--silent", "--show-error",  "--retry",
                          "3",        "--continue-at", "-",
                          "--output", "package",       url,
                          NULL};
    const char *const *argv = url != NULL ? curl : strcmp(f->d->client, "apt-get") == 0 ? apt : npm;
    enum hs_status st;

    hs_str_clear(&f->archive);
    hs_path_join(&f->archive, f->partial.buf, "package");
    hs_progress_begin(&f->progress, f->cli->err, "fetching", HS_PROGRESS_BYTES,
                      url != NULL ? 0 : f->d->package_bytes);
    st = run_client(f, argv, err);
    hs_progress_end(&f->progress);
    return st == HS_OK ? find_package(f, err) : st;
}

static void unpacked(void *payload, uint64_t bytes)
{
    struct fetch *f = payload;

    hs_progress_step(&f->progress, bytes);
}

static enum hs_status unpack(struct fetch *f, struct hs_error *err)
{
    enum hs_status st;

    hs_progress_begin(&f->progress, f->cli->err, "unpacking", HS_PROGRESS_BYTES,
                      size_of(f->archive.buf));
    st = hs_dataset_unpack(f->d, f->archive.buf, unpacked, f, err);
    hs_progress_end(&f->progress);
    return st;
}

static enum hs_status get(struct fetch *f, const struct data_options *o, struct hs_error *err)
{
    enum hs_status st = hs_dataset_dir(&f->dir, f->d, true, err);

    if (st != HS_OK)
        return st;
    hs_path_join(&f->partial, f->dir.buf, "partial");
    hs_path_join(&f->log, f->dir.buf, "client.log");
    if (o->file != NULL) {
        hs_str_add(&f->archive, o->file);
        return unpack(f, err);
    }
    if ((st = hs_path_make_dirs(f->partial.buf, 0700, err)) != HS_OK ||
        (st = fetch_package(f, o->url, err)) != HS_OK)
        return st;
    st = unpack(f, err);
    unlink(f->archive.buf); /* whole and right, or of no use */
    unlink(f->log.buf);
    rmdir(f->partial.buf);
    return st;
}

static int get_command(struct hs_cli *cli, const struct hs_dataset *d, const struct data_options *o,
                       struct hs_error *err)
{
    struct fetch f = {.cli = cli,
                      .d = d,
                      .dir = HS_STR_INIT,
                      .partial = HS_STR_INIT,
                      .log = HS_STR_INIT,
                      .archive = HS_STR_INIT};
    enum hs_status st = HS_OK;

    if (o->url != NULL && o->file != NULL)
        return hs_cli_usage(cli, "data",
                            "--url and --file are two ways to the same archive: give one");
    if (o->again || !hs_dataset_present(d))
        st = get(&f, o, err);
    else
        hs_str_clear(&f.dir);
    if (st == HS_OK)
        st = hs_dataset_dir(&f.dir, d, false, err);
    if (st == HS_OK)
        fprintf(cli->out, "%s is in %s\n", d->name, f.dir.buf);
    hs_str_dispose(&f.dir);
    hs_str_dispose(&f.partial);
    hs_str_dispose(&f.log);
    hs_str_dispose(&f.archive);
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
    return get_command(cli, d, &o, &err);
}

/* halfstep grade: glues grade, which knows no store, and store, which knows no grades. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/env.h"
#include "base/path.h"
#include "cli/opt.h"
#include "grade/batch.h"
#include "io/file.h"
#include "store/store.h"

struct options {
    const char *out, *json;
    struct hs_opt_list formats;
    int64_t jobs, limit_memory, limit_files;
    double limit_time;
    bool resume, one, class, exit_zero, timing;
};

#define FIELD(name) offsetof(struct options, name)

static const struct hs_opt table[] = {
    {"json", 0, HS_OPT_TEXT, "FILE|-", "write JSON (one object, or JSON Lines for several) there",
     FIELD(json)},
    {"out", 'o', HS_OPT_TEXT, "OUT",
     "write reports there: a file for one submission, else a folder", FIELD(out)},
    {"format", 0, HS_OPT_LIST, "F", "json or text, for -o", FIELD(formats)},
    {"jobs", 'j', HS_OPT_INT, "N", "grade N submissions at a time", FIELD(jobs)},
    {"resume", 0, HS_OPT_FLAG, NULL, "take reports of unchanged submissions from earlier runs",
     FIELD(resume)},
    {"one", 0, HS_OPT_FLAG, NULL, "a folder is one submission", FIELD(one)},
    {"class", 0, HS_OPT_FLAG, NULL, "a folder holds one submission an entry", FIELD(class)},
    {"exit-zero", 0, HS_OPT_FLAG, NULL, "exit 0 although points are missing", FIELD(exit_zero)},
    {"timing", 0, HS_OPT_FLAG, NULL, "put times into the reports", FIELD(timing)},
    {"limit-time", 0, HS_OPT_NUMBER, "S", "seconds a check may take (10)", FIELD(limit_time)},
    {"limit-memory", 0, HS_OPT_INT, "MIB", "memory of the grading process (1024)",
     FIELD(limit_memory)},
    {"limit-size", 0, HS_OPT_INT, "MIB", "size of one submission, unpacked (256)",
     FIELD(limit_files)},
    HS_OPT_END};

struct job {
    struct hs_cli *cli;
    const struct options *o;
    const struct hs_assignment *a;
    struct hs_store *store;
    struct hs_arena arena;
    struct hs_str all;   /* JSON of every announced report */
    struct hs_str table; /* for people */
    size_t announced, submissions;
    bool some_below, some_review, grader_failed, progress_shown;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* ---- the batch's questions ---- */

static bool recall(void *payload, struct hs_report *report)
{
    struct job *job = payload;
    const struct hs_store_grade key = {.assignment = report->assignment,
                                       .submission = report->submission,
                                       .content_sha256 = report->content_hash,
                                       .grader_sha256 = report->grader_version};
    struct hs_store_grade row;
    struct hs_report earlier;
    bool found = false;

    if (hs_store_grade_find(job->store, &job->arena, &key, &row, &found, NULL) != HS_OK || !found ||
        hs_report_read(&earlier, hs_bytes_of(row.report), "the store", NULL) != HS_OK)
        return false;
    hs_report_dispose(report);
    *report = earlier;
    return true;
}

static enum hs_status keep(void *payload, const struct hs_report *report, struct hs_error *err)
{
    struct job *job = payload;
    struct hs_store_grade row = {.assignment = report->assignment,
                                 .submission = report->submission,
                                 .content_sha256 = report->content_hash,
                                 .grader_sha256 = report->grader_version,
                                 .run = "grade",
                                 .at = hs_clock_now()};
    struct hs_str json = HS_STR_INIT;
    enum hs_status st;

    if (job->store == NULL || report->content_hash[0] == '\0' || !hs_report_total(report).complete)
        return HS_OK; /* what the staff has to look at is graded anew next time */
    st = hs_report_json(&json, report, false, err);
    row.report = json.buf;
    if (st == HS_OK)
        st = hs_store_grade_put(job->store, &row, err);
    hs_str_dispose(&json);
    return st;
}

static void judge_exit(struct job *job, const struct hs_report *report)
{
    int code = hs_report_exit_code(report);

    job->some_below |= code == HS_EXIT_BELOW;
    job->some_review |= code == HS_EXIT_REVIEW;
    job->grader_failed |= report->grader_failed;
}

static bool wants(const struct options *o, const char *format)
{
    if (o->formats.len == 0)
        return strcmp(format, "json") == 0;
    for (size_t i = 0; i < o->formats.len; i++)
        if (strcmp(o->formats.items[i], format) == 0)
            return true;
    return false;
}

/* OUT itself for one submission and one format, else OUT/<submission>.<ext>. */
static enum hs_status write_out(const struct job *job, const struct hs_report *report,
                                const char *ext, const struct hs_str *text, struct hs_error *err)
{
    struct hs_str path = HS_STR_INIT, name = HS_STR_INIT;
    enum hs_status st = HS_OK;

    if (job->submissions == 1 && job->o->formats.len <= 1 && !hs_path_is_dir(job->o->out)) {
        hs_str_add(&path, job->o->out);
    } else {
        st = hs_path_make_dirs(job->o->out, 0777, err);
        hs_str_printf(&name, "%s.%s", report->submission, ext);
        for (char *p = name.buf; *p != '\0'; p++)
            *p = *p == '/' || *p == '\\' ? '_' : *p;
        hs_path_join(&path, job->o->out, name.buf);
    }
    if (st == HS_OK)
        st = hs_file_write(path.buf, text->buf, text->len, err);
    hs_str_dispose(&path);
    hs_str_dispose(&name);
    return st;
}

static enum hs_status announce(void *payload, const struct hs_report *report, struct hs_error *err)
{
    struct job *job = payload;
    struct hs_str json = HS_STR_INIT, text = HS_STR_INIT;
    enum hs_status st = hs_report_json(&json, report, job->o->timing, err);

    judge_exit(job, report);
    job->announced++;
    hs_report_text(&text, report, 100);
    if (st == HS_OK && job->o->json != NULL && strcmp(job->o->json, "-") == 0) {
        if (fwrite(json.buf, 1, json.len, job->cli->out) != json.len || fflush(job->cli->out) != 0)
            st = hs_fail(err, HS_EIO, "standard output cannot be written");
    } else {
        hs_str_add(&job->all, json.buf);
    }
    if (st == HS_OK && job->o->out != NULL && wants(job->o, "json"))
        st = write_out(job, report, "json", &json, err);
    if (st == HS_OK && job->o->out != NULL && wants(job->o, "text"))
        st = write_out(job, report, "txt", &text, err);
    if (job->submissions == 1)
        hs_str_add(&job->table, text.buf);
    else
        hs_report_line(&job->table, report, job->announced == 1);
    hs_str_dispose(&json);
    hs_str_dispose(&text);
    return st;
}

static void progress(void *payload, size_t done, size_t of)
{
    struct job *job = payload;

    if (of < 2 || isatty(STDERR_FILENO) == 0)
        return;
    fprintf(job->cli->err, "\r%zu of %zu graded", done, of);
    fflush(job->cli->err);
    job->progress_shown = true;
}

/* ---- set-up ---- */

/* Without a store nothing is kept and the grades are printed all the same; only --resume cannot do
 * without. */
static enum hs_status open_store(struct job *job, struct hs_error *err)
{
    struct hs_str path = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;
    const char *remark = NULL;
    enum hs_status st = hs_env_dir(&path, HS_XDG_STATE, true, &why);

    hs_str_add(&path, "/grades.db");
    if (st == HS_OK)
        st = hs_store_open(&job->store, path.buf, &job->arena, &remark, &why);
    hs_str_dispose(&path);
    if (remark != NULL)
        fprintf(job->cli->err, "halfstep grade: %s\n", remark);
    if (st == HS_OK)
        return HS_OK;
    if (job->o->resume || st == HS_EBUSY)
        return hs_fail(err, st, "%s", why.text);
    fprintf(job->cli->err, "halfstep grade: results are not kept for --resume: %s\n", why.text);
    return HS_OK;
}

static void set_limits(struct hs_grading_limits *limits, const struct options *o)
{
    *limits = hs_grading_limits_default();
    if (o->limit_time > 0.0) {
        limits->worker.wall_ms = (uint64_t)(o->limit_time * 1000.0);
        limits->grader.wall_ms = limits->worker.wall_ms * 4 / 5;
        limits->worker.cpu_seconds = (unsigned)(o->limit_time * 6.0) + 1;
    }
    if (o->limit_memory > 0) {
        limits->worker.memory = (size_t)o->limit_memory << 20;
        limits->grader.memory = limits->worker.memory / 2;
    }
    if (o->limit_files > 0) {
        limits->io.total_bytes = (size_t)o->limit_files << 20;
        limits->io.file_bytes = limits->io.total_bytes;
    }
}

static int exit_code(const struct job *job, enum hs_status st)
{
    if (st == HS_EINTERRUPTED)
        return HS_EXIT_INTERRUPTED;
    if (job->grader_failed)
        return HS_EXIT_SCRIPT;
    if (st != HS_OK)
        return hs_status_exit_code(st);
    if (job->some_review)
        return HS_EXIT_REVIEW;
    return job->some_below && !job->o->exit_zero ? HS_EXIT_BELOW : HS_EXIT_DONE;
}

static enum hs_status show(struct job *job, struct hs_error *err)
{
    if (job->o->json != NULL && strcmp(job->o->json, "-") != 0)
        return hs_file_write(job->o->json, job->all.buf, job->all.len, err);
    if (job->o->json == NULL && job->o->out == NULL)
        if (fwrite(job->table.buf, 1, job->table.len, job->cli->out) != job->table.len ||
            fflush(job->cli->out) != 0)
            return hs_fail(err, HS_EIO, "standard output cannot be written");
    return HS_OK;
}

static int run(struct job *job, const struct hs_operands *operands)
{
    struct hs_batch_paths paths = HS_BATCH_PATHS_INIT;
    struct hs_assignment a = HS_ASSIGNMENT_INIT;
    struct hs_grading_limits limits;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_batch batch = {.a = &a,
                             .limits = &limits,
                             .jobs = (size_t)(job->o->jobs > 0 ? job->o->jobs : 1),
                             .stop = &interrupted,
                             .payload = job,
                             .keep = keep,
                             .announce = announce,
                             .progress = progress};
    enum hs_batch_mode mode = job->o->one     ? HS_BATCH_ONE
                              : job->o->class ? HS_BATCH_CLASS
                                              : HS_BATCH_GUESS;
    enum hs_status st = hs_assignment_load(&a, operands->items[0], &err);
    int code;

    set_limits(&limits, job->o);
    for (size_t i = 1; i < operands->len && st == HS_OK; i++)
        st = hs_batch_add(&paths, &a, operands->items[i], mode, &err);
    if (st == HS_OK)
        st = open_store(job, &err);
    job->a = &a;
    job->submissions = paths.items.len;
    batch.recall = job->o->resume ? recall : NULL;
    if (st == HS_OK)
        st = hs_batch_run(&batch, &paths, &err);
    if (job->progress_shown)
        fputc('\n', job->cli->err);
    if (st == HS_OK || st == HS_EINTERRUPTED) {
        enum hs_status shown = show(job, &err);

        st = shown != HS_OK ? shown : st;
    }
    if (st != HS_OK)
        (void)hs_cli_report(job->cli, &err);
    code = exit_code(job, st);
    hs_batch_paths_dispose(&paths);
    hs_assignment_dispose(&a);
    return code;
}

int hs_cmd_grade(struct hs_cli *cli, int argc, char **argv)
{
    struct options o = {.jobs = 1};
    struct job job = {
        .cli = cli, .o = &o, .all = HS_STR_INIT, .table = HS_STR_INIT, .arena = HS_ARENA_INIT};
    const struct sigaction action = {.sa_handler = on_interrupt};
    struct sigaction before;
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, table, &o, &operands, 2, SIZE_MAX, argc, argv, &code))
        return code;
    for (size_t i = 0; i < o.formats.len; i++)
        if (strcmp(o.formats.items[i], "json") != 0 && strcmp(o.formats.items[i], "text") != 0)
            return hs_cli_usage(cli, "grade", "there is no format \"%s\"; there are json and text",
                                o.formats.items[i]);
    if (o.one && o.class)
        return hs_cli_usage(cli, "grade", "--one and --class exclude each other");
    if (o.jobs < 1 || o.jobs > 32)
        return hs_cli_usage(cli, "grade", "--jobs takes 1 to 32");
    if (geteuid() == 0)
        fprintf(
            cli->err,
            "halfstep grade: running as root; an ordinary user gives the workers less to reach\n");
    interrupted = 0;
    sigaction(SIGINT, &action, &before);
    code = run(&job, &operands);
    sigaction(SIGINT, &before, NULL);
    hs_store_close(job.store);
    hs_str_dispose(&job.all);
    hs_str_dispose(&job.table);
    hs_arena_dispose(&job.arena);
    return code;
}

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/path.h"
#include "cli/lint_emit.h"
#include "cli/opt.h"
#include "grade/assignment.h"
#include "lesson/course.h"
#include "lesson/lint.h"

struct lint_options {
    const char *emit;
    int64_t seed;
};

/* What was looked at, and what was found. */
struct linting {
    struct hs_cli *cli;
    size_t lessons, graders, faults;
};

static void print_fault(void *payload, const char *sentence)
{
    struct hs_cli *cli = payload;

    fprintf(cli->out, "%s\n", sentence);
}

/* A lesson may need one that is not written yet, but never itself. */
static size_t lint_needs(struct hs_cli *cli, const struct hs_lesson *lesson)
{
    for (size_t i = 0; i < lesson->needs.len; i++)
        if (strcmp(lesson->needs.items[i], lesson->id) == 0) {
            fprintf(cli->out, "%s:1: the lesson needs itself\n", lesson->path);
            return 1;
        }
    return 0;
}

static enum hs_status lint_lessons(struct linting *l, const char *path, uint64_t seed, struct hs_error *err)
{
    struct hs_course course = HS_COURSE_INIT;
    enum hs_status st = path != NULL ? hs_course_load_dir(&course, path, err) : hs_course_load(&course, err);
    size_t found;

    for (size_t i = 0; i < course.faults.len; i++)
        print_fault(l->cli, course.faults.items[i]);
    l->faults += course.faults.len;
    l->lessons += course.lessons.len;
    for (size_t i = 0; st == HS_OK && i < course.lessons.len; i++) {
        st = hs_lesson_lint(&course.lessons.items[i], seed, print_fault, l->cli, &found, err);
        if (st == HS_OK)
            l->faults += found + lint_needs(l->cli, &course.lessons.items[i]);
    }
    hs_course_dispose(&course);
    return st;
}

/* A grader that declares itself without a fault. */
static void lint_grader(void *payload, const char *folder)
{
    struct linting *l = payload;
    struct hs_assignment assignment = HS_ASSIGNMENT_INIT;
    struct hs_error why = HS_ERROR_INIT;

    l->graders++;
    if (hs_assignment_load(&assignment, folder, &why) != HS_OK) {
        if (why.source[0] != '\0')
            fprintf(l->cli->out, "%s:%d: ", why.source, why.line);
        fprintf(l->cli->out, "%s\n", why.text);
        l->faults++;
    }
    hs_assignment_dispose(&assignment);
}

static bool is_grader(const char *path)
{
    struct hs_str file = HS_STR_INIT;
    bool there;

    hs_path_join(&file, path, "grader.lua");
    there = hs_path_exists(file.buf);
    hs_str_dispose(&file);
    return there;
}

int hs_cmd_lint(struct hs_cli *cli, int argc, char **argv)
{
    static const struct hs_opt options[] = {
        {"emit", 0, HS_OPT_TEXT, "DIR", "write submissions of the assignment PATH: right, blank, each mistake",
         offsetof(struct lint_options, emit)},
        {"seed", 0, HS_OPT_INT, "N", "seed of random data (1)", offsetof(struct lint_options, seed)},
        HS_OPT_END};
    struct lint_options o = {.seed = 1};
    struct linting l = {.cli = cli};
    struct hs_operands operands;
    struct hs_error err = HS_ERROR_INIT;
    const char *path;
    enum hs_status st = HS_OK;
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 0, 1, argc, argv, &code))
        return code;
    path = operands.len > 0 ? operands.items[0] : NULL;
    if (o.emit != NULL && path == NULL)
        return hs_cli_usage(cli, "lint", "--emit needs an ASSIGNMENT");
    if (o.emit != NULL)
        return hs_lint_emit(cli, path, o.emit, (uint64_t)o.seed);
    if (path != NULL && is_grader(path))
        lint_grader(&l, path);
    else
        st = lint_lessons(&l, path, (uint64_t)o.seed, &err);
    if (st == HS_OK && path == NULL)
        hs_assignments_each(lint_grader, &l);
    if (st == HS_OK && l.lessons + l.graders + l.faults == 0)
        st = hs_fail(&err, HS_ENOTFOUND, "there is no lesson and no grader in %s", path != NULL ? path : "the folders searched");
    if (st != HS_OK)
        return hs_cli_report(cli, &err);
    fprintf(cli->out, "%zu lesson%s, %zu grader%s, %zu fault%s\n", l.lessons, l.lessons == 1 ? "" : "s", l.graders,
            l.graders == 1 ? "" : "s", l.faults, l.faults == 1 ? "" : "s");
    return l.faults > 0 ? HS_EXIT_SCRIPT : HS_EXIT_DONE;
}

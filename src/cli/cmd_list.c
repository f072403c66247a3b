#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "cli/opt.h"
#include "grade/assignment.h"
#include "io/json.h"
#include "kernels/kernels.h"
#include "lesson/course.h"
#include "quant/observer.h"
#include "quant/options.h"

/* A list being built; `ok` turns false once for want of memory. */
struct lister {
    struct hs_cli *cli;
    struct hs_arena arena;
    struct hs_value assignments;
    bool ok;
};

static void push(struct lister *l, struct hs_value *list, struct hs_value v)
{
    l->ok &= hs_value_push(list, &l->arena, v);
}

static void push_text(struct lister *l, struct hs_value *list, const char *text)
{
    push(l, list, hs_value_string(&l->arena, text));
}

static void set(struct lister *l, struct hs_value *map, const char *key, struct hs_value v)
{
    l->ok &= hs_value_set(map, &l->arena, key, v);
}

static struct hs_value lessons(struct lister *l, const struct hs_course *course)
{
    struct hs_value all = hs_value_list();

    for (size_t i = 0; i < course->lessons.len; i++) {
        const struct hs_lesson *lesson = &course->lessons.items[i];
        struct hs_value row = hs_value_map(), steps = hs_value_list();

        for (size_t j = 0; j < lesson->steps.len; j++)
            push_text(l, &steps, lesson->steps.items[j].id);
        set(l, &row, "id", hs_value_string(&l->arena, lesson->id));
        set(l, &row, "title", hs_value_string(&l->arena, lesson->title));
        set(l, &row, "minutes", hs_value_int(lesson->minutes));
        set(l, &row, "steps", steps);
        push(l, &all, row);
    }
    return all;
}

static void add_assignment(void *payload, const char *folder)
{
    struct lister *l = payload;
    struct hs_assignment assignment = HS_ASSIGNMENT_INIT;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_value row;

    if (hs_assignment_load(&assignment, folder, &why) != HS_OK) {
        fprintf(l->cli->err, "halfstep list: %s\n", why.text);
    } else {
        l->ok &= hs_assignment_to_value(&row, &l->arena, &assignment);
        if (l->ok)
            push(l, &l->assignments, row);
    }
    hs_assignment_dispose(&assignment);
}

static struct hs_value observers(struct lister *l)
{
    struct hs_value all = hs_value_list();
    size_t n;
    const struct hs_observer *const *rows = hs_observers(&n);

    for (size_t i = 0; i < n; i++)
        push_text(l, &all, rows[i]->id);
    return all;
}

/* The words of the option `scheme`, "a|b|c". */
static struct hs_value schemes(struct lister *l)
{
    struct hs_value all = hs_value_list();
    const struct hs_quant_option_row *row;

    for (size_t i = 0; (row = hs_quant_option_row(i)) != NULL; i++) {
        if (strcmp(row->name, "scheme") != 0 || row->choices == NULL)
            continue;
        for (const char *p = row->choices; *p != '\0';) {
            size_t n = strcspn(p, "|");

            push(l, &all, hs_value_string_n(&l->arena, p, n));
            p += n + (p[n] == '|');
        }
    }
    return all;
}

static struct hs_value profiles(struct lister *l)
{
    struct hs_value all = hs_value_list();
    size_t n;
    const struct hs_profile *rows = hs_profiles(&n);

    for (size_t i = 0; i < n; i++)
        push_text(l, &all, rows[i].name);
    return all;
}

static struct hs_value kernels(struct lister *l)
{
    struct hs_value all = hs_value_list();
    const char *op, *isa;

    for (size_t i = 0; hs_kernel_row(i, &op, &isa); i++) {
        char name[96];

        snprintf(name, sizeof name, "%s:%s", op, isa);
        push_text(l, &all, name);
    }
    return all;
}

static struct hs_value commands(struct lister *l)
{
    struct hs_value all = hs_value_list();
    size_t n;
    const struct hs_command *rows = hs_commands(&n);

    for (size_t i = 0; i < n; i++)
        push_text(l, &all, rows[i].name);
    return all;
}

static void print_names(FILE *out, const char *what, const struct hs_value *list)
{
    fprintf(out, "%s\n ", what);
    for (size_t i = 0; i < hs_value_len(list); i++)
        fprintf(out, " %s", hs_value_at(list, i)->as.string.text);
    fputc('\n', out);
}

static void print_table(FILE *out, const struct hs_value *all)
{
    static const char *const rest[] = {"observers", "schemes", "profiles", "kernels"};
    const struct hs_value *rows = hs_value_get(all, "lessons");

    fputs("lessons\n", out);
    for (size_t i = 0; i < hs_value_len(rows); i++) {
        const struct hs_value *row = hs_value_at(rows, i);

        fprintf(out, "  %-26s %s (%lld min, %zu steps)\n", hs_value_text(row, "id", ""), hs_value_text(row, "title", ""),
                (long long)hs_value_integer(row, "minutes", 0), hs_value_len(hs_value_get(row, "steps")));
    }
    rows = hs_value_get(all, "assignments");
    fputs("assignments\n", out);
    for (size_t i = 0; i < hs_value_len(rows); i++) {
        const struct hs_value *row = hs_value_at(rows, i);

        fprintf(out, "  %-26s %s (%zu checks)\n", hs_value_text(row, "id", ""), hs_value_text(row, "title", ""),
                hs_value_len(hs_value_get(row, "checks")));
    }
    for (size_t i = 0; i < HS_COUNTOF(rest); i++)
        print_names(out, rest[i], hs_value_get(all, rest[i]));
}

int hs_cmd_list(struct hs_cli *cli, int argc, char **argv)
{
    struct {
        bool json;
    } o = {false};
    static const struct hs_opt options[] = {{"json", 'j', HS_OPT_FLAG, NULL, "print JSON (halfstep.list/1)", 0}, HS_OPT_END};
    struct lister l = {.cli = cli, .assignments = hs_value_list(), .ok = true};
    struct hs_course course = HS_COURSE_INIT;
    struct hs_operands operands;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value all = hs_value_map();
    int code;

    if (!hs_opt_parse(cli, options, &o, &operands, 0, 0, argc, argv, &code))
        return code;
    if (hs_course_load(&course, &err) == HS_OK) {
        set(&l, &all, "schema", hs_value_string(&l.arena, "halfstep.list/1"));
        set(&l, &all, "lessons", lessons(&l, &course));
        hs_assignments_each(add_assignment, &l);
        set(&l, &all, "assignments", l.assignments);
        set(&l, &all, "observers", observers(&l));
        set(&l, &all, "schemes", schemes(&l));
        set(&l, &all, "profiles", profiles(&l));
        set(&l, &all, "kernels", kernels(&l));
        set(&l, &all, "commands", commands(&l));
        if (!l.ok)
            hs_fail(&err, HS_ENOMEM, "out of memory listing");
    }
    for (size_t i = 0; i < course.faults.len; i++)
        fprintf(cli->err, "halfstep list: %s\n", course.faults.items[i]);
    if (err.code == HS_OK && o.json) {
        struct hs_str text = HS_STR_INIT;

        hs_json_write(&text, &all, 0);
        fprintf(cli->out, "%s\n", text.buf);
        hs_str_dispose(&text);
    } else if (err.code == HS_OK) {
        print_table(cli->out, &all);
    }
    hs_arena_dispose(&l.arena);
    hs_course_dispose(&course);
    return err.code == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &err);
}

#include "cli/lint_emit.h"

#include <string.h>

#include "base/path.h"
#include "grade/grader.h"
#include "io/json.h"
#include "io/save.h"

enum { CASES_MOST = 200, TENSORS_MOST = 256 };

static enum hs_status write_tensors(const char *path, const struct hs_value *list,
                                    struct hs_error *err)
{
    struct hs_named_tensor items[TENSORS_MOST];
    size_t n = hs_value_len(list);

    if (n > TENSORS_MOST)
        return hs_fail(err, HS_ELIMIT, "%s: more than %d tensors", path, TENSORS_MOST);
    for (size_t i = 0; i < n; i++) {
        const struct hs_value *item = hs_value_at(list, i);
        const struct hs_tensor *t = hs_value_tensor_of(item, "tensor");

        items[i].name = hs_value_text(item, "name", NULL);
        if (items[i].name == NULL || t == NULL)
            return hs_fail(err, HS_ESCRIPT, "%s: each of its tensors wants {name=, tensor=}", path);
        items[i].tensor = *t;
    }
    return hs_tensors_save(path, items, n, err);
}

static enum hs_status write_file(const char *folder, const struct hs_value *file,
                                 struct hs_error *err)
{
    const char *name = hs_value_text(file, "path", ""), *text = hs_value_text(file, "text", NULL);
    struct hs_str path = HS_STR_INIT;
    enum hs_status st;

    if (!hs_path_is_safe(name, strlen(name)))
        return hs_fail(err, HS_ESCRIPT, "emit names a file \"%s\", which is no safe path", name);
    hs_path_join(&path, folder, name);
    st = text != NULL ? hs_file_write(path.buf, text, strlen(text), err)
                      : write_tensors(path.buf, hs_value_get(file, "tensors"), err);
    hs_str_dispose(&path);
    return st;
}

static void add_expected(struct hs_str *lines, struct hs_arena *arena, const struct hs_value *one)
{
    const struct hs_value *expected = hs_value_get(one, "expected");
    const struct hs_value *ideas = hs_value_get(expected, "misconceptions"),
                          *score = hs_value_get(expected, "score");
    struct hs_value line = hs_value_map();

    (void)hs_value_set(&line, arena, "submission",
                       hs_value_string(arena, hs_value_text(one, "name", "")));
    (void)hs_value_set(&line, arena, "misconceptions",
                       ideas != NULL && ideas->kind == HS_LIST ? *ideas : hs_value_list());
    if (score != NULL)
        (void)hs_value_set(&line, arena, "score", *score);
    hs_json_write(lines, &line, 0);
    hs_str_add_char(lines, '\n');
}

static enum hs_status write_case(struct hs_str *lines, struct hs_arena *arena, const char *dir,
                                 const struct hs_value *one, struct hs_error *err)
{
    const char *name = hs_value_text(one, "name", "");
    const struct hs_value *files = hs_value_get(one, "files");
    struct hs_str folder = HS_STR_INIT;
    enum hs_status st;

    if (strchr(name, '/') != NULL || !hs_path_is_safe(name, strlen(name)))
        return hs_fail(err, HS_ESCRIPT, "emit names a submission \"%s\"", name);
    hs_path_join(&folder, dir, name);
    st = hs_path_make_dirs(folder.buf, 0777, err);
    for (size_t i = 0; i < hs_value_len(files) && st == HS_OK; i++)
        st = write_file(folder.buf, hs_value_at(files, i), err);
    hs_str_dispose(&folder);
    if (st == HS_OK)
        add_expected(lines, arena, one);
    return st;
}

static enum hs_status emit_all(struct hs_str *lines, struct hs_grader *grader, const char *dir,
                               uint64_t seed, size_t *cases, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (*cases = 0; *cases < CASES_MOST && st == HS_OK; ++*cases) {
        struct hs_arena arena = HS_ARENA_INIT;
        struct hs_value one = hs_value_nil();

        st = hs_grader_emit(&one, &arena, grader, *cases + 1, seed, err);
        if (st == HS_OK && one.kind == HS_MAP)
            st = write_case(lines, &arena, dir, &one, err);
        hs_arena_dispose(&arena);
        if (one.kind != HS_MAP)
            break;
    }
    if (st == HS_OK && *cases == 0)
        st = hs_fail(err, HS_ESCRIPT, "the grader has no emit(function(number, seed) ... end)");
    return st;
}

int hs_lint_emit(struct hs_cli *cli, const char *assignment, const char *dir, uint64_t seed)
{
    const struct hs_grader_limits limits = hs_grader_limits_default();
    const struct hs_io_limits io = hs_io_limits_default();
    struct hs_assignment a = HS_ASSIGNMENT_INIT;
    struct hs_grader *grader = NULL;
    struct hs_str lines = HS_STR_INIT, path = HS_STR_INIT;
    struct hs_error err = HS_ERROR_INIT;
    size_t cases = 0;
    enum hs_status st = hs_assignment_load(&a, assignment, &err);

    if (st == HS_OK)
        st = hs_grader_open(&grader, &a, NULL, &limits, &io, &err);
    if (st == HS_OK)
        st = emit_all(&lines, grader, dir, seed, &cases, &err);
    hs_path_join(&path, dir, "expected.jsonl");
    if (st == HS_OK)
        st = hs_file_write(path.buf, lines.buf, lines.len, &err);
    if (st == HS_OK)
        fprintf(cli->out, "%zu submissions and expected.jsonl in %s\n", cases, dir);
    hs_grader_free(grader);
    hs_assignment_dispose(&a);
    hs_str_dispose(&lines);
    hs_str_dispose(&path);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(cli, &err);
}

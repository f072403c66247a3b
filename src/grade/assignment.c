#include "grade/assignment.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/path.h"
#include "grade/grader.h"

enum { SOURCE_MOST = 1 << 20 };

void hs_assignment_dispose(struct hs_assignment *a)
{
    HS_VEC_DISPOSE(&a->sources);
    HS_VEC_DISPOSE(&a->names);
    HS_VEC_DISPOSE(&a->files);
    HS_VEC_DISPOSE(&a->checks);
    HS_VEC_DISPOSE(&a->misconceptions);
    hs_arena_dispose(&a->arena);
    *a = HS_ASSIGNMENT_INIT;
}

/* ---- finding ---- */

static bool has_grader(const char *folder)
{
    struct hs_str path = HS_STR_INIT;
    bool has;

    hs_path_join(&path, folder, "grader.lua");
    has = hs_str_ok(&path) && hs_path_exists(path.buf);
    hs_str_dispose(&path);
    return has;
}

static enum hs_status find_folder(struct hs_str *out, const char *which, struct hs_error *err)
{
    struct hs_str name = HS_STR_INIT;
    enum hs_status st;

    if (strchr(which, '/') == NULL && hs_path_is_safe(which, strlen(which))) {
        hs_path_join(&name, "graders", which);
        st = hs_env_share(out, name.buf, NULL);
        hs_str_dispose(&name);
        if (st == HS_OK && has_grader(out->buf))
            return HS_OK;
    }
    hs_str_clear(out);
    hs_str_add(out, which);
    if (has_grader(which))
        return HS_OK;
    return hs_fail(
        err, HS_ENOTFOUND,
        "there is no assignment \"%s\": halfstep list names those there are, or give a folder "
        "that holds grader.lua",
        which);
}

/* ---- sources ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct name_list {
    HS_VEC(char *) names;
};

static void list_names(struct name_list *list, const char *folder, const char *ending)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char *copy = entry->d_name[0] != '.' && hs_ends_with(entry->d_name, ending)
                         ? hs_strdup(entry->d_name)
                         : NULL;

        if (copy != NULL && !HS_VEC_PUSH(&list->names, copy))
            hs_free(copy);
    }
    if (dir != NULL)
        closedir(dir);
    if (list->names.len > 1)
        qsort(list->names.items, list->names.len, sizeof *list->names.items, by_text);
}

static void free_names(struct name_list *list)
{
    for (size_t i = 0; i < list->names.len; i++)
        hs_free(list->names.items[i]);
    HS_VEC_DISPOSE(&list->names);
}

static enum hs_status add_source(struct hs_assignment *a, const char *folder, const char *prefix,
                                 const char *name, struct hs_error *err)
{
    struct hs_grader_source source;
    struct hs_str path = HS_STR_INIT;
    enum hs_status st;

    hs_path_join(&path, folder, name);
    st = hs_file_read(&source.text, &a->arena, path.buf, SOURCE_MOST, err);
    hs_str_dispose(&path);
    if (st != HS_OK)
        return st;
    source.name = hs_arena_printf(&a->arena, "%s%s", prefix, name);
    if (source.name == NULL || !HS_VEC_PUSH(&a->sources, source))
        return hs_fail(err, HS_ENOMEM, "no memory for the grader's sources");
    return HS_OK;
}

/* The *.lua of one folder in byte order, but grader.lua. */
static enum hs_status add_folder(struct hs_assignment *a, const char *folder, const char *prefix,
                                 struct hs_error *err)
{
    struct name_list list = {0};
    enum hs_status st = HS_OK;

    list_names(&list, folder, ".lua");
    for (size_t i = 0; i < list.names.len && st == HS_OK; i++)
        if (strcmp(list.names.items[i], "grader.lua") != 0)
            st = add_source(a, folder, prefix, list.names.items[i], err);
    free_names(&list);
    return st;
}

static void make_version(struct hs_assignment *a)
{
    struct hs_sha256 h;
    unsigned char length[8];

    hs_sha256_init(&h);
    for (size_t i = 0; i < a->sources.len; i++) {
        hs_write_le(length, a->sources.items[i].text.len, sizeof length);
        hs_sha256_add(&h, a->sources.items[i].name, strlen(a->sources.items[i].name) + 1);
        hs_sha256_add(&h, length, sizeof length);
        hs_sha256_add(&h, a->sources.items[i].text.data, a->sources.items[i].text.len);
    }
    hs_sha256_hex(&h, a->version);
}

static enum hs_status load_sources(struct hs_assignment *a, struct hs_error *err)
{
    struct hs_str lib = HS_STR_INIT;
    enum hs_status st = hs_env_share(&lib, "graders/lib", err);

    if (st == HS_OK)
        st = add_folder(a, lib.buf, "lib/", err);
    if (st == HS_OK)
        st = add_folder(a, a->folder, "", err);
    if (st == HS_OK)
        st = add_source(a, a->folder, "", "grader.lua", err);
    hs_str_dispose(&lib);
    if (st == HS_OK)
        make_version(a);
    return st;
}

/* ---- what was declared ---- */

static const char *keep(struct hs_assignment *a, const struct hs_value *map, const char *key)
{
    const char *text = hs_value_text(map, key, NULL);

    return text == NULL ? NULL : hs_arena_strdup(&a->arena, text);
}

static enum hs_status take_check(struct hs_assignment *a, const struct hs_value *v,
                                 struct hs_error *err)
{
    const struct hs_value *needs = hs_value_get(v, "needs");
    struct hs_check c = {.id = keep(a, v, "id"), .title = keep(a, v, "title")};

    c.points_milli = hs_value_integer(v, "points_milli", -1);
    c.hidden = hs_value_flag(v, "hidden", false);
    c.n_needs = hs_value_len(needs);
    if (c.id == NULL || c.title == NULL || c.points_milli < 0)
        return hs_fail(err, HS_ESCRIPT, "a check of %s wants id, title and points >= 0", a->folder);
    if (hs_assignment_check(a, c.id) >= 0)
        return hs_fail(err, HS_ESCRIPT, "check \"%s\" is declared twice", c.id);
    c.needs = hs_arena_alloc(&a->arena, c.n_needs, sizeof *c.needs);
    for (size_t i = 0; i < c.n_needs && c.needs != NULL; i++) {
        const struct hs_value *need = hs_value_at(needs, i);

        if (need->kind != HS_STRING || hs_assignment_check(a, need->as.string.text) < 0)
            return hs_fail(err, HS_ESCRIPT,
                           "check \"%s\" needs a check that is not declared before it", c.id);
        c.needs[i] = hs_arena_strdup(&a->arena, need->as.string.text);
    }
    if (c.needs == NULL || !HS_VEC_PUSH(&a->checks, c))
        return hs_fail(err, HS_ENOMEM, "no memory for the checks");
    a->max_milli += c.points_milli;
    return HS_OK;
}

static enum hs_status take_misconception(struct hs_assignment *a, const struct hs_value *v,
                                         struct hs_error *err)
{
    struct hs_misconception m = {.id = keep(a, v, "id"),
                                 .title = keep(a, v, "title"),
                                 .lesson = keep(a, v, "lesson")};

    if (m.id == NULL || m.title == NULL)
        return hs_fail(err, HS_ESCRIPT, "a misconception of %s wants an id and a title", a->folder);
    if (hs_assignment_misconception(a, m.id) != NULL)
        return hs_fail(err, HS_ESCRIPT, "misconception \"%s\" is declared twice", m.id);
    if (!HS_VEC_PUSH(&a->misconceptions, m))
        return hs_fail(err, HS_ENOMEM, "no memory for the misconceptions");
    return HS_OK;
}

static enum hs_status take(struct hs_assignment *a, const struct hs_value *declared,
                           struct hs_error *err)
{
    const struct hs_value *about = hs_value_get(declared, "assignment"),
                          *checks = hs_value_get(declared, "checks");
    const struct hs_value *ideas = hs_value_get(declared, "misconceptions");
    const struct hs_value *names = hs_value_get(about, "names"),
                          *files = hs_value_get(about, "files");
    enum hs_status st = HS_OK;

    a->id = keep(a, about, "id");
    a->title = keep(a, about, "title");
    if (a->id == NULL || a->title == NULL || hs_value_len(checks) == 0)
        return hs_fail(err, HS_ESCRIPT,
                       "%s/grader.lua declares no assignment{id=, title=} or no check", a->folder);
    for (size_t i = 0; i < hs_value_len(names) && st == HS_OK; i++)
        if (!HS_VEC_PUSH(&a->names,
                         hs_arena_strdup(&a->arena, hs_value_at(names, i)->as.string.text)))
            st = HS_ENOMEM;
    for (size_t i = 0; i < hs_value_len(files) && st == HS_OK; i++)
        if (!HS_VEC_PUSH(&a->files,
                         hs_arena_strdup(&a->arena, hs_value_at(files, i)->as.string.text)))
            st = HS_ENOMEM;
    for (size_t i = 0; i < hs_value_len(checks) && st == HS_OK; i++)
        st = take_check(a, hs_value_at(checks, i), err);
    for (size_t i = 0; i < hs_value_len(ideas) && st == HS_OK; i++)
        st = take_misconception(a, hs_value_at(ideas, i), err);
    return st == HS_ENOMEM ? hs_fail(err, st, "no memory for the assignment") : st;
}

enum hs_status hs_assignment_load(struct hs_assignment *a, const char *which, struct hs_error *err)
{
    const struct hs_grader_limits limits = hs_grader_limits_default();
    const struct hs_io_limits io = hs_io_limits_default();
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_str folder = HS_STR_INIT;
    struct hs_grader *grader = NULL;
    struct hs_value declared;
    enum hs_status st = find_folder(&folder, which, err);

    if (st == HS_OK) {
        a->folder = hs_arena_strdup(&a->arena, folder.buf);
        st = a->folder != NULL ? load_sources(a, err)
                               : hs_fail(err, HS_ENOMEM, "no memory for %s", which);
    }
    if (st == HS_OK)
        st = hs_grader_open(&grader, a, NULL, &limits, &io, err);
    if (st == HS_OK)
        st = hs_grader_declaration(&declared, &scratch, grader, err);
    if (st == HS_OK)
        st = take(a, &declared, err);
    hs_grader_free(grader);
    hs_arena_dispose(&scratch);
    hs_str_dispose(&folder);
    return st;
}

/* ---- queries ---- */

ptrdiff_t hs_assignment_check(const struct hs_assignment *a, const char *id)
{
    for (size_t i = 0; i < a->checks.len; i++)
        if (strcmp(a->checks.items[i].id, id) == 0)
            return (ptrdiff_t)i;
    return -1;
}

const struct hs_misconception *hs_assignment_misconception(const struct hs_assignment *a,
                                                           const char *id)
{
    for (size_t i = 0; i < a->misconceptions.len; i++)
        if (strcmp(a->misconceptions.items[i].id, id) == 0)
            return &a->misconceptions.items[i];
    return NULL;
}

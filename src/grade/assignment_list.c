/* Assignments as data for `list`, and the scan of the graders/ folders. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/path.h"
#include "grade/assignment.h"

static struct hs_value points(int64_t milli)
{
    return milli % 1000 == 0 ? hs_value_int(milli / 1000) : hs_value_num((double)milli / 1000.0);
}

static bool add_checks(struct hs_value *out, struct hs_arena *arena, const struct hs_assignment *a)
{
    struct hs_value list = hs_value_list();
    bool ok = true;

    for (size_t i = 0; i < a->checks.len; i++)
        ok &= hs_value_push(&list, arena, hs_value_string(arena, a->checks.items[i].id));
    return hs_value_set(out, arena, "checks", list) && ok;
}

static bool add_misconceptions(struct hs_value *out, struct hs_arena *arena,
                               const struct hs_assignment *a)
{
    struct hs_value list = hs_value_list();
    bool ok = true;

    for (size_t i = 0; i < a->misconceptions.len; i++) {
        const struct hs_misconception *m = &a->misconceptions.items[i];
        struct hs_value v = hs_value_map();

        ok &= hs_value_set(&v, arena, "id", hs_value_string(arena, m->id));
        ok &= hs_value_set(&v, arena, "title", hs_value_string(arena, m->title));
        ok &= hs_value_set(&v, arena, "lesson",
                           m->lesson != NULL ? hs_value_string(arena, m->lesson) : hs_value_nil());
        ok &= hs_value_push(&list, arena, v);
    }
    return hs_value_set(out, arena, "misconceptions", list) && ok;
}

bool hs_assignment_to_value(struct hs_value *out, struct hs_arena *arena,
                            const struct hs_assignment *a)
{
    struct hs_value v = hs_value_map();
    bool ok = hs_value_set(&v, arena, "id", hs_value_string(arena, a->id));

    ok &= hs_value_set(&v, arena, "title", hs_value_string(arena, a->title));
    ok &= hs_value_set(&v, arena, "max_score", points(a->max_milli));
    ok &= add_checks(&v, arena, a);
    ok &= add_misconceptions(&v, arena, a);
    *out = v;
    return ok;
}

struct scan {
    void (*visit)(void *payload, const char *folder);
    void *payload;
};

static bool scan_folder(void *payload, const char *dir)
{
    const struct scan *scan = payload;
    struct dirent **entries = NULL;
    int n = scandir(dir, &entries, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        struct hs_str folder = HS_STR_INIT, file = HS_STR_INIT;

        hs_path_join(&folder, dir, entries[i]->d_name);
        hs_path_join(&file, folder.buf, "grader.lua");
        if (entries[i]->d_name[0] != '.' && hs_path_exists(file.buf))
            scan->visit(scan->payload, folder.buf);
        hs_str_dispose(&folder);
        hs_str_dispose(&file);
        free(entries[i]); /* scandir's memory, not hs_alloc's */
    }
    free(entries);
    return true;
}

void hs_assignments_each(void (*visit)(void *payload, const char *folder), void *payload)
{
    struct scan scan = {visit, payload};

    hs_env_each_share("graders", scan_folder, &scan);
}

/* Which submissions a path means. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "grade/batch.h"

static bool skipped(const char *name)
{
    /* expected.jsonl is what lint --emit puts beside the submissions that it makes. */
    return name[0] == '.' || strcmp(name, "__MACOSX") == 0 || strcmp(name, "Thumbs.db") == 0 ||
           strcmp(name, "expected.jsonl") == 0;
}

static bool expected(const struct hs_assignment *a, const char *name)
{
    for (size_t i = 0; i < a->files.len; i++)
        if (hs_pattern_fits(hs_path_base(a->files.items[i]), name, true))
            return true;
    return false;
}

struct look {
    bool has_expected;
    size_t folders, files;
    struct hs_str only; /* the last subfolder seen */
};

static void look_into(struct look *look, const struct hs_assignment *a, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        struct hs_str path = HS_STR_INIT;
        struct stat s;

        hs_path_join(&path, folder, entry->d_name);
        if (!skipped(entry->d_name) && lstat(path.buf, &s) == 0) {
            if (S_ISDIR(s.st_mode)) {
                look->folders++;
                hs_str_clear(&look->only);
                hs_str_add(&look->only, path.buf);
            } else if (S_ISREG(s.st_mode)) {
                look->files++;
                look->has_expected |= expected(a, entry->d_name);
            }
        }
        hs_str_dispose(&path);
    }
    if (dir != NULL)
        closedir(dir);
}

static bool is_one(const struct hs_assignment *a, const char *folder)
{
    struct look outer = {.only = HS_STR_INIT}, inner = {.only = HS_STR_INIT};
    bool one;

    look_into(&outer, a, folder);
    if (!outer.has_expected && outer.folders == 1 && outer.files == 0)
        look_into(&inner, a, outer.only.buf);
    one = outer.has_expected || inner.has_expected;
    hs_str_dispose(&outer.only);
    hs_str_dispose(&inner.only);
    return one;
}

static enum hs_status push(struct hs_batch_paths *paths, const char *path, struct hs_error *err)
{
    const char *copy = hs_arena_strdup(&paths->arena, path);

    if (copy == NULL || !HS_VEC_PUSH(&paths->items, copy))
        return hs_fail(err, HS_ENOMEM, "no memory for the list of submissions");
    return HS_OK;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum hs_status add_entries(struct hs_batch_paths *paths, const char *folder,
                                  struct hs_error *err)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, NULL, by_bytes);
    enum hs_status st =
        n < 0 ? hs_fail(err, HS_EIO, "%s: the folder cannot be read", folder) : HS_OK;

    for (int i = 0; i < n; i++) {
        struct hs_str path = HS_STR_INIT;
        struct stat s;

        hs_path_join(&path, folder, entries[i]->d_name);
        if (st == HS_OK && !skipped(entries[i]->d_name) && lstat(path.buf, &s) == 0 &&
            (S_ISDIR(s.st_mode) || S_ISREG(s.st_mode)))
            st = push(paths, path.buf, err);
        hs_str_dispose(&path);
        free(entries[i]); /* scandir's memory, not hs_alloc's */
    }
    free(entries);
    return st;
}

enum hs_status hs_batch_add(struct hs_batch_paths *paths, const struct hs_assignment *a,
                            const char *path, enum hs_batch_mode mode, struct hs_error *err)
{
    struct stat s;

    if (stat(path, &s) != 0)
        return hs_fail(err, HS_EIO, "%s: there is no such file or folder", path);
    if (!S_ISDIR(s.st_mode) && !S_ISREG(s.st_mode))
        return hs_fail(err, HS_EIO, "%s is neither a file nor a folder", path);
    if (S_ISREG(s.st_mode) || mode == HS_BATCH_ONE || (mode == HS_BATCH_GUESS && is_one(a, path)))
        return push(paths, path, err);
    return add_entries(paths, path, err);
}

void hs_batch_paths_dispose(struct hs_batch_paths *paths)
{
    HS_VEC_DISPOSE(&paths->items);
    hs_arena_dispose(&paths->arena);
}

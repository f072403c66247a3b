/* The walk over a stranger's folder. Declared in io/file.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/file.h"

enum { MAX_DEPTH = 16, MAX_LOOKED_AT = 2000 };

struct walk {
    bool (*visit)(void *payload, const char *name, size_t size);
    void (*remark)(void *payload, const char *sentence);
    void *payload;
    size_t looked_at;
    bool stopped;
};

static bool is_litter(const char *name)
{
    static const char *const litter[] = {"__MACOSX", ".DS_Store",          "Thumbs.db",
                                         ".git",     ".ipynb_checkpoints", "__pycache__"};

    for (size_t i = 0; i < HS_COUNTOF(litter); i++)
        if (strcmp(name, litter[i]) == 0)
            return true;
    return hs_starts_with(name, "._");
}

static void remark(struct walk *w, const char *name, const char *what)
{
    struct hs_str text = HS_STR_INIT;

    if (w->remark != NULL) {
        hs_str_printf(&text, "%s: %s", name, what);
        w->remark(w->payload, text.buf);
    }
    hs_str_dispose(&text);
}

static int by_bytes(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

static enum hs_status walk_dir(struct walk *w, int dir, const char *prefix, int depth,
                               struct hs_error *err);

/* One entry of an open folder. */
static enum hs_status walk_entry(struct walk *w, int dir, const char *prefix, const char *name,
                                 int depth, struct hs_error *err)
{
    struct hs_str full = HS_STR_INIT;
    struct stat st;
    enum hs_status result = HS_OK;

    hs_str_printf(&full, "%s%s%s", prefix, prefix[0] != '\0' ? "/" : "", name);
    if (!hs_str_ok(&full))
        result = hs_fail(err, HS_ENOMEM, "out of memory");
    else if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        remark(w, full.buf, "cannot be examined");
    else if (S_ISLNK(st.st_mode))
        remark(w, full.buf, "is a symbolic link and was not followed");
    else if (S_ISDIR(st.st_mode) && depth >= MAX_DEPTH)
        remark(w, full.buf, "lies more than 16 folders deep and was not looked at");
    else if (S_ISDIR(st.st_mode)) {
        int next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (next >= 0)
            result = walk_dir(w, next, full.buf, depth + 1, err);
        else
            remark(w, full.buf, "cannot be opened");
    } else if (S_ISREG(st.st_mode)) {
        w->stopped = !w->visit(w->payload, full.buf, (size_t)st.st_size);
    } else {
        remark(w, full.buf, "is no regular file and was passed over");
    }
    hs_str_dispose(&full);
    return result;
}

/* Takes the descriptor. Names are sorted so that the order is the same everywhere. */
static enum hs_status walk_dir(struct walk *w, int dir, const char *prefix, int depth,
                               struct hs_error *err)
{
    DIR *stream = fdopendir(dir);
    HS_VEC(char *) names = {0};
    enum hs_status st = HS_OK;
    struct dirent *entry;

    if (stream == NULL) {
        close(dir);
        return hs_fail(err, HS_EIO, "%s: cannot be listed: %s", prefix, strerror(errno));
    }
    while (st == HS_OK && (entry = readdir(stream)) != NULL) {
        char *copy;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            is_litter(entry->d_name))
            continue;
        if (++w->looked_at > MAX_LOOKED_AT) {
            st = hs_fail(
                err, HS_ELIMIT,
                "the folder holds more than %d entries; hand in the files that are asked for",
                MAX_LOOKED_AT);
            break;
        }
        copy = hs_strdup(entry->d_name);
        if (copy == NULL || !HS_VEC_PUSH(&names, copy)) {
            hs_free(copy);
            st = hs_fail(err, HS_ENOMEM, "out of memory");
        }
    }
    if (names.len > 1)
        qsort(names.items, names.len, sizeof *names.items, by_bytes);
    for (size_t i = 0; i < names.len; i++) {
        if (st == HS_OK && !w->stopped)
            st = walk_entry(w, dirfd(stream), prefix, names.items[i], depth, err);
        hs_free(names.items[i]);
    }
    HS_VEC_DISPOSE(&names);
    closedir(stream);
    return st;
}

enum hs_status hs_file_walk(const char *root, const struct hs_io_limits *limits,
                            bool (*visit)(void *payload, const char *name, size_t size),
                            void (*remark_fn)(void *payload, const char *sentence), void *payload,
                            struct hs_error *err)
{
    struct walk w = {.visit = visit, .remark = remark_fn, .payload = payload};
    int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)limits;
    if (dir < 0)
        return hs_fail(err, HS_EIO, "%s: cannot be opened: %s", root, strerror(errno));
    return walk_dir(&w, dir, "", 0, err);
}

#include "grade/submission.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/utf8.h"
#include "io/archive.h"

void hs_submission_dispose(struct hs_submission *s)
{
    for (size_t i = 0; i < s->files.len; i++)
        if (s->files.items[i].state != HS_UNOPENED)
            hs_container_dispose(&s->files.items[i].container);
    HS_VEC_DISPOSE(&s->files);
    HS_VEC_DISPOSE(&s->remarks);
    hs_arena_dispose(&s->arena);
    *s = HS_SUBMISSION_INIT;
}

/* ---- reading ---- */

struct walk {
    struct hs_submission *s;
    const char *root;
    const struct hs_io_limits *limits;
    size_t total;
    struct hs_error *err;
    enum hs_status status;
};

static void remark(void *payload, const char *sentence)
{
    struct walk *w = payload;
    const char *copy = hs_arena_strdup(&w->s->arena, sentence);

    if (copy != NULL)
        (void)HS_VEC_PUSH(&w->s->remarks, copy);
}

static bool add_file(struct hs_submission *s, const char *name, struct hs_bytes bytes)
{
    struct hs_hand_in_file file = {.name = hs_arena_strdup(&s->arena, name), .bytes = bytes};

    file.container = HS_CONTAINER_INIT;
    return file.name != NULL && HS_VEC_PUSH(&s->files, file);
}

static bool read_one(void *payload, const char *name, size_t size)
{
    struct walk *w = payload;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_bytes bytes;

    (void)size;
    if (hs_file_read_below(&bytes, &w->s->arena, w->root, name, w->limits->file_bytes, &why) !=
        HS_OK) {
        remark(w, why.text);
        return true;
    }
    w->total += bytes.len;
    if (w->total > w->limits->total_bytes)
        w->status =
            hs_fail(w->err, HS_ELIMIT, "%s: more than %zu bytes in all (limit of one submission)",
                    w->root, w->limits->total_bytes);
    else if (!add_file(w->s, name, bytes))
        w->status = hs_fail(w->err, HS_ENOMEM, "%s: no memory for its list of files", w->root);
    return w->status == HS_OK;
}

enum hs_status hs_submission_read(struct hs_submission *s, const char *path,
                                  const struct hs_io_limits *limits, struct hs_error *err)
{
    struct walk w = {.s = s, .root = path, .limits = limits, .err = err, .status = HS_OK};
    enum hs_status st;

    if (hs_path_is_dir(path)) {
        s->kind = "folder";
        st = hs_file_walk(path, limits, read_one, remark, &w, err);
        return st != HS_OK ? st : w.status;
    }
    s->kind = "file";
    s->outer_name = hs_arena_strdup(&s->arena, hs_path_base(path));
    if (s->outer_name == NULL)
        return hs_fail(err, HS_ENOMEM, "%s: no memory for its name", path);
    return hs_file_read(&s->outer, &s->arena, path, limits->total_bytes, err);
}

/* ---- unpacking ---- */

/* What archivers and desktops leave behind. */
static bool is_litter(const char *name)
{
    static const char *const folders[] = {"__MACOSX", ".git", ".ipynb_checkpoints"};
    static const char *const files[] = {".DS_Store", "Thumbs.db", "desktop.ini"};
    const char *base = hs_path_base(name);

    for (size_t i = 0; i < HS_COUNTOF(files); i++)
        if (strcmp(base, files[i]) == 0)
            return true;
    if (strncmp(base, "._", 2) == 0)
        return true;
    for (const char *p = name; p != NULL; p = strchr(p, '/')) {
        p += *p == '/';
        for (size_t i = 0; i < HS_COUNTOF(folders); i++) {
            size_t n = strlen(folders[i]);

            if (strncmp(p, folders[i], n) == 0 && p[n] == '/')
                return true;
        }
    }
    return false;
}

/* A .pt file and an .npz are zips too, but no hand-in of several files. */
static bool is_data_file(const struct hs_archive *a)
{
    size_t arrays = 0;

    for (size_t i = 0; i < a->members.len; i++) {
        if (strcmp(hs_path_base(a->members.items[i].name), "data.pkl") == 0)
            return true;
        arrays += hs_ends_with(a->members.items[i].name, ".npy");
    }
    return arrays > 0 && arrays == a->members.len;
}

static enum hs_status take_members(struct hs_submission *s, const struct hs_archive *a,
                                   struct hs_error *err)
{
    s->kind = "archive";
    for (size_t i = 0; i < a->remarks.len; i++) {
        const char *copy = hs_arena_strdup(&s->arena, a->remarks.items[i]);

        if (copy == NULL || !HS_VEC_PUSH(&s->remarks, copy))
            return hs_fail(err, HS_ENOMEM, "no memory for remarks");
    }
    for (size_t i = 0; i < a->members.len; i++)
        if (!is_litter(a->members.items[i].name) &&
            !add_file(s, a->members.items[i].name, a->members.items[i].bytes))
            return hs_fail(err, HS_ENOMEM, "no memory for the list of files");
    return HS_OK;
}

static enum hs_status open_outer(struct hs_submission *s, const struct hs_io_limits *limits,
                                 struct hs_error *err)
{
    struct hs_archive a = {0};
    enum hs_status st = HS_OK;

    if (hs_archive_sniff(s->outer)) {
        st = hs_archive_read(&a, &s->arena, s->outer, limits, err);
        if (st == HS_OK && !is_data_file(&a)) {
            st = take_members(s, &a, err);
            goto done;
        }
    }
    if (st == HS_OK && !add_file(s, s->outer_name, s->outer))
        st = hs_fail(err, HS_ENOMEM, "no memory for the list of files");
done:
    hs_archive_dispose(&a);
    return st;
}

/* Length of the one folder that everything is in, with its slash; 0 when there is none. */
static size_t wrapping(const struct hs_submission *s)
{
    const char *first = s->files.len > 0 ? s->files.items[0].name : "";
    const char *slash = strchr(first, '/');
    size_t n = slash != NULL ? (size_t)(slash - first) + 1 : 0;

    for (size_t i = 1; i < s->files.len && n > 0; i++)
        if (strncmp(s->files.items[i].name, first, n) != 0)
            n = 0;
    return n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct hs_hand_in_file *)a)->name,
                  ((const struct hs_hand_in_file *)b)->name);
}

static void hash(struct hs_submission *s)
{
    struct hs_sha256 h;
    unsigned char length[8];

    hs_sha256_init(&h);
    for (size_t i = 0; i < s->files.len; i++) {
        const struct hs_hand_in_file *file = &s->files.items[i];

        hs_write_le(length, file->bytes.len, sizeof length);
        hs_sha256_add(&h, file->name, strlen(file->name) + 1);
        hs_sha256_add(&h, length, sizeof length);
        hs_sha256_add(&h, file->bytes.data, file->bytes.len);
    }
    hs_sha256_hex(&h, s->content_hash);
}

enum hs_status hs_submission_unpack(struct hs_submission *s, const struct hs_io_limits *limits,
                                    struct hs_error *err)
{
    size_t cut;

    if (s->outer_name != NULL) {
        enum hs_status st = open_outer(s, limits, err);

        if (st != HS_OK) {
            hs_sha256_of(s->outer.data, s->outer.len, s->content_hash);
            return st;
        }
    }
    cut = wrapping(s);
    for (size_t i = 0; i < s->files.len; i++)
        s->files.items[i].name += cut;
    if (s->files.len > 1)
        qsort(s->files.items, s->files.len, sizeof *s->files.items, by_name);
    hash(s);
    return HS_OK;
}

/* ---- looking up ---- */

static bool same(char a, char b, bool fold)
{
    return fold ? tolower((unsigned char)a) == tolower((unsigned char)b) : a == b;
}

bool hs_pattern_fits(const char *pattern, const char *name, bool fold_case)
{
    const char *star = NULL, *resume = NULL;

    while (*name != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern != '\0' && same(*pattern, *name, fold_case)) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

struct hs_hand_in_file *hs_submission_find(struct hs_submission *s, const char *pattern,
                                           bool *several)
{
    *several = false;
    for (int level = 0; level < 3;
         level++) { /* exact path, exact base name, either without regard to case */
        struct hs_hand_in_file *found = NULL;
        size_t count = 0;

        for (size_t i = 0; i < s->files.len; i++) {
            const char *name = s->files.items[i].name, *base = hs_path_base(name);

            if ((level != 1 && hs_pattern_fits(pattern, name, level == 2)) ||
                (level != 0 && hs_pattern_fits(pattern, base, level == 2))) {
                found = &s->files.items[i];
                count++;
            }
        }
        if (count > 0) {
            *several = count > 1;
            return count == 1 ? found : NULL;
        }
    }
    return NULL;
}

const struct hs_container *hs_hand_in_open(struct hs_submission *s, struct hs_hand_in_file *file,
                                           const struct hs_io_limits *limits)
{
    struct hs_error why = HS_ERROR_INIT;

    if (file->state == HS_UNOPENED) {
        file->state = HS_OPENED;
        if (hs_container_read(&file->container, file->bytes, file->name, limits, &why) != HS_OK) {
            struct hs_str safe = HS_STR_INIT;

            file->state = HS_UNREADABLE;
            hs_text_sanitize(&safe, why.text, strlen(why.text), 0, false);
            file->why = hs_arena_strdup(&s->arena, safe.buf);
            hs_str_dispose(&safe);
        }
    }
    return file->state == HS_OPENED ? &file->container : NULL;
}

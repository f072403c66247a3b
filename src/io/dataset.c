#include "io/dataset.h"

#include <stdio.h>
#include <string.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/path.h"

#define FILES(...)  \
    {               \
        __VA_ARGS__ \
    }
#define MEMBERS(...)                                 \
    (const struct hs_dataset_member[]){__VA_ARGS__}, \
        sizeof((const struct hs_dataset_member[]){__VA_ARGS__}) / sizeof(struct hs_dataset_member)

static const struct hs_dataset sets[] = {
#define HS_DATASET(...) {__VA_ARGS__},
#include "io/datasets.def"
#undef HS_DATASET
};

static const char *const files[HS_DATASET_FILES] = {"train-images.idx", "train-labels.idx",
                                                    "test-images.idx", "test-labels.idx"};

const char *hs_dataset_file(size_t i)
{
    return files[i];
}

const struct hs_dataset *hs_datasets(size_t *count)
{
    *count = HS_COUNTOF(sets);
    return sets;
}

enum hs_status hs_dataset_find(const struct hs_dataset **out, const char *name,
                               struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < HS_COUNTOF(sets); i++) {
        if (strcmp(sets[i].name, name) == 0) {
            *out = &sets[i];
            hs_str_dispose(&names);
            return HS_OK;
        }
        hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", sets[i].name);
    }
    st = hs_fail(err, HS_ENOTFOUND, "there is no data set \"%.60s\": choose one of %s", name,
                 names.buf);
    hs_str_dispose(&names);
    return st;
}

enum hs_status hs_dataset_dir(struct hs_str *out, const struct hs_dataset *d, bool make,
                              struct hs_error *err)
{
    struct hs_str cache = HS_STR_INIT;
    enum hs_status st = hs_env_dir(&cache, HS_XDG_CACHE, make, err);

    hs_str_clear(out);
    if (st == HS_OK) {
        hs_str_printf(out, "%s/data/%s", cache.buf, d->name);
        st = make ? hs_path_make_dirs(out->buf, 0700, err) : HS_OK;
    }
    hs_str_dispose(&cache);
    return st;
}

bool hs_dataset_present(const struct hs_dataset *d)
{
    struct hs_str dir = HS_STR_INIT, path = HS_STR_INIT;
    bool all = hs_dataset_dir(&dir, d, false, NULL) == HS_OK;

    for (size_t i = 0; i < HS_DATASET_FILES && all; i++) {
        hs_str_clear(&path);
        hs_path_join(&path, dir.buf, files[i]);
        all = hs_path_exists(path.buf);
    }
    hs_str_dispose(&path);
    hs_str_dispose(&dir);
    return all;
}

/* Which part of which set a name means. */
struct part {
    const struct hs_dataset *d;
    bool small, test;
};

static const char *const splits[] = {"train", "test", "small-train", "small-test"};

static enum hs_status parse_split(struct part *p, const char *text, struct hs_error *err)
{
    struct hs_str name = HS_STR_INIT;
    const char *slash = strchr(text, '/');
    enum hs_status st;

    hs_str_add_bytes(&name, text, slash != NULL ? (size_t)(slash - text) : strlen(text));
    st = hs_dataset_find(&p->d, name.buf, err);
    hs_str_dispose(&name);
    if (st != HS_OK)
        return st;
    for (size_t i = 0; slash != NULL && i < HS_COUNTOF(splits); i++)
        if (strcmp(slash + 1, splits[i]) == 0) {
            p->small = i >= 2;
            p->test = i % 2 == 1;
            return HS_OK;
        }
    return hs_fail(err, HS_EINVAL, "\"%.60s\" is no split: say %s/%s, %s/%s, %s/%s or %s/%s", text,
                   p->d->name, splits[0], p->d->name, splits[1], p->d->name, splits[2], p->d->name,
                   splits[3]);
}

static enum hs_status asset(struct hs_str *out, const struct part *p, const char *file,
                            struct hs_error *err)
{
    struct hs_str name = HS_STR_INIT;
    enum hs_status st;

    hs_str_printf(&name, "assets/datasets/%s-small-%s", p->d->name, file);
    st = hs_env_share(out, name.buf, err);
    hs_str_dispose(&name);
    return st;
}

static enum hs_status part_files(struct hs_str *images, struct hs_str *labels, const struct part *p,
                                 struct hs_error *err)
{
    const char *const *file = files + (p->test ? 2 : 0);
    struct hs_str dir = HS_STR_INIT;
    enum hs_status st;

    hs_str_clear(images);
    hs_str_clear(labels);
    if (p->small)
        return (st = asset(images, p, file[0], err)) == HS_OK ? asset(labels, p, file[1], err) : st;
    if (!hs_dataset_present(p->d))
        return hs_fail(err, HS_ENOTFOUND,
                       "%s is not on this machine: halfstep data get %s fetches it; %s/small-%s "
                       "(%zu pictures) needs no download",
                       p->d->name, p->d->name, p->d->name, p->test ? "test" : "train",
                       p->test ? p->d->small_test : p->d->small_train);
    if ((st = hs_dataset_dir(&dir, p->d, false, err)) == HS_OK) {
        hs_path_join(images, dir.buf, file[0]);
        hs_path_join(labels, dir.buf, file[1]);
    }
    hs_str_dispose(&dir);
    return st;
}

enum hs_status hs_dataset_split_files(struct hs_str *images, struct hs_str *labels,
                                      const char *name_and_split, struct hs_error *err)
{
    struct part p;
    enum hs_status st = parse_split(&p, name_and_split, err);

    return st == HS_OK ? part_files(images, labels, &p, err) : st;
}

/* What the files of a set hold, against what the set is: a file that was replaced is no mnist. */
static enum hs_status check_size(const struct hs_dataset_split *s, const struct part *p,
                                 const char *images, struct hs_error *err)
{
    const struct hs_dataset *d = p->d;
    size_t train = p->small ? d->small_train : d->train, test = p->small ? d->small_test : d->test;
    const size_t wanted[4] = {p->test ? test : train, d->channels, d->rows, d->columns};
    const size_t *got = s->images.shape;

    if (memcmp(got, wanted, sizeof wanted) == 0)
        return HS_OK;
    return hs_fail(err, HS_ESHAPE,
                   "%s has %zu pictures of %zu x %zu x %zu, %s has %zu of %zu x %zu x %zu", images,
                   got[0], got[1], got[2], got[3], d->name, wanted[0], wanted[1], wanted[2],
                   wanted[3]);
}

/* Behind a sentence about a file of ours, what makes it right again. */
static void add_remedy(const struct part *p, enum hs_status st, struct hs_error *err)
{
    size_t n;

    if (err == NULL || st == HS_ENOMEM)
        return;
    n = strlen(err->text);
    if (p->small)
        snprintf(err->text + n, sizeof err->text - n, "; install halfstep again");
    else
        snprintf(err->text + n, sizeof err->text - n,
                 "; fetch it again: halfstep data get %s --again", p->d->name);
}

enum hs_status hs_dataset_load(struct hs_dataset_split *out, struct hs_arena *arena,
                               const char *name_and_split, struct hs_error *err)
{
    struct hs_str images = HS_STR_INIT, labels = HS_STR_INIT;
    struct hs_dataset_split s;
    struct part p;
    enum hs_status st = parse_split(&p, name_and_split, err);

    if (st == HS_OK && (st = part_files(&images, &labels, &p, err)) == HS_OK) {
        st = hs_dataset_load_files(&s, arena, images.buf, labels.buf, p.d->classes, err);
        if (st == HS_OK)
            st = check_size(&s, &p, images.buf, err);
        if (st != HS_OK)
            add_remedy(&p, st, err);
    }
    if (st == HS_OK)
        *out = s;
    hs_str_dispose(&images);
    hs_str_dispose(&labels);
    return st;
}

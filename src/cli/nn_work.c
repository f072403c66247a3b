#include "cli/nn_work.h"

#include <string.h>

#include "base/env.h"
#include "base/path.h"
#include "cli/interrupt.h"
#include "io/file.h"

#define EXTENSION ".safetensors"

int hs_nn_work_end(struct hs_nn_work *w, enum hs_status st)
{
    hs_progress_end(&w->progress);
    hs_interrupt_end();
    hs_network_dispose(&w->network);
    hs_pool_free(w->pool);
    hs_arena_dispose(&w->arena);
    return st == HS_OK ? HS_EXIT_DONE : hs_cli_report(w->cli, &w->err);
}

/* ---- models ---- */

struct listing {
    struct hs_str *names;
};

static bool add_name(void *payload, const char *name, size_t size)
{
    struct listing *l = payload;

    (void)size;
    if (hs_ends_with(name, EXTENSION))
        hs_str_printf(l->names, "%s%.*s", l->names->len > 0 ? ", " : "",
                      (int)(strlen(name) - strlen(EXTENSION)), name);
    return true;
}

static bool add_folder(void *payload, const char *dir)
{
    const struct hs_io_limits limits = hs_io_limits_local();

    /* a folder that cannot be walked has no models to offer */
    return hs_file_walk(dir, &limits, add_name, NULL, payload, NULL) == HS_OK;
}

static enum hs_status unknown(const char *model, struct hs_error *err)
{
    struct hs_str names = HS_STR_INIT;
    struct listing l = {.names = &names};
    enum hs_status st;

    hs_env_each_share("assets/models", add_folder, &l);
    st = hs_fail(err, HS_ENOTFOUND, "%s is no file%s%s%s", model,
                 names.len > 0 ? " and no model that ships with halfstep; those are "
                               : "; halfstep train makes models",
                 names.buf, "");
    hs_str_dispose(&names);
    return st;
}

static enum hs_status find(struct hs_str *out, const char *model, struct hs_error *err)
{
    struct hs_str name = HS_STR_INIT;
    enum hs_status st = HS_ENOTFOUND;

    if (hs_path_exists(model)) {
        hs_str_add(out, model);
        return HS_OK;
    }
    hs_str_printf(&name, "assets/models/%s" EXTENSION, model);
    if (strchr(model, '/') == NULL)
        st = hs_env_share(out, name.buf, NULL);
    hs_str_dispose(&name);
    return st == HS_OK ? HS_OK : unknown(model, err);
}

enum hs_status hs_nn_load(struct hs_nn_work *w, const char *model)
{
    struct hs_str path = HS_STR_INIT;
    enum hs_status st = find(&path, model, &w->err);

    if (st == HS_OK)
        st = hs_network_load(&w->network, path.buf, &w->err);
    hs_str_dispose(&path);
    return st;
}

/* ---- data ---- */

static enum hs_status load_files(struct hs_nn_work *w, size_t classes)
{
    const char *comma = strchr(w->data, ',');
    char *images = hs_arena_strndup(&w->arena, w->data, (size_t)(comma - w->data));

    if (images == NULL)
        return hs_fail(&w->err, HS_ENOMEM, "out of memory");
    return hs_dataset_load_files(&w->split, &w->arena, images, comma + 1, classes, &w->err);
}

static enum hs_status name_split(struct hs_nn_work *w, const char *data, const char *made_for,
                                 const char *split)
{
    w->data = data;
    if (data == NULL && (made_for == NULL || made_for[0] == '\0'))
        return hs_fail(&w->err, HS_EINVAL,
                       "the model does not say which data it is for; add --data, such as --data "
                       "mnist/%s",
                       split);
    if (data == NULL)
        w->data = hs_arena_printf(&w->arena, "%s/%s", made_for, split);
    else if (strpbrk(data, "/,") == NULL)
        w->data = hs_arena_printf(&w->arena, "%s/%s", data, split);
    return w->data != NULL ? HS_OK : hs_fail(&w->err, HS_ENOMEM, "out of memory");
}

enum hs_status hs_nn_data(struct hs_nn_work *w, const char *data, const char *made_for,
                          const char *split, size_t classes, int64_t images)
{
    enum hs_status st;

    if (images < 0)
        return hs_fail(&w->err, HS_EINVAL, "--images %lld: choose 1 or more", (long long)images);
    if ((st = name_split(w, data, made_for, split)) != HS_OK)
        return st;
    st = strchr(w->data, ',') != NULL ? load_files(w, classes)
                                      : hs_dataset_load(&w->split, &w->arena, w->data, &w->err);
    if (st == HS_OK && images > 0 && (uint64_t)images < w->split.images.shape[0])
        w->split.images.shape[0] = w->split.labels.shape[0] = (size_t)images;
    return st;
}

enum hs_status hs_nn_threads(struct hs_nn_work *w, int64_t threads)
{
    if (threads < 0 || threads > HS_POOL_MOST)
        return hs_fail(&w->err, HS_EINVAL,
                       "--threads %lld: choose 1 to %d, or 0 for all processors",
                       (long long)threads, HS_POOL_MOST);
    return hs_pool_new(&w->pool, (int)threads, &w->err);
}

/* ---- progress ---- */

void hs_nn_progress_begin(struct hs_nn_work *w, const char *label, uint64_t total)
{
    hs_progress_begin(&w->progress, w->cli->err, label, HS_PROGRESS_ITEMS, total);
    hs_interrupt_begin();
}

bool hs_nn_progress(void *work, size_t done, size_t total)
{
    struct hs_nn_work *w = work;

    w->progress.total = total;
    hs_progress_step(&w->progress, done);
    return !hs_interrupt_asked();
}

void hs_nn_progress_end(struct hs_nn_work *w)
{
    hs_progress_end(&w->progress);
    hs_interrupt_end();
}

/* ---- output ---- */

enum hs_status hs_nn_check_output(const char *path, struct hs_error *err)
{
    struct hs_str dir = HS_STR_INIT;
    const char *base = hs_path_base(path);
    enum hs_status st = HS_OK;

    if (!hs_path_has_ext(path, "safetensors"))
        return hs_fail(err, HS_EINVAL, "%s: models are written as .safetensors", path);
    hs_str_add_bytes(&dir, path, (size_t)(base - path));
    if (dir.len > 0 && !hs_path_is_dir(dir.buf))
        st = hs_fail(err, HS_EINVAL, "%s: there is no folder %s; make it first", path, dir.buf);
    else if (hs_path_is_dir(path))
        st = hs_fail(err, HS_EINVAL, "%s is a folder; give the name of a file", path);
    hs_str_dispose(&dir);
    return st;
}

enum hs_status hs_nn_about(struct hs_value *about, struct hs_arena *arena, const char *key,
                           const struct hs_value *v, struct hs_error *err)
{
    struct hs_value copy;
    enum hs_status st = hs_value_copy(&copy, arena, v, true, err);

    if (about->kind != HS_MAP)
        *about = hs_value_map();
    if (st == HS_OK && !hs_value_set(about, arena, key, copy))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    return st;
}

enum hs_status hs_nn_two(const char **w, const char **a, struct hs_arena *arena, const char *text,
                         struct hs_error *err)
{
    const char *slash = text != NULL ? strchr(text, '/') : NULL;
    size_t n = slash != NULL ? (size_t)(slash - text) : text != NULL ? strlen(text) : 0;
    char *first = n > 0 ? hs_arena_strndup(arena, text, n) : NULL;

    if (n > 0 && first == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    *w = first;
    *a = slash != NULL && slash[1] != '\0' ? slash + 1 : NULL;
    return HS_OK;
}

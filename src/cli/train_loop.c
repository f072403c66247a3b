#include "cli/train_loop.h"

#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/path.h"
#include "cli/interrupt.h"
#include "cli/quant_args.h"
#include "nn/prepare.h"

struct loop {
    struct hs_nn_work *w;
    const struct hs_train_args *a;
    struct hs_trainer *trainer;
    const char *checkpoint, *arch;
    char label[40], note[80]; /* of the bar */
    bool saved;
};

/* ---- what is seen ---- */

/* The bar is that of the epoch, the estimate that of the whole training. */
static void draw(struct loop *l, const struct hs_train_progress *p)
{
    struct hs_progress *bar = &l->w->progress;
    char loss[HS_FMT_SIZE];

    snprintf(l->label, sizeof l->label, "epoch %zu/%zu", p->epoch + 1, p->epochs);
    snprintf(l->note, sizeof l->note, "loss %s, %.1f %%", hs_fmt_short(loss, p->loss, 4),
             100 * p->accuracy);
    bar->label = l->label;
    bar->note = l->note;
    bar->left = p->left;
    hs_progress_step(bar, p->step % bar->total);
}

static void print_epoch(struct loop *l, const struct hs_train_progress *p)
{
    FILE *out = l->a->json ? l->w->cli->err : l->w->cli->out;
    char loss[HS_FMT_SIZE], lr[HS_FMT_SIZE], took[HS_FMT_SIZE], left[HS_FMT_SIZE];
    size_t n;
    const struct hs_train_epoch *e = hs_trainer_epochs(l->trainer, &n);

    hs_progress_pause(&l->w->progress);
    fprintf(out, "epoch %zu/%zu  loss %s  accuracy %.2f %%  lr %s  %s", n, p->epochs,
            hs_fmt_short(loss, e[n - 1].loss, 5), 100 * e[n - 1].accuracy,
            hs_fmt_short(lr, e[n - 1].lr, 3), hs_progress_time(took, e[n - 1].seconds));
    if (n < p->epochs)
        fprintf(out, ", %s left", hs_progress_time(left, p->left));
    fputc('\n', out);
    fflush(out);
}

/* ---- what is kept ---- */

static enum hs_status write_curve(const struct loop *l)
{
    struct hs_str text = HS_STR_INIT;
    char v[4][HS_FMT_SIZE];
    size_t n;
    const struct hs_train_epoch *e = hs_trainer_epochs(l->trainer, &n);
    enum hs_status st;

    if (l->a->curve == NULL)
        return HS_OK;
    hs_str_add(&text, "epoch,loss,accuracy,lr,seconds\n");
    for (size_t i = 0; i < n; i++)
        hs_str_printf(&text, "%zu,%s,%s,%s,%s\n", i + 1, hs_fmt_short(v[0], e[i].loss, 6),
                      hs_fmt_short(v[1], e[i].accuracy, 6), hs_fmt_double(v[2], e[i].lr),
                      hs_fmt_short(v[3], e[i].seconds, 4));
    st = hs_str_ok(&text) ? hs_file_write(l->a->curve, text.buf, text.len, &l->w->err)
                          : hs_fail(&l->w->err, HS_ENOMEM, "out of memory");
    hs_str_dispose(&text);
    return st;
}

static enum hs_status save_checkpoint(struct loop *l)
{
    enum hs_status st = hs_trainer_save(l->trainer, l->checkpoint, &l->w->err);

    l->saved = l->saved || st == HS_OK;
    return st;
}

static enum hs_status end_epoch(struct loop *l, const struct hs_train_progress *p)
{
    enum hs_status st = HS_OK;

    print_epoch(l, p);
    if (l->a->checkpoint != NULL && p->epoch % (size_t)l->a->every == 0 && p->epoch < p->epochs)
        st = save_checkpoint(l);
    return st == HS_OK ? write_curve(l) : st;
}

static enum hs_status stop(struct loop *l, const struct hs_train_progress *p)
{
    enum hs_status st = save_checkpoint(l);

    if (st != HS_OK)
        return st;
    return hs_fail(&l->w->err, HS_EINTERRUPTED,
                   "stopped in epoch %zu of %zu, after step %zu of %zu. What was learned is in %s; "
                   "the same command with --resume goes on to the same result",
                   p->epoch + 1, p->epochs, p->step, p->steps, l->checkpoint);
}

static enum hs_status run(struct loop *l)
{
    const struct hs_train_progress *p = hs_trainer_progress(l->trainer);
    enum hs_status st = HS_OK;

    hs_progress_begin(&l->w->progress, l->w->cli->err, "", HS_PROGRESS_ITEMS, p->steps / p->epochs);
    while (st == HS_OK && !hs_trainer_done(l->trainer)) {
        st = hs_trainer_step(l->trainer, &l->w->err);
        if (st != HS_OK) {
            hs_error_prefix(&l->w->err, "%s with %s", l->arch, l->w->data);
            break;
        }
        if (p->epoch_ended)
            st = end_epoch(l, p);
        else
            draw(l, p);
        if (st == HS_OK && hs_interrupt_asked() && !hs_trainer_done(l->trainer))
            st = stop(l, p);
    }
    hs_progress_end(&l->w->progress);
    return st;
}

/* ---- begin and end ---- */

static enum hs_status find_checkpoint(struct loop *l)
{
    const char *path = l->a->checkpoint;

    if (path == NULL)
        path = hs_arena_printf(&l->w->arena, "%s.checkpoint", l->a->output);
    if (path == NULL)
        return hs_fail(&l->w->err, HS_ENOMEM, "out of memory");
    l->checkpoint = path;
    if (!l->a->resume && hs_path_exists(path))
        return hs_fail(&l->w->err, HS_EINVAL,
                       "%s holds a training that was stopped: add --resume to go on with it, or "
                       "remove it",
                       path);
    if (l->a->resume && !hs_path_exists(path))
        return hs_fail(&l->w->err, HS_ENOTFOUND,
                       "there is no checkpoint %s to go on from; leave --resume out to begin",
                       path);
    return HS_OK;
}

static enum hs_status begin(struct loop *l, struct hs_model *m, const struct hs_train_options *o)
{
    const struct hs_train_progress *p;
    enum hs_status st = find_checkpoint(l);

    if (st != HS_OK)
        return st;
    st = hs_trainer_new(&l->trainer, m, &l->w->split, o, l->w->pool, &l->w->err);
    if (st != HS_OK)
        hs_error_prefix(&l->w->err, "%s with %s", m->arch, l->w->data);
    if (st == HS_OK && l->a->resume)
        st = hs_trainer_load(l->trainer, l->checkpoint, &l->w->err);
    if (st != HS_OK || !l->a->resume)
        return st;
    l->saved = true;
    p = hs_trainer_progress(l->trainer);
    fprintf(l->w->cli->err, "going on in epoch %zu of %zu, after step %zu of %zu\n", p->epoch + 1,
            p->epochs, p->step, p->steps);
    return HS_OK;
}

static bool add_results(struct hs_value *map, struct hs_arena *arena,
                        const struct hs_train_epoch *e, size_t n)
{
    return n == 0 || (hs_value_set(map, arena, "loss", hs_value_num(e[n - 1].loss)) &&
                      hs_value_set(map, arena, "accuracy", hs_value_num(e[n - 1].accuracy)));
}

static enum hs_status finish(struct loop *l, struct hs_model *m, const struct hs_train_options *o,
                             const char *key)
{
    struct hs_nn_work *w = l->w;
    struct hs_value how;
    size_t n;
    const struct hs_train_epoch *e = hs_trainer_epochs(l->trainer, &n);
    enum hs_status st =
        hs_train_args_value(&how, &w->arena, o, w->data, w->split.images.shape[0], &w->err);

    if (st == HS_OK && !add_results(&how, &w->arena, e, n))
        st = hs_fail(&w->err, HS_ENOMEM, "out of memory");
    if (st == HS_OK)
        st = hs_nn_about(&m->about, &m->arena, key, &how, &w->err);
    hs_model_freeze(m);
    if (st == HS_OK)
        st = hs_model_save(l->a->output, m, l->a->float16, &w->err);
    if (st == HS_OK && l->saved)
        unlink(l->checkpoint); /* the training is over: what it was for is in the model */
    return st;
}

static bool epoch_value(struct hs_value *list, struct hs_arena *arena,
                        const struct hs_train_epoch *e)
{
    struct hs_value map = hs_value_map();

    return hs_value_set(&map, arena, "loss", hs_value_num(e->loss)) &&
           hs_value_set(&map, arena, "accuracy", hs_value_num(e->accuracy)) &&
           hs_value_set(&map, arena, "lr", hs_value_num(e->lr)) &&
           hs_value_set(&map, arena, "seconds", hs_value_num(e->seconds)) &&
           hs_value_push(list, arena, map);
}

static enum hs_status print_json(struct loop *l, const struct hs_model *m)
{
    struct hs_arena *arena = &l->w->arena;
    struct hs_value map = hs_value_map(), list = hs_value_list();
    size_t n;
    const struct hs_train_epoch *e = hs_trainer_epochs(l->trainer, &n);
    bool ok = true;

    for (size_t i = 0; ok && i < n; i++)
        ok = epoch_value(&list, arena, &e[i]);
    ok = ok && hs_value_set(&map, arena, "schema", hs_value_string(arena, "halfstep.train/1")) &&
         hs_value_set(&map, arena, "model", hs_value_string(arena, l->a->output)) &&
         hs_value_set(&map, arena, "arch", hs_value_string(arena, m->arch)) &&
         hs_value_set(&map, arena, "parameters", hs_value_int((int64_t)hs_model_params(m))) &&
         hs_value_set(&map, arena, "data", hs_value_string(arena, l->w->data)) &&
         hs_value_set(&map, arena, "images", hs_value_int((int64_t)l->w->split.images.shape[0])) &&
         hs_value_set(&map, arena, "epochs", list);
    return ok ? hs_quant_args_print_json(l->w->cli->out, &map, &l->w->err)
              : hs_fail(&l->w->err, HS_ENOMEM, "out of memory");
}

enum hs_status hs_train_loop(struct hs_nn_work *w, struct hs_model *m,
                             const struct hs_train_args *a, const struct hs_train_options *o,
                             const char *key)
{
    struct loop l = {.w = w, .a = a, .arch = m->arch};
    enum hs_status st = begin(&l, m, o);

    hs_interrupt_begin();
    if (st == HS_OK)
        st = run(&l);
    if (st == HS_OK)
        st = finish(&l, m, o, key);
    hs_interrupt_end();
    if (st == HS_OK && a->json)
        st = print_json(&l, m);
    else if (st == HS_OK)
        fprintf(w->cli->out, "%s: %s, %zu parameters\n", a->output, m->arch, hs_model_params(m));
    hs_trainer_free(l.trainer);
    return st;
}

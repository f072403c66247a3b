#include "grade/batch.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "grade/identity.h"

enum { MOST_JOBS = 32, TICK_MS = 250 };

enum item_state { WAITING, RUNNING, COMPLETE, ANNOUNCED };

struct item {
    enum item_state state;
    bool asked; /* recall was tried */
    struct hs_grading grading;
};

struct run {
    const struct hs_batch *batch;
    const struct hs_batch_paths *paths;
    struct item *items; // (paths)
    struct hs_worker workers[MOST_JOBS];
    size_t of_worker[MOST_JOBS]; /* index of the item */
    size_t jobs, started, announced, complete;
    struct hs_error *err;
    enum hs_status status;
};

static void on_frame(void *payload, size_t worker, char kind, struct hs_bytes frame)
{
    struct run *r = payload;

    hs_grading_frame(&r->items[r->of_worker[worker]].grading, kind, frame);
}

/* Two hand-ins of one student are both reported, and each says so. */
static void note_twins(struct run *r, size_t index)
{
    struct hs_grading *g = &r->items[index].grading;
    const char *const *names = r->batch->a->names.items;

    for (size_t i = 0; i < r->paths->items.len; i++) {
        struct hs_identity other;

        if (i == index)
            continue;
        hs_identity_of(&other, r->paths->items.items[i], names, r->batch->a->names.len);
        if (other.fits && strcmp(other.id, g->report.student_id) == 0)
            hs_grading_note(g, "There is another hand-in of %s: %s", other.id,
                            hs_path_base(r->paths->items.items[i]));
    }
}

static void complete(struct run *r, size_t index, bool is_new)
{
    const struct hs_batch *b = r->batch;
    struct item *item = &r->items[index];

    if (is_new)
        note_twins(r, index);
    if (is_new && b->keep != NULL && r->status == HS_OK)
        r->status = b->keep(b->payload, &item->grading.report, r->err);
    item->state = COMPLETE;
    r->complete++;
    if (b->progress != NULL)
        b->progress(b->payload, r->complete, r->paths->items.len);
}

static void start(struct run *r, size_t worker, size_t index)
{
    struct item *item = &r->items[index];
    struct hs_error err = HS_ERROR_INIT;

    r->of_worker[worker] = index;
    if (hs_grading_start(&item->grading, &r->workers[worker], &err) == HS_OK)
        return;
    item->grading.report.status = "crashed"; /* ours: every open row is without a score */
    hs_grading_note(&item->grading, "%s", err.text);
    complete(r, index, true);
}

static void fill(struct run *r)
{
    for (size_t w = 0; w < r->jobs && r->started < r->paths->items.len && r->status == HS_OK; w++) {
        size_t index = r->started;

        if (r->workers[w].pid != 0)
            continue;
        r->started++;
        r->items[index].state = RUNNING;
        r->status = hs_grading_init(&r->items[index].grading, r->batch->a, r->batch->limits,
                                    r->paths->items.items[index], r->err);
        if (r->status == HS_OK)
            start(r, w, index);
    }
}

/* As soon as the content's hash is known, an earlier run's report may stand in for the work. */
static bool recalled(struct run *r, size_t w)
{
    struct item *item = &r->items[r->of_worker[w]];

    if (r->batch->recall == NULL || item->asked || !item->grading.known_hash)
        return false;
    item->asked = true;
    if (!r->batch->recall(r->batch->payload, &item->grading.report))
        return false;
    hs_worker_dispose(&r->workers[w]);
    r->workers[w] = HS_WORKER_INIT;
    complete(r, r->of_worker[w], false);
    return true;
}

static void look_after(struct run *r, size_t w)
{
    struct item *item = &r->items[r->of_worker[w]];

    if (recalled(r, w) || r->workers[w].pid != 0)
        return;
    hs_grading_ended(&item->grading, &r->workers[w]);
    if (item->grading.finished)
        complete(r, r->of_worker[w], true);
    else
        start(r, w, r->of_worker[w]);
}

static void announce(struct run *r)
{
    while (r->announced < r->started && r->items[r->announced].state == COMPLETE &&
           r->status == HS_OK) {
        struct item *item = &r->items[r->announced];

        r->status = r->batch->announce(r->batch->payload, &item->grading.report, r->err);
        item->state = ANNOUNCED;
        hs_grading_dispose(&item->grading);
        r->announced++;
    }
}

static bool stopped(const struct run *r)
{
    return r->batch->stop != NULL && *r->batch->stop != 0;
}

static void loop(struct run *r)
{
    while (r->status == HS_OK && r->announced < r->paths->items.len && !stopped(r)) {
        bool busy[MOST_JOBS];

        fill(r);
        for (size_t w = 0; w < r->jobs; w++)
            busy[w] = r->workers[w].pid != 0;
        hs_workers_wait(r->workers, r->jobs, TICK_MS, on_frame, r);
        for (size_t w = 0; w < r->jobs; w++)
            if (busy[w])
                look_after(r, w);
        announce(r);
    }
}

enum hs_status hs_batch_run(const struct hs_batch *batch, const struct hs_batch_paths *paths,
                            struct hs_error *err)
{
    struct run *r = hs_alloc_zero(1, sizeof *r);
    enum hs_status st;

    if (r == NULL || (r->items = hs_alloc_zero(paths->items.len, sizeof *r->items)) == NULL) {
        hs_free(r);
        return hs_fail(err, HS_ENOMEM, "no memory for %zu submissions", paths->items.len);
    }
    r->batch = batch;
    r->paths = paths;
    r->err = err;
    r->jobs = batch->jobs < 1 ? 1 : batch->jobs > MOST_JOBS ? MOST_JOBS : batch->jobs;
    for (size_t w = 0; w < MOST_JOBS; w++)
        r->workers[w] = HS_WORKER_INIT;
    loop(r);
    st = r->status;
    if (st == HS_OK && stopped(r) && r->announced < paths->items.len)
        st = hs_fail(err, HS_EINTERRUPTED, "interrupted after %zu of %zu submissions", r->complete,
                     paths->items.len);
    for (size_t w = 0; w < MOST_JOBS; w++)
        hs_worker_dispose(&r->workers[w]);
    for (size_t i = 0; i < r->started; i++)
        if (r->items[i].state != ANNOUNCED)
            hs_grading_dispose(&r->items[i].grading);
    hs_free(r->items);
    hs_free(r);
    return st;
}

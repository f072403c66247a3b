#include "grade/grading.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/utf8.h"
#include "grade/identity.h"
#include "io/json.h"

static const char *const ours =
    "This check could not be run to its end; the staff will look at it. It costs no points.";

struct hs_grading_limits hs_grading_limits_default(void)
{
    return (struct hs_grading_limits){.worker = hs_worker_limits_default(),
                                      .grader = hs_grader_limits_default(),
                                      .io = hs_io_limits_default()};
}

/* ---- the report before anything is known ---- */

static const char *safe_copy(struct hs_grading *g, const char *text, size_t n)
{
    struct hs_str safe = HS_STR_INIT;
    const char *copy;

    hs_text_sanitize(&safe, text, n, 0, false);
    copy = hs_str_ok(&safe) ? hs_arena_strndup(&g->report.arena, safe.buf, safe.len) : NULL;
    hs_str_dispose(&safe);
    return copy != NULL ? copy : "";
}

static bool init_rows(struct hs_grading *g)
{
    g->done = hs_arena_alloc_zero(&g->report.arena, g->a->checks.len, sizeof *g->done);
    for (size_t i = 0; i < g->a->checks.len; i++) {
        const struct hs_check *check = &g->a->checks.items[i];
        struct hs_row row = {.id = check->id,
                             .title = check->title,
                             .max_milli = check->points_milli};

        row.verdict = HS_VERDICT_ERROR;
        row.message = ours;
        row.detail = hs_value_map();
        row.hidden = check->hidden;
        if (!HS_VEC_PUSH(&g->report.rows, row))
            return false;
    }
    return g->done != NULL;
}

enum hs_status hs_grading_init(struct hs_grading *g, const struct hs_assignment *a,
                               const struct hs_grading_limits *limits, const char *path,
                               struct hs_error *err)
{
    struct hs_identity who;
    size_t n = strlen(path), from;

    *g = (struct hs_grading){
        .a = a, .limits = limits, .path = path, .report = HS_REPORT_INIT, .running = -1};
    while (n > 1 && path[n - 1] == '/')
        n--;
    for (from = n; from > 0 && path[from - 1] != '/'; from--)
        continue;
    hs_identity_of(&who, path, a->names.items, a->names.len);
    g->report.assignment = a->id;
    g->report.submission = safe_copy(g, path + from, n - from);
    g->report.student_id = safe_copy(g, who.id, strlen(who.id));
    g->report.student_name = safe_copy(g, who.name, strlen(who.name));
    g->report.status = "graded";
    g->report.grader_version = a->version;
    g->report.content_hash = "";
    g->started = hs_clock_monotonic_ns();
    if (!init_rows(g))
        return hs_fail(err, HS_ENOMEM, "no memory for the report of %s", path);
    return HS_OK;
}

void hs_grading_dispose(struct hs_grading *g)
{
    hs_report_dispose(&g->report);
}

void hs_grading_note(struct hs_grading *g, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    va_list args;

    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    (void)HS_VEC_PUSH(&g->report.messages, safe_copy(g, text.buf, text.len));
    hs_str_dispose(&text);
}

enum hs_status hs_grading_start(struct hs_grading *g, struct hs_worker *w, struct hs_error *err)
{
    g->running = -1;
    return hs_worker_start(w, &g->limits->worker, hs_grading_child, g, err);
}

/* ---- frames ---- */

static void settle(struct hs_grading *g, size_t i)
{
    g->done[i] = true;
    g->running = -1;
    while (g->next < g->a->checks.len && g->done[g->next])
        g->next++;
}

static const char *kept_text(struct hs_grading *g, const struct hs_value *v, const char *key)
{
    const char *text = hs_value_text(v, key, "");

    return safe_copy(g, text, strlen(text));
}

/* A row from the child: nothing in it is believed but what the report's rules allow. */
static void take_row(struct hs_grading *g, const struct hs_value *v)
{
    int64_t i = hs_value_integer(v, "check", -1), share;
    int verdict = hs_verdict_find(hs_value_text(v, "verdict", ""));
    const char *idea = hs_value_text(v, "misconception", NULL);
    const struct hs_value *detail = hs_value_get(v, "detail"),
                          *given = hs_value_get(v, "share_milli");
    struct hs_row *row;

    if (i < 0 || (size_t)i >= g->report.rows.len || g->done[i] || verdict < 0)
        return;
    row = &g->report.rows.items[i];
    share = hs_value_integer(v, "share_milli", 0);
    share = share < 0 ? 0 : share > 1000 ? 1000 : share;
    row->verdict = (enum hs_verdict)verdict;
    row->scored = given != NULL && given->kind == HS_INTEGER && verdict != HS_VERDICT_ERROR &&
                  verdict != HS_VERDICT_TIMEOUT;
    row->score_milli = row->scored ? hs_points_share(row->max_milli, share) : 0;
    row->message = kept_text(g, v, "message");
    if (idea != NULL && hs_assignment_misconception(g->a, idea) != NULL)
        row->misconception = hs_assignment_misconception(g->a, idea)->id;
    if (detail == NULL || detail->kind != HS_MAP ||
        hs_value_copy(&row->detail, &g->report.arena, detail, true, NULL) != HS_OK)
        row->detail = hs_value_map();
    settle(g, (size_t)i);
}

/* The hand-in could not be opened as what it is: every check is `malformed`, which is a grade. */
static void take_malformed(struct hs_grading *g, const struct hs_value *v)
{
    const char *why = kept_text(g, v, "message");

    g->report.status = "malformed";
    for (size_t i = 0; i < g->report.rows.len; i++) {
        struct hs_row *row = &g->report.rows.items[i];

        row->scored = true;
        row->score_milli = 0;
        row->verdict = HS_VERDICT_MALFORMED;
        row->message = "The hand-in could not be opened: see the messages at its end.";
        g->done[i] = true;
    }
    g->next = g->report.rows.len;
    hs_grading_note(g, "%s", why);
}

static void take_hash(struct hs_grading *g, const struct hs_value *v)
{
    if (g->known_hash)
        return; /* a later worker says the same again */
    g->known_hash = true;
    g->report.content_hash = kept_text(g, v, "hash");
    if (hs_value_flag(v, "empty", false))
        g->report.status = "empty";
}

void hs_grading_frame(struct hs_grading *g, char kind, struct hs_bytes frame)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_value v;

    if (hs_json_read(&v, &scratch, frame, "worker", &limits, NULL) == HS_OK && v.kind == HS_MAP) {
        int64_t check = hs_value_integer(&v, "check", -1);

        if (kind == 'I')
            take_hash(g, &v);
        else if (kind == 'N')
            hs_grading_note(g, "%s", hs_value_text(&v, "message", ""));
        else if (kind == 'M')
            take_malformed(g, &v);
        else if (kind == 'B' && check >= 0 && (size_t)check < g->report.rows.len)
            g->running = (ptrdiff_t)check;
        else if (kind == 'R')
            take_row(g, &v);
        else if (kind == 'G') {
            g->report.grader_failed = true;
            hs_grading_note(g, "The grader is at fault: %s", hs_value_text(&v, "message", ""));
        }
    }
    hs_arena_dispose(&scratch);
}

/* ---- the end of a worker ---- */

static void dead_check(struct hs_grading *g, const struct hs_worker *w, const char *how)
{
    struct hs_row *row = &g->report.rows.items[g->running];

    row->verdict = w->end == HS_WORKER_TIMEOUT ? HS_VERDICT_TIMEOUT : HS_VERDICT_ERROR;
    row->scored = false;
    row->message = ours;
    hs_grading_note(g, "Check %s: %s.", row->id, how);
    settle(g, (size_t)g->running);
}

/* Nothing was running: no worker would get further. All that is open goes to the staff. */
static void give_up(struct hs_grading *g, const struct hs_worker *w, const char *how)
{
    if (!g->report.grader_failed) {
        g->report.status = w->end == HS_WORKER_TIMEOUT ? "timeout" : "crashed";
        hs_grading_note(g, "Grading stopped outside a check: %s.", how);
    }
    g->next = g->report.rows.len;
}

void hs_grading_ended(struct hs_grading *g, const struct hs_worker *w)
{
    struct hs_str how = HS_STR_INIT;
    bool willing = w->end == HS_WORKER_EXITED && (w->code == HS_WORKER_RESTART || w->code == 0);

    hs_worker_describe(&how, w);
    if (g->running >= 0)
        dead_check(g, w, how.buf);
    else if (!willing || (w->code == 0 && g->next < g->report.rows.len))
        give_up(g, w, how.buf);
    hs_str_dispose(&how);
    g->finished = g->next >= g->report.rows.len;
    g->report.elapsed_ns = hs_clock_monotonic_ns() - g->started;
}

/* The child's side of grading: read, lock, unpack, run, tell. */
#include <math.h>
#include <string.h>

#include "grade/grading.h"
#include "grade/sandbox.h"
#include "io/json.h"

enum { NOTES_MOST = 20, DETAIL_MOST = 1 << 16, MESSAGE_MOST = 4000 };

struct child {
    struct hs_grading *g;
    struct hs_submission submission;
    struct hs_grader *grader;
    struct hs_arena arena; /* of the frame in hand */
};

static void send(struct child *c, char kind, const struct hs_value *v)
{
    struct hs_str text = HS_STR_INIT;

    hs_json_write(&text, v, 0);
    if (hs_str_ok(&text))
        (void)hs_worker_send(kind, text.buf, text.len);
    hs_str_dispose(&text);
    hs_arena_dispose(&c->arena);
}

static void put(struct child *c, struct hs_value *v, const char *key, struct hs_value item)
{
    (void)hs_value_set(v, &c->arena, key, item);
}

static void send_message(struct child *c, char kind, const char *message)
{
    struct hs_value v = hs_value_map();

    put(c, &v, "message", hs_value_string(&c->arena, message));
    send(c, kind, &v);
}

static void send_begin(struct child *c, size_t check)
{
    struct hs_value v = hs_value_map();

    put(c, &v, "check", hs_value_int((int64_t)check));
    send(c, 'B', &v);
}

/* share_milli < 0: no score. */
static void send_row(struct child *c, size_t check, enum hs_verdict verdict, int64_t share_milli,
                     const char *misconception, const char *message, const struct hs_value *detail)
{
    struct hs_value v = hs_value_map();
    size_t n = strlen(message);

    put(c, &v, "check", hs_value_int((int64_t)check));
    put(c, &v, "verdict", hs_value_string(&c->arena, hs_verdict_name(verdict)));
    if (share_milli >= 0)
        put(c, &v, "share_milli", hs_value_int(share_milli));
    if (misconception != NULL)
        put(c, &v, "misconception", hs_value_string(&c->arena, misconception));
    put(c, &v, "message",
        hs_value_string_n(&c->arena, message, n < MESSAGE_MOST ? n : MESSAGE_MOST));
    if (detail != NULL && detail->kind == HS_MAP) {
        struct hs_str text = HS_STR_INIT;

        hs_json_write(&text, detail, 0);
        if (text.len <= DETAIL_MOST)
            put(c, &v, "detail", *detail);
        hs_str_dispose(&text);
    }
    c->g->report.rows.items[check].verdict = verdict; /* for the `needs` of later checks */
    c->g->done[check] = true;
    send(c, 'R', &v);
}

/* ---- the hand-in ---- */

static void send_hash(struct child *c)
{
    struct hs_value v = hs_value_map();

    put(c, &v, "hash", hs_value_string(&c->arena, c->submission.content_hash));
    put(c, &v, "empty", hs_value_bool(c->submission.files.len == 0));
    send(c, 'I', &v);
}

static bool open_hand_in(struct child *c)
{
    const struct hs_io_limits *limits = &c->g->limits->io;
    struct hs_error err = HS_ERROR_INIT;
    enum hs_status st = hs_submission_read(&c->submission, c->g->path, limits, &err);

    hs_sandbox_lock();
    if (st == HS_OK)
        st = hs_submission_unpack(&c->submission, limits, &err);
    if (st == HS_ENOMEM) /* ours to look at, not a fault of the hand-in */
        return false;
    if (!c->g->known_hash)
        send_hash(c);
    if (st != HS_OK) {
        send_message(c, 'M', err.text);
        return false;
    }
    for (size_t i = 0; i < c->submission.remarks.len && i < NOTES_MOST && c->g->next == 0; i++)
        send_message(c, 'N', c->submission.remarks.items[i]);
    return true;
}

/* ---- checks ---- */

/* The id of the first needed check that did not pass; NULL when all did. */
static const char *unmet(const struct hs_grading *g, const struct hs_check *check)
{
    for (size_t i = 0; i < check->n_needs; i++) {
        ptrdiff_t need = hs_assignment_check(g->a, check->needs[i]);

        if (need >= 0 && !hs_verdict_passes(g->report.rows.items[need].verdict))
            return check->needs[i];
    }
    return NULL;
}

static void send_fault(struct child *c, size_t check, enum hs_verdict verdict,
                       const struct hs_error *err)
{
    struct hs_str note = HS_STR_INIT;

    hs_str_printf(&note, "Check %s: ", c->g->a->checks.items[check].id);
    if (err->source[0] != '\0')
        hs_str_printf(&note, "%s:%d: ", err->source, err->line);
    hs_str_add(&note, err->text);
    send_message(c, 'N', note.buf);
    hs_str_dispose(&note);
    send_row(
        c, check, verdict, -1, NULL,
        "This check could not be run to its end; the staff will look at it. It costs no points.",
        NULL);
}

/* A verdict table as the grader gave it; a table that makes no sense is the grader's fault, never
 * the student's. */
static void send_verdict(struct child *c, size_t check, const struct hs_value *v)
{
    int verdict = hs_verdict_find(hs_value_text(v, "verdict", ""));
    const struct hs_value *score = hs_value_get(v, "score");
    const char *idea = hs_value_text(v, "misconception", NULL);
    struct hs_error err = HS_ERROR_INIT;
    double share;

    if (verdict < 0)
        (void)hs_fail(&err, HS_ESCRIPT, "the check gave no verdict that the report knows");
    else if (idea != NULL && hs_assignment_misconception(c->g->a, idea) == NULL)
        (void)hs_fail(&err, HS_ESCRIPT, "misconception \"%s\" is not declared", idea);
    else if (score != NULL && score->kind != HS_NIL &&
             (!hs_value_to_number(score, &share) || !(share >= 0.0 && share <= 1.0)))
        (void)hs_fail(&err, HS_ESCRIPT, "a score is a share from 0 to 1 of the points");
    if (err.code != HS_OK) {
        send_fault(c, check, HS_VERDICT_ERROR, &err);
        return;
    }
    if (score == NULL || score->kind == HS_NIL)
        share = (double)hs_verdict_share((enum hs_verdict)verdict) / 1000.0;
    send_row(c, check, (enum hs_verdict)verdict, (int64_t)lrint(share * 1000.0), idea,
             hs_value_text(v, "message", ""), hs_value_get(v, "detail"));
}

/* False when the box is spent and the rest needs a new worker. */
static bool run_check(struct child *c, size_t check)
{
    const struct hs_check *def = &c->g->a->checks.items[check];
    const char *need = unmet(c->g, def);
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_value v = hs_value_nil();
    struct hs_str why = HS_STR_INIT;
    enum hs_status st;

    if (need != NULL) {
        hs_str_printf(&why, "Left out, because \"%s\" has to pass first.",
                      c->g->a->checks.items[hs_assignment_check(c->g->a, need)].title);
        send_row(c, check, HS_VERDICT_SKIPPED, 0, NULL, why.buf, NULL);
        hs_str_dispose(&why);
        return true;
    }
    send_begin(c, check);
    st = hs_grader_run(&v, &arena, c->grader, check + 1, &err);
    if (st == HS_OK && !hs_grader_spent(c->grader))
        send_verdict(c, check, &v);
    else
        send_fault(c, check,
                   strstr(err.text, "memory") == NULL && hs_grader_spent(c->grader)
                       ? HS_VERDICT_TIMEOUT
                       : HS_VERDICT_ERROR,
                   &err);
    hs_arena_dispose(&arena);
    return !hs_grader_spent(c->grader);
}

int hs_grading_child(void *grading)
{
    struct child c = {.g = grading, .submission = HS_SUBMISSION_INIT, .arena = HS_ARENA_INIT};
    struct hs_grading *g = grading;
    struct hs_error err = HS_ERROR_INIT;

    if (!open_hand_in(&c))
        return 0; /* told, or (no memory) seen by the parent as an end without rows */
    if (hs_grader_open(&c.grader, g->a, &c.submission, &g->limits->grader, &g->limits->io, &err) !=
        HS_OK) {
        if (err.source[0] != '\0')
            hs_error_prefix(&err, "%s:%d", err.source, err.line);
        send_message(&c, 'G', err.text);
        return 1;
    }
    for (size_t i = g->next; i < g->a->checks.len; i++)
        if (!g->done[i] && !run_check(&c, i))
            return HS_WORKER_RESTART;
    return 0; /* by _exit(): nothing is freed on purpose, a spent box must not be closed */
}

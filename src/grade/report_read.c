/* A report back from its own JSON: what --resume shows instead of grading again. */
#include <math.h>
#include <string.h>

#include "grade/report.h"
#include "io/json.h"

static const char *keep(struct hs_report *r, const struct hs_value *v, const char *key)
{
    const char *text = hs_value_text(v, key, NULL);

    return text == NULL ? NULL : hs_arena_strdup(&r->arena, text);
}

static int64_t milli(const struct hs_value *v, const char *key)
{
    return (int64_t)llround(hs_value_number(v, key, 0.0) * 1000.0);
}

static bool read_row(struct hs_report *r, const struct hs_value *v)
{
    const struct hs_value *score = hs_value_get(v, "score"), *detail = hs_value_get(v, "detail");
    int verdict = hs_verdict_find(hs_value_text(v, "verdict", ""));
    struct hs_row row = {.id = keep(r, v, "id"),
                         .title = keep(r, v, "title"),
                         .message = keep(r, v, "message")};

    if (row.id == NULL || row.title == NULL || row.message == NULL || verdict < 0 ||
        score == NULL || detail == NULL)
        return false;
    row.verdict = (enum hs_verdict)verdict;
    row.max_milli = milli(v, "max_score");
    row.scored = score->kind != HS_NIL;
    row.score_milli = row.scored ? milli(v, "score") : 0;
    row.misconception = keep(r, v, "misconception");
    row.hidden = hs_value_flag(v, "hidden", false);
    return hs_value_copy(&row.detail, &r->arena, detail, true, NULL) == HS_OK &&
           HS_VEC_PUSH(&r->rows, row);
}

static bool read_all(struct hs_report *r, const struct hs_value *v)
{
    const struct hs_value *student = hs_value_get(v, "student"), *rows = hs_value_get(v, "checks");
    const struct hs_value *messages = hs_value_get(v, "messages");
    bool ok = strcmp(hs_value_text(v, "schema", ""), "halfstep.report/1") == 0;

    r->assignment = keep(r, v, "assignment");
    r->submission = keep(r, v, "submission");
    r->student_id = keep(r, student, "id");
    r->student_name = keep(r, student, "name");
    r->status = keep(r, v, "status");
    r->grader_version = keep(r, v, "grader_version");
    r->content_hash = keep(r, v, "content_hash");
    ok = ok && r->assignment != NULL && r->submission != NULL && r->student_id != NULL &&
         r->student_name != NULL && r->status != NULL && r->grader_version != NULL &&
         r->content_hash != NULL;
    for (size_t i = 0; i < hs_value_len(rows) && ok; i++)
        ok = read_row(r, hs_value_at(rows, i));
    for (size_t i = 0; i < hs_value_len(messages) && ok; i++) {
        const struct hs_value *m = hs_value_at(messages, i);

        ok = m->kind == HS_STRING &&
             HS_VEC_PUSH(&r->messages, hs_arena_strdup(&r->arena, m->as.string.text));
    }
    return ok;
}

enum hs_status hs_report_read(struct hs_report *out, struct hs_bytes text, const char *source,
                              struct hs_error *err)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_io_limits limits = hs_io_limits_local();
    struct hs_report r = HS_REPORT_INIT;
    struct hs_value v;
    enum hs_status st = hs_json_read(&v, &scratch, text, source, &limits, err);

    if (st == HS_OK && !read_all(&r, &v))
        st = hs_fail(err, HS_EFORMAT, "%s: this is no report that halfstep wrote", source);
    hs_arena_dispose(&scratch);
    if (st != HS_OK) {
        hs_report_dispose(&r);
        return st;
    }
    *out = r;
    return HS_OK;
}

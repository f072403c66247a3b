#include "grade/report.h"

#include <string.h>

#include "io/json.h"

struct verdict_row {
    const char *name;
    int64_t share;
    bool passes;
};

static const struct verdict_row verdicts[] = {
#define HS_VERDICT(id, name, share, passes) {name, share, passes},
#include "grade/verdicts.def"
#undef HS_VERDICT
};

const char *hs_verdict_name(enum hs_verdict v)
{
    return verdicts[v].name;
}

int hs_verdict_find(const char *name)
{
    for (size_t i = 0; i < HS_COUNTOF(verdicts); i++)
        if (strcmp(verdicts[i].name, name) == 0)
            return (int)i;
    return -1;
}

int64_t hs_verdict_share(enum hs_verdict v)
{
    return verdicts[v].share;
}

bool hs_verdict_passes(enum hs_verdict v)
{
    return verdicts[v].passes;
}

void hs_report_dispose(struct hs_report *r)
{
    HS_VEC_DISPOSE(&r->rows);
    HS_VEC_DISPOSE(&r->messages);
    hs_arena_dispose(&r->arena);
    *r = HS_REPORT_INIT;
}

struct hs_total hs_report_total(const struct hs_report *r)
{
    struct hs_total t = {.complete = true};

    for (size_t i = 0; i < r->rows.len; i++) {
        t.max_milli += r->rows.items[i].max_milli;
        if (r->rows.items[i].scored)
            t.score_milli += r->rows.items[i].score_milli;
        else
            t.complete = false;
    }
    return t;
}

int64_t hs_points_share(int64_t points_milli, int64_t share_milli)
{
    int64_t product = points_milli * share_milli, whole = product / 1000, rest = product % 1000;

    if (rest > 500 || (rest == 500 && whole % 2 != 0))
        whole++;
    return whole;
}

/* Thousandths as a JSON number: an integer where there is nothing behind the point. */
static struct hs_value points(int64_t milli)
{
    return milli % 1000 == 0 ? hs_value_int(milli / 1000) : hs_value_num((double)milli / 1000.0);
}

static struct hs_value text_or_nil(struct hs_arena *arena, const char *text)
{
    return text == NULL ? hs_value_nil() : hs_value_string(arena, text);
}

static struct hs_value row_value(struct hs_arena *a, const struct hs_row *row, bool *ok)
{
    struct hs_value v = hs_value_map();

    *ok &= hs_value_set(&v, a, "id", hs_value_string(a, row->id));
    *ok &= hs_value_set(&v, a, "title", hs_value_string(a, row->title));
    *ok &= hs_value_set(&v, a, "score", row->scored ? points(row->score_milli) : hs_value_nil());
    *ok &= hs_value_set(&v, a, "max_score", points(row->max_milli));
    *ok &= hs_value_set(&v, a, "verdict", hs_value_string(a, hs_verdict_name(row->verdict)));
    *ok &= hs_value_set(&v, a, "misconception", text_or_nil(a, row->misconception));
    *ok &= hs_value_set(&v, a, "message", hs_value_string(a, row->message));
    *ok &= hs_value_set(&v, a, "detail", row->detail.kind == HS_MAP ? row->detail : hs_value_map());
    *ok &= hs_value_set(&v, a, "hidden", hs_value_bool(row->hidden));
    return v;
}

static struct hs_value rows_value(struct hs_arena *a, const struct hs_report *r, bool *ok)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < r->rows.len; i++)
        *ok &= hs_value_push(&list, a, row_value(a, &r->rows.items[i], ok));
    return list;
}

static struct hs_value review_value(struct hs_arena *a, const struct hs_report *r, bool *ok)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < r->rows.len; i++)
        if (!r->rows.items[i].scored)
            *ok &= hs_value_push(&list, a, hs_value_string(a, r->rows.items[i].id));
    return list;
}

static struct hs_value messages_value(struct hs_arena *a, const struct hs_report *r, bool *ok)
{
    struct hs_value list = hs_value_list();

    for (size_t i = 0; i < r->messages.len; i++)
        *ok &= hs_value_push(&list, a, hs_value_string(a, r->messages.items[i]));
    return list;
}

static struct hs_value student_value(struct hs_arena *a, const struct hs_report *r, bool *ok)
{
    struct hs_value v = hs_value_map();

    *ok &= hs_value_set(&v, a, "id", hs_value_string(a, r->student_id));
    *ok &= hs_value_set(&v, a, "name", hs_value_string(a, r->student_name));
    return v;
}

bool hs_report_to_value(struct hs_value *out, struct hs_arena *a, const struct hs_report *r,
                        bool elapsed)
{
    struct hs_total total = hs_report_total(r);
    struct hs_value v = hs_value_map();
    bool ok = true;

    ok &= hs_value_set(&v, a, "schema", hs_value_string(a, "halfstep.report/1"));
    ok &= hs_value_set(&v, a, "assignment", hs_value_string(a, r->assignment));
    ok &= hs_value_set(&v, a, "submission", hs_value_string(a, r->submission));
    ok &= hs_value_set(&v, a, "student", student_value(a, r, &ok));
    ok &= hs_value_set(&v, a, "status", hs_value_string(a, r->status));
    ok &= hs_value_set(&v, a, "score", total.complete ? points(total.score_milli) : hs_value_nil());
    if (!total.complete)
        ok &= hs_value_set(&v, a, "score_so_far", points(total.score_milli));
    ok &= hs_value_set(&v, a, "max_score", points(total.max_milli));
    ok &= hs_value_set(&v, a, "checks", rows_value(a, r, &ok));
    ok &= hs_value_set(&v, a, "needs_review", review_value(a, r, &ok));
    ok &= hs_value_set(&v, a, "messages", messages_value(a, r, &ok));
    ok &= hs_value_set(&v, a, "grader_version", hs_value_string(a, r->grader_version));
    ok &= hs_value_set(&v, a, "content_hash", hs_value_string(a, r->content_hash));
    if (elapsed)
        ok &= hs_value_set(&v, a, "elapsed_ms",
                           hs_value_num((double)(r->elapsed_ns / 1000) / 1000.0));
    *out = v;
    return ok;
}

enum hs_status hs_report_json(struct hs_str *out, const struct hs_report *r, bool elapsed,
                              struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_value v;
    enum hs_status st = HS_OK;
    bool whole = hs_report_to_value(&v, &arena, r, elapsed);

    if (whole) {
        hs_json_write(out, &v, 0);
        hs_str_add_char(out, '\n');
    }
    if (!whole || !hs_str_ok(out))
        st = hs_fail(err, HS_ENOMEM, "no memory for the report of %s", r->submission);
    hs_arena_dispose(&arena);
    return st;
}

int hs_report_exit_code(const struct hs_report *r)
{
    struct hs_total total = hs_report_total(r);

    if (!total.complete)
        return 6;
    return total.score_milli < total.max_milli ? 1 : 0;
}

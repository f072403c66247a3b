/* Report: what one submission got, as halfstep.report/1 (DESIGN 4, CONTRACTS 5).
 *
 * Points are integers in thousandths; decimals exist only in output. A score may be absent (null):
 * a fault of ours is never the student's zero. Rows point into the report's arena. */
#ifndef HS_GRADE_REPORT_H
#define HS_GRADE_REPORT_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/vec.h"
#include "tensor/value.h"

enum hs_verdict {
#define HS_VERDICT(id, name, share, passes) HS_VERDICT_##id,
#include "grade/verdicts.def"
#undef HS_VERDICT
    HS_VERDICT_COUNT
};

const char *hs_verdict_name(enum hs_verdict v); /* "tie-tolerated" */
int hs_verdict_find(const char *name);          /* -1 when unknown */
int64_t
hs_verdict_share(enum hs_verdict v); /* of the points, in thousandths, when a check names none */
bool hs_verdict_passes(enum hs_verdict v); /* checks that need this one may run */

struct hs_row {
    const char *id, *title;
    int64_t max_milli;
    bool scored; /* false: score null, for the staff to look at */
    int64_t score_milli;
    enum hs_verdict verdict;
    const char *misconception; /* NULL when there is none */
    const char *message;       /* for the student */
    struct hs_value detail;    /* a map */
    bool hidden;
};

struct hs_report {
    struct hs_arena arena; /* owns everything below */
    const char *assignment, *submission, *student_id, *student_name;
    const char *status; /* graded, empty, malformed, timeout, crashed */
    HS_VEC(struct hs_row) rows;
    HS_VEC(const char *) messages;
    const char *grader_version, *content_hash;
    bool grader_failed;  /* the grader could not even be loaded: a matter for the staff */
    uint64_t elapsed_ns; /* shown only when asked for */
};

#define HS_REPORT_INIT ((struct hs_report){.arena = HS_ARENA_INIT})

void hs_report_dispose(struct hs_report *r);

/* Sum of the scored rows, and of the maxima. `complete` is false when a row has no score. */
struct hs_total {
    int64_t score_milli, max_milli;
    bool complete;
};

struct hs_total hs_report_total(const struct hs_report *r);

/* points * share / 1000 in thousandths, half to even: 3333 * 0.5 -> 1666 (share in thousandths). */
int64_t hs_points_share(int64_t points_milli, int64_t share_milli);

/* The report as a value with keys in the order of the contract. `elapsed` adds elapsed_ms. false
 * when out of memory. */
bool hs_report_to_value(struct hs_value *out, struct hs_arena *arena, const struct hs_report *r,
                        bool elapsed);

/* One line of JSON with '\n'. Appends. */
HS_MUST_USE enum hs_status hs_report_json(struct hs_str *out, const struct hs_report *r,
                                          bool elapsed, struct hs_error *err);

/* A report from such JSON. `out` is untouched on failure: HS_EFORMAT with line and column, or for
 * JSON that is no report. */
HS_MUST_USE enum hs_status hs_report_read(struct hs_report *out, struct hs_bytes text,
                                          const char *source, struct hs_error *err);

/* The report for people: one line a check with its message, wrapped to `columns`. Text of strangers
 * is made safe. Appends. */
void hs_report_text(struct hs_str *out, const struct hs_report *r, size_t columns);

/* One line of a class table: student, score, what needs a look. Columns are aligned by display
 * width. `head` adds the line above. */
void hs_report_line(struct hs_str *out, const struct hs_report *r, bool head);

/* DESIGN 4: 6 when a row needs review, 1 below full marks, 0. */
int hs_report_exit_code(const struct hs_report *r);

#endif

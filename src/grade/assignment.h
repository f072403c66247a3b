/* Assignment: a folder with grader.lua, and what it declares when it is run without a submission.
 *
 * graders/lib/ holds helpers in Lua that every grader may use, among them the words of the grader
 * language itself (check, expect …). All of it together, by names and bytes, is the grader's
 * version: a report says which rules it was made by. */
#ifndef HS_GRADE_ASSIGNMENT_H
#define HS_GRADE_ASSIGNMENT_H

#include "base/sha256.h"
#include "base/vec.h"
#include "io/file.h"
#include "tensor/value.h"

struct hs_grader_source {
    const char *name; /* "grader.lua", "lib/expect.lua" */
    struct hs_bytes text;
};

struct hs_check {
    const char *id, *title;
    int64_t points_milli;
    bool hidden;
    const char **needs; // (n_needs) ids of checks that must have passed
    size_t n_needs;
};

struct hs_misconception {
    const char *id, *title, *lesson; /* lesson: "10-power-of-two-observer/10.3" or NULL */
};

struct hs_assignment {
    struct hs_arena arena; /* owns everything below */
    const char *id, *title, *folder;
    HS_VEC(struct hs_grader_source) sources; /* lib first, grader.lua last */
    HS_VEC(const char *) names;              /* patterns of outer file names (grade/identity.h) */
    HS_VEC(const char *) files;              /* patterns of files that a submission has */
    HS_VEC(struct hs_check) checks;
    HS_VEC(struct hs_misconception) misconceptions;
    int64_t max_milli;
    char version[HS_SHA256_HEX];
};

#define HS_ASSIGNMENT_INIT ((struct hs_assignment){.arena = HS_ARENA_INIT})

/* `which` is an id (a folder below graders/) or the path of a folder. HS_ENOTFOUND names the places
 * looked at, HS_ESCRIPT is a grader at fault, with file and line. */
HS_MUST_USE enum hs_status hs_assignment_load(struct hs_assignment *a, const char *which,
                                              struct hs_error *err);
void hs_assignment_dispose(struct hs_assignment *a);

/* Index of the check, or -1. */
ptrdiff_t hs_assignment_check(const struct hs_assignment *a, const char *id);
const struct hs_misconception *hs_assignment_misconception(const struct hs_assignment *a,
                                                           const char *id);

/* id, title, max_score, checks and misconceptions as `list --json` shows them. false when out of
 * memory. */
bool hs_assignment_to_value(struct hs_value *out, struct hs_arena *arena,
                            const struct hs_assignment *a);

/* Calls back with the folder name of every grader found, in byte order within each graders/ folder.
 */
void hs_assignments_each(void (*visit)(void *payload, const char *folder), void *payload);

#endif

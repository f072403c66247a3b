/* Test vectors in files. The vectors of ../shared/oracle: a manifest as a value, its arrays as
 * tensors, and the comparison that a case states. Independent of the readers of src/io, so that a
 * fault there cannot hide one elsewhere. */
#ifndef HS_TEST_ORACLE_H
#define HS_TEST_ORACLE_H

#include "hs_test.h"

#include "tensor/value.h"

struct hs_oracle {
    char folder[512];
    struct hs_value manifest;
    const struct hs_value *cases; /* list of maps */
};

/* Opens a topic ("qdq_torch"); false when ../shared is absent, so that the test can skip and say
 * so. */
bool hs_oracle_open(struct hs_oracle *o, struct hs_arena *arena, const char *topic);

/* Any JSON file as a value; unreadable ones fail the test. */
struct hs_value hs_test_json(struct hs_arena *arena, const char *path);

/* True when the case has that tag. */
bool hs_oracle_tagged(const struct hs_value *test_case, const char *tag);

/* Is there an array `name` in "inputs", "outputs" or "aux"; and that array. A missing or unreadable
 * one fails the test. Fortran-order files give a strided view. */
bool hs_oracle_has(const struct hs_value *test_case, const char *group, const char *name);
struct hs_tensor hs_oracle_tensor(const struct hs_oracle *o, struct hs_arena *arena,
                                  const struct hs_value *test_case, const char *group,
                                  const char *name);

/* got agrees with want at the tolerance that the case states for this output; prints the first
 * element that does not. -0 equals 0, NaN equals NaN; shapes must be the same. */
bool hs_oracle_matches(const struct hs_value *test_case, const char *output,
                       const struct hs_tensor *got, const struct hs_tensor *want);

typedef bool hs_oracle_case_fn(const struct hs_oracle *o, struct hs_arena *arena,
                               const struct hs_value *test_case);

/* Runs every case of a topic, and of "extra_TOPIC" where a set has that, prints "TOPIC: passed N of
 * M", with a count of `platform` cases where there are any, and fails unless all passed. Skips, and
 * says so, where ../shared is absent. `arena` is reset behind each case. The second form runs only
 * cases whose op begins with one of `ops` (ended by NULL) and says how many others there are. Both
 * leave a row for the table of test_table.c. */
void hs_oracle_run(const char *topic, struct hs_arena *arena, hs_oracle_case_fn *run_case);
void hs_oracle_run_ops(const char *topic, const char *const *ops, struct hs_arena *arena,
                       hs_oracle_case_fn *run_case);

/* A row of that table: what one call found of a topic by one route ("C", "Lua"). Written to
 * $HALFSTEP_TEST_TMP/oracle, nothing without it, in a file of the program; its first row of a topic
 * replaces those of the program's last run. */
struct hs_oracle_row {
    size_t passed, platform, total; /* platform cases are not among the passed */
};
void hs_oracle_row_write(const char *topic, const char *route, const struct hs_oracle_row *row);

/* The sum of a topic's rows by a route; false when there is none. */
bool hs_oracle_row_read(struct hs_oracle_row *sum, const char *topic, const char *route);

#endif

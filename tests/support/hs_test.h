/* What every test program includes: cmocka with its prerequisites, and assertions of our own.
 *
 * Mind cmocka's long jumps: skip() and a failing assertion leave the function at once, so skip before
 * allocating and allocate in an arena that the teardown frees. */
#ifndef HS_TEST_H
#define HS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/* The status is HS_OK; prints the error's sentence otherwise. */
#define assert_ok(expression, error) hs_assert_status_((expression), HS_OK, (error), #expression, __FILE__, __LINE__)

/* The status is `wanted` and, when `part` is not NULL, the sentence contains it. */
#define assert_fails(expression, wanted, error, part)                                              \
    (hs_assert_status_((expression), (wanted), (error), #expression, __FILE__, __LINE__),           \
     hs_assert_contains_((error)->text, (part), __FILE__, __LINE__))

/* |got - want| <= tolerance; NaN never passes. cmocka 1.1.5 has no assert_double_equal. */
#define assert_close(got, want, tolerance) hs_assert_close_((got), (want), (tolerance), #got, __FILE__, __LINE__)

#define assert_contains(text, part) hs_assert_contains_((text), (part), __FILE__, __LINE__)

void hs_assert_status_(enum hs_status got, enum hs_status wanted, const struct hs_error *err, const char *what,
                       const char *file, int line);
void hs_assert_close_(double got, double want, double tolerance, const char *what, const char *file, int line);
void hs_assert_contains_(const char *text, const char *part, const char *file, int line);

/* An arena as the test's state: cmocka_unit_test_setup_teardown(test, hs_arena_setup, hs_arena_teardown). */
int hs_arena_setup(void **state);
int hs_arena_teardown(void **state);

/* A fresh folder for this test program, emptied by the next call; borrowed text. */
const char *hs_test_tmp(void);

/* $HALFSTEP_SOURCE/name, $HALFSTEP_SHARED/name; the latter is NULL when the folder is absent, so that a test can skip
 * and say so. Borrowed until the next call. */
const char *hs_test_source(const char *name);
const char *hs_test_shared(const char *name);

/* Whole file as bytes in the arena (fails the test when unreadable). */
void *hs_test_read(struct hs_arena *arena, const char *path, size_t *size);
void hs_test_write(const char *path, const void *data, size_t size);

/* Runs the halfstep binary with a shell-quoted argument text in folder `dir` (NULL: source root) and gives its standard output
 * and standard error together; returns the exit status. */
int hs_test_run(struct hs_str *output, const char *dir, const char *arguments);

#endif

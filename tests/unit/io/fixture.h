/* What the tests of readers share: bytes read as a file of some name, and every allocation of a
 * read failing once. */
#ifndef HS_TEST_IO_FIXTURE_H
#define HS_TEST_IO_FIXTURE_H

#include "hs_test.h"

#include "base/mem.h"
#include "io/container.h"

static struct hs_container
    file; /* of the test that runs; emptied by the teardown, which a failing assert does not skip */
static struct hs_error err;

static inline int begin(void **state)
{
    (void)state;
    file = HS_CONTAINER_INIT;
    err = HS_ERROR_INIT;
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    hs_mem_fail_from(0);
    hs_container_dispose(&file);
    return 0;
}

static inline enum hs_status read_as(const char *name, const void *data, size_t size)
{
    struct hs_io_limits limits = hs_io_limits_default();

    hs_container_dispose(&file);
    err = HS_ERROR_INIT;
    return hs_container_read(&file, (struct hs_bytes){data, size}, name, &limits, &err);
}

/* A file of tests/fuzz/corpus. */
static inline enum hs_status read_corpus(const char *path)
{
    struct hs_io_limits limits = hs_io_limits_default();
    char full[512];

    hs_container_dispose(&file);
    err = HS_ERROR_INIT;
    snprintf(full, sizeof full, "tests/fuzz/corpus/%s", path);
    return hs_container_open(&file, hs_test_source(full), &limits, &err);
}

static inline const struct hs_entry *entry(const char *name)
{
    const struct hs_entry *e = hs_container_find(&file, name);

    if (e == NULL)
        fail_msg("there is no entry \"%s\"", name);
    return e;
}

/* Element i of the tensor of that name. */
static inline double element(const char *name, size_t i)
{
    const struct hs_entry *e = entry(name);

    assert_int_equal(e->kind, HS_ENTRY_TENSOR);
    assert_true(i < hs_tensor_count(&e->tensor));
    return hs_tensor_get(&e->tensor, i);
}

/* True when a remark contains the text. */
static inline bool remarked(const char *part)
{
    for (size_t i = 0; i < file.remarks.len; i++)
        if (strstr(file.remarks.items[i], part) != NULL)
            return true;
    return false;
}

/* Lets the n-th allocation of a read fail, and all after it, for n = 1, 2, … until the read
 * succeeds. */
static inline void survives_every_failing_allocation(const char *path)
{
    for (size_t n = 1; n < 100000; n++) {
        enum hs_status st;

        hs_mem_fail_from(n);
        st = read_corpus(path);
        hs_mem_fail_from(0);
        if (st == HS_OK) {
            assert_true(n > 1); /* or nothing was tried */
            return;
        }
        if (st != HS_ENOMEM)
            fail_msg("%s: allocation %zu failed, and the status is %s: %s", path, n,
                     hs_status_name(st), err.text);
    }
    fail_msg("%s never succeeds", path);
}

#endif

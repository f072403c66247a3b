/* Status codes and the error object: the one error idiom of halfstep.
 *
 * A function that can fail returns enum hs_status and takes `struct hs_error *err` last. On failure it
 * calls hs_fail(), which stores one lower-case sentence that names what, which value and the remedy,
 * and returns the code. The first error wins: a later hs_fail() on the same object keeps the first
 * sentence. `err` may be NULL. Out-parameters are untouched on failure unless a header says otherwise.
 *
 * Three kinds of trouble, three means: a bug of the caller is an assert; bad data or missing resources
 * are a status; a wrong *answer* of a student is a row in a report and never an error. */
#ifndef HS_BASE_STATUS_H
#define HS_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

enum hs_status {
#define HS_STATUS(name, exit_code, meaning) HS_##name,
#include "base/status.def"
#undef HS_STATUS
    HS_STATUS_COUNT
};

struct hs_error {
    enum hs_status code; /* HS_OK while nothing has failed */
    int line, column;    /* 1-based; 0 when unknown */
    char source[256];    /* file or chunk that `line` is in; may be empty */
    char text[768];      /* the sentence, without a final stop */
};

#define HS_ERROR_INIT ((struct hs_error){.code = HS_OK})

#if defined(__GNUC__)
#define HS_MUST_USE __attribute__((warn_unused_result))
#define HS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define HS_NORETURN __attribute__((noreturn))
#else
#define HS_MUST_USE
#define HS_PRINTF(fmt, args)
#define HS_NORETURN
#endif

/* Stores the sentence (cut to fit) unless an error is stored already; returns `code`. */
enum hs_status hs_fail(struct hs_error *err, enum hs_status code, const char *fmt, ...) HS_PRINTF(3, 4);
enum hs_status hs_vfail(struct hs_error *err, enum hs_status code, const char *fmt, va_list args) HS_PRINTF(3, 0);

/* As hs_fail(), with a place. `source` is copied and may be NULL. */
enum hs_status hs_fail_at(struct hs_error *err, enum hs_status code, const char *source, int line,
                          int column, const char *fmt, ...) HS_PRINTF(6, 7);

/* Puts "prefix: " before the stored sentence, once per level that knows more (file, member, check). */
void hs_error_prefix(struct hs_error *err, const char *fmt, ...) HS_PRINTF(2, 3);

/* Forgets the stored error so that the object can be used again. */
void hs_error_clear(struct hs_error *err);

/* "ENOMEM", and "out of memory". Valid for every enum value. */
const char *hs_status_name(enum hs_status code);
const char *hs_status_meaning(enum hs_status code);

/* The exit code of the command line for this status. */
int hs_status_exit_code(enum hs_status code);

/* The version of the program, "0.1.0". */
const char *hs_version(void);

#endif

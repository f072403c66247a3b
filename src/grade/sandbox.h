/* What a grading process may no longer do (ROBUSTNESS 6): resource limits, no new privileges,
 * Landlock and seccomp.
 *
 * Two steps, both in the forked child. hs_sandbox_limit() comes first; then the child reads the
 * submission's bytes; then hs_sandbox_lock() shuts the file system and the kernel before a single
 * byte of them is parsed. What the kernel lacks is left out (best effort); hs_sandbox_support()
 * says what there is, for people. The only file that knows seccomp and Landlock. */
#ifndef HS_GRADE_SANDBOX_H
#define HS_GRADE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct hs_sandbox_limits {
    size_t memory; /* address space in bytes; 0 = no limit (and none under AddressSanitizer) */
    unsigned cpu_seconds; /* 0 = no limit */
};

/* Makes this process die with its parent `parent`, unreadable to others, without core files; keeps
 * only descriptor `keep` (which becomes 3) and standard error; sets the limits. Returns false when
 * the parent is gone already. */
bool hs_sandbox_limit(const struct hs_sandbox_limits *limits, pid_t parent, int keep);

/* After it no file can be opened (but character-set tables of the C library), no program started,
 * no socket made, no process forked or traced. Cannot be undone. */
void hs_sandbox_lock(void);

struct hs_sandbox_support {
    int landlock_abi; /* 0 when the kernel has none */
    bool seccomp;     /* false under sanitizers, which need system calls of their own */
};

struct hs_sandbox_support hs_sandbox_support(void);

#endif

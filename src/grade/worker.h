/* Worker: one forked, restricted process and the parent's side of it (ROBUSTNESS 6).
 *
 * The child runs a function and sends frames over a pipe; the parent waits for frames of many
 * workers at once, keeps the wall clock and kills the process group of one that is late. A frame is
 *
 *   u32 length of the payload | u8 kind | payload | u32 checksum
 *
 * little-endian, the checksum being FNV-1a of kind and payload.
 *
 * A frame that is too long or damaged kills the worker: its sender is not to be trusted any more.
 */
#ifndef HS_GRADE_WORKER_H
#define HS_GRADE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/str.h"

enum {
    HS_FRAME_MOST = 1 << 20,
    HS_WORKER_RESTART = 75 /* the child's exit code for "the rest in a new worker" */
};

struct hs_worker_limits {
    uint64_t wall_ms;     /* between two frames, and from the start to the first */
    size_t memory;        /* bytes of address space */
    unsigned cpu_seconds; /* of the whole worker */
};

struct hs_worker_limits hs_worker_limits_default(void);

enum hs_worker_end {
    HS_WORKER_RUNNING,
    HS_WORKER_EXITED, /* `code` is the exit code */
    HS_WORKER_KILLED, /* by signal `code`, or for a damaged frame (code 0) */
    HS_WORKER_TIMEOUT /* the parent's clock ran out */
};

struct hs_worker {
    pid_t pid; /* 0 when there is none */
    int fd, pidfd;
    uint64_t wall_ns, deadline;
    struct hs_str in; /* bytes received, not yet whole frames */
    enum hs_worker_end end;
    int code;
};

#define HS_WORKER_INIT ((struct hs_worker){.fd = -1, .pidfd = -1, .in = HS_STR_INIT})

/* What runs in the child after hs_sandbox_limit(); it calls hs_sandbox_lock() when it has read what
 * it needs. Its result is the exit code. It writes frames with hs_worker_send(). */
typedef int (*hs_worker_fn)(void *payload);

/* HS_EIO when no pipe or process can be had; a refused fork is tried once more. */
HS_MUST_USE enum hs_status hs_worker_start(struct hs_worker *w,
                                           const struct hs_worker_limits *limits, hs_worker_fn run,
                                           void *payload, struct hs_error *err);

/* In the child only. False when the frame is too long or the parent is gone. */
bool hs_worker_send(char kind, const void *payload, size_t n);

/* Called for each whole frame, in order. */
typedef void (*hs_worker_frame_fn)(void *payload, size_t worker, char kind, struct hs_bytes frame);

/* Waits until a worker has something to say, its time is over or `most_ms` have passed; reads
 * frames and hands them on. A worker that ended has end != HS_WORKER_RUNNING, has been waited for,
 * and all its frames have been handed on. Idle entries (pid 0) are passed over. */
void hs_workers_wait(struct hs_worker *workers, size_t n, uint64_t most_ms,
                     hs_worker_frame_fn frame, void *payload);

/* Kills the process group if it runs, and frees. Safe twice. */
void hs_worker_dispose(struct hs_worker *w);

/* "killed by SIGSEGV", "time limit (10 s)", "ended with code 3": for a message. */
void hs_worker_describe(struct hs_str *out, const struct hs_worker *w);

#endif

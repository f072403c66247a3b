#include "grade/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "grade/sandbox.h"

enum {
    REPORT_FD = 3,
    HEAD = 5,
    TAIL = 4,
    MOST_WORKERS = 64,
    CHUNK = 1 << 16,
    GONE = 74,
    MOST_IN = 4 << 20
};
static const uint64_t ns_per_ms = 1000000;

struct hs_worker_limits hs_worker_limits_default(void)
{
    return (
        struct hs_worker_limits){.wall_ms = 10000, .memory = (size_t)1 << 30, .cpu_seconds = 60};
}

static uint32_t checksum(char kind, const unsigned char *p, size_t n)
{
    uint32_t h = (2166136261U ^ (unsigned char)kind) * 16777619U;

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 16777619U;
    return h;
}

/* ---- the child ---- */

static bool write_all(const unsigned char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(REPORT_FD, p, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool hs_worker_send(char kind, const void *payload, size_t n)
{
    unsigned char head[HEAD], tail[TAIL];

    if (n > HS_FRAME_MOST)
        return false;
    hs_write_le(head, n, 4);
    head[4] = (unsigned char)kind;
    hs_write_le(tail, checksum(kind, payload, n), TAIL);
    return write_all(head, sizeof head) && write_all(payload, n) && write_all(tail, sizeof tail);
}

static _Noreturn void child(const struct hs_worker_limits *limits, pid_t parent, int fd,
                            hs_worker_fn run, void *payload)
{
    const struct hs_sandbox_limits box = {.memory = limits->memory,
                                          .cpu_seconds = limits->cpu_seconds};

    setpgid(0, 0);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is the parent's to judge */
    signal(SIGPIPE, SIG_IGN);
    if (!hs_sandbox_limit(&box, parent, fd))
        _exit(GONE);
    _exit(run(payload));
}

/* ---- the parent ---- */

static pid_t fork_twice_tried(void)
{
    pid_t pid = fork();

    if (pid < 0 && (errno == EAGAIN || errno == ENOMEM)) {
        poll(NULL, 0, 100);
        pid = fork();
    }
    return pid;
}

enum hs_status hs_worker_start(struct hs_worker *w, const struct hs_worker_limits *limits,
                               hs_worker_fn run, void *payload, struct hs_error *err)
{
    pid_t parent = getpid(), pid;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return hs_fail(err, HS_EIO, "no pipe for a grading process: %s", strerror(errno));
    pid = fork_twice_tried();
    if (pid == 0) {
        close(ends[0]);
        child(limits, parent, ends[1], run, payload);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return hs_fail(err, HS_EIO, "no process for grading: %s", strerror(errno));
    }
    (void)setpgid(pid, pid); /* both sides, so that neither has to wait for the other */
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    hs_str_clear(&w->in);
    w->pid = pid;
    w->fd = ends[0];
    w->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    w->wall_ns = limits->wall_ms * ns_per_ms;
    w->deadline = hs_clock_monotonic_ns() + w->wall_ns;
    w->end = HS_WORKER_RUNNING;
    w->code = 0;
    return HS_OK;
}

static void close_both(struct hs_worker *w)
{
    if (w->fd >= 0)
        close(w->fd);
    if (w->pidfd >= 0)
        close(w->pidfd);
    w->fd = w->pidfd = -1;
}

/* Kills the group and reaps the leader. A leader that ended by itself keeps its own status. */
static void finish(struct hs_worker *w, enum hs_worker_end why)
{
    int status = 0;

    kill(-w->pid, SIGKILL);
    if (why != HS_WORKER_EXITED)
        kill(w->pid, SIGKILL);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    w->pid = 0;
    w->end = why;
    w->code = 0;
    if (why == HS_WORKER_EXITED && WIFSIGNALED(status)) {
        w->end = HS_WORKER_KILLED;
        w->code = WTERMSIG(status);
    } else if (why == HS_WORKER_EXITED) {
        w->code = WEXITSTATUS(status);
    }
    close_both(w);
}

/* Hands on every whole frame at the front of w->in; false when one is damaged. */
static bool take_frames(struct hs_worker *w, size_t index, hs_worker_frame_fn frame, void *payload)
{
    size_t at = 0;

    for (;;) {
        const unsigned char *p = (const unsigned char *)w->in.buf + at;
        size_t left = w->in.len - at, n;

        if (left < HEAD)
            break;
        n = (size_t)hs_read_le(p, 4);
        if (n > HS_FRAME_MOST)
            return false;
        if (left < HEAD + n + TAIL)
            break;
        if (hs_read_le(p + HEAD + n, TAIL) != checksum((char)p[4], p + HEAD, n))
            return false;
        w->deadline = hs_clock_monotonic_ns() + w->wall_ns;
        frame(payload, index, (char)p[4], (struct hs_bytes){p + HEAD, n});
        at += HEAD + n + TAIL;
    }
    if (at > 0) {
        memmove(w->in.buf, w->in.buf + at, w->in.len - at);
        hs_str_truncate(&w->in, w->in.len - at);
    }
    return true;
}

/* Reads what is there. Returns 1 while more may come, 0 at the end of the stream, -1 for damage. */
static int receive(struct hs_worker *w, size_t index, hs_worker_frame_fn frame, void *payload)
{
    char chunk[CHUNK];

    for (;;) {
        ssize_t got = read(w->fd, chunk, sizeof chunk);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? 1 : -1;
        if (got == 0)
            return 0;
        hs_str_add_bytes(&w->in, chunk, (size_t)got);
        if (!hs_str_ok(&w->in) || !take_frames(w, index, frame, payload) || w->in.len > MOST_IN)
            return -1;
    }
}

static uint64_t wait_ms(const struct hs_worker *workers, size_t n, uint64_t most_ms)
{
    uint64_t now = hs_clock_monotonic_ns(), least = most_ms;

    for (size_t i = 0; i < n; i++) {
        uint64_t left;

        if (workers[i].pid == 0)
            continue;
        left = workers[i].deadline > now ? (workers[i].deadline - now) / ns_per_ms + 1 : 0;
        least = left < least ? left : least;
    }
    return least;
}

/* One worker after poll(): its frames, then its end. The pidfd tells of a death even while a
 * grandchild holds the pipe open. */
static void serve(struct hs_worker *w, size_t index, bool readable, bool dead,
                  hs_worker_frame_fn frame, void *payload)
{
    int more = 1;

    if (readable || dead)
        more = receive(w, index, frame, payload);
    if (more < 0)
        finish(w, HS_WORKER_KILLED);
    else if (more == 0 || dead)
        finish(w, HS_WORKER_EXITED);
    else if (hs_clock_monotonic_ns() >= w->deadline)
        finish(w, HS_WORKER_TIMEOUT);
}

void hs_workers_wait(struct hs_worker *workers, size_t n, uint64_t most_ms,
                     hs_worker_frame_fn frame, void *payload)
{
    struct pollfd fds[2 * MOST_WORKERS];

    n = n < MOST_WORKERS ? n : MOST_WORKERS;
    for (size_t i = 0; i < n; i++) {
        fds[2 * i] =
            (struct pollfd){.fd = workers[i].pid != 0 ? workers[i].fd : -1, .events = POLLIN};
        fds[2 * i + 1] =
            (struct pollfd){.fd = workers[i].pid != 0 ? workers[i].pidfd : -1, .events = POLLIN};
    }
    if (poll(fds, 2 * n, (int)wait_ms(workers, n, most_ms)) < 0)
        return; /* a signal: the caller looks at its flag and comes again */
    for (size_t i = 0; i < n; i++)
        if (workers[i].pid != 0)
            serve(&workers[i], i, fds[2 * i].revents != 0, fds[2 * i + 1].revents != 0, frame,
                  payload);
}

void hs_worker_dispose(struct hs_worker *w)
{
    if (w->pid != 0)
        finish(w, HS_WORKER_KILLED);
    close_both(w);
    hs_str_dispose(&w->in);
}

void hs_worker_describe(struct hs_str *out, const struct hs_worker *w)
{
    const char *name;

    switch (w->end) {
    case HS_WORKER_TIMEOUT:
        hs_str_printf(out, "time limit (%.1f s)", (double)w->wall_ns / 1e9);
        return;
    case HS_WORKER_KILLED:
        name = w->code != 0 ? sigabbrev_np(w->code) : NULL;
        if (name != NULL)
            hs_str_printf(out, "killed by SIG%s%s", name,
                          w->code == SIGXCPU ? " (processor time limit)" : "");
        else
            hs_str_add(out, "killed for a damaged message");
        return;
    case HS_WORKER_EXITED:
        hs_str_printf(out, "ended with code %d", w->code);
        return;
    case HS_WORKER_RUNNING:
        hs_str_add(out, "still running");
        return;
    }
}

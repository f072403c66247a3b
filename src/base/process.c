#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum hs_status hs_process_start(struct hs_process *out, const char *const *argv, const char *dir,
                                const char *log, struct hs_error *err)
{
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);

    out->pid = -1;
    if (failed == 0) {
        int flags = O_WRONLY | O_CREAT | O_TRUNC;

        failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (failed == 0)
            failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, flags, 0600);
        if (failed == 0)
            failed = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        if (failed == 0)
            failed = posix_spawn_file_actions_addchdir_np(&actions, dir);
        if (failed == 0)
            failed = posix_spawnp(&out->pid, argv[0], &actions, NULL,
                                  (char *const *)(uintptr_t)argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (failed == ENOENT)
        return hs_fail(err, HS_ENOTFOUND, "there is no program %s on this machine", argv[0]);
    if (failed != 0)
        return hs_fail(err, HS_EIO, "%s cannot be started: %s", argv[0], strerror(failed));
    return HS_OK;
}

static int exit_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool hs_process_ended(struct hs_process *p, int *code)
{
    int status = 0;
    pid_t got;

    if (p->pid <= 0)
        return true;
    do
        got = waitpid(p->pid, &status, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return false;
    *code = got < 0 ? 127 : exit_code(status);
    p->pid = -1;
    return true;
}

void hs_process_stop(struct hs_process *p)
{
    int status;

    if (p->pid <= 0)
        return;
    kill(p->pid, SIGTERM);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    p->pid = -1;
}

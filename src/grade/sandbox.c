#include "grade/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

enum { REPORT_FD = 3, MOST_FILES = 16, STACK_BYTES = 8 << 20 };

/* Rights that a ruleset of ABI 1 knows; later ones are added by hs_sandbox_lock() when the kernel
 * has them. */
static const uint64_t rights_abi1 =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;
enum { RIGHT_REFER = 1 << 13, RIGHT_TRUNCATE = 1 << 14 };

/* Character-set conversion (GB18030 names in archives) loads tables from here while it runs. */
static const char *const readable[] = {"/usr/lib", "/lib", "/usr/share/i18n"};

static void limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit r = {soft, hard};

    (void)setrlimit((__rlimit_resource_t)resource, &r); /* an already lower hard limit is as good */
}

static void limit_resources(const struct hs_sandbox_limits *limits)
{
#ifndef HS_SANITIZED
    if (limits->memory > 0)
        limit(RLIMIT_AS, limits->memory, limits->memory);
    limit(RLIMIT_STACK, STACK_BYTES, STACK_BYTES);
#endif
    if (limits->cpu_seconds > 0)
        limit(RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_NOFILE, MOST_FILES, MOST_FILES);
    limit(RLIMIT_NPROC, 0, 0);
}

bool hs_sandbox_limit(const struct hs_sandbox_limits *limits, pid_t parent, int keep)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        return false;
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
#ifndef HS_SANITIZED
        dup2(null, STDERR_FILENO);
#endif
    }
    if (keep != REPORT_FD && dup2(keep, REPORT_FD) < 0)
        return false;
    (void)syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0);
    prctl(PR_SET_DUMPABLE, 0);
    limit_resources(limits);
    return true;
}

static int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return abi < 0 ? 0 : (int)abi;
}

static void allow_reading(int ruleset, const char *path)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE};

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return;
    (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
}

/* False when the kernel has no Landlock. */
static bool lock_files(void)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = rights_abi1};
    int abi = landlock_abi(), ruleset;
    bool locked;

    if (abi >= 2)
        attr.handled_access_fs |= RIGHT_REFER;
    if (abi >= 3)
        attr.handled_access_fs |= RIGHT_TRUNCATE;
    if (abi == 0)
        return false;
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
    if (ruleset < 0)
        return false;
    for (size_t i = 0; i < HS_COUNTOF(readable); i++)
        allow_reading(ruleset, readable[i]);
    locked = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return locked;
}

#ifndef HS_SANITIZED
static void lock_kernel(bool files_are_locked)
{
    static const int allowed[] = {SCMP_SYS(read),
                                  SCMP_SYS(write),
                                  SCMP_SYS(close),
                                  SCMP_SYS(fstat),
                                  SCMP_SYS(newfstatat),
                                  SCMP_SYS(lseek),
                                  SCMP_SYS(munmap),
                                  SCMP_SYS(mremap),
                                  SCMP_SYS(mmap),
                                  SCMP_SYS(mprotect),
                                  SCMP_SYS(brk),
                                  SCMP_SYS(madvise),
                                  SCMP_SYS(futex),
                                  SCMP_SYS(clock_gettime),
                                  SCMP_SYS(getrandom),
                                  SCMP_SYS(rt_sigaction),
                                  SCMP_SYS(rt_sigprocmask),
                                  SCMP_SYS(rt_sigreturn),
                                  SCMP_SYS(exit),
                                  SCMP_SYS(exit_group),
                                  SCMP_SYS(poll),
                                  SCMP_SYS(pread64),
                                  SCMP_SYS(getpid),
                                  SCMP_SYS(gettid),
                                  SCMP_SYS(tgkill),
                                  SCMP_SYS(restart_syscall)};
    static const int deadly[] = {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
                                 SCMP_SYS(socket)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int failed = 0;

    if (filter == NULL)
        return;
    for (size_t i = 0; i < HS_COUNTOF(allowed); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < HS_COUNTOF(deadly); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
    if (files_are_locked) /* Landlock decides which; never for writing */
        failed |=
            seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
    if (failed == 0)
        (void)seccomp_load(filter);
    seccomp_release(filter);
}
#endif

void hs_sandbox_lock(void)
{
    bool files_are_locked;

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    files_are_locked = lock_files();
#ifndef HS_SANITIZED
    lock_kernel(files_are_locked);
#else
    (void)files_are_locked;
#endif
}

struct hs_sandbox_support hs_sandbox_support(void)
{
    struct hs_sandbox_support s = {.landlock_abi = landlock_abi()};

#ifndef HS_SANITIZED
    s.seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
#endif
    return s;
}

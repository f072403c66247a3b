#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/openat2.h>

#include "base/mem.h"
#include "base/path.h"

enum { OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY };

/* The rest of a regular file behind fd: at most limit bytes, whatever its size says. */
static enum hs_status read_fd(struct hs_bytes *out, struct hs_arena *arena, int fd,
                              const char *path, size_t limit, struct hs_error *err)
{
    struct stat st;
    unsigned char *data;
    size_t size, have = 0;

    if (fstat(fd, &st) != 0)
        return hs_fail(err, HS_EIO, "%s: cannot be examined: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return hs_fail(err, HS_EIO, "%s: is a folder, a file is wanted", path);
    if (!S_ISREG(st.st_mode))
        return hs_fail(err, HS_EIO, "%s: is no regular file", path);
    if ((uintmax_t)st.st_size > limit)
        return hs_fail(err, HS_ELIMIT,
                       "%s: has %jd bytes, the limit is %zu (--limit-file raises it)", path,
                       (intmax_t)st.st_size, limit);
    size = (size_t)st.st_size;
    data = hs_arena_alloc(arena, size + 1, 1);
    if (data == NULL)
        return hs_fail(err, HS_ENOMEM, "%s: no memory for its %zu bytes", path, size);
    while (have <= size) {
        ssize_t n = read(fd, data + have, size + 1 - have);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return hs_fail(err, HS_EIO, "%s: reading failed: %s", path, strerror(errno));
        if (n == 0)
            break;
        have += (size_t)n;
    }
    if (have != size)
        return hs_fail(err, HS_EIO, "%s: changed while it was read; try again", path);
    *out = (struct hs_bytes){data, size};
    return HS_OK;
}

enum hs_status hs_file_read(struct hs_bytes *out, struct hs_arena *arena, const char *path,
                            size_t limit, struct hs_error *err)
{
    int fd = open(path, OPEN_FLAGS);
    enum hs_status st;

    if (fd < 0)
        return hs_fail(err, HS_EIO, "%s: cannot be opened: %s", path, strerror(errno));
    st = read_fd(out, arena, fd, path, limit, err);
    close(fd);
    return st;
}

/* Component by component without following links, for kernels without openat2. */
static int open_stepwise(int root, const char *name, int flags)
{
    int dir = dup(root);

    while (dir >= 0) {
        size_t n = strcspn(name, "/");
        char part[256];
        int next;

        if (n == 0 || n >= sizeof part) {
            close(dir);
            errno = EINVAL;
            return -1;
        }
        memcpy(part, name, n);
        part[n] = '\0';
        next = openat(dir, part,
                      (name[n] == '/' ? O_RDONLY | O_DIRECTORY | O_CLOEXEC : flags) | O_NOFOLLOW);
        close(dir);
        if (next < 0 || name[n] == '\0')
            return next;
        dir = next;
        name += n + 1;
    }
    return -1;
}

/* openat2 beneath `root`; never a link, never outside. */
static int open_below(int root, const char *name, int flags)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)flags,
                           .resolve =
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, root, name, &how, sizeof how);

    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_stepwise(root, name, flags);
    return (int)fd;
}

enum hs_status hs_file_read_below(struct hs_bytes *out, struct hs_arena *arena, const char *root,
                                  const char *name, size_t limit, struct hs_error *err)
{
    enum hs_status st;
    int dir, fd;

    if (!hs_path_is_safe(name, strlen(name)))
        return hs_fail(err, HS_EIO, "%s: is no name below the folder (no \"..\", no leading \"/\")",
                       name);
    dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return hs_fail(err, HS_EIO, "%s: cannot be opened: %s", root, strerror(errno));
    fd = open_below(dir, name, OPEN_FLAGS);
    close(dir);
    if (fd < 0 && (errno == ELOOP || errno == EXDEV))
        return hs_fail(
            err, HS_EIO,
            "%s: is a symbolic link or leads outside the folder; hand in the file itself", name);
    if (fd < 0)
        return hs_fail(err, HS_EIO, "%s: cannot be opened: %s", name, strerror(errno));
    st = read_fd(out, arena, fd, name, limit, err);
    close(fd);
    return st;
}

static enum hs_status write_all(int fd, const char *path, const unsigned char *data, size_t size,
                                struct hs_error *err)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return hs_fail(err, HS_EIO, "%s: cannot be written: %s", path, strerror(errno));
        data += n;
        size -= (size_t)n;
    }
    if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
        return hs_fail(err, HS_EIO, "%s: cannot be written: %s", path, strerror(errno));
    return HS_OK;
}

/* Makes the rename last: the folder's entry is written too. */
static void sync_folder(const char *path)
{
    struct hs_str dir = HS_STR_INIT;
    const char *base = hs_path_base(path);
    int fd;

    if (base == path)
        hs_str_add(&dir, ".");
    else
        hs_str_add_bytes(&dir, path, (size_t)(base - path));
    fd = hs_str_ok(&dir) ? open(dir.buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    hs_str_dispose(&dir);
}

/* A device or pipe (/dev/stdout, a FIFO) takes the bytes as they come: renaming a file over it would take it
 * away from everybody else. */
static enum hs_status write_in_place(const char *path, const void *data, size_t size, struct hs_error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    enum hs_status st;

    if (fd < 0)
        return hs_fail(err, HS_EIO, "%s: cannot be written: %s", path, strerror(errno));
    st = write_all(fd, path, data, size, err);
    if (close(fd) != 0 && st == HS_OK)
        st = hs_fail(err, HS_EIO, "%s: cannot be written: %s", path, strerror(errno));
    return st;
}

/* The file that is being written, for hs_file_abandon(); a signal handler reads it. */
static const char *volatile under_way;

void hs_file_abandon(void)
{
    const char *name = under_way;

    if (name != NULL)
        unlink(name);
}

enum hs_status hs_file_write(const char *path, const void *data, size_t size, struct hs_error *err)
{
    struct hs_str temporary = HS_STR_INIT;
    const char *base = hs_path_base(path);
    struct stat target;
    enum hs_status st;
    int fd;

    /* /dev/stdout may lead to a regular file, and is no place for a rename all the same */
    if (strncmp(path, "/dev/", 5) == 0 || (stat(path, &target) == 0 && (S_ISCHR(target.st_mode) ||
                                                                       S_ISFIFO(target.st_mode))))
        return write_in_place(path, data, size, err);
    hs_str_printf(&temporary, "%.*s.%s.tmp-%ld", (int)(base - path), path, base, (long)getpid());
    if (!hs_str_ok(&temporary))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    under_way = temporary.buf;
    fd = open(temporary.buf, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0) {
        st = hs_fail(err, HS_EIO, "%s: cannot be written: %s", path, strerror(errno));
        goto done;
    }
    st = write_all(fd, path, data, size, err);
    if (close(fd) != 0 && st == HS_OK)
        st = hs_fail(err, HS_EIO, "%s: cannot be written: %s", path, strerror(errno));
    if (st == HS_OK && rename(temporary.buf, path) != 0)
        st = hs_fail(err, HS_EIO, "%s: cannot be replaced: %s", path, strerror(errno));
    if (st == HS_OK)
        sync_folder(path);
    else
        unlink(temporary.buf);
done:
    under_way = NULL;
    hs_str_dispose(&temporary);
    return st;
}

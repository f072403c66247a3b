#include "base/path.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

const char *hs_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

const char *hs_path_ext(const char *path)
{
    const char *base = hs_path_base(path), *dot = strrchr(base, '.');

    return dot != NULL && dot != base ? dot + 1 : "";
}

bool hs_path_has_ext(const char *path, const char *ext)
{
    return strcasecmp(hs_path_ext(path), ext) == 0;
}

void hs_path_join(struct hs_str *out, const char *dir, const char *name)
{
    hs_str_clear(out);
    if (name[0] != '/' && dir[0] != '\0') {
        hs_str_add(out, dir);
        if (!hs_ends_with(dir, "/"))
            hs_str_add_char(out, '/');
    }
    hs_str_add(out, name);
}

static bool component_is_safe(const char *c, size_t n)
{
    if (n == 0 || n > 255)
        return false;
    return !(n == 1 && c[0] == '.') && !(n == 2 && c[0] == '.' && c[1] == '.');
}

bool hs_path_is_safe(const char *name, size_t n)
{
    size_t start = 0;

    if (n == 0 || n > 4096 || memchr(name, '\0', n) != NULL || memchr(name, '\\', n) != NULL)
        return false;
    if (n >= 2 && name[1] == ':')
        return false;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && name[i] != '/')
            continue;
        if (!component_is_safe(name + start, i - start))
            return false;
        start = i + 1;
    }
    return true;
}

enum hs_status hs_path_make_dirs(const char *path, mode_t mode, struct hs_error *err)
{
    struct hs_str part = HS_STR_INIT;
    enum hs_status st = HS_OK;

    for (size_t i = 1; st == HS_OK; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        hs_str_clear(&part);
        hs_str_add_bytes(&part, path, i);
        if (!hs_str_ok(&part))
            st = hs_fail(err, HS_ENOMEM, "out of memory");
        else if (mkdir(part.buf, mode) != 0 && errno != EEXIST)
            st = hs_fail(err, HS_EIO, "%s: cannot make this folder: %s", part.buf, strerror(errno));
        if (path[i] == '\0')
            break;
    }
    if (st == HS_OK && !hs_path_is_dir(path))
        st = hs_fail(err, HS_EIO, "%s: is in the way and is no folder", path);
    hs_str_dispose(&part);
    return st;
}

bool hs_path_is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool hs_path_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

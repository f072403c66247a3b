#include "base/env.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

const char *hs_env(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static const struct {
    const char *variable, *fallback, *name;
} xdg[] = {
    [HS_XDG_CONFIG] = {"XDG_CONFIG_HOME", ".config", "config"},
    [HS_XDG_DATA] = {"XDG_DATA_HOME", ".local/share", "data"},
    [HS_XDG_STATE] = {"XDG_STATE_HOME", ".local/state", "state"},
    [HS_XDG_CACHE] = {"XDG_CACHE_HOME", ".cache", "cache"},
};

enum hs_status hs_env_dir(struct hs_str *out, enum hs_xdg kind, bool make, struct hs_error *err)
{
    const char *own = hs_env("HALFSTEP_HOME"), *base = hs_env(xdg[kind].variable), *home = hs_env("HOME");

    hs_str_clear(out);
    if (own != NULL)
        hs_str_printf(out, "%s/%s", own, xdg[kind].name);
    else if (base != NULL && base[0] == '/')
        hs_str_printf(out, "%s/halfstep", base);
    else if (home != NULL)
        hs_str_printf(out, "%s/%s/halfstep", home, xdg[kind].fallback);
    else
        return hs_fail(err, HS_ENOTFOUND, "neither HOME nor %s is set; set HALFSTEP_HOME to a folder",
                       xdg[kind].variable);
    if (!hs_str_ok(out))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    return make ? hs_path_make_dirs(out->buf, 0700, err) : HS_OK;
}

enum hs_status hs_env_self(struct hs_str *out, struct hs_error *err)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n <= 0)
        return hs_fail(err, HS_EIO, "cannot find the program's own file: %s", strerror(errno));
    path[n] = '\0';
    hs_str_clear(out);
    hs_str_add(out, path);
    return hs_str_ok(out) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

/* Calls back with root/name where that is a folder. */
static bool try_root(const char *root, size_t n, const char *name, bool (*visit)(void *, const char *),
                     void *payload)
{
    struct hs_str path = HS_STR_INIT;
    struct stat st;
    bool go_on = true;

    hs_str_add_bytes(&path, root, n);
    hs_str_printf(&path, "/%s", name);
    if (hs_str_ok(&path) && stat(path.buf, &st) == 0)
        go_on = visit(payload, path.buf);
    hs_str_dispose(&path);
    return go_on;
}

void hs_env_each_share(const char *name, bool (*visit)(void *payload, const char *dir), void *payload)
{
    static const char *const beside[] = {"share/halfstep", "../share/halfstep"};
    const char *list = hs_env("HALFSTEP_PATH");
    struct hs_str self = HS_STR_INIT, root = HS_STR_INIT;
    bool go_on = true;

    if (hs_env_self(&self, NULL) == HS_OK) {
        size_t dir = (size_t)(strrchr(self.buf, '/') - self.buf);

        for (size_t i = 0; i < sizeof beside / sizeof *beside && go_on; i++) {
            hs_str_clear(&root);
            hs_str_printf(&root, "%.*s/%s", (int)dir, self.buf, beside[i]);
            go_on = try_root(root.buf, root.len, name, visit, payload);
        }
    }
    while (go_on && list != NULL && *list != '\0') {
        size_t n = strcspn(list, ":");

        if (n != 0)
            go_on = try_root(list, n, name, visit, payload);
        list += n + (list[n] == ':');
    }
    hs_str_dispose(&self);
    hs_str_dispose(&root);
}

static bool keep_first(void *payload, const char *dir)
{
    hs_str_add(payload, dir);
    return false;
}

enum hs_status hs_env_share(struct hs_str *out, const char *name, struct hs_error *err)
{
    hs_str_clear(out);
    hs_env_each_share(name, keep_first, out);
    if (!hs_str_ok(out))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    if (out->len == 0)
        return hs_fail(err, HS_ENOTFOUND,
                       "%s is neither beside the program nor in HALFSTEP_PATH; install halfstep again "
                       "or set HALFSTEP_PATH to the folder that holds lessons, graders and assets",
                       name);
    return HS_OK;
}

void hs_env_set_locale(void)
{
    setlocale(LC_CTYPE, ""); /* never LC_ALL: numbers keep their decimal point */
}

bool hs_env_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The only place that reads the environment and knows where the program's own files are. */
#ifndef HS_BASE_ENV_H
#define HS_BASE_ENV_H

#include <stdbool.h>

#include "base/status.h"
#include "base/str.h"

/* A variable's value; NULL when unset or empty (NO_COLOR's rule: empty is as good as unset). */
const char *hs_env(const char *name);

/* Kinds of private folders, after the XDG Base Directory specification. */
enum hs_xdg { HS_XDG_CONFIG, HS_XDG_DATA, HS_XDG_STATE, HS_XDG_CACHE };

/* "<XDG folder>/halfstep", made (0700) when `make`. HALFSTEP_HOME, when set, replaces all four by
 * "$HALFSTEP_HOME/{config,data,state,cache}". HS_ENOTFOUND when there is no home. */
HS_MUST_USE enum hs_status hs_env_dir(struct hs_str *out, enum hs_xdg kind, bool make, struct hs_error *err);

/* Finds "lessons/…", "graders/…" or "assets/…": in the build tree or install prefix that the running
 * program is part of, then in each folder of $HALFSTEP_PATH (colon-separated). HS_ENOTFOUND names
 * the places tried. `visit` order is the same for hs_env_each_share, which calls back for every existing
 * folder `name`; it stops when the callback returns false. */
HS_MUST_USE enum hs_status hs_env_share(struct hs_str *out, const char *name, struct hs_error *err);
void hs_env_each_share(const char *name, bool (*visit)(void *payload, const char *dir), void *payload);

/* Absolute path of the running program. */
HS_MUST_USE enum hs_status hs_env_self(struct hs_str *out, struct hs_error *err);

/* True when the locale's character set is UTF-8 (setlocale(LC_CTYPE, "") is called once, at start). */
void hs_env_set_locale(void);
bool hs_env_is_utf8(void);

#endif

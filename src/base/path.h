/* File paths as text, and folders. Opening files of strangers is io/file.h. */
#ifndef HS_BASE_PATH_H
#define HS_BASE_PATH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"
#include "base/str.h"

/* The part behind the last '/' ("a/b.npy" -> "b.npy"); the whole text when there is none. */
const char *hs_path_base(const char *path);

/* The part behind the last '.' of the base name, without the dot; "" when there is none. */
const char *hs_path_ext(const char *path);

/* True when that part is `ext`, in any case ("A.NPY", "npy"). */
bool hs_path_has_ext(const char *path, const char *ext);

/* out = dir/name, with one slash; `name` alone when dir is "" or name is absolute. */
void hs_path_join(struct hs_str *out, const char *dir, const char *name);

/* True when a member name stays below its root: not empty, not absolute, no "..", no empty or "."
 * component, no backslash, no drive letter, no NUL, components <= 255 and the whole <= 4096 bytes. */
bool hs_path_is_safe(const char *name, size_t n);

/* mkdir -p. */
HS_MUST_USE enum hs_status hs_path_make_dirs(const char *path, mode_t mode, struct hs_error *err);

bool hs_path_is_dir(const char *path);
bool hs_path_exists(const char *path);

#endif

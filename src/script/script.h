/* The Lua box (ROBUSTNESS 5): one Lua 5.4 state with an allow-list of libraries, budgets of memory,
 * instructions and wall time, and the halfstep libraries (one file each: script/lua_<id>.c, one
 * line in libs.def).
 *
 * Values cross as struct hs_value. A state that met a limit is not closed with lua_close;
 * hs_script_free() knows. */
#ifndef HS_SCRIPT_SCRIPT_H
#define HS_SCRIPT_SCRIPT_H

#include "base/bytes.h"
#include "base/rng.h"
#include "base/status.h"
#include "base/str.h"
#include "tensor/value.h"

struct lua_State;
struct hs_script;

enum hs_script_files {
    HS_FILES_NONE,
    HS_FILES_BELOW
}; /* tensor.load and friends: nothing, or below one root */

struct hs_script_config {
    size_t memory;         /* bytes; 0 = no limit. Default 64 MiB */
    uint64_t instructions; /* VM instructions of one call; 0 = no limit. Default 200 million */
    uint64_t wall_ms;      /* of one call; 0 = no limit */
    enum hs_script_files files;
    const char *read_root;  /* folder for reading; borrowed while the state lives */
    const char *write_root; /* folder for writing; NULL = no writing */
    bool may_train;         /* nn.train and its like, within the budgets above */
    uint64_t seed;          /* of math.random and tensor.random */
    bool trust_patterns; /* patterns of any cost: only where a worker's wall clock stands behind the
                            script */
    void (*print)(void *payload, const char *text, size_t n); /* NULL: kept in the capped log */
    void *payload;
};

struct hs_script_config hs_script_config_default(void);

HS_MUST_USE enum hs_status
hs_script_new(struct hs_script **out, const struct hs_script_config *config, struct hs_error *err);
void hs_script_free(struct hs_script *s);

/* Registers a further library of C functions as a global table (lesson and grade do this for ask.*,
 * expect.* …). Called before the box is locked, that is, before the first hs_script_load. */
HS_MUST_USE enum hs_status hs_script_add_library(struct hs_script *s, const char *name,
                                                 int (*open)(struct lua_State *L),
                                                 struct hs_error *err);

/* Sets a global to a value (read-only for the script). */
HS_MUST_USE enum hs_status hs_script_set(struct hs_script *s, const char *name,
                                         const struct hs_value *v, struct hs_error *err);

/* Compiles text ("t" mode only, never bytecode) as a chunk named `name` and runs it; its results
 * become *result (a list when there are several; may be NULL). `first_line` is added to line
 * numbers, for cells inside a Markdown file. Errors are HS_ESCRIPT with source and line, HS_ELIMIT
 * for a budget. */
HS_MUST_USE enum hs_status hs_script_run(struct hs_script *s, struct hs_value *result,
                                         struct hs_arena *arena, struct hs_bytes text,
                                         const char *name, int first_line,
                                         const struct hs_value *args, struct hs_error *err);

/* Functions inside returned values cross as {["function"]=ref} integers in a map of one key
 * "function"; hs_script_call calls such a reference. hs_script_unref gives it back. */
HS_MUST_USE enum hs_status hs_script_call(struct hs_script *s, struct hs_value *result,
                                          struct hs_arena *arena, int64_t ref,
                                          const struct hs_value *args, size_t nargs,
                                          struct hs_error *err);
void hs_script_unref(struct hs_script *s, int64_t ref);

/* True after a budget was met: results are not to be trusted, whatever the script returned. */
bool hs_script_exhausted(const struct hs_script *s);

/* The N of error{code=N} in the last call, else -1. */
int hs_script_exit_code(const struct hs_script *s);

/* What the script printed when no print callback was set: 16 KiB head and tail. */
const char *hs_script_log(const struct hs_script *s);

/* The arena that lives as long as the state, and its payload for libraries. */
struct hs_arena *hs_script_arena(struct hs_script *s);

#endif

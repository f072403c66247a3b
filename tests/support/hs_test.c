#include "hs_test.h"

#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void hs_assert_status_(enum hs_status got, enum hs_status wanted, const struct hs_error *err, const char *what,
                       const char *file, int line)
{
    if (got != wanted) {
        print_error("%s\n  gave %s, wanted %s: %s\n", what, hs_status_name(got), hs_status_name(wanted),
                    err != NULL ? err->text : "");
        _fail(file, line);
    }
}

void hs_assert_close_(double got, double want, double tolerance, const char *what, const char *file, int line)
{
    if (!(fabs(got - want) <= tolerance)) {
        print_error("%s is %.17g, wanted %.17g within %g\n", what, got, want, tolerance);
        _fail(file, line);
    }
}

void hs_assert_contains_(const char *text, const char *part, const char *file, int line)
{
    if (part != NULL && strstr(text, part) == NULL) {
        print_error("no \"%s\" in:\n%s\n", part, text);
        _fail(file, line);
    }
}

int hs_arena_setup(void **state)
{
    struct hs_arena *arena = calloc(1, sizeof *arena);

    *state = arena;
    return arena == NULL;
}

int hs_arena_teardown(void **state)
{
    hs_arena_dispose(*state);
    free(*state);
    return 0;
}

static const char *joined(const char *variable, const char *name)
{
    static char path[2][4096];
    static int turn;
    const char *root = getenv(variable);

    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", root != NULL ? root : ".", name);
    return path[turn];
}

const char *hs_test_tmp(void)
{
    static char dir[4096];
    char command[8300];

    snprintf(dir, sizeof dir, "%s/%d", getenv("HALFSTEP_TEST_TMP") != NULL ? getenv("HALFSTEP_TEST_TMP") : "/tmp",
             (int)getpid());
    snprintf(command, sizeof command, "rm -rf '%s' && mkdir -p '%s'", dir, dir);
    if (system(command) != 0)
        fail_msg("cannot make %s", dir);
    return dir;
}

const char *hs_test_source(const char *name)
{
    return joined("HALFSTEP_SOURCE", name);
}

const char *hs_test_shared(const char *name)
{
    const char *path = joined("HALFSTEP_SHARED", name);

    return access(path, R_OK) == 0 ? path : NULL;
}

void *hs_test_read(struct hs_arena *arena, const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    char *data;

    if (f == NULL || fstat(fileno(f), &st) != 0)
        fail_msg("%s: cannot be read", path);
    data = hs_arena_alloc(arena, (size_t)st.st_size + 1, 1);
    *size = fread(data, 1, (size_t)st.st_size, f);
    data[*size] = '\0';
    fclose(f);
    return data;
}

void hs_test_write(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        fail_msg("%s: cannot be written", path);
}

int hs_test_run(struct hs_str *output, const char *dir, const char *arguments)
{
    struct hs_str command = HS_STR_INIT;
    char buf[4096];
    FILE *pipe;
    size_t n;
    int status;

    hs_str_printf(&command, "cd '%s' && '%s' %s 2>&1 </dev/null", dir != NULL ? dir : getenv("HALFSTEP_SOURCE"),
                  getenv("HALFSTEP_BINARY"), arguments);
    pipe = popen(command.buf, "r");
    hs_str_dispose(&command);
    if (pipe == NULL)
        fail_msg("cannot start the program");
    hs_str_clear(output);
    while ((n = fread(buf, 1, sizeof buf, pipe)) > 0)
        hs_str_add_bytes(output, buf, n);
    status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

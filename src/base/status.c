#include "base/status.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *meaning;
    int exit_code;
} rows[HS_STATUS_COUNT] = {
#define HS_STATUS(name, exit_code, meaning) [HS_##name] = {#name, meaning, exit_code},
#include "base/status.def"
#undef HS_STATUS
};

enum hs_status hs_vfail(struct hs_error *err, enum hs_status code, const char *fmt, va_list args)
{
    if (err != NULL && err->code == HS_OK) {
        err->code = code;
        vsnprintf(err->text, sizeof err->text, fmt, args);
    }
    return code;
}

enum hs_status hs_fail(struct hs_error *err, enum hs_status code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    hs_vfail(err, code, fmt, args);
    va_end(args);
    return code;
}

enum hs_status hs_fail_at(struct hs_error *err, enum hs_status code, const char *source, int line,
                          int column, const char *fmt, ...)
{
    va_list args;

    if (err != NULL && err->code == HS_OK) {
        err->line = line;
        err->column = column;
        snprintf(err->source, sizeof err->source, "%s", source != NULL ? source : "");
    }
    va_start(args, fmt);
    hs_vfail(err, code, fmt, args);
    va_end(args);
    return code;
}

void hs_error_prefix(struct hs_error *err, const char *fmt, ...)
{
    char text[sizeof err->text], joined[sizeof err->text * 2 + 4];
    va_list args;

    if (err == NULL || err->code == HS_OK)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    snprintf(joined, sizeof joined, "%s: %s", text, err->text);
    joined[sizeof err->text - 1] = '\0';
    memcpy(err->text, joined, sizeof err->text);
}

void hs_error_clear(struct hs_error *err)
{
    if (err != NULL)
        *err = HS_ERROR_INIT;
}

const char *hs_status_name(enum hs_status code)
{
    return rows[code].name;
}

const char *hs_status_meaning(enum hs_status code)
{
    return rows[code].meaning;
}

int hs_status_exit_code(enum hs_status code)
{
    return rows[code].exit_code;
}

const char *hs_version(void)
{
    return HS_VERSION;
}

#include "algebra/expr.h"

#include <string.h>

#include "base/mem.h"

enum { MOST_NAMES = 256 };

size_t hs_symbols_find(const struct hs_symbols *s, const char *name, size_t length)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->names[i][0] == name[0] && strncmp(s->names[i], name, length) == 0 &&
            s->names[i][length] == '\0')
            return i;
    return (size_t)-1;
}

size_t hs_symbols_add(struct hs_symbols *s, const char *name)
{
    size_t found = hs_symbols_find(s, name, strlen(name));

    if (found != (size_t)-1)
        return found;
    if (s->n == s->cap) {
        size_t cap = s->cap != 0 ? s->cap * 2 : 16;
        const char **grown = hs_arena_alloc(s->arena, cap, sizeof *grown);

        if (grown == NULL)
            return (size_t)-1;
        if (s->n != 0)
            memcpy(grown, s->names, s->n * sizeof *grown);
        s->names = grown;
        s->cap = cap;
    }
    s->names[s->n] = hs_arena_strdup(s->arena, name);
    return s->names[s->n] != NULL ? s->n++ : (size_t)-1;
}

enum hs_status hs_symbols_init(struct hs_symbols *out, struct hs_arena *arena,
                               const char *const *names, size_t count, struct hs_error *err)
{
    struct hs_symbols s = {.arena = arena, .closed = count > 0};

    if (count > MOST_NAMES)
        return hs_fail(err, HS_ELIMIT, "%zu names; a question has at most %d", count, MOST_NAMES);
    for (size_t i = 0; i < count; i++)
        if (hs_symbols_add(&s, names[i]) == (size_t)-1)
            return hs_fail(err, HS_ENOMEM, "out of memory for the names of a question");
    *out = s;
    return HS_OK;
}

bool hs_symbols_is_scale(const struct hs_symbols *s, size_t symbol)
{
    return strncmp(s->names[symbol], "s_", 2) == 0;
}

const char *hs_fault_name(enum hs_fault_kind kind)
{
    static const char *const names[] = {
#define HS_FAULT(id, name, sentence) name,
#include "algebra/faults.def"
#undef HS_FAULT
    };

    return names[kind];
}

bool hs_expr_is_integer(const struct hs_expr *e, int64_t *value)
{
    int64_t v = 0;

    if (e->kind != HS_EXPR_NUMBER)
        return false;
    for (const char *p = e->text; *p != '\0'; p++) {
        if (*p == '.') {
            if (p[strspn(p, ".0")] != '\0')
                return false;
            break;
        }
        if (v > (INT64_MAX - 9) / 10)
            return false;
        v = v * 10 + (*p - '0');
    }
    *value = v;
    return true;
}

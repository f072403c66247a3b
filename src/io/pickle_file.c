#include "io/pickle_file.h"

#include <string.h>

#include "base/utf8.h"

bool hs_container_remark(struct hs_container *c, const char *fmt, ...)
{
    struct hs_str text = HS_STR_INIT;
    va_list args;
    char *copy;

    va_start(args, fmt);
    hs_str_vprintf(&text, fmt, args);
    va_end(args);
    copy = hs_str_ok(&text) ? hs_arena_strdup(&c->arena, text.buf) : NULL;
    hs_str_dispose(&text);
    return copy != NULL && HS_VEC_PUSH(&c->remarks, copy);
}

enum hs_status hs_pickle_file(struct hs_pickle *p, struct hs_bytes bytes)
{
    struct hs_container *c = p->container;
    struct hs_node *root;
    size_t used;
    bool ok = true;
    enum hs_status st = hs_pickle_read(&root, &used, p, bytes);

    if (st == HS_OK && used != bytes.len)
        st = hs_fail(p->err, HS_EFORMAT, "%s: %zu bytes stand behind the pickle", p->source,
                     bytes.len - used);
    if (st == HS_OK)
        st = hs_pickle_entries(p, root);
    if (st != HS_OK)
        return st;
    for (size_t i = 0; i < c->opaque.len && i < 20; i++)
        ok = ok &&
             hs_container_remark(c, "contains %s: read as data, not executed", c->opaque.items[i]);
    for (size_t i = 0; i < c->suspicious.len; i++)
        ok = ok && hs_container_remark(
                       c, "tries to run a program when loaded (%s): do not open it with Python",
                       c->suspicious.items[i]);
    return ok ? HS_OK : hs_fail(p->err, HS_ENOMEM, "out of memory");
}

/* A bare pickle: protocol 2 and later begin with PROTO and end with STOP. */
static bool sniff(struct hs_bytes b, const char *name)
{
    if (hs_ends_with(name, ".pkl") || hs_ends_with(name, ".pickle"))
        return true; /* protocols 0 and 1 have no magic */
    return b.len >= 3 && b.data[0] == 0x80 && b.data[1] <= 5 && b.data[b.len - 1] == '.';
}

static enum hs_status read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_pickle p = {.container = out, .limits = limits, .source = name, .err = err};

    out->format = "pickle";
    return hs_pickle_file(&p, bytes);
}

const struct hs_reader hs_reader_pickle = {.id = "pickle",
                                           .help =
                                               "Python objects, read as data and never executed",
                                           .sniff = sniff,
                                           .read = read};

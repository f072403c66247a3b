#include "io/pickle_machine.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { POOL = 64 }; /* nodes made at a time */

bool hs_node_make_array(struct hs_pickle *p, struct hs_node *n, enum hs_node_kind kind)
{
    struct hs_node_array *a = hs_arena_alloc_zero(&p->container->arena, 1, sizeof *a);

    if (a == NULL)
        return false;
    a->axis = -1;
    n->array = a;
    n->kind = kind;
    return true;
}

struct hs_node *hs_node_new(struct hs_pickle *p, enum hs_node_kind kind)
{
    struct hs_node *n;

    if (p->pool_left == 0) {
        p->pool = hs_arena_alloc_zero(&p->container->arena, POOL, sizeof *p->pool);
        if (p->pool == NULL)
            return NULL;
        p->pool_left = POOL;
    }
    n = &p->pool[--p->pool_left];
    n->kind = kind;
    if (kind == HS_NODE_TENSOR || kind == HS_NODE_STORAGE)
        return hs_node_make_array(p, n, kind) ? n : NULL;
    return n;
}

bool hs_node_push(struct hs_pickle *p, struct hs_node *list, struct hs_node *item)
{
    if (list->n == list->cap) {
        size_t cap = list->cap != 0 ? list->cap * 2 : 4;
        struct hs_node **grown = hs_arena_alloc(&p->container->arena, cap, sizeof *grown);

        if (grown == NULL)
            return false;
        if (list->n != 0)
            memcpy(grown, list->items, list->n * sizeof *grown);
        list->items = grown;
        list->cap = cap;
    }
    list->items[list->n++] = item;
    return true;
}

bool hs_node_is_text(const struct hs_node *n, const char *text)
{
    return n != NULL && n->text != NULL && strcmp(n->text, text) == 0;
}

enum hs_status hs_machine_bad(struct hs_machine *m, const char *what)
{
    return hs_fail(m->p->err, HS_EFORMAT, "%s: broken pickle at byte %zu: %s", m->p->source, m->at,
                   what);
}

enum hs_status hs_machine_no_memory(struct hs_machine *m)
{
    return hs_fail(m->p->err, HS_ENOMEM, "%s: out of memory", m->p->source);
}

enum hs_status hs_machine_push(struct hs_machine *m, struct hs_node *n)
{
    return n != NULL && HS_VEC_PUSH(&m->stack, n) ? HS_OK : hs_machine_no_memory(m);
}

/* Items above the last mark may not be popped past it. */
size_t hs_machine_floor_of(const struct hs_machine *m)
{
    return m->marks.len != 0 ? m->marks.items[m->marks.len - 1] : 0;
}

struct hs_node *hs_machine_pop(struct hs_machine *m)
{
    return m->stack.len > hs_machine_floor_of(m) ? m->stack.items[--m->stack.len] : NULL;
}

struct hs_node *hs_machine_top(struct hs_machine *m)
{
    return m->stack.len > hs_machine_floor_of(m) ? m->stack.items[m->stack.len - 1] : NULL;
}

/* Everything above the last mark as the items of a new node; the mark goes too. */
enum hs_status hs_machine_pop_mark(struct hs_machine *m, enum hs_node_kind kind,
                                   struct hs_node **out)
{
    struct hs_node *n;
    size_t from;

    if (m->marks.len == 0)
        return hs_machine_bad(m, "a mark is missing");
    n = hs_node_new(m->p, kind);
    if (n == NULL)
        return hs_machine_no_memory(m);
    from = m->marks.items[--m->marks.len];
    for (size_t i = from; i < m->stack.len; i++)
        if (!hs_node_push(m->p, n, m->stack.items[i]))
            return hs_machine_no_memory(m);
    m->stack.len = from;
    *out = n;
    return HS_OK;
}

bool hs_machine_take(struct hs_machine *m, size_t n, const unsigned char **out)
{
    if (n > m->bytes.len - m->at)
        return false;
    *out = m->bytes.data + m->at;
    m->at += n;
    return true;
}

/* A line without its end. */
bool hs_machine_line(struct hs_machine *m, const char **text, size_t *n)
{
    const unsigned char *from = m->bytes.data + m->at, *end;

    end = m->at < m->bytes.len ? memchr(from, '\n', m->bytes.len - m->at) : NULL;
    if (end == NULL)
        return false;
    *text = (const char *)from;
    *n = (size_t)(end - from);
    m->at += *n + 1;
    if (*n > 0 && (*text)[*n - 1] == '\r')
        (*n)--;
    return true;
}

enum hs_status hs_machine_push_text(struct hs_machine *m, enum hs_node_kind kind, const void *text,
                                    size_t n)
{
    struct hs_node *node = hs_node_new(m->p, kind);

    if (node == NULL)
        return hs_machine_no_memory(m);
    node->text = hs_arena_strndup(&m->p->container->arena, text, n);
    node->len = n;
    return node->text != NULL ? hs_machine_push(m, node) : hs_machine_no_memory(m);
}

enum hs_status hs_machine_push_int(struct hs_machine *m, int64_t v)
{
    struct hs_node *n = hs_node_new(m->p, HS_NODE_INT);

    if (n == NULL)
        return hs_machine_no_memory(m);
    n->integer = v;
    n->number = (double)v;
    return hs_machine_push(m, n);
}

enum hs_status hs_machine_push_bool(struct hs_machine *m, bool v)
{
    struct hs_node *n = hs_node_new(m->p, HS_NODE_BOOL);

    if (n == NULL)
        return hs_machine_no_memory(m);
    n->integer = v;
    n->number = v;
    return hs_machine_push(m, n);
}

enum hs_status hs_machine_push_float(struct hs_machine *m, double v)
{
    struct hs_node *n = hs_node_new(m->p, HS_NODE_FLOAT);

    if (n == NULL)
        return hs_machine_no_memory(m);
    n->number = v;
    return hs_machine_push(m, n);
}

/* An integer beyond 64 bits: as the nearest double. */
static enum hs_status push_big(struct hs_machine *m, double v)
{
    struct hs_node *node = hs_node_new(m->p, HS_NODE_BIG);

    if (node == NULL)
        return hs_machine_no_memory(m);
    node->number = v;
    return hs_machine_push(m, node);
}

/* A little-endian two's complement integer of any length. */
enum hs_status hs_machine_push_long(struct hs_machine *m, size_t n)
{
    const unsigned char *d;
    double v = 0;

    if (!hs_machine_take(m, n, &d))
        return hs_machine_bad(m, "an integer reaches past the end");
    if (n == 0)
        return hs_machine_push_int(m, 0);
    if (n <= 8) {
        uint64_t u = hs_read_le(d, n);

        if (n < 8 && (d[n - 1] & 0x80) != 0)
            u |= ~(uint64_t)0 << (8 * n);
        return hs_machine_push_int(m, (int64_t)u);
    }
    for (size_t i = n; i-- > 0;)
        v = v * 256 + d[i];     /* overflows to infinity, which says enough */
    if ((d[n - 1] & 0x80) != 0) /* two's complement; past a double's range it is minus infinity */
        v = isinf(v) ? -v : v - ldexp(1, (int)(8 * n));
    return push_big(m, v);
}

/* `digits` hexadecimal digits; false when there are others. */
static bool hexadecimal(const char *text, size_t n, size_t digits, uint32_t *out)
{
    static const char all[] = "0123456789abcdef0123456789ABCDEF";
    uint32_t v = 0;

    if (n < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        const char *hit = text[i] != '\0' ? strchr(all, text[i]) : NULL;

        if (hit == NULL)
            return false;
        v = v << 4 | (uint32_t)((hit - all) % 16);
    }
    *out = v;
    return true;
}

/* One escape behind a backslash: how many characters it has (0: none of ours) and what it means. */
static size_t escape(const char *text, size_t n, bool unicode, uint32_t *out)
{
    static const char letters[] = "ntr\\'\"abfv", meanings[] = "\n\t\r\\'\"\a\b\f\v";
    const char *hit;

    if (unicode)
        return n > 0 && text[0] == 'u' && hexadecimal(text + 1, n - 1, 4, out)   ? 5
               : n > 0 && text[0] == 'U' && hexadecimal(text + 1, n - 1, 8, out) ? 9
                                                                                 : 0;
    if (n > 0 && text[0] == 'x' && hexadecimal(text + 1, n - 1, 2, out))
        return 3;
    hit = n > 0 && text[0] != '\0' ? strchr(letters, text[0]) : NULL;
    if (hit == NULL)
        return 0;
    *out = (uint32_t)(unsigned char)meanings[hit - letters];
    return 1;
}

/* Protocol 0 writes str as raw-unicode-escape (\uXXXX, other bytes are latin-1), and the str of
 * Python 2 as a Python literal; both become UTF-8. */
static enum hs_status push_escaped(struct hs_machine *m, const char *text, size_t n, bool unicode)
{
    struct hs_str out = HS_STR_INIT;
    enum hs_status st;

    for (size_t i = 0; i < n;) {
        uint32_t c = (unsigned char)text[i];
        size_t used = text[i] == '\\' ? escape(text + i + 1, n - i - 1, unicode, &c) : 0;
        char utf8[4];

        hs_str_add_bytes(&out, utf8, hs_utf8_encode(c, utf8));
        i += 1 + used;
    }
    st = hs_str_ok(&out) ? hs_machine_push_text(m, HS_NODE_STRING, out.buf, out.len)
                         : hs_machine_no_memory(m);
    hs_str_dispose(&out);
    return st;
}

/* Text opcodes of protocol 0: I, L, F, S, V. */
enum hs_status hs_machine_push_line(struct hs_machine *m, int op)
{
    const char *text;
    char copy[64], *end;
    size_t n;

    if (!hs_machine_line(m, &text, &n))
        return hs_machine_bad(m, "a line has no end");
    if (op == 'S' || op == 'V') {
        if (op == 'V')
            return push_escaped(m, text, n, true);
        if (n >= 2 && (text[0] == '\'' || text[0] == '"') && text[n - 1] == text[0])
            return push_escaped(m, text + 1, n - 2, false);
        return hs_machine_bad(m, "a string has no quotes");
    }
    if (n >= sizeof copy)
        return hs_machine_bad(m, "a number is too long");
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (op == 'I' && (strcmp(copy, "00") == 0 || strcmp(copy, "01") == 0))
        return hs_machine_push_bool(m, copy[1] == '1');
    if (op == 'F') {
        double v = strtod(copy, &end);

        return end != copy && *end == '\0' ? hs_machine_push_float(m, v)
                                           : hs_machine_bad(m, "a float cannot be read");
    }
    if (n > 0 && copy[n - 1] == 'L')
        copy[n - 1] = '\0';
    {
        long long v;
        double big = strtod(copy, &end);

        if (end == copy || *end != '\0' || strpbrk(copy, ".eExXnNiI") != NULL)
            return hs_machine_bad(m, "an integer cannot be read");
        errno = 0;
        v = strtoll(copy, NULL, 10);
        return errno == 0 ? hs_machine_push_int(m, v) : push_big(m, big);
    }
}

enum hs_status hs_machine_put(struct hs_machine *m, uint64_t index)
{
    if (hs_machine_top(m) == NULL)
        return hs_machine_bad(m, "nothing to remember");
    if (index >= m->p->limits->pickle_memo)
        return hs_fail(m->p->err, HS_ELIMIT, "%s: the pickle remembers more than %zu values",
                       m->p->source, m->p->limits->pickle_memo);
    while (m->memo.len <= index)
        if (!HS_VEC_PUSH(&m->memo, NULL))
            return hs_machine_no_memory(m);
    m->memo.items[index] = hs_machine_top(m);
    return HS_OK;
}

enum hs_status hs_machine_get(struct hs_machine *m, uint64_t index)
{
    if (index >= m->memo.len || m->memo.items[index] == NULL)
        return hs_machine_bad(m, "a value was never remembered");
    return hs_machine_push(m, m->memo.items[index]);
}

enum hs_status hs_machine_memo_line(struct hs_machine *m, bool is_put)
{
    const char *text;
    size_t n;
    uint64_t index = 0;

    if (!hs_machine_line(m, &text, &n) || n == 0 || n > 9)
        return hs_machine_bad(m, "a memo number cannot be read");
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return hs_machine_bad(m, "a memo number cannot be read");
        index = index * 10 + (uint64_t)(text[i] - '0');
    }
    return is_put ? hs_machine_put(m, index) : hs_machine_get(m, index);
}

#include "io/pickle_machine.h"

#include <string.h>

#include "base/mem.h"

enum { MAX_MARKS = 10000 };

static enum hs_status push_global(struct hs_machine *m, const char *module, size_t nm,
                                  const char *name, size_t nn)
{
    struct hs_node *g = hs_node_new(m->p, HS_NODE_GLOBAL);

    if (g == NULL)
        return hs_machine_no_memory(m);
    g->text = hs_arena_printf(&m->p->container->arena, "%.*s.%.*s", (int)(nm < 500 ? nm : 500),
                              module, (int)(nn < 500 ? nn : 500), name);
    return g->text != NULL ? hs_machine_push(m, g) : hs_machine_no_memory(m);
}

static enum hs_status global_line(struct hs_machine *m)
{
    const char *module, *name;
    size_t nm, nn;

    if (!hs_machine_line(m, &module, &nm) || !hs_machine_line(m, &name, &nn))
        return hs_machine_bad(m, "a global has no end");
    return push_global(m, module, nm, name, nn);
}

static enum hs_status stack_global(struct hs_machine *m)
{
    struct hs_node *name = hs_machine_pop(m), *module = hs_machine_pop(m);

    if (name == NULL || module == NULL || name->kind != HS_NODE_STRING ||
        module->kind != HS_NODE_STRING)
        return hs_machine_bad(m, "a global needs two names");
    return push_global(m, module->text, module->len, name->text, name->len);
}

/* callable(*args): the callable is a global, or an opaque object that was itself built. */
static enum hs_status call(struct hs_machine *m, struct hs_node *callable, struct hs_node *args)
{
    struct hs_node *result;
    enum hs_status st;

    if (callable == NULL || args == NULL)
        return hs_machine_bad(m, "a call has too few operands");
    if (args->kind != HS_NODE_TUPLE && args->kind != HS_NODE_LIST)
        return hs_machine_bad(m, "the arguments of a call are no tuple");
    if (callable->kind != HS_NODE_GLOBAL && callable->kind != HS_NODE_OBJECT)
        return hs_machine_bad(m, "what is called is no name");
    st = hs_pickle_call(&result, m->p, callable->text, args);
    return st == HS_OK ? hs_machine_push(m, result) : st;
}

static enum hs_status call_with_mark(struct hs_machine *m, int op)
{
    struct hs_node *args, *callable;
    enum hs_status st = hs_machine_pop_mark(m, HS_NODE_TUPLE, &args);

    if (st != HS_OK)
        return st;
    if (op == 'i') {
        st = global_line(m);
        return st == HS_OK ? (callable = hs_machine_pop(m), call(m, callable, args)) : st;
    }
    if (args->n == 0)
        return hs_machine_bad(m, "an object has no class"); /* OBJ: the class is the first item */
    callable = args->items[0];
    args->items++;
    args->n--;
    args->cap--;
    return call(m, callable, args);
}

static enum hs_status append_items(struct hs_machine *m, struct hs_node *into,
                                   struct hs_node *items)
{
    if (into == NULL)
        return hs_machine_bad(m, "there is nothing to add to");
    if (into->kind != HS_NODE_LIST && into->kind != HS_NODE_DICT && into->kind != HS_NODE_OBJECT)
        return hs_machine_bad(m, "items are added to something that holds none");
    if (into->kind == HS_NODE_DICT && items->n % 2 != 0)
        return hs_machine_bad(m, "a key has no value");
    for (size_t i = 0; i < items->n; i++)
        if (!hs_node_push(m->p, into, items->items[i]))
            return hs_machine_no_memory(m);
    return HS_OK;
}

static enum hs_status append_one(struct hs_machine *m, size_t count)
{
    struct hs_node items = {0}, *two[2];

    for (size_t i = count; i-- > 0;) {
        two[i] = hs_machine_pop(m);
        if (two[i] == NULL)
            return hs_machine_bad(m, "an item is missing");
    }
    items.items = two;
    items.n = count;
    return append_items(m, hs_machine_top(m), &items);
}

static enum hs_status append_marked(struct hs_machine *m)
{
    struct hs_node *items;
    enum hs_status st = hs_machine_pop_mark(m, HS_NODE_LIST, &items);

    return st == HS_OK ? append_items(m, hs_machine_top(m), items) : st;
}

static enum hs_status tuple_of(struct hs_machine *m, size_t count)
{
    struct hs_node *t = hs_node_new(m->p, HS_NODE_TUPLE), *items[3];

    for (size_t i = count; i-- > 0;) {
        items[i] = hs_machine_pop(m);
        if (items[i] == NULL)
            return hs_machine_bad(m, "a tuple has too few items");
    }
    for (size_t i = 0; t != NULL && i < count; i++)
        if (!hs_node_push(m->p, t, items[i]))
            return hs_machine_no_memory(m);
    return hs_machine_push(m, t);
}

static enum hs_status marked(struct hs_machine *m, enum hs_node_kind kind)
{
    struct hs_node *n;
    enum hs_status st = hs_machine_pop_mark(m, kind, &n);

    if (st == HS_OK && kind == HS_NODE_DICT && n->n % 2 != 0)
        return hs_machine_bad(m, "a key has no value");
    return st == HS_OK ? hs_machine_push(m, n) : st;
}

/* Strings and bytes with a length of `width` bytes in front. */
static enum hs_status counted(struct hs_machine *m, size_t width, enum hs_node_kind kind)
{
    const unsigned char *d;
    uint64_t n;

    if (!hs_machine_take(m, width, &d))
        return hs_machine_bad(m, "a length reaches past the end");
    n = hs_read_le(d, width);
    if (n > m->bytes.len - m->at || !hs_machine_take(m, (size_t)n, &d))
        return hs_machine_bad(m, "a string reaches past the end");
    return hs_machine_push_text(m, kind, d, (size_t)n);
}

static enum hs_status fixed(struct hs_machine *m, size_t width, uint64_t *out)
{
    const unsigned char *d;

    if (!hs_machine_take(m, width, &d))
        return hs_machine_bad(m, "an argument reaches past the end");
    *out = hs_read_le(d, width);
    return HS_OK;
}

static enum hs_status build(struct hs_machine *m)
{
    struct hs_node *state = hs_machine_pop(m), *object = hs_machine_top(m);

    if (state == NULL || object == NULL)
        return hs_machine_bad(m, "an object and its state are missing");
    return hs_pickle_build(m->p, object, state);
}

static enum hs_status persistent(struct hs_machine *m)
{
    struct hs_node *id = hs_machine_pop(m), *result;
    enum hs_status st;

    if (id == NULL)
        return hs_machine_bad(m, "a persistent id is missing");
    st = hs_pickle_persistent(&result, m->p, id);
    return st == HS_OK ? hs_machine_push(m, result) : st;
}

static enum hs_status new_object(struct hs_machine *m, bool with_keywords)
{
    struct hs_node *keywords = with_keywords ? hs_machine_pop(m) : NULL, *args = hs_machine_pop(m),
                   *class = hs_machine_pop(m);

    if (with_keywords && keywords == NULL)
        return hs_machine_bad(m, "an object has no keywords");
    return call(m, class, args);
}

static enum hs_status read_float(struct hs_machine *m)
{
    const unsigned char *d;
    unsigned char swapped[8];
    double v;

    if (!hs_machine_take(m, 8, &d))
        return hs_machine_bad(m, "a float reaches past the end");
    for (int i = 0; i < 8; i++)
        swapped[i] = d[7 - i];
    memcpy(&v, swapped, sizeof v);
    return hs_machine_push_float(m, v);
}

/* Opcodes that carry a number of `width` bytes: integers, memo numbers, integer and string lengths.
 */
static enum hs_status with_number(struct hs_machine *m, int op)
{
    uint64_t v = 0;
    enum hs_status st = fixed(m,
                              op == 'K' || op == 'q' || op == 'h' || op == 0x8a ? 1
                              : op == 'M'                                       ? 2
                                                                                : 4,
                              &v);

    if (st != HS_OK)
        return st;
    switch (op) {
    case 'J':
        return hs_machine_push_int(m, (int32_t)(uint32_t)v);
    case 'K':
    case 'M':
        return hs_machine_push_int(m, (int64_t)v);
    case 'q':
    case 'r':
        return hs_machine_put(m, v);
    case 'h':
    case 'j':
        return hs_machine_get(m, v);
    default:
        return hs_machine_push_long(m, (size_t)v); /* LONG1, LONG4 */
    }
}

static enum hs_status op_none(struct hs_machine *m, int op)
{
    (void)op;
    return hs_machine_push(m, hs_node_new(m->p, HS_NODE_NONE));
}

static enum hs_status op_bool(struct hs_machine *m, int op)
{
    return hs_machine_push_bool(m, op == 0x88);
}

static enum hs_status op_float(struct hs_machine *m, int op)
{
    (void)op;
    return read_float(m);
}

static enum hs_status op_text(struct hs_machine *m, int op)
{
    size_t width = op == 'U' || op == 0x8c || op == 'C'  ? 1
                   : op == 'T' || op == 'X' || op == 'B' ? 4
                                                         : 8;
    bool bytes = op == 'C' || op == 'B' || op == 0x8e || op == 0x96;

    return counted(m, width, bytes ? HS_NODE_BYTES : HS_NODE_STRING);
}

static enum hs_status op_empty(struct hs_machine *m, int op)
{
    enum hs_node_kind kind = op == '}' ? HS_NODE_DICT : op == ')' ? HS_NODE_TUPLE : HS_NODE_LIST;

    return hs_machine_push(m, hs_node_new(m->p, kind));
}

static enum hs_status op_tuple(struct hs_machine *m, int op)
{
    return tuple_of(m, (size_t)(op - 0x84));
}

static enum hs_status op_marked(struct hs_machine *m, int op)
{
    return marked(m, op == 't' ? HS_NODE_TUPLE : op == 'd' ? HS_NODE_DICT : HS_NODE_LIST);
}

static enum hs_status op_append(struct hs_machine *m, int op)
{
    if (op == 'a' || op == 's')
        return append_one(m, op == 'a' ? 1 : 2);
    return append_marked(m);
}

static enum hs_status op_memo_line(struct hs_machine *m, int op)
{
    return hs_machine_memo_line(m, op == 'p');
}

static enum hs_status op_memoize(struct hs_machine *m, int op)
{
    (void)op;
    return hs_machine_put(m, m->memo.len);
}

static enum hs_status op_global(struct hs_machine *m, int op)
{
    return op == 'c' ? global_line(m) : stack_global(m);
}

static enum hs_status op_reduce(struct hs_machine *m, int op)
{
    struct hs_node *args = hs_machine_pop(m), *callable = hs_machine_pop(m);

    (void)op;
    return call(m, callable, args);
}

static enum hs_status op_new(struct hs_machine *m, int op)
{
    return new_object(m, op == 0x92);
}

static enum hs_status op_build(struct hs_machine *m, int op)
{
    (void)op;
    return build(m);
}

static enum hs_status op_persistent(struct hs_machine *m, int op)
{
    return op == 'Q' ? persistent(m) : hs_machine_bad(m, "a persistent id as text");
}

static enum hs_status op_mark(struct hs_machine *m, int op)
{
    (void)op;
    if (m->marks.len >= MAX_MARKS)
        return hs_fail(m->p->err, HS_ELIMIT, "%s: the pickle nests too deeply", m->p->source);
    return HS_VEC_PUSH(&m->marks, m->stack.len) ? HS_OK : hs_machine_no_memory(m);
}

static enum hs_status op_stop(struct hs_machine *m, int op)
{
    (void)op;
    m->done = true;
    return HS_OK;
}

static enum hs_status op_pop(struct hs_machine *m, int op)
{
    struct hs_node *ignored;

    if (op == '1')
        return hs_machine_pop_mark(m, HS_NODE_LIST, &ignored);
    if (m->stack.len == hs_machine_floor_of(m) && m->marks.len != 0) {
        m->marks.len--; /* POP takes a mark too */
        return HS_OK;
    }
    return hs_machine_pop(m) != NULL ? HS_OK : hs_machine_bad(m, "the stack is empty");
}

static enum hs_status op_dup(struct hs_machine *m, int op)
{
    struct hs_node *n = hs_machine_top(m);

    (void)op;
    return n != NULL ? hs_machine_push(m, n) : hs_machine_bad(m, "the stack is empty");
}

static enum hs_status op_protocol(struct hs_machine *m, int op)
{
    const unsigned char *d;

    (void)op;
    if (!hs_machine_take(m, 1, &d))
        return hs_machine_bad(m, "the protocol is missing");
    return d[0] <= 5 ? HS_OK
                     : hs_fail(m->p->err, HS_EVERSION, "%s: pickle protocol %d; 0 to 5 are read",
                               m->p->source, d[0]);
}

static enum hs_status op_frame(struct hs_machine *m, int op)
{
    uint64_t ignored;

    (void)op;
    return fixed(m, 8, &ignored);
}

typedef enum hs_status op_fn(struct hs_machine *m, int op);

/* What is not in the table is refused. */
static op_fn *const ops[256] = {
    ['N'] = op_none,
    [0x88] = op_bool,
    [0x89] = op_bool,
    ['I'] = hs_machine_push_line,
    ['L'] = hs_machine_push_line,
    ['F'] = hs_machine_push_line,
    ['S'] = hs_machine_push_line,
    ['V'] = hs_machine_push_line,
    ['J'] = with_number,
    ['K'] = with_number,
    ['M'] = with_number,
    ['q'] = with_number,
    ['r'] = with_number,
    ['h'] = with_number,
    ['j'] = with_number,
    [0x8a] = with_number,
    [0x8b] = with_number,
    ['G'] = op_float,
    ['U'] = op_text,
    [0x8c] = op_text,
    ['T'] = op_text,
    ['X'] = op_text,
    [0x8d] = op_text,
    ['C'] = op_text,
    ['B'] = op_text,
    [0x8e] = op_text,
    [0x96] = op_text,
    [']'] = op_empty,
    [0x8f] = op_empty,
    ['}'] = op_empty,
    [')'] = op_empty,
    [0x85] = op_tuple,
    [0x86] = op_tuple,
    [0x87] = op_tuple,
    ['t'] = op_marked,
    ['l'] = op_marked,
    [0x91] = op_marked,
    ['d'] = op_marked,
    ['a'] = op_append,
    ['s'] = op_append,
    ['e'] = op_append,
    ['u'] = op_append,
    [0x90] = op_append,
    ['p'] = op_memo_line,
    ['g'] = op_memo_line,
    [0x94] = op_memoize,
    ['c'] = op_global,
    [0x93] = op_global,
    ['R'] = op_reduce,
    ['o'] = call_with_mark,
    ['i'] = call_with_mark,
    [0x81] = op_new,
    [0x92] = op_new,
    ['b'] = op_build,
    ['Q'] = op_persistent,
    ['P'] = op_persistent,
    ['('] = op_mark,
    ['.'] = op_stop,
    ['0'] = op_pop,
    ['1'] = op_pop,
    ['2'] = op_dup,
    [0x80] = op_protocol,
    [0x95] = op_frame,
};

static enum hs_status run(struct hs_machine *m)
{
    enum hs_status st = HS_OK;

    while (!m->done && st == HS_OK) {
        int op;

        if (m->at >= m->bytes.len)
            return hs_machine_bad(m, "it has no end");
        if (++m->opcodes > m->p->limits->pickle_opcodes)
            return hs_fail(m->p->err, HS_ELIMIT, "%s: the pickle has more than %zu instructions",
                           m->p->source, m->p->limits->pickle_opcodes);
        op = m->bytes.data[m->at];
        if (ops[op] == NULL)
            return hs_machine_bad(m, "an instruction that is not read");
        m->at++;
        st = ops[op](m, op);
    }
    return st;
}

enum hs_status hs_pickle_read(struct hs_node **out, size_t *used, struct hs_pickle *p,
                              struct hs_bytes bytes)
{
    struct hs_machine m = {.p = p, .bytes = bytes};
    enum hs_status st = run(&m);

    if (st == HS_OK && m.stack.len == 0)
        st = hs_machine_bad(&m, "it ends without a value");
    if (st == HS_OK) {
        *out = m.stack.items[m.stack.len - 1];
        *used = m.at;
    }
    HS_VEC_DISPOSE(&m.stack);
    HS_VEC_DISPOSE(&m.marks);
    HS_VEC_DISPOSE(&m.memo);
    return st;
}

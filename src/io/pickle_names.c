/* The closed list of names; everything else stays an opaque node. */
#include "io/pickle_types.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum hs_status hs_node_bad(struct hs_pickle *p, const char *what)
{
    return hs_fail(p->err, HS_EFORMAT, "%s: %s", p->source, what);
}

enum hs_status hs_node_no_memory(struct hs_pickle *p)
{
    return hs_fail(p->err, HS_ENOMEM, "%s: out of memory", p->source);
}

const struct hs_node *hs_node_arg(const struct hs_node *args, size_t i, enum hs_node_kind kind)
{
    return i < args->n && args->items[i]->kind == kind ? args->items[i] : NULL;
}

/* A tuple or list of whole numbers of 0 or more. */
bool hs_node_sizes(const struct hs_node *t, size_t *out, int *n)
{
    if (t == NULL || (t->kind != HS_NODE_TUPLE && t->kind != HS_NODE_LIST) || t->n > HS_MAX_DIMS)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        if (t->items[i]->kind != HS_NODE_INT || t->items[i]->integer < 0)
            return false;
        out[i] = (size_t)t->items[i]->integer;
    }
    *n = (int)t->n;
    return true;
}

/* Callables that would run a program or reach outside when a pickle is loaded. */
static bool is_suspicious(const char *name)
{
    static const char *const modules[] = {"os.",
                                          "posix.",
                                          "nt.",
                                          "subprocess.",
                                          "sys.",
                                          "shutil.",
                                          "socket.",
                                          "pty.",
                                          "runpy.",
                                          "importlib.",
                                          "ctypes.",
                                          "webbrowser.",
                                          "commands.",
                                          "platform.",
                                          "multiprocessing.",
                                          "pickle.",
                                          "code.",
                                          "asyncio.",
                                          "urllib.",
                                          "requests.",
                                          "marshal.",
                                          "pydoc.",
                                          "timeit.",
                                          "cProfile.",
                                          "profile.",
                                          "bdb.",
                                          "pdb.",
                                          "pip.",
                                          "ftplib.",
                                          "http.",
                                          "_posixsubprocess.",
                                          "torch.hub.",
                                          "types.FunctionType",
                                          "types.CodeType"};
    static const char *const names[] = {"eval",       "exec",    "execfile", "compile", "open",
                                        "__import__", "getattr", "setattr",  "apply",   "input",
                                        "breakpoint", "globals", "vars"};
    const char *last = strrchr(name, '.');

    for (size_t i = 0; i < HS_COUNTOF(modules); i++)
        if (hs_starts_with(name, modules[i]))
            return true;
    if (!hs_starts_with(name, "builtins.") && !hs_starts_with(name, "__builtin__."))
        return false;
    for (size_t i = 0; i < HS_COUNTOF(names); i++)
        if (strcmp(last + 1, names[i]) == 0)
            return true;
    return false;
}

enum { MAX_NAMES = 1000 }; /* classes that are reported of one file */

static bool remember(const char *name, struct hs_container *c, bool suspicious)
{
    size_t n = suspicious ? c->suspicious.len : c->opaque.len;

    if (n >= MAX_NAMES) /* the search below is linear */
        return true;
    for (size_t i = 0; i < n; i++)
        if (strcmp(suspicious ? c->suspicious.items[i] : c->opaque.items[i], name) == 0)
            return true;
    return suspicious ? HS_VEC_PUSH(&c->suspicious, name) : HS_VEC_PUSH(&c->opaque, name);
}

static enum hs_status opaque(struct hs_node **out, struct hs_pickle *p, const char *name,
                             struct hs_node *args)
{
    struct hs_node *n = hs_node_new(p, HS_NODE_OBJECT);

    if (n == NULL || !remember(name, p->container, false) ||
        (is_suspicious(name) && !remember(name, p->container, true)))
        return hs_node_no_memory(p);
    n->text = name;
    n->args = args;
    *out = n;
    return HS_OK;
}

/* list(x), tuple(x), set(x), dict(), OrderedDict([(k, v) …]), Size((…)) … */
static enum hs_status collection(struct hs_node **out, struct hs_pickle *p, enum hs_node_kind kind,
                                 struct hs_node *args)
{
    struct hs_node *n = hs_node_new(p, kind), *from = args->n > 0 ? args->items[0] : NULL;

    if (n == NULL)
        return hs_node_no_memory(p);
    for (size_t i = 0; from != NULL && i < from->n; i++) {
        struct hs_node *item = from->items[i];

        if (kind == HS_NODE_DICT && from->kind != HS_NODE_DICT) {
            if (item->n != 2 || (item->kind != HS_NODE_TUPLE && item->kind != HS_NODE_LIST))
                return hs_node_bad(p, "a dictionary is made of something that is no pairs");
            if (!hs_node_push(p, n, item->items[0]) || !hs_node_push(p, n, item->items[1]))
                return hs_node_no_memory(p);
        } else if (!hs_node_push(p, n, item)) {
            return hs_node_no_memory(p);
        }
    }
    *out = n;
    return HS_OK;
}

static enum hs_status encode(struct hs_node **out, struct hs_pickle *p, const struct hs_node *args)
{
    const struct hs_node *text = hs_node_arg(args, 0, HS_NODE_STRING);
    struct hs_node *n = hs_node_new(p, HS_NODE_STRING);

    if (n == NULL)
        return hs_node_no_memory(p);
    if (text == NULL)
        return hs_node_bad(p, "_codecs.encode of something that is no text");
    n->text = text->text;
    n->len = text->len;
    *out = n;
    return hs_node_latin1(p, n, "the argument of _codecs.encode");
}

/* (function, class, its arguments, attributes): a tensor of a subclass, or one that carries
 * attributes. Only functions that make tensors are looked into, so that this cannot nest. */
static enum hs_status from_type(struct hs_node **out, struct hs_pickle *p, struct hs_node *args)
{
    const struct hs_node *function = hs_node_arg(args, 0, HS_NODE_GLOBAL);
    struct hs_node *inner =
        args->n > 2 && args->items[2]->kind == HS_NODE_TUPLE ? args->items[2] : NULL;
    enum hs_status st;

    if (function == NULL || inner == NULL ||
        !hs_starts_with(function->text, "torch._utils._rebuild_"))
        return opaque(out, p, "torch._tensor._rebuild_from_type_v2", args);
    st = hs_pickle_call(out, p, function->text, inner);
    if (st == HS_OK && (*out)->kind == HS_NODE_TENSOR && args->n > 3 &&
        args->items[3]->kind == HS_NODE_DICT)
        (*out)->array->state = args->items[3];
    return st;
}

static bool ends(const char *name, const char *prefix, const char *suffix)
{
    return hs_starts_with(name, prefix) && hs_ends_with(name, suffix);
}

enum hs_status hs_pickle_call(struct hs_node **out, struct hs_pickle *p, const char *name,
                              struct hs_node *args)
{
    const char *last = strrchr(name, '.');
    bool builtin = hs_starts_with(name, "builtins.") || hs_starts_with(name, "__builtin__.");

    last = last != NULL ? last + 1 : name;
    if (ends(name, "numpy.", ".multiarray._reconstruct")) {
        *out = hs_node_new(p, HS_NODE_ARRAY);
        return *out != NULL ? HS_OK : hs_node_no_memory(p);
    }
    if (strcmp(name, "numpy.dtype") == 0)
        return hs_numpy_dtype(out, p, args);
    if (ends(name, "numpy.", ".multiarray.scalar"))
        return hs_numpy_scalar(out, p, args);
    if (ends(name, "numpy.", ".numeric._frombuffer"))
        return hs_numpy_frombuffer(out, p, args);
    if (strcmp(name, "_codecs.encode") == 0)
        return encode(out, p, args);
    if (strcmp(name, "collections.OrderedDict") == 0 || (builtin && strcmp(last, "dict") == 0))
        return collection(out, p, HS_NODE_DICT, args);
    if (strcmp(name, "torch.Size") == 0 || (builtin && strcmp(last, "tuple") == 0))
        return collection(out, p, HS_NODE_TUPLE, args);
    if (builtin &&
        (strcmp(last, "list") == 0 || strcmp(last, "set") == 0 || strcmp(last, "frozenset") == 0))
        return collection(out, p, HS_NODE_LIST, args);
    if (builtin && (strcmp(last, "bytearray") == 0 || strcmp(last, "bytes") == 0) && args->n == 1 &&
        args->items[0]->kind == HS_NODE_BYTES) {
        *out = args->items[0];
        return HS_OK;
    }
    if (builtin && (strcmp(last, "complex") == 0 || strcmp(last, "slice") == 0)) {
        *out = args; /* its parts */
        return HS_OK;
    }
    if (hs_starts_with(name, "torch._utils._rebuild_parameter") && args->n > 0 &&
        args->items[0]->kind == HS_NODE_TENSOR) {
        *out = args->items[0];
        if (args->n > 3 && args->items[3]->kind == HS_NODE_DICT) /* …_with_state */
            (*out)->array->state = args->items[3];
        return HS_OK;
    }
    if (strcmp(name, "torch._tensor._rebuild_from_type_v2") == 0)
        return from_type(out, p, args);
    if (hs_starts_with(name, "copy") && hs_ends_with(name, "reg._reconstructor") &&
        hs_node_arg(args, 0, HS_NODE_GLOBAL) !=
            NULL) /* protocols 0 and 1: an instance of the first argument */
        return opaque(out, p, args->items[0]->text, NULL);
    if (strcmp(name, "torch._utils._rebuild_tensor_v2") == 0 ||
        strcmp(name, "torch._utils._rebuild_tensor_v3") == 0 ||
        strcmp(name, "torch._utils._rebuild_tensor") == 0 ||
        strcmp(name, "torch._utils._rebuild_qtensor") == 0)
        return hs_torch_tensor(out, p, last, args);
    return opaque(out, p, name, args);
}

enum hs_status hs_pickle_build(struct hs_pickle *p, struct hs_node *object, struct hs_node *state)
{
    switch (object->kind) {
    case HS_NODE_ARRAY:
        return hs_numpy_build(p, object, state);
    case HS_NODE_DTYPE:
        if (state->kind == HS_NODE_TUPLE && state->n > 1 && state->items[1]->kind == HS_NODE_STRING)
            object->big_endian = strcmp(state->items[1]->text, ">") == 0;
        return HS_OK;
    case HS_NODE_OBJECT:
        object->state = state;
        return HS_OK;
    case HS_NODE_DICT: /* OrderedDict subclasses and state dicts carry attributes such as _metadata:
                          not data */
        return HS_OK;
    default:
        return HS_OK;
    }
}

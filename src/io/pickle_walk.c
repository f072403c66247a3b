/* From a pickle's nodes to named entries. Declared in io/pickle.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "io/pickle.h"

enum { MAX_NAME = 4096, MAX_ENTRIES = 50000, MAX_VISITS = 1000000 };

struct walk {
    struct hs_pickle *p;
    struct hs_str name;
    size_t visits;
    int depth;
};

static enum hs_status visit(struct walk *w, struct hs_node *n, bool bookkeeping);

/* Attributes that torch.nn's own classes keep for themselves. */
static bool is_bookkeeping(const char *name)
{
    static const char *const names[] = {"training",
                                        "in_channels",
                                        "out_channels",
                                        "kernel_size",
                                        "stride",
                                        "padding",
                                        "dilation",
                                        "transposed",
                                        "output_padding",
                                        "groups",
                                        "padding_mode",
                                        "in_features",
                                        "out_features",
                                        "eps",
                                        "momentum",
                                        "affine",
                                        "track_running_stats",
                                        "num_features",
                                        "inplace",
                                        "p",
                                        "ceil_mode",
                                        "return_indices",
                                        "start_dim",
                                        "end_dim",
                                        "dim",
                                        "version",
                                        "dtype",
                                        "num_embeddings",
                                        "embedding_dim",
                                        "normalized_shape",
                                        "elementwise_affine",
                                        "qconfig",
                                        "count_include_pad",
                                        "divisor_override",
                                        "output_size",
                                        "num_batches_tracked"};

    if (name[0] == '_')
        return strcmp(name, "_packed_params") != 0;
    for (size_t i = 0; i < HS_COUNTOF(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_transparent(const char *name)
{
    return strcmp(name, "_modules") == 0 || strcmp(name, "_parameters") == 0 ||
           strcmp(name, "_buffers") == 0;
}

static enum hs_status no_memory(struct walk *w)
{
    return hs_fail(w->p->err, HS_ENOMEM, "%s: out of memory", w->p->source);
}

static enum hs_status add(struct walk *w, struct hs_entry e)
{
    struct hs_container *c = w->p->container;

    if (c->entries.len >= MAX_ENTRIES)
        return hs_fail(w->p->err, HS_ELIMIT, "%s: more than %d values inside", w->p->source,
                       MAX_ENTRIES);
    e.name =
        hs_arena_strndup(&c->arena, w->name.buf, w->name.len < MAX_NAME ? w->name.len : MAX_NAME);
    if (e.name == NULL || !hs_str_ok(&w->name) || !HS_VEC_PUSH(&c->entries, e))
        return no_memory(w);
    return HS_OK;
}

/* Goes down to a child called `part`. */
static enum hs_status descend(struct walk *w, const char *part, size_t n, struct hs_node *child,
                              bool bookkeeping)
{
    size_t length = w->name.len;
    enum hs_status st;

    if (length != 0)
        hs_str_add_char(&w->name, '.');
    hs_text_sanitize(&w->name, part, n < 1024 ? n : 1024, 255,
                     false); /* a long key is not copied for each value */
    st = visit(w, child, bookkeeping);
    hs_str_truncate(&w->name, length);
    return st;
}

static enum hs_status items(struct walk *w, struct hs_node *n, bool bookkeeping)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i < n->n; i++) {
        char index[24];
        int len = snprintf(index, sizeof index, "%zu", i);

        st = descend(w, index, (size_t)len, n->items[i], bookkeeping);
    }
    return st;
}

/* Keys that are no text, as Python shows them. */
static const char *number_key(char out[HS_FMT_SIZE], const struct hs_node *key)
{
    if (key->kind == HS_NODE_INT)
        snprintf(out, HS_FMT_SIZE, "%" PRId64, key->integer);
    else if (key->kind == HS_NODE_BOOL)
        snprintf(out, HS_FMT_SIZE, "%s", key->integer != 0 ? "True" : "False");
    else if (key->kind == HS_NODE_NONE)
        snprintf(out, HS_FMT_SIZE, "None");
    else
        hs_fmt_double(out, key->number);
    return out;
}

static void tuple_key(struct hs_str *out, const struct hs_node *key)
{
    hs_str_add_char(out, '(');
    for (size_t i = 0; i < key->n && i < 16; i++) {
        const struct hs_node *item = key->items[i];
        char number[HS_FMT_SIZE];

        hs_str_add(out, i != 0 ? ", " : "");
        if (item->kind == HS_NODE_STRING)
            hs_str_add_bytes(out, item->text, item->len < 255 ? item->len : 255);
        else
            hs_str_add(out, item->kind <= HS_NODE_FLOAT ? number_key(number, item) : "...");
    }
    hs_str_add_char(out, ')');
}

/* Keys and values; `module` says that the keys are attributes of an object. */
static enum hs_status pairs(struct walk *w, struct hs_node *n, bool module, bool bookkeeping)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; st == HS_OK && i + 1 < n->n; i += 2) {
        struct hs_node *key = n->items[i], *value = n->items[i + 1];
        if (key->kind == HS_NODE_TUPLE) {
            struct hs_str text = HS_STR_INIT;

            tuple_key(&text, key);
            st = descend(w, text.buf, text.len, value, bookkeeping);
            hs_str_dispose(&text);
        } else if (key->kind == HS_NODE_INT || key->kind == HS_NODE_BOOL ||
                   key->kind == HS_NODE_FLOAT || key->kind == HS_NODE_BIG ||
                   key->kind == HS_NODE_NONE) {
            char number[HS_FMT_SIZE];

            st = descend(w, number, strlen(number_key(number, key)), value, bookkeeping);
        } else if (key->kind == HS_NODE_STRING || key->kind == HS_NODE_BYTES) {
            if (module && is_transparent(key->text) && value->kind == HS_NODE_DICT)
                st = pairs(w, value, false, bookkeeping);
            else
                st = descend(w, key->text, key->len, value,
                             bookkeeping || (module && is_bookkeeping(key->text)));
        }
    }
    return st;
}

static enum hs_status object(struct walk *w, struct hs_node *n, bool bookkeeping)
{
    enum hs_status st = HS_OK;

    if (n->state != NULL && n->state->kind == HS_NODE_DICT)
        st = pairs(w, n->state, true, bookkeeping);
    else if (n->state != NULL)
        st = visit(w, n->state, bookkeeping);
    else if (n->args != NULL)
        st = items(w, n->args, bookkeeping);
    if (st == HS_OK && n->n != 0)
        st = n->n % 2 == 0 && n->items[0]->kind == HS_NODE_STRING ? pairs(w, n, false, bookkeeping)
                                                                  : items(w, n, bookkeeping);
    return st;
}

static enum hs_status leaf(struct walk *w, const struct hs_node *n, bool bookkeeping)
{
    struct hs_entry e = {.kind = HS_ENTRY_NUMBER, .bookkeeping = bookkeeping, .axis = -1};

    switch (n->kind) {
    case HS_NODE_TENSOR:
        e.kind = HS_ENTRY_TENSOR;
        e.tensor = n->array->tensor;
        e.quantized = n->array->quantized;
        e.scales = n->array->scales;
        e.zero_points = n->array->zero_points;
        e.n = n->array->n_scales;
        e.axis = n->array->axis;
        break;
    case HS_NODE_BOOL:
        e.kind = HS_ENTRY_BOOL;
        e.number = n->number;
        break;
    case HS_NODE_INT:
        e.is_integer = true;
        e.integer = n->integer;
        e.number = n->number;
        break;
    case HS_NODE_FLOAT:
    case HS_NODE_BIG:
        e.number = n->number;
        break;
    case HS_NODE_STRING:
        e.kind = HS_ENTRY_STRING;
        e.text = n->text;
        break;
    case HS_NODE_GLOBAL: /* a type or an enum, such as torch.qint8 */
        e.kind = HS_ENTRY_STRING;
        e.text = n->text;
        e.bookkeeping = true;
        break;
    default:
        return HS_OK;
    }
    return add(w, e);
}

static enum hs_status visit(struct walk *w, struct hs_node *n, bool bookkeeping)
{
    enum hs_status st;

    if (++w->visits > MAX_VISITS)
        return hs_fail(w->p->err, HS_ELIMIT, "%s: the same values are repeated more than %d times",
                       w->p->source, MAX_VISITS);
    if (n->open)
        return HS_OK; /* inside itself */
    if (w->depth >= w->p->limits->pickle_depth)
        return hs_fail(w->p->err, HS_ELIMIT, "%s: values nested deeper than %d levels",
                       w->p->source, w->p->limits->pickle_depth);
    n->open = true;
    w->depth++;
    switch (n->kind) {
    case HS_NODE_LIST:
    case HS_NODE_TUPLE:
        st = items(w, n, bookkeeping);
        break;
    case HS_NODE_DICT:
        st = pairs(w, n, false, bookkeeping);
        break;
    case HS_NODE_OBJECT:
        st = object(w, n, bookkeeping);
        break;
    default:
        st = leaf(w, n, bookkeeping);
        if (st == HS_OK && n->kind == HS_NODE_TENSOR && n->array->state != NULL)
            st = visit(w, n->array->state, bookkeeping);
    }
    w->depth--;
    n->open = false;
    return st;
}

enum hs_status hs_pickle_entries(struct hs_pickle *p, struct hs_node *root)
{
    struct walk w = {.p = p, .name = HS_STR_INIT};
    enum hs_status st = visit(&w, root, false);

    hs_str_dispose(&w.name);
    return st;
}

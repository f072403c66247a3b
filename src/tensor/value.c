#include "tensor/value.h"

#include <math.h>
#include <string.h>

struct hs_value hs_value_nil(void)
{
    return (struct hs_value){.kind = HS_NIL};
}

struct hs_value hs_value_bool(bool v)
{
    return (struct hs_value){.kind = HS_BOOLEAN, .as.boolean = v};
}

struct hs_value hs_value_int(int64_t v)
{
    return (struct hs_value){.kind = HS_INTEGER, .as.integer = v};
}

struct hs_value hs_value_num(double v)
{
    return (struct hs_value){.kind = HS_NUMBER, .as.number = v};
}

struct hs_value hs_value_string_n(struct hs_arena *arena, const char *text, size_t n)
{
    char *copy = hs_arena_strndup(arena, text, n);

    if (copy == NULL)
        return hs_value_nil();
    return (struct hs_value){.kind = HS_STRING, .as.string = {copy, n}};
}

struct hs_value hs_value_string(struct hs_arena *arena, const char *text)
{
    return hs_value_string_n(arena, text, strlen(text));
}

struct hs_value hs_value_tensor(struct hs_arena *arena, const struct hs_tensor *t)
{
    struct hs_tensor *copy = hs_arena_alloc(arena, 1, sizeof *copy);

    if (copy == NULL)
        return hs_value_nil();
    *copy = *t;
    return (struct hs_value){.kind = HS_TENSOR, .as.tensor = copy};
}

struct hs_value hs_value_list(void)
{
    return (struct hs_value){.kind = HS_LIST};
}

struct hs_value hs_value_map(void)
{
    return (struct hs_value){.kind = HS_MAP};
}

/* Room for one more of `size` bytes in an array of the arena; the old array stays behind in it. */
static void *room(struct hs_arena *arena, void *items, size_t len, size_t *cap, size_t size)
{
    size_t want = *cap != 0 ? *cap * 2 : 4;
    void *grown;

    if (len < *cap)
        return items;
    grown = hs_arena_alloc(arena, want, size);
    if (grown == NULL)
        return NULL;
    if (len != 0)
        memcpy(grown, items, len * size);
    *cap = want;
    return grown;
}

bool hs_value_push(struct hs_value *list, struct hs_arena *arena, struct hs_value item)
{
    struct hs_value *items =
        room(arena, list->as.list.items, list->as.list.len, &list->as.list.cap, sizeof *items);

    if (items == NULL)
        return false;
    list->as.list.items = items;
    items[list->as.list.len++] = item;
    return true;
}

bool hs_value_set(struct hs_value *map, struct hs_arena *arena, const char *key, struct hs_value v)
{
    struct hs_member *items;
    char *copy;

    for (size_t i = 0; i < map->as.map.len; i++)
        if (strcmp(map->as.map.items[i].key, key) == 0) {
            map->as.map.items[i].value = v;
            return true;
        }
    copy = hs_arena_strdup(arena, key);
    items = room(arena, map->as.map.items, map->as.map.len, &map->as.map.cap, sizeof *items);
    if (copy == NULL || items == NULL)
        return false;
    map->as.map.items = items;
    items[map->as.map.len++] = (struct hs_member){copy, v};
    return true;
}

const struct hs_value *hs_value_get(const struct hs_value *map, const char *key)
{
    if (map == NULL || map->kind != HS_MAP)
        return NULL;
    for (size_t i = 0; i < map->as.map.len; i++)
        if (strcmp(map->as.map.items[i].key, key) == 0)
            return &map->as.map.items[i].value;
    return NULL;
}

const struct hs_value *hs_value_at(const struct hs_value *list, size_t i)
{
    if (list == NULL || list->kind != HS_LIST || i >= list->as.list.len)
        return NULL;
    return &list->as.list.items[i];
}

size_t hs_value_len(const struct hs_value *v)
{
    if (v == NULL)
        return 0;
    return v->kind == HS_LIST ? v->as.list.len : v->kind == HS_MAP ? v->as.map.len : 0;
}

bool hs_value_to_number(const struct hs_value *v, double *out)
{
    if (v == NULL || (v->kind != HS_INTEGER && v->kind != HS_NUMBER))
        return false;
    *out = v->kind == HS_INTEGER ? (double)v->as.integer : v->as.number;
    return true;
}

const char *hs_value_text(const struct hs_value *map, const char *key, const char *otherwise)
{
    const struct hs_value *v = hs_value_get(map, key);

    return v != NULL && v->kind == HS_STRING ? v->as.string.text : otherwise;
}

double hs_value_number(const struct hs_value *map, const char *key, double otherwise)
{
    double v = otherwise;

    hs_value_to_number(hs_value_get(map, key), &v);
    return v;
}

int64_t hs_value_integer(const struct hs_value *map, const char *key, int64_t otherwise)
{
    const struct hs_value *v = hs_value_get(map, key);

    if (v == NULL)
        return otherwise;
    if (v->kind == HS_INTEGER)
        return v->as.integer;
    if (v->kind == HS_NUMBER && v->as.number == trunc(v->as.number) && fabs(v->as.number) < 0x1p62)
        return (int64_t)v->as.number;
    return otherwise;
}

bool hs_value_flag(const struct hs_value *map, const char *key, bool otherwise)
{
    const struct hs_value *v = hs_value_get(map, key);

    return v != NULL && v->kind == HS_BOOLEAN ? v->as.boolean : otherwise;
}

const struct hs_tensor *hs_value_tensor_of(const struct hs_value *map, const char *key)
{
    const struct hs_value *v = hs_value_get(map, key);

    return v != NULL && v->kind == HS_TENSOR ? v->as.tensor : NULL;
}

static bool tensors_equal(const struct hs_tensor *a, const struct hs_tensor *b)
{
    size_t n = hs_tensor_count(a);

    if (a->dtype != b->dtype || !hs_shape_equal(a, b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (memcmp(hs_tensor_at(a, i), hs_tensor_at(b, i), hs_dtype_size(a->dtype)) != 0)
            return false;
    return true;
}

static bool containers_equal(const struct hs_value *a, const struct hs_value *b)
{
    if (hs_value_len(a) != hs_value_len(b))
        return false;
    for (size_t i = 0; i < hs_value_len(a); i++) {
        if (a->kind == HS_LIST) {
            if (!hs_value_equal(&a->as.list.items[i], &b->as.list.items[i]))
                return false;
        } else {
            const struct hs_value *other = hs_value_get(b, a->as.map.items[i].key);

            if (other == NULL || !hs_value_equal(&a->as.map.items[i].value, other))
                return false;
        }
    }
    return true;
}

bool hs_value_equal(const struct hs_value *a, const struct hs_value *b)
{
    double x, y;

    if (hs_value_to_number(a, &x) && hs_value_to_number(b, &y))
        return x == y || (isnan(x) && isnan(y));
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case HS_BOOLEAN:
        return a->as.boolean == b->as.boolean;
    case HS_STRING:
        return a->as.string.len == b->as.string.len &&
               memcmp(a->as.string.text, b->as.string.text, a->as.string.len) == 0;
    case HS_TENSOR:
        return tensors_equal(a->as.tensor, b->as.tensor);
    case HS_LIST:
    case HS_MAP:
        return containers_equal(a, b);
    default:
        return true;
    }
}

static enum hs_status copy_tensor(struct hs_value *out, struct hs_arena *arena, const struct hs_tensor *t,
                                  bool with_elements, struct hs_error *err)
{
    struct hs_tensor copy = *t;
    enum hs_status st = with_elements ? hs_tensor_copy(&copy, arena, t, err) : HS_OK;

    if (st != HS_OK)
        return st;
    *out = hs_value_tensor(arena, &copy);
    return out->kind == HS_TENSOR ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

enum hs_status hs_value_copy(struct hs_value *out, struct hs_arena *arena, const struct hs_value *v,
                             bool with_elements, struct hs_error *err)
{
    struct hs_value copy = {.kind = v->kind}, item;
    enum hs_status st = HS_OK;
    bool ok = true;

    if (v->kind == HS_TENSOR)
        return copy_tensor(out, arena, v->as.tensor, with_elements, err);
    if (v->kind == HS_STRING) {
        copy = hs_value_string_n(arena, v->as.string.text, v->as.string.len);
        ok = copy.kind == HS_STRING;
    } else if (v->kind != HS_LIST && v->kind != HS_MAP) {
        copy = *v;
    }
    for (size_t i = 0; i < hs_value_len(v) && ok && st == HS_OK; i++) {
        const struct hs_value *from = v->kind == HS_LIST ? &v->as.list.items[i] : &v->as.map.items[i].value;

        st = hs_value_copy(&item, arena, from, with_elements, err);
        if (st == HS_OK)
            ok = v->kind == HS_LIST ? hs_value_push(&copy, arena, item)
                                    : hs_value_set(&copy, arena, v->as.map.items[i].key, item);
    }
    if (st != HS_OK)
        return st;
    if (!ok)
        return hs_fail(err, HS_ENOMEM, "out of memory");
    *out = copy;
    return HS_OK;
}

const char *hs_value_kind_name(enum hs_value_kind kind)
{
    static const char *const names[] = {
        [HS_NIL] = "nil",       [HS_BOOLEAN] = "boolean", [HS_INTEGER] = "integer", [HS_NUMBER] = "number",
        [HS_STRING] = "string", [HS_TENSOR] = "tensor",   [HS_LIST] = "list",       [HS_MAP] = "map"};

    return names[kind];
}

#include "io/torch.h"

#include <string.h>

#include "base/mem.h"
#include "io/pickle_file.h"

const struct hs_archive_member *hs_torch_member(const struct hs_archive *a)
{
    for (size_t i = 0; i < a->members.len; i++) {
        const char *name = a->members.items[i].name, *slash = strchr(name, '/');

        if (strcmp(name, "data.pkl") == 0 || (slash != NULL && strcmp(slash, "/data.pkl") == 0))
            return &a->members.items[i];
    }
    return NULL;
}

struct zip_storages {
    const struct hs_archive *archive;
    const char *prefix; /* "archive/" */
    size_t prefix_len;
};

/* "<prefix><name>" among the members. */
static const struct hs_archive_member *member(const struct zip_storages *z, const char *folder,
                                              const char *name)
{
    for (size_t i = 0; i < z->archive->members.len; i++) {
        const char *n = z->archive->members.items[i].name;

        if (strncmp(n, z->prefix, z->prefix_len) == 0 &&
            hs_starts_with(n + z->prefix_len, folder) &&
            strcmp(n + z->prefix_len + strlen(folder), name) == 0)
            return &z->archive->members.items[i];
    }
    return NULL;
}

static bool zip_storage(void *payload, const char *key, size_t want, struct hs_bytes *out)
{
    const struct hs_archive_member *m = member(payload, "data/", key);

    (void)want; /* the machine compares it with what there is */
    if (m == NULL)
        return false;
    *out = m->bytes;
    return true;
}

enum hs_status hs_torch_read(struct hs_container *out, const struct hs_archive *a,
                             const struct hs_archive_member *pickle, const char *source,
                             const struct hs_io_limits *limits, struct hs_error *err)
{
    struct zip_storages z = {.archive = a,
                             .prefix = pickle->name,
                             .prefix_len = strlen(pickle->name) - strlen("data.pkl")};
    struct hs_pickle p = {.container = out,
                          .limits = limits,
                          .source = source,
                          .storage = zip_storage,
                          .payload = &z,
                          .err = err};
    const struct hs_archive_member *order = member(&z, "", "byteorder");

    p.big_endian_storage =
        order != NULL && order->bytes.len >= 3 && memcmp(order->bytes.data, "big", 3) == 0;
    out->format = "torch";
    return hs_pickle_file(&p, pickle->bytes);
}

/* ---- the older form: magic, protocol, system information, the object, the list of storage keys,
 * the storages ---- */

static const unsigned char legacy_magic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                             0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};

enum { MAX_STORAGES = 10000 }; /* of the older form; they are searched one by one */

struct legacy {
    struct hs_bytes file;
    bool no_memory;
    HS_VEC(struct legacy_storage {
        char *key;
        size_t want;
        const unsigned char *data; /* NULL until its place is known */
    })
    list;
};

static bool legacy_sniff(struct hs_bytes b, const char *name)
{
    (void)name;
    return b.len > sizeof legacy_magic && memcmp(b.data, legacy_magic, sizeof legacy_magic) == 0;
}

static struct legacy_storage *known(const struct legacy *l, const char *key)
{
    for (size_t i = 0; i < l->list.len; i++)
        if (strcmp(l->list.items[i].key, key) == 0)
            return &l->list.items[i];
    return NULL;
}

/* The object stands before the bytes of its storages and does not say where they are, so it is read
 * twice: first to learn each storage's key and length (any bytes will do), then with the bytes in
 * place. */
static bool learn_storage(void *payload, const char *key, size_t want, struct hs_bytes *out)
{
    struct legacy *l = payload;
    struct legacy_storage s = {.want = want};

    if (want > l->file.len || l->list.len >= MAX_STORAGES)
        return false;
    if (known(l, key) == NULL) {
        s.key = hs_strdup(key);
        if (s.key == NULL || !HS_VEC_PUSH(&l->list, s)) {
            hs_free(s.key);
            l->no_memory = true;
            return false;
        }
    }
    *out = hs_bytes_part(l->file, 0, want);
    return true;
}

static bool placed_storage(void *payload, const char *key, size_t want, struct hs_bytes *out)
{
    const struct legacy_storage *s = known(payload, key);

    if (s == NULL || s->data == NULL || want > s->want)
        return false;
    *out = (struct hs_bytes){s->data, s->want};
    return true;
}

/* Storages stand in the order of the key list: 8 bytes of count, then the elements. */
static enum hs_status place_storages(struct legacy *l, struct hs_pickle *p, struct hs_bytes rest)
{
    struct hs_node *keys;
    size_t used;
    enum hs_status st = hs_pickle_read(&keys, &used, p, rest);

    if (st != HS_OK)
        return st;
    rest = hs_bytes_part(rest, used, rest.len - used);
    for (size_t i = 0; i < keys->n; i++) {
        struct legacy_storage *s =
            keys->items[i]->text != NULL ? known(l, keys->items[i]->text) : NULL;

        if (s == NULL || rest.len < 8 || s->want > rest.len - 8)
            return hs_fail(p->err, HS_EFORMAT, "%s: truncated: a storage is not whole", p->source);
        s->data = rest.data + 8;
        rest = hs_bytes_part(rest, 8 + s->want, rest.len - 8 - s->want);
    }
    return HS_OK;
}

/* The three pickles in front (magic, protocol, system information) and the object, into scratch
 * nodes. */
static enum hs_status scan(struct legacy *l, struct hs_bytes *object, const char *name,
                           const struct hs_io_limits *limits, size_t budget, struct hs_error *err)
{
    struct hs_container scratch = HS_CONTAINER_INIT;
    struct hs_pickle p = {.container = &scratch,
                          .limits = limits,
                          .source = name,
                          .err = err,
                          .storage = learn_storage,
                          .payload = l};
    struct hs_bytes rest = l->file;
    struct hs_node *ignored;
    size_t used = 0;
    enum hs_status st = HS_OK;

    scratch.arena.limit = budget;

    for (int i = 0; i < 4 && st == HS_OK; i++) {
        st = hs_pickle_read(&ignored, &used, &p, rest);
        if (st != HS_OK)
            break;
        *object = hs_bytes_part(rest, 0, used);
        rest = hs_bytes_part(rest, used, rest.len - used);
    }
    if (st == HS_OK)
        st = place_storages(l, &p, rest);
    if (st != HS_OK && (l->no_memory || scratch.arena.limited)) {
        hs_error_clear(err);
        st = l->no_memory ? hs_fail(err, HS_ENOMEM, "%s: out of memory", name)
                          : hs_fail(err, HS_ELIMIT,
                                    "%s: repeats its contents until no memory is left", name);
    }
    hs_container_dispose(&scratch);
    return st;
}

static enum hs_status legacy_read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                                  const struct hs_io_limits *limits, struct hs_error *err)
{
    struct legacy l = {.file = bytes};
    struct hs_pickle p = {.container = out,
                          .limits = limits,
                          .source = name,
                          .err = err,
                          .storage = placed_storage,
                          .payload = &l};
    struct hs_bytes object = {NULL, 0};
    enum hs_status st = scan(&l, &object, name, limits, out->arena.limit, err);

    out->format = "torch";
    if (st == HS_OK)
        st = hs_pickle_file(&p, object);
    for (size_t i = 0; i < l.list.len; i++)
        hs_free(l.list.items[i].key);
    HS_VEC_DISPOSE(&l.list);
    return st;
}

const struct hs_reader hs_reader_torch_legacy = {.id = "torch_legacy",
                                                 .help = "a PyTorch file of the old form",
                                                 .sniff = legacy_sniff,
                                                 .read = legacy_read};

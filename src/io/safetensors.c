/* safetensors: 8 bytes of header length, a JSON object name -> {dtype, shape, data_offsets}, then
 * the bytes. Offsets count from the end of the header. (huggingface/safetensors README, "Format")
 */
#include <inttypes.h>
#include <string.h>

#include "io/container.h"
#include "io/json.h"
#include "io/pickle_file.h"

static bool find_dtype(const char *name, enum hs_dtype *out)
{
    static const struct {
        const char *name;
        enum hs_dtype dtype;
    } kinds[] = {{"BOOL", HS_BOOL},          {"I8", HS_INT8},
                 {"U8", HS_UINT8},           {"I16", HS_INT16},
                 {"U16", HS_UINT16},         {"I32", HS_INT32},
                 {"U32", HS_UINT32},         {"I64", HS_INT64},
                 {"U64", HS_UINT64},         {"F16", HS_FLOAT16},
                 {"BF16", HS_BFLOAT16},      {"F32", HS_FLOAT32},
                 {"F64", HS_FLOAT64},        {"F8_E4M3", HS_FLOAT8_E4M3FN},
                 {"F8_E5M2", HS_FLOAT8_E5M2}};

    for (size_t i = 0; i < HS_COUNTOF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *out = kinds[i].dtype;
            return true;
        }
    return false;
}

static bool sniff(struct hs_bytes b, const char *name)
{
    if (hs_ends_with(name, ".safetensors"))
        return true;
    return b.len >= 10 && b.data[8] == '{' && hs_read_le(b.data, 8) <= b.len - 8 &&
           hs_read_le(b.data, 8) >= 2;
}

static enum hs_status one(struct hs_container *out, const struct hs_member *m, struct hs_bytes data,
                          const char *source, struct hs_error *err)
{
    const struct hs_value *shape = hs_value_get(&m->value, "shape"),
                          *offsets = hs_value_get(&m->value, "data_offsets");
    int64_t from = hs_value_len(offsets) == 2 && offsets->as.list.items[0].kind == HS_INTEGER
                       ? offsets->as.list.items[0].as.integer
                       : -1;
    int64_t to = hs_value_len(offsets) == 2 && offsets->as.list.items[1].kind == HS_INTEGER
                     ? offsets->as.list.items[1].as.integer
                     : -1;
    struct hs_entry e = {.name = m->key, .kind = HS_ENTRY_TENSOR, .axis = -1};
    size_t dims[HS_MAX_DIMS], count, bytes, n = hs_value_len(shape);
    enum hs_dtype dtype;
    enum hs_status st;

    if (!find_dtype(hs_value_text(&m->value, "dtype", ""), &dtype))
        return hs_fail(err, HS_EDTYPE, "%s: tensor %s has a dtype that is not read", source,
                       m->key);
    if (shape == NULL || shape->kind != HS_LIST || n > HS_MAX_DIMS)
        return hs_fail(err, HS_EFORMAT, "%s: tensor %s has no valid shape", source, m->key);
    for (size_t i = 0; i < n; i++) {
        const struct hs_value *d = hs_value_at(shape, i);

        if (d->kind != HS_INTEGER || d->as.integer < 0)
            return hs_fail(err, HS_EFORMAT, "%s: tensor %s has no valid shape", source, m->key);
        dims[i] = (size_t)d->as.integer;
    }
    if (!hs_shape_count(&count, (int)n, dims) ||
        !hs_mul_checked(&bytes, count, hs_dtype_size(dtype)) || from < 0 || to < from ||
        (uint64_t)to > data.len || (size_t)(to - from) != bytes)
        return hs_fail(err, HS_EFORMAT,
                       "%s: tensor %s: its offsets do not fit its shape or the file (truncated?)",
                       source, m->key);
    st = hs_tensor_new(&e.tensor, &out->arena, dtype, (int)n, dims, err);
    if (st != HS_OK)
        return st;
    if (bytes != 0)
        memcpy(e.tensor.data, data.data + from, bytes);
    return HS_VEC_PUSH(&out->entries, e) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

/* Texts that the writer put beside the tensors, as entries "__metadata__.KEY". */
static enum hs_status metadata(struct hs_container *out, const struct hs_value *map,
                               const char *source, struct hs_error *err)
{
    if (map->kind != HS_MAP)
        return hs_fail(err, HS_EFORMAT, "%s: __metadata__ is no object", source);
    for (size_t i = 0; i < map->as.map.len; i++) {
        const struct hs_member *m = &map->as.map.items[i];
        struct hs_entry e = {.kind = HS_ENTRY_STRING, .bookkeeping = true, .axis = -1};

        if (m->value.kind != HS_STRING)
            return hs_fail(err, HS_EFORMAT, "%s: __metadata__.%s is no text", source, m->key);
        e.name = hs_arena_printf(&out->arena, "__metadata__.%s", m->key);
        e.text = m->value.as.string.text;
        if (e.name == NULL || !HS_VEC_PUSH(&out->entries, e))
            return hs_fail(err, HS_ENOMEM, "out of memory");
    }
    return HS_OK;
}

static enum hs_status read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    uint64_t length = bytes.len >= 8 ? hs_read_le(bytes.data, 8) : 0;
    struct hs_bytes data;
    struct hs_value header;
    enum hs_status st;

    out->format = "safetensors";
    if (bytes.len < 8 || length > bytes.len - 8)
        return hs_fail(err, HS_EFORMAT,
                       "%s: truncated: the safetensors header claims %" PRIu64
                       " bytes, the file has %zu",
                       name, length, bytes.len);
    data = hs_bytes_part(bytes, 8 + (size_t)length, bytes.len - 8 - (size_t)length);
    st = hs_json_read(&header, &out->arena, hs_bytes_part(bytes, 8, (size_t)length), name, limits,
                      err);
    if (st == HS_OK && header.kind != HS_MAP)
        st = hs_fail(err, HS_EFORMAT, "%s: the safetensors header is no object", name);
    for (size_t i = 0; st == HS_OK && i < hs_value_len(&header); i++)
        if (strcmp(header.as.map.items[i].key, "__metadata__") == 0)
            st = metadata(out, &header.as.map.items[i].value, name, err);
        else
            st = one(out, &header.as.map.items[i], data, name, err);
    return st;
}

const struct hs_reader hs_reader_safetensors = {.id = "safetensors",
                                                .help = "tensors with a JSON header",
                                                .sniff = sniff,
                                                .read = read};

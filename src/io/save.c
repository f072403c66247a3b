#include "io/save.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/fmt.h"
#include "base/path.h"
#include "io/archive_write.h"
#include "io/json.h"

/* NumPy's descr of a dtype; NULL when it has none. */
static const char *npy_descr(enum hs_dtype t)
{
    switch (t) {
    case HS_BOOL:
        return "|b1";
    case HS_INT2:
    case HS_INT4:
    case HS_INT8:
        return "|i1";
    case HS_UINT2:
    case HS_UINT4:
    case HS_UINT8:
        return "|u1";
    case HS_INT16:
        return "<i2";
    case HS_UINT16:
        return "<u2";
    case HS_INT32:
        return "<i4";
    case HS_UINT32:
        return "<u4";
    case HS_INT64:
        return "<i8";
    case HS_UINT64:
        return "<u8";
    case HS_FLOAT16:
        return "<f2";
    case HS_FLOAT32:
        return "<f4";
    case HS_FLOAT64:
        return "<f8";
    default:
        return NULL;
    }
}

static void add_elements(struct hs_str *out, const struct hs_tensor *t)
{
    size_t count = hs_tensor_count(t), size = hs_dtype_size(t->dtype);

    if (hs_tensor_is_contiguous(t)) {
        hs_str_add_bytes(out, t->data, count * size);
        return;
    }
    for (size_t i = 0; i < count; i++)
        hs_str_add_bytes(out, hs_tensor_at(t, i), size);
}

enum hs_status hs_npy_format(struct hs_str *out, const struct hs_tensor *t, struct hs_error *err)
{
    const char *descr = npy_descr(t->dtype);
    struct hs_str header = HS_STR_INIT;
    unsigned char prefix[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0};

    if (descr == NULL)
        return hs_fail(err, HS_EDTYPE,
                       "NumPy has no %s; convert to float32 first, or save as .safetensors",
                       hs_dtype_name(t->dtype));
    hs_str_printf(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < t->ndim; i++)
        hs_str_printf(&header,
                      i + 1 < t->ndim ? "%zu, "
                      : t->ndim == 1  ? "%zu,"
                                      : "%zu",
                      t->shape[i]);
    hs_str_add(&header, "), }");
    while ((sizeof prefix + header.len + 1) % 64 != 0 && hs_str_ok(&header))
        hs_str_add_char(&header, ' ');
    hs_str_add_char(&header, '\n');
    hs_write_le(prefix + 8, header.len, 2);
    hs_str_add_bytes(out, prefix, sizeof prefix);
    hs_str_add_bytes(out, header.buf, header.len);
    add_elements(out, t);
    hs_str_dispose(&header);
    return hs_str_ok(out) ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

static const char *safetensors_dtype(enum hs_dtype t)
{
    static const char *const names[HS_DTYPE_COUNT] = {[HS_BOOL] = "BOOL",
                                                      [HS_INT2] = "I8",
                                                      [HS_INT4] = "I8",
                                                      [HS_INT8] = "I8",
                                                      [HS_INT16] = "I16",
                                                      [HS_INT32] = "I32",
                                                      [HS_INT64] = "I64",
                                                      [HS_UINT2] = "U8",
                                                      [HS_UINT4] = "U8",
                                                      [HS_UINT8] = "U8",
                                                      [HS_UINT16] = "U16",
                                                      [HS_UINT32] = "U32",
                                                      [HS_UINT64] = "U64",
                                                      [HS_FLOAT16] = "F16",
                                                      [HS_BFLOAT16] = "BF16",
                                                      [HS_FLOAT32] = "F32",
                                                      [HS_FLOAT64] = "F64",
                                                      [HS_FLOAT8_E4M3FN] = "F8_E4M3",
                                                      [HS_FLOAT8_E5M2] = "F8_E5M2"};

    return names[t];
}

static void format_safetensors(struct hs_str *out, const struct hs_named_tensor *items, size_t n,
                               const struct hs_value *metadata)
{
    struct hs_str header = HS_STR_INIT;
    unsigned char length[8];
    size_t at = 0;

    hs_str_add_char(&header, '{');
    if (metadata != NULL) {
        hs_str_add(&header, "\"__metadata__\":");
        hs_json_write(&header, metadata, 0);
    }
    for (size_t i = 0; i < n; i++) {
        const struct hs_tensor *t = &items[i].tensor;
        size_t bytes = hs_tensor_count(t) * hs_dtype_size(t->dtype);

        hs_str_add(&header, i != 0 || metadata != NULL ? "," : "");
        hs_json_write_string(&header, items[i].name, strlen(items[i].name));
        hs_str_printf(&header, ":{\"dtype\":\"%s\",\"shape\":[", safetensors_dtype(t->dtype));
        for (int d = 0; d < t->ndim; d++)
            hs_str_printf(&header, d != 0 ? ",%zu" : "%zu", t->shape[d]);
        hs_str_printf(&header, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes);
        at += bytes;
    }
    hs_str_add_char(&header, '}');
    while (header.len % 8 != 0 && hs_str_ok(&header))
        hs_str_add_char(&header, ' ');
    hs_write_le(length, header.len, 8);
    hs_str_add_bytes(out, length, sizeof length);
    hs_str_add_bytes(out, header.buf, header.len);
    for (size_t i = 0; i < n; i++)
        add_elements(out, &items[i].tensor);
    if (!hs_str_ok(&header))
        out->failed = true;
    hs_str_dispose(&header);
}

static enum hs_status format_npz(struct hs_str *out, const struct hs_named_tensor *items, size_t n,
                                 struct hs_error *err)
{
    struct hs_archive_writer w = HS_ARCHIVE_WRITER_INIT;
    struct hs_str npy = HS_STR_INIT, name = HS_STR_INIT;
    enum hs_status st = hs_archive_writer_begin(&w, out, err);

    for (size_t i = 0; st == HS_OK && i < n; i++) {
        hs_str_clear(&npy);
        hs_str_clear(&name);
        hs_str_printf(&name, "%s.npy", items[i].name);
        st = hs_npy_format(&npy, &items[i].tensor, err);
        if (st == HS_OK)
            st = hs_archive_writer_add(&w, name.buf, npy.buf, npy.len, err);
    }
    if (st == HS_OK)
        st = hs_archive_writer_end(&w, err);
    hs_archive_writer_dispose(&w);
    hs_str_dispose(&npy);
    hs_str_dispose(&name);
    return st;
}

/* {"name": nested lists, …}: as many lists deep as the tensor has dimensions. */
static enum hs_status format_json(struct hs_str *out, const struct hs_named_tensor *items, size_t n,
                                  struct hs_error *err)
{
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_value map = hs_value_map();
    bool ok = true;

    for (size_t i = 0; ok && i < n; i++)
        ok = hs_value_set(&map, &arena, items[i].name, hs_value_tensor(&arena, &items[i].tensor));
    hs_json_write(out, &map, 0);
    hs_str_add_char(out, '\n');
    hs_arena_dispose(&arena);
    return ok ? HS_OK : hs_fail(err, HS_ENOMEM, "out of memory");
}

static void add_cell(struct hs_str *out, const struct hs_tensor *t, size_t i)
{
    const void *p = hs_tensor_at(t, i);
    char text[HS_FMT_SIZE];

    if (hs_dtype_is_integer(t->dtype) || t->dtype == HS_BOOL)
        hs_str_printf(out, "%" PRId64, hs_dtype_load_int(t->dtype, p));
    else if (t->dtype == HS_FLOAT32)
        hs_str_add(out, hs_fmt_float(text, (float)hs_dtype_load(t->dtype, p)));
    else
        hs_str_add(out, hs_fmt_double(text, hs_dtype_load(t->dtype, p)));
}

/* One row a line; a vector is one row. */
static enum hs_status format_csv(struct hs_str *out, const struct hs_tensor *t, const char *path,
                                 struct hs_error *err)
{
    size_t columns = t->ndim > 0 ? t->shape[t->ndim - 1] : 1, n = hs_tensor_count(t);

    if (t->ndim > 2)
        return hs_fail(err, HS_ESHAPE,
                       "%s: a table has rows and columns, this tensor has %d dimensions; write "
                       ".npy or .json",
                       path, t->ndim);
    for (size_t i = 0; i < n; i++) {
        add_cell(out, t, i);
        hs_str_add_char(out, (i + 1) % columns == 0 ? '\n' : ',');
    }
    return HS_OK;
}

enum hs_status hs_tensors_save_check(const char *path, struct hs_error *err)
{
    static const char *const known[] = {"npy", "npz", "safetensors", "json", "csv"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (hs_path_has_ext(path, known[i]))
            return HS_OK;
    return hs_fail(err, HS_EINVAL,
                   "%s: tensors are written as .npy, .npz, .safetensors, .json or .csv", path);
}

static enum hs_status check_names(const char *path, const struct hs_named_tensor *items, size_t n,
                                  struct hs_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(items[i].name, items[j].name) == 0)
                return hs_fail(err, HS_EINVAL, "%s: two tensors are called \"%s\"", path,
                               items[i].name);
    return HS_OK;
}

enum hs_status hs_safetensors_save(const char *path, const struct hs_named_tensor *items, size_t n,
                                   const struct hs_value *metadata, struct hs_error *err)
{
    struct hs_str out = HS_STR_INIT;
    enum hs_status st = check_names(path, items, n, err);

    if (st == HS_OK)
        format_safetensors(&out, items, n, metadata);
    if (st == HS_OK && !hs_str_ok(&out))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    if (st == HS_OK)
        st = hs_file_write(path, out.buf, out.len, err);
    hs_str_dispose(&out);
    return st;
}

enum hs_status hs_tensors_format(struct hs_str *out, const char *path,
                                 const struct hs_named_tensor *items, size_t n,
                                 struct hs_error *err)
{
    const char *ext = hs_path_ext(path);
    enum hs_status st = check_names(path, items, n, err);

    if (st != HS_OK)
        return st;
    if (strcasecmp(ext, "npy") == 0 && n == 1)
        st = hs_npy_format(out, &items[0].tensor, err);
    else if (strcasecmp(ext, "csv") == 0 && n == 1)
        st = format_csv(out, &items[0].tensor, path, err);
    else if (strcasecmp(ext, "npy") == 0 || strcasecmp(ext, "csv") == 0)
        st = hs_fail(err, HS_EINVAL, "%s: an .%s file holds one tensor, not %zu; use .npz", path,
                     ext, n);
    else if (strcasecmp(ext, "json") == 0)
        st = format_json(out, items, n, err);
    else if (strcasecmp(ext, "npz") == 0)
        st = format_npz(out, items, n, err);
    else if (strcasecmp(ext, "safetensors") == 0)
        format_safetensors(out, items, n, NULL);
    else
        st = hs_tensors_save_check(path, err);
    if (st == HS_OK && !hs_str_ok(out))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    return st;
}

enum hs_status hs_tensors_save(const char *path, const struct hs_named_tensor *items, size_t n,
                               struct hs_error *err)
{
    struct hs_str out = HS_STR_INIT;
    enum hs_status st = hs_tensors_format(&out, path, items, n, err);

    if (st == HS_OK)
        st = hs_file_write(path, out.buf, out.len, err);
    hs_str_dispose(&out);
    return st;
}

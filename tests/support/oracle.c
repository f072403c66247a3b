#include "oracle.h"

#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <sys/stat.h>

static struct hs_value convert(struct hs_arena *arena, const json_t *json)
{
    struct hs_value v = hs_value_nil();

    switch (json_typeof(json)) {
    case JSON_STRING:
        return hs_value_string_n(arena, json_string_value(json), json_string_length(json));
    case JSON_INTEGER:
        return hs_value_int(json_integer_value(json));
    case JSON_REAL:
        return hs_value_num(json_real_value(json));
    case JSON_TRUE:
    case JSON_FALSE:
        return hs_value_bool(json_is_true(json));
    case JSON_ARRAY:
        v = hs_value_list();
        for (size_t i = 0; i < json_array_size(json); i++)
            assert_true(hs_value_push(&v, arena, convert(arena, json_array_get(json, i))));
        return v;
    case JSON_OBJECT:
        v = hs_value_map();
        for (void *it = json_object_iter((json_t *)(uintptr_t)json); it != NULL;
             it = json_object_iter_next((json_t *)(uintptr_t)json, it))
            assert_true(hs_value_set(&v, arena, json_object_iter_key(it),
                                     convert(arena, json_object_iter_value(it))));
        return v;
    default:
        return v;
    }
}

struct hs_value hs_test_json(struct hs_arena *arena, const char *path)
{
    size_t size;
    void *text = hs_test_read(arena, path, &size);
    json_error_t error;
    json_t *json = json_loadb(text, size, 0, &error);
    struct hs_value v;

    if (json == NULL)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    v = convert(arena, json);
    json_decref(json);
    return v;
}

bool hs_oracle_open(struct hs_oracle *o, struct hs_arena *arena, const char *topic)
{
    char name[128];
    const char *path;

    snprintf(name, sizeof name, "oracle/%s/manifest.json", topic);
    path = hs_test_shared(name);
    if (path == NULL)
        return false;
    snprintf(o->folder, sizeof o->folder, "%.*s", (int)(strlen(path) - strlen("/manifest.json")),
             path);
    o->manifest = hs_test_json(arena, path);
    o->cases = hs_value_get(&o->manifest, "cases");
    assert_int_equal(hs_value_len(o->cases), hs_value_integer(&o->manifest, "case_count", -1));
    return true;
}

bool hs_oracle_tagged(const struct hs_value *test_case, const char *tag)
{
    const struct hs_value *tags = hs_value_get(test_case, "tags");

    for (size_t i = 0; i < hs_value_len(tags); i++)
        if (strcmp(hs_value_at(tags, i)->as.string.text, tag) == 0)
            return true;
    return false;
}

bool hs_oracle_has(const struct hs_value *test_case, const char *group, const char *name)
{
    return hs_value_get(hs_value_get(test_case, group), name) != NULL;
}

/* "(2, 3)" behind 'shape': */
static int parse_shape(const char *header, size_t *shape)
{
    const char *p = strstr(header, "'shape':");
    int ndim = 0;

    assert_non_null(p);
    p = strchr(p, '(');
    assert_non_null(p);
    for (p++; *p != ')' && ndim < HS_MAX_DIMS;) {
        char *end;

        shape[ndim++] = strtoull(p, &end, 10);
        assert_ptr_not_equal(end, p);
        p = end + strspn(end, ", ");
    }
    return ndim;
}

static enum hs_dtype parse_dtype(const char *header, bool *swap)
{
    static const struct {
        const char *code;
        enum hs_dtype dtype;
    } codes[] = {{"b1", HS_BOOL},    {"i1", HS_INT8},    {"i2", HS_INT16},  {"i4", HS_INT32},
                 {"i8", HS_INT64},   {"u1", HS_UINT8},   {"u2", HS_UINT16}, {"u4", HS_UINT32},
                 {"f2", HS_FLOAT16}, {"f4", HS_FLOAT32}, {"f8", HS_FLOAT64}};
    const char *p = strstr(header, "'descr': '");

    assert_non_null(p);
    p += strlen("'descr': '");
    *swap = *p == '>';
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strncmp(p + 1, codes[i].code, 2) == 0)
            return codes[i].dtype;
    fail_msg("npy type %.4s", p);
    return HS_BOOL;
}

static void swap_bytes(unsigned char *data, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < size / 2; j++) {
            unsigned char t = data[i * size + j];

            data[i * size + j] = data[i * size + size - 1 - j];
            data[i * size + size - 1 - j] = t;
        }
}

static struct hs_tensor read_npy(struct hs_arena *arena, const char *path)
{
    size_t size, header_size, shape[HS_MAX_DIMS], count;
    unsigned char *bytes = hs_test_read(arena, path, &size), *data;
    struct hs_tensor t;
    enum hs_dtype dtype;
    char *header;
    int ndim;
    bool swap;

    assert_true(size > 10 && memcmp(bytes, "\x93NUMPY\x01", 7) == 0);
    header_size = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    assert_true(size >= 10 + header_size);
    header = hs_arena_strndup(arena, (const char *)bytes + 10, header_size);
    dtype = parse_dtype(header, &swap);
    ndim = parse_shape(header, shape);
    t = hs_tensor_view(NULL, dtype, ndim, shape);
    count = hs_tensor_count(&t);
    assert_int_equal(size - 10 - header_size, count * hs_dtype_size(dtype));
    data = hs_arena_alloc(arena, count,
                          hs_dtype_size(dtype)); /* aligned, as the file's place may not be */
    assert_non_null(data);
    memcpy(data, bytes + 10 + header_size, count * hs_dtype_size(dtype));
    if (swap)
        swap_bytes(data, count, hs_dtype_size(dtype));
    t.data = data;
    if (strstr(header, "'fortran_order': True") != NULL)
        for (int i = 0, stride = 1; i < ndim; stride *= (int)shape[i++])
            t.stride[i] = stride;
    return t;
}

struct hs_tensor hs_oracle_tensor(const struct hs_oracle *o, struct hs_arena *arena,
                                  const struct hs_value *test_case, const char *group,
                                  const char *name)
{
    const char *file = hs_value_text(hs_value_get(test_case, group), name, NULL);
    char path[1024];

    assert_non_null(file);
    snprintf(path, sizeof path, "%s/%s", o->folder, file);
    return read_npy(arena, path);
}

static bool close_enough(double got, double want, bool exact, double atol, double rtol)
{
    if (isnan(got) || isnan(want))
        return isnan(got) && isnan(want);
    if (exact || isinf(got) || isinf(want))
        return got == want;
    return fabs(got - want) <= atol + rtol * fabs(want);
}

bool hs_oracle_matches(const struct hs_value *test_case, const char *output,
                       const struct hs_tensor *got, const struct hs_tensor *want)
{
    const struct hs_value *all = hs_value_get(test_case, "tolerance");
    const struct hs_value *own = hs_value_get(hs_value_get(all, "per_output"), output);
    const struct hs_value *tolerance = own != NULL ? own : all;
    bool exact = hs_value_flag(tolerance, "exact", false);
    double atol = hs_value_number(tolerance, "atol", 0),
           rtol = hs_value_number(tolerance, "rtol", 0);
    const char *name = hs_value_text(test_case, "name", "?");

    if (!hs_shape_equal(got, want)) {
        print_error("%s: %s has another shape\n", name, output);
        return false;
    }
    for (size_t i = 0; i < hs_tensor_count(want); i++)
        if (!close_enough(hs_tensor_get(got, i), hs_tensor_get(want, i), exact, atol, rtol)) {
            print_error("%s: %s[%zu] is %.17g, the oracle says %.17g\n", name, output, i,
                        hs_tensor_get(got, i), hs_tensor_get(want, i));
            return false;
        }
    return true;
}

static bool is_wanted(const struct hs_value *test_case, const char *const *ops)
{
    for (size_t i = 0; ops != NULL && ops[i] != NULL; i++)
        if (hs_starts_with(hs_value_text(test_case, "op", "?"), ops[i]))
            return true;
    return ops == NULL;
}

/* $HALFSTEP_TEST_TMP/oracle, made; NULL without the variable. */
static const char *row_folder(void)
{
    static char folder[1024];
    const char *tmp = getenv("HALFSTEP_TEST_TMP");

    if (tmp == NULL)
        return NULL;
    snprintf(folder, sizeof folder, "%s/oracle", tmp);
    (void)mkdir(folder, 0777); /* it may be there */
    return folder;
}

/* True for the first row of a topic and route in this run of the program. */
static bool is_first_row(const char *topic, const char *route)
{
    enum { MOST = 64 };
    static char seen[MOST][96];
    static size_t n;
    char name[96];

    snprintf(name, sizeof name, "%s.%s", topic, route);
    for (size_t i = 0; i < n; i++)
        if (strcmp(seen[i], name) == 0)
            return false;
    assert_true(n < MOST);
    memcpy(seen[n++], name, sizeof name);
    return true;
}

void hs_oracle_row_write(const char *topic, const char *route, const struct hs_oracle_row *row)
{
    const char *folder = row_folder();
    char path[1280];
    FILE *f;

    if (folder == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s.%s.%s.rows", folder, topic, route,
             program_invocation_short_name);
    f = fopen(path, is_first_row(topic, route) ? "w" : "a");
    assert_non_null(f);
    fprintf(f, "%zu %zu %zu\n", row->passed, row->platform, row->total);
    assert_int_equal(fclose(f), 0);
}

bool hs_oracle_row_read(struct hs_oracle_row *sum, const char *topic, const char *route)
{
    const char *folder = row_folder();
    char pattern[1280];
    glob_t found;
    bool any = false;

    *sum = (struct hs_oracle_row){0, 0, 0};
    if (folder == NULL)
        return false;
    snprintf(pattern, sizeof pattern, "%s/%s.%s.*.rows", folder, topic, route);
    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *f = fopen(found.gl_pathv[i], "r");
        struct hs_oracle_row r;

        assert_non_null(f);
        while (fscanf(f, "%zu %zu %zu", &r.passed, &r.platform, &r.total) == 3) {
            sum->passed += r.passed;
            sum->platform += r.platform;
            sum->total += r.total;
            any = true;
        }
        fclose(f);
    }
    globfree(&found);
    return any;
}

/* The cases of one folder; false when it is absent. */
static bool run_topic(const char *topic, const char *const *ops, struct hs_arena *arena,
                      hs_oracle_case_fn *run_case)
{
    struct hs_oracle_row row = {0, 0, 0};
    size_t others = 0;
    struct hs_oracle o;

    hs_oracle_row_write(topic, "C", &row); /* what stays if a case ends the program */
    if (!hs_oracle_open(&o, arena, topic))
        return false;
    for (size_t i = 0; i < hs_value_len(o.cases); i++) {
        struct hs_arena_mark mark = hs_arena_mark(arena);
        const struct hs_value *c = hs_value_at(o.cases, i);
        bool ok, platform = hs_oracle_tagged(c, "platform");

        if (!is_wanted(c, ops)) {
            others++;
            continue;
        }
        ok = run_case(&o, arena, c);
        row.total++;
        row.passed += ok && !platform;
        row.platform += ok && platform;
        if (!ok)
            print_error("failed: %s\n", hs_value_text(c, "name", "?"));
        hs_arena_reset(arena, mark);
    }
    hs_oracle_row_write(topic, "C", &row);
    print_message("%s: passed %zu of %zu", topic, row.passed + row.platform, row.total);
    if (row.platform > 0)
        print_message(" (platform: %zu checked by SEMANTICS 1)", row.platform);
    if (others > 0)
        print_message(" (%zu of other operations)", others);
    print_message("\n");
    assert_int_equal(row.passed + row.platform, row.total);
    assert_true(row.total + others > 0);
    return true;
}

void hs_oracle_run_ops(const char *topic, const char *const *ops, struct hs_arena *arena,
                       hs_oracle_case_fn *run_case)
{
    char extra[128], name[160];

    snprintf(extra, sizeof extra, "extra_%s", topic);
    snprintf(name, sizeof name, "oracle/%s/manifest.json", extra);
    if (!run_topic(topic, ops, arena, run_case)) {
        print_message("%s: skipped, ../shared is not here\n", topic);
        skip();
    }
    if (hs_test_shared(name) != NULL)
        (void)run_topic(extra, ops, arena, run_case);
}

void hs_oracle_run(const char *topic, struct hs_arena *arena, hs_oracle_case_fn *run_case)
{
    hs_oracle_run_ops(topic, NULL, arena, run_case);
}

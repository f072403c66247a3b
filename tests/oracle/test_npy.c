#include "oracle.h"

#include "io/container.h"

/* The file of a case as bytes: an input, or a raw file that need not be well-formed. */
static struct hs_bytes file_of(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    const char *name = hs_value_text(hs_value_get(c, "inputs"), "x", NULL);
    struct hs_bytes bytes = {NULL, 0};
    char path[1024];

    if (name == NULL)
        name = hs_value_text(hs_value_get(c, "raw"), "x", NULL);
    assert_non_null(name);
    snprintf(path, sizeof path, "%s/%s", o->folder, name);
    bytes.data = hs_test_read(arena, path, &bytes.len);
    return bytes;
}

static bool load(const struct hs_oracle *o, struct hs_arena *arena, const struct hs_value *c)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_container file = HS_CONTAINER_INIT;
    struct hs_error err = HS_ERROR_INIT;
    struct hs_tensor got, values, want;
    enum hs_status st = hs_container_read(&file, file_of(o, arena, c), "x.npy", &limits, &err);
    bool ok;

    if (st == HS_OK && hs_oracle_tagged(c, "error"))
        st = hs_container_tensor(&got, &file, NULL, &err); /* Python objects: a container, but no tensor */
    if (hs_oracle_tagged(c, "error")) {
        ok = st != HS_OK && strlen(err.text) > 10;
        if (!ok)
            print_error("accepted, or refused without a reason: \"%s\"\n", err.text);
    } else {
        ok = st == HS_OK && hs_container_tensor(&got, &file, NULL, &err) == HS_OK &&
             hs_tensor_as(&values, arena, &got, HS_FLOAT64, &err) == HS_OK;
        if (!ok)
            print_error("%s\n", err.text);
        want = hs_oracle_tensor(o, arena, c, "outputs", "values");
        ok = ok && hs_oracle_matches(c, "values", &values, &want);
    }
    hs_container_dispose(&file);
    return ok;
}

static void every_array_file_is_read_or_refused(void **state)
{
    hs_oracle_run("npy", *state, load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_array_file_is_read_or_refused, hs_arena_setup, hs_arena_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

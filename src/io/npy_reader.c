/* The .npy file as a container: one tensor, or the objects of an '|O' array. */
#include "io/npy.h"
#include "io/pickle_file.h"

static bool sniff(struct hs_bytes b, const char *name)
{
    (void)name;
    return hs_npy_sniff(b);
}

static enum hs_status read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_entry e = {.name = "", .kind = HS_ENTRY_TENSOR, .axis = -1};
    struct hs_bytes objects;
    size_t trailing;
    enum hs_status st = hs_npy_read(&e.tensor, &objects, &trailing, &out->arena, bytes, name, err);

    if (st != HS_OK)
        return st;
    out->format = "npy";
    if (objects.data != NULL || e.tensor.data == NULL) {
        struct hs_pickle p = {.container = out, .limits = limits, .source = name, .err = err};

        out->format = "pickle";
        return hs_pickle_file(&p, objects);
    }
    if (!HS_VEC_PUSH(&out->entries, e) ||
        (trailing != 0 &&
         !hs_container_remark(out, "%zu bytes behind the elements were not read", trailing)))
        return hs_fail(err, HS_ENOMEM, "out of memory");
    return HS_OK;
}

const struct hs_reader hs_reader_npy = {.id = "npy",
                                        .help = "a NumPy array",
                                        .sniff = sniff,
                                        .read = read};

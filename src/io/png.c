#include "io/png.h"

#include <string.h>

#include <png.h>

#include "io/container.h"

bool hs_png_sniff(struct hs_bytes b)
{
    return b.len >= 8 && memcmp(b.data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static enum hs_status broken(png_image *image, const char *name, struct hs_error *err)
{
    enum hs_status st = hs_fail(err, HS_EFORMAT, "%s: broken PNG: %s", name, image->message);

    png_image_free(image);
    return st;
}

enum hs_status hs_png_read(struct hs_tensor *out, struct hs_arena *arena, struct hs_bytes bytes,
                           const char *name, const struct hs_io_limits *limits,
                           struct hs_error *err)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    const png_color black = {0, 0, 0};
    size_t shape[3], total;
    enum hs_status st;
    struct hs_tensor t;

    if (!png_image_begin_read_from_memory(&image, bytes.data, bytes.len))
        return broken(&image, name, err);
    image.format = (image.format & PNG_FORMAT_FLAG_COLOR) != 0 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    shape[0] = image.height;
    shape[1] = image.width;
    shape[2] = image.format == PNG_FORMAT_RGB ? 3 : 1;
    if (!hs_shape_count(&total, 3, shape) || total > limits->total_bytes) {
        png_image_free(&image);
        return hs_fail(err, HS_ELIMIT, "%s: a PNG of %zu x %zu pixels is more than %zu MiB", name,
                       shape[1], shape[0], limits->total_bytes >> 20);
    }
    st = hs_tensor_new(&t, arena, HS_UINT8, 3, shape, err);
    if (st != HS_OK) {
        png_image_free(&image);
        return st;
    }
    if (!png_image_finish_read(&image, &black, t.data, 0, NULL))
        return broken(&image, name, err);
    *out = t;
    return HS_OK;
}

static bool sniff(struct hs_bytes b, const char *name)
{
    (void)name;
    return hs_png_sniff(b);
}

static enum hs_status read(struct hs_container *out, struct hs_bytes b, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct hs_entry e = {.name = "", .kind = HS_ENTRY_TENSOR, .axis = -1};
    enum hs_status st = hs_png_read(&e.tensor, &out->arena, b, name, limits, err);

    out->format = "png";
    if (st == HS_OK && !HS_VEC_PUSH(&out->entries, e))
        st = hs_fail(err, HS_ENOMEM, "out of memory");
    return st;
}

const struct hs_reader hs_reader_png = {.id = "png",
                                        .help = "a picture, as uint8 [height, width, channels]",
                                        .sniff = sniff,
                                        .read = read};

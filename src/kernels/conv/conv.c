#include "kernels/conv/conv.h"

#include <string.h>

#include "kernels/gemm/layout.h"
#include "kernels/kernels.h"

enum {
    LINE = 64,
    COPIED_PIXELS = 128,      /* rows of a product whose taps are copied out */
    LAYOUT_BYTES = 384 * 1024 /* of shifted pictures at a time: they stay in the second cache */
};

static size_t up(size_t n)
{
    return (n + LINE - 1) / LINE * LINE;
}

size_t hs_conv_out(const struct hs_conv *c, int axis)
{
    size_t size = (axis == 0 ? c->height : c->width) + 2 * c->padding[axis];
    size_t reach = (c->kernel[axis] - 1) * c->dilation[axis] + 1;

    return size < reach ? 0 : (size - reach) / c->stride[axis] + 1;
}

static size_t group_channels(const struct hs_conv *c)
{
    return c->channels / c->groups;
}

/* Depth of the product of one group. */
static size_t depth(const struct hs_conv *c)
{
    return c->kernel[0] * c->kernel[1] * group_channels(c);
}

/* Packed weights of one group, to the next group's. */
static size_t group_size(const struct hs_conv *c)
{
    return up(hs_gemm_packed_size(c->out_channels / c->groups, depth(c)));
}

size_t hs_conv_packed_size(const struct hs_conv *c)
{
    size_t one = group_size(c);

    return one > SIZE_MAX / 2 / c->groups ? 0 : one * c->groups;
}

void hs_conv_pack(int8_t *packed, const struct hs_conv *c, const int8_t *w)
{
    size_t taps = c->kernel[0] * c->kernel[1], channels = group_channels(c);
    size_t columns = c->out_channels / c->groups;

    for (size_t g = 0; g < c->groups; g++)
        hs_gemm_pack_taps(packed + g * group_size(c), w + g * columns * channels * taps, taps,
                          channels, columns);
}

void hs_conv_fold_zero_point(int32_t *bias_out, const struct hs_conv *c, const int8_t *packed,
                             int32_t z)
{
    size_t columns = c->out_channels / c->groups;

    for (size_t g = 0; g < c->groups; g++)
        hs_gemm_fold_zero_point(bias_out + g * columns,
                                c->bias != NULL ? c->bias + g * columns : NULL,
                                packed + g * group_size(c), columns, depth(c), z);
}

/* How pixels become rows of a product. */
enum plan {
    PLAN_DIRECT,  /* a 1x1 kernel: they are rows already */
    PLAN_SHIFTED, /* shifted pictures; every tap is whole steps of 64 channels */
    PLAN_COPIED   /* taps copied side by side */
};

static enum plan plan_of(const struct hs_conv *c)
{
    bool one = c->kernel[0] == 1 && c->kernel[1] == 1;

    if (one && c->stride[0] == 1 && c->stride[1] == 1 && c->padding[0] == 0 && c->padding[1] == 0)
        return PLAN_DIRECT;
    return group_channels(c) % HS_GEMM_STEP == 0 ? PLAN_SHIFTED : PLAN_COPIED;
}

/* Shifted pictures of some output rows. Row r of the padded picture stands in plane r mod stride,
 * so that output rows are consecutive rows of a plane: layout [kernel columns][stride][rows][out
 * columns][channels]. */
struct shifted {
    size_t block, rows; /* output rows at a time; rows of a plane for them */
    size_t line;        /* bytes of a row: out columns of all channels */
};

static struct shifted shifted_of(const struct hs_conv *c)
{
    struct shifted s = {.line = hs_conv_out(c, 1) * c->channels};
    size_t more = (c->kernel[0] - 1) * c->dilation[0] / c->stride[0], out = hs_conv_out(c, 0);
    size_t per_row = c->kernel[1] * c->stride[0] * s.line;
    size_t fit = per_row == 0 ? out : LAYOUT_BYTES / per_row;

    s.block = fit > more + 1 ? fit - more : 1;
    s.block = s.block < out ? s.block : out;
    s.rows = s.block + more;
    return s;
}

size_t hs_conv_workspace(const struct hs_conv *c)
{
    struct shifted s;

    switch (plan_of(c)) {
    case PLAN_DIRECT:
        return LINE;
    case PLAN_SHIFTED:
        s = shifted_of(c);
        return up(c->kernel[1] * c->stride[0] * s.rows * s.line) +
               up(hs_gemm_steps(depth(c)) * sizeof(size_t));
    case PLAN_COPIED:
        break;
    }
    return COPIED_PIXELS * up(depth(c));
}

/* The product of group g for m pixels from `pixel` on. */
static struct hs_gemm product(const struct hs_conv *c, size_t g, size_t m, size_t pixel)
{
    static const size_t sizes[] = {4, 4, 1, 1, 0};
    size_t columns = c->out_channels / c->groups, at = g * columns;
    struct hs_gemm p = {.m = m,
                        .n = columns,
                        .k = depth(c),
                        .a_signed = c->x_signed,
                        .b = c->w + g * group_size(c),
                        .bias = c->bias != NULL ? c->bias + at : NULL,
                        .ldc = c->out_channels,
                        .epilogue = c->epilogue};

    p.c = (char *)c->y + (pixel * c->out_channels + at) * sizes[c->epilogue.out];
    if (c->epilogue.per_column)
        p.epilogue.scale += at;
    return p;
}

/* A ROWS epilogue hears of pixels and channels of the whole, not of a product. */
struct place {
    const struct hs_gemm_epilogue *to;
    size_t pixel, channel;
};

static void forward(void *payload, size_t i, size_t j, const int32_t *acc, size_t n)
{
    const struct place *p = payload;

    p->to->rows(p->to->payload, p->pixel + i, p->channel + j, acc, n);
}

static void multiply(const struct hs_conv *c, const struct hs_kernels *k, struct hs_gemm *p,
                     size_t g, size_t pixel)
{
    struct place place = {&c->epilogue, pixel, g * (c->out_channels / c->groups)};

    if (p->epilogue.out == HS_GEMM_ROWS) {
        p->epilogue.rows = forward;
        p->epilogue.payload = &place;
    }
    k->gemm_x8s8(p);
}

static void run_direct(const struct hs_conv *c, const struct hs_kernels *k)
{
    for (size_t g = 0; g < c->groups; g++) {
        struct hs_gemm p = product(c, g, c->n * c->height * c->width, 0);

        p.a = (const char *)c->x + g * group_channels(c);
        p.lda = c->channels;
        multiply(c, k, &p, g, 0);
    }
}

/* One row of a plane: picture row `row` (or padding) from column j d - p on, in steps of the
 * stride. */
static void lay_row(const struct hs_conv *c, unsigned char *to, size_t image, ptrdiff_t row,
                    size_t j)
{
    size_t ch = c->channels, columns = hs_conv_out(c, 1);
    ptrdiff_t first = (ptrdiff_t)(j * c->dilation[1]) - (ptrdiff_t)c->padding[1];
    ptrdiff_t stride = (ptrdiff_t)c->stride[1];
    const unsigned char *from;
    size_t x = 0;

    if (row < 0 || row >= (ptrdiff_t)c->height) {
        memset(to, (unsigned char)c->x_zero_point, columns * ch);
        return;
    }
    from = (const unsigned char *)c->x + (image * c->height + (size_t)row) * c->width * ch;
    for (; x < columns && first + (ptrdiff_t)x * stride < 0; x++)
        memset(to + x * ch, (unsigned char)c->x_zero_point, ch);
    if (stride == 1) {
        ptrdiff_t at = first + (ptrdiff_t)x;
        size_t run = at < (ptrdiff_t)c->width ? c->width - (size_t)at : 0;

        run = run < columns - x ? run : columns - x;
        memcpy(to + x * ch, from + at * (ptrdiff_t)ch, run * ch);
        x += run;
    }
    for (; x < columns; x++) {
        ptrdiff_t at = first + (ptrdiff_t)x * stride;

        if (at < (ptrdiff_t)c->width)
            memcpy(to + x * ch, from + at * (ptrdiff_t)ch, ch);
        else
            memset(to + x * ch, (unsigned char)c->x_zero_point, ch);
    }
}

static void lay_out(const struct hs_conv *c, const struct shifted *s, unsigned char *to,
                    size_t image, size_t y0)
{
    for (size_t j = 0; j < c->kernel[1]; j++)
        for (size_t plane = 0; plane < c->stride[0]; plane++)
            for (size_t r = 0; r < s->rows; r++, to += s->line) {
                size_t padded = (y0 + r) * c->stride[0] + plane;

                lay_row(c, to, image, (ptrdiff_t)padded - (ptrdiff_t)c->padding[0], j);
            }
}

/* Where the steps of group 0 begin, behind a pixel's place. */
static void place_steps(const struct hs_conv *c, const struct shifted *s, size_t *step)
{
    size_t channels = group_channels(c);

    for (size_t i = 0; i < c->kernel[0]; i++)
        for (size_t j = 0; j < c->kernel[1]; j++) {
            size_t down = i * c->dilation[0];
            size_t plane = j * c->stride[0] + down % c->stride[0];
            size_t start = (plane * s->rows + down / c->stride[0]) * s->line;

            for (size_t t = 0; t < channels; t += HS_GEMM_STEP)
                *step++ = start + t;
        }
}

static void run_shifted(const struct hs_conv *c, const struct hs_kernels *k, void *workspace)
{
    const struct shifted s = shifted_of(c);
    size_t *step = workspace, rows = hs_conv_out(c, 0), columns = hs_conv_out(c, 1);
    unsigned char *layout =
        (unsigned char *)workspace + up(hs_gemm_steps(depth(c)) * sizeof(size_t));

    place_steps(c, &s, step);
    for (size_t image = 0; image < c->n; image++)
        for (size_t y = 0; y < rows; y += s.block) {
            size_t count = rows - y < s.block ? rows - y : s.block;
            size_t pixel = (image * rows + y) * columns;

            lay_out(c, &s, layout, image, y);
            for (size_t g = 0; g < c->groups; g++) {
                struct hs_gemm p = product(c, g, count * columns, pixel);

                p.a = layout + g * group_channels(c);
                p.lda = c->channels;
                p.step = step;
                multiply(c, k, &p, g, pixel);
            }
        }
}

/* An output pixel, counted on without division. */
struct pixel {
    size_t image, y, x;
};

static void next_pixel(struct pixel *p, size_t rows, size_t columns)
{
    if (++p->x < columns)
        return;
    p->x = 0;
    if (++p->y < rows)
        return;
    p->y = 0;
    p->image++;
}

/* memcpy for the few bytes of a row of taps. */
static inline void copy_few(unsigned char *to, const unsigned char *from, size_t n)
{
    if (n >= 8 && n <= 16) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
    } else {
        memcpy(to, from, n);
    }
}

/* The taps of group g at one output pixel, side by side. */
static void copy_taps(const struct hs_conv *c, unsigned char *to, size_t g, const struct pixel *p)
{
    size_t channels = group_channels(c), together = c->kernel[1] * channels;
    const unsigned char *picture =
        (const unsigned char *)c->x + p->image * c->height * c->width * c->channels + g * channels;
    ptrdiff_t at = (ptrdiff_t)(p->x * c->stride[1]) - (ptrdiff_t)c->padding[1];
    bool side_by_side = c->groups == 1 && c->dilation[1] == 1 && at >= 0 &&
                        at + (ptrdiff_t)c->kernel[1] <= (ptrdiff_t)c->width;

    for (size_t i = 0; i < c->kernel[0]; i++) {
        ptrdiff_t row =
            (ptrdiff_t)(p->y * c->stride[0] + i * c->dilation[0]) - (ptrdiff_t)c->padding[0];
        bool inside = row >= 0 && row < (ptrdiff_t)c->height;

        if (inside && side_by_side) {
            copy_few(to, picture + ((size_t)row * c->width + (size_t)at) * channels, together);
            to += together;
            continue;
        }
        for (size_t j = 0; j < c->kernel[1]; j++, to += channels) {
            ptrdiff_t column = at + (ptrdiff_t)(j * c->dilation[1]);

            if (inside && column >= 0 && column < (ptrdiff_t)c->width)
                memcpy(to, picture + ((size_t)row * c->width + (size_t)column) * c->channels,
                       channels);
            else
                memset(to, (unsigned char)c->x_zero_point, channels);
        }
    }
}

/* Rows are whole steps; what stands behind the taps meets weights that are 0. */
static void run_copied(const struct hs_conv *c, const struct hs_kernels *k, void *workspace)
{
    size_t rows = hs_conv_out(c, 0), columns = hs_conv_out(c, 1), lda = up(depth(c));
    size_t pixels = c->n * rows * columns;
    struct pixel first = {0, 0, 0};

    memset(workspace, 0, COPIED_PIXELS * lda);
    for (size_t pixel = 0; pixel < pixels; pixel += COPIED_PIXELS) {
        size_t m = pixels - pixel < COPIED_PIXELS ? pixels - pixel : COPIED_PIXELS;
        struct pixel at = first;

        for (size_t g = 0; g < c->groups; g++) {
            struct hs_gemm p = product(c, g, m, pixel);

            at = first;
            for (size_t i = 0; i < m; i++, next_pixel(&at, rows, columns))
                copy_taps(c, (unsigned char *)workspace + i * lda, g, &at);
            p.a = workspace;
            p.lda = p.k = lda;
            multiply(c, k, &p, g, pixel);
        }
        first = at;
    }
}

void hs_conv_run(const struct hs_conv *c, const struct hs_kernels *k, void *workspace)
{
    if (hs_conv_out(c, 0) == 0 || hs_conv_out(c, 1) == 0)
        return;
    switch (plan_of(c)) {
    case PLAN_DIRECT:
        run_direct(c, k);
        break;
    case PLAN_SHIFTED:
        run_shifted(c, k, workspace);
        break;
    case PLAN_COPIED:
        run_copied(c, k, workspace);
        break;
    }
}

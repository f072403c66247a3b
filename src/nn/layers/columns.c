#include "nn/layers/columns.h"

#include <string.h>

enum { COLUMNS_WANTED = 192 };

size_t hs_columns_rows(const struct hs_layer *l)
{
    return l->in.c * l->kernel[0] * l->kernel[1];
}

size_t hs_columns_block(const struct hs_layer *l, size_t n)
{
    size_t pixels = l->out.h * l->out.w, block = (COLUMNS_WANTED + pixels - 1) / pixels;
    size_t most = (n + HS_SHARDS - 1) / HS_SHARDS;

    return block < most ? block : most;
}

/* The outputs [*from, *to) along an axis whose input lies inside the picture, for kernel place i.
 */
static void inside(const struct hs_layer *l, int axis, size_t i, size_t *from, size_t *to)
{
    size_t size = axis == 0 ? l->in.h : l->in.w, out = axis == 0 ? l->out.h : l->out.w;
    size_t stride = l->geometry.stride[axis], pad = l->geometry.padding[axis],
           at = i * l->geometry.dilation[axis];

    *from = at >= pad ? 0 : (pad - at + stride - 1) / stride;
    *to = size + pad <= at ? 0 : (size + pad - at - 1) / stride + 1;
    *to = *to < out ? *to : out;
    *from = *from < *to ? *from : *to;
}

/* Output row [from, to) of one picture and kernel place: where it begins in the picture's row. */
struct window {
    size_t y_from, y_to, x_from, x_to, x_at, y_at;
};

static struct window window(const struct hs_layer *l, size_t i, size_t j)
{
    struct window w;

    inside(l, 0, i, &w.y_from, &w.y_to);
    inside(l, 1, j, &w.x_from, &w.x_to);
    w.y_at = i * l->geometry.dilation[0];
    w.x_at = j * l->geometry.dilation[1];
    return w;
}

static void plane_to_row(float *row, const float *plane, const struct hs_layer *l,
                         const struct window *w)
{
    size_t sy = l->geometry.stride[0], sx = l->geometry.stride[1], width = l->out.w;

    memset(row, 0, w->y_from * width * sizeof *row);
    for (size_t y = w->y_from; y < w->y_to; y++) {
        const float *x = plane + (y * sy + w->y_at - l->geometry.padding[0]) * l->in.w;
        float *out = row + y * width;

        memset(out, 0, w->x_from * sizeof *out);
        if (sx == 1)
            memcpy(out + w->x_from, x + w->x_from + w->x_at - l->geometry.padding[1],
                   (w->x_to - w->x_from) * sizeof *out);
        else
            for (size_t k = w->x_from; k < w->x_to; k++)
                out[k] = x[k * sx + w->x_at - l->geometry.padding[1]];
        memset(out + w->x_to, 0, (width - w->x_to) * sizeof *out);
    }
    memset(row + w->y_to * width, 0, (l->out.h - w->y_to) * width * sizeof *row);
}

static void row_to_plane(float *plane, const float *row, const struct hs_layer *l,
                         const struct window *w)
{
    size_t sy = l->geometry.stride[0], sx = l->geometry.stride[1];

    for (size_t y = w->y_from; y < w->y_to && w->x_from < w->x_to; y++) {
        float *restrict dx = plane + (y * sy + w->y_at - l->geometry.padding[0]) * l->in.w +
                             w->x_from * sx + w->x_at - l->geometry.padding[1];
        const float *restrict in = row + y * l->out.w + w->x_from;

        if (sx == 1)
            for (size_t k = 0; k < w->x_to - w->x_from; k++)
                dx[k] += in[k];
        else
            for (size_t k = 0; k < w->x_to - w->x_from; k++)
                dx[k * sx] += in[k];
    }
}

/* Stride 1 and as large as before: kernel place (i, j) is the whole picture moved, but for the edge
 * that came in from outside. `by` is where its first pixel stands in the picture. */
static bool is_move(const struct hs_layer *l, const struct window *w, ptrdiff_t *by)
{
    const struct hs_conv_geometry *g = &l->geometry;

    *by = ((ptrdiff_t)w->y_at - (ptrdiff_t)g->padding[0]) * (ptrdiff_t)l->in.w +
          (ptrdiff_t)w->x_at - (ptrdiff_t)g->padding[1];
    return g->stride[0] == 1 && g->stride[1] == 1 && l->in.w == l->out.w && w->y_from < w->y_to &&
           w->x_from < w->x_to;
}

/* Zeros where the window looks outside: what stands there wrapped around from another row. */
static void clear_edges(float *row, const struct hs_layer *l, const struct window *w)
{
    for (size_t y = w->y_from; y < w->y_to; y++) {
        for (size_t x = 0; x < w->x_from; x++)
            row[y * l->out.w + x] = 0;
        for (size_t x = w->x_to; x < l->out.w; x++)
            row[y * l->out.w + x] = 0;
    }
}

/* The pixels of the output whose moved place lies in the picture, as one run. */
static void run_of_move(const struct hs_layer *l, const struct window *w, size_t *from, size_t *to)
{
    *from = w->y_from * l->out.w + w->x_from;
    *to = (w->y_to - 1) * l->out.w + w->x_to;
}

static void move_to_row(float *row, const float *plane, const struct hs_layer *l,
                        const struct window *w, ptrdiff_t by)
{
    size_t from, to;

    run_of_move(l, w, &from, &to);
    memset(row, 0, from * sizeof *row);
    memcpy(row + from, plane + (ptrdiff_t)from + by, (to - from) * sizeof *row);
    memset(row + to, 0, (l->out.h * l->out.w - to) * sizeof *row);
    clear_edges(row, l, w);
}

static void move_to_plane(float *plane, float *row, const struct hs_layer *l,
                          const struct window *w, ptrdiff_t by)
{
    float *restrict dx;
    const float *restrict in = row;
    size_t from, to;

    run_of_move(l, w, &from, &to);
    clear_edges(row, l, w);
    dx = plane + by;
    for (size_t k = from; k < to; k++)
        dx[k] += in[k];
}

void hs_columns(float *columns, const float *x, const struct hs_layer *l, size_t n, size_t first,
                size_t count)
{
    size_t in = l->in.h * l->in.w, out = l->out.h * l->out.w;

    for (size_t c = 0; c < l->in.c; c++)
        for (size_t i = 0; i < l->kernel[0]; i++)
            for (size_t j = 0; j < l->kernel[1]; j++) {
                struct window w = window(l, i, j);
                ptrdiff_t by;
                bool moves = is_move(l, &w, &by);

                for (size_t k = 0; k < count; k++, columns += out)
                    if (moves)
                        move_to_row(columns, x + (c * n + first + k) * in, l, &w, by);
                    else
                        plane_to_row(columns, x + (c * n + first + k) * in, l, &w);
            }
}

void hs_columns_add(float *dx, float *columns, const struct hs_layer *l, size_t n, size_t first,
                    size_t count)
{
    size_t in = l->in.h * l->in.w, out = l->out.h * l->out.w;

    for (size_t c = 0; c < l->in.c; c++) {
        memset(dx + (c * n + first) * in, 0, count * in * sizeof *dx);
        for (size_t i = 0; i < l->kernel[0]; i++)
            for (size_t j = 0; j < l->kernel[1]; j++) {
                struct window w = window(l, i, j);
                ptrdiff_t by;
                bool moves = is_move(l, &w, &by);

                for (size_t k = 0; k < count; k++, columns += out)
                    if (moves)
                        move_to_plane(dx + (c * n + first + k) * in, columns, l, &w, by);
                    else
                        row_to_plane(dx + (c * n + first + k) * in, columns, l, &w);
            }
    }
}

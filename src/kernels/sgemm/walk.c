#include <stdint.h>
#include <string.h>

#include "kernels/sgemm/tile.h"

enum {
    KC = 512,      /* k of a block: a tile's rows of A stay in the first cache */
    NC = 384,      /* columns of B in a block, which stay in the second */
    MC = 168,      /* rows of A that are copied at once: a multiple of most tiles' rows */
    FEW_ROWS = 18, /* for no more than this B is not worth copying */
    LOW = 64, /* as many rows and no more: copies of B are small and used while they are near */
    LOW_KC = 128,
    LINE = 16,      /* floats of a cache line */
    SAME_SETS = 512 /* floats: rows at a multiple of this compete for a few sets of the cache */
};

/* A product on its way through the blocks. */
struct walk {
    const struct hs_sgemm *g;
    const struct hs_sgemm_set *set;
    float *edge, *a, *b; /* a tile that sticks out of C; copies of A and B */
    bool direct_b, copy_a;
    size_t j, n, p, k; /* the block: columns of C, steps */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

size_t hs_sgemm_scratch(size_t m, size_t n, size_t k)
{
    size_t steps = least(k, KC), a = round_up(least(m, MC) * steps, LINE);

    return (HS_SGEMM_ROWS_MOST * HS_SGEMM_WIDTH_MOST + a + round_up(least(n, NC), LINE) * steps) *
           sizeof(float);
}

/* Pieces of almost equal size, so that none is too small to keep the multipliers busy: what the
 * next one takes of `left`. */
static size_t share(size_t left, size_t most)
{
    size_t pieces = (left + most - 1) / most;

    return (left + pieces - 1) / pieces;
}

/* Columns of the next panel of B when n are left: whole vectors but for the last one. */
static size_t panel_cols(const struct hs_sgemm_set *set, size_t n)
{
    size_t vectors = (n + set->lanes - 1) / set->lanes;

    return least(n, share(vectors, set->vectors) * set->lanes);
}

static bool reads_b_itself(const struct walk *w, size_t cols)
{
    return w->direct_b && cols % w->set->lanes == 0;
}

/* rows x cols of `in` as they are, each row filled up with zeros. */
static void copy(float *out, size_t out_step, const float *in, size_t in_step, size_t rows,
                 size_t cols)
{
    for (size_t r = 0; r < rows; r++) {
        memcpy(out + r * out_step, in + r * in_step, cols * sizeof *out);
        memset(out + r * out_step + cols, 0, (out_step - cols) * sizeof *out);
    }
}

static void copy_transposed(float *out, size_t out_step, const float *in, size_t in_step,
                            size_t rows, size_t cols, const struct hs_sgemm_set *set)
{
    for (size_t r = 0; r < rows; r += set->lanes)
        if (rows - r >= set->lanes)
            set->transpose(out + r, out_step, in + r * in_step, in_step, cols);
        else
            hs_sgemm_transpose_rest(out + r, out_step, in + r * in_step, in_step, rows - r, cols,
                                    set->lanes);
}

/* Panels, one behind the other, of k rows each. */
static void copy_b(const struct walk *w)
{
    const struct hs_sgemm *g = w->g;
    size_t cols;

    for (size_t x = 0; x < w->n; x += cols) {
        float *out = w->b + x * w->k;
        size_t width;

        cols = panel_cols(w->set, w->n - x);
        width = round_up(cols, w->set->lanes);
        if (g->b_transposed)
            copy_transposed(out, width, g->b + (w->j + x) * g->ldb + w->p, g->ldb, cols, w->k,
                            w->set);
        else if (!reads_b_itself(w, cols))
            copy(out, width, g->b + w->p * g->ldb + w->j + x, g->ldb, w->k, cols);
    }
}

static void run_tile(const struct walk *w, const struct hs_sgemm_tile *t, size_t rows, size_t cols)
{
    size_t vectors = (cols + w->set->lanes - 1) / w->set->lanes, width = vectors * w->set->lanes;
    hs_sgemm_tile_fn *run = w->set->tile[(vectors - 1) * w->set->rows + rows - 1];
    struct hs_sgemm_tile edge = *t;

    if (cols == width) {
        run(t);
        return;
    }
    edge.c = w->edge;
    edge.ldc = width;
    if (!t->begins)
        copy(edge.c, width, t->c, t->ldc, rows, cols);
    run(&edge);
    for (size_t i = 0; i < rows; i++)
        memcpy(t->c + i * t->ldc, edge.c + i * width, cols * sizeof *t->c);
}

/* A tile's rows over all panels: A stays near, B streams by. */
static void run_panels(const struct walk *w, struct hs_sgemm_tile *t, size_t rows)
{
    const struct hs_sgemm *g = w->g;
    size_t cols;

    for (size_t x = 0; x < w->n; x += cols, t->c += cols) {
        cols = panel_cols(w->set, w->n - x);
        if (reads_b_itself(w, cols)) {
            t->b = g->b + w->p * g->ldb + w->j + x;
            t->b_step = g->ldb;
        } else {
            t->b = w->b + x * w->k;
            t->b_step = round_up(cols, w->set->lanes);
        }
        run_tile(w, t, rows, cols);
    }
}

static void run_block(const struct walk *w)
{
    const struct hs_sgemm *g = w->g;
    struct hs_sgemm_tile t = {
        .k = w->k,
        .begins = w->p == 0 && !g->accumulate,
        .ldc = g->ldc,
        .a_row = g->a_transposed ? 1 : g->lda,
        .a_step = g->a_transposed ? g->lda : 1,
    };
    size_t rows, some;

    for (size_t i = 0; i < g->m; i += some) {
        const float *a = g->a + i * t.a_row + w->p * (g->a_transposed ? g->lda : 1);

        some = least(MC, g->m - i);
        if (w->copy_a) {
            copy(w->a, some, a, g->lda, w->k, some);
            a = w->a;
            t.a_step = some;
        }
        for (size_t r = 0; r < some; r += rows) {
            rows = share(some - r, w->set->rows);
            t.a = a + r * t.a_row;
            t.c = g->c + (i + r) * g->ldc + w->j;
            run_panels(w, &t, rows);
        }
    }
}

static void clear(const struct hs_sgemm *g)
{
    for (size_t i = 0; i < g->m; i++)
        memset(g->c + i * g->ldc, 0, g->n * sizeof *g->c);
}

void hs_sgemm_walk(const struct hs_sgemm *g, void *scratch, const struct hs_sgemm_set *set)
{
    bool low = g->b_transposed && g->m <= LOW;
    size_t kc = low ? LOW_KC : KC, nc = low ? set->lanes * set->vectors : NC;
    bool on_lines = g->ldb % LINE == 0 && (uintptr_t)g->b % (LINE * sizeof(float)) == 0;
    struct walk w = {.g = g, .set = set, .edge = scratch};

    w.a = w.edge + HS_SGEMM_ROWS_MOST * HS_SGEMM_WIDTH_MOST;
    w.b = w.a + round_up(least(g->m, MC) * least(g->k, KC), LINE);
    w.direct_b = !g->b_transposed && (g->m <= FEW_ROWS || (on_lines && g->ldb % SAME_SETS != 0));
    w.copy_a = g->a_transposed && g->lda % SAME_SETS == 0 && g->n > HS_SGEMM_WIDTH_MOST;
    if (g->k == 0 && !g->accumulate)
        clear(g);
    for (w.j = 0; w.j < g->n; w.j += nc) {
        w.n = least(nc, g->n - w.j);
        for (w.p = 0; w.p < g->k; w.p += kc) {
            w.k = least(kc, g->k - w.p);
            copy_b(&w);
            run_block(&w);
        }
    }
}

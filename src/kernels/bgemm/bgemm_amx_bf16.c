/* All of A (a million elements of it at a time) is converted once, then B block by block; both as
 * tiles. A block of C of 32 x 32 is four tiles of sums over the steps of a block, and waits in C
 * for the next. */
#include <string.h>

#include "kernels/bgemm/blocks.h"
#include "kernels/bgemm/pack_amx_bf16.h"
#include "kernels/gemm/tiles_amx.h"
#include "kernels/kernels.h"

struct walk {
    struct hs_sgemm g;
    float *edge; /* a block of C that sticks out */
    uint16_t *a, *b;
    size_t j, n, p, k; /* the block of B: columns, steps */
};

static size_t tiles(size_t k)
{
    return (k + HS_BF16_STEPS - 1) / HS_BF16_STEPS;
}

/* Tile (l / 16, s / 32) goes to out[(l / 16) out_line + s / 32] tiles. */
HS_INLINE void pack_as(uint16_t *out, size_t out_line, struct hs_bf16_source x, size_t lines,
                       size_t steps, const bool steps_are_rows, const bool turned)
{
    const float *at = x.at;
    size_t across = steps_are_rows ? 1 : x.stride, along = steps_are_rows ? x.stride : 1;
    size_t all = tiles(steps) * ((lines + HS_BF16_LINES - 1) / HS_BF16_LINES);
    size_t high = (lines + HS_BF16_LINES - 1) / HS_BF16_LINES, wide = tiles(steps);

    for (size_t t = 0; t < all; t++) { /* along memory first */
        size_t l = steps_are_rows ? t % high : t / wide, s = steps_are_rows ? t / high : t % wide;
        size_t lines_left = lines - l * HS_BF16_LINES, steps_left = steps - s * HS_BF16_STEPS;
        uint16_t *to = out + (l * out_line + s) * HS_BF16_TILE;

        x.at = at + l * HS_BF16_LINES * across + s * HS_BF16_STEPS * along;
        if (lines_left >= HS_BF16_LINES && steps_left >= HS_BF16_STEPS)
            hs_bf16_pack_tile(to, &x, HS_BF16_LINES, HS_BF16_STEPS, steps_are_rows, turned);
        else
            hs_bf16_pack_tile(to, &x, lines_left, steps_left, steps_are_rows, turned);
    }
}

static void pack_a(const struct walk *w)
{
    const struct hs_sgemm *g = &w->g;
    struct hs_bf16_source x = {.at = g->a, .stride = g->lda};

    if (g->a_transposed)
        pack_as(w->a, tiles(g->k), x, g->m, g->k, true, true);
    else
        pack_as(w->a, tiles(g->k), x, g->m, g->k, false, false);
}

static void pack_b(const struct walk *w)
{
    const struct hs_sgemm *g = &w->g;
    struct hs_bf16_source x = {.stride = g->ldb};

    if (g->b_transposed) {
        x.at = g->b + w->j * g->ldb + w->p;
        pack_as(w->b, tiles(w->k), x, w->n, w->k, false, true);
    } else {
        x.at = g->b + w->p * g->ldb + w->j;
        pack_as(w->b, tiles(w->k), x, w->n, w->k, true, false);
    }
}

/* The sums of a block; low and narrow ones have only 16 rows or columns. */
HS_INLINE void load(const float *c, size_t ldc, bool low, bool narrow)
{
    const float *below = c + HS_TILE_ROWS * ldc;

    _tile_loadd(0, c, ldc * sizeof *c);
    if (!narrow)
        _tile_loadd(1, c + HS_TILE_ROWS, ldc * sizeof *c);
    if (!low)
        _tile_loadd(2, below, ldc * sizeof *c);
    if (!low && !narrow)
        _tile_loadd(3, below + HS_TILE_ROWS, ldc * sizeof *c);
}

HS_INLINE void store(float *c, size_t ldc, bool low, bool narrow)
{
    float *below = c + HS_TILE_ROWS * ldc;

    _tile_stored(0, c, ldc * sizeof *c);
    if (!narrow)
        _tile_stored(1, c + HS_TILE_ROWS, ldc * sizeof *c);
    if (!low)
        _tile_stored(2, below, ldc * sizeof *c);
    if (!low && !narrow)
        _tile_stored(3, below + HS_TILE_ROWS, ldc * sizeof *c);
}

HS_INLINE void clear(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

/* All steps of the block of B, added to the sums. */
static void multiply(const struct walk *w, const uint16_t *a, const uint16_t *b, bool low,
                     bool narrow)
{
    size_t a_line = tiles(w->g.k) * HS_BF16_TILE, b_line = tiles(w->k) * HS_BF16_TILE;

    for (size_t t = tiles(w->k); t > 0; t--, a += HS_BF16_TILE, b += HS_BF16_TILE) {
        _tile_loadd(4, a, 64);
        _tile_loadd(6, b, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (!narrow) {
            _tile_loadd(7, b + b_line, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (!low) {
            _tile_loadd(5, a + a_line, 64);
            _tile_dpbf16ps(2, 5, 6);
            if (!narrow)
                _tile_dpbf16ps(3, 5, 7);
        }
    }
}

/* Rows [i, i + 32) and columns [j, j + 32) of C, j counted in the block of B. */
static void run_block(const struct walk *w, size_t i, size_t j)
{
    const struct hs_sgemm *g = &w->g;
    size_t rows = hs_bgemm_least(g->m - i, HS_BGEMM_BLOCK),
           cols = hs_bgemm_least(w->n - j, HS_BGEMM_BLOCK);
    bool begins = w->p == 0 && !g->accumulate, low = rows <= HS_TILE_ROWS;
    bool narrow = cols <= HS_TILE_ROWS;
    bool whole = rows % HS_TILE_ROWS == 0 && cols % HS_TILE_ROWS == 0;
    const uint16_t *a = w->a + i * tiles(g->k) * HS_BF16_STEPS + w->p * HS_BF16_LINES;
    const uint16_t *b = w->b + j * tiles(w->k) * HS_BF16_STEPS;
    float *c = g->c + i * g->ldc + w->j + j;

    float *sums = whole ? c : w->edge;
    size_t step = whole ? g->ldc : HS_BGEMM_BLOCK;

    for (size_t r = 0; r < rows && !whole && !begins; r++)
        memcpy(sums + r * step, c + r * g->ldc, cols * sizeof *c);
    __asm__ volatile("" ::: "memory"); /* gcc 12 does not know that loading a tile reads memory */
    if (begins)
        clear();
    else
        load(sums, step, low, narrow);
    multiply(w, a, b, low, narrow);
    store(sums, step, low, narrow);
    for (size_t r = 0; r < rows && !whole; r++)
        memcpy(c + r * g->ldc, sums + r * step, cols * sizeof *c);
}

/* A product whose A is converted whole. */
static void run_part(struct walk *w)
{
    const struct hs_sgemm *g = &w->g;

    pack_a(w);
    for (w->j = 0; w->j < g->n; w->j += HS_BGEMM_NC) {
        w->n = hs_bgemm_least(HS_BGEMM_NC, g->n - w->j);
        for (w->p = 0; w->p < g->k; w->p += HS_BGEMM_KC) {
            w->k = hs_bgemm_least(HS_BGEMM_KC, g->k - w->p);
            pack_b(w);
            __asm__ volatile("" ::: "memory");
            for (size_t j = 0; j < w->n; j += HS_BGEMM_BLOCK)
                for (size_t i = 0; i < g->m; i += HS_BGEMM_BLOCK)
                    run_block(w, i, j);
        }
    }
}

void hs_bgemm__amx_bf16(const struct hs_sgemm *g, void *scratch)
{
    struct walk w = {.edge = scratch};
    size_t rows;

    if (g->m == 0 || g->n == 0 || g->k == 0) {
        hs_bgemm__scalar(g, scratch);
        return;
    }
    rows = hs_bgemm_rows_most(g->k);
    w.a = (uint16_t *)(void *)(w.edge + HS_BGEMM_BLOCK * HS_BGEMM_BLOCK);
    w.b = w.a + hs_bgemm_a_size(g->m, g->k);
    memset(w.edge, 0, HS_BGEMM_BLOCK * HS_BGEMM_BLOCK * sizeof *w.edge);
    hs_tiles_configure(HS_TILE_ROWS, HS_TILE_ROWS);
    for (size_t p = 0; p < g->k; p += HS_BGEMM_K_MOST)
        for (size_t i = 0; i < g->m; i += rows) {
            w.g = *g;
            w.g.a += g->a_transposed ? p * g->lda + i : i * g->lda + p;
            w.g.b += g->b_transposed ? p : p * g->ldb;
            w.g.c += i * g->ldc;
            w.g.m = hs_bgemm_least(rows, g->m - i);
            w.g.k = hs_bgemm_least(HS_BGEMM_K_MOST, g->k - p);
            w.g.accumulate = g->accumulate || p > 0;
            run_part(&w);
        }
    _tile_release();
}

/* Blocks of 32 rows and 2 panels: 4 tiles of sums, 2 of activations, 2 of weights. A block's sums
 * are finished while the tiles of the next block are being multiplied. Few rows are left to
 * vectors. */
#include <string.h>

#include "kernels/gemm/epilogue_avx512.h"
#include "kernels/gemm/layout.h"
#include "kernels/gemm/tiles_amx.h"
#include "kernels/kernels.h"

enum {
    ROWS = 16,
    FEW_ROWS = 5,
    COPY_STEPS = 16,
    COPY_PANELS = 14,
    COPY_PANELS_ODD = 5,
    FAR_BYTES = 2 << 20
};

/* Sums of a block that wait for their epilogue. */
struct pending {
    _Alignas(64) int32_t sums[2][ROWS * 2][ROWS]; /* panel, row, column */
    struct hs_columns_avx512 columns[2];
    size_t i, j, rows, panels, next; /* next row to finish */
};

struct work {
    const struct hs_gemm *g;
    struct pending blocks[2];
    /* Steps [first_copied, …) of the rows, zeros behind: the last one when it is not whole; all
     * when rows are not aligned (each row of a tile would be two lines of the cache) and are read
     * often enough. */
    _Alignas(64) uint8_t copy[ROWS * 2 * COPY_STEPS * HS_GEMM_STEP];
    size_t first_copied, copied; /* steps */
    size_t configured;           /* rows that the tiles are made for */
    int turn;
    uintptr_t far; /* where the next rows lie, when A does not fit the second cache; else 0 */
};

/* Rows [next, end) of a block where all is bytes that saturate. */
HS_GEMM_INLINE void finish_bytes(const struct hs_finish_avx512 *f, const struct pending *p,
                                 size_t next, size_t end)
{
    const struct hs_columns_avx512 left = p->columns[0], right = p->columns[1];
    unsigned char *c = f->c + (p->i + next) * f->ldc + p->j;

    for (; next < end; next++, c += f->ldc) {
        __m512i a = _mm512_add_epi32(_mm512_load_si512(p->sums[0][next]), left.base);
        __m512i b = _mm512_add_epi32(_mm512_load_si512(p->sums[1][next]), right.base);

        _mm_storeu_si128((__m128i *)(void *)c, hs_saturated16_avx512(f, left.scale, a));
        _mm_storeu_si128((__m128i *)(void *)(c + ROWS), hs_saturated16_avx512(f, right.scale, b));
    }
}

/* Finishes at most `rows` rows. */
HS_GEMM_INLINE void finish(const struct hs_finish_avx512 *f, struct pending *p, size_t rows)
{
    size_t next = p->next, end = p->rows - next < rows ? p->rows : next + rows;

    p->next = end;
    if (f->saturates && p->panels > 1 && p->columns[1].mask == 0xffff) {
        finish_bytes(f, p, next, end);
        return;
    }
    for (size_t q = 0; q < p->panels; q++) {
        const struct hs_columns_avx512 columns = p->columns[q];

        for (size_t r = next; r < end; r++)
            hs_finish16_avx512(f, &columns, p->i + r, p->j + q * HS_GEMM_COLUMNS,
                               _mm512_add_epi32(_mm512_load_si512(p->sums[q][r]), columns.base));
    }
}

#define MULTIPLY(c, a, b)          \
    do {                           \
        if (is_signed)             \
            _tile_dpbssd(c, a, b); \
        else                       \
            _tile_dpbusd(c, a, b); \
    } while (0)

/* Some lines of the next rows; past the end this is harmless. */
HS_GEMM_INLINE void ask_ahead(struct work *w)
{
    for (int i = 0; i < 4; i++, w->far += 64)
        _mm_prefetch((const void *)w->far, _MM_HINT_T1);
}

/* The products of one block; rows of the block before it are finished meanwhile. two_rows,
 * two_panels and is_signed are constants where this is inlined. */
HS_GEMM_INLINE void multiply(struct work *w, const struct hs_finish_avx512 *f, const uint8_t *a,
                             const int8_t *b, struct pending *before, bool two_rows,
                             bool two_panels, bool is_signed)
{
    const struct hs_gemm *g = w->g;
    size_t steps = hs_gemm_steps(g->k), panel = hs_gemm_panel_size(g->k);
    size_t share = (ROWS * 2 + steps - 1) / steps;

    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t t = 0; t < steps; t++, b += HS_GEMM_STEP * HS_GEMM_COLUMNS) {
        const uint8_t *at = a + hs_gemm_step_at(g, t);
        size_t lda = g->lda;

        if (t >= w->first_copied) {
            at = w->copy + (t - w->first_copied) * HS_GEMM_STEP;
            lda = w->copied * HS_GEMM_STEP;
        }
        _tile_loadd(4, at, lda);
        _tile_loadd(6, b, 64);
        MULTIPLY(0, 4, 6);
        if (two_panels) {
            _tile_loadd(7, b + panel, 64);
            MULTIPLY(1, 4, 7);
        }
        if (two_rows) {
            _tile_loadd(5, at + ROWS * lda, lda);
            MULTIPLY(2, 5, 6);
            if (two_panels)
                MULTIPLY(3, 5, 7);
        }
        finish(f, before, share);
        if (w->far != 0)
            ask_ahead(w);
    }
}

static void store(struct pending *p, size_t rows)
{
    _tile_stored(0, p->sums[0][0], 64);
    if (p->panels > 1)
        _tile_stored(1, p->sums[1][0], 64);
    if (rows > ROWS) {
        _tile_stored(2, p->sums[0][ROWS], 64);
        if (p->panels > 1)
            _tile_stored(3, p->sums[1][ROWS], 64);
    }
}

/* Rows [i, i + rows), columns [j, j + 32). `turn` says which pending block is free. */
HS_GEMM_INLINE void block(struct work *w, const struct hs_finish_avx512 *f, size_t i, size_t j,
                          size_t rows, bool is_signed)
{
    const struct hs_gemm *g = w->g;
    const uint8_t *a = (const uint8_t *)g->a + i * g->lda;
    const int8_t *b = g->b + j / HS_GEMM_COLUMNS * hs_gemm_panel_size(g->k);
    struct pending *p = &w->blocks[w->turn], *before = &w->blocks[1 - w->turn];
    bool two_panels = g->n - j > HS_GEMM_COLUMNS;

    p->columns[0] = hs_columns_avx512(g, j, false);
    if (two_panels)
        p->columns[1] = hs_columns_avx512(g, j + HS_GEMM_COLUMNS, false);
    if (rows > ROWS && two_panels)
        multiply(w, f, a, b, before, true, true, is_signed);
    else if (rows > ROWS)
        multiply(w, f, a, b, before, true, false, is_signed);
    else if (two_panels)
        multiply(w, f, a, b, before, false, true, is_signed);
    else
        multiply(w, f, a, b, before, false, false, is_signed);
    finish(f, before, ROWS * 2);
    p->i = i;
    p->j = j;
    p->rows = rows;
    p->panels = two_panels ? 2 : 1;
    p->next = 0;
    store(p, rows);
    w->turn = 1 - w->turn;
}

static void plan_copy(struct work *w)
{
    const struct hs_gemm *g = w->g;
    size_t steps = hs_gemm_steps(g->k);
    bool aligned = (((uintptr_t)g->a | g->lda) & 63) == 0;

    w->first_copied = g->k / HS_GEMM_STEP; /* none when the last is whole */
    if (!aligned && g->step == NULL && steps <= COPY_STEPS &&
        hs_gemm_panels(g->n) >= (g->lda % 16 == 0 ? COPY_PANELS : COPY_PANELS_ODD))
        w->first_copied = 0;
    w->copied = steps - w->first_copied;
}

static void copy_rows(struct work *w, size_t i, size_t rows)
{
    const struct hs_gemm *g = w->g;
    size_t from = w->first_copied * HS_GEMM_STEP, whole = g->k / HS_GEMM_STEP * HS_GEMM_STEP;
    __mmask64 mask = ((__mmask64)1 << (g->k - whole)) - 1;
    uint8_t *to = w->copy;

    for (size_t r = 0; r < rows; r++) {
        const uint8_t *a = (const uint8_t *)g->a + (i + r) * g->lda;

        for (size_t t = from; t < whole; t += HS_GEMM_STEP, to += HS_GEMM_STEP)
            _mm512_store_si512(to, _mm512_loadu_si512(a + t));
        if (mask != 0) {
            _mm512_store_si512(to,
                               _mm512_maskz_loadu_epi8(mask, a + hs_gemm_step_at(g, whole / 64)));
            to += HS_GEMM_STEP;
        }
    }
}

/* Rows from i on that make a block, with the tiles configured for them. */
static size_t next_rows(struct work *w, size_t i)
{
    size_t rows = w->g->m - i < ROWS * 2 ? w->g->m - i : ROWS * 2;

    if (w->configured != rows)
        hs_tiles_configure(rows < ROWS ? rows : ROWS, rows > ROWS ? rows - ROWS : ROWS);
    w->configured = rows;
    return rows;
}

/* Whichever of the factors is larger is read once, and a block of it stays in the first cache. */
HS_GEMM_INLINE void all_blocks(struct work *w, bool is_signed)
{
    const struct hs_gemm *g = w->g;
    const struct hs_finish_avx512 f = hs_finish_avx512(g);
    size_t rows;

    if (g->step != NULL && g->m * g->lda < hs_gemm_panels(g->n) * hs_gemm_panel_size(g->k)) {
        for (size_t j = 0; j < g->n; j += 2 * HS_GEMM_COLUMNS)
            for (size_t i = 0; i < g->m; i += rows) {
                rows = next_rows(w, i);
                block(w, &f, i, j, rows, is_signed);
            }
    } else {
        for (size_t i = 0; i < g->m; i += rows) {
            rows = next_rows(w, i);
            if (w->far != 0)
                w->far = (uintptr_t)g->a + (i + rows) * g->lda;
            if (w->copied > 0)
                copy_rows(w, i, rows);
            for (size_t j = 0; j < g->n; j += 2 * HS_GEMM_COLUMNS)
                block(w, &f, i, j, rows, is_signed);
        }
    }
    finish(&f, &w->blocks[1 - w->turn], ROWS * 2);
}

void hs_gemm_x8s8__amx(const struct hs_gemm *g)
{
    struct work w;

    if (g->m < FEW_ROWS || g->n == 0 || g->k == 0) {
        hs_gemm_x8s8__avx512_vnni(g);
        return;
    }
    w.g = g;
    w.configured = 0;
    w.turn = 0;
    w.far = g->step == NULL && g->m > FAR_BYTES / g->lda ? (uintptr_t)g->a : 0;
    plan_copy(&w);
    for (int i = 0; i < 2; i++) /* nothing waits yet */
        w.blocks[i].rows = w.blocks[i].next = w.blocks[i].panels = 0;
    if (g->a_signed)
        all_blocks(&w, true);
    else
        all_blocks(&w, false);
    _tile_release();
}

/* The tile configuration of AMX. */
#ifndef HS_KERNELS_GEMM_TILES_AMX_H
#define HS_KERNELS_GEMM_TILES_AMX_H

/* So that it compiles alone, without the flags of its users; gcc and clang 14 spell it differently.
 */
#if defined(__AMX_TILE__) || defined(__AMXTILE__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum { HS_TILE_ROWS = 16, HS_TILES = 8 };

/* Palette 1: bytes a row and rows of each tile. */
struct hs_tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};

/* Whole tiles, but `first` rows of sums and activations for tiles 0, 1 and 4, `second` for 2, 3 and
 * 5. gcc 12 drops stores to the configuration without the barrier. */
static inline void hs_tiles_configure(size_t first, size_t second)
{
    struct hs_tile_config c = {.palette = 1};

    for (int i = 0; i < HS_TILES; i++) {
        c.row_bytes[i] = 64;
        c.rows[i] = HS_TILE_ROWS;
    }
    c.rows[0] = c.rows[1] = c.rows[4] = (uint8_t)first;
    c.rows[2] = c.rows[3] = c.rows[5] = (uint8_t)second;
    __asm__ volatile("" : : "r"(&c) : "memory");
    _tile_loadconfig(&c);
}

#endif

#endif

#include "kernels/bench/peak.h"
#include "kernels/gemm/tiles_amx.h"

double hs_peak_bf16__amx_bf16(size_t steps)
{
    hs_tiles_configure(HS_TILE_ROWS, HS_TILE_ROWS);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    _tile_zero(6);
    _tile_zero(7);
    for (size_t i = 0; i < steps; i++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_release();
    return 4 * 16 * 16 * 32 * (double)steps;
}

#include "kernels/bench/limits_vector.h"

hs_limit_fn *const hs_limits__avx2[HS_TRAFFIC_COUNT][HS_LIMIT_WAYS] = HS_LIMIT_TABLE;

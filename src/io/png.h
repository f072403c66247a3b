/* PNG pictures as tensors, by libpng. */
#ifndef HS_IO_PNG_H
#define HS_IO_PNG_H

#include "io/file.h"
#include "tensor/tensor.h"

bool hs_png_sniff(struct hs_bytes bytes);

/* uint8 [height, width, channels]: 1 channel for grey pictures, else 3 (palettes are looked up, an
 * alpha channel is laid over black, 16 bits become 8). HS_EFORMAT for a broken picture, HS_ELIMIT
 * when its pixels need more than limits->total_bytes. `name` is for the message. */
HS_MUST_USE enum hs_status hs_png_read(struct hs_tensor *out, struct hs_arena *arena,
                                       struct hs_bytes bytes, const char *name,
                                       const struct hs_io_limits *limits, struct hs_error *err);

#endif

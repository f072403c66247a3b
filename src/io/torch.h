/* PyTorch files. The zip form holds `<name>/data.pkl`, `<name>/data/<key>` for each storage,
 * `<name>/byteorder` and
 * `<name>/version` (torch/serialization.py); the older form is five pickles followed by the
 * storages. */
#ifndef HS_IO_TORCH_H
#define HS_IO_TORCH_H

#include "io/archive.h"
#include "io/container.h"

/* The member `<name>/data.pkl` of an archive that torch.save wrote, or NULL. */
const struct hs_archive_member *hs_torch_member(const struct hs_archive *a);

HS_MUST_USE enum hs_status hs_torch_read(struct hs_container *out, const struct hs_archive *a,
                                         const struct hs_archive_member *pickle, const char *source,
                                         const struct hs_io_limits *limits, struct hs_error *err);

#endif

/* A pickle as the content of a file, shared by the .npy, .pkl and PyTorch readers. */
#ifndef HS_IO_PICKLE_FILE_H
#define HS_IO_PICKLE_FILE_H

#include "io/pickle.h"

/* Reads one pickle and adds its entries; remarks on opaque and suspicious names. */
HS_MUST_USE enum hs_status hs_pickle_file(struct hs_pickle *p, struct hs_bytes bytes);

/* Adds a remark (copied) to a container. */
bool hs_container_remark(struct hs_container *c, const char *fmt, ...) HS_PRINTF(2, 3);

#endif

/* What the files of the public interface share. */
#ifndef HS_API_API_H
#define HS_API_API_H

#include "base/status.h"
#include "halfstep.h"
#include "kernels/kernels.h"

/* The status of the library for an error: 0 for HS_OK; keeps the sentence for hs_message(). */
int hs_api_done(enum hs_status st, const struct hs_error *err);

/* Fails with a sentence of its own. */
int hs_api_fail(enum hs_status st, const char *fmt, ...) HS_PRINTF(2, 3);

/* Checks how codes are made for a type with these ends and turns it into what kernels take. */
HS_MUST_USE int hs_api_arguments(struct hs_quantize_args *out, const struct hs_quantization *how,
                                 int32_t least, int32_t most);

/* size bytes on a line of the cache, zeros; at least one line, so that NULL is want of memory. The
 * caller owns them: free(). */
void *hs_api_lines(size_t size);

/* Fails with "out of memory for <what>". */
int hs_api_no_memory(const char *what);

#endif

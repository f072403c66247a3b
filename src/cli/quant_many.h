/* --name '*.weight': every real tensor of a file that matches, quantized into one file. */
#ifndef HS_CLI_QUANT_MANY_H
#define HS_CLI_QUANT_MANY_H

#include "cli/quant_files.h"

/* True for a name with '*', '?' or '['. */
bool hs_quant_is_pattern(const char *name);

/* quantize, or fake-quantize with `fake`: one line or JSON object a tensor; -o holds NAME with
 * NAME.scale, NAME.zero_point and NAME.axis beside it (with `fake`: NAME alone). */
HS_MUST_USE enum hs_status hs_quant_many(struct hs_quant_run *r, const char *file, bool fake);

#endif

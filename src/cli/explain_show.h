/* What explain prints. */
#ifndef HS_CLI_EXPLAIN_SHOW_H
#define HS_CLI_EXPLAIN_SHOW_H

#include "cli/explain_paths.h"

/* Legend, columns, the reasons for each parting. x and s as they were written. */
void hs_explain_print(FILE *out, const struct hs_explain_paths *p, const char *x, const char *s);

/* {"schema":"halfstep.explain/1", …}; false when out of memory. */
bool hs_explain_to_value(struct hs_value *out, struct hs_arena *arena,
                         const struct hs_explain_paths *p);

#endif

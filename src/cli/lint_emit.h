/* halfstep lint --emit: fresh submissions that a grader makes of itself (CONTRACTS 5). */
#ifndef HS_CLI_LINT_EMIT_H
#define HS_CLI_LINT_EMIT_H

#include <stdint.h>

#include "cli/cli.h"

/* Writes DIR/<name>/… for each case that the assignment's emit{…} gives (a right one, a blank one,
 * one for each misconception), and DIR/expected.jsonl with one line
 * {"submission":…,"misconceptions":[…],"score":…} a case (score only where it is certain). Returns
 * an exit code: 5 when the grader emits nothing or is at fault. */
int hs_lint_emit(struct hs_cli *cli, const char *assignment, const char *dir, uint64_t seed);

#endif

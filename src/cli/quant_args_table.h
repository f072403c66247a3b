/* The table of options behind cli/quant_args.h. */
#ifndef HS_CLI_QUANT_ARGS_TABLE_H
#define HS_CLI_QUANT_ARGS_TABLE_H

#include "cli/quant_args.h"

/* Fills a->table with the options that the command of that name knows. */
void hs_quant_args_table(struct hs_quant_args *a, const char *command);

#endif

/* Prose and tables of the commands: as wide as the terminal, in its character set. */
#ifndef HS_CLI_TEXT_H
#define HS_CLI_TEXT_H

#include <stdio.h>

/* Columns of the terminal behind `out`, else $COLUMNS, else `otherwise`; 20 to 200. */
int hs_cli_columns(FILE *out, int otherwise);

/* Text as a paragraph of at most `width` columns, ended by a newline. Nothing in it can act on a
 * terminal. */
void hs_cli_paragraph(FILE *out, int width, const char *text);

#endif

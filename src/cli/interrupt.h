/* Ctrl-C that is asked for, not obeyed at once: long work looks at it between two steps, keeps what
 * it has, and ends with exit code 130. A second one ends the program without that. */
#ifndef HS_CLI_INTERRUPT_H
#define HS_CLI_INTERRUPT_H

#include <stdbool.h>

/* From here SIGINT, SIGTERM and SIGHUP are only noted; those that are ignored (nohup) stay so. One
 * at a time. */
void hs_interrupt_begin(void);
bool hs_interrupt_asked(void);
void hs_interrupt_end(void); /* gives the signals back; safe without a begin */

#endif

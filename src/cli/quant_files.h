/* The frame of quantize, dequantize, fake-quantize and requantize: options, then one file after the
 * other, with a progress bar and a clean end on Ctrl-C. */
#ifndef HS_CLI_QUANT_FILES_H
#define HS_CLI_QUANT_FILES_H

#include "cli/quant_args.h"

enum { HS_QUANT_MOST_FILES = 64 };

struct hs_quant_run {
    struct hs_cli *cli;
    struct hs_quant_args *args;
    size_t i, n;              /* this file, and how many there are */
    size_t step;              /* of this file */
    struct hs_container file; /* open until the next one */
};

/* Runs a command over its files; `one` reads, computes, writes and prints. Returns an exit code. */
int hs_quant_run(struct hs_cli *cli, int argc, char **argv,
                 enum hs_status (*one)(struct hs_quant_run *r, const char *file));

/* Opens the file and finds its tensor; whole numbers in a .json are real numbers, too. */
HS_MUST_USE enum hs_status hs_quant_run_tensor(struct hs_quant_run *r, const char *file,
                                               struct hs_tensor *out);

/* The bar moves on: what is being done now, in four steps a file. */
void hs_quant_run_step(struct hs_quant_run *r, const char *doing, const char *file);

/* Takes the bar away; among several files, says which one comes now (file NULL: it was said). */
void hs_quant_run_print(struct hs_quant_run *r, const char *file);

/* Puts file and entry before the sentence of the error, unless it is an option's fault (HS_EINVAL);
 * returns st. */
enum hs_status hs_quant_run_blame(struct hs_quant_run *r, const char *file, enum hs_status st);

#endif

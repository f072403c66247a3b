/* Options of a command from a table: the parser, --help and the shell completions all read it.
 *
 *   static const struct hs_opt options[] = {
 *       {"json", 'j', HS_OPT_FLAG, NULL, "print JSON", offsetof(struct mine, json)},
 *       {"name", 0, HS_OPT_TEXT, "N", "only the entry N", offsetof(struct mine, name)}, HS_OPT_END};
 *
 * "--name N", "--name=N", "-j" and "--" are understood; options and operands may be mixed. */
#ifndef HS_CLI_OPT_H
#define HS_CLI_OPT_H

#include <stddef.h>

#include "cli/cli.h"

enum hs_opt_kind {
    HS_OPT_FLAG,   /* bool */
    HS_OPT_TEXT,   /* const char * (borrowed from argv) */
    HS_OPT_INT,    /* int64_t */
    HS_OPT_NUMBER, /* double */
    HS_OPT_LIST,   /* struct hs_opt_list: may be given several times */
    HS_OPT_NOTE    /* no option: a line of text behind the options in --help, an example for instance */
};

struct hs_opt {
    const char *name; /* without the dashes */
    char letter;      /* 0 when there is none */
    enum hs_opt_kind kind;
    const char *argument; /* its name in --help; NULL for a flag */
    const char *help;
    size_t offset; /* of the field in the command's struct */
};

#define HS_OPT_LINE(text) {"", 0, HS_OPT_NOTE, NULL, text, 0}
#define HS_OPT_END {NULL, 0, HS_OPT_FLAG, NULL, NULL, 0}

struct hs_opt_list {
    const char *items[64];
    size_t len;
};

/* Result of a parse: operands are argv entries (borrowed). */
struct hs_operands {
    char **items; /* argv itself, reordered */
    size_t len;
};

/* Fills the fields of `into`; false when the command should return *exit_code at once (--help was printed, or a
 * usage error reported). At least `least` and at most `most` operands are wanted. */
bool hs_opt_parse(struct hs_cli *cli, const struct hs_opt *options, void *into, struct hs_operands *operands,
                  size_t least, size_t most, int argc, char **argv, int *exit_code);

/* The same, but options end at the first operand: what follows belongs to it (a script's own arguments). */
bool hs_opt_parse_first(struct hs_cli *cli, const struct hs_opt *options, void *into, struct hs_operands *operands,
                        int argc, char **argv, int *exit_code);

/* The table of a command for --help and completions; NULL when it has none. Commands register it by defining
 * hs_opt_<id> … see cli/opt.c. */
void hs_opt_print_help(FILE *out, const struct hs_command *command, const struct hs_opt *options);

/* "  left    help", the help from column `indent` on and wrapped at 80 columns. */
void hs_cli_row(FILE *out, int indent, const char *left, const char *help);

#endif

/* The command line: one file a subcommand (cli/cmd_<id>.c), one line each in commands.def.
 *
 * A command gets its own arguments (argv[0] is its name), writes results to stdout and everything else to
 * stderr, and returns an exit code of DESIGN 4. It never calls exit(). */
#ifndef HS_CLI_CLI_H
#define HS_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"

enum { HS_EXIT_DONE = 0, HS_EXIT_BELOW = 1, HS_EXIT_USAGE = 2, HS_EXIT_INPUT = 3, HS_EXIT_VERSION = 4,
       HS_EXIT_SCRIPT = 5, HS_EXIT_REVIEW = 6, HS_EXIT_TERMINAL = 7, HS_EXIT_INTERRUPTED = 130 };

/* What needs a screen, handed in by src/app so that cli does not know curses. Each returns an exit code; a NULL
 * entry means that this build has no screen. */
struct hs_play;

struct hs_screens {
    int (*home)(void);
    int (*learn)(const char *lesson_and_step, const char *key_script);
    int (*play)(struct hs_play *play, const char *key_script); /* takes `play` */
};

struct hs_cli {
    const struct hs_screens *screens;
    FILE *out, *err;
};

struct hs_command {
    const char *name, *arguments, *help;
    int (*run)(struct hs_cli *cli, int argc, char **argv);
};

/* The commands in order; *count receives how many. */
const struct hs_command *hs_commands(size_t *count);
const struct hs_command *hs_command_find(const char *name);

/* Runs the command that argv names ("halfstep" alone opens the app). */
int hs_cli_main(struct hs_cli *cli, int argc, char **argv);

/* True when no screen can be shown: TERM is unset or dumb, or standard input or output is no terminal. Then bare `halfstep`
 * and `learn` are linear (CONTRACTS 4). */
bool hs_cli_is_linear(void);

/* Prints "halfstep: sentence" to stderr and returns the exit code of the error's status. */
int hs_cli_report(struct hs_cli *cli, const struct hs_error *err);

/* Prints a usage error ("halfstep NAME: sentence" and where help is); returns 2. */
int hs_cli_usage(struct hs_cli *cli, const char *command, const char *fmt, ...) HS_PRINTF(3, 4);

/* Edit distance, for "did you mean": small words only. */
size_t hs_cli_distance(const char *a, const char *b);

#define HS_COMMAND(id, name, arguments, help) int hs_cmd_##id(struct hs_cli *cli, int argc, char **argv);
#include "cli/commands.def"
#undef HS_COMMAND

#endif

/* Completion scripts. They ask the program itself what there is: `halfstep help` lists the commands and
 * `halfstep help COMMAND` its options, so they cannot fall behind. */
#include "cli/opt.h"

#include <string.h>

#include "base/mem.h"

static const char bash[] =
    "_halfstep() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]}\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        COMPREPLY=($(compgen -W \"$(halfstep help | sed -n 's/^  \\([a-z][a-z-]*\\) .*/\\1/p')\" -- \"$word\"))\n"
    "    elif [[ $word == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$(halfstep help \"${COMP_WORDS[1]}\" 2>/dev/null |\n"
    "            grep -oE -- '--[a-z][a-z-]*')\" -- \"$word\"))\n"
    "    else\n"
    "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
    "    fi\n"
    "}\n"
    "complete -o filenames -F _halfstep halfstep\n";

static const char zsh[] =
    "#compdef halfstep\n"
    "_halfstep() {\n"
    "    if (( CURRENT == 2 )); then\n"
    "        compadd -- ${(f)\"$(halfstep help | sed -n 's/^  \\([a-z][a-z-]*\\) .*/\\1/p')\"}\n"
    "    elif [[ $words[CURRENT] == -* ]]; then\n"
    "        compadd -- ${(f)\"$(halfstep help $words[2] 2>/dev/null | grep -oE -- '--[a-z][a-z-]*')\"}\n"
    "    else\n"
    "        _files\n"
    "    fi\n"
    "}\n"
    "_halfstep \"$@\"\n";

static const char fish[] =
    "complete -c halfstep -n __fish_use_subcommand -f -a \\\n"
    "    \"(halfstep help | sed -n 's/^  \\([a-z][a-z-]*\\) .*/\\1/p')\"\n"
    "complete -c halfstep -n 'not __fish_use_subcommand' -a \\\n"
    "    \"(halfstep help (commandline -opc)[2] 2>/dev/null | grep -oE -- '--[a-z][a-z-]*')\"\n";

static const struct {
    const char *shell, *script;
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

int hs_cmd_completion(struct hs_cli *cli, int argc, char **argv)
{
    static const struct hs_opt options[] = {HS_OPT_END};
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, options, NULL, &operands, 1, 1, argc, argv, &code))
        return code;
    for (size_t i = 0; i < HS_COUNTOF(shells); i++)
        if (strcmp(operands.items[0], shells[i].shell) == 0) {
            fputs(shells[i].script, cli->out);
            return HS_EXIT_DONE;
        }
    return hs_cli_usage(cli, "completion", "there is no completion for \"%s\": bash, zsh or fish", operands.items[0]);
}

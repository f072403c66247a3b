/* Completion scripts. They ask the program itself what there is: `halfstep help` lists the commands and
 * `halfstep COMMAND --help-words` its options with the words that they take, so they cannot fall behind. */
#include "cli/opt.h"

#include <string.h>

#include "base/mem.h"

static const char bash[] =
    "_halfstep() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} all words\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        COMPREPLY=($(compgen -W \"$(halfstep help | sed -n 's/^  \\([a-z][a-z-]*\\) .*/\\1/p')\" -- \"$word\"))\n"
    "        return\n"
    "    fi\n"
    "    all=$(halfstep \"${COMP_WORDS[1]}\" --help-words 2>/dev/null)\n"
    "    [[ $before == --* ]] && words=$(sed -n \"s/^$before\\t//p\" <<<\"$all\")\n"
    "    if [[ $word == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$(cut -f1 <<<\"$all\")\" -- \"$word\"))\n"
    "    elif [ -n \"$words\" ]; then\n"
    "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
    "    else\n"
    "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
    "    fi\n"
    "}\n"
    "complete -o filenames -F _halfstep halfstep\n";

static const char zsh[] =
    "#compdef halfstep\n"
    "_halfstep() {\n"
    "    local all choices\n"
    "    if (( CURRENT == 2 )); then\n"
    "        compadd -- ${(f)\"$(halfstep help | sed -n 's/^  \\([a-z][a-z-]*\\) .*/\\1/p')\"}\n"
    "        return\n"
    "    fi\n"
    "    all=\"$(halfstep $words[2] --help-words 2>/dev/null)\"\n"
    "    choices=\"$(sed -n \"s/^$words[CURRENT-1]\\t//p\" <<<\"$all\")\"\n"
    "    if [[ $words[CURRENT] == -* ]]; then\n"
    "        compadd -- ${(f)\"$(cut -f1 <<<\"$all\")\"}\n"
    "    elif [[ $words[CURRENT-1] == --* && -n $choices ]]; then\n"
    "        compadd -- ${=choices}\n"
    "    else\n"
    "        _files\n"
    "    fi\n"
    "}\n"
    "_halfstep \"$@\"\n";

static const char fish[] =
    "complete -c halfstep -n __fish_use_subcommand -f -a \\\n"
    "    \"(halfstep help | sed -n 's/^  \\([a-z][a-z-]*\\) .*/\\1/p')\"\n"
    "function __halfstep_words\n"
    "    set -l typed (commandline -opc)\n"
    "    set -l all (halfstep $typed[2] --help-words 2>/dev/null)\n"
    "    printf '%s\\n' $all | cut -f1\n"
    "    printf '%s\\n' $all | string replace -rf -- \"^$typed[-1]\\t\" '' | string split ' '\n"
    "end\n"
    "complete -c halfstep -n 'not __fish_use_subcommand' -a '(__halfstep_words)'\n";

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

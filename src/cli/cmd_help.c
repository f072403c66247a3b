#include "cli/opt.h"

#include <string.h>

#include "base/env.h"
#include "lesson/sheet.h"

/* "formulas" and "glossary": the pages that the app shows. */
static bool print_sheet(struct hs_cli *cli, const char *name)
{
    struct hs_sheet sheet = HS_SHEET_INIT;
    struct hs_str out = HS_STR_INIT;
    bool known = false;

    for (size_t i = 0; hs_sheet_name(i) != NULL; i++)
        known = known || strcmp(hs_sheet_name(i), name) == 0;
    known = known && hs_sheet_load(&sheet, name, NULL) == HS_OK;
    if (known)
        hs_doc_words(&out, 76, !hs_env_is_utf8(), sheet.blocks, sheet.n);
    fputs(out.buf, cli->out);
    hs_str_dispose(&out);
    hs_sheet_dispose(&sheet);
    return known;
}

int hs_cmd_help(struct hs_cli *cli, int argc, char **argv)
{
    size_t count;
    const struct hs_command *commands = hs_commands(&count);

    if (argc > 1 && strcmp(argv[1], "--help") != 0) {
        const struct hs_command *command = hs_command_find(argv[1]);
        char help[] = "--help", *arguments[] = {argv[1], help, NULL};

        if (command == NULL && print_sheet(cli, argv[1]))
            return HS_EXIT_DONE;
        if (command == NULL)
            return hs_cli_usage(cli, "help", "there is no command \"%s\"", argv[1]);
        if (strcmp(argv[1], "help") != 0)
            return command->run(cli, 2, arguments);
    }
    fputs("halfstep teaches and grades neural-network quantization.\n\n"
          "usage: halfstep [COMMAND] [ARGUMENT ...]      without a command: the app\n\n",
          cli->out);
    for (size_t i = 0; i < count; i++)
        hs_cli_row(cli->out, 18, commands[i].name, commands[i].help);
    fputs("\nhalfstep help COMMAND tells more; help formulas and help glossary, too.\n"
          "Exit codes: 0 done, 1 below full marks, 2 usage, 3 input, 4 version,\n"
          "5 lesson or grader at fault, 6 needs review, 7 no terminal, 130 interrupted.\n",
          cli->out);
    return HS_EXIT_DONE;
}

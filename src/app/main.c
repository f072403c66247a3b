#include "cli/cli.h"

int main(int argc, char **argv)
{
    static const struct hs_screens screens = {.home = NULL, .learn = NULL};
    struct hs_cli cli = {.screens = &screens, .out = stdout, .err = stderr};

    return hs_cli_main(&cli, argc, argv);
}

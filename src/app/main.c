#include "cli/cli.h"
#include "tui/app.h"

int main(int argc, char **argv)
{
    static const struct hs_screens screens = {.home = hs_tui_home, .learn = hs_tui_learn, .play = hs_tui_play};
    struct hs_cli cli = {.screens = &screens, .out = stdout, .err = stderr};

    return hs_cli_main(&cli, argc, argv);
}

#include "cli/opt.h"

int hs_cmd_version(struct hs_cli *cli, int argc, char **argv)
{
    static const struct hs_opt options[] = {HS_OPT_END};
    struct hs_operands operands;
    int code;

    if (!hs_opt_parse(cli, options, NULL, &operands, 0, 0, argc, argv, &code))
        return code;
    fprintf(cli->out, "halfstep %s\n", hs_version());
    return HS_EXIT_DONE;
}

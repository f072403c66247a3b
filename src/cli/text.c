#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/env.h"
#include "base/utf8.h"
#include "draw/doc.h"

int hs_cli_columns(FILE *out, int otherwise)
{
    const char *text = hs_env("COLUMNS");
    struct winsize size = {.ws_col = 0};
    long n = text != NULL ? strtol(text, NULL, 10) : 0;

    if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        n = size.ws_col;
    return n < 20 ? otherwise : n > 200 ? 200 : (int)n;
}

void hs_cli_paragraph(FILE *out, int width, const char *text)
{
    struct hs_str clean = HS_STR_INIT, lines = HS_STR_INIT;
    struct hs_run run = {.kind = HS_RUN_TEXT};
    struct hs_block block = {.kind = HS_BLOCK_PARAGRAPH, .runs = {&run, 1, 1}};

    hs_text_sanitize(&clean, text, strlen(text), 0, true);
    run.text = clean.buf;
    hs_doc_words(&lines, width, !hs_env_is_utf8(), &block, 1);
    while (lines.len > 0 && lines.buf[lines.len - 1] == '\n')
        hs_str_truncate(&lines, lines.len - 1);
    fprintf(out, "%s\n", lines.buf);
    hs_str_dispose(&clean);
    hs_str_dispose(&lines);
}

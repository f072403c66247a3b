#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "io/file.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t asked, begun;
static struct sigaction before[HS_COUNTOF(signals)];

static void note(int signal_number)
{
    (void)signal_number;
    if (asked != 0) {
        hs_file_abandon();
        _exit(HS_EXIT_INTERRUPTED);
    }
    asked = 1;
}

void hs_interrupt_begin(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};

    asked = 0;
    begun = 1;
    for (size_t i = 0; i < HS_COUNTOF(signals); i++) {
        sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

bool hs_interrupt_asked(void)
{
    return asked != 0;
}

void hs_interrupt_end(void)
{
    for (size_t i = 0; begun && i < HS_COUNTOF(signals); i++)
        sigaction(signals[i], &before[i], NULL);
    begun = 0;
}

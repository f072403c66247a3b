#include "cli/data_client.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/process.h"
#include "cli/interrupt.h"

enum { LINE = 2048 };

uint64_t hs_data_size(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && s.st_size > 0 ? (uint64_t)s.st_size : 0;
}

enum hs_status hs_data_client_run(struct hs_data_client *c, int *code, const char *const *argv,
                                  const char *dir, const char *grows, struct hs_error *err)
{
    const struct timespec nap = {.tv_nsec = 50000000};
    struct hs_process p;
    enum hs_status st = hs_process_start(&p, argv, dir, c->log, err);

    if (st != HS_OK)
        return st;
    while (!hs_process_ended(&p, code)) {
        if (hs_interrupt_asked()) {
            hs_process_stop(&p);
            break;
        }
        hs_progress_step(c->progress, grows != NULL ? hs_data_size(grows) : 0);
        nanosleep(&nap, NULL);
    }
    c->interrupted = hs_interrupt_asked(); /* Ctrl-C ends the client, too */
    return c->interrupted ? hs_fail(err, HS_EIO, "interrupted") : HS_OK;
}

void hs_data_client_words(const struct hs_data_client *c, char *out, size_t size)
{
    FILE *log = fopen(c->log, "r");
    char line[LINE];

    snprintf(out, size, "it said nothing");
    if (log == NULL)
        return;
    while (fgets(line, sizeof line, log) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strpbrk(line, "abcdefghijklmnopqrstuvwxyz") != NULL &&
            strstr(line, ".log") == NULL) /* where npm keeps its own log helps nobody */
            snprintf(out, size, "%.160s", line);
    }
    fclose(log);
}

bool hs_data_client_address(const struct hs_data_client *c, struct hs_str *out)
{
    FILE *log = fopen(c->log, "r");
    char line[LINE];

    hs_str_clear(out);
    if (log == NULL)
        return false;
    while (fgets(line, sizeof line, log) != NULL) {
        const char *address = line + (line[0] == '\'');
        size_t n = strcspn(address, "' \t\r\n");

        if (!hs_starts_with(address, "http://") && !hs_starts_with(address, "https://"))
            continue;
        hs_str_clear(out);
        if (address[n] != '\0') /* else cut off */
            hs_str_add_bytes(out, address, n);
    }
    fclose(log);
    return hs_str_ok(out) && out->len > 0;
}

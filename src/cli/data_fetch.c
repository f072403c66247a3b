#include "cli/data_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "cli/data_client.h"
#include "cli/interrupt.h"
#include "cli/watch.h"

/* Exit codes of curl (its manual): the server refused; it cannot go on in the middle. */
enum { CURL_REFUSED = 22, CURL_NO_RANGES = 33, CURL_BAD_RESUME = 36 };

struct fetch {
    struct hs_cli *cli;
    const struct hs_dataset *d;
    struct hs_str dir, partial, work, log; /* partial/client: where a client works by itself */
    struct hs_str archive;                 /* what curl writes, in the end the package */
    struct hs_progress progress;
    struct hs_data_client client;
};

/* ---- folders ---- */

static enum hs_status open_folders(struct fetch *f, struct hs_error *err)
{
    enum hs_status st = hs_dataset_dir(&f->dir, f->d, true, err);

    if (st != HS_OK)
        return st;
    hs_path_join(&f->partial, f->dir.buf, "partial");
    hs_path_join(&f->work, f->partial.buf, "client");
    hs_path_join(&f->log, f->dir.buf, "client.log");
    f->client = (struct hs_data_client){.log = f->log.buf, .progress = &f->progress};
    return hs_path_make_dirs(f->work.buf, 0700, err);
}

/* The clients inherit the lock, so that one which outlives us (kill -9) keeps others from writing
 * into its file. */
static enum hs_status lock(int *fd, const struct fetch *f, struct hs_error *err)
{
    struct hs_str path = HS_STR_INIT;

    hs_path_join(&path, f->dir.buf, "lock");
    *fd = open(path.buf, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    hs_str_dispose(&path);
    if (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return hs_fail(err, HS_EIO,
                       "another halfstep fetches %s just now: wait for it, or end it and say this "
                       "again",
                       f->d->name);
    return HS_OK; /* a file system without locks is no reason to fetch nothing */
}

struct visited {
    const char *root;
    struct hs_str *largest;
    uint64_t size;
};

static bool remove_file(void *payload, const char *name, size_t size)
{
    const struct visited *v = payload;
    struct hs_str path = HS_STR_INIT;

    (void)size;
    hs_path_join(&path, v->root, name);
    unlink(path.buf);
    hs_str_dispose(&path);
    return true;
}

static bool keep_largest(void *payload, const char *name, size_t size)
{
    struct visited *v = payload;

    if (size > v->size) {
        v->size = size;
        hs_str_clear(v->largest);
        hs_path_join(v->largest, v->root, name);
    }
    return true;
}

static void empty(const char *dir)
{
    struct hs_io_limits limits = hs_io_limits_local();
    struct visited v = {.root = dir};

    (void)!hs_file_walk(dir, &limits, remove_file, NULL, &v, NULL);
}

static uint64_t find_largest(struct hs_str *out, const char *dir)
{
    struct hs_io_limits limits = hs_io_limits_local();
    struct visited v = {.root = dir, .largest = out};

    (void)!hs_file_walk(dir, &limits, keep_largest, NULL, &v, NULL);
    return v.size;
}

/* ---- clients ---- */

/* The sentence for a client that ended with an error, or could not begin. */
static enum hs_status lost(struct fetch *f, const char *program, struct hs_error *err)
{
    uint64_t have = hs_data_size(f->archive.buf);
    char words[200], kept[80] = "";

    if (have > 0)
        snprintf(kept, sizeof kept, "%.1f MB are kept, the same command goes on from there. ",
                 (double)have / 1e6);
    hs_data_client_words(&f->client, words, sizeof words);
    return hs_fail(err, HS_EIO,
                   "%s could not fetch %s (%s). Is there a network? %sWithout one: --file with an "
                   "archive from elsewhere, or the slice %s/small-train",
                   program, f->d->name, words, kept, f->d->name);
}

static enum hs_status no_program(const struct fetch *f, const char *program, struct hs_error *err)
{
    return hs_fail(err, HS_ENOTFOUND,
                   "%s is fetched with %s, which is not on this machine; install it, or give the "
                   "archive with --file or its address with --url",
                   f->d->name, program);
}

static enum hs_status run(struct fetch *f, int *code, const char *const *argv, struct hs_error *err)
{
    struct hs_error why = HS_ERROR_INIT;
    const char *grows = f->archive.len > 0 ? f->archive.buf : NULL;
    enum hs_status st = hs_data_client_run(&f->client, code, argv, f->work.buf, grows, &why);

    if (st == HS_ENOTFOUND)
        return no_program(f, argv[0], err);
    return st == HS_OK ? HS_OK : hs_fail(err, st, "%s", why.text);
}

/* npm or apt-get tells where the package is. *found: an address that curl can take. */
static enum hs_status ask(struct fetch *f, struct hs_str *address, bool *found,
                          struct hs_error *err)
{
    /* With its own retries npm needs more than a minute to notice that there is no network. */
    const char *const npm[] = {
        "npm",          "view", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", f->d->package,
        "dist.tarball", NULL};
    const char *const apt[] = {"apt-get", "download", "--print-uris", f->d->package, NULL};
    const char *const *argv = strcmp(f->d->client, "apt-get") == 0 ? apt : npm;
    enum hs_status st;
    int code = 0;

    hs_progress_begin(&f->progress, f->cli->err, "asking where it is", HS_PROGRESS_ITEMS, 0);
    st = run(f, &code, argv, err);
    hs_progress_end(&f->progress);
    if (st == HS_OK && code != 0)
        st = lost(f, argv[0], err);
    *found = st == HS_OK && hs_data_client_address(&f->client, address);
    return st;
}

static bool cannot_go_on(const struct fetch *f, int code)
{
    char words[200];

    hs_data_client_words(&f->client, words, sizeof words);
    return code == CURL_NO_RANGES || code == CURL_BAD_RESUME ||
           (code == CURL_REFUSED && strstr(words, "416") != NULL); /* range not satisfiable */
}

/* Fetches the rest of what an earlier run left, or all of it. The file is named by its address: the
 * rest of another package is no rest of this one. */
static enum hs_status resume(struct fetch *f, int *code, const char *address, uint64_t total,
                             struct hs_error *err)
{
    const char *argv[] = {"curl",
                          "--fail",
                          "--location",
                          "--silent",
                          "--show-error",
                          "--retry",
                          "3",
                          "--connect-timeout",
                          "30",
                          "--speed-limit",
                          "1",
                          "--speed-time",
                          "60", /* a minute of silence */
                          "--continue-at",
                          "-",
                          "--output",
                          NULL,
                          "--url",
                          address,
                          NULL};
    char hex[HS_SHA256_HEX];
    enum hs_status st;

    hs_sha256_of(address, strlen(address), hex);
    hex[16] = '\0';
    hs_str_clear(&f->archive);
    hs_path_join(&f->archive, f->partial.buf, hex);
    for (size_t i = 0; i < HS_COUNTOF(argv); i++)
        if (argv[i] == NULL) {
            argv[i] = f->archive.buf;
            break;
        }
    for (;;) {
        uint64_t had = hs_data_size(f->archive.buf);

        hs_progress_begin(&f->progress, f->cli->err, "fetching", HS_PROGRESS_BYTES, total);
        f->progress.first = had;
        st = run(f, code, argv, err);
        hs_progress_end(&f->progress);
        if (st != HS_OK || *code == 0 || had == 0 || !cannot_go_on(f, *code))
            return st;
        unlink(f->archive.buf); /* so all of it again */
    }
}

/* The client as everybody uses it. Its file's name is its own affair: the largest. */
static enum hs_status fetch_plainly(struct fetch *f, struct hs_error *err)
{
    const char *const npm[] = {"npm", "pack", "--silent", f->d->package, NULL};
    const char *const apt[] = {"apt-get", "download", f->d->package, NULL};
    const char *const *argv = strcmp(f->d->client, "apt-get") == 0 ? apt : npm;
    enum hs_status st;
    int code = 0;

    empty(f->work.buf);
    hs_str_clear(&f->archive);
    hs_progress_begin(&f->progress, f->cli->err, "fetching", HS_PROGRESS_BYTES, 0);
    st = run(f, &code, argv, err);
    hs_progress_end(&f->progress);
    if (st != HS_OK)
        return st;
    if (code != 0)
        return lost(f, argv[0], err);
    if (find_largest(&f->archive, f->work.buf) == 0)
        return hs_fail(err, HS_EIO, "%s ended well but left no package for %s", argv[0],
                       f->d->name);
    return HS_OK;
}

static enum hs_status fetch_url(struct fetch *f, const char *url, struct hs_error *err)
{
    int code = 0;
    enum hs_status st = resume(f, &code, url, 0, err);

    if (st == HS_OK && code != 0)
        st = lost(f, "curl", err);
    if (st == HS_OK && hs_data_size(f->archive.buf) == 0)
        st = hs_fail(err, HS_EIO, "curl ended well but left no package for %s", f->d->name);
    return st;
}

static enum hs_status fetch_package(struct fetch *f, struct hs_error *err)
{
    struct hs_str address = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;
    bool found = false;
    int code = 0;
    enum hs_status st;

    if (find_largest(&f->archive, f->partial.buf) == f->d->package_bytes)
        return HS_OK; /* an earlier run had all of it */
    hs_str_clear(&f->archive);
    st = ask(f, &address, &found, err);
    if (st == HS_OK && found) {
        st = resume(f, &code, address.buf, f->d->package_bytes, &why);
        if (f->client.interrupted)
            st = hs_fail(err, st, "%s", why.text);
        else if (st == HS_OK && code != 0 && hs_data_size(f->archive.buf) > 0)
            st = lost(f, "curl", err);
        else if (st != HS_OK || code != 0 || hs_data_size(f->archive.buf) == 0)
            st = fetch_plainly(f, err);
    } else if (st == HS_OK) {
        st = fetch_plainly(f, err);
    }
    hs_str_dispose(&address);
    return st;
}

/* ---- unpacking ---- */

static void unpacked(void *payload, uint64_t bytes)
{
    struct fetch *f = payload;

    hs_progress_step(&f->progress, bytes);
}

static enum hs_status unpack(struct fetch *f, const char *archive, struct hs_error *err)
{
    enum hs_status st;

    hs_watch_begin(f->cli); /* Ctrl-C leaves no half-written file */
    hs_progress_begin(&f->progress, f->cli->err, "unpacking", HS_PROGRESS_BYTES,
                      hs_data_size(archive));
    st = hs_dataset_unpack(f->d, archive, unpacked, f, err);
    hs_progress_end(&f->progress);
    hs_watch_end();
    return st;
}

static void add_text(struct hs_error *err, const char *text)
{
    size_t n = strlen(err->text);

    snprintf(err->text + n, sizeof err->text - n, "%s", text);
}

/* A package that is not what it should be would be so again: it goes. */
static enum hs_status unpack_package(struct fetch *f, struct hs_error *err)
{
    enum hs_status st = unpack(f, f->archive.buf, err);

    if (st == HS_EFORMAT || st == HS_ELIMIT) {
        unlink(f->archive.buf);
        add_text(err, "; it is removed, the same command fetches all of it again");
    }
    if (st == HS_OK) {
        empty(f->partial.buf);
        unlink(f->log.buf);
    }
    rmdir(f->work.buf); /* if they are empty */
    rmdir(f->partial.buf);
    return st;
}

static enum hs_status fetch_and_unpack(struct fetch *f, const char *url, struct hs_error *err)
{
    enum hs_status st;

    hs_interrupt_begin();
    st = url != NULL ? fetch_url(f, url, err) : fetch_package(f, err);
    hs_interrupt_end();
    return st == HS_OK ? unpack_package(f, err) : st;
}

enum hs_status hs_data_fetch(struct hs_cli *cli, const struct hs_dataset *d, const char *url,
                             const char *file, bool *interrupted, struct hs_error *err)
{
    struct fetch f = {.cli = cli,
                      .d = d,
                      .dir = HS_STR_INIT,
                      .partial = HS_STR_INIT,
                      .work = HS_STR_INIT,
                      .log = HS_STR_INIT,
                      .archive = HS_STR_INIT};
    int fd = -1;
    enum hs_status st;

    if (file != NULL)
        st = unpack(&f, file, err);
    else if ((st = open_folders(&f, err)) == HS_OK && (st = lock(&fd, &f, err)) == HS_OK)
        st = fetch_and_unpack(&f, url, err);
    *interrupted = f.client.interrupted;
    if (fd >= 0)
        close(fd);
    hs_str_dispose(&f.dir);
    hs_str_dispose(&f.partial);
    hs_str_dispose(&f.work);
    hs_str_dispose(&f.log);
    hs_str_dispose(&f.archive);
    return st;
}

/* Stands in for libFuzzer: runs a target over every file of the folders that are named, and over
 * 200 copies of each with less than 1 % of the bytes changed. The changes depend on the file's name
 * alone, so a failure comes again. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "fuzz.h"

enum { COPIES = 200, LARGEST = 1 << 22 };

static unsigned char original[LARGEST];

static size_t load(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = f != NULL ? fread(original, 1, sizeof original, f) : 0;

    if (f == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        exit(1);
    }
    fclose(f);
    return n;
}

/* Runs on a heap copy of the exact size, so that a sanitizer sees a read past its end. */
static void run(size_t n, struct hs_rng *rng)
{
    unsigned char *copy = malloc(n != 0 ? n : 1);
    size_t changes = rng != NULL && n != 0 ? 1 + hs_rng_below(rng, (uint32_t)(n / 100 + 1)) : 0;

    if (copy == NULL)
        exit(1);
    memcpy(copy, original, n);
    for (size_t i = 0; i < changes; i++)
        copy[hs_rng_below(rng, (uint32_t)n)] = (unsigned char)hs_rng_u32(rng);
    if (rng != NULL && n > 1 && hs_rng_below(rng, 8) == 0)
        n = 1 + hs_rng_below(rng, (uint32_t)n - 1); /* now and then cut off */
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static size_t replay(const char *folder)
{
    struct hs_rng seed = hs_rng_seed(2026, 1);
    size_t files = 0;
    struct dirent *entry;
    DIR *dir = opendir(folder);

    if (dir == NULL) {
        fprintf(stderr, "%s: is no folder of inputs\n", folder);
        exit(1);
    }
    while ((entry = readdir(dir)) != NULL) {
        struct hs_rng rng = hs_rng_split(&seed, entry->d_name);
        char path[4096];
        size_t n;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        n = load(path);
        run(n, NULL);
        for (int i = 0; i < COPIES; i++)
            run(n, &rng);
        files++;
    }
    closedir(dir);
    return files;
}

int main(int argc, char **argv)
{
    size_t files = 0;

    for (int i = 1; i < argc; i++)
        files += replay(argv[i]);
    printf("%zu inputs, %zu runs\n", files, files * (1 + COPIES));
    return files != 0 ? 0 : 1;
}

/* What the targets of src/io share: one reader fed with any bytes. The budgets are small, so that
 * an input that would unpack to much is refused at once. */
#ifndef HS_FUZZ_H
#define HS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The entry that libFuzzer (or replay.c) calls. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads the bytes with the reader of that id (whether or not its sniff would choose it, when
 * `always`) and touches every element of what comes out. Aborts when the reader breaks a promise of
 * io/container.h. */
void hs_fuzz_reader(const char *id, const char *name, int always, const uint8_t *data, size_t size);

#endif

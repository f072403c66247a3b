/* Zips of NumPy arrays. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("archive", "x.npz", 0, data, size);
    return 0;
}

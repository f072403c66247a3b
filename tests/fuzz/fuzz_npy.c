/* NumPy arrays: headers that lie, objects inside. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("npy", "x.npy", 0, data, size);
    return 0;
}

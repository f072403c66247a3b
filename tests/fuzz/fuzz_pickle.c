/* Any bytes as a pickle. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("pickle", "x.pkl", 1, data, size);
    return 0;
}

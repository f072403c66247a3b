/* Tables of numbers. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("csv", "x.csv", 0, data, size);
    return 0;
}

/* JSON as a container. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("json", "x.json", 1, data, size);
    return 0;
}

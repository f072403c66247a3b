/* Offsets and shapes in a JSON header. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("safetensors", "x.safetensors", 0, data, size);
    return 0;
}

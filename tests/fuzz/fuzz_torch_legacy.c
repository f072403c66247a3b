/* PyTorch's older form. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("torch_legacy", "x.pt", 0, data, size);
    return 0;
}

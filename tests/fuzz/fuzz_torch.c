/* PyTorch's zip form: data.pkl and the storages. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hs_fuzz_reader("archive", "x.pt", 0, data, size);
    return 0;
}

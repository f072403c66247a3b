#include "kernels/kernels.h"

#include "base/mem.h"

static struct hs_kernels best;

void hs_kernels_choose(struct hs_kernels *out, enum hs_isa ceiling)
{
    /* weakest first: the last line that fits wins */
#define HS_KERNEL(op, isa)       \
    if (HS_ISA_##isa <= ceiling) \
        out->op = hs_##op##__##isa;
#include "kernels/kernels.def"
#undef HS_KERNEL
}

/* Before main, so that no thread can see a table that is half made. */
__attribute__((constructor)) static void choose_once(void)
{
    hs_kernels_choose(&best, hs_isa_ceiling());
}

const struct hs_kernels *hs_kernels(void)
{
    return &best;
}

bool hs_kernel_row(size_t i, const char **op, const char **isa)
{
    static const struct {
        const char *op, *isa;
    } rows[] = {
#define HS_KERNEL(op, isa) {#op, #isa},
#include "kernels/kernels.def"
#undef HS_KERNEL
    };

    if (i >= HS_COUNTOF(rows))
        return false;
    *op = rows[i].op;
    *isa = rows[i].isa;
    return true;
}

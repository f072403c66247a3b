#include "kernels/kernels.h"

#include <string.h>

#include "base/mem.h"

static struct hs_kernels best;

void hs_kernels_choose(struct hs_kernels *out, enum hs_isa ceiling)
{
    bool has[HS_ISA_COUNT];

    for (int i = 0; i < HS_ISA_COUNT; i++)
        has[i] = i <= (int)ceiling && hs_isa_supported((enum hs_isa)i);
        /* weakest first: the last line that fits wins */
#define HS_KERNEL(op, isa) \
    if (has[HS_ISA_##isa]) \
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

const char *hs_kernel_variant(const char *op)
{
    const char *row_op, *isa, *found = "scalar";
    enum hs_isa ceiling = hs_isa_ceiling();

    for (size_t i = 0; hs_kernel_row(i, &row_op, &isa); i++) {
        enum hs_isa level = (enum hs_isa)hs_isa_find(isa);

        if (strcmp(row_op, op) == 0 && level <= ceiling && hs_isa_supported(level))
            found = isa;
    }
    return found;
}

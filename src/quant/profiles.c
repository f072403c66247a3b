#include "quant/options.h"

#include <string.h>

#include "base/mem.h"

enum { NARROW_SYMMETRIC = 1, ZERO_POINT_OF_DIFFERENCE = 2, FREE_ZERO_POINT = 4 };

static const struct hs_profile profiles[] = {
#define HS_PROFILE(id, of_scheme, of_rounding, of_division, of_order, of_denominator, of_all_zero, \
                   of_eps, of_qparams, of_codes, of_requantize, habits, text, cited)               \
    {.name = (id),                                                                                 \
     .help = (text),                                                                               \
     .source = (cited),                                                                            \
     .requantize = HS_REQUANTIZE_##of_requantize,                                                  \
     .options = {.profile = (id),                                                                  \
                 .rounding = HS_ROUND_##of_rounding,                                               \
                 .division = (of_division),                                                        \
                 .zero_point_order = (of_order),                                                   \
                 .denominator = (of_denominator),                                                  \
                 .all_zero = (of_all_zero),                                                        \
                 .qparams_precision = (of_qparams),                                                \
                 .precision = (of_codes),                                                          \
                 .scheme = (of_scheme),                                                            \
                 .include_zero = true,                                                             \
                 .eps = (of_eps),                                                                  \
                 .min_shift = -8,                                                                  \
                 .max_shift = 8,                                                                   \
                 .narrow_symmetric = ((habits)&NARROW_SYMMETRIC) != 0,                             \
                 .zero_point_of_difference = ((habits)&ZERO_POINT_OF_DIFFERENCE) != 0,             \
                 .free_zero_point = ((habits)&FREE_ZERO_POINT) != 0}},
#include "quant/profiles.def"
#undef HS_PROFILE
};

const struct hs_profile *hs_profiles(size_t *count)
{
    *count = HS_COUNTOF(profiles);
    return profiles;
}

enum hs_status hs_quant_options_profile(struct hs_quant_options *out, const char *profile,
                                        struct hs_error *err)
{
    char names[256] = "";

    for (size_t i = 0; i < HS_COUNTOF(profiles); i++) {
        if (profile == NULL || strcmp(profiles[i].name, profile) == 0) {
            *out = profiles[i].options;
            return HS_OK;
        }
        strncat(names, i > 0 ? ", " : "", sizeof names - strlen(names) - 1);
        strncat(names, profiles[i].name, sizeof names - strlen(names) - 1);
    }
    return hs_fail(err, HS_ENOTFOUND, "there is no profile \"%s\": choose one of %s", profile,
                   names);
}

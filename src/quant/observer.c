#include "quant/observer.h"

#include <string.h>

#include "base/mem.h"
#include "quant/groups.h"

#define HS_OBSERVER(id) extern const struct hs_observer hs_observer_##id;
#include "quant/observers.def"
#undef HS_OBSERVER

static const struct hs_observer *const observers[] = {
#define HS_OBSERVER(id) &hs_observer_##id,
#include "quant/observers.def"
#undef HS_OBSERVER
};

struct hs_observer_config hs_observer_config_default(void)
{
    size_t count;

    return (struct hs_observer_config){.axis = -1,
                                       .averaging_constant = 0.01,
                                       .percentile = 99.99,
                                       .n_std = 3,
                                       .grid = 100,
                                       .bins = 2048,
                                       .levels = 128,
                                       .target = {.dtype = HS_INT8},
                                       .options = hs_profiles(&count)[0].options};
}

const struct hs_observer *const *hs_observers(size_t *count)
{
    *count = HS_COUNTOF(observers);
    return observers;
}

const struct hs_observer *hs_observer_find(const char *id)
{
    for (size_t i = 0; i < HS_COUNTOF(observers); i++)
        if (strcmp(observers[i]->id, id) == 0)
            return observers[i];
    return NULL;
}

enum hs_status hs_observe(struct hs_range *out, struct hs_arena *arena, const char *id,
                          const struct hs_tensor *const *batches, size_t n,
                          const struct hs_observer_config *config, struct hs_error *err)
{
    const struct hs_observer *observer = hs_observer_find(id);
    struct hs_observer_config own = *config;
    enum hs_status st;

    if (observer == NULL) {
        struct hs_str names = HS_STR_INIT;

        for (size_t i = 0; i < HS_COUNTOF(observers); i++)
            hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", observers[i]->id);
        st = hs_fail(err, HS_ENOTFOUND, "there is no observer \"%.60s\": choose one of %s", id,
                     names.buf);
        hs_str_dispose(&names);
        return st;
    }
    if (n == 0)
        return hs_fail(err, HS_EINVAL, "there is no batch to observe");
    own.axis = hs_axis_of(config->axis, batches[0]->ndim);
    st = observer->observe(out, arena, batches, n, &own, err);
    if (st == HS_OK && own.options.scheme == HS_POWER_OF_TWO &&
        own.options.pow2_rounding == HS_POW2_MSE)
        st = hs_pow2_search(out, arena, batches, n, &own, err);
    return st;
}

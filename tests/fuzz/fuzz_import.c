/* Files of others as networks: what is imported has finite weights, codes that fit and layers that
 * follow; what is not is refused with a sentence. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "nn/import.h"

static void broken(const char *promise)
{
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static void look_at_model(const struct hs_model *m)
{
    struct hs_layer *layer;
    struct hs_param *param;

    if (m->n == 0 || m->layer[m->n - 1].out.c != m->classes)
        broken("the last layer gives the classes");
    for (size_t i = 0; hs_model_param(m, i, &layer, &param); i++)
        for (size_t k = 0; k < hs_tensor_count(&param->value); k++)
            if (!isfinite(((const float *)param->value.data)[k]))
                broken("weights are finite");
}

static void look_at_program(const struct hs_program *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct hs_step *s = &p->step[i];

        if (i > 0 && hs_extent_count(s->in) != hs_extent_count(p->step[i - 1].out))
            broken("steps follow each other");
        if (!(s->y.scale > 0) || s->y.zero_point < s->y.lo || s->y.zero_point > s->y.hi)
            broken("codes mean something");
        if (s->kind != HS_STEP_MAXPOOL && hs_tensor_count(&s->bias) != s->out.c)
            broken("there is one bias an output");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_container c = HS_CONTAINER_INIT;
    struct hs_imported got;
    struct hs_error err = HS_ERROR_INIT;

    if (hs_container_read(&c, (struct hs_bytes){data, size}, "x", &limits, &err) == HS_OK) {
        if (hs_import(&got, &c, "x", &err) != HS_OK && err.text[0] == '\0')
            broken("a refusal has a sentence");
        if (got.has_model)
            look_at_model(&got.model);
        if (got.has_program)
            look_at_program(&got.program);
        hs_imported_dispose(&got);
    }
    hs_container_dispose(&c);
    return 0;
}

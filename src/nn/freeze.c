#include "nn/fake_parts.h"
#include "nn/prepare.h"

void hs_model_freeze(struct hs_model *m)
{
    float none = 0;

    for (size_t i = 0; i < m->n; i++) {
        struct hs_fake *f = m->layer[i].fake;

        if (f == NULL)
            continue;
        if (f->weights)
            hs_fake_weights(f, &m->layer[i].param[0].value, false);
        else
            hs_fake_activations(f, &none, &none, 0, false);
        if (!hs_fake_is_fixed(f))
            f->observing = false;
    }
}

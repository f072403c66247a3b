#include <math.h>

#include "nn/train.h"

/* One example: its loss; d becomes softmax - target. */
static double example(float *d, const float *z, uint8_t label, size_t classes, double smoothing,
                      double share)
{
    double largest = (double)z[0], sum = 0, mean = 0, log_sum;

    for (size_t j = 1; j < classes; j++)
        largest = (double)z[j] > largest ? (double)z[j] : largest;
    for (size_t j = 0; j < classes; j++) {
        sum += exp((double)z[j] - largest);
        mean += (double)z[j] / (double)classes;
    }
    log_sum = largest + log(sum);
    for (size_t j = 0; d != NULL && j < classes; j++) {
        double target = smoothing / (double)classes + (j == label ? 1 - smoothing : 0);

        d[j] = (float)((exp((double)z[j] - log_sum) - target) * share);
    }
    return log_sum - (1 - smoothing) * (double)z[label] - smoothing * mean;
}

double hs_cross_entropy(float *dlogits, size_t *correct, const float *logits, const uint8_t *labels,
                        size_t n, size_t classes, double smoothing)
{
    double loss = 0;

    *correct = 0;
    for (size_t i = 0; i < n; i++) {
        const float *z = logits + i * classes;
        size_t answer = 0;

        for (size_t j = 1; j < classes; j++)
            answer = z[j] > z[answer] ? j : answer;
        *correct += answer == labels[i];
        loss += example(dlogits == NULL ? NULL : dlogits + i * classes, z, labels[i], classes,
                        smoothing, 1 / (double)n);
    }
    return n == 0 ? 0 : loss / (double)n;
}

/* Codebooks: 2^bits centroids that share the weights of a tensor (Han, Mao, Dally 2016, "Deep
 * Compression", 1510.00149, section 3). One-dimensional Lloyd iterations in float64; the same
 * result on every machine. */
#ifndef HS_QUANT_KMEANS_H
#define HS_QUANT_KMEANS_H

#include "base/arena.h"
#include "tensor/tensor.h"

/* Where centroids begin (section 3.2 of the paper). */
enum hs_kmeans_init {
    HS_KMEANS_LINEAR,  /* evenly from min to max: the paper's choice, large weights keep a code */
    HS_KMEANS_DENSITY, /* evenly over the sorted elements, at the quantiles (j + 1/2) / 2^bits */
    HS_KMEANS_RANDOM   /* elements drawn without replacement (Forgy) */
};

struct hs_kmeans_config {
    int bits; /* 1 to 12 */
    enum hs_kmeans_init init;
    uint64_t seed;     /* of HS_KMEANS_RANDOM */
    size_t iterations; /* at most; 0 keeps the initial centroids */
};

struct hs_kmeans {
    struct hs_tensor codes; /* shape of the input; the smallest unsigned dtype of `bits` (2 up) */
    struct hs_tensor centroids; /* (2^bits) float64, ascending */
    struct hs_tensor values;    /* centroids[codes], float64, shape of the input */
    double inertia;             /* sum of squared distances */
    size_t iterations;          /* that moved a centroid */
    bool converged;             /* one more would change nothing */
    size_t empty; /* centroids without an element: fewer distinct elements than codes */
};

/* 4 bits, linear, 100 iterations. */
struct hs_kmeans_config hs_kmeans_config_default(void);
int hs_kmeans_init_find(const char *name); /* "linear", "density", "random"; -1 when unknown */

/* Each element takes the nearest centroid, the lower of two equally near; each centroid becomes the
 * mean of its elements. A centroid without elements moves to the element farthest from its own, so
 * that the inertia never grows; it stays where it is when no element is apart from its centroid.
 * HS_ERANGE: an empty tensor, or an element that is not finite (named); HS_EINVAL: bits. */
HS_MUST_USE enum hs_status hs_kmeans(struct hs_kmeans *out, struct hs_arena *arena,
                                     const struct hs_tensor *t,
                                     const struct hs_kmeans_config *config, struct hs_error *err);

#endif

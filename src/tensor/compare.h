/* Comparison of two tensors of one shape: what graders, tests and views share. */
#ifndef HS_TENSOR_COMPARE_H
#define HS_TENSOR_COMPARE_H

#include "tensor/tensor.h"

struct hs_compare {
    bool equal;          /* every element equal by value: -0 equals 0, NaN equals NaN */
    size_t count;        /* elements */
    size_t mismatches;   /* elements that differ */
    size_t first;        /* flat index of the first one that differs; count when equal */
    double max_abs;      /* largest |a - b| */
    double rmse;
    double sqnr_db;      /* 10 log10(sum b^2 / sum (a-b)^2), b the reference; +inf when equal */
    double cosine;       /* 1 when both are all zero */
    double mean_signed;  /* mean of a - b */
};

/* HS_ESHAPE when the shapes differ (the message has both). `b` is the reference. */
HS_MUST_USE enum hs_status hs_tensor_compare(struct hs_compare *out, const struct hs_tensor *a,
                                             const struct hs_tensor *b, struct hs_error *err);

#endif

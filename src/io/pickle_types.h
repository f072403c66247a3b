/* The values that a pickle's calls may mean: NumPy's arrays (pickle_numpy.c), PyTorch's tensors
 * (pickle_torch.c) and the names themselves (pickle_names.c). Internal to these files. */
#ifndef HS_IO_PICKLE_TYPES_H
#define HS_IO_PICKLE_TYPES_H

#include "io/pickle.h"

enum hs_status hs_node_bad(struct hs_pickle *p, const char *what);
enum hs_status hs_node_no_memory(struct hs_pickle *p);

/* The i-th argument when it is of that kind, else NULL. */
const struct hs_node *hs_node_arg(const struct hs_node *args, size_t i, enum hs_node_kind kind);

/* A tuple or list of at most HS_MAX_DIMS whole numbers of 0 or more. */
bool hs_node_sizes(const struct hs_node *t, size_t *out, int *n);

/* Turns text whose characters are all below 256 into bytes; else HS_EFORMAT: "`what` … is not latin-1". */
enum hs_status hs_node_latin1(struct hs_pickle *p, struct hs_node *n, const char *what);

/* Reverses the bytes of each element. */
void hs_swap_elements(unsigned char *data, size_t count, size_t size);

/* NumPy: state of an array, scalar(dtype, bytes), _frombuffer(…), dtype(code, …). */
enum hs_status hs_numpy_build(struct hs_pickle *p, struct hs_node *array,
                              const struct hs_node *state);
enum hs_status hs_numpy_scalar(struct hs_node **out, struct hs_pickle *p,
                               const struct hs_node *args);
enum hs_status hs_numpy_frombuffer(struct hs_node **out, struct hs_pickle *p,
                                   const struct hs_node *args);
enum hs_status hs_numpy_dtype(struct hs_node **out, struct hs_pickle *p,
                              const struct hs_node *args);

/* PyTorch: torch._utils.<name>(storage, offset, size, stride, …). */
enum hs_status hs_torch_tensor(struct hs_node **out, struct hs_pickle *p, const char *name,
                               const struct hs_node *args);

#endif

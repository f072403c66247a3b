/* Threads that share out tasks. Results must not depend on who does which task, so tasks are cut by
 * the work, never by the number of threads: one thread and several then give the same bits. */
#ifndef HS_BASE_POOL_H
#define HS_BASE_POOL_H

#include <stddef.h>

#include "base/status.h"

enum { HS_POOL_MOST = 64 }; /* threads */

struct hs_pool;

/* `threads` >= 1 workers, the caller among them; 0 asks for one a processor that the program may
 * use. HS_EINVAL past HS_POOL_MOST, HS_ENOMEM. The caller owns it. */
HS_MUST_USE enum hs_status hs_pool_new(struct hs_pool **out, int threads, struct hs_error *err);
void hs_pool_free(struct hs_pool *pool); /* NULL is allowed */

/* How many workers; 1 for NULL. */
int hs_pool_threads(const struct hs_pool *pool);

/* task(payload, i, worker) for i = 0 … n - 1, in any order and at once; returns when all are done.
 * `worker` < hs_pool_threads() names who does it: each worker does one task at a time, so that it
 * can own scratch memory. Not from inside a task, and from one thread only. NULL does all in order.
 */
void hs_pool_run(struct hs_pool *pool, size_t n, void (*task)(void *payload, size_t i, int worker),
                 void *payload);

#endif

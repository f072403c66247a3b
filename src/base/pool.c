#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct hs_pool {
    int threads; /* the caller is worker 0 */
    pthread_t thread[HS_POOL_MOST];
    pthread_mutex_t lock;
    pthread_cond_t begins, ended;
    size_t round; /* counts the runs, so that a worker knows a new one */
    int working;
    bool leaving;
    size_t n;
    atomic_size_t next;
    void (*task)(void *payload, size_t i, int worker);
    void *payload;
};

struct worker {
    struct hs_pool *pool;
    int index;
};

static void work(struct hs_pool *p, int worker)
{
    for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n;)
        p->task(p->payload, i, worker);
}

static void *live(void *payload)
{
    struct worker w = *(struct worker *)payload;
    struct hs_pool *p = w.pool;
    size_t seen = 0;

    free(payload);
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->round == seen && !p->leaving)
            pthread_cond_wait(&p->begins, &p->lock);
        if (p->leaving)
            break;
        seen = p->round;
        pthread_mutex_unlock(&p->lock);
        work(p, w.index);
        pthread_mutex_lock(&p->lock);
        if (--p->working == 0)
            pthread_cond_signal(&p->ended);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static int processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return n < 1 ? 1 : n > HS_POOL_MOST ? HS_POOL_MOST : n;
}

static bool start(struct hs_pool *p, int index)
{
    struct worker *w = malloc(sizeof *w);

    if (w == NULL)
        return false;
    *w = (struct worker){p, index};
    if (pthread_create(&p->thread[index], NULL, live, w) == 0)
        return true;
    free(w);
    return false;
}

enum hs_status hs_pool_new(struct hs_pool **out, int threads, struct hs_error *err)
{
    struct hs_pool *p;

    if (threads == 0)
        threads = processors();
    if (threads < 1 || threads > HS_POOL_MOST)
        return hs_fail(err, HS_EINVAL, "%d threads: 1 to %d are possible, 0 is one a processor",
                       threads, HS_POOL_MOST);
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for %d threads", threads);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->begins, NULL);
    pthread_cond_init(&p->ended, NULL);
    for (p->threads = 1; p->threads < threads; p->threads++)
        if (!start(p, p->threads)) {
            hs_pool_free(p);
            return hs_fail(err, HS_ENOMEM, "thread %d of %d could not be started; ask for fewer",
                           p->threads + 1, threads);
        }
    *out = p;
    return HS_OK;
}

void hs_pool_free(struct hs_pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->leaving = true;
    pthread_cond_broadcast(&p->begins);
    pthread_mutex_unlock(&p->lock);
    for (int i = 1; i < p->threads; i++)
        pthread_join(p->thread[i], NULL);
    pthread_cond_destroy(&p->ended);
    pthread_cond_destroy(&p->begins);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

int hs_pool_threads(const struct hs_pool *p)
{
    return p == NULL ? 1 : p->threads;
}

void hs_pool_run(struct hs_pool *p, size_t n, void (*task)(void *payload, size_t i, int worker),
                 void *payload)
{
    if (p == NULL || p->threads == 1 || n < 2) {
        for (size_t i = 0; i < n; i++)
            task(payload, i, 0);
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->n = n;
    p->task = task;
    p->payload = payload;
    atomic_store(&p->next, 0);
    p->working = p->threads - 1;
    p->round++;
    pthread_cond_broadcast(&p->begins);
    pthread_mutex_unlock(&p->lock);
    work(p, 0);
    pthread_mutex_lock(&p->lock);
    while (p->working > 0)
        pthread_cond_wait(&p->ended, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

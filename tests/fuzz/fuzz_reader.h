/* The body of hs_fuzz_reader(); each target is a program of its own and includes it once. */
#ifndef HS_FUZZ_READER_H
#define HS_FUZZ_READER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/container.h"
#include "tensor/stats.h"

static void hs_fuzz_broken(const char *promise)
{
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static void hs_fuzz_touch(const struct hs_container *c)
{
    struct hs_stats stats;
    size_t sum = 0;

    for (size_t i = 0; i < c->entries.len; i++) {
        const struct hs_entry *e = &c->entries.items[i];

        sum += strlen(e->name);
        if (e->kind == HS_ENTRY_STRING)
            sum += strlen(e->text);
        if (e->kind == HS_ENTRY_TENSOR && !hs_tensor_is_contiguous(&e->tensor))
            hs_fuzz_broken("tensors of readers are contiguous");
        if (e->kind == HS_ENTRY_TENSOR)
            hs_tensor_stats(&stats, &e->tensor);
        if (e->quantized && (e->n == 0 || e->scales == NULL || e->zero_points == NULL))
            hs_fuzz_broken("a quantized tensor has scales and zero points");
        if (hs_container_find(c, e->name) == NULL)
            hs_fuzz_broken("an entry is found by its name");
        if (i > 200) /* the search above is linear */
            break;
    }
    for (size_t i = 0; i < c->remarks.len; i++)
        sum += strlen(c->remarks.items[i]);
    if (sum == (size_t)-1)
        hs_fuzz_broken("names are shorter than memory");
}

void hs_fuzz_reader(const char *id, const char *name, int always, const uint8_t *data, size_t size)
{
    struct hs_io_limits limits = hs_io_limits_default();
    struct hs_container c = HS_CONTAINER_INIT;
    struct hs_error err = HS_ERROR_INIT;
    const struct hs_reader *const *readers;
    enum hs_status st = HS_OK;
    unsigned char *copy;
    size_t count;

    limits.file_bytes = (size_t)1 << 20;
    limits.total_bytes = (size_t)4 << 20;
    limits.pickle_opcodes = 20000;
    readers = hs_readers(&count);
    copy = hs_arena_alloc(&c.arena, size, 1);
    if (size != 0)
        memcpy(copy, data, size);
    for (size_t i = 0; i < count; i++)
        if (strcmp(readers[i]->id, id) == 0) {
            struct hs_bytes bytes = {copy, size};

            if (size != 0 && (readers[i]->sniff(bytes, name) || always))
                st = readers[i]->read(&c, bytes, name, &limits, &err);
        }
    if (st != HS_OK && (err.code == HS_OK || strlen(err.text) < 8))
        hs_fuzz_broken("a failure has a sentence");
    if (st == HS_OK)
        hs_fuzz_touch(&c);
    hs_container_dispose(&c);
}

#endif

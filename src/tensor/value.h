/* Value: a small tree of nil, bool, integer, number, string, tensor, list and map, owned by an arena.
 *
 * It is how layers hand structured data to each other without knowing each other: Lua cells give view
 * specs and questions as values, `draw` renders values, `grade` writes reports as values, io/json reads and
 * writes them, `store` keeps their JSON text. Maps keep insertion order and have unique keys. */
#ifndef HS_TENSOR_VALUE_H
#define HS_TENSOR_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "tensor/tensor.h"

enum hs_value_kind {
    HS_NIL,
    HS_BOOLEAN,
    HS_INTEGER,
    HS_NUMBER,
    HS_STRING,
    HS_TENSOR,
    HS_LIST,
    HS_MAP
};

struct hs_value {
    enum hs_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct {
            const char *text; /* ends in NUL; may hold others */
            size_t len;
        } string;
        const struct hs_tensor *tensor;
        struct {
            struct hs_value *items; // (len)
            size_t len, cap;
        } list;
        struct {
            struct hs_member *items; // (len)
            size_t len, cap;
        } map;
    } as;
};

struct hs_member {
    const char *key;
    struct hs_value value;
};

/* Constructors. Strings and tensors are copied into the arena by hs_value_string/_tensor (the tensor's struct, not
 * its elements). HS_NIL when out of memory. */
struct hs_value hs_value_nil(void);
struct hs_value hs_value_bool(bool v);
struct hs_value hs_value_int(int64_t v);
struct hs_value hs_value_num(double v);
struct hs_value hs_value_string(struct hs_arena *arena, const char *text);
struct hs_value hs_value_string_n(struct hs_arena *arena, const char *text, size_t n);
struct hs_value hs_value_tensor(struct hs_arena *arena, const struct hs_tensor *t);
struct hs_value hs_value_list(void);
struct hs_value hs_value_map(void);

/* Appends to a list; sets a key of a map (replacing it). The key is copied. false when out of memory. */
bool hs_value_push(struct hs_value *list, struct hs_arena *arena, struct hs_value item);
bool hs_value_set(struct hs_value *map, struct hs_arena *arena, const char *key, struct hs_value v);

/* Lookups that never fail: a missing key, a wrong kind or a NULL value gives NULL, or the default. Integers and
 * numbers are read as either (a number as an integer only when it is integral). Path access: "a.b". */
const struct hs_value *hs_value_get(const struct hs_value *map, const char *key);
const struct hs_value *hs_value_at(const struct hs_value *list, size_t i); /* 0-based */
size_t hs_value_len(const struct hs_value *v);                            /* of a list or map, else 0 */
const char *hs_value_text(const struct hs_value *map, const char *key, const char *otherwise);
double hs_value_number(const struct hs_value *map, const char *key, double otherwise);
int64_t hs_value_integer(const struct hs_value *map, const char *key, int64_t otherwise);
bool hs_value_flag(const struct hs_value *map, const char *key, bool otherwise);
const struct hs_tensor *hs_value_tensor_of(const struct hs_value *map, const char *key);

/* The value itself as a number: false when it is none. */
bool hs_value_to_number(const struct hs_value *v, double *out);

bool hs_value_equal(const struct hs_value *a, const struct hs_value *b); /* by value; map order does not count */

/* A deep copy into another arena (tensor elements are copied too when `with_elements`). */
HS_MUST_USE enum hs_status hs_value_copy(struct hs_value *out, struct hs_arena *arena, const struct hs_value *v,
                                         bool with_elements, struct hs_error *err);

const char *hs_value_kind_name(enum hs_value_kind kind); /* "integer" */

#endif

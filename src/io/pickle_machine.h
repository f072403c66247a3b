/* The stack machine of io/pickle.c, and how values get onto its stack (io/pickle_values.c).
 * Internal to these two files. */
#ifndef HS_IO_PICKLE_MACHINE_H
#define HS_IO_PICKLE_MACHINE_H

#include "base/vec.h"
#include "io/pickle.h"

struct hs_machine {
    struct hs_pickle *p;
    struct hs_bytes bytes;
    size_t at, opcodes;
    HS_VEC(struct hs_node *) stack;
    HS_VEC(size_t) marks;
    HS_VEC(struct hs_node *) memo; /* NULL in holes */
    bool done;
};

/* HS_EFORMAT with the offset, and HS_ENOMEM. */
enum hs_status hs_machine_bad(struct hs_machine *m, const char *what);
enum hs_status hs_machine_no_memory(struct hs_machine *m);

/* The stack: items above the last mark may not be popped past it. pop and top give NULL when there
 * is none. */
enum hs_status hs_machine_push(struct hs_machine *m, struct hs_node *n);
size_t hs_machine_floor_of(const struct hs_machine *m);
struct hs_node *hs_machine_pop(struct hs_machine *m);
struct hs_node *hs_machine_top(struct hs_machine *m);

/* Everything above the last mark as the items of a new node; the mark goes too. */
enum hs_status hs_machine_pop_mark(struct hs_machine *m, enum hs_node_kind kind,
                                   struct hs_node **out);

/* n bytes, or a line without its end; false past the end. */
bool hs_machine_take(struct hs_machine *m, size_t n, const unsigned char **out);
bool hs_machine_line(struct hs_machine *m, const char **text, size_t *n);

/* Values. push_long reads n bytes of two's complement; push_line an argument of protocol 0 (I, L,
 * F, S, V). */
enum hs_status hs_machine_push_text(struct hs_machine *m, enum hs_node_kind kind, const void *text,
                                    size_t n);
enum hs_status hs_machine_push_int(struct hs_machine *m, int64_t v);
enum hs_status hs_machine_push_bool(struct hs_machine *m, bool v);
enum hs_status hs_machine_push_float(struct hs_machine *m, double v);
enum hs_status hs_machine_push_long(struct hs_machine *m, size_t n);
enum hs_status hs_machine_push_line(struct hs_machine *m, int op);

/* The memo: remembers the top of the stack, pushes what is remembered; memo_line reads the number
 * of protocol 0. */
enum hs_status hs_machine_put(struct hs_machine *m, uint64_t index);
enum hs_status hs_machine_get(struct hs_machine *m, uint64_t index);
enum hs_status hs_machine_memo_line(struct hs_machine *m, bool is_put);

#endif

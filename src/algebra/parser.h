/* The parser's state and the nodes that it makes. Internal to algebra/parse*.c. */
#ifndef HS_ALGEBRA_PARSER_H
#define HS_ALGEBRA_PARSER_H

#include "algebra/lex.h"

/* An index that has a value while a numeric product is multiplied out; a symbolic one has none. */
struct hs_parse_binding {
    const char *index, *value;
    const struct hs_parse_binding *outer;
};

struct hs_parser {
    struct hs_tokens t;
    size_t at;
    struct hs_symbols *symbols;
    const struct hs_parse_binding *bindings;
    struct hs_fault *fault;
    struct hs_error *err;
    enum hs_status st;
    int depth;
    size_t nodes;
};

struct hs_parse_list {
    struct hs_expr *first[8], **items;
    bool first_flags[8], *flags;
    size_t n, cap;
};

/* Notes the first fault. */
void hs_parse_fail(struct hs_parser *p, enum hs_fault_kind kind, int column, const char *fmt, ...)
    HS_PRINTF(4, 5);

/* "X was seen, <what> was expected", at the token that is next. */
void hs_parse_expected(struct hs_parser *p, enum hs_fault_kind kind, const char *what);

/* Zeros in the arena; NULL (and p->st) when out of memory. */
void *hs_parse_grab(struct hs_parser *p, size_t count, size_t size);

/* The next token, NULL at the end; whether it is this sign; its column; how it is called. */
const struct hs_token *hs_parse_peek(const struct hs_parser *p);
bool hs_parse_at_sign(const struct hs_parser *p, char sign);
int hs_parse_column(const struct hs_parser *p);
const char *hs_parse_seen(const struct hs_parser *p, char buffer[72]);

/* Nodes; NULL once anything failed. */
struct hs_expr *hs_parse_node(struct hs_parser *p, enum hs_expr_kind kind, int at);
struct hs_expr *hs_parse_leaf(struct hs_parser *p, enum hs_expr_kind kind,
                              const struct hs_token *t);

/* A list is begun, filled, and finished as a node; a single item that is not flagged is itself. */
void hs_parse_begin(struct hs_parse_list *l);
void hs_parse_push(struct hs_parser *p, struct hs_parse_list *l, struct hs_expr *e, bool flag);
struct hs_expr *hs_parse_finish(struct hs_parser *p, const struct hs_parse_list *l,
                                enum hs_expr_kind kind);

/* A sum: the grammar's beginning (parse.c). */
struct hs_expr *hs_parse_sum(struct hs_parser *p);

#endif

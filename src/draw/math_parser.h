/* What the parts of the formula reader share: math_parse.c (rows and atoms), math_scripts.c,
 * math_command.c (commands and their arguments), math_environment.c (tables), math_names.c. */
#ifndef HS_DRAW_MATH_PARSER_H
#define HS_DRAW_MATH_PARSER_H

#include "draw/math_tree.h"

struct hs_math_parser {
    const char *tex, *at, *end;
    struct hs_arena *arena;
    struct hs_error *err;
    int depth, scripts; /* nesting in all, and in scripts */
    bool lead;          /* the next row begins with nothing, which counts as an operand */
    enum hs_status st;
};

/* NULL (with p->st set) when out of memory. */
struct hs_math *hs_math_node(struct hs_math_parser *p, enum hs_math_kind kind);

/* A symbol that shows n bytes of text as they are, without what could act on a terminal; in ASCII a
 * character that has no name shows as '?'. */
struct hs_math *hs_math_text(struct hs_math_parser *p, const char *text, size_t n,
                             enum hs_math_class class);

/* A symbol of math_symbols.def by command name or by its Unicode text; NULL when there is none. */
struct hs_math *hs_math_named(struct hs_math_parser *p, const char *name, size_t n);
struct hs_math *hs_math_glyph(struct hs_math_parser *p, const char *text, size_t n);

/* Nothing to be seen. */
struct hs_math *hs_math_nothing(struct hs_math_parser *p);

/* The first failure counts; its column is where p stands. Returns NULL. */
void *hs_math_fail(struct hs_math_parser *p, const char *what);

bool hs_math_push(struct hs_math_parser *p, struct hs_math *row, struct hs_math *item);
void hs_math_blanks(struct hs_math_parser *p);

/* {…} or one atom; `digit`: of a number only the first digit, as TeX has it. */
struct hs_math *hs_math_argument(struct hs_math_parser *p, bool digit);

/* The atom with the scripts that stand behind it, in any order; NULL stays NULL. */
struct hs_math *hs_math_scripts(struct hs_math_parser *p, struct hs_math *base);

/* The class of a character of ASCII. */
enum hs_math_class hs_math_class_of(char c);

/* Items up to `stop`: "}", "]", "&" (with \\ and \end) or "\\right". */
struct hs_math *hs_math_row(struct hs_math_parser *p, const char *stop);

/* Rows of cells up to \end, a closing brace or the end. */
struct hs_math *hs_math_table(struct hs_math_parser *p, enum hs_math_table kind);

/* Readers of commands (math_commands.def), called behind the name. */
typedef struct hs_math *hs_math_reader(struct hs_math_parser *p, const char *detail);
hs_math_reader hs_math_environment, hs_math_substack;

/* The n bytes of {…}, taken as they are; NULL with p->st set when there is none. */
const char *hs_math_span(struct hs_math_parser *p, size_t *n);

/* a between two symbols that stretch (NULL: none). */
struct hs_math *hs_math_enclosed(struct hs_math_parser *p, struct hs_math *open, struct hs_math *a,
                                 struct hs_math *close);

/* At a backslash: the command with its arguments. */
struct hs_math *hs_math_command(struct hs_math_parser *p);

/* Bytes of the command's name behind the backslash at p->at. */
size_t hs_math_command_length(const struct hs_math_parser *p);

/* p stands at this command and not at a longer one (\right, \rightarrow). */
bool hs_math_at(const struct hs_math_parser *p, const char *command);

#endif

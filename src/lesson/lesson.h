/* A lesson file: front matter, steps, prose and Lua cells, read from Markdown without running anything.
 *
 * `lessons/NN-slug/lesson.md` is CommonMark with a front matter of `key: value` lines between two lines of `---`. A `##`
 * heading starts a step; what stands before the first one belongs to it. Fenced blocks `lua demo`, `lua ask`, `lua notes` and
 * `lua setup` are cells; every other block is prose (draw/doc.h). lessons/README.md is the author's guide. Cells are run by
 * lesson/run.h. Errors carry file and line. */
#ifndef HS_LESSON_LESSON_H
#define HS_LESSON_LESSON_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"
#include "draw/doc.h"

enum hs_part_kind { HS_PART_PROSE, HS_PART_DEMO, HS_PART_ASK, HS_PART_NOTES, HS_PART_SETUP };

/* A run of prose blocks, or one cell. Setup and notes are parts too, so that the order of the file is kept. */
struct hs_part {
    enum hs_part_kind kind;
    int line;                      /* 1-based, in the file: of the first block, or of the cell's first line of code */
    const struct hs_block *blocks; // (nblocks) of prose
    size_t nblocks;
    const char *code; /* of a cell */
};

struct hs_step {
    const char *id;    /* of `## Title {#id}`, else the title in lower case with '-' for everything but a-z0-9 */
    const char *title; /* plain text */
    int line;
    HS_VEC(struct hs_part) parts;
};

struct hs_names {
    const char **items; // (len)
    size_t len, cap;
};

struct hs_lesson {
    struct hs_arena arena; /* owns all text and blocks */
    const char *path, *dir; /* of lesson.md and its folder */
    const char *id, *title;
    int number;             /* NN of the folder name; -1 without one */
    int minutes;            /* 0: not stated */
    const char *profile;    /* convention in force, shown at all times; "" when not stated */
    const char *assignment; /* id of the assignment that it prepares for, or "" */
    const char *section;    /* of the course map; "" is that of the lesson before */
    const char *summary;    /* one sentence for the course map, or "" */
    struct hs_names needs;         /* ids of lessons that come before */
    struct hs_names tensors;       /* files in the lesson's data/ folder or in assets/tensors */
    HS_VEC(struct hs_step) steps;
};

#define HS_LESSON_INIT ((struct hs_lesson){.number = -1})

/* Most bytes of a lesson file, and most steps in it. */
enum { HS_LESSON_BYTES = 1 << 20, HS_LESSON_STEPS = 99 };

/* Reads lesson.md of folder `dir`. `out` must be HS_LESSON_INIT; dispose it in any case. HS_EFORMAT with file and line. */
HS_MUST_USE enum hs_status hs_lesson_load(struct hs_lesson *out, const char *dir, struct hs_error *err);

/* The same from text in memory; `path` names it in errors. */
HS_MUST_USE enum hs_status hs_lesson_read(struct hs_lesson *out, struct hs_bytes text, const char *path, struct hs_error *err);
void hs_lesson_dispose(struct hs_lesson *lesson);

/* A step by its id or its 1-based number as text; its index, or (size_t)-1. */
size_t hs_lesson_find_step(const struct hs_lesson *lesson, const char *id_or_number);

#endif

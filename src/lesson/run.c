#include "lesson/run.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/container.h"
#include "lesson/control.h"
#include "lesson/lua_ask.h"
#include "script/script.h"

/* What is known of one part. Kept in a flat table, steps one behind the other. */
struct cell {
    struct hs_question *question;
    int64_t later; /* reference of the function that completes a pending question */
    struct hs_demo *demo;
    int64_t view;           /* reference of the view function; 0: the spec is constant */
    bool stale;             /* a control moved since the view was computed */
    struct hs_arena scratch; /* of the view */
};

struct hs_lesson_run {
    const struct hs_lesson *lesson;
    struct hs_script *script;
    struct hs_arena arena;
    HS_VEC(struct hs_container) data;
    size_t *first;       // (steps) index of the step's first cell
    struct cell *cells;  // (ncells)
    size_t ncells;
};

static enum hs_status no_memory(struct hs_error *err)
{
    return hs_fail(err, HS_ENOMEM, "out of memory running a lesson");
}

/* A file of the front matter: the lesson's own data/ first, then assets/tensors. */
static enum hs_status open_tensors(struct hs_lesson_run *run, const char *name, struct hs_error *err)
{
    const struct hs_io_limits limits = hs_io_limits_default();
    struct hs_container container = HS_CONTAINER_INIT;
    struct hs_str path = HS_STR_INIT, share = HS_STR_INIT;
    enum hs_status st = HS_OK;

    hs_path_join(&path, run->lesson->dir, "data");
    hs_path_join(&share, path.buf, name);
    if (!hs_path_exists(share.buf)) {
        hs_str_clear(&path);
        hs_str_clear(&share);
        hs_path_join(&path, "assets/tensors", name);
        st = hs_env_share(&share, path.buf, err);
    }
    if (st == HS_OK)
        st = hs_container_open(&container, share.buf, &limits, err);
    if (st == HS_OK && !HS_VEC_PUSH(&run->data, container))
        st = no_memory(err);
    else if (st != HS_OK)
        hs_error_prefix(err, "tensors");
    if (st != HS_OK)
        hs_container_dispose(&container);
    hs_str_dispose(&path);
    hs_str_dispose(&share);
    return st;
}

/* One file as a map of its entries. */
static bool data_value(struct hs_value *out, struct hs_arena *arena, const struct hs_container *c)
{
    *out = hs_value_map();
    for (size_t i = 0; i < c->entries.len; i++) {
        const struct hs_entry *e = &c->entries.items[i];
        struct hs_value v;

        if (e->kind == HS_ENTRY_TENSOR)
            v = hs_value_tensor(arena, &e->tensor);
        else if (e->kind == HS_ENTRY_STRING)
            v = hs_value_string(arena, e->text);
        else if (e->kind == HS_ENTRY_BOOL)
            v = hs_value_bool(e->number != 0.0);
        else
            v = e->is_integer ? hs_value_int(e->integer) : hs_value_num(e->number);
        if (!hs_value_set(out, arena, e->name, v))
            return false;
    }
    return true;
}

/* The global `data`: file name without extension -> entry -> tensor. */
static enum hs_status give_data(struct hs_lesson_run *run, struct hs_error *err)
{
    struct hs_value all = hs_value_map();

    for (size_t i = 0; i < run->lesson->tensors.len; i++) {
        const char *name = run->lesson->tensors.items[i], *ext = hs_path_ext(name);
        size_t stem = strlen(name) - (*ext != '\0' ? strlen(ext) + 1 : 0);
        char *key = hs_arena_strndup(&run->arena, name, stem);
        struct hs_value entries;
        enum hs_status st = open_tensors(run, name, err);

        if (st != HS_OK)
            return st;
        if (key == NULL || !data_value(&entries, &run->arena, &run->data.items[run->data.len - 1]) ||
            !hs_value_set(&all, &run->arena, key, entries))
            return no_memory(err);
    }
    return hs_script_set(run->script, "data", &all, err);
}

static enum hs_status run_code(struct hs_value *result, struct hs_lesson_run *run, struct hs_arena *arena,
                               const struct hs_part *part, struct hs_error *err)
{
    return hs_script_run(run->script, result, arena, hs_bytes_of(part->code), run->lesson->path, part->line, NULL, err);
}

static enum hs_status run_setup(struct hs_lesson_run *run, struct hs_error *err)
{
    for (size_t i = 0; i < run->lesson->steps.len; i++) {
        const struct hs_step *step = &run->lesson->steps.items[i];

        for (size_t j = 0; j < step->parts.len; j++) {
            struct hs_value ignored = hs_value_nil();
            enum hs_status st;

            if (step->parts.items[j].kind != HS_PART_SETUP)
                continue;
            if ((st = run_code(&ignored, run, &run->arena, &step->parts.items[j], err)) != HS_OK)
                return st;
        }
    }
    return HS_OK;
}

static enum hs_status make_cells(struct hs_lesson_run *run, struct hs_error *err)
{
    const struct hs_lesson *lesson = run->lesson;

    run->first = hs_arena_alloc(&run->arena, lesson->steps.len, sizeof *run->first);
    if (run->first == NULL)
        return no_memory(err);
    for (size_t i = 0; i < lesson->steps.len; i++) {
        run->first[i] = run->ncells;
        run->ncells += lesson->steps.items[i].parts.len;
    }
    run->cells = hs_arena_alloc_zero(&run->arena, run->ncells, sizeof *run->cells);
    if (run->cells == NULL)
        run->ncells = 0;
    return run->cells != NULL ? HS_OK : no_memory(err);
}

enum hs_status hs_lesson_run_open(struct hs_lesson_run **out, const struct hs_lesson *lesson, uint64_t seed,
                                  struct hs_error *err)
{
    struct hs_script_config config = hs_script_config_default();
    struct hs_lesson_run *run = hs_alloc_zero(1, sizeof *run);
    enum hs_status st;

    if (run == NULL)
        return no_memory(err);
    run->lesson = lesson;
    config.files = HS_FILES_NONE;
    config.may_train = true;
    config.seed = seed;
    st = make_cells(run, err);
    if (st == HS_OK)
        st = hs_script_new(&run->script, &config, err);
    if (st == HS_OK)
        st = hs_script_add_library(run->script, "ask", hs_lua_open_ask, err);
    if (st == HS_OK)
        st = give_data(run, err);
    if (st == HS_OK)
        st = run_setup(run, err);
    if (st != HS_OK) {
        hs_lesson_run_free(run);
        return st;
    }
    *out = run;
    return HS_OK;
}

void hs_lesson_run_free(struct hs_lesson_run *run)
{
    if (run == NULL)
        return;
    hs_script_free(run->script);
    for (size_t i = 0; i < run->ncells; i++)
        hs_arena_dispose(&run->cells[i].scratch);
    for (size_t i = 0; i < run->data.len; i++)
        hs_container_dispose(&run->data.items[i]);
    HS_VEC_DISPOSE(&run->data);
    hs_arena_dispose(&run->arena);
    hs_free(run);
}

static const struct hs_part *part_of(const struct hs_lesson_run *run, size_t step, size_t part, struct cell **cell)
{
    assert(step < run->lesson->steps.len && part < run->lesson->steps.items[step].parts.len);
    *cell = &run->cells[run->first[step] + part];
    return &run->lesson->steps.items[step].parts.items[part];
}

/* Errors found in what a cell returned carry the cell's place. */
static enum hs_status placed(const struct hs_lesson_run *run, const struct hs_part *part, const struct hs_error *why,
                             struct hs_error *err)
{
    size_t n = strlen(run->lesson->path);
    char *end = NULL;

    if (why->line > 0)
        return hs_fail_at(err, why->code, why->source, why->line, why->column, "%s", why->text);
    if (strncmp(why->text, run->lesson->path, n) == 0 && why->text[n] == ':') { /* "file:line: sentence" from a view function */
        long line = strtol(why->text + n + 1, &end, 10);

        if (line > 0 && line < INT_MAX && end[0] == ':' && end[1] == ' ')
            return hs_fail_at(err, why->code, run->lesson->path, (int)line, 0, "%s", end + 2);
    }
    return hs_fail_at(err, why->code, run->lesson->path, part->line, 0, "%s", why->text);
}

enum hs_status hs_lesson_run_question_head(const struct hs_question **out,
                                           struct hs_lesson_run *run, size_t step, size_t part,
                                           struct hs_error *err)
{
    struct cell *cell;
    const struct hs_part *p = part_of(run, step, part, &cell);
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_value spec = hs_value_nil();
    enum hs_status st = HS_OK;

    assert(p->kind == HS_PART_ASK);
    if (cell->question == NULL) {
        struct hs_question *q = hs_arena_alloc_zero(&run->arena, 1, sizeof *q);

        st = q != NULL ? run_code(&spec, run, &scratch, p, &why) : no_memory(&why);
        if (st == HS_OK)
            st = hs_question_read(q, &run->arena, &spec, &why);
        cell->later = hs_value_integer(hs_value_get(&spec, "later"), "function", 0);
        hs_arena_dispose(&scratch);
        if (st != HS_OK)
            return placed(run, p, &why, err);
        cell->question = q;
    }
    *out = cell->question;
    return HS_OK;
}

enum hs_status hs_lesson_run_question(const struct hs_question **out, struct hs_lesson_run *run,
                                      size_t step, size_t part, struct hs_error *err)
{
    struct cell *cell;
    const struct hs_part *p = part_of(run, step, part, &cell);
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_error why = HS_ERROR_INIT;
    struct hs_value spec = hs_value_nil();
    struct hs_question whole;
    enum hs_status st = hs_lesson_run_question_head(out, run, step, part, err);

    if (st != HS_OK || !cell->question->pending)
        return st;
    st = hs_script_call(run->script, &spec, &scratch, cell->later, NULL, 0, &why);
    if (st == HS_OK)
        st = hs_question_read(&whole, &run->arena, &spec, &why);
    hs_arena_dispose(&scratch);
    if (st != HS_OK)
        return placed(run, p, &why, err);
    *cell->question = whole;
    return HS_OK;
}

/* What a demo cell returned: {controls =, view = function}, {controls =, view = spec}, or a spec itself. */
static enum hs_status read_demo(struct hs_lesson_run *run, struct cell *cell, const struct hs_value *v, struct hs_error *err)
{
    const struct hs_value *view = hs_value_get(v, "view");
    struct hs_demo *demo = hs_arena_alloc_zero(&run->arena, 1, sizeof *demo);
    enum hs_status st;

    if (demo == NULL)
        return no_memory(err);
    if (v->kind != HS_MAP && v->kind != HS_LIST)
        return hs_fail(err, HS_ESCRIPT, "a demo cell returns {controls =, view =} or a view of plot.*, not a %s",
                       hs_value_kind_name(v->kind));
    st = hs_controls_read(&demo->controls, &demo->ncontrols, &run->arena, hs_value_get(v, "controls"), err);
    if (st != HS_OK)
        return st;
    cell->view = hs_value_integer(view, "function", 0);
    cell->stale = cell->view != 0;
    if (cell->view == 0) {
        bool wrapped = view != NULL && (view->kind == HS_MAP || view->kind == HS_LIST);

        if (demo->ncontrols > 0)
            return hs_fail(err, HS_ESCRIPT, "a demo with controls needs view = function(c) … end");
        st = hs_value_copy(&demo->view, &run->arena, wrapped ? view : v, true, err);
    }
    if (st == HS_OK)
        cell->demo = demo;
    return st;
}

static enum hs_status compute_view(struct hs_lesson_run *run, struct cell *cell, struct hs_error *err)
{
    struct hs_value settings, view = hs_value_nil();
    enum hs_status st;

    hs_arena_dispose(&cell->scratch);
    cell->demo->view = hs_value_nil();
    if (!hs_controls_value(&settings, &cell->scratch, cell->demo->controls, cell->demo->ncontrols))
        return no_memory(err);
    st = hs_script_call(run->script, &view, &cell->scratch, cell->view, &settings, 1, err);
    if (st != HS_OK)
        return st;
    cell->demo->view = view;
    cell->stale = false;
    return HS_OK;
}

/* The cell's declaration, run once. */
static enum hs_status declare(struct hs_lesson_run *run, struct cell *cell, const struct hs_part *p, struct hs_error *err)
{
    struct hs_arena scratch = HS_ARENA_INIT;
    struct hs_value v = hs_value_nil();
    enum hs_status st;

    if (cell->demo != NULL)
        return HS_OK;
    st = run_code(&v, run, &scratch, p, err);
    if (st == HS_OK)
        st = read_demo(run, cell, &v, err);
    hs_arena_dispose(&scratch);
    return st;
}

enum hs_status hs_lesson_run_demo(struct hs_demo **out, struct hs_lesson_run *run, size_t step, size_t part,
                                  struct hs_error *err)
{
    struct cell *cell;
    const struct hs_part *p = part_of(run, step, part, &cell);
    struct hs_error why = HS_ERROR_INIT;
    enum hs_status st;

    assert(p->kind == HS_PART_DEMO);
    st = declare(run, cell, p, &why);
    if (st == HS_OK && cell->stale)
        st = compute_view(run, cell, &why);
    if (st != HS_OK)
        return placed(run, p, &why, err);
    *out = cell->demo;
    return HS_OK;
}

enum hs_status hs_lesson_run_set(struct hs_lesson_run *run, size_t step, size_t part, const char *control, double value,
                                 struct hs_error *err)
{
    struct cell *cell;
    const struct hs_part *p = part_of(run, step, part, &cell);
    struct hs_str names = HS_STR_INIT;
    struct hs_error why = HS_ERROR_INIT;

    assert(p->kind == HS_PART_DEMO);
    if (declare(run, cell, p, &why) != HS_OK)
        return placed(run, p, &why, err);
    for (size_t i = 0; i < cell->demo->ncontrols; i++) {
        struct hs_control *c = &cell->demo->controls[i];
        double v = hs_control_snap(c, value);

        if (strcmp(c->id, control) == 0) {
            cell->stale |= v != c->value;
            c->value = v;
            return HS_OK;
        }
    }
    for (size_t i = 0; i < cell->demo->ncontrols; i++)
        hs_str_printf(&names, "%s%s", i > 0 ? ", " : "", cell->demo->controls[i].id);
    hs_fail(err, HS_ENOTFOUND, "there is no control \"%.40s\"; there are %s", control, names.len > 0 ? names.buf : "none");
    hs_str_dispose(&names);
    return HS_ENOTFOUND;
}

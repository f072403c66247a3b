#include "grade/grader.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "grade/lua_hand_in.h"

struct hs_grader {
    struct hs_script *script;
    const struct hs_assignment *a;
};

struct hs_grader_limits hs_grader_limits_default(void)
{
    return (struct hs_grader_limits){.memory = (size_t)512 << 20,
                                     .instructions = 500000000,
                                     .wall_ms = 8000};
}

/* lib/NAME.lua and NAME.lua become modules that `use "NAME"` finds: the source is the body of a
 * function that `module` (lib/a_grade.lua) keeps. It stays on line 1, so that errors name the right
 * line. */
static enum hs_status run_module(struct hs_grader *g, const struct hs_grader_source *source,
                                 struct hs_error *err)
{
    struct hs_str text = HS_STR_INIT;
    const char *base = hs_path_base(source->name);
    enum hs_status st;

    hs_str_printf(&text, "module(\"%.*s\", function(...) ", (int)(strlen(base) - strlen(".lua")),
                  base);
    hs_str_add_bytes(&text, source->text.data, source->text.len);
    hs_str_add(&text, "\nend)");
    if (hs_str_ok(&text))
        st = hs_script_run(g->script, NULL, NULL,
                           (struct hs_bytes){(const unsigned char *)text.buf, text.len},
                           source->name, 1, NULL, err);
    else
        st = hs_fail(err, HS_ENOMEM, "no memory for %s", source->name);
    hs_str_dispose(&text);
    return st;
}

static enum hs_status run_sources(struct hs_grader *g, struct hs_error *err)
{
    enum hs_status st = HS_OK;

    for (size_t i = 0; i < g->a->sources.len && st == HS_OK; i++) {
        const struct hs_grader_source *source = &g->a->sources.items[i];

        if (strcmp(source->name, "grader.lua") == 0 || strcmp(source->name, "lib/a_grade.lua") == 0)
            st = hs_script_run(g->script, NULL, NULL, source->text, source->name, 1, NULL, err);
        else
            st = run_module(g, source, err);
    }
    return st;
}

enum hs_status hs_grader_open(struct hs_grader **out, const struct hs_assignment *a,
                              struct hs_submission *submission,
                              const struct hs_grader_limits *limits, const struct hs_io_limits *io,
                              struct hs_error *err)
{
    struct hs_script_config config = hs_script_config_default();
    struct hs_grader *g = hs_alloc_zero(1, sizeof *g);
    enum hs_status st;

    if (g == NULL)
        return hs_fail(err, HS_ENOMEM, "no memory for a grader");
    config.memory = limits->memory;
    config.instructions = limits->instructions;
    config.wall_ms = limits->wall_ms;
    config.files = HS_FILES_NONE;
    config.trust_patterns = true; /* the worker's clock stands behind them */
    g->a = a;
    st = hs_script_new(&g->script, &config, err);
    if (st == HS_OK)
        st = hs_hand_in_add_library(g->script, submission, io, err);
    if (st == HS_OK)
        st = run_sources(g, err);
    if (st != HS_OK) {
        hs_grader_free(g);
        return st;
    }
    *out = g;
    return HS_OK;
}

void hs_grader_free(struct hs_grader *g)
{
    if (g == NULL)
        return;
    hs_script_free(g->script);
    hs_free(g);
}

static enum hs_status ask(struct hs_value *out, struct hs_arena *arena, struct hs_grader *g,
                          const char *question, struct hs_error *err)
{
    return hs_script_run(g->script, out, arena, hs_bytes_of(question), "grade", 1, NULL, err);
}

enum hs_status hs_grader_declaration(struct hs_value *out, struct hs_arena *arena,
                                     struct hs_grader *g, struct hs_error *err)
{
    return ask(out, arena, g, "return grade_declaration()", err);
}

enum hs_status hs_grader_run(struct hs_value *out, struct hs_arena *arena, struct hs_grader *g,
                             size_t check, struct hs_error *err)
{
    struct hs_str question = HS_STR_INIT;
    enum hs_status st;

    hs_str_printf(&question, "return grade_run(%zu)", check);
    st = ask(out, arena, g, question.buf, err);
    hs_str_dispose(&question);
    return st;
}

enum hs_status hs_grader_emit(struct hs_value *out, struct hs_arena *arena, struct hs_grader *g,
                              size_t number, uint64_t seed, struct hs_error *err)
{
    struct hs_str question = HS_STR_INIT;
    enum hs_status st;

    hs_str_printf(&question, "return grade_emit(%zu, %llu)", number,
                  (unsigned long long)(seed >> 1));
    st = ask(out, arena, g, question.buf, err);
    hs_str_dispose(&question);
    return st;
}

bool hs_grader_spent(const struct hs_grader *g)
{
    return hs_script_exhausted(g->script);
}

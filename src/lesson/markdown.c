#include "lesson/markdown.h"

#include <md4c.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

typedef HS_VEC(struct hs_run) run_list;

/* Where md4c is in the document. One block is open at a time: nested structure is flattened as it is left. */
struct reader {
    struct hs_arena *arena;
    const char *text, *path;
    size_t size;
    int first_line, line; /* of the latest text that pointed into the source */
    HS_VEC(struct hs_block) blocks;
    HS_VEC(struct hs_doc_cell) cells;
    size_t columns;
    run_list runs;       /* of the open block or table cell */
    struct hs_str piece; /* text of the open run */
    enum hs_run_kind kind;
    const char *href;
    int strong, depth, quotes, lists;
    int numbers[HS_MARKDOWN_DEPTH]; /* next number of each open list; 0 for bullets */
    struct hs_block open;
    bool is_open, item_begins, in_cell, display;
    struct hs_error *err;
    enum hs_status status;
};

static int fail(struct reader *r, enum hs_status code, const char *sentence)
{
    r->status = hs_fail_at(r->err, code, r->path, r->line, 0, "%s", sentence);
    return 1;
}

static int no_memory(struct reader *r)
{
    return fail(r, HS_ENOMEM, "out of memory reading a lesson");
}

/* The line of a place in the source; md4c hands out pointers into it for all but synthetic text. */
static void note_line(struct reader *r, const char *at)
{
    int line = r->first_line;

    if (at < r->text || at >= r->text + r->size)
        return;
    for (const char *p = r->text; p < at; p++)
        line += *p == '\n';
    r->line = line;
}

static int end_run(struct reader *r)
{
    struct hs_run run = {.kind = r->kind, .href = r->kind == HS_RUN_LINK ? r->href : NULL};

    if (r->piece.len == 0)
        return 0;
    run.text = hs_arena_strndup(r->arena, r->piece.buf, r->piece.len);
    if (run.text == NULL || !hs_str_ok(&r->piece) || !HS_VEC_PUSH(&r->runs, run))
        return no_memory(r);
    hs_str_clear(&r->piece);
    return 0;
}

/* Moves the collected runs into the arena: blocks live as long as it. */
static int keep_runs(struct reader *r, struct hs_run **items, size_t *len, size_t *cap)
{
    if (end_run(r) != 0)
        return 1;
    *items = hs_arena_alloc(r->arena, r->runs.len, sizeof **items);
    if (*items == NULL)
        return no_memory(r);
    if (r->runs.len > 0)
        memcpy(*items, r->runs.items, r->runs.len * sizeof **items);
    *len = *cap = r->runs.len;
    r->runs.len = 0;
    return 0;
}

static void begin(struct reader *r, enum hs_block_kind kind, int level)
{
    r->open = (struct hs_block){.kind = kind, .level = level, .line = 0};
    r->is_open = true;
    r->runs.len = 0;
    hs_str_clear(&r->piece);
    r->kind = HS_RUN_TEXT;
}

/* Text outside of an open block begins the one that its surroundings ask for. */
static void begin_text(struct reader *r)
{
    if (r->item_begins && r->lists > 0) {
        int *number = &r->numbers[r->lists - 1];

        begin(r, HS_BLOCK_ITEM, r->lists - 1);
        r->open.number = *number;
        *number += *number > 0;
        r->item_begins = false;
    } else {
        begin(r, r->quotes > 0 ? HS_BLOCK_QUOTE : HS_BLOCK_PARAGRAPH, 0);
    }
}

static int finish(struct reader *r)
{
    struct hs_block block;

    if (!r->is_open)
        return 0;
    r->is_open = false;
    while (r->kind == HS_RUN_TEXT && r->piece.len > 0 && r->piece.buf[r->piece.len - 1] == ' ')
        hs_str_truncate(&r->piece, r->piece.len - 1); /* before a displayed formula */
    if (keep_runs(r, &r->open.runs.items, &r->open.runs.len, &r->open.runs.cap) != 0)
        return 1;
    if (r->open.runs.len == 0 && r->open.kind != HS_BLOCK_RULE && r->open.text == NULL)
        return 0;
    block = r->open;
    return HS_VEC_PUSH(&r->blocks, block) ? 0 : no_memory(r);
}

static int add(struct reader *r, enum hs_run_kind kind, const char *text, size_t n)
{
    if (!r->is_open && !r->in_cell)
        begin_text(r);
    if (kind == HS_RUN_TEXT && r->open.kind != HS_BLOCK_CODE && r->runs.len == 0 && r->piece.len == 0)
        for (; n > 0 && *text == ' '; n--) /* behind a displayed formula */
            text++;
    if (r->open.line == 0)
        r->open.line = r->line;
    if (kind != r->kind) {
        if (end_run(r) != 0)
            return 1;
        r->kind = kind;
    }
    hs_str_add_bytes(&r->piece, text, n);
    return 0;
}

static int enter_list(struct reader *r, int first)
{
    if (finish(r) != 0)
        return 1;
    if (r->lists == HS_MARKDOWN_DEPTH)
        return fail(r, HS_EFORMAT, "lists are nested deeper than 8; flatten them");
    r->numbers[r->lists++] = first;
    return 0;
}

static int enter_code(struct reader *r, const MD_BLOCK_CODE_DETAIL *detail)
{
    if (finish(r) != 0)
        return 1;
    begin(r, HS_BLOCK_CODE, 0);
    r->open.info = hs_arena_strndup(r->arena, detail->info.text != NULL ? detail->info.text : "", detail->info.size);
    if (detail->info.size > 0) {
        note_line(r, detail->info.text);
        r->open.line = r->line + 1; /* the line behind the fence, also when it is blank */
    }
    return r->open.info != NULL ? 0 : no_memory(r);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *payload)
{
    struct reader *r = payload;

    switch (type) {
    case MD_BLOCK_QUOTE:
        if (finish(r) != 0)
            return 1;
        return ++r->quotes <= HS_MARKDOWN_DEPTH ? 0 : fail(r, HS_EFORMAT, "quotes are nested deeper than 8");
    case MD_BLOCK_UL:
        return enter_list(r, 0);
    case MD_BLOCK_OL:
        return enter_list(r, (int)(((MD_BLOCK_OL_DETAIL *)detail)->start % 10000));
    case MD_BLOCK_LI:
        r->item_begins = true;
        return finish(r);
    case MD_BLOCK_HR:
        if (finish(r) != 0)
            return 1;
        begin(r, HS_BLOCK_RULE, 0);
        r->open.line = r->line;
        return 0;
    case MD_BLOCK_H:
        if (finish(r) != 0)
            return 1;
        begin(r, HS_BLOCK_HEADING, (int)((MD_BLOCK_H_DETAIL *)detail)->level);
        return 0;
    case MD_BLOCK_CODE:
        return enter_code(r, detail);
    case MD_BLOCK_TABLE:
        if (finish(r) != 0)
            return 1;
        begin(r, HS_BLOCK_TABLE, 0);
        r->cells.len = 0;
        r->columns = ((MD_BLOCK_TABLE_DETAIL *)detail)->col_count;
        return 0;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        r->in_cell = true;
        r->kind = HS_RUN_TEXT;
        return 0;
    default:
        return 0;
    }
}

static int leave_cell(struct reader *r, const MD_BLOCK_TD_DETAIL *detail)
{
    struct hs_doc_cell cell = {.align = 'l'};

    if (detail->align == MD_ALIGN_RIGHT || detail->align == MD_ALIGN_CENTER)
        cell.align = detail->align == MD_ALIGN_RIGHT ? 'r' : 'c';
    r->in_cell = false;
    if (keep_runs(r, &cell.runs.items, &cell.runs.len, &cell.runs.cap) != 0)
        return 1;
    return HS_VEC_PUSH(&r->cells, cell) ? 0 : no_memory(r);
}

static int leave_table(struct reader *r)
{
    struct hs_doc_table *table = hs_arena_alloc_zero(r->arena, 1, sizeof *table);

    r->is_open = false;
    if (table == NULL)
        return no_memory(r);
    table->columns = r->columns;
    table->rows = r->columns > 0 ? r->cells.len / r->columns : 0;
    table->cells = hs_arena_alloc(r->arena, r->cells.len, sizeof *table->cells);
    if (table->cells == NULL)
        return no_memory(r);
    if (r->cells.len > 0)
        memcpy(table->cells, r->cells.items, r->cells.len * sizeof *table->cells);
    r->open.table = table;
    return HS_VEC_PUSH(&r->blocks, r->open) ? 0 : no_memory(r);
}

/* Code and displayed formulas are one text, not runs. */
static int leave_text(struct reader *r, enum hs_block_kind kind)
{
    r->open.kind = kind;
    r->open.text = hs_arena_strndup(r->arena, r->piece.buf, r->piece.len);
    hs_str_clear(&r->piece);
    return r->open.text != NULL ? finish(r) : no_memory(r);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *payload)
{
    struct reader *r = payload;

    switch (type) {
    case MD_BLOCK_QUOTE:
        r->quotes--;
        return finish(r);
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        r->lists--;
        return finish(r);
    case MD_BLOCK_CODE:
        return leave_text(r, HS_BLOCK_CODE);
    case MD_BLOCK_TABLE:
        return leave_table(r);
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        return leave_cell(r, detail);
    case MD_BLOCK_LI:
    case MD_BLOCK_HR:
    case MD_BLOCK_H:
    case MD_BLOCK_P:
        return finish(r);
    default:
        return 0;
    }
}

static int enter_span(MD_SPANTYPE type, void *detail, void *payload)
{
    struct reader *r = payload;

    switch (type) {
    case MD_SPAN_EM:
    case MD_SPAN_STRONG:
        r->strong++;
        return 0;
    case MD_SPAN_A: {
        const MD_ATTRIBUTE *href = &((MD_SPAN_A_DETAIL *)detail)->href;

        r->href = hs_arena_strndup(r->arena, href->text != NULL ? href->text : "", href->size);
        if (r->href == NULL)
            return no_memory(r);
        return end_run(r);
    }
    case MD_SPAN_IMG:
        note_line(r, ((MD_SPAN_IMG_DETAIL *)detail)->src.text);
        return fail(r, HS_EFORMAT, "pictures are not shown in a terminal; use a demo cell");
    case MD_SPAN_LATEXMATH_DISPLAY: /* stands alone: what came before it in the paragraph ends here */
        if (r->in_cell)
            return fail(r, HS_EFORMAT, "a displayed formula cannot stand in a table; use $...$");
        if (finish(r) != 0)
            return 1;
        begin(r, HS_BLOCK_MATH, 0);
        r->display = true;
        return 0;
    default:
        return 0;
    }
}

static int leave_span(MD_SPANTYPE type, void *detail, void *payload)
{
    struct reader *r = payload;

    (void)detail;
    switch (type) {
    case MD_SPAN_EM:
    case MD_SPAN_STRONG:
        r->strong--;
        return 0;
    case MD_SPAN_A: {
        int failed = end_run(r);

        r->href = NULL;
        return failed;
    }
    case MD_SPAN_LATEXMATH: /* two formulas side by side stay two runs */
        return end_run(r);
    case MD_SPAN_LATEXMATH_DISPLAY:
        r->display = false;
        return leave_text(r, HS_BLOCK_MATH);
    default:
        return 0;
    }
}

/* The entities that a keyboard lacks; any other is shown as written. */
static int add_entity(struct reader *r, enum hs_run_kind kind, const char *text, size_t n)
{
    static const char *const known[][2] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""},
                                           {"&nbsp;", "\xc2\xa0"}};

    for (size_t i = 0; i < HS_COUNTOF(known); i++)
        if (strlen(known[i][0]) == n && memcmp(known[i][0], text, n) == 0)
            return add(r, kind, known[i][1], strlen(known[i][1]));
    return add(r, kind, text, n);
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *payload)
{
    struct reader *r = payload;
    enum hs_run_kind kind = r->href != NULL ? HS_RUN_LINK : r->strong > 0 ? HS_RUN_STRONG : HS_RUN_TEXT;
    bool raw = r->is_open && (r->open.kind == HS_BLOCK_CODE || r->display);

    note_line(r, text);
    switch (type) {
    case MD_TEXT_HTML:
        return fail(r, HS_EFORMAT, "HTML is not used in lessons; write Markdown");
    case MD_TEXT_BR:
        if (end_run(r) != 0)
            return 1;
        return HS_VEC_PUSH(&r->runs, (struct hs_run){.kind = HS_RUN_BREAK, .text = ""}) ? 0 : no_memory(r);
    case MD_TEXT_SOFTBR:
        if (!raw && !r->is_open && !r->in_cell)
            return 0; /* behind a displayed formula */
        return add(r, kind, " ", 1);
    case MD_TEXT_NULLCHAR:
        return add(r, kind, "\xef\xbf\xbd", 3);
    case MD_TEXT_ENTITY:
        return add_entity(r, kind, text, size);
    case MD_TEXT_CODE:
        return add(r, raw ? r->kind : HS_RUN_CODE, text, size);
    case MD_TEXT_LATEXMATH:
        return add(r, raw ? r->kind : HS_RUN_MATH, text, size);
    default:
        return add(r, raw ? r->kind : kind, text, size);
    }
}

enum hs_status hs_markdown_check(struct hs_bytes text, const char *path, int line, struct hs_error *err)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t c;
        bool ok;

        i += hs_utf8_decode((const char *)text.data + i, text.len - i, &c, &ok);
        if (!ok)
            return hs_fail_at(err, HS_EFORMAT, path, line, 0, "a byte here is not UTF-8; save the file as UTF-8");
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0xfeff || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
             (c >= 0x7f && c < 0xa0))
            return hs_fail_at(err, HS_EFORMAT, path, line, 0, "the control character U+%04X; remove it", (unsigned)c);
        line += c == '\n';
    }
    return HS_OK;
}

static enum hs_status give_blocks(struct hs_block **out, size_t *n, struct reader *r)
{
    struct hs_block *blocks = hs_arena_alloc(r->arena, r->blocks.len, sizeof *blocks);

    if (blocks == NULL)
        return hs_fail(r->err, HS_ENOMEM, "out of memory reading a lesson");
    if (r->blocks.len > 0)
        memcpy(blocks, r->blocks.items, r->blocks.len * sizeof *blocks);
    *out = blocks;
    *n = r->blocks.len;
    return HS_OK;
}

enum hs_status hs_markdown_read(struct hs_block **out, size_t *n, struct hs_arena *arena, struct hs_bytes text,
                                const char *path, int first_line, struct hs_error *err)
{
    const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_LATEXMATHSPANS | MD_FLAG_NOINDENTEDCODEBLOCKS,
                              .enter_block = enter_block, .leave_block = leave_block,
                              .enter_span = enter_span, .leave_span = leave_span, .text = on_text};
    struct reader r = {.arena = arena, .text = (const char *)text.data, .size = text.len, .path = path,
                       .first_line = first_line, .line = first_line, .err = err, .piece = HS_STR_INIT};
    enum hs_status st = hs_markdown_check(text, path, first_line, err);

    if (st != HS_OK)
        return st;
    if (text.len > 0 && md_parse(r.text, (MD_SIZE)text.len, &parser, &r) != 0 && r.status == HS_OK)
        no_memory(&r);
    st = r.status;
    if (st == HS_OK)
        st = give_blocks(out, n, &r);
    HS_VEC_DISPOSE(&r.blocks);
    HS_VEC_DISPOSE(&r.cells);
    HS_VEC_DISPOSE(&r.runs);
    hs_str_dispose(&r.piece);
    return st;
}

/* The playground as text: the token, the script, and view specs. Declared in session/play.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/path.h"
#include "quant/explain.h"
#include "quant/groups.h"
#include "session/play_state.h"

static bool turn_to(unsigned char *position, enum hs_dial dial, const char *word, size_t length)
{
    for (size_t i = 0; i < hs_dial_size(dial); i++) {
        const char *known = hs_dial_word(dial, i);

        if (strlen(known) == length && memcmp(known, word, length) == 0) {
            *position = (unsigned char)i;
            return true;
        }
    }
    return false;
}

void hs_play_begin(struct hs_play_state *s)
{
    static const char *const words[2][HS_DIAL_COUNT] = {{"minmax", "symmetric", "8", "signed",
                                                         "half_even", "tensor", "halfstep"},
                                                        {"minmax", "symmetric", "4", "signed",
                                                         "half_even", "group", "halfstep"}};

    *s = (struct hs_play_state){.side = 0};
    for (int side = 0; side < 2; side++)
        for (int d = 0; d < HS_DIAL_COUNT; d++)
            (void)turn_to(&s->dial[side][d], (enum hs_dial)d, words[side][d],
                          strlen(words[side][d]));
}

/* ---- the token: hs1;t=conv3.weight;i=17;A=minmax,symmetric,8,…;B=… ---- */

static void add_side(struct hs_str *out, const struct hs_play *p, int side)
{
    hs_str_printf(out, ";%c%s=", side == 0 ? 'A' : 'B', p->now.side == side ? "*" : "");
    for (int d = 0; d < HS_DIAL_COUNT; d++)
        hs_str_printf(out, "%s%s", d > 0 ? "," : "",
                      hs_dial_word((enum hs_dial)d, p->now.dial[side][d]));
}

void hs_play_token(struct hs_str *out, const struct hs_play *p)
{
    hs_str_add(out, "hs1;t=");
    for (const char *c = p->file.entries.items[p->now.entry].name; *c != '\0'; c++)
        if (*c > ' ' && *c != ';' && *c != '%' && *c < 127)
            hs_str_add_char(out, *c);
        else
            hs_str_printf(out, "%%%02x", (unsigned)(unsigned char)*c);
    hs_str_printf(out, ";i=%zu", p->now.element);
    add_side(out, p, 0);
    add_side(out, p, 1);
}

static void read_name(struct hs_str *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char hex[3] = {text[i + 1 < n ? i + 1 : i], text[i + 2 < n ? i + 2 : i], '\0'};

        if (text[i] == '%' && i + 2 < n && strspn(hex, "0123456789abcdef") == 2) {
            hs_str_add_char(out, (char)strtoul(hex, NULL, 16));
            i += 2;
        } else {
            hs_str_add_char(out, text[i]);
        }
    }
}

static bool read_side(unsigned char dial[HS_DIAL_COUNT], const char *text, size_t n)
{
    const char *end = text + n;

    for (int d = 0; d < HS_DIAL_COUNT; d++) {
        const char *stop = text < end ? memchr(text, ',', (size_t)(end - text)) : NULL;
        size_t length = (size_t)((stop != NULL ? stop : end) - text);

        if (text > end || !turn_to(&dial[d], (enum hs_dial)d, text, length))
            return false;
        text += length + 1;
    }
    return text == end + 1;
}

static bool read_part(struct hs_play_state *s, struct hs_str *entry, const char *part, size_t n)
{
    int side = part[0] == 'B';
    size_t head = n > 1 && part[1] == '*' ? 3 : 2;

    if (n < head || part[head - 1] != '=')
        return false;
    if (part[0] == 't')
        read_name(entry, part + head, n - head);
    else if (part[0] == 'i')
        s->element = (size_t)strtoull(part + head, NULL, 10);
    else if (part[0] == 'A' || part[0] == 'B') {
        if (head == 3)
            s->side = side;
        return read_side(s->dial[side], part + head, n - head);
    } else
        return false;
    return true;
}

enum hs_status hs_play_read_token(struct hs_play_state *s, struct hs_str *entry, const char *token,
                                  struct hs_error *err)
{
    const char *p = token;
    size_t n = strcspn(p, ";");

    if (n != 3 || memcmp(p, "hs1", 3) != 0)
        return hs_fail(err, HS_EFORMAT, "a state begins with hs1; and this begins with \"%.20s\"",
                       token);
    for (p += n; *p == ';'; p += n) {
        n = strcspn(++p, ";");
        if (!read_part(s, entry, p, n))
            return hs_fail(err, HS_EFORMAT, "this part of the state is not known: \"%.*s\"",
                           (int)(n < 80 ? n : 80), p);
    }
    return HS_OK;
}

/* ---- the script ---- */

/* A text between quotes of Lua. */
static void quoted(struct hs_str *out, const char *text)
{
    hs_str_add_char(out, '"');
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '\\')
            hs_str_printf(out, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            hs_str_printf(out, "\\%d", *text);
        else
            hs_str_add_char(out, *text);
    hs_str_add_char(out, '"');
}

static void script_side(struct hs_str *out, const struct hs_play *p, int side)
{
    const unsigned char *at = p->now.dial[side];
    bool per = at[HS_DIAL_PER] > 0;

    hs_str_printf(out, "try(\"%c\", {observer = \"%s\"", side == 0 ? 'A' : 'B',
                  hs_dial_word(HS_DIAL_OBSERVER, at[HS_DIAL_OBSERVER]));
    if (per)
        hs_str_printf(out, ", axis = %d", at[HS_DIAL_PER] == 1 || p->tensor.ndim < 2 ? 0 : 1);
    if (at[HS_DIAL_PER] == 2)
        hs_str_add(out, ", block_size = 64");
    hs_str_printf(out, "},\n    {profile = \"%s\"",
                  hs_dial_word(HS_DIAL_PROFILE, at[HS_DIAL_PROFILE]));
    hs_str_printf(out, ", scheme = \"%s\"", hs_dial_word(HS_DIAL_SCHEME, at[HS_DIAL_SCHEME]));
    hs_str_printf(out, ", bits = %s", hs_dial_word(HS_DIAL_BITS, at[HS_DIAL_BITS]));
    hs_str_printf(out, ", signed = %s", at[HS_DIAL_SIGN] == 0 ? "true" : "false");
    hs_str_printf(out, ", rounding = \"%s\"})\n",
                  hs_dial_word(HS_DIAL_ROUNDING, at[HS_DIAL_ROUNDING]));
}

void hs_play_script(struct hs_str *out, const struct hs_play *p)
{
    const char *entry = p->file.entries.items[p->now.entry].name;

    hs_str_add(out, "-- What the playground showed, computed again: halfstep run ");
    if (p->path.buf[0] == '/')
        hs_str_printf(out, "--root %.*s ", (int)(hs_path_base(p->path.buf) - p->path.buf),
                      p->path.buf);
    hs_str_add(out, "playground.lua\nlocal t = "
                    "tensor.load(arg[1] or ");
    quoted(out, p->path.buf[0] == '/' ? hs_path_base(p->path.buf) : p->path.buf);
    if (*entry != '\0') {
        hs_str_add(out, ", ");
        quoted(out, entry);
    }
    hs_str_add(out, ")\n\nlocal function try(name, how, what)\n"
                    "  for k, v in pairs(what) do\n    how[k] = v\n  end\n"
                    "  local qp = quant.qparams(quant.observe(t, how), what)\n"
                    "  local back = quant.fake_quantize(t, qp)\n"
                    "  local _, clipped = quant.quantize(t, qp)\n"
                    "  local c = tensor.compare(back, t)\n"
                    "  print(name, \"SQNR\", c.sqnr_db, \"largest error\", c.max_abs, \"clipped\", "
                    "clipped.low + clipped.high)\n"
                    "end\n\n");
    script_side(out, p, 0);
    script_side(out, p, 1);
}

/* ---- views ---- */

struct maker {
    struct hs_arena *arena;
    bool ok;
};

static void set(struct maker *m, struct hs_value *map, const char *key, struct hs_value v)
{
    m->ok = m->ok && hs_value_set(map, m->arena, key, v);
}

static struct hs_value text(struct maker *m, const char *s)
{
    return hs_value_string(m->arena, s);
}

static const char *shortly(char out[HS_FMT_SIZE], double v)
{
    return hs_fmt_short(out, v, 5);
}

static struct hs_value histogram(struct maker *m, struct hs_play *p, const struct hs_play_result *r)
{
    struct hs_value v = hs_value_map(), clip = hs_value_map();

    set(m, &v, "view", text(m, "histogram"));
    set(m, &v, "tensor", hs_value_tensor(m->arena, &p->tensor));
    if (r->refusal != NULL)
        return v;
    if (r->qp.n == 1) { /* a value clips when it rounds past the last code, half a step behind it */
        double z = (double)r->qp.zero_point[0];

        set(m, &clip, "lo", hs_value_num(((double)r->qp.qmin - 0.5 - z) * r->qp.scale[0]));
        set(m, &clip, "hi", hs_value_num(((double)r->qp.qmax + 0.5 - z) * r->qp.scale[0]));
        set(m, &v, "clip", clip);
    }
    set(m, &v, "overlay", hs_value_tensor(m->arena, &r->back));
    set(m, &v, "overlay_name", text(m, "what the codes stand for"));
    return v;
}

static void row(struct maker *m, struct hs_value *rows, const char *label, const char *a,
                const char *b)
{
    struct hs_value cells = hs_value_list();

    m->ok = m->ok && hs_value_push(&cells, m->arena, text(m, label)) &&
            hs_value_push(&cells, m->arena, text(m, a)) &&
            hs_value_push(&cells, m->arena, text(m, b)) && hs_value_push(rows, m->arena, cells);
}

/* "1.78e-3", or "192 from 2e-4 to 1e-3". */
static const char *scales(struct maker *m, const struct hs_qparams *qp)
{
    char a[HS_FMT_SIZE], b[HS_FMT_SIZE];
    double least = qp->scale[0], most = qp->scale[0];

    for (size_t i = 1; i < qp->n; i++) {
        least = fmin(least, qp->scale[i]);
        most = fmax(most, qp->scale[i]);
    }
    if (qp->n == 1)
        return hs_arena_strdup(m->arena, shortly(a, least));
    return hs_arena_printf(m->arena, "%zu, %s to %s", qp->n, hs_fmt_short(a, least, 3),
                           hs_fmt_short(b, most, 3));
}

/* "0", or "3 to 131". */
static const char *zero_points(struct maker *m, const struct hs_qparams *qp)
{
    int64_t least = qp->zero_point[0], most = qp->zero_point[0];

    for (size_t i = 1; i < qp->n; i++) {
        least = qp->zero_point[i] < least ? qp->zero_point[i] : least;
        most = qp->zero_point[i] > most ? qp->zero_point[i] : most;
    }
    return least == most
               ? hs_arena_printf(m->arena, "%lld", (long long)least)
               : hs_arena_printf(m->arena, "%lld to %lld", (long long)least, (long long)most);
}

static struct hs_value table(struct maker *m, const struct hs_play_result *const r[2], size_t n)
{
    struct hs_value v = hs_value_map(), rows = hs_value_list(), columns = hs_value_list();
    const char *cell[5][2];

    for (int i = 0; i < 2; i++) {
        char f[HS_FMT_SIZE], g[HS_FMT_SIZE];

        for (int k = 0; k < 5; k++)
            cell[k][i] = "-";
        if (r[i]->refusal != NULL)
            continue;
        cell[0][i] = scales(m, &r[i]->qp);
        cell[1][i] = zero_points(m, &r[i]->qp);
        cell[2][i] = hs_arena_printf(m->arena, "%s dB", hs_fmt_short(f, r[i]->sqnr_db, 4));
        cell[3][i] = r[i]->qp.n == 1 ? hs_arena_printf(m->arena, "%s, %s steps",
                                                       hs_fmt_short(f, r[i]->max_abs, 3),
                                                       hs_fmt_short(g, r[i]->max_steps, 3))
                                     : hs_arena_strdup(m->arena, hs_fmt_short(f, r[i]->max_abs, 3));
        cell[4][i] = hs_arena_printf(m->arena, "%zu of %zu",
                                     r[i]->count.clipped_low + r[i]->count.clipped_high, n);
        m->ok = m->ok && cell[0][i] != NULL && cell[1][i] != NULL && cell[2][i] != NULL &&
                cell[3][i] != NULL && cell[4][i] != NULL;
    }
    if (!m->ok)
        return v;
    m->ok = hs_value_push(&columns, m->arena, text(m, "")) &&
            hs_value_push(&columns, m->arena, text(m, "A")) &&
            hs_value_push(&columns, m->arena, text(m, "B"));
    row(m, &rows, "scale", cell[0][0], cell[0][1]);
    row(m, &rows, "zero point", cell[1][0], cell[1][1]);
    row(m, &rows, "SQNR", cell[2][0], cell[2][1]);
    row(m, &rows, "max error", cell[3][0], cell[3][1]);
    row(m, &rows, "clipped", cell[4][0], cell[4][1]);
    {
        char f[HS_FMT_SIZE], g[HS_FMT_SIZE];

        row(m, &rows, "bits each", r[0]->refusal == NULL ? hs_fmt_short(f, r[0]->bits, 4) : "-",
            r[1]->refusal == NULL ? hs_fmt_short(g, r[1]->bits, 4) : "-");
    }
    set(m, &v, "view", text(m, "table"));
    set(m, &v, "columns", columns);
    set(m, &v, "rows", rows);
    set(m, &v, "align", text(m, "lrr"));
    return v;
}

static enum hs_status element(struct hs_value *out, struct maker *m, struct hs_play *p,
                              const struct hs_play_result *r, bool whole, struct hs_error *err)
{
    struct hs_value v = hs_value_map(), steps = hs_value_list();
    double x = hs_tensor_get(&p->tensor, p->now.element);
    struct hs_explained e;
    struct hs_groups groups;
    enum hs_status st;
    char title[160];
    size_t g;

    if (r->refusal != NULL) {
        set(m, &v, "view", text(m, "text"));
        set(m, &v, "text", text(m, r->refusal));
        *out = v;
        return HS_OK;
    }
    if (!whole) {
        set(m, &v, "view", text(m, "tensor"));
        set(m, &v, "tensor", hs_value_tensor(m->arena, &p->tensor));
        set(m, &v, "at", hs_value_int((int64_t)p->now.element));
        set(m, &v, "codes", hs_value_tensor(m->arena, &r->codes));
        set(m, &v, "dequantized", hs_value_tensor(m->arena, &r->back));
        set(m, &v, "bits",
            hs_value_int(atoi(hs_dial_word(HS_DIAL_BITS, p->now.dial[p->now.side][HS_DIAL_BITS]))));
        set(m, &v, "rows", hs_value_int(1));
        *out = v;
        return HS_OK;
    }
    st = hs_groups_init(&groups, &p->tensor, r->qp.axis, r->qp.block_size, err);
    if (st != HS_OK)
        return st;
    g = hs_groups_run(&groups, p->now.element).group;
    st = hs_explain(&e, x, r->qp.scale[g], r->qp.zero_point[g], r->qp.qmin, r->qp.qmax,
                    &r->qp.options, err);
    if (st != HS_OK)
        return st;
    for (int i = 0; i < HS_STEP_COUNT; i++) {
        struct hs_value step = hs_value_map();

        if (isnan(e.step[i]))
            continue;
        set(m, &step, "name", text(m, hs_explain_step_name((enum hs_explain_step)i)));
        set(m, &step, "value", hs_value_num(e.step[i]));
        m->ok = m->ok && hs_value_push(&steps, m->arena, step);
    }
    snprintf(title, sizeof title, "element %zu under %c", p->now.element,
             p->now.side == 0 ? 'A' : 'B');
    set(m, &v, "view", text(m, "trace"));
    set(m, &v, "steps", steps);
    set(m, &v, "title", text(m, title));
    *out = v;
    return HS_OK;
}

enum hs_status hs_play_view(struct hs_value *out, struct hs_arena *arena, struct hs_play *p,
                            enum hs_play_picture picture, struct hs_error *err)
{
    const struct hs_play_result *r[2];
    struct maker m = {arena, true};
    enum hs_status st = HS_OK;

    for (int side = 0; side < 2 && st == HS_OK; side++)
        st = hs_play_result(&r[side], p, side, err);
    if (st != HS_OK)
        return st;
    switch (picture) {
    case HS_PLAY_HISTOGRAM:
        *out = histogram(&m, p, r[p->now.side]);
        break;
    case HS_PLAY_TABLE:
        *out = table(&m, r, hs_tensor_count(&p->tensor));
        break;
    case HS_PLAY_ELEMENT:
    case HS_PLAY_TRACE:
        st = element(out, &m, p, r[p->now.side], picture == HS_PLAY_TRACE, err);
        break;
    }
    return st == HS_OK && !m.ok ? hs_fail(err, HS_ENOMEM, "out of memory drawing the playground")
                                : st;
}

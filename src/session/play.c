#include "session/play.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/mem.h"
#include "base/path.h"
#include "session/play_state.h"
#include "tensor/compare.h"
#include "tensor/stats.h"

enum { GROUP = 64 };

/* ---- dials ---- */

static const struct {
    const char *name, *words[9]; /* ended by NULL */
} dials[] = {
#define HS_DIAL(id, name, ...) {name, {__VA_ARGS__}},
#include "session/play_dials.def"
#undef HS_DIAL
};

const char *hs_dial_name(enum hs_dial dial)
{
    return dials[dial].name;
}

size_t hs_dial_size(enum hs_dial dial)
{
    size_t n = 0;

    if (dial == HS_DIAL_OBSERVER)
        (void)hs_observers(&n);
    else if (dial == HS_DIAL_PROFILE)
        (void)hs_profiles(&n);
    else
        while (dials[dial].words[n] != NULL)
            n++;
    return n;
}

const char *hs_dial_word(enum hs_dial dial, size_t position)
{
    size_t n;

    if (dial == HS_DIAL_OBSERVER)
        return hs_observers(&n)[position]->id;
    if (dial == HS_DIAL_PROFILE)
        return hs_profiles(&n)[position].name;
    return dials[dial].words[position];
}

/* ---- opening ---- */

static bool is_playable(const struct hs_entry *e)
{
    return e->kind == HS_ENTRY_TENSOR && hs_dtype_is_float(e->tensor.dtype) &&
           hs_tensor_count(&e->tensor) > 0;
}

static void forget_results(struct hs_play *p)
{
    for (int side = 0; side < 2; side++)
        p->fresh[side] = false;
}

static bool look_at(struct hs_play *p, size_t entry)
{
    const struct hs_entry *e = &p->file.entries.items[entry];

    p->now.entry = entry;
    p->tensor = e->tensor;
    if (p->now.element >= hs_tensor_count(&p->tensor))
        p->now.element = 0;
    hs_str_clear(&p->title);
    hs_str_printf(&p->title, "%s%s%s (", hs_path_base(p->path.buf), *e->name != '\0' ? " " : "",
                  e->name);
    for (int i = 0; i < p->tensor.ndim; i++)
        hs_str_printf(&p->title, "%s%zu", i > 0 ? "," : "", p->tensor.shape[i]);
    hs_str_add_char(&p->title, ')');
    forget_results(p);
    return true;
}

static enum hs_status find_file(struct hs_play *p, const char *path, struct hs_error *err)
{
    struct hs_io_limits limits = hs_io_limits_default();

    if (path != NULL)
        hs_str_add(&p->path, path);
    else if (hs_env_share(&p->path, "assets/tensors/vgg8_thin.npz", err) != HS_OK)
        return err->code;
    return hs_container_open(&p->file, p->path.buf, &limits, err);
}

/* The entry of that name; without one, the first that has two axes, or else the first. */
static enum hs_status find_entry(struct hs_play *p, const char *name, struct hs_error *err)
{
    size_t n = p->file.entries.len, found = n;

    for (size_t i = 0; i < n; i++) {
        const struct hs_entry *e = &p->file.entries.items[i];

        if (!is_playable(e) || (name != NULL && strcmp(e->name, name) != 0))
            continue;
        if (found == n || (e->tensor.ndim > 1 && p->file.entries.items[found].tensor.ndim < 2))
            found = i;
    }
    if (found < n)
        look_at(p, found);
    else if (name != NULL)
        return hs_fail(
            err, HS_ENOTFOUND,
            "%s: no float tensor is called \"%.100s\"; halfstep show lists what there is",
            p->path.buf, name);
    else
        return hs_fail(err, HS_EDTYPE, "%s: holds no float tensor to play with", p->path.buf);
    return HS_OK;
}

enum hs_status hs_play_open(struct hs_play **out, const char *path, const char *entry,
                            const char *token, struct hs_error *err)
{
    struct hs_play *p = hs_alloc_zero(1, sizeof *p);
    struct hs_str named = HS_STR_INIT;
    enum hs_status st;

    if (p == NULL)
        return hs_fail(err, HS_ENOMEM, "out of memory for the playground");
    p->path = p->title = HS_STR_INIT;
    p->file = HS_CONTAINER_INIT;
    hs_play_begin(&p->now);
    st = token != NULL ? hs_play_read_token(&p->now, &named, token, err) : HS_OK;
    if (st == HS_OK)
        st = find_file(p, path, err);
    if (entry == NULL && named.len > 0)
        entry = named.buf;
    if (st == HS_OK)
        st = find_entry(p,
                        entry != NULL  ? entry
                        : path == NULL ? "conv3.folded_weight"
                                       : NULL,
                        err);
    hs_str_dispose(&named);
    if (st != HS_OK) {
        hs_play_free(p);
        return st;
    }
    *out = p;
    return HS_OK;
}

void hs_play_free(struct hs_play *p)
{
    if (p == NULL)
        return;
    for (int side = 0; side < 2; side++)
        hs_arena_dispose(&p->arena[side]);
    hs_container_dispose(&p->file);
    hs_str_dispose(&p->path);
    hs_str_dispose(&p->title);
    hs_free(p);
}

const char *hs_play_title(const struct hs_play *p)
{
    return p->title.buf;
}

const struct hs_tensor *hs_play_tensor(const struct hs_play *p)
{
    return &p->tensor;
}

/* ---- changes ---- */

static void remember(struct hs_play *p)
{
    if (p->past_count == HS_COUNTOF(p->past)) {
        memmove(p->past, p->past + 1, sizeof p->past - sizeof *p->past);
        p->past_count--;
    }
    p->past[p->past_count++] = p->now;
}

bool hs_play_undo(struct hs_play *p)
{
    if (p->past_count == 0)
        return false;
    p->now = p->past[--p->past_count];
    look_at(p, p->now.entry);
    return true;
}

bool hs_play_turn_page(struct hs_play *p, int by)
{
    size_t n = p->file.entries.len;

    for (size_t k = 1; k < n; k++) {
        size_t i = (p->now.entry + (by > 0 ? k : n - k)) % n;

        if (is_playable(&p->file.entries.items[i])) {
            remember(p);
            p->now.element = 0;
            return look_at(p, i);
        }
    }
    return false;
}

int hs_play_side(const struct hs_play *p)
{
    return p->now.side;
}

void hs_play_choose_side(struct hs_play *p, int side)
{
    p->now.side = side;
}

size_t hs_play_position(const struct hs_play *p, int side, enum hs_dial dial)
{
    return p->now.dial[side][dial];
}

void hs_play_turn(struct hs_play *p, enum hs_dial dial, int by)
{
    int n = (int)hs_dial_size(dial), side = p->now.side;

    remember(p);
    p->now.dial[side][dial] = (unsigned char)((((int)p->now.dial[side][dial] + by) % n + n) % n);
    p->fresh[side] = false;
}

size_t hs_play_element(const struct hs_play *p)
{
    return p->now.element;
}

void hs_play_move(struct hs_play *p, ptrdiff_t by)
{
    ptrdiff_t n = (ptrdiff_t)hs_tensor_count(&p->tensor),
              to = ((ptrdiff_t)p->now.element + by % n + n) % n;

    remember(p);
    p->now.element = (size_t)to;
}

void hs_play_move_to_worst(struct hs_play *p)
{
    const struct hs_play_result *r;
    size_t n = hs_tensor_count(&p->tensor), worst = p->now.element;
    double most = -1.0;

    if (hs_play_result(&r, p, p->now.side, NULL) != HS_OK || r->refusal != NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        double e = fabs(hs_tensor_get(&r->back, i) - hs_tensor_get(&p->tensor, i));

        if (e > most) {
            most = e;
            worst = i;
        }
    }
    remember(p);
    p->now.element = worst;
}

/* ---- what a setting does ---- */

/* Words of the dials as the table that Lua and the command line know. */
static enum hs_status target(struct hs_observer_config *c, struct hs_arena *arena,
                             const struct hs_play *p, int side, struct hs_error *err)
{
    const unsigned char *at = p->now.dial[side];
    struct hs_value map = hs_value_map(), word;
    enum hs_status st =
        hs_quant_options_profile(&c->options, hs_dial_word(HS_DIAL_PROFILE, at[HS_DIAL_PROFILE]),
                                 err);

    hs_value_set(&map, arena, "bits",
                 hs_value_int(atoi(hs_dial_word(HS_DIAL_BITS, at[HS_DIAL_BITS]))));
    hs_value_set(&map, arena, "signed", hs_value_bool(at[HS_DIAL_SIGN] == 0));
    if (st == HS_OK)
        st = hs_qtarget_from_value(&c->target, &map, err);
    for (int i = 0; i < 2 && st == HS_OK; i++) {
        enum hs_dial dial = i == 0 ? HS_DIAL_SCHEME : HS_DIAL_ROUNDING;

        word = hs_value_string(arena, hs_dial_word(dial, at[dial]));
        st = hs_quant_option_set(&c->options, hs_dial_name(dial), &word, err);
    }
    if (at[HS_DIAL_PER] > 0)
        c->axis = at[HS_DIAL_PER] == 1 || p->tensor.ndim < 2 ? 0 : 1;
    if (at[HS_DIAL_PER] == 2)
        c->block_size = GROUP;
    return st;
}

/* The largest error in steps of the element's own scale: exact where there is one scale, else of
 * the smallest. */
static double in_steps(const struct hs_qparams *qp, double error)
{
    double least = (double)INFINITY;

    for (size_t i = 0; i < qp->n; i++)
        least = fmin(least, qp->scale[i]);
    return error / least;
}

static enum hs_status compute(struct hs_play_result *r, struct hs_arena *arena,
                              const struct hs_play *p, int side, struct hs_error *err)
{
    struct hs_observer_config c = hs_observer_config_default();
    const struct hs_tensor *batch = &p->tensor;
    const unsigned char *at = p->now.dial[side];
    struct hs_range range;
    struct hs_compare compare;
    enum hs_status st = target(&c, arena, p, side, err);
    size_t n = hs_tensor_count(&p->tensor);

    if (st == HS_OK)
        st = hs_observe(&range, arena, hs_dial_word(HS_DIAL_OBSERVER, at[HS_DIAL_OBSERVER]), &batch,
                        1, &c, err);
    if (st == HS_OK)
        st = hs_qparams_from_range(&r->qp, arena, &range, &c.target, &c.options, err);
    if (st == HS_OK)
        st = hs_quantize(&r->codes, arena, &p->tensor, &r->qp, &r->count, err);
    if (st == HS_OK)
        st = hs_fake_quantize(&r->back, arena, &p->tensor, &r->qp, err);
    if (st == HS_OK)
        st = hs_tensor_compare(&compare, &r->back, &p->tensor, err);
    if (st != HS_OK)
        return st;
    r->sqnr_db = compare.sqnr_db;
    r->max_abs = compare.max_abs;
    r->max_steps = in_steps(&r->qp, compare.max_abs);
    r->bits = atoi(hs_dial_word(HS_DIAL_BITS, at[HS_DIAL_BITS])) +
              (double)r->qp.n * (32.0 + (c.options.scheme == HS_AFFINE ? 8.0 : 0.0)) / (double)n;
    return HS_OK;
}

enum hs_status hs_play_result(const struct hs_play_result **out, struct hs_play *p, int side,
                              struct hs_error *err)
{
    struct hs_error why = HS_ERROR_INIT;

    if (!p->fresh[side]) {
        enum hs_status st;

        hs_arena_dispose(&p->arena[side]);
        p->result[side] = (struct hs_play_result){.refusal = NULL};
        st = compute(&p->result[side], &p->arena[side], p, side, &why);
        if (st == HS_ENOMEM)
            return hs_fail(err, st, "%s", why.text);
        if (st != HS_OK)
            p->result[side].refusal = hs_arena_strdup(&p->arena[side], why.text);
        p->fresh[side] = true;
    }
    *out = &p->result[side];
    return HS_OK;
}

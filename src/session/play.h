/* The playground: a tensor, two settings of the quantizer side by side, and what they do to it.
 *
 * A setting is a row of dials (play_dials.def): observer, scheme, bits, sign, rounding,
 * granularity, profile. Every turn of a dial can be undone, and the whole state is a line of text
 * (the token) that opens the same again. All figures come from the quantizer; a setting that it
 * refuses shows its sentence. */
#ifndef HS_SESSION_PLAY_H
#define HS_SESSION_PLAY_H

#include "base/str.h"
#include "draw/grid.h"
#include "io/container.h"
#include "quant/observer.h"
#include "tensor/value.h"

enum hs_dial {
#define HS_DIAL(id, name, ...) HS_DIAL_##id,
#include "session/play_dials.def"
#undef HS_DIAL
    HS_DIAL_COUNT
};

const char *hs_dial_name(enum hs_dial dial);

/* Number of positions of a dial, and the word of one. */
size_t hs_dial_size(enum hs_dial dial);
const char *hs_dial_word(enum hs_dial dial, size_t position);

struct hs_play;

/* Opens a file (NULL: a tensor that ships) at an entry (NULL: the first float one, or what the
 * token says) and a state (NULL: int8 beside int4 in groups). Errors of the reader; HS_EFORMAT for
 * a token, HS_EDTYPE when the file has no float tensor. */
HS_MUST_USE enum hs_status hs_play_open(struct hs_play **out, const char *path, const char *entry,
                                        const char *token, struct hs_error *err);
void hs_play_free(struct hs_play *play);

/* What is looked at: "vgg8_thin.npz conv3.weight (96,64,3,3)". Borrowed until the tensor changes.
 */
const char *hs_play_title(const struct hs_play *play);
const struct hs_tensor *hs_play_tensor(const struct hs_play *play);

/* The next (1) or last (-1) float tensor of the file; false when there is no other. */
bool hs_play_turn_page(struct hs_play *play, int by);

/* Side 0 is A, side 1 is B; one of them is turned. */
int hs_play_side(const struct hs_play *play);
void hs_play_choose_side(struct hs_play *play, int side);
size_t hs_play_position(const struct hs_play *play, int side, enum hs_dial dial);

/* Turns a dial of the chosen side, round and round. */
void hs_play_turn(struct hs_play *play, enum hs_dial dial, int by);

/* The element in focus, a flat index; it is moved within the tensor, or to the one that side `side`
 * loses most of. */
size_t hs_play_element(const struct hs_play *play);
void hs_play_move(struct hs_play *play, ptrdiff_t by);
void hs_play_move_to_worst(struct hs_play *play);

/* Takes the last turn, move or page back; false when there is none. At most 200 are kept. */
bool hs_play_undo(struct hs_play *play);

struct hs_play_result {
    const char *refusal; /* why the quantizer does not take the setting; NULL when it does */
    struct hs_qparams qp;
    struct hs_tensor back; /* dequantized, shape of the tensor */
    struct hs_tensor codes;
    struct hs_quantize_count count;
    double sqnr_db, max_abs, max_steps; /* largest error, also in steps of its own scale */
    double bits;                        /* of an element with its share of scales and zero points */
};

/* What the setting of a side does; computed when it changed, else kept. HS_ENOMEM only. */
HS_MUST_USE enum hs_status hs_play_result(const struct hs_play_result **out, struct hs_play *play,
                                          int side, struct hs_error *err);

/* View specs (draw/view.h) of the present state, in the arena: the histogram of the chosen side
 * with its clip lines and what its codes stand for; the table of both sides; the element in focus.
 */
enum hs_play_picture { HS_PLAY_HISTOGRAM, HS_PLAY_TABLE, HS_PLAY_ELEMENT, HS_PLAY_TRACE };
HS_MUST_USE enum hs_status hs_play_view(struct hs_value *out, struct hs_arena *arena,
                                        struct hs_play *play, enum hs_play_picture picture,
                                        struct hs_error *err);

/* Everything on one page of the grid's width, with the chosen side's dials and the one in focus
 * (HS_DIAL_COUNT: none); `trace`: the element's whole path instead of one line. Returns the rows
 * that it takes; *focus_y is the row of the dial in focus. Rows that do not fit are cut. */
HS_MUST_USE enum hs_status hs_play_draw(struct hs_grid *g, int *rows, int *focus_x, int *focus_y,
                                        struct hs_arena *arena, struct hs_play *play,
                                        enum hs_dial focus, bool trace, struct hs_error *err);

/* The state as one line without spaces, and the script that computes the same with `halfstep run`.
 * Append. */
void hs_play_token(struct hs_str *out, const struct hs_play *play);
void hs_play_script(struct hs_str *out, const struct hs_play *play);

/* The page as "svg" or "txt", the script as "lua"; another word is HS_EINVAL. Appends. */
HS_MUST_USE enum hs_status hs_play_format(struct hs_str *out, struct hs_play *play,
                                          const char *format, bool ascii, struct hs_error *err);

/* The same into a file, the format by its ending. */
HS_MUST_USE enum hs_status hs_play_write(struct hs_play *play, const char *path,
                                         struct hs_error *err);

/* All three in the working folder, under a name that is free; appends the name. */
HS_MUST_USE enum hs_status hs_play_save(struct hs_str *name, struct hs_play *play,
                                        struct hs_error *err);

#endif

/* What play.c and play_text.c share. */
#ifndef HS_SESSION_PLAY_STATE_H
#define HS_SESSION_PLAY_STATE_H

#include "session/play.h"

/* All that undo takes back. */
struct hs_play_state {
    unsigned char dial[2][HS_DIAL_COUNT];
    int side;
    size_t entry, element;
};

struct hs_play {
    struct hs_container file;
    struct hs_str path, title;
    struct hs_tensor tensor; /* borrowed from the file */
    struct hs_play_state now, past[200];
    size_t past_count;
    struct hs_play_result result[2];
    struct hs_arena arena[2]; /* of the results */
    bool fresh[2];
};

/* Sides A (int8, symmetric) and B (int4, in groups). */
void hs_play_begin(struct hs_play_state *s);

/* HS_EFORMAT names the part of the token that is wrong. The entry's name is appended. */
HS_MUST_USE enum hs_status hs_play_read_token(struct hs_play_state *s, struct hs_str *entry,
                                              const char *token, struct hs_error *err);

#endif

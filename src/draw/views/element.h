/* One element of a tensor with all that can be said of it; heat_map and tensor share it.
 *
 * Fields of the spec: tensor =, codes = (a tensor of as many elements; an integer tensor is its own
 * codes), bits = (of a code; else those of its type), dequantized = (a tensor), scale = (a number,
 * or one for each position of `axis`, which is 0 unless given). */
#ifndef HS_DRAW_VIEWS_ELEMENT_H
#define HS_DRAW_VIEWS_ELEMENT_H

#include "draw/views/plot.h"

struct hs_subject {
    const struct hs_tensor *t, *codes, *back; /* codes, back: NULL when unknown */
    struct hs_numbers scales;                 /* n 0: none or `scale` */
    double scale;                             /* NaN: unknown */
    size_t count, axis;
    int bits;
};

enum { HS_INDEX_SIZE = 160 };

/* HS_ESCRIPT naming `view` and the field. */
HS_MUST_USE enum hs_status hs_subject_read(struct hs_subject *out, const struct hs_value *spec,
                                           const char *view, struct hs_error *err);

/* The shortest text that reads back as the same element of its type. */
const char *hs_element_text(char out[HS_FMT_SIZE], const struct hs_tensor *t, size_t i);
const char *hs_element_hex(char out[HS_FMT_SIZE], const struct hs_tensor *t, size_t i); /* %a */
/* The code in two's complement, "0000 1010". */
const char *hs_element_bits(char out[HS_FMT_CODE_SIZE], const struct hs_subject *s, size_t i);
/* "[17,3,1,2]" */
const char *hs_element_index(char out[HS_INDEX_SIZE], const struct hs_tensor *t, size_t i);

/* (dequantized - x) / s; NaN when one of them is unknown. */
double hs_element_error(const struct hs_subject *s, size_t i);

/* Everything about element i as pieces. */
void hs_element_flow(struct hs_flow *f, const struct hs_subject *s, size_t i);
/* The same as a sentence. Appends. */
void hs_element_words(struct hs_str *out, const struct hs_subject *s, size_t i);

#endif

/* Who handed in: read off the outer file or folder name only, never off a member (ROBUSTNESS 3.6).
 */
#ifndef HS_GRADE_IDENTITY_H
#define HS_GRADE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

struct hs_identity {
    char id[128], name[256]; /* UTF-8; name is empty when the pattern has none */
    bool fits;               /* a pattern fitted; else id is the whole name without its extension */
};

/* Patterns are texts with the fields {id} and {name}: "{id}_lab1", "{id}_{name}_lab1". A field
 * takes at least one byte and ends at the first place where what follows it in the pattern stands;
 * the last one takes the rest. Letter case outside fields does not count, and braces in the file
 * name ("{N26}_lab1.zip") are left out first. */
void hs_identity_of(struct hs_identity *out, const char *path, const char *const *patterns,
                    size_t n);

#endif

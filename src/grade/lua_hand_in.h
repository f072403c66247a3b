/* The Lua library `hand_in`: the only way from a grader to the bytes of a submission. */
#ifndef HS_GRADE_LUA_HAND_IN_H
#define HS_GRADE_LUA_HAND_IN_H

#include "grade/submission.h"
#include "script/script.h"

/* Registers it. `submission` and `limits` are borrowed while the state lives; submission may be
 * NULL: then there are no files. */
HS_MUST_USE enum hs_status hs_hand_in_add_library(struct hs_script *script,
                                                  struct hs_submission *submission,
                                                  const struct hs_io_limits *limits,
                                                  struct hs_error *err);

#endif

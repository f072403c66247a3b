/* JSON by jansson: the only door. Text in and out of struct hs_value (tensor/value.h).
 *
 * Reading is strict (RFC 8259, duplicates refused, depth and size limited, BOM stripped); errors
 * carry line and column. Writing gives keys in map order, shortest round-trip numbers, `null` for
 * NaN and infinities, tensors as nested lists of numbers. */
#ifndef HS_IO_JSON_H
#define HS_IO_JSON_H

#include "base/bytes.h"
#include "base/str.h"
#include "io/file.h"
#include "tensor/value.h"

HS_MUST_USE enum hs_status hs_json_read(struct hs_value *out, struct hs_arena *arena,
                                        struct hs_bytes text, const char *source,
                                        const struct hs_io_limits *limits, struct hs_error *err);

/* indent 0 gives one line without spaces behind separators; else pretty. Appends. */
void hs_json_write(struct hs_str *out, const struct hs_value *v, int indent);

/* One JSON string literal with quotes. Malformed UTF-8 becomes U+FFFD. Appends. */
void hs_json_write_string(struct hs_str *out, const char *text, size_t n);

#endif

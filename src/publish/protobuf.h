/* Protocol buffers as ONNX files use them, written by hand: messages are runs of (field number,
 * wire type) and a value (protobuf.dev, "Encoding"). Debian's protobuf-c wants code generated from
 * ONNX's schema at build time; six functions are less to keep than a generator and its output. */
#ifndef HS_PUBLISH_PROTOBUF_H
#define HS_PUBLISH_PROTOBUF_H

#include <stdint.h>

#include "base/str.h"

void hs_pb_int(struct hs_str *out, int field, int64_t v); /* int32, int64, enum */
void hs_pb_float(struct hs_str *out, int field, float v);
void hs_pb_bytes(struct hs_str *out, int field, const void *data, size_t n);
void hs_pb_text(struct hs_str *out, int field, const char *text);

/* A message inside a message; empties `message` so that it can be used again. */
void hs_pb_message(struct hs_str *out, int field, struct hs_str *message);

#endif

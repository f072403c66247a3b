#include "publish/protobuf.h"

#include <stdint.h>
#include <string.h>

enum { VARINT = 0, LENGTH = 2, FIXED32 = 5 };

static void varint(struct hs_str *out, uint64_t v)
{
    while (v >= 0x80) {
        hs_str_add_char(out, (char)(unsigned char)(v | 0x80));
        v >>= 7;
    }
    hs_str_add_char(out, (char)v);
}

static void key(struct hs_str *out, int field, int type)
{
    varint(out, (uint64_t)field << 3 | (uint64_t)type);
}

void hs_pb_int(struct hs_str *out, int field, int64_t v)
{
    key(out, field, VARINT);
    varint(out, (uint64_t)v);
}

void hs_pb_float(struct hs_str *out, int field, float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    key(out, field, FIXED32);
    for (int i = 0; i < 4; i++)
        hs_str_add_char(out, (char)(unsigned char)(bits >> 8 * i));
}

void hs_pb_bytes(struct hs_str *out, int field, const void *data, size_t n)
{
    key(out, field, LENGTH);
    varint(out, n);
    hs_str_add_bytes(out, data, n);
}

void hs_pb_text(struct hs_str *out, int field, const char *text)
{
    hs_pb_bytes(out, field, text, strlen(text));
}

void hs_pb_message(struct hs_str *out, int field, struct hs_str *message)
{
    if (!hs_str_ok(message))
        out->failed = true;
    else
        hs_pb_bytes(out, field, message->buf, message->len);
    hs_str_clear(message);
}

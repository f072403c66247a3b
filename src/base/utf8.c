#include "base/utf8.h"

size_t hs_utf8_decode(const char *s, size_t n, uint32_t *code_point, bool *ok)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s;
    size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    uint32_t c = len == 1 ? p[0] : len == 0 ? 0 : p[0] & (0xffu >> (len + 1));
    bool good = len != 0 && len <= n;

    for (size_t i = 1; good && i < len; i++) {
        good = p[i] >> 6 == 2;
        c = c << 6 | (p[i] & 0x3fu);
    }
    good = good && c >= least[len] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
    if (ok != NULL)
        *ok = good;
    *code_point = good ? c : 0xfffd;
    return good ? len : 1;
}

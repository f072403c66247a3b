#include "draw/wrap.h"

#include <string.h>

#include "base/utf8.h"

/* One word (or space, or wide character) of a piece. */
struct word {
    const char *text;
    size_t len;
    int width;
    enum hs_style style;
    bool space;
};

typedef HS_VEC(struct word) word_list;

static bool split(word_list *words, const struct hs_piece *p)
{
    size_t n = strlen(p->text);

    if (p->keep)
        return HS_VEC_PUSH(words, (struct word){p->text, n, (int)hs_text_width(p->text, n),
                                                p->style, false});
    for (size_t i = 0; i < n;) {
        size_t from = i;
        bool space = p->text[i] == ' ' || p->text[i] == '\n';

        if (space) {
            while (i < n && (p->text[i] == ' ' || p->text[i] == '\n'))
                i++;
        } else {
            while (i < n && p->text[i] != ' ' && p->text[i] != '\n') {
                uint32_t c;
                size_t bytes = hs_utf8_decode(p->text + i, n - i, &c, NULL);

                if (hs_rune_width(c) == 2 && i > from)
                    break; /* a line may be broken before a wide character … */
                i += bytes;
                if (hs_rune_width(c) == 2)
                    break; /* … and behind it */
            }
        }
        if (!HS_VEC_PUSH(words,
                         (struct word){space ? " " : p->text + from, space ? 1 : i - from,
                                       space ? 1 : (int)hs_text_width(p->text + from, i - from),
                                       p->style, space}))
            return false;
    }
    return true;
}

/* Words that stick together without a space between them: their width. */
static int cluster_width(const word_list *words, size_t i)
{
    int width = 0;

    for (; i < words->len && !words->items[i].space; i++) {
        uint32_t c;

        width += words->items[i].width;
        hs_utf8_decode(words->items[i].text, words->items[i].len, &c, NULL);
        if (hs_rune_width(c) == 2)
            break;
    }
    return width;
}

int hs_wrap(const struct hs_piece *pieces, size_t n, int width, int indent,
            void (*emit)(void *payload, int line, int x, const char *text, size_t len,
                         enum hs_style style),
            void *payload)
{
    word_list words = {0};
    int line = 0, x = 0;
    bool ok = true, fresh = true; /* fresh: at the start of a word cluster */

    width = width > 1 ? width : 1;
    indent = indent < width ? indent : 0;
    for (size_t i = 0; i < n && ok; i++)
        ok = split(&words, &pieces[i]);
    for (size_t i = 0; i < words.len; i++) {
        const struct word *w = &words.items[i];
        int start = line == 0 ? 0 : indent;

        if (w->space) {
            if (x > start && x < width)
                emit(payload, line, x, " ", 1, w->style);
            x += x > start;
            fresh = true;
            continue;
        }
        if (fresh && x > start && x + cluster_width(&words, i) > width) {
            line++;
            x = indent;
        }
        fresh = false;
        for (size_t at = 0; at < w->len;) { /* a word wider than a line is cut */
            size_t used, fit = hs_text_fit(w->text + at, w->len - at,
                                           x < width ? (size_t)(width - x) : 0, &used);

            if (fit == 0 && x > (line == 0 ? 0 : indent)) {
                line++;
                x = indent;
                continue;
            }
            if (fit == 0)
                fit = w->len - at;
            emit(payload, line, x, w->text + at, fit, w->style);
            x += (int)used;
            at += fit;
        }
    }
    HS_VEC_DISPOSE(&words);
    return line + 1;
}

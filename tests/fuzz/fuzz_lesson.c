/* A lesson file: front matter, Markdown, cells (which are not run). What was read is laid out, so that every block is touched;
 * the same bytes are read as an answer too. */
#include <assert.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "lesson/answer.h"
#include "lesson/lesson.h"

static void lay_out(const struct hs_lesson *lesson)
{
    struct hs_str words = HS_STR_INIT;

    for (size_t i = 0; i < lesson->steps.len; i++)
        for (size_t j = 0; j < lesson->steps.items[i].parts.len; j++) {
            const struct hs_part *part = &lesson->steps.items[i].parts.items[j];

            hs_doc_words(&words, 40, false, part->blocks, part->nblocks);
        }
    assert(hs_utf8_valid(words.buf, words.len));
    hs_str_dispose(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_lesson lesson = HS_LESSON_INIT;
    struct hs_arena arena = HS_ARENA_INIT;
    struct hs_error err = HS_ERROR_INIT;
    const char *text = hs_arena_strndup(&arena, (const char *)data, size);
    double value, *values;
    size_t n;

    if (hs_lesson_read(&lesson, (struct hs_bytes){data, size}, "x.md", &err) == HS_OK)
        lay_out(&lesson);
    else
        assert(err.text[0] != '\0');
    hs_lesson_dispose(&lesson);
    if (text != NULL && hs_answer_number(&value, text, NULL) == HS_OK)
        assert(value - value == 0.0); /* finite */
    if (text != NULL && hs_answer_list(&values, &n, &arena, text, 100, NULL) == HS_OK)
        assert(n > 0 && n <= 100);
    hs_arena_dispose(&arena);
    return 0;
}

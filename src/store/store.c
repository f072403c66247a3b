#include "store/store.h"

void hs_store_close(struct hs_store *store)
{
    if (store != NULL)
        store->ops->close(store);
}

enum hs_status hs_store_lesson_put(struct hs_store *store, const struct hs_store_lesson *row, struct hs_error *err)
{
    return store->ops->lesson_put(store, row, err);
}

enum hs_status hs_store_question_put(struct hs_store *store, const struct hs_store_question *row,
                                     const struct hs_store_attempt *attempt, struct hs_error *err)
{
    return store->ops->question_put(store, row, attempt, err);
}

enum hs_status hs_store_control_put(struct hs_store *store, const struct hs_store_control *row, struct hs_error *err)
{
    return store->ops->control_put(store, row, err);
}

enum hs_status hs_store_lesson_forget(struct hs_store *store, const char *lesson, struct hs_error *err)
{
    return store->ops->lesson_forget(store, lesson, err);
}

enum hs_status hs_store_lesson_find(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                    struct hs_store_lesson *out, bool *found, struct hs_error *err)
{
    return store->ops->lesson_find(store, arena, lesson, out, found, err);
}

enum hs_status hs_store_question_find(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                      const char *question, struct hs_store_question *out, bool *found, struct hs_error *err)
{
    return store->ops->question_find(store, arena, lesson, question, out, found, err);
}

enum hs_status hs_store_attempts(struct hs_store *store, struct hs_arena *arena, const char *lesson, const char *question,
                                 struct hs_store_attempt **out, size_t *n, struct hs_error *err)
{
    return store->ops->attempts(store, arena, lesson, question, out, n, err);
}

enum hs_status hs_store_controls(struct hs_store *store, struct hs_arena *arena, const char *lesson,
                                 struct hs_store_control **out, size_t *n, struct hs_error *err)
{
    return store->ops->controls(store, arena, lesson, out, n, err);
}

enum hs_status hs_store_grade_put(struct hs_store *store, const struct hs_store_grade *row, struct hs_error *err)
{
    return store->ops->grade_put(store, row, err);
}

enum hs_status hs_store_grade_find(struct hs_store *store, struct hs_arena *arena, const struct hs_store_grade *key,
                                   struct hs_store_grade *out, bool *found, struct hs_error *err)
{
    return store->ops->grade_find(store, arena, key, out, found, err);
}

/* text{text =}: a paragraph. */
#include "draw/view.h"
#include "draw/wrap.h"

static void count_only(void *payload, int line, int x, const char *text, size_t len,
                       enum hs_style style)
{
    (void)payload, (void)line, (void)x, (void)text, (void)len, (void)style;
}

static void put(void *payload, int line, int x, const char *text, size_t len, enum hs_style style)
{
    struct hs_grid *g = payload;

    hs_grid_text_n(g, x, line, g->width, style, text, len);
}

static int height(const struct hs_value *spec, int width)
{
    struct hs_piece piece = {.text = hs_value_text(spec, "text", "")};

    return hs_wrap(&piece, 1, width, 0, count_only, NULL);
}

static enum hs_status draw(struct hs_grid *g, const struct hs_value *spec, struct hs_error *err)
{
    struct hs_piece piece = {.text = hs_value_text(spec, "text", NULL)};

    if (piece.text == NULL)
        return hs_fail(err, HS_ESCRIPT, "text: the field \"text\" must be text");
    hs_wrap(&piece, 1, g->width, 0, put, g);
    return HS_OK;
}

static void words(struct hs_str *out, const struct hs_value *spec)
{
    hs_str_printf(out, "%s\n", hs_value_text(spec, "text", ""));
}

const struct hs_view hs_view_text = {
    .id = "text", .help = "a paragraph", .height = height, .draw = draw, .words = words};

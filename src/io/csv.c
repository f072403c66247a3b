/* CSV (RFC 4180, UTF-8): a table of numbers as one 2-D float64 tensor named "". A first row of
 * names is a remark. Nothing is guessed: semicolons, tabs and decimal commas are refused by name.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "io/container.h"
#include "io/pickle_file.h"

enum { MAX_CELL = 64 };

struct table {
    struct hs_bytes text;
    size_t at, row, columns; /* row: 1-based line of the file's table */
    HS_VEC(double) values;
    bool header;
    const char *source;
    const struct hs_io_limits *limits;
    struct hs_error *err;
};

static bool sniff(struct hs_bytes b, const char *name)
{
    return hs_ends_with(name, ".csv") && memchr(b.data, '\0', b.len) == NULL;
}

static enum hs_status bad(struct table *t, size_t column, const char *what)
{
    return hs_fail_at(t->err, HS_EFORMAT, t->source, (int)t->row, (int)column,
                      "%s: row %zu, column %zu: %s", t->source, t->row, column, what);
}

/* One cell without quotes and surrounding blanks; *end says what stopped it: ',', '\n' or 0. */
static enum hs_status cell(struct table *t, size_t column, char out[MAX_CELL], size_t *n, int *end)
{
    bool quoted;

    *n = 0;
    while (t->at < t->text.len && t->text.data[t->at] == ' ')
        t->at++;
    quoted = t->at < t->text.len && t->text.data[t->at] == '"';
    t->at += quoted;
    for (;; t->at++) {
        int c = t->at < t->text.len ? t->text.data[t->at] : 0;

        if (quoted && c == '"') {
            quoted = false;
            continue;
        }
        if (!quoted && (c == ',' || c == '\n' || c == '\r' || t->at >= t->text.len)) {
            *end = c == '\r' ? '\n' : c;
            break;
        }
        if (t->at >= t->text.len)
            return bad(t, column, "a quote is not closed");
        if (!quoted && c == ';')
            return bad(t, column,
                       "columns are separated by ';'; save with ',' and a decimal point");
        if (!quoted && c == '\t')
            return bad(t, column, "columns are separated by tabs; save with ','");
        if (*n + 1 >= MAX_CELL)
            return bad(t, column, "a cell longer than 63 characters is no number");
        out[(*n)++] = (char)c;
    }
    if (*end == '\n' && t->text.data[t->at] == '\r' && t->at + 1 < t->text.len &&
        t->text.data[t->at + 1] == '\n')
        t->at++;
    t->at += *end != 0;
    while (*n > 0 && out[*n - 1] == ' ')
        (*n)--;
    out[*n] = '\0';
    return HS_OK;
}

/* A decimal number; false when the cell is something else. */
static bool number(const char *text, double *v)
{
    char *end;

    if (text[0] == '\0' || strpbrk(text, "xXpPnN") != NULL || strstr(text, "inf") != NULL)
        return false;
    *v = strtod(text, &end);
    return *end == '\0';
}

static enum hs_status value(struct table *t, size_t column, const char *text)
{
    double v;

    if (!number(text, &v)) {
        struct hs_str message = HS_STR_INIT;
        enum hs_status st;

        if (strchr(text, ',') != NULL)
            return bad(t, column, "a decimal comma: write 0.5, not 0,5");
        hs_str_add(&message, text[0] == '\0' ? "is empty" : "is no number: ");
        hs_text_sanitize(&message, text, strlen(text), 40, false);
        st = bad(t, column, message.buf);
        hs_str_dispose(&message);
        return st;
    }
    if (t->values.len >= t->limits->csv_cells)
        return hs_fail(t->err, HS_ELIMIT, "%s: more than %zu cells", t->source,
                       t->limits->csv_cells);
    return HS_VEC_PUSH(&t->values, v) ? HS_OK : hs_fail(t->err, HS_ENOMEM, "out of memory");
}

static enum hs_status one_row(struct table *t)
{
    char text[MAX_CELL];
    size_t column = 0, n;
    int end = ',';
    bool names = false;

    t->row++;
    while (end == ',') {
        double v;
        enum hs_status st = cell(t, ++column, text, &n, &end);

        if (st != HS_OK)
            return st;
        if (column == 1 && n == 0 && end != ',')
            return HS_OK; /* an empty line */
        if (column == 1 && t->columns == 0 && !t->header && !number(text, &v) &&
            strchr(text, ',') == NULL)
            names = t->header = true;
        if (!names)
            st = value(t, column, text);
        if (st != HS_OK)
            return st;
    }
    if (t->columns == 0)
        t->columns = column;
    if (column != t->columns)
        return bad(t, column, "this row has another number of columns than the first");
    return HS_OK;
}

static enum hs_status read(struct hs_container *out, struct hs_bytes bytes, const char *name,
                           const struct hs_io_limits *limits, struct hs_error *err)
{
    struct table t = {.text = bytes, .source = name, .limits = limits, .err = err};
    struct hs_entry e = {.name = "", .kind = HS_ENTRY_TENSOR, .axis = -1};
    enum hs_status st = HS_OK;

    out->format = "csv";
    if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        t.at = 3;
    while (st == HS_OK && t.at < bytes.len)
        st = one_row(&t);
    if (st == HS_OK && t.values.len == 0)
        st = hs_fail(err, HS_EFORMAT, "%s: holds no numbers", name);
    if (st == HS_OK)
        st = hs_tensor_new(&e.tensor, &out->arena, HS_FLOAT64, 2,
                           (size_t[]){t.values.len / t.columns, t.columns}, err);
    if (st == HS_OK) {
        memcpy(e.tensor.data, t.values.items, t.values.len * sizeof(double));
        if (!HS_VEC_PUSH(&out->entries, e) ||
            (t.header && !hs_container_remark(out, "the first row holds names and was not read")))
            st = hs_fail(err, HS_ENOMEM, "out of memory");
    }
    HS_VEC_DISPOSE(&t.values);
    return st;
}

const struct hs_reader hs_reader_csv = {.id = "csv",
                                        .help = "a table of numbers",
                                        .sniff = sniff,
                                        .read = read};

#include "base/csv.h"

struct csv csv_open(struct arena *arena, struct str text)
{
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_skip(text, 3);
    return (struct csv){.arena = arena, .rest = text, .line = 1};
}

static bool broken(struct csv *csv, size_t line, size_t column, const char *why)
{
    csv->error = why;
    csv->error_line = line;
    csv->error_column = column;
    return false;
}

/* Where in the record being read: bytes before `start` have been consumed. */
struct place {
    struct str text;
    size_t at, line, line_start;
};

static bool quoted_cell(struct csv *csv, struct place *place, struct str *cell)
{
    size_t line = place->line, column = place->at - place->line_start + 1;
    struct buf out = {.arena = csv->arena};
    size_t from = ++place->at;
    for (;; place->at++) {
        if (place->at >= place->text.length)
            return broken(csv, line, column, "the quotation mark is never closed");
        char byte = place->text.data[place->at];
        if (byte == '\n') {
            place->line++;
            place->line_start = place->at + 1;
        }
        if (byte != '"')
            continue;
        buf_add(&out, (struct str){place->text.data + from, place->at - from});
        if (place->at + 1 < place->text.length && place->text.data[place->at + 1] == '"') {
            from = ++place->at;
            continue;
        }
        place->at++;
        *cell = buf_str(&out);
        return true;
    }
}

static bool plain_cell(struct csv *csv, struct place *place, struct str *cell)
{
    size_t from = place->at;
    while (place->at < place->text.length && !memchr(",\r\n", place->text.data[place->at], 3)) {
        if (place->text.data[place->at] == '"')
            return broken(csv, place->line, place->at - place->line_start + 1,
                          "a quotation mark inside a cell that does not begin with one");
        place->at++;
    }
    *cell = (struct str){place->text.data + from, place->at - from};
    return true;
}

bool csv_next(struct csv *csv, struct csv_record *record)
{
    struct place place = {.text = csv->rest, .line = csv->line};
    csv->error = NULL;
    if (!csv->rest.length)
        return false;
    record->line = csv->line;
    record->count = 0;
    for (;;) {
        if (record->count == CSV_COLUMNS_MAX)
            return broken(csv, place.line, place.at - place.line_start + 1, "too many columns");
        size_t n = record->count++;
        record->columns[n] = place.at - place.line_start + 1;
        record->quoted[n] = place.at < place.text.length && place.text.data[place.at] == '"';
        if (!(record->quoted[n] ? quoted_cell : plain_cell)(csv, &place, &record->cells[n]))
            return false;
        if (record->cells[n].length > CSV_CELL_MAX)
            return broken(csv, place.line, record->columns[n], "the cell is too long");
        if (record->cells[n].length && memchr(record->cells[n].data, '\0', record->cells[n].length))
            return broken(csv, place.line, record->columns[n], "a NUL byte in the cell");
        if (place.at < place.text.length && place.text.data[place.at] == ',') {
            place.at++;
            continue;
        }
        if (place.at < place.text.length && place.text.data[place.at] == '\r')
            place.at++;
        if (place.at < place.text.length && place.text.data[place.at] != '\n')
            return broken(csv, place.line, place.at - place.line_start + 1,
                          "expected a comma or the end of the line");
        csv->rest = str_skip(place.text, place.at + 1);
        csv->line = place.line + 1;
        return true;
    }
}

/* Whoever reads it takes these for the end of a cell, or for its quotation marks. */
static bool must_be_quoted(struct str cell)
{
    static const bool special[256] = {[','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true};
    bool quote = false;
    for (size_t i = 0; i < cell.length; i++)
        quote |= special[(unsigned char)cell.data[i]];
    return quote;
}

void csv_cell(struct buf *out, struct str cell)
{
    if (!must_be_quoted(cell)) {
        buf_add(out, cell);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] == '"')
            buf_char(out, '"');
        buf_char(out, cell.data[i]);
    }
    buf_char(out, '"');
}

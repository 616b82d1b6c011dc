#include "base/csv.h"

#define CSV_FAULT_ZH(code, zh, en) zh,
#define CSV_FAULT_EN(code, zh, en) en,
const char *const csv_faults_zh[] = {CSV_FAULTS(CSV_FAULT_ZH)};
const char *const csv_faults_en[] = {CSV_FAULTS(CSV_FAULT_EN)};

struct csv csv_open(struct arena *arena, struct str text)
{
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_skip(text, 3);
    return (struct csv){.arena = arena, .rest = text, .line = 1, .separator = ','};
}

static bool broken(struct csv *csv, size_t line, size_t column, enum csv_fault fault)
{
    csv->fault = fault;
    csv->error = csv_faults_en[fault];
    csv->error_line = line;
    csv->error_column = column;
    return false;
}

/* Where in the record being read: bytes before `start` have been consumed. */
struct place {
    struct str text;
    size_t at, line, line_start;
};

static size_t column_at(const struct place *place)
{
    return place->at - place->line_start + 1;
}

static bool at_end(const struct place *place)
{
    return place->at >= place->text.length;
}

static bool incomplete(struct csv *csv)
{
    csv->incomplete = true;
    return false;
}

/* Line ends between two places count. */
static void count_lines(struct place *place, size_t from)
{
    const char *data = place->text.data;
    for (const char *end;
         from < place->at && (end = memchr(data + from, '\n', place->at - from));) {
        from = (size_t)(end - data) + 1;
        place->line++;
        place->line_start = from;
    }
}

static bool quoted_cell(struct csv *csv, struct place *place, struct str *cell)
{
    size_t line = place->line, column = column_at(place), start = place->at + 1, from = start;
    struct buf copy = {.arena = csv->arena};
    const char *data = place->text.data;
    for (place->at = start;; place->at++) {
        const char *quote =
            at_end(place) ? NULL : memchr(data + place->at, '"', place->text.length - place->at);
        if (!quote && csv->more && place->text.length - start <= CSV_CELL_MAX)
            return incomplete(csv);
        if (!quote)
            return broken(csv, line, column, CSV_UNCLOSED);
        place->at = (size_t)(quote - data);
        if (place->at - start > CSV_CELL_MAX)
            return broken(csv, line, column, CSV_TOO_LONG);
        bool last = place->at + 1 >= place->text.length;
        if (last && csv->more)
            return incomplete(csv);
        if (last || data[place->at + 1] != '"')
            break;
        place->at++;
        buf_add(&copy, (struct str){data + from, place->at - from});
        from = place->at + 1;
    }
    buf_add(&copy, (struct str){data + from, copy.length ? place->at - from : 0});
    *cell = copy.length ? buf_str(&copy) : (struct str){data + start, place->at - start};
    count_lines(place, start);
    place->at++;
    return true;
}

/* Bytes that end a plain cell, or may not be in one; the separator is looked for beside them. */
static const bool ends_plain[256] = {['\r'] = true, ['\n'] = true, ['"'] = true};

static bool plain_cell(struct csv *csv, struct place *place, struct str *cell)
{
    size_t from = place->at, at = from, length = place->text.length;
    const char *data = place->text.data;
    while (at < length && data[at] != csv->separator && !ends_plain[(unsigned char)data[at]])
        at++;
    place->at = at;
    if (at < length && data[at] == '"')
        return broken(csv, place->line, column_at(place), CSV_STRAY_QUOTE);
    *cell = (struct str){data + from, at - from};
    return true;
}

static bool read_cell(struct csv *csv, struct place *place, struct csv_record *record)
{
    if (record->count == CSV_COLUMNS_MAX)
        return broken(csv, place->line, column_at(place), CSV_TOO_MANY);
    size_t n = record->count++;
    struct str *cell = &record->cells[n];
    record->columns[n] = column_at(place);
    record->quoted[n] = !at_end(place) && place->text.data[place->at] == '"';
    if (!(record->quoted[n] ? quoted_cell : plain_cell)(csv, place, cell))
        return false;
    if (cell->length > CSV_CELL_MAX)
        return broken(csv, place->line, record->columns[n], CSV_TOO_LONG);
    if (cell->length && memchr(cell->data, '\0', cell->length))
        return broken(csv, place->line, record->columns[n], CSV_NUL);
    return true;
}

bool csv_next(struct csv *csv, struct csv_record *record)
{
    struct place place = {.text = csv->rest, .line = csv->line};
    csv->error = NULL;
    csv->incomplete = false;
    if (!csv->rest.length)
        return csv->more ? incomplete(csv) : false;
    record->line = csv->line;
    record->count = 0;
    for (;; place.at++) {
        if (!read_cell(csv, &place, record))
            return false;
        if (at_end(&place) || place.text.data[place.at] != csv->separator)
            break;
    }
    if (!at_end(&place) && place.text.data[place.at] == '\r')
        place.at++;
    if (at_end(&place) && csv->more)
        return incomplete(csv);
    if (!at_end(&place) && place.text.data[place.at] != '\n')
        return broken(csv, place.line, column_at(&place), CSV_AFTER_QUOTE);
    csv->rest = str_skip(place.text, place.at + 1);
    csv->line = place.line + 1;
    return true;
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

/* Texts as tables: decoded into a window of UTF-8, record by record. */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "core/sheet_reader.h"

enum {
    RAW_SIZE = 256 * 1024,
    PROBE_SIZE = 256 * 1024,       /* looked at to guess encoding and separator */
    WINDOW_SIZE = 2 * 1024 * 1024, /* a record must fit */
    DECODED_MAX = 3 * RAW_SIZE     /* no encoding here makes more of one byte */
};

struct text_reader {
    int file;
    off_t at; /* of the next byte to be read */
    bool ended;
    iconv_t decoder; /* (iconv_t)-1: it is UTF-8 */
    char *raw;       /* bytes not decoded yet */
    size_t raw_length;
    char *window;
    size_t start, end; /* what of the window is still to be read */
    size_t line;       /* of its first byte */
    char separator;
    struct arena arena; /* cells of the current record that had doubled quotes */
    jmp_buf escape;
    struct csv_record record;
};

static const struct sheet_fault faults[CSV_FAULT_COUNT] = {
#define FAULT(code, zh, en) [code] = {zh, en},
    CSV_FAULTS(FAULT)};
static const struct sheet_fault no_utf8 = {"这一行的文字编码与文件其他部分不同，无法解读",
                                           "the line is not in the encoding of the rest of the "
                                           "file"};

/* --- Decoding ------------------------------------------------------------------------------- */

/* Bytes that are no text in this encoding become one that is none in UTF-8 either, so that the
 * check of each record finds them where they are. */
static size_t decode(struct text_reader *reader, char *out, size_t room)
{
    char *in = reader->raw, *to = out;
    size_t left = reader->raw_length;
    if (reader->decoder == (iconv_t)-1) {
        memcpy(out, in, left);
        reader->raw_length = 0;
        return left;
    }
    while (left && iconv(reader->decoder, &in, &left, &to, &room) == (size_t)-1) {
        if (errno == E2BIG || (errno == EINVAL && !reader->ended))
            break;
        *to++ = '\xFF';
        room--;
        in++;
        left--;
    }
    memmove(reader->raw, in, left);
    reader->raw_length = left;
    return (size_t)(to - out);
}

/* Reads on into the window; false when the file cannot be read. */
static bool fill(struct text_reader *reader)
{
    memmove(reader->window, reader->window + reader->start, reader->end - reader->start);
    reader->end -= reader->start;
    reader->start = 0;
    while (!reader->ended && WINDOW_SIZE - reader->end >= DECODED_MAX) {
        ssize_t got = pread(reader->file, reader->raw + reader->raw_length,
                            RAW_SIZE - reader->raw_length, reader->at);
        if (got < 0)
            return false;
        reader->at += got;
        reader->ended = got == 0;
        reader->raw_length += (size_t)got;
        reader->end += decode(reader, reader->window + reader->end, WINDOW_SIZE - reader->end);
    }
    return true;
}

/* --- Guessing ------------------------------------------------------------------------------- */

/* Of the lines that have more than ASCII in them, are most UTF-8? Some other line may still be
 * wrong: that is said of it, then. */
static bool is_utf8(struct str text, bool whole)
{
    struct str line;
    size_t good = 0, bad = 0;
    while (str_cut(&text, '\n', &line)) {
        bool ascii = true;
        for (size_t i = 0; i < line.length && ascii; i++)
            ascii = (unsigned char)line.data[i] < 0x80;
        if (ascii || (!text.data && !whole)) /* the last one may be cut off */
            continue;
        if (utf8_check(line) == line.length)
            good++;
        else
            bad++;
    }
    return good >= bad;
}

static const char *guess_encoding(struct str first, bool whole, size_t *mark)
{
    static const struct {
        const char *name;
        struct str mark;
    } marks[] = {{"utf-8", STR_INIT("\xEF\xBB\xBF")},
                 {"utf-16le", STR_INIT("\xFF\xFE")},
                 {"utf-16be", STR_INIT("\xFE\xFF")},
                 {"gb18030", STR_INIT("\x84\x31\x95\x33")}};
    for (size_t i = 0; i < COUNT(marks); i++)
        if (str_starts(first, marks[i].mark)) {
            *mark = marks[i].mark.length;
            return marks[i].name;
        }
    *mark = 0;
    return is_utf8(first, whole) ? "utf-8" : "gb18030";
}

/* The separator that stands most often in the first line that has any, outside of quotes. */
static char guess_separator(struct str text)
{
    static const char separators[] = {',', '\t', ';'};
    size_t counts[COUNT(separators)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        quoted ^= byte == '"';
        for (size_t s = 0; s < COUNT(separators) && !quoted; s++)
            counts[s] += byte == separators[s];
        if (byte == '\n' && !quoted && counts[0] + counts[1] + counts[2])
            break;
    }
    for (size_t s = 1; s < COUNT(separators); s++)
        if (counts[s] > counts[best])
            best = s;
    return separators[best];
}

/* --- Reading -------------------------------------------------------------------------------- */

/* Goes on at the next line of the file behind `from`; it was read to there or the window is full.
 */
static void skip_line(struct text_reader *reader)
{
    size_t length = reader->end - reader->start;
    const char *at = reader->window + reader->start, *end = memchr(at, '\n', length);
    reader->start = end ? reader->start + (size_t)(end - at) + 1 : reader->end;
    reader->line++;
}

static bool report(struct text_reader *reader, struct sheet_row *row, size_t column,
                   const struct sheet_fault *fault)
{
    row->line = reader->line;
    row->count = 0;
    row->fault = fault;
    row->fault_column = column;
    return true;
}

static bool give(struct text_reader *reader, const struct csv *csv, struct sheet_row *row)
{
    struct csv_record *record = &reader->record;
    struct str text = {reader->window + reader->start,
                       (size_t)(csv->rest.data - reader->window) - reader->start};
    row->line = reader->line;
    row->count = record->count;
    memcpy(row->cells, record->cells, record->count * sizeof(*row->cells));
    memset(row->broken, 0, record->count * sizeof(*row->broken));
    while (row->count && !row->cells[row->count - 1].length)
        row->count--;
    if (utf8_check(text) != text.length) {
        size_t column = 0;
        while (column < row->count && utf8_check(row->cells[column]) == row->cells[column].length)
            column++;
        report(reader, row, column + 1, &no_utf8);
    }
    reader->start = (size_t)(csv->rest.data - reader->window);
    reader->line = csv->line;
    return true;
}

static bool next_record(struct text_reader *reader, struct sheet_row *row, struct sheet_fault *why)
{
    arena_reset(&reader->arena);
    for (;;) {
        struct str text = {reader->window + reader->start, reader->end - reader->start};
        struct csv csv = {.arena = &reader->arena,
                          .rest = text,
                          .line = reader->line,
                          .separator = reader->separator,
                          .more = !reader->ended};
        if (csv_next(&csv, &reader->record))
            return give(reader, &csv, row);
        bool full = reader->end - reader->start > WINDOW_SIZE - DECODED_MAX;
        if (csv.incomplete && !full) {
            if (!fill(reader))
                return sheet_refuse(why, "文件读不下去", "the file cannot be read");
            continue;
        }
        if (!csv.error && !csv.incomplete)
            return false;
        report(reader, row, reader->record.count ? reader->record.count : 1,
               &faults[csv.error ? csv.fault : CSV_TOO_LONG]);
        skip_line(reader);
        return true;
    }
}

static bool text_next(void *state, struct sheet_row *row, struct sheet_fault *why)
{
    struct text_reader *reader = state;
    reader->arena.escape = &reader->escape;
    if (setjmp(reader->escape) != 0)
        return sheet_refuse(why, "内存不足", "out of memory");
    return next_record(reader, row, why);
}

static void text_close(void *state)
{
    struct text_reader *reader = state;
    if (reader->decoder != (iconv_t)-1)
        iconv_close(reader->decoder);
    arena_free(&reader->arena);
    free(reader->raw);
    free(reader->window);
    free(reader);
}

static const struct sheet_reader text_reader = {text_next, text_close};

static bool begin(struct sheet *sheet, struct text_reader *reader, struct sheet_fault *why)
{
    ssize_t length = pread(reader->file, reader->raw, PROBE_SIZE, 0);
    if (length < 0)
        return sheet_refuse(why, "文件读不下去", "the file cannot be read");
    size_t mark;
    struct str first = {reader->raw, (size_t)length};
    sheet->encoding = guess_encoding(first, length < PROBE_SIZE, &mark);
    reader->at = (off_t)mark;
    if (strcmp(sheet->encoding, "utf-8") != 0) {
        reader->decoder = iconv_open("UTF-8", sheet->encoding);
        if (reader->decoder == (iconv_t)-1)
            return sheet_refuse(why, "本机不能解读 GB 18030 或 UTF-16；请另存为 UTF-8",
                                "this machine cannot read GB 18030 or UTF-16: save it as UTF-8");
    }
    if (!fill(reader))
        return sheet_refuse(why, "文件读不下去", "the file cannot be read");
    struct str probe = {reader->window, reader->end < PROBE_SIZE ? reader->end : PROBE_SIZE};
    if (probe.length && memchr(probe.data, '\0', probe.length < 4096 ? probe.length : 4096))
        return sheet_refuse(why, "这不是表格：请用 CSV 或 XLSX",
                            "this is no table: send CSV or XLSX");
    reader->separator = guess_separator(probe);
    sheet->format = reader->separator == '\t' ? "tsv" : "csv";
    return true;
}

bool sheet_open_text(struct sheet *sheet, int file, struct sheet_fault *why)
{
    struct text_reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return sheet_refuse(why, "内存不足", "out of memory");
    reader->file = file;
    reader->decoder = (iconv_t)-1;
    reader->line = 1;
    reader->raw = malloc(RAW_SIZE);
    reader->window = malloc(WINDOW_SIZE);
    sheet->reader = &text_reader;
    sheet->state = reader;
    if (!reader->raw || !reader->window)
        return sheet_refuse(why, "内存不足", "out of memory");
    return begin(sheet, reader, why);
}

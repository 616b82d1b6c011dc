/* Workbooks as tables: ZIP by libzip, XML by libxml2's reader, cell by cell. */
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "base/number.h"
#include "core/sheet_number.h"
#include "core/sheet_reader.h"

enum { FORMATS_MAX = 65536, PATH_MAX_TEXT = 512 };

/* One part of the archive that is being unpacked; what all of them unpack to is counted. */
struct part {
    struct xlsx_reader *book;
    zip_file_t *file;
    xmlTextReaderPtr xml;
};

struct xlsx_reader {
    zip_t *zip;
    struct part part; /* the sheet's */
    uint64_t packed, unpacked;
    bool too_large, forbidden;
    bool from_1904;         /* days count from 1904 */
    struct arena arena;     /* of the workbook */
    struct arena row_arena; /* of the current row */
    jmp_buf escape;
    struct str *texts; /* that cells share */
    size_t text_count, text_capacity, text_bytes;
    enum sheet_number *formats; /* by style of a cell */
    size_t format_count;
    size_t line;
};

static const struct sheet_fault no_workbook = {"不是能读的 XLSX 工作簿",
                                               "is no XLSX workbook that can be read"};
static const struct sheet_fault too_large = {"工作簿解压后太大；请另存为 CSV",
                                             "the workbook unpacks to too much: save it as CSV"};
static const struct sheet_fault forbidden = {
    "工作簿里有 XML 实体或文档类型，不予读取",
    "the workbook has XML entities or a document type, which are refused"};

static bool refuse(struct sheet_fault *why, struct sheet_fault fault)
{
    *why = fault;
    return false;
}

static bool fail_of(const struct xlsx_reader *book, struct sheet_fault *why)
{
    return refuse(why, book->too_large ? too_large : book->forbidden ? forbidden : no_workbook);
}

/* --- Parts ---------------------------------------------------------------------------------- */

static int part_read(void *state, char *buffer, int length)
{
    struct part *part = state;
    struct xlsx_reader *book = part->book;
    zip_int64_t got = zip_fread(part->file, buffer, (zip_uint64_t)length);
    if (got < 0)
        return -1;
    book->unpacked += (uint64_t)got;
    book->too_large = book->unpacked > SHEET_UNPACKED_MAX ||
                      book->unpacked > SHEET_RATIO_FREE + SHEET_RATIO_MAX * book->packed;
    return book->too_large ? -1 : (int)got;
}

static int part_closed(void *state)
{
    (void)state;
    return 0;
}

static void keep_quiet(void *state, const char *message, xmlParserSeverities severity,
                       xmlTextReaderLocatorPtr where)
{
    (void)state, (void)message, (void)severity, (void)where;
}

static void part_close(struct part *part)
{
    if (part->xml)
        xmlFreeTextReader(part->xml);
    if (part->file)
        zip_fclose(part->file);
    part->xml = NULL;
    part->file = NULL;
}

static bool part_open(struct xlsx_reader *book, struct part *part, const char *name)
{
    part->book = book;
    part->file = zip_fopen(book->zip, name, 0);
    if (!part->file)
        return false;
    part->xml = xmlReaderForIO(part_read, part_closed, part, NULL, NULL,
                               XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!part->xml)
        return false;
    xmlTextReaderSetErrorHandler(part->xml, keep_quiet, NULL);
    return true;
}

/* The next node; 1 = there is one, 0 = the end, -1 = broken or forbidden. */
static int part_next(struct part *part)
{
    int got = xmlTextReaderRead(part->xml);
    int type = got == 1 ? xmlTextReaderNodeType(part->xml) : 0;
    if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE) {
        part->book->forbidden = true;
        return -1;
    }
    return part->book->too_large ? -1 : got;
}

static bool starts(const struct part *part, const char *name)
{
    return xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_ELEMENT &&
           xmlStrEqual(xmlTextReaderConstLocalName(part->xml), (const xmlChar *)name);
}

static bool ends(const struct part *part, const char *name)
{
    return xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_END_ELEMENT &&
           xmlStrEqual(xmlTextReaderConstLocalName(part->xml), (const xmlChar *)name);
}

/* In the arena; STR_NONE when there is none. */
static struct str attribute(struct part *part, struct arena *arena, const char *name)
{
    struct str text = STR_NONE;
    if (xmlTextReaderMoveToAttribute(part->xml, (const xmlChar *)name) == 1)
        text = arena_str(arena, str_of((const char *)xmlTextReaderConstValue(part->xml)));
    xmlTextReaderMoveToElement(part->xml);
    return text;
}

static bool add_text(const struct part *part, struct buf *out)
{
    int type = xmlTextReaderNodeType(part->xml);
    bool is_text = type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
                   type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE ||
                   type == XML_READER_TYPE_WHITESPACE;
    if (is_text)
        buf_add(out, str_of((const char *)xmlTextReaderConstValue(part->xml)));
    return out->length <= CSV_CELL_MAX;
}

/* All <t> inside the element that has just begun, one after the other: a text and its runs.
 * Phonetic readings beside them (rPh) are no part of it. */
static bool read_runs(struct part *part, const char *until, struct buf *out)
{
    bool in_text = false;
    int hidden = 0;
    if (xmlTextReaderIsEmptyElement(part->xml))
        return true;
    while (part_next(part) == 1 && !ends(part, until)) {
        bool empty = xmlTextReaderIsEmptyElement(part->xml) == 1;
        if (starts(part, "rPh") && !empty)
            hidden++;
        else if (ends(part, "rPh"))
            hidden--;
        else if (starts(part, "t"))
            in_text = !empty;
        else if (ends(part, "t"))
            in_text = false;
        else if (in_text && hidden <= 0 && !add_text(part, out))
            return false;
    }
    return !part->book->too_large && !part->book->forbidden && ends(part, until);
}

/* --- What the workbook says before its cells ------------------------------------------------ */

static bool keep_text(struct xlsx_reader *book, struct str text)
{
    if (book->text_count == book->text_capacity) {
        size_t capacity = book->text_capacity ? 2 * book->text_capacity : 1024;
        struct str *more = realloc(book->texts, capacity * sizeof(*more));
        if (!more)
            return false;
        book->texts = more;
        book->text_capacity = capacity;
    }
    book->text_bytes += text.length + sizeof(text);
    book->too_large = book->too_large || book->text_bytes > SHEET_TEXTS_MAX;
    book->texts[book->text_count++] = arena_str(&book->arena, text);
    return !book->too_large;
}

/* A workbook without this part has none. */
static bool read_texts(struct xlsx_reader *book)
{
    struct part part = {.book = book};
    if (zip_name_locate(book->zip, "xl/sharedStrings.xml", 0) < 0)
        return true;
    bool good = part_open(book, &part, "xl/sharedStrings.xml");
    int got = 0;
    while (good && (got = part_next(&part)) == 1)
        if (starts(&part, "si")) {
            struct buf text = {.arena = &book->row_arena};
            good = read_runs(&part, "si", &text) && keep_text(book, buf_str(&text));
            arena_reset(&book->row_arena);
        }
    part_close(&part);
    return good && got == 0;
}

static bool note_format(struct xlsx_reader *book, struct part *part, const struct buf *custom)
{
    int64_t number = 0;
    if (book->format_count == FORMATS_MAX)
        return false;
    int_parse(attribute(part, &book->row_arena, "numFmtId"), &number);
    book->formats[book->format_count++] = sheet_number_of(number, buf_str(custom));
    return true;
}

/* Which styles show a number as a day or a time. */
static bool read_styles(struct xlsx_reader *book)
{
    struct part part = {.book = book};
    struct buf custom = {.arena = &book->arena}; /* "NUMBER CODE\n" for each format of its own */
    bool inside = false;
    int got = 0;
    book->formats = arena_array(&book->arena, FORMATS_MAX, sizeof(*book->formats));
    if (zip_name_locate(book->zip, "xl/styles.xml", 0) < 0)
        return true;
    bool good = part_open(book, &part, "xl/styles.xml");
    while (good && (got = part_next(&part)) == 1) {
        if (starts(&part, "numFmt")) {
            struct str id = attribute(&part, &book->row_arena, "numFmtId");
            struct str code = attribute(&part, &book->row_arena, "formatCode");
            buf_print(&custom, "%.*s %.*s\n", STR_PRINT(id), STR_PRINT(code));
            good = custom.length < SHEET_RATIO_FREE;
        } else if (starts(&part, "cellXfs"))
            inside = !xmlTextReaderIsEmptyElement(part.xml);
        else if (ends(&part, "cellXfs"))
            inside = false;
        else if (inside && starts(&part, "xf"))
            good = note_format(book, &part, &custom);
    }
    part_close(&part);
    arena_reset(&book->row_arena);
    return good && got == 0;
}

/* --- Which sheet ---------------------------------------------------------------------------- */

/* The sheets' names, and the relation that leads to the one that is wanted. */
static bool read_book(struct xlsx_reader *book, struct sheet *sheet, struct str wanted,
                      struct str *relation)
{
    struct part part = {.book = book};
    bool good = part_open(book, &part, "xl/workbook.xml");
    int got = 0;
    *relation = STR_NONE;
    while (good && (got = part_next(&part)) == 1) {
        if (starts(&part, "workbookPr")) {
            struct str value = attribute(&part, &book->arena, "date1904");
            book->from_1904 = str_is(value, "1") || str_is(value, "true");
        }
        if (!starts(&part, "sheet") || sheet->name_count == SHEETS_MAX)
            continue;
        struct str name = attribute(&part, &book->arena, "name");
        if (!name.data)
            name = STR("");
        if (wanted.length ? str_equal(name, wanted) : sheet->name_count == 0) {
            sheet->chosen = sheet->name_count;
            *relation = attribute(&part, &book->arena, "r:id");
        }
        sheet->names[sheet->name_count++] = name;
    }
    part_close(&part);
    return good && got == 0;
}

/* The part's name in the archive: relations count from xl/. */
static bool follow(struct xlsx_reader *book, struct str relation, char *name)
{
    struct part part = {.book = book};
    bool good = relation.data && part_open(book, &part, "xl/_rels/workbook.xml.rels");
    bool found = false;
    while (good && !found && part_next(&part) == 1)
        if (starts(&part, "Relationship") &&
            str_equal(attribute(&part, &book->row_arena, "Id"), relation)) {
            struct str target = attribute(&part, &book->row_arena, "Target");
            struct str mode = attribute(&part, &book->row_arena, "TargetMode");
            bool absolute = target.length && *target.data == '/';
            int length = snprintf(name, PATH_MAX_TEXT, "%s%s", absolute ? "" : "xl/",
                                  target.data ? target.data + absolute : "");
            found = target.data && length < PATH_MAX_TEXT && !str_is(mode, "External");
        }
    part_close(&part);
    arena_reset(&book->row_arena);
    return found;
}

/* --- Cells ---------------------------------------------------------------------------------- */

/* "AB12" → 28; 0 = is none. */
static size_t column_of(struct str reference)
{
    size_t column = 0;
    for (size_t i = 0; i < reference.length && reference.data[i] >= 'A' &&
                       reference.data[i] <= 'Z' && column <= SHEET_COLUMNS_MAX;
         i++)
        column = column * 26 + (size_t)(reference.data[i] - 'A') + 1;
    return column;
}

static struct str shared_text(const struct xlsx_reader *book, struct str index)
{
    int64_t number;
    if (!int_parse(index, &number) || number < 0 || (size_t)number >= book->text_count)
        return STR("");
    return book->texts[number];
}

static struct str number_text(struct xlsx_reader *book, struct str value, struct str style)
{
    int64_t number = 0;
    enum sheet_number format = SHEET_NUMBER_PLAIN;
    if (style.data && int_parse(style, &number) && number >= 0 &&
        (size_t)number < book->format_count)
        format = book->formats[number];
    return sheet_number_text(&book->row_arena, value, format, book->from_1904);
}

/* The text of the cell whose <c> has just begun. */
static bool read_value(struct xlsx_reader *book, struct str type, struct str style,
                       struct str *text, bool *broken)
{
    struct part *part = &book->part;
    struct buf value = {.arena = &book->row_arena};
    bool in_value = false;
    *text = STR("");
    if (xmlTextReaderIsEmptyElement(part->xml))
        return true;
    while (part_next(part) == 1 && !ends(part, "c")) {
        if (starts(part, "is")) {
            if (!read_runs(part, "is", &value))
                return false;
        } else if (starts(part, "v"))
            in_value = !xmlTextReaderIsEmptyElement(part->xml);
        else if (ends(part, "v"))
            in_value = false;
        else if (in_value && !add_text(part, &value))
            return false;
    }
    if (!ends(part, "c"))
        return false;
    struct str raw = arena_str(&book->row_arena, buf_str(&value));
    *broken = str_is(type, "e");
    if (str_is(type, "s"))
        *text = shared_text(book, raw);
    else if (str_is(type, "b"))
        *text = str_is(raw, "1") ? STR("true") : raw.length ? STR("false") : STR("");
    else if (!type.data || str_is(type, "n"))
        *text = raw.length ? number_text(book, raw, style) : STR("");
    else
        *text = raw;
    return true;
}

static const struct sheet_fault many_columns = {"列太多", "too many columns"};

/* Cells that are empty at the end do not count; a place that was left out is an empty cell. */
static bool read_cell(struct xlsx_reader *book, struct sheet_row *row, size_t *last)
{
    struct part *part = &book->part;
    struct str reference = attribute(part, &book->row_arena, "r");
    struct str type = attribute(part, &book->row_arena, "t");
    struct str style = attribute(part, &book->row_arena, "s");
    size_t column = reference.data ? column_of(reference) : *last + 1;
    struct str text;
    bool broken = false;
    if (!read_value(book, type, style, &text, &broken))
        return false;
    if (column <= *last || column > SHEET_COLUMNS_MAX) {
        bool matters = text.length && !row->fault;
        row->fault = matters ? &many_columns : row->fault;
        row->fault_column = matters ? SHEET_COLUMNS_MAX + 1 : row->fault_column;
        return true;
    }
    *last = column;
    while (text.length && row->count < column) {
        row->cells[row->count] = STR("");
        row->broken[row->count++] = false;
    }
    if (text.length) {
        row->cells[column - 1] = text;
        row->broken[column - 1] = broken;
    }
    return true;
}

static bool read_row(struct xlsx_reader *book, struct sheet_row *row)
{
    struct part *part = &book->part;
    int64_t line;
    size_t last = 0;
    struct str number = attribute(part, &book->row_arena, "r");
    bool known = int_parse(number, &line) && line > (int64_t)book->line;
    row->line = book->line = known ? (size_t)line : book->line + 1;
    if (xmlTextReaderIsEmptyElement(part->xml))
        return true;
    while (part_next(part) == 1 && !ends(part, "row"))
        if (starts(part, "c") && !read_cell(book, row, &last))
            return false;
    return ends(part, "row");
}

static bool next_row(struct xlsx_reader *book, struct sheet_row *row, struct sheet_fault *why)
{
    int got;
    arena_reset(&book->row_arena);
    while ((got = part_next(&book->part)) == 1)
        if (starts(&book->part, "row"))
            return read_row(book, row) || fail_of(book, why);
    return got == 0 ? false : fail_of(book, why);
}

static bool xlsx_next(void *state, struct sheet_row *row, struct sheet_fault *why)
{
    struct xlsx_reader *book = state;
    if (setjmp(book->escape) != 0)
        return sheet_refuse(why, "内存不足", "out of memory");
    return next_row(book, row, why);
}

/* --- Opening -------------------------------------------------------------------------------- */

static void xlsx_close(void *state)
{
    struct xlsx_reader *book = state;
    part_close(&book->part);
    if (book->zip)
        zip_discard(book->zip);
    free(book->texts);
    arena_free(&book->row_arena);
    arena_free(&book->arena);
    free(book);
}

static const struct sheet_reader xlsx_reader = {xlsx_next, xlsx_close};

static bool open_zip(struct xlsx_reader *book, int file)
{
    int copy = dup(file), code = 0;
    if (copy < 0 || lseek(copy, 0, SEEK_SET) != 0)
        return false;
    off_t size = lseek(copy, 0, SEEK_END);
    book->packed = size > 0 ? (uint64_t)size : 0;
    book->zip = lseek(copy, 0, SEEK_SET) == 0 ? zip_fdopen(copy, ZIP_CHECKCONS, &code) : NULL;
    if (!book->zip)
        close(copy);
    return book->zip != NULL;
}

static bool open_sheet(struct sheet *sheet, struct xlsx_reader *book, struct str wanted,
                       struct sheet_fault *why)
{
    struct str relation;
    char name[PATH_MAX_TEXT] = "";
    if (!read_book(book, sheet, wanted, &relation))
        return fail_of(book, why);
    if (wanted.length && !relation.data)
        return sheet_refuse(why, "工作簿里没有这个名称的工作表",
                            "the workbook has no sheet of this name");
    if (!follow(book, relation, name) || !read_styles(book) || !read_texts(book) ||
        !part_open(book, &book->part, name))
        return fail_of(book, why);
    return true;
}

bool sheet_open_xlsx(struct sheet *sheet, int file, struct str name, struct sheet_fault *why)
{
    struct xlsx_reader *book = calloc(1, sizeof(*book));
    if (!book)
        return sheet_refuse(why, "内存不足", "out of memory");
    sheet->reader = &xlsx_reader;
    sheet->state = book;
    sheet->format = "xlsx";
    sheet->encoding = "utf-8";
    book->arena.escape = book->row_arena.escape = &book->escape;
    if (setjmp(book->escape) != 0)
        return sheet_refuse(why, "内存不足", "out of memory");
    if (!open_zip(book, file))
        return refuse(why, no_workbook);
    return open_sheet(sheet, book, name, why);
}

/* Tables as people send them: every encoding, what is broken and where, workbooks made to harm. */
#include "core/sheet.h"

#include <iconv.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include "core/sheet_number.h"
#include "unit/unit.h"

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static int file_of(struct str bytes)
{
    int file = memfd_create("sheet", MFD_CLOEXEC);
    assert_true(file >= 0);
    for (size_t at = 0; at < bytes.length;) {
        ssize_t wrote = write(file, bytes.data + at, bytes.length - at);
        assert_true(wrote > 0);
        at += (size_t)wrote;
    }
    return file;
}

/* Each row as "LINE:cell|cell"; a fault as "LINE!COLUMN words"; the end's words behind them. */
static struct str read_all(struct str bytes, const char *name)
{
    struct buf out = {.arena = &arena};
    struct sheet_fault why;
    struct sheet_row *row = ARENA_NEW(&arena, struct sheet_row);
    int file = file_of(bytes);
    struct sheet *sheet = sheet_open(file, str_of(name), &why);
    while (sheet && sheet_next(sheet, row, &why)) {
        if (row->fault) {
            buf_print(&out, "%zu!%zu %s\n", row->line, row->fault_column, row->fault->en);
            continue;
        }
        buf_print(&out, "%zu:", row->line);
        for (size_t i = 0; i < row->count; i++)
            buf_print(&out, "%s%s%.*s", i ? "|" : "", row->broken[i] ? "!" : "",
                      STR_PRINT(row->cells[i]));
        buf_char(&out, '\n');
    }
    if (why.en)
        buf_print(&out, "%s\n", why.en);
    sheet_close(sheet);
    close(file);
    return arena_str(&arena, buf_str(&out));
}

static struct str in_encoding(struct str text, const char *encoding)
{
    size_t room = 4 * text.length + 16, left = text.length;
    char *out = arena_alloc(&arena, room), *to = out, *in = (char *)(uintptr_t)text.data;
    iconv_t converter = iconv_open(encoding, "UTF-8");
    assert_true(converter != (iconv_t)-1);
    assert_true(iconv(converter, &in, &left, &to, &room) != (size_t)-1);
    iconv_close(converter);
    return (struct str){out, (size_t)(to - out)};
}

static struct str joined(struct str a, struct str b)
{
    struct buf out = {.arena = &arena};
    buf_add(&out, a);
    buf_add(&out, b);
    return buf_str(&out);
}

/* --- Texts ---------------------------------------------------------------------------------- */

static void every_encoding_reads_the_same(void **state)
{
    (void)state;
    struct str text = STR("代码,名称\r\nA1,\"重庆,两江\"\r\nA2,㐀𠮷\r\n");
    const char *wanted = "1:代码|名称\n2:A1|重庆,两江\n3:A2|㐀𠮷\n";
    assert_str(read_all(text, ""), wanted);
    assert_str(read_all(joined(STR("\xEF\xBB\xBF"), text), ""), wanted);
    assert_str(read_all(in_encoding(text, "GB18030"), ""), wanted);
    assert_str(read_all(joined(STR("\xFF\xFE"), in_encoding(text, "UTF-16LE")), ""), wanted);
    assert_str(read_all(joined(STR("\xFE\xFF"), in_encoding(text, "UTF-16BE")), ""), wanted);
}

static void the_separator_is_found(void **state)
{
    (void)state;
    assert_str(read_all(STR("a;b\n1,5;2\n"), ""), "1:a|b\n2:1,5|2\n");
    assert_str(read_all(STR("a\tb\n1,5\t2\n"), ""), "1:a|b\n2:1,5|2\n");
    assert_str(read_all(STR("\"x;y\",b\n1,2\n"), ""), "1:x;y|b\n2:1|2\n");
    assert_str(read_all(STR("alone\n1\n"), ""), "1:alone\n2:1\n");
}

static void a_broken_line_is_named_and_the_next_one_read(void **state)
{
    (void)state;
    assert_str(read_all(STR("a,b\n1,x\"y\n2,3\n"), ""),
               "1:a|b\n2!2 a quotation mark inside a cell that does not begin with one\n3:2|3\n");
    assert_str(read_all(STR("a,b\n1,\"x\"y\n2,3\n"), ""),
               "1:a|b\n2!2 expected a comma or the end of the line\n3:2|3\n");
    assert_str(read_all(STR("a,b\n1,\"x\n2,3\n"), ""),
               "1:a|b\n2!2 the quotation mark is never closed\n3:2|3\n");
}

static void lines_inside_a_cell_count(void **state)
{
    (void)state;
    assert_str(read_all(STR("a,b\n\"1\n2\",\"x\"\"y\"\n3,4\n"), ""), "1:a|b\n2:1\n2|x\"y\n4:3|4\n");
}

static void a_line_of_another_encoding_is_named(void **state)
{
    (void)state;
    struct str odd = joined(STR("名称,值\n重庆,1\n四川,2\n贵州,3\n"),
                            joined(in_encoding(STR("乱码,4\n"), "GB18030"), STR("云南,5\n")));
    assert_str(
        read_all(odd, ""),
        "1:名称|值\n2:重庆|1\n3:四川|2\n4:贵州|3\n5!1 the line is not in the encoding of the "
        "rest of the file\n6:云南|5\n");
}

/* 100 columns, a million lines, one of them broken in the middle. */
static void one_broken_line_in_a_million_is_found(void **state)
{
    (void)state;
    enum { LINES = 100000, BROKEN = 50001, COLUMNS = 100 };
    struct buf text = {.arena = &arena};
    struct sheet_fault why;
    struct sheet_row *row = ARENA_NEW(&arena, struct sheet_row);
    for (int line = 1; line <= LINES; line++)
        for (int column = 1; column <= COLUMNS; column++)
            buf_print(&text, "%s%s%c", line == BROKEN && column == 60 ? "\"" : "",
                      line == 1 ? "h" : "12", column == COLUMNS ? '\n' : ',');
    int file = file_of(buf_str(&text));
    struct sheet *sheet = sheet_open(file, STR(""), &why);
    size_t good = 0;
    while (sheet_next(sheet, row, &why)) {
        if (!row->fault) {
            assert_int_equal(row->count, COLUMNS);
            good++;
            continue;
        }
        assert_int_equal(row->line, BROKEN);
        assert_int_equal(row->fault_column, 60);
    }
    assert_null(why.en);
    assert_int_equal(good, LINES - 1);
    sheet_close(sheet);
    close(file);
}

static void what_is_no_table_is_refused(void **state)
{
    (void)state;
    assert_str(read_all(STR(""), ""), "the file is empty\n");
    assert_str(read_all(STR("\xD0\xCF\x11\xE0....."), ""),
               "this is an old XLS workbook: save it as XLSX or CSV\n");
    assert_str(read_all((struct str){"a\0b,c\n", 6}, ""), "this is no table: send CSV or XLSX\n");
    assert_str(read_all(STR("PK\x03\x04 and no more"), ""),
               "is no XLSX workbook that can be read\n");
}

/* Cells of any text, written as CSV in any encoding, read back as they were. */
static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char *const pieces[] = {"重", "庆", "a",  "\"", ",", ";",
                                         "\t", "\n", "𠮷", "é",  " "};
    static const char *const encodings[] = {"UTF-8", "GB18030"};
    uint64_t seed = 7;
    for (int round = 0; round < 300; round++) {
        struct buf text = {.arena = &arena}, wanted = {.arena = &arena};
        size_t line = 1;
        buf_add(&text, STR("标题,二,三\n"));
        buf_add(&wanted, STR("1:标题|二|三\n"));
        for (int r = 0; r < 20; r++) {
            buf_print(&wanted, "%zu:", ++line);
            size_t first = line;
            for (int c = 0; c < 3; c++) {
                struct buf cell = {.arena = &arena};
                buf_char(&cell, 'x');
                for (uint64_t n = unit_random(&seed) % 6; n; n--)
                    buf_add(&cell, str_of(pieces[unit_random(&seed) % COUNT(pieces)]));
                for (size_t i = 0; i < cell.length; i++)
                    line += cell.data[i] == '\n';
                buf_add(&text, c ? STR(",") : STR(""));
                csv_cell(&text, buf_str(&cell));
                buf_print(&wanted, "%s%.*s", c ? "|" : "", STR_PRINT(buf_str(&cell)));
            }
            (void)first;
            buf_add(&text, STR("\n"));
            buf_add(&wanted, STR("\n"));
        }
        struct str bytes = in_encoding(buf_str(&text), encodings[round % 2]);
        assert_str(read_all(bytes, ""), arena_str(&arena, buf_str(&wanted)).data);
        arena_reset(&arena);
    }
}

/* --- Workbooks ------------------------------------------------------------------------------ */

struct part_text {
    const char *name;
    struct str text;
};

static struct str packed(const struct part_text *parts, size_t count)
{
    char path[] = "/tmp/kechuang-sheet-XXXXXX";
    int made = mkstemp(path), code = 0;
    assert_true(made >= 0);
    close(made);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(zip, parts[i].text.data, parts[i].text.length, 0);
        assert_true(zip_file_add(zip, parts[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    FILE *in = fopen(path, "rb");
    struct buf bytes = {.arena = &arena};
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof(block), in)) > 0;)
        buf_add(&bytes, (struct str){block, n});
    fclose(in);
    unlink(path);
    return buf_str(&bytes);
}

#define BOOK                                                                                       \
    {"xl/workbook.xml",                                                                            \
     STR_INIT("<workbook xmlns:r=\"r\"><sheets><sheet name=\"一\" r:id=\"r1\"/>"                  \
              "<sheet name=\"二\" r:id=\"r2\"/></sheets></workbook>")},                            \
    {                                                                                              \
        "xl/_rels/workbook.xml.rels",                                                              \
            STR_INIT("<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/>"   \
                     "<Relationship Id=\"r2\" Target=\"/xl/worksheets/sheet2.xml\"/>"              \
                     "</Relationships>")                                                           \
    }

static struct str book_with(const char *sheet)
{
    const struct part_text parts[] = {
        BOOK,
        {"xl/styles.xml",
         STR("<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m\"/>"
             "</numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/>"
             "<xf numFmtId=\"22\"/></cellXfs></styleSheet>")},
        {"xl/sharedStrings.xml",
         STR("<sst><si><t>代码</t></si><si><r><t>重</t></r><r><t>庆</t></r><rPh><t>chong</t></rPh>"
             "</si></sst>")},
        {"xl/worksheets/sheet1.xml", str_of(sheet)},
        {"xl/worksheets/sheet2.xml",
         STR("<worksheet><sheetData><row><c t=\"str\"><v>second</v></c></row></sheetData>"
             "</worksheet>")}};
    return packed(parts, COUNT(parts));
}

static void cells_of_every_type_become_texts(void **state)
{
    (void)state;
    struct str book = book_with(
        "<worksheet><sheetData>"
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row>"
        "<row r=\"3\"><c r=\"A3\" s=\"1\"><v>46084</v></c><c r=\"B3\" s=\"2\"><v>61</v></c>"
        "<c r=\"C3\" s=\"3\"><v>46084.5</v></c><c r=\"D3\" t=\"b\"><v>1</v></c>"
        "<c r=\"E3\" t=\"e\"><v>#N/A</v></c><c r=\"F3\"><v>0.30000000000000004</v></c>"
        "<c r=\"G3\"><v>500103</v></c>"
        "<c r=\"H3\" t=\"inlineStr\"><is><t>a &amp; b</t></is></c></row>"
        "</sheetData></worksheet>");
    assert_str(read_all(book, ""),
               "1:代码||重庆\n"
               "3:2026-03-03|1900-03-01|2026-03-03 12:00:00|true|!#N/A|0.3|500103|a & b\n");
    assert_str(read_all(book, "二"), "1:second\n");
    assert_str(read_all(book, "三"), "the workbook has no sheet of this name\n");
}

static void a_workbook_that_unpacks_to_too_much_is_refused(void **state)
{
    (void)state;
    enum { ROWS = 5 << 20 };
    arena.ceiling = (size_t)1 << 30;
    struct buf sheet = {.arena = &arena};
    buf_add(&sheet, STR("<worksheet><sheetData>"));
    for (int i = 0; i < ROWS; i++)
        buf_add(&sheet, STR("<row/>"));
    const struct part_text parts[] = {BOOK, {"xl/worksheets/sheet1.xml", buf_str(&sheet)}};
    struct str words = read_all(packed(parts, COUNT(parts)), "");
    assert_true(str_ends(words, STR("the workbook unpacks to too much: save it as CSV\n")));
}

static void entities_are_refused(void **state)
{
    (void)state;
    static const char *const bombs[] = {
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
        "<worksheet><sheetData><row><c t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
        "<worksheet><sheetData><row><c t=\"str\"><v>&a;</v></c></row></sheetData></worksheet>"};
    for (size_t i = 0; i < COUNT(bombs); i++)
        assert_str(read_all(book_with(bombs[i]), ""),
                   "the workbook has XML entities or a document type, which are refused\n");
}

static void what_is_cut_off_or_strange_is_refused(void **state)
{
    (void)state;
    const struct part_text outside[] = {
        {"xl/workbook.xml", STR("<workbook xmlns:r=\"r\"><sheets><sheet name=\"一\" "
                                "r:id=\"r1\"/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         STR("<Relationships><Relationship Id=\"r1\" Target=\"http://example.org/x\" "
             "TargetMode=\"External\"/></Relationships>")}};
    const char *refused = "is no XLSX workbook that can be read\n";
    assert_str(read_all(packed(outside, COUNT(outside)), ""), refused);
    assert_str(read_all(book_with("<worksheet><sheetData><row><c><v>1"), ""), refused);
    assert_str(read_all(str_first(book_with("<worksheet/>"), 300), ""), refused);
    /* References far away, or twice, are an error of their row and of nothing else. */
    assert_str(read_all(book_with("<worksheet><sheetData><row><c r=\"ZZZZZZ1\"><v>1</v></c></row>"
                                  "<row><c><v>2</v></c></row></sheetData></worksheet>"),
                        ""),
               "1!257 too many columns\n2:2\n");
    assert_str(read_all(book_with("<worksheet><sheetData><row><c t=\"s\"><v>99999</v></c>"
                                  "<c><v>2</v></c></row></sheetData></worksheet>"),
                        ""),
               "1:|2\n");
}

static void days_are_counted_as_the_spreadsheet_does(void **state)
{
    (void)state;
    static const struct {
        const char *value, *wanted;
        enum sheet_number format;
        bool from_1904;
    } cases[] = {{"1", "1900-01-01", SHEET_NUMBER_DAY, false},
                 {"59", "1900-02-28", SHEET_NUMBER_DAY, false},
                 {"61", "1900-03-01", SHEET_NUMBER_DAY, false},
                 {"0", "1904-01-01", SHEET_NUMBER_DAY, true},
                 {"0.25", "06:00:00", SHEET_NUMBER_TIME, false},
                 {"46084.9999999", "2026-03-04", SHEET_NUMBER_DAY, false},
                 {"-1", "-1", SHEET_NUMBER_DAY, false},
                 {"1e300", "1e+300", SHEET_NUMBER_DAY, false},
                 {"12345678901234567890", "1.23456789012346e+19", SHEET_NUMBER_PLAIN, false}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(
            sheet_number_text(&arena, str_of(cases[i].value), cases[i].format, cases[i].from_1904),
            cases[i].wanted);
    assert_int_equal(sheet_number_of(164, STR("164 [Red]0.00\n")), SHEET_NUMBER_PLAIN);
    assert_int_equal(sheet_number_of(165, STR("165 \"day\" 0\n")), SHEET_NUMBER_PLAIN);
    assert_int_equal(sheet_number_of(166, STR("166 yyyy-mm-dd hh:mm\n")), SHEET_NUMBER_MOMENT);
}

#define T(test) cmocka_unit_test_teardown(test, forget)
UNIT_GROUP(sheet, T(every_encoding_reads_the_same), T(the_separator_is_found),
           T(a_broken_line_is_named_and_the_next_one_read), T(lines_inside_a_cell_count),
           T(a_line_of_another_encoding_is_named), T(one_broken_line_in_a_million_is_found),
           T(what_is_no_table_is_refused), T(what_is_written_is_read),
           T(cells_of_every_type_become_texts), T(a_workbook_that_unpacks_to_too_much_is_refused),
           T(entities_are_refused), T(what_is_cut_off_or_strange_is_refused),
           T(days_are_counted_as_the_spreadsheet_does))

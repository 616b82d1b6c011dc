/* CSV: what is read, what is refused and where, and that writing and reading are inverse. */
#include "base/csv.h"

#include "unit/unit.h"

static struct arena arena;

static int forget(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct csv_record record;

/* Reads the next record and compares: cells separated by |. */
static void assert_record(struct csv *csv, size_t line, const char *wanted)
{
    struct buf cells = {.arena = &arena};
    if (!csv_next(csv, &record))
        fail_msg("no record, but %s", csv->error ? csv->error : "the end");
    for (size_t i = 0; i < record.count; i++) {
        if (i)
            buf_char(&cells, '|');
        buf_add(&cells, record.cells[i]);
    }
    assert_str(buf_str(&cells), wanted);
    assert_int_equal(record.line, line);
}

static void assert_end(struct csv *csv)
{
    assert_false(csv_next(csv, &record));
    assert_null(csv->error);
}

static void assert_refused(struct str text, size_t line, size_t column, const char *why)
{
    struct csv csv = csv_open(&arena, text);
    while (csv_next(&csv, &record))
        ;
    assert_non_null(csv.error);
    assert_string_equal(csv.error, why);
    assert_int_equal(csv.error_line, line);
    assert_int_equal(csv.error_column, column);
}

static void lines_become_records_and_commas_cells(void **state)
{
    (void)state;
    struct csv csv = csv_open(&arena, STR("区县,年份\r\n渝北区,2025\n,\n"));
    assert_record(&csv, 1, "区县|年份");
    assert_record(&csv, 2, "渝北区|2025");
    assert_record(&csv, 3, "|");
    assert_end(&csv);
}

static void the_last_line_needs_no_end(void **state)
{
    (void)state;
    struct csv csv = csv_open(&arena, STR("a\nb"));
    assert_record(&csv, 1, "a");
    assert_record(&csv, 2, "b");
    assert_end(&csv);
    csv = csv_open(&arena, STR(""));
    assert_end(&csv);
    csv = csv_open(&arena, STR_NONE);
    assert_end(&csv);
}

static void an_empty_line_is_one_empty_cell(void **state)
{
    (void)state;
    struct csv csv = csv_open(&arena, STR("a\n\nb\n"));
    assert_record(&csv, 1, "a");
    assert_record(&csv, 2, "");
    assert_int_equal(record.count, 1);
    assert_record(&csv, 3, "b");
    assert_end(&csv);
}

static void a_byte_order_mark_is_skipped_once(void **state)
{
    (void)state;
    struct csv csv = csv_open(&arena, STR("\xEF\xBB\xBF\"a\",b"));
    assert_record(&csv, 1, "a|b");
    assert_int_equal(record.columns[0], 1);
    csv = csv_open(&arena, STR("\xEF\xBB\xBF\xEF\xBB\xBF"
                               "a"));
    assert_record(&csv, 1,
                  "\xEF\xBB\xBF"
                  "a");
}

static void a_quoted_cell_may_hold_anything(void **state)
{
    (void)state;
    struct csv csv =
        csv_open(&arena, STR("\"a,b\",\"say \"\"yes\"\"\",\"\"\n\"two\r\nlines\",x\ny"));
    assert_record(&csv, 1, "a,b|say \"yes\"|");
    assert_true(record.quoted[2]); /* empty, but written: not the same as absent */
    assert_record(&csv, 2, "two\r\nlines|x");
    assert_false(record.quoted[1]);
    assert_record(&csv, 4, "y"); /* lines are counted inside cells too */
    assert_end(&csv);
}

static void an_error_says_where(void **state)
{
    (void)state;
    assert_refused(STR("a,b\nc,d\"e\n"), 2, 4,
                   "a quotation mark inside a cell that does not begin with one");
    assert_refused(STR("a\n\"b\nc"), 2, 1, "the quotation mark is never closed");
    assert_refused(STR("\"a\nb\"c,\n"), 2, 3, "expected a comma or the end of the line");
    assert_refused(STR("a\rb"), 1, 3, "expected a comma or the end of the line");
    assert_refused(STR("a,b\0c"), 1, 3, "a NUL byte in the cell");
    assert_refused(STR("a,\"\0\""), 1, 3, "a NUL byte in the cell");
}

static void a_line_has_at_most_256_cells(void **state)
{
    (void)state;
    struct buf text = {.arena = &arena};
    for (int i = 1; i < CSV_COLUMNS_MAX; i++)
        buf_char(&text, ',');
    struct csv csv = csv_open(&arena, buf_str(&text));
    assert_true(csv_next(&csv, &record));
    assert_int_equal(record.count, CSV_COLUMNS_MAX);
    assert_int_equal(record.columns[255], 256);
    buf_char(&text, ',');
    assert_refused(buf_str(&text), 1, 257, "too many columns");
}

static void a_cell_has_at_most_64_kilobytes(void **state)
{
    (void)state;
    for (int quoted = 0; quoted < 2; quoted++) {
        struct buf text = {.arena = &arena};
        buf_add(&text, quoted ? STR("x,\"") : STR("x,"));
        for (int i = 0; i < CSV_CELL_MAX; i++)
            buf_char(&text, 'x');
        struct buf longer = {.arena = &arena};
        buf_add(&longer, buf_str(&text));
        buf_add(&text, quoted ? STR("\"") : STR(""));
        struct csv csv = csv_open(&arena, buf_str(&text));
        assert_true(csv_next(&csv, &record));
        assert_int_equal(record.cells[1].length, CSV_CELL_MAX);
        buf_add(&longer, quoted ? STR("x\"") : STR("x"));
        assert_refused(buf_str(&longer), 1, 3, "the cell is too long");
    }
}

/* Any cells, made of what is awkward in CSV. */
static struct str random_cell(uint64_t *seed)
{
    static const char *const pieces[] = {"",     ",",  "\"",  "\n", "\r",
                                         "\r\n", "渝", "a b", "=1", "\""};
    struct buf cell = {.arena = &arena};
    for (uint64_t count = unit_random(seed) % 5; count; count--)
        buf_add(&cell, str_of(pieces[unit_random(seed) % COUNT(pieces)]));
    return buf_str(&cell);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 5000; round++) {
        static struct str cells[4][CSV_COLUMNS_MAX];
        size_t counts[4];
        struct buf text = {.arena = &arena};
        for (size_t line = 0; line < 4; line++) {
            counts[line] = 1 + unit_random(&seed) % 6;
            for (size_t i = 0; i < counts[line]; i++) {
                if (i)
                    buf_char(&text, ',');
                csv_cell(&text, cells[line][i] = random_cell(&seed));
            }
            buf_add(&text, round % 2 ? STR("\n") : STR("\r\n"));
        }
        struct csv csv = csv_open(&arena, buf_str(&text));
        for (size_t line = 0; line < 4; line++) {
            assert_true(csv_next(&csv, &record));
            assert_int_equal(record.count, counts[line]);
            for (size_t i = 0; i < counts[line]; i++)
                assert_true(str_equal(record.cells[i], cells[line][i]));
        }
        assert_end(&csv);
        arena_reset(&arena);
    }
}

#define T(test) cmocka_unit_test_teardown(test, forget)
UNIT_GROUP(csv, T(lines_become_records_and_commas_cells), T(the_last_line_needs_no_end),
           T(an_empty_line_is_one_empty_cell), T(a_byte_order_mark_is_skipped_once),
           T(a_quoted_cell_may_hold_anything), T(an_error_says_where),
           T(a_line_has_at_most_256_cells), T(a_cell_has_at_most_64_kilobytes),
           T(what_is_written_is_read_back))

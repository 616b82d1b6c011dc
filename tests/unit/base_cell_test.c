/* Cells of CSV: no formula goes out, and every text comes back. */
#include "base/cell.h"

#include "base/csv.h"
#include "unit/unit.h"

/* What is written, and what a reader of CSV makes of it. */
static struct str written(struct arena *arena, struct str text)
{
    struct buf out = {.arena = arena};
    cell_write(&out, text);
    return buf_str(&out);
}

static struct str read_back(struct arena *arena, struct str line)
{
    struct csv csv = csv_open(arena, line);
    struct csv_record record;
    assert_true(csv_next(&csv, &record));
    assert_int_equal(record.count, 1);
    return cell_disarmed(record.cells[0]);
}

static void formulas_are_disarmed(void **state)
{
    static const char *const cases[][2] = {
        {"=1+1", "'=1+1"},
        {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
        {"-2+3", "'-2+3"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"=A1,\"x\"", "\"'=A1,\"\"x\"\"\""},
        {"＝1+1", "'＝1+1"},
        {"'=1", "''=1"},
        {"''@x", "'''@x"},
        {"-5", "-5"},
        {"-1.5e3", "-1.5e3"},
        {"'tis", "'tis"},
        {"'", "'"},
        {"重庆=1", "重庆=1"},
        {"", ""},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str got = written(&arena, str_of(cases[i][0]));
        assert_true(str_is(got, cases[i][1]));
        if (*cases[i][0])
            assert_true(str_is(read_back(&arena, got), cases[i][0]));
    }
    arena_free(&arena);
}

/* Every text comes back, and none goes out that a spreadsheet would run. */
static void every_text_comes_back(void **state)
{
    static const char *const pieces[] = {"'", "=",  "+", "-", "@",  "\t", "\r", "\n",
                                         ",", "\"", "1", "x", "科", "＝", "＠", "１"};
    struct arena arena = {0};
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct buf text = {.arena = &arena};
        for (int i = 0; i < 1 + round % 6; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            buf_add(&text, str_of(pieces[(seed >> 33) % COUNT(pieces)]));
        }
        struct str out = written(&arena, buf_str(&text));
        assert_true(str_equal(read_back(&arena, out), buf_str(&text)));
        struct str shown = *out.data == '"' ? str_skip(out, 1) : out;
        bool number = shown.length > 1 && shown.data[1] >= '0' && shown.data[1] <= '9';
        if (*shown.data == '=' || *shown.data == '@' || *shown.data == '+')
            fail_msg("a spreadsheet would run %.*s", STR_PRINT(out));
        if (*shown.data == '-')
            assert_true(number);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

UNIT_GROUP(cell, cmocka_unit_test(formulas_are_disarmed), cmocka_unit_test(every_text_comes_back))

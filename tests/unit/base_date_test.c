/* Days, instants and periods, against a calendar that counts day by day. */
#include "base/date.h"

#include <stdio.h>

#include "unit/unit.h"

/* The oracle: knows nothing but how long the months are. */
struct calendar {
    int year, month, day;
};

static int month_length(int year, int month)
{
    switch (month) {
    case 2:
        return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
    case 4:
    case 6:
    case 9:
    case 11:
        return 30;
    default:
        return 31;
    }
}

static void next_day(struct calendar *at)
{
    if (++at->day <= month_length(at->year, at->month))
        return;
    at->day = 1;
    if (++at->month <= 12)
        return;
    at->month = 1;
    at->year++;
}

static void every_day_from_1600_to_2400_is_counted_right(void **state)
{
    (void)state;
    struct calendar at = {1600, 1, 1};
    int32_t days = date_of(1600, 1, 1).days;
    for (; at.year < 2401; next_day(&at), days++) {
        int year, month, day;
        assert_int_equal(date_of(at.year, at.month, at.day).days, days);
        date_split((struct date){days}, &year, &month, &day);
        assert_true(year == at.year && month == at.month && day == at.day);
        if (at.year == 1970 && at.month == 1 && at.day == 1)
            assert_int_equal(days, 0);
    }
    assert_int_equal(days, date_of(2401, 1, 1).days);
}

static void a_day_is_read_as_it_is_printed(void **state)
{
    (void)state;
    for (int32_t days = date_of(1000, 1, 1).days; days <= date_of(9999, 12, 31).days; days += 97) {
        char text[DATE_TEXT];
        struct date date;
        date_print((struct date){days}, text);
        assert_true(date_parse(str_of(text), &date));
        assert_int_equal(date.days, days);
    }
}

static void only_days_that_exist_are_read(void **state)
{
    (void)state;
    struct date date;
    int existing = 0;
    for (int year = 1899; year <= 2001; year++)
        for (int month = 0; month <= 13; month++)
            for (int day = 0; day <= 32; day++) {
                char text[40];
                snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
                bool exists =
                    month >= 1 && month <= 12 && day >= 1 && day <= month_length(year, month);
                assert_int_equal(date_parse(str_of(text), &date), exists);
                existing += exists;
            }
    assert_int_equal(existing, date_of(2002, 1, 1).days - date_of(1899, 1, 1).days);
}

static void a_day_is_written_in_one_way_only(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",           "2026",        "2026-3-3",    "2026-03-3",
                                        "2026/03/03", "2026-03-03 ", " 2026-03-03", "0999-01-01",
                                        "+026-03-03", "2026-03-03T", "２026-03-03", "20260303",
                                        "2026-0 -03", "-2026-03-03"};
    struct date date;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (date_parse(str_of(wrong[i]), &date))
            fail_msg("\"%s\" was read", wrong[i]);
    assert_false(date_parse(STR_NONE, &date));
}

static void assert_months_later(const char *from, int months, const char *wanted)
{
    char text[DATE_TEXT];
    struct date date;
    assert_true(date_parse(str_of(from), &date));
    date_print(date_add_months(date, months), text);
    assert_string_equal(text, wanted);
}

static void a_month_later_is_the_same_day_or_the_months_last(void **state)
{
    (void)state;
    assert_months_later("2026-01-31", 1, "2026-02-28");
    assert_months_later("2028-01-31", 1, "2028-02-29");
    assert_months_later("2026-12-15", 1, "2027-01-15");
    assert_months_later("2026-01-15", -1, "2025-12-15");
    assert_months_later("2026-03-31", -13, "2025-02-28");
    assert_months_later("2026-03-31", 0, "2026-03-31");
    assert_months_later("2026-05-31", 120, "2036-05-31");
    assert_months_later("1000-01-01", -12000, "0000-01-01");
}

static void a_moment_lies_on_another_day_further_east(void **state)
{
    (void)state;
    struct instant instant;
    assert_true(instant_parse(STR("2026-03-03T16:30:00Z"), &instant));
    assert_int_equal(date_at(instant, 0).days, date_of(2026, 3, 3).days);
    assert_int_equal(date_at(instant, 480).days, date_of(2026, 3, 4).days);
    assert_int_equal(date_at((struct instant){-1}, 0).days, -1);
    assert_int_equal(date_at((struct instant){-86400}, 0).days, -1);
    assert_int_equal(date_at((struct instant){-86401}, 0).days, -2);
}

static void a_moment_is_read_as_it_is_printed(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        int64_t span = INT64_C(86400) * 366 * 8000, from = INT64_C(-86400) * 354000;
        struct instant instant = {from + (int64_t)(unit_random(&seed) % (uint64_t)span)}, again;
        struct buf text = {.arena = &arena};
        instant_print(&text, instant);
        assert_true(instant_parse(buf_str(&text), &again));
        assert_int_equal(again.seconds, instant.seconds);
        arena_reset(&arena);
    }
    struct instant instant = {1772524800};
    struct buf text = {.arena = &arena};
    instant_print(&text, instant);
    assert_str(buf_str(&text), "2026-03-03T08:00:00Z");
    arena_free(&arena);
}

static void a_moment_is_written_in_one_way_only(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "2026-03-03",           "2026-03-03T08:00Z",        "2026-03-03 08:00:00Z",
        "2026-03-03T24:00:00Z", "2026-03-03T08:60:00Z",     "2026-03-03T08:00:60Z",
        "2026-02-29T08:00:00Z", "2026-03-03T08:00:00+0800", "2026-03-03T08:00:00",
        "2026-03-03T8:00:00Z",  "2026-03-03T08:00:00Z ",    "2026-03-03T08:00:00.5Z"};
    struct instant instant;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (instant_parse(str_of(wrong[i]), &instant))
            fail_msg("\"%s\" was read", wrong[i]);
}

static void assert_period(const char *text, enum period_kind kind, const char *start,
                          const char *end)
{
    struct period period;
    char from[DATE_TEXT] = "..", to[DATE_TEXT] = "..";
    if (!period_parse(str_of(text), &period))
        fail_msg("\"%s\" was not read", text);
    if (date_known(period.start))
        date_print(period.start, from);
    if (date_known(period.end))
        date_print(period.end, to);
    assert_int_equal(period.kind, kind);
    assert_string_equal(from, start);
    assert_string_equal(to, end);
    assert_int_equal(period_last(period).days,
                     date_known(period.end) ? period.end.days : period.start.days);
}

static void a_period_is_a_point_or_a_stretch_of_days(void **state)
{
    (void)state;
    assert_period("2021", PERIOD_YEAR, "2021-01-01", "2021-12-31");
    assert_period("2021Q1", PERIOD_QUARTER, "2021-01-01", "2021-03-31");
    assert_period("2021Q2", PERIOD_QUARTER, "2021-04-01", "2021-06-30");
    assert_period("2021Q3", PERIOD_QUARTER, "2021-07-01", "2021-09-30");
    assert_period("2021Q4", PERIOD_QUARTER, "2021-10-01", "2021-12-31");
    assert_period("2024-02", PERIOD_MONTH, "2024-02-01", "2024-02-29");
    assert_period("2021-12-31", PERIOD_DAY, "2021-12-31", "2021-12-31");
    assert_period("2021/2025", PERIOD_RANGE, "2021-01-01", "2025-12-31");
    assert_period("2021Q2/2021-11", PERIOD_RANGE, "2021-04-01", "2021-11-30");
    assert_period("2021-03-01/2021-03-01", PERIOD_RANGE, "2021-03-01", "2021-03-01");
    assert_period("../2025-10", PERIOD_OPEN, "..", "2025-10-31");
    assert_period("2025-10/..", PERIOD_OPEN, "2025-10-01", "..");
}

static void what_is_no_period_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "21",
                                        "2021Q0",
                                        "2021Q5",
                                        "2021Q",
                                        "2021Q11",
                                        "2021-00",
                                        "2021-13",
                                        "2021-1",
                                        "2021-10-",
                                        "2021-",
                                        "2021-1-01",
                                        "2021-02-29",
                                        "2025/2021",
                                        "../..",
                                        "2021/",
                                        "/2021",
                                        "/",
                                        "..",
                                        "2021/2022/3",
                                        "2021 ",
                                        " 2021",
                                        "2021..",
                                        "2021/...",
                                        "0021",
                                        "2021q1",
                                        "2021-Q1",
                                        "2021年",
                                        "2021H1",
                                        "../2021/..",
                                        "2021-10-01T00:00:00Z"};
    struct period period;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (period_parse(str_of(wrong[i]), &period))
            fail_msg("\"%s\" was read", wrong[i]);
}

static void a_rough_publication_day_means_its_last_day(void **state)
{
    (void)state;
    static const struct {
        const char *text, *last;
    } known[] = {{"2023", "2023-12-31"}, {"2024-02", "2024-02-29"}, {"2026-03-03", "2026-03-03"}};
    struct date date;
    char text[DATE_TEXT];
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_true(publication_parse(str_of(known[i].text), &date));
        date_print(date, text);
        assert_string_equal(text, known[i].last);
    }
    assert_false(publication_parse(STR("2023Q1"), &date));
    assert_false(publication_parse(STR("2023/2024"), &date));
}

UNIT_GROUP(date, cmocka_unit_test(every_day_from_1600_to_2400_is_counted_right),
           cmocka_unit_test(a_day_is_read_as_it_is_printed),
           cmocka_unit_test(only_days_that_exist_are_read),
           cmocka_unit_test(a_day_is_written_in_one_way_only),
           cmocka_unit_test(a_month_later_is_the_same_day_or_the_months_last),
           cmocka_unit_test(a_moment_lies_on_another_day_further_east),
           cmocka_unit_test(a_moment_is_read_as_it_is_printed),
           cmocka_unit_test(a_moment_is_written_in_one_way_only),
           cmocka_unit_test(a_period_is_a_point_or_a_stretch_of_days),
           cmocka_unit_test(what_is_no_period_is_refused),
           cmocka_unit_test(a_rough_publication_day_means_its_last_day))

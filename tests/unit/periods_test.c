/* When data are due, against an oracle that goes day by day. */
#include "modules/collection/periods.h"
#include "unit/unit.h"

enum { EXCEPTIONS = 60, ROUNDS = 1000, YEAR = 366, TWO_YEARS = 732 };

/* --- The oracle: nothing but single days ------------------------------------------------------ */

static int of_week(struct date day) /* 0 = Monday */
{
    return ((day.days % 7) + 7 + 3) % 7;
}

/* Holidays and make-up workdays. */
struct calendar {
    struct day_exception exceptions[EXCEPTIONS];
    size_t count;
};

static bool works(const struct calendar *calendar, struct date day)
{
    for (size_t i = 0; i < calendar->count; i++)
        if (calendar->exceptions[i].date.days == day.days)
            return calendar->exceptions[i].rule == DAY_WORKDAY;
    return of_week(day) < 5;
}

static bool begins(enum rhythm rhythm, struct date day)
{
    int year, month, of_month;
    date_split(day, &year, &month, &of_month);
    switch (rhythm) {
    case RHYTHM_DAILY:
    case RHYTHM_ONCE:
        return true;
    case RHYTHM_WEEKLY:
        return of_week(day) == 0;
    case RHYTHM_MONTHLY:
        return of_month == 1;
    case RHYTHM_QUARTERLY:
        return of_month == 1 && (month == 1 || month == 4 || month == 7 || month == 10);
    case RHYTHM_YEARLY:
        break;
    }
    return of_month == 1 && month == 1;
}

static struct date step(struct date day, int days)
{
    return (struct date){day.days + days};
}

static bool oracle(const struct due_rule *rule, const struct calendar *calendar, struct date from,
                   struct due_period *out)
{
    struct date first = rule->starts_on, day;
    while (rule->rhythm != RHYTHM_ONCE && !begins(rule->rhythm, first))
        first = step(first, -1);
    if (rule->rhythm == RHYTHM_ONCE)
        day = first;
    else
        for (day = from.days > first.days ? from : first; !begins(rule->rhythm, day);)
            day = step(day, 1);
    if (day.days < from.days || (date_known(rule->ends_on) && day.days > rule->ends_on.days))
        return false;
    out->start = out->end = day;
    bool single = rule->rhythm == RHYTHM_ONCE;
    while (!single && !begins(rule->rhythm, step(out->end, 1)))
        out->end = step(out->end, 1);
    out->due = out->end;
    for (int64_t left = rule->days; left > 0;) {
        out->due = step(out->due, 1);
        left -= !rule->in_workdays || works(calendar, out->due);
    }
    return true;
}

/* --- Made-up calendars and rules -------------------------------------------------------------- */

static void make_up(uint64_t *seed, struct calendar *calendar)
{
    struct date day = date_of(2024, 1, 1);
    calendar->count = unit_random(seed) % EXCEPTIONS;
    for (size_t i = 0; i < calendar->count; i++) {
        day = step(day, 1 + (int)(unit_random(seed) % (unit_random(seed) % 3 ? 2 : 40)));
        /* Also holidays at a weekend, and workdays that are none of note. */
        calendar->exceptions[i] = (struct day_exception){
            .date = day, .rule = unit_random(seed) % 2 ? DAY_WORKDAY : DAY_HOLIDAY};
    }
}

static void periods_are_those_of_the_oracle(void **state)
{
    uint64_t seed = 4;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena arena = {0};
        struct calendar calendar;
        make_up(&seed, &calendar);
        struct working_time *workdays = workdays_new(&arena, calendar.exceptions, calendar.count);
        assert_non_null(workdays);
        struct date start = step(date_of(2023, 6, 1), (int)(unit_random(&seed) % TWO_YEARS));
        struct due_rule rule = {.rhythm = unit_random(&seed) % (RHYTHM_ONCE + 1),
                                .days = (int64_t)(unit_random(&seed) % 130),
                                .in_workdays = unit_random(&seed) % 2,
                                .starts_on = start,
                                .ends_on = unit_random(&seed) % 3
                                               ? DATE_NONE
                                               : step(start, (int)(unit_random(&seed) % YEAR))};
        struct date from = step(start, (int)(unit_random(&seed) % YEAR) - 40);
        struct due_period is = {{0}, {0}, {0}}, wanted = {{0}, {0}, {0}};
        assert_int_equal(period_from(&rule, workdays, from, &is),
                         oracle(&rule, &calendar, from, &wanted));
        assert_int_equal(is.start.days, wanted.start.days);
        assert_int_equal(is.end.days, wanted.end.days);
        assert_int_equal(is.due.days, wanted.due.days);
        arena_free(&arena);
    }
}

/* One after the other they leave no day out, and each name is read back as the period it names. */
static void periods_lie_beside_one_another(void **state)
{
    struct arena arena = {0};
    struct working_time *none = workdays_new(&arena, NULL, 0);
    (void)state;
    for (enum rhythm rhythm = RHYTHM_DAILY; rhythm < RHYTHM_ONCE; rhythm++) {
        struct due_rule rule = {rhythm, 10, true, date_of(2023, 12, 13), date_of(2026, 3, 2)};
        struct due_period period;
        struct date next = {0};
        int count = 0;
        while (period_from(&rule, none, next, &period)) {
            struct period named;
            assert_true(period_parse(period_name(&arena, rhythm, &period), &named));
            assert_int_equal(named.start.days, period.start.days);
            assert_int_equal(named.end.days, period.end.days);
            assert_true(!count++ || period.start.days == next.days);
            next = step(period.end, 1);
        }
        assert_true(next.days > rule.ends_on.days);
    }
    arena_free(&arena);
}

static void make_up_workdays_count(void **state)
{
    /* National Day 2025: holidays from 1 to 8 October, and Saturday 11 October is worked. */
    struct day_exception days[9];
    struct arena arena = {0};
    (void)state;
    for (int i = 0; i < 8; i++)
        days[i] = (struct day_exception){.date = date_of(2025, 10, 1 + i), .rule = DAY_HOLIDAY};
    days[8] = (struct day_exception){.date = date_of(2025, 10, 11), .rule = DAY_WORKDAY};
    struct working_time *workdays = workdays_new(&arena, days, COUNT(days));
    struct date end = date_of(2025, 9, 30);
    assert_int_equal(workday_after(workdays, end, 1).days, date_of(2025, 10, 9).days);
    assert_int_equal(workday_after(workdays, end, 3).days, date_of(2025, 10, 11).days);
    assert_int_equal(workday_after(workdays, end, 4).days, date_of(2025, 10, 13).days);
    assert_int_equal(workday_after(workdays, end, 0).days, end.days);
    arena_free(&arena);
}

UNIT_GROUP(periods, cmocka_unit_test(periods_are_those_of_the_oracle),
           cmocka_unit_test(periods_lie_beside_one_another),
           cmocka_unit_test(make_up_workdays_count))

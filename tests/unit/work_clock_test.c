/* Working time and clocks, against an oracle that goes minute by minute. */
#include "base/work_clock.h"

#include <stdlib.h>

#include "unit/unit.h"

static const struct office_hours office = {.spans = {{9 * 60, 12 * 60}, {14 * 60, 18 * 60}},
                                           .count = 2};
enum { OFFSET = 8 * 60 };
#define HOURS(n) ((n)*INT64_C(3600))

/* The National Day of 2026, as it was announced. */
static struct day_exception october[] = {
    {{0}, DAY_WORKDAY, STR_INIT("国庆节")}, {{0}, DAY_HOLIDAY, STR_INIT("国庆节")},
    {{0}, DAY_HOLIDAY, STR_INIT("国庆节")}, {{0}, DAY_HOLIDAY, STR_INIT("国庆节")},
    {{0}, DAY_HOLIDAY, STR_INIT("国庆节")}, {{0}, DAY_HOLIDAY, STR_INIT("国庆节")},
    {{0}, DAY_HOLIDAY, STR_INIT("国庆节")}, {{0}, DAY_HOLIDAY, STR_INIT("国庆节")},
    {{0}, DAY_WORKDAY, STR_INIT("国庆节")}};

static struct working_time *october_time(struct arena *arena)
{
    static const int days[][2] = {{9, 20}, {10, 1}, {10, 2}, {10, 3}, {10, 4},
                                  {10, 5}, {10, 6}, {10, 7}, {10, 10}};
    for (size_t i = 0; i < COUNT(october); i++)
        october[i].date = date_of(2026, days[i][0], days[i][1]);
    return working_time_new(arena, office, october, COUNT(october), OFFSET);
}

/* "2026-09-30T17:00" where the office is. */
static struct instant local(const char *text)
{
    struct date date;
    struct str day = {text, 10};
    assert_true(date_parse(day, &date));
    return (struct instant){date.days * INT64_C(86400) - OFFSET * INT64_C(60) +
                            strtol(text + 11, NULL, 10) * 3600 + strtol(text + 14, NULL, 10) * 60};
}

#define assert_instant(at, text) assert_int_equal((at).seconds, local(text).seconds)

static void holidays_do_not_count_and_make_up_days_do(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct working_time *time = october_time(&arena);
    assert_int_equal(working_time_day(time), HOURS(7));
    assert_int_equal(
        working_time_between(time, local("2026-09-30T17:00"), local("2026-10-08T10:00")), HOURS(2));
    assert_true(working_time_is_workday(time, date_of(2026, 10, 10)));
    assert_false(working_time_is_workday(time, date_of(2026, 10, 11)));
    assert_instant(working_time_add(time, local("2026-09-30T17:00"), HOURS(2)), "2026-10-08T10:00");
    assert_instant(working_time_add(time, local("2026-10-10T17:00"), 3600), "2026-10-10T18:00");
    assert_instant(working_time_opening(time, date_of(2026, 10, 1)), "2026-10-08T09:00");
    arena_free(&arena);
}

static void hours_that_contradict_themselves_are_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct office_hours hours[] = {{.count = 0},
                                   {.spans = {{540, 540}}, .count = 1},
                                   {.spans = {{540, 720}, {700, 800}}, .count = 2},
                                   {.spans = {{540, 1500}}, .count = 1}};
    for (size_t i = 0; i < COUNT(hours); i++)
        assert_null(working_time_new(&arena, hours[i], NULL, 0, OFFSET));
    struct day_exception twice[] = {{date_of(2026, 5, 1), DAY_HOLIDAY, STR_INIT("a")},
                                    {date_of(2026, 5, 1), DAY_WORKDAY, STR_INIT("b")}};
    assert_null(working_time_new(&arena, office, twice, 2, OFFSET));
    arena_free(&arena);
}

static void a_clock_says_when_it_is_due_and_who_is_to_be_told_when(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct clock_event events[] = {{CLOCK_START, local("2026-09-30T16:40"),
                                    limit_seconds(october_time(&arena), 3, LIMIT_WORKDAYS),
                                    STR_NONE}};
    struct work_clock clock = {october_time(&arena), START_AT_ONCE, 16 * 60 + 30, events, 1, NULL};
    struct clock_reading reading = work_clock_read(&clock, local("2026-10-08T12:00"));
    assert_int_equal(reading.state, CLOCK_RUNNING);
    assert_instant(reading.counts_from, "2026-10-08T09:00"); /* it came after half past four */
    assert_int_equal(reading.elapsed, HOURS(3));
    assert_instant(reading.marks[0], "2026-10-09T14:30");
    assert_instant(reading.marks[2], "2026-10-10T18:00");
    assert_false(reading.overdue || reading.provisional);
    assert_true(work_clock_read(&clock, local("2026-10-10T18:01")).overdue);
    assert_false(work_clock_read(&clock, local("2026-10-10T18:00")).overdue);
    arena_free(&arena);
}

/* Days of any kind: day by day, as a clerk counts them on the calendar of the wall. */
static struct instant natural_due_by_hand(const struct working_time *office_time,
                                          struct instant came, int days)
{
    struct date last = {working_time_date(office_time, came).days + days};
    while (!working_time_is_workday(office_time, last))
        last.days++;
    return working_time_midnight(office_time, (struct date){last.days + 1});
}

static void natural_days_begin_tomorrow_and_end_on_a_workday(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct office_hours always = {.round_the_clock = true};
    struct working_time *time = october_time(&arena);
    struct working_time *natural = working_time_new(&arena, always, NULL, 0, OFFSET);
    struct clock_event start = {.kind = CLOCK_START, .at = local("2026-09-30T10:00")};
    struct work_clock clock = {.time = natural,
                               .start_rule = START_NEXT_DAY,
                               .events = &start,
                               .event_count = 1,
                               .extends_over = time};
    start.limit = limit_seconds(natural, 2, LIMIT_NATURAL_DAYS);
    struct clock_reading reading = work_clock_read(&clock, local("2026-10-02T12:00"));
    assert_instant(reading.counts_from, "2026-10-01T00:00");
    assert_int_equal(reading.elapsed, HOURS(36));
    assert_instant(reading.marks[2], "2026-10-09T00:00"); /* over the holiday */
    assert_false(work_clock_read(&clock, local("2026-10-08T23:59")).overdue);
    assert_true(work_clock_read(&clock, local("2026-10-09T00:01")).overdue);
    for (int i = 0; i < 2000; i++) {
        int days = 1 + i % 40;
        start.at = (struct instant){local("2026-09-01T00:00").seconds + i * INT64_C(3571)};
        start.limit = limit_seconds(natural, days, LIMIT_NATURAL_DAYS);
        assert_int_equal(work_clock_read(&clock, start.at).marks[2].seconds,
                         natural_due_by_hand(time, start.at, days).seconds);
    }
    arena_free(&arena);
}

static void a_pause_stops_it_and_says_why(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct clock_event events[] = {
        {CLOCK_START, local("2026-09-28T09:00"), HOURS(7), STR_NONE},
        {CLOCK_PAUSE, local("2026-09-28T11:00"), 0, STR_INIT("等待企业补件")},
        {CLOCK_RESUME, local("2026-09-29T14:30"), 0, STR_NONE},
        {CLOCK_LIMIT, local("2026-09-29T15:00"), HOURS(14), STR_NONE},
        {CLOCK_STOP, local("2026-10-08T10:00"), 0, STR_NONE},
    };
    struct work_clock clock = {october_time(&arena), START_AT_ONCE, 0, events, COUNT(events), NULL};
    assert_int_equal(work_clock_flaw(&clock), COUNT(events));
    struct clock_reading paused = work_clock_read(&clock, local("2026-09-29T09:00"));
    assert_int_equal(paused.state, CLOCK_PAUSED);
    assert_int_equal(paused.elapsed, HOURS(2));
    assert_int_equal(paused.marks[2].seconds, INSTANT_NONE.seconds); /* nobody knows how long */
    struct clock_reading end = work_clock_read(&clock, local("2026-12-01T09:00"));
    assert_int_equal(end.state, CLOCK_STOPPED);
    assert_int_equal(end.elapsed, HOURS(13) + 1800);
    assert_false(end.overdue);
    size_t count;
    bool whole;
    const struct clock_stretch *said =
        work_clock_explain(&clock, local("2026-12-01T09:00"), &arena, &count, &whole);
    int64_t counted = 0;
    for (size_t i = 0; i < count; i++)
        counted += said[i].why == WHY_COUNTED ? said[i].to.seconds - said[i].from.seconds : 0;
    assert_true(whole);
    assert_int_equal(counted, end.elapsed);
    assert_int_equal(said[1].why, WHY_PAUSED);
    assert_str(said[1].name, "等待企业补件");
    arena_free(&arena);
}

static void what_cannot_happen_is_a_flaw(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct instant at = local("2026-09-28T09:00"), before = local("2026-09-27T09:00");
    struct clock_event good = {CLOCK_START, at, 60, STR_NONE};
    struct clock_event bad[] = {{CLOCK_START, at, 60, STR_NONE},
                                {CLOCK_RESUME, at, 0, STR_NONE},
                                {CLOCK_LIMIT, at, 0, STR_NONE},
                                {CLOCK_PAUSE, before, 0, STR_NONE}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct clock_event events[] = {good, bad[i]};
        assert_int_equal(work_clock_flaw(&(struct work_clock){october_time(&arena), START_AT_ONCE,
                                                              0, events, 2, NULL}),
                         1);
    }
    arena_free(&arena);
}

static void beyond_what_was_announced_it_is_provisional(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct clock_event start = {CLOCK_START, local("2026-12-30T09:00"), HOURS(14), STR_NONE};
    struct work_clock clock = {october_time(&arena), START_AT_ONCE, 0, &start, 1, NULL};
    assert_false(work_clock_read(&clock, local("2026-12-30T10:00")).provisional);
    start.limit = HOURS(21); /* due on New Year's Day, which is a holiday, but of what length? */
    assert_true(work_clock_read(&clock, local("2026-12-30T10:00")).provisional);
    arena_free(&arena);
}

/* --- The oracle ----------------------------------------------------------------------------- */

/* Knows nothing but one minute after the other, counted from 1970 where the office is. */
struct naive {
    const struct work_clock *clock;
    const struct day_exception *exceptions;
    size_t exception_count;
    bool natural; /* every minute counts; what ends on a free day ends with the next workday */
};

static int naive_shift(const struct naive *naive, int64_t day)
{
    for (size_t i = 0; i < naive->exception_count; i++)
        if (naive->exceptions[i].date.days == day)
            return naive->exceptions[i].rule;
    return day % 7 == 2 || day % 7 == 3 ? DAY_HOLIDAY : DAY_WORKDAY; /* 1970-01-03 was a Saturday */
}

static bool naive_works(const struct naive *naive, int64_t minute)
{
    int64_t day = minute / DAY_MINUTES, of_day = minute % DAY_MINUTES;
    int rule = naive_shift(naive, day);
    if (naive->natural)
        return true;
    bool open = (of_day >= 540 && of_day < 720) || (of_day >= 840 && of_day < 1080);
    if (rule == DAY_HOLIDAY || !open)
        return false;
    return rule == DAY_WORKDAY || (rule == DAY_MORNING) == (of_day < NOON_MINUTE);
}

static int64_t naive_from(const struct naive *naive, int64_t minute)
{
    const struct work_clock *clock = naive->clock;
    int64_t day = minute / DAY_MINUTES, of_day = minute % DAY_MINUTES;
    bool late = clock->cutoff_minute && of_day >= clock->cutoff_minute;
    bool works = naive_shift(naive, day) != DAY_HOLIDAY;
    if (!late && clock->start_rule == START_AT_ONCE)
        return minute;
    if (!late && clock->start_rule == START_NEXT_HALF && works && of_day < NOON_MINUTE)
        minute = day * INT64_C(1440) + NOON_MINUTE;
    else
        minute = (day + 1) * DAY_MINUTES;
    while (!naive_works(naive, minute))
        minute++;
    return minute;
}

static int64_t to_minute(struct instant at)
{
    return at.seconds / 60 + OFFSET;
}

/* One day after the other until one is worked. */
static int64_t naive_extended(const struct naive *naive, int64_t due)
{
    int64_t day = (due - 1) / DAY_MINUTES;
    if (!naive->natural || naive_shift(naive, day) != DAY_HOLIDAY)
        return due;
    while (naive_shift(naive, day) == DAY_HOLIDAY)
        day++;
    return (day + 1) * DAY_MINUTES;
}

struct naive_reading {
    int64_t elapsed, limit, marks[CLOCK_MARKS];
    bool overdue;
};

/* The limit must be known before marks can be: the one in force at `now`. */
static struct naive_reading naive_read(const struct naive *naive, int64_t now)
{
    const struct work_clock *clock = naive->clock;
    struct naive_reading reading = {.marks = {-1, -1, -1}};
    for (size_t i = 0; i < clock->event_count && to_minute(clock->events[i].at) <= now; i++)
        if (clock->events[i].limit)
            reading.limit = clock->events[i].limit / 60;
    int64_t from = naive_from(naive, to_minute(clock->events[0].at)), counted = 0;
    bool running = false;
    size_t next = 0;
    for (int64_t m = to_minute(clock->events[0].at); m < now + 90 * INT64_C(1440); m++) {
        for (; next < clock->event_count && to_minute(clock->events[next].at) <= m &&
               to_minute(clock->events[next].at) <= now;
             next++)
            if (clock->events[next].kind != CLOCK_LIMIT)
                running = clock->events[next].kind == CLOCK_START ||
                          clock->events[next].kind == CLOCK_RESUME;
        if (m >= now && (!running || reading.marks[CLOCK_MARKS - 1] >= 0))
            break;
        if (!running || m < from)
            continue;
        if (m < now && reading.marks[CLOCK_MARKS - 1] >= 0 && m >= reading.marks[CLOCK_MARKS - 1])
            reading.overdue = true;
        counted += naive_works(naive, m);
        reading.elapsed += m < now && naive_works(naive, m);
        for (size_t i = 0; i < CLOCK_MARKS; i++)
            if (reading.marks[i] < 0 && counted * 100 == reading.limit * clock_mark_percent[i])
                reading.marks[i] = i == CLOCK_MARKS - 1 ? naive_extended(naive, m + 1) : m + 1;
    }
    return reading;
}

static size_t random_history(uint64_t *seed, struct clock_event events[], size_t most)
{
    int64_t minute =
        date_of(2026, 9, 14).days * INT64_C(1440) + (int64_t)(unit_random(seed) % 43200);
    enum clock_event_kind now = CLOCK_START;
    size_t count = 0, wanted = 1 + unit_random(seed) % most;
    while (count < wanted) {
        events[count++] = (struct clock_event){now,
                                               {(minute - OFFSET) * 60},
                                               now == CLOCK_START || now == CLOCK_LIMIT
                                                   ? (int64_t)(1 + unit_random(seed) % 200) * 600
                                                   : 0,
                                               STR_NONE};
        if (now == CLOCK_STOP)
            break;
        minute += (int64_t)(unit_random(seed) % (unit_random(seed) % 4 ? 900 : 4000));
        bool was_paused = false;
        for (size_t i = 0; i < count; i++)
            was_paused =
                events[i].kind == CLOCK_PAUSE || (was_paused && events[i].kind == CLOCK_LIMIT);
        switch (unit_random(seed) % 5) {
        case 0:
            now = CLOCK_LIMIT;
            break;
        case 1:
            now = CLOCK_STOP;
            break;
        default:
            now = was_paused ? CLOCK_RESUME : CLOCK_PAUSE;
        }
    }
    return count;
}

/* Its explanation goes from the start to now without a gap, and what counts in it is what is over.
 */
static bool explains_itself(const struct work_clock *clock, struct instant now, int64_t elapsed)
{
    struct arena arena = {0};
    bool whole, adds_up = true;
    size_t count;
    const struct clock_stretch *stretches = work_clock_explain(clock, now, &arena, &count, &whole);
    struct instant at = clock->events[0].at;
    int64_t counted = 0;
    for (size_t i = 0; i < count; i++) {
        adds_up = adds_up && stretches[i].from.seconds == at.seconds;
        at = stretches[i].to;
        if (stretches[i].why == WHY_COUNTED)
            counted += at.seconds - stretches[i].from.seconds;
    }
    arena_free(&arena);
    return adds_up && whole && counted == elapsed;
}

enum { EXPLAINED_EVERY = 16 };

static void must_agree(const struct naive *naive, struct instant now, long round, const char *what)
{
    const struct work_clock *clock = naive->clock;
    assert_int_equal(work_clock_flaw(clock), clock->event_count);
    struct clock_reading reading = work_clock_read(clock, now);
    struct naive_reading wanted = naive_read(naive, to_minute(now));
    bool same = reading.elapsed == wanted.elapsed * 60 && reading.limit == wanted.limit * 60 &&
                reading.overdue == wanted.overdue;
    for (size_t i = 0; i < CLOCK_MARKS; i++)
        same = same && (wanted.marks[i] < 0 ? reading.marks[i].seconds == INSTANT_NONE.seconds
                                            : to_minute(reading.marks[i]) == wanted.marks[i]);
    if (!same)
        fail_msg("%s, history %ld: elapsed %lld, not %lld; overdue %d, not %d; due %lld, not %lld",
                 what, round, (long long)reading.elapsed / 60, (long long)wanted.elapsed,
                 reading.overdue, wanted.overdue, (long long)to_minute(reading.marks[2]),
                 (long long)wanted.marks[2]);
    if (round % EXPLAINED_EVERY == 0 && !explains_itself(clock, now, reading.elapsed))
        fail_msg("%s, history %ld: its explanation does not add up", what, round);
}

/* The first response to the work: its clock stops with the first thing that whoever does it does.
 */
static size_t response_to(const struct work_clock *work, uint64_t *seed, struct clock_event made[2])
{
    made[0] = work->events[0];
    made[0].limit = (int64_t)(1 + unit_random(seed) % 60) * 600;
    for (size_t i = 1; i < work->event_count; i++)
        if (work->events[i].kind != CLOCK_LIMIT) {
            made[1] = (struct clock_event){CLOCK_STOP, work->events[i].at, 0, STR_NONE};
            return 2;
        }
    return 1;
}

/* Of each history: the work in working time, its first response, and the same limits in natural
 * days. */
static void random_histories_read_as_minute_by_minute(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *asked = getenv("KECHUANG_HISTORIES"); /* make soak asks for a million */
    long rounds = asked ? strtol(asked, NULL, 10) : 5000;
    uint64_t seed = 20261125;
    october_time(&arena);
    struct day_exception exceptions[COUNT(october) + 2];
    memcpy(exceptions, october, sizeof(october));
    exceptions[COUNT(october)] =
        (struct day_exception){date_of(2026, 9, 17), DAY_MORNING, STR_INIT("半天")};
    exceptions[COUNT(october) + 1] =
        (struct day_exception){date_of(2026, 10, 20), DAY_AFTERNOON, STR_INIT("半天")};
    struct office_hours always = {.round_the_clock = true};
    struct working_time *time =
        working_time_new(&arena, office, exceptions, COUNT(exceptions), OFFSET);
    struct working_time *every_day = working_time_new(&arena, always, NULL, 0, OFFSET);
    for (long round = 0; round < rounds; round++) {
        struct clock_event events[8], answered[2];
        struct work_clock work = {time,
                                  (enum start_rule)(unit_random(&seed) % 3),
                                  unit_random(&seed) % 2 ? 16 * 60 + 30 : 0,
                                  events,
                                  random_history(&seed, events, COUNT(events)),
                                  NULL};
        struct work_clock response = work, natural = work;
        response.events = answered;
        response.event_count = response_to(&work, &seed, answered);
        natural.time = every_day;
        natural.extends_over = time;
        natural.start_rule = START_NEXT_DAY;
        struct instant now = {events[0].at.seconds + (int64_t)(unit_random(&seed) % 20000) * 60};
        struct naive naive = {&work, exceptions, COUNT(exceptions), false};
        must_agree(&naive, now, round, "work");
        naive.clock = &response;
        must_agree(&naive, now, round, "first response");
        naive.clock = &natural;
        naive.natural = true;
        must_agree(&naive, now, round, "natural days");
    }
    arena_free(&arena);
}

UNIT_GROUP(work_clock, cmocka_unit_test(holidays_do_not_count_and_make_up_days_do),
           cmocka_unit_test(hours_that_contradict_themselves_are_refused),
           cmocka_unit_test(a_clock_says_when_it_is_due_and_who_is_to_be_told_when),
           cmocka_unit_test(natural_days_begin_tomorrow_and_end_on_a_workday),
           cmocka_unit_test(a_pause_stops_it_and_says_why),
           cmocka_unit_test(what_cannot_happen_is_a_flaw),
           cmocka_unit_test(beyond_what_was_announced_it_is_provisional),
           cmocka_unit_test(random_histories_read_as_minute_by_minute))

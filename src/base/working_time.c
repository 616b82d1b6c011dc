#include "base/working_time.h"

#include <stdlib.h>

enum { FIRST_YEAR = 2000, LAST_YEAR = 2099, DAY_SECONDS = 86400, DAY_RULES = DAY_AFTERNOON + 1 };

/* What is worked on a day of one kind. */
struct shift {
    struct office_span spans[OFFICE_SPANS_MAX];
    size_t count;
    int64_t seconds;
};

enum shift_kind { SHIFT_NONE, SHIFT_FULL, SHIFT_MORNING, SHIFT_AFTERNOON, SHIFT_KINDS };

struct working_time {
    int64_t offset; /* seconds east of Greenwich */
    struct date first, known_from, known_to;
    int32_t day_count;
    struct shift shifts[SHIFT_KINDS];
    int64_t *before;                  /* working seconds before each day, and after the last one */
    unsigned char *shift;             /* enum shift_kind of each day */
    struct day_exception *exceptions; /* by day */
    size_t exception_count;
};

static void shift_make(struct shift *shift, const struct office_hours *hours, int from, int to)
{
    for (size_t i = 0; i < hours->count; i++) {
        struct office_span span = hours->spans[i];
        span.from = span.from < from ? from : span.from;
        span.to = span.to > to ? to : span.to;
        if (span.from >= span.to)
            continue;
        shift->spans[shift->count++] = span;
        shift->seconds += (span.to - span.from) * (int64_t)60;
    }
}

static bool hours_are_good(const struct office_hours *hours)
{
    int last = 0;
    if (hours->round_the_clock)
        return hours->count == 0;
    for (size_t i = 0; i < hours->count; i++) {
        if (hours->spans[i].from < last || hours->spans[i].to <= hours->spans[i].from)
            return false;
        last = hours->spans[i].to;
    }
    return hours->count > 0 && hours->count <= OFFICE_SPANS_MAX && last <= DAY_MINUTES;
}

static int by_date(const void *a, const void *b)
{
    const struct day_exception *one = a, *other = b;
    return (one->date.days > other->date.days) - (one->date.days < other->date.days);
}

static bool exceptions_take(struct working_time *time, struct arena *arena,
                            const struct day_exception *exceptions, size_t count)
{
    int year, month, day;
    time->exceptions = arena_array(arena, count + 1, sizeof(*time->exceptions));
    time->exception_count = count;
    if (count)
        memcpy(time->exceptions, exceptions, count * sizeof(*exceptions));
    qsort(time->exceptions, count, sizeof(*time->exceptions), by_date);
    for (size_t i = 1; i < count; i++)
        if (time->exceptions[i].date.days == time->exceptions[i - 1].date.days)
            return false;
    time->known_from = time->known_to = DATE_NONE;
    if (!count)
        return true;
    date_split(time->exceptions[0].date, &year, &month, &day);
    time->known_from = date_of(year, 1, 1);
    date_split(time->exceptions[count - 1].date, &year, &month, &day);
    time->known_to = date_of(year, 12, 31);
    return true;
}

/* 1970-01-01 was a Thursday. */
static bool is_weekend(struct date date)
{
    int32_t weekday = ((date.days + 3) % 7 + 7) % 7; /* 0 = Monday */
    return weekday >= 5;
}

static enum shift_kind shift_of(const struct day_exception *exception, struct date date)
{
    static const enum shift_kind shifts[DAY_RULES] = {[DAY_HOLIDAY] = SHIFT_NONE,
                                                      [DAY_WORKDAY] = SHIFT_FULL,
                                                      [DAY_MORNING] = SHIFT_MORNING,
                                                      [DAY_AFTERNOON] = SHIFT_AFTERNOON};
    if (exception && exception->rule != DAY_BY_WEEK)
        return shifts[exception->rule];
    return is_weekend(date) ? SHIFT_NONE : SHIFT_FULL;
}

struct working_time *working_time_new(struct arena *arena, struct office_hours hours,
                                      const struct day_exception *exceptions, size_t count,
                                      int utc_offset_minutes)
{
    struct working_time *time = ARENA_NEW(arena, struct working_time);
    if (!hours_are_good(&hours) || !exceptions_take(time, arena, exceptions, count))
        return NULL;
    bool always = hours.round_the_clock;
    if (always)
        hours = (struct office_hours){.spans = {{0, DAY_MINUTES}}, .count = 1};
    shift_make(&time->shifts[SHIFT_FULL], &hours, 0, DAY_MINUTES);
    shift_make(&time->shifts[SHIFT_MORNING], &hours, 0, NOON_MINUTE);
    shift_make(&time->shifts[SHIFT_AFTERNOON], &hours, NOON_MINUTE, DAY_MINUTES);
    time->offset = utc_offset_minutes * (int64_t)60;
    time->first = date_of(FIRST_YEAR, 1, 1);
    time->day_count = date_of(LAST_YEAR + 1, 1, 1).days - time->first.days;
    time->before = arena_array(arena, (size_t)time->day_count + 1, sizeof(*time->before));
    time->shift = arena_array(arena, (size_t)time->day_count, 1);
    for (int32_t i = 0; i < time->day_count; i++) {
        struct date date = {time->first.days + i};
        enum shift_kind kind =
            always ? SHIFT_FULL : shift_of(working_time_exception(time, date), date);
        time->shift[i] = (unsigned char)kind;
        time->before[i + 1] = time->before[i] + time->shifts[kind].seconds;
    }
    if (always) /* no calendar can change that */
        time->known_from = time->first, time->known_to = date_of(LAST_YEAR, 12, 31);
    return time;
}

/* --- Days ----------------------------------------------------------------------------------- */

struct date working_time_date(const struct working_time *time, struct instant at)
{
    return date_at(at, (int)(time->offset / 60));
}

struct instant working_time_midnight(const struct working_time *time, struct date date)
{
    return (struct instant){date.days * (int64_t)DAY_SECONDS - time->offset};
}

static const struct shift *shift_on(const struct working_time *time, struct date date)
{
    int32_t day = date.days - time->first.days;
    return &time->shifts[day < 0 || day >= time->day_count ? SHIFT_NONE : time->shift[day]];
}

const struct day_exception *working_time_exception(const struct working_time *time,
                                                   struct date date)
{
    size_t low = 0, high = time->exception_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (time->exceptions[middle].date.days < date.days)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < time->exception_count && time->exceptions[low].date.days == date.days;
    return found ? &time->exceptions[low] : NULL;
}

size_t working_time_spans(const struct working_time *time, struct date date,
                          struct office_span spans[OFFICE_SPANS_MAX])
{
    const struct shift *shift = shift_on(time, date);
    memcpy(spans, shift->spans, sizeof(shift->spans));
    return shift->count;
}

bool working_time_is_workday(const struct working_time *time, struct date date)
{
    return shift_on(time, date)->count > 0;
}

int64_t working_time_day(const struct working_time *time)
{
    return time->shifts[SHIFT_FULL].seconds;
}

bool working_time_is_provisional(const struct working_time *time, struct date from, struct date to)
{
    return !date_known(time->known_from) || from.days < time->known_from.days ||
           to.days > time->known_to.days;
}

/* --- Seconds -------------------------------------------------------------------------------- */

/* Working seconds from the beginning of time up to an instant. */
static int64_t worked_until(const struct working_time *time, struct instant at)
{
    int64_t local = at.seconds + time->offset - time->first.days * (int64_t)DAY_SECONDS;
    if (local <= 0)
        return 0;
    int64_t day = local / DAY_SECONDS;
    if (day >= time->day_count)
        return time->before[time->day_count];
    int64_t second = local % DAY_SECONDS, worked = time->before[day];
    const struct shift *shift = &time->shifts[time->shift[day]];
    for (size_t i = 0; i < shift->count; i++) {
        int64_t from = shift->spans[i].from * (int64_t)60, to = shift->spans[i].to * (int64_t)60;
        if (second > from)
            worked += (second < to ? second : to) - from;
    }
    return worked;
}

int64_t working_time_between(const struct working_time *time, struct instant from,
                             struct instant to)
{
    return from.seconds >= to.seconds ? 0 : worked_until(time, to) - worked_until(time, from);
}

/* The day in which the sum of working seconds reaches `worked`, which is more than nothing. */
static int32_t day_reaching(const struct working_time *time, int64_t worked)
{
    int32_t low = 0, high = time->day_count - 1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (time->before[middle + 1] < worked)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct instant working_time_add(const struct working_time *time, struct instant from,
                                int64_t seconds)
{
    if (seconds <= 0)
        return from;
    int64_t worked = worked_until(time, from);
    if (seconds > time->before[time->day_count] - worked)
        return INSTANT_NONE;
    worked += seconds;
    int32_t day = day_reaching(time, worked);
    int64_t left = worked - time->before[day];
    const struct shift *shift = &time->shifts[time->shift[day]];
    struct instant midnight = working_time_midnight(time, (struct date){time->first.days + day});
    for (size_t i = 0; i < shift->count; i++) {
        int64_t length = (shift->spans[i].to - shift->spans[i].from) * (int64_t)60;
        if (left <= length)
            return (struct instant){midnight.seconds + shift->spans[i].from * (int64_t)60 + left};
        left -= length;
    }
    return INSTANT_NONE; /* not reached: the day has what its sum says */
}

struct instant working_time_opening(const struct working_time *time, struct date date)
{
    struct instant midnight = working_time_midnight(time, date);
    struct instant first = working_time_add(time, midnight, 1);
    return first.seconds == INSTANT_NONE.seconds ? first : (struct instant){first.seconds - 1};
}

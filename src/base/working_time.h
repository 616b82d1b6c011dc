/* Working time: which seconds count, by office hours and a calendar of holidays and make-up
 * workdays (法定节假日与调休).
 *
 * A table of running sums, one row a day, answers "how much working time lies between" at once, and
 * "when is so much of it over" by looking one day up. Days beyond the calendar that was announced
 * go by the week alone; what rests on them is provisional. */
#ifndef BASE_WORKING_TIME_H
#define BASE_WORKING_TIME_H

#include "base/arena.h"
#include "base/date.h"

/* What an announcement makes of a day. */
enum day_rule {
    DAY_BY_WEEK, /* Monday to Friday are worked */
    DAY_HOLIDAY,
    DAY_WORKDAY,  /* a weekend that is worked instead */
    DAY_MORNING,  /* worked until noon only */
    DAY_AFTERNOON /* worked from noon on */
};
struct day_exception {
    struct date date;
    enum day_rule rule;
    struct str name; /* 国庆节 */
};

/* Minutes since midnight, from < to; ascending, without overlap. */
struct office_span {
    int from, to;
};
enum { OFFICE_SPANS_MAX = 4, NOON_MINUTE = 12 * 60, DAY_MINUTES = 24 * 60 };
struct office_hours {
    struct office_span spans[OFFICE_SPANS_MAX];
    size_t count;
    bool round_the_clock; /* every day counts whole, as a duty office works; no spans then */
};

struct working_time;

/* In the arena. The exceptions are in any order, one a day; their names are kept. NULL when the
 * hours or the exceptions contradict themselves. Covers 2000 to 2099: outside of that no time
 * counts. */
struct working_time *working_time_new(struct arena *arena, struct office_hours hours,
                                      const struct day_exception *exceptions, size_t count,
                                      int utc_offset_minutes);

/* Seconds of working time in [from, to); 0 when `to` is not later. */
int64_t working_time_between(const struct working_time *time, struct instant from,
                             struct instant to);
/* The first instant by which `seconds` of working time have passed since `from` (`from` itself for
 * none); INSTANT_NONE when that is past 2099. */
struct instant working_time_add(const struct working_time *time, struct instant from,
                                int64_t seconds);
/* Seconds of a full workday: what "one workday" means as a limit. */
int64_t working_time_day(const struct working_time *time);
/* The first working instant of a day, or of the next day that has one. */
struct instant working_time_opening(const struct working_time *time, struct date date);
bool working_time_is_workday(const struct working_time *time, struct date date);
/* Where the city is. */
struct date working_time_date(const struct working_time *time, struct instant at);
struct instant working_time_midnight(const struct working_time *time, struct date date);
/* Does what is computed over these days rest on a calendar that nobody has announced yet? Announced
 * are the years from the first exception's to the last one's. */
bool working_time_is_provisional(const struct working_time *time, struct date from, struct date to);
/* The exception of a day, or NULL. */
const struct day_exception *working_time_exception(const struct working_time *time,
                                                   struct date date);
/* The spans that are worked on a day, as minutes; at most OFFICE_SPANS_MAX. */
size_t working_time_spans(const struct working_time *time, struct date date,
                          struct office_span spans[OFFICE_SPANS_MAX]);

#endif

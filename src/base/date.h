/* Days, instants and statistical periods. The calendar is the proleptic Gregorian one. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/buf.h"

/* A day, as days since 1970-01-01. */
struct date {
    int32_t days;
};
#define DATE_NONE ((struct date){INT32_MIN})
#define DATE_TEXT 11 /* bytes for "2026-03-03" with its NUL */

/* A moment, as seconds since 1970-01-01T00:00:00Z. */
struct instant {
    int64_t seconds;
};
#define INSTANT_NONE ((struct instant){INT64_MIN})

static inline bool date_known(struct date date)
{
    return date.days != INT32_MIN;
}

struct date date_of(int year, int month, int day);
void date_split(struct date date, int *year, int *month, int *day);
/* Reads exactly "YYYY-MM-DD" of an existing day between the years 1000 and 9999. */
bool date_parse(struct str text, struct date *date);
void date_print(struct date date, char text[DATE_TEXT]);
/* The same day `months` later; where that month is shorter, its last day. */
struct date date_add_months(struct date date, int months);
/* The day at `offset_minutes` east of Greenwich. */
struct date date_at(struct instant instant, int offset_minutes);
/* "2026-03-03T08:00:00Z" */
void instant_print(struct buf *out, struct instant instant);
bool instant_parse(struct str text, struct instant *instant);

/* What a figure is valid for: a point in time or a stretch of days.
 *   2021 · 2021Q3 · 2021-10 · 2021-12-31 · A/B (from the start of A to the end of B)
 *   ../B (from an unknown start) · A/.. (to an unknown end) */
enum period_kind {
    PERIOD_YEAR,
    PERIOD_QUARTER,
    PERIOD_MONTH,
    PERIOD_DAY,
    PERIOD_RANGE,
    PERIOD_OPEN
};
struct period {
    enum period_kind kind;
    struct date start, end; /* inclusive; DATE_NONE where open */
};
bool period_parse(struct str text, struct period *period);
/* The day by which the figure's time is over: `end`, or `start` where the end is open. */
struct date period_last(struct period period);
/* Reads "2026-03-03", "2024-12" or "2023" and gives the last day that can be meant. */
bool publication_parse(struct str text, struct date *last);

#endif

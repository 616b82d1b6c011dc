#include "modules/collection/periods.h"

const char *const rhythm_names[] = {"daily",  "weekly", "monthly", "quarterly",
                                    "yearly", "once",   NULL};

static struct date day_after(struct date day, int64_t days)
{
    return (struct date){(int32_t)(day.days + days)};
}

/* 0 = Monday. 1970-01-01 was a Thursday. */
static int weekday(struct date day)
{
    return ((day.days + 3) % 7 + 7) % 7;
}

struct working_time *workdays_new(struct arena *arena, const struct day_exception *exceptions,
                                  size_t count)
{
    /* Of a day that is worked every minute counts, so that days can be counted by their seconds. */
    struct office_hours hours = {.spans = {{0, DAY_MINUTES}}, .count = 1};
    return working_time_new(arena, hours, exceptions, count, 0);
}

struct date workday_after(const struct working_time *workdays, struct date day, int64_t count)
{
    if (count <= 0)
        return day;
    struct instant from = working_time_midnight(workdays, day_after(day, 1));
    struct instant end = working_time_add(workdays, from, count * working_time_day(workdays));
    return working_time_date(workdays, (struct instant){end.seconds - 1});
}

/* --- Periods -------------------------------------------------------------------------------- */

static int months_of(enum rhythm rhythm)
{
    return rhythm == RHYTHM_YEARLY ? 12 : rhythm == RHYTHM_QUARTERLY ? 3 : 1;
}

/* The first day of the period that `day` lies in. */
static struct date start_of(const struct due_rule *rule, struct date day)
{
    int year, month, of_month, length = months_of(rule->rhythm);
    switch (rule->rhythm) {
    case RHYTHM_DAILY:
        return day;
    case RHYTHM_WEEKLY:
        return day_after(day, -weekday(day));
    case RHYTHM_ONCE:
        return rule->starts_on;
    case RHYTHM_MONTHLY:
    case RHYTHM_QUARTERLY:
    case RHYTHM_YEARLY:
        break;
    }
    date_split(day, &year, &month, &of_month);
    return date_of(year, month - (month - 1) % length, 1);
}

static struct date end_of(enum rhythm rhythm, struct date start)
{
    switch (rhythm) {
    case RHYTHM_DAILY:
    case RHYTHM_ONCE:
        return start;
    case RHYTHM_WEEKLY:
        return day_after(start, 6);
    case RHYTHM_MONTHLY:
    case RHYTHM_QUARTERLY:
    case RHYTHM_YEARLY:
        break;
    }
    return day_after(date_add_months(start, months_of(rhythm)), -1);
}

bool period_from(const struct due_rule *rule, const struct working_time *workdays, struct date day,
                 struct due_period *period)
{
    struct date start = start_of(rule, rule->starts_on);
    if (day.days > start.days && rule->rhythm == RHYTHM_ONCE)
        return false;
    if (day.days > start.days) {
        start = start_of(rule, day);
        if (start.days < day.days)
            start = day_after(end_of(rule->rhythm, start), 1);
    }
    if (date_known(rule->ends_on) && start.days > rule->ends_on.days)
        return false;
    period->start = start;
    period->end = end_of(rule->rhythm, start);
    period->due = rule->in_workdays ? workday_after(workdays, period->end, rule->days)
                                    : day_after(period->end, rule->days);
    return true;
}

struct str period_name(struct arena *arena, enum rhythm rhythm, const struct due_period *period)
{
    char start[DATE_TEXT], end[DATE_TEXT];
    int year, month, day;
    date_split(period->start, &year, &month, &day);
    date_print(period->start, start);
    date_print(period->end, end);
    switch (rhythm) {
    case RHYTHM_DAILY:
    case RHYTHM_ONCE:
        break;
    case RHYTHM_WEEKLY:
        return arena_print(arena, "%s/%s", start, end);
    case RHYTHM_MONTHLY:
        return arena_print(arena, "%04d-%02d", year, month);
    case RHYTHM_QUARTERLY:
        return arena_print(arena, "%04dQ%d", year, (month - 1) / 3 + 1);
    case RHYTHM_YEARLY:
        return arena_print(arena, "%04d", year);
    }
    return arena_str(arena, str_of(start));
}

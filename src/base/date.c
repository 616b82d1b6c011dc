#include "base/date.h"

#include <assert.h>
#include <stdio.h>

/* Howard Hinnant's day arithmetic: eras of 400 years, years that begin in March. */
struct date date_of(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (struct date){era * 146097 + day_of_era - 719468};
}

void date_split(struct date date, int *year, int *month, int *day)
{
    int z = date.days + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int day_of_era = z - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted + (shifted < 10 ? 3 : -9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly `width` digits at the start of `*rest`, which is advanced. */
static bool digits(struct str *rest, size_t width, int *number)
{
    if (rest->length < width)
        return false;
    *number = 0;
    for (size_t i = 0; i < width; i++) {
        if (rest->data[i] < '0' || rest->data[i] > '9')
            return false;
        *number = *number * 10 + (rest->data[i] - '0');
    }
    *rest = str_skip(*rest, width);
    return true;
}

static bool mark(struct str *rest, char byte)
{
    if (!rest->length || *rest->data != byte)
        return false;
    *rest = str_skip(*rest, 1);
    return true;
}

static bool year_digits(struct str *rest, int *year)
{
    return digits(rest, 4, year) && *year >= 1000;
}

bool date_parse(struct str text, struct date *date)
{
    int year, month, day;
    if (!year_digits(&text, &year) || !mark(&text, '-') || !digits(&text, 2, &month) ||
        !mark(&text, '-') || !digits(&text, 2, &day) || text.length || month < 1 || month > 12 ||
        day < 1 || day > days_in_month(year, month))
        return false;
    *date = date_of(year, month, day);
    return true;
}

void date_print(struct date date, char text[DATE_TEXT])
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    assert(year >= 0 && year <= 9999);
    char wide[40];
    snprintf(wide, sizeof(wide), "%04d-%02d-%02d", year, month, day);
    memcpy(text, wide, DATE_TEXT);
    text[DATE_TEXT - 1] = '\0';
}

struct date date_add_months(struct date date, int months)
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    int count = year * 12 + month - 1 + months;
    year = count / 12 - (count % 12 < 0);
    month = count - year * 12 + 1;
    int last = days_in_month(year, month);
    return date_of(year, month, day < last ? day : last);
}

struct date date_at(struct instant instant, int offset_minutes)
{
    int64_t seconds = instant.seconds + (int64_t)offset_minutes * 60;
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    return (struct date){(int32_t)days};
}

void instant_print(struct buf *out, struct instant instant)
{
    struct date date = date_at(instant, 0);
    int64_t rest = instant.seconds - (int64_t)date.days * 86400;
    char day[DATE_TEXT];
    date_print(date, day);
    buf_print(out, "%sT%02d:%02d:%02dZ", day, (int)(rest / 3600), (int)(rest / 60 % 60),
              (int)(rest % 60));
}

bool instant_parse(struct str text, struct instant *instant)
{
    struct date date;
    int hour, minute, second;
    struct str rest = str_skip(text, 10);
    if (!date_parse(str_first(text, 10), &date) || !mark(&rest, 'T') || !digits(&rest, 2, &hour) ||
        !mark(&rest, ':') || !digits(&rest, 2, &minute) || !mark(&rest, ':') ||
        !digits(&rest, 2, &second) || !mark(&rest, 'Z') || rest.length || hour > 23 ||
        minute > 59 || second > 59)
        return false;
    int of_day = hour * 3600 + minute * 60 + second;
    instant->seconds = (int64_t)date.days * 86400 + of_day;
    return true;
}

static bool simple_period(struct str text, struct period *period)
{
    int year, month, quarter;
    struct str rest = text;
    if (!year_digits(&rest, &year))
        return false;
    if (!rest.length) {
        *period = (struct period){PERIOD_YEAR, date_of(year, 1, 1), date_of(year, 12, 31)};
        return true;
    }
    if (mark(&rest, 'Q')) {
        if (!digits(&rest, 1, &quarter) || rest.length || quarter < 1 || quarter > 4)
            return false;
        int last = quarter * 3;
        *period = (struct period){PERIOD_QUARTER, date_of(year, last - 2, 1),
                                  date_of(year, last, days_in_month(year, last))};
        return true;
    }
    if (!mark(&rest, '-') || !digits(&rest, 2, &month) || month < 1 || month > 12)
        return false;
    if (!rest.length) {
        *period = (struct period){PERIOD_MONTH, date_of(year, month, 1),
                                  date_of(year, month, days_in_month(year, month))};
        return true;
    }
    *period = (struct period){.kind = PERIOD_DAY};
    if (!date_parse(text, &period->start))
        return false;
    period->end = period->start;
    return true;
}

bool period_parse(struct str text, struct period *period)
{
    size_t slash = str_find(text, '/');
    if (slash == text.length)
        return simple_period(text, period);
    struct str from = str_first(text, slash), to = str_skip(text, slash + 1);
    struct period first = {.start = DATE_NONE}, last = {.end = DATE_NONE};
    bool open = str_is(from, "..") || str_is(to, "..");
    if (str_is(from, "..") && str_is(to, ".."))
        return false;
    if ((!str_is(from, "..") && !simple_period(from, &first)) ||
        (!str_is(to, "..") && !simple_period(to, &last)))
        return false;
    *period = (struct period){open ? PERIOD_OPEN : PERIOD_RANGE, first.start, last.end};
    return open || period->start.days <= period->end.days;
}

struct date period_last(struct period period)
{
    return date_known(period.end) ? period.end : period.start;
}

bool publication_parse(struct str text, struct date *last)
{
    struct period period;
    if (!simple_period(text, &period) || period.kind == PERIOD_QUARTER)
        return false;
    *last = period.end;
    return true;
}

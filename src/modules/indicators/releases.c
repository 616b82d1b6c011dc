/* The release calendar: what is due when, by the rules of releases.csv, and whether it is out. */
#include <stdlib.h>

#include "modules/city/city.h"
#include "modules/indicators/internal.h"
#include "releases.sql.h"

enum { RULES_MAX = 1000, LOOK_BACK_MONTHS = 15, LOOK_AHEAD_MONTHS = 12 };

static const struct field release_fields[] = {
    FIELD(struct release, indicator_code, "指标", "Indicator"),
    FIELD(struct release, indicator_name, "指标名", "Name of the indicator"),
    FIELD(struct release, indicator_name_en, "指标英文名", "English name"),
    FIELD(struct release, period_kind, "时期类型", "Kind of period"),
    FIELD(struct release, period, "时期", "Period"),
    FIELD(struct release, status, "发布的是", "What is published"),
    FIELD(struct release, months_after, "期末后几个月", "Months after the period's end"),
    FIELD(struct release, due, "预计发布日", "When it is due"),
    FIELD(struct release, publisher, "发布机构", "Publisher"),
    FIELD(struct release, basis, "依据", "Basis"),
    FIELD(struct release, overdue, "已过预计日，尚未登记", "It is past due and not recorded"),
};
SHAPE(release);

static int months_of(struct str kind)
{
    return str_is(kind, "year") ? 12 : str_is(kind, "quarter") ? 3 : 1;
}

/* The period of the rule's kind that ends in the month before `first`, a first of a month. */
static void name_period(struct arena *arena, struct release *release)
{
    int year, month, day;
    date_split(release->period_end, &year, &month, &day);
    int length = months_of(release->period_kind);
    release->period = length == 12  ? arena_print(arena, "%04d", year)
                      : length == 3 ? arena_print(arena, "%04dQ%d", year, (month - 1) / 3 + 1)
                                    : arena_print(arena, "%04d-%02d", year, month);
}

static enum error is_out(struct ctx *ctx, struct str area_code, const struct release *release,
                         bool *out)
{
    const struct sql *sql =
        str_is(release->status, "final") ? &sql_release_is_out : &sql_release_is_out_early;
    enum error error =
        db_one(ctx, sql,
               ARGS(arg_text("indicator_code", release->indicator_code),
                    arg_text("area_code", area_code), arg_text("period", release->period),
                    arg_date(ctx->arena, "period_end", release->period_end)),
               (struct row){NULL, NULL});
    *out = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

static int by_due(const void *a, const void *b)
{
    const struct release *x = a, *y = b;
    if (x->due.days != y->due.days)
        return x->due.days < y->due.days ? -1 : 1;
    int order =
        memcmp(x->indicator_code.data, y->indicator_code.data,
               x->indicator_code.length < y->indicator_code.length ? x->indicator_code.length
                                                                   : y->indicator_code.length);
    return order ? order : x->period_end.days - y->period_end.days;
}

struct calendar {
    struct release *list;
    size_t count, capacity;
};

static struct release *next_free(struct arena *arena, struct calendar *calendar)
{
    if (calendar->count == calendar->capacity) {
        size_t capacity = calendar->capacity ? calendar->capacity * 2 : 64;
        calendar->list =
            arena_grow(arena, calendar->list, calendar->capacity * sizeof(struct release),
                       capacity * sizeof(struct release));
        calendar->capacity = capacity;
    }
    return &calendar->list[calendar->count];
}

/* Every period of one rule whose day falls into the window and whose value is not out yet. */
static enum error add_rule(struct ctx *ctx, struct str area_code, const struct release *rule,
                           struct calendar *calendar)
{
    int year, month, day, length = months_of(rule->period_kind);
    date_split(ctx->today, &year, &month, &day);
    struct date this_month = date_of(year, month, 1);
    for (int shift = -LOOK_BACK_MONTHS; shift <= LOOK_AHEAD_MONTHS; shift++) {
        struct date due_month = date_add_months(this_month, shift);
        struct date first = date_add_months(due_month, 1 - (int)rule->months_after);
        int first_year, first_month;
        date_split(first, &first_year, &first_month, &day);
        if ((first_month - 1) % length != 0)
            continue; /* no such period ends with the month before */
        struct release *release = next_free(ctx->arena, calendar);
        *release = *rule;
        release->period_end = (struct date){first.days - 1};
        release->due = (struct date){date_add_months(due_month, 1).days - 1};
        release->overdue = release->due.days < ctx->today.days;
        name_period(ctx->arena, release);
        bool out;
        enum error error = is_out(ctx, area_code, release, &out);
        if (error)
            return error;
        calendar->count += !out;
    }
    return E_OK;
}

enum error releases_due(struct ctx *ctx, struct str area_code, struct records *releases)
{
    struct records rules;
    struct calendar calendar = {NULL, 0, 0};
    enum error error = db_all(ctx, &sql_release_rules, NO_ARGS, &release_shape, RULES_MAX, &rules);
    const struct release *list = rules.items;
    for (size_t i = 0; !error && i < rules.count; i++)
        error = add_rule(ctx, area_code, &list[i], &calendar);
    if (error)
        return error;
    if (calendar.count)
        qsort(calendar.list, calendar.count, sizeof(*calendar.list), by_due);
    *releases = (struct records){calendar.list, calendar.count};
    return E_OK;
}

enum error releases_around(struct ctx *ctx, struct str area_code, size_t overdue, size_t upcoming,
                           struct records *releases)
{
    struct records all;
    enum error error = releases_due(ctx, area_code, &all);
    if (error)
        return error;
    const struct release *list = all.items;
    size_t next = 0;
    while (next < all.count && list[next].overdue)
        next++;
    size_t first = next > overdue ? next - overdue : 0;
    size_t end = all.count - next > upcoming ? next + upcoming : all.count;
    *releases = (struct records){list + first, end - first};
    return E_OK;
}

struct release_page {
    struct records items;
};
static const struct field release_page_fields[] = {
    FIELD(struct release_page, items, "待发布", "What is due", .of = &release_shape),
};
static const SHAPE(release_page);

SHARED_HANDLER(release_list, nothing, release_page)
{
    struct str area_code;
    enum error error = city_setting(ctx, "root_area", &area_code);
    (void)in;
    return error ? error : releases_due(ctx, area_code, &out->items);
}

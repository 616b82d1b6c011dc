#include "base/work_clock.h"

#include <assert.h>

const int clock_mark_percent[CLOCK_MARKS] = {50, 80, 100};

static bool is_known(struct instant at)
{
    return at.seconds != INSTANT_NONE.seconds;
}

/* What each event makes of the state; the state itself = it cannot happen then. */
static enum clock_state after(enum clock_state state, enum clock_event_kind kind)
{
    static const enum clock_state running[] = {[CLOCK_PAUSE] = CLOCK_PAUSED,
                                               [CLOCK_LIMIT] = CLOCK_RUNNING,
                                               [CLOCK_STOP] = CLOCK_STOPPED,
                                               [CLOCK_START] = CLOCK_IDLE,
                                               [CLOCK_RESUME] = CLOCK_IDLE};
    static const enum clock_state paused[] = {[CLOCK_RESUME] = CLOCK_RUNNING,
                                              [CLOCK_LIMIT] = CLOCK_PAUSED,
                                              [CLOCK_STOP] = CLOCK_STOPPED,
                                              [CLOCK_START] = CLOCK_IDLE,
                                              [CLOCK_PAUSE] = CLOCK_IDLE};
    if (state == CLOCK_RUNNING)
        return running[kind];
    if (state == CLOCK_PAUSED)
        return paused[kind];
    return state == CLOCK_IDLE && kind == CLOCK_START ? CLOCK_RUNNING : CLOCK_IDLE;
}

size_t work_clock_flaw(const struct work_clock *clock)
{
    enum clock_state state = CLOCK_IDLE;
    for (size_t i = 0; i < clock->event_count; i++) {
        const struct clock_event *event = &clock->events[i];
        bool sets_limit = event->kind == CLOCK_START || event->kind == CLOCK_LIMIT;
        state = after(state, event->kind);
        if (state == CLOCK_IDLE || (sets_limit && event->limit <= 0) ||
            (i && event->at.seconds < clock->events[i - 1].at.seconds))
            return i;
    }
    return clock->event_count;
}

/* --- Where it begins ------------------------------------------------------------------------ */

static struct instant next_day(const struct work_clock *clock, struct date date)
{
    return working_time_opening(clock->time, (struct date){date.days + 1});
}

/* The half in which it came does not count; what comes after hours has no half of its day left. */
static struct instant next_half(const struct work_clock *clock, struct date date, int64_t minute)
{
    if (minute >= NOON_MINUTE || !working_time_is_workday(clock->time, date))
        return next_day(clock, date);
    struct instant noon = {working_time_midnight(clock->time, date).seconds +
                           NOON_MINUTE * INT64_C(60)};
    struct instant first = working_time_add(clock->time, noon, 1);
    return is_known(first) ? (struct instant){first.seconds - 1} : first;
}

static struct instant counts_from(const struct work_clock *clock, struct instant at)
{
    struct date date = working_time_date(clock->time, at);
    int64_t minute = (at.seconds - working_time_midnight(clock->time, date).seconds) / 60;
    if (clock->start_rule == START_NEXT_DAY ||
        (clock->cutoff_minute && minute >= clock->cutoff_minute))
        return next_day(clock, date);
    return clock->start_rule == START_NEXT_HALF ? next_half(clock, date, minute) : at;
}

/* --- Reading -------------------------------------------------------------------------------- */

static struct instant later(struct instant a, struct instant b)
{
    return a.seconds > b.seconds ? a : b;
}

/* The stretches in which the clock runs, one after the other. */
struct walk {
    const struct work_clock *clock;
    struct instant now, counts_from;
    size_t next; /* event */
    enum clock_state state;
    int64_t limit;
};

static bool happened(const struct walk *walk)
{
    return walk->next < walk->clock->event_count &&
           walk->clock->events[walk->next].at.seconds <= walk->now.seconds;
}

static void take_event(struct walk *walk)
{
    const struct clock_event *event = &walk->clock->events[walk->next++];
    walk->state = after(walk->state, event->kind);
    assert(walk->state != CLOCK_IDLE);
    if (event->kind == CLOCK_START)
        walk->counts_from = counts_from(walk->clock, event->at);
    if (event->kind == CLOCK_START || event->kind == CLOCK_LIMIT)
        walk->limit = event->limit;
}

static bool next_run(struct walk *walk, struct instant *from, struct instant *to)
{
    while (walk->state != CLOCK_RUNNING && happened(walk))
        take_event(walk);
    if (walk->state != CLOCK_RUNNING || !walk->next)
        return false;
    *from = later(walk->clock->events[walk->next - 1].at, walk->counts_from);
    while (walk->state == CLOCK_RUNNING && happened(walk))
        take_event(walk);
    bool ended = walk->state != CLOCK_RUNNING;
    *to = later(ended ? walk->clock->events[walk->next - 1].at : walk->now, *from);
    if (!ended)
        walk->state = CLOCK_IDLE; /* it runs on: no other stretch */
    return true;
}

/* When `seconds` were over: in a stretch that has been, or in the one that runs on. */
static struct instant reached(const struct work_clock *clock, struct instant now, bool runs_on,
                              int64_t seconds)
{
    struct walk walk = {.clock = clock, .now = now};
    struct instant from, to;
    int64_t left = seconds;
    while (next_run(&walk, &from, &to)) {
        int64_t length = working_time_between(clock->time, from, to);
        bool last = walk.state == CLOCK_IDLE;
        if (left <= length || (last && runs_on))
            return working_time_add(clock->time, from, left);
        left -= length;
    }
    return INSTANT_NONE;
}

/* Did it run after that? A pause at the very end of the limit is in time. */
static bool ran_past(const struct work_clock *clock, struct instant now, struct instant due)
{
    struct walk walk = {.clock = clock, .now = now};
    struct instant from, to;
    while (is_known(due) && next_run(&walk, &from, &to))
        if (to.seconds > due.seconds && to.seconds > from.seconds)
            return true;
    return false;
}

static struct instant extended(const struct work_clock *clock, struct instant due)
{
    const struct working_time *time = clock->extends_over;
    if (!time || !is_known(due))
        return due;
    struct date last = working_time_date(time, (struct instant){due.seconds - 1});
    if (working_time_is_workday(time, last))
        return due;
    struct instant opens = working_time_opening(time, last);
    if (!is_known(opens))
        return due;
    struct date next = working_time_date(time, opens);
    return working_time_midnight(time, (struct date){next.days + 1});
}

struct clock_reading work_clock_read(const struct work_clock *clock, struct instant now)
{
    struct clock_reading reading = {.counts_from = INSTANT_NONE};
    struct walk walk = {.clock = clock, .now = now};
    struct instant from, to, last = now;
    while (happened(&walk))
        take_event(&walk);
    for (size_t i = 0; i < CLOCK_MARKS; i++)
        reading.marks[i] = INSTANT_NONE;
    reading.state = walk.state;
    if (walk.state == CLOCK_IDLE)
        return reading;
    reading.limit = walk.limit;
    reading.counts_from = walk.counts_from;
    struct walk runs = {.clock = clock, .now = now};
    while (next_run(&runs, &from, &to))
        reading.elapsed += working_time_between(clock->time, from, to);
    for (size_t i = 0; i < CLOCK_MARKS; i++) {
        int64_t share = (reading.limit * clock_mark_percent[i] + 99) / 100;
        reading.marks[i] = reached(clock, now, reading.state == CLOCK_RUNNING, share);
        if (i == CLOCK_MARKS - 1)
            reading.marks[i] = extended(clock, reading.marks[i]);
        if (is_known(reading.marks[i]))
            last = later(last, reading.marks[i]);
    }
    reading.overdue = ran_past(clock, now, reading.marks[CLOCK_MARKS - 1]);
    if (reading.state == CLOCK_STOPPED)
        last = clock->events[walk.next - 1].at;
    reading.provisional = working_time_is_provisional(
        clock->extends_over ? clock->extends_over : clock->time,
        working_time_date(clock->time, clock->events[0].at), working_time_date(clock->time, last));
    return reading;
}

/* --- Explaining ----------------------------------------------------------------------------- */

struct account_of {
    const struct work_clock *clock;
    struct clock_stretch *stretches;
    size_t count;
    bool whole;
};

static void say(struct account_of *account, struct clock_stretch stretch)
{
    struct clock_stretch *before = account->count ? &account->stretches[account->count - 1] : NULL;
    if (stretch.from.seconds >= stretch.to.seconds || !account->whole)
        return;
    if (before && before->why == stretch.why && str_equal(before->name, stretch.name) &&
        before->provisional == stretch.provisional) {
        before->to = stretch.to;
        return;
    }
    account->whole = account->count < CLOCK_STRETCHES_MAX;
    if (account->whole)
        account->stretches[account->count++] = stretch;
}

static struct instant bounded(struct instant at, struct instant from, struct instant to)
{
    return at.seconds < from.seconds ? from : at.seconds > to.seconds ? to : at;
}

/* One day, or its part [from, to): what is worked of it counts, the rest says why it does not. */
static void say_day(struct account_of *account, struct date date, struct instant from,
                    struct instant to)
{
    const struct working_time *time = account->clock->time;
    const struct day_exception *exception = working_time_exception(time, date);
    struct str name = exception ? exception->name : STR_NONE;
    bool provisional = working_time_is_provisional(time, date, date);
    struct office_span spans[OFFICE_SPANS_MAX];
    size_t count = working_time_spans(time, date, spans);
    if (!count) {
        bool holiday = exception && exception->rule == DAY_HOLIDAY;
        say(account, (struct clock_stretch){from, to, holiday ? WHY_HOLIDAY : WHY_WEEKEND, name,
                                            provisional});
        return;
    }
    struct instant midnight = working_time_midnight(time, date), at = from;
    for (size_t i = 0; i < count; i++) {
        struct instant opens = {midnight.seconds + spans[i].from * (int64_t)60};
        struct instant closes = {midnight.seconds + spans[i].to * (int64_t)60};
        opens = bounded(opens, at, to);
        closes = bounded(closes, at, to);
        say(account, (struct clock_stretch){at, opens, WHY_OUTSIDE_HOURS, STR_NONE, provisional});
        say(account, (struct clock_stretch){opens, closes, WHY_COUNTED, name, provisional});
        at = closes;
    }
    say(account, (struct clock_stretch){at, to, WHY_OUTSIDE_HOURS, STR_NONE, provisional});
}

static void say_run(struct account_of *account, struct instant from, struct instant to)
{
    const struct working_time *time = account->clock->time;
    while (from.seconds < to.seconds && account->whole) {
        struct date date = working_time_date(time, from);
        struct instant next = working_time_midnight(time, (struct date){date.days + 1});
        next = bounded(next, from, to);
        say_day(account, date, from, next);
        from = next;
    }
}

const struct clock_stretch *work_clock_explain(const struct work_clock *clock, struct instant now,
                                               struct arena *arena, size_t *count, bool *whole)
{
    struct account_of account = {.clock = clock, .whole = true};
    struct walk walk = {.clock = clock, .now = now};
    account.stretches = arena_array(arena, CLOCK_STRETCHES_MAX, sizeof(*account.stretches));
    struct str reason = STR_NONE;
    while (happened(&walk)) {
        take_event(&walk);
        const struct clock_event *event = &clock->events[walk.next - 1];
        if (event->kind == CLOCK_PAUSE)
            reason = event->reason;
        if (walk.state == CLOCK_STOPPED)
            break;
        struct instant from = event->at, to = happened(&walk) ? clock->events[walk.next].at : now;
        if (walk.state == CLOCK_PAUSED) {
            say(&account, (struct clock_stretch){from, to, WHY_PAUSED, reason, false});
            continue;
        }
        struct instant begins = bounded(walk.counts_from, from, to);
        say(&account, (struct clock_stretch){from, begins, WHY_NOT_YET, STR_NONE, false});
        say_run(&account, begins, to);
    }
    *count = account.count;
    *whole = account.whole;
    return account.stretches;
}

/* --- Limits --------------------------------------------------------------------------------- */

int64_t limit_seconds(const struct working_time *time, int64_t amount, enum limit_unit unit)
{
    switch (unit) {
    case LIMIT_MINUTES:
        return amount * 60;
    case LIMIT_HALF_DAYS:
        return amount * working_time_day(time) / 2;
    case LIMIT_WORKDAYS:
    case LIMIT_NATURAL_DAYS:
        break;
    }
    return amount * working_time_day(time);
}

/* How many clocks are read in a second of the thread's own time: random histories in a city's
 * calendar, office hours with a break at noon, each asked at a random moment; and how many of them
 * are explained whole.   clock [SECONDS] */
#include "base/work_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CLOCKS = 4096, EVENTS = 6, DAY = 86400, BEGIN = 20089 /* 2025-01-01 */ };

static uint64_t state = 20261125;

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static double own_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Started, paused and resumed twice, sometimes with another limit; over weeks. */
static void make(struct work_clock *clock, struct clock_event *events,
                 const struct working_time *time)
{
    static const enum clock_event_kind kinds[EVENTS] = {CLOCK_START, CLOCK_PAUSE, CLOCK_RESUME,
                                                        CLOCK_LIMIT, CLOCK_PAUSE, CLOCK_RESUME};
    int64_t at = (BEGIN + (int64_t)draw(600)) * DAY + (int64_t)draw(DAY);
    *clock = (struct work_clock){.time = time,
                                 .start_rule = (enum start_rule)draw(3),
                                 .events = events,
                                 .event_count = 1 + draw(EVENTS)};
    for (size_t i = 0; i < EVENTS; i++) {
        events[i] = (struct clock_event){.kind = kinds[i],
                                         .at = {at},
                                         .limit = (int64_t)(1 + draw(30)) * 7 * 3600,
                                         .reason = STR("补件")};
        at += (int64_t)draw(10 * (uint64_t)DAY);
    }
}

int main(int count, char **words)
{
    static struct work_clock clocks[CLOCKS];
    static struct clock_event events[CLOCKS][EVENTS];
    static const struct day_exception holidays[] = {
        {{BEGIN}, DAY_HOLIDAY, STR_INIT("元旦")},
        {{BEGIN + 27}, DAY_HOLIDAY, STR_INIT("春节")},
        {{BEGIN + 38}, DAY_WORKDAY, STR_INIT("春节调休")},
        {{BEGIN + 273}, DAY_HOLIDAY, STR_INIT("国庆节")},
        {{BEGIN + 640}, DAY_HOLIDAY, STR_INIT("国庆节")}};
    const struct office_hours hours = {.spans = {{9 * 60, 12 * 60}, {14 * 60, 18 * 60}},
                                       .count = 2};
    double seconds = count > 1 ? strtod(words[1], NULL) : 3;
    struct arena arena = {0};
    const struct working_time *time =
        working_time_new(&arena, hours, holidays, COUNT(holidays), 480);
    int64_t sum = 0; /* so that nothing is left out */
    for (size_t i = 0; i < CLOCKS; i++)
        make(&clocks[i], events[i], time);
    double began = own_time(), took;
    size_t read = 0;
    do
        for (size_t i = 0; i < CLOCKS; i++, read++) {
            const struct work_clock *clock = &clocks[i];
            struct instant now = {clock->events[0].at.seconds + (int64_t)draw(90 * (uint64_t)DAY)};
            sum += work_clock_read(clock, now).elapsed;
        }
    while ((took = own_time() - began) < seconds);
    double reads = (double)read / took;
    size_t explained = 0;
    began = own_time();
    do
        for (size_t i = 0; i < CLOCKS / 16; i++, explained++) {
            struct arena own = {0};
            size_t stretches;
            bool whole;
            struct instant now = {clocks[i].events[0].at.seconds + 30 * (int64_t)DAY};
            sum += work_clock_explain(&clocks[i], now, &own, &stretches, &whole)->from.seconds;
            arena_free(&own);
        }
    while ((took = own_time() - began) < seconds / 3);
    printf("%.0f %.0f\n", reads, (double)explained / took);
    arena_free(&arena);
    return sum == 0;
}

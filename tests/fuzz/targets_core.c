/* What is made of cells, settings, office hours, clocks and stored files. */
#include <assert.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sniff.h"
#include "base/utf8.h"
#include "base/work_clock.h"
#include "core/config.h"
#include "core/file_mend.h"
#include "core/import_cell.h"
#include "core/target.h"
#include "fuzz/targets_inside.h"

static int file_of(const uint8_t *data, size_t size)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    assert(file >= 0 && write(file, data, size) == (ssize_t)size);
    return file;
}

/* --- Cells ---------------------------------------------------------------------------------- */

static const struct shape *shape_of(uint8_t number)
{
    const struct shape *shapes[64];
    size_t count = 0;
    for (size_t m = 0; m < module_count; m++)
        for (const struct import_target *const *is = modules[m]->imports; is && *is; is++)
            if (count < COUNT(shapes))
                shapes[count++] = (*is)->shape;
    assert(count);
    return shapes[number % count];
}

/* The first two bytes say which field of which table, the rest is a cell: it is a value, which
 * written as text is the same value, or there is a complaint. */
void fuzz_field(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx ctx = {.arena = &arena};
    if (size < 2)
        return;
    const struct shape *shape = shape_of(data[0]);
    const struct field *field = &shape->fields[data[1] % shape->count];
    char *text = fuzz_copy(data + 2, size - 2);
    struct str str = {text, size - 2};
    if (target_takes(field) && utf8_check(str) == str.length) {
        struct row one = {shape, arena_alloc(&arena, shape->size)},
                   two = {shape, arena_alloc(&arena, shape->size)};
        struct str cell = import_cell(&arena, field, str);
        fields_clear(one);
        fields_clear(two);
        assert(utf8_check(cell) == cell.length);
        if (field_parse(&ctx, field, one.value, cell)) {
            assert(ctx.complaints);
        } else if (!field_is_null(field, one.value)) {
            struct str printed = field_text(&arena, field, one.value);
            assert(printed.data && !field_parse(&ctx, field, two.value, printed));
            assert(str_equal(field_text(&arena, field, two.value), printed));
        }
    }
    arena_free(&arena);
    free(text);
}

/* --- Settings ------------------------------------------------------------------------------- */

/* A configuration file. */
void fuzz_config(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct config config;
    struct str reason = STR_NONE;
    int file = file_of(data, size), rest = 0;
    char path[64];
    snprintf(path, sizeof(path), "--config=/proc/self/fd/%d", file);
    char *words[] = {path, NULL};
    if (config_read(&arena, 1, words, &config, &rest, &reason))
        assert(rest == 0 && config.db.data && config.worker_count > 0);
    else
        assert(reason.length);
    close(file);
    arena_free(&arena);
}

/* --- Working time --------------------------------------------------------------------------- */

struct bytes {
    const uint8_t *at;
    size_t left;
};

static uint32_t take(struct bytes *bytes, size_t count)
{
    uint32_t number = 0;
    for (; count && bytes->left; count--, bytes->left--)
        number = number << 8 | *bytes->at++;
    return number;
}

enum { EXCEPTIONS = 12, EVENTS = 12, DAY_2024 = 19723, HOUR = 3600 };

static struct working_time *hours_of(struct arena *arena, struct bytes *bytes)
{
    struct office_hours hours = {.count = take(bytes, 1) % (OFFICE_SPANS_MAX + 1)};
    struct day_exception exceptions[EXCEPTIONS];
    hours.round_the_clock = !hours.count;
    for (size_t i = 0; i < hours.count; i++)
        hours.spans[i] =
            (struct office_span){(int)(int16_t)take(bytes, 2), (int)(int16_t)take(bytes, 2)};
    size_t count = take(bytes, 1) % (EXCEPTIONS + 1);
    for (size_t i = 0; i < count; i++)
        exceptions[i] =
            (struct day_exception){.date = {DAY_2024 + (int)take(bytes, 2) % 800},
                                   .rule = (enum day_rule)(take(bytes, 1) % (DAY_AFTERNOON + 1)),
                                   .name = STR("节")};
    struct day_exception *kept = arena_array(arena, EXCEPTIONS, sizeof(*kept));
    memcpy(kept, exceptions, count * sizeof(*kept));
    return working_time_new(arena, hours, kept, count, 480);
}

/* Rules of office hours and holidays: taken, or refused; there and back is the same time. */
void fuzz_working_time(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct bytes bytes = {data, size};
    const struct working_time *time = hours_of(&arena, &bytes);
    if (time) {
        struct instant from = {DAY_2024 * (int64_t)86400 + take(&bytes, 4) % (500 * 86400)};
        int64_t seconds = take(&bytes, 4) % (200 * HOUR);
        struct instant end = working_time_add(time, from, seconds);
        assert(end.seconds == INSTANT_NONE.seconds ||
               working_time_between(time, from, end) == seconds);
        struct date day = working_time_date(time, from);
        struct office_span spans[OFFICE_SPANS_MAX];
        size_t count = working_time_spans(time, day, spans);
        assert(count <= OFFICE_SPANS_MAX && (count != 0) == working_time_is_workday(time, day));
    }
    arena_free(&arena);
}

/* Any history of a clock has a flaw, or a reading that its explanation adds up to. */
void fuzz_clock(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct bytes bytes = {data, size};
    struct clock_event events[EVENTS];
    struct work_clock clock = {.time = hours_of(&arena, &bytes), .events = events};
    clock.start_rule = (enum start_rule)(take(&bytes, 1) % (START_NEXT_DAY + 1));
    clock.cutoff_minute = (int)take(&bytes, 2) % DAY_MINUTES;
    int64_t at = DAY_2024 * (int64_t)86400;
    while (bytes.left && clock.event_count < EVENTS) {
        at += take(&bytes, 3) % (30 * 86400);
        events[clock.event_count++] = (struct clock_event){
            .kind = (enum clock_event_kind)(take(&bytes, 1) % (CLOCK_STOP + 1)),
            .at = {at},
            .limit = take(&bytes, 3),
            .reason = STR("补件")};
    }
    if (clock.time && work_clock_flaw(&clock) == clock.event_count) {
        struct instant now = {at + take(&bytes, 3)};
        struct clock_reading reading = work_clock_read(&clock, now);
        size_t count = 0;
        bool whole = false;
        const struct clock_stretch *stretches =
            work_clock_explain(&clock, now, &arena, &count, &whole);
        int64_t counted = 0;
        for (size_t i = 0; i < count; i++) {
            assert(stretches[i].from.seconds < stretches[i].to.seconds);
            assert(!i || stretches[i].from.seconds == stretches[i - 1].to.seconds);
            if (stretches[i].why == WHY_COUNTED)
                counted += stretches[i].to.seconds - stretches[i].from.seconds;
        }
        assert(!whole || counted == reading.elapsed);
        assert(reading.elapsed >= 0);
    }
    arena_free(&arena);
}

/* --- Stored files --------------------------------------------------------------------------- */

/* Somebody's mentions in a file of any kind but PDF, which another program reads: found, and in
 * what is stored instead they are not found again. */
void fuzz_mend(const uint8_t *data, size_t size)
{
    static struct file_store *files;
    char reason[300] = "";
    struct arena arena = {0};
    jmp_buf escape;
    if (!files)
        files = file_store_open("sqlite::memory:", reason, sizeof(reason));
    assert(files);
    struct ctx ctx = {.arena = &arena, .files = files, .now = {1800000000}};
    struct str bytes = {(const char *)data, size};
    struct str type = sniff(bytes, bytes);
    if (str_is(type, "application/pdf"))
        return;
    volatile int file = file_of(data, size);
    arena.escape = &escape;
    if (setjmp(escape) == 0) {
        struct needles needles = {.count = 0};
        struct encoded_needles *encoded = ARENA_NEW(&arena, struct encoded_needles);
        struct file_mentions found = {0};
        struct upload mended = {.file = -1};
        needles_add(&arena, &needles, STR("欧阳砚溪"));
        needles_add(&arena, &needles, STR("13866117722"));
        needles_encode(&arena, &needles, encoded);
        if (!file_mentions_find(&ctx, encoded, file, type, &found) &&
            (found.kind == MENTION_TEXT || found.kind == MENTION_WHOLE) &&
            !file_mentions_mend(&ctx, encoded, file, &found, &mended)) {
            struct file_mentions again = {0};
            assert(!file_mentions_find(&ctx, encoded, mended.file, STR("text/plain"), &again));
            assert(again.kind == MENTION_NONE);
            close(mended.file);
        }
    }
    close(file);
    arena_free(&arena);
}

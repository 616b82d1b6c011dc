/* 无事不扰: quiet hours against an oracle that goes minute by minute; and histories by chance,
 * whose rows are moved about as the answers say, against an oracle that knows only what came of
 * them. */
#include "core/contact.h"

#include <stdlib.h>

#include "unit/unit.h"

enum { OFFSET = 8 * 60, MINUTE = 60, HOUR = 3600 };

static uint64_t seed;
static int64_t any(int64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (int64_t)((seed >> 33) % (uint64_t)below);
}

static struct working_time *october(struct arena *arena)
{
    static const struct office_hours office = {.spans = {{540, 720}, {840, 1080}}, .count = 2};
    static struct day_exception days[9];
    static const int dates[][3] = {{9, 20, 1}, {10, 1, 0}, {10, 2, 0}, {10, 3, 0}, {10, 4, 0},
                                   {10, 5, 0}, {10, 6, 0}, {10, 7, 0}, {10, 10, 1}};
    for (size_t i = 0; i < COUNT(days); i++)
        days[i] = (struct day_exception){date_of(2026, dates[i][0], dates[i][1]),
                                         dates[i][2] ? DAY_WORKDAY : DAY_HOLIDAY, STR("国庆节")};
    return working_time_new(arena, office, days, COUNT(days), OFFSET);
}

static struct instant september(const struct working_time *time)
{
    return working_time_midnight(time, date_of(2026, 9, 14));
}

/* `step`: of whole so many minutes. */
static struct quiet_hours any_quiet(int64_t step)
{
    struct quiet_hours quiet = {any(1440 / step) * step, any(1440 / step) * step, any(4) == 0};
    if (any(3) == 0)
        quiet.from = quiet.to;
    return quiet;
}

/* --- Quiet hours ---------------------------------------------------------------------------- */

static bool quiet_by_hand(const struct quiet_hours *quiet, const struct working_time *time,
                          int64_t at)
{
    struct date day = working_time_date(time, (struct instant){at});
    int64_t minute = (at - working_time_midnight(time, day).seconds) / MINUTE;
    if (quiet->workdays_only && !working_time_is_workday(time, day))
        return true;
    for (int64_t m = quiet->from; m != quiet->to; m = (m + 1) % 1440)
        if (m == minute)
            return true;
    return false;
}

static void quiet_hours_end_where_going_on_minute_by_minute_ends(void **state)
{
    struct arena arena = {0};
    struct working_time *time = october(&arena);
    (void)state;
    seed = 1;
    for (int round = 0; round < 2000; round++) {
        struct quiet_hours quiet = any_quiet(1);
        int64_t now = september(time).seconds + any(INT64_C(40) * 86400), end = now;
        while (quiet_by_hand(&quiet, time, end))
            end = end / MINUTE * MINUTE + MINUTE;
        assert_int_equal(quiet_until(&quiet, time, (struct instant){now}).seconds, end);
    }
    struct quiet_hours holidays = {0, 0, true};
    assert_int_equal(
        quiet_until(&holidays, time,
                    (struct instant){working_time_midnight(time, date_of(2026, 10, 1)).seconds})
            .seconds,
        working_time_midnight(time, date_of(2026, 10, 8)).seconds);
    arena_free(&arena);
}

static void quiet_hours_that_never_end_end(void **state)
{
    struct arena arena = {0};
    static const struct office_hours office = {.spans = {{540, 720}}, .count = 1};
    struct day_exception days[60];
    (void)state;
    for (size_t i = 0; i < COUNT(days); i++)
        days[i] =
            (struct day_exception){{date_of(2026, 5, 1).days + (int)i}, DAY_HOLIDAY, STR("放假")};
    struct working_time *time = working_time_new(&arena, office, days, COUNT(days), OFFSET);
    struct quiet_hours quiet = {0, 0, true};
    struct instant now = {working_time_midnight(time, date_of(2026, 5, 1)).seconds + 1000};
    assert_int_equal(quiet_until(&quiet, time, now).seconds,
                     working_time_midnight(time, date_of(2026, 5, 31)).seconds);
    arena_free(&arena);
}

/* --- Histories ------------------------------------------------------------------------------ */

enum {
    PEOPLE = 4,
    ORGANISATIONS = 2,
    NOTICES = 250,
    KINDS = 4,
    HISTORIES = 300,
    STEP = 10 * MINUTE
};

struct reader {
    int organisation; /* or -1 */
    enum contact_wish wishes[KINDS];
    bool digest_wanted;
    struct quiet_hours quiet;
    int64_t digest_at; /* the next one */
};
struct told {
    int reader, kind;
    bool urgent;
    int64_t came, asked_at;                            /* when it is looked at next */
    int64_t letters, digests, sent_at, digest_sent_at; /* what came of it: the oracle's */
    enum contact_choice state;                         /* where it lies: LATER is the queue */
    bool is_settled;
};
struct history {
    const struct working_time *time;
    struct reader readers[PEOPLE];
    struct contact_numbers most;
    struct told told[NOTICES];
};

static void any_history(struct history *history, const struct working_time *time)
{
    int64_t at = september(time).seconds;
    *history = (struct history){.time = time, .most = {any(4), any(10), any(6), any(14)}};
    for (int r = 0; r < PEOPLE; r++) {
        struct reader *reader = &history->readers[r];
        *reader = (struct reader){
            (int)any(ORGANISATIONS + 1) - 1, {0}, any(4) > 0, any_quiet(STEP / MINUTE), 0};
        for (int kind = 0; kind < KINDS; kind++)
            reader->wishes[kind] = any(2) ? WISH_MAIL : (enum contact_wish)any(WISH_OFF);
    }
    for (int i = 0; i < NOTICES; i++) {
        at += any(3) ? any(INT64_C(2) * HOUR) : any(INT64_C(12) * HOUR);
        history->told[i] = (struct told){.reader = (int)any(PEOPLE),
                                         .kind = (int)any(KINDS),
                                         .urgent = any(8) == 0,
                                         .came = at,
                                         .asked_at = at,
                                         .state = CONTACT_LATER};
    }
}

/* Letters of their own that are not urgent, to the reader or (reader < 0) to the organisation. */
static int64_t letters_since(const struct history *history, int reader, int organisation,
                             int64_t since)
{
    int64_t count = 0;
    for (int i = 0; i < NOTICES; i++) {
        const struct told *told = &history->told[i];
        if (told->letters && !told->urgent && told->sent_at > since &&
            (reader >= 0 ? told->reader == reader
                         : history->readers[told->reader].organisation == organisation))
            count++;
    }
    return count;
}

static struct contact_question question_of(const struct history *history, int reader, int64_t now)
{
    const struct reader *who = &history->readers[reader];
    return (struct contact_question){
        .digest_wanted = who->digest_wanted,
        .quiet = who->quiet,
        .time = history->time,
        .now = {now},
        .most = history->most,
        .of_organisation = who->organisation >= 0,
        .had = {letters_since(history, reader, -1, now - CONTACT_DAY),
                letters_since(history, reader, -1, now - CONTACT_WEEK),
                letters_since(history, -1, who->organisation, now - CONTACT_DAY),
                letters_since(history, -1, who->organisation, now - CONTACT_WEEK)}};
}

static void look_at(struct history *history, struct told *told, int64_t now)
{
    struct contact_question question = question_of(history, told->reader, now);
    question.urgent = told->urgent;
    question.wish = history->readers[told->reader].wishes[told->kind];
    struct contact_answer answer = contact_judge(&question);
    told->state = answer.choice;
    told->is_settled = answer.choice == CONTACT_NOW || answer.choice == CONTACT_PAGES;
    if (answer.choice == CONTACT_NOW) {
        told->letters++;
        told->sent_at = now;
    }
    if (answer.choice == CONTACT_LATER) {
        assert_true(answer.at.seconds > now);
        told->asked_at = answer.at.seconds;
    }
}

static void digest_to(struct history *history, int reader, int64_t now)
{
    struct contact_question question = question_of(history, reader, now);
    question.is_digest = true;
    struct contact_answer answer = contact_judge(&question);
    if (answer.choice == CONTACT_LATER) {
        history->readers[reader].digest_at = answer.at.seconds;
        return;
    }
    history->readers[reader].digest_at = now + INT64_C(3) * HOUR;
    assert_int_equal(answer.choice, CONTACT_NOW);
    for (int i = 0; i < NOTICES; i++)
        if (history->told[i].reader == reader && history->told[i].state == CONTACT_DIGEST &&
            !history->told[i].is_settled) {
            history->told[i].digests++;
            history->told[i].digest_sent_at = now;
            history->told[i].is_settled = true;
        }
}

static void live(struct history *history)
{
    int64_t begin = september(history->time).seconds;
    for (int64_t now = begin, end = begin + INT64_C(60) * 86400; now < end; now += STEP) {
        for (int i = 0; i < NOTICES; i++)
            if (!history->told[i].is_settled && history->told[i].state == CONTACT_LATER &&
                history->told[i].asked_at <= now)
                look_at(history, &history->told[i], now);
        for (int reader = 0; reader < PEOPLE; reader++)
            if (history->readers[reader].digest_at <= now)
                digest_to(history, reader, now);
    }
}

/* Counted from every letter: no window of a day or a week that ends with it holds too many. */
static void assert_caps(const struct history *history, const struct told *last)
{
    int64_t day = 0, week = 0, organisation_day = 0, organisation_week = 0;
    int organisation = history->readers[last->reader].organisation;
    for (int i = 0; i < NOTICES; i++) {
        const struct told *told = &history->told[i];
        int64_t ago = last->sent_at - told->sent_at;
        if (!told->letters || told->urgent || ago < 0)
            continue;
        bool same =
            organisation >= 0 && history->readers[told->reader].organisation == organisation;
        day += told->reader == last->reader && ago < CONTACT_DAY;
        week += told->reader == last->reader && ago < CONTACT_WEEK;
        organisation_day += same && ago < CONTACT_DAY;
        organisation_week += same && ago < CONTACT_WEEK;
    }
    assert_true(day <= history->most.person_day && week <= history->most.person_week);
    assert_true(organisation_day <= history->most.organisation_day &&
                organisation_week <= history->most.organisation_week);
}

static void assert_one(const struct history *history, const struct told *told)
{
    const struct reader *reader = &history->readers[told->reader];
    enum contact_wish wish = reader->wishes[told->kind];
    assert_true(told->is_settled);                   /* nothing is lost */
    assert_true(told->letters + told->digests <= 1); /* nothing is said twice */
    if (told->urgent) {
        assert_int_equal(told->letters, 1);
        assert_true(told->sent_at - told->came < STEP);
        return;
    }
    if (told->letters) {
        assert_int_equal(wish, WISH_MAIL);
        assert_false(quiet_by_hand(&reader->quiet, history->time, told->sent_at));
        assert_caps(history, told);
    }
    if (told->digests)
        assert_true(reader->digest_wanted && wish != WISH_PAGES &&
                    !quiet_by_hand(&reader->quiet, history->time, told->digest_sent_at));
    if (!told->letters && !told->digests) /* it stands on the pages, as he wished */
        assert_true(wish == WISH_PAGES || !reader->digest_wanted);
}

static void nothing_is_lost_or_said_twice_and_no_cap_exceeded(void **state)
{
    struct arena arena = {0};
    const struct working_time *time = october(&arena);
    static struct history history;
    int64_t letters = 0, digests = 0, urgent = 0;
    (void)state;
    seed = 7;
    for (int round = 0; round < HISTORIES; round++) {
        any_history(&history, time);
        live(&history);
        for (int i = 0; i < NOTICES; i++) {
            assert_one(&history, &history.told[i]);
            letters += history.told[i].letters;
            digests += history.told[i].digests;
            urgent += history.told[i].urgent;
        }
    }
    assert_true(letters > urgent && digests > 1000); /* it is not all one case */
    arena_free(&arena);
}

UNIT_GROUP(contact, cmocka_unit_test(quiet_hours_end_where_going_on_minute_by_minute_ends),
           cmocka_unit_test(quiet_hours_that_never_end_end),
           cmocka_unit_test(nothing_is_lost_or_said_twice_and_no_cap_exceeded))

/* When a schedule's next turn is, against an oracle that goes minute by minute; pauses; addresses.
 */
#include "core/jobs.h"
#include "core/mail.h"
#include "modules/jobs/jobs.h"
#include "modules/notices/internal.h"
#include "unit/unit.h"

enum { ROUNDS = 300 };

static int64_t naive_next(int64_t now, int offset, int64_t minute, int64_t weekday)
{
    for (int64_t at = now - now % 60 + 60;; at += 60) {
        int64_t local = at / 60 + offset;
        if (local % 1440 == minute && (!weekday || (local / 1440 + 3) % 7 + 1 == weekday))
            return at;
    }
}

static void the_next_turn_is_the_first_minute_that_fits(void **state)
{
    unsigned seed = 1;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t now = 1700000000 + (int64_t)(seed = seed * 1103515245u + 12345u) % 100000000;
        int offset = (int)((seed >> 8) % 1440) - 720;
        int64_t minute = (seed >> 5) % 1440, weekday = (seed >> 16) % 8;
        assert_int_equal(schedule_next((struct instant){now}, offset, minute, weekday).seconds,
                         naive_next(now, offset, minute, weekday));
    }
}

static struct date local_day(int64_t seconds, int offset)
{
    int64_t local = seconds + offset * INT64_C(60);
    return (struct date){(int)(local / 86400)};
}

/* The Monday of a day's week, found by going back day by day. */
static int64_t monday_by_hand(struct date day)
{
    while ((day.days + 3) % 7 != 0) /* day 0 was a Thursday */
        day.days--;
    return day.days;
}

static void a_digest_is_due_once_a_day_or_once_a_week(void **state)
{
    unsigned seed = 3;
    (void)state;
    assert_true(digest_is_due(true, INSTANT_NONE, (struct instant){0}, 480));
    for (int round = 0; round < ROUNDS * 10; round++) {
        int64_t last = 1700000000 + (int64_t)(seed = seed * 1103515245u + 12345u) % 100000000;
        int64_t now = last + (int64_t)(seed >> 4) % (INT64_C(12) * 86400);
        int offset = (int)((seed >> 8) % 1440) - 720;
        struct date was = local_day(last, offset), is = local_day(now, offset);
        struct instant before = {last}, at = {now};
        assert_int_equal(digest_is_due(false, before, at, offset), was.days != is.days);
        assert_int_equal(digest_is_due(true, before, at, offset),
                         monday_by_hand(was) != monday_by_hand(is));
    }
}

static void pauses_double_up_to_a_ceiling(void **state)
{
    const struct job_kind kind = {.backoff_seconds = 30};
    (void)state;
    assert_int_equal(job_pause_seconds(&kind, 1, 0), 30);
    assert_int_equal(job_pause_seconds(&kind, 2, 0), 60);
    assert_int_equal(job_pause_seconds(&kind, 4, 0), 240);
    assert_int_equal(job_pause_seconds(&kind, 60, 0), 6 * 3600);
    for (uint32_t chance = 0; chance < 100; chance++)
        assert_in_range(job_pause_seconds(&kind, 3, chance), 120, 180);
}

static void an_address_cannot_carry_a_header(void **state)
{
    static const char *const bad[] = {
        "",      "a",       "@b",    "a@",  "a@b@c", "a b@c", "a@b\r\nBcc: x@y",
        "<a@b>", "a@b,c@d", "a@b;c", "王@b"};
    (void)state;
    assert_true(mail_address_is_good(STR("a.b+c@d.example")));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mail_address_is_good(str_of(bad[i])));
}

static void a_letter_has_short_lines_and_whole_characters(void **state)
{
    struct arena arena = {0};
    struct buf subject = {.arena = &arena};
    (void)state;
    for (int i = 0; i < 300; i++)
        buf_add(&subject, STR("重庆"));
    struct mail_server server = {.url = "smtp://127.0.0.1", .from = "a@b"};
    struct mail mail = {STR("c@d"), buf_str(&subject), buf_str(&subject), STR("1@b"), 0, STR_NONE};
    struct str text = mail_print(&arena, &server, &mail), line;
    assert_true(str_starts(text, STR("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n")));
    while (str_cut(&text, '\n', &line))
        assert_true(line.length <= 79 && (!line.length || line.data[line.length - 1] == '\r'));
    arena_free(&arena);
}

UNIT_GROUP(schedule, cmocka_unit_test(the_next_turn_is_the_first_minute_that_fits),
           cmocka_unit_test(a_digest_is_due_once_a_day_or_once_a_week),
           cmocka_unit_test(pauses_double_up_to_a_ceiling),
           cmocka_unit_test(an_address_cannot_carry_a_header),
           cmocka_unit_test(a_letter_has_short_lines_and_whole_characters))

/* Requests by client address: no more than the rate and its burst in any window, whatever comes. */
#include "core/rate.h"

#include <stdio.h>

#include "unit/unit.h"

enum { SECOND = 1000000, TAKEN_MAX = 20000 };

static void no_window_holds_more_than_rate_and_burst(void **state)
{
    static int64_t taken[TAKEN_MAX];
    uint64_t seed = 7;
    (void)state;
    for (int per_second = 1; per_second <= 100; per_second += 33) {
        struct rate *rate = rate_new(per_second);
        const int64_t burst = (int64_t)per_second * RATE_BURST_SECONDS;
        size_t count = 0;
        int64_t now = SECOND;
        for (int i = 0; i < 50000 && count < TAKEN_MAX; i++) {
            now += (int64_t)(unit_random(&seed) % (unit_random(&seed) % 50 ? 5000 : 4 * SECOND));
            if (rate_take(rate, STR("10.0.0.1"), now))
                taken[count++] = now;
        }
        assert_true(count > (size_t)burst); /* or it would say nothing */
        for (size_t first = 0; first < count; first += 7)
            for (size_t last = first; last < count && last < first + 2000; last++) {
                int64_t most = burst + (taken[last] - taken[first]) * per_second / SECOND + 1;
                assert_true((int64_t)(last - first + 1) <= most);
            }
        rate_free(rate);
    }
}

static void a_quiet_client_has_its_burst_and_others_have_theirs(void **state)
{
    struct rate *rate = rate_new(10);
    (void)state;
    for (int i = 0; i < 10 * RATE_BURST_SECONDS; i++)
        assert_true(rate_take(rate, STR("10.0.0.1"), SECOND));
    assert_false(rate_take(rate, STR("10.0.0.1"), SECOND));
    assert_true(rate_take(rate, STR("10.0.0.2"), SECOND));
    assert_true(rate_take(rate, STR("10.0.0.1"), SECOND + SECOND / 10));
    assert_false(rate_take(rate, STR("10.0.0.1"), SECOND + SECOND / 10));
    rate_free(rate);
}

static void an_ipv6_client_is_its_network(void **state)
{
    struct rate *rate = rate_new(1);
    (void)state;
    for (int i = 0; i < RATE_BURST_SECONDS; i++)
        assert_true(rate_take(rate, STR("2001:db8:1:2::1"), SECOND));
    assert_false(rate_take(rate, STR("2001:db8:1:2:ffff::9"), SECOND));
    assert_true(rate_take(rate, STR("2001:db8:1:3::1"), SECOND));
    rate_free(rate);
}

static void a_crowd_does_not_free_who_is_refused(void **state)
{
    struct rate *rate = rate_new(1);
    char address[40];
    (void)state;
    for (int i = 0; i < RATE_BURST_SECONDS; i++)
        assert_true(rate_take(rate, STR("10.9.9.9"), SECOND));
    for (int i = 0; i < RATE_SLOTS / 8; i++) {
        snprintf(address, sizeof(address), "10.1.%d.%d", i / 256, i % 256);
        assert_true(rate_take(rate, str_of(address), SECOND));
    }
    assert_false(rate_take(rate, STR("10.9.9.9"), SECOND));
    rate_free(rate);
}

UNIT_GROUP(rate, cmocka_unit_test(no_window_holds_more_than_rate_and_burst),
           cmocka_unit_test(a_quiet_client_has_its_burst_and_others_have_theirs),
           cmocka_unit_test(an_ipv6_client_is_its_network),
           cmocka_unit_test(a_crowd_does_not_free_who_is_refused))

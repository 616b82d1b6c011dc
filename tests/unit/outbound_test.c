/* Where the program goes by itself: to hosts that are listed, and with a name to public addresses.
 */
#include <arpa/inet.h>

#include "core/outbound.h"
#include "unit/unit.h"

static bool is_private(const char *text)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_in four = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return address_is_private((const struct sockaddr *)(const void *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return address_is_private((const struct sockaddr *)(const void *)&six);
}

static void own_networks_are_told_from_the_world(void **state)
{
    static const char *const own[] = {
        "0.0.0.0",       "10.1.2.3",        "100.64.0.1",       "127.0.0.1",
        "127.9.9.9",     "169.254.169.254", "172.16.0.1",       "172.31.255.255",
        "192.168.1.1",   "224.0.0.1",       "255.255.255.255",  "::",
        "::1",           "fe80::1",         "fc00::1",          "fd12:3456::1",
        "ff02::1",       "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1",
        "2002:a00:1::1", "::127.0.0.1"};
    static const char *const world[] = {"1.1.1.1",      "9.255.255.255",  "11.0.0.0",
                                        "100.63.0.1",   "100.128.0.1",    "172.15.0.1",
                                        "172.32.0.1",   "192.167.1.1",    "223.255.255.255",
                                        "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"};
    (void)state;
    for (size_t i = 0; i < COUNT(own); i++)
        if (!is_private(own[i]))
            fail_msg("%s", own[i]);
    for (size_t i = 0; i < COUNT(world); i++)
        if (is_private(world[i]))
            fail_msg("%s", world[i]);
}

static void only_what_is_listed_is_asked(void **state)
{
    static const struct {
        const char *url;
        enum outbound_verdict verdict;
    } cases[] = {{"https://hooks.example/a?b", OUTBOUND_GOOD},
                 {"https://hooks.example:443/", OUTBOUND_GOOD},
                 {"https://HOOKS.example/", OUTBOUND_UNLISTED},
                 {"https://hooks.example:8443/", OUTBOUND_UNLISTED},
                 {"https://oa.example:8443/", OUTBOUND_GOOD},
                 {"https://oa.example/", OUTBOUND_UNLISTED},
                 {"https://within.example/", OUTBOUND_GOOD},
                 {"https://+within.example/", OUTBOUND_URL},
                 {"https://hooks.example.evil.example/", OUTBOUND_UNLISTED},
                 {"https://hooks.example@evil.example/", OUTBOUND_URL},
                 {"http://hooks.example/", OUTBOUND_URL},
                 {"http://127.0.0.1:9000/", OUTBOUND_GOOD},
                 {"http://127.0.0.1:9001/", OUTBOUND_UNLISTED},
                 {"http://[::1]:9000/", OUTBOUND_UNLISTED},
                 {"gopher://hooks.example/", OUTBOUND_URL},
                 {"file:///etc/passwd", OUTBOUND_URL},
                 {"hooks.example", OUTBOUND_URL},
                 {"", OUTBOUND_URL}};
    const struct str hosts = STR("hooks.example oa.example:8443 +within.example 127.0.0.1:9000");
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (outbound_judge(str_of(cases[i].url), hosts) != cases[i].verdict)
            fail_msg("%s: %d", cases[i].url, (int)outbound_judge(str_of(cases[i].url), hosts));
}

/* Where this is true, letters and passwords may go in the clear. */
static void only_this_machine_is_here(void **state)
{
    static const char *const here[] = {"smtp://127.0.0.1:25", "smtp://localhost",
                                       "http://[::1]:9/"};
    static const char *const elsewhere[] = {"smtp://127.0.0.1.example.com:25",
                                            "smtp://localhost.example.com",
                                            "smtp://10.0.0.1",
                                            "smtp://127.0.0.1@example.com",
                                            "smtp://[::1:2]",
                                            "smtp://"};
    (void)state;
    for (size_t i = 0; i < COUNT(here); i++)
        if (!url_is_here(str_of(here[i])))
            fail_msg("%s", here[i]);
    for (size_t i = 0; i < COUNT(elsewhere); i++)
        if (url_is_here(str_of(elsewhere[i])))
            fail_msg("%s", elsewhere[i]);
}

UNIT_GROUP(outbound, cmocka_unit_test(only_this_machine_is_here),
           cmocka_unit_test(own_networks_are_told_from_the_world),
           cmocka_unit_test(only_what_is_listed_is_asked))

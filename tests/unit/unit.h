/* All unit tests are one program, unit_tests. A file of tests begins with this header and ends with
 *
 *   UNIT_GROUP(csv, cmocka_unit_test(a_quoted_cell_may_hold_a_comma), …)
 *
 * and its group has a word in the list in main.c. `unit_tests csv db` runs these two groups. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"

/* What cmocka does not say: so that the analyser knows that nothing follows a fail_msg(). */
NO_RETURN void _fail(const char *file, int line);

struct unit_group {
    const char *name;
    const struct CMUnitTest *tests;
    size_t count;
};

#define UNIT_GROUP(group, ...)                                                                     \
    static const struct CMUnitTest group##_tests[] = {__VA_ARGS__};                                \
    extern const struct unit_group group##_group;                                                  \
    const struct unit_group group##_group = {#group, group##_tests, COUNT(group##_tests)};

/* The same numbers in every run (splitmix64). */
static inline uint64_t unit_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Texts, so that a failure prints both. */
#define assert_str(text, wanted)                                                                   \
    do {                                                                                           \
        struct str unit_text = (text);                                                             \
        const char *unit_wanted = (wanted);                                                        \
        if (!str_is(unit_text, unit_wanted))                                                       \
            fail_msg("\"%.*s\" is not \"%s\"", STR_PRINT(unit_text), unit_wanted);                 \
    } while (0)

#endif

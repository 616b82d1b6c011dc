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

struct unit_group {
    const char *name;
    const struct CMUnitTest *tests;
    size_t count;
};

#define UNIT_GROUP(group, ...)                                                                     \
    static const struct CMUnitTest group##_tests[] = {__VA_ARGS__};                                \
    extern const struct unit_group group##_group;                                                  \
    const struct unit_group group##_group = {#group, group##_tests, COUNT(group##_tests)};

/* The same, which cmocka can print. */
#define assert_str(text, wanted)                                                                   \
    do {                                                                                           \
        struct str unit_text = (text);                                                             \
        const char *unit_wanted = (wanted);                                                        \
        if (!str_is(unit_text, unit_wanted))                                                       \
            fail_msg("\"%.*s\" is not \"%s\"", STR_PRINT(unit_text), unit_wanted);                 \
    } while (0)

#endif

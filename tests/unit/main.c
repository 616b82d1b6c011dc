#include "unit/unit.h"

/* Each group once, in any order; see unit.h. */
// clang-format off
#define GROUPS(GROUP) \
    GROUP(app) \
    GROUP(app_faults) \
    GROUP(arena) \
    GROUP(audit) \
    GROUP(cell) \
    GROUP(child) \
    GROUP(contact) \
    GROUP(credit_code) \
    GROUP(csv) \
    GROUP(date) \
    GROUP(db) \
    GROUP(db_faults) \
    GROUP(db_migrate) \
    GROUP(db_put) \
    GROUP(file_mend) \
    GROUP(files) \
    GROUP(findings) \
    GROUP(queueing) \
    GROUP(delivery) \
    GROUP(foreign) \
    GROUP(fuzz_corpus) \
    GROUP(gcj02) \
    GROUP(http) \
    GROUP(http_later) \
    GROUP(http_static) \
    GROUP(identities) \
    GROUP(import_targets) \
    GROUP(json) \
    GROUP(keys) \
    GROUP(lifecycle) \
    GROUP(locate) \
    GROUP(number) \
    GROUP(outbound) \
    GROUP(ownership) \
    GROUP(password) \
    GROUP(periods) \
    GROUP(personal) \
    GROUP(plan) \
    GROUP(plausibility) \
    GROUP(plans) \
    GROUP(projection) \
    GROUP(rate) \
    GROUP(replies) \
    GROUP(schedule) \
    GROUP(search) \
    GROUP(sheet) \
    GROUP(stats) \
    GROUP(text) \
    GROUP(units) \
    GROUP(utf8) \
    GROUP(work_clock) \
    GROUP(writer)
// clang-format on

#define DECLARE(group) extern const struct unit_group group##_group;
GROUPS(DECLARE)

#define ENTRY(group) &group##_group,
static const struct unit_group *const groups[] = {GROUPS(ENTRY)};

static bool is_wanted(const struct unit_group *group, int count, char **words)
{
    for (int i = 1; i < count; i++)
        if (str_is(str_of(group->name), words[i]))
            return true;
    return count == 1;
}

int main(int count, char **words)
{
    int failed = 0, run = 0;
    for (size_t i = 0; i < COUNT(groups); i++) {
        const struct unit_group *group = groups[i];
        if (!is_wanted(group, count, words))
            continue;
        run++;
        failed += _cmocka_run_group_tests(group->name, group->tests, group->count, NULL, NULL) != 0;
    }
    return failed || !run;
}

/* What can become of a delivery: every state and every step, against a table written by hand. */
#include "modules/collection/internal.h"
#include "unit/unit.h"

static const char *const states[] = {"expected", "late", "arrived", "rejected", "accepted"};
static const char *const events[] = {"lapse", "arrival", "acceptance", "rejection"};
/* From the state of the line by the event of the column; NULL = it cannot be. */
static const char *const wanted[COUNT(states)][COUNT(events)] = {
    {"late", "arrived", NULL, NULL}, /* expected */
    {NULL, "arrived", NULL, NULL},   /* late */
    {NULL, "arrived", "accepted", "rejected"},
    {NULL, "arrived", NULL, NULL}, /* rejected */
    {NULL, NULL, NULL, "rejected"} /* accepted */
};

static void each_step_leads_where_the_table_says(void **state)
{
    (void)state;
    size_t steps = 0;
    for (size_t s = 0; s < COUNT(states); s++)
        for (size_t e = 0; e < COUNT(events); e++) {
            const struct transition *step =
                lifecycle_step(&delivery_lifecycle, str_of(states[s]), str_of(events[e]));
            assert_int_equal(step != NULL, wanted[s][e] != NULL);
            if (step)
                assert_string_equal(step->to, wanted[s][e]);
            steps += step != NULL;
        }
    assert_int_equal(steps, delivery_lifecycle.step_count); /* there are no others */
    assert_int_equal(COUNT(states), delivery_lifecycle.state_count);
}

/* People decide; time and data are the program's. */
static void only_decisions_have_roles(void **state)
{
    (void)state;
    for (size_t i = 0; i < delivery_lifecycle.step_count; i++) {
        const struct transition *step = &delivery_lifecycle.steps[i];
        bool decision =
            str_is(str_of(step->event), "acceptance") || str_is(str_of(step->event), "rejection");
        assert_int_equal(step->roles, decision ? COLLECTORS : 0);
        assert_int_equal(step->reason, str_is(str_of(step->event), "rejection"));
    }
}

UNIT_GROUP(delivery, cmocka_unit_test(each_step_leads_where_the_table_says),
           cmocka_unit_test(only_decisions_have_roles))

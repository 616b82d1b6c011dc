/* Arithmetic over names, intervals of printed figures, and the written rule of target states. */
#include "stats/expression.h"

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "stats/interval.h"
#include "stats/pace.h"
#include "unit/unit.h"

/* --- Expressions ---------------------------------------------------------------------------- */

static bool letter_value(void *state, struct str name, double *value)
{
    const double *values = state;
    if (name.length != 1 || *name.data < 'a' || *name.data > 'e')
        return false;
    *value = values[*name.data - 'a'];
    return true;
}

static double value_of(const char *text)
{
    static double values[] = {2, 3, 5, 7, 0};
    double result = NAN;
    return expression_evaluate(str_of(text), letter_value, values, &result) ? result : NAN;
}

static void expressions_follow_the_usual_order(void **state)
{
    (void)state;
    assert_true(value_of("100 * a / b") == 200.0 / 3);
    assert_true(value_of("a + b * c - d") == 10);
    assert_true(value_of("(a + b) * (c - d)") == -10);
    assert_true(value_of("-a * -b") == 6);
    assert_true(value_of("a - b - c") == -6);
    assert_true(value_of("d / a / c") == 7.0 / 2 / 5);
    assert_true(value_of("1.5") == 1.5);
}

static void what_is_no_expression_has_no_value(void **state)
{
    static const char *const wrong[] = {"",      "a +",  "a b",    "(a",   "a)",   "x",
                                        "a / e", "1..2", "a ** b", "100%", "a; b", "1e5",
                                        "()",    "* a",  "a,b",    "中",   "a /",  "1 / (a - a)"};
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (!isnan(value_of(wrong[i])))
            fail_msg("\"%s\" has a value", wrong[i]);
}

static void nesting_has_a_ceiling(void **state)
{
    char deep[20001];
    (void)state;
    memset(deep, '(', 10000);
    memset(deep + 10000, ')', 10000);
    deep[20000] = '\0';
    assert_true(isnan(value_of(deep)));
    memset(deep, '-', 20000);
    assert_true(isnan(value_of(deep)));
}

/* A random expression and its value, made together: the parser must agree. */
static double random_expression(struct buf *out, uint64_t *seed, int depth)
{
    static const double values[] = {2, 3, 5, 7};
    if (depth == 0 || unit_random(seed) % 4 == 0) {
        size_t n = unit_random(seed) % 4;
        buf_char(out, (char)('a' + n));
        return values[n];
    }
    buf_char(out, '(');
    double left = random_expression(out, seed, depth - 1);
    char operator= "+-*"[unit_random(seed) % 3];
    buf_print(out, " %c ", operator);
    double right = random_expression(out, seed, depth - 1);
    buf_char(out, ')');
    return operator== '+' ? left + right : operator== '-' ? left - right : left * right;
}

static void random_expressions_have_the_value_they_were_made_with(void **state)
{
    struct arena arena = {0};
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct buf text = {.arena = &arena};
        double wanted = random_expression(&text, &seed, 6);
        buf_char(&text, '\0');
        if (value_of(text.data) != wanted)
            fail_msg("%s is not %g", text.data, wanted);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void names_come_once_in_their_order(void **state)
{
    struct str names[EXPRESSION_NAMES_MAX];
    size_t count;
    (void)state;
    assert_true(expression_names(STR("100 * (RD01 - GDP) / GDP + RD01"), names, &count));
    assert_int_equal(count, 2);
    assert_str(names[0], "RD01");
    assert_str(names[1], "GDP");
    assert_false(expression_names(STR("RD01 +"), names, &count));
}

/* --- Intervals ------------------------------------------------------------------------------ */

static void the_last_digit_that_is_not_zero_has_a_unit(void **state)
{
    static const struct {
        double value, unit;
    } cases[] = {{280000, 10000}, {2.5, 0.1}, {2.82, 0.01},  {1, 1},
                 {100, 100},      {0, 1},     {-0.05, 0.01}, {97424000000, 1000000}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_true(fabs(last_digit_unit(cases[i].value) / cases[i].unit - 1) < 1e-12);
}

static void words_before_a_number_widen_it(void **state)
{
    (void)state;
    struct interval about = interval_of(280000, APPROXIMATION_ABOUT);
    assert_true(about.low == 275000 && about.high == 285000);
    struct interval over = interval_of(1000, APPROXIMATION_OVER);
    assert_true(over.low == 1000 && isinf(over.high));
    struct interval under = interval_of(40, APPROXIMATION_UNDER);
    assert_true(isinf(under.low) && under.high == 40);
    struct interval exact = interval_of(2.82, APPROXIMATION_EXACT);
    assert_true(exact.low == 2.82 && exact.high == 2.82);
}

static void a_difference_keeps_the_decimals_of_its_terms(void **state)
{
    uint64_t seed = 7;
    (void)state;
    assert_true(decimal_difference(2.82, 2.6) == 0.22);
    assert_true(decimal_difference(12, 7.15) == 4.85);
    assert_true(decimal_difference(11500, 9123) == 2377);
    for (int i = 0; i < 20000; i++) { /* hundredths, as whole numbers, are the oracle */
        long a = (long)(unit_random(&seed) % 100000), b = (long)(unit_random(&seed) % 100000);
        double wanted = (double)(a - b) / 100;
        assert_true(decimal_difference((double)a / 100, (double)b / 100) == wanted);
    }
}

/* --- Target states -------------------------------------------------------------------------- */

static struct pace_point year_point(int year, double value)
{
    return (struct pace_point){value, date_of(year, 1, 1), date_of(year, 12, 31), false};
}

static struct pace judge(double target, int direction, bool stock, const struct pace_point *actuals,
                         size_t count, struct date today)
{
    return pace_of(&(struct pace_input){.target = target,
                                        .start = date_of(2026, 1, 1),
                                        .end = date_of(2026, 12, 31),
                                        .direction = direction,
                                        .additive_level = stock,
                                        .is_stock = stock,
                                        .actuals = actuals,
                                        .actual_count = count,
                                        .today = today});
}

static void a_yearly_figure_waits_for_its_publication(void **state)
{
    struct pace_point actuals[] = {year_point(2023, 2.48), year_point(2024, 2.6)};
    (void)state;
    struct pace before = judge(2.82, 1, false, actuals, 2, date_of(2026, 11, 24));
    assert_int_equal(before.state, TARGET_AWAITING);
    assert_int_equal(before.reason, REASON_YEARLY);
    assert_true(before.gap == 0.22);
    struct pace after = judge(2.82, 1, false, actuals, 2, date_of(2027, 3, 1));
    assert_int_equal(after.state, TARGET_AWAITING);
    assert_int_equal(after.reason, REASON_AFTER_END);
}

static void changing_the_target_changes_the_state(void **state)
{
    struct pace_point actuals[] = {year_point(2025, 2.7), year_point(2026, 2.8)};
    struct date today = date_of(2027, 10, 1);
    (void)state;
    assert_int_equal(judge(2.8, 1, false, actuals, 2, today).state, TARGET_MET);
    assert_int_equal(judge(2.81, 1, false, actuals, 2, today).state, TARGET_BEHIND);
    assert_int_equal(judge(3.0, 1, false, actuals, 2, today).state, TARGET_FAR_BEHIND);
}

static void less_may_be_better(void **state)
{
    struct pace_point actuals[] = {year_point(2025, 9), year_point(2026, 8)};
    (void)state;
    assert_int_equal(judge(8, -1, false, actuals, 2, date_of(2027, 2, 1)).state, TARGET_MET);
    assert_int_equal(judge(5, -1, false, actuals, 2, date_of(2027, 2, 1)).state, TARGET_FAR_BEHIND);
}

static void a_stock_inside_the_year_is_compared_with_the_time_gone(void **state)
{
    struct pace_point actuals[] = {{9000, date_of(2025, 12, 31), date_of(2025, 12, 31), false},
                                   {10000, date_of(2026, 6, 30), date_of(2026, 6, 30), false}};
    (void)state;
    struct pace on = judge(11000, 1, true, actuals, 2, date_of(2026, 7, 10));
    assert_int_equal(on.reason, REASON_PACE);
    assert_int_equal(on.state, TARGET_ON_PACE);
    assert_int_equal(judge(11400, 1, true, actuals, 2, date_of(2026, 7, 10)).state, TARGET_BEHIND);
    assert_int_equal(judge(15000, 1, true, actuals, 2, date_of(2026, 7, 10)).state,
                     TARGET_FAR_BEHIND);
    struct pace early = judge(9900, 1, true, actuals, 2, date_of(2026, 7, 10));
    assert_int_equal(early.state, TARGET_MET);
    assert_int_equal(early.reason, REASON_STOCK_MET_EARLY);
}

/* A target that was passed already leaves no way to measure: falling back is never "on pace". */
static void falling_back_behind_a_target_is_a_miss(void **state)
{
    struct pace_point actuals[] = {{100, date_of(2025, 12, 31), date_of(2025, 12, 31), false},
                                   {80, date_of(2026, 6, 30), date_of(2026, 6, 30), false}};
    struct date today = date_of(2026, 7, 10);
    (void)state;
    assert_int_equal(judge(90, 1, true, actuals, 2, today).state, TARGET_FAR_BEHIND);
    assert_int_equal(judge(88, 1, true, actuals, 2, today).state, TARGET_BEHIND);
    assert_int_equal(judge(100, 1, true, actuals, 2, today).state, TARGET_FAR_BEHIND);
    struct pace_point own[] = {year_point(2025, 100), year_point(2026, 80)};
    assert_int_equal(judge(90, 1, false, own, 2, date_of(2027, 2, 1)).state, TARGET_FAR_BEHIND);
    assert_int_equal(judge(85, 1, false, own, 2, date_of(2027, 2, 1)).state, TARGET_BEHIND);
}

static void nearly_a_hundred_does_not_reach_it(void **state)
{
    struct pace_point actual = year_point(2026, 100);
    (void)state;
    assert_int_equal(judge(100, 1, false, &actual, 1, date_of(2027, 2, 1)).state, TARGET_MET);
    actual.falls_short = true;
    assert_int_equal(judge(100, 1, false, &actual, 1, date_of(2027, 2, 1)).state, TARGET_BEHIND);
    assert_int_equal(judge(99, 1, false, &actual, 1, date_of(2027, 2, 1)).state, TARGET_MET);
}

/* Whatever the figures: what satisfies is met or waits, what misses is never met, and no figure of
 * the answer is without bounds. */
static void random_targets_obey_the_rule(void **state)
{
    uint64_t seed = 11;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        struct pace_point actuals[3];
        size_t count = unit_random(&seed) % 4;
        for (size_t j = 0; j < count; j++)
            actuals[j] = year_point(2024 + (int)j, (double)(unit_random(&seed) % 200) - 50);
        double target = (double)(unit_random(&seed) % 200) - 50;
        int direction = unit_random(&seed) % 2 ? 1 : -1;
        struct pace pace =
            judge(target, direction, unit_random(&seed) % 2, actuals, count, date_of(2027, 5, 1));
        if (!count) {
            assert_int_equal(pace.state, TARGET_UNKNOWN);
            continue;
        }
        double distance = direction * (actuals[count - 1].value - target);
        if (count == 3)
            assert_int_equal(pace.state == TARGET_MET, distance >= 0);
        if (distance < 0)
            assert_int_not_equal(pace.state, TARGET_MET);
        assert_int_not_equal(pace.state, TARGET_ON_PACE); /* nothing was measured inside the year */
        assert_true(isfinite(pace.gap) && (!pace.has_required || isfinite(pace.required)));
    }
}

static void what_cannot_be_compared_is_unknown(void **state)
{
    struct pace_point actuals[] = {year_point(2025, 1)};
    (void)state;
    assert_int_equal(judge(2, 0, false, actuals, 1, date_of(2026, 5, 1)).state, TARGET_UNKNOWN);
    struct pace none = judge(2, 1, false, actuals, 0, date_of(2026, 5, 1));
    assert_int_equal(none.state, TARGET_UNKNOWN);
    assert_null(none.current);
}

static void the_required_pace_leads_to_the_target(void **state)
{
    struct pace_point actuals[] = {year_point(2024, 9123)};
    (void)state;
    struct pace pace = judge(11500, 1, true, actuals, 1, date_of(2026, 11, 24));
    assert_true(pace.has_required);
    double reached = 9123 * pow(1 + pace.required / 100, pace.years_left);
    assert_true(fabs(reached - 11500) < 1e-6);
    struct pace_point shares[] = {year_point(2024, 2.6)};
    struct pace share = judge(2.82, 1, false, shares, 1, date_of(2026, 11, 24));
    assert_true(fabs(2.6 + share.required * share.years_left - 2.82) < 1e-12);
}

UNIT_GROUP(stats, cmocka_unit_test(expressions_follow_the_usual_order),
           cmocka_unit_test(what_is_no_expression_has_no_value),
           cmocka_unit_test(nesting_has_a_ceiling),
           cmocka_unit_test(random_expressions_have_the_value_they_were_made_with),
           cmocka_unit_test(names_come_once_in_their_order),
           cmocka_unit_test(the_last_digit_that_is_not_zero_has_a_unit),
           cmocka_unit_test(words_before_a_number_widen_it),
           cmocka_unit_test(a_difference_keeps_the_decimals_of_its_terms),
           cmocka_unit_test(a_yearly_figure_waits_for_its_publication),
           cmocka_unit_test(changing_the_target_changes_the_state),
           cmocka_unit_test(less_may_be_better),
           cmocka_unit_test(a_stock_inside_the_year_is_compared_with_the_time_gone),
           cmocka_unit_test(falling_back_behind_a_target_is_a_miss),
           cmocka_unit_test(nearly_a_hundred_does_not_reach_it),
           cmocka_unit_test(random_targets_obey_the_rule),
           cmocka_unit_test(what_cannot_be_compared_is_unknown),
           cmocka_unit_test(the_required_pace_leads_to_the_target))

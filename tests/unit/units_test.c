/* Units of figures, and formulas whose units must fit. */
#include "stats/units.h"

#include <math.h>

#include "stats/expression.h"
#include "unit/unit.h"

static const char *printed(struct arena *arena, const char *text)
{
    struct unit unit;
    struct buf out = {.arena = arena};
    assert_true(unit_parse(str_of(text), &unit));
    unit_print(&out, &unit);
    return arena_str(arena, buf_str(&out)).data;
}

static void a_unit_is_a_scale_and_things(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"元", "元"},
                                           {"亿元", "1e+08 元"},
                                           {"万元/人", "10000 元/人"},
                                           {"件/万人", "0.0001 件/人"},
                                           {"元/亿元", "1e-08"},
                                           {"%", "0.01"},
                                           {"百分点", "0.01"},
                                           {"倍", "1"},
                                           {"", "1"},
                                           {"台(套)", "台"},
                                           {"千瓦时", "千瓦时"},
                                           {"万千瓦时", "10000 千瓦时"},
                                           {"千家", "1000 家"},
                                           {"人年/万人", "0.0001 人年/人"}};
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(str_of(printed(&arena, cases[i][0])), cases[i][1]);
    arena_free(&arena);
}

/* A FLOW in 元, B in 元, N in 件, P in 人, M in 万元, S in %. */
static bool named(void *state, struct str name, struct quantity *quantity)
{
    static const struct {
        char name;
        const char *unit;
        double value, low, high;
    } all[] = {{'A', "元", 100, 90, 110},     {'B', "元", 4000, 4000, 4000},
               {'N', "件", 12, 12, INFINITY}, {'P', "人", 30, 30, 30},
               {'M', "万元", 1, 1, 1},        {'S', "%", 40, 39.5, 40.5}};
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++)
        if (name.length == 1 && *name.data == all[i].name) {
            *quantity = (struct quantity){all[i].value, {all[i].low, all[i].high}, UNIT_ONE};
            return unit_parse(str_of(all[i].unit), &quantity->unit);
        }
    return false;
}

static void formulas_must_fit_the_declared_unit(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *unit;
        enum expression_clash_kind kind;
    } cases[] = {
        {"A + B", "元", EXPRESSION_FITS},          {"A + N", "元", EXPRESSION_UNLIKE},
        {"A + M", "元", EXPRESSION_OTHER_SCALE},   {"A + 10000 * M", "元", EXPRESSION_OTHER_SCALE},
        {"100 * A / B", "%", EXPRESSION_FITS},     {"A / B", "%", EXPRESSION_TENFOLD},
        {"100 * A / B", "倍", EXPRESSION_TENFOLD}, {"A / P", "元/人", EXPRESSION_FITS},
        {"A / P", "元", EXPRESSION_NOT_DECLARED},  {"10000 * N / P", "件/万人", EXPRESSION_FITS},
        {"N / P", "件/万人", EXPRESSION_TENFOLD},  {"(A + B) / 2", "元", EXPRESSION_FITS},
        {"0.3 * A", "元", EXPRESSION_FITS},        {"100 - S", "%", EXPRESSION_FITS},
        {"A * B", "元", EXPRESSION_NOT_DECLARED},  {"S * B / 100", "元", EXPRESSION_FITS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct unit declared;
        struct expression_clash clash;
        assert_true(unit_parse(str_of(cases[i].unit), &declared));
        bool fits = expression_unit_check(str_of(cases[i].formula), named, NULL, declared, &clash);
        if (clash.kind != cases[i].kind || fits != (cases[i].kind == EXPRESSION_FITS))
            fail_msg("%s in %s: %d", cases[i].formula, cases[i].unit, (int)clash.kind);
    }
}

static void a_slip_says_by_how_much(void **state)
{
    (void)state;
    struct expression_clash clash;
    struct unit percent;
    assert_true(unit_parse(STR("%"), &percent));
    assert_false(expression_unit_check(STR("A / B"), named, NULL, percent, &clash));
    assert_true(fabs(clash.times - 100) < 1e-9);
}

static void intervals_are_carried_through(void **state)
{
    (void)state;
    struct quantity found;
    assert_true(expression_quantity(STR("100 * A / B"), named, NULL, &found));
    assert_true(found.value == 2.5 && found.range.low == 2.25 && found.range.high == 2.75);
    assert_true(expression_quantity(STR("B - A"), named, NULL, &found));
    assert_true(found.range.low == 3890 && found.range.high == 3910);
    assert_true(expression_quantity(STR("P / N"), named, NULL, &found));
    assert_true(found.range.low == 0 && found.range.high == 2.5);
    assert_true(expression_quantity(STR("-N"), named, NULL, &found));
    assert_true(found.range.low == -INFINITY && found.range.high == -12);
}

/* Any value that the terms may have gives a result within the interval. */
static void what_the_terms_may_be_lies_in_the_interval(void **state)
{
    (void)state;
    static const char *const formulas[] = {"100 * A / B", "A - B + A", "(A + B) * A / B",
                                           "A / (A + B)"};
    uint64_t seed = 3;
    for (size_t f = 0; f < COUNT(formulas); f++) {
        struct quantity found;
        assert_true(expression_quantity(str_of(formulas[f]), named, NULL, &found));
        for (int i = 0; i < 1000; i++) {
            double a = 90 + 20 * (double)(unit_random(&seed) % 1001) / 1000, b = 4000;
            const double results[] = {100 * a / b, a - b + a, (a + b) * a / b, a / (a + b)};
            assert_true(results[f] >= found.range.low - 1e-9 &&
                        results[f] <= found.range.high + 1e-9);
        }
    }
}

UNIT_GROUP(units, cmocka_unit_test(a_unit_is_a_scale_and_things),
           cmocka_unit_test(formulas_must_fit_the_declared_unit),
           cmocka_unit_test(a_slip_says_by_how_much),
           cmocka_unit_test(intervals_are_carried_through),
           cmocka_unit_test(what_the_terms_may_be_lies_in_the_interval))

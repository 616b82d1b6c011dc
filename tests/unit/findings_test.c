/* Which finding is the same one, and who may see it: made-up sets of figures, against what is said
 * in checked.h, spelt out naively. */
#include <string.h>

#include "modules/findings/checked.h"
#include "unit/unit.h"

enum { FIGURES = 8, ROUNDS = 4000 };

static uint32_t chance(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

struct made_up {
    struct checked_indicator indicator;
    struct checked_figure figures[FIGURES];
    struct figure_origin origins[FIGURES];
    struct checked_set checked;
    size_t places[FIGURES];
    struct rule rule;
    struct finding finding;
};

static void make(struct made_up *made, uint64_t *random)
{
    static const char *const facts[FIGURES] = {"A", "AB", "B", "C1", "C2", "D", "E", "F"};
    static const char *const areas[] = {"XZ-NP", "XZ-DL"}, *const departments[] = {"XD01", "XD02"};
    *made = (struct made_up){.indicator = {.code = STR("RD01")}, .rule = {.name = "share_sum"}};
    for (size_t i = 0; i < FIGURES; i++) {
        made->figures[i] = (struct checked_figure){.fact_id = str_of(facts[i]),
                                                   .area_code = str_of(areas[chance(random, 2)]),
                                                   .value = chance(random, 3),
                                                   .value_high = 5,
                                                   .unit = STR("元")};
        made->origins[i] = (struct figure_origin){.visibility = chance(random, 4)};
        if (chance(random, 2))
            made->origins[i].department_code = str_of(departments[chance(random, 2)]);
        made->places[i] = i;
    }
    for (size_t i = FIGURES; i-- > 1;) {
        size_t other = chance(random, (uint32_t)i + 1), kept = made->places[i];
        made->places[i] = made->places[other];
        made->places[other] = kept;
    }
    made->checked = (struct checked_set){.set = {.indicators = &made->indicator,
                                                 .indicator_count = 1,
                                                 .figures = made->figures,
                                                 .count = FIGURES},
                                         .origins = made->origins};
    made->finding = (struct finding){
        .rule = &made->rule, .figures = made->places, .figure_count = 1 + chance(random, FIGURES)};
}

static struct str identity(struct arena *arena, const struct made_up *made)
{
    return finding_identity(arena, &made->checked.set, &made->finding);
}

static void the_order_of_figures_does_not_matter_and_what_they_say_does(void **state)
{
    struct arena arena = {0};
    uint64_t random = 1;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct made_up made;
        make(&made, &random);
        struct str first = identity(&arena, &made);
        size_t count = made.finding.figure_count, last = made.places[count - 1];
        assert_int_equal(first.length, FINDING_IDENTITY);
        memmove(&made.places[1], &made.places[0], (count - 1) * sizeof(size_t));
        made.places[0] = last;
        assert_true(str_equal(identity(&arena, &made), first));

        struct checked_figure *figure =
            &made.figures[made.places[chance(&random, (uint32_t)count)]];
        struct checked_figure before = *figure;
        switch (chance(&random, 6)) {
        case 0:
            figure->value += 1e-9;
            break;
        case 1:
            figure->unit = STR("家");
            break;
        case 2:
            figure->definition_version++;
            break;
        case 3:
            figure->status = FIGURE_REVISED;
            break;
        case 4:
            figure->scope = STR("");
            break; /* said to be empty, not unsaid */
        default:
            figure->approximation = APPROXIMATION_OVER;
            break;
        }
        assert_false(str_equal(identity(&arena, &made), first));
        *figure = before;
        made.rule.name = "stock_falls";
        assert_false(str_equal(identity(&arena, &made), first));
        made.rule.name = "share_sum";
        assert_true(str_equal(identity(&arena, &made), first));
        arena_reset(&arena);
    }
    arena_free(&arena);
}

/* The officer's own: every figure that not every officer may see is his, and, where there is none,
 * the first is. */
static bool is_own(const struct made_up *made, struct str code, bool department)
{
    bool confidential = false;
    for (size_t i = 0; i < made->finding.figure_count; i++) {
        size_t place = made->places[i];
        struct str owner =
            department ? made->origins[place].department_code : made->figures[place].area_code;
        if (made->origins[place].visibility <= VISIBILITY_GOVERNMENT)
            continue;
        confidential = true;
        if (!owner.data || !str_equal(owner, code))
            return false;
    }
    struct str first = department ? made->origins[made->places[0]].department_code
                                  : made->figures[made->places[0]].area_code;
    return confidential || (first.data && str_equal(first, code));
}

static void a_finding_is_no_less_confidential_than_its_figures(void **state)
{
    uint64_t random = 2;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct made_up made;
        make(&made, &random);
        struct finding_access access = finding_access(&made.checked, &made.finding);
        int64_t strictest = 0;
        for (size_t i = 0; i < made.finding.figure_count; i++)
            if (made.origins[made.places[i]].visibility > strictest)
                strictest = made.origins[made.places[i]].visibility;
        assert_int_equal(access.visibility, strictest);
        static const char *const areas[] = {"XZ-NP", "XZ-DL"}, *const departments[] = {"XD01",
                                                                                       "XD02"};
        for (size_t i = 0; i < 2; i++) {
            struct str area = str_of(areas[i]), department = str_of(departments[i]);
            assert_int_equal(access.area_code.data && str_equal(access.area_code, area),
                             is_own(&made, area, false));
            assert_int_equal(access.department_code.data &&
                                 str_equal(access.department_code, department),
                             is_own(&made, department, true));
        }
    }
}

UNIT_GROUP(findings, cmocka_unit_test(the_order_of_figures_does_not_matter_and_what_they_say_does),
           cmocka_unit_test(a_finding_is_no_less_confidential_than_its_figures))

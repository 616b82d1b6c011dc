/* What the plausibility rules find, and what they leave alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plausibility/network.h"
#include "unit/plausibility_world.h"
#include "unit/unit.h"

static struct world world;

/* Checks the lines as one world: the rule finds these figures ("" = it finds nothing). */
#define FINDS(rule, figures, ...)                                                                  \
    finds(rule, figures, (const char *const[]){__VA_ARGS__},                                       \
          COUNT(((const char *const[]){__VA_ARGS__})))
static void finds(const char *rule, const char *figures, const char *const *lines, size_t count)
{
    world_begin(&world);
    for (size_t i = 0; i < count; i++)
        world_add(&world, lines[i]);
    world_check(&world);
    assert_str(str_of(finding_figures(&world, world_finding(&world, rule))), figures);
    world_end(&world);
}

static void a_percentage_must_come_from_a_count(void **state)
{
    (void)state;
    FINDS("grim_percentage", "P N", "P SHARE 2025 99.84 % share", "N COUNT 2025 406 件 cumulative");
    FINDS("grim_percentage", "", "P SHARE 2025 99 % share", "N COUNT 2025 406 件 cumulative");
    FINDS("grim_percentage", "", "P SHARE 2025 99.84 % share", "N COUNT 2025 607 件 cumulative");
    /* Cut off instead of rounded: 2 of 3. */
    FINDS("grim_percentage", "", "P SHARE 2025 66.6 % share", "N COUNT 2025 3 件 cumulative");
    /* Another period, another source, no exact count: nothing can be said. */
    FINDS("grim_percentage", "", "P SHARE 2025 99.84 % share", "N COUNT 2024 406 件 cumulative");
    FINDS("grim_percentage", "", "P SHARE 2025 99.84 % share",
          "N COUNT 2025 406 件 cumulative source=T");
    FINDS("grim_percentage", "", "P SHARE 2025 99.84 % share",
          "N COUNT 2025 406 件 cumulative approx=over");
}

/* Against every numerator there is. */
static bool some_numerator(int n, double printed, int decimals)
{
    double step = pow(10, -decimals);
    for (int k = 0; k <= n; k++) {
        double error = 100.0 * k / n - printed;
        if (error >= -step / 2 - 1e-9 && error <= step + 1e-9)
            return true;
    }
    return false;
}

static void percentages_agree_with_trying_every_numerator(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 3000; round++) {
        int n = 1 + (int)(unit_random(&seed) % 700), decimals = (int)(unit_random(&seed) % 3);
        double scale = pow(10, decimals);
        double printed = (1 + (double)(unit_random(&seed) % (uint64_t)(100 * scale - 1))) / scale;
        char line[64];
        world_begin(&world);
        snprintf(line, sizeof(line), "P SHARE 2025 %.*f %% share", decimals, printed);
        world_add(&world, line);
        snprintf(line, sizeof(line), "N COUNT 2025 %d 件 cumulative", n);
        world_add(&world, line);
        world_check(&world);
        if (!world_finding(&world, "grim_percentage") != some_numerator(n, printed, decimals))
            fail_msg("%.*f %% of %d", decimals, printed, n);
        world_end(&world);
    }
}

static void points_are_not_per_cent(void **state)
{
    (void)state;
    FINDS("pp_vs_percent", "G L B", "B RATIO 2022 2.36 % ratio", "L RATIO 2023 2.45 % ratio",
          "G RATIO 2023 0.09 % growth_rate base=2022 of=L");
    FINDS("pp_vs_percent", "", "B RATIO 2022 2.36 % ratio", "L RATIO 2023 2.45 % ratio",
          "G RATIO 2023 0.09 百分点 change_pp base=2022 of=L");
}

static void totals_do_not_fall(void **state)
{
    (void)state;
    FINDS("cumulative_below_earlier", "A B", "A PART 2021 300 元 cumulative",
          "B PART 2023 200 元 cumulative");
    FINDS("cumulative_below_earlier", "", "A PART 2021 200 元 cumulative",
          "B PART 2023 300 元 cumulative");
    /* Two spans with different beginnings are two counts. */
    FINDS("cumulative_below_earlier", "", "A PART 2016/2020 300 元 cumulative",
          "B PART 2021/2025 200 元 cumulative");
    FINDS("cumulative_below_earlier", "T F G", "T PART 2021/2025 500 元 cumulative",
          "F PART 2022 300 元 flow", "G PART 2023 300 元 flow");
    FINDS("cumulative_below_earlier", "", "T PART 2021/2025 600 元 cumulative",
          "F PART 2022 300 元 flow", "G PART 2023 300 元 flow");
}

static void a_part_under_the_name_of_its_whole_is_asked_about(void **state)
{
    (void)state;
    FINDS("cumulative_below_earlier", "W P R",
          "W TOTAL 2021 22352000000 元 cumulative token=223.52亿元",
          "P PART 2023 20721000000 元 cumulative token=207.21亿元",
          "R REST 2023 14148000000 元 cumulative token=141.48亿元");
    FINDS("cumulative_below_earlier", "", "W TOTAL 2021 200 元 cumulative",
          "P PART 2023 201 元 cumulative", "R REST 2023 10 元 cumulative");
}

static void a_stock_that_dips_is_asked_about(void **state)
{
    (void)state;
    FINDS("stock_falls", "A B C", "A STOCK 2021 14090 家 stock",
          "B STOCK 2023 13000 家 stock approx=over token=1.3万家",
          "C STOCK 2025 14000 家 stock token=1.4万家");
    /* 1.4万 is what 14090 is called. */
    FINDS("stock_falls", "", "A STOCK 2021 14090 家 stock",
          "C STOCK 2025 14000 家 stock token=1.4万家");
    /* A decline that stays may be one. */
    FINDS("stock_falls", "", "A STOCK 2021 14090 家 stock", "B STOCK 2023 13000 家 stock");
}

static void an_implied_base_far_below_is_asked_about(void **state)
{
    (void)state;
    FINDS("implied_drop", "A L G", "A FLOW 2021 1938 元 flow", "L FLOW 2023 1212 元 flow",
          "G FLOW 2023 20.14 % growth_rate base=2022 of=L");
    FINDS("implied_drop", "", "A FLOW 2021 1000 元 flow", "L FLOW 2023 1212 元 flow",
          "G FLOW 2023 20.14 % growth_rate base=2022 of=L");
}

static void a_unit_that_slipped_is_seen(void **state)
{
    (void)state;
    FINDS("unit_slip", "A B", "A FLOW 2021 8651 元 flow", "B FLOW 2022 97424000 元 flow");
    FINDS("unit_slip", "A B", "A RATIO 2021 2.45 % ratio", "B RATIO 2022 0.0248 % ratio");
    FINDS("unit_slip", "", "A FLOW 2021 8651 元 flow", "B FLOW 2022 97424 元 flow");
}

static void a_part_is_not_above_its_whole(void **state)
{
    (void)state;
    FINDS("subset_exceeds_whole", "A B", "A STOCK 2023 9000 家 stock",
          "B WIDER 2023 8000 家 stock");
    FINDS("subset_exceeds_whole", "", "A STOCK 2023 7000 家 stock", "B WIDER 2023 8000 家 stock");
    FINDS("subset_exceeds_whole", "", "A STOCK 2026 9000 家 stock status=target",
          "B WIDER 2026 8000 家 stock");
    /* One zone; and two zones together. */
    FINDS("subset_exceeds_whole", "Z B", "Z ZONE 2023 50 家 stock scope=两江",
          "B STOCK 2025 39 家 stock");
    FINDS("subset_exceeds_whole", "Y Z B", "Y ZONE 2023 30 家 stock scope=两江",
          "Z ZONE 2023 31 家 stock scope=科学城", "B STOCK 2025 60 家 stock");
    FINDS("subset_exceeds_whole", "Z B", "Z STOCK 2023 70 家 stock scope=两江",
          "B STOCK 2023 60 家 stock");
}

static void parts_add_up(void **state)
{
    (void)state;
    FINDS("share_sum", "W P R", "W TOTAL 2023 100 元 cumulative", "P PART 2023 60 元 cumulative",
          "R REST 2023 50 元 cumulative");
    /* 1.2 and 3.4 thousand rounded, and 4.7. */
    FINDS("share_sum", "", "W TOTAL 2023 47000 元 cumulative token=4.7万元",
          "P PART 2023 12400 元 cumulative token=1.24万元",
          "R REST 2023 34400 元 cumulative token=3.44万元");
}

static void implied_and_published_must_meet(void **state)
{
    (void)state;
    FINDS("implied_disagrees", "B L G", "B STOCK 2020 5000 家 stock", "L STOCK 2021 5108 家 stock",
          "G STOCK 2021 21 % growth_rate base=2020 of=L");
    FINDS("implied_disagrees", "", "B STOCK 2020 4221 家 stock", "L STOCK 2021 5108 家 stock",
          "G STOCK 2021 21 % growth_rate base=2020 of=L");
    /* Two ways to one base: 5108/1.21 = 4221, and 9123/2.5 = 3649. */
    FINDS("implied_disagrees", "L G M H", "L STOCK 2021 5108 家 stock",
          "G STOCK 2021 21 % growth_rate base=2020 of=L", "M STOCK 2024 9123 家 stock",
          "H STOCK 2024 2.5 倍 multiple base=2020 of=M");
    /* 2.161 cut off to 2.1. */
    FINDS("implied_disagrees", "", "L STOCK 2021 5108 家 stock",
          "G STOCK 2021 21 % growth_rate base=2020 of=L", "M STOCK 2024 9123 家 stock",
          "H STOCK 2024 2.1 倍 multiple approx=about base=2020 of=M");
    /* 增长5倍多 is more than six times, not five. */
    FINDS("implied_disagrees", "B M H", "B FLOW 2020 180 元 flow", "M FLOW 2024 974 元 flow",
          "H FLOW 2024 5 倍 growth_rate approx=over base=2020 of=M");
    FINDS("implied_disagrees", "", "B FLOW 2020 160 元 flow", "M FLOW 2024 974 元 flow",
          "H FLOW 2024 5 倍 growth_rate approx=over base=2020 of=M");
    FINDS("implied_disagrees", "B L C", "B RATIO 2022 2.30 % ratio", "L RATIO 2023 2.45 % ratio",
          "C RATIO 2023 0.09 百分点 change_pp base=2022 of=L");
    /* Five places up to 35 is 40 before. */
    FINDS("implied_disagrees", "B L C", "B RANK 2024 36 位 rank", "L RANK 2025 35 位 rank",
          "C RANK 2025 5 位 rank_change base=2024 of=L");
    /* A rate that is attached to no level belongs to its own indicator's. */
    FINDS("implied_disagrees", "B L G", "B STOCK 2021 36939 家 stock",
          "L STOCK 2022 42989 家 stock", "G STOCK 2022 16.0 % growth_rate base=2021");
    /* A formula, across indicators. */
    FINDS("implied_disagrees", "F Y R", "F FLOW 2023 700 元 flow", "Y GDP 2023 30000 元 flow",
          "R RATIO 2023 2.48 % ratio");
    FINDS("implied_disagrees", "", "F FLOW 2023 744 元 flow", "Y GDP 2023 30000 元 flow",
          "R RATIO 2023 2.48 % ratio");
}

static void a_final_does_not_lose_to_what_an_estimate_implies(void **state)
{
    (void)state;
    /* 750 (estimated) grew by 10 %: 681.8; the final of the base is 686.6, and 746.7 of the year.
     */
    FINDS("implied_disagrees", "", "E FLOW 2023 750 元 flow status=estimate",
          "G FLOW 2023 10.0 % growth_rate status=estimate base=2022 of=E",
          "B FLOW 2022 686.6 元 flow status=final", "F FLOW 2023 746.7 元 flow status=final");
    FINDS("estimate_replaced", "E F", "E FLOW 2023 750 元 flow status=estimate",
          "F FLOW 2023 746.7 元 flow status=final");
    FINDS("estimate_replaced", "", "E FLOW 2023 75000000000 元 flow status=estimate token=750亿元",
          "F FLOW 2023 75030000000 元 flow status=final token=750.3亿元");
}

static void two_publishers_and_a_repeat_are_compared(void **state)
{
    (void)state;
    FINDS("publisher_differs", "A B", "A STOCK 2021 5108 家 stock",
          "B STOCK 2021 5109 家 stock source=T");
    FINDS("publisher_differs", "", "A STOCK 2021 5108 家 stock",
          "B STOCK 2021 5100 家 stock source=T token=0.51万家");
    FINDS("within_document_repeat", "A B", "A STOCK 2021 5108 家 stock",
          "B STOCK 2021 5180 家 stock repeats=A");
    FINDS("within_document_repeat", "", "A STOCK 2021 5108 家 stock",
          "B STOCK 2021 5108 家 stock repeats=A");
    FINDS("streak_vs_rank", "S R", "S STREAK 2026 7 年 streak", "R RANK 2023 2 位 rank");
    FINDS("streak_vs_rank", "", "S STREAK 2026 7 年 streak", "R RANK 2023 1 位 rank");
    FINDS("streak_vs_rank", "", "S STREAK 2026 2 年 streak", "R RANK 2023 2 位 rank");
}

static void what_must_not_be_joined_is_named(void **state)
{
    (void)state;
    FINDS("definition_break", "A B", "A STOCK 2023 1121 家 stock",
          "B STOCK 2025 180 家 stock version=2");
    FINDS("definition_break", "A B", "A DAYS 2025 3 工作日 duration", "B DAYS 2025 20 天 duration");
    FINDS("definition_break", "", "A DAYS 2025 3 天 duration", "B DAYS 2025 20 天 duration");
    FINDS("scope_break", "A B", "A STOCK 2023 13 家 stock scope=科学城",
          "B STOCK 2026 6 家 stock scope=重科智谷 status=target");
    FINDS("scope_break", "", "A STOCK 2023 13 家 stock scope=科学城",
          "B STOCK 2026 16 家 stock scope=科学城 status=target");
    FINDS("measure_break", "A B", "A FLOW 2023 137 元 flow", "B FLOW 2021/2025 600 元 cumulative");
    FINDS("gross_vs_net", "N S G", "N NEW 2023 3071 家 increment", "S STOCK 2023 7565 家 stock",
          "G STOCK 2023 19.2 % growth_rate base=2022 of=S");
    FINDS("gross_vs_net", "", "N NEW 2023 1219 家 increment", "S STOCK 2023 7565 家 stock",
          "G STOCK 2023 19.2 % growth_rate base=2022 of=S");
    FINDS("gross_vs_net", "T S", "T STOCK 2022 2 家 increment status=target high=3",
          "S STOCK 2023 3 家 stock");
    FINDS("near_homonym", "A B", "A NEAR 2021 67 个 stock", "B NEARER 2023 114 个 stock");
    /* Published side by side, nobody takes them for one. */
    FINDS("near_homonym", "", "A NEAR 2021 67 个 stock", "B NEARER 2021 114 个 stock");
}

static void what_was_left_open_is_said(void **state)
{
    (void)state;
    FINDS("hidden_date", "A B", "A FLOW 2024 800 元 flow note=原文无年度",
          "B FLOW 2024 800 元 flow repeats=A");
    FINDS("period_unstated", "A", "A FLOW 2024 100 元 flow note=期限未写明");
    FINDS("hedge_dropped", "A B", "A RATIO 2021 2.21 % ratio status=estimate note=小标题未带预计",
          "B RATIO 2021 2.21 % ratio status=estimate repeats=A");
    FINDS("period_not_closed", "A",
          "A PART 2021/2025 13 元 cumulative note=规划期未满即称完成 published=2025-10-15");
    FINDS("period_not_closed", "",
          "A PART 2021/2025 13 元 cumulative note=规划期未满即称完成 published=2026-01-15");
    FINDS("growth_without_level", "G", "G STOCK 2025 14.11 % growth_rate base=2024");
    FINDS("growth_without_level", "", "G STOCK 2025 14.11 % growth_rate base=2024",
          "L STOCK 2025 10410 家 stock");
}

/* --- Intervals against worlds that are true ----------------------------------------------------
 */

enum { YEARS = 12 };

/* A true series, and some of what would be printed of it, rounded or cut off. */
static void print_true_world(uint64_t *seed, double truth[YEARS])
{
    char line[128];
    truth[0] = 1000 + (double)(unit_random(seed) % 9000);
    for (int year = 1; year < YEARS; year++)
        truth[year] = floor(truth[year - 1] * (0.9 + (double)(unit_random(seed) % 500) / 1000));
    for (int year = 0; year < YEARS; year++) {
        bool level = unit_random(seed) % 2, cut = unit_random(seed) % 2;
        int back = 1 + (int)(unit_random(seed) % 3);
        if (!level)
            continue;
        snprintf(line, sizeof(line), "L%d STOCK %d %.0f 家 stock", year, 2010 + year, truth[year]);
        world_add(&world, line);
        if (year < back)
            continue;
        double growth = 100 * (truth[year] / truth[year - back] - 1);
        double printed = (cut ? floor(growth * 10) : round(growth * 10)) / 10;
        if (unit_random(seed) % 2)
            snprintf(line, sizeof(line), "G%d STOCK %d %.1f %% growth_rate base=%d of=L%d", year,
                     2010 + year, printed, 2010 + year - back, year);
        else
            snprintf(line, sizeof(line), "M%d STOCK %d %.2f 倍 multiple base=%d of=L%d", year,
                     2010 + year, round(100 * truth[year] / truth[year - back]) / 100,
                     2010 + year - back, year);
        world_add(&world, line);
    }
}

static void a_true_world_is_never_doubted_and_every_interval_holds_the_truth(void **state)
{
    (void)state;
    uint64_t seed = 5;
    double truth[YEARS];
    for (int round = 0; round < 2000; round++) {
        world_begin(&world);
        print_true_world(&seed, truth);
        world_check(&world);
        if (world_finding(&world, "implied_disagrees"))
            fail_msg("round %d: %s", round,
                     finding_figures(&world, world_finding(&world, "implied_disagrees")));
        struct network *network = network_settle(&world.arena, &world.set);
        for (size_t i = 0; i < network->level_count; i++) {
            int year, month, day;
            date_split(network->levels[i].end, &year, &month, &day);
            double value = truth[year - 2010];
            if (value < network->levels[i].now.low - 1e-6 * value ||
                value > network->levels[i].now.high + 1e-6 * value)
                fail_msg("round %d: %g is not in %g to %g", round, value,
                         network->levels[i].now.low, network->levels[i].now.high);
        }
        world_end(&world);
    }
}

/* Whether the figures without the `left_out`-th of the finding still contradict. */
static bool still_contradicts(const struct finding *finding, size_t left_out)
{
    struct world *smaller = calloc(1, sizeof(*smaller));
    assert_non_null(smaller);
    world_begin(smaller);
    for (size_t i = 0; i < finding->figure_count; i++)
        if (i != left_out)
            smaller->figures[smaller->set.count++] = world.figures[finding->figures[i]];
    world_check(smaller);
    bool found = world_finding(smaller, "implied_disagrees");
    world_end(smaller);
    free(smaller);
    return found;
}

static void a_contradiction_names_the_smallest_set(void **state)
{
    (void)state;
    uint64_t seed = 9;
    double truth[YEARS];
    int contradictions = 0;
    for (int round = 0; round < 300; round++) {
        world_begin(&world);
        print_true_world(&seed, truth);
        if (world.set.count) {
            struct checked_figure *wrong = &world.figures[unit_random(&seed) % world.set.count];
            if (measure_is_level(wrong->measure)) {
                wrong->value = floor(wrong->value * 1.4);
                wrong->token = STR_NONE;
            }
        }
        world_check(&world);
        const struct finding *finding = world_finding(&world, "implied_disagrees");
        if (finding) {
            contradictions++;
            assert_true(still_contradicts(finding, SIZE_MAX));
            for (size_t i = 0; i < finding->figure_count; i++)
                if (still_contradicts(finding, i))
                    fail_msg("round %d: %s can do without its number %zu", round,
                             finding_figures(&world, finding), i);
        }
        world_end(&world);
    }
    assert_true(contradictions > 50);
}

UNIT_GROUP(plausibility, cmocka_unit_test(a_percentage_must_come_from_a_count),
           cmocka_unit_test(percentages_agree_with_trying_every_numerator),
           cmocka_unit_test(points_are_not_per_cent), cmocka_unit_test(totals_do_not_fall),
           cmocka_unit_test(a_part_under_the_name_of_its_whole_is_asked_about),
           cmocka_unit_test(a_stock_that_dips_is_asked_about),
           cmocka_unit_test(an_implied_base_far_below_is_asked_about),
           cmocka_unit_test(a_unit_that_slipped_is_seen),
           cmocka_unit_test(a_part_is_not_above_its_whole), cmocka_unit_test(parts_add_up),
           cmocka_unit_test(implied_and_published_must_meet),
           cmocka_unit_test(a_final_does_not_lose_to_what_an_estimate_implies),
           cmocka_unit_test(two_publishers_and_a_repeat_are_compared),
           cmocka_unit_test(what_must_not_be_joined_is_named),
           cmocka_unit_test(what_was_left_open_is_said),
           cmocka_unit_test(a_true_world_is_never_doubted_and_every_interval_holds_the_truth),
           cmocka_unit_test(a_contradiction_names_the_smallest_set))

/* The rules: said once here, printed by `kechuang check`, the page and the documentation. */
#include "plausibility/rules.h"

const struct rule rules[] = {
    {"grim_percentage", FINDING_CONTRADICTION, "百分比按公布基数无法复算",
     "A percentage that no count of the stated base gives",
     "同一来源、同一时期写明了计数基数时，须有整数分子 k 使 k/n 四舍五入或截尾后等于公布的百分比。",
     "Where the same source states a count as the base, some whole numerator must give the printed "
     "percentage, rounded or cut off.",
     find_impossible_percentages},
    {"pp_vs_percent", FINDING_QUESTION, "百分点与百分之混用",
     "Percentage points taken for per cent, or the other way round",
     "百分数的变动按一种读法与公布的基期值相符，而按所写的读法不符。",
     "The change of a percentage fits the published base in one reading, and not in the one that "
     "is written.",
     find_points_taken_for_percent},
    {"cumulative_below_earlier", FINDING_CONTRADICTION, "累计数低于较早的数",
     "A cumulative value below an earlier one",
     "同一口径的累计数不会减少；一段时期的累计数不小于其中各年之和；合计的一部分若与合计同名，"
     "不应小于较早的合计。",
     "A cumulative value does not fall, is not below the sum of the years within it, and a part "
     "that bears the name of a whole is not below an earlier whole.",
     find_falling_totals},
    {"stock_falls", FINDING_QUESTION, "存量先降后升", "A stock that falls and comes back",
     "越多越好的存量，公布数低于前一期、其后又回到原来的水平：多为口径变化或下限表述。",
     "A stock of which more is better is printed lower than before and later at its old level: "
     "often another scope or a lower bound.",
     find_falling_stocks},
    {"implied_drop", FINDING_QUESTION, "反推的基期值明显低于更早的公布值",
     "An implied base far below an earlier published value",
     "由某期数值和增速反推的上期值，比更早公布的数低三成以上。",
     "The value implied for the base by a level and its growth is more than 30 % below an earlier "
     "published one.",
     find_implied_drops},
    {"unit_slip", FINDING_QUESTION, "疑为单位错位", "A unit that slipped",
     "相邻两期之比接近千、万、亿倍（百分数为百倍），换一个单位即相符。",
     "Two neighbouring values differ by about 10^3, 10^4 or 10^8 (100 for percentages), and fit in "
     "another unit.",
     find_unit_slips},
    {"subset_exceeds_whole", FINDING_QUESTION, "部分大于整体", "A part above the whole",
     "已声明的部分（或同一指标下的局部区域，或几个局部之和）大于同期或其后的整体。",
     "A declared part (or a zone under the same indicator, or several zones together) is above the "
     "whole of the same time or a later one.",
     find_parts_above_wholes},
    {"share_sum", FINDING_CONTRADICTION, "各部分之和不等于合计", "Parts that do not add up",
     "公式为各项之和的指标，同期各项之和与公布的合计在取整精度内不符。",
     "Where the formula is a sum, the parts of one period do not give the published whole within "
     "what was printed.",
     find_sums_that_miss},
    {"implied_disagrees", FINDING_CONTRADICTION, "推算值与公布值不能同时成立",
     "Implied and published values that cannot all be true",
     "由增速、倍数、变动、名次变化和公式逐级推出各期的可能区间，某期的区间为空；给出不能同时成立的"
     "最小一组数。",
     "Rates, multiples, changes and formulas give intervals for other periods; where one is empty, "
     "the smallest set of figures that cannot all be true is named.",
     find_disagreements},
    {"claim_unreachable", FINDING_QUESTION, "文字所述的倍增与公布各期数不符",
     "A stated multiple that the published values do not reach",
     "文字称某指标在一段时期内达到若干倍，而这段时期前后公布的数（含目标）之间达不到。",
     "A sentence says that an indicator multiplied over a span, and no published values in or "
     "after it, targets included, are so far apart.",
     find_unreachable_claims},
    {"estimate_replaced", FINDING_NOTICE, "预计数后有更终的数",
     "An estimate that was replaced later",
     "同一时期先有预计或初步数，后有更终的数，两者在取整精度内不同：采用后者，保留前者。",
     "An estimate and a more final value of the same period differ: the later is used, the earlier "
     "is kept.",
     find_replaced_estimates},
    {"publisher_differs", FINDING_QUESTION, "两处公布的数不同", "Two sources that differ",
     "同一指标、地区、时期、口径的两个非预计数，出自不同来源而在取整精度内不同。",
     "Two sources give different values for the same indicator, area, period and definition.",
     find_publishers_that_differ},
    {"within_document_repeat", FINDING_CONTRADICTION, "同文重复而数不同", "A repeat that differs",
     "标明重复另一数的数，与那个数不同。", "A figure that repeats another has another value.",
     find_unequal_repeats},
    {"streak_vs_rank", FINDING_CONTRADICTION, "连续第一与某年名次不符",
     "A streak that a rank breaks", "称连续若干年第一，而其间某年的名次不是第一。",
     "A streak of first places spans a year whose rank is not the first.",
     find_rank_contradictions},
    {"definition_break", FINDING_NOT_JOINABLE, "口径不同，不连成一列", "A break of the definition",
     "同一指标的两个口径版本，或同一来源里单位不同的时长：各自成立，不相减、不连线。",
     "Two versions of a definition, or durations in different kinds of days: each may be right, "
     "together they are no series.",
     find_definition_breaks},
    {"scope_break", FINDING_NOT_JOINABLE, "范围不同，不连成一列", "A break of the scope",
     "同一指标的目标与实际属于不同主体，或近名指标注明的范围不同。",
     "Target and actual belong to different entities, or the noted scopes differ.",
     find_scope_breaks},
    {"measure_break", FINDING_NOT_JOINABLE, "量的类型不同，不连成一列", "A break of the measure",
     "同一指标之下，当年数、存量与累计数并存：不相减、不连线。",
     "Yearly, stock and cumulative values stand under one indicator: they are no series.",
     find_measure_breaks},
    {"gross_vs_net", FINDING_NOT_JOINABLE, "新认定（新增）与存量之差不是一回事",
     "Gross entries are not the net change",
     "新认定数含期满重认，不等于存量之差；当年新增的目标不与存量对比。",
     "Entries include renewals and are not the difference of stocks; a target for entries is not "
     "compared with a stock.",
     find_gross_for_net},
    {"near_homonym", FINDING_NOT_JOINABLE, "名称相近而定义不同", "Near-homonymous indicators",
     "已声明的近名指标，或名称高度相似、单位相同、时期互不重复的指标：不连成一列。",
     "Indicators declared as near-homonyms, or whose names are very much alike with one unit and "
     "no "
     "common period: they are no series.",
     find_near_homonyms},
    {"hidden_date", FINDING_NOTICE, "数据日期未写明", "A date that is not stated",
     "年度统计的指标以发布日为时点，或登记时注明年度未写明。",
     "A yearly indicator is dated by its publication, or the record notes that the year is not "
     "stated.",
     find_hidden_dates},
    {"period_unstated", FINDING_NOTICE, "期限未写明", "A period that is not stated",
     "登记时注明期限、当年或累计未写明。",
     "The record notes that the period, or whether it is yearly or cumulative, is not stated.",
     find_unstated_periods},
    {"hedge_dropped", FINDING_NOTICE, "“预计”被省略", "A hedge that was dropped",
     "同一数值一处写明预计，另一处没有：按预计数采用。",
     "One place calls the value an estimate and another does not: it is used as an estimate.",
     find_dropped_hedges},
    {"period_not_closed", FINDING_NOTICE, "期未满即计完成", "A period that had not ended",
     "发布时规划期尚未结束，而按全期计数表述完成。",
     "Completion over a whole plan period is stated before the period had ended.",
     find_unclosed_periods},
    {"growth_without_level", FINDING_NOTICE, "只有增速，没有数值", "Growth without a level",
     "公布了某期增速而没有该期数值，不得以别期的数代替。",
     "Growth was published for a period without its level: another period's value must not stand "
     "in.",
     find_growth_without_level},
};
const size_t rule_count = COUNT(rules);

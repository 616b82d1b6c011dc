/* Small worlds of figures for the tests of the plausibility engine, written as lines. */
#ifndef UNIT_PLAUSIBILITY_WORLD_H
#define UNIT_PLAUSIBILITY_WORLD_H

#include "plausibility/check.h"

enum { WORLD_MAX = 4096 };

struct world {
    struct arena arena;
    struct figure_set set;
    struct checked_figure figures[WORLD_MAX];
    struct findings findings;
};

/* Indicators: STOCK 高新技术企业数, WIDER 科技型企业数, NEW 新认定高新技术企业数, ZONE
 * 两江高新技术企业数 (家); TOTAL 知识价值贷合计 = PART 知识价值贷发放额 + REST 引导额 (元,
 * cumulative); FLOW 成交额 (元); RATIO 研发投入强度 (%), RATIO = 100 * FLOW / GDP; SHARE
 * 企业诉求满意度 (%), COUNT 企业诉求受理件数 (件); RANK, STREAK 综合科技创新水平指数西部…; DAYS
 * 办理时长 (duration); NEAR 科技创新平台数, NEARER 市科技创新平台数. Declared: STOCK ⊂ WIDER, ZONE
 * ⊂ STOCK, NEW gross of STOCK. */
void world_begin(struct world *world);
/* "id indicator period value unit measure [key=value]…": blanks part; keys: status area scope among
 * approx base of (attaches_to) repeats published source token note version high. Unless said:
 * as_reported, CQ, exact, published 2026, source S, token of the value. */
struct checked_figure *world_add(struct world *world, const char *line);
void world_check(struct world *world);
/* The first finding of a rule; NULL = none. */
const struct finding *world_finding(const struct world *world, const char *rule);
/* "A1 A2": the figures of a finding, in their order. */
const char *finding_figures(struct world *world, const struct finding *finding);
void world_end(struct world *world);

#endif

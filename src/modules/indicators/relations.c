/* What is declared about indicators and sentences so that figures can be compared: how two
 * indicators belong together, and what a sentence claims of a series without printing its number.
 */
#include "modules/indicators/internal.h"

struct relation_row {
    struct str indicator_code, other_code, relation, basis, note;
};
static const char *const relation_names[] = {"part_of", "near_homonym", "gross_of", "net_of", NULL};
static const struct field relation_row_fields[] = {
    FIELD(struct relation_row, indicator_code, "指标", "Indicator", .required = true,
          .refers = "indicator"),
    FIELD(struct relation_row, other_code, "另一指标", "The other indicator", .required = true,
          .refers = "indicator"),
    FIELD(struct relation_row, relation,
          "关系：part_of 是其中一部分，near_homonym 名近义异，gross_of 是其新认定等毛增，net_of "
          "是其净变化",
          "Relation: a part of it, a name like it, what came into it, or its change",
          .required = true, .choices = relation_names),
    FIELD(struct relation_row, basis, "依据：source 有来源，ours 本项目约定",
          "Basis: a source, or ours", .required = true, .choices = basis_names),
    FIELD(struct relation_row, note, "说明", "Note", .length_max = 500),
};
static const SHAPE(relation_row);

static enum error relation_check(struct ctx *ctx, void *record)
{
    const struct relation_row *row = record;
    return str_equal(row->indicator_code, row->other_code)
               ? complain(ctx, STR("other_code"), "应是另一个指标", "must be another indicator")
               : E_OK;
}

const struct import_target relation_target = {
    "indicator_relations",     "指标关系",
    "Relations of indicators", &relation_row_shape,
    "indicator_relation",      .key = {"indicator_code", "other_code", "relation"},
    .check = relation_check,   .roles = ANALYSTS};

struct claim_row {
    struct str fact_id, indicator_code, area_code, base_period, period;
    double multiple;
    struct str note;
};
static const struct field claim_row_fields[] = {
    FIELD(struct claim_row, fact_id, "这句话所附的数", "The figure whose sentence it is",
          .required = true, .length_max = 60),
    FIELD(struct claim_row, indicator_code, "所说的指标", "The indicator that it speaks of",
          .required = true, .refers = "indicator"),
    FIELD(struct claim_row, area_code, "区域", "Area", .required = true, .refers = "area"),
    FIELD(struct claim_row, base_period, "比较期", "Base period", .required = true,
          .length_max = 40),
    FIELD(struct claim_row, period, "所说的时期", "The period that it speaks of", .required = true,
          .length_max = 40),
    FIELD(struct claim_row, multiple, "至少是比较期的几倍", "At least so many times the base",
          .required = true),
    FIELD(struct claim_row, note, "说明", "Note", .length_max = 500),
};
static const SHAPE(claim_row);

static enum error must_be_period(struct ctx *ctx, const char *field, struct str text)
{
    struct period period;
    return period_parse(text, &period)
               ? E_OK
               : complain(ctx, str_of(field), "应为 2025、2025Q3 或 2021/2025 这样的时期",
                          "must be a period such as 2025, 2025Q3 or 2021/2025");
}

static enum error claim_check(struct ctx *ctx, void *record)
{
    const struct claim_row *row = record;
    enum error error = fact_must_exist(ctx, "fact_id", row->fact_id);
    if (!error)
        error = must_be_period(ctx, "base_period", row->base_period);
    if (!error)
        error = must_be_period(ctx, "period", row->period);
    if (!error && !(row->multiple > 0))
        error = complain(ctx, STR("multiple"), "应大于 0", "must be above 0");
    return error;
}

const struct import_target claim_target = {"observation_claims",
                                           "原文中没有印出数字的说法",
                                           "Claims without a printed number",
                                           &claim_row_shape,
                                           "observation_claim",
                                           .key = {"fact_id", "indicator_code", "area_code"},
                                           .check = claim_check,
                                           .roles = ANALYSTS};

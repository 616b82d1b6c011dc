/* Figures: numbers on a page, each with where it comes from. */
#include "modules/indicators/indicators.h"

static const struct field term_fields[] = {
    FIELD(struct term, name, "符号", "Symbol"),
    FIELD(struct term, value, "数值", "Value"),
    FIELD(struct term, unit, "单位", "Unit"),
    FIELD(struct term, observation_id, "观测", "Observation"),
    FIELD(struct term, label, "名称", "Label"),
    FIELD(struct term, label_en, "英文名称", "English label"),
};
SHAPE(term);

static const struct field formula_fields[] = {
    FIELD(struct formula, expression, "算式", "Expression"),
    FIELD(struct formula, text, "说明", "In words, Chinese"),
    FIELD(struct formula, text_en, "英文说明", "In words"),
    FIELD(struct formula, terms, "各项", "Its terms", .of = &term_shape),
};
SHAPE(formula);

static const struct field figure_fields[] = {
    FIELD(struct figure, value, "数值", "Value"),
    FIELD(struct figure, unit, "单位", "Unit"),
    FIELD(struct figure, approximation, "精确程度", "Approximation"),
    FIELD(struct figure, observation_id, "观测", "Observation"),
    FIELD(struct figure, formula, "公式", "Formula", .of = &formula_shape),
    FIELD(struct figure, records, "所数的记录", "The records that were counted"),
};
SHAPE(figure);

struct figure figure_of(const struct observation *o)
{
    return (struct figure){.value = o->value,
                           .unit = o->unit,
                           .approximation = o->approximation,
                           .observation_id = {o->id, true},
                           .records = STR_NONE};
}

struct record figure_record(struct arena *arena, struct figure figure)
{
    struct figure *copy = ARENA_NEW(arena, struct figure);
    *copy = figure;
    return (struct record){copy};
}

struct record counted_figure(struct arena *arena, int64_t count, struct str unit,
                             const char *records)
{
    return figure_record(arena, (struct figure){.value = (double)count,
                                                .unit = unit,
                                                .approximation = STR("exact"),
                                                .records = str_of(records)});
}

struct term term_of(const char *name, const struct observation *o)
{
    return (struct term){str_of(name),  o->value,          o->unit,
                         {o->id, true}, o->indicator_name, o->indicator_name_en};
}

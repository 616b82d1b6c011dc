/* The conditions of templates, over the answers of a case; and what is wrong with them. */
#include "stats/condition.h"

#include "modules/cases/flaws.h"
#include "stats/expression.h"

const struct answer *answer_of(const struct records *answers, struct str code)
{
    const struct answer *answer = answers->items;
    for (size_t i = 0; i < answers->count; i++)
        if (str_equal(answer[i].code, code))
            return &answer[i];
    return NULL;
}

static bool given(void *answers, struct str name, struct str *value)
{
    const struct answer *answer = answer_of(answers, name);
    *value = answer ? answer->value : STR_NONE;
    return answer;
}

bool condition_holds(struct str condition, const struct records *answers)
{
    return condition_is_met(condition, given, (void *)(uintptr_t)answers);
}

static const struct template_field *field_named(const struct records *fields, struct str code)
{
    const struct template_field *field = fields->items;
    for (size_t i = 0; i < fields->count; i++)
        if (str_equal(field[i].code, code))
            return &field[i];
    return NULL;
}

static bool is_number(const struct template_field *field)
{
    return field && (str_is(field->kind, "number") || str_is(field->kind, "integer") ||
                     str_is(field->kind, "money"));
}

static void side_flaws(struct ctx *ctx, struct flaws *flaws, struct flaw_place place,
                       struct str side, const struct records *fields)
{
    struct str names[EXPRESSION_NAMES_MAX];
    size_t count;
    if (!expression_names(side, names, &count)) {
        flaw_add(ctx, flaws, place, "不是算式", "no formula", side);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (!is_number(field_named(fields, names[i])))
            flaw_add(ctx, flaws, place, "没有这个数字字段", "no such field with a number",
                     names[i]);
}

void condition_flaws(struct ctx *ctx, struct flaws *flaws, struct flaw_place place,
                     struct str condition, const struct template_view *view)
{
    struct str rest = condition, text;
    struct comparison one;
    while (condition_next(&rest, &text)) {
        if (!comparison_read(text, &one)) {
            flaw_add(ctx, flaws, place, "不是比较", "no comparison", text);
        } else if (one.textual) {
            bool equality = str_is(one.operator, "=") || str_is(one.operator, "!=");
            if (!equality || !field_named(&view->fields, one.left))
                flaw_add(ctx, flaws, place, "文字只能与已有字段比较是否相等",
                         "a text can only be compared for equality with a field", text);
        } else {
            side_flaws(ctx, flaws, place, one.left, &view->fields);
            side_flaws(ctx, flaws, place, one.right, &view->fields);
        }
    }
}

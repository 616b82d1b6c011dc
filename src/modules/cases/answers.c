#include "base/date.h"
#include "base/number.h"
#include "core/query.h"
#include "modules/cases/internal.h"

enum { ANSWER_MAX = 4000 };

static const struct field answer_fields[] = {
    FIELD(struct answer, code, "字段", "Field", .required = true, .length_max = 40),
    FIELD(struct answer, step_id, "步骤", "Step", USE_OUT),
    FIELD(struct answer, value, "所填", "What was filled in", .length_max = ANSWER_MAX),
};
SHAPE(answer);

static bool is_choice(struct str choices, struct str text)
{
    struct str rest = choices, one;
    while (str_cut(&rest, '|', &one))
        if (str_equal(one, text))
            return true;
    return false;
}

static enum error check_number(struct ctx *ctx, const struct template_field *field, struct str text,
                               struct str *kept)
{
    double number;
    int64_t whole;
    bool integer = str_is(field->kind, "integer"), money = str_is(field->kind, "money");
    bool good = integer ? int_parse(text, &whole) : real_parse(text, &number);
    if (!good || (money && number < 0))
        return complain(ctx, field->code, "应为%s", "must be %s",
                        money ? in_language(ctx, "不小于 0 的数", "a number that is not below 0")
                        : integer ? in_language(ctx, "整数", "a whole number")
                                  : in_language(ctx, "数", "a number"));
    *kept = text;
    return E_OK;
}

static enum error check_organisation(struct ctx *ctx, const struct template_field *field,
                                     struct str text)
{
    bool there;
    enum error error = code_exists(ctx, "organisation", text, &there);
    return error || there ? error
                          : complain(ctx, field->code, "没有登记这个单位：%.*s",
                                     "no such organisation is registered: %.*s", STR_PRINT(text));
}

enum error answer_check(struct ctx *ctx, const struct template_field *field, struct str text,
                        struct str *kept)
{
    struct date date;
    *kept = text;
    if (!text.length)
        return field->required ? complain(ctx, field->code, "必填", "is required") : E_OK;
    if (str_is(field->kind, "number") || str_is(field->kind, "integer") ||
        str_is(field->kind, "money"))
        return check_number(ctx, field, text, kept);
    if (str_is(field->kind, "date") && !date_parse(text, &date))
        return complain(ctx, field->code, "应为日期，如 2026-01-31", "must be a day: 2026-01-31");
    if (str_is(field->kind, "bool") && !str_is(text, "true") && !str_is(text, "false"))
        return complain(ctx, field->code, "应为 true 或 false", "must be true or false");
    if (str_is(field->kind, "choice") && !is_choice(field->choices, text))
        return complain(ctx, field->code, "应为其中之一：%.*s", "must be one of %.*s",
                        STR_PRINT(field->choices));
    return str_is(field->kind, "organisation") ? check_organisation(ctx, field, text) : E_OK;
}

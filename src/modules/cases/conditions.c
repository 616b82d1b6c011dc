#include "base/number.h"
#include "modules/cases/flaws.h"
#include "stats/expression.h"

static const char *const operators[] = {"<=", ">=", "!=", "<", ">", "=", NULL};

struct comparison {
    struct str left, right, operator;
    bool textual; /* right is a text, without its quotes */
};

static struct str trimmed(struct str text)
{
    while (text.length && text.data[0] == ' ')
        text = str_skip(text, 1);
    while (text.length && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

static bool split(struct str text, struct comparison *out)
{
    for (size_t at = 0; at < text.length; at++)
        for (size_t i = 0; operators[i]; i++)
            if (str_starts(str_skip(text, at), str_of(operators[i]))) {
                out->operator= str_of(operators[i]);
                out->left = trimmed(str_first(text, at));
                out->right = trimmed(str_skip(text, at + out->operator.length));
                size_t length = out->right.length;
                out->textual = length >= 2 && out->right.data[0] == '\'' &&
                               out->right.data[length - 1] == '\'';
                if (out->textual)
                    out->right = str_first(str_skip(out->right, 1), length - 2);
                return out->left.length && (out->textual || length);
            }
    return false;
}

/* The next comparison before " and ". */
static bool next(struct str *rest, struct str *one)
{
    static const struct str and = STR_INIT(" and ");
    if (!rest->length)
        return false;
    for (size_t at = 0; at + and.length <= rest->length; at++)
        if (str_starts(str_skip(*rest, at), and)) {
            *one = str_first(*rest, at);
            *rest = str_skip(*rest, at + and.length);
            return true;
        }
    *one = *rest;
    *rest = (struct str){rest->data, 0};
    return true;
}

const struct answer *answer_of(const struct records *answers, struct str code)
{
    const struct answer *answer = answers->items;
    for (size_t i = 0; i < answers->count; i++)
        if (str_equal(answer[i].code, code))
            return &answer[i];
    return NULL;
}

static bool value_of(void *state, struct str name, double *value)
{
    const struct answer *answer = answer_of(state, name);
    return answer && real_parse(answer->value, value);
}

static bool compare(struct str operator, int order)
{
    return str_is(operator, "<=")   ? order <= 0
           : str_is(operator, ">=") ? order >= 0
           : str_is(operator, "!=") ? order != 0
           : str_is(operator, "<")  ? order < 0
           : str_is(operator, ">")  ? order > 0
                                    : order == 0;
}

static bool holds(const struct comparison *one, const struct records *answers)
{
    double left, right;
    if (one->textual) {
        const struct answer *answer = answer_of(answers, one->left);
        return answer && compare(one->operator, str_equal(answer->value, one->right) ? 0 : 1);
    }
    void *state = (void *)(uintptr_t)answers;
    if (!expression_evaluate(one->left, value_of, state, &left) ||
        !expression_evaluate(one->right, value_of, state, &right))
        return false;
    return compare(one->operator, left<right ? -1 : left> right);
}

bool condition_holds(struct str condition, const struct records *answers)
{
    struct str rest = condition, text;
    struct comparison one;
    while (next(&rest, &text))
        if (!split(text, &one) || !holds(&one, answers))
            return false;
    return true;
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
    while (next(&rest, &text)) {
        if (!split(text, &one)) {
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

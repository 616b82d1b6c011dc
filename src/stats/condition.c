#include "stats/condition.h"

#include "base/number.h"
#include "stats/expression.h"

/* The longer of two that begin alike comes first. */
static const char *const operators[] = {"<=", ">=", "!=", "<", ">", "=", NULL};

static struct str trimmed(struct str text)
{
    while (text.length && text.data[0] == ' ')
        text = str_skip(text, 1);
    while (text.length && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

bool condition_next(struct str *rest, struct str *one)
{
    static const struct str and = STR_INIT(" and ");
    bool quoted = false;
    if (!rest->length)
        return false;
    for (size_t at = 0; at + and.length <= rest->length; at++) {
        quoted ^= rest->data[at] == '\'';
        if (quoted || !str_starts(str_skip(*rest, at), and))
            continue;
        *one = str_first(*rest, at);
        *rest = str_skip(*rest, at + and.length);
        return true;
    }
    *one = *rest;
    *rest = str_skip(*rest, rest->length);
    return true;
}

bool comparison_read(struct str text, struct comparison *out)
{
    for (size_t at = 0; at < text.length; at++)
        for (size_t i = 0; operators[i]; i++) {
            if (!str_starts(str_skip(text, at), str_of(operators[i])))
                continue;
            out->operator= str_first(str_skip(text, at), strlen(operators[i]));
            out->left = trimmed(str_first(text, at));
            out->right = trimmed(str_skip(text, at + out->operator.length));
            size_t length = out->right.length;
            out->textual =
                length >= 2 && out->right.data[0] == '\'' && out->right.data[length - 1] == '\'';
            if (out->textual)
                out->right = str_first(str_skip(out->right, 1), length - 2);
            return out->left.length && length;
        }
    return false;
}

struct lookup {
    condition_answer_fn *answer;
    void *state;
};

static bool number_of(void *state, struct str name, double *value)
{
    const struct lookup *lookup = state;
    struct str answer;
    return lookup->answer(lookup->state, name, &answer) && real_parse(answer, value);
}

static bool agrees(struct str operator, int order)
{
    return str_is(operator, "<=")   ? order <= 0
           : str_is(operator, ">=") ? order >= 0
           : str_is(operator, "!=") ? order != 0
           : str_is(operator, "<")  ? order < 0
           : str_is(operator, ">")  ? order > 0
                                    : order == 0;
}

static bool is_met(const struct comparison *one, struct lookup *lookup)
{
    double left, right;
    struct str answer;
    if (one->textual)
        return lookup->answer(lookup->state, one->left, &answer) &&
               agrees(one->operator, str_equal(answer, one->right) ? 0 : 1);
    return expression_evaluate(one->left, number_of, lookup, &left) &&
           expression_evaluate(one->right, number_of, lookup, &right) &&
           agrees(one->operator, left<right ? -1 : left> right);
}

bool condition_is_met(struct str condition, condition_answer_fn *answer, void *state)
{
    struct lookup lookup = {answer, state};
    struct str text;
    struct comparison one;
    while (condition_next(&condition, &text))
        if (!comparison_read(text, &one) || !is_met(&one, &lookup))
            return false;
    return true;
}

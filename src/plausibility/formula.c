#include "plausibility/formula.h"

#include "base/number.h"

static bool indicator_named(const struct figure_set *set, struct str code, size_t *place)
{
    for (size_t i = 0; i < set->indicator_count; i++)
        if (str_equal(set->indicators[i].code, code)) {
            *place = i;
            return true;
        }
    return false;
}

static struct str trimmed(struct str text)
{
    while (text.length && *text.data == ' ')
        text = str_skip(text, 1);
    while (text.length && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

static struct formula_parts read_sum(const struct figure_set *set, struct str rest)
{
    struct formula_parts parts = {.shape = FORMULA_SUM};
    struct str term;
    while (str_cut(&rest, '+', &term))
        if (parts.term_count == FORMULA_TERMS_MAX ||
            !indicator_named(set, trimmed(term), &parts.terms[parts.term_count++]))
            return (struct formula_parts){0};
    return parts;
}

/* [factor *] A / B */
static struct formula_parts read_ratio(const struct figure_set *set, struct str text)
{
    struct formula_parts parts = {.shape = FORMULA_RATIO, .factor = 1, .term_count = 2};
    struct str above, below = text;
    str_cut(&below, '/', &above);
    size_t times = str_find(above, '*');
    if (times < above.length &&
        (!real_parse(trimmed(str_first(above, times)), &parts.factor) || parts.factor <= 0))
        return (struct formula_parts){0};
    if (times < above.length)
        above = str_skip(above, times + 1);
    if (!indicator_named(set, trimmed(above), &parts.terms[0]) ||
        !indicator_named(set, trimmed(below), &parts.terms[1]))
        return (struct formula_parts){0};
    return parts;
}

struct formula_parts formula_read(const struct figure_set *set,
                                  const struct indicator_formula *formula)
{
    struct str text = formula->expression;
    if (str_find(text, '/') < text.length)
        return read_ratio(set, text);
    if (str_find(text, '+') < text.length)
        return read_sum(set, text);
    return (struct formula_parts){0};
}

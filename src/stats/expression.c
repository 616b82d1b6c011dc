#include "stats/expression.h"

#include <math.h>

#include "base/number.h"

/* What is known of a part of an expression. */
struct operand {
    struct quantity is;
    bool pure;     /* made of numbers alone: it takes whatever unit stands beside it */
    double factor; /* by which numbers alone have multiplied it; NAN = sums are in it */
};

struct parser {
    struct str rest;
    expression_quantity_fn *quantity;
    void *state;
    bool typed; /* units are looked at */
    int depth;
    bool good;
    struct expression_clash clash;
};

static struct operand sum(struct parser *parser);

static void skip_blanks(struct parser *parser)
{
    while (parser->rest.length && *parser->rest.data == ' ')
        parser->rest = str_skip(parser->rest, 1);
}

static bool take(struct parser *parser, char mark)
{
    skip_blanks(parser);
    if (!parser->rest.length || *parser->rest.data != mark)
        return false;
    parser->rest = str_skip(parser->rest, 1);
    return true;
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static struct str take_word(struct parser *parser)
{
    size_t length = 0;
    const char *data = parser->rest.data;
    while (length < parser->rest.length &&
           (is_letter(data[length]) || is_digit(data[length]) || data[length] == '_'))
        length++;
    struct str word = str_first(parser->rest, length);
    parser->rest = str_skip(parser->rest, length);
    return word;
}

static struct operand number(struct parser *parser)
{
    size_t length = 0;
    double value = 0;
    while (length < parser->rest.length &&
           (is_digit(parser->rest.data[length]) || parser->rest.data[length] == '.'))
        length++;
    parser->good = parser->good && real_parse(str_first(parser->rest, length), &value);
    parser->rest = str_skip(parser->rest, length);
    return (struct operand){{value, {value, value}, UNIT_ONE}, true, value};
}

static struct operand negated(struct operand a)
{
    a.is.value = -a.is.value;
    a.is.range = (struct interval){-a.is.range.high, -a.is.range.low};
    return a;
}

static struct operand operand(struct parser *parser)
{
    struct operand result = {{0, {0, 0}, UNIT_ONE}, true, 1};
    if (take(parser, '(')) {
        parser->good = parser->good && ++parser->depth <= EXPRESSION_DEPTH_MAX;
        if (parser->good)
            result = sum(parser);
        parser->depth--;
        parser->good = parser->good && take(parser, ')');
        return result;
    }
    if (take(parser, '-')) {
        parser->good = parser->good && ++parser->depth <= EXPRESSION_DEPTH_MAX;
        if (parser->good)
            result = negated(operand(parser));
        parser->depth--;
        return result;
    }
    if (parser->rest.length && is_letter(*parser->rest.data)) {
        struct str name = take_word(parser);
        result.pure = false;
        parser->good = parser->quantity(parser->state, name, &result.is) && parser->good;
        return result;
    }
    return number(parser);
}

/* The least and the most of four; unknown (∞ × 0) has no bound. */
static struct interval hull(double a, double b, double c, double d)
{
    if (isnan(a) || isnan(b) || isnan(c) || isnan(d))
        return (struct interval){-INFINITY, INFINITY};
    return (struct interval){fmin(fmin(a, b), fmin(c, d)), fmax(fmax(a, b), fmax(c, d))};
}

static struct interval product_range(struct interval a, struct interval b)
{
    return hull(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
}

static struct interval quotient_range(struct interval a, struct interval b)
{
    if (b.low <= 0 && b.high >= 0)
        return (struct interval){-INFINITY, INFINITY};
    return hull(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
}

static void clash(struct parser *parser, enum expression_clash_kind kind, struct unit a,
                  struct unit b)
{
    if (parser->typed && !parser->clash.kind)
        parser->clash = (struct expression_clash){kind, a, b, 0};
}

static struct operand scaled(struct parser *parser, struct operand a, struct operand b,
                             bool divided)
{
    struct operand result = {.pure = a.pure && b.pure};
    result.is.value = divided ? a.is.value / b.is.value : a.is.value * b.is.value;
    result.is.range =
        divided ? quotient_range(a.is.range, b.is.range) : product_range(a.is.range, b.is.range);
    if (parser->typed && !unit_combine(&a.is.unit, &b.is.unit, divided, &result.is.unit))
        clash(parser, EXPRESSION_TOO_MANY_UNITS, a.is.unit, b.is.unit);
    result.factor = divided ? a.factor / b.factor : a.factor * b.factor;
    return result;
}

static struct operand product(struct parser *parser)
{
    struct operand result = operand(parser);
    while (parser->good) {
        if (take(parser, '*'))
            result = scaled(parser, result, operand(parser), false);
        else if (take(parser, '/'))
            result = scaled(parser, result, operand(parser), true);
        else
            break;
    }
    return result;
}

static struct operand added(struct parser *parser, struct operand a, struct operand b)
{
    bool alike = unit_same_things(&a.is.unit, &b.is.unit);
    if (!a.pure && !b.pure && !alike)
        clash(parser, EXPRESSION_UNLIKE, a.is.unit, b.is.unit);
    else if (!a.pure && !b.pure && fabs(a.is.unit.scale / b.is.unit.scale - 1) > 1e-9)
        clash(parser, EXPRESSION_OTHER_SCALE, a.is.unit, b.is.unit);
    struct operand result = a.pure ? b : a;
    result.is.value = a.is.value + b.is.value;
    result.is.range =
        (struct interval){a.is.range.low + b.is.range.low, a.is.range.high + b.is.range.high};
    result.pure = a.pure && b.pure;
    result.factor = a.pure || b.pure || a.factor != b.factor ? NAN : a.factor;
    return result;
}

static struct operand sum(struct parser *parser)
{
    struct operand result = product(parser);
    while (parser->good) {
        if (take(parser, '+'))
            result = added(parser, result, product(parser));
        else if (take(parser, '-'))
            result = added(parser, result, negated(product(parser)));
        else
            break;
    }
    return result;
}

static bool run(struct parser *parser, struct operand *result)
{
    parser->good = true;
    *result = sum(parser);
    skip_blanks(parser);
    return parser->good && !parser->rest.length;
}

/* --- Numbers alone ---------------------------------------------------------------------------- */

struct plain {
    expression_value_fn *value;
    void *state;
};

static bool plain_quantity(void *state, struct str name, struct quantity *quantity)
{
    struct plain *plain = state;
    double value = 0;
    bool known = plain->value(plain->state, name, &value);
    *quantity = (struct quantity){value, {value, value}, UNIT_ONE};
    return known;
}

bool expression_evaluate(struct str text, expression_value_fn *value, void *state, double *result)
{
    struct plain plain = {value, state};
    struct parser parser = {.rest = text, .quantity = plain_quantity, .state = &plain};
    struct operand found;
    bool good = run(&parser, &found);
    *result = found.is.value;
    return good && isfinite(*result);
}

/* --- Quantities ------------------------------------------------------------------------------- */

bool expression_quantity(struct str text, expression_quantity_fn *quantity, void *state,
                         struct quantity *result)
{
    struct parser parser = {.rest = text, .quantity = quantity, .state = state};
    struct operand found;
    bool good = run(&parser, &found);
    *result = found.is;
    return good && isfinite(result->value);
}

bool expression_unit_check(struct str text, expression_quantity_fn *quantity, void *state,
                           struct unit declared, struct expression_clash *problem)
{
    struct parser parser = {.rest = text, .quantity = quantity, .state = state, .typed = true};
    struct operand found;
    *problem = (struct expression_clash){0};
    if (!run(&parser, &found))
        return true; /* is said by expression_names() */
    *problem = parser.clash;
    if (!problem->kind && !found.pure && !unit_same_things(&found.is.unit, &declared))
        *problem = (struct expression_clash){EXPRESSION_NOT_DECLARED, found.is.unit, declared, 0};
    /* A number in the formula may turn one unit into the other (100 for %), or be a coefficient: a
     * power of ten that is missing or too many is a slip. */
    double off = found.factor * declared.scale / found.is.unit.scale;
    double tens = log10(fabs(off));
    if (!problem->kind && isfinite(tens) && fabs(tens) > 0.5 && fabs(tens - round(tens)) < 1e-9)
        *problem = (struct expression_clash){EXPRESSION_TENFOLD, found.is.unit, declared, 1 / off};
    return !problem->kind;
}

/* --- Names ------------------------------------------------------------------------------------ */

struct names {
    struct str *list;
    size_t count;
};

static bool note(void *state, struct str name, double *value)
{
    struct names *names = state;
    *value = 1;
    for (size_t i = 0; i < names->count; i++)
        if (str_equal(names->list[i], name))
            return true;
    if (names->count == EXPRESSION_NAMES_MAX)
        return false;
    names->list[names->count++] = name;
    return true;
}

bool expression_names(struct str text, struct str names[EXPRESSION_NAMES_MAX], size_t *count)
{
    struct names all = {names, 0};
    struct plain plain = {note, &all};
    struct parser parser = {.rest = text, .quantity = plain_quantity, .state = &plain};
    struct operand unused;
    bool good = run(&parser, &unused);
    *count = all.count;
    return good;
}

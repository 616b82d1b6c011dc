#include "stats/expression.h"

#include <math.h>

#include "base/number.h"

struct parser {
    struct str rest;
    expression_value_fn *value;
    void *state;
    int depth;
    bool good;
};

static double sum(struct parser *parser);

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

static double number(struct parser *parser)
{
    size_t length = 0;
    double result = 0;
    while (length < parser->rest.length &&
           (is_digit(parser->rest.data[length]) || parser->rest.data[length] == '.'))
        length++;
    parser->good = parser->good && real_parse(str_first(parser->rest, length), &result);
    parser->rest = str_skip(parser->rest, length);
    return result;
}

static double operand(struct parser *parser)
{
    double result = 0;
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
        result = parser->good ? -operand(parser) : 0;
        parser->depth--;
        return result;
    }
    if (parser->rest.length && is_letter(*parser->rest.data)) {
        struct str name = take_word(parser);
        parser->good = parser->value(parser->state, name, &result) && parser->good;
        return result;
    }
    return number(parser);
}

static double product(struct parser *parser)
{
    double result = operand(parser);
    while (parser->good) {
        if (take(parser, '*'))
            result *= operand(parser);
        else if (take(parser, '/'))
            result /= operand(parser);
        else
            break;
    }
    return result;
}

static double sum(struct parser *parser)
{
    double result = product(parser);
    while (parser->good) {
        if (take(parser, '+'))
            result += product(parser);
        else if (take(parser, '-'))
            result -= product(parser);
        else
            break;
    }
    return result;
}

static bool run(struct str text, expression_value_fn *value, void *state, double *result)
{
    struct parser parser = {text, value, state, 0, true};
    *result = sum(&parser);
    skip_blanks(&parser);
    return parser.good && !parser.rest.length;
}

bool expression_evaluate(struct str text, expression_value_fn *value, void *state, double *result)
{
    return run(text, value, state, result) && isfinite(*result);
}

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
    double unused;
    bool good = run(text, note, &all, &unused);
    *count = all.count;
    return good;
}

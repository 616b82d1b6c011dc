#include "base/number.h"

#include <math.h>
#include <stdlib.h>

bool int_parse(struct str text, int64_t *number)
{
    bool negative = text.length && *text.data == '-';
    struct str digits = str_skip(text, negative);
    if (!digits.length || (digits.length > 1 && *digits.data == '0'))
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        int digit = digits.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) /* negative: one value further */
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *number = negative ? value : -value;
    return true;
}

static size_t digits_at(struct str text, size_t at)
{
    size_t count = 0;
    while (at + count < text.length && text.data[at + count] >= '0' && text.data[at + count] <= '9')
        count++;
    return count;
}

bool real_parse(struct str text, double *number)
{
    char copy[64];
    size_t at = text.length && *text.data == '-', count;
    if (text.length >= sizeof(copy) || !(count = digits_at(text, at)) ||
        (count > 1 && text.data[at] == '0'))
        return false;
    at += count;
    if (at < text.length && text.data[at] == '.') {
        if (!(count = digits_at(text, at + 1)))
            return false;
        at += 1 + count;
    }
    if (at < text.length && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        at += at < text.length && (text.data[at] == '+' || text.data[at] == '-');
        if (!(count = digits_at(text, at)))
            return false;
        at += count;
    }
    if (at != text.length)
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    *number = strtod(copy, NULL);
    return isfinite(*number);
}

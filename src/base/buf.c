#include "base/buf.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_reserve(struct buf *buf, size_t more)
{
    if (buf->capacity - buf->length >= more)
        return;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 256;
    while (capacity - buf->length < more)
        capacity *= 2;
    buf->data = arena_grow(buf->arena, buf->data, buf->capacity, capacity);
    buf->capacity = capacity;
}

void buf_add(struct buf *buf, struct str text)
{
    if (!text.length)
        return;
    buf_reserve(buf, text.length);
    memcpy(buf->data + buf->length, text.data, text.length);
    buf->length += text.length;
}

void buf_char(struct buf *buf, char byte)
{
    buf_reserve(buf, 1);
    buf->data[buf->length++] = byte;
}

void buf_print(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length <= 0)
        return;
    buf_reserve(buf, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
    va_end(args);
    buf->length += (size_t)length;
}

void buf_int(struct buf *buf, int64_t number)
{
    char text[24];
    char *at = text + sizeof(text);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--at = '-';
    buf_add(buf, (struct str){at, (size_t)(text + sizeof(text) - at)});
}

void buf_real(struct buf *buf, double number)
{
    if (number == floor(number) && fabs(number) < 1e15) {
        buf_int(buf, (int64_t)number);
        return;
    }
    char text[48];
    /* 15 digits are never too many, except where numbers lie so near to 0 that they get sparse. */
    for (int digits = fabs(number) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buf_add(buf, str_of(text));
}

#include "base/utf8.h"

static size_t sequence_length(const unsigned char *p, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (*p < 0x80)
        return *p != 0;
    size_t length = *p >= 0xF0 ? 4 : *p >= 0xE0 ? 3 : 2;
    if (*p < 0xC2 || *p > 0xF4 || left < length)
        return 0;
    uint32_t point = *p & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (p[i] & 0x3FU);
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < least[length] || point > 0x10FFFF || surrogate ? 0 : length;
}

size_t utf8_check(struct str text)
{
    const unsigned char *data = (const unsigned char *)text.data;
    for (size_t at = 0; at < text.length;) {
        size_t length = sequence_length(data + at, text.length - at);
        if (!length)
            return at;
        at += length;
    }
    return text.length;
}

uint32_t utf8_next(struct str text, size_t *at)
{
    const unsigned char *p = (const unsigned char *)text.data + *at;
    size_t length = *p >= 0xF0 ? 4 : *p >= 0xE0 ? 3 : *p >= 0xC0 ? 2 : 1;
    *at += length;
    switch (length) {
    case 1:
        return *p;
    case 2:
        return (p[0] & 0x1FU) << 6 | (p[1] & 0x3FU);
    case 3:
        return (p[0] & 0x0FU) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
    default:
        return (p[0] & 0x07U) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 | (p[3] & 0x3FU);
    }
}

size_t utf8_count(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

size_t utf8_offset(struct str text, size_t index)
{
    size_t at = 0;
    while (index-- && at < text.length)
        utf8_next(text, &at);
    return at;
}

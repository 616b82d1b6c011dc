#include "text/locate.h"

#include "base/utf8.h"

static bool is_blank(uint32_t point)
{
    return point == ' ' || point == '\t' || point == 0xA0 || point == 0x3000;
}

static bool is_digit(uint32_t point)
{
    return point >= '0' && point <= '9';
}

/* Could the number go on with this character, so that the token is only a part of it? */
static bool joins_number(uint32_t point)
{
    return is_digit(point) || point == '.' || point == ',';
}

static bool ends_sentence(uint32_t point)
{
    return point == 0x3002 /* 。 */ || point == 0xFF01 /* ！ */ || point == 0xFF1F /* ？ */ ||
           point == 0xFF1B /* ； */ || point == ';' || point == '!' || point == '?';
}

/* The token's code points without blanks; 0 when there are none, or too many. */
static size_t token_points(struct str token, uint32_t points[TOKEN_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < token.length;) {
        uint32_t point = utf8_next(token, &at);
        if (is_blank(point))
            continue;
        if (count == TOKEN_MAX)
            return 0;
        points[count++] = point;
    }
    return count;
}

/* Does the token stand at byte `at`? Moves `at` behind it and counts code points. */
static bool stands_here(struct str line, size_t *at, const uint32_t *points, size_t count,
                        size_t *length)
{
    size_t next = 0;
    *length = 0;
    while (next < count && *at < line.length) {
        uint32_t point = utf8_next(line, at);
        ++*length;
        if (next && is_blank(point))
            continue;
        if (point != points[next++])
            return false;
    }
    return next == count;
}

bool locate_token(struct str line, struct str token, struct span *found)
{
    uint32_t points[TOKEN_MAX];
    size_t count = token_points(token, points), index = 0;
    if (!count)
        return false;
    uint32_t before = 0;
    for (size_t at = 0; at < line.length; index++) {
        size_t end = at, length;
        bool inside = is_digit(points[0]) && joins_number(before) && before != ',';
        if (!inside && stands_here(line, &end, points, count, &length)) {
            size_t peek = end;
            uint32_t after = end < line.length ? utf8_next(line, &peek) : 0;
            if (!is_digit(points[count - 1]) || !is_digit(after)) {
                *found = (struct span){index, index + length};
                return true;
            }
        }
        before = utf8_next(line, &at);
    }
    return false;
}

struct span locate_sentence(struct str line, struct span inside)
{
    struct span sentence = {0, utf8_count(line)};
    bool in_tag = false, leading = true;
    size_t index = 0, last_text = inside.end;
    for (size_t at = 0; at < line.length; index++) {
        uint32_t point = utf8_next(line, &at);
        bool before = index < inside.start, after = index >= inside.end;
        if (point == '<')
            in_tag = true;
        bool boundary = in_tag || ends_sentence(point);
        if (point == '>')
            in_tag = false;
        if (before && (boundary || (leading && is_blank(point)))) {
            sentence.start = index + 1;
            leading = true;
        } else if (before)
            leading = false;
        if (after && boundary) {
            sentence.end = point == '<' ? last_text : index + 1;
            return sentence;
        }
        if (after && !is_blank(point))
            last_text = index + 1;
    }
    sentence.end = last_text;
    return sentence;
}

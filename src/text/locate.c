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

/* A figure of a Chinese numeral: 三 is not the number of 三十五. */
static bool is_numeral(uint32_t point)
{
    static const uint32_t numerals[] = {0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03,
                                        0x516B, 0x4E5D, 0x5341, 0x767E, 0x5343, 0x4E07, 0x4EBF,
                                        0x96F6, 0x3007, 0x4E24, 0x5169, 0x842C, 0x5104};
    for (size_t i = 0; i < COUNT(numerals); i++)
        if (point == numerals[i])
            return true;
    return false;
}

/* The two code points on a side of the place, the nearer first; 0 where the line ends. */
struct neighbours {
    uint32_t near, far;
};

static struct neighbours following(struct str line, size_t at)
{
    struct neighbours next = {0, 0};
    if (at < line.length)
        next.near = utf8_next(line, &at);
    if (at < line.length)
        next.far = utf8_next(line, &at);
    return next;
}

/* Does a number go on across this side? 20 in 20,000 and in 20.5; 234 in 1,234; 5 in -5. */
static bool number_goes_on(uint32_t edge, struct neighbours beyond, bool before)
{
    if (is_numeral(edge))
        return is_numeral(beyond.near);
    if (!is_digit(edge))
        return false;
    bool joint = beyond.near == '.' || beyond.near == ',';
    bool minus = before && (beyond.near == '-' || beyond.near == 0x2212) && !is_digit(beyond.far) &&
                 beyond.far != '%' && beyond.far != 0x5E74 /* 年 */;
    return is_digit(beyond.near) || (joint && is_digit(beyond.far)) || minus;
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
    struct neighbours before = {0, 0};
    if (!count)
        return false;
    for (size_t at = 0; at < line.length; index++) {
        size_t end = at, length;
        if (!number_goes_on(points[0], before, true) &&
            stands_here(line, &end, points, count, &length) &&
            !number_goes_on(points[count - 1], following(line, end), false)) {
            *found = (struct span){index, index + length};
            return true;
        }
        before = (struct neighbours){utf8_next(line, &at), before.near};
    }
    return false;
}

/* Of HTML, where a tag begins: a "<" alone is a comparison. */
static bool begins_tag(struct str line, size_t at)
{
    uint32_t next = following(line, at).near;
    return next == '/' || next == '!' || (next >= 'a' && next <= 'z') ||
           (next >= 'A' && next <= 'Z');
}

struct span locate_sentence(struct str line, struct span inside)
{
    struct span sentence = {0, utf8_count(line)};
    bool in_tag = false, leading = true;
    size_t index = 0, last_text = inside.end;
    for (size_t at = 0; at < line.length; index++) {
        uint32_t point = utf8_next(line, &at);
        bool before = index < inside.start, after = index >= inside.end;
        bool tag = point == '<' && begins_tag(line, at);
        in_tag = in_tag || tag;
        bool boundary = in_tag || ends_sentence(point);
        if (point == '>')
            in_tag = false;
        if (before && (boundary || (leading && is_blank(point)))) {
            sentence.start = index + 1;
            leading = true;
        } else if (before)
            leading = false;
        if (after && boundary) {
            sentence.end = tag ? last_text : index + 1;
            return sentence;
        }
        if (after && !is_blank(point))
            last_text = index + 1;
    }
    sentence.end = last_text;
    return sentence;
}

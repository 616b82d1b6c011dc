#include "core/import_cell.h"

#include "base/utf8.h"

/* Blanks of both widths, no-break ones, byte order marks. */
static bool is_blank(uint32_t point)
{
    return point <= ' ' || point == 0xA0 || point == 0x3000 || point == 0xFEFF || point == 0x200B;
}

static struct str trimmed(struct str text)
{
    size_t begin = 0, end = 0;
    bool any = false;
    if (!text.length || utf8_check(text) != text.length)
        return text;
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        if (is_blank(utf8_next(text, &at)))
            continue;
        if (!any)
            begin = from;
        any = true;
        end = at;
    }
    return any ? (struct str){text.data + begin, end - begin} : STR("");
}

/* Full-width digits and marks as those of every keyboard. */
static struct str narrow(struct arena *arena, struct str text)
{
    struct buf out = {.arena = arena};
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        uint32_t point = utf8_next(text, &at);
        if (point >= 0xFF01 && point <= 0xFF5E)
            buf_char(&out, (char)(point - 0xFF01 + '!'));
        else
            buf_add(&out, (struct str){text.data + from, at - from});
    }
    return buf_str(&out);
}

/* Midnight behind a day, as spreadsheets write it, says nothing. */
static struct str without_midnight(struct str text)
{
    static const struct str midnights[] = {STR_INIT(" 00:00:00"),  STR_INIT(" 0:00:00"),
                                           STR_INIT(" 00:00"),     STR_INIT(" 0:00"),
                                           STR_INIT("T00:00:00Z"), STR_INIT("T00:00:00")};
    for (size_t i = 0; i < COUNT(midnights); i++)
        if (text.length > midnights[i].length && str_ends(text, midnights[i]))
            return str_first(text, text.length - midnights[i].length);
    return text;
}

/* 20260303 */
static bool is_packed_day(struct str text)
{
    bool digits = text.length == 8;
    for (size_t i = 0; i < text.length && digits; i++)
        digits = text.data[i] >= '0' && text.data[i] <= '9';
    return digits;
}

/* 2026/3/3, 2026.3.3, 2026-3-3, 2026年3月3日, 20260303, with midnight behind it or not; and, where
 * a month or a year will do (`parts` 2 or 1), 2026/3, 2026年3月, 2026年. What is none of these,
 * 3/4/2026 among it, whose month nobody can know, stays as it is. */
static struct str day(struct arena *arena, struct str text, int parts)
{
    static const struct str marks[] = {STR_INIT("年"), STR_INIT("月"), STR_INIT("日"),
                                       STR_INIT("/"),  STR_INIT("."),  STR_INIT("-")};
    int numbers[3] = {0}, digits[3] = {0}, n = 0;
    struct str rest = without_midnight(narrow(arena, text));
    if (is_packed_day(rest))
        return arena_print(arena, "%.4s-%.2s-%.2s", rest.data, rest.data + 4, rest.data + 6);
    while (rest.length) {
        if (*rest.data >= '0' && *rest.data <= '9' && n < 3 && digits[n] < 4) {
            numbers[n] = numbers[n] * 10 + (*rest.data - '0');
            digits[n]++;
            rest = str_skip(rest, 1);
            continue;
        }
        size_t mark = 0;
        while (mark < COUNT(marks) && !str_starts(rest, marks[mark]))
            mark++;
        if (mark == COUNT(marks) || n >= 3 || !digits[n])
            return text;
        rest = str_skip(rest, marks[mark].length);
        n++;
    }
    bool good = digits[0] == 4 && digits[1] <= 2 && digits[2] <= 2;
    if (good && digits[1] && digits[2])
        return arena_print(arena, "%04d-%02d-%02d", numbers[0], numbers[1], numbers[2]);
    if (good && digits[1] && parts <= 2)
        return arena_print(arena, "%04d-%02d", numbers[0], numbers[1]);
    return good && !digits[1] && parts == 1 ? arena_print(arena, "%04d", numbers[0]) : text;
}

/* 1,234,567.8 has commas where thousands have them; anything else is left as it is. */
static struct str number(struct arena *arena, struct str text)
{
    struct str plain = narrow(arena, text);
    struct buf out = {.arena = arena};
    size_t since = 0;
    bool commas = false, fraction = false;
    for (size_t i = 0; i < plain.length; i++) {
        char c = plain.data[i];
        if (c == ',') {
            if (fraction || (commas ? since != 3 : since < 1 || since > 3))
                return plain;
            commas = true;
            since = 0;
            continue;
        }
        if (c == '.') {
            if (commas && since != 3)
                return plain;
            fraction = true;
        }
        since += c >= '0' && c <= '9' && !fraction;
        buf_char(&out, c);
    }
    return commas && !fraction && since != 3 ? plain : buf_str(&out);
}

static struct str truth(struct str text)
{
    static const char *const yes[] = {"是", "yes", "Yes", "YES", "TRUE", "True", "1", "√", "y"};
    static const char *const no[] = {"否", "no", "No", "NO", "FALSE", "False", "0", "×", "n"};
    for (size_t i = 0; i < COUNT(yes); i++)
        if (str_is(text, yes[i]))
            return STR("true");
    for (size_t i = 0; i < COUNT(no); i++)
        if (str_is(text, no[i]))
            return STR("false");
    return text;
}

struct str import_cell(struct arena *arena, const struct field *field, struct str text)
{
    text = trimmed(text);
    if (!text.length || utf8_check(text) != text.length)
        return text;
    switch (field->kind) {
    case KIND_INT:
    case KIND_MAYBE_INT:
    case KIND_REAL:
    case KIND_MAYBE_REAL:
        return field->choices ? text : number(arena, text);
    case KIND_BOOL:
        return truth(text);
    case KIND_DATE:
        return day(arena, text, 3);
    case KIND_TEXT:
        return field->dated ? day(arena, text, 1) : text;
    case KIND_INSTANT:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return text;
}

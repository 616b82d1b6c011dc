#include "core/sheet_number.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/number.h"

enum { SECONDS_A_DAY = 86400, LAST_DAY = 2958465 /* 9999-12-31 */ };

/* Letters of days and times outside of quotes, brackets and escapes. */
static enum sheet_number read_code(struct str code)
{
    bool day = false, time = false, quoted = false, bracket = false;
    for (size_t i = 0; i < code.length && code.data[i] != ';'; i++) {
        char c = code.data[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (c == '\\' || c == '_' || c == '*')
            i++;
        else if (c == '[')
            bracket = true;
        else if (c == ']')
            bracket = false;
        else if (c == 'G' || c == 'g') /* General */
            return SHEET_NUMBER_PLAIN;
        else if (!bracket) {
            day |= strchr("yYdD", c) != NULL;
            time |= strchr("hHsS", c) != NULL;
        }
    }
    return day && time ? SHEET_NUMBER_MOMENT
           : day       ? SHEET_NUMBER_DAY
           : time      ? SHEET_NUMBER_TIME
                       : SHEET_NUMBER_PLAIN;
}

enum sheet_number sheet_number_of(int64_t format, struct str custom)
{
    struct str line, word;
    int64_t number;
    while (str_cut(&custom, '\n', &line))
        if (str_cut(&line, ' ', &word) && int_parse(word, &number) && number == format)
            return read_code(line);
    if ((format >= 14 && format <= 17) || (format >= 27 && format <= 31) || format == 36 ||
        (format >= 50 && format <= 58))
        return SHEET_NUMBER_DAY;
    if ((format >= 18 && format <= 21) || (format >= 32 && format <= 35) ||
        (format >= 45 && format <= 47))
        return SHEET_NUMBER_TIME;
    return format == 22 ? SHEET_NUMBER_MOMENT : SHEET_NUMBER_PLAIN;
}

static struct str plain_text(struct arena *arena, struct str value, double number)
{
    int64_t whole;
    if (int_parse(value, &whole))
        return value;
    struct buf out = {.arena = arena};
    buf_real(&out, strtod(arena_print(arena, "%.15g", number).data, NULL));
    return arena_str(arena, buf_str(&out));
}

/* Day 60 of the calendar that counts from 1900 is 1900-02-29, which there never was. */
static struct date day_of(double number, bool from_1904)
{
    int32_t serial = (int32_t)number;
    if (from_1904)
        return (struct date){date_of(1904, 1, 1).days + serial};
    return (struct date){date_of(1899, 12, 31).days + serial - (serial > 60)};
}

struct str sheet_number_text(struct arena *arena, struct str value, enum sheet_number format,
                             bool from_1904)
{
    double number;
    if (!real_parse(value, &number))
        return value;
    if (format == SHEET_NUMBER_PLAIN || number < 0 || number > LAST_DAY)
        return plain_text(arena, value, number);
    double whole = floor(number);
    long seconds = lround((number - whole) * SECONDS_A_DAY);
    if (seconds == SECONDS_A_DAY) {
        whole++;
        seconds = 0;
    }
    char day[DATE_TEXT];
    date_print(day_of(whole, from_1904), day);
    struct str time =
        arena_print(arena, "%02ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (format == SHEET_NUMBER_TIME && whole < 1)
        return time;
    return seconds || format == SHEET_NUMBER_TIME ? arena_print(arena, "%s %s", day, time.data)
                                                  : arena_str(arena, str_of(day));
}

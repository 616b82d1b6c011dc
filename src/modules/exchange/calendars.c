/* iCalendar (RFC 5545) of the city's holidays and of what is due to be published. */
#include "modules/city/city.h"
#include "modules/exchange/internal.h"
#include "modules/indicators/indicators.h"

enum { LINE_OCTETS = 75 };

/* One content line, folded behind 75 octets and never inside of a character. */
static void write_line(struct export *to, const char *name, struct str value)
{
    struct buf line = {.arena = to->ctx->arena};
    buf_print(&line, "%s:%.*s", name, STR_PRINT(value));
    struct str rest = buf_str(&line);
    for (size_t room = LINE_OCTETS; rest.length > room; room = LINE_OCTETS - 1) {
        size_t cut = room;
        while (cut > 1 && ((unsigned char)rest.data[cut] & 0xC0) == 0x80)
            cut--;
        buf_add(&to->out, str_first(rest, cut));
        buf_add(&to->out, STR("\r\n "));
        rest = str_skip(rest, cut);
    }
    buf_add(&to->out, rest);
    buf_add(&to->out, STR("\r\n"));
}

/* A value of the type TEXT. */
static struct str text_value(struct arena *arena, struct str text)
{
    struct buf out = {.arena = arena};
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (byte == '\n')
            buf_add(&out, STR("\\n"));
        else if (byte != '\r') {
            if (byte == ',' || byte == ';' || byte == '\\')
                buf_char(&out, '\\');
            buf_char(&out, byte);
        }
    }
    return buf_str(&out);
}

static void write_text(struct export *to, const char *name, struct str text)
{
    if (text.length)
        write_line(to, name, text_value(to->ctx->arena, text));
}

static struct str day_value(struct arena *arena, struct date date)
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    return arena_print(arena, "%04d%02d%02d", year, month, day);
}

struct calendar {
    struct str city; /* code of the pack, which makes each UID the city's own */
};

static void begin(struct export *to, const char *zh, const char *en)
{
    struct ctx *ctx = to->ctx;
    struct calendar *calendar = ARENA_NEW(ctx->arena, struct calendar);
    struct str city = STR_NONE;
    to->state = calendar;
    if (city_setting(ctx, "id", &calendar->city) ||
        city_setting(ctx, ctx->language == LANGUAGE_EN ? "name_en" : "name", &city))
        to->broken = true;
    write_line(to, "BEGIN", STR("VCALENDAR"));
    write_line(to, "VERSION", STR("2.0"));
    write_line(to, "PRODID", STR("-//kechuang//exchange//ZH"));
    write_line(to, "CALSCALE", STR("GREGORIAN"));
    write_text(to, "NAME",
               arena_print(ctx->arena, "%.*s%s%s", STR_PRINT(city),
                           ctx->language == LANGUAGE_EN ? ": " : "", in_language(ctx, zh, en)));
}

static void end(struct export *to)
{
    write_line(to, "END", STR("VCALENDAR"));
}

/* An event of one day. Its stamp follows from it, so that the same event has the same bytes. */
struct event {
    struct str uid;
    struct date day;
    struct str summary, description, category;
};

static void write_event(struct export *to, const struct event *event)
{
    struct arena *arena = to->ctx->arena;
    const struct calendar *calendar = to->state;
    struct str day = day_value(arena, event->day);
    write_line(to, "BEGIN", STR("VEVENT"));
    write_line(
        to, "UID",
        arena_print(arena, "%.*s@%.*s.kechuang", STR_PRINT(event->uid), STR_PRINT(calendar->city)));
    write_line(to, "DTSTAMP", arena_print(arena, "%.*sT000000Z", STR_PRINT(day)));
    write_line(to, "DTSTART;VALUE=DATE", day);
    write_line(to, "DTEND;VALUE=DATE", day_value(arena, (struct date){event->day.days + 1}));
    write_text(to, "SUMMARY", event->summary);
    write_text(to, "DESCRIPTION", event->description);
    write_text(to, "CATEGORIES", event->category);
    write_line(to, "TRANSP", STR("TRANSPARENT"));
    write_line(to, "END", STR("VEVENT"));
}

/* --- Holidays ------------------------------------------------------------------------------- */

static void calendar_begin(struct export *to)
{
    begin(to, "放假与调休上班日", "holidays and make-up workdays");
}

static void calendar_row(struct export *to, struct row row)
{
    const struct calendar_day *day = row.value;
    struct arena *arena = to->ctx->arena;
    bool holiday = str_is(day->kind, "holiday");
    const char *words = holiday ? in_language(to->ctx, "放假", "holiday")
                                : in_language(to->ctx, "调休上班", "a working day");
    write_event(
        to, &(struct event){
                .uid = arena_print(arena, "calendar-%.*s", STR_PRINT(day_value(arena, day->date))),
                .day = day->date,
                .summary = arena_print(arena, "%.*s（%s）", STR_PRINT(day->name), words),
                .category = day->kind});
}

const struct file_format calendar_ics_format = {.ending = "ics",
                                                .type = "text/calendar; charset=utf-8",
                                                .rows_max = LIST_FILE_ROWS,
                                                .begin = calendar_begin,
                                                .row = calendar_row,
                                                .end = end};

/* --- What is due ---------------------------------------------------------------------------- */

static void releases_begin(struct export *to)
{
    begin(to, "待发布的数据", "figures that are due");
}

static void releases_row(struct export *to, struct row row)
{
    const struct release *release = row.value;
    struct ctx *ctx = to->ctx;
    struct arena *arena = ctx->arena;
    struct str name =
        ctx->language == LANGUAGE_EN ? release->indicator_name_en : release->indicator_name;
    struct str lines =
        arena_print(arena, "%s%.*s\n%s%.*s\n%s/api/indicators/%.*s",
                    in_language(ctx, "发布机构：", "Publisher: "), STR_PRINT(release->publisher),
                    in_language(ctx, "性质：", "Status: "), STR_PRINT(release->status),
                    in_language(ctx, "口径：", "Definition: "), STR_PRINT(release->indicator_code));
    write_event(
        to,
        &(struct event){
            .uid = arena_print(arena, "release-%.*s-%.*s-%.*s", STR_PRINT(release->indicator_code),
                               STR_PRINT(release->period), STR_PRINT(release->status)),
            .day = release->due,
            .summary = arena_print(arena, "%s%.*s %.*s", in_language(ctx, "应发布：", "Due: "),
                                   STR_PRINT(name), STR_PRINT(release->period)),
            .description = lines,
            .category = release->overdue ? STR("overdue") : STR("due")});
}

const struct file_format releases_ics_format = {.ending = "ics",
                                                .type = "text/calendar; charset=utf-8",
                                                .rows_max = LIST_FILE_ROWS,
                                                .begin = releases_begin,
                                                .row = releases_row,
                                                .end = end};

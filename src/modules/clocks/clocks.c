#include "modules/clocks/clocks.h"

#include "clocks.sql.h"
#include "core/record.h"

enum { CALENDAR_MAX = 10000, EVENTS_MAX = 2000, ROUND_MAX = 200 };

/* --- The office ----------------------------------------------------------------------------- */

struct calendar_line {
    struct date day;
    bool works;
    struct str name;
};
static const struct field calendar_line_fields[] = {
    FIELD(struct calendar_line, day, "", ""),
    FIELD(struct calendar_line, works, "", ""),
    FIELD(struct calendar_line, name, "", ""),
};
static const SHAPE(calendar_line);

struct office_setting {
    struct str value;
};
static const struct field office_setting_fields[] = {FIELD(struct office_setting, value, "", "")};
static const SHAPE(office_setting);

static enum error setting(struct ctx *ctx, const char *key, const char *standard, struct str *value)
{
    struct office_setting found;
    enum error error = db_one(ctx, &sql_clock_setting, ARGS(arg_text("key", str_of(key))),
                              ROW(office_setting, &found));
    *value = error ? str_of(standard) : found.value;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* "09:30" as minutes; -1 when it is no time of day. */
static int minute_of(struct str text)
{
    if (text.length != 5 || text.data[2] != ':')
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (text.data[i] < '0' || text.data[i] > '9'))
            return -1;
    int hour = (text.data[0] - '0') * 10 + text.data[1] - '0';
    int minute = (text.data[3] - '0') * 10 + text.data[4] - '0';
    return hour <= 24 && minute < 60 && hour * 60 + minute <= DAY_MINUTES ? hour * 60 + minute : -1;
}

static bool hours_read(struct str text, struct office_hours *hours)
{
    struct str rest = text, span;
    *hours = (struct office_hours){.count = 0};
    while (str_cut(&rest, ' ', &span)) {
        if (hours->count == OFFICE_SPANS_MAX || span.length != 11 || span.data[5] != '-')
            return false;
        int from = minute_of(str_first(span, 5)), to = minute_of(str_skip(span, 6));
        if (from < 0 || to < 0)
            return false;
        hours->spans[hours->count++] = (struct office_span){from, to};
    }
    return hours->count > 0;
}

static struct str digest_of(struct ctx *ctx, const struct records *days, struct str hours)
{
    struct buf text = {.arena = ctx->arena};
    const struct calendar_line *line = days->items;
    buf_add(&text, hours);
    for (size_t i = 0; i < days->count; i++)
        buf_print(&text, ";%d%c", line[i].day.days, line[i].works ? 'w' : 'h');
    struct str whole = buf_str(&text);
    uint64_t hash = hash_bytes(UINT64_C(14695981039346656037), whole.data, whole.length);
    return arena_print(ctx->arena, "%016llx", (unsigned long long)hash);
}

enum error office_read(struct ctx *ctx, struct office *office)
{
    struct records days;
    struct office_hours hours;
    struct str hours_text, cutoff;
    enum error error =
        db_all(ctx, &sql_clock_calendar, NO_ARGS, &calendar_line_shape, CALENDAR_MAX, &days);
    if (!error)
        error = setting(ctx, "office_hours", "09:00-12:00 13:30-17:30", &hours_text);
    if (!error)
        error = setting(ctx, "office_cutoff", "16:30", &cutoff);
    if (error)
        return error;
    const struct calendar_line *line = days.items;
    struct day_exception *exceptions = arena_array(ctx->arena, days.count + 1, sizeof(*exceptions));
    for (size_t i = 0; i < days.count; i++)
        exceptions[i] = (struct day_exception){
            line[i].day, line[i].works ? DAY_WORKDAY : DAY_HOLIDAY, line[i].name};
    office->cutoff_minute = minute_of(cutoff);
    office->digest = digest_of(ctx, &days, hours_text);
    office->time = office->natural = NULL;
    if (office->cutoff_minute >= 0 && hours_read(hours_text, &hours))
        office->time =
            working_time_new(ctx->arena, hours, exceptions, days.count, ctx->utc_offset_minutes);
    return office->time ? E_OK
                        : fail(ctx, E_INTERNAL, "日历或办公时间自相矛盾",
                               "the calendar or the office hours contradict themselves");
}

static enum error need_natural(struct ctx *ctx, struct office *office)
{
    struct office_hours always = {.round_the_clock = true};
    if (!office->natural)
        office->natural = working_time_new(ctx->arena, always, NULL, 0, ctx->utc_offset_minutes);
    return office->natural ? E_OK : E_INTERNAL;
}

/* Working time counts at once, days of any kind from the next day on. */
static enum error clock_by(struct ctx *ctx, struct office *office, struct str measure,
                           struct work_clock *clock)
{
    *clock = (struct work_clock){.time = office->time, .cutoff_minute = office->cutoff_minute};
    if (!str_is(measure, "natural"))
        return E_OK;
    enum error error = need_natural(ctx, office);
    *clock = (struct work_clock){
        .time = office->natural, .start_rule = START_NEXT_DAY, .extends_over = office->time};
    return error;
}

/* --- Rows ----------------------------------------------------------------------------------- */

static const struct field clock_row_fields[] = {
    FIELD(struct clock_row, id, "编号", "Number"),
    FIELD(struct clock_row, kind, "计什么时", "What is timed"),
    FIELD(struct clock_row, subject_kind, "记录类型", "Kind of record"),
    FIELD(struct clock_row, subject_key, "记录编号", "Its key"),
    FIELD(struct clock_row, phase, "计时中、暂停、停止", "running, paused or stopped"),
    FIELD(struct clock_row, started_at, "起算", "Started"),
    FIELD(struct clock_row, due_at, "到期（暂停时没有）", "Due; not while it is paused"),
    FIELD(struct clock_row, next_at, "下一次提醒", "When the next share is over"),
    FIELD(struct clock_row, marks, "已提醒到第几档（50%、80%、100%）",
          "Shares that have been told: 50, 80, 100 percent"),
    FIELD(struct clock_row, calendar, "所依日历的指纹", "Digest of its calendar"),
    FIELD(
        struct clock_row, measure, "working 按工作时间；natural 按自然日（次日起算，末日放假顺延）",
        "working: working time; natural: days of any kind, from the next day on, and over the end "
        "of a holiday"),
    FIELD(struct clock_row, changed_seq, "序号", "Sequence of the last change"),
};
static const SHAPE(clock_row);

struct happening {
    int64_t clock_id, kind_number;
    struct instant at;
    int64_t limit_seconds;
    struct str reason, actor;
};
static const struct field happening_fields[] = {
    FIELD(struct happening, clock_id, "", "", USE_IN),
    FIELD(struct happening, kind_number, "0 起算 1 暂停 2 续算 3 改时限 4 停止",
          "0 start, 1 pause, 2 resumption, 3 change of limit, 4 stop"),
    FIELD(struct happening, at, "时间", "When"),
    FIELD(struct happening, limit_seconds, "时限（工作秒）", "Limit in working seconds"),
    FIELD(struct happening, reason, "理由", "Reason"),
    FIELD(struct happening, actor, "谁", "Who"),
};
static const SHAPE(happening);

static enum error clock_of(struct ctx *ctx, struct office *office, const struct clock_row *row,
                           struct work_clock *clock, struct records *events)
{
    enum error error = db_all(ctx, &sql_clock_events, ARGS(arg_int("id", row->id)),
                              &happening_shape, EVENTS_MAX, events);
    if (!error)
        error = clock_by(ctx, office, row->measure, clock);
    if (error)
        return error;
    const struct happening *from = events->items;
    struct clock_event *list = arena_array(ctx->arena, events->count + 2, sizeof(*list));
    for (size_t i = 0; i < events->count; i++)
        list[i] = (struct clock_event){(enum clock_event_kind)from[i].kind_number, from[i].at,
                                       from[i].limit_seconds, from[i].reason};
    clock->events = list;
    clock->event_count = events->count;
    return E_OK;
}

/* What the row says follows from what the clock reads. */
static void follow(struct ctx *ctx, const struct office *office, const struct work_clock *clock,
                   struct clock_row *row)
{
    static const char *const phases[] = {
        [CLOCK_RUNNING] = "running", [CLOCK_PAUSED] = "paused", [CLOCK_STOPPED] = "stopped"};
    struct clock_reading reading = work_clock_read(clock, ctx->now);
    bool runs = reading.state == CLOCK_RUNNING;
    row->phase = str_of(phases[reading.state]);
    row->due_at = runs ? reading.marks[CLOCK_MARKS - 1] : INSTANT_NONE;
    row->next_at = runs && row->marks < CLOCK_MARKS ? reading.marks[row->marks] : INSTANT_NONE;
    row->calendar = reading.state == CLOCK_STOPPED ? STR("") : office->digest;
}

static enum error note(struct ctx *ctx, int64_t id, const struct clock_event *event)
{
    struct happening made = {id,           event->kind,   event->at,
                             event->limit, event->reason, ctx_actor(ctx)};
    return db_do(ctx, &sql_clock_event_insert, FROM(happening, &made));
}

enum error clock_begin(struct ctx *ctx, const char *kind, struct str subject_kind,
                       struct str subject_key, int64_t amount, enum limit_unit unit,
                       struct clock_row *out)
{
    struct office office;
    struct work_clock clock;
    struct str measure = unit == LIMIT_NATURAL_DAYS ? STR("natural") : STR("working");
    enum error error = office_read(ctx, &office);
    if (!error)
        error = clock_by(ctx, &office, measure, &clock);
    if (error)
        return error;
    struct clock_event start = {CLOCK_START, ctx->now, limit_seconds(clock.time, amount, unit),
                                STR_NONE};
    clock.events = &start;
    clock.event_count = 1;
    *out = (struct clock_row){.kind = str_of(kind),
                              .subject_kind = subject_kind,
                              .subject_key = subject_key,
                              .started_at = ctx->now,
                              .measure = measure,
                              .changed_seq = ctx->sequence};
    follow(ctx, &office, &clock, out);
    error = db_insert(ctx, &sql_clock_insert, FROM(clock_row, out), &out->id);
    return error ? error : note(ctx, out->id, &start);
}

static enum error find(struct ctx *ctx, int64_t id, struct clock_row *row)
{
    return db_one(ctx, &sql_clock_show, ARGS(arg_int("id", id)), ROW(clock_row, row));
}

static enum error store(struct ctx *ctx, const struct clock_row *row)
{
    int64_t id;
    enum error error = db_number(ctx, &sql_clock_update, FROM(clock_row, row), &id);
    return explain(ctx, error, E_CONFLICT, "计时刚刚变了；请刷新后再试",
                   "the clock has just changed: look again, then try");
}

/* Shares that are not over by the new limit have not been told of it. */
static void untell(const struct work_clock *clock, struct instant now, struct clock_row *row)
{
    struct clock_reading reading = work_clock_read(clock, now);
    while (row->marks && (reading.marks[row->marks - 1].seconds == INSTANT_NONE.seconds ||
                          reading.marks[row->marks - 1].seconds > now.seconds))
        row->marks--;
}

static enum error happen(struct ctx *ctx, struct office *office, struct work_clock *clock,
                         struct clock_event event, struct clock_row *out)
{
    /* clock_of() left room. A clock that went back does not make time run backwards. */
    struct clock_event *last = (struct clock_event *)(uintptr_t)&clock->events[clock->event_count];
    *last = event;
    if (clock->event_count && last->at.seconds < last[-1].at.seconds)
        last->at = last[-1].at;
    clock->event_count++;
    if (work_clock_flaw(clock) != clock->event_count)
        return fail(ctx, E_CONFLICT, "计时现在不能这样变", "the clock cannot do that now");
    if (event.kind == CLOCK_LIMIT)
        untell(clock, ctx->now, out);
    follow(ctx, office, clock, out);
    enum error error = note(ctx, out->id, last);
    return error ? error : store(ctx, out);
}

static enum error open_clock(struct ctx *ctx, int64_t id, struct office *office,
                             struct work_clock *clock, struct clock_row *row)
{
    struct records events;
    enum error error = find(ctx, id, row);
    if (!error)
        error = office_read(ctx, office);
    return error ? error : clock_of(ctx, office, row, clock, &events);
}

enum error clock_happen(struct ctx *ctx, int64_t id, enum clock_event_kind kind, struct str reason,
                        struct clock_row *out)
{
    struct office office;
    struct work_clock clock;
    enum error error = open_clock(ctx, id, &office, &clock, out);
    struct clock_event event = {kind, ctx->now, 0, reason};
    return error ? error : happen(ctx, &office, &clock, event, out);
}

enum error clock_relimit(struct ctx *ctx, int64_t id, int64_t amount, enum limit_unit unit,
                         struct str reason, struct clock_row *out)
{
    struct office office;
    struct work_clock clock;
    enum error error = open_clock(ctx, id, &office, &clock, out);
    if (error)
        return error;
    struct clock_event event = {CLOCK_LIMIT, ctx->now, limit_seconds(clock.time, amount, unit),
                                reason};
    return happen(ctx, &office, &clock, event, out);
}

enum error clock_read(struct ctx *ctx, int64_t id, struct clock_row *row,
                      struct clock_reading *reading)
{
    struct office office;
    struct work_clock clock;
    enum error error = open_clock(ctx, id, &office, &clock, row);
    if (!error)
        *reading = work_clock_read(&clock, ctx->now);
    return error;
}

/* --- As time goes on ------------------------------------------------------------------------ */

static enum error waiting(struct ctx *ctx, struct str subject_kind, const struct office *office,
                          size_t most, struct records *due, struct records *stale)
{
    struct args args = ARGS(arg_text("subject_kind", subject_kind),
                            arg_text("calendar", office->digest), arg_int("limit", (int64_t)most));
    enum error error = db_all(ctx, &sql_clocks_due, args, &clock_row_shape, most, due);
    return error ? error : db_all(ctx, &sql_clocks_stale, args, &clock_row_shape, most, stale);
}

enum error clocks_are_due(struct ctx *ctx, struct str subject_kind, bool *due)
{
    struct office office;
    struct records over, stale;
    *due = false;
    enum error error = office_read(ctx, &office);
    if (!error)
        error = waiting(ctx, subject_kind, &office, 1, &over, &stale);
    *due = !error && (over.count || stale.count);
    return error;
}

static enum error look(struct ctx *ctx, struct office *office, struct clock_row row,
                       clock_passed_fn *passed)
{
    struct work_clock clock;
    struct records events;
    int64_t told = row.marks;
    enum error error = clock_of(ctx, office, &row, &clock, &events);
    if (error)
        return error;
    struct clock_reading reading = work_clock_read(&clock, ctx->now);
    while (reading.state == CLOCK_RUNNING && row.marks < CLOCK_MARKS &&
           reading.marks[row.marks].seconds != INSTANT_NONE.seconds &&
           reading.marks[row.marks].seconds <= ctx->now.seconds)
        row.marks++;
    follow(ctx, office, &clock, &row);
    error = store(ctx, &row);
    if (!error && told == row.marks)
        error = passed(ctx, &row, -1);
    for (int64_t mark = told; !error && mark < row.marks; mark++)
        error = passed(ctx, &row, (int)mark);
    return error;
}

enum error clocks_round(struct ctx *ctx, struct str subject_kind, clock_passed_fn *passed,
                        int64_t *looked_at)
{
    struct office office;
    struct records due = {NULL, 0}, stale = {NULL, 0};
    enum error error = office_read(ctx, &office);
    if (!error)
        error = waiting(ctx, subject_kind, &office, ROUND_MAX, &due, &stale);
    const struct clock_row *row = due.items;
    for (size_t i = 0; !error && i < due.count; i++)
        error = look(ctx, &office, row[i], passed);
    /* One that is in both lists has been stored under another number: the next round finds it. */
    row = stale.items;
    for (size_t i = 0; !error && !due.count && i < stale.count; i++)
        error = look(ctx, &office, row[i], passed);
    *looked_at = error ? 0 : (int64_t)(due.count ? due.count : stale.count);
    return error;
}

/* --- Explaining ----------------------------------------------------------------------------- */

struct stretch {
    struct instant from, to;
    struct str why, name;
    int64_t working_seconds;
    bool provisional;
};
static const char *const why_names[] = {"counted", "not_yet",       "paused", "holiday",
                                        "weekend", "outside_hours", NULL};
static const struct field stretch_fields[] = {
    FIELD(struct stretch, from, "从", "From"),
    FIELD(struct stretch, to, "到", "To"),
    FIELD(struct stretch, why, "计时、尚未起算、暂停、节假日、周末、非办公时间",
          "Counted, or why not"),
    FIELD(struct stretch, name, "节日名或暂停的理由", "Name of the holiday, reason of the pause"),
    FIELD(struct stretch, working_seconds, "计入的秒数", "Seconds that count"),
    FIELD(struct stretch, provisional, "日历尚未公布，暂按星期推算",
          "The calendar has not been announced: by weekdays"),
};
static const SHAPE(stretch);

struct clock_view {
    struct clock_row row;
    int64_t elapsed_seconds, limit_seconds, day_seconds;
    struct instant counts_from, half_at, four_fifths_at;
    bool overdue, provisional, whole;
    struct records events, stretches;
};
static const struct field clock_view_fields[] = {
    FIELD(struct clock_view, elapsed_seconds, "已用（工作秒）", "Elapsed, in working seconds"),
    FIELD(struct clock_view, limit_seconds, "时限（工作秒）", "Limit, in working seconds"),
    FIELD(struct clock_view, day_seconds, "一日的秒数：工作日，或自然日",
          "Seconds of a day: of a workday, or of a day of any kind"),
    FIELD(struct clock_view, counts_from, "从何时起计", "Counts from"),
    FIELD(struct clock_view, half_at, "用去 50% 的时刻", "When half of it is over"),
    FIELD(struct clock_view, four_fifths_at, "用去 80% 的时刻", "When 80 percent of it are over"),
    FIELD(struct clock_view, overdue, "已超期", "Is it overdue?"),
    FIELD(struct clock_view, provisional, "含未公布日历的日子，属暂定",
          "Provisional: rests on days whose calendar has not been announced"),
    FIELD(struct clock_view, whole, "明细完整", "Are all stretches listed?"),
    FIELD(struct clock_view, events, "经过", "What happened", .of = &happening_shape),
    FIELD(struct clock_view, stretches, "逐段说明", "Stretch by stretch", .of = &stretch_shape),
};
static const SHAPE_EXTENDING(clock_view, clock_row);

struct clock_key {
    int64_t id;
};
static const struct field clock_key_fields[] = {
    FIELD(struct clock_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(clock_key);

static void show(struct ctx *ctx, const struct work_clock *clock, struct clock_view *out)
{
    struct clock_reading reading = work_clock_read(clock, ctx->now);
    size_t count;
    const struct clock_stretch *from =
        work_clock_explain(clock, ctx->now, ctx->arena, &count, &out->whole);
    struct stretch *stretches = arena_array(ctx->arena, count + 1, sizeof(*stretches));
    for (size_t i = 0; i < count; i++) {
        bool counts = from[i].why == WHY_COUNTED;
        stretches[i] = (struct stretch){from[i].from,
                                        from[i].to,
                                        str_of(why_names[from[i].why]),
                                        from[i].name,
                                        counts ? from[i].to.seconds - from[i].from.seconds : 0,
                                        from[i].provisional};
    }
    out->stretches = (struct records){stretches, count};
    out->elapsed_seconds = reading.elapsed;
    out->limit_seconds = reading.limit;
    out->day_seconds = working_time_day(clock->time);
    out->counts_from = reading.counts_from;
    out->half_at = reading.marks[0];
    out->four_fifths_at = reading.marks[1];
    out->overdue = reading.overdue;
    out->provisional = reading.provisional;
}

/* Whoever sees the record sees its clock. */
HANDLER(clock_show, clock_key, clock_view)
{
    struct office office;
    struct work_clock clock;
    enum error error = find(ctx, in->id, &out->row);
    if (!error)
        error = record_must_see(ctx, out->row.subject_kind, out->row.subject_key, NULL);
    if (!error)
        error = office_read(ctx, &office);
    if (!error)
        error = clock_of(ctx, &office, &out->row, &clock, &out->events);
    if (!error)
        show(ctx, &clock, out);
    return error;
}

static const struct route routes[] = {
    GET_WORK("/api/clocks/{id}", clock_show, "一个计时，逐段说明",
             "A clock, explained stretch by stretch", .roles = SIGNED_IN | OPERATOR),
};

const struct module clocks_module = {
    .name = "clocks",
    .migrations = clocks_migrations,
    .migration_count = COUNT(clocks_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
};

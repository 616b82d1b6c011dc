#include "modules/indicators/changes.h"

#include <math.h>

#include "changes.sql.h"

enum { INDICATORS_MAX = 500, CHANGES_MAX = 1000 };

const char *const change_kinds[] = {"record", "target_reached", "rank", "revised", "first", NULL};
enum { RECORD, TARGET_REACHED, RANK, REVISED, FIRST };

static const struct field change_fields[] = {
    FIELD(struct change, kind, "变化", "Kind of change", .choices = change_kinds),
    FIELD(struct change, indicator_code, "指标", "Indicator"),
    FIELD(struct change, indicator_name, "指标名", "Name of the indicator"),
    FIELD(struct change, indicator_name_en, "指标英文名", "English name"),
    FIELD(struct change, area_code, "区域", "Area"),
    FIELD(struct change, period, "时期", "Period"),
    FIELD(struct change, statement, "说明", "What changed, in Chinese"),
    FIELD(struct change, statement_en, "说明（英文）", "What changed"),
    FIELD(struct change, now, "现在的数", "The figure now", .of = &figure_shape),
    FIELD(struct change, before, "此前的数", "The figure before", .of = &figure_shape),
    FIELD(struct change, published, "发布", "Published"),
    FIELD(struct change, source_code, "来源", "Source"),
    FIELD(struct change, source_title, "来源名称", "Title of the source"),
    FIELD(struct change, source_title_en, "来源英文名称", "English title of the source"),
    FIELD(struct change, line, "行", "Line in the source"),
    FIELD(struct change, observation_id, "观测", "Observation"),
};
SHAPE(change);

struct code_row {
    struct str code;
};
static const struct field code_row_fields[] = {FIELD(struct code_row, code, "编码", "Code")};
static const SHAPE(code_row);

struct watch {
    struct ctx *ctx;
    struct indicator indicator; /* that is being looked at */
    struct date since;
    struct change *list;
    size_t count;
};

static bool is_new(const struct watch *watch, const struct observation *o)
{
    return date_known(o->published_on) && o->published_on.days > watch->since.days &&
           o->published_on.days <= watch->ctx->today.days;
}

static bool is_fact(const struct observation *o)
{
    return !str_is(o->status, "target") && !str_is(o->status, "implied");
}

static struct str token_of(struct arena *arena, const struct observation *o)
{
    if (o->token.length)
        return o->token;
    struct buf out = {.arena = arena};
    buf_real(&out, o->value);
    buf_add(&out, o->unit);
    return arena_str(arena, buf_str(&out));
}

static struct str number_of(struct arena *arena, const struct observation *o)
{
    struct buf out = {.arena = arena};
    buf_real(&out, o->value);
    if (!str_is(o->unit, "%"))
        buf_char(&out, ' ');
    buf_add(&out, o->unit);
    return arena_str(arena, buf_str(&out));
}

static void add(struct watch *watch, int kind, const struct observation *now,
                const struct observation *before, struct str statement, struct str statement_en)
{
    if (watch->count == CHANGES_MAX)
        return;
    struct arena *arena = watch->ctx->arena;
    watch->list[watch->count++] = (struct change){
        .kind = str_of(change_kinds[kind]),
        .indicator_code = now->indicator_code,
        .indicator_name = now->indicator_name,
        .indicator_name_en = now->indicator_name_en,
        .area_code = now->area_code,
        .period = now->period,
        .statement = statement,
        .statement_en = statement_en,
        .now = figure_record(arena, figure_of(now)),
        .before = before ? figure_record(arena, figure_of(before)) : (struct record){NULL},
        .published = now->published,
        .source_code = now->source_code,
        .source_title = now->source_title,
        .source_title_en = now->source_title_en,
        .line = now->line,
        .observation_id = now->id};
}

/* 2024 → 2024年; other periods as they are written. */
static struct str period_of(struct arena *arena, const struct observation *o)
{
    return o->period.length == 4 ? arena_print(arena, "%.*s年", STR_PRINT(o->period)) : o->period;
}

#define SAY(arena, zh, en, now, before)                                                            \
    arena_print(arena, zh, STR_PRINT((now)->indicator_name), STR_PRINT(period_of(arena, now)),     \
                STR_PRINT(token_of(arena, now)), STR_PRINT(period_of(arena, before)),              \
                STR_PRINT(token_of(arena, before))),                                               \
        arena_print(arena, en, STR_PRINT((now)->indicator_name_en), STR_PRINT((now)->period),      \
                    STR_PRINT(number_of(arena, now)), STR_PRINT((before)->period),                 \
                    STR_PRINT(number_of(arena, before)))

/* Two facts that may be held against each other. */
static bool comparable(const struct observation *a, const struct observation *b)
{
    return is_fact(a) && is_fact(b) && str_equal(a->measure, b->measure) &&
           str_equal(a->unit, b->unit) && str_equal(a->among, b->among) &&
           a->definition_version == b->definition_version;
}

/* The best of what was known of a period before; of all periods, the farthest in its direction. */
static const struct observation *best_before(struct records series, const struct observation *now,
                                             bool up)
{
    const struct observation *all = series.items, *best = NULL;
    for (size_t i = 0; i < series.count; i++) {
        if (&all[i] == now || !comparable(&all[i], now) ||
            all[i].period_end.days >= now->period_end.days ||
            all[i].period.length != now->period.length)
            continue;
        if (!best || (up ? all[i].value > best->value : all[i].value < best->value))
            best = &all[i];
    }
    return best;
}

/* What had been said of the same period before. */
static const struct observation *said_before(const struct watch *watch, struct records series,
                                             const struct observation *now)
{
    const struct observation *all = series.items, *last = NULL;
    for (size_t i = 0; i < series.count; i++)
        if (&all[i] != now && is_fact(&all[i]) && str_equal(all[i].period, now->period) &&
            str_equal(all[i].measure, now->measure) && str_equal(all[i].unit, now->unit) &&
            str_equal(all[i].among, now->among) && !is_new(watch, &all[i]) &&
            (!last || observation_compare(&all[i], last) > 0))
            last = &all[i];
    return last;
}

static bool is_amount(const struct observation *o)
{
    return str_is(o->measure, "stock") || str_is(o->measure, "flow") ||
           str_is(o->measure, "cumulative") || str_is(o->measure, "ratio") ||
           str_is(o->measure, "share") || str_is(o->measure, "index");
}

static void judge_level(struct watch *watch, struct records series, const struct observation *now)
{
    struct arena *arena = watch->ctx->arena;
    bool up = str_is(watch->indicator.direction, "up");
    const struct observation *again = said_before(watch, series, now);
    if (again) {
        if (again->value != now->value && observation_compare(now, again) > 0)
            add(watch, REVISED, now, again,
                SAY(arena, "“%.*s”%.*s：%.*s，此前%.*s为%.*s",
                    "%.*s, %.*s: %.*s; before, %.*s: %.*s", now, again));
        return;
    }
    const struct observation *best = best_before(series, now, up);
    if (str_is(now->measure, "rank") && best) {
        const struct observation *last = best;
        const struct observation *all = series.items;
        for (size_t i = 0; i < series.count; i++) /* the rank just before it */
            if (comparable(&all[i], now) && all[i].period_end.days < now->period_end.days &&
                all[i].period_end.days > last->period_end.days)
                last = &all[i];
        if (last->value != now->value)
            add(watch, RANK, now, last,
                SAY(arena, "“%.*s”%.*s：%.*s，%.*s为%.*s", "%.*s, %.*s: %.*s; %.*s: %.*s", now,
                    last));
        return;
    }
    if (best && is_amount(now) && str_is(now->approximation, "exact") &&
        !str_is(watch->indicator.direction, "none") &&
        (up ? now->value > best->value : now->value < best->value))
        add(watch, RECORD, now, best,
            SAY(arena, "“%.*s”%.*s：%.*s，为有数以来最好；此前最好是%.*s的%.*s",
                "%.*s, %.*s: %.*s, the best on record; the best before was in %.*s: %.*s", now,
                best));
}

/* The first that was ever said of an indicator. */
static void judge_first(struct watch *watch, struct records series)
{
    const struct observation *all = series.items, *first = NULL;
    for (size_t i = 0; i < series.count; i++) {
        if (!is_new(watch, &all[i]))
            return;
        if (is_fact(&all[i]) && !first)
            first = &all[i];
    }
    if (first)
        add(watch, FIRST, first, NULL,
            arena_print(watch->ctx->arena, "“%.*s”首次有数：%.*s %.*s",
                        STR_PRINT(first->indicator_name),
                        STR_PRINT(period_of(watch->ctx->arena, first)),
                        STR_PRINT(token_of(watch->ctx->arena, first))),
            arena_print(watch->ctx->arena, "%.*s was published for the first time: %.*s, %.*s",
                        STR_PRINT(first->indicator_name_en), STR_PRINT(first->period),
                        STR_PRINT(number_of(watch->ctx->arena, first))));
}

/* A target that a value published since satisfies, and no earlier one did. */
static void judge_target(struct watch *watch, struct records series,
                         const struct observation *target)
{
    const struct observation *all = series.items, *reached = NULL;
    bool up = str_is(watch->indicator.direction, "up");
    for (size_t i = 0; i < series.count; i++) {
        const struct observation *o = &all[i];
        bool counts = is_fact(o) && str_equal(o->measure, target->measure) &&
                      str_equal(o->unit, target->unit) &&
                      o->definition_version == target->definition_version &&
                      o->period_end.days <= target->period_end.days &&
                      (str_is(o->measure, "stock") || str_equal(o->period, target->period));
        if (!counts || (up ? o->value < target->value : o->value > target->value))
            continue;
        if (!is_new(watch, o))
            return;
        if (!reached || o->period_end.days < reached->period_end.days)
            reached = o;
    }
    if (reached)
        add(watch, TARGET_REACHED, reached, target,
            SAY(watch->ctx->arena, "“%.*s”%.*s：%.*s，已达到%.*s的目标%.*s",
                "%.*s, %.*s: %.*s, which satisfies the target of %.*s: %.*s", reached, target));
}

static enum error judge_indicator(struct watch *watch, struct str code, struct str area_code)
{
    struct records series;
    struct series_query query = {
        .indicator_code = code, .area_code = area_code, .published_by = DATE_NONE};
    enum error error = indicator_find(watch->ctx, code, &watch->indicator);
    if (!error)
        error = series_observations(watch->ctx, &query, &series);
    if (error)
        return error;
    const struct observation *all = series.items;
    for (size_t i = 0; i < series.count; i++) {
        if (str_is(all[i].status, "target") && !str_is(watch->indicator.direction, "none"))
            judge_target(watch, series, &all[i]);
        if (is_new(watch, &all[i]) && is_fact(&all[i]))
            judge_level(watch, series, &all[i]);
    }
    judge_first(watch, series);
    return E_OK;
}

static int kind_of(const struct change *change)
{
    int kind = 0;
    while (change_kinds[kind] && !str_is(change->kind, change_kinds[kind]))
        kind++;
    return kind;
}

/* Stable: by kind, in the order in which they were found. */
static void sort_by_kind(struct arena *arena, struct change *list, size_t count)
{
    struct change *sorted = arena_array(arena, count + 1, sizeof(*sorted));
    size_t kept = 0;
    for (int kind = 0; change_kinds[kind]; kind++)
        for (size_t i = 0; i < count; i++)
            if (kind_of(&list[i]) == kind)
                sorted[kept++] = list[i];
    memcpy(list, sorted, count * sizeof(*list));
}

enum error changes_since(struct ctx *ctx, struct str area_code, struct date since,
                         struct records *changes)
{
    struct watch watch = {.ctx = ctx, .since = since};
    struct records codes;
    *changes = (struct records){NULL, 0};
    enum error error = db_all(
        ctx, &sql_changed_indicators,
        ARGS(arg_text("area_code", area_code), arg_date(ctx->arena, "published_after", since)),
        &code_row_shape, INDICATORS_MAX, &codes);
    if (error)
        return error;
    watch.list = arena_array(ctx->arena, CHANGES_MAX, sizeof(*watch.list));
    const struct code_row *rows = codes.items;
    for (size_t i = 0; !error && i < codes.count; i++)
        error = judge_indicator(&watch, rows[i].code, area_code);
    sort_by_kind(ctx->arena, watch.list, watch.count);
    *changes = (struct records){watch.list, watch.count};
    return error;
}

/* --- The route ------------------------------------------------------------------------------- */

struct changes_request {
    struct date since;
    struct str area_code;
};
static const struct field changes_request_fields[] = {
    FIELD(struct changes_request, since, "此日之后发布的", "Published after this day",
          .required = true),
    FIELD(struct changes_request, area_code, "区域（空为全市）", "Area; empty = the city"),
};
static const SHAPE(changes_request);

struct changes_page {
    struct date since, until;
    struct records items;
};
static const struct field changes_page_fields[] = {
    FIELD(struct changes_page, since, "此日之后", "After this day"),
    FIELD(struct changes_page, until, "到", "Until"),
    FIELD(struct changes_page, items, "变化", "Changes", .of = &change_shape),
};
static const SHAPE(changes_page);

SHARED_HANDLER(changes_show, changes_request, changes_page)
{
    struct str area_code = in->area_code;
    enum error error = area_or_city(ctx, &area_code);
    if (!error && in->since.days >= ctx->today.days)
        error = complain(ctx, STR("since"), "应早于今天", "must be before today");
    out->since = in->since;
    out->until = ctx->today;
    return error ? error : changes_since(ctx, area_code, in->since, &out->items);
}

/* Reads what the plausibility engine looks at: page by page along the key, each row once. */
#include <malloc.h>
#include <math.h>
#include <stdlib.h>

#include "checked.sql.h"
#include "modules/findings/checked.h"
#include "plausibility/table.h"

enum { PAGE = 10000, TEXT_SLOTS = 4096, LARGE = 64 << 20 };

/* What a check of many figures took goes back to the machine, not only to malloc(). */
static void end_arena(void *arena)
{
    bool large = ((const struct arena *)arena)->used > LARGE;
    arena_free(arena);
    if (large)
        malloc_trim(0);
}

struct arena *check_arena(struct ctx *ctx)
{
    struct arena *arena = ARENA_NEW(ctx->arena, struct arena);
    *arena = (struct arena){.ceiling = (size_t)CHECK_MEMORY_MB << 20, .escape = ctx->arena->escape};
    arena_defer(ctx->arena, end_arena, arena);
    return arena;
}

struct reading {
    struct ctx *ctx;
    struct arena *arena; /* of what is kept */
    struct checked_set *out;
    size_t capacity; /* of figures and origins */
    int64_t after, rows;
    struct str *texts; /* TEXT_SLOTS */
};

/* Most texts recur (areas, units, periods): one that its slot still holds is not copied again. */
static struct str keep(struct reading *reading, struct str text)
{
    if (!text.length)
        return text.data ? STR("") : STR_NONE;
    struct str *slot = &reading->texts[hash_bytes(0, text.data, text.length) % TEXT_SLOTS];
    if (!slot->data || !str_equal(*slot, text))
        *slot = arena_str(reading->arena, text);
    return *slot;
}

static struct str text_at(const struct db_cursor *row, int column)
{
    struct db_value value = {.type = DB_TEXT};
    db_column(row, column, &value);
    return value.null ? STR_NONE : value.text;
}

static int64_t integer_at(const struct db_cursor *row, int column)
{
    struct db_value value = {.type = DB_INT};
    db_column(row, column, &value);
    return value.null ? 0 : value.integer;
}

static double real_at(const struct db_cursor *row, int column)
{
    struct db_value value = {.type = DB_REAL};
    db_column(row, column, &value);
    return value.null ? (double)NAN : value.real;
}

static struct date date_column(const struct db_cursor *row, int column)
{
    struct date date;
    return date_parse(text_at(row, column), &date) ? date : DATE_NONE;
}

/* --- What is declared ------------------------------------------------------------------------ */

static size_t indicator_place(const struct figure_set *set, struct str code)
{
    size_t low = 0, high = set->indicator_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(set->indicators[middle].code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->indicator_count && str_equal(set->indicators[low].code, code) ? low
                                                                                    : FIGURE_NONE;
}

/* Appends to an array that only this makes longer, so that its end says how long it may be. */
static void *append(struct arena *arena, const void *list, size_t *count, size_t size)
{
    enum { FIRST = 16 };
    void *all = (void *)(uintptr_t)list;
    bool full = *count == 0 || (*count >= FIRST && (*count & (*count - 1)) == 0);
    if (full) {
        size_t capacity = *count < FIRST ? FIRST : 2 * *count;
        void *larger = arena_array(arena, capacity, size);
        if (*count)
            memcpy(larger, all, *count * size);
        all = larger;
    }
    ++*count;
    return all;
}

static enum error take_indicator(struct ctx *ctx, void *state, const struct db_cursor *row)
{
    struct reading *reading = state;
    struct figure_set *set = &reading->out->set;
    (void)ctx;
    set->indicators =
        append(reading->arena, set->indicators, &set->indicator_count, sizeof(*set->indicators));
    struct checked_indicator *one = &set->indicators[set->indicator_count - 1];
    struct str *texts[] = {&one->code, &one->name,      &one->name_en,  &one->topic,
                           &one->unit, &one->direction, &one->frequency};
    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i] = keep(reading, text_at(row, (int)i));
    one->measure = measure_of(text_at(row, COUNT(texts)));
    one->denominator = keep(reading, text_at(row, COUNT(texts) + 1));
    return E_OK;
}

static bool relation_of(struct str text, enum relation *relation)
{
    static const char *const names[] = {[RELATION_PART_OF] = "part_of",
                                        [RELATION_NEAR_HOMONYM] = "near_homonym",
                                        [RELATION_GROSS_OF] = "gross_of",
                                        [RELATION_NET_OF] = "net_of"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(text, names[i])) {
            *relation = (enum relation)i;
            return true;
        }
    return false;
}

static enum error take_relation(struct ctx *ctx, void *state, const struct db_cursor *row)
{
    struct reading *reading = state;
    struct figure_set *set = &reading->out->set;
    struct indicator_relation one = {.a = indicator_place(set, text_at(row, 0)),
                                     .b = indicator_place(set, text_at(row, 1))};
    (void)ctx;
    if (!relation_of(text_at(row, 2), &one.kind))
        return E_OK; /* a newer program's */
    struct indicator_relation *all =
        append(reading->arena, set->relations, &set->relation_count, sizeof(one));
    all[set->relation_count - 1] = one;
    set->relations = all;
    return E_OK;
}

static enum error take_formula(struct ctx *ctx, void *state, const struct db_cursor *row)
{
    struct reading *reading = state;
    struct figure_set *set = &reading->out->set;
    struct indicator_formula *all =
        append(reading->arena, set->formulas, &set->formula_count, sizeof(*all));
    (void)ctx;
    all[set->formula_count - 1] =
        (struct indicator_formula){.indicator = indicator_place(set, text_at(row, 0)),
                                   .expression = arena_str(reading->arena, text_at(row, 1))};
    set->formulas = all;
    return E_OK;
}

static struct date period_end(struct str text)
{
    struct period period;
    return period_parse(text, &period) ? period_last(period) : DATE_NONE;
}

/* A claim whose figure is not there any more, or not yet, is nobody's. */
static enum error take_claim(struct ctx *ctx, void *state, const struct db_cursor *row)
{
    struct reading *reading = state;
    struct figure_set *set = &reading->out->set;
    struct claim one = {.figure = figure_find(set, text_at(row, 0)),
                        .indicator = indicator_place(set, text_at(row, 1)),
                        .area_code = keep(reading, text_at(row, 2)),
                        .base_end = period_end(text_at(row, 3)),
                        .end = period_end(text_at(row, 4)),
                        .multiple = real_at(row, 5)};
    (void)ctx;
    if (one.figure == FIGURE_NONE)
        return E_OK;
    struct claim *all = append(reading->arena, set->claims, &set->claim_count, sizeof(one));
    all[set->claim_count - 1] = one;
    set->claims = all;
    return E_OK;
}

/* --- Observations ---------------------------------------------------------------------------- */

/* Of the statements checked_observations…, in their order. */
enum observation_column {
    C_ID,
    C_FACT_ID,
    C_INDICATOR,
    C_DEFINITION,
    C_AREA,
    C_SCOPE,
    C_AMONG,
    C_PERIOD,
    C_START,
    C_END,
    C_VALUE,
    C_VALUE_HIGH,
    C_UNIT,
    C_STATUS,
    C_MEASURE,
    C_APPROXIMATION,
    C_BASE_PERIOD,
    C_ATTACHES_TO,
    C_REPEATS,
    C_PUBLISHED_ON,
    C_NOTE,
    C_DEPARTMENT,
    C_VISIBILITY,
    C_SAMPLE,
    C_SOURCE,
    C_LINE,
    C_TOKEN
};

/* Moving a million figures to a larger place would need both places. */
static void make_room(struct reading *reading, size_t capacity)
{
    struct checked_set *out = reading->out;
    size_t count = out->set.count;
    out->set.figures =
        arena_grow(reading->arena, out->set.figures, count * sizeof(struct checked_figure),
                   capacity * sizeof(struct checked_figure));
    out->origins = arena_grow(reading->arena, out->origins, count * sizeof(struct figure_origin),
                              capacity * sizeof(struct figure_origin));
    reading->capacity = capacity;
}

static enum error take_observation(struct ctx *ctx, void *state, const struct db_cursor *row)
{
    struct reading *reading = state;
    struct checked_set *out = reading->out;
    (void)ctx;
    if (out->set.count == reading->capacity)
        make_room(reading, reading->capacity + reading->capacity / 2 + PAGE);
    size_t place = out->set.count++;
    reading->rows++;
    reading->after = integer_at(row, C_ID);
    out->set.figures[place] =
        (struct checked_figure){.fact_id = arena_str(reading->arena, text_at(row, C_FACT_ID)),
                                .indicator = indicator_place(&out->set, text_at(row, C_INDICATOR)),
                                .definition_version = integer_at(row, C_DEFINITION),
                                .area_code = keep(reading, text_at(row, C_AREA)),
                                .scope = keep(reading, text_at(row, C_SCOPE)),
                                .among = keep(reading, text_at(row, C_AMONG)),
                                .period = keep(reading, text_at(row, C_PERIOD)),
                                .start = date_column(row, C_START),
                                .end = date_column(row, C_END),
                                .value = real_at(row, C_VALUE),
                                .value_high = real_at(row, C_VALUE_HIGH),
                                .unit = keep(reading, text_at(row, C_UNIT)),
                                .status = figure_status_of(text_at(row, C_STATUS)),
                                .measure = measure_of(text_at(row, C_MEASURE)),
                                .approximation = approximation_of(text_at(row, C_APPROXIMATION)),
                                .base_period = keep(reading, text_at(row, C_BASE_PERIOD)),
                                .attaches_to = keep(reading, text_at(row, C_ATTACHES_TO)),
                                .repeats = keep(reading, text_at(row, C_REPEATS)),
                                .published_on = date_column(row, C_PUBLISHED_ON),
                                .source_code = keep(reading, text_at(row, C_SOURCE)),
                                .token = keep(reading, text_at(row, C_TOKEN)),
                                .note = keep(reading, text_at(row, C_NOTE)),
                                .line = integer_at(row, C_LINE)};
    out->origins[place] =
        (struct figure_origin){.observation_id = reading->after,
                               .visibility = integer_at(row, C_VISIBILITY),
                               .department_code = keep(reading, text_at(row, C_DEPARTMENT)),
                               .sample = integer_at(row, C_SAMPLE) != 0};
    return E_OK;
}

static enum error read_observations(struct reading *reading, const struct checked_request *asked)
{
    struct ctx *ctx = reading->ctx;
    int64_t last = 0, count = 0;
    struct str text =
        asked->as_of ? sql_checked_observations_as_of.text : sql_checked_observations.text;
    enum error error = db_number(ctx, &sql_checked_last_id, NO_ARGS, &last);
    if (!error)
        error = db_number(ctx, &sql_checked_count, NO_ARGS, &count);
    if (!error)
        make_room(reading, (size_t)(count > 0 ? count : 0) + 1);
    do {
        reading->rows = 0;
        if (!error)
            error = db_rows(ctx, text,
                            ARGS(arg_int("after", reading->after), arg_int("as_of", asked->as_of),
                                 arg_int("limit", PAGE)),
                            take_observation, reading);
        if (!error && asked->tell)
            asked->tell(asked->tell_state, reading->after, last);
    } while (!error && reading->rows == PAGE);
    return error;
}

/* --- What is not stored ---------------------------------------------------------------------- */

static void take_instead(struct reading *reading, const struct observation *o, size_t place)
{
    struct checked_set *out = reading->out;
    out->set.figures[place] = (struct checked_figure){
        .fact_id = o->fact_id,
        .indicator = indicator_place(&out->set, o->indicator_code),
        .definition_version = o->definition_version,
        .area_code = o->area_code,
        .scope = o->scope,
        .among = o->among,
        .period = o->period,
        .start = o->period_start,
        .end = o->period_end,
        .value = o->value,
        .value_high = o->value_high.known ? o->value_high.value : (double)NAN,
        .unit = o->unit,
        .status = figure_status_of(o->status),
        .measure = measure_of(o->measure),
        .approximation = approximation_of(o->approximation),
        .base_period = o->base_period,
        .attaches_to = o->attaches_to,
        .repeats = o->repeats,
        .published_on = o->published_on,
        .source_code = o->source_code,
        .token = o->token,
        .note = o->note,
        .line = o->line.known ? o->line.value : 0};
    out->origins[place] = (struct figure_origin){.observation_id = o->id,
                                                 .visibility = o->visibility,
                                                 .department_code = o->department_code,
                                                 .sample = o->sample};
}

static void put_instead(struct reading *reading, const struct checked_request *asked,
                        size_t *places)
{
    struct figure_set *set = &reading->out->set;
    struct table numbers = {0}; /* of a fact: its place */
    for (size_t i = 0; asked->instead_count && i < set->count; i++)
        table_key(reading->arena, &numbers, set->figures[i].fact_id);
    for (size_t i = 0; i < asked->instead_count; i++) {
        const struct observation *o = &asked->instead[i];
        uint32_t place = 0;
        if (!table_find(&numbers, o->fact_id, &place)) {
            if (set->count == reading->capacity)
                make_room(reading, set->count + asked->instead_count);
            place = (uint32_t)set->count++;
        }
        take_instead(reading, o, place);
        if (places)
            places[i] = place;
    }
}

enum error checked_set_read(struct ctx *ctx, struct arena *arena,
                            const struct checked_request *asked, size_t *instead_places,
                            struct checked_set *out)
{
    struct reading reading = {.ctx = ctx, .arena = arena, .out = out};
    reading.texts = arena_array(arena, TEXT_SLOTS, sizeof(*reading.texts));
    *out = (struct checked_set){.set.today = ctx->today};
    enum error error = db_rows(ctx, sql_checked_indicators.text, NO_ARGS, take_indicator, &reading);
    if (!error)
        error = db_rows(ctx, sql_checked_relations.text, NO_ARGS, take_relation, &reading);
    if (!error)
        error = db_rows(ctx, sql_checked_formulas.text, NO_ARGS, take_formula, &reading);
    if (!error)
        error = read_observations(&reading, asked);
    if (error)
        return error;
    put_instead(&reading, asked, instead_places);
    error = db_rows(ctx, sql_checked_claims.text, NO_ARGS, take_claim, &reading);
    if (!error)
        figures_prepare(arena, &out->set);
    return error;
}

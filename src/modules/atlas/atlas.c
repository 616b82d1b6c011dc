#include "modules/atlas/atlas.h"

#include "atlas.sql.h"
#include "modules/areas/areas.h"
#include "modules/city/city.h"
#include "modules/indicators/indicators.h"

enum { MAP_MAX = 20000, PERIODS_MAX = 200 };

struct place {
    struct str code, name, name_en, kind, kind_en, area_code;
    double longitude, latitude;
    int64_t precision_m;
    struct str basis;
    bool sample;
    struct str note;
};
static const char *const bases[] = {"source", "ours", NULL};
static const struct field place_fields[] = {
    FIELD(struct place, code, "代码", "Code", USE_ALL, .required = true, .length_max = 40),
    FIELD(struct place, name, "名称", "Name", .required = true),
    FIELD(struct place, name_en, "英文名", "English name", .required = true),
    FIELD(struct place, kind, "类型", "Kind", USE_BOTH | USE_FILTER, .required = true),
    FIELD(struct place, kind_en, "英文类型", "Kind in English", .required = true),
    FIELD(struct place, area_code, "所在区域", "Area it lies in", USE_BOTH | USE_FILTER,
          .refers = "area"),
    FIELD(struct place, longitude, "经度（WGS 84）", "Longitude, WGS 84", .required = true),
    FIELD(struct place, latitude, "纬度（WGS 84）", "Latitude, WGS 84", .required = true),
    FIELD(struct place, precision_m, "误差（米）", "Precision, metres", .required = true),
    FIELD(struct place, basis, "依据", "Basis", .required = true, .choices = bases),
    FIELD(struct place, sample, "样例", "Is it a sample?", USE_OUT | USE_FILTER),
    FIELD(struct place, note, "说明", "Note"),
};
static const SHAPE(place);
static const struct list place_list = {
    .base = &sql_place_list, .row = &place_shape, .key = "code", .sort = "code"};

struct map_request {
    struct str indicator_code, area_set;
    struct date date;
    struct str period;
};
static const struct field map_request_fields[] = {
    FIELD(struct map_request, indicator_code, "指标", "Indicator", .required = true),
    FIELD(struct map_request, area_set, "区域组（空为缺省）", "Set of areas; empty = the default"),
    FIELD(struct map_request, date, "按哪一天的区划（空为该时期末）",
          "Areas of which day; empty = the period's end"),
    FIELD(struct map_request, period, "时期（空为最近）", "Period; empty = the newest"),
};
static const SHAPE(map_request);

struct map_period {
    struct str period;
    int64_t areas;
};
static const struct field map_period_fields[] = {
    FIELD(struct map_period, period, "时期", "Period"),
    FIELD(struct map_period, areas, "有数的区域", "Areas with a value"),
};
static const SHAPE(map_period);

struct map_cell {
    struct str area_code, name, name_en, short_name, short_name_en;
    struct maybe_int column, row;
    struct maybe_real longitude, latitude;
    struct record figure;
    struct str status;
    bool sample;
};
static const struct field map_cell_fields[] = {
    FIELD(struct map_cell, area_code, "区域", "Area"),
    FIELD(struct map_cell, name, "名称", "Name"),
    FIELD(struct map_cell, name_en, "英文名", "English name"),
    FIELD(struct map_cell, short_name, "简称", "Short name"),
    FIELD(struct map_cell, short_name_en, "英文简称", "Short English name"),
    FIELD(struct map_cell, column, "列", "Column"),
    FIELD(struct map_cell, row, "行", "Row"),
    FIELD(struct map_cell, longitude, "经度", "Longitude"),
    FIELD(struct map_cell, latitude, "纬度", "Latitude"),
    FIELD(struct map_cell, figure, "数", "Figure", .of = &figure_shape),
    FIELD(struct map_cell, status, "性质", "Status"),
    FIELD(struct map_cell, sample, "样例", "Is it a sample?"),
};
static const SHAPE(map_cell);

struct off_map {
    struct str area_code, name, name_en;
    struct record figure;
    struct str why, why_en;
};
static const struct field off_map_fields[] = {
    FIELD(struct off_map, area_code, "区域", "Area"),
    FIELD(struct off_map, name, "名称", "Name"),
    FIELD(struct off_map, name_en, "英文名", "English name"),
    FIELD(struct off_map, figure, "数", "Figure", .of = &figure_shape),
    FIELD(struct off_map, why, "为何不在图上", "Why it is not on the map, in Chinese"),
    FIELD(struct off_map, why_en, "英文原因", "Why it is not on the map"),
};
static const SHAPE(off_map);

struct map {
    struct record indicator, area_set;
    struct date date;
    struct records periods;
    struct str period;
    struct records cells, off_map;
    struct record off_map_count;
};
static const struct field map_fields[] = {
    FIELD(struct map, indicator, "指标", "Indicator", .of = &indicator_shape),
    FIELD(struct map, area_set, "区域组", "Set of areas", .of = &area_set_shape),
    FIELD(struct map, date, "区划日期", "Day of the areas"),
    FIELD(struct map, periods, "有数的时期", "Periods with values", .of = &map_period_shape),
    FIELD(struct map, period, "时期", "Period"),
    FIELD(struct map, cells, "各区域", "Areas", .of = &map_cell_shape),
    FIELD(struct map, off_map, "不在图上", "Not on the map", .of = &off_map_shape),
    FIELD(struct map, off_map_count, "不在图上的个数", "How many are not on the map",
          .of = &figure_shape),
};
static const SHAPE(map);

/* Observations of one indicator everywhere, and which of them the map takes. */
struct atlas {
    struct records observations;
    struct records areas; /* of the set */
    struct str period;
};

static enum error read_all(struct ctx *ctx, struct str indicator_code, struct records *all)
{
    return db_all(ctx, &sql_map_observations,
                  ARGS(arg_text("indicator_code", indicator_code), arg_int("limit", MAP_MAX)),
                  &observation_shape, MAP_MAX, all);
}

static const struct area *find_area(struct records areas, struct str code)
{
    const struct area *list = areas.items;
    for (size_t i = 0; i < areas.count; i++)
        if (str_equal(list[i].code, code))
            return &list[i];
    return NULL;
}

/* The periods in which some area of the set has a value, with how many have: newest first. */
static struct records periods_of(struct ctx *ctx, const struct atlas *atlas)
{
    const struct observation *all = atlas->observations.items;
    struct map_period *periods = arena_array(ctx->arena, PERIODS_MAX, sizeof(*periods));
    struct date *ends = arena_array(ctx->arena, PERIODS_MAX, sizeof(*ends));
    size_t count = 0;
    for (size_t i = 0; i < atlas->observations.count; i++) {
        if (!find_area(atlas->areas, all[i].area_code))
            continue;
        size_t p = 0;
        while (p < count && !str_equal(periods[p].period, all[i].period))
            p++;
        if (p < count) {
            bool again = i && str_equal(all[i - 1].area_code, all[i].area_code) &&
                         str_equal(all[i - 1].period, all[i].period);
            periods[p].areas += !again;
            continue;
        }
        if (count == PERIODS_MAX)
            break;
        /* Kept in order: newest first. */
        for (p = count++; p && ends[p - 1].days < all[i].period_end.days; p--) {
            periods[p] = periods[p - 1];
            ends[p] = ends[p - 1];
        }
        periods[p] = (struct map_period){all[i].period, 1};
        ends[p] = all[i].period_end;
    }
    return (struct records){periods, count};
}

/* The best observation of an area in the period. */
static const struct observation *value_in(const struct atlas *atlas, struct str area_code,
                                          struct str measure)
{
    const struct observation *all = atlas->observations.items, *best = NULL;
    for (size_t i = 0; i < atlas->observations.count; i++)
        if (str_equal(all[i].area_code, area_code) && str_equal(all[i].period, atlas->period) &&
            str_equal(all[i].measure, measure) && (!best || observation_compare(&all[i], best) > 0))
            best = &all[i];
    return best;
}

/* One map shows one measure: the indicator's own where some area has it, else the commonest. */
static struct str measure_of(const struct atlas *atlas, const struct indicator *indicator)
{
    const struct observation *all = atlas->observations.items;
    struct str first = STR_NONE;
    for (size_t i = 0; i < atlas->observations.count; i++) {
        if (!str_equal(all[i].period, atlas->period) || !find_area(atlas->areas, all[i].area_code))
            continue;
        if (str_equal(all[i].measure, indicator->measure))
            return indicator->measure;
        if (!first.data)
            first = all[i].measure;
    }
    return first.data ? first : indicator->measure;
}

static void fill_cells(struct ctx *ctx, const struct atlas *atlas, struct str measure,
                       struct map *map)
{
    const struct area *areas = atlas->areas.items;
    struct map_cell *cells = arena_array(ctx->arena, atlas->areas.count, sizeof(*cells));
    struct off_map *off = arena_array(ctx->arena, atlas->areas.count + 1, sizeof(*off));
    size_t cell_count = 0, off_count = 0;
    for (size_t i = 0; i < atlas->areas.count; i++) {
        const struct area *area = &areas[i];
        const struct observation *o = value_in(atlas, area->code, measure);
        struct record figure = {o ? figure_record(ctx->arena, figure_of(o)).value : NULL};
        if (!area->tile_column.known || !area->tile_row.known) {
            off[off_count++] = (struct off_map){area->code,
                                                area->name,
                                                area->name_en,
                                                figure,
                                                STR("示意图上没有它的位置"),
                                                STR("it has no cell in the cartogram")};
            continue;
        }
        cells[cell_count++] = (struct map_cell){.area_code = area->code,
                                                .name = area->name,
                                                .name_en = area->name_en,
                                                .short_name = area->short_name,
                                                .short_name_en = area->short_name_en,
                                                .column = area->tile_column,
                                                .row = area->tile_row,
                                                .longitude = area->longitude,
                                                .latitude = area->latitude,
                                                .figure = figure,
                                                .status = o ? o->status : STR_NONE,
                                                .sample = o && o->sample};
    }
    map->cells = (struct records){cells, cell_count};
    map->off_map = (struct records){off, off_count};
}

/* Values of that period whose area is not in the set on that day: they must not vanish. */
static void add_off_map(struct ctx *ctx, const struct atlas *atlas, struct str measure,
                        struct map *map)
{
    const struct observation *all = atlas->observations.items;
    struct off_map *off =
        arena_array(ctx->arena, map->off_map.count + atlas->observations.count, sizeof(*off));
    size_t count = map->off_map.count;
    if (count)
        memcpy(off, map->off_map.items, count * sizeof(*off));
    for (size_t i = 0; i < atlas->observations.count; i++) {
        bool taken = !str_equal(all[i].period, atlas->period) ||
                     !str_equal(all[i].measure, measure) ||
                     find_area(atlas->areas, all[i].area_code);
        for (size_t j = 0; j < count && !taken; j++)
            taken = str_equal(off[j].area_code, all[i].area_code);
        if (taken)
            continue;
        const struct observation *o = value_in(atlas, all[i].area_code, measure);
        off[count++] = (struct off_map){o->area_code,
                                        o->area_name,
                                        o->area_name_en,
                                        figure_record(ctx->arena, figure_of(o)),
                                        STR("不属于这个区域组，或当日不存在"),
                                        STR("not in this set, or it did not exist on that day")};
    }
    map->off_map = (struct records){off, count};
}

static enum error choose_set(struct ctx *ctx, const struct map_request *in, struct area_set *set)
{
    struct str code = in->area_set;
    enum error error = code.data ? E_OK : city_setting(ctx, "default_area_set", &code);
    if (error)
        return error;
    return explain(ctx, area_set_find(ctx, code, set), E_NOT_FOUND, "没有这个区域组",
                   "there is no such set of areas");
}

/* The day whose areas are drawn: the asked one, else the last day of the period, but not after
 * today. */
static struct date day_of(const struct ctx *ctx, const struct map_request *in, struct str period)
{
    struct period parsed;
    if (date_known(in->date))
        return in->date;
    if (!period.data || !period_parse(period, &parsed) ||
        period_last(parsed).days > ctx->today.days)
        return ctx->today;
    return period_last(parsed);
}

HANDLER(map_show, map_request, map)
{
    struct indicator *indicator = ARENA_NEW(ctx->arena, struct indicator);
    struct area_set *set = ARENA_NEW(ctx->arena, struct area_set);
    struct atlas atlas = {.period = in->period};
    enum error error = explain(ctx, indicator_find(ctx, in->indicator_code, indicator), E_NOT_FOUND,
                               "没有这个指标", "there is no such indicator");
    if (!error)
        error = choose_set(ctx, in, set);
    if (!error)
        error = read_all(ctx, in->indicator_code, &atlas.observations);
    /* Which periods there are is asked of the areas of the asked day, or of all that ever were. */
    if (!error)
        error = area_set_on(ctx, set->code, in->date, &atlas.areas);
    if (error)
        return error;
    out->periods = periods_of(ctx, &atlas);
    const struct map_period *periods = out->periods.items;
    if (!atlas.period.data && out->periods.count) {
        /* The newest period that fills most of the map, so that it opens on something to see. */
        size_t best = 0;
        for (size_t i = 1; i < out->periods.count; i++)
            if (periods[i].areas > periods[best].areas)
                best = i;
        atlas.period = periods[best].period;
    }
    out->date = day_of(ctx, in, atlas.period);
    if ((error = area_set_on(ctx, set->code, out->date, &atlas.areas)))
        return error;
    struct str measure = measure_of(&atlas, indicator);
    out->indicator.value = indicator;
    out->area_set.value = set;
    out->period = atlas.period;
    fill_cells(ctx, &atlas, measure, out);
    add_off_map(ctx, &atlas, measure, out);
    struct str list = arena_print(ctx->arena, "/api/observations?indicator_code=%.*s&period=%.*s",
                                  STR_PRINT(indicator->code), STR_PRINT(atlas.period));
    out->off_map_count =
        counted_figure(ctx->arena, (int64_t)out->off_map.count, STR("个"), list.data);
    return E_OK;
}

static const struct route routes[] = {
    GET_LIST("/api/places", place_list, "地点（近似坐标，仅作示意）",
             "Places; coordinates are approximate"),
    GET_WORK("/api/map", map_show, "一个指标在一组区域里的分布",
             "An indicator over a set of areas"),
};

static const struct pack_file pack_files[] = {
    {"places.csv", &place_shape, .insert = &sql_place_insert},
    {"places.csv", &place_shape, .insert = &sql_place_insert_sample, .sample = true},
};

const struct module atlas_module = {
    .name = "atlas",
    .migrations = atlas_migrations,
    .migration_count = COUNT(atlas_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = pack_files,
    .pack_file_count = COUNT(pack_files),
};

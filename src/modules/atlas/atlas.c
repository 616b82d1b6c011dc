#include "modules/atlas/atlas.h"

#include "atlas.sql.h"
#include "core/search.h"
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
static const struct field place_fields[] = {
    FIELD(struct place, code, "代码", "Code", USE_ALL, .required = true, .length_max = 40,
          .search = SEARCH_CODE),
    FIELD(struct place, name, "名称", "Name", .required = true, .search = SEARCH_TITLE),
    FIELD(struct place, name_en, "英文名", "English name", .required = true,
          .search = SEARCH_TITLE),
    FIELD(struct place, kind, "类型", "Kind", USE_BOTH | USE_FILTER, .required = true,
          .search = SEARCH_TEXT),
    FIELD(struct place, kind_en, "英文类型", "Kind in English", .required = true),
    FIELD(struct place, area_code, "所在区域", "Area it lies in", USE_BOTH | USE_FILTER,
          .refers = "area"),
    FIELD(struct place, longitude, "经度（WGS 84）", "Longitude, WGS 84", .required = true),
    FIELD(struct place, latitude, "纬度（WGS 84）", "Latitude, WGS 84", .required = true),
    FIELD(struct place, precision_m, "误差（米）", "Precision, metres", .required = true),
    FIELD(struct place, basis, "依据", "Basis", .required = true, .choices = basis_names),
    FIELD(struct place, sample, "样例", "Is it a sample?", USE_OUT | USE_FILTER),
    FIELD(struct place, note, "说明", "Note", .search = SEARCH_TEXT),
};
static const SHAPE(place);
const struct list place_list = {
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
    FIELD(struct map_request, period, "时期（空为有数的区域最多的一期）",
          "Period; empty = the one in which most areas have a value"),
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

/* Observations of one indicator in one period everywhere, and which of them the map takes. */
struct atlas {
    struct records observations;
    struct records areas;           /* of the set */
    const struct observation *like; /* one of the kind that is shown; NULL = there is none */
};

static const struct area *find_area(struct records areas, struct str code)
{
    const struct area *list = areas.items;
    for (size_t i = 0; i < areas.count; i++)
        if (str_equal(list[i].code, code))
            return &list[i];
    return NULL;
}

/* One map shows one kind of value: one measure, one unit, one definition. */
static bool same_kind(const struct observation *a, const struct observation *b)
{
    return str_equal(a->measure, b->measure) && str_equal(a->unit, b->unit) &&
           a->definition_version == b->definition_version;
}

static size_t count_kind(const struct atlas *atlas, const struct observation *like)
{
    const struct observation *all = atlas->observations.items;
    size_t count = 0;
    for (size_t i = 0; i < atlas->observations.count; i++)
        count += same_kind(&all[i], like) && find_area(atlas->areas, all[i].area_code);
    return count;
}

/* The kind that most areas of the set have; the indicator's own before any other. */
static const struct observation *choose_kind(const struct atlas *atlas,
                                             const struct indicator *indicator)
{
    const struct observation *all = atlas->observations.items, *best = NULL;
    size_t best_count = 0;
    bool best_own = false;
    for (size_t i = 0; i < atlas->observations.count; i++) {
        if (best && same_kind(&all[i], best))
            continue;
        size_t count = count_kind(atlas, &all[i]);
        bool own = str_equal(all[i].measure, indicator->measure) &&
                   str_equal(all[i].unit, indicator->unit);
        if (count && (!best || own > best_own || (own == best_own && count > best_count))) {
            best = &all[i];
            best_count = count;
            best_own = own;
        }
    }
    return best;
}

/* The best observation of an area. */
static const struct observation *value_in(const struct atlas *atlas, struct str area_code)
{
    const struct observation *all = atlas->observations.items, *best = NULL;
    for (size_t i = 0; i < atlas->observations.count && atlas->like; i++)
        if (str_equal(all[i].area_code, area_code) && same_kind(&all[i], atlas->like) &&
            (!best || observation_compare(&all[i], best) > 0))
            best = &all[i];
    return best;
}

static void fill_cells(struct ctx *ctx, const struct atlas *atlas, struct map *map)
{
    const struct area *areas = atlas->areas.items;
    struct map_cell *cells = arena_array(ctx->arena, atlas->areas.count, sizeof(*cells));
    struct off_map *off = arena_array(ctx->arena, atlas->areas.count + 1, sizeof(*off));
    size_t cell_count = 0, off_count = 0;
    for (size_t i = 0; i < atlas->areas.count; i++) {
        const struct area *area = &areas[i];
        const struct observation *o = value_in(atlas, area->code);
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

/* Values whose area is not in the set on that day: they must not vanish. */
static void add_off_map(struct ctx *ctx, const struct atlas *atlas, struct map *map)
{
    const struct observation *all = atlas->observations.items;
    size_t count = map->off_map.count;
    struct off_map *off = arena_array(ctx->arena, count + atlas->observations.count, sizeof(*off));
    if (count)
        memcpy(off, map->off_map.items, count * sizeof(*off));
    for (size_t i = 0; i < atlas->observations.count && atlas->like; i++) {
        bool taken = !same_kind(&all[i], atlas->like) || find_area(atlas->areas, all[i].area_code);
        for (size_t j = 0; j < count && !taken; j++)
            taken = str_equal(off[j].area_code, all[i].area_code);
        if (taken)
            continue;
        const struct observation *o = value_in(atlas, all[i].area_code);
        off[count++] = (struct off_map){o->area_code,
                                        o->area_name,
                                        o->area_name_en,
                                        figure_record(ctx->arena, figure_of(o)),
                                        STR("不属于这个区域组，或当日不存在"),
                                        STR("not in this set, or it did not exist on that day")};
    }
    map->off_map = (struct records){off, count};
}

/* What was counted: the observations of that indicator and period, off the map and on it. */
static struct str list_address(struct arena *arena, struct str indicator_code, struct str period)
{
    struct buf out = {.arena = arena};
    buf_print(&out, "/api/observations?indicator_code=%.*s&period=", STR_PRINT(indicator_code));
    for (size_t i = 0; i < period.length; i++)
        if (strchr("/-.Q", period.data[i]) || (period.data[i] >= '0' && period.data[i] <= '9'))
            buf_char(&out, period.data[i]);
        else
            buf_print(&out, "%%%02X", (unsigned char)period.data[i]);
    return arena_str(arena, buf_str(&out));
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

/* The period asked for, or the one that fills most of the map (the newest of these), so that it
 * opens on something to see. */
static struct str choose_period(const struct map_request *in, struct records periods)
{
    const struct map_period *list = periods.items;
    size_t best = 0;
    for (size_t i = 1; i < periods.count; i++)
        if (list[i].areas > list[best].areas)
            best = i;
    return in->period.data ? in->period : periods.count ? list[best].period : STR_NONE;
}

static enum error read_map(struct ctx *ctx, const struct map_request *in, struct str set_code,
                           struct atlas *atlas, struct map *out)
{
    enum error error =
        db_all(ctx, &sql_map_periods, FROM_AND(map_request, in, arg_text("set_code", set_code)),
               &map_period_shape, PERIODS_MAX, &out->periods);
    if (error)
        return error;
    out->period = choose_period(in, out->periods);
    out->date = day_of(ctx, in, out->period);
    if ((error = area_set_on(ctx, set_code, out->date, &atlas->areas)))
        return error;
    return db_all(ctx, &sql_map_observations,
                  ARGS(arg_text("indicator_code", in->indicator_code),
                       arg_text("period", out->period), arg_int("limit", MAP_MAX + 1)),
                  &observation_shape, MAP_MAX, &atlas->observations);
}

HANDLER(map_show, map_request, map)
{
    struct indicator *indicator = ARENA_NEW(ctx->arena, struct indicator);
    struct area_set *set = ARENA_NEW(ctx->arena, struct area_set);
    struct atlas atlas = {.like = NULL};
    enum error error = explain(ctx, indicator_find(ctx, in->indicator_code, indicator), E_NOT_FOUND,
                               "没有这个指标", "there is no such indicator");
    if (!error)
        error = choose_set(ctx, in, set);
    if (!error)
        error = read_map(ctx, in, set->code, &atlas, out);
    if (error)
        return error;
    atlas.like = choose_kind(&atlas, indicator);
    out->indicator.value = indicator;
    out->area_set.value = set;
    fill_cells(ctx, &atlas, out);
    add_off_map(ctx, &atlas, out);
    out->off_map_count =
        counted_figure(ctx->arena, (int64_t)out->off_map.count, STR("个"),
                       list_address(ctx->arena, indicator->code, out->period).data);
    return E_OK;
}

static const struct route routes[] = {
    GET_LIST("/api/places", place_list, "地点（近似坐标，仅作示意）",
             "Places; coordinates are approximate"),
    GET_WORK("/api/map", map_show, "一个指标在一组区域里的分布",
             "An indicator over a set of areas"),
};

static const struct import_target places = {
    "places", "地点",   "Places",        &place_shape,
    "place",  "sample", .key = {"code"}, .roles = ADMINISTRATORS | ANALYSTS};
static const struct import_target *const imports[] = {&places, NULL};

static const struct pack_file pack_files[] = {
    {"places.csv", .target = &places},
    {"places.csv", .target = &places, .sample = true},
};

static const struct searchable searchables[] = {
    {&place_shape, "地点", "Place", "code", "/map?places=1", .all = &sql_place_list},
};

const struct module atlas_module = {
    .name = "atlas",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .migrations = atlas_migrations,
    .migration_count = COUNT(atlas_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = pack_files,
    .pack_file_count = COUNT(pack_files),
    .imports = imports,
};

#include "modules/overview/overview.h"

#include "core/sequence.h"
#include "modules/city/city.h"
#include "modules/indicators/indicators.h"
#include "overview.sql.h"

enum { CHANGES = 10, OVERDUE_SHOWN = 4, UPCOMING_SHOWN = 8 };

struct counts {
    struct record indicators, observations, areas, sources, documents, places;
};
static const struct field counts_fields[] = {
    FIELD(struct counts, indicators, "指标", "Indicators", .of = &figure_shape),
    FIELD(struct counts, observations, "观测", "Observations", .of = &figure_shape),
    FIELD(struct counts, areas, "区域", "Areas", .of = &figure_shape),
    FIELD(struct counts, sources, "来源", "Sources", .of = &figure_shape),
    FIELD(struct counts, documents, "文件", "Documents", .of = &figure_shape),
    FIELD(struct counts, places, "地点", "Places", .of = &figure_shape),
};
static const SHAPE(counts);

struct count_row {
    int64_t indicators, observations, areas, sources, documents, places;
};
static const struct field count_row_fields[] = {
    FIELD(struct count_row, indicators, "指标", "Indicators"),
    FIELD(struct count_row, observations, "观测", "Observations"),
    FIELD(struct count_row, areas, "区域", "Areas"),
    FIELD(struct count_row, sources, "来源", "Sources"),
    FIELD(struct count_row, documents, "文件", "Documents"),
    FIELD(struct count_row, places, "地点", "Places"),
};
static const SHAPE(count_row);

struct city {
    struct str code, name, name_en, title, title_en, root_area, default_area_set;
    struct date today;
    bool demo;
    struct str role;
    int64_t seq;
    struct record counts;
};
static const struct field city_fields[] = {
    FIELD(struct city, code, "城市包代号", "Code of the pack"),
    FIELD(struct city, name, "城市", "City"),
    FIELD(struct city, name_en, "城市英文名", "City in English"),
    FIELD(struct city, title, "系统名称", "Title of the system"),
    FIELD(struct city, title_en, "系统英文名称", "Title in English"),
    FIELD(struct city, root_area, "城市本身的区域代码", "Area that is the city"),
    FIELD(struct city, default_area_set, "缺省的区域组", "Default set of areas"),
    FIELD(struct city, today, "今天", "Today"),
    FIELD(struct city, demo, "载入了样例", "Are samples loaded?"),
    FIELD(struct city, role, "身份", "Who you are"),
    FIELD(struct city, seq, "提交序号", "Commit sequence"),
    FIELD(struct city, counts, "各类条数", "Counts", .of = &counts_shape),
};
static const SHAPE(city);

static enum error count_all(struct ctx *ctx, struct record *into)
{
    struct count_row row;
    struct counts *counts = ARENA_NEW(ctx->arena, struct counts);
    enum error error = db_one(ctx, &sql_overview_counts, NO_ARGS, ROW(count_row, &row));
    if (error)
        return error;
    struct arena *arena = ctx->arena;
    counts->indicators = counted_figure(arena, row.indicators, STR("项"), "/api/indicators");
    counts->observations = counted_figure(arena, row.observations, STR("条"), "/api/observations");
    counts->areas = counted_figure(arena, row.areas, STR("个"), "/api/areas");
    counts->sources = counted_figure(arena, row.sources, STR("个"), "/api/sources");
    counts->documents = counted_figure(arena, row.documents, STR("份"), "/api/documents");
    counts->places = counted_figure(arena, row.places, STR("处"), "/api/places?sample=false");
    into->value = counts;
    return E_OK;
}

HANDLER(city_show, nothing, city)
{
    const struct {
        const char *key;
        struct str *value;
    } settings[] = {{"id", &out->code},
                    {"name", &out->name},
                    {"name_en", &out->name_en},
                    {"title", &out->title},
                    {"title_en", &out->title_en},
                    {"root_area", &out->root_area},
                    {"default_area_set", &out->default_area_set}};
    enum error error = sequence_read(ctx);
    (void)in;
    for (size_t i = 0; i < COUNT(settings) && !error; i++)
        error = city_setting(ctx, settings[i].key, settings[i].value);
    struct str demo = STR_NONE;
    if (!error)
        error = city_setting(ctx, "demo", &demo);
    out->today = ctx->today;
    out->demo = demo.data != NULL;
    out->role = str_of(role_names[ctx->who->role]);
    out->seq = ctx->sequence;
    return error ? error : count_all(ctx, &out->counts);
}

struct overview {
    int64_t year;
    struct records targets, changes, due;
    struct record counts;
};
static const struct field overview_fields[] = {
    FIELD(struct overview, year, "目标年份", "Year of the targets"),
    FIELD(struct overview, targets, "年度目标", "Targets of the year", .of = &target_shape),
    FIELD(struct overview, changes, "最近发布的数", "What was published last",
          .of = &observation_shape),
    FIELD(struct overview, due, "待发布", "What is due", .of = &release_shape),
    FIELD(struct overview, counts, "各类条数", "Counts", .of = &counts_shape),
};
static const SHAPE(overview);

HANDLER(overview_show, nothing, overview)
{
    struct str root;
    (void)in;
    enum error error = city_setting(ctx, "root_area", &root);
    if (!error)
        error = targets_of(ctx, root, &out->year, &out->targets);
    if (!error)
        error =
            db_all(ctx, &sql_overview_changes, NO_ARGS, &observation_shape, CHANGES, &out->changes);
    if (!error)
        error = releases_around(ctx, root, OVERDUE_SHOWN, UPCOMING_SHOWN, &out->due);
    return error ? error : count_all(ctx, &out->counts);
}

static const struct route routes[] = {
    GET_POINT("/api/city", city_show, "城市与系统", "The city and the system"),
    GET_WORK("/api/overview", overview_show, "总览", "The overview"),
};

const struct module overview_module = {
    .name = "overview", .routes = routes, .route_count = COUNT(routes)};

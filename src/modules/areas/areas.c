#include "modules/areas/areas.h"

#include "areas.sql.h"
#include "core/search.h"

static const char *const area_kinds[] = {
    "country",           "province", "municipality", "district", "county",
    "autonomous_county", "zone",     "region",       "body",     NULL};
static const struct field area_fields[] = {
    FIELD(struct area, code, "代码", "Code", USE_ALL, .required = true, .length_max = 40,
          .search = SEARCH_CODE),
    FIELD(struct area, name, "名称", "Name", .required = true, .search = SEARCH_TITLE),
    FIELD(struct area, name_en, "英文名", "English name", .required = true, .search = SEARCH_TITLE),
    FIELD(struct area, short_name, "简称", "Short name", .required = true, .search = SEARCH_TITLE),
    FIELD(struct area, short_name_en, "英文简称", "Short English name", .required = true,
          .search = SEARCH_TITLE),
    FIELD(struct area, pinyin, "拼音（排序用）", "Pinyin, to sort by", USE_BOTH | USE_SORT,
          .required = true),
    FIELD(struct area, kind, "类型", "Kind", USE_BOTH | USE_FILTER, .required = true,
          .choices = area_kinds),
    FIELD(struct area, gb_code, "GB/T 2260 代码", "GB/T 2260 code"),
    FIELD(struct area, parent, "上级区域", "The area it lies in", USE_BOTH | USE_FILTER,
          .refers = "area"),
    FIELD(struct area, valid_from, "存续起", "First day it exists"),
    FIELD(struct area, valid_to, "存续止", "Last day it exists"),
    FIELD(struct area, tile_column, "示意图列", "Column in the cartogram"),
    FIELD(struct area, tile_row, "示意图行", "Row in the cartogram"),
    FIELD(struct area, longitude, "经度（WGS 84）", "Longitude, WGS 84"),
    FIELD(struct area, latitude, "纬度（WGS 84）", "Latitude, WGS 84"),
    FIELD(struct area, note, "说明", "Note", .search = SEARCH_TEXT),
};
SHAPE(area);

#define VALID_ON                                                                                   \
    "(valid_from IS NULL OR valid_from <= :valid_on) AND "                                         \
    "(valid_to IS NULL OR valid_to >= :valid_on)"
static const struct list_filter area_filters[] = {
    {"valid_on", "当日存续", "Exists on this day", KIND_DATE, VALID_ON},
    {"set", "属于区域组", "Belongs to this set", KIND_TEXT,
     "code IN (SELECT area_code FROM area_set_member WHERE set_code = :set)"},
};
const struct list area_list = {.base = &sql_area_list,
                               .row = &area_shape,
                               .key = "code",
                               .sort = "code",
                               .filters = area_filters,
                               .filter_count = COUNT(area_filters)};

static const char *const set_kinds[] = {"partition", "monitored", "group", NULL};
static const struct field area_set_fields[] = {
    FIELD(struct area_set, code, "代码", "Code", USE_ALL, .required = true),
    FIELD(struct area_set, name, "名称", "Name", .required = true),
    FIELD(struct area_set, name_en, "英文名", "English name", .required = true),
    FIELD(struct area_set, kind, "类型：partition 互不重叠，可以相加",
          "Kind; members of a partition do not overlap and may be added", USE_BOTH | USE_FILTER,
          .required = true, .choices = set_kinds),
    FIELD(struct area_set, note, "说明", "Note"),
};
SHAPE(area_set);
static const struct list area_set_list = {
    .base = &sql_area_set_list, .row = &area_set_shape, .key = "code", .sort = "code"};

struct area_set_member {
    int64_t id;
    struct str set_code, area_code, area_name, area_name_en;
    struct date valid_from, valid_to;
};
static const struct field area_set_member_fields[] = {
    FIELD(struct area_set_member, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct area_set_member, set_code, "区域组", "Set", USE_BOTH | USE_FILTER,
          .required = true, .refers = "area_set"),
    FIELD(struct area_set_member, area_code, "区域", "Area", USE_BOTH | USE_FILTER,
          .required = true, .refers = "area"),
    FIELD(struct area_set_member, area_name, "区域名", "Name of the area", USE_OUT),
    FIELD(struct area_set_member, area_name_en, "区域英文名", "English name", USE_OUT),
    FIELD(struct area_set_member, valid_from, "成员起", "First day in the set"),
    FIELD(struct area_set_member, valid_to, "成员止", "Last day in the set"),
};
static const SHAPE(area_set_member);
static const struct list_filter member_filters[] = {
    {"valid_on", "当日有效", "Valid on this day", KIND_DATE, VALID_ON},
};
static const struct list area_set_member_list = {.base = &sql_area_set_member_list,
                                                 .row = &area_set_member_shape,
                                                 .key = "id",
                                                 .sort = "id",
                                                 .filters = member_filters,
                                                 .filter_count = COUNT(member_filters)};

struct area_succession {
    struct str predecessor, successor;
    struct date date;
    struct str note;
};
static const struct field area_succession_fields[] = {
    FIELD(struct area_succession, predecessor, "原区域", "Before", .required = true,
          .refers = "area"),
    FIELD(struct area_succession, successor, "后继区域", "After", .required = true,
          .refers = "area"),
    FIELD(struct area_succession, date, "日期", "Day", .required = true),
    FIELD(struct area_succession, note, "说明", "Note"),
};
static const SHAPE(area_succession);

/* An area's relative: what it came from, what it became, or a set it belongs to. */
struct area_relative {
    struct str code, name, name_en, kind;
    struct date date, valid_from, valid_to;
    struct str note;
};
static const struct field area_relative_fields[] = {
    FIELD(struct area_relative, code, "代码", "Code"),
    FIELD(struct area_relative, name, "名称", "Name"),
    FIELD(struct area_relative, name_en, "英文名", "English name"),
    FIELD(struct area_relative, kind, "类型", "Kind"),
    FIELD(struct area_relative, date, "日期", "Day"),
    FIELD(struct area_relative, valid_from, "起", "From"),
    FIELD(struct area_relative, valid_to, "止", "To"),
    FIELD(struct area_relative, note, "说明", "Note"),
};
static const SHAPE(area_relative);

struct area_key {
    struct str code;
};
static const struct field area_key_fields[] = {
    FIELD(struct area_key, code, "区域代码", "Code of the area", .required = true),
};
static const SHAPE(area_key);

struct area_detail {
    struct area area;
    struct records predecessors, successors, sets;
};
static const struct field area_detail_fields[] = {
    FIELD(struct area_detail, predecessors, "前身", "What it came from",
          .of = &area_relative_shape),
    FIELD(struct area_detail, successors, "后继", "What it became", .of = &area_relative_shape),
    FIELD(struct area_detail, sets, "所属区域组", "The sets it belongs to",
          .of = &area_relative_shape),
};
static const SHAPE_EXTENDING(area_detail, area);

enum { RELATIVES_MAX = 200, SET_MEMBERS_MAX = 5000 };

enum error area_find(struct ctx *ctx, struct str code, struct area *area)
{
    return db_one(ctx, &sql_area_show, ARGS(arg_text("code", code)), ROW(area, area));
}

bool area_valid_on(const struct area *area, struct date day)
{
    return (!date_known(area->valid_from) || area->valid_from.days <= day.days) &&
           (!date_known(area->valid_to) || area->valid_to.days >= day.days);
}

enum error area_set_find(struct ctx *ctx, struct str code, struct area_set *set)
{
    return db_one(ctx, &sql_area_set_show, ARGS(arg_text("code", code)), ROW(area_set, set));
}

enum error area_set_on(struct ctx *ctx, struct str set_code, struct date day, struct records *areas)
{
    return db_all(ctx, date_known(day) ? &sql_area_set_on : &sql_area_set_ever,
                  ARGS(arg_text("set_code", set_code), arg_date(ctx->arena, "day", day)),
                  &area_shape, SET_MEMBERS_MAX, areas);
}

HANDLER(area_show, area_key, area_detail)
{
    static const struct sql *const statements[] = {&sql_area_predecessors, &sql_area_successors,
                                                   &sql_area_memberships};
    struct records *lists[] = {&out->predecessors, &out->successors, &out->sets};
    enum error error = area_find(ctx, in->code, &out->area);
    for (size_t i = 0; i < COUNT(lists) && !error; i++)
        error = db_all(ctx, statements[i], FROM(area_key, in), &area_relative_shape, RELATIVES_MAX,
                       lists[i]);
    return error;
}

/* Totals are added over a partition: no area in it may lie inside another. */
static enum error partitions_do_not_overlap(struct ctx *ctx, const char *folder)
{
    struct area_relative found;
    enum error error =
        db_one(ctx, &sql_area_partition_overlaps, NO_ARGS, ROW(area_relative, &found));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    return fail(
        ctx, E_INVALID, "%s%sarea_set_members.csv: 分区 %.*s 中 %.*s 与其上级重叠",
        "%s%sarea_set_members.csv: in the partition %.*s, %.*s overlaps the area it lies in",
        folder, *folder ? "/" : "", STR_PRINT(found.code), STR_PRINT(found.name));
}

static enum error cells_do_not_clash(struct ctx *ctx, const char *folder)
{
    struct area_relative found;
    enum error error = db_one(ctx, &sql_area_cell_clashes, NO_ARGS, ROW(area_relative, &found));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    return fail(ctx, E_INVALID, "%s%sareas.csv: 区域组 %.*s 中 %.*s 与 %.*s 同在示意图的一格",
                "%s%sareas.csv: in the set %.*s, %.*s and %.*s have the same cell in the cartogram",
                folder, *folder ? "/" : "", STR_PRINT(found.code), STR_PRINT(found.name),
                STR_PRINT(found.name_en));
}

static enum error check_sets(struct ctx *ctx, const char *folder)
{
    enum error error = partitions_do_not_overlap(ctx, folder);
    return error ? error : cells_do_not_clash(ctx, folder);
}

static const struct route routes[] = {
    GET_LIST("/api/areas", area_list, "区域", "Areas"),
    GET_POINT("/api/areas/{code}", area_show, "一个区域及其沿革", "An area and its history"),
    GET_LIST("/api/area_sets", area_set_list, "区域组", "Sets of areas"),
    GET_LIST("/api/area_set_members", area_set_member_list, "区域组成员", "Members of sets"),
};

static enum error settled(struct ctx *ctx)
{
    return check_sets(ctx, "");
}

static const struct import_target areas = {"areas",
                                           "区域",
                                           "Areas",
                                           &area_shape,
                                           "area",
                                           .key = {"code"},
                                           .settled = settled,
                                           .roles = ADMINISTRATORS};
static const struct import_target sets = {
    "area_sets", "区域组",        "Sets of areas",    &area_set_shape,
    "area_set",  .key = {"code"}, .settled = settled, .roles = ADMINISTRATORS};
static const struct import_target members = {"area_set_members", "区域组成员",
                                             "Members of sets",  &area_set_member_shape,
                                             "area_set_member",  .key = {"set_code", "area_code"},
                                             .settled = settled, .roles = ADMINISTRATORS};
static const struct import_target successions = {
    "area_successions",     "区划沿革",        "Successions of areas",
    &area_succession_shape, "area_succession", .key = {"predecessor", "successor"},
    .roles = ADMINISTRATORS};
static const struct import_target *const imports[] = {&areas, &sets, &members, &successions, NULL};

static const struct pack_file pack_files[] = {
    {"areas.csv", .target = &areas},
    {"area_sets.csv", .target = &sets},
    {"area_set_members.csv", .target = &members},
    {"area_successions.csv", .target = &successions},
};

static const struct searchable searchables[] = {
    {&area_shape, "区域", "Area", "code", "/areas/{key}", .all = &sql_area_list},
};

const struct module areas_module = {
    .name = "areas",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .migrations = areas_migrations,
    .migration_count = COUNT(areas_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = pack_files,
    .pack_file_count = COUNT(pack_files),
    .pack_loaded = check_sets,
    .imports = imports,
};

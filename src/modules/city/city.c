#include "modules/city/city.h"

#include "city.sql.h"
#include "core/search.h"

struct setting {
    struct str key, value;
};
static const struct field setting_fields[] = {
    FIELD(struct setting, key, "名称", "Name", .required = true, .length_max = 60),
    FIELD(struct setting, value, "值", "Value", .required = true, .length_max = 200),
};
static const SHAPE(setting);

struct department {
    struct str code, name, name_en, scope;
    bool named_in_source;
};
static const struct field department_fields[] = {
    FIELD(struct department, code, "代码", "Code", USE_ALL, .required = true,
          .search = SEARCH_CODE),
    FIELD(struct department, name, "名称", "Name", .required = true, .search = SEARCH_TITLE),
    FIELD(struct department, name_en, "英文名", "English name", .required = true,
          .search = SEARCH_TITLE),
    FIELD(struct department, scope, "职责（本项目归纳）", "Remit, in our words",
          .search = SEARCH_TEXT),
    FIELD(struct department, named_in_source, "来源文件是否点名", "Is it named in a source?"),
};
static const SHAPE(department);
static const struct list department_list = {
    .base = &sql_department_list, .row = &department_shape, .key = "code", .sort = "code"};

static const char *const calendar_kinds[] = {"holiday", "workday", NULL};
static const struct field calendar_day_fields[] = {
    FIELD(struct calendar_day, date, "日期", "Day", USE_BOTH | USE_SORT, .required = true),
    FIELD(struct calendar_day, kind, "放假或调休上班", "Holiday, or a weekend worked instead",
          USE_BOTH | USE_FILTER, .required = true, .choices = calendar_kinds),
    FIELD(struct calendar_day, name, "名称", "Name", .required = true),
};
SHAPE(calendar_day);
const struct list calendar_list = {
    .base = &sql_calendar_list, .row = &calendar_day_shape, .key = "date", .sort = "date"};

enum error city_setting(struct ctx *ctx, const char *key, struct str *value)
{
    struct setting setting;
    enum error error = db_one(ctx, &sql_city_setting_find, ARGS(arg_text("key", str_of(key))),
                              ROW(setting, &setting));
    *value = error ? STR_NONE : setting.value;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* What the program asks of every city; the last two name an area and a set. */
static enum error check_settings(struct ctx *ctx, const char *folder)
{
    static const struct {
        const char *key, *refers;
    } needed[] = {{"id", NULL},          {"name", NULL},
                  {"name_en", NULL},     {"title", NULL},
                  {"title_en", NULL},    {"utc_offset_minutes", NULL},
                  {"root_area", "area"}, {"default_area_set", "area_set"}};
    for (size_t i = 0; i < COUNT(needed); i++) {
        struct str value;
        bool there = true;
        enum error error = city_setting(ctx, needed[i].key, &value);
        if (!error && value.data && needed[i].refers)
            error = code_exists(ctx, needed[i].refers, value, &there);
        if (error)
            return error;
        if (!value.data || !there)
            return fail(ctx, E_INVALID, "%s/pack.csv: 缺少 %s，或它所指的不存在",
                        "%s/pack.csv: %s is missing, or what it names is not there", folder,
                        needed[i].key);
    }
    return E_OK;
}

static const struct route routes[] = {
    GET_LIST("/api/departments", department_list, "部门", "Departments"),
    GET_LIST("/api/calendar", calendar_list, "放假与调休上班日", "Holidays and make-up workdays"),
};

static const struct import_target settings = {
    "settings", "城市设置", "Settings of the city", &setting_shape, "city_setting", .key = {"key"}};
static const struct import_target departments = {
    "departments", "部门",          "Departments",          &department_shape,
    "department",  .key = {"code"}, .roles = ADMINISTRATORS};
static const struct import_target calendar = {
    "calendar",     "放假与调休上班日", "Holidays and make-up workdays", &calendar_day_shape,
    "calendar_day", .key = {"date"},    .roles = ADMINISTRATORS};
static const struct import_target *const imports[] = {&departments, &calendar, NULL};

static const struct pack_file pack_files[] = {
    {"pack.csv", .target = &settings},
    {"departments.csv", .target = &departments},
    {"calendar.csv", .target = &calendar},
};

static const struct searchable searchables[] = {
    {&department_shape, "部门", "Department", "code", "/search?q={name}",
     .all = &sql_department_list},
};

const struct module city_module = {
    .name = "city",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .migrations = city_migrations,
    .migration_count = COUNT(city_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = pack_files,
    .pack_file_count = COUNT(pack_files),
    .pack_loaded = check_settings,
    .imports = imports,
};

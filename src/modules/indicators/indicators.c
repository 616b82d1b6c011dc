#include "modules/indicators/indicators.h"

#include "core/search.h"
#include "indicators.sql.h"
#include "modules/areas/areas.h"
#include "modules/city/city.h"
#include "modules/indicators/internal.h"
#include "stats/expression.h"

enum { DETAILS_MAX = 500, AREAS_MAX = 5000 };

/* The words are those of docs/glossary.md. */
#define MEASURES(M)                                                                                \
    M(stock, "存量", "stock")                                                                      \
    M(flow, "流量", "flow")                                                                        \
    M(cumulative, "累计", "cumulative")                                                            \
    M(increment, "新增", "increment")                                                              \
    M(net_increment, "净增", "net increment")                                                      \
    M(share, "占比", "share")                                                                      \
    M(ratio, "比率", "ratio")                                                                      \
    M(growth_rate, "增速", "growth rate")                                                          \
    M(change_pp, "百分点变化", "change in percentage points")                                      \
    M(change_abs, "变化量", "absolute change")                                                     \
    M(multiple, "倍数", "multiple")                                                                \
    M(rank, "位次", "rank")                                                                        \
    M(rank_change, "位次变化", "change of rank")                                                   \
    M(index, "指数", "index")                                                                      \
    M(streak, "连续期数", "streak")                                                                \
    M(threshold, "界限", "threshold")                                                              \
    M(duration, "时长", "duration")                                                                \
    M(count, "计数", "count")                                                                      \
    M(name, "名称中的数", "number in a name")
#define MEASURE_CODE(code, zh, en) #code,
const char *const indicator_measures[] = {MEASURES(MEASURE_CODE) NULL};

const char *measure_words(struct str measure, enum language language)
{
#define MEASURE_WORDS(code, zh, en) {#code, zh, en},
    static const struct {
        const char *code, *zh, *en;
    } words[] = {MEASURES(MEASURE_WORDS)};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(measure, words[i].code))
            return language == LANGUAGE_EN ? words[i].en : words[i].zh;
    return "";
}

static const char *const directions[] = {"up", "down", "none", NULL};
static const char *const frequencies[] = {"year", "half", "quarter", "month", "irregular", NULL};
static const char *const topics[] = {
    "rd_input", "enterprises", "patents",     "talent",   "platforms", "projects",
    "market",   "finance",     "cooperation", "services", "ranking",   "industry",
    "economy",  "governance",  "policy",      "space",    NULL};

static const struct field indicator_fields[] = {
    FIELD(struct indicator, code, "代码", "Code", USE_ALL, .required = true, .length_max = 60,
          .search = SEARCH_CODE),
    FIELD(struct indicator, name, "名称", "Name", .required = true, .search = SEARCH_TITLE),
    FIELD(struct indicator, name_en, "英文名", "English name", .required = true,
          .search = SEARCH_TITLE),
    FIELD(struct indicator, topic, "主题（本项目划分）", "Topic, as we divide them", USE_ALL,
          .required = true, .choices = topics),
    FIELD(struct indicator, unit, "单位", "Unit", .required = true, .length_max = 60),
    FIELD(struct indicator, measure, "量的类型", "Measure", USE_BOTH | USE_FILTER, .required = true,
          .choices = indicator_measures),
    FIELD(struct indicator, direction, "方向：up 越大越好", "Direction; up = more is better",
          .required = true, .choices = directions),
    FIELD(struct indicator, frequency, "频率", "Frequency", .choices = frequencies),
    FIELD(struct indicator, publisher, "发布机构", "Publisher", .search = SEARCH_TEXT),
    FIELD(struct indicator, basis, "依据：source 有来源，ours 本项目约定",
          "Basis: a source, or ours", .required = true, .choices = basis_names),
    FIELD(struct indicator, note, "说明", "Note", .search = SEARCH_TEXT),
    FIELD(struct indicator, observation_count, "观测数", "Observations", USE_OUT),
};
SHAPE(indicator);
static const struct list_filter indicator_filters[] = {
    {"has_data", "只要有观测的", "Only those with observations", KIND_BOOL,
     "observation_count > 0"},
};
static const struct list indicator_list = {.base = &sql_indicator_list,
                                           .row = &indicator_shape,
                                           .key = "code",
                                           .sort = "code",
                                           .filters = indicator_filters,
                                           .filter_count = COUNT(indicator_filters)};

struct definition {
    struct str indicator_code;
    int64_t version;
    struct date valid_from, valid_to;
    struct str definition, definition_en, numerator, denominator, formula, basis;
};
static const struct field definition_fields[] = {
    FIELD(struct definition, indicator_code, "指标", "Indicator", .required = true,
          .refers = "indicator"),
    FIELD(struct definition, version, "口径版本", "Version of the definition", .required = true),
    FIELD(struct definition, valid_from, "适用起", "Valid from"),
    FIELD(struct definition, valid_to, "适用止", "Valid to"),
    FIELD(struct definition, definition, "定义", "Definition", .required = true),
    FIELD(struct definition, definition_en, "英文定义", "Definition in English"),
    FIELD(struct definition, numerator, "分子", "Numerator"),
    FIELD(struct definition, denominator, "分母", "Denominator"),
    FIELD(struct definition, formula, "计算方法", "Formula"),
    FIELD(struct definition, basis, "依据", "Basis", .required = true, .choices = basis_names),
};
static const SHAPE(definition);

/* A definition as it is found, under the name of its indicator. */
struct definition_text {
    struct str key, indicator_code, name, definition, definition_en, numerator, denominator;
};
static const struct field definition_text_fields[] = {
    FIELD(struct definition_text, key, "指标与版本", "Indicator and version"),
    FIELD(struct definition_text, indicator_code, "指标", "Indicator"),
    FIELD(struct definition_text, name, "指标名", "Name of the indicator", .search = SEARCH_SHOWN),
    FIELD(struct definition_text, definition, "定义", "Definition", .search = SEARCH_TEXT),
    FIELD(struct definition_text, definition_en, "英文定义", "Definition in English",
          .search = SEARCH_TEXT),
    FIELD(struct definition_text, numerator, "分子", "Numerator", .search = SEARCH_TEXT),
    FIELD(struct definition_text, denominator, "分母", "Denominator", .search = SEARCH_TEXT),
};
static const SHAPE(definition_text);

static const struct field derivation_fields[] = {
    FIELD(struct derivation, indicator_code, "指标", "Indicator", .required = true,
          .refers = "indicator"),
    FIELD(struct derivation, expression, "算式", "Expression", .required = true, .length_max = 500),
    FIELD(struct derivation, note, "说明", "Note"),
};
SHAPE(derivation);

struct release_rule {
    struct str indicator_code, period_kind, status;
    int64_t months_after;
    struct str publisher, basis, note;
};
static const char *const period_kinds[] = {"year", "quarter", "month", NULL};
static const char *const release_statuses[] = {"final", "preliminary", "estimate", NULL};
static const struct field release_rule_fields[] = {
    FIELD(struct release_rule, indicator_code, "指标", "Indicator", .required = true,
          .refers = "indicator"),
    FIELD(struct release_rule, period_kind, "时期", "Period", .required = true,
          .choices = period_kinds),
    FIELD(struct release_rule, status, "发布的是", "What is published", .required = true,
          .choices = release_statuses),
    FIELD(struct release_rule, months_after, "期末后几个月", "Months after the period's end",
          .required = true),
    FIELD(struct release_rule, publisher, "发布机构", "Publisher"),
    FIELD(struct release_rule, basis, "依据", "Basis", .required = true, .choices = basis_names),
    FIELD(struct release_rule, note, "说明", "Note"),
};
static const SHAPE(release_rule);

/* A rule of publication as it is found: "… 年度初步数的发布". */
struct release_text {
    struct str key, indicator_code, name, name_en, period_kind, status, publisher, note;
};
static const struct field release_text_fields[] = {
    FIELD(struct release_text, key, "指标、时期与状态", "Indicator, period and status"),
    FIELD(struct release_text, indicator_code, "指标", "Indicator", .search = SEARCH_CODE),
    FIELD(struct release_text, name, "名称", "Name", .search = SEARCH_TITLE),
    FIELD(struct release_text, name_en, "英文名", "English name", .search = SEARCH_TITLE),
    FIELD(struct release_text, period_kind, "时期", "Period"),
    FIELD(struct release_text, status, "发布的是", "What is published"),
    FIELD(struct release_text, publisher, "发布机构", "Publisher", .search = SEARCH_TEXT),
    FIELD(struct release_text, note, "说明", "Note", .search = SEARCH_TEXT),
};
static const SHAPE(release_text);

struct indicator_area {
    struct str code, name, name_en;
    int64_t observation_count;
};
static const struct field indicator_area_fields[] = {
    FIELD(struct indicator_area, code, "区域", "Area"),
    FIELD(struct indicator_area, name, "名称", "Name"),
    FIELD(struct indicator_area, name_en, "英文名", "English name"),
    FIELD(struct indicator_area, observation_count, "观测数", "Observations"),
};
static const SHAPE(indicator_area);

struct indicator_key {
    struct str code;
};
static const struct field indicator_key_fields[] = {
    FIELD(struct indicator_key, code, "指标代码", "Code of the indicator", .required = true),
};
static const SHAPE(indicator_key);

struct indicator_detail {
    struct indicator indicator;
    struct records definitions;
    struct record derivation;
    struct records release_rules, areas;
};
static const struct field indicator_detail_fields[] = {
    FIELD(struct indicator_detail, definitions, "各版口径", "Versions of the definition",
          .of = &definition_shape),
    FIELD(struct indicator_detail, derivation, "由其他指标算得", "How it follows from others",
          .of = &derivation_shape),
    FIELD(struct indicator_detail, release_rules, "发布规则", "When it is published",
          .of = &release_rule_shape),
    FIELD(struct indicator_detail, areas, "有观测的区域", "Areas with observations",
          .of = &indicator_area_shape),
};
static const SHAPE_EXTENDING(indicator_detail, indicator);

enum error indicator_find(struct ctx *ctx, struct str code, struct indicator *indicator)
{
    return db_one(ctx, &sql_indicator_find, ARGS(arg_text("code", code)),
                  ROW(indicator, indicator));
}

enum error derivation_find(struct ctx *ctx, struct str code, struct derivation *derivation)
{
    return db_one(ctx, &sql_derivation_show, ARGS(arg_text("code", code)),
                  ROW(derivation, derivation));
}

enum error area_or_city(struct ctx *ctx, struct str *area_code)
{
    struct area area;
    enum error error = area_code->data ? E_OK : city_setting(ctx, "root_area", area_code);
    return error ? error
                 : explain(ctx, area_find(ctx, *area_code, &area), E_NOT_FOUND, "没有这个区域",
                           "there is no such area");
}

HANDLER(indicator_detail_show, indicator_key, indicator_detail)
{
    enum error error =
        db_one(ctx, &sql_indicator_show, FROM(indicator_key, in), ROW(indicator, &out->indicator));
    if (error)
        return error;
    struct derivation *derivation = ARENA_NEW(ctx->arena, struct derivation);
    error = derivation_find(ctx, in->code, derivation);
    if (error && error != E_NOT_FOUND)
        return error;
    out->derivation.value = error ? NULL : derivation;
    struct args args = FROM(indicator_key, in);
    if ((error = db_all(ctx, &sql_definition_list, args, &definition_shape, DETAILS_MAX,
                        &out->definitions)) ||
        (error = db_all(ctx, &sql_release_rule_list, args, &release_rule_shape, DETAILS_MAX,
                        &out->release_rules)))
        return error;
    return db_all(ctx, &sql_indicator_areas, args, &indicator_area_shape, AREAS_MAX, &out->areas);
}

/* --- As they are found ---------------------------------------------------------------------- */

static enum error definition_found(struct ctx *ctx, const void *record, void *found)
{
    const struct definition *definition = record;
    struct definition_text *text = found;
    struct indicator indicator;
    enum error error = indicator_find(ctx, definition->indicator_code, &indicator);
    *text = (struct definition_text){arena_print(ctx->arena, "%.*s/%lld",
                                                 STR_PRINT(definition->indicator_code),
                                                 (long long)definition->version),
                                     definition->indicator_code,
                                     indicator.name,
                                     definition->definition,
                                     definition->definition_en,
                                     definition->numerator,
                                     definition->denominator};
    return error;
}

/* What a rule is called; the words of a state or a kind by their names. */
struct words {
    const char *name, *zh, *en;
};
static const struct words period_words[] = {
    {"year", "年度", "yearly"}, {"quarter", "季度", "quarterly"}, {"month", "月度", "monthly"}};
static const struct words status_words[] = {{"final", "最终数", "final figure"},
                                            {"preliminary", "初步数", "preliminary figure"},
                                            {"estimate", "估计数", "estimate"}};
static const struct words *words_of(const struct words *list, size_t count, struct str name)
{
    size_t i = 0;
    while (i + 1 < count && !str_is(name, list[i].name))
        i++;
    return &list[i];
}

static enum error release_finish(struct ctx *ctx, void *record)
{
    struct release_text *text = record;
    const struct words *period = words_of(period_words, COUNT(period_words), text->period_kind);
    const struct words *status = words_of(status_words, COUNT(status_words), text->status);
    text->name =
        arena_print(ctx->arena, "%.*s：%s%s的发布", STR_PRINT(text->name), period->zh, status->zh);
    text->name_en = arena_print(ctx->arena, "%.*s: release of the %s %s", STR_PRINT(text->name_en),
                                period->en, status->en);
    return E_OK;
}

static enum error release_found(struct ctx *ctx, const void *record, void *found)
{
    const struct release_rule *rule = record;
    struct release_text *text = found;
    struct indicator indicator;
    enum error error = indicator_find(ctx, rule->indicator_code, &indicator);
    *text = (struct release_text){
        arena_print(ctx->arena, "%.*s/%.*s/%.*s", STR_PRINT(rule->indicator_code),
                    STR_PRINT(rule->period_kind), STR_PRINT(rule->status)),
        rule->indicator_code,
        indicator.name,
        indicator.name_en,
        rule->period_kind,
        rule->status,
        rule->publisher,
        rule->note};
    return error;
}

static const struct route routes[] = {
    GET_LIST("/api/indicators", indicator_list, "指标", "Indicators"),
    GET_WORK("/api/indicators/{code}", indicator_detail_show, "一个指标及其口径",
             "An indicator and its definitions"),
    OBSERVATION_ROUTES,
    SERIES_ROUTES,
    TARGET_ROUTES,
    CHANGE_ROUTES,
    STORY_ROUTES,
    RELEASE_ROUTES,
    LINEAGE_ROUTES,
};

static const struct import_target indicators = {"indicators",     "指标",      "Indicators",
                                                &indicator_shape, "indicator", .key = {"code"},
                                                .roles = ANALYSTS};
static const struct import_target definitions = {"indicator_definitions",
                                                 "指标口径",
                                                 "Definitions of indicators",
                                                 &definition_shape,
                                                 "indicator_definition",
                                                 .key = {"indicator_code", "version"},
                                                 .found_as = &definition_text_shape,
                                                 .found = definition_found,
                                                 .roles = ANALYSTS};
static const struct import_target derivations = {
    "indicator_derivations",     "指标算式",
    "Derivations of indicators", &derivation_shape,
    "indicator_derivation",      .key = {"indicator_code"},
    .check = derivation_check,   .roles = ANALYSTS};
static const struct import_target releases = {"releases",
                                              "发布规则",
                                              "Release rules",
                                              &release_rule_shape,
                                              "release_rule",
                                              .key = {"indicator_code", "period_kind", "status"},
                                              .found_as = &release_text_shape,
                                              .found = release_found,
                                              .roles = ANALYSTS};
static const struct import_target *const imports[] = {
    &indicators, &definitions,        &derivations,  &relation_target,
    &releases,   &observation_target, &claim_target, NULL};

static const struct pack_file pack_files[] = {
    {"indicators.csv", .target = &indicators},
    {"indicator_definitions.csv", .target = &definitions},
    {"indicator_derivations.csv", .target = &derivations},
    {"indicator_relations.csv", .target = &relation_target, .optional = true},
    {"releases.csv", .target = &releases},
    {"observations_*.csv", .target = &observation_target},
    {"observation_claims.csv", .target = &claim_target, .optional = true},
};

static const struct searchable searchables[] = {
    {&indicator_shape, "指标", "Indicator", "code", "/indicators/{key}",
     .all = &sql_indicator_list},
    {&definition_text_shape, "指标定义", "Definition", "key", "/indicators/{indicator_code}",
     .all = &sql_definition_texts},
    {&release_text_shape, "发布", "Release", "key", "/indicators/{indicator_code}",
     .all = &sql_release_texts, .finish = release_finish},
};

const struct module indicators_module = {
    .name = "indicators",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .migrations = indicators_migrations,
    .migration_count = COUNT(indicators_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = pack_files,
    .pack_file_count = COUNT(pack_files),
    .imports = imports,
};

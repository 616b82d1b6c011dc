#include "modules/exchange/sdmx.h"

/* --- Code lists ----------------------------------------------------------------------------- */

#define CODES(name, id_) static const struct sdmx_codes name##_list = {id_, name, COUNT(name)}

/* SDMX's own. */
static const struct sdmx_code freq[] = {
    {"A", "年度", "Annual"},
    {"Q", "季度", "Quarterly"},
    {"M", "月度", "Monthly"},
    {"D", "日", "Daily"},
    {"_O", "其他（一段时间）", "Other (a stretch of time)"},
    {"_U", "一端未说明", "Unspecified (open on one side)"},
};
CODES(freq, "CL_FREQ");

static const struct sdmx_code obs_status[] = {
    {"A", "正常值", "Normal value"},
    {"E", "估计值", "Estimated value"},
    {"P", "初步值", "Provisional value"},
    {"I", "推算值", "Imputed value"},
};
CODES(obs_status, "CL_OBS_STATUS");

static const struct sdmx_code conf_status[] = {
    {"F", "公开", "Free (free for publication)"},
    {"N", "不公开，仅限内部使用", "Not for publication, restricted for internal use only"},
};
CODES(conf_status, "CL_CONF_STATUS");

/* Ours; the words are those of docs/glossary.md. */
static const struct sdmx_code nature[] = {
    {"actual", "实际", "Actual or estimated figure"},
    {"target", "目标", "Target"},
    {"implied", "推算", "Computed from published figures"},
};
CODES(nature, "CL_NATURE");

static const struct sdmx_code status[] = {
    {"as_reported", "如实转述", "As reported"},
    {"estimate", "预计", "Estimate"},
    {"preliminary", "初步", "Preliminary"},
    {"final", "终值", "Final"},
    {"revised", "修订", "Revised"},
    {"target", "目标", "Target"},
    {"implied", "推算", "Implied"},
};
CODES(status, "CL_STATUS");

static const struct sdmx_code approximation[] = {
    {"exact", "准数", "Exact"},
    {"about", "约数", "About"},
    {"over", "以上", "Over"},
    {"under", "以下", "Under"},
};
CODES(approximation, "CL_APPROXIMATION");

static const struct sdmx_code truth[] = {{"true", "是", "Yes"}, {"false", "否", "No"}};
CODES(truth, "CL_TRUTH");

const struct sdmx_codes *const sdmx_code_lists[] = {
    &freq_list,   &obs_status_list,    &conf_status_list, &nature_list,
    &status_list, &approximation_list, &truth_list,
};
const size_t sdmx_code_list_count = COUNT(sdmx_code_lists);

int sdmx_code_index(const struct sdmx_component *component, struct str text)
{
    for (size_t i = 0; component->codes && i < component->codes->count; i++)
        if (str_is(text, component->codes->list[i].id))
            return (int)i;
    return -1;
}

/* --- Values that are computed --------------------------------------------------------------- */

static struct str freq_of(struct arena *arena, const struct observation *o)
{
    struct period period;
    (void)arena;
    if (!period_parse(o->period, &period))
        return STR("_U");
    switch (period.kind) {
    case PERIOD_YEAR:
        return STR("A");
    case PERIOD_QUARTER:
        return STR("Q");
    case PERIOD_MONTH:
        return STR("M");
    case PERIOD_DAY:
        return STR("D");
    case PERIOD_RANGE:
        return STR("_O");
    case PERIOD_OPEN:
        break;
    }
    return STR("_U");
}

/* An ISO 8601 duration; in whole months where the stretch is made of such. */
static struct str duration(struct arena *arena, struct period period)
{
    struct date behind = {period.end.days + 1};
    int from_year, from_month, from_day, year, month, day;
    date_split(period.start, &from_year, &from_month, &from_day);
    date_split(behind, &year, &month, &day);
    int months = (year - from_year) * 12 + month - from_month;
    if (from_day != 1 || day != 1 || months <= 0)
        return arena_print(arena, "P%dD", behind.days - period.start.days);
    if (months % 12 == 0)
        return arena_print(arena, "P%dY", months / 12);
    return arena_print(arena, "P%dM", months);
}

static struct str day_text(struct arena *arena, struct date date)
{
    char text[DATE_TEXT];
    date_print(date, text);
    return arena_str(arena, str_of(text));
}

/* A period of SDMX; of one that is open on one side, the day that is known. */
static struct str time_period(struct arena *arena, const struct observation *o)
{
    struct period period;
    if (!period_parse(o->period, &period))
        return o->period;
    switch (period.kind) {
    case PERIOD_YEAR:
    case PERIOD_MONTH:
    case PERIOD_DAY:
        return o->period;
    case PERIOD_QUARTER:
        return arena_print(arena, "%.*s-%s", 4, o->period.data, o->period.data + 4);
    case PERIOD_RANGE:
        return arena_print(arena, "%s/%s", day_text(arena, period.start).data,
                           duration(arena, period).data);
    case PERIOD_OPEN:
        break;
    }
    return day_text(arena, period_last(period));
}

static struct str nature_of(struct arena *arena, const struct observation *o)
{
    (void)arena;
    if (str_is(o->status, "target") || str_is(o->status, "implied"))
        return o->status;
    return STR("actual");
}

static struct str obs_status_of(struct arena *arena, const struct observation *o)
{
    (void)arena;
    if (str_is(o->status, "estimate"))
        return STR("E");
    if (str_is(o->status, "preliminary"))
        return STR("P");
    return str_is(o->status, "implied") ? STR("I") : STR("A");
}

static struct str conf_status_of(struct arena *arena, const struct observation *o)
{
    (void)arena;
    return o->visibility == VISIBILITY_PUBLIC ? STR("F") : STR("N");
}

static struct str lineage_of(struct arena *arena, const struct observation *o)
{
    return arena_print(arena, "/api/observations/%lld/lineage", (long long)o->id);
}

/* --- Components ----------------------------------------------------------------------------- */

const struct sdmx_component sdmx_components[SDMX_COMPONENT_COUNT] = {
    {"FREQ", "频率", "Frequency", SDMX_DIMENSION, .text = freq_of, .codes = &freq_list},
    {"REF_AREA", "区域", "Reference area", SDMX_DIMENSION, .field = "area_code",
     .codes_of = "CL_AREA", .name_field = "area_name", .name_field_en = "area_name_en"},
    {"INDICATOR", "指标", "Indicator", SDMX_DIMENSION, .field = "indicator_code",
     .codes_of = "CL_INDICATOR", .name_field = "indicator_name",
     .name_field_en = "indicator_name_en"},
    {"MEASURE", "量的类型", "Kind of quantity", SDMX_DIMENSION, .field = "measure",
     .codes_of = "CL_MEASURE"},
    {"UNIT_MEASURE", "单位", "Unit of measure", SDMX_DIMENSION, .field = "unit"},
    {"NATURE", "实际、目标或推算", "Actual, target or implied", SDMX_DIMENSION, .text = nature_of,
     .codes = &nature_list},
    {"FACT", "事实编号", "Number of the fact", SDMX_DIMENSION, .field = "fact_id"},
    {"TIME_PERIOD", "时期", "Time period", SDMX_TIME, .text = time_period},
    {"OBS_VALUE", "数值", "Observation value", SDMX_VALUE, .field = "value"},
    {"OBS_STATUS", "观测状态", "Observation status", SDMX_ATTRIBUTE, .text = obs_status_of,
     .codes = &obs_status_list},
    {"CONF_STATUS", "保密状态", "Confidentiality status", SDMX_ATTRIBUTE, .text = conf_status_of,
     .codes = &conf_status_list},
    {"STATUS", "性质（本系统）", "Status, in our words", SDMX_ATTRIBUTE, .field = "status",
     .codes = &status_list},
    {"PERIOD", "时期（本系统写法）", "Period, as we write it", SDMX_ATTRIBUTE, .field = "period"},
    {"APPROXIMATION", "精确程度", "Approximation", SDMX_ATTRIBUTE, .field = "approximation",
     .codes = &approximation_list},
    {"VALUE_HIGH", "区间上端", "Upper end of a printed range", SDMX_ATTRIBUTE,
     .field = "value_high"},
    {"LOW", "可能的最小值", "Least it can be", SDMX_ATTRIBUTE, .field = "low"},
    {"HIGH", "可能的最大值", "Most it can be", SDMX_ATTRIBUTE, .field = "high"},
    {"DEFINITION", "口径版本", "Version of the definition", SDMX_ATTRIBUTE,
     .field = "definition_version"},
    {"SCOPE", "所指主体", "The body it is about", SDMX_ATTRIBUTE, .field = "scope"},
    {"AMONG", "比较范围", "Among whom it is ranked", SDMX_ATTRIBUTE, .field = "among"},
    {"BASE_PERIOD", "比较期", "Base period", SDMX_ATTRIBUTE, .field = "base_period"},
    {"PUBLISHED", "发布时间", "When it was published", SDMX_ATTRIBUTE, .field = "published"},
    {"SOURCE", "来源", "Source", SDMX_ATTRIBUTE, .field = "source_code"},
    {"SOURCE_TITLE", "来源名称", "Title of the source", SDMX_ATTRIBUTE, .field = "source_title"},
    {"SOURCE_LINE", "来源行", "Line of the source", SDMX_ATTRIBUTE, .field = "line"},
    {"TOKEN", "数字原文", "The number as printed", SDMX_ATTRIBUTE, .field = "token"},
    {"LINEAGE", "来源追溯地址", "Address that says where it comes from", SDMX_ATTRIBUTE,
     .text = lineage_of},
    {"SAMPLE", "样例（不是真实数据）", "Made up, no real figure", SDMX_ATTRIBUTE, .field = "sample",
     .codes = &truth_list},
    {"OBS_ID", "观测编号", "Number of the observation", SDMX_ATTRIBUTE, .field = "id"},
    {"RECORDED_SEQ", "记录序号", "Sequence when recorded", SDMX_ATTRIBUTE, .field = "recorded_seq"},
    {"COMMENT_OBS", "说明", "Note", SDMX_ATTRIBUTE, .field = "note"},
};

static const struct field *field_of(const struct sdmx_component *component)
{
    return component->field ? field_find(&observation_shape, str_of(component->field)) : NULL;
}

struct str sdmx_text(struct arena *arena, const struct sdmx_component *component,
                     const struct observation *observation)
{
    return component->text ? component->text(arena, observation)
                           : field_text(arena, field_of(component), observation);
}

bool sdmx_is_number(const struct sdmx_component *component)
{
    const struct field *field = field_of(component);
    return field && field->kind <= KIND_MAYBE_REAL && !field->choices;
}

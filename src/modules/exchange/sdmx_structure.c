/* The data structure definition with its code lists and concepts, as SDMX-ML 2.1. */
#include "modules/exchange/sdmx.h"
#include "sdmx_structure.sql.h"

enum { CODES_MAX = 100000 };

struct code {
    struct str code, name, name_en;
};
static const struct field code_fields[] = {
    FIELD(struct code, code, "代码", "Code"),
    FIELD(struct code, name, "名称", "Name"),
    FIELD(struct code, name_en, "英文名", "English name"),
};
static const SHAPE(code);

#define V21 "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"

static void write_names(struct buf *out, struct str zh, struct str en)
{
    buf_add(out, STR("<common:Name xml:lang=\"zh\">"));
    xml_text(out, zh);
    buf_add(out, STR("</common:Name><common:Name xml:lang=\"en\">"));
    xml_text(out, en);
    buf_add(out, STR("</common:Name>"));
}

/* An artefact of ours, open. */
static void open_artefact(struct buf *out, const char *tag, const char *id, const char *zh,
                          const char *en)
{
    buf_print(out,
              "<structure:%s id=\"%s\" agencyID=\"" SDMX_AGENCY "\" version=\"" SDMX_VERSION
              "\" isFinal=\"true\">",
              tag, id);
    write_names(out, str_of(zh), str_of(en));
}

static void write_code(struct buf *out, struct str id, struct str zh, struct str en)
{
    buf_add(out, STR("<structure:Code"));
    xml_attribute(out, "id", id);
    buf_char(out, '>');
    write_names(out, zh, en);
    buf_add(out, STR("</structure:Code>\n"));
}

static void write_constant_lists(struct buf *out)
{
    for (size_t i = 0; i < sdmx_code_list_count; i++) {
        const struct sdmx_codes *codes = sdmx_code_lists[i];
        open_artefact(out, "Codelist", codes->id, codes->id, codes->id);
        for (size_t c = 0; c < codes->count; c++)
            write_code(out, str_of(codes->list[c].id), str_of(codes->list[c].zh),
                       str_of(codes->list[c].en));
        buf_add(out, STR("</structure:Codelist>\n"));
    }
    open_artefact(out, "Codelist", "CL_MEASURE", "量的类型", "Kinds of quantities");
    for (size_t i = 0; indicator_measures[i]; i++) {
        struct str id = str_of(indicator_measures[i]);
        write_code(out, id, str_of(measure_words(id, LANGUAGE_ZH)),
                   str_of(measure_words(id, LANGUAGE_EN)));
    }
    buf_add(out, STR("</structure:Codelist>\n"));
}

static enum error write_list(struct ctx *ctx, struct buf *out, const char *id, const char *zh,
                             const char *en, const struct sql *sql)
{
    struct records codes;
    enum error error = db_all(ctx, sql, NO_ARGS, &code_shape, CODES_MAX, &codes);
    if (error)
        return error;
    const struct code *list = codes.items;
    open_artefact(out, "Codelist", id, zh, en);
    for (size_t i = 0; i < codes.count; i++)
        write_code(out, list[i].code, list[i].name, list[i].name_en);
    buf_add(out, STR("</structure:Codelist>\n"));
    return E_OK;
}

static void write_concepts(struct buf *out)
{
    buf_add(out, STR("<structure:Concepts>"));
    open_artefact(out, "ConceptScheme", "CONCEPTS", "概念", "Concepts");
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++) {
        buf_print(out, "<structure:Concept id=\"%s\">", sdmx_components[i].id);
        write_names(out, str_of(sdmx_components[i].zh), str_of(sdmx_components[i].en));
        buf_add(out, STR("</structure:Concept>\n"));
    }
    buf_add(out, STR("</structure:ConceptScheme></structure:Concepts>\n"));
}

static void write_reference(struct buf *out, const char *class_, const char *package,
                            const char *scheme, const char *id)
{
    if (scheme)
        buf_print(out,
                  "<Ref id=\"%s\" maintainableParentID=\"%s\" maintainableParentVersion=\"" //
                  SDMX_VERSION "\" agencyID=\"" SDMX_AGENCY "\" package=\"%s\" class=\"%s\"/>",
                  id, scheme, package, class_);
    else
        buf_print(out,
                  "<Ref id=\"%s\" version=\"" SDMX_VERSION "\" agencyID=\"" SDMX_AGENCY
                  "\" package=\"%s\" class=\"%s\"/>",
                  id, package, class_);
}

static void write_representation(struct buf *out, const struct sdmx_component *component)
{
    const char *list = component->codes ? component->codes->id : component->codes_of;
    buf_add(out, STR("<structure:LocalRepresentation>"));
    if (list) {
        buf_add(out, STR("<structure:Enumeration>"));
        write_reference(out, "Codelist", "codelist", NULL, list);
        buf_add(out, STR("</structure:Enumeration>"));
    } else {
        bool number = sdmx_is_number(component);
        buf_print(out, "<structure:TextFormat textType=\"%s\"/>",
                  component->role == SDMX_TIME ? "ObservationalTimePeriod"
                  : number                     ? "Double"
                                               : "String");
    }
    buf_add(out, STR("</structure:LocalRepresentation>"));
}

static void write_component(struct buf *out, const struct sdmx_component *component, int position)
{
    static const char *const tags[] = {[SDMX_DIMENSION] = "Dimension",
                                       [SDMX_TIME] = "TimeDimension",
                                       [SDMX_VALUE] = "PrimaryMeasure",
                                       [SDMX_ATTRIBUTE] = "Attribute"};
    buf_print(out, "<structure:%s id=\"%s\"", tags[component->role], component->id);
    if (position)
        buf_print(out, " position=\"%d\"", position);
    if (component->role == SDMX_ATTRIBUTE)
        buf_add(out, STR(" assignmentStatus=\"Conditional\""));
    buf_add(out, STR("><structure:ConceptIdentity>"));
    write_reference(out, "Concept", "conceptscheme", "CONCEPTS", component->id);
    buf_add(out, STR("</structure:ConceptIdentity>"));
    write_representation(out, component);
    if (component->role == SDMX_ATTRIBUTE)
        buf_add(out, STR("<structure:AttributeRelationship><structure:PrimaryMeasure>"
                         "<Ref id=\"OBS_VALUE\"/></structure:PrimaryMeasure>"
                         "</structure:AttributeRelationship>"));
    buf_print(out, "</structure:%s>\n", tags[component->role]);
}

static void write_role(struct buf *out, const char *list, const char *id, unsigned roles)
{
    int position = 0;
    buf_print(out, "<structure:%s id=\"%s\">\n", list, id);
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++)
        if (roles >> sdmx_components[i].role & 1)
            write_component(out, &sdmx_components[i],
                            sdmx_components[i].role <= SDMX_TIME ? ++position : 0);
    buf_print(out, "</structure:%s>\n", list);
}

static void write_structure(struct buf *out)
{
    buf_add(out, STR("<structure:DataStructures>"));
    open_artefact(out, "DataStructure", SDMX_STRUCTURE, "指标的观测", "Observations of indicators");
    buf_add(out, STR("<structure:DataStructureComponents>\n"));
    write_role(out, "DimensionList", "DimensionDescriptor", 1u << SDMX_DIMENSION | 1u << SDMX_TIME);
    write_role(out, "AttributeList", "AttributeDescriptor", 1u << SDMX_ATTRIBUTE);
    write_role(out, "MeasureList", "MeasureDescriptor", 1u << SDMX_VALUE);
    buf_add(out, STR("</structure:DataStructureComponents></structure:DataStructure>"
                     "</structure:DataStructures>\n"));
}

static void write_header(struct ctx *ctx, struct buf *out)
{
    buf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<message:Structure xmlns:message=\"" V21 "message\""
                     " xmlns:structure=\"" V21 "structure\" xmlns:common=\"" V21 "common\">\n"
                     "<message:Header><message:ID>" SDMX_STRUCTURE "</message:ID>"
                     "<message:Test>false</message:Test><message:Prepared>"));
    instant_print(out, ctx->now);
    buf_add(out, STR("</message:Prepared><message:Sender id=\"" SDMX_AGENCY "\"/>"
                     "</message:Header>\n<message:Structures>\n<structure:Codelists>\n"));
}

SHARED_HANDLER(sdmx_structure, nothing, nothing)
{
    struct buf text = {.arena = ctx->arena};
    (void)in;
    (void)out;
    write_header(ctx, &text);
    write_constant_lists(&text);
    enum error error = write_list(ctx, &text, "CL_AREA", "区域", "Areas", &sql_sdmx_areas);
    if (!error)
        error = write_list(ctx, &text, "CL_INDICATOR", "指标", "Indicators", &sql_sdmx_indicators);
    if (error)
        return error;
    buf_add(&text, STR("</structure:Codelists>\n"));
    write_concepts(&text);
    write_structure(&text);
    buf_add(&text, STR("</message:Structures>\n</message:Structure>\n"));
    ctx->file = buf_str(&text);
    ctx->file_name = STR("indicators.sdmx-structure.xml");
    ctx->file_inline = true;
    return E_OK;
}

/* SDMX-ML 2.1, structure-specific data: what R's rsdmx reads. Each observation is a series of its
 * own, since FACT is a dimension. */
#include "modules/exchange/sdmx.h"

#define V21 "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"
#define URN                                                                                        \
    "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=" SDMX_AGENCY ":" SDMX_STRUCTURE      \
    "(" SDMX_VERSION "):ObsLevelDim:TIME_PERIOD"

static void begin(struct export *to)
{
    struct buf *out = &to->out;
    buf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<message:StructureSpecificData xmlns:message=\"" V21 "message\""
                     " xmlns:common=\"" V21 "common\""
                     " xmlns:ss=\"" V21 "data/structurespecific\""
                     " xmlns:ours=\"" URN "\""
                     " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n"
                     "<message:Header><message:ID>"));
    buf_print(out, "%s-%lld", SDMX_STRUCTURE, (long long)to->ctx->sequence);
    buf_add(out, STR("</message:ID><message:Test>false</message:Test><message:Prepared>"));
    instant_print(out, to->ctx->now);
    buf_add(out, STR("</message:Prepared><message:Sender id=\"" SDMX_AGENCY "\"/>"
                     "<message:Structure structureID=\"" SDMX_STRUCTURE "\" namespace=\"" URN "\""
                     " dimensionAtObservation=\"TIME_PERIOD\"><common:Structure>"
                     "<Ref agencyID=\"" SDMX_AGENCY "\" id=\"" SDMX_STRUCTURE
                     "\" version=\"" SDMX_VERSION
                     "\"/></common:Structure></message:Structure></message:Header>\n"
                     "<message:DataSet ss:structureRef=\"" SDMX_STRUCTURE "\""
                     " ss:dataScope=\"DataStructure\" ss:action=\"Replace\""
                     " xsi:type=\"ours:DataSetType\">\n"));
}

static void write_components(struct export *to, struct row row, bool series)
{
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++)
        if ((sdmx_components[i].role == SDMX_DIMENSION) == series)
            xml_attribute(&to->out, sdmx_components[i].id,
                          sdmx_text(to->ctx->arena, &sdmx_components[i], row.value));
}

static void row(struct export *to, struct row row)
{
    buf_add(&to->out, STR("<Series"));
    write_components(to, row, true);
    buf_add(&to->out, STR("><Obs"));
    write_components(to, row, false);
    buf_add(&to->out, STR("/></Series>\n"));
}

static void end(struct export *to)
{
    buf_add(&to->out, STR("</message:DataSet>\n</message:StructureSpecificData>\n"));
}

const struct file_format sdmx_xml_format = {
    .ending = "sdmx.xml",
    .type = "application/vnd.sdmx.structurespecificdata+xml; version=2.1",
    .rows_max = LIST_FILE_ROWS,
    .begin = begin,
    .row = row,
    .end = end};

/* SDMX-CSV 2.0: flat, one observation a line. Texts that a spreadsheet would run are disarmed as in
 * every CSV file of ours (base/cell.h). */
#include "base/cell.h"
#include "modules/exchange/sdmx.h"

#define STRUCTURE_ID SDMX_AGENCY ":" SDMX_STRUCTURE "(" SDMX_VERSION ")"

static void begin(struct export *to)
{
    buf_add(&to->out, STR("STRUCTURE,STRUCTURE_ID,ACTION"));
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++)
        buf_print(&to->out, ",%s", sdmx_components[i].id);
    buf_char(&to->out, '\n');
}

static void row(struct export *to, struct row row)
{
    buf_add(&to->out, STR("datastructure," STRUCTURE_ID ",I"));
    for (size_t i = 0; i < SDMX_COMPONENT_COUNT; i++) {
        buf_char(&to->out, ',');
        cell_write(&to->out, sdmx_text(to->ctx->arena, &sdmx_components[i], row.value));
    }
    buf_char(&to->out, '\n');
}

static void end(struct export *to)
{
    (void)to; /* CSV has no end */
}

const struct file_format sdmx_csv_format = {
    .ending = "sdmx.csv",
    .type = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
    .rows_max = LIST_FILE_ROWS,
    .begin = begin,
    .row = row,
    .end = end};

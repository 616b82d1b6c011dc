/* What the files of this module share among themselves. */
#ifndef MODULES_EXCHANGE_INTERNAL_H
#define MODULES_EXCHANGE_INTERNAL_H

#include "modules/exchange/exchange.h"

extern const struct file_format geojson_format, sdmx_csv_format, sdmx_json_format, sdmx_xml_format,
    calendar_ics_format, releases_ics_format;
extern const struct handler sdmx_structure_handler, catalogue_handler;

/* A member of the open object. */
static inline void member(struct json *json, const char *key, struct str text)
{
    json_key(json, key);
    json_text(json, text);
}

static inline void in_both_languages(struct json *json, const char *key, struct str zh,
                                     struct str en)
{
    json_key(json, key);
    json_open(json, '{');
    member(json, "zh", zh);
    member(json, "en", en);
    json_close(json, '}');
}

/* A text inside of XML, as content or in quotation marks; what XML cannot hold is left out. */
void xml_text(struct buf *out, struct str text);
/* ` name="text"`; nothing for STR_NONE. */
void xml_attribute(struct buf *out, const char *name, struct str text);

#endif

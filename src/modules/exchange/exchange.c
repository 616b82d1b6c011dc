#include "modules/exchange/exchange.h"

#include "modules/areas/areas.h"
#include "modules/atlas/atlas.h"
#include "modules/city/city.h"
#include "modules/exchange/internal.h"
#include "modules/indicators/indicators.h"

static const struct route routes[] = {
    GET_FILE("/api/areas.geojson", area_list, geojson_format, "区域的标注点（GeoJSON）",
             "Where the labels of areas stand, as GeoJSON"),
    GET_FILE("/api/places.geojson", place_list, geojson_format, "地点（GeoJSON）",
             "Places as GeoJSON"),
    GET_FILE("/api/indicators.sdmx.csv", observation_list, sdmx_csv_format,
             "指标的观测（SDMX-CSV 2.0）", "Observations of indicators as SDMX-CSV 2.0"),
    GET_FILE("/api/indicators.sdmx.json", observation_list, sdmx_json_format,
             "指标的观测（SDMX-JSON 2.0）", "Observations of indicators as SDMX-JSON 2.0"),
    GET_FILE("/api/indicators.sdmx.xml", observation_list, sdmx_xml_format,
             "指标的观测（SDMX-ML 2.1）", "Observations of indicators as SDMX-ML 2.1"),
    GET_WORK("/api/indicators.sdmx-structure.xml", sdmx_structure,
             "SDMX 数据结构定义与代码表（SDMX-ML 2.1）",
             "The SDMX data structure definition and its code lists, as SDMX-ML 2.1",
             .media_type = "application/vnd.sdmx.structure+xml; version=2.1"),
    GET_FILE("/api/calendar.ics", calendar_list, calendar_ics_format,
             "放假与调休上班日（iCalendar）", "Holidays and make-up workdays as iCalendar"),
    {"GET", "/api/releases_due.ics", "何时该发布什么（iCalendar）",
     "What is due when, as iCalendar", .handler = &release_list_handler,
     .format = &releases_ics_format, .effort = WORK},
    GET_WORK("/api/catalogue.jsonld", catalogue, "数据目录（DCAT 3，JSON-LD）",
             "The catalogue of data in DCAT 3, as JSON-LD", .media_type = "application/ld+json"),
};

const struct module exchange_module = {
    .name = "exchange", .routes = routes, .route_count = COUNT(routes)};

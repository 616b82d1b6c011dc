/* GeoJSON of any list whose rows have a longitude and a latitude in WGS 84: points, and nothing
 * that could be taken for a boundary. */
#include <math.h>

#include "modules/exchange/internal.h"
#include "stats/gcj02.h"

static const char *const systems[] = {"wgs84", "gcj02", NULL};

static bool is_gcj02(const struct export *to)
{
    return str_is(str_of(export_option(to)), "gcj02");
}

/* Either kind of number. */
static bool coordinate(const struct shape *shape, const char *name, const void *value,
                       double *degrees)
{
    const struct field *field = field_find(shape, str_of(name));
    const char *at = (const char *)value + field->offset;
    struct maybe_real number = {0, true};
    if (field->kind == KIND_MAYBE_REAL)
        memcpy(&number, at, sizeof(number));
    else
        memcpy(&number.value, at, sizeof(number.value));
    *degrees = number.value;
    return number.known;
}

/* A centimetre: what was computed has no more digits than that. */
static double rounded(double degrees)
{
    return round(degrees * 1e7) / 1e7;
}

static void write_geometry(struct export *to, struct row row)
{
    struct json *json = &to->json;
    struct position point;
    json_key(json, "geometry");
    if (!coordinate(row.shape, "longitude", row.value, &point.longitude) ||
        !coordinate(row.shape, "latitude", row.value, &point.latitude)) {
        json_none(json);
        return;
    }
    if (is_gcj02(to)) {
        point = gcj02_of_wgs84(point);
        point = (struct position){rounded(point.longitude), rounded(point.latitude)};
    }
    json_open(json, '{');
    member(json, "type", STR("Point"));
    json_key(json, "coordinates");
    json_open(json, '[');
    json_number(json, point.longitude);
    json_number(json, point.latitude);
    json_close(json, ']');
    json_close(json, '}');
}

static void write_system(struct export *to)
{
    struct json *json = &to->json;
    bool gcj02 = is_gcj02(to);
    json_key(json, "coordinate_system");
    json_open(json, '{');
    member(json, "name", gcj02 ? STR("GCJ-02") : STR("WGS 84"));
    member(json, "crs", gcj02 ? STR_NONE : STR("http://www.opengis.net/def/crs/OGC/1.3/CRS84"));
    in_both_languages(
        json, "note",
        gcj02 ? STR("由 WGS 84 按通行公式换算；RFC 7946 规定 GeoJSON 用 WGS "
                    "84，这里是应要求给出的例外")
              : STR("RFC 7946 规定的坐标系"),
        gcj02 ? STR("Computed from WGS 84 by the common formula. RFC 7946 asks for WGS 84: this is "
                    "the exception that was asked for")
              : STR("As RFC 7946 has it"));
    json_close(json, '}');
    in_both_languages(json, "meaning", STR("点是标注位置或示意位置，不是边界，不作划界依据"),
                      STR("Points are where a label or a mark stands; they are no boundaries"));
}

static void begin(struct export *to)
{
    struct json *json = &to->json;
    json_open(json, '{');
    member(json, "type", STR("FeatureCollection"));
    write_system(to);
    json_key(json, "about");
    json_open(json, '{');
    export_describe(to);
    json_close(json, '}');
    json_key(json, "features");
    json_open(json, '[');
}

static void row(struct export *to, struct row row)
{
    struct json *json = &to->json;
    struct ctx *ctx = to->ctx;
    const struct field *key = field_find(row.shape, str_of(to->list->key));
    json_open(json, '{');
    member(json, "type", STR("Feature"));
    json_key(json, "id");
    field_to_json(ctx, json, key, row);
    write_geometry(to, row);
    json_key(json, "properties");
    json_open(json, '{');
    for (size_t i = 0; i < to->column_count; i++) {
        const struct field *field = to->columns[i].field;
        struct str name = str_of(field->name);
        if (str_is(name, "longitude") || str_is(name, "latitude"))
            continue; /* they are the geometry, in whichever system */
        json_key(json, field->name);
        field_to_json(ctx, json, field, row);
    }
    json_close(json, '}');
    json_close(json, '}');
}

static void end(struct export *to)
{
    json_close(&to->json, ']');
    json_key(&to->json, "sample_features");
    json_int(&to->json, to->sample_rows);
    json_close(&to->json, '}');
}

const struct file_format geojson_format = {.ending = "geojson",
                                           .type = "application/geo+json",
                                           .rows_max = LIST_FILE_ROWS,
                                           .begin = begin,
                                           .row = row,
                                           .end = end,
                                           .option = "crs",
                                           .option_zh = "坐标系",
                                           .option_en = "Coordinate system",
                                           .option_choices = systems,
                                           .shown = true};

/* The catalogue of everything that can be taken from here, in DCAT 3 as JSON-LD: the lists that the
 * reader may see, each indicator with figures, and the data sets that the city collects.
 *
 * It is made of the program's own tables of routes and of the database, so it says neither less nor
 * more than there is. Names are URNs of the city's pack, which stay the same wherever the program
 * runs; addresses are relative to the catalogue's own. */
#include "catalogue.sql.h"
#include "modules/city/city.h"
#include "modules/exchange/internal.h"

enum { RECORDS_MAX = 20000 };

struct catalogue {
    struct json *json;
    struct str city, name, name_en; /* of the pack */
    uint32_t role;
};

/* A data set of the catalogue. */
struct entry {
    struct str code, name, name_en, description, description_en, frequency, publisher, publisher_en;
    bool sample;
};
static const struct field entry_fields[] = {
    FIELD(struct entry, code, "代码", "Code"),
    FIELD(struct entry, name, "名称", "Name"),
    FIELD(struct entry, name_en, "英文名", "English name"),
    FIELD(struct entry, description, "说明", "Description"),
    FIELD(struct entry, description_en, "英文说明", "Description in English"),
    FIELD(struct entry, frequency, "频率", "Frequency"),
    FIELD(struct entry, publisher, "发布机构", "Publisher"),
    FIELD(struct entry, publisher_en, "发布机构英文名", "Publisher in English"),
    FIELD(struct entry, sample, "样例", "Is it a sample?"),
};
static const SHAPE(entry);

/* --- Pieces of JSON-LD ---------------------------------------------------------------------- */

static void in_language_tag(struct json *json, const char *language, struct str text)
{
    json_open(json, '{');
    member(json, "@language", str_of(language));
    member(json, "@value", text);
    json_close(json, '}');
}

static void titles(struct json *json, const char *key, struct str zh, struct str en)
{
    if (!zh.length)
        return;
    json_key(json, key);
    json_open(json, '[');
    in_language_tag(json, "zh", zh);
    if (en.length)
        in_language_tag(json, "en", en);
    json_close(json, ']');
}

static struct str name_of(const struct catalogue *catalogue, const char *kind, struct str code)
{
    return arena_print(catalogue->json->out->arena, "urn:kechuang:%.*s:%s:%.*s",
                       STR_PRINT(catalogue->city), kind, STR_PRINT(code));
}

static void agent(const struct catalogue *catalogue, struct str name, struct str name_en)
{
    struct json *json = catalogue->json;
    bool city = !name.length; /* what nobody else publishes, the city does */
    json_key(json, "dct:publisher");
    json_open(json, '{');
    if (city)
        member(json, "@id", name_of(catalogue, "agent", STR("city")));
    member(json, "@type", STR("foaf:Agent"));
    titles(json, "foaf:name", city ? catalogue->name : name, city ? catalogue->name_en : name_en);
    json_close(json, '}');
}

/* The frequency vocabulary of the Publications Office of the European Union, as DCAT-AP asks. */
static void periodicity(struct json *json, struct str frequency)
{
    static const struct {
        const char *ours, *theirs;
    } words[] = {{"daily", "DAILY"},   {"weekly", "WEEKLY"},       {"monthly", "MONTHLY"},
                 {"month", "MONTHLY"}, {"quarterly", "QUARTERLY"}, {"quarter", "QUARTERLY"},
                 {"half", "ANNUAL_2"}, {"yearly", "ANNUAL"},       {"year", "ANNUAL"},
                 {"once", "NEVER"},    {"irregular", "IRREG"}};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_is(frequency, words[i].ours))
            member(json, "dct:accrualPeriodicity",
                   arena_print(json->out->arena,
                               "http://publications.europa.eu/resource/authority/frequency/%s",
                               words[i].theirs));
}

/* The media type without its parameters. */
static struct str bare_type(const char *type)
{
    struct str text = str_of(type);
    return str_first(text, str_find(text, ';'));
}

static void distribution(const struct catalogue *catalogue, struct str data_set,
                         const struct file_format *format, struct str path, struct str query)
{
    struct json *json = catalogue->json;
    struct arena *arena = json->out->arena;
    json_open(json, '{');
    member(json, "@id", arena_print(arena, "%.*s:%s", STR_PRINT(data_set), format->ending));
    member(json, "@type", STR("dcat:Distribution"));
    member(json, "dct:title", str_of(format->ending));
    struct str address = arena_print(arena, "%.*s.%s%s%.*s", STR_PRINT(path), format->ending,
                                     query.length ? "?" : "", STR_PRINT(query));
    member(json, "dcat:accessURL", address);
    member(json, "dcat:downloadURL", address);
    member(json, "dcat:mediaType",
           arena_print(arena, "http://www.iana.org/assignments/media-types/%.*s",
                       STR_PRINT(bare_type(format->type))));
    if (format == &csv_format)
        member(json, "dct:conformsTo", STR("http://www.w3.org/ns/csvw"));
    json_close(json, '}');
}

static void begin_data_set(const struct catalogue *catalogue, struct str id,
                           const struct entry *entry)
{
    struct json *json = catalogue->json;
    json_open(json, '{');
    member(json, "@id", id);
    member(json, "@type", STR("dcat:Dataset"));
    member(json, "dct:identifier", id);
    titles(json, "dct:title", entry->name, entry->name_en);
    titles(json, "dct:description", entry->description, entry->description_en);
    agent(catalogue, entry->publisher, entry->publisher_en);
    periodicity(json, entry->frequency);
    if (entry->sample)
        titles(json, "adms:versionNotes", STR("样例，不是真实数据"), STR("Made up, no real data"));
}

/* --- Lists ---------------------------------------------------------------------------------- */

/* The program's own formats of the same rows. */
static void own_formats(const struct catalogue *catalogue, struct str data_set,
                        const struct route *list)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct route *route = &modules[m]->routes[r];
            bool same = route->format && route->list == list->list &&
                        (route->list || route->handler == list->handler);
            if (!same)
                continue;
            struct str path = str_of(route->path);
            path.length -= strlen(route->format->ending) + 1;
            distribution(catalogue, data_set, route->format, path, STR(""));
        }
}

static void list_data_set(const struct catalogue *catalogue, const struct route *route)
{
    static const struct file_format *const formats[] = {&csv_format, &xlsx_format, &json_format};
    struct json *json = catalogue->json;
    struct str path = str_of(route->path);
    struct str id = name_of(catalogue, "list", str_skip(path, sizeof("/api/") - 1));
    struct entry entry = {.name = str_of(route->zh), .name_en = str_of(route->en)};
    begin_data_set(catalogue, id, &entry);
    json_key(json, "dcat:distribution");
    json_open(json, '[');
    for (size_t i = 0; i < COUNT(formats); i++)
        distribution(catalogue, id, formats[i], path, STR(""));
    own_formats(catalogue, id, route);
    json_close(json, ']');
    json_close(json, '}');
}

/* One cannot take it without saying what. */
static bool asks_for_something(const struct route *route)
{
    const struct shape *in = route->handler ? route->handler->in : NULL;
    bool asks = strchr(route->path, '{') != NULL;
    for (size_t i = 0; in && i < in->count; i++)
        asks = asks || in->fields[i].required;
    return asks;
}

static void lists(const struct catalogue *catalogue)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct route *route = &modules[m]->routes[r];
            bool list = (route->list || route->table) && !route->format;
            if (list && !asks_for_something(route) &&
                role_in((enum role)catalogue->role, route_roles(route)))
                list_data_set(catalogue, route);
        }
}

/* --- What stands in the database ------------------------------------------------------------ */

static enum error indicators(struct ctx *ctx, const struct catalogue *catalogue)
{
    static const struct {
        const struct file_format *format;
        const char *path;
    } files[] = {{&csv_format, "/api/observations"},
                 {&json_format, "/api/observations"},
                 {&sdmx_csv_format, "/api/indicators"},
                 {&sdmx_json_format, "/api/indicators"},
                 {&sdmx_xml_format, "/api/indicators"}};
    struct records found;
    struct json *json = catalogue->json;
    enum error error =
        db_all(ctx, &sql_catalogue_indicators, NO_ARGS, &entry_shape, RECORDS_MAX, &found);
    if (error)
        return error;
    const struct entry *list = found.items;
    for (size_t i = 0; i < found.count; i++) {
        struct str id = name_of(catalogue, "indicator", list[i].code);
        struct str query = arena_print(ctx->arena, "indicator_code=%.*s", STR_PRINT(list[i].code));
        begin_data_set(catalogue, id, &list[i]);
        json_key(json, "dcat:distribution");
        json_open(json, '[');
        for (size_t f = 0; f < COUNT(files); f++)
            distribution(catalogue, id, files[f].format, str_of(files[f].path), query);
        json_close(json, ']');
        json_close(json, '}');
    }
    return E_OK;
}

/* What the city collects is described here and not given away: it has no distribution. */
static enum error data_sets(struct ctx *ctx, const struct catalogue *catalogue)
{
    struct records found;
    enum error error =
        db_all(ctx, &sql_catalogue_data_sets, NO_ARGS, &entry_shape, RECORDS_MAX, &found);
    const struct entry *list = found.items;
    for (size_t i = 0; !error && i < found.count; i++) {
        struct str id = name_of(catalogue, "data_set", list[i].code);
        begin_data_set(catalogue, id, &list[i]);
        member(catalogue->json, "dcat:landingPage",
               arena_print(ctx->arena, "/api/data_sets/%.*s", STR_PRINT(list[i].code)));
        json_close(catalogue->json, '}');
    }
    return error;
}

/* --- The document --------------------------------------------------------------------------- */

/* Members whose value is the name of something, not a text. */
static void context(struct json *json)
{
    static const char *const prefixes[][2] = {{"dcat", "http://www.w3.org/ns/dcat#"},
                                              {"dct", "http://purl.org/dc/terms/"},
                                              {"foaf", "http://xmlns.com/foaf/0.1/"},
                                              {"adms", "http://www.w3.org/ns/adms#"}};
    static const char *const names[] = {
        "dcat:accessURL", "dcat:downloadURL",       "dcat:mediaType", "dcat:landingPage",
        "dct:conformsTo", "dct:accrualPeriodicity", "dct:language"};
    json_key(json, "@context");
    json_open(json, '{');
    for (size_t i = 0; i < COUNT(prefixes); i++)
        member(json, prefixes[i][0], str_of(prefixes[i][1]));
    for (size_t i = 0; i < COUNT(names); i++) {
        json_key(json, names[i]);
        json_open(json, '{');
        member(json, "@type", STR("@id"));
        json_close(json, '}');
    }
    json_close(json, '}');
}

static enum error write_catalogue(struct ctx *ctx, struct catalogue *catalogue)
{
    struct json *json = catalogue->json;
    json_open(json, '{');
    context(json);
    member(json, "@id", name_of(catalogue, "catalogue", STR("all")));
    member(json, "@type", STR("dcat:Catalog"));
    titles(json, "dct:title",
           arena_print(ctx->arena, "%.*s科技创新数据目录", STR_PRINT(catalogue->name)),
           arena_print(ctx->arena, "Science and technology data of %.*s",
                       STR_PRINT(catalogue->name_en)));
    titles(json, "dct:description", STR("可以取用的数据及其格式；公众只看到公开的"),
           STR("The data that can be taken, and their forms; the public sees what is public"));
    agent(catalogue, STR_NONE, STR_NONE);
    json_key(json, "dct:language");
    json_open(json, '[');
    json_text(json, STR("http://publications.europa.eu/resource/authority/language/ZHO"));
    json_text(json, STR("http://publications.europa.eu/resource/authority/language/ENG"));
    json_close(json, ']');
    json_key(json, "dcat:dataset");
    json_open(json, '[');
    lists(catalogue);
    enum error error = indicators(ctx, catalogue);
    if (!error)
        error = data_sets(ctx, catalogue);
    json_close(json, ']');
    json_close(json, '}');
    return error;
}

SHARED_HANDLER(catalogue, nothing, nothing)
{
    struct buf text = {.arena = ctx->arena};
    struct json json = {.out = &text};
    struct catalogue all = {.json = &json, .role = ctx->who->role};
    enum error error = city_setting(ctx, "id", &all.city);
    (void)in;
    (void)out;
    if (!error)
        error = city_setting(ctx, "name", &all.name);
    if (!error)
        error = city_setting(ctx, "name_en", &all.name_en);
    if (!error)
        error = write_catalogue(ctx, &all);
    ctx->file = buf_str(&text);
    ctx->file_name = STR("catalogue.jsonld");
    ctx->file_inline = true;
    return error;
}

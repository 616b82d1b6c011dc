#include "core/openapi.h"

#include "core/identity.h"
#include "json/write.h"

enum { SHAPES_MAX = 512 };

/* Every shape that a route names, once. */
struct shapes {
    const struct shape *list[SHAPES_MAX];
    size_t count;
};

static void gather(struct shapes *shapes, const struct shape *shape)
{
    for (size_t i = 0; i < shapes->count; i++)
        if (shapes->list[i] == shape)
            return;
    if (shapes->count == SHAPES_MAX)
        return;
    shapes->list[shapes->count++] = shape;
    if (shape->extends)
        gather(shapes, shape->extends);
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].of)
            gather(shapes, shape->fields[i].of);
}

static void member(struct json *json, const char *key, struct str value)
{
    json_key(json, key);
    json_text(json, value);
}

static void key_open(struct json *json, const char *key, char bracket)
{
    json_key(json, key);
    json_open(json, bracket);
}

static bool can_be_null(const struct field *field)
{
    switch (field->kind) {
    case KIND_MAYBE_INT:
    case KIND_MAYBE_REAL:
    case KIND_TEXT:
    case KIND_DATE:
    case KIND_INSTANT:
        return !field->required;
    case KIND_INT:
    case KIND_REAL:
    case KIND_BOOL:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return false;
}

static void write_type(struct json *json, const char *type, bool null)
{
    json_key(json, "type");
    if (!null) {
        json_text(json, str_of(type));
        return;
    }
    json_open(json, '[');
    json_text(json, str_of(type));
    json_text(json, STR("null"));
    json_close(json, ']');
}

static void write_reference(struct json *json, const struct shape *shape)
{
    json_key(json, "$ref");
    json_text(json, arena_print(json->out->arena, "#/components/schemas/%s", shape->name));
}

static void write_schema(struct json *json, enum kind kind, bool null, const struct field *field)
{
    switch (kind) {
    case KIND_INT:
    case KIND_MAYBE_INT:
        write_type(json, field && field->choices ? "string" : "integer", null);
        break;
    case KIND_REAL:
    case KIND_MAYBE_REAL:
        write_type(json, "number", null);
        break;
    case KIND_BOOL:
        write_type(json, "boolean", false);
        break;
    case KIND_TEXT:
        if (!field || !field->json) /* JSON may be anything */
            write_type(json, "string", null);
        break;
    case KIND_DATE:
        write_type(json, "string", null);
        member(json, "format", STR("date"));
        break;
    case KIND_INSTANT:
        write_type(json, "string", null);
        member(json, "format", STR("date-time"));
        break;
    case KIND_RECORD:
        key_open(json, "oneOf", '[');
        json_open(json, '{');
        write_reference(json, field->of);
        json_close(json, '}');
        json_open(json, '{');
        write_type(json, "null", false);
        json_close(json, '}');
        json_close(json, ']');
        break;
    case KIND_RECORDS:
        write_type(json, "array", false);
        key_open(json, "items", '{');
        write_reference(json, field->of);
        json_close(json, '}');
        break;
    }
    if (!field || !field->choices)
        return;
    key_open(json, "enum", '[');
    for (size_t i = 0; field->choices[i]; i++)
        json_text(json, str_of(field->choices[i]));
    if (null)
        json_none(json);
    json_close(json, ']');
}

static void write_shape(struct json *json, const struct shape *shape)
{
    key_open(json, shape->name, '{');
    write_type(json, "object", false);
    if (shape->extends) {
        key_open(json, "allOf", '[');
        json_open(json, '{');
        write_reference(json, shape->extends);
        json_close(json, '}');
        json_close(json, ']');
    }
    key_open(json, "properties", '{');
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!field_has(field, USE_IN | USE_OUT))
            continue;
        key_open(json, field->name, '{');
        write_schema(json, field->kind, can_be_null(field), field);
        member(json, "title", str_of(field->zh));
        member(json, "description", str_of(field->en));
        if (!field_has(field, USE_IN)) {
            json_key(json, "readOnly");
            json_bool(json, true);
        }
        json_close(json, '}');
    }
    json_close(json, '}');
    bool any = false;
    for (size_t i = 0; i < shape->count; i++)
        any = any || shape->fields[i].required;
    if (any) {
        key_open(json, "required", '[');
        for (size_t i = 0; i < shape->count; i++)
            if (shape->fields[i].required)
                json_text(json, str_of(shape->fields[i].name));
        json_close(json, ']');
    }
    json_close(json, '}');
}

static void write_parameter(struct json *json, const char *in, struct str name, const char *zh,
                            const char *en, enum kind kind, const struct field *field,
                            bool required)
{
    json_open(json, '{');
    member(json, "name", name);
    member(json, "in", str_of(in));
    json_key(json, "required");
    json_bool(json, required);
    member(json, "description", arena_print(json->out->arena, "%s · %s", zh, en));
    key_open(json, "schema", '{');
    write_schema(json, kind, false, field);
    json_close(json, '}');
    json_close(json, '}');
}

static bool in_path(const struct route *route, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strchr(route->path, '{'); at; at = strchr(at + 1, '{'))
        if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '}')
            return true;
    return false;
}

static const struct shape *input_of(const struct route *route)
{
    return route->handler ? route->handler->in : route->list ? route->list->row : NULL;
}

static void write_list_parameters(struct json *json, const struct list *list,
                                  const struct file_format *format)
{
    if (!format) {
        write_parameter(json, "query", STR("limit"), "每页条数", "Items a page", KIND_INT, NULL,
                        false);
        write_parameter(json, "query", STR("after"), "游标：上一页的 next",
                        "Cursor: the page's next", KIND_TEXT, NULL, false);
    } else if (format->option) {
        struct field option = {.choices = format->option_choices};
        write_parameter(json, "query", str_of(format->option), format->option_zh, format->option_en,
                        KIND_TEXT, &option, false);
    }
    write_parameter(json, "query", STR("sort"), "排序字段，前加 - 为倒序",
                    "Field to sort by; a leading - reverses", KIND_TEXT, NULL, false);
    if (list->versioned)
        write_parameter(json, "query", STR("as_of"), "按当时已记录的内容（提交序号）",
                        "What had been recorded at this sequence number", KIND_INT, NULL, false);
    for (size_t i = 0; i < list->filter_count; i++)
        write_parameter(json, "query", str_of(list->filters[i].name), list->filters[i].zh,
                        list->filters[i].en, list->filters[i].kind, NULL, false);
}

static void write_parameters(struct json *json, const struct route *route)
{
    const struct shape *shape = input_of(route);
    bool from_query = strcmp(route->method, "GET") == 0 || route->raw;
    key_open(json, "parameters", '[');
    for (size_t i = 0; shape && i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        struct str name = str_of(field->name);
        if (in_path(route, field->name))
            write_parameter(json, "path", name, field->zh, field->en, field->kind, field, true);
        else if (route->list ? (field->use & USE_FILTER) != 0
                             : from_query && field_has(field, USE_IN))
            write_parameter(json, "query", name, field->zh, field->en, field->kind, field,
                            field->required && !route->list);
    }
    if (route->list)
        write_list_parameters(json, route->list, route->format);
    if (route->match)
        write_parameter(json, "header", STR("If-Match"), "读取时的 ETag", "The ETag that was read",
                        KIND_TEXT, NULL, true);
    if (strcmp(route->method, "POST") == 0)
        write_parameter(json, "header", STR("Idempotency-Key"), "同一个键只执行一次，保留 24 小时",
                        "One key is done once; kept for 24 hours", KIND_TEXT, NULL, false);
    json_close(json, ']');
}

static void write_content(struct json *json, const char *type)
{
    key_open(json, "content", '{');
    key_open(json, type, '{');
    key_open(json, "schema", '{');
}

static void close_content(struct json *json)
{
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, '}');
}

static void write_responses(struct json *json, const struct route *route)
{
    key_open(json, "responses", '{');
    key_open(json, route->created == 201 ? "201" : "200", '{');
    member(json, "description", STR("OK"));
    write_content(json, route->file         ? "application/x-ndjson"
                        : route->format     ? route->format->type
                        : route->media_type ? route->media_type
                                            : "application/json");
    if (route->file || route->format || route->media_type)
        write_type(json, "string", false);
    else if (route->list) {
        write_type(json, "object", false);
        key_open(json, "properties", '{');
        key_open(json, "items", '{');
        write_type(json, "array", false);
        key_open(json, "items", '{');
        write_reference(json, route->list->row);
        json_close(json, '}');
        json_close(json, '}');
        key_open(json, "next", '{');
        write_type(json, "string", true);
        json_close(json, '}');
        key_open(json, "seq", '{');
        write_type(json, "integer", false);
        json_close(json, '}');
        json_close(json, '}');
    } else if (route->handler)
        write_reference(json, route->handler->out);
    close_content(json);
    json_close(json, '}');
    key_open(json, "default", '{');
    member(json, "description", STR("RFC 9457"));
    write_content(json, "application/problem+json");
    json_key(json, "$ref");
    json_text(json, STR("#/components/schemas/problem"));
    close_content(json);
    json_close(json, '}');
    json_close(json, '}');
}

/* Who may: the names of the roles. */
static void write_roles(struct json *json, uint32_t roles)
{
    key_open(json, "x-roles", '[');
    for (size_t role = 0; role < ROLE_COUNT; role++)
        if (role_in((enum role)role, roles))
            json_text(json, str_of(role_names[role]));
    json_close(json, ']');
}

/* The endings at which it is also to be had whole. */
static void write_files(struct json *json, const struct route *route)
{
    if (route->format || !(route->list || route->table))
        return;
    key_open(json, "x-files", '[');
    for (int form = LIST_PAGE + 1; form < LIST_FORMATS; form++)
        json_text(json, str_of(list_format_of((enum list_format)form)->ending));
    json_close(json, ']');
}

static void write_operation(struct json *json, const struct route *route)
{
    struct arena *arena = json->out->arena;
    struct buf method = {.arena = arena};
    for (const char *p = route->method; *p; p++)
        buf_char(&method, (char)(*p - 'A' + 'a'));
    key_open(json, arena_str(arena, buf_str(&method)).data, '{');
    member(json, "summary", str_of(route->zh));
    member(json, "description", str_of(route->en));
    write_parameters(json, route);
    if (strcmp(route->method, "GET") != 0) {
        key_open(json, "requestBody", '{');
        json_key(json, "required");
        json_bool(json, true);
        write_content(json, route->raw ? "text/plain" : "application/json");
        if (route->raw)
            write_type(json, "string", false);
        else
            write_reference(json, route->handler->in);
        close_content(json);
        json_close(json, '}');
    }
    write_roles(json, route_roles(route));
    write_files(json, route);
    if (!role_in(ROLE_PUBLIC, route_roles(route))) {
        key_open(json, "security", '[');
        static const char *const schemes[] = {"token", "session"};
        for (size_t i = 0; i < COUNT(schemes); i++) {
            json_open(json, '{');
            key_open(json, schemes[i], '[');
            json_close(json, ']');
            json_close(json, '}');
        }
        json_close(json, ']');
    }
    write_responses(json, route);
    json_close(json, '}');
}

/* A path's methods stand together; they need not in the tables. */
static void write_paths(struct json *json)
{
    key_open(json, "paths", '{');
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct route *first = &modules[m]->routes[r];
            bool seen = false;
            for (size_t i = 0; i < r; i++)
                seen = seen || strcmp(modules[m]->routes[i].path, first->path) == 0;
            if (seen)
                continue;
            key_open(json, first->path, '{');
            for (size_t i = r; i < modules[m]->route_count; i++)
                if (strcmp(modules[m]->routes[i].path, first->path) == 0)
                    write_operation(json, &modules[m]->routes[i]);
            json_close(json, '}');
        }
    json_close(json, '}');
}

static void write_problem(struct json *json)
{
    static const char *const texts[] = {"type", "title", "detail"};
    key_open(json, "problem", '{');
    write_type(json, "object", false);
    key_open(json, "properties", '{');
    for (size_t i = 0; i < COUNT(texts); i++) {
        key_open(json, texts[i], '{');
        write_type(json, "string", false);
        json_close(json, '}');
    }
    key_open(json, "status", '{');
    write_type(json, "integer", false);
    json_close(json, '}');
    key_open(json, "errors", '{');
    write_type(json, "array", false);
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, '}');
}

static void gather_all(struct shapes *shapes)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct route *route = &modules[m]->routes[r];
            if (route->list)
                gather(shapes, route->list->row);
            if (route->handler) {
                gather(shapes, route->handler->in);
                gather(shapes, route->handler->out);
            }
        }
}

struct str openapi_document(struct arena *arena)
{
    struct buf out = {.arena = arena};
    struct json json = {.out = &out};
    struct shapes shapes = {.count = 0};
    gather_all(&shapes);
    json_open(&json, '{');
    member(&json, "openapi", STR("3.1.0"));
    key_open(&json, "info", '{');
    member(&json, "title", STR("kechuang 科创大脑"));
    member(&json, "version", STR("1"));
    key_open(&json, "license", '{');
    member(&json, "name", STR("Apache-2.0"));
    json_close(&json, '}');
    json_close(&json, '}');
    write_paths(&json);
    key_open(&json, "components", '{');
    key_open(&json, "schemas", '{');
    for (size_t i = 0; i < shapes.count; i++)
        write_shape(&json, shapes.list[i]);
    write_problem(&json);
    json_close(&json, '}');
    key_open(&json, "securitySchemes", '{');
    key_open(&json, "token", '{');
    member(&json, "type", STR("http"));
    member(&json, "scheme", STR("bearer"));
    json_close(&json, '}');
    key_open(&json, "session", '{');
    member(&json, "type", STR("apiKey"));
    member(&json, "in", STR("cookie"));
    member(&json, "name", STR(SESSION_COOKIE));
    json_close(&json, '}');
    json_close(&json, '}');
    json_close(&json, '}');
    json_close(&json, '}');
    return buf_str(&out);
}

static void document_roles(struct buf *out, uint32_t roles)
{
    if (roles == ANYONE)
        return;
    const char *between = "\n谁可以 · who may: ";
    for (size_t role = 0; role < ROLE_COUNT; role++)
        if (role_in((enum role)role, roles)) {
            buf_print(out, "%s%s", between, role_infos[role].zh);
            between = "、";
        }
    buf_add(out, STR("\n"));
}

static void document_route(struct buf *out, const struct route *route)
{
    const struct shape *shape = input_of(route);
    buf_print(out, "\n### `%s %s`\n\n%s · %s\n", route->method, route->path, route->zh, route->en);
    if ((route->list || route->table) && !route->format)
        buf_print(out, "\n`%s.csv` · `.xlsx` · `.json` · `.csv-metadata.json`\n", route->path);
    if (route->format && route->format->option) {
        buf_print(out, "\n`%s` · %s · %s: ", route->format->option, route->format->option_zh,
                  route->format->option_en);
        for (size_t i = 0; route->format->option_choices[i]; i++)
            buf_print(out, "%s`%s`", i ? " " : "", route->format->option_choices[i]);
        buf_char(out, '\n');
    }
    document_roles(out, route_roles(route));
    bool heading = false;
    for (size_t i = 0; shape && i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (route->list ? !(field->use & USE_FILTER) && !(field->use & USE_SORT)
                        : !field_has(field, USE_IN) && !in_path(route, field->name))
            continue;
        if (!heading)
            buf_add(out, STR("\n| 参数 · parameter | 含义 · meaning | |\n|---|---|---|\n"));
        heading = true;
        buf_print(out, "| `%s` | %s · %s | %s%s%s |\n", field->name, field->zh, field->en,
                  !route->list && field->required ? "必填 · required " : "",
                  field->use & USE_FILTER ? "筛选 · filter " : "",
                  field->use & USE_SORT ? "排序 · sort" : "");
    }
    for (size_t i = 0; route->list && i < route->list->filter_count; i++)
        buf_print(out, "| `%s` | %s · %s | 筛选 · filter |\n", route->list->filters[i].name,
                  route->list->filters[i].zh, route->list->filters[i].en);
}

struct str api_document(struct arena *arena)
{
    struct buf out = {.arena = arena};
    buf_add(&out, STR("# 接口 · The interface\n\n由 `kechuang docs api` 生成，勿手改 · made by "
                      "`kechuang docs api`, do not edit. 机器可读 · machine-readable: "
                      "`/api/openapi.json`\n"));
    for (size_t m = 0; m < module_count; m++) {
        if (!modules[m]->route_count)
            continue;
        buf_print(&out, "\n## %s\n", modules[m]->name);
        for (size_t r = 0; r < modules[m]->route_count; r++)
            document_route(&out, &modules[m]->routes[r]);
    }
    buf_add(&out, STR("\n## 错误 · Problems (RFC 9457)\n\n| 状态 · status | type | 标题 · title "
                      "|\n|---|---|---|\n"));
    for (int i = 0; i < ERROR_COUNT; i++)
        if (error_infos[i].status >= 400)
            buf_print(&out, "| %d | `/problems/%s` | %s · %s |\n", error_infos[i].status,
                      error_infos[i].name, error_infos[i].title_zh, error_infos[i].title_en);
    return buf_str(&out);
}

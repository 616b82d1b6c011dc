#include "core/list.h"

#include <sodium.h>

#include "base/number.h"
#include "core/audit_sealer.h"
#include "core/export.h"
#include "core/ownership.h"
#include "core/personal.h"
#include "http/server.h"

enum { ARGS_MAX = 48 };

static enum error read_sort(struct ctx *ctx, struct list_request *request, struct str text)
{
    request->descending = str_starts(text, STR("-"));
    request->sort = field_find(request->list->row, str_skip(text, request->descending));
    if (request->sort && (request->sort->use & USE_SORT))
        return E_OK;
    struct buf names = {.arena = ctx->arena};
    for (size_t i = 0; i < request->list->row->count; i++)
        if (request->list->row->fields[i].use & USE_SORT)
            buf_print(&names, "%s%s", names.length ? ", " : "", request->list->row->fields[i].name);
    struct str list = buf_str(&names);
    return complain(ctx, STR("sort"), "可以按这些排序：%.*s；前加 - 为倒序",
                    "can be: %.*s; a leading - reverses", STR_PRINT(list));
}

static enum error read_number(struct ctx *ctx, const char *name, struct str text, int64_t least,
                              int64_t most, int64_t *number)
{
    if (int_parse(text, number) && *number >= least && *number <= most)
        return E_OK;
    return complain(ctx, str_of(name), "应为 %lld 到 %lld 之间的整数",
                    "must be a whole number from %lld to %lld", (long long)least, (long long)most);
}

static enum error read_extra(struct ctx *ctx, struct list_request *request, size_t n,
                             struct str text)
{
    const struct list_filter *filter = &request->list->filters[n];
    struct db_value *value = &request->extra[n];
    struct date date;
    *value = (struct db_value){.type = DB_TEXT, .text = text};
    if (filter->kind == KIND_DATE && !date_parse(text, &date))
        return complain(ctx, str_of(filter->name), "应为存在的日期，如 2026-03-03",
                        "must be a day that exists, such as 2026-03-03");
    if (filter->kind == KIND_INT) {
        value->type = DB_INT;
        if (!int_parse(text, &value->integer))
            return complain(ctx, str_of(filter->name), "应为整数", "must be a whole number");
    }
    if (filter->kind == KIND_BOOL && !str_is(text, "true"))
        return complain(ctx, str_of(filter->name), "只能是 true", "can only be true");
    request->extra_given |= UINT64_C(1) << n;
    return E_OK;
}

/* Of personal data a filter holds the digest by which it is found. */
static enum error take_digest(struct ctx *ctx, const struct field *field, void *filter)
{
    struct str *text = (void *)((char *)filter + field->offset);
    return text->data ? personal_digest(ctx, personal_column(ctx->arena, field), field->personal,
                                        *text, text)
                      : E_OK;
}

/* What is asked of the file and not of the rows. */
static enum error read_option(struct ctx *ctx, struct list_request *request, struct str value)
{
    const struct file_format *format = request->format;
    struct buf choices = {.arena = ctx->arena};
    for (size_t i = 0; format->option_choices[i]; i++) {
        if (str_is(value, format->option_choices[i])) {
            request->option = value;
            return E_OK;
        }
        buf_print(&choices, "%s%s", i ? ", " : "", format->option_choices[i]);
    }
    struct str list = buf_str(&choices);
    return complain(ctx, str_of(format->option), "只能是：%.*s", "must be one of: %.*s",
                    STR_PRINT(list));
}

static enum error read_parameter(struct ctx *ctx, struct list_request *request, struct str name,
                                 struct str value)
{
    const struct list *list = request->list;
    if (str_is(name, "limit"))
        return read_number(ctx, "limit", value, 1, LIST_LIMIT_MAX, &request->limit);
    if (str_is(name, "sort"))
        return read_sort(ctx, request, value);
    if (str_is(name, "after")) {
        request->after = value;
        return E_OK;
    }
    if (str_is(name, "lang"))
        return E_OK;
    if (list->versioned && str_is(name, "as_of")) {
        request->as_of.known = true;
        enum error error =
            read_number(ctx, "as_of", value, 1, ctx->sequence, &request->as_of.value);
        return error ? error : sequence_settled(ctx, request->as_of.value);
    }
    if (request->format && request->format->option && str_is(name, request->format->option))
        return read_option(ctx, request, value);
    for (size_t i = 0; i < list->filter_count; i++)
        if (str_is(name, list->filters[i].name))
            return read_extra(ctx, request, i, value);
    const struct field *field = field_find(list->row, name);
    if (!field || !(field->use & USE_FILTER))
        return complain(ctx, name, "没有这个查询参数", "there is no such query parameter");
    request->filter_given |= UINT64_C(1) << (field - list->row->fields);
    enum error error = field_parse(ctx, field, request->filter.value, value);
    return error || !field->personal ? error : take_digest(ctx, field, request->filter.value);
}

/* What stands in the path narrows the list like any filter. */
static enum error read_path(struct ctx *ctx, struct list_request *request, struct str name,
                            struct str value)
{
    const struct field *field = field_find(request->list->row, name);
    if (field_parse(ctx, field, request->filter.value, value) || !value.length)
        return fail(ctx, E_NOT_FOUND, "没有这个地址", "there is no such address");
    request->filter_given |= UINT64_C(1) << (field - request->list->row->fields);
    return E_OK;
}

enum error list_request_read(struct ctx *ctx, const struct list *list, struct str query,
                             struct str path_name, struct str path_value,
                             const struct file_format *format, struct list_request *request)
{
    *request =
        (struct list_request){.list = list,
                              .format = format,
                              .limit = LIST_LIMIT,
                              .after = STR_NONE,
                              .filter = {list->row, arena_alloc(ctx->arena, list->row->size)}};
    fields_clear(request->filter);
    enum error error = read_sort(ctx, request, str_of(list->sort));
    if (!error && path_name.data)
        error = read_path(ctx, request, path_name, path_value);
    if (error)
        return error;
    struct str name, value;
    bool bad = false;
    while (http_query_next(ctx->arena, &query, &name, &value, &bad))
        if (read_parameter(ctx, request, name, value))
            error = E_INVALID;
    return error;
}

/* A cursor is the last row's sort value and key, with the sort's name so that it cannot be used
 * with another one. */
static struct str cursor_of(struct ctx *ctx, const struct list_request *request, const void *record)
{
    const struct shape *shape = request->list->row;
    struct str sort = field_text(ctx->arena, request->sort, record);
    struct str key = field_text(ctx->arena, field_find(shape, str_of(request->list->key)), record);
    struct str plain = arena_print(ctx->arena, "%c%s\n%.*s\n%.*s", request->descending ? '-' : '+',
                                   request->sort->name, STR_PRINT(sort), STR_PRINT(key));
    size_t size = sodium_base64_ENCODED_LEN(plain.length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(ctx->arena, size);
    sodium_bin2base64(text, size, (const unsigned char *)plain.data, plain.length,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(text);
}

static bool cursor_read(struct ctx *ctx, const struct list_request *request, void *record)
{
    size_t size = request->after.length + 1, length = 0;
    unsigned char *bytes = arena_alloc(ctx->arena, size);
    if (sodium_base642bin(bytes, size, request->after.data, request->after.length, NULL, &length,
                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    struct str rest = {(const char *)bytes, length}, name, sort;
    if (!str_cut(&rest, '\n', &name) || !str_cut(&rest, '\n', &sort) || !rest.length ||
        !sort.length || !str_is(str_skip(name, 1), request->sort->name) ||
        (*name.data == '-') != request->descending)
        return false;
    const struct field *key = field_find(request->list->row, str_of(request->list->key));
    return field_parse(ctx, key, record, rest) == E_OK &&
           (key == request->sort || field_parse(ctx, request->sort, record, sort) == E_OK);
}

/* The condition that leaves only the rows after the cursor, in the order of the list. */
static void after_condition(struct buf *sql, const struct list_request *request)
{
    const char *column = request->sort->name, *key = request->list->key;
    char more = request->descending ? '<' : '>';
    if (strcmp(column, key) == 0)
        buf_print(sql, " AND %s %c :after_%s", key, more, key);
    else
        buf_print(sql, " AND (%s, %s) %c (:after_%s, :after_%s)", column, key, more, column, key);
}

struct builder {
    struct ctx *ctx;
    const struct list_request *request;
    struct buf sql;
    struct arg *args;
    size_t count;
};

static void add_arg(struct builder *builder, const char *prefix, const char *name,
                    struct db_value value)
{
    struct str full = arena_print(builder->ctx->arena, "%s%s", prefix, name);
    if (builder->count < ARGS_MAX)
        builder->args[builder->count++] = (struct arg){full.data, value};
}

/* Personal data is found by its digest, through the rows' person_id. */
static void add_personal(struct builder *builder, const struct field *field)
{
    buf_print(&builder->sql,
              " AND person_id IN (SELECT person_id FROM personal_index"
              " WHERE column_name = :column_%s AND digest = :%s)",
              field->name, field->name);
    add_arg(builder, "column_", field->name,
            arg_text("", personal_column(builder->ctx->arena, field)).value);
}

static void add_filters(struct builder *builder)
{
    const struct list_request *request = builder->request;
    const struct list *list = request->list;
    for (size_t i = 0; i < list->row->count; i++) {
        const struct field *field = &list->row->fields[i];
        if (!(request->filter_given >> i & 1))
            continue;
        if (field_is_null(field, request->filter.value)) {
            buf_print(&builder->sql, " AND %s IS NULL", field->name);
            continue;
        }
        if (field->personal)
            add_personal(builder, field);
        else
            buf_print(&builder->sql, " AND %s = :%s", field->name, field->name);
        add_arg(builder, "", field->name,
                field_value(builder->ctx->arena, field, request->filter.value));
    }
    for (size_t i = 0; i < list->filter_count; i++)
        if (request->extra_given >> i & 1) {
            buf_print(&builder->sql, " AND (%s)", list->filters[i].condition);
            if (list->filters[i].kind != KIND_BOOL)
                add_arg(builder, "", list->filters[i].name, request->extra[i]);
        }
}

/* What the reader may see of it. */
static void add_access(struct buf *sql, const struct ctx *ctx, const struct list *list)
{
    if (list->private && !role_in(ctx->who->role, OVERSEERS)) {
        buf_print(sql, " AND %s = :own_account", list->owned->account);
        return;
    }
    const char *own =
        list->owned ? ownership_condition(ctx->who, list->owned, sql->arena) : "FALSE";
    if (list->guarded && strcmp(own, "FALSE") != 0 && strcmp(own, "TRUE") != 0)
        buf_print(sql, " AND (visibility <= :clearance OR %s)", own);
    else if (list->guarded)
        buf_add(sql, STR(" AND visibility <= :clearance"));
    else if (list->owned)
        buf_print(sql, " AND %s", own);
}

struct str list_statement(struct ctx *ctx, const struct list_request *request, struct args *args)
{
    const struct list *list = request->list;
    struct builder b = {.ctx = ctx,
                        .request = request,
                        .sql = {.arena = ctx->arena},
                        .args = arena_array(ctx->arena, ARGS_MAX, sizeof(struct arg))};
    buf_print(&b.sql, "SELECT * FROM (%.*s) AS base WHERE TRUE", STR_PRINT(list->base->text));
    add_filters(&b);
    add_access(&b.sql, ctx, list);
    if (list->versioned) {
        if (request->as_of.known) {
            buf_add(&b.sql, STR(" AND recorded_seq <= :as_of"
                                " AND (replaced_seq IS NULL OR replaced_seq > :as_of)"));
            add_arg(&b, "", "as_of",
                    (struct db_value){.type = DB_INT, .integer = request->as_of.value});
        } else
            buf_add(&b.sql, STR(" AND replaced_seq IS NULL"));
    }
    if (request->after.data) {
        void *last = arena_alloc(ctx->arena, list->row->size);
        fields_clear((struct row){list->row, last});
        if (!cursor_read(ctx, request, last)) {
            fail(ctx, E_INVALID, "after 不是这个列表、这个排序给出的游标",
                 "after is no cursor of this list in this order");
            return STR_NONE;
        }
        after_condition(&b.sql, request);
        const struct field *key = field_find(list->row, str_of(list->key));
        add_arg(&b, "after_", list->key, field_value(ctx->arena, key, last));
        if (key != request->sort)
            add_arg(&b, "after_", request->sort->name,
                    field_value(ctx->arena, request->sort, last));
    }
    const char *direction = request->descending ? " DESC" : "";
    buf_print(&b.sql, " ORDER BY %s%s", request->sort->name, direction);
    if (strcmp(request->sort->name, list->key) != 0)
        buf_print(&b.sql, ", %s%s", list->key, direction);
    buf_add(&b.sql, STR(" LIMIT :limit"));
    add_arg(&b, "", "limit", (struct db_value){.type = DB_INT, .integer = request->limit + 1});
    *args = (struct args){{NULL, NULL}, b.args, b.count};
    return buf_str(&b.sql);
}

struct walk {
    const struct list_request *request;
    row_fn *visit;
    void *state;
    struct row row;
    int64_t rows;
    struct str last; /* cursor of the last row of the page */
};

/* One row more than the page holds is asked for: it only tells that there is a next page. */
static enum error walk_row(struct ctx *ctx, void *state)
{
    struct walk *walk = state;
    if (++walk->rows > walk->request->limit)
        return E_OK;
    const struct list *list = walk->request->list;
    enum error error = list->finish ? list->finish(ctx, walk->row.value) : E_OK;
    if (!error)
        error = walk->visit(ctx, walk->state);
    if (!error && walk->rows == walk->request->limit)
        walk->last = cursor_of(ctx, walk->request, walk->row.value);
    return error;
}

enum error list_each(struct ctx *ctx, const struct list_request *request, row_fn *visit,
                     void *state, struct row row, struct str *next)
{
    struct args args;
    struct str text = list_statement(ctx, request, &args);
    if (!text.data)
        return ctx->error;
    struct walk walk = {request, visit, state, row, 0, STR_NONE};
    enum error error = db_each(ctx, text, args, row, walk_row, &walk);
    *next = walk.rows > request->limit ? walk.last : STR_NONE;
    return error;
}

struct page {
    struct json *out;
    struct row row;
};

static enum error page_row(struct ctx *ctx, void *state)
{
    struct page *page = state;
    fields_to_json(ctx, page->out, page->row);
    return E_OK;
}

enum error list_page(struct ctx *ctx, const struct list_request *request, struct json *out)
{
    struct row row = {request->list->row, arena_alloc(ctx->arena, request->list->row->size)};
    struct page page = {out, row};
    struct str next = STR_NONE;
    fields_clear(row);
    json_open(out, '{');
    json_key(out, "items");
    json_open(out, '[');
    enum error error = list_each(ctx, request, page_row, &page, row, &next);
    if (error)
        return error;
    json_close(out, ']');
    json_key(out, "next");
    json_text(out, next);
    json_key(out, "seq");
    json_int(out, ctx->sequence);
    json_close(out, '}');
    return E_OK;
}

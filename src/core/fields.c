#include "core/fields.h"

#include <stdio.h>

#include "base/number.h"
#include "base/utf8.h"
#include "core/personal.h"

/* Members of a record, reached by the offsets that FIELD took from the struct itself. */
#define MEMBER(type, value, field) (*(type *)(void *)((char *)(value) + (field)->offset))
#define CONST_MEMBER(type, value, field)                                                           \
    (*(const type *)(const void *)((const char *)(value) + (field)->offset))

const char *const visibility_names[] = {"public", "government", "bureau", "draft", NULL};
const char *const basis_names[] = {"source", "ours", NULL};

const struct field *field_find(const struct shape *shape, struct str name)
{
    if (!name.length)
        return NULL;
    for (size_t i = 0; shape && i < shape->count; i++)
        if (*shape->fields[i].name == *name.data && str_is(name, shape->fields[i].name))
            return &shape->fields[i];
    return NULL;
}

bool shape_has_secret(const struct shape *shape)
{
    for (; shape; shape = shape->extends)
        for (size_t i = 0; i < shape->count; i++)
            if (shape->fields[i].secret || shape_has_secret(shape->fields[i].of))
                return true;
    return false;
}

static void set_null(const struct field *field, void *value)
{
    switch (field->kind) {
    case KIND_INT:
        MEMBER(int64_t, value, field) = 0;
        break;
    case KIND_MAYBE_INT:
        MEMBER(struct maybe_int, value, field) = (struct maybe_int){0, false};
        break;
    case KIND_REAL:
        MEMBER(double, value, field) = 0;
        break;
    case KIND_MAYBE_REAL:
        MEMBER(struct maybe_real, value, field) = (struct maybe_real){0, false};
        break;
    case KIND_BOOL:
        MEMBER(bool, value, field) = false;
        break;
    case KIND_TEXT:
        MEMBER(struct str, value, field) = STR_NONE;
        break;
    case KIND_DATE:
        MEMBER(struct date, value, field) = DATE_NONE;
        break;
    case KIND_INSTANT:
        MEMBER(struct instant, value, field) = INSTANT_NONE;
        break;
    case KIND_RECORD:
        MEMBER(struct record, value, field) = (struct record){NULL};
        break;
    case KIND_RECORDS:
        MEMBER(struct records, value, field) = (struct records){NULL, 0};
        break;
    }
}

void fields_clear(struct row row)
{
    if (row.shape->extends)
        fields_clear((struct row){row.shape->extends, row.value});
    for (size_t i = 0; i < row.shape->count; i++)
        set_null(&row.shape->fields[i], row.value);
}

bool field_is_null(const struct field *field, const void *value)
{
    switch (field->kind) {
    case KIND_MAYBE_INT:
        return !CONST_MEMBER(struct maybe_int, value, field).known;
    case KIND_MAYBE_REAL:
        return !CONST_MEMBER(struct maybe_real, value, field).known;
    case KIND_TEXT:
        return !CONST_MEMBER(struct str, value, field).data;
    case KIND_DATE:
        return !date_known(CONST_MEMBER(struct date, value, field));
    case KIND_INSTANT:
        return CONST_MEMBER(struct instant, value, field).seconds == INT64_MIN;
    case KIND_RECORD:
        return !CONST_MEMBER(struct record, value, field).value;
    case KIND_INT:
    case KIND_REAL:
    case KIND_BOOL:
    case KIND_RECORDS:
        break;
    }
    return false;
}

static bool has_null(const struct field *field)
{
    return field->kind != KIND_INT && field->kind != KIND_REAL && field->kind != KIND_BOOL;
}

static int64_t choice_index(const struct field *field, struct str text)
{
    for (int64_t i = 0; field->choices[i]; i++)
        if (str_is(text, field->choices[i]))
            return i;
    return -1;
}

static struct str choice_list(struct ctx *ctx, const struct field *field)
{
    struct buf list = {.arena = ctx->arena};
    for (size_t i = 0; field->choices[i]; i++) {
        if (i)
            buf_add(&list, STR(", "));
        buf_add(&list, str_of(field->choices[i]));
    }
    return buf_str(&list);
}

static enum error wrong_kind(struct ctx *ctx, const struct field *field)
{
    struct str name = str_of(field->name);
    if (field->choices) {
        struct str list = choice_list(ctx, field);
        return complain(ctx, name, "只能是：%.*s", "must be one of: %.*s", STR_PRINT(list));
    }
    switch (field->kind) {
    case KIND_INT:
    case KIND_MAYBE_INT:
        return complain(ctx, name, "应为整数", "must be a whole number");
    case KIND_REAL:
    case KIND_MAYBE_REAL:
        return complain(ctx, name, "应为数，如 2.82", "must be a number, such as 2.82");
    case KIND_BOOL:
        return complain(ctx, name, "应为 true 或 false", "must be true or false");
    case KIND_DATE:
        return complain(ctx, name, "应为存在的日期，如 2026-03-03",
                        "must be a day that exists, such as 2026-03-03");
    case KIND_INSTANT:
        return complain(ctx, name, "应为时刻，如 2026-03-03T08:00:00Z",
                        "must be a moment, such as 2026-03-03T08:00:00Z");
    case KIND_TEXT:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return complain(ctx, name, "应为文字", "must be a text");
}

static bool parse_bool(struct str text, bool *truth)
{
    *truth = str_is(text, "true") || str_is(text, "Y");
    return *truth || str_is(text, "false") || str_is(text, "N");
}

/* The text as this field's value; false when it is none. */
static bool set_text(struct ctx *ctx, const struct field *field, void *value, struct str text)
{
    switch (field->kind) {
    case KIND_INT: {
        int64_t *number = &MEMBER(int64_t, value, field);
        if (!field->choices)
            return int_parse(text, number);
        *number = choice_index(field, text);
        return *number >= 0;
    }
    case KIND_MAYBE_INT: {
        struct maybe_int *number = &MEMBER(struct maybe_int, value, field);
        return number->known = int_parse(text, &number->value);
    }
    case KIND_REAL:
        return real_parse(text, &MEMBER(double, value, field));
    case KIND_MAYBE_REAL: {
        struct maybe_real *number = &MEMBER(struct maybe_real, value, field);
        return number->known = real_parse(text, &number->value);
    }
    case KIND_BOOL:
        return parse_bool(text, &MEMBER(bool, value, field));
    case KIND_TEXT:
        MEMBER(struct str, value, field) = arena_str(ctx->arena, text);
        return true;
    case KIND_DATE:
        return date_parse(text, &MEMBER(struct date, value, field));
    case KIND_INSTANT:
        return instant_parse(text, &MEMBER(struct instant, value, field));
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return false;
}

enum error field_parse(struct ctx *ctx, const struct field *field, void *value, struct str text)
{
    if (!text.length) {
        set_null(field, value);
        return E_OK;
    }
    if (utf8_check(text) != text.length)
        return complain(ctx, str_of(field->name), "不是 UTF-8 文字", "is not UTF-8 text");
    return set_text(ctx, field, value, text) ? E_OK : wrong_kind(ctx, field);
}

struct str field_text(struct arena *arena, const struct field *field, const void *value)
{
    struct buf out = {.arena = arena};
    if (field_is_null(field, value))
        return STR_NONE;
    switch (field->kind) {
    case KIND_INT: {
        int64_t number = CONST_MEMBER(int64_t, value, field);
        if (field->choices)
            return str_of(field->choices[number]);
        buf_int(&out, number);
        break;
    }
    case KIND_MAYBE_INT:
        buf_int(&out, CONST_MEMBER(struct maybe_int, value, field).value);
        break;
    case KIND_REAL:
        buf_real(&out, CONST_MEMBER(double, value, field));
        break;
    case KIND_MAYBE_REAL:
        buf_real(&out, CONST_MEMBER(struct maybe_real, value, field).value);
        break;
    case KIND_BOOL:
        return CONST_MEMBER(bool, value, field) ? STR("true") : STR("false");
    case KIND_TEXT:
        return CONST_MEMBER(struct str, value, field);
    case KIND_DATE: {
        char text[DATE_TEXT];
        date_print(CONST_MEMBER(struct date, value, field), text);
        buf_add(&out, str_of(text));
        break;
    }
    case KIND_INSTANT:
        instant_print(&out, CONST_MEMBER(struct instant, value, field));
        break;
    case KIND_RECORD:
    case KIND_RECORDS:
        return STR_NONE; /* tables are flat */
    }
    return buf_str(&out);
}

static struct str shown(struct arena *arena, const struct ctx *ctx, const struct field *field,
                        int64_t person_id, struct str text)
{
    if (personal_is_erased(text))
        return personal_erased_text(ctx ? ctx->language : LANGUAGE_ZH);
    bool seen = ctx && (ctx->revealed || (person_id && ctx->who->person_id == person_id));
    return seen || !text.data ? text : personal_mask(arena, field->personal, text);
}

struct str field_shown(struct arena *arena, const struct field *field, const void *value)
{
    struct str text = field_text(arena, field, value);
    return field->personal ? shown(arena, NULL, field, 0, text) : text;
}

static bool set_json(struct ctx *ctx, const struct field *field, void *value, const json_t *from)
{
    if (json_is_string(from)) {
        struct str text = {json_string_value(from), json_string_length(from)};
        bool textual = field->kind == KIND_TEXT || field->kind == KIND_DATE ||
                       field->kind == KIND_INSTANT || field->choices;
        return textual && set_text(ctx, field, value, text);
    }
    if (field->choices)
        return false;
    double real = json_number_value(from);
    switch (field->kind) {
    case KIND_INT:
        MEMBER(int64_t, value, field) = json_integer_value(from);
        return json_is_integer(from);
    case KIND_MAYBE_INT:
        MEMBER(struct maybe_int, value, field) = (struct maybe_int){json_integer_value(from), true};
        return json_is_integer(from);
    case KIND_REAL:
        MEMBER(double, value, field) = real;
        return json_is_number(from);
    case KIND_MAYBE_REAL:
        MEMBER(struct maybe_real, value, field) = (struct maybe_real){real, true};
        return json_is_number(from);
    case KIND_BOOL:
        MEMBER(bool, value, field) = json_is_true(from);
        return json_is_boolean(from);
    case KIND_TEXT:
    case KIND_DATE:
    case KIND_INSTANT:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return false;
}

static enum error nested_from_json(struct ctx *ctx, const struct field *field, void *value,
                                   const json_t *from)
{
    struct field_set given;
    if (field->kind == KIND_RECORD) {
        void *record = arena_alloc(ctx->arena, field->of->size);
        MEMBER(struct record, value, field).value = record;
        return fields_from_json(ctx, from, (struct row){field->of, record}, false, &given);
    }
    if (!json_is_array(from))
        return complain(ctx, str_of(field->name), "应为列表", "must be a list");
    size_t count = json_array_size(from);
    char *items = arena_array(ctx->arena, count, field->of->size);
    enum error error = E_OK;
    for (size_t i = 0; i < count; i++) {
        struct row item = {field->of, items + i * field->of->size};
        if (fields_from_json(ctx, json_array_get(from, i), item, false, &given))
            error = E_INVALID;
    }
    MEMBER(struct records, value, field) = (struct records){items, count};
    return error;
}

static enum error field_from_json(struct ctx *ctx, const struct field *field, void *value,
                                  const json_t *from)
{
    if (json_is_null(from)) {
        set_null(field, value);
        /* 0 and false are no nulls: to say null here would be to say one of them. */
        return has_null(field) ? E_OK : wrong_kind(ctx, field);
    }
    if (field->kind == KIND_RECORD || field->kind == KIND_RECORDS)
        return nested_from_json(ctx, field, value, from);
    return set_json(ctx, field, value, from) ? E_OK : wrong_kind(ctx, field);
}

enum error fields_from_json(struct ctx *ctx, const json_t *object, struct row row, bool partial,
                            struct field_set *given)
{
    uint64_t failed = 0;
    given->bits = 0;
    if (!partial)
        fields_clear(row);
    if (!json_is_object(object))
        return fail(ctx, E_INVALID, "应为一个 JSON 对象", "a JSON object is expected");
    const char *key;
    json_t *item;
    json_object_foreach((json_t *)(uintptr_t)object, key, item)
    {
        const struct field *field = field_find(row.shape, str_of(key));
        if (!field || !field_has(field, USE_IN)) {
            complain(ctx, str_of(key), "%s", "%s",
                     field ? in_language(ctx, "由系统填写，不能提交",
                                         "is set by the system and cannot be given")
                           : in_language(ctx, "没有这个字段", "there is no such field"));
            continue;
        }
        uint64_t bit = UINT64_C(1) << (field - row.shape->fields);
        given->bits |= bit;
        if (field_from_json(ctx, field, row.value, item))
            failed |= bit;
    }
    /* What was read well is checked even so: all mistakes are told at once. */
    fields_check(ctx, row, (partial ? given->bits : UINT64_MAX) & ~failed, given->bits);
    return ctx->error;
}

/* Who a reply is for, or that it is for the log of events. */
struct writing {
    struct json *out;
    struct ctx *ctx;  /* whose reader sees his own personal data; NULL = nobody's is seen */
    bool sealed;      /* personal data as ciphertext, secrets not at all */
    enum error error; /* of sealing */
};

static void record_to_json(struct writing *to, struct row row);

/* Without a person there is no key, so a sealed record goes without the value. */
static void personal_to_json(struct writing *to, const struct field *field, struct row row)
{
    struct str text = CONST_MEMBER(struct str, row.value, field);
    int64_t person_id = personal_subject(row.shape, row.value);
    if (!to->sealed)
        text =
            shown(to->ctx ? to->ctx->arena : to->out->out->arena, to->ctx, field, person_id, text);
    else if (!person_id || personal_is_erased(text))
        text = STR_NONE;
    else {
        struct str column = personal_column(to->ctx->arena, field);
        enum error error = personal_seal(to->ctx, person_id, column, text, &text);
        to->error = to->error ? to->error : error;
    }
    json_text(to->out, text);
}

static void value_to_json(struct writing *to, const struct field *field, struct row row)
{
    struct json *out = to->out;
    const void *value = row.value;
    if (field_is_null(field, value)) {
        json_none(out);
        return;
    }
    if (field->personal) {
        personal_to_json(to, field, row);
        return;
    }
    switch (field->kind) {
    case KIND_INT:
        if (field->choices)
            json_text(out, str_of(field->choices[CONST_MEMBER(int64_t, value, field)]));
        else
            json_int(out, CONST_MEMBER(int64_t, value, field));
        return;
    case KIND_MAYBE_INT:
        json_int(out, CONST_MEMBER(struct maybe_int, value, field).value);
        return;
    case KIND_REAL:
        json_number(out, CONST_MEMBER(double, value, field));
        return;
    case KIND_MAYBE_REAL:
        json_number(out, CONST_MEMBER(struct maybe_real, value, field).value);
        return;
    case KIND_BOOL:
        json_bool(out, CONST_MEMBER(bool, value, field));
        return;
    case KIND_TEXT:
        if (field->json)
            json_raw(out, CONST_MEMBER(struct str, value, field));
        else
            json_text(out, CONST_MEMBER(struct str, value, field));
        return;
    case KIND_DATE: {
        char text[DATE_TEXT];
        date_print(CONST_MEMBER(struct date, value, field), text);
        json_text(out, str_of(text));
        return;
    }
    case KIND_INSTANT:
        json_text(out, field_text(out->out->arena, field, value));
        return;
    case KIND_RECORD:
        record_to_json(
            to, (struct row){field->of,
                             (void *)(uintptr_t)CONST_MEMBER(struct record, value, field).value});
        return;
    case KIND_RECORDS: {
        struct records list = CONST_MEMBER(struct records, value, field);
        json_open(out, '[');
        for (size_t i = 0; i < list.count; i++) {
            const char *item = (const char *)list.items + i * field->of->size;
            record_to_json(to, (struct row){field->of, (void *)(uintptr_t)item});
        }
        json_close(out, ']');
        return;
    }
    }
}

static void members_to_json(struct writing *to, struct row row)
{
    if (row.shape->extends)
        members_to_json(to, (struct row){row.shape->extends, row.value});
    for (size_t i = 0; i < row.shape->count; i++) {
        const struct field *field = &row.shape->fields[i];
        if (!field_has(field, USE_OUT) || (field->secret && to->sealed))
            continue;
        json_key(to->out, field->name);
        value_to_json(to, field, row);
    }
}

static void record_to_json(struct writing *to, struct row row)
{
    json_open(to->out, '{');
    members_to_json(to, row);
    json_close(to->out, '}');
}

void fields_to_json(struct ctx *ctx, struct json *out, struct row row)
{
    record_to_json(&(struct writing){.out = out, .ctx = ctx}, row);
}

void field_to_json(struct ctx *ctx, struct json *out, const struct field *field, struct row row)
{
    value_to_json(&(struct writing){.out = out, .ctx = ctx}, field, row);
}

void fields_to_json_members(struct ctx *ctx, struct json *out, struct row row)
{
    members_to_json(&(struct writing){.out = out, .ctx = ctx}, row);
}

enum error fields_to_json_sealed(struct ctx *ctx, struct json *out, struct row row)
{
    struct writing to = {.out = out, .ctx = ctx, .sealed = true};
    record_to_json(&to, row);
    return to.error;
}

static enum error check_text(struct ctx *ctx, const struct field *field, struct str text)
{
    struct str name = str_of(field->name);
    size_t most = field->length_max ? field->length_max : FIELD_TEXT_MAX;
    if (text.length > most)
        return complain(ctx, name, "过长：最多 %zu 字节", "too long: at most %zu bytes", most);
    if (field->choices && choice_index(field, text) < 0)
        return wrong_kind(ctx, field);
    return E_OK;
}

enum error fields_check(struct ctx *ctx, struct row row, uint64_t which, uint64_t given)
{
    enum error error = E_OK;
    for (size_t i = 0; i < row.shape->count; i++) {
        const struct field *field = &row.shape->fields[i];
        if (!field_has(field, USE_IN) || !(which >> i & 1))
            continue;
        if (field_is_null(field, row.value) || !(given >> i & 1)) {
            if (field->required)
                error = complain(ctx, str_of(field->name), "必填：%s", "required: %s",
                                 in_language(ctx, field->zh, field->en));
        } else if (field->kind == KIND_TEXT) {
            if (check_text(ctx, field, CONST_MEMBER(struct str, row.value, field)))
                error = E_INVALID;
        }
    }
    return error;
}

bool was_given(const struct ctx *ctx, const struct shape *shape, const char *name)
{
    const struct field *field = field_find(shape, str_of(name));
    return ctx->given.bits >> (field - shape->fields) & 1;
}

void fields_merge(struct row into, const void *from, struct field_set given)
{
    static const size_t sizes[] = {[KIND_INT] = sizeof(int64_t),
                                   [KIND_MAYBE_INT] = sizeof(struct maybe_int),
                                   [KIND_REAL] = sizeof(double),
                                   [KIND_MAYBE_REAL] = sizeof(struct maybe_real),
                                   [KIND_BOOL] = sizeof(bool),
                                   [KIND_TEXT] = sizeof(struct str),
                                   [KIND_DATE] = sizeof(struct date),
                                   [KIND_INSTANT] = sizeof(struct instant),
                                   [KIND_RECORD] = sizeof(struct record),
                                   [KIND_RECORDS] = sizeof(struct records)};
    for (size_t i = 0; i < into.shape->count; i++) {
        const struct field *field = &into.shape->fields[i];
        if (given.bits >> i & 1)
            memcpy((char *)into.value + field->offset, (const char *)from + field->offset,
                   sizes[field->kind]);
    }
}

/* What can be imported, and the empty table for it. */
#include "base/csv.h"
#include "modules/imports/internal.h"

enum { TARGETS_MAX = 64 };

static const char *const kinds[] = {
    [KIND_INT] = "int",         [KIND_MAYBE_INT] = "int",  [KIND_REAL] = "real",
    [KIND_MAYBE_REAL] = "real", [KIND_BOOL] = "bool",      [KIND_TEXT] = "text",
    [KIND_DATE] = "date",       [KIND_INSTANT] = "instant"};

struct target_field {
    struct str name, zh, en, kind;
    bool required;
    struct str choices;
};
static const struct field target_field_fields[] = {
    FIELD(struct target_field, name, "字段", "Field"),
    FIELD(struct target_field, zh, "中文", "In Chinese"),
    FIELD(struct target_field, en, "英文", "In English"),
    FIELD(struct target_field, kind, "类型", "Kind"),
    FIELD(struct target_field, required, "必填", "Must it be given?"),
    FIELD(struct target_field, choices, "可选的值", "Its choices", .json = true),
};
static const SHAPE(target_field);

struct target_shown {
    struct str name, zh, en, keys;
    struct records fields;
};
static const struct field target_shown_fields[] = {
    FIELD(struct target_shown, name, "导入对象", "Target"),
    FIELD(struct target_shown, zh, "中文", "In Chinese"),
    FIELD(struct target_shown, en, "英文", "In English"),
    FIELD(struct target_shown, keys, "认定同一条记录的字段", "Fields that say which record it is",
          .json = true),
    FIELD(struct target_shown, fields, "字段", "Fields", .of = &target_field_shape),
};
static const SHAPE(target_shown);

struct targets {
    struct records items;
};
static const struct field targets_fields[] = {
    FIELD(struct targets, items, "导入对象", "Targets", .of = &target_shown_shape),
};
static const SHAPE(targets);

static struct str names_json(struct arena *arena, const char *const *names)
{
    struct buf out = {.arena = arena};
    struct json json = {.out = &out};
    json_open(&json, '[');
    for (; *names; names++)
        json_text(&json, str_of(*names));
    json_close(&json, ']');
    return buf_str(&out);
}

static struct records fields_of(struct arena *arena, const struct import_target *is)
{
    struct target_field *fields = arena_array(arena, is->shape->count, sizeof(*fields));
    size_t count = 0;
    for (size_t i = 0; i < is->shape->count; i++) {
        const struct field *field = &is->shape->fields[i];
        if (!target_takes(field))
            continue;
        fields[count++] = (struct target_field){
            str_of(field->name), str_of(field->zh),
            str_of(field->en),   str_of(field->choices ? "text" : kinds[field->kind]),
            field->required,     field->choices ? names_json(arena, field->choices) : STR_NONE};
    }
    return (struct records){fields, count};
}

SHARED_HANDLER(import_target_list, nothing, targets)
{
    (void)in;
    struct target_shown *items = arena_array(ctx->arena, TARGETS_MAX, sizeof(*items));
    size_t count = 0;
    for (size_t m = 0; m < module_count; m++)
        for (const struct import_target *const *is = modules[m]->imports; is && *is; is++)
            if (role_in(ctx->who->role, (*is)->roles) && count < TARGETS_MAX)
                items[count++] = (struct target_shown){
                    str_of((*is)->name), str_of((*is)->zh), str_of((*is)->en),
                    names_json(ctx->arena, (*is)->key), fields_of(ctx->arena, *is)};
    out->items = (struct records){items, count};
    return E_OK;
}

struct template_key {
    struct str name;
};
static const struct field template_key_fields[] = {
    FIELD(struct template_key, name, "导入对象", "Target", USE_OUT),
};
static const SHAPE(template_key);

/* One line of headings, with the byte order mark that makes Excel read Chinese. */
SHARED_HANDLER(template_show, template_key, nothing)
{
    (void)out;
    const struct import_target *is = target_named(in->name);
    if (!is || !role_in(ctx->who->role, is->roles))
        return E_NOT_FOUND;
    struct buf text = {.arena = ctx->arena};
    const char *comma = "\xEF\xBB\xBF";
    for (size_t i = 0; i < is->shape->count; i++)
        if (target_takes(&is->shape->fields[i])) {
            buf_print(&text, "%s", comma);
            csv_cell(&text, str_of(is->shape->fields[i].name));
            comma = ",";
        }
    buf_add(&text, STR("\r\n"));
    ctx->file = buf_str(&text);
    ctx->file_type = STR("text/csv; charset=utf-8");
    ctx->file_name = arena_print(ctx->arena, "%s.csv", is->name);
    return E_OK;
}

SHARED_HANDLER(template_xlsx, template_key, nothing)
{
    (void)out;
    const struct import_target *is = target_named(in->name);
    if (!is || !role_in(ctx->who->role, is->roles))
        return E_NOT_FOUND;
    ctx->file = template_workbook(ctx, is);
    if (!ctx->file.data)
        return fail(ctx, E_BUSY, "工作簿写不出来；请先用 CSV 模板",
                    "the workbook could not be written: take the CSV template meanwhile");
    ctx->file_type = str_of(xlsx_format.type);
    ctx->file_name = arena_print(ctx->arena, "%s.xlsx", is->name);
    return E_OK;
}

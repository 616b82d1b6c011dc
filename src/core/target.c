#include "core/target.h"

#include "core/query.h"
#include "core/search.h"

/* --- Statements ----------------------------------------------------------------------------- */

static bool names_field(const char *names, const char *name)
{
    struct str rest = str_of(names), word;
    while (str_cut(&rest, ' ', &word))
        if (str_is(word, name))
            return true;
    return false;
}

bool target_takes(const struct field *field)
{
    return field_has(field, USE_IN) && field->kind != KIND_RECORD && field->kind != KIND_RECORDS;
}

static bool is_changed_seq(const struct field *field)
{
    return strcmp(field->name, "changed_seq") == 0;
}

static bool is_column(const struct import_target *is, const struct field *field)
{
    return target_takes(field) || is_changed_seq(field) || names_field(is->stored, field->name);
}

static bool is_key(const struct import_target *is, const struct field *field)
{
    for (size_t i = 0; is->key[i]; i++)
        if (strcmp(is->key[i], field->name) == 0)
            return true;
    return false;
}

static const char *parameter(const struct field *field)
{
    return is_changed_seq(field) ? "sequence" : field->name;
}

static void add_key(struct buf *out, const struct import_target *is)
{
    for (size_t i = 0; is->key[i]; i++)
        buf_print(out, "%s%s = :%s", i ? " AND " : " WHERE ", is->key[i], is->key[i]);
}

static struct sql finished(const char *name, struct buf *out)
{
    return (struct sql){name, arena_str(out->arena, buf_str(out))};
}

static struct sql find_statement(struct arena *arena, const struct import_target *is)
{
    struct buf out = {.arena = arena};
    const char *comma = "SELECT ";
    for (size_t i = 0; i < is->shape->count; i++)
        if (is_column(is, &is->shape->fields[i])) {
            buf_print(&out, "%s%s", comma, is->shape->fields[i].name);
            comma = ", ";
        }
    buf_print(&out, " FROM %s", is->table);
    add_key(&out, is);
    return finished("target_find", &out);
}

static struct sql insert_statement(struct arena *arena, const struct import_target *is)
{
    struct buf out = {.arena = arena}, values = {.arena = arena};
    const char *comma = "";
    buf_print(&out, "INSERT INTO %s (", is->table);
    for (size_t i = 0; i < is->shape->count; i++)
        if (is_column(is, &is->shape->fields[i])) {
            buf_print(&out, "%s%s", comma, is->shape->fields[i].name);
            buf_print(&values, "%s:%s", comma, parameter(&is->shape->fields[i]));
            comma = ", ";
        }
    buf_print(&out, ") VALUES (%.*s)", STR_PRINT(buf_str(&values)));
    return finished("target_insert", &out);
}

/* A record that is only a key has nothing to update; then this is never run. */
static struct sql update_statement(struct arena *arena, const struct import_target *is)
{
    struct buf out = {.arena = arena};
    const char *comma = " SET ";
    buf_print(&out, "UPDATE %s", is->table);
    for (size_t i = 0; i < is->shape->count; i++) {
        const struct field *field = &is->shape->fields[i];
        if (!is_column(is, field) || is_key(is, field))
            continue;
        buf_print(&out, "%s%s = :%s", comma, field->name, parameter(field));
        comma = ", ";
    }
    add_key(&out, is);
    return finished("target_update", &out);
}

static struct sql remove_statement(struct arena *arena, const struct import_target *is)
{
    struct buf out = {.arena = arena};
    buf_print(&out, "DELETE FROM %s", is->table);
    add_key(&out, is);
    return finished("target_remove", &out);
}

struct target target_of(struct arena *arena, const struct import_target *is)
{
    if (!is->table)
        return (struct target){.is = is};
    return (struct target){is, find_statement(arena, is), insert_statement(arena, is),
                           update_statement(arena, is), remove_statement(arena, is)};
}

/* --- Which ---------------------------------------------------------------------------------- */

const struct import_target *target_named(struct str name)
{
    for (size_t m = 0; m < module_count; m++)
        for (const struct import_target *const *is = modules[m]->imports; is && *is; is++)
            if (str_is(name, (*is)->name))
                return *is;
    return NULL;
}

const struct import_target *target_of_kind(struct str kind)
{
    for (size_t m = 0; m < module_count; m++)
        for (const struct import_target *const *is = modules[m]->imports; is && *is; is++)
            if (str_is(kind, (*is)->shape->name))
                return *is;
    return NULL;
}

struct str target_key(struct arena *arena, const struct import_target *is, const void *record)
{
    if (!is->key[1]) {
        struct str text = field_text(arena, field_find(is->shape, str_of(is->key[0])), record);
        return text.data ? text : STR("");
    }
    struct buf out = {.arena = arena};
    for (size_t i = 0; is->key[i]; i++) {
        const struct field *field = field_find(is->shape, str_of(is->key[i]));
        if (i)
            buf_char(&out, '/');
        buf_add(&out, field_text(arena, field, record));
    }
    return buf_str(&out);
}

struct str target_name_of(struct arena *arena, const struct import_target *is, const void *record)
{
    return is->table ? target_key(arena, is, record)
                     : field_text(arena, field_find(is->shape, STR("id")), record);
}

/* --- Search --------------------------------------------------------------------------------- */

const struct searchable *target_searched(const struct import_target *is)
{
    return search_kind(is->found_as ? is->found_as : is->shape);
}

enum error target_found(struct ctx *ctx, const struct import_target *is, const void *record,
                        const void **found)
{
    *found = record;
    if (!is->found_as)
        return E_OK;
    void *made = arena_alloc(ctx->arena, is->found_as->size);
    fields_clear((struct row){is->found_as, made});
    *found = made;
    return is->found(ctx, record, made);
}

/* --- Rows ----------------------------------------------------------------------------------- */

static struct args from(const struct target *target, const void *record)
{
    return (struct args){{target->is->shape, (void *)(uintptr_t)record}, NULL, 0};
}

enum error target_find(struct ctx *ctx, const struct target *target, const void *record, void *now)
{
    if (target->is->find)
        return target->is->find(ctx, record, now);
    return db_one(ctx, &target->find, from(target, record), (struct row){target->is->shape, now});
}

enum error target_store(struct ctx *ctx, const struct target *target, void *record, void *was)
{
    if (target->is->store)
        return target->is->store(ctx, record, was);
    return db_do(ctx, was ? &target->update : &target->insert, from(target, record));
}

enum error target_store_soon(struct ctx *ctx, const struct target *target, void *record)
{
    return target->is->store ? target->is->store(ctx, record, NULL)
                             : db_do_soon(ctx, &target->insert, from(target, record));
}

enum error target_remove(struct ctx *ctx, const struct target *target, void *record)
{
    return target->is->remove ? target->is->remove(ctx, record)
                              : db_do(ctx, &target->remove, from(target, record));
}

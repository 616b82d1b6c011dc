#include "core/query.h"

#include <assert.h>

#include "core/personal.h"

struct binding {
    struct ctx *ctx;
    const struct args *args;
    size_t next; /* field behind the last one found: parameters mostly come in the fields' order */
    enum error error;
};

static const struct field *find_from(const struct shape *shape, struct str name, size_t *next)
{
    for (size_t i = 0; shape && i < shape->count; i++) {
        const struct field *field = &shape->fields[(*next + i) % shape->count];
        if (*field->name == *name.data && str_is(name, field->name)) {
            *next += i + 1;
            return field;
        }
    }
    return NULL;
}

static void bind_field(struct arena *arena, const struct field *field, const void *record,
                       struct db_value *value)
{
    const void *at = (const char *)record + field->offset;
    *value = (struct db_value){.null = field_is_null(field, record)};
    switch (field->kind) {
    case KIND_INT:
        value->type = DB_INT;
        value->integer = *(const int64_t *)at;
        return;
    case KIND_MAYBE_INT:
        value->type = DB_INT;
        value->integer = ((const struct maybe_int *)at)->value;
        return;
    case KIND_REAL:
        value->type = DB_REAL;
        value->real = *(const double *)at;
        return;
    case KIND_MAYBE_REAL:
        value->type = DB_REAL;
        value->real = ((const struct maybe_real *)at)->value;
        return;
    case KIND_BOOL:
        value->type = DB_BOOL;
        value->integer = *(const bool *)at;
        return;
    case KIND_INSTANT:
        value->type = DB_INT;
        value->integer = ((const struct instant *)at)->seconds;
        return;
    case KIND_TEXT:
        value->type = DB_TEXT;
        value->text = *(const struct str *)at;
        return;
    case KIND_DATE:
        value->type = DB_TEXT;
        value->text = field_text(arena, field, record);
        return;
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    value->type = DB_TEXT;
    value->null = true;
}

struct db_value field_value(struct arena *arena, const struct field *field, const void *record)
{
    struct db_value value;
    bind_field(arena, field, record, &value);
    return value;
}

/* The reader's own scope. */
static bool bind_own(const struct principal *who, struct str name, struct db_value *value)
{
    if (str_is(name, "own_account"))
        *value = (struct db_value){.type = DB_INT, .integer = who->account_id};
    else if (str_is(name, "own_organisation"))
        *value = arg_text("", who->organisation_code).value;
    else if (str_is(name, "own_area"))
        *value = arg_text("", who->area_code).value;
    else if (str_is(name, "own_oversight"))
        *value = (struct db_value){.type = DB_INT, .integer = role_in(who->role, OVERSEERS)};
    else if (str_is(name, "own_department"))
        *value = arg_text("", who->department_code).value;
    else
        return false;
    return true;
}

/* Personal data goes into the database sealed with the key of the person whose record it is. */
static void bind_sealed(struct binding *binding, const struct field *field, struct db_value *value)
{
    struct ctx *ctx = binding->ctx;
    const struct row *row = &binding->args->row;
    struct str column = personal_column(ctx->arena, field);
    assert(field->kind == KIND_TEXT);
    enum error error = personal_seal(ctx, personal_subject(row->shape, row->value), column,
                                     value->text, &value->text);
    value->null = !value->text.data;
    if (error)
        binding->error = error;
}

static bool bind(void *state, struct str name, struct db_value *value)
{
    struct binding *binding = state;
    struct ctx *ctx = binding->ctx;
    for (size_t i = 0; i < binding->args->count; i++)
        if (str_is(name, binding->args->list[i].name)) {
            *value = binding->args->list[i].value;
            return true;
        }
    const struct field *field = find_from(binding->args->row.shape, name, &binding->next);
    if (field) {
        bind_field(ctx->arena, field, binding->args->row.value, value);
        if (field->personal && !value->null)
            bind_sealed(binding, field, value);
        return true;
    }
    if (str_starts(name, STR("own_")))
        return bind_own(ctx->who, name, value);
    *value = (struct db_value){.type = DB_INT};
    if (str_is(name, "now"))
        value->integer = ctx->now.seconds;
    else if (str_is(name, "sequence"))
        value->integer = ctx->sequence;
    else if (str_is(name, "clearance"))
        value->integer = clearance(ctx);
    else if (str_is(name, "today"))
        *value = arg_date(ctx->arena, "", ctx->today).value;
    else
        return false;
    return true;
}

static void fetch_field(struct arena *arena, const struct db_cursor *cursor, int column,
                        const struct field *field, void *record)
{
    void *at = (char *)record + field->offset;
    struct db_value value = {.type = DB_TEXT};
    switch (field->kind) {
    case KIND_INT:
        value.type = DB_INT;
        db_column(cursor, column, &value);
        *(int64_t *)at = value.integer;
        return;
    case KIND_MAYBE_INT:
        value.type = DB_INT;
        db_column(cursor, column, &value);
        *(struct maybe_int *)at = (struct maybe_int){value.integer, !value.null};
        return;
    case KIND_REAL:
        value.type = DB_REAL;
        db_column(cursor, column, &value);
        *(double *)at = value.real;
        return;
    case KIND_MAYBE_REAL:
        value.type = DB_REAL;
        db_column(cursor, column, &value);
        *(struct maybe_real *)at = (struct maybe_real){value.real, !value.null};
        return;
    case KIND_BOOL:
        value.type = DB_BOOL;
        db_column(cursor, column, &value);
        *(bool *)at = value.integer;
        return;
    case KIND_INSTANT:
        value.type = DB_INT;
        db_column(cursor, column, &value);
        *(struct instant *)at = value.null ? INSTANT_NONE : (struct instant){value.integer};
        return;
    case KIND_TEXT:
        db_column(cursor, column, &value);
        *(struct str *)at = value.null ? STR_NONE : arena_str(arena, value.text);
        return;
    case KIND_DATE:
        db_column(cursor, column, &value);
        if (value.null || !date_parse(value.text, at))
            *(struct date *)at = DATE_NONE;
        return;
    case KIND_RECORD:
    case KIND_RECORDS:
        return;
    }
}

/* Opens the fields `sealed` of a record that has just been fetched, whoever's it is. */
static enum error open_fields(struct ctx *ctx, uint64_t sealed, struct row row)
{
    int64_t person_id = personal_subject(row.shape, row.value);
    enum error error = E_OK;
    for (size_t i = 0; i < row.shape->count && !error; i++) {
        const struct field *field = &row.shape->fields[i];
        if (sealed >> i & 1) {
            struct str *text = (void *)((char *)row.value + field->offset);
            error = personal_open(ctx, person_id, personal_column(ctx->arena, field), *text, text);
        }
    }
    return error;
}

struct number_row {
    int64_t number;
};
static const struct field number_row_fields[] = {FIELD(struct number_row, number, "数", "Number")};
static const SHAPE(number_row);

/* Which field each column goes to, kept with the prepared statement: 1 + its number, 0 = none;
 * PERSONAL_COLUMN added where it is personal data. */
enum { PERSONAL_COLUMN = 128 };
_Static_assert(FIELDS_MAX < PERSONAL_COLUMN - 1, "a field's number fits beside the mark");

static const unsigned char *match_columns(const struct db_cursor *cursor, const struct shape *shape)
{
    bool fresh;
    unsigned char *fields = db_memo(cursor, shape, &fresh);
    if (!fresh)
        return fields;
    if (shape == &number_row_shape) { /* whatever the column is called */
        fields[0] = 1;
        return fields;
    }
    for (int column = 0; column < cursor->columns && column < DB_MEMO; column++) {
        const struct field *field = field_find(shape, str_of(db_column_name(cursor, column)));
        fields[column] = field ? (unsigned char)(1 + (field - shape->fields)) : 0;
        if (field && field->personal)
            fields[column] |= PERSONAL_COLUMN;
    }
    return fields;
}

/* All columns of the row that lies before the cursor, into the record. */
static enum error fetch_row(struct ctx *ctx, const struct db_cursor *cursor,
                            const unsigned char *fields, struct row out)
{
    uint64_t sealed = 0;
    for (int column = 0; column < cursor->columns && column < DB_MEMO; column++) {
        size_t number = fields[column] & (PERSONAL_COLUMN - 1);
        if (!number)
            continue;
        fetch_field(ctx->arena, cursor, column, &out.shape->fields[number - 1], out.value);
        if (fields[column] & PERSONAL_COLUMN)
            sealed |= UINT64_C(1) << (number - 1);
    }
    return sealed ? open_fields(ctx, sealed, out) : E_OK;
}

/* While a statement is being prepared no other can be run: the key is read before. */
static enum error know_key(struct ctx *ctx, struct row row)
{
    int64_t person_id = shape_is_personal(row.shape) ? personal_subject(row.shape, row.value) : 0;
    return person_id ? person_key_read(ctx, person_id) : E_OK;
}

static enum error each(struct ctx *ctx, struct str text, const struct args *args, struct row out,
                       row_fn *visit, void *state)
{
    struct binding binding = {.ctx = ctx, .args = args};
    struct db_cursor cursor;
    enum error error = args->row.shape ? know_key(ctx, args->row) : E_OK;
    if (error)
        return error;
    enum db_status status = db_open(ctx->db, text, bind, &binding, &cursor);
    if (db_failed(status))
        return fail_database(ctx, status);
    const unsigned char *fields = out.shape ? match_columns(&cursor, out.shape) : NULL;
    error = binding.error;
    while (!error && (status = db_step(&cursor)) == DB_ROW) {
        if (fields)
            error = fetch_row(ctx, &cursor, fields, out);
        if (!error)
            error = visit(ctx, state);
    }
    db_close(&cursor);
    if (!error && db_failed(status))
        error = fail_database(ctx, status);
    return error;
}

enum error db_each(struct ctx *ctx, struct str text, struct args args, struct row out,
                   row_fn *visit, void *state)
{
    return each(ctx, text, &args, out, visit, state);
}

static enum error count_row(struct ctx *ctx, void *state)
{
    (void)ctx;
    ++*(size_t *)state;
    return E_OK;
}

enum error db_one(struct ctx *ctx, const struct sql *sql, struct args args, struct row out)
{
    size_t rows = 0;
    if (out.shape)
        fields_clear(out);
    enum error error = each(ctx, sql->text, &args, out, count_row, &rows);
    return error ? error : rows ? E_OK : E_NOT_FOUND;
}

enum error db_number(struct ctx *ctx, const struct sql *sql, struct args args, int64_t *number)
{
    struct number_row row = {0};
    enum error error = db_one(ctx, sql, args, ROW(number_row, &row));
    *number = row.number;
    return error;
}

enum error db_bytes(struct ctx *ctx, const struct sql *sql, struct args args, bytes_fn *take,
                    void *state)
{
    struct binding binding = {.ctx = ctx, .args = &args};
    struct db_value value = {.type = DB_BYTES};
    struct db_cursor cursor;
    enum error error;
    enum db_status status = db_open(ctx->db, sql->text, bind, &binding, &cursor);
    if (db_failed(status))
        return fail_database(ctx, status);
    status = db_step(&cursor);
    if (status == DB_ROW) {
        db_column(&cursor, 0, &value);
        error = take(ctx, state, value.text);
    } else {
        error = db_failed(status) ? fail_database(ctx, status) : E_NOT_FOUND;
    }
    db_close(&cursor);
    return error;
}

enum error db_rows(struct ctx *ctx, struct str text, struct args args, cursor_fn *visit,
                   void *state)
{
    struct binding binding = {.ctx = ctx, .args = &args};
    struct db_cursor cursor;
    enum error error = E_OK;
    enum db_status status = db_open(ctx->db, text, bind, &binding, &cursor);
    if (db_failed(status))
        return binding.error ? binding.error : fail_database(ctx, status);
    while (!error && (status = db_step(&cursor)) == DB_ROW)
        error = visit(ctx, state, &cursor);
    if (!error && db_failed(status))
        error = fail_database(ctx, status);
    db_close(&cursor);
    return error;
}

/* SQLite pays for RETURNING with a table of its own, and knows the id without. */
enum error db_insert(struct ctx *ctx, const struct sql *sql, struct args args, int64_t *id)
{
    if (db_is_sqlite(ctx->db)) {
        enum error error = db_do(ctx, sql, args);
        *id = error ? 0 : db_last_id(ctx->db);
        return error;
    }
    struct str text = arena_print(ctx->arena, "%.*s RETURNING id", STR_PRINT(sql->text));
    struct sql returning = {sql->name, text};
    return db_number(ctx, &returning, args, id);
}

enum error db_do(struct ctx *ctx, const struct sql *sql, struct args args)
{
    size_t rows = 0;
    return each(ctx, sql->text, &args, (struct row){NULL, NULL}, count_row, &rows);
}

enum error db_do_soon(struct ctx *ctx, const struct sql *sql, struct args args)
{
    struct binding binding = {.ctx = ctx, .args = &args};
    enum error error = args.row.shape ? know_key(ctx, args.row) : E_OK;
    if (error)
        return error;
    enum db_status status = db_put(ctx->db, sql->text, bind, &binding);
    if (db_failed(status) && !binding.error)
        return fail_database(ctx, status);
    return binding.error;
}

struct collection {
    const struct shape *shape;
    char *items;
    size_t count, capacity, most;
    void *current;
};

static enum error collect(struct ctx *ctx, void *state)
{
    struct collection *all = state;
    size_t size = all->shape->size;
    if (all->count == all->most)
        return fail(ctx, E_TOO_LARGE, "超过 %zu 行，请缩小范围", "more than %zu rows: narrow it",
                    all->most);
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? all->capacity * 2 : 16;
        all->items = arena_grow(ctx->arena, all->items, all->capacity * size, capacity * size);
        all->capacity = capacity;
    }
    memcpy(all->items + all->count++ * size, all->current, size);
    return E_OK;
}

enum error db_all(struct ctx *ctx, const struct sql *sql, struct args args,
                  const struct shape *shape, size_t most, struct records *out)
{
    struct row row = {shape, arena_alloc(ctx->arena, shape->size)};
    struct collection all = {.shape = shape, .most = most, .current = row.value};
    fields_clear(row);
    enum error error = each(ctx, sql->text, &args, row, collect, &all);
    *out = (struct records){all.items, all.count};
    return error;
}

enum error code_exists(struct ctx *ctx, const char *table, struct str code, bool *there)
{
    struct str text = arena_print(ctx->arena, "SELECT 1 FROM %s WHERE code = :code", table);
    struct sql sql = {"code_exists", text};
    enum error error = db_one(ctx, &sql, ARGS(arg_text("code", code)), (struct row){NULL, NULL});
    *there = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error fields_check_references(struct ctx *ctx, struct row row, uint64_t which)
{
    enum error error = E_OK;
    for (size_t i = 0; i < row.shape->count; i++) {
        const struct field *field = &row.shape->fields[i];
        if (!field->refers || !(which >> i & 1) || field_is_null(field, row.value))
            continue;
        struct str code = field_text(ctx->arena, field, row.value);
        bool there;
        enum error found = code_exists(ctx, field->refers, code, &there);
        if (found)
            return found;
        if (!there)
            error = complain(ctx, str_of(field->name), "没有代码为“%.*s”的记录",
                             "nothing has the code \"%.*s\"", STR_PRINT(code));
    }
    return error;
}

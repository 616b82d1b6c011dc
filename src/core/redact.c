#include "core/redact.h"

#include "base/utf8.h"
#include "core/audit.h"
#include "core/personal.h"
#include "core/search_store.h"

enum { COLUMNS_MAX = 2000, EVENTS_MAX = 100000, PHONE_DIGITS = 11 };

const struct str redaction_mark = STR_INIT("[依法删除]");

/* --- What to look for ----------------------------------------------------------------------- */

static void add(struct needles *needles, struct str text)
{
    if (utf8_count(text) < 2)
        return;
    for (size_t i = 0; i < needles->count; i++)
        if (str_equal(needles->texts[i], text))
            return;
    needles->too_many = needles->count == NEEDLES_MAX;
    if (!needles->too_many)
        needles->texts[needles->count++] = text;
}

/* \u738b\u5c0f: as a client may have written it in a body that is kept as it came. */
static void add_unit(struct buf *out, uint32_t unit, bool capital)
{
    if (capital)
        buf_print(out, "\\u%04X", unit);
    else
        buf_print(out, "\\u%04x", unit);
}

static struct str json_escaped(struct arena *arena, struct str text, bool capital)
{
    struct buf out = {.arena = arena};
    for (size_t at = 0; at < text.length;) {
        uint32_t point = utf8_next(text, &at);
        if (point < 0x80)
            buf_print(&out, "%c", (int)point);
        else if (point < 0x10000)
            add_unit(&out, point, capital);
        else {
            add_unit(&out, 0xD800 + ((point - 0x10000) >> 10), capital);
            add_unit(&out, 0xDC00 + ((point - 0x10000) & 0x3FF), capital);
        }
    }
    return buf_str(&out);
}

static struct str digits_of(struct arena *arena, struct str text)
{
    struct buf out = {.arena = arena};
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] >= '0' && text.data[i] <= '9')
            buf_char(&out, text.data[i]);
        else if (!strchr(" -+", text.data[i]))
            return STR("");
    }
    struct str digits = buf_str(&out);
    return digits.length > PHONE_DIGITS ? str_skip(digits, digits.length - PHONE_DIGITS) : digits;
}

void needles_add(struct arena *arena, struct needles *needles, struct str value)
{
    if (!value.length)
        return;
    struct str digits = digits_of(arena, value);
    add(needles, value);
    if (utf8_count(value) != value.length) {
        add(needles, json_escaped(arena, value, false));
        add(needles, json_escaped(arena, value, true));
    }
    if (digits.length != PHONE_DIGITS) /* a number of another kind is looked for as it is */
        return;
    if (!str_equal(digits, value))
        add(needles, digits);
    for (const char *separator = " -"; *separator; separator++)
        add(needles, arena_print(arena, "%.3s%c%.4s%c%.4s", digits.data, *separator,
                                 digits.data + 3, *separator, digits.data + 7));
}

/* --- Where to look -------------------------------------------------------------------------- */

struct text_column {
    struct str table_name, column_name;
    int64_t keyed; /* part of a key or of a unique index, or refers to one */
};
static const struct field text_column_fields[] = {
    FIELD(struct text_column, table_name, "表", "Table"),
    FIELD(struct text_column, column_name, "列", "Column"),
    FIELD(struct text_column, keyed, "键", "Is it a key?"),
};
static const SHAPE(text_column);

static const struct field place_fields[] = {
    FIELD(struct place, table_name, "表", "Table"),
    FIELD(struct place, column_name, "列", "Column"),
    FIELD(struct place, rows, "行数", "Rows"),
};
SHAPE(place);

static const struct sql columns_of_sqlite = {
    "columns_of_sqlite",
    STR_INIT("SELECT t.name AS table_name, c.name AS column_name, c.pk > 0"
             " OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) AS f"
             " WHERE f.\"from\" = c.name)"
             " OR EXISTS (SELECT 1 FROM pragma_index_list(t.name) AS i, pragma_index_info(i.name)"
             " AS p WHERE i.\"unique\" AND p.name = c.name) AS keyed"
             " FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
             " WHERE t.type = 'table' AND c.type = 'TEXT' ORDER BY 1, 2")};

static const struct sql columns_of_postgres = {
    "columns_of_postgres",
    STR_INIT(
        "SELECT t.relname::text AS table_name, c.attname::text AS column_name,"
        " CASE WHEN EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = t.oid AND i.indisunique"
        " AND c.attnum = ANY (i.indkey::int2[])) OR EXISTS (SELECT 1 FROM pg_constraint AS f"
        " WHERE f.conrelid = t.oid AND f.contype = 'f' AND c.attnum = ANY (f.conkey))"
        " THEN 1 ELSE 0 END::bigint AS keyed"
        " FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace"
        " JOIN pg_attribute AS c ON c.attrelid = t.oid"
        " WHERE n.nspname = current_schema() AND t.relkind = 'r' AND c.attnum > 0"
        " AND NOT c.attisdropped AND c.atttypid = 'text'::regtype ORDER BY 1, 2")};

/* Tables in which no text of a person's can stand, or whose texts are ciphertext and digests. */
static bool is_left_alone(struct str table)
{
    static const char *const names[] = {"schema_migration", "master_key", "person_key",
                                        "personal_index",   "seal",       "seal_signature",
                                        "attachment_chunk"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(table, names[i]))
            return true;
    return false;
}

static enum error read_columns(struct ctx *ctx, struct records *columns)
{
    const struct sql *sql = db_is_sqlite(ctx->db) ? &columns_of_sqlite : &columns_of_postgres;
    return db_all(ctx, sql, NO_ARGS, &text_column_shape, COLUMNS_MAX, columns);
}

/* --- Finding and redacting ------------------------------------------------------------------ */

/* The column's text with every needle replaced: it differs where there is one. No LIKE, so that
 * nothing in a name has a meaning of its own. */
static struct str replaced(struct arena *arena, struct str column, const struct needles *needles)
{
    struct str text = arena_print(arena, "\"%.*s\"", STR_PRINT(column));
    for (size_t i = 0; i < needles->count; i++)
        text = arena_print(arena, "replace(%.*s, :needle_%zu, :mark)", STR_PRINT(text), i);
    return text;
}

static struct args needle_args(struct arena *arena, const struct needles *needles)
{
    struct arg *list = arena_array(arena, needles->count + 1, sizeof(*list));
    for (size_t i = 0; i < needles->count; i++)
        list[i] = arg_text(arena_print(arena, "needle_%zu", i).data, needles->texts[i]);
    list[needles->count] = arg_text("mark", redaction_mark);
    return (struct args){{NULL, NULL}, list, needles->count + 1};
}

static enum error count_rows(struct ctx *ctx, const struct text_column *column,
                             const struct needles *needles, int64_t *rows)
{
    struct str text = replaced(ctx->arena, column->column_name, needles);
    struct sql sql = {"mentions_count",
                      arena_print(ctx->arena,
                                  "SELECT count(*) FROM \"%.*s\" WHERE \"%.*s\" <> %.*s",
                                  STR_PRINT(column->table_name), STR_PRINT(column->column_name),
                                  STR_PRINT(text))};
    return db_number(ctx, &sql, needle_args(ctx->arena, needles), rows);
}

enum error mentions_find(struct ctx *ctx, const struct needles *needles, struct records *places)
{
    struct records columns;
    enum error error = read_columns(ctx, &columns);
    const struct text_column *column = columns.items;
    struct place *found = arena_array(ctx->arena, error ? 1 : columns.count + 1, sizeof(*found));
    size_t count = 0;
    for (size_t i = 0; !error && i < columns.count && needles->count; i++) {
        struct place place = {column[i].table_name, column[i].column_name, 0};
        if (is_left_alone(place.table_name))
            continue;
        error = count_rows(ctx, &column[i], needles, &place.rows);
        if (place.rows)
            found[count++] = place;
    }
    *places = (struct records){found, count};
    return error;
}

struct event_number {
    int64_t sequence;
};
static const struct field event_number_fields[] = {
    FIELD(struct event_number, sequence, "序号", "Number"),
};
static const SHAPE(event_number);

struct payload {
    struct str body;
};
static const struct field payload_fields[] = {
    FIELD(struct payload, body, "内容", "Content"),
};
static const SHAPE(payload);

struct past {
    bool with_name;
    struct needles *needles;
    struct str mark; /* with which every text that is sealed for the person begins */
    struct payload payload;
};

static bool identifies(struct str column, bool with_name)
{
    return str_is(column, "person.phone") || str_is(column, "person.email") ||
           str_is(column, "person.id_number") || (with_name && str_is(column, "person.name"));
}

static enum error add_sealed(struct ctx *ctx, const struct past *past, struct str text)
{
    struct sealed sealed;
    struct str plain;
    bool opened;
    if (!sealed_parse(text, &sealed) || !identifies(sealed.column, past->with_name))
        return E_OK;
    enum error error = personal_read(ctx, text, &plain, &opened);
    if (!error && opened && !personal_is_erased(plain))
        needles_add(ctx->arena, past->needles, plain);
    return error;
}

static enum error read_payload(struct ctx *ctx, void *state)
{
    const struct past *past = state;
    struct str rest = past->payload.body;
    enum error error = E_OK;
    for (const char *at;
         !error && (at = memmem(rest.data, rest.length, past->mark.data, past->mark.length));) {
        rest = str_skip(rest, (size_t)(at - rest.data));
        struct str text = str_first(rest, str_find(rest, '"'));
        error = add_sealed(ctx, past, text);
        rest = str_skip(rest, text.length);
    }
    return error;
}

enum error needles_from_events(struct ctx *ctx, int64_t person_id, bool with_name,
                               struct needles *needles)
{
    struct past past = {.with_name = with_name,
                        .needles = needles,
                        .mark = arena_print(ctx->arena, SEALED_MARK "%lld:", (long long)person_id)};
    enum error error = db_each(
        ctx, STR("SELECT body FROM event_payload WHERE body <> replace(body, :sealed, '')"),
        ARGS(arg_text("sealed", past.mark)), ROW(payload, &past.payload), read_payload, &past);
    if (!error && needles->too_many)
        return fail(ctx, E_TOO_LARGE, "此人用过的姓名、电话、邮箱太多，不能一次找完",
                    "the person has had too many names, phones and addresses to look for at once");
    return error;
}

static enum error redact_events(struct ctx *ctx, const struct needles *needles)
{
    struct str text = replaced(ctx->arena, STR("body"), needles);
    struct sql sql = {
        "mentions_in_events",
        arena_print(ctx->arena,
                    "SELECT sequence FROM event_payload WHERE body <> %.*s ORDER BY sequence",
                    STR_PRINT(text))};
    struct records events;
    enum error error = db_all(ctx, &sql, needle_args(ctx->arena, needles), &event_number_shape,
                              EVENTS_MAX, &events);
    const struct event_number *event = events.items;
    for (size_t i = 0; !error && i < events.count; i++)
        error = audit_redact(ctx, event[i].sequence);
    return error;
}

static enum error redact_column(struct ctx *ctx, const struct text_column *column,
                                const struct needles *needles)
{
    struct str name = column->column_name, text = replaced(ctx->arena, name, needles);
    struct sql sql = {"mentions_redact",
                      arena_print(ctx->arena,
                                  "UPDATE \"%.*s\" SET \"%.*s\" = %.*s WHERE \"%.*s\" <> %.*s",
                                  STR_PRINT(column->table_name), STR_PRINT(name), STR_PRINT(text),
                                  STR_PRINT(name), STR_PRINT(text))};
    return db_do(ctx, &sql, needle_args(ctx->arena, needles));
}

static struct str without(struct arena *arena, struct str text, const struct needles *needles)
{
    for (size_t i = 0; i < needles->count && text.length; i++) {
        struct str needle = needles->texts[i], rest = text;
        struct buf out = {.arena = arena};
        for (const char *at;
             (at = memmem(rest.data, rest.length, needle.data, needle.length)) != NULL;) {
            size_t before = (size_t)(at - rest.data);
            buf_add(&out, str_first(rest, before));
            buf_add(&out, redaction_mark);
            rest = str_skip(rest, before + needle.length);
        }
        if (rest.data == text.data)
            continue;
        buf_add(&out, rest);
        text = buf_str(&out);
    }
    return text;
}

static bool mend_entry(struct arena *arena, void *state, struct search_entry *entry)
{
    const struct needles *needles = state;
    struct str *texts[SEARCH_TEXTS];
    bool changed = false;
    search_entry_texts(entry, texts);
    for (size_t i = SEARCH_TEXTS_SHOWN; i < SEARCH_TEXTS; i++) {
        struct str mended = without(arena, *texts[i], needles);
        changed = changed || mended.data != texts[i]->data;
        *texts[i] = mended;
    }
    return changed;
}

static bool is_keyed(const struct records *columns, const struct place *place)
{
    const struct text_column *column = columns->items;
    for (size_t i = 0; i < columns->count; i++)
        if (str_equal(column[i].table_name, place->table_name) &&
            str_equal(column[i].column_name, place->column_name))
            return column[i].keyed != 0;
    return false;
}

enum error mentions_redact(struct ctx *ctx, const struct needles *needles, struct records *places)
{
    struct records columns;
    enum error error = mentions_find(ctx, needles, places);
    if (!error)
        error = read_columns(ctx, &columns);
    const struct place *place = places->items;
    for (size_t i = 0; !error && i < places->count; i++) {
        struct text_column column = {place[i].table_name, place[i].column_name, 0};
        if (str_is(column.table_name, "event_payload"))
            error = redact_events(ctx, needles);
        else if (str_is(column.table_name, "event") || is_keyed(&columns, &place[i]))
            error = fail(ctx, E_CONFLICT,
                         "%.*s.%.*s 里有要删除的内容，而那里是标识，程序不改；请先换掉",
                         "%.*s.%.*s holds what is to be removed, and identifies a record, which "
                         "the program does not change: replace it first",
                         STR_PRINT(column.table_name), STR_PRINT(column.column_name));
        else
            error = redact_column(ctx, &column, needles);
    }
    bool changed;
    if (!error &&
        needles->count) /* the index of search holds texts as well, and no column of text */
        error = store_mend(ctx, mend_entry, (void *)(uintptr_t)needles, &changed);
    return error;
}

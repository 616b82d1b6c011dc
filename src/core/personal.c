#include "core/personal.h"

#include <assert.h>
#include <sodium.h>

#include "base/utf8.h"
#include "core/query.h"
#include "personal.sql.h"

enum { DIGEST_BYTES = 16, REWRAP_PAGE = 500, INDEXES_MAX = 16 };

const struct str personal_erased = STR_INIT("依法删除");

struct str personal_erased_text(enum language language)
{
    return language == LANGUAGE_EN ? STR("removed by law") : personal_erased;
}

/* --- Fields --------------------------------------------------------------------------------- */

/* The text from character `from` up to `to`. */
static struct str characters(struct str text, size_t from, size_t to)
{
    size_t start = utf8_offset(text, from);
    return (struct str){text.data + start, utf8_offset(text, to) - start};
}

struct str personal_mask(struct arena *arena, enum personal personal, struct str text)
{
    size_t count = utf8_count(text);
    struct buf out = {.arena = arena};
    switch (personal) {
    case PERSONAL_NONE:
        return text;
    case PERSONAL_NAME:
        buf_add(&out, characters(text, 0, 1));
        buf_add(&out, STR("**"));
        break;
    case PERSONAL_PHONE:
        if (count < 9) /* what is left must not be most of it */
            return STR("****");
        buf_add(&out, characters(text, 0, 3));
        buf_add(&out, STR("****"));
        buf_add(&out, characters(text, count - 4, count));
        break;
    case PERSONAL_EMAIL:
        buf_add(&out, characters(text, 0, str_find(text, '@') > 1));
        buf_add(&out, STR("***"));
        buf_add(&out, str_skip(text, str_find(text, '@')));
        break;
    case PERSONAL_ID_NUMBER:
        if (count < 9)
            return STR("****");
        buf_add(&out, characters(text, 0, 1));
        for (size_t i = 2; i < count; i++)
            buf_char(&out, '*');
        buf_add(&out, characters(text, count - 1, count));
        break;
    case PERSONAL_TEXT:
        return STR("***");
    }
    return buf_str(&out);
}

struct str personal_column(struct arena *arena, const struct field *field)
{
    return field->column ? str_of(field->column) : arena_print(arena, "person.%s", field->name);
}

static const struct field *subject_field(const struct shape *shape)
{
    for (; shape; shape = shape->extends) {
        for (size_t i = 0; i < shape->count; i++)
            if (shape->fields[i].subject)
                return &shape->fields[i];
        const struct field *field = field_find(shape, STR("person_id"));
        if (field)
            return field;
    }
    return NULL;
}

int64_t personal_subject(const struct shape *shape, const void *record)
{
    const struct field *field = subject_field(shape);
    if (!field || field_is_null(field, record))
        return 0;
    assert(field->kind == KIND_INT || field->kind == KIND_MAYBE_INT);
    int64_t id; /* both kinds begin with it */
    memcpy(&id, (const char *)record + field->offset, sizeof(id));
    return id;
}

bool shape_is_personal(const struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].personal)
            return true;
    return false;
}

/* --- Keys ----------------------------------------------------------------------------------- */

/* A person's key, as long as the request knows it. */
struct person_key {
    struct person_key *next;
    int64_t person_id;
    bool there; /* false = it has been destroyed */
    unsigned char key[KEY_BYTES];
};

struct wrapped_key {
    int64_t person_id, master_key_id;
    struct str wrapped;
};
static const struct field wrapped_key_fields[] = {
    FIELD(struct wrapped_key, person_id, "人员", "Person"),
    FIELD(struct wrapped_key, master_key_id, "主密钥", "Master key"),
    FIELD(struct wrapped_key, wrapped, "包裹的密钥", "The wrapped key"),
};
static const SHAPE(wrapped_key);

struct master_row {
    int64_t id;
    struct str fingerprint;
};
static const struct field master_row_fields[] = {
    FIELD(struct master_row, id, "编号", "Number"),
    FIELD(struct master_row, fingerprint, "指纹", "Fingerprint"),
};
static const SHAPE(master_row);

static void wipe(void *key)
{
    sodium_memzero(((struct person_key *)key)->key, KEY_BYTES);
}

static struct person_key *remember(struct ctx *ctx, int64_t person_id)
{
    struct person_key *key = ARENA_NEW(ctx->arena, struct person_key);
    *key = (struct person_key){.next = ctx->person_keys, .person_id = person_id};
    arena_defer(ctx->arena, wipe, key);
    return ctx->person_keys = key;
}

static enum error no_master_key(struct ctx *ctx, int64_t id)
{
    return fail(ctx, E_INTERNAL, "密钥文件里没有 %lld 号主密钥，个人信息读不出来；见 operations.md",
                "the key file has no master key %lld, so personal data cannot be read: see "
                "operations.md",
                (long long)id);
}

static enum error master_key(struct ctx *ctx, int64_t id, enum key_use use,
                             unsigned char key[KEY_BYTES])
{
    return ctx->keyring && keyring_key(ctx->keyring, id, use, key) ? E_OK : no_master_key(ctx, id);
}

static enum error master_current(struct ctx *ctx, struct master_row *row)
{
    return db_one(ctx, &sql_master_key_current, NO_ARGS, ROW(master_row, row));
}

static struct str wrap_bound(struct arena *arena, const struct wrapped_key *row)
{
    return arena_print(arena, "person_key:%lld:%lld", (long long)row->master_key_id,
                       (long long)row->person_id);
}

static enum error wrap(struct ctx *ctx, struct wrapped_key *row, const unsigned char *key)
{
    unsigned char master[KEY_BYTES];
    enum error error = master_key(ctx, row->master_key_id, KEY_WRAP, master);
    if (!error)
        row->wrapped = seal(ctx->arena, master, (struct str){(const char *)key, KEY_BYTES},
                            wrap_bound(ctx->arena, row));
    sodium_memzero(master, sizeof(master));
    return error;
}

static enum error unwrap(struct ctx *ctx, const struct wrapped_key *row,
                         unsigned char key[KEY_BYTES])
{
    unsigned char master[KEY_BYTES];
    struct str plain;
    enum error error = master_key(ctx, row->master_key_id, KEY_WRAP, master);
    if (error)
        return error;
    bool good = seal_open(ctx->arena, master, row->wrapped, wrap_bound(ctx->arena, row), &plain) &&
                plain.length == KEY_BYTES;
    if (good) {
        memcpy(key, plain.data, KEY_BYTES);
        sodium_memzero((void *)(uintptr_t)plain.data, KEY_BYTES);
    }
    sodium_memzero(master, sizeof(master));
    return good ? E_OK
                : fail(ctx, E_INTERNAL, "%lld 号人员的密钥打不开：数据库与密钥文件不配套",
                       "the key of person %lld does not open: database and key file do not belong "
                       "together",
                       (long long)row->person_id);
}

/* The person's key; `there` is false when it has been destroyed. */
static enum error person_key(struct ctx *ctx, int64_t person_id, const struct person_key **key)
{
    for (const struct person_key *known = ctx->person_keys; known; known = known->next)
        if (known->person_id == person_id) {
            *key = known;
            return E_OK;
        }
    struct wrapped_key row;
    enum error error = db_one(ctx, &sql_person_key_show, ARGS(arg_int("person_id", person_id)),
                              ROW(wrapped_key, &row));
    if (error && error != E_NOT_FOUND)
        return error;
    struct person_key *fresh = remember(ctx, person_id);
    fresh->there = !error;
    *key = fresh;
    return error ? E_OK : unwrap(ctx, &row, fresh->key);
}

enum error person_key_read(struct ctx *ctx, int64_t person_id)
{
    const struct person_key *key;
    return person_key(ctx, person_id, &key);
}

enum error person_key_create(struct ctx *ctx, int64_t person_id)
{
    struct wrapped_key row = {.person_id = person_id};
    struct master_row master;
    unsigned char key[KEY_BYTES];
    randombytes_buf(key, sizeof(key));
    enum error error = master_current(ctx, &master);
    row.master_key_id = master.id;
    if (!error)
        error = wrap(ctx, &row, key);
    if (!error)
        error = db_do(ctx, &sql_person_key_insert, FROM(wrapped_key, &row));
    if (!error) {
        struct person_key *fresh = remember(ctx, person_id);
        memcpy(fresh->key, key, KEY_BYTES);
        fresh->there = true;
    }
    sodium_memzero(key, sizeof(key));
    return error;
}

enum error person_key_destroy(struct ctx *ctx, int64_t person_id)
{
    enum error error = db_do(ctx, &sql_index_forget, ARGS(arg_int("person_id", person_id)));
    if (!error)
        error = db_do(ctx, &sql_person_key_delete, ARGS(arg_int("person_id", person_id)));
    remember(ctx, person_id); /* in front of what was known */
    return error;
}

/* --- Values --------------------------------------------------------------------------------- */

enum error personal_seal(struct ctx *ctx, int64_t person_id, struct str column, struct str plain,
                         struct str *sealed)
{
    const struct person_key *key;
    *sealed = STR_NONE;
    if (!plain.data)
        return E_OK;
    assert(person_id > 0 && !personal_is_erased(plain));
    enum error error = person_key(ctx, person_id, &key);
    if (error)
        return error;
    if (!key->there)
        return fail(ctx, E_ERASED, "%lld 号人员的个人信息已依法删除",
                    "the personal data of person %lld has been removed by law",
                    (long long)person_id);
    struct str bound = sealed_bound(ctx->arena, person_id, column);
    struct str text = seal(ctx->arena, key->key, plain, bound);
    *sealed = arena_print(ctx->arena, "%.*s:%.*s", STR_PRINT(bound), STR_PRINT(text));
    return E_OK;
}

/* `opened` is false when it was not sealed for this person and column. */
static enum error try_open(struct ctx *ctx, const struct sealed *sealed, struct str *plain,
                           bool *opened)
{
    const struct person_key *key;
    enum error error = person_key(ctx, sealed->person_id, &key);
    *opened = false;
    if (error)
        return error;
    if (!key->there)
        *plain = personal_erased;
    *opened = !key->there || seal_open(ctx->arena, key->key, sealed->text, sealed->bound, plain);
    return E_OK;
}

enum error personal_open(struct ctx *ctx, int64_t person_id, struct str column, struct str text,
                         struct str *plain)
{
    struct sealed sealed;
    *plain = STR_NONE;
    if (!text.data)
        return E_OK;
    if (!sealed_parse(text, &sealed) || sealed.person_id != person_id ||
        !str_equal(sealed.column, column))
        return fail(ctx, E_INTERNAL, "%lld 号人员的 %.*s 处有别处的密文",
                    "what stands in person %lld's %.*s was not sealed for it", (long long)person_id,
                    STR_PRINT(column));
    bool opened;
    enum error error = try_open(ctx, &sealed, plain, &opened);
    return error || opened
               ? error
               : fail(ctx, E_INTERNAL, "%lld 号人员的 %.*s 打不开：密文被改动过",
                      "person %lld: %.*s does not open, its ciphertext has been changed",
                      (long long)person_id, STR_PRINT(column));
}

enum error personal_read(struct ctx *ctx, struct str text, struct str *plain, bool *opened)
{
    struct sealed sealed;
    *opened = false;
    return sealed_parse(text, &sealed) ? try_open(ctx, &sealed, plain, opened) : E_OK;
}

/* Of a value that tells its column only. */
static enum personal personal_of_column(struct str column)
{
    static const struct {
        const char *ending;
        enum personal personal;
    } known[] = {{".name", PERSONAL_NAME},
                 {".phone", PERSONAL_PHONE},
                 {".email", PERSONAL_EMAIL},
                 {".id_number", PERSONAL_ID_NUMBER}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_ends(column, str_of(known[i].ending)))
            return known[i].personal;
    return PERSONAL_TEXT;
}

enum error personal_show(struct ctx *ctx, struct str text, struct str *shown)
{
    struct sealed sealed;
    struct str plain;
    bool opened;
    *shown = text;
    enum error error = personal_read(ctx, text, &plain, &opened);
    if (error || !opened || !sealed_parse(text, &sealed))
        return error;
    *shown = personal_is_erased(plain)
                 ? personal_erased_text(ctx->language)
                 : personal_mask(ctx->arena, personal_of_column(sealed.column), plain);
    return E_OK;
}

enum error personal_equal(struct ctx *ctx, struct str a, struct str b, bool *equal)
{
    struct str first, second;
    bool opened;
    *equal = str_equal(a, b);
    enum error error = *equal ? E_OK : personal_read(ctx, a, &first, &opened);
    if (error || *equal || !opened)
        return error;
    error = personal_read(ctx, b, &second, &opened);
    *equal = !error && opened && str_equal(first, second);
    return error;
}

/* --- Blind indexes -------------------------------------------------------------------------- */

struct index_row {
    int64_t person_id;
    struct str column_name;
    int64_t personal, master_key_id;
    struct str digest, sealed;
};
static const struct field index_row_fields[] = {
    FIELD(struct index_row, person_id, "人员", "Person"),
    FIELD(struct index_row, column_name, "列", "Column"),
    FIELD(struct index_row, personal, "种类", "Kind"),
    FIELD(struct index_row, master_key_id, "主密钥", "Master key"),
    FIELD(struct index_row, digest, "摘要", "Digest"),
    FIELD(struct index_row, sealed, "密文", "Ciphertext"),
};
static const SHAPE(index_row);

/* +86 138-1234-5678 and 13812345678 are one phone. */
static struct str normalise(struct arena *arena, enum personal personal, struct str value)
{
    struct buf out = {.arena = arena};
    buf_reserve(&out, value.length);
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        bool digit = c >= '0' && c <= '9';
        if (personal == PERSONAL_PHONE ? digit : c != ' ')
            buf_print(&out, "%c", c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    struct str text = buf_str(&out);
    bool country = personal == PERSONAL_PHONE && text.length == 13 && str_starts(text, STR("86"));
    return country ? str_skip(text, 2) : text;
}

static enum error index_value(struct ctx *ctx, struct index_row *row, struct str value)
{
    unsigned char key[KEY_BYTES], bytes[DIGEST_BYTES];
    enum error error = master_key(ctx, row->master_key_id, KEY_INDEX, key);
    if (error)
        return error;
    struct str text =
        arena_print(ctx->arena, "%.*s:%.*s", STR_PRINT(row->column_name),
                    STR_PRINT(normalise(ctx->arena, (enum personal)row->personal, value)));
    char *hex = arena_alloc(ctx->arena, 2 * DIGEST_BYTES + 1);
    crypto_generichash(bytes, sizeof(bytes), (const unsigned char *)text.data, text.length, key,
                       sizeof(key));
    sodium_memzero(key, sizeof(key));
    row->digest = str_of(sodium_bin2hex(hex, 2 * DIGEST_BYTES + 1, bytes, sizeof(bytes)));
    return E_OK;
}

enum error personal_digest(struct ctx *ctx, struct str column, enum personal personal,
                           struct str value, struct str *digest)
{
    struct master_row master;
    enum error error = master_current(ctx, &master);
    struct index_row row = {
        .column_name = column, .personal = personal, .master_key_id = master.id};
    if (!error)
        error = index_value(ctx, &row, value);
    *digest = row.digest;
    return error;
}

enum error personal_index(struct ctx *ctx, int64_t person_id, struct str column,
                          enum personal personal, struct str value)
{
    struct master_row master;
    struct index_row row = {.person_id = person_id, .column_name = column, .personal = personal};
    enum error error = db_do(ctx, &sql_index_delete, FROM(index_row, &row));
    if (error || !value.length || (error = master_current(ctx, &master)))
        return error;
    row.master_key_id = master.id;
    if ((error = index_value(ctx, &row, value)) ||
        (error = personal_seal(ctx, person_id, column, value, &row.sealed)))
        return error;
    return db_do(ctx, &sql_index_insert, FROM(index_row, &row));
}

/* --- Master keys ---------------------------------------------------------------------------- */

/* The newest of the file becomes the database's. */
static enum error take_master_key(struct ctx *ctx)
{
    int64_t id = keyring_newest(ctx->keyring);
    return db_do(ctx, &sql_master_key_insert,
                 ARGS(arg_int("id", id),
                      arg_text("fingerprint", keyring_print(ctx->keyring, id, ctx->arena))));
}

enum error personal_is_fresh(struct ctx *ctx, bool *fresh)
{
    struct master_row master;
    enum error error = master_current(ctx, &master);
    *fresh = error == E_NOT_FOUND;
    return *fresh ? E_OK : error;
}

enum error personal_prepare(struct ctx *ctx)
{
    struct master_row master;
    enum error error = master_current(ctx, &master);
    if (error)
        return error == E_NOT_FOUND ? take_master_key(ctx) : error;
    struct str print = keyring_print(ctx->keyring, master.id, ctx->arena);
    if (str_equal(print, master.fingerprint))
        return E_OK;
    const char *path = keyring_path(ctx->keyring);
    return fail(
        ctx, E_INTERNAL,
        "%s 里没有这个数据库的 %lld 号主密钥，个人信息读不出来。请放回与数据库配套的密钥文件"
        "（--key-file），见 operations.md“密钥”",
        "%s does not have master key %lld of this database, so its personal data cannot be "
        "read. Put the key file back that belongs to the database (--key-file): "
        "operations.md, \"Keys\"",
        *path ? path : "(memory)", (long long)master.id);
}

/* Takes every person's key in turn. */
typedef enum error key_fn(struct ctx *ctx, const struct wrapped_key *row, void *state);

static enum error each_key(struct ctx *ctx, key_fn *visit, void *state)
{
    struct arena *whole = ctx->arena, page = {0};
    struct records rows = {NULL, REWRAP_PAGE};
    enum error error = E_OK;
    page.escape = whole->escape;
    ctx->arena = &page;
    for (int64_t after = 0; !error && rows.count == REWRAP_PAGE; arena_reset(&page)) {
        error = db_all(ctx, &sql_person_key_page,
                       ARGS(arg_int("after", after), arg_int("limit", REWRAP_PAGE)),
                       &wrapped_key_shape, REWRAP_PAGE, &rows);
        const struct wrapped_key *row = rows.items;
        for (size_t i = 0; !error && i < rows.count; i++) {
            after = row[i].person_id;
            error = visit(ctx, &row[i], state);
        }
        ctx->person_keys = NULL; /* they lie in the page */
        ctx->detail = arena_str(whole, ctx->detail);
    }
    ctx->arena = whole;
    arena_free(&page);
    return error;
}

struct rewrapping {
    int64_t master_id, persons;
};

static enum error index_again(struct ctx *ctx, int64_t master_id, int64_t person_id)
{
    struct records rows;
    enum error error = db_all(ctx, &sql_index_of_person, ARGS(arg_int("person_id", person_id)),
                              &index_row_shape, INDEXES_MAX, &rows);
    const struct index_row *row = rows.items;
    for (size_t i = 0; !error && i < rows.count; i++) {
        struct index_row fresh = row[i];
        struct str value;
        if (fresh.master_key_id == master_id)
            continue;
        fresh.master_key_id = master_id;
        error = personal_open(ctx, person_id, fresh.column_name, fresh.sealed, &value);
        if (!error)
            error = index_value(ctx, &fresh, value);
        if (!error)
            error = db_do(ctx, &sql_index_digest, FROM(index_row, &fresh));
    }
    return error;
}

static enum error rewrap_one(struct ctx *ctx, const struct wrapped_key *row, void *state)
{
    struct rewrapping *all = state;
    struct wrapped_key fresh = {row->person_id, all->master_id, STR_NONE};
    unsigned char key[KEY_BYTES];
    if (row->master_key_id == all->master_id)
        return index_again(ctx, all->master_id, row->person_id);
    enum error error = unwrap(ctx, row, key);
    if (!error)
        error = wrap(ctx, &fresh, key);
    sodium_memzero(key, sizeof(key));
    if (!error)
        error = db_do(ctx, &sql_person_key_rewrap, FROM(wrapped_key, &fresh));
    all->persons++;
    return error ? error : index_again(ctx, all->master_id, row->person_id);
}

enum error personal_rewrap(struct ctx *ctx, int64_t *persons)
{
    struct rewrapping all = {.master_id = keyring_newest(ctx->keyring)};
    struct master_row master;
    enum error error = master_current(ctx, &master);
    if (!error && master.id != all.master_id)
        error = take_master_key(ctx);
    if (!error)
        error = each_key(ctx, rewrap_one, &all);
    *persons = all.persons;
    return error;
}

static enum error check_one(struct ctx *ctx, const struct wrapped_key *row, void *state)
{
    struct key_counts *counts = state;
    unsigned char key[KEY_BYTES];
    enum error error = unwrap(ctx, row, key);
    sodium_memzero(key, sizeof(key));
    counts->good += !error;
    counts->broken += error != E_OK;
    counts->behind += row->master_key_id != counts->master_id;
    if (error)
        ctx_clear(ctx);
    return E_OK;
}

enum error personal_check(struct ctx *ctx, struct key_counts *counts)
{
    struct master_row master;
    enum error error = master_current(ctx, &master);
    *counts = (struct key_counts){.master_id = master.id};
    return error ? error : each_key(ctx, check_one, counts);
}

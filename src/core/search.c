#include "core/search.h"

#include <stdio.h>

#include "core/search_store.h"
#include "search.sql.h"

enum { REBUILD_MEMORY = 256 << 20 };
enum { SETTLE_EVERY = 32 }; /* writes between two looks at how many entries are fresh */

const struct searchable *search_kind(const struct shape *shape)
{
    for (; shape; shape = shape->extends)
        for (size_t m = 0; m < module_count; m++)
            for (size_t i = 0; i < modules[m]->searchable_count; i++)
                if (modules[m]->searchables[i].shape == shape)
                    return &modules[m]->searchables[i];
    return NULL;
}

const struct searchable *search_kind_named(struct str name)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->searchable_count; i++)
            if (str_is(name, modules[m]->searchables[i].shape->name))
                return &modules[m]->searchables[i];
    return NULL;
}

/* --- One record ----------------------------------------------------------------------------- */

/* Written first and looked up afterwards: who waits for a rival's write of the same record sees
 * what that has left. */
static enum error put_fresh(struct ctx *ctx, struct str kind, struct str key, struct str data)
{
    struct store store;
    int64_t replaces = SEARCH_NONE;
    struct arg bytes = arg_bytes("data", data);
    bytes.value.null = !data.data;
    enum error error = db_do(ctx, &sql_search_fresh_put,
                             ARGS(arg_text("kind", kind), arg_text("key", key), bytes));
    if (!error)
        error = store_open(ctx, &store);
    if (!error && store.count)
        error = store_find(&store, kind, key, &replaces);
    if (!error && replaces != SEARCH_NONE)
        error = db_do(
            ctx, &sql_search_fresh_replaces,
            ARGS(arg_text("kind", kind), arg_text("key", key), arg_int("replaces", replaces)));
    return error || ctx->sequence % SETTLE_EVERY ? error : store_settle(ctx);
}

static bool is_hidden(const struct searchable *kind, const void *record)
{
    const struct field *field = kind->hidden ? field_find(kind->shape, str_of(kind->hidden)) : NULL;
    return field && *(const bool *)((const char *)record + field->offset);
}

/* The record, or a copy with what follows from it. */
static enum error finished(struct ctx *ctx, struct arena *arena, const struct searchable *kind,
                           const void **record)
{
    if (!kind->finish)
        return E_OK;
    void *copy = arena_alloc(arena, kind->shape->size);
    memcpy(copy, *record, kind->shape->size);
    *record = copy;
    return kind->finish(ctx, copy);
}

enum error search_put(struct ctx *ctx, struct row record)
{
    const struct searchable *kind = search_kind(record.shape);
    const void *value = record.value;
    if (!kind || is_hidden(kind, value))
        return E_OK;
    enum error error = finished(ctx, ctx->arena, kind, &value);
    if (error)
        return error;
    struct search_entry entry = search_entry_of(ctx->arena, kind, value);
    unsigned char *bytes = arena_alloc(ctx->arena, search_entry_room(&entry));
    size_t length = search_entry_pack(&entry, bytes);
    return put_fresh(ctx, entry.kind, entry.key, (struct str){(const char *)bytes, length});
}

enum error search_remove(struct ctx *ctx, const struct searchable *kind, struct str key)
{
    return put_fresh(ctx, str_of(kind->shape->name), key, STR_NONE);
}

/* --- Many ----------------------------------------------------------------------------------- */

struct search_bulk {
    struct ctx *ctx;
    const struct searchable *kind;
    struct collector *collector;
    struct arena arena; /* of one entry's texts */
    struct arena row;   /* of one record, when all are read again */
    enum error error;
};

static void free_bulk(void *state)
{
    struct search_bulk *bulk = state;
    arena_free(&bulk->arena);
    arena_free(&bulk->row);
}

struct search_bulk *search_bulk_begin(struct ctx *ctx, const struct searchable *kind)
{
    struct search_bulk *bulk = ARENA_NEW(ctx->arena, struct search_bulk);
    *bulk = (struct search_bulk){.ctx = ctx, .kind = kind};
    bulk->arena.escape = bulk->row.escape = ctx->arena->escape;
    arena_defer(ctx->arena, free_bulk, bulk);
    bulk->error = collector_open(ctx, &bulk->collector);
    return bulk;
}

enum error search_bulk_put(struct search_bulk *bulk, const void *record, bool is_new)
{
    if (bulk->error)
        return bulk->error;
    arena_reset(&bulk->arena);
    if (is_hidden(bulk->kind, record))
        return E_OK;
    bulk->error = finished(bulk->ctx, &bulk->arena, bulk->kind, &record);
    if (bulk->error)
        return bulk->error;
    struct search_entry entry = search_entry_of(&bulk->arena, bulk->kind, record);
    if (!is_new)
        bulk->error = collector_replace(bulk->collector, search_token_key(entry.kind, entry.key));
    if (!bulk->error)
        bulk->error = collector_add(bulk->collector, &entry);
    return bulk->error;
}

enum error search_bulk_remove(struct search_bulk *bulk, struct str key)
{
    if (!bulk->error)
        bulk->error = collector_replace(bulk->collector,
                                        search_token_key(str_of(bulk->kind->shape->name), key));
    return bulk->error;
}

enum error search_bulk_end(struct search_bulk *bulk)
{
    if (!bulk->error)
        bulk->error = collector_close(bulk->collector);
    return bulk->error;
}

/* --- All ------------------------------------------------------------------------------------ */

struct rebuilding {
    struct search_bulk *bulk;
    void *record;
};

/* What a row took from the arena goes with the row. */
static enum error put_again(struct ctx *ctx, void *state)
{
    const struct rebuilding *rebuilding = state;
    enum error error = search_bulk_put(rebuilding->bulk, rebuilding->record, true);
    arena_reset(ctx->arena);
    return error;
}

static enum error rebuild_kind(struct ctx *ctx, const struct searchable *kind)
{
    struct rebuilding rebuilding = {search_bulk_begin(ctx, kind),
                                    arena_alloc(ctx->arena, kind->shape->size)};
    struct ctx reading = *ctx;
    if (rebuilding.bulk->error)
        return rebuilding.bulk->error;
    reading.arena = &rebuilding.bulk->row;
    reading.who = &principal_operator; /* statements that leave out what the reader may not see */
    enum error error =
        db_each(&reading, kind->all->text, NO_ARGS, (struct row){kind->shape, rebuilding.record},
                put_again, &rebuilding);
    if (reading.error && !ctx->error) {
        ctx->error = reading.error;
        ctx->detail = reading.detail;
        ctx->db_status = reading.db_status;
    }
    return error ? error : search_bulk_end(rebuilding.bulk);
}

enum error search_rebuild(struct ctx *ctx)
{
    enum error error = db_do(ctx, &sql_search_state_put, ARGS(arg_int("version", SEARCH_VERSION)));
    if (!error)
        error = store_clear(ctx);
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->searchable_count && !error; i++)
            error = rebuild_kind(ctx, &modules[m]->searchables[i]);
    return error;
}

enum error search_ensure(struct ctx *ctx)
{
    int64_t version = 0;
    enum error error = db_number(ctx, &sql_search_state_version, NO_ARGS, &version);
    if (error && error != E_NOT_FOUND)
        return error;
    return version == SEARCH_VERSION ? E_OK : search_rebuild(ctx);
}

bool search_rebuild_command(const char *url, char *reason, size_t reason_size)
{
    struct db_conn *conn = db_connect(url, false, reason, reason_size);
    if (!conn)
        return false;
    struct arena arena = {.ceiling = REBUILD_MEMORY};
    struct ctx ctx = {.arena = &arena, .db = conn, .who = &principal_operator};
    jmp_buf escape;
    arena.escape = &escape;
    enum error error = E_INTERNAL;
    snprintf(reason, reason_size, "out of memory");
    if (setjmp(escape) == 0) {
        enum db_status status = db_begin(conn, true);
        error = db_failed(status) ? fail_database(&ctx, status) : search_rebuild(&ctx);
        if (!error && db_failed(status = db_commit(conn)))
            error = fail_database(&ctx, status);
        snprintf(reason, reason_size, "%.*s", STR_PRINT(ctx.detail));
    }
    db_rollback(conn);
    arena_free(&arena);
    db_disconnect(conn);
    return !error;
}

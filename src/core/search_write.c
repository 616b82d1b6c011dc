/* Making blocks of the index of search, and putting small ones together. */
#include <stdio.h>
#include <stdlib.h>

#include "core/search_making.h"
#include "core/search_store.h"
#include "search_write.sql.h"

enum {
    TABLE_COLUMNS = 4,
    INSERTED_AT_ONCE = 12,
    SEVERAL = 200, /* keys that are looked for one by one; more are found by reading all keys */
    RATIO = 2      /* a block is put together with a neighbour of up to so many times its size */
};

/* --- Many rows in one statement ------------------------------------------------------------- */

struct inserter {
    struct ctx *ctx;
    struct arena *arena; /* of the rows that wait, and of nothing else */
    const char *table, *columns[TABLE_COLUMNS + 1];
    struct db_value values[INSERTED_AT_ONCE][TABLE_COLUMNS];
    size_t rows;
};

static enum error insert_rows(struct inserter *inserter)
{
    struct arg args[INSERTED_AT_ONCE * TABLE_COLUMNS];
    char names[INSERTED_AT_ONCE * TABLE_COLUMNS][8];
    struct buf text = {.arena = inserter->arena};
    size_t count = 0;
    if (!inserter->rows)
        return E_OK;
    buf_print(&text, "INSERT INTO %s (", inserter->table);
    for (size_t i = 0; inserter->columns[i]; i++)
        buf_print(&text, "%s%s", i ? ", " : "", inserter->columns[i]);
    buf_add(&text, STR(") VALUES "));
    for (size_t row = 0; row < inserter->rows; row++)
        for (size_t i = 0; inserter->columns[i]; i++, count++) {
            snprintf(names[count], sizeof(names[count]), "v%zu", count);
            args[count] = (struct arg){names[count], inserter->values[row][i]};
            buf_print(&text, "%s:%s%s",
                      i     ? ", "
                      : row ? ", ("
                            : "(",
                      names[count], inserter->columns[i + 1] ? "" : ")");
        }
    inserter->rows = 0;
    struct sql sql = {inserter->table, buf_str(&text)};
    enum error error = db_do(inserter->ctx, &sql, (struct args){{NULL, NULL}, args, count});
    arena_reset(inserter->arena);
    return error;
}

/* The data stay where they are until the rows are inserted. */
static enum error insert(struct inserter *inserter, const int64_t *numbers, struct str data)
{
    struct db_value *row = inserter->values[inserter->rows++];
    size_t i = 0;
    for (; inserter->columns[i + 1]; i++)
        row[i] = (struct db_value){.type = DB_INT, .integer = numbers[i]};
    row[i] = (struct db_value){.type = DB_BYTES, .text = data};
    return inserter->rows == INSERTED_AT_ONCE ? insert_rows(inserter) : E_OK;
}

/* --- Collecting ----------------------------------------------------------------------------- */

struct collector {
    struct ctx *ctx;
    struct store store;      /* the blocks that were there before */
    bool *touched, *removed; /* of each of them */
    int64_t next_block;
    struct making made;   /* a full block on its way */
    unsigned char *bytes; /* of entries that are collected now, packed */
    size_t length, room;
    struct place *places;
    size_t count;
    uint64_t *replaced; /* tokens of keys whose entries go */
    size_t replaced_count, replaced_room;
    struct arena rows;   /* that wait for their statement */
    struct arena mended; /* of one entry */
};

static void release(void *state)
{
    struct collector *collector = state;
    making_wait(&collector->made);
    free(collector->made.bytes);
    free(collector->made.places);
    arena_free(&collector->made.work);
    arena_free(&collector->made.made);
    arena_free(&collector->rows);
    arena_free(&collector->mended);
    free(collector->bytes);
    free(collector->places);
    free(collector->replaced);
}

/* Room for `count` things of `size` bytes, and half as much again. */
static void make_room(struct collector *collector, void *array, size_t *room, size_t count,
                      size_t size)
{
    void *old, *grown;
    if (count <= *room)
        return;
    size_t more = count + count / 2;
    memcpy(&old, array, sizeof(old));
    grown = realloc(old, more * size);
    if (!grown)
        arena_exhausted(collector->ctx->arena);
    memcpy(array, &grown, sizeof(grown));
    *room = more;
}

static enum error open_collector(struct ctx *ctx, struct collector **out)
{
    struct collector *collector = ARENA_NEW(ctx->arena, struct collector);
    *collector = (struct collector){.ctx = ctx};
    collector->made.work.ceiling = ctx->arena->ceiling;
    collector->rows.escape = collector->mended.escape = ctx->arena->escape;
    arena_defer(ctx->arena, release, collector);
    collector->places = malloc(SEARCH_BLOCK * sizeof(*collector->places));
    collector->made.places = malloc(SEARCH_BLOCK * sizeof(*collector->made.places));
    if (!collector->places || !collector->made.places)
        arena_exhausted(ctx->arena);
    enum error error = store_open(ctx, &collector->store);
    size_t count = collector->store.count + 1;
    collector->touched = arena_array(ctx->arena, count, sizeof(*collector->touched));
    collector->removed = arena_array(ctx->arena, count, sizeof(*collector->removed));
    *out = collector;
    return error;
}

/* What has been collected is made into a block from here on; the next is collected in its place. */
static void begin_block(struct collector *collector)
{
    struct making *making = &collector->made;
    struct making before = *making;
    making->bytes = collector->bytes;
    making->length = collector->length;
    making->room = collector->room;
    making->places = collector->places;
    making->count = collector->count;
    collector->bytes = before.bytes;
    collector->room = before.room;
    collector->places = before.places;
    collector->length = collector->count = 0;
    making_begin(making);
}

/* --- Writing it ------------------------------------------------------------------------------ */

/* Into a table of rows by id. */
static struct inserter inserter(struct collector *collector, const char *table)
{
    return (struct inserter){.ctx = collector->ctx,
                             .arena = &collector->rows,
                             .table = table,
                             .columns = {"id", "data"}};
}

static const char *const page_columns[TABLE_COLUMNS + 1] = {"block", "last", "first", "data"};

static enum error write_pages(struct collector *collector, int64_t block)
{
    const struct making *making = &collector->made;
    struct inserter pages = inserter(collector, "search_page");
    enum error error = E_OK;
    memcpy(pages.columns, page_columns, sizeof(page_columns));
    for (size_t i = 0; i < making->page_count && !error; i++) {
        const struct made_page *page = &making->pages[i];
        const int64_t numbers[] = {block, (int64_t)page->last, (int64_t)page->first};
        error = insert(&pages, numbers, page->data);
    }
    return error ? error : insert_rows(&pages);
}

static enum error write_texts(struct collector *collector, int64_t block)
{
    struct making *making = &collector->made;
    struct inserter texts = inserter(collector, "search_text");
    struct buf data = {.arena = &making->made};
    enum error error = E_OK;
    for (size_t i = 0; i < making->count && !error; i++) {
        const struct place *place = &making->places[i];
        buf_add(&data, (struct str){(const char *)making->bytes + place->at, place->length});
        if ((i + 1) % SEARCH_ROW_TEXTS != 0 && i + 1 < making->count)
            continue;
        const int64_t id = block << 16 | (int64_t)(i / SEARCH_ROW_TEXTS * SEARCH_ROW_TEXTS);
        error = insert(&texts, &id, arena_str(texts.arena, buf_str(&data)));
        data.length = 0;
    }
    return error ? error : insert_rows(&texts);
}

static enum error write_orders(struct collector *collector, int64_t block)
{
    struct making *making = &collector->made;
    struct inserter rows = inserter(collector, "search_order");
    enum error error = E_OK;
    for (size_t i = 0; i < making->count && !error;) {
        const int64_t id = block << 16 | (int64_t)i;
        size_t count = 0;
        uint32_t *orders = arena_array(rows.arena, SEARCH_ROW_ORDERS, sizeof(*orders));
        while (count < SEARCH_ROW_ORDERS && i < making->count)
            orders[count++] = making->places[i++].order;
        error = insert(&rows, &id, (struct str){(const char *)orders, count * sizeof(*orders)});
    }
    return error ? error : insert_rows(&rows);
}

/* The block that is being made, if any, goes into the database. */
static enum error finish_block(struct collector *collector)
{
    struct ctx *ctx = collector->ctx;
    struct making *making = &collector->made;
    if (!making->count)
        return E_OK;
    making_wait(making);
    making->made.escape = ctx->arena->escape;
    if (making->failed)
        arena_exhausted(ctx->arena);
    int64_t block = collector->next_block++;
    enum error error =
        db_do(ctx, &sql_search_block_insert,
              ARGS(arg_int("block", block), arg_int("entries", (int64_t)making->count),
                   arg_bytes("gone", STR(""))));
    if (!error)
        error = write_pages(collector, block);
    if (!error)
        error = write_texts(collector, block);
    if (!error)
        error = write_orders(collector, block);
    arena_reset(&making->made);
    making->count = 0;
    return error;
}

/* All that has been collected becomes blocks. */
static enum error write_blocks(struct collector *collector)
{
    enum error error = finish_block(collector);
    if (error || !collector->count)
        return error;
    begin_block(collector);
    return finish_block(collector);
}

enum error collector_add(struct collector *collector, const struct search_entry *entry)
{
    enum error error = E_OK;
    if (collector->count == SEARCH_BLOCK) {
        error = finish_block(collector);
        if (error)
            return error;
        begin_block(collector);
    }
    make_room(collector, &collector->bytes, &collector->room,
              collector->length + search_entry_room(entry), 1);
    size_t length = search_entry_pack(entry, collector->bytes + collector->length);
    collector->places[collector->count++] =
        (struct place){search_entry_order(entry), (uint32_t)collector->length, (uint32_t)length};
    collector->length += length;
    return error;
}

enum error collector_replace(struct collector *collector, uint64_t key_token)
{
    make_room(collector, &collector->replaced, &collector->replaced_room,
              collector->replaced_count + 1, sizeof(*collector->replaced));
    collector->replaced[collector->replaced_count++] = key_token;
    return E_OK;
}

/* --- What is gone --------------------------------------------------------------------------- */

static void mark_gone(struct collector *collector, struct store_block *block,
                      const struct bitmap *which)
{
    if (!block->gone)
        block->gone = ARENA_NEW(collector->ctx->arena, struct bitmap);
    bitmap_or(block->gone, which);
    collector->touched[block - collector->store.blocks] = true;
}

static enum error mark_posting(void *state, size_t range, struct store_block *block,
                               const struct posting *posting)
{
    struct collector *collector = state;
    struct bitmap which = {{0}};
    (void)range;
    if (!posting_or(posting, block->entries, &which))
        return store_damaged(collector->ctx);
    mark_gone(collector, block, &which);
    return E_OK;
}

static int compare_tokens(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

struct key_reading {
    struct collector *collector;
    struct store_block *block;
    size_t next; /* in the tokens that are looked for, which ascend as those of the pages do */
};

static enum error read_keys(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct key_reading *reading = state;
    const struct collector *collector = reading->collector;
    struct db_value first = {.type = DB_INT}, data = {.type = DB_BYTES};
    struct posting posting;
    enum error error = E_OK;
    db_column(cursor, 0, &first);
    db_column(cursor, 1, &data);
    struct page_reader page = {.data = data.text, .token = (uint64_t)first.integer};
    (void)ctx;
    while (!error && page_next(&page, &posting)) {
        while (reading->next < collector->replaced_count &&
               collector->replaced[reading->next] < page.token)
            reading->next++;
        if (reading->next < collector->replaced_count &&
            collector->replaced[reading->next] == page.token)
            error = mark_posting(reading->collector, 0, reading->block, &posting);
    }
    return error;
}

static enum error find_among_all(struct collector *collector)
{
    enum error error = E_OK;
    for (size_t i = 0; i < collector->store.count && !error; i++) {
        struct key_reading reading = {collector, &collector->store.blocks[i], 0};
        error = db_rows(collector->ctx, sql_search_block_keys.text,
                        ARGS(arg_int("block", reading.block->number),
                             arg_int("from_token", (int64_t)token_of_hash(TOKEN_KEY, 0))),
                        read_keys, &reading);
    }
    return error;
}

static enum error find_one_by_one(struct collector *collector)
{
    struct token_range *ranges =
        arena_array(collector->ctx->arena, collector->replaced_count, sizeof(*ranges));
    for (size_t i = 0; i < collector->replaced_count; i++)
        ranges[i] = (struct token_range){collector->replaced[i], collector->replaced[i]};
    return store_postings(&collector->store, ranges, collector->replaced_count, mark_posting,
                          collector);
}

static enum error mark_replaced(struct collector *collector)
{
    if (!collector->replaced_count || !collector->store.count)
        return E_OK;
    qsort(collector->replaced, collector->replaced_count, sizeof(*collector->replaced),
          compare_tokens);
    return collector->replaced_count <= SEVERAL ? find_one_by_one(collector)
                                                : find_among_all(collector);
}

/* --- Putting small blocks together ---------------------------------------------------------- */

static size_t live_count(const struct store_block *block)
{
    return block->entries - (block->gone ? bitmap_count(block->gone) : 0);
}

struct text_reading {
    struct collector *collector;
    const struct store_block *block;
    mend_fn *mend;
    void *state;
    bool changed;
};

/* Takes over the entries of a row that are not gone. */
static enum error take_texts(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct text_reading *reading = state;
    struct db_value id = {.type = DB_INT}, data = {.type = DB_BYTES};
    const struct bitmap *gone = reading->block->gone;
    enum error error = E_OK;
    size_t at = 0;
    db_column(cursor, 0, &id);
    db_column(cursor, 1, &data);
    size_t place = (size_t)(id.integer & (SEARCH_BLOCK - 1));
    for (; at < data.text.length && !error; place++) {
        struct search_entry entry;
        if (!search_entry_unpack(data.text, &at, &entry))
            return store_damaged(ctx);
        if (gone && bitmap_has(gone, place))
            continue;
        if (reading->mend)
            reading->changed |= reading->mend(&reading->collector->mended, reading->state, &entry);
        error = collector_add(reading->collector, &entry);
        arena_reset(&reading->collector->mended);
    }
    return error;
}

static struct args block_range(const struct store_block *block, struct arg args[2])
{
    args[0] = arg_int("first", block->number << 16);
    args[1] = arg_int("behind", (block->number + 1) << 16);
    return (struct args){{NULL, NULL}, args, 2};
}

static enum error take_block(struct collector *collector, struct store_block *block)
{
    struct text_reading reading = {.collector = collector, .block = block};
    struct arg args[2];
    collector->removed[block - collector->store.blocks] = true;
    return db_rows(collector->ctx, sql_search_block_texts.text, block_range(block, args),
                   take_texts, &reading);
}

static enum error remove_block(struct ctx *ctx, const struct store_block *block)
{
    struct arg args[2];
    struct args by_number = ARGS(arg_int("block", block->number));
    enum error error = db_do(ctx, &sql_search_block_remove, by_number);
    if (!error)
        error = db_do(ctx, &sql_search_pages_remove, by_number);
    if (!error)
        error = db_do(ctx, &sql_search_texts_remove, block_range(block, args));
    return error ? error : db_do(ctx, &sql_search_orders_remove, block_range(block, args));
}

/* From the newest on, as long as they are small beside what is collected, or mostly gone. */
static enum error take_neighbours(struct collector *collector)
{
    enum error error = E_OK;
    for (size_t i = collector->store.count; i-- > 0 && !error;) {
        struct store_block *block = &collector->store.blocks[i];
        size_t live = live_count(block);
        bool small = live <= RATIO * collector->count, hollow = 2 * live < block->entries;
        if (!collector->removed[i] && collector->count + live <= SEARCH_BLOCK && (small || hollow))
            error = take_block(collector, block);
    }
    return error;
}

static enum error write_marks(struct collector *collector)
{
    enum error error = E_OK;
    for (size_t i = 0; i < collector->store.count && !error; i++) {
        struct store_block *block = &collector->store.blocks[i];
        if (collector->removed[i])
            error = remove_block(collector->ctx, block);
        else if (collector->touched[i])
            error = db_do(collector->ctx, &sql_search_block_mark,
                          ARGS(arg_int("block", block->number),
                               arg_bytes("gone", (struct str){(const char *)block->gone->words,
                                                              (block->entries + 7) / 8})));
    }
    return error;
}

/* --- Opening and closing -------------------------------------------------------------------- */

/* Fresh entries become part of what is collected; what they replace is gone. */
static enum error take_fresh(struct collector *collector, const struct fresh *fresh, size_t count)
{
    struct ctx *ctx = collector->ctx;
    enum error error = E_OK;
    for (size_t i = 0; i < count && !error; i++) {
        const struct search_entry *entry = &fresh[i].entry;
        error = collector_replace(collector, search_token_key(entry->kind, entry->key));
        if (!error && !fresh[i].removed)
            error = collector_add(collector, entry);
        if (!error)
            error = db_do(ctx, &sql_search_fresh_remove,
                          ARGS(arg_text("kind", entry->kind), arg_text("key", entry->key)));
    }
    return error;
}

static enum error open_claimed(struct ctx *ctx, int64_t next_block, struct collector **collector)
{
    struct fresh *fresh;
    size_t count;
    enum error error = store_fresh(ctx, true, &fresh, &count);
    if (!error)
        error = open_collector(ctx, collector);
    if (error)
        return error;
    (*collector)->next_block = next_block;
    return take_fresh(*collector, fresh, count);
}

enum error collector_close(struct collector *collector)
{
    enum error error = mark_replaced(collector);
    if (!error)
        error = take_neighbours(collector);
    if (!error)
        error = write_blocks(collector);
    if (!error)
        error = write_marks(collector);
    return error ? error
                 : db_do(collector->ctx, &sql_search_next_block,
                         ARGS(arg_int("next_block", collector->next_block)));
}

/* What is fresh goes into a block of its own first: whoever collects may replace it. */
enum error collector_open(struct ctx *ctx, struct collector **collector)
{
    int64_t next_block;
    enum error error = db_number(ctx, &sql_search_claim, NO_ARGS, &next_block);
    if (!error)
        error = open_claimed(ctx, next_block, collector);
    if (error || !((*collector)->count || (*collector)->replaced_count))
        return error;
    error = collector_close(*collector);
    next_block = (*collector)->next_block;
    if (!error)
        error = open_collector(ctx, collector);
    if (!error)
        (*collector)->next_block = next_block;
    return error;
}

enum error store_settle(struct ctx *ctx)
{
    struct collector *collector;
    int64_t count, next_block;
    const struct sql *claim =
        db_is_sqlite(ctx->db) ? &sql_search_claim : &sql_search_claim_if_free_on_postgres;
    enum error error = db_number(ctx, &sql_search_fresh_count, NO_ARGS, &count);
    if (error || count < SEARCH_FRESH_MAX)
        return error;
    error = db_number(ctx, claim, NO_ARGS, &next_block);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    error = open_claimed(ctx, next_block, &collector);
    return error ? error : collector_close(collector);
}

enum error store_clear(struct ctx *ctx)
{
    static const struct sql *const statements[] = {
        &sql_search_fresh_clear, &sql_search_blocks_clear, &sql_search_pages_clear,
        &sql_search_texts_clear, &sql_search_orders_clear};
    enum error error = E_OK;
    for (size_t i = 0; i < COUNT(statements) && !error; i++)
        error = db_do(ctx, statements[i], NO_ARGS);
    return error;
}

/* --- Mending -------------------------------------------------------------------------------- */

struct looking {
    struct ctx *ctx;
    struct arena arena;
    mend_fn *mend;
    void *state;
    bool found;
};

static enum error look_at_texts(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct looking *looking = state;
    struct db_value data = {.type = DB_BYTES};
    size_t at = 0;
    db_column(cursor, 1, &data);
    while (at < data.text.length && !looking->found) {
        struct search_entry entry;
        if (!search_entry_unpack(data.text, &at, &entry))
            return store_damaged(ctx);
        looking->found = looking->mend(&looking->arena, looking->state, &entry);
        arena_reset(&looking->arena);
    }
    return E_OK;
}

/* Also what is gone counts: it lies there still. */
static enum error holds_any(struct ctx *ctx, const struct store_block *block, mend_fn *mend,
                            void *state, bool *found)
{
    struct looking looking = {.ctx = ctx, .mend = mend, .state = state};
    struct arg args[2];
    looking.arena.escape = ctx->arena->escape;
    enum error error = db_rows(ctx, sql_search_block_texts.text, block_range(block, args),
                               look_at_texts, &looking);
    arena_free(&looking.arena);
    *found = looking.found;
    return error;
}

static enum error mend_block(struct collector *collector, struct store_block *block, mend_fn *mend,
                             void *state)
{
    struct text_reading reading = {
        .collector = collector, .block = block, .mend = mend, .state = state};
    struct arg args[2];
    collector->removed[block - collector->store.blocks] = true;
    return db_rows(collector->ctx, sql_search_block_texts.text, block_range(block, args),
                   take_texts, &reading);
}

enum error store_mend(struct ctx *ctx, mend_fn *mend, void *state, bool *changed)
{
    struct collector *collector;
    enum error error = collector_open(ctx, &collector);
    *changed = false;
    for (size_t i = 0; !error && i < collector->store.count; i++) {
        bool found;
        error = holds_any(ctx, &collector->store.blocks[i], mend, state, &found);
        if (!error && found)
            error = mend_block(collector, &collector->store.blocks[i], mend, state);
        *changed |= found;
    }
    return error ? error : collector_close(collector);
}

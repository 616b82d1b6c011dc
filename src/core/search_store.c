/* Reading the index of search; writing is in search_write.c. */
#include "core/search_store.h"

#include "search_store.sql.h"

/* How many ranges and rows a statement asks for at most; a statement is prepared for multiples of
 * RANGES_STEP, and for powers of ROWS_STEP, so that the same few are used again and again. */
enum { ASKED_AT_ONCE = 20, RANGES_STEP = 4, ROWS_AT_ONCE = 64, ROWS_STEP = 4 };

enum error store_damaged(struct ctx *ctx)
{
    return fail(ctx, E_INTERNAL, "检索索引有损坏；请运行 kechuang search rebuild",
                "the index of search is damaged: run kechuang search rebuild");
}

static struct db_value column(const struct db_cursor *cursor, int number, enum db_type type)
{
    struct db_value value = {.type = type};
    db_column(cursor, number, &value);
    return value;
}

/* --- Blocks --------------------------------------------------------------------------------- */

enum { BLOCKS_FIRST = 32 };

static enum error add_block(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct store *store = state;
    struct store_block block = {.number = column(cursor, 0, DB_INT).integer,
                                .entries = (size_t)column(cursor, 1, DB_INT).integer};
    struct str gone = column(cursor, 2, DB_BYTES).text;
    if (block.entries > SEARCH_BLOCK || gone.length > sizeof(*block.gone))
        return store_damaged(ctx);
    if (gone.length) {
        block.gone = ARENA_NEW(ctx->arena, struct bitmap);
        memcpy(block.gone->words, gone.data, gone.length);
    }
    if (store->count % BLOCKS_FIRST == 0)
        store->blocks = arena_grow(ctx->arena, store->blocks, store->count * sizeof(*store->blocks),
                                   (store->count + BLOCKS_FIRST) * sizeof(*store->blocks));
    store->blocks[store->count++] = block;
    return E_OK;
}

enum error store_open(struct ctx *ctx, struct store *store)
{
    *store = (struct store){.ctx = ctx};
    store->blocks = arena_array(ctx->arena, BLOCKS_FIRST, sizeof(*store->blocks));
    return db_rows(ctx, sql_search_blocks.text, NO_ARGS, add_block, store);
}

struct store_block *store_find_block(const struct store *store, int64_t number)
{
    size_t low = 0, high = store->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (store->blocks[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < store->count && store->blocks[low].number == number ? &store->blocks[low] : NULL;
}

/* --- Postings ------------------------------------------------------------------------------- */

/* What the database is asked for: a range; or, instead of each that is of TOKEN_COMMON, the range
 * of all of these, since a block has few of them, on one page. */
struct span {
    struct token_range range;
    size_t of; /* SPAN_COMMON = any of TOKEN_COMMON */
};
#define SPAN_COMMON SIZE_MAX

struct asking {
    struct store *store;
    const struct token_range *ranges;
    size_t count;
    struct span *spans;
    size_t span_count;
    posting_fn *visit;
    void *state;
};

static bool is_common(struct token_range range)
{
    return range.low >> TOKEN_CLASS_SHIFT == TOKEN_COMMON;
}

static void make_spans(struct asking *asking)
{
    struct token_range common = {UINT64_MAX, 0};
    asking->spans =
        arena_array(asking->store->ctx->arena, asking->count + 1, sizeof(*asking->spans));
    for (size_t i = 0; i < asking->count; i++) {
        struct token_range range = asking->ranges[i];
        if (!is_common(range)) {
            asking->spans[asking->span_count++] = (struct span){range, i};
            continue;
        }
        common.low = range.low < common.low ? range.low : common.low;
        common.high = range.high > common.high ? range.high : common.high;
    }
    if (common.low <= common.high)
        asking->spans[asking->span_count++] = (struct span){common, SPAN_COMMON};
}

static enum error visit_posting(const struct asking *asking, const struct span *span,
                                struct store_block *block, uint64_t token,
                                const struct posting *posting)
{
    enum error error = E_OK;
    if (span->of != SPAN_COMMON)
        return asking->visit(asking->state, span->of, block, posting);
    for (size_t i = 0; i < asking->count && !error; i++)
        if (is_common(asking->ranges[i]) && token >= asking->ranges[i].low &&
            token <= asking->ranges[i].high)
            error = asking->visit(asking->state, i, block, posting);
    return error;
}

static enum error read_page(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct asking *asking = state;
    const struct span *span = &asking->spans[column(cursor, 0, DB_INT).integer];
    struct store_block *block = store_find_block(asking->store, column(cursor, 1, DB_INT).integer);
    struct page_reader page = {.token = (uint64_t)column(cursor, 2, DB_INT).integer};
    struct posting posting;
    enum error error = E_OK;
    page.data = column(cursor, 3, DB_BYTES).text;
    while (!error && block && page_next(&page, &posting) && page.token <= span->range.high)
        if (page.token >= span->range.low)
            error = visit_posting(asking, span, block, page.token, &posting);
    (void)ctx;
    return error;
}

/* The pages from the one that may hold `low` up to the one that may hold `high`, in each block,
 * found by the key and no others read. CROSS JOIN keeps SQLite to this order; PostgreSQL, which
 * cannot know how few blocks there are, is kept to it by LATERAL with an OFFSET. */
#define LAST_OF_ALL "9223372036854775807"
static const char pages_on_sqlite[] =
    ") SELECT wanted.number, page.block, page.first, page.data"
    " FROM wanted CROSS JOIN search_block AS its CROSS JOIN search_page AS page"
    " WHERE page.block = its.block AND page.last >= wanted.low"
    " AND page.last <= coalesce((SELECT min(edge.last) FROM search_page AS edge"
    " WHERE edge.block = its.block AND edge.last >= wanted.high), " LAST_OF_ALL ")";
static const char pages_on_postgres[] =
    ") SELECT wanted.number, page.block, page.first, page.data"
    " FROM wanted CROSS JOIN search_block AS its LEFT JOIN LATERAL"
    " (SELECT edge.last FROM search_page AS edge WHERE edge.block = its.block"
    " AND edge.last >= wanted.high ORDER BY edge.last LIMIT 1) AS behind ON TRUE"
    " CROSS JOIN LATERAL (SELECT * FROM search_page AS page WHERE page.block = its.block"
    " AND page.last >= wanted.low AND page.last <= coalesce(behind.last, " LAST_OF_ALL
    ") ORDER BY page.last OFFSET 0) AS page";

static struct str statement_for(const struct ctx *ctx, size_t count)
{
    struct buf text = {.arena = ctx->arena};
    buf_add(&text, STR("WITH wanted (number, low, high) AS (VALUES "));
    for (size_t i = 0; i < count; i++)
        buf_print(&text, "%s(:number_%zu, :low_%zu, :high_%zu)", i ? ", " : "", i, i, i);
    buf_add(&text, str_of(db_is_sqlite(ctx->db) ? pages_on_sqlite : pages_on_postgres));
    return buf_str(&text);
}

enum error store_postings(struct store *store, const struct token_range *ranges, size_t count,
                          posting_fn *visit, void *state)
{
    struct arena *arena = store->ctx->arena;
    struct asking asking = {store, ranges, count, NULL, 0, visit, state};
    enum error error = E_OK;
    make_spans(&asking);
    count = asking.span_count;
    for (size_t first = 0; first < count && store->count && !error; first += ASKED_AT_ONCE) {
        size_t wanted = count - first < ASKED_AT_ONCE ? count - first : ASKED_AT_ONCE;
        size_t n = (wanted + RANGES_STEP - 1) / RANGES_STEP * RANGES_STEP;
        struct arg *args = arena_array(arena, 3 * n, sizeof(*args));
        for (size_t i = 0; i < n; i++) {
            struct token_range range = i < wanted ? asking.spans[first + i].range
                                                  : (struct token_range){INT64_MAX, INT64_MAX};
            args[3 * i] = arg_int(arena_print(arena, "number_%zu", i).data, (int64_t)(first + i));
            args[3 * i + 1] = arg_int(arena_print(arena, "low_%zu", i).data, (int64_t)range.low);
            args[3 * i + 2] = arg_int(arena_print(arena, "high_%zu", i).data, (int64_t)range.high);
        }
        error = db_rows(store->ctx, statement_for(store->ctx, n),
                        (struct args){{NULL, NULL}, args, 3 * n}, read_page, &asking);
    }
    return error;
}

/* --- Entries and their order ---------------------------------------------------------------- */

/* Rows of a table, each of which holds `per_row` things from its id on. */
struct row_reading {
    const int64_t *ids;
    size_t count;
    int64_t per_row;
    struct search_entry *entries;
    uint32_t *orders;
};

/* The first of the ids that stands in the row, or behind it. */
static size_t first_id(const struct row_reading *reading, int64_t id)
{
    size_t low = 0, high = reading->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reading->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum error read_texts(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct row_reading *reading = state;
    int64_t id = column(cursor, 0, DB_INT).integer, behind = id + reading->per_row;
    struct str data = arena_str(ctx->arena, column(cursor, 1, DB_BYTES).text);
    size_t at = 0, next = first_id(reading, id);
    for (; next < reading->count && reading->ids[next] < behind; next++)
        for (struct search_entry entry; id <= reading->ids[next]; id++) {
            if (!search_entry_unpack(data, &at, &entry))
                return store_damaged(ctx);
            if (id == reading->ids[next])
                reading->entries[next] = entry;
        }
    return E_OK;
}

static enum error read_orders(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct row_reading *reading = state;
    int64_t id = column(cursor, 0, DB_INT).integer;
    struct str data = column(cursor, 1, DB_BYTES).text;
    for (size_t i = first_id(reading, id);
         i < reading->count && reading->ids[i] < id + reading->per_row; i++) {
        size_t at = (size_t)(reading->ids[i] - id) * sizeof(uint32_t);
        if (at + sizeof(uint32_t) > data.length)
            return store_damaged(ctx);
        memcpy(&reading->orders[i], data.data + at, sizeof(uint32_t));
    }
    return E_OK;
}

/* Asks for rows by their ids; the last one fills the statement up. */
static enum error read_some_rows(struct ctx *ctx, const char *table, struct row_reading *reading,
                                 const int64_t *ids, size_t count, cursor_fn *visit)
{
    struct buf text = {.arena = ctx->arena};
    struct arg *args = arena_array(ctx->arena, ROWS_AT_ONCE, sizeof(*args));
    size_t asked = 1;
    while (asked < count)
        asked *= ROWS_STEP;
    buf_print(&text, "SELECT id, data FROM %s WHERE id IN (", table);
    for (size_t i = 0; i < asked; i++) {
        struct str name = arena_print(ctx->arena, "id_%zu", i);
        buf_print(&text, "%s:%.*s", i ? ", " : "", STR_PRINT(name));
        args[i] = arg_int(name.data, ids[i < count ? i : count - 1]);
    }
    buf_char(&text, ')');
    return db_rows(ctx, buf_str(&text), (struct args){{NULL, NULL}, args, asked}, visit, reading);
}

/* The rows that the ids stand in, each once. */
static enum error read_rows(struct ctx *ctx, const char *table, struct row_reading *reading,
                            cursor_fn *visit)
{
    enum error error = E_OK;
    for (size_t i = 0; i < reading->count && !error;) {
        int64_t rows[ROWS_AT_ONCE];
        size_t count = 0;
        while (i < reading->count && count < ROWS_AT_ONCE) {
            int64_t id = reading->ids[i] / reading->per_row * reading->per_row;
            rows[count++] = id;
            while (i < reading->count && reading->ids[i] < id + reading->per_row)
                i++;
        }
        error = read_some_rows(ctx, table, reading, rows, count, visit);
    }
    return error;
}

enum error store_entries(struct store *store, const int64_t *ids, size_t count,
                         struct search_entry *entries)
{
    struct row_reading reading = {ids, count, SEARCH_ROW_TEXTS, entries, NULL};
    memset(entries, 0, count * sizeof(*entries));
    return read_rows(store->ctx, "search_text", &reading, read_texts);
}

enum error store_orders(struct store *store, const int64_t *ids, size_t count, uint32_t *orders)
{
    struct row_reading reading = {ids, count, SEARCH_ROW_ORDERS, NULL, orders};
    memset(orders, 0, count * sizeof(*orders));
    return read_rows(store->ctx, "search_order", &reading, read_orders);
}

/* --- One record ----------------------------------------------------------------------------- */

enum { FOUND_MAX = 8 };

struct finding {
    int64_t ids[FOUND_MAX];
    size_t count;
};

static enum error note_ids(void *state, size_t range, struct store_block *block,
                           const struct posting *posting)
{
    struct finding *finding = state;
    struct bitmap found = {{0}};
    if (!posting_or(posting, block->entries, &found))
        return E_OK;
    (void)range;
    for (size_t at = bitmap_next(&found, 0); at < SEARCH_BLOCK; at = bitmap_next(&found, at + 1))
        if (!(block->gone && bitmap_has(block->gone, at)) && finding->count < FOUND_MAX)
            finding->ids[finding->count++] = entry_id(block, at);
    return E_OK;
}

enum error store_find(struct store *store, struct str kind, struct str key, int64_t *id)
{
    struct finding finding = {.count = 0};
    struct search_entry entries[FOUND_MAX];
    uint64_t token = search_token_key(kind, key);
    *id = SEARCH_NONE;
    enum error error =
        store_postings(store, &(struct token_range){token, token}, 1, note_ids, &finding);
    if (!error)
        error = store_entries(store, finding.ids, finding.count, entries);
    for (size_t i = 0; !error && i < finding.count; i++)
        if (str_equal(entries[i].kind, kind) && str_equal(entries[i].key, key))
            *id = finding.ids[i];
    return error;
}

/* --- What is fresh -------------------------------------------------------------------------- */

struct fresh_list {
    struct fresh *items;
    size_t count, room;
};

static enum error add_fresh(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct fresh_list *list = state;
    struct fresh fresh = {.replaces = column(cursor, 2, DB_INT).integer};
    struct db_value data = column(cursor, 3, DB_BYTES);
    size_t at = 0;
    fresh.removed = data.null;
    if (data.null) {
        fresh.entry.kind = arena_str(ctx->arena, column(cursor, 0, DB_TEXT).text);
        fresh.entry.key = arena_str(ctx->arena, column(cursor, 1, DB_TEXT).text);
    } else if (!search_entry_unpack(arena_str(ctx->arena, data.text), &at, &fresh.entry))
        return store_damaged(ctx);
    if (list->count == list->room) {
        size_t room = 2 * list->room + SEARCH_FRESH_MAX;
        list->items = arena_grow(ctx->arena, list->items, list->room * sizeof(*list->items),
                                 room * sizeof(*list->items));
        list->room = room;
    }
    list->items[list->count++] = fresh;
    return E_OK;
}

enum error store_fresh(struct ctx *ctx, bool claiming, struct fresh **fresh, size_t *count)
{
    struct fresh_list list = {.items = arena_alloc(ctx->arena, sizeof(*list.items)), .room = 1};
    const struct sql *sql = claiming && !db_is_sqlite(ctx->db) ? &sql_search_fresh_all_on_postgres
                                                               : &sql_search_fresh_all;
    enum error error = db_rows(ctx, sql->text, NO_ARGS, add_fresh, &list);
    *fresh = list.items;
    *count = list.count;
    return error;
}

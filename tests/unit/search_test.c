/* The index of search: postings against plain sets, and answers that do not depend on how the
 * entries came to lie in blocks, on both databases. */
#include "core/search_query.h"

#include <stdio.h>

#include "core/search_block.h"
#include "core/search_planes.h"
#include "core/search_store.h"
#include "modules/organisations/organisations.h"
#include "unit/app.h"

static int forget(void **state)
{
    app_end(state);
    return database_forget(state);
}
#define APP_ON_BOTH(test)                                                                          \
    {#test " (sqlite)", test, database_on_sqlite, forget, NULL},                                   \
    {                                                                                              \
#test " (postgres)", test, database_on_postgres, forget, NULL                              \
    }

/* --- Postings ------------------------------------------------------------------------------- */

enum { DISTINCT = 40 };

struct expected {
    struct bitmap *of; /* of each token */
    size_t entries, seen;
    uint64_t last;
};

static bool check_page(void *state, uint64_t first, uint64_t last, struct str data)
{
    struct expected *expected = state;
    struct page_reader page = {.data = data, .token = first};
    struct posting posting;
    while (page_next(&page, &posting)) {
        struct bitmap found = {{0}};
        assert_true(!expected->seen || page.token > expected->last);
        assert_true(page.token <= last);
        assert_true(posting_or(&posting, expected->entries, &found));
        assert_memory_equal(&found, &expected->of[page.token % DISTINCT], sizeof(found));
        expected->last = page.token;
        expected->seen++;
    }
    assert_int_equal(page.at, data.length);
    assert_int_equal(expected->last, last);
    return true;
}

/* Tokens as rare and as common as can be: one entry in `i * i`, and all but those. */
static void postings_hold_what_was_put_in(void **state)
{
    static const size_t sizes[] = {1, 63, 64, 65, 1000, 20000, SEARCH_BLOCK};
    (void)state;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        struct arena arena = {0};
        uint64_t seed = s;
        struct block_maker *maker = block_maker_new(&arena, sizes[s]);
        struct expected expected = {arena_array(&arena, DISTINCT, sizeof(struct bitmap)), sizes[s],
                                    0, 0};
        for (size_t entry = 0; entry < sizes[s]; entry++) {
            uint64_t tokens[2 * DISTINCT];
            size_t count = 0;
            for (uint64_t t = 0; t < DISTINCT; t++) {
                bool rare = unit_random(&seed) % (1 + t / 2 * t) == 0;
                if (t % 2 ? rare : !rare || t == 0) {
                    tokens[count++] =
                        (t % 3) * DISTINCT * (UINT64_C(1) << 50) + t * 1000007 * DISTINCT + t;
                    if (t % 5 == 0) /* the same once more */
                    {
                        tokens[count] = tokens[count - 1];
                        count++;
                    }
                    bitmap_set(&expected.of[tokens[count - 1] % DISTINCT], entry);
                }
            }
            block_maker_add(maker, tokens, count);
        }
        assert_true(block_maker_pages(maker, check_page, &expected));
        assert_true(expected.seen > 0);
        arena_free(&arena);
    }
}

/* --- Sums ----------------------------------------------------------------------------------- */

enum { SUMMANDS = 30, SUMMAND_MOST = 50 };

/* Numbers added by planes are what they are when they are added one by one. */
static void planes_add_up(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 12; round++) {
        struct arena arena = {0};
        uint64_t seed = round;
        unsigned *sums = arena_array(&arena, SEARCH_BLOCK, sizeof(*sums)), most = 0;
        unsigned numbers[SUMMANDS];
        for (size_t i = 0; i < round * 2; i++)
            most += numbers[i] = (unsigned)(unit_random(&seed) % SUMMAND_MOST);
        struct planes planes = planes_new(&arena, most);
        for (size_t i = 0; i < round * 2; i++) {
            struct bitmap which = {{0}};
            size_t count = 0;
            for (size_t at = 0; at < SEARCH_BLOCK; at++)
                if (unit_random(&seed) % (round + i) == 0) {
                    bitmap_set(&which, at);
                    sums[at] += numbers[i];
                    count++;
                }
            assert_int_equal(bitmap_count(&which), count);
            planes_add(&planes, &which, numbers[i]);
        }
        for (unsigned least = 1; least <= 2 * most + 2; least += 1 + least / 4) {
            struct bitmap found;
            planes_at_least(&planes, least, &found);
            for (size_t at = 0; at < SEARCH_BLOCK; at++)
                assert_int_equal(bitmap_has(&found, at), sums[at] >= least);
        }
        arena_free(&arena);
    }
}

/* --- Answers -------------------------------------------------------------------------------- */

enum { MADE = 900 };

static struct ctx context(void **state)
{
    struct ctx ctx = {
        .arena = database_arena(state), .db = database_conn(state), .who = &principal_operator};
    assert_non_null(app_of(state));
    ctx_clear(&ctx);
    return ctx;
}

/* Names out of few characters, so that everything meets everything. */
static struct organisation made_up(struct arena *arena, uint64_t number)
{
    static const char *const words[] = {"重庆", "科技", "长安", "宏", "达", "量子", "实验室", "5G"};
    uint64_t seed = number;
    struct buf name = {.arena = arena};
    for (uint64_t i = 0; i < 2 + number % 3; i++)
        buf_add(&name, str_of(words[unit_random(&seed) % COUNT(words)]));
    return (struct organisation){.code = arena_print(arena, "T%05llu", (unsigned long long)number),
                                 .name = buf_str(&name),
                                 .kind = STR("other"),
                                 .state = STR("active")};
}

static struct str answers(struct ctx *ctx)
{
    static const char *const queries[] = {
        "重庆",         "科技 长安",         "重慶科技",   "宏",     "宏达",
        "kj",           "changan",           "5g",         "T00012", "T000",
        "\"科技长安\"", "量子 5G 实验室 宏", "没有的 量子"};
    struct buf out = {.arena = ctx->arena};
    for (size_t i = 0; i < COUNT(queries); i++) {
        struct search_request request = {
            .query = str_of(queries[i]), .kind = STR("organisation"), .limit = 50};
        struct search_answer answer;
        assert_int_equal(search_ask(ctx, &request, &answer), E_OK);
        struct json json = {.out = &out};
        fields_to_json(NULL, &json, ROW(search_answer, &answer));
        buf_char(&out, '\n');
    }
    return buf_str(&out);
}

static void clear(struct ctx *ctx)
{
    assert_int_equal(store_clear(ctx), E_OK);
}

static void put_singly(struct ctx *ctx, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        struct organisation record = made_up(ctx->arena, i);
        ctx->sequence = (int64_t)i;
        assert_int_equal(search_put(ctx, ROW(organisation, &record)), E_OK);
    }
}

static void put_together(struct ctx *ctx, uint64_t from, uint64_t to, bool is_new)
{
    struct search_bulk *bulk = search_bulk_begin(ctx, search_kind(&organisation_shape));
    for (uint64_t i = from; i < to; i++) {
        struct organisation record = made_up(ctx->arena, i);
        assert_int_equal(search_bulk_put(bulk, &record, is_new), E_OK);
    }
    assert_int_equal(search_bulk_end(bulk), E_OK);
}

static void answers_do_not_depend_on_how_entries_came(void **state)
{
    struct ctx ctx = context(state);
    assert_status(db_begin(ctx.db, true), DB_OK);
    clear(&ctx);
    put_together(&ctx, 0, MADE, true);
    struct str wanted = answers(&ctx);
    assert_true(memmem(wanted.data, wanted.length, "\"truncated\":true", 16));

    clear(&ctx); /* one by one: fresh ones are put into blocks every now and then */
    put_singly(&ctx, 0, MADE);
    assert_true(str_equal(answers(&ctx), wanted));

    clear(&ctx); /* in several blocks, and some fresh; then once more what is there */
    put_together(&ctx, 0, 700, true);
    put_together(&ctx, 700, 720, true);
    put_singly(&ctx, 720, 800);
    put_together(&ctx, 790, MADE, false);
    put_singly(&ctx, 600, 650);
    assert_true(str_equal(answers(&ctx), wanted));
    db_rollback(ctx.db);
}

static void what_is_removed_is_found_no_more(void **state)
{
    struct ctx ctx = context(state);
    const struct searchable *kind = search_kind(&organisation_shape);
    assert_status(db_begin(ctx.db, true), DB_OK);
    clear(&ctx);
    put_together(&ctx, 0, 400, true);
    struct str wanted = answers(&ctx);
    put_together(&ctx, 400, MADE, true);
    struct search_bulk *bulk = search_bulk_begin(&ctx, kind);
    for (uint64_t i = 420; i < MADE; i++)
        assert_int_equal(search_bulk_remove(bulk, made_up(ctx.arena, i).code), E_OK);
    assert_int_equal(search_bulk_end(bulk), E_OK);
    for (uint64_t i = 400; i < 420; i++)
        assert_int_equal(search_remove(&ctx, kind, made_up(ctx.arena, i).code), E_OK);
    assert_true(str_equal(answers(&ctx), wanted));
    db_rollback(ctx.db);
}

/* Pages that somebody has damaged give an error, never a wrong answer or a crash. */
static void a_damaged_index_is_said_to_be_one(void **state)
{
    struct ctx ctx = context(state);
    struct search_answer answer;
    assert_status(db_begin(ctx.db, true), DB_OK);
    clear(&ctx);
    put_together(&ctx, 0, 300, true);
    const char *spoil = db_is_sqlite(ctx.db) ? "UPDATE search_text SET data = x'ffff'"
                                             : "UPDATE search_text SET data = '\\xffff'";
    assert_status(database_do(ctx.db, spoil, NULL), DB_DONE);
    enum error error = search_ask(
        &ctx, &(struct search_request){.query = STR("重庆"), .kind = STR_NONE, .limit = 10},
        &answer);
    assert_int_equal(error, E_INTERNAL);
    db_rollback(ctx.db);
}

UNIT_GROUP(search, cmocka_unit_test(postings_hold_what_was_put_in), cmocka_unit_test(planes_add_up),
           APP_ON_BOTH(answers_do_not_depend_on_how_entries_came),
           APP_ON_BOTH(what_is_removed_is_found_no_more),
           APP_ON_BOTH(a_damaged_index_is_said_to_be_one))

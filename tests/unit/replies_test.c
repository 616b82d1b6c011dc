/* Replies that are given again: only as long as nothing has changed, and to whom they belong. */
#include "core/replies.h"

#include <stdio.h>

#include "unit/unit.h"

static struct request asking(const char *path, const char *query, const char *language)
{
    return (struct request){.method = STR("GET"),
                            .path = str_of(path),
                            .query = str_of(query),
                            .accept_language = str_of(language)};
}

static struct reply replying(const char *body)
{
    return (struct reply){.status = 200,
                          .content_type = STR("application/json"),
                          .body = str_of(body),
                          .etag = STR("\"7\""),
                          .file = -1};
}

static struct replies *with_one(struct request *request, const char *body)
{
    struct replies *replies = replies_new();
    struct reply reply = replying(body);
    replies_at(replies, 1, date_of(2026, 11, 24));
    *request = asking("/api/areas/CQ", "", "zh");
    replies_keep(replies, request, &reply);
    return replies;
}

static void a_kept_reply_is_the_same_again(void **state)
{
    struct arena arena = {0};
    struct request request;
    struct reply again;
    struct replies *replies = with_one(&request, "{\"code\":\"CQ\"}");
    (void)state;
    assert_true(replies_find(replies, &arena, &request, &again));
    assert_int_equal(again.status, 200);
    assert_str(again.body, "{\"code\":\"CQ\"}");
    assert_str(again.etag, "\"7\"");
    request.if_none_match = STR("\"7\"");
    assert_true(replies_find(replies, &arena, &request, &again));
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.length, 0);
    replies_free(replies);
    arena_free(&arena);
}

static void a_commit_or_a_new_day_ends_it(void **state)
{
    struct arena arena = {0};
    struct request request;
    struct reply again;
    struct replies *replies = with_one(&request, "old");
    (void)state;
    replies_at(replies, 2, date_of(2026, 11, 24));
    assert_false(replies_find(replies, &arena, &request, &again));
    replies_at(replies, 1, date_of(2026, 11, 24)); /* going back brings nothing back */
    assert_false(replies_find(replies, &arena, &request, &again));
    replies_free(replies);
    replies = with_one(&request, "old");
    replies_at(replies, 1, date_of(2026, 11, 25));
    assert_false(replies_find(replies, &arena, &request, &again));
    replies_free(replies);
    arena_free(&arena);
}

static void it_belongs_to_its_address_language_and_reader(void **state)
{
    struct arena arena = {0};
    struct request request;
    struct reply again;
    struct replies *replies = with_one(&request, "x");
    (void)state;
    struct request others[] = {asking("/api/areas/CN", "", "zh"),
                               asking("/api/areas/CQ", "a", "zh"),
                               asking("/api/areas/CQ", "", "en"), asking("/api/areas/C", "Q", "zh"),
                               asking("/api/areas/CQzh", "", "")};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(replies_find(replies, &arena, &others[i], &again));
    request.who = &principal_operator;
    assert_false(replies_find(replies, &arena, &request, &again));
    replies_free(replies);
    arena_free(&arena);
}

static void what_an_operator_saw_and_what_failed_is_not_kept(void **state)
{
    struct arena arena = {0};
    struct replies *replies = replies_new();
    struct request request = asking("/api/documents/1", "", "");
    struct reply reply = replying("secret"), again;
    (void)state;
    replies_at(replies, 1, date_of(2026, 11, 24));
    request.who = &principal_operator;
    replies_keep(replies, &request, &reply);
    request.who = NULL;
    assert_false(replies_find(replies, &arena, &request, &again));
    reply.status = 404;
    replies_keep(replies, &request, &reply);
    assert_false(replies_find(replies, &arena, &request, &again));
    replies_free(replies);
    arena_free(&arena);
}

/* Against the plainest oracle: a list of what was kept since the last change. */
static void random_use_never_gives_a_stale_or_foreign_reply(void **state)
{
    enum { PATHS = 2000 };
    static int64_t kept_at[PATHS];
    struct arena arena = {0};
    struct replies *replies = replies_new();
    uint64_t seed = 9;
    int64_t version = 1, found = 0;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint64_t dice = unit_random(&seed) % 1000;
        size_t n = unit_random(&seed) % PATHS;
        char path[32], body[48];
        snprintf(path, sizeof(path), "/api/x/%zu", n);
        struct request request = asking(path, "", "");
        struct reply again;
        version += dice == 0;
        replies_at(replies, version, date_of(2026, 1, 1));
        if (replies_find(replies, &arena, &request, &again)) {
            snprintf(body, sizeof(body), "%zu at %lld", n, (long long)version);
            assert_str(again.body, body);
            assert_int_equal(kept_at[n], version);
            found++;
        } else {
            snprintf(body, sizeof(body), "%zu at %lld", n, (long long)version);
            struct reply reply = replying(body);
            replies_keep(replies, &request, &reply);
            kept_at[n] = version;
        }
        arena_reset(&arena);
    }
    assert_true(found > 1000);
    replies_free(replies);
    arena_free(&arena);
}

UNIT_GROUP(replies, cmocka_unit_test(a_kept_reply_is_the_same_again),
           cmocka_unit_test(a_commit_or_a_new_day_ends_it),
           cmocka_unit_test(it_belongs_to_its_address_language_and_reader),
           cmocka_unit_test(what_an_operator_saw_and_what_failed_is_not_kept),
           cmocka_unit_test(random_use_never_gives_a_stale_or_foreign_reply))

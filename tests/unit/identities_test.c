/* Identities that are remembered: the right one for each secret, and none any longer than it may.
 */
#include "core/identities.h"

#include <pthread.h>
#include <stdio.h>

#include "unit/unit.h"

enum { SECRETS = 3 * IDENTITY_SLOTS, THREADS = 4, ROUNDS = 2000 };

static struct identity identity_of(int64_t account)
{
    return (struct identity){.account_id = account,
                             .grant_id = account + 1,
                             .role = STR("analyst"),
                             .name = STR("li"),
                             .organisation_code = STR_NONE,
                             .area_code = STR(""),
                             .department_code = STR_NONE,
                             .csrf_token = STR("token"),
                             .scopes = STR_NONE};
}

static struct str secret(struct arena *arena, int number)
{
    return arena_print(arena, "%064d", number);
}

static void what_is_kept_is_found(void **state)
{
    struct arena arena = {0};
    struct identities *identities = identities_new();
    struct identity made = identity_of(7), found;
    (void)state;
    assert_false(identities_find(identities, &arena, secret(&arena, 1), &found));
    identities_keep(identities, secret(&arena, 1), identities_state(identities), &made);
    assert_true(identities_find(identities, &arena, secret(&arena, 1), &found));
    assert_int_equal(found.account_id, 7);
    assert_int_equal(found.grant_id, 8);
    assert_str(found.role, "analyst");
    assert_str(found.csrf_token, "token");
    assert_null(found.scopes.data); /* what is no token's stays so */
    assert_null(found.organisation_code.data);
    assert_non_null(found.area_code.data); /* empty is not nothing */
    assert_false(identities_find(identities, &arena, secret(&arena, 2), &found));
    assert_false(identities_find(identities, &arena, STR(""), &found));
    identities_free(identities);
    arena_free(&arena);
}

static void a_change_forgets_all_and_what_was_looked_up_before(void **state)
{
    struct arena arena = {0};
    struct identities *identities = identities_new();
    struct identity made = identity_of(7), found;
    (void)state;
    identities_keep(identities, secret(&arena, 1), identities_state(identities), &made);
    unsigned before = identities_state(identities);
    identities_forget(identities);
    assert_false(identities_find(identities, &arena, secret(&arena, 1), &found));
    /* A look-up that began before the change ends after it. */
    identities_keep(identities, secret(&arena, 2), before, &made);
    assert_false(identities_find(identities, &arena, secret(&arena, 2), &found));
    identities_keep(identities, secret(&arena, 2), identities_state(identities), &made);
    assert_true(identities_find(identities, &arena, secret(&arena, 2), &found));
    identities_free(identities);
    arena_free(&arena);
}

/* More secrets than there are slots: some are forgotten, none is taken for another. */
static void nobody_is_taken_for_somebody_else(void **state)
{
    struct arena arena = {0};
    struct identities *identities = identities_new();
    int found_again = 0;
    (void)state;
    for (int i = 0; i < SECRETS; i++) {
        struct identity made = identity_of(i);
        identities_keep(identities, secret(&arena, i), identities_state(identities), &made);
    }
    for (int i = 0; i < SECRETS; i++) {
        struct identity found;
        if (!identities_find(identities, &arena, secret(&arena, i), &found))
            continue;
        found_again++;
        assert_int_equal(found.account_id, i);
    }
    assert_in_range(found_again, 1, IDENTITY_SLOTS);
    identities_free(identities);
    arena_free(&arena);
}

static void what_is_too_long_is_not_kept_cut_off(void **state)
{
    struct arena arena = {0};
    struct identities *identities = identities_new();
    struct identity made = identity_of(7), found;
    (void)state;
    made.scopes = arena_print(&arena, "%0*d", IDENTITY_TEXT, 1);
    identities_keep(identities, secret(&arena, 1), identities_state(identities), &made);
    assert_false(identities_find(identities, &arena, secret(&arena, 1), &found));
    made.scopes = STR("read");
    struct str long_secret = arena_print(&arena, "%0*d", 100 * IDENTITY_TEXT, 2);
    identities_keep(identities, long_secret, identities_state(identities), &made);
    assert_true(identities_find(identities, &arena, long_secret, &found));
    assert_false(
        identities_find(identities, &arena, str_first(long_secret, IDENTITY_TEXT), &found));
    identities_free(identities);
    arena_free(&arena);
}

struct user {
    pthread_t thread;
    struct identities *identities;
    int number;
    bool wrong;
};

static void *use(void *state)
{
    struct user *user = state;
    struct arena arena = {0};
    for (int i = 0; i < ROUNDS; i++) {
        struct identity made = identity_of(i % 50), found;
        identities_keep(user->identities, secret(&arena, i % 50),
                        identities_state(user->identities), &made);
        if (identities_find(user->identities, &arena, secret(&arena, i % 50), &found))
            user->wrong = user->wrong || found.account_id != i % 50;
        if (i % 100 == user->number)
            identities_forget(user->identities);
    }
    arena_free(&arena);
    return NULL;
}

static void threads_do_not_disturb_one_another(void **state)
{
    struct user users[THREADS];
    struct identities *identities = identities_new();
    (void)state;
    for (int i = 0; i < THREADS; i++) {
        users[i] = (struct user){.identities = identities, .number = i};
        pthread_create(&users[i].thread, NULL, use, &users[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(users[i].thread, NULL);
        assert_false(users[i].wrong);
    }
    identities_free(identities);
}

UNIT_GROUP(identities, cmocka_unit_test(what_is_kept_is_found),
           cmocka_unit_test(a_change_forgets_all_and_what_was_looked_up_before),
           cmocka_unit_test(nobody_is_taken_for_somebody_else),
           cmocka_unit_test(what_is_too_long_is_not_kept_cut_off),
           cmocka_unit_test(threads_do_not_disturb_one_another))

/* Passwords: which are taken, and what is kept of them. */
#include "core/password.h"
#include "unit/unit.h"

enum { LENGTH_MIN = 10, MADE_UP = 200 };

static struct ctx context(struct arena *arena)
{
    struct ctx ctx = {.arena = arena, .who = &principal_public, .language = LANGUAGE_EN};
    ctx_clear(&ctx);
    return ctx;
}

/* Is it taken, from somebody of this name? */
static bool taken(const char *password, const char *name)
{
    struct arena arena = {0};
    struct ctx ctx = context(&arena);
    enum error error = password_check(&ctx, "password", str_of(password), str_of(name), LENGTH_MIN);
    assert_true(error == E_OK || error == E_INVALID);
    if (error)
        assert_str(ctx.complaints->field, "password");
    arena_free(&arena);
    return !error;
}

static void good_passwords_are_taken(void **state)
{
    static const char *const good[] = {"Blau-Wal-77", "aB3!aB3!aB", "correct Horse 9 battery",
                                       "9月的雨Ab比春天的冷", "Xk7mQ2vR9t"};
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        if (!taken(good[i], "li"))
            fail_msg("%s", good[i]);
}

static void bad_passwords_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "Ab3!",
                                      "Blau-Wal-",        /* nine */
                                      "密码密Aa1",        /* six characters, though twelve bytes */
                                      "alllowercaseonly", /* one kind */
                                      "lower123case987",  /* two */
                                      "Blau-abcd-W7x",    /* a row of letters */
                                      "Blau-dcba-W7x",    /* and back */
                                      "Blau-1234-Wal",
                                      "Blau-9876-Wal",
                                      "Blau-aaaa-Wal",
                                      "My-PassWord-77",
                                      "Qwerty-Wal-77",
                                      "ADMIN-wal-77x",
                                      "Kechuang-Wal-7"};
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (taken(bad[i], "li"))
            fail_msg("%s", bad[i]);
    char longest[PASSWORD_MAX + 2];
    for (size_t i = 0; i < sizeof(longest); i++)
        longest[i] = "aB3!x"[i % 5];
    longest[PASSWORD_MAX + 1] = '\0';
    assert_false(taken(longest, "li"));
    longest[PASSWORD_MAX] = '\0';
    assert_true(taken(longest, "li"));
}

static void a_name_does_not_stand_in_its_password(void **state)
{
    (void)state;
    assert_false(taken("Zhangsan-Wal-77", "zhangsan"));
    assert_false(taken("x-ZHANGSAN-77y", "zhangsan"));
    assert_true(taken("Zhangsan-Wal-77", "lisi"));
    assert_true(taken("Blau-Li-Wal-77", "li")); /* two letters stand in anything */
}

static void only_the_password_itself_opens_its_hash(void **state)
{
    struct arena arena = {0};
    struct ctx ctx = context(&arena);
    struct str first, second;
    (void)state;
    assert_int_equal(password_hash(&ctx, STR("Blau-Wal-77"), &first), E_OK);
    assert_int_equal(password_hash(&ctx, STR("Blau-Wal-77"), &second), E_OK);
    assert_true(str_starts(first, STR("$argon2id$v=19$m=65536,")));
    assert_false(str_equal(first, second)); /* salted */
    assert_true(password_is(first, STR("Blau-Wal-77")));
    assert_false(password_is(first, STR("Blau-Wal-78")));
    assert_false(password_is(first, STR("Blau-Wal-77 ")));
    assert_false(password_is(first, STR("")));
    assert_false(password_is(str_first(first, first.length - 1), STR("Blau-Wal-77")));
    arena_free(&arena);
}

/* The hash that stands in for none has a password that nobody has; whatever it is, it opens
 * nothing. */
static void without_a_hash_nothing_is_right(void **state)
{
    (void)state;
    assert_false(password_is(STR_NONE, STR("")));
    assert_false(password_is(STR_NONE, STR("Blau-Wal-77")));
    assert_false(password_is(STR(""), STR("")));
    assert_false(password_is(STR("plain"), STR("plain")));
}

static void passwords_made_up_obey_the_rules(void **state)
{
    struct arena arena = {0};
    struct ctx ctx = context(&arena);
    struct str before = STR("");
    (void)state;
    for (int i = 0; i < MADE_UP; i++) {
        struct str made = password_made_up(&ctx);
        assert_int_equal(password_check(&ctx, "password", made, STR("admin"), LENGTH_MIN), E_OK);
        assert_int_equal(made.length, 16);
        assert_false(str_equal(made, before));
        before = made;
    }
    arena_free(&arena);
}

UNIT_GROUP(password, cmocka_unit_test(good_passwords_are_taken),
           cmocka_unit_test(bad_passwords_are_refused),
           cmocka_unit_test(a_name_does_not_stand_in_its_password),
           cmocka_unit_test(only_the_password_itself_opens_its_hash),
           cmocka_unit_test(without_a_hash_nothing_is_right),
           cmocka_unit_test(passwords_made_up_obey_the_rules))

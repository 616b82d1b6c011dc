/* What is one's own, for each scope; and that a list's condition and a record's check agree. */
#include "core/ownership.h"

#include <stdio.h>

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

struct thing {
    struct str organisation_code, area_code, department_code;
    int64_t account_id;
};
static const struct field thing_fields[] = {
    FIELD(struct thing, organisation_code, "单位", "Organisation"),
    FIELD(struct thing, area_code, "区域", "Area"),
    FIELD(struct thing, department_code, "部门", "Department"),
    FIELD(struct thing, account_id, "账户", "Account"),
};
static const SHAPE(thing);
static const struct ownership by_all = {.organisation = "organisation_code",
                                        .area = "area_code",
                                        .department = "department_code",
                                        .account = "account_id"};
static const struct ownership by_account = {.account = "account_id"};
static const struct ownership by_none = {.account = NULL};

static struct ctx context(void **state, const struct principal *who)
{
    struct app *app = app_of(state);
    struct ctx ctx = {.arena = database_arena(state), .db = database_conn(state), .who = who};
    assert_non_null(app);
    ctx_clear(&ctx);
    return ctx;
}

static bool holds(void **state, const struct principal *who, const struct ownership *owned,
                  struct thing record)
{
    struct ctx ctx = context(state, who);
    bool own = true;
    assert_int_equal(db_begin(ctx.db, false), DB_OK);
    enum error error = ownership_holds(&ctx, owned, ROW(thing, &record), &own);
    db_rollback(ctx.db);
    assert_int_equal(error, E_OK);
    return own;
}

static struct principal acting(enum role role)
{
    return (struct principal){.account_id = 12,
                              .role = role,
                              .organisation_code = STR_NONE,
                              .area_code = STR_NONE,
                              .department_code = STR_NONE};
}

static struct thing nobodys(void)
{
    return (struct thing){STR_NONE, STR_NONE, STR_NONE, 99};
}

static void each_scope_has_its_column(void **state)
{
    struct principal firm = acting(ROLE_ENTERPRISE), department = acting(ROLE_DEPARTMENT_OFFICER);
    struct principal expert = acting(ROLE_EXPERT), analyst = acting(ROLE_ANALYST);
    struct thing record = nobodys();
    firm.organisation_code = STR("91350100M000100Y43");
    department.department_code = STR("XD01");
    assert_false(holds(state, &firm, &by_all, record));
    assert_false(holds(state, &department, &by_all, record));
    assert_false(holds(state, &expert, &by_all, record));
    assert_true(holds(state, &analyst, &by_all, record));
    record.account_id = 12;
    assert_true(holds(state, &expert, &by_all, record));
    assert_false(holds(state, &firm, &by_all, record)); /* the organisation decides */
    assert_true(holds(state, &firm, &by_account, record));
    assert_false(holds(state, &firm, &by_none, record));
    record.organisation_code = STR("91350100M000100Y43");
    assert_true(holds(state, &firm, &by_all, record));
    record.organisation_code = STR("91350100M000100Y4");
    assert_false(holds(state, &firm, &by_all, record));
    record.department_code = STR("XD01");
    assert_true(holds(state, &department, &by_all, record));
    record.department_code = STR("XD02");
    assert_false(holds(state, &department, &by_all, record));
}

/* A grant whose scope is missing opens nothing, not everything. */
static void a_scope_that_is_missing_holds_nothing(void **state)
{
    static const enum role roles[] = {ROLE_ENTERPRISE, ROLE_BANK, ROLE_DISTRICT_OFFICER,
                                      ROLE_DEPARTMENT_OFFICER, ROLE_PUBLIC};
    struct thing records[] = {
        nobodys(), {STR(""), STR(""), STR(""), 0}, {STR("x"), STR("XZ"), STR("XD01"), 0}};
    for (size_t i = 0; i < COUNT(roles); i++)
        for (size_t j = 0; j < COUNT(records); j++) {
            struct principal who = acting(roles[i]);
            assert_false(holds(state, &who, &by_all, records[j]));
        }
    /* Nobody in particular has no account, and so nothing without one either. */
    struct thing unowned = {STR_NONE, STR_NONE, STR_NONE, 0};
    assert_false(holds(state, &principal_public, &by_account, unowned));
    assert_string_equal(ownership_condition(&principal_public, &by_account, database_arena(state)),
                        "FALSE");
}

/* Which areas are an officer's, by the check of a record and by the condition of a list. */
static void areas_are_own(void **state, const char *own, const char *wanted)
{
    static const char *const areas[] = {"XZ",    "XZ-BH", "XZ-DL", "XZ-GD",  "XZ-GX",
                                        "XZ-NP", "XZ-XG", "XZ-XL", "XZ-PARK"};
    struct principal officer = acting(ROLE_DISTRICT_OFFICER);
    officer.area_code = str_of(own);
    struct ctx ctx = context(state, &officer);
    for (size_t i = 0; i < COUNT(areas); i++) {
        struct thing record = nobodys();
        record.area_code = str_of(areas[i]);
        char word[20];
        snprintf(word, sizeof(word), " %s ", areas[i]);
        bool expected = strstr(wanted, word) != NULL;
        if (holds(state, &officer, &by_all, record) != expected)
            fail_msg("%s is%s %s's", areas[i], expected ? " not" : "", own);
        struct sql sql = {
            "own", arena_print(ctx.arena, "SELECT 1 FROM area WHERE code = '%s' AND %s", areas[i],
                               ownership_condition(&officer, &(struct ownership){.area = "code"},
                                                   ctx.arena))};
        assert_int_equal(db_begin(ctx.db, false), DB_OK);
        enum error error = db_one(&ctx, &sql, NO_ARGS, (struct row){NULL, NULL});
        db_rollback(ctx.db);
        assert_int_equal(error, expected ? E_OK : E_NOT_FOUND);
    }
}

static void a_district_has_what_lies_in_it_and_its_predecessors(void **state)
{
    areas_are_own(state, "XZ-DL", " XZ-DL ");
    areas_are_own(state, "XZ-XG", " XZ-XG  XZ-GD  XZ-GX ");
    areas_are_own(state, "XZ-GD", " XZ-GD "); /* and not what came after it */
    areas_are_own(state, "XZ", " XZ  XZ-BH  XZ-DL  XZ-GD  XZ-GX  XZ-NP  XZ-XG  XZ-XL  XZ-PARK ");
    areas_are_own(state, "XZ-NONE", "");
}

static enum error see(void **state, enum role role, int64_t visibility, struct str area)
{
    struct principal who = acting(role);
    struct thing record = nobodys();
    if (role == ROLE_DISTRICT_OFFICER)
        who.area_code = STR("XZ-DL");
    record.area_code = area;
    struct ctx ctx = context(state, &who);
    assert_int_equal(db_begin(ctx.db, false), DB_OK);
    enum error error = ownership_may_see(&ctx, &by_all, ROW(thing, &record), visibility);
    db_rollback(ctx.db);
    return error;
}

static void visibility_goes_by_clearance_and_by_what_is_own(void **state)
{
    struct str own = STR("XZ-DL"), foreign = STR("XZ-NP");
    for (int64_t level = VISIBILITY_PUBLIC; level <= VISIBILITY_DRAFT; level++)
        for (size_t role = 0; role < ROLE_COUNT; role++) {
            bool cleared = level <= (int64_t)role_infos[role].clearance;
            bool officer = role == ROLE_DISTRICT_OFFICER;
            assert_int_equal(see(state, (enum role)role, level, own),
                             cleared || officer ? E_OK : E_NOT_FOUND);
            assert_int_equal(see(state, (enum role)role, level, foreign),
                             cleared ? E_OK : E_NOT_FOUND);
        }
}

static void what_is_left_out_becomes_the_writers_own(void **state)
{
    struct principal officer = acting(ROLE_DISTRICT_OFFICER), analyst = acting(ROLE_ANALYST);
    struct thing record = nobodys();
    officer.area_code = STR("XZ-DL");
    struct ctx ctx = context(state, &officer);
    ownership_fill_in(&ctx, &by_all, ROW(thing, &record));
    assert_str(record.area_code, "XZ-DL");
    assert_null(record.department_code.data);
    record.area_code = STR("XZ-NP");
    ownership_fill_in(&ctx, &by_all, ROW(thing, &record));
    assert_str(record.area_code, "XZ-NP"); /* what is said stays, and is refused */
    assert_int_equal(db_begin(ctx.db, false), DB_OK);
    assert_int_equal(ownership_require(&ctx, &by_all, ROW(thing, &record)), E_FORBIDDEN);
    db_rollback(ctx.db);
    record = nobodys();
    ctx.who = &analyst;
    ownership_fill_in(&ctx, &by_all, ROW(thing, &record));
    assert_null(record.area_code.data);
    assert_int_equal(record.account_id, 99);
}

UNIT_GROUP(ownership, APP_ON_BOTH(each_scope_has_its_column),
           APP_ON_BOTH(a_scope_that_is_missing_holds_nothing),
           APP_ON_BOTH(a_district_has_what_lies_in_it_and_its_predecessors),
           APP_ON_BOTH(visibility_goes_by_clearance_and_by_what_is_own),
           APP_ON_BOTH(what_is_left_out_becomes_the_writers_own))

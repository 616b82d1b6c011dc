/* Lifecycles: the table is checked, a record moves by its steps only, of two who step one is first.
 */
#include "core/lifecycle.h"

#include "core/route.h"
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

struct parcel {
    int64_t id;
    bool heavy;
};

static int delivered; /* how often the effect ran */

static enum error not_heavy(struct ctx *ctx, const void *record)
{
    const struct parcel *parcel = record;
    return parcel->heavy ? (fail)(ctx, E_CONFLICT, "太重", "too heavy") : E_OK;
}

static enum error count_delivery(struct ctx *ctx, const void *record)
{
    (void)ctx;
    (void)record;
    delivered++;
    return E_OK;
}

static const struct lifecycle_state parcel_states[] = {
    {"packed", "已打包", "Packed", false},
    {"sent", "已寄出", "Sent", false},
    {"delivered", "已送达", "Delivered", true},
    {"lost", "已丢失", "Lost", true},
};
static const struct transition parcel_steps[] = {
    STEP("dispatch", "packed", "sent", "寄出", "Send", .roles = ANALYSTS, .guard = not_heavy),
    STEP("delivery", "sent", "delivered", "送达", "Deliver", .roles = ANALYSTS,
         .effect = count_delivery),
    STEP("loss", "sent", "lost", "报失", "Report as lost", .roles = ANALYSTS, .reason = true),
    STEP("expiry", "packed", "lost", "过期", "Expire"),
};
static const LIFECYCLE(parcel, "parcel", "包裹", "Parcel");

static void the_table_has_no_flaw(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_null(lifecycle_flaw(&parcel_lifecycle, &arena));
    arena_free(&arena);
}

static void nor_has_any_of_the_program(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t count = 0;
    for (size_t m = 0; m < module_count; m++)
        for (const struct lifecycle *const *one = modules[m]->lifecycles; one && *one; one++) {
            const char *flaw = lifecycle_flaw(*one, &arena);
            if (flaw)
                fail_msg("%s: %s", (*one)->name, flaw);
            count++;
        }
    assert_true(count > 0);
    arena_free(&arena);
}

/* Walks every lifecycle from its first state by every step that there is: wherever it comes,
 * somebody who signs in can go on, or the program does, until the end; every step is taken; and
 * none is left to the operator alone, who is gone once there are administrators. */
static void every_state_is_left_by_somebody(void **state)
{
    (void)state;
    for (size_t m = 0; m < module_count; m++)
        for (const struct lifecycle *const *one = modules[m]->lifecycles; one && *one; one++) {
            const struct lifecycle *is = *one;
            bool reached[LIFECYCLE_STATES_MAX] = {true}, taken[256] = {false};
            assert_true(is->step_count <= COUNT(taken));
            for (size_t round = 0; round < is->state_count; round++)
                for (size_t i = 0; i < is->state_count; i++)
                    for (size_t n = 0; reached[i] && n < is->step_count; n++) {
                        if (strcmp(is->steps[n].from, is->states[i].name) != 0)
                            continue;
                        taken[n] = true;
                        for (size_t to = 0; to < is->state_count; to++)
                            reached[to] =
                                reached[to] || strcmp(is->steps[n].to, is->states[to].name) == 0;
                    }
            for (size_t i = 0; i < is->state_count; i++) {
                size_t ways = 0;
                for (size_t n = 0; n < is->step_count; n++)
                    ways += strcmp(is->steps[n].from, is->states[i].name) == 0;
                if (!reached[i] || (!ways && !is->states[i].final))
                    fail_msg("%s: %s is never reached, or never left", is->name,
                             is->states[i].name);
            }
            for (size_t n = 0; n < is->step_count; n++)
                if (!taken[n] || (is->steps[n].roles && !(is->steps[n].roles & SIGNED_IN)))
                    fail_msg("%s: nobody takes %s", is->name, is->steps[n].event);
        }
}

/* The parcel's table with one step changed, or fewer steps. */
static const char *flaw_with(struct arena *arena, size_t n, struct transition step, size_t count)
{
    struct transition steps[COUNT(parcel_steps)];
    struct lifecycle lifecycle = parcel_lifecycle;
    memcpy(steps, parcel_steps, sizeof(steps));
    steps[n] = step;
    lifecycle.steps = steps;
    lifecycle.step_count = count;
    const char *flaw = lifecycle_flaw(&lifecycle, arena);
    return flaw ? flaw : "none";
}

static void flaws_are_found(void **state)
{
    (void)state;
    struct arena arena = {0};
    size_t all = COUNT(parcel_steps);
    struct transition wrong = parcel_steps[0], twice = parcel_steps[1], back = parcel_steps[3];
    struct transition nowhere = parcel_steps[1];
    wrong.to = "gone";
    assert_string_equal(flaw_with(&arena, 0, wrong, all), "dispatch: gone is no state");
    twice.event = "loss";
    assert_string_equal(flaw_with(&arena, 1, twice, all), "two steps loss from sent");
    assert_string_equal(flaw_with(&arena, 0, parcel_steps[0], 1), "packed is a dead end");
    back.from = "lost";
    back.to = "sent";
    assert_string_equal(flaw_with(&arena, 3, back, all),
                        "expiry: time alone leaves the final lost");
    nowhere.to = "sent";
    assert_string_equal(flaw_with(&arena, 1, nowhere, all), "nothing leads to delivered");
    arena_free(&arena);
}

/* --- On a database -------------------------------------------------------------------------- */

static struct ctx context(void **state, const struct principal *who)
{
    struct ctx ctx = {.arena = database_arena(state),
                      .db = database_conn(state),
                      .who = who,
                      .language = LANGUAGE_EN,
                      .sequence = 7,
                      .now = {1000}};
    ctx_clear(&ctx);
    return ctx;
}

static void begin(void **state)
{
    assert_non_null(app_of(state));
    database_write(database_conn(state),
                   "CREATE TABLE parcel (id INTEGER PRIMARY KEY, state TEXT, changed_seq INTEGER)");
    database_write(database_conn(state), "INSERT INTO parcel VALUES (1, 'packed', 1)");
}

static enum error take(struct ctx *ctx, const char *from, const char *event, const char *reason,
                       struct parcel parcel)
{
    assert_int_equal(db_begin(ctx->db, true), DB_OK);
    enum error error =
        lifecycle_take(ctx, &parcel_lifecycle, 1, str_of(from), event, str_of(reason), &parcel);
    if (error)
        db_rollback(ctx->db);
    else
        assert_int_equal(db_commit(ctx->db), DB_OK);
    return error;
}

static struct str state_now(void **state)
{
    return database_rows(database_arena(state), database_conn(state),
                         "SELECT state, changed_seq FROM parcel", NULL, "ti");
}

static void a_record_moves_by_its_steps_only(void **state)
{
    begin(state);
    struct ctx ctx = context(state, &principal_operator);
    struct parcel light = {1, false}, heavy = {1, true};
    delivered = 0;
    assert_int_equal(take(&ctx, "packed", "delivery", NULL, light), E_CONFLICT);
    assert_str(ctx.detail, "it is \"Packed\" now; possible: Send");
    assert_int_equal(take(&ctx, "packed", "dispatch", NULL, heavy), E_CONFLICT);
    assert_str(ctx.detail, "too heavy");
    assert_int_equal(take(&ctx, "packed", "expiry", NULL, light), E_FORBIDDEN); /* time's alone */
    assert_str(state_now(state), "packed|1");
    assert_int_equal(take(&ctx, "packed", "dispatch", NULL, light), E_OK);
    assert_str(state_now(state), "sent|7");
    assert_int_equal(take(&ctx, "sent", "loss", NULL, light), E_INVALID); /* without a reason */
    assert_int_equal(take(&ctx, "sent", "delivery", NULL, light), E_OK);
    assert_int_equal(delivered, 1);
    assert_str(database_rows(database_arena(state), database_conn(state),
                             "SELECT event, from_state, to_state, at, actor FROM step ORDER BY id",
                             NULL, "tttit"),
               "dispatch|packed|sent|1000|operator\ndelivery|sent|delivered|1000|operator");
}

static void who_comes_second_finds_it_moved(void **state)
{
    begin(state);
    struct ctx ctx = context(state, &principal_operator);
    struct parcel light = {1, false};
    assert_int_equal(take(&ctx, "packed", "dispatch", NULL, light), E_OK);
    assert_int_equal(take(&ctx, "packed", "dispatch", NULL, light), E_CONFLICT);
    assert_str(ctx.detail, "its state has just changed: look again, then try");
    assert_str(state_now(state), "sent|7");
}

static void only_the_roles_that_the_table_names_may(void **state)
{
    begin(state);
    struct ctx anybody = context(state, &principal_public);
    struct ctx boss = context(state, &principal_operator);
    struct parcel light = {1, false};
    assert_int_equal(take(&anybody, "packed", "dispatch", NULL, light), E_FORBIDDEN);
    assert_int_equal(lifecycle_next(&anybody, &parcel_lifecycle, STR("sent")).count, 0);
    struct records next = lifecycle_next(&boss, &parcel_lifecycle, STR("sent"));
    const struct next_step *steps = next.items;
    assert_int_equal(next.count, 2);
    assert_str(steps[1].event, "loss");
    assert_true(steps[1].reason);
}

UNIT_GROUP(lifecycle, cmocka_unit_test(the_table_has_no_flaw),
           cmocka_unit_test(nor_has_any_of_the_program),
           cmocka_unit_test(every_state_is_left_by_somebody), cmocka_unit_test(flaws_are_found),
           APP_ON_BOTH(a_record_moves_by_its_steps_only),
           APP_ON_BOTH(who_comes_second_finds_it_moved),
           APP_ON_BOTH(only_the_roles_that_the_table_names_may))

/* Personal data in the whole program: what its readers see, what the database holds, who may have a
 * person erased, and that every field table keeps the rules. */
#include <stdio.h>

#include "core/personal.h"
#include "core/route.h"
#include "unit/app.h"

static const char person[] = "{\"name\":\"王小明\",\"phone\":\"138 1234 5678\",\"email\":"
                             "\"wang@example.org\",\"id_number\":\"11010519491231002X\","
                             "\"note\":\"备注\"}";

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

static struct reply act(void **state, const struct principal *who, const char *method,
                        const char *path, const char *body)
{
    struct request request = request_of(method, path, NULL, body);
    request.who = who;
    return ask_request(state, request);
}

static int64_t make(void **state)
{
    struct reply made = ask(state, "POST", "/api/people", NULL, person);
    assert_int_equal(made.status, 201);
    return number_in(made, "id");
}

/* --- Masks ---------------------------------------------------------------------------------- */

static void masks_leave_little(void **state)
{
    static const struct {
        enum personal personal;
        const char *text, *mask;
    } cases[] = {{PERSONAL_NAME, "王小明", "王**"},
                 {PERSONAL_NAME, "王", "王**"},
                 {PERSONAL_NAME, "", "**"},
                 {PERSONAL_PHONE, "13812341234", "138****1234"},
                 {PERSONAL_PHONE, "023-1234", "****"},
                 {PERSONAL_EMAIL, "anna@example.org", "a***@example.org"},
                 {PERSONAL_EMAIL, "a@example.org", "***@example.org"},
                 {PERSONAL_EMAIL, "nothing", "n***"},
                 {PERSONAL_ID_NUMBER, "11010519491231002X", "1****************X"},
                 {PERSONAL_ID_NUMBER, "12", "****"},
                 {PERSONAL_TEXT, "住在江边", "***"}};
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str mask = personal_mask(&arena, cases[i].personal, str_of(cases[i].text));
        assert_true(str_is(mask, cases[i].mask));
    }
    arena_free(&arena);
}

/* --- Readers -------------------------------------------------------------------------------- */

static void only_the_person_reads_it_unmasked(void **state)
{
    int64_t id = make(state);
    char path[80];
    snprintf(path, sizeof(path), "/api/people/%lld", (long long)id);
    const struct principal self = {.account_id = 1, .role = ROLE_ENTERPRISE, .person_id = id};
    const struct principal other = {.account_id = 2, .role = ROLE_ENTERPRISE, .person_id = id + 1};
    const struct principal nobody = {.account_id = 3, .role = ROLE_ENTERPRISE};
    const struct principal auditor = {.account_id = 4, .role = ROLE_AUDITOR};
    struct reply reply = act(state, &self, "GET", path, NULL);
    assert_true(says(reply, "王小明") && says(reply, "138 1234 5678") && says(reply, "备注"));
    reply = act(state, &auditor, "GET", path, NULL);
    assert_true(says(reply, "王**") && !says(reply, "王小明") && !says(reply, "wang@"));
    assert_int_equal(act(state, &other, "GET", path, NULL).status, 404);
    assert_int_equal(act(state, &nobody, "GET", path, NULL).status, 404);
    assert_int_equal(act(state, &principal_public, "GET", path, NULL).status, 401);
    snprintf(path, sizeof(path), "/api/people/%lld/export", (long long)id);
    reply = act(state, &self, "GET", path, NULL);
    assert_true(says(reply, "11010519491231002X") && says(reply, "\"consents\":[]"));
    assert_int_equal(act(state, &other, "GET", path, NULL).status, 404);
    assert_int_equal(act(state, &auditor, "GET", path, NULL).status, 404);
    snprintf(path, sizeof(path), "/api/people/%lld/reveal", (long long)id);
    assert_int_equal(act(state, &auditor, "POST", path, "{\"reason\":\"x\"}").status, 403);
    assert_int_equal(act(state, &self, "POST", path, "{\"reason\":\"x\"}").status, 403);
}

static void an_attachment_is_the_persons_alone(void **state)
{
    int64_t id = make(state);
    char path[80];
    snprintf(path, sizeof(path), "/api/people/%lld/attachments", (long long)id);
    const struct principal self = {.account_id = 1, .role = ROLE_EXPERT, .person_id = id};
    struct request upload = request_of("POST", path, "name=a.png", "\x89PNG\r\n\x1A\n...");
    upload.who = &self;
    struct reply added = ask_request(state, upload);
    assert_int_equal(added.status, 201);
    assert_true(says(added, "image/png"));
    snprintf(path, sizeof(path), "/api/attachments/%lld", (long long)number_in(added, "id"));
    struct reply reply = act(state, &self, "GET", path, NULL);
    assert_int_equal(reply.status, 200);
    assert_true(reply.show_file && str_is(reply.content_type, "image/png"));
    assert_true(str_equal(reply.body, upload.body));
    const struct principal other = {.account_id = 2, .role = ROLE_EXPERT, .person_id = id + 1};
    assert_int_equal(act(state, &other, "GET", path, NULL).status, 404);
    assert_int_equal(act(state, &principal_operator, "GET", path, NULL).status, 404);
}

static void a_consent_holds_until_it_ends(void **state)
{
    int64_t id = make(state);
    char body[200], path[80];
    snprintf(body, sizeof(body),
             "{\"person_id\":%lld,\"purpose\":\"contact\",\"text\":\"同意\",\"expires_on\":"
             "\"2999-01-01\"}",
             (long long)id);
    const struct principal self = {.account_id = 1, .role = ROLE_EXPERT, .person_id = id};
    const struct principal other = {.account_id = 2, .role = ROLE_EXPERT, .person_id = id + 1};
    assert_int_equal(act(state, &other, "POST", "/api/consents", body).status, 422);
    struct reply given = act(state, &self, "POST", "/api/consents", body);
    assert_int_equal(given.status, 201);
    snprintf(path, sizeof(path), "/api/consents/%lld/withdrawal",
             (long long)number_in(given, "id"));
    assert_int_equal(act(state, &other, "POST", path, "{}").status, 404);
    assert_true(says(act(state, &self, "POST", path, "{}"), "\"withdrawn_at\":\"2"));
    assert_int_equal(act(state, &self, "POST", path, "{}").status, 409);
}

/* --- The database --------------------------------------------------------------------------- */

static void a_ciphertext_opens_only_in_its_place(void **state)
{
    int64_t first = make(state), second = make(state);
    struct db_conn *conn = database_conn(state);
    char path[80], sql[200];
    assert_int_equal(database_number(conn, "SELECT count(*) FROM person WHERE name LIKE '%王%' OR "
                                           "phone LIKE '%138%' OR note LIKE '%备%'"),
                     0);
    snprintf(path, sizeof(path), "/api/people/%lld", (long long)first);
    snprintf(sql, sizeof(sql), "UPDATE person SET note = name WHERE id = %lld", (long long)first);
    database_write(conn, sql);
    assert_int_equal(ask(state, "GET", path, NULL, NULL).status, 500);
    snprintf(sql, sizeof(sql),
             "UPDATE person SET note = (SELECT note FROM person WHERE id = %lld) WHERE id = %lld",
             (long long)second, (long long)first);
    database_write(conn, sql);
    assert_int_equal(ask(state, "GET", path, NULL, NULL).status, 500);
    snprintf(sql, sizeof(sql), "UPDATE person SET note = 'plain' WHERE id = %lld",
             (long long)first);
    database_write(conn, sql);
    assert_int_equal(ask(state, "GET", path, NULL, NULL).status, 500);
}

/* --- Erasure -------------------------------------------------------------------------------- */

static void an_erasure_takes_two_administrators(void **state)
{
    int64_t id = make(state);
    struct db_conn *conn = database_conn(state);
    database_write(conn, "INSERT INTO account (name, state, must_change_password, created_at, "
                         "changed_seq) VALUES ('second', 'active', FALSE, 0, 0)");
    database_write(conn, "INSERT INTO role_grant (account_id, role, may_delegate, valid_from, "
                         "granted_by, granted_seq) SELECT id, 'administrator', FALSE, "
                         "'2000-01-01', 'x', 0 FROM account WHERE name = 'second'");
    database_write(conn, "UPDATE account SET must_change_password = FALSE");
    const struct principal one = {.account_id = 1, .grant_id = 1, .role = ROLE_ADMINISTRATOR};
    const struct principal two = {.account_id = 2, .grant_id = 2, .role = ROLE_ADMINISTRATOR};
    char path[80], approval[80];
    snprintf(path, sizeof(path), "/api/people/%lld/erasure", (long long)id);
    struct reply proposed = act(state, &one, "POST", path, "{\"reason\":\"本人要求\"}");
    assert_int_equal(proposed.status, 202);
    snprintf(path, sizeof(path), "/api/people/%lld", (long long)id);
    assert_true(says(ask(state, "GET", path, NULL, NULL), "王**"));
    snprintf(approval, sizeof(approval), "/api/proposals/%lld/approval",
             (long long)number_in(proposed, "id"));
    assert_int_equal(act(state, &one, "POST", approval, "{}").status, 403);
    struct reply approved = act(state, &two, "POST", approval, "{}");
    if (approved.status != 200)
        fail_msg("%.*s", STR_PRINT(approved.body));
    assert_true(says(ask(state, "GET", path, NULL, NULL), "依法删除"));
    assert_int_equal(database_number(conn, "SELECT count(*) FROM person_key"), 0);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM personal_index"), 0);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM event WHERE kind = 'erased'"), 1);
}

static void what_stands_in_a_key_is_not_erased_by_halves(void **state)
{
    int64_t id = make(state);
    struct db_conn *conn = database_conn(state);
    char path[80];
    database_write(conn, "INSERT INTO account (name, state, must_change_password, created_at, "
                         "changed_seq) VALUES ('wang@example.org', 'active', FALSE, 0, 0)");
    snprintf(path, sizeof(path), "/api/people/%lld/erasure", (long long)id);
    struct reply refused = ask(state, "POST", path, NULL, "{\"reason\":\"本人要求\"}");
    assert_int_equal(refused.status, 409);
    assert_true(says(refused, "account.name"));
    snprintf(path, sizeof(path), "/api/people/%lld", (long long)id);
    assert_true(says(ask(state, "GET", path, NULL, NULL), "王**"));
    /* Of the person's own account the log-in name goes with the person. */
    database_write(conn, "UPDATE account SET person_id = 1 WHERE name = 'wang@example.org'");
    snprintf(path, sizeof(path), "/api/people/%lld/erasure", (long long)id);
    assert_int_equal(ask(state, "POST", path, NULL, "{\"reason\":\"本人要求\"}").status, 200);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM account WHERE state = 'disabled' "
                                           "AND name LIKE 'erased-%'"),
                     1);
}

static void a_name_that_is_a_word_can_be_kept(void **state)
{
    int64_t id = make(state);
    struct db_conn *conn = database_conn(state);
    char path[80];
    database_write(conn, "INSERT INTO city_setting (key, value) VALUES "
                         "('a', '王小明 13812345678')");
    snprintf(path, sizeof(path), "/api/people/%lld/erasure", (long long)id);
    assert_int_equal(
        ask(state, "POST", path, NULL, "{\"reason\":\"本人要求\",\"keep_name\":true}").status, 200);
    assert_str(database_rows(database_arena(state), conn,
                             "SELECT value FROM city_setting WHERE key = 'a'", NULL, "t"),
               "王小明 [依法删除]");
    /* Everything that another one with this name is asked to have removed goes, names included. */
    id = make(state);
    snprintf(path, sizeof(path), "/api/people/%lld/erasure", (long long)id);
    assert_int_equal(ask(state, "POST", path, NULL, "{\"reason\":\"本人要求\"}").status, 200);
    assert_int_equal(database_number(conn, "SELECT count(*) FROM city_setting WHERE value LIKE "
                                           "'%王小明%' AND key = 'a'"),
                     0);
}

/* Who writes what looks sealed breaks neither a history nor an erasure. */
static void a_forged_ciphertext_is_only_a_text(void **state)
{
    int64_t id = make(state);
    static const char body[] =
        "{\"indicator_code\":\"RD01\",\"area_code\":\"XZ\",\"period\":\"2026\",\"value\":1e10,"
        "\"unit\":\"元\",\"status\":\"estimate\",\"measure\":\"flow\",\"approximation\":"
        "\"exact\",\"note\":\"kp1:1:person.name:AAAA\"}";
    struct reply made = ask(state, "POST", "/api/observations", NULL, body);
    assert_int_equal(made.status, 201);
    char path[80], query[80];
    snprintf(query, sizeof(query), "kind=observation&key=%lld", (long long)number_in(made, "id"));
    struct reply history = ask(state, "GET", "/api/history", query, NULL);
    assert_int_equal(history.status, 200);
    assert_true(says(history, "kp1:1:person.name:AAAA"));
    snprintf(path, sizeof(path), "/api/people/%lld/erasure", (long long)id);
    assert_int_equal(ask(state, "POST", path, NULL, "{\"reason\":\"x\"}").status, 200);
}

/* --- The rules of field tables -------------------------------------------------------------- */

static void check_shape(const struct shape *shape)
{
    for (size_t i = 0; shape && i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (field->of)
            check_shape(field->of);
        if (!field->personal)
            continue;
        if (field->kind != KIND_TEXT)
            fail_msg("%s.%s: personal data is text", shape->name, field->name);
        if (field->use & USE_SORT)
            fail_msg("%s.%s: a ciphertext has no order", shape->name, field->name);
        if ((field->use & USE_FILTER) && !personal_is_indexed(field->personal))
            fail_msg("%s.%s: it has no blind index", shape->name, field->name);
    }
}

static void personal_fields_keep_the_rules(void **state)
{
    (void)state;
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct route *route = &modules[m]->routes[r];
            if (route->list)
                check_shape(route->list->row);
            if (route->handler) {
                check_shape(route->handler->in);
                check_shape(route->handler->out);
            }
        }
}

UNIT_GROUP(personal, cmocka_unit_test(masks_leave_little),
           cmocka_unit_test(personal_fields_keep_the_rules),
           APP_ON_BOTH(only_the_person_reads_it_unmasked),
           APP_ON_BOTH(an_attachment_is_the_persons_alone),
           APP_ON_BOTH(a_consent_holds_until_it_ends),
           APP_ON_BOTH(a_ciphertext_opens_only_in_its_place),
           APP_ON_BOTH(an_erasure_takes_two_administrators),
           APP_ON_BOTH(a_forged_ciphertext_is_only_a_text),
           APP_ON_BOTH(a_name_that_is_a_word_can_be_kept),
           APP_ON_BOTH(what_stands_in_a_key_is_not_erased_by_halves))

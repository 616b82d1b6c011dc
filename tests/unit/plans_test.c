/* Which index serves each statement, on both databases: no statement of the program, and no variant
 * of a list, reads a table that grows from end to end. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/list.h"
#include "core/route.h"
#include "unit/app.h"
#include "unit/plan.h"

/* Tables that grow with use. The others are the city's reference data: tens to hundreds of rows. */
static const char *const growing[] = {"observation",
                                      "citation",
                                      "document_line",
                                      "idempotency",
                                      "o",
                                      "event",
                                      "event_payload",
                                      "seal",
                                      "seal_signature",
                                      "account",
                                      "role_grant",
                                      "session",
                                      "api_token",
                                      "login_failure",
                                      "proposal",
                                      "organisation",
                                      "invitation",
                                      "password_reset",
                                      "person",
                                      "person_key",
                                      "personal_index",
                                      "consent",
                                      "attachment",
                                      "attachment_chunk",
                                      "step",
                                      "delivery",
                                      "reminder",
                                      "search_page",
                                      "search_text",
                                      "search_order",
                                      "feed_event",
                                      "import",
                                      "import_row",
                                      "import_problem",
                                      "import_correction",
                                      "job",
                                      "notice",
                                      "notice_copy",
                                      "case_file",
                                      "case_step",
                                      "case_party",
                                      "case_answer",
                                      "case_note",
                                      "record_note",
                                      "work_clock",
                                      "work_clock_event",
                                      "inbox_item",
                                      "delegation",
                                      "finding",
                                      "finding_figure",
                                      "outbox",
                                      "outbox_try",
                                      "contact_wish",
                                      "contact_setting"};

static bool reads_one_that_grows(struct str scans)
{
    struct str name;
    while (str_cut(&scans, ' ', &name))
        for (size_t i = 0; i < COUNT(growing); i++)
            if (str_is(name, growing[i]))
                return true;
    return false;
}

/* Parameters by what their names mean: only the type counts. */
static bool typed_param(void *unused, struct str name, struct db_value *value)
{
    static const char *const integers[] = {"id",
                                           "line",
                                           "after",
                                           "last",
                                           "limit",
                                           "clearance",
                                           "sequence",
                                           "as_of",
                                           "subject_id",
                                           "document_id",
                                           "version",
                                           "definition_version",
                                           "by",
                                           "visibility",
                                           "now",
                                           "expires_at",
                                           "status_code",
                                           "size",
                                           "line_count",
                                           "months_after",
                                           "tile_column",
                                           "tile_row",
                                           "precision_m",
                                           "is_stock",
                                           "after_id",
                                           "etag",
                                           "recorded_at",
                                           "grant_id",
                                           "horizon",
                                           "event_sequence",
                                           "removed_seq",
                                           "seal_id",
                                           "signed_at",
                                           "sealed_at",
                                           "first_sequence",
                                           "last_sequence",
                                           "before",
                                           "slot",
                                           "respond_by",
                                           "floor",
                                           "from_time",
                                           "to_time",
                                           "count",
                                           "since",
                                           "own_account",
                                           "own_oversight",
                                           "idle_until",
                                           "locked_until",
                                           "master_key_id",
                                           "personal",
                                           "number",
                                           "due_days",
                                           "class",
                                           "expected_rows",
                                           "every_minutes",
                                           "file_size",
                                           "position",
                                           "rows",
                                           "block",
                                           "next_block",
                                           "entries",
                                           "behind",
                                           "first",
                                           "replaces",
                                           "from_token",
                                           "per_import",
                                           "key_hash",
                                           "from_line",
                                           "end",
                                           "column",
                                           "header_line",
                                           "row_count",
                                           "new_count",
                                           "changed_count",
                                           "same_count",
                                           "wrong_count",
                                           "problem_count",
                                           "public_count",
                                           "file_size",
                                           "lease_until",
                                           "done",
                                           "total",
                                           "at",
                                           "before",
                                           "minute",
                                           "weekday",
                                           "was",
                                           "tries",
                                           "not_before",
                                           "last_id",
                                           "files",
                                           "mended",
                                           "replaced",
                                           "unread",
                                           "kind_number",
                                           "after_due",
                                           "open_by",
                                           "late_by",
                                           "limit_seconds",
                                           "marks",
                                           "template_version",
                                           "lane",
                                           "milliseconds",
                                           "quiet_from",
                                           "quiet_to",
                                           "severity",
                                           "figure_count",
                                           "visibility_allowed",
                                           "observation_count",
                                           "finding_count"};
    static const char *const reals[] = {"value",     "value_high", "low",        "high",
                                        "longitude", "latitude",   "after_value"};
    static const char *const truths[] = {"second_hand", "sample",       "named_in_source",
                                         "uploaded",    "may_delegate", "for_overseers",
                                         "needs_done",  "active",       "required",
                                         "is_personal", "all",          "cancel",
                                         "late",        "now_late",     "urgent",
                                         "digest_row",  "workdays_only"};
    static const char *const integer_endings[] = {"_id", "_at", "_seq"};
    (void)unused;
    *value = text_value("x");
    for (size_t i = 0; i < COUNT(integer_endings); i++)
        if (str_ends(name, str_of(integer_endings[i])) && !str_is(name, "fact_id"))
            *value = int_value(1);
    for (size_t i = 0; i < COUNT(integers); i++)
        if (str_is(name, integers[i]))
            *value = int_value(1);
    for (size_t i = 0; i < COUNT(reals); i++)
        if (str_is(name, reals[i]))
            *value = real_value(1);
    for (size_t i = 0; i < COUNT(truths); i++)
        if (str_is(name, truths[i]))
            *value = bool_value(true);
    if (str_is(name, "bytes") || str_is(name, "data") || str_is(name, "gone"))
        value->type = DB_BYTES;
    return true;
}

/* --- The statements of the .sql files ------------------------------------------------------- */

static void check_statement(void **state, struct str name, struct str text)
{
    /* Of one statement :status is a number. */
    if (str_is(name, "claim_keep"))
        return;
    /* Empties a whole table, and says so. */
    if (str_ends(name, STR("_clear")))
        return;
    if (db_is_sqlite(database_conn(state)) && str_ends(name, STR("_on_postgres")))
        return;
    struct str scans =
        plan_scans(database_arena(state), database_conn(state), text, typed_param, NULL);
    if (reads_one_that_grows(scans))
        fail_msg("%.*s reads from end to end: %.*s", STR_PRINT(name), STR_PRINT(scans));
}

/* A statement that begins with a line {name} has what stands in the file under that name. */
static struct str with_base(void **state, const char *file, struct str body)
{
    if (!body.length || *body.data != '{')
        return body;
    const char *close = memchr(body.data, '}', body.length);
    struct str name = {body.data + 1, (size_t)(close - body.data) - 1};
    struct str mark = arena_print(database_arena(state), "-- name: %.*s\n", STR_PRINT(name));
    const char *base = strstr(file, mark.data) + mark.length;
    const char *next = strstr(base, "-- name:");
    return arena_print(database_arena(state), "%.*s%.*s", (int)(next - base), base,
                       STR_PRINT(str_skip(body, name.length + 2)));
}

static int check_file(void **state, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size = fread(text = calloc(1, 65536), 1, 65535, in);
    fclose(in);
    int count = 0;
    for (char *at = strstr(text, "-- name:"); at;) {
        char *line = strchr(at, '\n'), *next = strstr(line, "-- name:");
        struct str name = {at + 9, (size_t)(line - at) - 9};
        struct str body = {line + 1,
                           next ? (size_t)(next - line) - 1 : (size_t)(text + size - line) - 1};
        char *end = memchr(body.data, ';', body.length); /* a list's base has none */
        if (end) {
            body.length = (size_t)(end - body.data);
            check_statement(state, name, with_base(state, text, body));
            count++;
        }
        at = next;
    }
    free(text);
    return count;
}

static void every_statement_finds_its_rows_by_an_index(void **state)
{
    glob_t files = {0};
    int count = 0;
    app_of(state);
    glob("src/core/*.sql", 0, NULL, &files);
    glob("src/modules/*/*.sql", GLOB_APPEND, NULL, &files);
    for (size_t i = 0; i < files.gl_pathc; i++)
        count += check_file(state, files.gl_pathv[i]);
    globfree(&files);
    assert_true(count > 50);
}

/* --- The variants of the lists -------------------------------------------------------------- */

static bool arg_param(void *args, struct str name, struct db_value *value)
{
    const struct args *given = args;
    for (size_t i = 0; i < given->count; i++)
        if (str_is(name, given->list[i].name)) {
            *value = given->list[i].value;
            return true;
        }
    return typed_param(NULL, name, value);
}

/* A whole list is never sorted: it is walked along an index in its order. */
static void check_order(void **state, struct ctx *ctx, struct str text, struct args *args)
{
    struct buf plan = {.arena = ctx->arena};
    struct db_conn *conn = database_conn(state);
    if (!db_is_sqlite(conn))
        return;
    assert_status(db_explain(conn, text, arg_param, args, &plan), DB_OK);
    struct str steps = buf_str(&plan);
    bool grows = memmem(steps.data, steps.length, "observation", strlen("observation")) != NULL;
    if (grows && memmem(steps.data, steps.length, "TEMP B-TREE FOR ORDER BY",
                        strlen("TEMP B-TREE FOR ORDER BY")))
        fail_msg("%.*s sorts everything", STR_PRINT(text));
}

/* One filter (or none, -1) and one sort, on the first page and on a later one. */
static void check_variant(void **state, struct ctx *ctx, const struct list *list, int filter,
                          const struct field *sort, bool descending)
{
    struct args args;
    struct list_request request = {.list = list,
                                   .limit = 10,
                                   .sort = sort,
                                   .descending = descending,
                                   .after = STR_NONE,
                                   .filter = {list->row, arena_alloc(ctx->arena, list->row->size)}};
    fields_clear(request.filter);
    if (filter >= 0) {
        const struct field *field = &list->row->fields[filter];
        request.filter_given = UINT64_C(1) << filter;
        const char *value = field->choices ? field->choices[0] : "1";
        assert_int_equal(field_parse(ctx, field, request.filter.value,
                                     field->kind == KIND_BOOL ? STR("true") : str_of(value)),
                         E_OK);
    }
    struct str text = list_statement(ctx, &request, &args);
    bool walk = filter < 0 && strcmp(sort->name, list->key) == 0; /* in the wanted order */
    if (filter < 0)
        check_order(state, ctx, text, &args);
    struct str scans = plan_scans(ctx->arena, database_conn(state), text, arg_param, &args);
    if (!walk && reads_one_that_grows(scans))
        fail_msg("%s by %s%s, filter %s, reads from end to end: %.*s", list->base->name,
                 descending ? "-" : "", sort->name,
                 filter < 0 ? "none" : list->row->fields[filter].name, STR_PRINT(scans));
}

/* For somebody of each scope, whose own rows are found in their own way. */
static int check_for_all(void **state, const struct list *list, int filter,
                         const struct field *sort)
{
    static const struct principal readers[] = {
        {.role = ROLE_PUBLIC, .name = STR_INIT("public")},
        {.role = ROLE_ADMINISTRATOR, .account_id = 1, .name = STR_INIT("a")},
        {.role = ROLE_ENTERPRISE, .account_id = 1, .organisation_code = STR_INIT("x")},
        {.role = ROLE_DISTRICT_OFFICER, .account_id = 1, .area_code = STR_INIT("x")},
        {.role = ROLE_DEPARTMENT_OFFICER, .account_id = 1, .department_code = STR_INIT("x")},
        {.role = ROLE_EXPERT, .account_id = 1}};
    for (size_t i = 0; i < COUNT(readers); i++) {
        struct arena arena = {0};
        struct ctx ctx = {.arena = &arena, .who = &readers[i]};
        check_variant(state, &ctx, list, filter, sort, filter % 2 != 0);
        arena_free(&arena);
    }
    return (int)COUNT(readers);
}

static void every_variant_of_a_list_is_served_by_an_index(void **state)
{
    int count = 0;
    app_of(state);
    for (size_t m = 0; m < module_count; m++)
        for (size_t r = 0; r < modules[m]->route_count; r++) {
            const struct list *list = modules[m]->routes[r].list;
            for (size_t s = 0; list && s < list->row->count; s++) {
                if (!(list->row->fields[s].use & USE_SORT))
                    continue;
                for (int f = -1; f < (int)list->row->count; f++)
                    if (f < 0 || (list->row->fields[f].use & USE_FILTER))
                        count += check_for_all(state, list, f, &list->row->fields[s]);
            }
        }
    assert_true(count > 30);
}

static int app_forget(void **state)
{
    app_end(state);
    return database_forget(state);
}
#define PLANS(test)                                                                                \
    {#test " (sqlite)", test, database_on_sqlite, app_forget, NULL},                               \
    {                                                                                              \
#test " (postgres)", test, database_on_postgres, app_forget, NULL                          \
    }
UNIT_GROUP(plans, PLANS(every_statement_finds_its_rows_by_an_index),
           PLANS(every_variant_of_a_list_is_served_by_an_index))

/* Files of a data set that has an import target go on from intake into an import: checked, run, and
 * only then arrived. The event that waits says so ("importing"), and is where this goes on after a
 * restart. */
#include "core/audit.h"
#include "core/files.h"
#include "core/import.h"
#include "import_feeds.sql.h"
#include "modules/collection/feeds.h"
#include "json/read.h"

#include <unistd.h>

enum { ROUND_MAX = 20 };

/* --- What the program notes ------------------------------------------------------------------- */

struct outcome {
    int64_t id;
    struct str outcome;
    struct maybe_int import_id;
    struct str message, message_en;
};
static const char *const conclusions[] = {"importing", "arrived", "refused", NULL};
static const struct field outcome_fields[] = {
    FIELD(struct outcome, id, "编号", "Number", USE_OUT),
    FIELD(struct outcome, outcome, "结果", "Outcome", .required = true, .choices = conclusions),
    FIELD(struct outcome, import_id, "导入", "Import", .required = true),
    FIELD(struct outcome, message, "说明", "What it says", .length_max = 2000),
    FIELD(struct outcome, message_en, "英文说明", "The same in English", .length_max = 2000),
};
static const SHAPE(outcome);

static enum error arrive(struct ctx *ctx, const struct feed_event *event)
{
    struct delivery delivery;
    enum error error = delivery_find(ctx, event->delivery_id.value, &delivery);
    if (error)
        return error;
    delivery.feed_id = (struct maybe_int){event->feed_id, true};
    delivery.import_id = event->import_id;
    delivery.file_sha256 = event->file_sha256;
    delivery.rows = event->rows;
    error = delivery_arrive(ctx, &delivery);
    return error ? error : audit_also(ctx, "arrival", ROW(delivery, &delivery));
}

SHARED_HANDLER(feed_event_conclude, outcome, feed_event)
{
    enum error error = feed_event_find(ctx, in->id, out);
    if (!error)
        error = db_one(ctx, &sql_feed_event_conclude, FROM(outcome, in), (struct row){NULL, NULL});
    error =
        explain(ctx, error, E_CONFLICT, "这次报送已经有结果", "this run has its outcome already");
    if (!error)
        error = feed_event_find(ctx, in->id, out);
    return error || !str_is(in->outcome, "arrived") ? error : arrive(ctx, out);
}

static void note(struct ctx *ctx, const struct ticking *ticking, const struct feed_event *event,
                 const char *outcome, int64_t import_id, struct str zh, struct str en)
{
    struct buf body = {.arena = ctx->arena};
    struct json json = {.out = &body};
    json_open(&json, '{');
    json_key(&json, "outcome");
    json_text(&json, str_of(outcome));
    json_key(&json, "import_id");
    json_int(&json, import_id);
    json_key(&json, "message");
    json_text(&json, zh);
    json_key(&json, "message_en");
    json_text(&json, en);
    json_close(&json, '}');
    struct request request = {
        .method = STR("POST"),
        .path = arena_print(ctx->arena, "/api/feed_events/%lld/outcome", (long long)event->id),
        .content_type = STR("application/json"),
        .body = buf_str(&body)};
    struct reply reply = ticking_call(ctx, ticking, request);
    /* The delivery may have been accepted meanwhile. */
    if (reply.status == 409 && strcmp(outcome, "arrived") == 0)
        note(ctx, ticking, event, "refused", import_id, STR("这一期刚刚有变动，数据已导入，请核对"),
             STR("the period has just changed; the data are imported: look at both"));
}

/* --- Steps of the import ------------------------------------------------------------------------
 */

static struct str encoded(struct ctx *ctx, struct str text)
{
    struct buf out = {.arena = ctx->arena};
    for (size_t i = 0; i < text.length; i++)
        buf_print(&out, "%%%02X", (unsigned char)text.data[i]);
    return buf_str(&out);
}

static int64_t number_in(struct ctx *ctx, struct str reply, const char *key)
{
    struct json_error why;
    json_t *object = json_read(ctx->arena, reply, &why);
    return object ? json_integer_value(json_object_get(object, key)) : 0;
}

static enum error open_file(struct ctx *ctx, struct str sha256, struct upload *upload)
{
    int file = -1;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = files_open(ctx, sha256, &file);
    ticking_end(ctx);
    if (!error)
        error = file_store_copy(ctx, file, INTAKE_MAX, upload);
    if (file >= 0)
        close(file);
    return error;
}

static struct reply step(struct ctx *ctx, const struct ticking *ticking, int64_t import_id,
                         const char *what)
{
    struct request request = {
        .method = STR("POST"),
        .path = arena_print(ctx->arena, "/api/imports/%lld/%s", (long long)import_id, what)};
    return ticking_call(ctx, ticking, request);
}

static enum error begin(struct ctx *ctx, const struct ticking *ticking,
                        const struct feed_event *event, const struct feed *feed)
{
    struct upload upload;
    enum error error = open_file(ctx, event->file_sha256, &upload);
    if (error)
        return error;
    struct principal who = principal_operator;
    who.department_code = feed->department_code;
    struct str name = event->file_name.data ? event->file_name : feed->data_set_code;
    struct request request = {.method = STR("POST"),
                              .path = STR("/api/imports"),
                              .query = arena_print(ctx->arena, "target=%.*s&mode=%.*s&name=%.*s",
                                                   STR_PRINT(feed->target), STR_PRINT(feed->mode),
                                                   STR_PRINT(encoded(ctx, name))),
                              .upload = &upload,
                              .who = &who};
    struct reply reply = ticking_call(ctx, ticking, request);
    close(upload.file);
    int64_t import_id = reply.status == 201 ? number_in(ctx, reply.body, "id") : 0;
    if (import_id)
        note(ctx, ticking, event, "importing", import_id, STR_NONE, STR_NONE);
    else if (reply.status < 500)
        note(ctx, ticking, event, "refused", 0, reply.body, reply.body);
    if (import_id)
        step(ctx, ticking, import_id, "check");
    return E_OK;
}

/* Everything was right, or what is wrong may be left out; and nothing becomes public that the
 * catalogue does not say is. */
static void decide(struct ctx *ctx, const struct ticking *ticking, const struct feed_event *event,
                   const struct feed *feed, const struct import *import)
{
    const long long id = import->id;
    if (import->wrong_count && !str_is(feed->mode, "rows"))
        note(ctx, ticking, event, "refused", id,
             arena_print(ctx->arena, "%lld 行有误，什么也没有导入；每一处见 /imports/%lld",
                         (long long)import->wrong_count, id),
             arena_print(ctx->arena,
                         "%lld rows are wrong and nothing was imported; each place is at "
                         "/imports/%lld",
                         (long long)import->wrong_count, id));
    else if (import->public_count && feed->class != VISIBILITY_PUBLIC)
        note(ctx, ticking, event, "refused", id,
             STR("其中有公开的行，而数据集的分级不是公开；请由人导入并提请公开"),
             STR("some rows are public, which the data set is not: have them imported by somebody "
                 "and approved"));
    else if (step(ctx, ticking, id, "run").status >= 500)
        return; /* the next round tries again */
}

static enum error go_on(struct ctx *ctx, const struct ticking *ticking,
                        const struct feed_event *event, const struct feed *feed)
{
    struct import import;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = import_find(ctx, event->import_id.value, &import);
    ticking_end(ctx);
    if (error)
        return error;
    if (str_is(import.state, "uploaded"))
        step(ctx, ticking, import.id, "check");
    else if (str_is(import.state, "checked"))
        decide(ctx, ticking, event, feed, &import);
    else if (str_is(import.state, "done"))
        note(ctx, ticking, event, "arrived", import.id, STR_NONE, STR_NONE);
    else if (str_is(import.state, "failed") || str_is(import.state, "cancelled") ||
             str_is(import.state, "undone"))
        note(ctx, ticking, event, "refused", import.id, import.message, import.message);
    return E_OK;
}

enum error import_round(struct ctx *ctx, const struct ticking *ticking)
{
    struct records events;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = db_all(ctx, &sql_feed_events_importing, ARGS(arg_int("limit", ROUND_MAX)),
                       &feed_event_shape, ROUND_MAX, &events);
    ticking_end(ctx);
    for (size_t i = 0; !error && i < events.count && !atomic_load(ticking->stop); i++) {
        const struct feed_event *event = &((const struct feed_event *)events.items)[i];
        struct feed feed;
        if (!(error = ticking_begin(ctx)))
            error = feed_find(ctx, event->feed_id, &feed);
        ticking_end(ctx);
        if (!error)
            error = event->import_id.known ? go_on(ctx, ticking, event, &feed)
                                           : begin(ctx, ticking, event, &feed);
    }
    return error;
}

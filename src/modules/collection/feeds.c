/* Feeds and their events. */
#include "modules/collection/feeds.h"

#include "core/ownership.h"
#include "db/foreign.h"
#include "feeds.sql.h"

enum { FEEDS_MAX = 500, EVERY_MINUTES_MAX = 366 * 24 * 60 };

static const char *const methods[] = {"drop", "push", "pull", NULL};
static const char *const modes[] = {"all", "rows", NULL};
static const char *const outcomes[] = {"arrived",      "importing", "repeated", "refused",
                                       "half_written", "failed",    NULL};

static const struct field feed_fields[] = {
    FIELD(struct feed, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct feed, data_set_code, "数据集", "Data set", USE_BOTH | USE_FILTER, .required = true,
          .refers = "data_set"),
    FIELD(struct feed, data_set_name, "数据集名称", "Name of the data set", USE_OUT),
    FIELD(struct feed, data_set_name_en, "数据集英文名", "Data set in English", USE_OUT),
    FIELD(struct feed, department_code, "责任部门", "Department in charge", USE_OUT | USE_FILTER),
    FIELD(struct feed, target, "导入目标", "Import target", USE_OUT),
    FIELD(struct feed, rhythm, "周期", "Rhythm", USE_OUT),
    FIELD(struct feed, class, "数据分级", "Class of its data", USE_OUT,
          .choices = visibility_names),
    FIELD(struct feed, method, "方式：投放、推送、拉取", "How: drop, push or pull",
          USE_BOTH | USE_FILTER, .required = true, .choices = methods),
    FIELD(struct feed, folder, "投放文件夹里的子文件夹；缺省为数据集编号",
          "Folder in the drop folder; otherwise the data set's code", .length_max = 60),
    FIELD(struct feed, url, "拉取的地址，不含密码：postgres://用户@主机/数据库",
          "Where to pull from, without a password: postgres://USER@HOST/DATABASE",
          .length_max = 500),
    FIELD(struct feed, statement, "拉取的查询语句", "The query to pull with"),
    FIELD(struct feed, every_minutes, "每几分钟拉取一次；空为只手动",
          "Minutes between two pulls; none: only by hand"),
    FIELD(struct feed, mode, "整份或逐行导入", "Import all of a file or row by row",
          .choices = modes),
    FIELD(struct feed, needs_done, "须有 文件名.done 才收",
          "Only files that have NAME.done beside them"),
    FIELD(struct feed, active, "启用", "Is it in use?"),
    FIELD(struct feed, next_run_at, "下次拉取", "Next pull", USE_OUT),
    FIELD(struct feed, last_event_id, "最近的记录", "Newest event", USE_OUT),
    FIELD(struct feed, created_by, "谁建的", "Who made it", USE_OUT),
    FIELD(struct feed, created_at, "建立时间", "When it was made", USE_OUT),
    FIELD(struct feed, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
SHAPE(feed);

const struct ownership feed_owned = {.department = "department_code"};

const struct list feed_list = {
    .base = &sql_feed_list, .row = &feed_shape, .key = "id", .sort = "id", .owned = &feed_owned};

static const struct field feed_event_fields[] = {
    FIELD(struct feed_event, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct feed_event, feed_id, "报送通道", "Feed", USE_OUT | USE_FILTER),
    FIELD(struct feed_event, data_set_code, "数据集", "Data set", USE_OUT | USE_FILTER),
    FIELD(struct feed_event, department_code, "责任部门", "Department in charge",
          USE_OUT | USE_FILTER),
    FIELD(struct feed_event, at, "时间", "When", USE_OUT),
    FIELD(struct feed_event, outcome, "结果：已报、导入中、重复、拒收、未写完、失败",
          "Outcome: arrived, importing, repeated, refused, half written, failed",
          USE_OUT | USE_FILTER, .choices = outcomes),
    FIELD(struct feed_event, period, "时期", "Period", USE_OUT),
    FIELD(struct feed_event, file_name, "文件名", "Name of the file", USE_OUT),
    FIELD(struct feed_event, file_sha256, "文件摘要", "SHA-256 of the file", USE_OUT),
    FIELD(struct feed_event, file_size, "字节数", "Bytes", USE_OUT),
    FIELD(struct feed_event, rows, "行数", "Rows", USE_OUT),
    FIELD(struct feed_event, delivery_id, "报送", "Delivery", USE_OUT),
    FIELD(struct feed_event, import_id, "导入", "Import", USE_OUT),
    FIELD(struct feed_event, message, "说明", "What it says", USE_OUT),
    FIELD(struct feed_event, message_en, "英文说明", "The same in English", USE_OUT),
};
SHAPE(feed_event);

const struct list feed_event_list = {.base = &sql_feed_event_list,
                                     .row = &feed_event_shape,
                                     .key = "id",
                                     .sort = "-id",
                                     .owned = &feed_owned};

/* --- Finding -------------------------------------------------------------------------------- */

enum error feed_find(struct ctx *ctx, int64_t id, struct feed *out)
{
    bool own = false;
    enum error error = db_one(ctx, &sql_feed_show, ARGS(arg_int("id", id)), ROW(feed, out));
    if (!error)
        error = ownership_holds(ctx, &feed_owned, ROW(feed, out), &own);
    return error ? error : own ? E_OK : E_NOT_FOUND;
}

enum error feeds_seen(struct ctx *ctx, struct records *feeds)
{
    struct sql sql = {"feeds_seen",
                      arena_print(ctx->arena, "SELECT * FROM (%.*s) AS base WHERE %s ORDER BY id",
                                  STR_PRINT(sql_feed_list.text),
                                  ownership_condition(ctx->who, &feed_owned, ctx->arena))};
    return db_all(ctx, &sql, NO_ARGS, &feed_shape, FEEDS_MAX, feeds);
}

enum error feeds_dropped_into(struct ctx *ctx, struct records *feeds)
{
    return db_all(ctx, &sql_feeds_dropped_into, NO_ARGS, &feed_shape, FEEDS_MAX, feeds);
}

enum error feeds_to_pull(struct ctx *ctx, struct records *feeds)
{
    return db_all(ctx, &sql_feeds_to_pull, NO_ARGS, &feed_shape, FEEDS_MAX, feeds);
}

enum error feed_event_make(struct ctx *ctx, const struct feed *feed, struct feed_event *event)
{
    int64_t id;
    event->feed_id = feed->id;
    event->data_set_code = feed->data_set_code;
    event->department_code = feed->department_code;
    enum error error = db_insert(ctx, &sql_feed_event_insert, FROM(feed_event, event), &id);
    return error
               ? error
               : db_one(ctx, &sql_feed_event_show, ARGS(arg_int("id", id)), ROW(feed_event, event));
}

enum error feed_event_find(struct ctx *ctx, int64_t id, struct feed_event *event)
{
    bool own = false;
    enum error error =
        db_one(ctx, &sql_feed_event_show, ARGS(arg_int("id", id)), ROW(feed_event, event));
    if (!error)
        error = ownership_holds(ctx, &feed_owned, ROW(feed_event, event), &own);
    return error ? error : own ? E_OK : E_NOT_FOUND;
}

enum error feed_event_of(struct ctx *ctx, struct str data_set_code, struct str sha256,
                         struct feed_event *event)
{
    return db_one(ctx, &sql_feed_event_of_file,
                  ARGS(arg_text("data_set_code", data_set_code), arg_text("file_sha256", sha256)),
                  ROW(feed_event, event));
}

struct instant feed_next_run(const struct ctx *ctx, const struct feed *feed)
{
    return feed->every_minutes.known && feed->active
               ? (struct instant){ctx->now.seconds + feed->every_minutes.value * 60}
               : INSTANT_NONE;
}

enum error feed_run_next(struct ctx *ctx, const struct feed *feed)
{
    return db_do(ctx, &sql_feed_run_next, FROM(feed, feed));
}

/* --- Making and changing -------------------------------------------------------------------- */

/* The name of a folder that nobody can climb out of. */
static bool is_folder_name(struct str name)
{
    bool good = name.length > 0 && name.length <= 60;
    for (size_t i = 0; i < name.length && good; i++) {
        char c = name.data[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("_-", c));
    }
    return good;
}

static const char *setting_or(struct str setting)
{
    return setting.data ? setting.data : "";
}

static enum error check_pull(struct ctx *ctx, const struct feed *feed)
{
    struct foreign_query query = {.address = setting_or(feed->url),
                                  .statement = setting_or(feed->statement),
                                  .hosts = ctx->config ? setting_or(ctx->config->pull_hosts) : ""};
    enum foreign_fault fault = foreign_check(&query);
    if (!fault)
        return E_OK;
    return complain(ctx, fault == FOREIGN_STATEMENT ? STR("statement") : STR("url"), "%s", "%s",
                    foreign_words(fault, ctx->language == LANGUAGE_EN));
}

static enum error check_feed(struct ctx *ctx, const struct feed *feed)
{
    bool pulls = str_is(feed->method, "pull"), drops = str_is(feed->method, "drop");
    int64_t minutes = feed->every_minutes.known ? feed->every_minutes.value : 1;
    enum error error = pulls ? check_pull(ctx, feed) : E_OK;
    if (minutes < 1 || minutes > EVERY_MINUTES_MAX)
        error = complain(ctx, STR("every_minutes"), "应在 1 到 %d 之间", "must be from 1 to %d",
                         EVERY_MINUTES_MAX);
    if (!pulls && (feed->url.data || feed->statement.data || feed->every_minutes.known))
        error = complain(ctx, STR("method"), "只有拉取才有 url、statement、every_minutes",
                         "only what is pulled has url, statement and every_minutes");
    if (!drops && (feed->folder.data || feed->needs_done))
        error = complain(ctx, STR("method"), "只有投放才有 folder、needs_done",
                         "only what is dropped has folder and needs_done");
    if (drops && !is_folder_name(feed->folder))
        error = complain(ctx, STR("folder"), "只能由小写字母、数字、- 和 _ 组成",
                         "only small letters, digits, - and _");
    return error;
}

static enum error finish(struct ctx *ctx, int64_t id, struct feed *out)
{
    enum error error = feed_find(ctx, id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    ctx->location = arena_print(ctx->arena, "/api/feeds/%lld", (long long)id);
    return error;
}

SHARED_HANDLER(feed_create, feed, feed)
{
    struct feed made = *in;
    int64_t id;
    made.created_by = ctx->who->name;
    made.active = made.active || !was_given(ctx, &feed_shape, "active");
    if (!made.mode.data)
        made.mode = STR("all");
    if (str_is(made.method, "drop") && !made.folder.data)
        made.folder = made.data_set_code;
    made.next_run_at = made.every_minutes.known && made.active ? ctx->now : INSTANT_NONE;
    enum error error = check_feed(ctx, &made);
    if (!error)
        error = db_insert(ctx, &sql_feed_insert, FROM(feed, &made), &id);
    return error ? error : finish(ctx, id, out);
}

struct feed_key {
    int64_t id;
};
static const struct field feed_key_fields[] = {
    FIELD(struct feed_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(feed_key);

SHARED_HANDLER(feed_show, feed_key, feed)
{
    enum error error = feed_find(ctx, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

struct feed_change {
    int64_t id;
    struct str url, statement;
    struct maybe_int every_minutes;
    struct str mode;
    bool needs_done, active;
};
static const struct field feed_change_fields[] = {
    FIELD(struct feed_change, id, "编号", "Number", USE_OUT),
    FIELD(struct feed_change, url, "拉取的地址", "Where to pull from", .length_max = 500),
    FIELD(struct feed_change, statement, "拉取的查询语句", "The query to pull with"),
    FIELD(struct feed_change, every_minutes, "每几分钟拉取一次", "Minutes between two pulls"),
    FIELD(struct feed_change, mode, "整份或逐行导入", "Import all of a file or row by row",
          .required = true, .choices = modes),
    FIELD(struct feed_change, needs_done, "须有 文件名.done 才收",
          "Only files that have NAME.done beside them"),
    FIELD(struct feed_change, active, "启用", "Is it in use?"),
};
static const SHAPE(feed_change);

SHARED_HANDLER(feed_edit, feed_change, feed)
{
    struct feed feed;
    enum error error = feed_find(ctx, in->id, &feed);
    if (!error)
        error = check_match(ctx, feed.changed_seq);
    if (error)
        return error;
    struct feed_change change = {feed.id,   feed.url,        feed.statement, feed.every_minutes,
                                 feed.mode, feed.needs_done, feed.active};
    fields_merge(ROW(feed_change, &change), in, ctx->given);
    feed.url = change.url;
    feed.statement = change.statement;
    feed.every_minutes = change.every_minutes;
    feed.mode = change.mode;
    feed.needs_done = change.needs_done;
    feed.active = change.active;
    feed.next_run_at = feed.every_minutes.known && feed.active ? ctx->now : INSTANT_NONE;
    error = check_feed(ctx, &feed);
    if (!error)
        error = db_do(ctx, &sql_feed_update, FROM(feed, &feed));
    return error ? error : finish(ctx, feed.id, out);
}

/* The thread that looks every second finds it. */
SHARED_HANDLER(feed_pull, feed_key, feed)
{
    enum error error = feed_find(ctx, in->id, out);
    if (error)
        return error;
    if (!str_is(out->method, "pull") || !out->active)
        return fail(ctx, E_CONFLICT, "这个通道不是拉取，或已停用",
                    "this feed is not pulled, or not in use");
    struct feed due = {.id = in->id, .next_run_at = ctx->now};
    error = feed_run_next(ctx, &due);
    return error ? error : feed_find(ctx, in->id, out);
}

/* --- What the program notes by itself --------------------------------------------------------- */

struct note {
    int64_t id;
    struct str outcome, file_name, message, message_en;
};
static const struct field note_fields[] = {
    FIELD(struct note, id, "编号", "Number", USE_OUT),
    FIELD(struct note, outcome, "结果", "Outcome", .required = true, .choices = outcomes),
    FIELD(struct note, file_name, "文件名", "Name of the file", .length_max = 1000),
    FIELD(struct note, message, "说明", "What it says", .required = true, .length_max = 2000),
    FIELD(struct note, message_en, "英文说明", "The same in English", .required = true,
          .length_max = 2000),
};
static const SHAPE(note);

SHARED_HANDLER(feed_event_create, note, feed_event)
{
    struct feed feed;
    enum error error = feed_find(ctx, in->id, &feed);
    if (error)
        return error;
    feed.next_run_at = feed_next_run(ctx, &feed);
    out->outcome = in->outcome;
    out->file_name = in->file_name;
    out->message = in->message;
    out->message_en = in->message_en;
    error = feed_event_make(ctx, &feed, out);
    return error ? error : feed_run_next(ctx, &feed);
}

static struct str json_of(struct ctx *ctx, const struct note *note)
{
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    struct note shown = *note;
    json_open(&json, '{');
    const struct {
        const char *key;
        struct str text;
    } members[] = {{"outcome", shown.outcome},
                   {"file_name", shown.file_name},
                   {"message", shown.message},
                   {"message_en", shown.message_en}};
    for (size_t i = 0; i < COUNT(members); i++) {
        if (!members[i].text.data)
            continue;
        json_key(&json, members[i].key);
        json_text(&json, members[i].text);
    }
    json_close(&json, '}');
    return buf_str(&out);
}

void feed_note(struct ctx *ctx, const struct ticking *ticking, int64_t feed_id, const char *outcome,
               struct str name, struct str zh, struct str en)
{
    struct note note = {
        .outcome = str_of(outcome), .file_name = name, .message = zh, .message_en = en};
    struct request request = {
        .method = STR("POST"),
        .path = arena_print(ctx->arena, "/api/feeds/%lld/events", (long long)feed_id),
        .content_type = STR("application/json"),
        .body = json_of(ctx, &note)};
    ticking_call(ctx, ticking, request);
}

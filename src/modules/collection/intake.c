/* Intake: the one way by which a feed's file becomes a delivery, however it came.
 *
 * It is read before the transaction begins. What cannot be read, or does not have the fields of the
 * catalogue, is refused with its places, and nothing of it stays but the event that says so. */
#include "base/number.h"
#include "core/audit.h"
#include "core/files.h"
#include "core/ownership.h"
#include "core/sheet.h"
#include "intake.sql.h"
#include "modules/collection/feeds.h"
#include "json/read.h"

enum { FINDINGS_MAX = 20, ROWS_MAX = 2000000, CELL_MAX = 4000 };

struct incoming {
    int64_t id;
    struct str name, period;
};
static const struct field incoming_fields[] = {
    FIELD(struct incoming, id, "编号", "Number", USE_OUT),
    FIELD(struct incoming, name, "文件名", "Name of the file", .length_max = FEED_NAME_MAX),
    FIELD(struct incoming, period, "时期；缺省看文件名末尾，再缺省为最近结束的一期",
          "Period; otherwise what the file's name ends with, otherwise the last one that is over",
          .length_max = 40),
};
static const SHAPE(incoming);

/* What is wrong with the file, and where. */
struct finding {
    size_t line, column; /* from 1; 0 = the whole file, the whole line */
    struct str field, zh, en;
};
struct checked {
    struct feed feed;
    struct data_set data_set;
    struct records fields; /* of the catalogue; none = anything that is a table */
    int64_t rows;
    struct finding findings[FINDINGS_MAX];
    size_t finding_count;
};

static void find(struct checked *checked, size_t line, size_t column, struct str field,
                 const char *zh, const char *en)
{
    if (checked->finding_count < FINDINGS_MAX)
        checked->findings[checked->finding_count++] =
            (struct finding){line, column, field, str_of(zh), str_of(en)};
}

/* --- Reading the file ----------------------------------------------------------------------- */

static struct str trimmed(struct str text)
{
    while (text.length && strchr(" \t\r\n", *text.data))
        text = str_skip(text, 1);
    while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    return text;
}

/* Which field of the catalogue each column is; -1 = one that it does not know. */
struct columns {
    int field[SHEET_COLUMNS_MAX];
    size_t count;
};

static int field_named(const struct records *fields, struct str heading)
{
    const struct data_set_field *field = fields->items;
    for (size_t i = 0; i < fields->count; i++)
        if (str_equal(heading, field[i].name) || str_equal(heading, field[i].zh) ||
            str_equal(heading, field[i].en))
            return (int)i;
    return -1;
}

static void read_heading(struct ctx *ctx, struct checked *checked, const struct sheet_row *row,
                         struct columns *columns)
{
    const struct data_set_field *fields = checked->fields.items;
    bool seen[DATA_SET_FIELDS_MAX] = {false};
    columns->count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        struct str heading = arena_str(ctx->arena, trimmed(row->cells[i]));
        int number = columns->field[i] = field_named(&checked->fields, heading);
        if (number < 0 && checked->fields.count)
            find(checked, row->line, i + 1, heading, "数据目录里没有这一列",
                 "the catalogue has no such column");
        if (number >= 0 && seen[number])
            find(checked, row->line, i + 1, heading, "这一列出现了两次",
                 "this column is there twice");
        if (number >= 0)
            seen[number] = true;
    }
    for (size_t i = 0; i < checked->fields.count; i++)
        if (fields[i].required && !seen[i])
            find(checked, row->line, 0, fields[i].name, "缺少这一列", "this column is missing");
}

static const char *const yes_no[] = {"Y", "N", "是", "否", "true", "false", "1", "0"};

static void check_cell(struct checked *checked, const struct data_set_field *field, size_t line,
                       size_t column, struct str cell)
{
    struct date date;
    int64_t whole;
    double number;
    cell = trimmed(cell);
    if (!cell.length) {
        if (field->required)
            find(checked, line, column, field->name, "不能为空", "must not be empty");
    } else if (cell.length > CELL_MAX)
        find(checked, line, column, field->name, "过长", "is too long");
    else if (str_is(field->kind, "date") && !date_parse(cell, &date))
        find(checked, line, column, field->name, "应为存在的日期，如 2026-03-03",
             "must be a day that exists, such as 2026-03-03");
    else if (str_is(field->kind, "whole") && !int_parse(cell, &whole))
        find(checked, line, column, field->name, "应为整数", "must be a whole number");
    else if (str_is(field->kind, "number") && !real_parse(cell, &number))
        find(checked, line, column, field->name, "应为数字，不带单位和千分位",
             "must be a number, without unit or thousands separators");
    else if (str_is(field->kind, "yes_no")) {
        size_t i = 0;
        while (i < COUNT(yes_no) && !str_is(cell, yes_no[i]))
            i++;
        if (i == COUNT(yes_no))
            find(checked, line, column, field->name, "应为 是 或 否", "must be Y or N");
    }
}

static void check_row(struct checked *checked, const struct columns *columns,
                      const struct sheet_row *row)
{
    const struct data_set_field *fields = checked->fields.items;
    if (row->count > columns->count)
        find(checked, row->line, columns->count + 1, STR(""), "这一行的列比标题行多",
             "this line has more columns than the heading");
    for (size_t i = 0; i < columns->count; i++) {
        struct str cell = i < row->count ? row->cells[i] : STR("");
        if (i < row->count && row->broken[i])
            find(checked, row->line, i + 1, STR(""), "单元格里是表格软件的错误值",
                 "the cell holds an error of the spreadsheet");
        else if (columns->field[i] >= 0)
            check_cell(checked, &fields[columns->field[i]], row->line, i + 1, cell);
    }
}

static void check_rows(struct ctx *ctx, struct checked *checked, struct sheet *sheet)
{
    struct sheet_row *row = ARENA_NEW(ctx->arena, struct sheet_row);
    struct columns *columns = ARENA_NEW(ctx->arena, struct columns);
    struct sheet_fault why = {NULL, NULL};
    bool headed = false;
    while (checked->finding_count < FINDINGS_MAX && checked->rows <= ROWS_MAX &&
           sheet_next(sheet, row, &why)) {
        if (row->fault)
            find(checked, row->line, row->fault_column, STR(""), row->fault->zh, row->fault->en);
        else if (!headed) {
            read_heading(ctx, checked, row, columns);
            headed = true;
        } else if (row->count) {
            check_row(checked, columns, row);
            checked->rows++;
        }
    }
    if (why.zh)
        find(checked, row->line, 0, STR(""), why.zh, why.en);
    if (!headed && !checked->finding_count)
        find(checked, 1, 1, STR(""), "没有标题行", "there is no heading line");
    if (checked->rows > ROWS_MAX)
        find(checked, 0, 0, STR(""), "超过 200 万行", "more than 2 000 000 rows");
}

static enum error check_own(struct ctx *ctx, int64_t id, struct checked *checked)
{
    enum error error = feed_find(ctx, id, &checked->feed);
    if (!error && !checked->feed.active)
        error = fail(ctx, E_CONFLICT, "这个通道已停用", "this feed is not in use");
    if (!error)
        error = data_set_find(ctx, checked->feed.data_set_code, &checked->data_set);
    return error ? error : data_set_fields_of(ctx, checked->data_set.code, &checked->fields);
}

enum error feed_deliver_check(struct ctx *ctx, const void *in)
{
    struct checked *checked = ARENA_NEW(ctx->arena, struct checked);
    struct sheet_fault why;
    enum error error = check_own(ctx, ((const struct incoming *)in)->id, checked);
    if (!error && !ctx->upload)
        error = fail(ctx, E_INVALID, "文件是空的", "the file is empty");
    if (error)
        return error;
    struct sheet *sheet = sheet_open(ctx->upload->file, STR(""), &why);
    if (sheet)
        check_rows(ctx, checked, sheet);
    else
        find(checked, 1, 1, STR(""), why.zh, why.en);
    sheet_close(sheet);
    ctx->carried = checked;
    return E_OK;
}

/* --- Which period it is for ---------------------------------------------------------------------
 */

/* fiscal_spending_2026Q3.csv → 2026Q3; STR_NONE where the name does not end with a period. */
static struct str period_in(struct str name)
{
    struct period period;
    size_t end = 0, start = 0;
    for (size_t i = 0; i < name.length; i++)
        end = name.data[i] == '.' ? i : end;
    name = str_first(name, end ? end : name.length);
    for (size_t i = 0; i < name.length; i++)
        start = name.data[i] == '_' ? i + 1 : start;
    name = str_skip(name, start);
    return name.length && period_parse(name, &period) ? name : STR_NONE;
}

static enum error find_delivery(struct ctx *ctx, const struct checked *checked, struct str period,
                                struct delivery *delivery)
{
    int64_t id;
    if (period.data)
        return delivery_of(ctx, &checked->data_set, period, delivery);
    struct args args = ARGS(arg_text("data_set_code", checked->data_set.code));
    enum error error = db_number(ctx, &sql_delivery_last_over, args, &id);
    if (error == E_NOT_FOUND) /* not even the first one is over */
        error = db_number(ctx, &sql_delivery_first, args, &id);
    error = explain(ctx, error, E_CONFLICT, "这个数据集还没有任何一期",
                    "this data set has no period yet");
    return error ? error : delivery_find(ctx, id, delivery);
}

/* --- Storing ---------------------------------------------------------------------------------- */

static struct feed_event event_of(const struct ctx *ctx, const struct incoming *in,
                                  const struct checked *checked)
{
    return (struct feed_event){.file_name = in->name,
                               .file_sha256 = str_of(ctx->upload->sha256),
                               .file_size = {ctx->upload->size, true},
                               .rows = {checked->rows, true}};
}

static void add_place(struct buf *out, const struct finding *finding, bool english)
{
    if (finding->line)
        buf_print(out, english ? "line %zu" : "第 %zu 行", finding->line);
    if (finding->column)
        buf_print(out, english ? ", column %zu" : "第 %zu 列", finding->column);
    if (finding->field.length)
        buf_print(out, english ? " (%.*s)" : "（%.*s）", STR_PRINT(finding->field));
    buf_add(out, english ? STR(": ") : STR("："));
    buf_add(out, english ? finding->en : finding->zh);
}

/* The places as text, for the event and the note beside a dropped file. */
static struct str words_of(struct ctx *ctx, const struct checked *checked, bool english)
{
    struct buf out = {.arena = ctx->arena};
    for (size_t i = 0; i < checked->finding_count; i++) {
        if (i)
            buf_add(&out, english ? STR("; ") : STR("；"));
        add_place(&out, &checked->findings[i], english);
    }
    if (checked->finding_count == FINDINGS_MAX)
        buf_add(&out, english ? STR("; and more") : STR("；等"));
    return buf_str(&out);
}

/* The refusal is kept as an event although the request fails. */
static enum error refuse(struct ctx *ctx, const struct checked *checked, struct feed_event *event)
{
    enum error error = feed_event_make(ctx, &checked->feed, event);
    if (error)
        return error;
    ctx->keep_refusal = true;
    return E_OK;
}

static enum error refuse_content(struct ctx *ctx, const struct checked *checked,
                                 struct feed_event *event)
{
    event->outcome = STR("refused");
    event->message = words_of(ctx, checked, false);
    event->message_en = words_of(ctx, checked, true);
    enum error error = refuse(ctx, checked, event);
    for (size_t i = 0; !error && i < checked->finding_count; i++) {
        const struct finding *finding = &checked->findings[i];
        complain(ctx, finding->field, "%.*s", "%.*s",
                 STR_PRINT(ctx->language == LANGUAGE_EN ? finding->en : finding->zh));
        struct complaint *last = ctx->complaints;
        while (last->next)
            last = last->next;
        last->line = finding->line;
        last->column = finding->column ? finding->column : 1;
    }
    return error ? error : E_INVALID;
}

/* What has just been failed with becomes the event's words, too. */
static enum error refuse_because(struct ctx *ctx, const struct checked *checked,
                                 struct feed_event *event, enum error why)
{
    if (why != E_INVALID && why != E_CONFLICT)
        return why;
    event->outcome = STR("refused");
    event->message = event->message_en = ctx->complaints ? ctx->complaints->message : ctx->detail;
    enum error error = refuse(ctx, checked, event);
    return error ? error : why;
}

/* Is it what came before? The same bytes for another period that is named, or asked for anew, are
 * data that have not changed. */
static enum error is_repeated(struct ctx *ctx, const struct checked *checked, bool named,
                              const struct delivery *delivery, bool *repeated,
                              struct feed_event *before)
{
    enum error error =
        feed_event_of(ctx, checked->data_set.code, str_of(ctx->upload->sha256), before);
    *repeated = false;
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    bool for_this = before->delivery_id.known && before->delivery_id.value == delivery->id;
    *repeated = for_this || (!named && !str_is(checked->feed.method, "pull"));
    return E_OK;
}

static enum error say_repeated(struct ctx *ctx, const struct checked *checked,
                               const struct feed_event *before, struct feed_event *event)
{
    struct buf at = {.arena = ctx->arena};
    instant_print(&at, before->at);
    event->outcome = STR("repeated");
    event->period = before->period;
    event->delivery_id = before->delivery_id;
    event->message = arena_print(ctx->arena, "同一份文件 %.*s 已经报送（时期 %.*s），没有改动",
                                 STR_PRINT(buf_str(&at)), STR_PRINT(before->period));
    event->message_en =
        arena_print(ctx->arena, "this very file came at %.*s (period %.*s): nothing changed",
                    STR_PRINT(buf_str(&at)), STR_PRINT(before->period));
    return feed_event_make(ctx, &checked->feed, event);
}

/* An import goes before the arrival; the file is kept for it. */
static enum error wait_for_import(struct ctx *ctx, const struct checked *checked,
                                  struct feed_event *event)
{
    event->outcome = STR("importing");
    enum error error = feed_event_make(ctx, &checked->feed, event);
    return error ? error
                 : files_refer(ctx, ctx->upload, "feed_event",
                               arena_print(ctx->arena, "%lld", (long long)event->id));
}

static enum error arrive(struct ctx *ctx, const struct checked *checked, struct delivery *delivery,
                         struct feed_event *event)
{
    delivery->feed_id = (struct maybe_int){checked->feed.id, true};
    delivery->file_sha256 = event->file_sha256;
    delivery->rows = event->rows;
    event->period = delivery->period;
    event->delivery_id = (struct maybe_int){delivery->id, true};
    enum error error = delivery_can_arrive(ctx, delivery);
    if (error)
        return refuse_because(ctx, checked, event, error);
    if (checked->data_set.target.data)
        return wait_for_import(ctx, checked, event);
    error = delivery_arrive(ctx, delivery);
    if (!error)
        error = files_refer(ctx, ctx->upload, "delivery",
                            arena_print(ctx->arena, "%lld", (long long)delivery->id));
    if (!error)
        error = audit_also(ctx, "arrival", ROW(delivery, delivery));
    event->outcome = STR("arrived");
    return error ? error : feed_event_make(ctx, &checked->feed, event);
}

SHARED_HANDLER(feed_deliver, incoming, feed_event)
{
    const struct checked *checked = ctx->carried;
    struct feed feed = checked->feed;
    struct delivery delivery;
    struct feed_event before;
    bool repeated = false;
    struct str period = in->period.data ? in->period : period_in(in->name);
    *out = event_of(ctx, in, checked);
    feed.next_run_at = feed_next_run(ctx, &feed);
    enum error error = feed_run_next(ctx, &feed);
    if (error)
        return error;
    if (checked->finding_count)
        return refuse_content(ctx, checked, out);
    if ((error = find_delivery(ctx, checked, period, &delivery)))
        return refuse_because(ctx, checked, out, error);
    if ((error = is_repeated(ctx, checked, period.data != NULL, &delivery, &repeated, &before)))
        return error;
    return repeated ? say_repeated(ctx, checked, &before, out)
                    : arrive(ctx, checked, &delivery, out);
}

/* --- For the other ways ----------------------------------------------------------------------- */

struct sent feed_send(struct ctx *ctx, const struct ticking *ticking, int64_t feed_id,
                      struct str name, struct upload *upload)
{
    struct buf query = {.arena = ctx->arena};
    buf_add(&query, STR("name="));
    for (size_t i = 0; i < name.length; i++)
        buf_print(&query, "%%%02X", (unsigned char)name.data[i]);
    struct request request = {
        .method = STR("POST"),
        .path = arena_print(ctx->arena, "/api/feeds/%lld/deliveries", (long long)feed_id),
        .query = buf_str(&query),
        .upload = upload};
    struct reply reply = ticking_call(ctx, ticking, request);
    struct sent sent = {reply.status, reply.body, 0};
    struct json_error why;
    json_t *event = reply.status == 201 ? json_read(ctx->arena, reply.body, &why) : NULL;
    if (event && str_is(str_of(json_string_value(json_object_get(event, "outcome"))), "importing"))
        sent.importing = json_integer_value(json_object_get(event, "id"));
    return sent;
}

#include "modules/audit/internal.h"

#include <stdio.h>
#include <unistd.h>

#include "audit.sql.h"
#include "base/number.h"
#include "core/audit_verify.h"
#include "core/sequence.h"

/* Without an index for each filter, a page looks at so many numbers and says where to go on. */
enum { WINDOW = 100000, PAGE = 100, PAGE_MAX = 500, DAY_SECONDS = 86400, VERIFIED_SEALS = 200 };

/* --- Events --------------------------------------------------------------------------------- */

struct audit_query {
    struct str actor, kind, key, action;
    struct date from, to;
    struct maybe_int after, limit;
};
static const struct field audit_query_fields[] = {
    FIELD(struct audit_query, actor, "操作人", "Who"),
    FIELD(struct audit_query, kind, "记录类型", "Kind of the record"),
    FIELD(struct audit_query, key, "记录编号", "Id or code of the record"),
    FIELD(struct audit_query, action, "操作", "What was done"),
    FIELD(struct audit_query, from, "自此日", "From this day"),
    FIELD(struct audit_query, to, "至此日", "Up to this day"),
    FIELD(struct audit_query, after, "上一页给出的游标", "The cursor that the last page gave"),
    FIELD(struct audit_query, limit, "条数", "How many"),
};
static const SHAPE(audit_query);

struct audit_row {
    int64_t id, sequence;
    struct instant recorded_at;
    struct str actor, actor_name, role, approver, action, route, kind, key;
    bool sealed;
    struct str hash;
};
static const struct field audit_row_fields[] = {
    FIELD(struct audit_row, id, "编号", "Number"),
    FIELD(struct audit_row, sequence, "序号", "Sequence number"),
    FIELD(struct audit_row, recorded_at, "时刻", "When"),
    FIELD(struct audit_row, actor, "操作人", "Who"),
    FIELD(struct audit_row, actor_name, "操作人账户名", "Log-in name"),
    FIELD(struct audit_row, role, "身份", "Role"),
    FIELD(struct audit_row, approver, "批准人", "Who approved"),
    FIELD(struct audit_row, action, "操作", "What was done"),
    FIELD(struct audit_row, route, "接口", "Route"),
    FIELD(struct audit_row, kind, "记录类型", "Kind of the record"),
    FIELD(struct audit_row, key, "记录编号", "Id or code of the record"),
    FIELD(struct audit_row, sealed, "已封存", "Is it sealed?"),
    FIELD(struct audit_row, hash, "摘要", "Digest"),
};
static const SHAPE(audit_row);

struct audit_page {
    struct records items;
    struct maybe_int next;
    int64_t seq;
};
static const struct field audit_page_fields[] = {
    FIELD(struct audit_page, items, "事件", "Events", .of = &audit_row_shape),
    FIELD(struct audit_page, next, "下一页的游标", "Cursor of the next page"),
    FIELD(struct audit_page, seq, "提交序号", "Commit sequence"),
};
static const SHAPE(audit_page);

enum error actor_name(struct ctx *ctx, struct actor_names *names, struct str actor,
                      struct str *name)
{
    struct account_name {
        struct str name;
    } row = {STR_NONE};
    static const struct field fields[] = {FIELD(struct account_name, name, "", "")};
    static const struct shape shape = {"account_name", sizeof(row), fields, 1, NULL};
    int64_t id;
    *name = STR_NONE;
    if (!str_starts(actor, STR("account:")) ||
        !int_parse(str_skip(actor, sizeof("account:") - 1), &id))
        return E_OK;
    if (!str_equal(actor, names->actor)) {
        enum error error = db_one(ctx, &sql_audit_account_name, ARGS(arg_int("id", id)),
                                  (struct row){&shape, &row});
        if (error && error != E_NOT_FOUND)
            return error;
        *names = (struct actor_names){actor, row.name};
    }
    *name = names->name;
    return E_OK;
}

/* The first seal of that moment or later; beyond the last one when there is none. */
static enum error seal_at(struct ctx *ctx, struct instant moment, struct seal *found)
{
    struct seal last = {0}, seal = {0};
    enum error error = seal_last(ctx, &last);
    int64_t low = 1, high = last.id + 1;
    *found = (struct seal){
        .id = high, .first_sequence = last.last_sequence + 1, .last_sequence = last.last_sequence};
    while (!error && low < high) {
        int64_t middle = low + (high - low) / 2;
        error = db_one(ctx, &sql_audit_seal_after, ARGS(arg_int("id", middle)), ROW(seal, &seal));
        if (!error && seal.sealed_at.seconds >= moment.seconds) {
            high = middle;
            *found = seal;
        } else
            low = middle + 1;
    }
    return error;
}

static struct instant start_of(const struct ctx *ctx, struct date day, int64_t days_later)
{
    return (struct instant){((int64_t)day.days + days_later) * DAY_SECONDS -
                            (int64_t)ctx->utc_offset_minutes * 60};
}

/* Numbers within which the days lie. What was recorded on a day is sealed then or a little later.
 */
static enum error bounds_of(struct ctx *ctx, const struct audit_query *in, int64_t *least,
                            int64_t *before)
{
    struct seal seal = {0};
    enum error error = E_OK;
    *least = 0;
    *before = in->after.known ? in->after.value : ctx->sequence + 1;
    if (date_known(in->from)) {
        error = seal_at(ctx, start_of(ctx, in->from, 0), &seal);
        *least = seal.first_sequence;
    }
    if (!error && date_known(in->to)) {
        struct instant end = start_of(ctx, in->to, 1);
        end.seconds += AUDIT_TAIL_SECONDS;
        error = seal_at(ctx, end, &seal);
        if (*before > seal.last_sequence + 1)
            *before = seal.last_sequence + 1;
        if (seal.last_sequence == 0 || seal.sealed_at.seconds == 0)
            *before = in->after.known ? in->after.value : ctx->sequence + 1;
    }
    return error;
}

static struct str or_empty(struct str text)
{
    return text.data ? text : STR("");
}

static enum error finish_rows(struct ctx *ctx, struct records rows)
{
    struct audit_row *items = (struct audit_row *)(uintptr_t)rows.items;
    struct actor_names names = {STR_NONE, STR_NONE};
    struct seal seal = {0};
    enum error error = seal_last(ctx, &seal);
    for (size_t i = 0; i < rows.count && !error; i++) {
        items[i].sealed = items[i].sequence <= seal.last_sequence;
        error = actor_name(ctx, &names, items[i].actor, &items[i].actor_name);
    }
    return error;
}

/* An administrator reads what administrators did; the auditor everything. */
static struct str role_read(const struct ctx *ctx)
{
    return ctx->who->role == ROLE_ADMINISTRATOR ? str_of(role_infos[ROLE_ADMINISTRATOR].name)
                                                : STR("");
}

HANDLER(audit_list, audit_query, audit_page)
{
    int64_t least, before, limit = in->limit.known ? in->limit.value : PAGE;
    if (limit < 1 || limit > PAGE_MAX)
        return complain(ctx, STR("limit"), "应为 1 到 %d", "must be from 1 to %d", (int)PAGE_MAX);
    if (in->after.known && in->after.value < 1)
        return complain(ctx, STR("after"), "应为上一页给出的游标",
                        "must be the cursor that the last page gave");
    enum error error = sequence_read(ctx);
    if (!error)
        error = bounds_of(ctx, in, &least, &before);
    if (error)
        return error;
    bool of_record = in->kind.length && in->key.length;
    int64_t floor = of_record || before - WINDOW < least ? least : before - WINDOW;
    struct instant from =
        date_known(in->from) ? start_of(ctx, in->from, 0) : (struct instant){INT64_MIN};
    struct instant to = date_known(in->to) ? start_of(ctx, in->to, 1) : (struct instant){INT64_MAX};
    error = db_all(ctx, of_record ? &sql_audit_of_record : &sql_audit_window,
                   ARGS(arg_int("before", before), arg_int("floor", floor),
                        arg_text("actor", or_empty(in->actor)),
                        arg_text("action", or_empty(in->action)),
                        arg_text("kind", or_empty(in->kind)), arg_text("key", or_empty(in->key)),
                        arg_text("role", role_read(ctx)), arg_int("from_time", from.seconds),
                        arg_int("to_time", to.seconds), arg_int("limit", limit)),
                   &audit_row_shape, PAGE_MAX, &out->items);
    if (error)
        return error;
    const struct audit_row *rows = out->items.items;
    bool full = (int64_t)out->items.count == limit;
    out->next = (struct maybe_int){full ? rows[limit - 1].sequence : floor, full || floor > least};
    out->seq = ctx->sequence;
    return finish_rows(ctx, out->items);
}

struct audit_key {
    int64_t id;
};
static const struct field audit_key_fields[] = {
    FIELD(struct audit_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(audit_key);

struct audit_event {
    struct audit_row row;
    struct maybe_int grant_id;
    struct str algorithm, payload, salt, payload_digest;
    struct maybe_int removed_seq;
};
static const struct field audit_event_fields[] = {
    FIELD(struct audit_event, grant_id, "授权", "Grant"),
    FIELD(struct audit_event, algorithm, "摘要算法", "Algorithm of the digest"),
    FIELD(struct audit_event, payload, "当时的记录", "The record as it was", .json = true),
    FIELD(struct audit_event, salt, "盐", "Salt of the payload"),
    FIELD(struct audit_event, payload_digest, "内容已删除的摘要",
          "Digest of a payload that was removed"),
    FIELD(struct audit_event, removed_seq, "删除内容的事件", "The event that removed it"),
};
static const SHAPE_EXTENDING(audit_event, audit_row);

HANDLER(audit_show, audit_key, audit_event)
{
    struct event event;
    struct actor_names names = {STR_NONE, STR_NONE};
    struct seal seal = {0};
    enum error error = audit_find(ctx, in->id, &event);
    if (!error && role_read(ctx).length && !str_equal(event.role, role_read(ctx)))
        error = E_NOT_FOUND;
    if (!error)
        error = seal_last(ctx, &seal);
    if (!error)
        error = actor_name(ctx, &names, event.actor, &out->row.actor_name);
    if (!error && event.body.data)
        error = state_shown(ctx, event.body, &out->payload);
    if (error)
        return error;
    struct str name = out->row.actor_name;
    out->row = (struct audit_row){event.sequence, event.sequence, event.recorded_at, event.actor,
                                  name,           event.role,     event.approver,    event.action,
                                  event.route,    event.kind,     event.key,         false,
                                  event.hash};
    out->row.sealed = event.sequence <= seal.last_sequence;
    out->grant_id = event.grant_id;
    out->algorithm = event.algorithm;
    out->salt = event.salt;
    out->payload_digest = event.digest;
    out->removed_seq = event.removed_seq;
    return E_OK;
}

/* --- Heads ---------------------------------------------------------------------------------- */

struct audit_head {
    int64_t seal, first_sequence, last_sequence, count;
    struct str algorithm, head;
    struct instant sealed_at;
    struct str public_key, signature;
};
static const struct field audit_head_fields[] = {
    FIELD(struct audit_head, seal, "封存号", "Number of the seal", USE_OUT | USE_SORT),
    FIELD(struct audit_head, first_sequence, "起", "First number"),
    FIELD(struct audit_head, last_sequence, "止", "Last number"),
    FIELD(struct audit_head, count, "事件数", "How many events"),
    FIELD(struct audit_head, algorithm, "摘要算法", "Algorithm"),
    FIELD(struct audit_head, head, "链头", "Head"),
    FIELD(struct audit_head, sealed_at, "封存时刻", "When it was sealed"),
    FIELD(struct audit_head, public_key, "公钥", "Public key"),
    FIELD(struct audit_head, signature, "签名（隔一段时间签一次）", "Signature, made now and then"),
};
static const SHAPE(audit_head);

static const struct list audit_head_list = {
    .base = &sql_audit_heads, .row = &audit_head_shape, .key = "seal", .sort = "-seal"};

struct audit_state {
    int64_t last_sequence, sealed_sequence, unsealed;
    struct str last_head, algorithm;
    int64_t seals;
    struct maybe_int signed_seal;
    struct instant signed_at;
    struct str public_key;
    bool verified;
    int64_t verified_events;
    struct str fault;
};
static const struct field audit_state_fields[] = {
    FIELD(struct audit_state, last_sequence, "最新序号", "Newest number"),
    FIELD(struct audit_state, sealed_sequence, "已封存到", "All is sealed up to"),
    FIELD(struct audit_state, unsealed, "未封存的事件", "Events that are not sealed yet"),
    FIELD(struct audit_state, last_head, "链头", "Head"),
    FIELD(struct audit_state, algorithm, "摘要算法", "Algorithm"),
    FIELD(struct audit_state, seals, "封存数", "Seals"),
    FIELD(struct audit_state, signed_seal, "已签名到封存", "Signed up to this seal"),
    FIELD(struct audit_state, signed_at, "签名时刻", "When it was signed"),
    FIELD(struct audit_state, public_key, "公钥", "Public key"),
    FIELD(struct audit_state, verified, "最近的封存核对无误", "The newest seals hold"),
    FIELD(struct audit_state, verified_events, "核对的事件数", "Events that were verified"),
    FIELD(struct audit_state, fault, "不对之处", "What is wrong"),
};
static const SHAPE(audit_state);

/* Computes the newest seals again. All of them: `kechuang audit verify`. */
static enum error verify_newest(struct ctx *ctx, const struct seal *last, struct audit_state *out)
{
    struct audit_report report = {.good = false};
    int64_t from = last->id > VERIFIED_SEALS ? last->id - VERIFIED_SEALS + 1 : 1;
    db_rollback(ctx->db); /* it reads in transactions of its own */
    enum error error =
        audit_verify_range(ctx, (struct audit_range){from, last->id, false}, &report);
    if (error)
        return error;
    out->verified = report.good;
    out->verified_events = report.events;
    out->fault = report.good ? STR_NONE : arena_str(ctx->arena, str_of(report.fault));
    enum db_status status = db_begin(ctx->db, false);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

HANDLER(audit_state_show, nothing, audit_state)
{
    struct seal seal = {0};
    struct seal_signature signature;
    (void)in;
    enum error error = sequence_read(ctx);
    if (!error)
        error = seal_last(ctx, &seal);
    if (!error)
        error = db_number(ctx, &sql_audit_unsealed, ARGS(arg_int("after", seal.last_sequence)),
                          &out->unsealed);
    if (!error)
        error = db_one(ctx, &sql_audit_signed, NO_ARGS, ROW(seal_signature, &signature));
    if (error && error != E_NOT_FOUND)
        return error;
    if (!error) {
        out->signed_seal = (struct maybe_int){signature.seal_id, true};
        out->signed_at = signature.signed_at;
        out->public_key = signature.public_key;
    }
    out->last_sequence = ctx->sequence;
    out->sealed_sequence = seal.last_sequence;
    out->last_head = seal.id ? seal.head : STR_NONE;
    out->algorithm = seal.algorithm;
    out->seals = seal.id;
    return verify_newest(ctx, &seal, out);
}

/* --- The sealed export ---------------------------------------------------------------------- */

struct export_query {
    struct date from, to;
};
static const struct field export_query_fields[] = {
    FIELD(struct export_query, from, "自此日", "From this day"),
    FIELD(struct export_query, to, "至此日", "Up to this day"),
};
static const SHAPE(export_query);

/* Whole seals: from the first of the day `from` to the last that covers the day `to`. */
static enum error export_events(struct ctx *ctx, const void *query, int file)
{
    const struct export_query *in = query;
    struct audit_range range = {.from_seal = 1};
    struct seal seal = {0};
    enum error error = sequence_read(ctx);
    if (!error)
        error = seal_last(ctx, &seal);
    range.to_seal = seal.id;
    if (!error && date_known(in->from)) {
        error = seal_at(ctx, start_of(ctx, in->from, 0), &seal);
        range.from_seal = seal.id;
    }
    if (!error && date_known(in->to)) {
        error = seal_at(ctx, start_of(ctx, in->to, 1), &seal);
        if (seal.id < range.to_seal)
            range.to_seal = seal.id;
    }
    if (error)
        return error;
    db_rollback(ctx->db); /* page by page, in transactions of their own */
    int own = dup(file);
    FILE *out = own < 0 ? NULL : fdopen(own, "w");
    if (!out) {
        if (own >= 0)
            close(own);
        return fail(ctx, E_BUSY, "打开的文件太多", "too many files are open");
    }
    error = audit_export(ctx, range, out);
    if (fclose(out) != 0 && !error)
        error = fail(ctx, E_DISK_FULL, "导出文件写不进去", "the export cannot be written");
    enum db_status status = db_begin(ctx->db, false);
    return error || !db_failed(status) ? error : fail_database(ctx, status);
}

HANDLER(audit_export_show, export_query, nothing)
{
    (void)ctx;
    (void)in;
    (void)out;
    return E_OK;
}

static const struct route routes[] = {
    GET_WORK("/api/audit", audit_list, "审计日志", "The log of events", .roles = OVERSEERS),
    GET_WORK("/api/audit/{id}", audit_show, "一个事件", "One event", .roles = OVERSEERS),
    GET_LIST("/api/audit_heads", audit_head_list, "封存与签名", "Seals and signatures",
             .roles = OVERSEERS),
    GET_WORK("/api/audit_state", audit_state_show, "审计日志的状况", "How the log of events is",
             .roles = OVERSEERS),
    GET_WORK("/api/audit_export", audit_export_show, "封存的导出，供外部审计核对",
             "A sealed export, which an outside auditor can verify", .file = export_events,
             .roles = AUDITORS),
    GET_WORK("/api/history", history_list, "一条记录的历史", "The history of a record"),
    GET_WORK("/api/past", past_show, "一条记录在某个序号时的样子",
             "A record as it was at a number"),
};

const struct module audit_module = {
    .name = "audit",
    .routes = routes,
    .route_count = COUNT(routes),
};

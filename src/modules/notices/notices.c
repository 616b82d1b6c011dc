#include "modules/notices/notices.h"

#include "modules/notices/internal.h"
#include "notices.sql.h"

struct notice_copy {
    int64_t id;
    struct str kind, kind_name, kind_name_en;
    bool urgent;
    struct str subject_kind, subject_key, text, text_en, address;
    struct instant created_at;
    bool unread;
    struct instant read_at;
};
static const struct field notice_copy_fields[] = {
    FIELD(struct notice_copy, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct notice_copy, kind, "种类", "Kind", USE_OUT),
    FIELD(struct notice_copy, kind_name, "种类名称", "Name of the kind", USE_OUT),
    FIELD(struct notice_copy, kind_name_en, "种类名称（英文）", "Name of the kind, in English",
          USE_OUT),
    FIELD(struct notice_copy, urgent, "紧急", "Is it urgent?", USE_OUT),
    FIELD(struct notice_copy, subject_kind, "记录的种类", "Kind of the record", USE_OUT),
    FIELD(struct notice_copy, subject_key, "记录", "Record", USE_OUT),
    FIELD(struct notice_copy, text, "内容", "What it says", USE_OUT),
    FIELD(struct notice_copy, text_en, "内容（英文）", "What it says, in English", USE_OUT),
    FIELD(struct notice_copy, address, "网页地址", "Address of the page", USE_OUT),
    FIELD(struct notice_copy, created_at, "发出时间", "When it was sent", USE_OUT),
    FIELD(struct notice_copy, unread, "未读", "Is it unread?", USE_OUT | USE_FILTER),
    FIELD(struct notice_copy, read_at, "读的时间", "When it was read", USE_OUT),
};
static const SHAPE(notice_copy);

static enum error finish_row(struct ctx *ctx, void *row)
{
    struct notice_copy *copy = row;
    const struct notice_kind *kind = notice_kind_named(copy->kind);
    (void)ctx;
    copy->kind_name = kind ? str_of(kind->zh) : copy->kind;
    copy->kind_name_en = kind ? str_of(kind->en) : copy->kind;
    copy->urgent = kind && kind->urgent;
    return E_OK;
}

static const struct list notice_list = {.base = &sql_notice_list,
                                        .row = &notice_copy_shape,
                                        .key = "id",
                                        .sort = "-id",
                                        .finish = finish_row};

struct unread_count {
    int64_t count;
    bool more;
};
static const struct field unread_count_fields[] = {
    FIELD(struct unread_count, count, "未读条数，最多数到 100",
          "How many are unread, counted up to 100"),
    FIELD(struct unread_count, more, "可能还有更多", "There may be more"),
};
static const SHAPE(unread_count);

static enum error count_unread(struct ctx *ctx, struct unread_count *out)
{
    enum error error = db_number(ctx, &sql_notice_unread, NO_ARGS, &out->count);
    out->more = out->count == NOTICE_UNREAD_SHOWN;
    return error;
}

HANDLER(notice_unread, nothing, unread_count)
{
    (void)in;
    return count_unread(ctx, out);
}

struct notice_key {
    int64_t id;
};
static const struct field notice_key_fields[] = {
    FIELD(struct notice_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(notice_key);

HANDLER(notice_read, notice_key, notice_copy)
{
    enum error error = db_do(ctx, &sql_notice_mark, FROM(notice_key, in));
    if (!error)
        error = db_one(ctx, &sql_notice_show, FROM(notice_key, in), ROW(notice_copy, out));
    error = explain(ctx, error, E_NOT_FOUND, "您没有这条消息", "you have no such notice");
    return error ? error : finish_row(ctx, out);
}

struct read_up_to {
    int64_t last_id;
};
static const struct field read_up_to_fields[] = {
    FIELD(struct read_up_to, last_id, "到这一条为止（含）；之后来的仍是未读",
          "Up to and with this one; what comes later stays unread", .required = true),
};
static const SHAPE(read_up_to);

HANDLER(notice_read_all, read_up_to, unread_count)
{
    enum error error = db_do(ctx, &sql_notice_mark_all, FROM(read_up_to, in));
    return error ? error : count_unread(ctx, out);
}

static const struct route routes[] = {
    GET_LIST("/api/notices", notice_list, "给我的消息", "Notices to me",
             .roles = SIGNED_IN | OPERATOR),
    GET_SINGLE("/api/notices/unread", notice_unread, "我的未读消息有几条",
               "How many of my notices are unread", .roles = SIGNED_IN | OPERATOR),
    ACT("/api/notices/{id}/reading", notice_read, "标为已读", "Mark a notice as read",
        .roles = SIGNED_IN | OPERATOR),
    ACT("/api/notices/reading", notice_read_all, "全部标为已读", "Mark all notices as read",
        .roles = SIGNED_IN | OPERATOR),
    GET_WORK("/api/notices/settings", contact_show, "我的消息设置", "How I want to be told",
             .roles = SIGNED_IN | OPERATOR),
    ACT("/api/notices/settings", contact_change, "改免打扰时间和摘要",
        "Change quiet hours and the digest", .roles = SIGNED_IN),
    ACT("/api/notices/wishes/{kind}", wish_change, "改一种消息怎样告诉我",
        "Change how I am told of one kind", .roles = SIGNED_IN),
    GET_WORK("/api/unsubscriptions/{token}", unsubscribe_show, "邮件里的退订地址是关于什么的",
             "What the address in a letter is about"),
    {"POST", "/unsubscribe/{token}", "按邮件里的地址退订（RFC 8058）",
     "Unsubscribe by the address in a letter (RFC 8058)", .handler = &unsubscribe_handler,
     .effort = WORK, .raw = true, .roles = ANYONE},
    GET_LIST("/api/webhooks", webhook_list, "接收消息的外部系统（webhook）",
             "Webhooks: other systems that are told", .roles = OVERSEERS),
    POST("/api/webhooks", webhook_create, "加一个 webhook；密钥只显示这一次",
         "Add a webhook; its secret is shown this once", .roles = ADMINISTRATORS),
    ACT("/api/webhooks/{id}/pause", webhook_pause, "暂停一个 webhook", "Pause a webhook",
        .roles = ADMINISTRATORS),
    ACT("/api/webhooks/{id}/resumption", webhook_resume, "恢复一个 webhook，补发暂停时的",
        "Go on with a webhook, and tell it what came meanwhile", .roles = ADMINISTRATORS),
    ACT("/api/webhooks/{id}/test", webhook_test, "试发一次", "Call it as a test",
        .roles = ADMINISTRATORS),
    ACT("/api/webhooks/{id}/end", webhook_end, "停用一个 webhook", "End a webhook",
        .roles = ADMINISTRATORS),
    GET_LIST("/api/outbox", outbox_list, "发出的邮件与 webhook", "E-mail and webhooks that go out",
             .roles = OVERSEERS),
    GET_SINGLE("/api/outbox/overview", outbox_overview, "发送情况一览",
               "What goes out, at a glance", .roles = OVERSEERS),
    GET_TABLE("/api/outbox/{id}/tries", outbox_tries, "每次尝试和对方的答复",
              "Each try, and what was answered", .roles = OVERSEERS),
    ACT("/api/outbox/{id}/retry", outbox_retry, "再发一次", "Send it again",
        .roles = ADMINISTRATORS),
    ACT("/api/outbox/sending", outbox_begin, "开始发送（程序自己用）",
        "Begin to send (the program's own)"),
};

static const struct notice_kind own_kinds[] = {
    {NOTICE_DIGEST, "消息摘要", "Digest of notices", 0, false, false},
    {NOTICE_TEST, "试发", "Test", 0, true, false},
};

static const struct job_kind job_kinds[] = {
    {"sending", sending_run, NULL, "发送邮件与 webhook", "Send e-mail and webhooks", 3, 5,
     LANE_MESSAGES},
    {"digest", digest_run, NULL, "做消息摘要", "Make digests of notices", 3, 5, LANE_MESSAGES},
};

const struct module notices_module = {
    .name = "notices",
    .notice_kinds = own_kinds,
    .notice_kind_count = COUNT(own_kinds),
    .routes = routes,
    .route_count = COUNT(routes),
    .job_kinds = job_kinds,
    .job_kind_count = COUNT(job_kinds),
    .tick = outbox_tick,
    .tidy = notices_tidy,
    .person_export = notices_person_export,
    .person_erase = notices_person_erase,
    .person_tables = "notice_copy outbox outbox_try contact_wish contact_setting",
};

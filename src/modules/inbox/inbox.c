#include "modules/inbox/inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/route.h"
#include "inbox.sql.h"

enum {
    TALLY_SLOTS = 16,
    PAGE_MAX = LIST_LIMIT_MAX, /* as of other lists */
    PAGE = 50,
    AUDIENCES_MAX = 12, /* the role's, one's own, and of ten whom one stands in for */
    DELEGATIONS_MAX = 200,
    NEXT = 3,
    SOON_SECONDS = 24 * 3600
};

static const struct field inbox_item_fields[] = {
    FIELD(struct inbox_item, id, "编号", "Number", USE_OUT),
    FIELD(struct inbox_item, kind, "记录类型", "Kind of record", USE_OUT),
    FIELD(struct inbox_item, subject_key, "记录编号", "Its key", USE_OUT),
    FIELD(struct inbox_item, address, "在哪一页办", "Page where it is done", USE_OUT),
    FIELD(struct inbox_item, title, "事项", "What is to be done", USE_OUT),
    FIELD(struct inbox_item, title_en, "英文事项", "The same in English", USE_OUT),
    FIELD(struct inbox_item, about, "关于哪家单位", "About which organisation", USE_OUT),
    FIELD(struct inbox_item, audience, "现在归谁", "Who has it now", USE_OUT),
    FIELD(struct inbox_item, role_audience, "归哪个角色", "For which role it is", USE_OUT),
    FIELD(struct inbox_item, account_id, "领取的账户", "Account that has claimed it", USE_OUT),
    FIELD(struct inbox_item, account_name, "领取人", "Who has claimed it", USE_OUT),
    FIELD(struct inbox_item, due_at, "到期", "Due", USE_OUT),
    FIELD(struct inbox_item, respond_by, "首次响应的期限；空为已响应或不要求",
          "A first response is due; null = given, or not asked for", USE_OUT),
    FIELD(struct inbox_item, late, "已超期", "Is it late?", USE_OUT),
    FIELD(struct inbox_item, note, "转交说明", "Note of who handed it over", USE_OUT),
    FIELD(struct inbox_item, opened_at, "何时到的", "When it came", USE_OUT),
    FIELD(struct inbox_item, changed_seq, "序号", "Sequence of the last change", USE_OUT),
};
static const SHAPE(inbox_item);

/* --- What modules say ----------------------------------------------------------------------- */

struct str inbox_audience(struct arena *arena, struct str role, struct str organisation_code,
                          struct str area_code, struct str department_code)
{
    const char *scope = organisation_code.length ? "|o:"
                        : area_code.length       ? "|a:"
                        : department_code.length ? "|d:"
                                                 : "";
    struct str code = organisation_code.length ? organisation_code
                      : area_code.length       ? area_code
                      : department_code.length ? department_code
                                               : STR("");
    return arena_print(arena, "%.*s%s%.*s", STR_PRINT(role), scope, STR_PRINT(code));
}

static enum error count(struct ctx *ctx, struct str audience, int64_t open_by, int64_t late_by)
{
    return db_do(ctx, &sql_inbox_tally_add,
                 ARGS(arg_text("audience", audience), arg_int("slot", ctx->sequence % TALLY_SLOTS),
                      arg_int("open_by", open_by), arg_int("late_by", late_by)));
}

static enum error moved_meanwhile(struct ctx *ctx, enum error error)
{
    return explain(ctx, error, E_CONFLICT, "这件事刚刚变了；请刷新后再试",
                   "this piece of work has just changed: look again, then try");
}

enum error inbox_put(struct ctx *ctx, const struct inbox_item *item)
{
    struct inbox_item made = *item;
    made.audience = made.role_audience;
    if (made.due_at.seconds == INSTANT_NONE.seconds)
        made.due_at = INBOX_NEVER;
    enum error error = db_do(ctx, &sql_inbox_insert, FROM(inbox_item, &made));
    return error ? error : count(ctx, made.audience, 1, made.late);
}

static enum error of_subject(struct ctx *ctx, struct str kind, struct str key,
                             struct inbox_item *item)
{
    return db_one(ctx, &sql_inbox_of_subject,
                  ARGS(arg_text("kind", kind), arg_text("subject_key", key)),
                  ROW(inbox_item, item));
}

enum error inbox_take_out(struct ctx *ctx, struct str kind, struct str subject_key)
{
    struct inbox_item item;
    int64_t id;
    enum error error = of_subject(ctx, kind, subject_key, &item);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    error = moved_meanwhile(ctx, db_number(ctx, &sql_inbox_delete, FROM(inbox_item, &item), &id));
    return error ? error : count(ctx, item.audience, -1, -(int64_t)item.late);
}

enum error inbox_redate(struct ctx *ctx, struct str kind, struct str subject_key,
                        struct instant due_at, bool late)
{
    struct inbox_item item;
    int64_t id;
    enum error error = of_subject(ctx, kind, subject_key, &item);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    bool was = item.late;
    item.due_at = due_at.seconds == INSTANT_NONE.seconds ? INBOX_NEVER : due_at;
    struct db_value now_late = {.type = DB_BOOL, .integer = late};
    error = moved_meanwhile(
        ctx, db_number(ctx, &sql_inbox_redate,
                       FROM_AND(inbox_item, &item, {.name = "now_late", .value = now_late}), &id));
    return error || was == late ? error : count(ctx, item.audience, 0, late ? 1 : -1);
}

enum error inbox_await_response(struct ctx *ctx, struct str kind, struct str subject_key,
                                struct instant respond_by)
{
    struct inbox_item item = {.kind = kind, .subject_key = subject_key, .respond_by = respond_by};
    return db_do(ctx, &sql_inbox_await_response, FROM(inbox_item, &item));
}

enum error inbox_claimed_by(struct ctx *ctx, struct str kind, struct str subject_key,
                            int64_t *account_id)
{
    struct inbox_item item;
    enum error error = of_subject(ctx, kind, subject_key, &item);
    *account_id = error ? 0 : item.account_id.value;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* --- Standing in ---------------------------------------------------------------------------- */

struct delegation {
    int64_t id, account_id, to_account_id;
    struct str account_name, to_account_name;
    struct date from_day, to_day;
    struct str reason;
    struct instant ended_at;
    int64_t changed_seq;
};
static const struct field delegation_fields[] = {
    FIELD(struct delegation, id, "编号", "Number", USE_OUT),
    FIELD(struct delegation, account_id, "谁不在", "Whose work", USE_OUT),
    FIELD(struct delegation, to_account_id, "谁代办", "Who does it", USE_OUT),
    FIELD(struct delegation, account_name, "不在的人（登录名）", "Log-in name of who is away",
          USE_OUT),
    FIELD(struct delegation, to_account_name, "代办人（登录名）", "Log-in name of who stands in",
          .required = true, .length_max = 100),
    FIELD(struct delegation, from_day, "从", "From", .required = true),
    FIELD(struct delegation, to_day, "到（含）", "To, inclusive", .required = true),
    FIELD(struct delegation, reason, "原因", "Reason", .length_max = 200),
    FIELD(struct delegation, ended_at, "提前结束", "Ended early", USE_OUT),
    FIELD(struct delegation, changed_seq, "序号", "Sequence of the last change", USE_OUT),
};
static const SHAPE(delegation);

struct delegations {
    struct records mine, for_me;
};
static const struct field delegations_fields[] = {
    FIELD(struct delegations, mine, "我的事谁代办", "Who does my work", .of = &delegation_shape),
    FIELD(struct delegations, for_me, "我代谁办，含还没开始的", "Whose work I do, now or later",
          .of = &delegation_shape),
};
static const SHAPE(delegations);

static enum error stand_ins(struct ctx *ctx, struct records *out)
{
    return db_all(ctx, &sql_delegations_to, ARGS(arg_int("limit", AUDIENCES_MAX - 2)),
                  &delegation_shape, AUDIENCES_MAX, out);
}

enum error inbox_stands_in(struct ctx *ctx, int64_t account_id, bool *does)
{
    struct records for_me;
    *does = account_id == ctx->who->account_id;
    enum error error = *does ? E_OK : stand_ins(ctx, &for_me);
    for (size_t i = 0; !error && !*does && i < for_me.count; i++)
        *does = ((const struct delegation *)for_me.items)[i].account_id == account_id;
    return error;
}

static enum error account_named(struct ctx *ctx, const char *field, struct str name, int64_t *id)
{
    enum error error = db_number(ctx, &sql_inbox_account, ARGS(arg_text("name", name)), id);
    return error == E_NOT_FOUND ? complain(ctx, str_of(field), "没有这个账户：%.*s",
                                           "there is no such account: %.*s", STR_PRINT(name))
                                : error;
}

HANDLER(delegations_show, nothing, delegations)
{
    (void)in;
    enum error error = db_all(ctx, &sql_delegations_of, ARGS(arg_int("limit", DELEGATIONS_MAX)),
                              &delegation_shape, DELEGATIONS_MAX, &out->mine);
    return error ? error
                 : db_all(ctx, &sql_delegations_ahead, ARGS(arg_int("limit", DELEGATIONS_MAX)),
                          &delegation_shape, DELEGATIONS_MAX, &out->for_me);
}

static enum error holds(struct ctx *ctx, int64_t account_id, struct str role,
                        const struct principal *at)
{
    int64_t one;
#define OR_EMPTY(text) ((text).data ? (text) : STR(""))
    return db_number(ctx, &sql_inbox_holds_role,
                     ARGS(arg_int("account_id", account_id), arg_text("role", role),
                          arg_text("organisation_code", OR_EMPTY(at->organisation_code)),
                          arg_text("area_code", OR_EMPTY(at->area_code)),
                          arg_text("department_code", OR_EMPTY(at->department_code))),
                     &one);
#undef OR_EMPTY
}

/* Only somebody of the same role in the same place can do the work. */
static enum error is_colleague(struct ctx *ctx, const char *field, struct str name, int64_t *id)
{
    enum error error = account_named(ctx, field, name, id);
    if (error)
        return error;
    error = holds(ctx, *id, str_of(role_infos[ctx->who->role].name), ctx->who);
    return error == E_NOT_FOUND
               ? complain(ctx, str_of(field), "%.*s 在您的单位没有同样的角色",
                          "%.*s does not hold your role in your organisation", STR_PRINT(name))
               : error;
}

HANDLER(delegation_create, delegation, delegation)
{
    struct delegation made = *in;
    int64_t id;
    if (in->to_day.days < in->from_day.days || in->to_day.days < ctx->today.days)
        return complain(ctx, STR("to_day"), "不能早于开始日或今天",
                        "must not be before the first day or today");
    enum error error =
        is_colleague(ctx, "to_account_name", in->to_account_name, &made.to_account_id);
    made.account_id = ctx->who->account_id;
    if (!error && made.account_id == made.to_account_id)
        return complain(ctx, STR("to_account_name"), "不能交给自己", "that is yourself");
    if (!error)
        error = db_insert(ctx, &sql_delegation_insert, FROM(delegation, &made), &id);
    return error ? error
                 : db_one(ctx, &sql_delegation_show, ARGS(arg_int("id", id)), ROW(delegation, out));
}

struct inbox_key {
    int64_t id;
};
static const struct field inbox_key_fields[] = {
    FIELD(struct inbox_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(inbox_key);

HANDLER(delegation_finish, inbox_key, delegation)
{
    int64_t id;
    struct args which = ARGS(arg_int("id", in->id));
    enum error error = db_one(ctx, &sql_delegation_show, which, ROW(delegation, out));
    if (!error && out->account_id != ctx->who->account_id)
        return E_NOT_FOUND;
    if (!error)
        error = db_number(ctx, &sql_delegation_end, which, &id);
    error = explain(ctx, error, E_CONFLICT, "没有，或已经结束", "there is none, or it has ended");
    return error ? error : db_one(ctx, &sql_delegation_show, which, ROW(delegation, out));
}

/* --- Reading -------------------------------------------------------------------------------- */

static struct str own_audience(struct ctx *ctx, int64_t account_id)
{
    return arena_print(ctx->arena, "account:%" PRId64, account_id);
}

static struct str role_audience(struct ctx *ctx)
{
    const struct principal *who = ctx->who;
    return inbox_audience(ctx->arena, str_of(role_infos[who->role].name), who->organisation_code,
                          who->area_code, who->department_code);
}

/* Whose work the reader sees; the role's come last. */
struct audiences {
    struct str list[AUDIENCES_MAX];
    size_t count;
};

static enum error audiences_of(struct ctx *ctx, bool mine, bool role, struct audiences *out)
{
    struct records for_me = {NULL, 0};
    enum error error = mine ? stand_ins(ctx, &for_me) : E_OK;
    out->count = 0;
    if (mine && ctx->who->account_id)
        out->list[out->count++] = own_audience(ctx, ctx->who->account_id);
    for (size_t i = 0; !error && i < for_me.count && out->count < AUDIENCES_MAX - 1; i++)
        out->list[out->count++] =
            own_audience(ctx, ((const struct delegation *)for_me.items)[i].account_id);
    if (role)
        out->list[out->count++] = role_audience(ctx);
    return error;
}

struct inbox_query {
    struct str which, after;
    struct maybe_int limit;
};
static const char *const which_names[] = {"all", "mine", "role", NULL};
static const struct field inbox_query_fields[] = {
    FIELD(struct inbox_query, which, "全部、我的（含代办）、我的角色的",
          "All, mine (and whose work I do), my role's", .choices = which_names),
    FIELD(struct inbox_query, after, "接着上一页（上一页的 next）", "`next` of the page before",
          .length_max = 60),
    FIELD(struct inbox_query, limit, "一页几条", "Items of a page"),
};
static const SHAPE(inbox_query);

struct inbox_page {
    struct records items;
    struct str next;
    int64_t mine_open, mine_late, role_open, role_late;
};
static const struct field inbox_page_fields[] = {
    FIELD(struct inbox_page, items, "待办，先到期的在前", "What waits, the first due first",
          .of = &inbox_item_shape),
    FIELD(struct inbox_page, next, "下一页", "The next page"),
    FIELD(struct inbox_page, mine_open, "我的（含代办）", "Mine, and whose work I do"),
    FIELD(struct inbox_page, mine_late, "其中超期", "Late among these"),
    FIELD(struct inbox_page, role_open, "我的角色待领取的", "My role's that nobody has claimed"),
    FIELD(struct inbox_page, role_late, "其中超期", "Late among these"),
};
static const SHAPE(inbox_page);

struct tally {
    int64_t open_count, late_count;
};
static const struct field tally_fields[] = {
    FIELD(struct tally, open_count, "", ""),
    FIELD(struct tally, late_count, "", ""),
};
static const SHAPE(tally);

static enum error add_counts(struct ctx *ctx, const struct audiences *of, int64_t *open,
                             int64_t *late)
{
    struct tally tally;
    enum error error = E_OK;
    for (size_t i = 0; !error && i < of->count; i++) {
        error = db_one(ctx, &sql_inbox_tally_show, ARGS(arg_text("audience", of->list[i])),
                       ROW(tally, &tally));
        *open += error ? 0 : tally.open_count;
        *late += error ? 0 : tally.late_count;
    }
    return error;
}

static bool comes_first(const struct inbox_item *a, const struct inbox_item *b)
{
    return a->due_at.seconds != b->due_at.seconds ? a->due_at.seconds < b->due_at.seconds
                                                  : a->id < b->id;
}

/* A page of each audience, in order already; what of it comes first. */
static enum error merge(struct ctx *ctx, const struct audiences *of, int64_t after_due,
                        int64_t after_id, size_t limit, struct records *out)
{
    struct records pages[AUDIENCES_MAX];
    size_t at[AUDIENCES_MAX] = {0};
    struct inbox_item *items = arena_array(ctx->arena, limit + 1, sizeof(*items));
    enum error error = E_OK;
    for (size_t i = 0; !error && i < of->count; i++)
        error = db_all(ctx, &sql_inbox_page,
                       ARGS(arg_text("audience", of->list[i]), arg_int("after_due", after_due),
                            arg_int("after_id", after_id), arg_int("limit", (int64_t)limit)),
                       &inbox_item_shape, limit, &pages[i]);
    size_t count_of = 0;
    while (!error && count_of < limit) {
        const struct inbox_item *first = NULL;
        size_t from = 0;
        for (size_t i = 0; i < of->count; i++) {
            const struct inbox_item *item =
                at[i] < pages[i].count ? (const struct inbox_item *)pages[i].items + at[i] : NULL;
            if (item && (!first || comes_first(item, first))) {
                first = item;
                from = i;
            }
        }
        if (!first)
            break;
        items[count_of++] = *first;
        at[from]++;
    }
    *out = (struct records){items, count_of};
    return error;
}

static bool cursor_read(struct str text, int64_t *due, int64_t *id)
{
    *due = *id = -1;
    return !text.data || sscanf(text.data, "%" SCNd64 ".%" SCNd64, due, id) == 2;
}

HANDLER(inbox_show, inbox_query, inbox_page)
{
    struct audiences mine, role, of;
    int64_t due, id;
    bool all = !in->which.data || str_is(in->which, "all");
    bool wants_mine = all || str_is(in->which, "mine"),
         wants_role = all || str_is(in->which, "role");
    size_t limit = in->limit.known ? (size_t)in->limit.value : PAGE;
    if (in->limit.known && (in->limit.value < 1 || in->limit.value > PAGE_MAX))
        return complain(ctx, STR("limit"), "应在 1 到 %d 之间", "must be between 1 and %d",
                        PAGE_MAX);
    if (!cursor_read(in->after, &due, &id))
        return complain(ctx, STR("after"), "不是 next 给出的", "is not what `next` gave");
    enum error error = audiences_of(ctx, true, false, &mine);
    if (!error)
        error = audiences_of(ctx, false, true, &role);
    if (!error)
        error = audiences_of(ctx, wants_mine, wants_role, &of);
    if (!error)
        error = add_counts(ctx, &mine, &out->mine_open, &out->mine_late);
    if (!error)
        error = add_counts(ctx, &role, &out->role_open, &out->role_late);
    if (!error)
        error = merge(ctx, &of, due, id, limit, &out->items);
    if (!error && out->items.count == limit) {
        const struct inbox_item *last = (const struct inbox_item *)out->items.items + limit - 1;
        out->next = arena_print(ctx->arena, "%" PRId64 ".%" PRId64, last->due_at.seconds, last->id);
    }
    return error;
}

/* --- What to do next ------------------------------------------------------------------------ */

struct suggestion {
    struct record item;
    struct str reason, reason_en;
};
static const struct field suggestion_fields[] = {
    FIELD(struct suggestion, item, "待办", "What waits", .of = &inbox_item_shape),
    FIELD(struct suggestion, reason, "为什么先办", "Why it comes first"),
    FIELD(struct suggestion, reason_en, "英文说明", "Why, in English"),
};
static const SHAPE(suggestion);

struct suggestions {
    struct records items;
};
static const struct field suggestions_fields[] = {
    FIELD(struct suggestions, items, "接下来三件", "The next three", .of = &suggestion_shape),
};
static const SHAPE(suggestions);

static struct suggestion suggest(struct ctx *ctx, const struct inbox_item *item)
{
    bool mine = item->account_id.known;
    struct suggestion made = {.item = {item}};
    if (item->late || item->due_at.seconds <= ctx->now.seconds) {
        made.reason = STR("已经超期");
        made.reason_en = STR("It is late");
    } else if (item->due_at.seconds - ctx->now.seconds <= SOON_SECONDS) {
        made.reason = STR("一天之内到期");
        made.reason_en = STR("It is due within a day");
    } else if (mine) {
        made.reason = STR("您已领取，最先到期");
        made.reason_en = STR("You have claimed it; it is the first due");
    } else {
        made.reason = STR("待领取的里面最先到期");
        made.reason_en = STR("Nobody has claimed it; it is the first due");
    }
    return made;
}

HANDLER(inbox_next, nothing, suggestions)
{
    struct audiences of;
    struct records first;
    (void)in;
    enum error error = audiences_of(ctx, true, true, &of);
    if (!error)
        error = merge(ctx, &of, -1, -1, NEXT, &first);
    if (error)
        return error;
    struct suggestion *list = arena_array(ctx->arena, NEXT, sizeof(*list));
    for (size_t i = 0; i < first.count; i++)
        list[i] = suggest(ctx, (const struct inbox_item *)first.items + i);
    out->items = (struct records){list, first.count};
    return E_OK;
}

/* --- Claiming, handing over ----------------------------------------------------------------- */

/* E_NOT_FOUND where it is not the reader's to see. */
static enum error find_own(struct ctx *ctx, int64_t id, struct inbox_item *item)
{
    bool stands_in = false;
    enum error error = db_one(ctx, &sql_inbox_show, ARGS(arg_int("id", id)), ROW(inbox_item, item));
    if (error || str_equal(item->role_audience, role_audience(ctx)))
        return error;
    if (item->account_id.known)
        error = inbox_stands_in(ctx, item->account_id.value, &stands_in);
    return error ? error : stands_in ? E_OK : E_NOT_FOUND;
}

static enum error give(struct ctx *ctx, struct inbox_item *item, int64_t account_id,
                       struct str note, struct inbox_item *out)
{
    int64_t id;
    struct str to = account_id ? own_audience(ctx, account_id) : item->role_audience;
    if (str_equal(to, item->audience))
        return fail(ctx, E_CONFLICT, "本来就在那里", "it is there already");
    struct inbox_item moved = *item;
    moved.account_id = (struct maybe_int){account_id, account_id != 0};
    moved.note = note;
    enum error error = moved_meanwhile(
        ctx, db_number(ctx, &sql_inbox_move,
                       FROM_AND(inbox_item, &moved, arg_text("to_audience", to)), &id));
    if (!error)
        error = count(ctx, item->audience, -1, -(int64_t)item->late);
    if (!error)
        error = count(ctx, to, 1, item->late);
    return error
               ? error
               : db_one(ctx, &sql_inbox_show, ARGS(arg_int("id", item->id)), ROW(inbox_item, out));
}

HANDLER(inbox_claim, inbox_key, inbox_item)
{
    struct inbox_item item;
    enum error error = find_own(ctx, in->id, &item);
    if (!error && item.account_id.known)
        return fail(ctx, E_CONFLICT, "已由 %.*s 领取", "%.*s has claimed it",
                    STR_PRINT(item.account_name));
    if (!error && !ctx->who->account_id)
        return fail(ctx, E_FORBIDDEN, "只有账户能领取", "only an account can claim work");
    return error ? error : give(ctx, &item, ctx->who->account_id, STR_NONE, out);
}

HANDLER(inbox_release, inbox_key, inbox_item)
{
    struct inbox_item item;
    bool stands_in = false;
    enum error error = find_own(ctx, in->id, &item);
    if (!error && item.account_id.known)
        error = inbox_stands_in(ctx, item.account_id.value, &stands_in);
    if (!error && !stands_in)
        return fail(ctx, E_CONFLICT, "不是您领取的", "you have not claimed it");
    return error ? error : give(ctx, &item, 0, STR_NONE, out);
}

struct handover {
    int64_t id;
    struct str account_name, note;
};
static const struct field handover_fields[] = {
    FIELD(struct handover, id, "编号", "Number", USE_OUT),
    FIELD(struct handover, account_name, "交给谁（登录名）", "To whom, by log-in name",
          .required = true, .length_max = 100),
    FIELD(struct handover, note, "说明", "Note", .required = true, .length_max = 1000),
};
static const SHAPE(handover);

HANDLER(inbox_hand_over, handover, inbox_item)
{
    struct inbox_item item;
    int64_t account_id;
    bool stands_in = true;
    enum error error = find_own(ctx, in->id, &item);
    if (!error && item.account_id.known)
        error = inbox_stands_in(ctx, item.account_id.value, &stands_in);
    if (!error && !stands_in)
        return fail(ctx, E_FORBIDDEN, "已由 %.*s 领取；请他转交", "%.*s has claimed it: ask him",
                    STR_PRINT(item.account_name));
    if (!error)
        error = is_colleague(ctx, "account_name", in->account_name, &account_id);
    return error ? error : give(ctx, &item, account_id, in->note, out);
}

enum { INBOX_READERS = SIGNED_IN | OPERATOR };

static const struct route routes[] = {
    GET_TABLE("/api/inbox", inbox_show, "待办", "The inbox", .roles = INBOX_READERS),
    GET_WORK("/api/inbox_next", inbox_next, "接下来三件，附理由", "The next three, with reasons",
             .roles = INBOX_READERS),
    ACT("/api/inbox_items/{id}/claim", inbox_claim, "领取", "Claim a piece of work",
        .roles = INBOX_READERS),
    ACT("/api/inbox_items/{id}/release", inbox_release, "放回角色待办",
        "Give a piece of work back to the role", .roles = INBOX_READERS),
    ACT("/api/inbox_items/{id}/handover", inbox_hand_over, "转交同事",
        "Hand a piece of work over to a colleague", .roles = INBOX_READERS),
    GET_WORK("/api/delegations", delegations_show, "代办安排", "Who stands in for whom",
             .roles = INBOX_READERS),
    POST("/api/delegations", delegation_create, "请同事代办一段时间",
         "Have a colleague stand in for some days", .roles = SIGNED_IN),
    ACT("/api/delegations/{id}/end", delegation_finish, "提前结束代办", "End it early",
        .roles = SIGNED_IN),
};

const struct module inbox_module = {
    .name = "inbox",
    .migrations = inbox_migrations,
    .migration_count = COUNT(inbox_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
};

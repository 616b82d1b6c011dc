#include "core/proposal.h"

#include "core/identity.h"
#include "core/lifecycle.h"
#include "core/notice.h"
#include "core/ownership.h"
#include "core/router.h"
#include "core/search.h"
#include "proposal.sql.h"

struct proposal {
    int64_t id;
    struct str state, title, title_en, method, path, route, body, if_match;
    int64_t proposer_id, grant_id;
    struct str proposer_name, area_code;
    struct instant proposed_at;
    struct str decider_name;
    struct instant decided_at;
    struct str reason, location;
    bool for_overseers; /* nobody else decides on it, nor reads it */
};
static const char *const states[] = {"open", "approved", "rejected", "withdrawn", NULL};
static const struct field proposal_fields[] = {
    FIELD(struct proposal, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct proposal, state, "状态", "State", USE_OUT | USE_FILTER, .choices = states),
    FIELD(struct proposal, title, "事项", "What is asked", USE_OUT, .search = SEARCH_TITLE),
    FIELD(struct proposal, title_en, "事项（英文）", "What is asked, in English", USE_OUT,
          .search = SEARCH_TITLE),
    FIELD(struct proposal, method, "方法", "Method", USE_OUT),
    FIELD(struct proposal, path, "地址", "Address", USE_OUT | USE_FILTER, .search = SEARCH_CODE),
    FIELD(struct proposal, route, "接口", "Route", USE_OUT),
    FIELD(struct proposal, body, "内容", "Body", USE_OUT),
    FIELD(struct proposal, if_match, "所据版本", "If-Match", USE_OUT),
    FIELD(struct proposal, proposer_id, "提请人账户", "Account of the proposer",
          USE_OUT | USE_FILTER),
    FIELD(struct proposal, grant_id, "提请人的授权", "Grant of the proposer", USE_OUT),
    FIELD(struct proposal, proposer_name, "提请人", "Proposer", USE_OUT, .search = SEARCH_TEXT),
    FIELD(struct proposal, area_code, "区域", "Area", USE_OUT),
    FIELD(struct proposal, proposed_at, "提请时间", "When it was proposed", USE_OUT),
    FIELD(struct proposal, decider_name, "决定人", "Who decided", USE_OUT),
    FIELD(struct proposal, decided_at, "决定时间", "When it was decided", USE_OUT),
    FIELD(struct proposal, reason, "理由", "Reason", USE_OUT, .search = SEARCH_TEXT),
    FIELD(struct proposal, location, "结果的地址", "Address of the result", USE_OUT),
    FIELD(struct proposal, for_overseers, "只由管理员决定", "Only overseers see and decide it",
          USE_OUT),
};
static const SHAPE(proposal);

static const struct field publication_fields[] = {
    FIELD(struct publication, id, "编号", "Number", USE_OUT),
    FIELD(struct publication, visibility, "公开范围", "Who may see it", .required = true,
          .choices = visibility_names),
};
SHAPE(publication);

static const struct ownership proposal_owned = {.account = "proposer_id"};

/* The route that a proposal asks for says what it is about. */
static void describe(struct arena *arena, struct proposal *proposal)
{
    struct match match = route_find(arena, proposal->method, proposal->path);
    if (!match.route)
        return;
    proposal->title = str_of(match.route->zh);
    proposal->title_en = str_of(match.route->en);
}

static enum error finish_row(struct ctx *ctx, void *row)
{
    describe(ctx->arena, row);
    return E_OK;
}

static const struct list proposal_list = {.base = &sql_proposal_list,
                                          .row = &proposal_shape,
                                          .key = "id",
                                          .sort = "-id",
                                          .owned = &proposal_owned,
                                          .finish = finish_row};

static enum error find(struct ctx *ctx, int64_t id, struct proposal *out)
{
    enum error error = db_one(ctx, &sql_proposal_find, ARGS(arg_int("id", id)), ROW(proposal, out));
    bool own = false;
    if (!error)
        error = ownership_holds(ctx, &proposal_owned, ROW(proposal, out), &own);
    if (error)
        return error;
    describe(ctx->arena, out);
    return own ? E_OK : E_NOT_FOUND;
}

enum error approval_required(struct ctx *ctx)
{
    if (ctx->approver || ctx->who->role == ROLE_OPERATOR)
        return E_OK;
    return ctx->error = E_PROPOSED;
}

/* What the proposer saw: If-Match, or the version that the handler names; "*" would be whatever he
 * makes of it until it is approved. */
static struct str version_of(const struct ctx *ctx)
{
    bool named = ctx->if_match.data && !str_is(ctx->if_match, "*");
    return named || !ctx->etag ? ctx->if_match
                               : arena_print(ctx->arena, "%lld", (long long)ctx->etag);
}

/* --- Notices -------------------------------------------------------------------------------- */

static const struct notice_kind notice_kinds[] = {
    {"proposal.made", "有事项待决定", "A proposal waits for a decision", CHANNEL_EMAIL, false,
     false},
    {"proposal.decided", "提请有了结果", "A proposal has been decided", CHANNEL_EMAIL, false,
     false},
};

static struct notice notice_about(struct ctx *ctx, const struct proposal *proposal)
{
    return (struct notice){.subject_kind = STR("proposal"),
                           .subject_key = arena_print(ctx->arena, "%lld", (long long)proposal->id),
                           .address = STR("/proposals")};
}

static enum error tell_approvers(struct ctx *ctx, const struct route *route,
                                 const struct proposal *proposal)
{
    struct notice notice = notice_about(ctx, proposal);
    notice.kind = "proposal.made";
    notice.roles = route->approvers & ~(uint32_t)OPERATOR;
    notice.text = arena_print(ctx->arena, "有一项提请待决定：%s", route->zh);
    notice.text_en = arena_print(ctx->arena, "A proposal waits for a decision: %s", route->en);
    return notice.roles ? notice_send(ctx, &notice) : E_OK;
}

static enum error tell_proposer(struct ctx *ctx, const struct proposal *proposal)
{
    struct notice notice = notice_about(ctx, proposal);
    bool approved = str_is(proposal->state, "approved");
    notice.kind = "proposal.decided";
    notice.account_id = proposal->proposer_id;
    notice.text = arena_print(ctx->arena, "您的提请%s：%.*s", approved ? "已批准" : "未获批准",
                              STR_PRINT(proposal->title));
    notice.text_en = arena_print(ctx->arena, "Your proposal was %s: %.*s",
                                 approved ? "approved" : "rejected", STR_PRINT(proposal->title_en));
    return notice_send(ctx, &notice);
}

/* --- Keeping -------------------------------------------------------------------------------- */

enum error proposal_keep(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    struct proposal made = {.method = call->request.method,
                            .path = call->request.path,
                            .route = str_of(call->route->path),
                            .body = call->request.body,
                            .if_match = version_of(ctx),
                            .for_overseers = !(call->route->approvers & ~(uint32_t)OVERSEERS),
                            .proposer_id = ctx->who->account_id,
                            .grant_id = ctx->who->grant_id,
                            .area_code = ctx->who->area_code};
    ctx->error = E_OK;
    enum error error = db_number(ctx, &sql_proposal_insert, FROM(proposal, &made), &made.id);
    if (error || (error = find(ctx, made.id, &made)) ||
        (error = tell_approvers(ctx, call->route, &made)))
        return error;
    ctx->etag = 0;
    ctx->location = arena_print(ctx->arena, "/api/proposals/%lld", (long long)made.id);
    call_reply_with(call, 202, ROW(proposal, &made));
    return E_OK;
}

/* --- Routes --------------------------------------------------------------------------------- */

struct decision {
    int64_t id;
    struct str reason;
};
static const struct field decision_fields[] = {
    FIELD(struct decision, id, "编号", "Number", USE_OUT),
    FIELD(struct decision, reason, "理由", "Reason", .length_max = PROPOSAL_REASON_MAX),
};
static const SHAPE(decision);

HANDLER(proposal_show, decision, proposal)
{
    return find(ctx, in->id, out);
}

/* May the reader decide on it? Not on his own, and only in a role that the route's approvers have.
 */
static enum error check_decider(struct ctx *ctx, const void *record)
{
    const struct proposal *proposal = record;
    struct match match = route_find(ctx->arena, proposal->method, proposal->path);
    if (proposal->proposer_id == ctx->who->account_id)
        return fail(ctx, E_FORBIDDEN, "自己提请的事项要由另一人决定；您可以撤回",
                    "what you proposed has to be decided by somebody else; you may withdraw it");
    if (!match.route || !role_in(ctx->who->role, match.route->approvers))
        return fail(ctx, E_FORBIDDEN, "您现在的身份（%s）不能决定这项提请",
                    "the role you act in (%s) may not decide on this",
                    in_language(ctx, role_infos[ctx->who->role].zh, role_infos[ctx->who->role].en));
    return E_OK;
}

static enum error check_proposer(struct ctx *ctx, const void *record)
{
    const struct proposal *proposal = record;
    return proposal->proposer_id == ctx->who->account_id
               ? E_OK
               : fail(ctx, E_FORBIDDEN, "只有提请人能撤回", "only who proposed it may withdraw it");
}

/* Runs the kept request as its proposer's. */
static enum error carry_out(struct ctx *ctx, const void *record)
{
    const struct proposal *proposal = record;
    struct identity identity;
    enum error error = identity_of_grant(ctx, proposal->grant_id, &identity);
    error = explain(ctx, error, E_CONFLICT, "提请人已不再有当时的授权，不能照办",
                    "the proposer no longer has the grant under which it was proposed");
    if (error)
        return error;
    struct principal proposer = identity_principal(&identity);
    struct call *inner = ARENA_NEW(ctx->arena, struct call);
    inner->request = (struct request){.method = proposal->method,
                                      .path = proposal->path,
                                      .body = proposal->body,
                                      .content_type = STR("application/json"),
                                      .if_match = proposal->if_match,
                                      .if_none_match = STR_NONE,
                                      .idempotency_key = STR_NONE,
                                      .who = &proposer};
    inner->ctx = *ctx;
    inner->ctx.approver = ctx->who;
    error = call_within(inner);
    ctx->error = inner->ctx.error;
    ctx->detail = inner->ctx.detail;
    ctx->complaints = inner->ctx.complaints;
    ctx->db_status = inner->ctx.db_status;
    ctx->identities_changed = ctx->identities_changed || inner->ctx.identities_changed;
    ctx->erasure = inner->ctx.erasure;
    if (error)
        return error;
    ctx->number_used = true;
    struct arg location = arg_text("location", inner->ctx.location);
    return db_do(ctx, &sql_proposal_done, ARGS(arg_int("id", proposal->id), location));
}

static const struct lifecycle_state proposal_states[] = {
    {"open", "待决定", "Open", false},
    {"approved", "已批准", "Approved", true},
    {"rejected", "未批准", "Rejected", true},
    {"withdrawn", "已撤回", "Withdrawn", true},
};
enum { DECIDERS = APPROVERS | ADMINISTRATORS };
static const struct transition proposal_steps[] = {
    STEP("approval", "open", "approved", "批准", "Approve", .roles = DECIDERS,
         .guard = check_decider, .effect = carry_out),
    STEP("rejection", "open", "rejected", "不批准", "Reject", .roles = DECIDERS, .reason = true,
         .guard = check_decider),
    STEP("withdrawal", "open", "withdrawn", "撤回", "Withdraw", .roles = SIGNED_IN,
         .guard = check_proposer),
};
static const LIFECYCLE(proposal, "proposal", "提请", "Proposal");

static enum error decide(struct ctx *ctx, const struct decision *in, const char *event,
                         struct proposal *out)
{
    enum error error = find(ctx, in->id, out);
    if (!error)
        error =
            lifecycle_take(ctx, &proposal_lifecycle, in->id, out->state, event, in->reason, out);
    if (!error)
        error = db_do(ctx, &sql_proposal_decided,
                      ARGS(arg_int("id", in->id), arg_int("decider_id", ctx->who->account_id),
                           arg_text("reason", in->reason)));
    if (!error)
        error = find(ctx, in->id, out);
    return error || str_is(out->state, "withdrawn") ? error : tell_proposer(ctx, out);
}

HANDLER(proposal_approve, decision, proposal)
{
    return decide(ctx, in, "approval", out);
}

HANDLER(proposal_reject, decision, proposal)
{
    return decide(ctx, in, "rejection", out);
}

HANDLER(proposal_withdraw, decision, proposal)
{
    return decide(ctx, in, "withdrawal", out);
}

static const struct route routes[] = {
    GET_LIST("/api/proposals", proposal_list, "提请事项（双人复核）", "Proposals (two-person rule)",
             .roles = SIGNED_IN | OPERATOR),
    GET_POINT("/api/proposals/{id}", proposal_show, "一项提请", "One proposal",
              .roles = SIGNED_IN | OPERATOR),
    ACT("/api/proposals/{id}/approval", proposal_approve, "批准一项提请", "Approve a proposal",
        .roles = DECIDERS),
    ACT("/api/proposals/{id}/rejection", proposal_reject, "不批准一项提请", "Reject a proposal",
        .roles = DECIDERS),
    ACT("/api/proposals/{id}/withdrawal", proposal_withdraw, "撤回一项提请", "Withdraw a proposal",
        .roles = SIGNED_IN),
};

/* Those that only overseers decide are about a person: they stay out of the index. */
static const struct searchable searchables[] = {
    {&proposal_shape, "提请事项", "Proposal", "id", "/proposals?id={key}",
     .all = &sql_proposal_list, .owned = &proposal_owned, .roles = SIGNED_IN | OPERATOR,
     .hidden = "for_overseers", .finish = finish_row},
};

static const struct lifecycle *const lifecycles[] = {&proposal_lifecycle, NULL};

const struct module proposals_module = {
    .name = "proposals",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .lifecycles = lifecycles,
    .routes = routes,
    .route_count = COUNT(routes),
    .notice_kinds = notice_kinds,
    .notice_kind_count = COUNT(notice_kinds),
};

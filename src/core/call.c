#include "core/call.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/audit.h"
#include "core/claim.h"
#include "core/files.h"
#include "core/ownership.h"
#include "core/proposal.h"
#include "core/router.h"
#include "core/sequence.h"
#include "http/server.h"
#include "json/read.h"

enum { QUERY_PARAMETERS_MAX = 40, JSON_ROOM = 2000 };

static const struct str type_json = STR_INIT("application/json");

static struct json json_begin(struct call *call, struct buf *out)
{
    *out = (struct buf){.arena = call->ctx.arena};
    buf_reserve(out, JSON_ROOM);
    return (struct json){.out = out};
}

/* --- Input ---------------------------------------------------------------------------------- */

void call_choose_language(struct call *call)
{
    bool bad = false;
    struct str lang = http_query(call->ctx.arena, call->request.query, "lang", &bad);
    struct str header = call->request.accept_language;
    if (lang.data)
        call->ctx.language = str_is(lang, "en") ? LANGUAGE_EN : LANGUAGE_ZH;
    else if (header.length >= 2 && strncasecmp(header.data, "en", 2) == 0)
        call->ctx.language = LANGUAGE_EN;
}

/* Path parameters go to the input's fields of the same name. */
static enum error read_path(struct call *call, const struct match *match)
{
    struct ctx *ctx = &call->ctx;
    for (size_t i = 0; i < match->parameter_count; i++) {
        struct str name = match->parameters[i].name, value = match->parameters[i].value;
        const struct field *field = field_find(call->route->handler->in, name);
        if (field && field_parse(ctx, field, call->in, value) == E_OK) {
            if (!call->is_write)
                ctx->given.bits |= UINT64_C(1) << (field - call->route->handler->in->fields);
            continue;
        }
        ctx_clear(ctx);
        return fail(ctx, E_NOT_FOUND, "没有这个地址", "there is no such address");
    }
    return E_OK;
}

static enum error read_query(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    const struct shape *shape = call->route->handler->in;
    struct str rest = call->request.query, name, value;
    bool bad = false, from_query = call->route->raw || !call->is_write;
    enum error error = E_OK;
    while (http_query_next(ctx->arena, &rest, &name, &value, &bad)) {
        const struct field *field = from_query ? field_find(shape, name) : NULL;
        if (str_is(name, "lang"))
            continue;
        if (!field || !field_has(field, USE_IN))
            error = complain(ctx, name, "没有这个查询参数", "there is no such query parameter");
        else if (field_parse(ctx, field, call->in, value))
            error = E_INVALID;
        else if (value.length)
            ctx->given.bits |= UINT64_C(1) << (field - shape->fields);
    }
    return error;
}

static struct str media_type(struct str content_type)
{
    size_t end = str_find(content_type, ';');
    while (end && content_type.data[end - 1] == ' ')
        end--;
    return str_first(content_type, end);
}

static enum error read_json_body(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    if (!call->request.body.length)
        return fields_check(ctx, (struct row){call->route->handler->in, call->in},
                            call->route->partial ? 0 : UINT64_MAX, 0);
    if (!str_is(media_type(call->request.content_type), "application/json"))
        return fail(ctx, E_MEDIA_TYPE, "请以 Content-Type: application/json 提交",
                    "send it as Content-Type: application/json");
    struct json_error why;
    json_t *body = json_read(ctx->arena, call->request.body, &why);
    if (!body) {
        enum error error =
            complain(ctx, STR("body"), "JSON 有误：%s", "the JSON is wrong: %s", why.reason);
        ctx->complaints->line = why.line;
        ctx->complaints->column = why.column;
        return error == E_OK ? error
                             : fail(ctx, E_MALFORMED, "请求内容不是正确的 JSON",
                                    "the body is not well-formed JSON");
    }
    /* Path parameters stay: the body may not name what is read-only. */
    struct row row = {call->route->handler->in, call->in};
    return fields_from_json(ctx, body, row, call->route->partial, &ctx->given);
}

static enum error read_headers(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    if (call->route->match && !call->request.if_match.data)
        return fail(ctx, E_MATCH_REQUIRED, "请带上 If-Match：读取时得到的 ETag",
                    "send If-Match with the ETag that you got when reading");
    struct str match = call->request.if_match;
    if (match.length >= 2 && *match.data == '"')
        match = str_first(str_skip(match, 1), match.length - 2);
    ctx->if_match = match;
    ctx->last_event_id = call->request.last_event_id;
    if (call->request.idempotency_key.length > CLAIM_KEY_MAX)
        return complain(ctx, STR("Idempotency-Key"), "过长：最多 %d 字节",
                        "too long: at most %d bytes", (int)CLAIM_KEY_MAX);
    return E_OK;
}

/* A parameter given twice would be read one way here and another way elsewhere. */
static enum error check_query(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    struct str rest = call->request.query, names[QUERY_PARAMETERS_MAX], value;
    size_t count = 0;
    bool bad = false;
    while (count < QUERY_PARAMETERS_MAX &&
           http_query_next(ctx->arena, &rest, &names[count], &value, &bad)) {
        for (size_t i = 0; i < count; i++)
            if (str_equal(names[i], names[count]))
                return fail(ctx, E_MALFORMED, "参数 %.*s 给了两次",
                            "the parameter %.*s is given twice", STR_PRINT(names[i]));
        count++;
    }
    if (bad || count == QUERY_PARAMETERS_MAX)
        return fail(ctx, E_MALFORMED, "查询参数的编码不对，或多于 %d 个",
                    "the query string is not well encoded, or has more than %d parameters",
                    QUERY_PARAMETERS_MAX - 1);
    return E_OK;
}

static enum error read_input(struct call *call, const struct match *match)
{
    const struct route *route = call->route;
    if (check_query(call))
        return call->ctx.error;
    if (route->text || route->list)
        return E_OK;
    call->in = arena_alloc(call->ctx.arena, route->handler->in->size);
    call->out = arena_alloc(call->ctx.arena, route->handler->out->size);
    fields_clear((struct row){route->handler->in, call->in});
    enum error error = read_headers(call);
    if (!error && call->is_write && !route->raw)
        error = read_json_body(call);
    if (!error && route->raw) {
        call->ctx.content_type = media_type(call->request.content_type);
        call->ctx.body = call->request.body;
        call->ctx.upload = call->request.upload;
    }
    if (!error)
        error = read_query(call);
    if (!error)
        error = read_path(call, match); /* last: what stands in the path cannot be overruled */
    if (!error && (route->raw || !call->is_write))
        error = fields_check(&call->ctx, (struct row){route->handler->in, call->in}, UINT64_MAX,
                             call->ctx.given.bits);
    return error;
}

/* Does the route take this role? Whoever has not signed in is asked to, others are refused. */
static bool check_role(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    if (role_in(ctx->who->role, route_roles(call->route)))
        return true;
    if (ctx->who->must_change_password)
        fail(ctx, E_FORBIDDEN, "请先修改密码", "change your password first");
    else if (ctx->who->role == ROLE_PUBLIC && ctx->who->account_id)
        fail(ctx, E_FORBIDDEN, "您的账户现在没有有效的授权；请联系管理员",
             "your account has no grant in force: ask an administrator");
    else if (ctx->who->role == ROLE_PUBLIC)
        fail(ctx, E_UNAUTHORISED,
             "请先登录；还没有账户时，用启动时打印的一次性口令（Authorization: Bearer "
             "口令，仅限本机）",
             "sign in first; while there are no accounts, use the one-time token printed at start "
             "(Authorization: Bearer TOKEN, on this machine only)");
    else
        fail(ctx, E_FORBIDDEN, "您现在的身份（%s）不能做这件事",
             "the role you act in (%s) may not do this",
             in_language(ctx, role_infos[ctx->who->role].zh, role_infos[ctx->who->role].en));
    return false;
}

static bool check_token_scope(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    const char *module = call->module->name;
    if (token_permits(ctx->who, module, call->is_write))
        return true;
    struct str wanted = call->is_write ? arena_print(ctx->arena, "%s:write", module) : STR("read");
    fail(ctx, E_FORBIDDEN, "这个接口令牌的范围不含 %.*s", "this API token's scopes lack %.*s",
         STR_PRINT(wanted));
    return false;
}

bool call_prepare(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    ctx->who = call->request.who ? call->request.who : &principal_public;
    ctx->peer = call->request.peer;
    ctx->https = call->request.https;
    call->reply = (struct reply){.file = -1};
    call_choose_language(call);
    struct match match = route_find(ctx->arena, call->request.method, call->request.path);
    if (!match.route) {
        call->reply.allow = match.allow;
        if (match.path_known)
            fail(ctx, E_METHOD, "这个地址只支持：%.*s", "this address takes only: %.*s",
                 STR_PRINT(match.allow));
        else
            fail(ctx, E_NOT_FOUND, "没有这个地址；/api/openapi.json 列出全部接口",
                 "there is no such address; /api/openapi.json lists them all");
        call_problem(call);
        return false;
    }
    call->route = match.route;
    call->module = match.module;
    call->format = match.format;
    call->is_write = strcmp(match.route->method, "GET") != 0;
    if (match.parameter_count) {
        call->path_name = match.parameters[0].name;
        call->path_value = match.parameters[0].value;
    }
    if (!check_role(call) || !check_token_scope(call)) {
        call_problem(call);
        return false;
    }
    if (!read_input(call, &match))
        return true;
    call_problem(call);
    return false;
}

size_t call_body_max(struct str method, struct str path, bool *to_file)
{
    struct arena arena = {0};
    jmp_buf escape;
    volatile size_t most = BODY_MAX;
    arena.escape = &escape;
    *to_file = false;
    if (setjmp(escape) == 0) {
        struct match match = route_find(&arena, method, path);
        if (match.route && match.route->body_max)
            most = match.route->body_max;
        *to_file = match.route && match.route->to_file;
    }
    arena_free(&arena);
    return most;
}

/* --- Reading -------------------------------------------------------------------------------- */

/* Does If-None-Match name this tag? It may hold several, and weak ones (a compressing proxy makes
 * them so); "*" means any. */
static bool names_tag(struct str header, struct str tag)
{
    return str_is(header, "*") ||
           (header.data && memmem(header.data, header.length, tag.data, tag.length));
}

bool reply_is_known(const struct str *if_none_match, struct reply *reply)
{
    if (reply->status != 200 || !names_tag(*if_none_match, reply->etag))
        return false;
    reply->status = 304;
    reply->body = STR("");
    if (reply->file >= 0)
        close(reply->file);
    reply->file = -1;
    return true;
}

/* The strong tag of what a handler names by a sequence number, else of the bytes. */
static void set_etag(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    if (ctx->etag)
        call->reply.etag = arena_print(ctx->arena, "\"%lld\"", (long long)ctx->etag);
    else
        call->reply.etag =
            arena_print(ctx->arena, "\"%016llx\"",
                        (unsigned long long)hash_bytes(HASH_SEED, call->reply.body.data,
                                                       call->reply.body.length));
}

/* The file that is asked for; NULL = the reply itself. */
static const struct file_format *format_of(const struct call *call)
{
    return call->route->format ? call->route->format : list_format_of(call->format);
}

static enum error no_temporary_file(struct ctx *ctx)
{
    return fail(ctx, E_DISK_FULL, "临时文件夹写不进去，无法导出",
                "the temporary folder takes no files, so nothing can be exported");
}

static enum error open_reply_file(struct call *call)
{
    call->reply.file = open(export_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return call->reply.file < 0 ? no_temporary_file(&call->ctx) : E_OK;
}

static enum error close_reply_file(struct call *call, enum error error)
{
    close(call->reply.file);
    call->reply.file = -1;
    return error;
}

/* "areas-120.csv", after the address and the sequence number; what has samples in it says so. */
static struct str file_name(struct call *call, const char *ending, bool samples)
{
    struct str path = str_of(call->route->path), part, last = STR("list");
    while (str_cut(&path, '/', &part))
        last = part.length ? part : last;
    return arena_print(call->ctx.arena, "%.*s-%lld%s.%s", (int)str_find(last, '.'), last.data,
                       (long long)call->ctx.sequence, samples ? "-含样例" : "", ending);
}

/* What the route writes itself, without a list. */
static enum error own_file_reply(struct call *call)
{
    enum error error = open_reply_file(call);
    if (!error && (error = call->route->file(&call->ctx, call->in, call->reply.file)))
        return close_reply_file(call, error);
    call->reply.file_name = file_name(call, "jsonl", false);
    call->reply.content_type = STR("application/x-ndjson");
    return error;
}

/* The description of a CSV file stands beside it, for the same query. */
static struct str link_of(struct call *call, const struct file_format *format)
{
    struct str path = call->request.path, query = call->request.query;
    if (format != &csv_format)
        return STR_NONE;
    return arena_print(call->ctx.arena,
                       "<%.*s-metadata.json%s%.*s>; rel=\"describedby\"; "
                       "type=\"application/csvm+json\"",
                       STR_PRINT(path), query.length ? "?" : "", STR_PRINT(query));
}

static enum error export_reply(struct call *call, struct list_request *request,
                               const struct shape *shape, struct records records)
{
    struct ctx *ctx = &call->ctx;
    const struct file_format *format = format_of(call);
    struct str path = call->request.path;
    struct export_job job = {.format = format,
                             .request = request,
                             .shape = shape,
                             .records = records,
                             .path = str_first(path, path.length - strlen(format->ending) - 1),
                             .query = call->request.query};
    struct export done;
    enum error error = open_reply_file(call);
    if (!error && (error = export_file(ctx, &job, call->reply.file, &done)))
        return close_reply_file(call, error);
    if (error)
        return error;
    call->reply.file_name = file_name(call, format->ending, done.sample_rows > 0);
    call->reply.show_file = format->shown;
    call->reply.content_type = str_of(format->type);
    call->reply.link = link_of(call, format);
    return E_OK;
}

static enum error read_list(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    struct list_request request;
    enum error error = sequence_read(ctx);
    if (error)
        return error;
    error = list_request_read(ctx, call->route->list, call->request.query, call->path_name,
                              call->path_value, format_of(call), &request);
    if (error)
        return error;
    if (format_of(call))
        return export_reply(call, &request, NULL, (struct records){NULL, 0});
    struct buf out;
    struct json json = json_begin(call, &out);
    error = list_page(ctx, &request, &json);
    call->reply.body = buf_str(&out);
    return error;
}

void call_reply_with(struct call *call, int status, struct row row)
{
    void *said = arena_alloc(call->ctx.arena, row.shape->size);
    memcpy(said, row.value, row.shape->size);
    call->said = (struct row){row.shape, said};
    struct buf text;
    struct json json = json_begin(call, &text);
    fields_to_json(&call->ctx, &json, row);
    call->reply.body = buf_str(&text);
    call->reply.status = status;
}

static enum error run_handler(struct call *call)
{
    const struct handler *handler = call->route->handler;
    struct row out = {handler->out, call->out};
    call->said = out;
    fields_clear(out);
    enum error error = handler->call(&call->ctx, call->in, call->out);
    if (error)
        return error;
    if (format_of(call)) {
        const struct field *items = field_find(handler->out, STR("items"));
        struct records records;
        memcpy(&records, (const char *)call->out + items->offset, sizeof(records));
        return export_reply(call, NULL, items->of, records);
    }
    struct buf text;
    struct json json = json_begin(call, &text);
    fields_to_json(&call->ctx, &json, out);
    call->reply.body = buf_str(&text);
    return E_OK;
}

/* The file in the place of the record, once that has served. */
static void give_file(struct call *call)
{
    const struct ctx *ctx = &call->ctx;
    if (!ctx->file.data && !ctx->sent)
        return;
    call->reply.body = ctx->file.data ? ctx->file : STR("");
    call->reply.cache_control = ctx->cache_control;
    if (ctx->sent) {
        call->reply.file = fcntl(ctx->sent->file, F_DUPFD_CLOEXEC, 0);
        call->reply.in_parts = true;
        call->reply.etag = arena_print(ctx->arena, "\"%.32s\"", ctx->sent->sha256);
    }
    call->reply.content_type =
        ctx->file_type.data ? ctx->file_type : str_of(call->route->media_type);
    call->reply.file_name = ctx->file_name;
    call->reply.show_file = ctx->file_inline;
}

static enum error run_read(struct call *call)
{
    if (call->route->file)
        return own_file_reply(call);
    return call->route->list ? read_list(call) : run_handler(call);
}

static enum error read_in_snapshot(struct call *call, struct db_conn *conn)
{
    struct ctx *ctx = &call->ctx;
    enum db_status status = db_begin(conn, false);
    enum error error = db_failed(status) ? fail_database(ctx, status) : run_read(call);
    if (error || db_failed(db_commit(conn)))
        db_rollback(conn);
    return error;
}

void call_read(struct call *call, struct db_conn *conn)
{
    struct ctx *ctx = &call->ctx;
    ctx->db = conn;
    call->reply.status = 200;
    call->reply.content_type = type_json;
    if (call->route->text) {
        call->reply.body = call->route->text(ctx->arena);
        set_etag(call);
        return;
    }
    bool alone = call->route->effort == SINGLE && db_is_sqlite(conn);
    enum error error = alone ? run_read(call) : read_in_snapshot(call, conn);
    if (error && alone)
        db_rollback(conn);
    if (error == E_NOT_FOUND && !ctx->error)
        fail(ctx, E_NOT_FOUND, "没有这条记录", "there is no such record");
    if (!error)
        give_file(call);
    if (error)
        call_problem(call);
    else if (call->reply.file < 0)
        set_etag(call);
}

/* --- Writing -------------------------------------------------------------------------------- */

bool call_is_repeatable(const struct call *call)
{
    /* Anybody's keys would be everybody's: one could ask for another's reply. */
    return call->request.idempotency_key.length > 0 && !is_anybody(call->request.who);
}

/* Checks what needs the database, and does it. */
static enum error do_write(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    const struct route *route = call->route;
    struct row in = {route->handler->in, call->in};
    uint64_t given = route->partial ? ctx->given.bits : UINT64_MAX;
    enum error error = fields_check_references(ctx, in, given);
    if (!error && route->owned) {
        ownership_fill_in(ctx, route->owned, in);
        error = ownership_require(ctx, route->owned, in);
    }
    if (!error)
        error = run_handler(call);
    call->reply.status = route->created ? route->created : 200;
    return error;
}

/* "create", "change", "remove", or what stands last in the path behind a record: "revisions". */
static const char *action_of(const struct route *route)
{
    const char *last = strrchr(route->path, '/'), *record = strchr(route->path, '{');
    if (*route->method != 'P')
        return "remove";
    if (record && last > record && last[1] != '{')
        return last + 1;
    return route->method[1] == 'A' ? "change" : "create";
}

/* What was refused and yet leaves a trace (a failed log-in) has no record to show. */
static enum error note_event(struct call *call, enum error refused)
{
    struct ctx *ctx = &call->ctx;
    call->reply.location = ctx->location;
    call->reply.cookie = ctx->cookie;
    if (refused)
        return audit_note(
            ctx, ctx_actor(ctx), "refused", ctx->refused_account ? STR("account") : STR(""),
            ctx->refused_account ? arena_print(ctx->arena, "%lld", (long long)ctx->refused_account)
                                 : str_of(error_infos[refused].name));
    if (ctx->number_used)
        return audit_also(ctx, action_of(call->route), call->said);
    return audit_write(ctx, action_of(call->route), call->said, call->reply.body,
                       &call->reply_in_event);
}

static enum error write_once(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    ctx->route = arena_print(ctx->arena, "%s %s", call->route->method, call->route->path);
    enum error error = sequence_take(ctx);
    if (!error)
        error = do_write(call);
    if (error == E_PROPOSED)
        error = proposal_keep(call);
    if (error && !ctx->keep_refusal)
        return error;
    enum error noted = note_event(call, error);
    return noted ? noted : error;
}

enum error call_within(struct call *call)
{
    struct ctx *ctx = &call->ctx;
    struct db_conn *db = ctx->db;
    ctx_clear(ctx);
    ctx->given = (struct field_set){0};
    if (!call_prepare(call))
        return ctx->error;
    ctx->db = db;
    ctx->route = arena_print(ctx->arena, "%s %s", call->route->method, call->route->path);
    enum error error = do_write(call);
    if (!error) /* the record's event has the write's number, that of the approval the next */
        error = audit_write(ctx, action_of(call->route), call->said, call->reply.body,
                            &call->reply_in_event);
    if (error == E_NOT_FOUND && !ctx->error)
        fail(ctx, E_NOT_FOUND, "没有这条记录", "there is no such record");
    return error;
}

enum write_verdict call_write(struct call *call, struct db_conn *conn, enum db_status *status)
{
    struct ctx *ctx = &call->ctx;
    ctx_clear(ctx);
    ctx->db = conn;
    call->reply = (struct reply){.file = -1, .content_type = type_json};
    bool replayed = false;
    enum error error = call_is_repeatable(call) ? claim_begin(call, &replayed) : E_OK;
    if (replayed)
        return WRITE_DROP;
    if (!error)
        error = write_once(call);
    if (!error) {
        set_etag(call);
        error = call_is_repeatable(call) ? claim_end(call) : E_OK;
        give_file(call);
    }
    if (!error)
        return WRITE_KEEP;
    if (error == E_NOT_FOUND && !ctx->error)
        fail(ctx, E_NOT_FOUND, "没有这条记录", "there is no such record");
    if (ctx->keep_refusal && ctx->db_status == DB_OK)
        return WRITE_KEEP;
    bool refused =
        ctx->db_status == DB_OK || ctx->db_status == DB_UNIQUE || ctx->db_status == DB_CONSTRAINT;
    if (refused)
        return WRITE_DROP;
    *status = ctx->db_status;
    return WRITE_FAIL;
}

void call_written(struct call *call, enum db_status status, bool unsure)
{
    struct ctx *ctx = &call->ctx;
    if (unsure && db_failed(status))
        fail(ctx, E_UNSURE, "提交时数据库断开，不能确定是否已保存；请先查询，再决定是否重试",
             "the database was lost while it was being saved: look first whether it is there, then "
             "try again");
    else if (db_failed(status) && !ctx->error)
        fail_database(ctx, status);
    if (ctx->error)
        call_problem(call);
}

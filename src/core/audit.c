#include "core/audit.h"

#include <sodium.h>

#include "audit_event.sql.h"
#include "core/search.h"
#include "core/sequence.h"

enum { SALT_BYTES = 16, SALT_HEX = 32, PAYLOAD_MAX = 64 << 20 };

static const struct field event_fields[] = {
    FIELD(struct event, sequence, "序号", "Number"),
    FIELD(struct event, recorded_at, "时刻", "When"),
    FIELD(struct event, actor, "操作人", "Who"),
    FIELD(struct event, role, "身份", "Role"),
    FIELD(struct event, grant_id, "授权", "Grant"),
    FIELD(struct event, approver, "批准人", "Who approved"),
    FIELD(struct event, action, "操作", "What was done"),
    FIELD(struct event, route, "接口", "Route"),
    FIELD(struct event, kind, "记录类型", "Kind of the record"),
    FIELD(struct event, key, "记录编号", "Id or code of the record"),
    FIELD(struct event, algorithm, "算法", "Algorithm"),
    FIELD(struct event, hash, "摘要", "Digest"),
    FIELD(struct event, salt, "盐", "Salt of the payload"),
    FIELD(struct event, body, "当时的记录", "The record as it was", .length_max = PAYLOAD_MAX),
    FIELD(struct event, digest, "内容已删除的摘要", "Digest of a payload that was removed"),
    FIELD(struct event, removed_seq, "删除内容的事件", "The event that removed it"),
};
const SHAPE(event);

/* The bench makes a program that goes without, to measure what events cost (Makefile). */
#ifdef WITHOUT_EVENTS
enum { WITH_EVENTS = false };
#else
enum { WITH_EVENTS = true };
#endif

/* --- Digests -------------------------------------------------------------------------------- */

static struct str digest_text(struct arena *arena, struct digest *digest)
{
    char *hex = arena_alloc(arena, DIGEST_HEX + 1);
    if (!digest_end(digest, hex))
        arena_exhausted(arena); /* nothing else can be wrong with it */
    return (struct str){hex, DIGEST_HEX};
}

static struct str payload_digest(struct arena *arena, enum digest_algorithm algorithm,
                                 const struct event *event)
{
    if (!event->body.data)
        return event->digest;
    struct digest *digest = digest_begin(algorithm);
    digest_part(digest, STR("kechuang-payload-1"));
    digest_part(digest, event->salt);
    digest_part(digest, event->body);
    return digest_text(arena, digest);
}

struct str event_hash(struct arena *arena, enum digest_algorithm algorithm,
                      const struct event *event)
{
    struct str of_payload = payload_digest(arena, algorithm, event);
    struct digest *digest = digest_begin(algorithm);
    digest_part(digest, STR("kechuang-event-1"));
    digest_number(digest, event->sequence);
    digest_number(digest, event->recorded_at.seconds);
    digest_part(digest, event->actor);
    digest_part(digest, event->role);
    if (event->grant_id.known)
        digest_number(digest, event->grant_id.value);
    else
        digest_part(digest, STR_NONE);
    digest_part(digest, event->approver);
    digest_part(digest, event->action);
    digest_part(digest, event->route);
    digest_part(digest, event->kind);
    digest_part(digest, event->key);
    digest_part(digest, of_payload);
    return digest_text(arena, digest);
}

/* --- Events of writes ----------------------------------------------------------------------- */

static bool is_plain(const struct shape *shape)
{
    for (; shape; shape = shape->extends)
        for (size_t i = 0; i < shape->count; i++) {
            const struct field *field = &shape->fields[i];
            if (field->secret || field->personal || (field->of && !is_plain(field->of)))
                return false;
        }
    return true;
}

/* An extended record is still the record that it extends. */
static const char *kind_of(const struct shape *shape)
{
    while (shape->extends)
        shape = shape->extends;
    return shape->name;
}

static struct str key_of(struct arena *arena, struct row row)
{
    static const char *const names[] = {"id", "code"};
    for (const struct shape *shape = row.shape; shape; shape = shape->extends)
        for (size_t i = 0; i < COUNT(names); i++) {
            const struct field *field = field_find(shape, str_of(names[i]));
            if (field && !field_is_null(field, row.value))
                return field_text(arena, field, row.value);
        }
    return STR("");
}

static struct str approver_of(const struct ctx *ctx)
{
    return ctx->approver ? actor_of(ctx->arena, ctx->approver) : STR_NONE;
}

static struct event event_of(struct ctx *ctx, const char *action, struct str kind, struct str key)
{
    const struct principal *who = ctx->who;
    return (struct event){.sequence = ctx->sequence,
                          .recorded_at = ctx->now,
                          .actor = ctx_actor(ctx),
                          .role = str_of(role_infos[who->role].name),
                          .grant_id = {who->grant_id, who->grant_id != 0},
                          .approver = approver_of(ctx),
                          .action = str_of(action),
                          .route = ctx->route,
                          .kind = kind,
                          .key = key,
                          .algorithm = str_of(digest_names[ctx->digest])};
}

/* With a payload when the event has a body. */
static enum error put(struct ctx *ctx, struct event *event)
{
    if (!WITH_EVENTS)
        return E_OK;
    char salt[SALT_HEX + 1];
    unsigned char bytes[SALT_BYTES];
    enum error error = E_OK;
    if (event->body.data) {
        randombytes_buf(bytes, sizeof(bytes));
        sodium_bin2hex(salt, sizeof(salt), bytes, sizeof(bytes));
        event->salt = (struct str){salt, SALT_HEX};
        error = db_do(ctx, &sql_event_payload_insert, FROM(event, event));
    }
    event->hash = event_hash(ctx->arena, ctx->digest, event);
    return error ? error : db_do(ctx, &sql_event_insert, FROM(event, event));
}

static enum error sealed_json(struct ctx *ctx, struct row state, struct str *json)
{
    struct buf out = {.arena = ctx->arena};
    struct json writing = {.out = &out};
    enum error error = fields_to_json_sealed(ctx, &writing, state);
    *json = buf_str(&out);
    return error;
}

/* What has an event is found from the same commit on. */
static enum error put_in_search(struct ctx *ctx, const char *action, struct row state)
{
    const struct searchable *kind = search_kind(state.shape);
    if (!kind)
        return E_OK;
    return strcmp(action, "remove") == 0 ? search_remove(ctx, kind, key_of(ctx->arena, state))
                                         : search_put(ctx, state);
}

enum error audit_write(struct ctx *ctx, const char *action, struct row state, struct str json,
                       bool *same)
{
    struct event event =
        event_of(ctx, action, str_of(kind_of(state.shape)), key_of(ctx->arena, state));
    *same = WITH_EVENTS && is_plain(state.shape);
    event.body = json;
    enum error error = *same || !WITH_EVENTS ? E_OK : sealed_json(ctx, state, &event.body);
    if (!error)
        error = put(ctx, &event);
    return error ? error : put_in_search(ctx, action, state);
}

enum error audit_also(struct ctx *ctx, const char *action, struct row state)
{
    struct str body;
    int64_t main_number = ctx->sequence, number;
    enum error error = sealed_json(ctx, state, &body);
    if (error || (error = sequence_take(ctx)))
        return error;
    number = ctx->sequence;
    ctx->sequence = main_number; /* records keep the number of the write as a whole */
    struct event event =
        event_of(ctx, action, str_of(kind_of(state.shape)), key_of(ctx->arena, state));
    event.sequence = number;
    event.body = body;
    error = put(ctx, &event);
    return error ? error : put_in_search(ctx, action, state);
}

enum error audit_note(struct ctx *ctx, struct str actor, const char *action, struct str kind,
                      struct str key)
{
    struct event event = event_of(ctx, action, kind, key);
    event.actor = actor;
    return put(ctx, &event);
}

enum error audit_find(struct ctx *ctx, int64_t sequence, struct event *event)
{
    return db_one(ctx, &sql_event_find, ARGS(arg_int("sequence", sequence)), ROW(event, event));
}

enum error audit_redact(struct ctx *ctx, int64_t sequence)
{
    struct event event;
    enum digest_algorithm algorithm;
    enum error error = audit_find(ctx, sequence, &event);
    if (error)
        return error;
    if (!event.body.data)
        return fail(ctx, E_CONFLICT, "这个事件没有内容，或内容已经删除",
                    "it has no content, or its content is removed already");
    if (!digest_find(event.algorithm, &algorithm))
        return fail(ctx, E_INTERNAL, "不认识的摘要算法 %.*s", "unknown algorithm %.*s",
                    STR_PRINT(event.algorithm));
    struct str digest = payload_digest(ctx->arena, algorithm, &event);
    error = db_one(ctx, &sql_event_payload_remove,
                   ARGS(arg_int("sequence", sequence), arg_text("digest", digest),
                        arg_int("removed_seq", ctx->sequence)),
                   (struct row){NULL, NULL});
    return explain(ctx, error, E_CONFLICT, "这个事件的内容刚被删除",
                   "its content has just been removed");
}

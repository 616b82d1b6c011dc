#include "core/audit_verify.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

#include "core/import.h"
#include "json/read.h"

enum { REMOVALS_MAX = 100000 };

struct verifier {
    struct audit_report *report;
    struct audit_trust trust;
    bool has_records; /* it is the database that is verified: what events cover is there, too */
    bool is_part;     /* what lies before the first seal and after the last is not known */
    struct seal seal; /* under way; its texts lie in `texts` */
    struct digest *digest;
    int64_t counted; /* events of this seal */
    char texts[2][DIGEST_HEX + 1];
    bool open, head_found;
    /* Events that are said to have removed payloads, and were not met yet. */
    int64_t *removals;
    size_t removal_count;
};

/* Only the first is kept: what follows may be its consequence. */
__attribute__((format(printf, 3, 5), format(printf, 4, 5))) static void
blame(struct verifier *v, int64_t sequence, const char *zh, const char *en, ...)
{
    struct audit_report *report = v->report;
    if (!report->good)
        return;
    report->good = false;
    report->fault_sequence = sequence;
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    int length = vsnprintf(report->fault, AUDIT_FAULT_MAX, zh, args);
    size_t at = length < 0 ? 0 : (size_t)length;
    if (at + 4 < AUDIT_FAULT_MAX) {
        memcpy(report->fault + at, " · ", sizeof(" · "));
        at += sizeof(" · ") - 1;
        vsnprintf(report->fault + at, AUDIT_FAULT_MAX - at, en, again);
    }
    va_end(again);
    va_end(args);
}

/* --- Seals ---------------------------------------------------------------------------------- */

static void end_seal(struct verifier *v)
{
    char head[DIGEST_HEX + 1];
    const struct seal *seal = &v->seal;
    if (!v->open)
        return;
    v->open = false;
    bool computed = digest_end(v->digest, head);
    long long id = seal->id, first = seal->first_sequence, last = seal->last_sequence;
    if (v->counted != seal->count)
        blame(v, seal->first_sequence,
              "封存 %lld（事件 %lld–%lld）应有 %lld 个事件，实有 %lld 个：有事件被删去或添加",
              "seal %lld (events %lld–%lld) has %lld events, and there are %lld: some were removed "
              "or added",
              id, first, last, (long long)seal->count, (long long)v->counted);
    else if (!computed || !str_is(seal->head, head))
        blame(
            v, seal->first_sequence, "封存 %lld（事件 %lld–%lld）的链头不对：封存或顺序被改过",
            "the head of seal %lld (events %lld–%lld) is wrong: the seal or the order was changed",
            id, first, last);
    v->head_found = v->head_found || str_equal(seal->head, v->trust.head);
    v->report->last_seal = seal->id;
    memcpy(v->report->head, seal->head.data, seal->head.length);
    snprintf(v->report->algorithm, sizeof(v->report->algorithm), "%.*s",
             STR_PRINT(seal->algorithm));
}

static void check_follows(struct verifier *v, const struct seal *seal, const struct seal *before)
{
    bool first = v->report->seals == 0;
    if (first && v->is_part)
        return;
    struct str head = first ? STR("") : before->head;
    int64_t id = first ? 1 : before->id + 1, last = first ? 0 : before->last_sequence;
    if (seal->id != id)
        blame(v, seal->first_sequence, "缺少封存 %lld", "seal %lld is missing", (long long)id);
    else if (!str_equal(seal->previous, head) || seal->first_sequence <= last)
        blame(v, seal->first_sequence, "封存 %lld 不接在前一封存之后",
              "seal %lld does not follow the one before it", (long long)seal->id);
}

static enum error visit_seal(struct ctx *ctx, void *state, const struct seal *seal)
{
    struct verifier *v = state;
    enum digest_algorithm algorithm = DIGEST_SHA256;
    (void)ctx;
    end_seal(v);
    struct seal before = v->seal;
    if (!digest_find(seal->algorithm, &algorithm) || seal->head.length != DIGEST_HEX ||
        seal->previous.length > DIGEST_HEX)
        blame(v, seal->first_sequence, "封存 %lld 无法读懂", "seal %lld cannot be read",
              (long long)seal->id);
    check_follows(v, seal, &before);
    v->report->seals++;
    if (v->report->unsigned_since.seconds == INT64_MIN)
        v->report->unsigned_since = seal->sealed_at;
    v->seal = *seal;
    size_t length = seal->head.length > DIGEST_HEX ? DIGEST_HEX : seal->head.length;
    memcpy(v->texts[0], seal->head.data ? seal->head.data : "", length);
    v->seal.head = (struct str){v->texts[0], length};
    v->seal.algorithm = str_of(digest_names[algorithm]);
    v->digest = seal_begin(algorithm, seal);
    v->counted = 0;
    v->open = true;
    return E_OK;
}

/* --- Events --------------------------------------------------------------------------------- */

static void check_event(struct ctx *ctx, struct verifier *v, const struct event *event)
{
    enum digest_algorithm algorithm;
    if (!digest_find(event->algorithm, &algorithm) ||
        !str_equal(event_hash(ctx->arena, algorithm, event), event->hash))
        blame(v, event->sequence, "事件 %lld 或它的内容被改过",
              "event %lld or its content was changed", (long long)event->sequence);
}

/* An import's event covers by a digest what each of its lines did. */
static enum error check_import(struct ctx *ctx, struct verifier *v, const struct event *event)
{
    char digest[DIGEST_HEX + 1];
    struct json_error why;
    const json_t *body = json_read(ctx->arena, event->body, &why);
    const char *wanted = json_string_value(json_object_get(body, "rows_digest"));
    enum db_status status = db_begin(ctx->db, false);
    enum error error =
        db_failed(status)
            ? fail_database(ctx, status)
            : import_rows_digest(ctx, json_integer_value(json_object_get(body, "id")), digest);
    struct import import;
    if (!error)
        error = import_find(ctx, json_integer_value(json_object_get(body, "id")), &import);
    db_rollback(ctx->db);
    const char *file = json_string_value(json_object_get(body, "file_sha256"));
    bool same_file = !error && file && str_is(import.file_sha256, file);
    if ((!error && !same_file) || error == E_NOT_FOUND) {
        error = E_OK;
        ctx_clear(ctx);
        blame(v, event->sequence, "事件 %lld 的导入所指的文件被改过",
              "the file that the import of event %lld names was changed",
              (long long)event->sequence);
    }
    if (!error && (!wanted || strcmp(wanted, digest) != 0))
        blame(v, event->sequence, "事件 %lld 的导入行被改过：与当时的摘要不符",
              "rows of the import of event %lld were changed: they do not fit its digest",
              (long long)event->sequence);
    return error;
}

/* Of a removed payload there must be an event, later, that removed it. */
static void note_removal(struct verifier *v, const struct event *event)
{
    v->report->removed++;
    if (!event->removed_seq.known || event->removed_seq.value <= event->sequence)
        blame(v, event->sequence, "事件 %lld 的内容没有了，也没有依法删除的事件",
              "the content of event %lld is gone, and no event says it was removed",
              (long long)event->sequence);
    else if (v->removal_count < REMOVALS_MAX)
        v->removals[v->removal_count++] = event->removed_seq.value;
}

/* Erasures remove: by the operator himself, at a start, or where a proposal is approved. */
static bool removes(const struct event *event)
{
    return str_is(event->action, "erasure") ||
           (str_is(event->action, "approval") && str_is(event->kind, "proposal"));
}

static void meet_removal(struct verifier *v, int64_t sequence)
{
    for (size_t i = 0; i < v->removal_count;)
        if (v->removals[i] == sequence)
            v->removals[i] = v->removals[--v->removal_count];
        else
            i++;
}

static void count_event(struct audit_report *report, int64_t sequence)
{
    if (report->events++)
        report->gaps += sequence - report->last_sequence - 1;
    else
        report->first_sequence = sequence;
    report->last_sequence = sequence;
}

static enum error visit_event(struct ctx *ctx, void *state, const struct event *event)
{
    struct verifier *v = state;
    bool unsealed = !v->open || event->sequence > v->seal.last_sequence;
    if (v->report->events && event->sequence <= v->report->last_sequence)
        blame(v, event->sequence, "事件 %lld 的位置不对", "event %lld is out of order",
              (long long)event->sequence);
    if (!unsealed && event->sequence < v->seal.first_sequence)
        blame(v, event->sequence, "事件 %lld 不在任何封存之内：事后添加",
              "event %lld is in no seal: it was added afterwards", (long long)event->sequence);
    count_event(v->report, event->sequence);
    if (v->has_records && event->body.data && str_is(event->kind, "import") &&
        str_is(event->action, "import")) {
        enum error error = check_import(ctx, v, event);
        if (error)
            return error;
    }
    if (v->removal_count && removes(event))
        meet_removal(v, event->sequence);
    if (!event->body.data && event->digest.data)
        note_removal(v, event);
    if (unsealed) {
        if (!v->report->unsealed++)
            v->report->oldest_unsealed = event->recorded_at;
        if (event->hash.data)
            check_event(ctx, v, event);
        return E_OK;
    }
    check_event(ctx, v, event);
    digest_part(v->digest, event->hash);
    v->counted++;
    return E_OK;
}

/* --- Signatures ----------------------------------------------------------------------------- */

static void note_key(struct audit_report *report, struct str key)
{
    for (size_t i = 0; i < report->key_count; i++)
        if (str_is(key, report->keys[i]))
            return;
    if (report->key_count < AUDIT_KEYS_MAX && key.length == PUBLIC_KEY_HEX)
        memcpy(report->keys[report->key_count++], key.data, PUBLIC_KEY_HEX);
}

static enum error visit_signature(struct ctx *ctx, void *state,
                                  const struct seal_signature *signature)
{
    struct verifier *v = state;
    if (signature->seal_id != v->seal.id || !signature_is_right(ctx->arena, &v->seal, signature)) {
        blame(v, v->seal.first_sequence, "封存 %lld 的签名不对",
              "the signature of seal %lld is wrong", (long long)signature->seal_id);
        return E_OK;
    }
    v->report->signatures++;
    note_key(v->report, signature->public_key);
    if (!v->trust.public_key.length || str_equal(v->trust.public_key, signature->public_key)) {
        v->report->signed_seal = signature->seal_id;
        v->report->unsigned_since = INSTANT_NONE;
    }
    return E_OK;
}

/* --- The whole ------------------------------------------------------------------------------ */

static void check_end(struct ctx *ctx, struct verifier *v)
{
    struct audit_report *report = v->report;
    end_seal(v);
    if (v->removal_count && !v->is_part)
        blame(v, v->removals[0], "依法删除内容的事件 %lld 不见了，或它不是删除",
              "event %lld, which removed a content, is missing or is no removal",
              (long long)v->removals[0]);
    if (report->unsealed && ctx->now.seconds - report->oldest_unsealed.seconds > AUDIT_TAIL_SECONDS)
        blame(v, 0, "有 %lld 个事件超过 %d 秒没有封存",
              "%lld events have not been sealed for more than %d seconds",
              (long long)report->unsealed, (int)AUDIT_TAIL_SECONDS);
    if (report->seals && v->trust.public_key.length && !report->signed_seal)
        blame(v, 0, "没有一个封存是用密钥 %.*s 签名的", "no seal is signed with the key %.*s",
              STR_PRINT(v->trust.public_key));
    else if (!v->is_part && v->trust.public_key.length &&
             report->unsigned_since.seconds != INT64_MIN &&
             ctx->now.seconds - report->unsigned_since.seconds > AUDIT_TAIL_SECONDS)
        blame(
            v, 0,
            "封存 %lld 以后超过 %d "
            "秒没有签名：签名被删去，或日志的末尾被换过；程序若是被强行中断的，"
            "再启动一次就会补签",
            "after seal %lld nothing has been signed for more than %d seconds: signatures were "
            "removed, or the end of the log was exchanged; if the program was broken off, starting "
            "it once signs what is there",
            (long long)report->signed_seal, (int)AUDIT_TAIL_SECONDS);
    if (v->trust.head.length && !v->head_found)
        blame(v, 0, "没有链头 %.*s：日志不是当时的那一份",
              "there is no head %.*s: this is not the log that had it", STR_PRINT(v->trust.head));
}

static void forget(void *state)
{
    struct verifier *v = state;
    char head[DIGEST_HEX + 1];
    if (v->open && !digest_end(v->digest, head))
        v->open = false;
    free(v->removals);
}

static struct verifier *verifier_new(struct ctx *ctx, struct audit_trust trust,
                                     struct audit_report *report)
{
    struct verifier *v = ARENA_NEW(ctx->arena, struct verifier);
    *report = (struct audit_report){.good = true, .unsigned_since = INSTANT_NONE};
    v->report = report;
    v->trust = trust;
    v->removals = calloc(REMOVALS_MAX, sizeof(*v->removals));
    if (!v->removals)
        arena_exhausted(ctx->arena);
    arena_defer(ctx->arena, forget, v);
    return v;
}

enum error audit_verify(struct ctx *ctx, struct audit_trust trust, struct audit_report *report)
{
    struct verifier *v = verifier_new(ctx, trust, report);
    struct audit_visitor visitor = {v, visit_seal, visit_event, visit_signature};
    struct seal last = {0};
    v->has_records = true;
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status) : seal_last(ctx, &last);
    db_rollback(ctx->db);
    if (!error)
        error = audit_walk(ctx, (struct audit_range){1, last.id, true}, &visitor);
    if (!error)
        check_end(ctx, v);
    return error;
}

enum error audit_verify_range(struct ctx *ctx, struct audit_range range,
                              struct audit_report *report)
{
    struct verifier *v = verifier_new(ctx, (struct audit_trust){STR(""), STR("")}, report);
    struct audit_visitor visitor = {v, visit_seal, visit_event, visit_signature};
    v->is_part = true;
    enum error error = audit_walk(ctx, range, &visitor);
    if (!error)
        check_end(ctx, v);
    return error;
}

enum error audit_verify_file(struct ctx *ctx, FILE *in, struct audit_trust trust,
                             struct audit_report *report)
{
    struct verifier *v = verifier_new(ctx, trust, report);
    struct audit_visitor visitor = {v, visit_seal, visit_event, visit_signature};
    v->is_part = true;
    enum error error = audit_read(ctx, in, &visitor);
    if (!error)
        check_end(ctx, v);
    return error;
}

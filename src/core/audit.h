/* Events: what was done, when, by whom and under which grant, and the record as it was afterwards.
 *
 * The core makes the event of each write itself (call.c): its number is the write's, its kind the
 * name of the reply's shape, its key the reply's `id` or `code`, its payload the reply's JSON
 * without secrets and with personal data sealed by the person's key. A handler that changes more
 * than what it replies says so with audit_also().
 *
 * `hash` covers the event and the digest of its payload; the digest covers a salt and the payload,
 * so that a payload that is removed by law cannot be guessed from what stays. Seals
 * (core/audit_seal.h) chain the hashes. What is digested (see base/digest.h):
 *   payload  "kechuang-payload-1", salt, body
 *   event    "kechuang-event-1", sequence, recorded_at, actor, role, grant_id, approver, action,
 *            route, kind, key, digest of the payload; each absent part as such */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "base/digest.h"
#include "core/query.h"

struct event {
    int64_t sequence;
    struct instant recorded_at;
    struct str actor, role; /* see ctx_actor(); who approved, likewise */
    struct maybe_int grant_id;
    struct str approver, action, route, kind, key;
    struct str algorithm, hash; /* STR_NONE: from before there were hashes, and not yet sealed */
    /* The payload, where there is one: salt and body, or, removed by law, the digest and the event
     * that removed it. */
    struct str salt, body, digest;
    struct maybe_int removed_seq;
};
extern const struct shape event_shape;

/* The event of the write that runs, under ctx->sequence. `json` is the reply, which is kept as it
 * is where its shape has nothing secret or personal; `*same` says so. */
enum error audit_write(struct ctx *ctx, const char *action, struct row state, struct str json,
                       bool *same) MUST_USE;
/* One more record that the write changed; takes a number of its own. */
enum error audit_also(struct ctx *ctx, const char *action, struct row state) MUST_USE;
/* An event without a payload under ctx->sequence: the load of a pack, a refusal. */
enum error audit_note(struct ctx *ctx, struct str actor, const char *action, struct str kind,
                      struct str key) MUST_USE;
/* Removes an event's payload, as a law demands, and leaves an event that says so. */
enum error audit_redact(struct ctx *ctx, int64_t sequence) MUST_USE;

/* The event with its payload; E_NOT_FOUND when there is none. */
enum error audit_find(struct ctx *ctx, int64_t sequence, struct event *event) MUST_USE;
/* What `event->hash` should be, by the algorithm. In the arena. */
struct str event_hash(struct arena *arena, enum digest_algorithm algorithm,
                      const struct event *event);

#endif

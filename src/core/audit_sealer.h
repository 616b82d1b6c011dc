/* The sealer: a thread of each running program that seals events (PostgreSQL), signs heads, and
 * forgets idempotency keys whose time is over.
 *
 * On SQLite every commit group seals itself (seal_group), so nothing is left for the thread but to
 * sign, once a second at most. On PostgreSQL numbers become visible in another order than they are
 * taken. A writer has its transaction id before it takes its number (core/sequence.c), so:
 *
 *   1. read V, the last number taken;
 *   2. then take a transaction id X of one's own: whoever took a number up to V has a smaller one;
 *   3. when no transaction below X is running any more (pg_snapshot_xmin ≥ X), all numbers up to V
 *      are committed or gone for good, and the events up to V can be chained.
 *
 * Note that X must not be a snapshot's xmax: that is one more than the newest transaction that has
 * *ended*, and a running one may lie above it. Every node has a sealer; an advisory lock lets one
 * at a time seal, and the seal's number is a key, so that a second one could only fail. */
#ifndef CORE_AUDIT_SEALER_H
#define CORE_AUDIT_SEALER_H

#include "core/audit_seal.h"
#include "db/writer.h"

enum { SEALER_POLL_MS = 200, SEALER_PAUSE_MS = 10, SEALER_WAIT_MS = 2000, SIGN_MS = 1000 };

struct sealer_settings {
    const char *url;       /* of the database */
    struct writer *writer; /* SQLite: what is to be written goes through it */
    enum digest_algorithm digest;
    const struct signing_key *key; /* must outlive the sealer */
};

struct audit_sealer;
/* NULL, with the reason. */
struct audit_sealer *sealer_start(const struct sealer_settings *settings, char *reason,
                                  size_t reason_size);
/* Seals and signs what there is, then ends the thread. Before the writer stops. */
void sealer_stop(struct audit_sealer *sealer);
/* Something was committed. */
void sealer_wake(struct audit_sealer *sealer);

/* Before the writer's commit: seals the group, and says whether there was anything to seal. */
enum db_status seal_group(struct db_conn *conn, enum digest_algorithm digest, bool *sealed);

/* One round on PostgreSQL, in transactions of its own; for tests, too. E_BUSY while somebody slow
 * holds the horizon. */
enum error seal_on_postgres(struct ctx *ctx) MUST_USE;

/* How far all is sealed, at least up to `wanted` where that takes no longer than SEALER_WAIT_MS.
 * The reader's snapshot is a new one afterwards if it was waited for. */
enum error sequence_sealed(struct ctx *ctx, int64_t wanted, int64_t *sealed) MUST_USE;
/* The same, and E_BUSY where `wanted` is not sealed in time: for as_of. */
enum error sequence_settled(struct ctx *ctx, int64_t wanted) MUST_USE;

#endif

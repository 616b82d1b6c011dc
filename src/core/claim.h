/* Idempotency-Key: a POST that is sent twice is done once.
 *
 * The key is claimed in the transaction that does the work, so a duplicate that comes meanwhile
 * waits for it and then gets the same answer. A key is bound to who sends it and to the request's
 * method, address and body; it is kept for CLAIM_SECONDS. */
#ifndef CORE_CLAIM_H
#define CORE_CLAIM_H

#include "core/call.h"

enum { CLAIM_KEY_MAX = 200, CLAIM_SECONDS = 24 * 3600 };

/* Claims the key, or fills in the reply that it got before (`*replayed`). */
enum error claim_begin(struct call *call, bool *replayed) MUST_USE;
/* Keeps the reply beside the claim. */
enum error claim_end(struct call *call) MUST_USE;
/* Forgets those whose time is over; in a write transaction. */
enum error claims_expire(struct ctx *ctx) MUST_USE;

#endif

/* The outbox: what of the notices goes out by e-mail, and to webhooks of other systems.
 *
 * A row stands here for each, written in the notice's own transaction: what is rolled back sends
 * nothing, and what is committed is not lost. The job "sending" takes the rows by lease, of several
 * nodes one each. A row whose node ended between sending and saying so is sent again, with the same
 * Message-ID: at least once, and never silently not. It is tried OUTBOX_TRIES times with pauses
 * that double; then it has failed, which the page of the outbox shows. What may disturb its reader,
 * and when, is for core/contact.h to say, at the moment at which it would go out. */
#ifndef CORE_OUTBOX_H
#define CORE_OUTBOX_H

#include "core/notice.h"

enum { OUTBOX_TRIES = 6, OUTBOX_LEASE_SECONDS = 120, OUTBOX_PAUSE_SECONDS = 30 };

/* In the transaction of the notice: where its kind goes beside the pages, a row each. */
enum error outbox_add(struct ctx *ctx, const struct notice_kind *kind, int64_t notice_id,
                      int64_t account_id) MUST_USE;

/* The same, once for each notice: to the webhooks that want such. */
enum error outbox_add_webhooks(struct ctx *ctx, const struct notice_kind *kind,
                               int64_t notice_id) MUST_USE;

#endif

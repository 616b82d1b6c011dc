/* What the files of this module share. */
#ifndef NOTICES_INTERNAL_H
#define NOTICES_INTERNAL_H

#include "core/jobs.h"
#include "core/list.h"
#include "core/notice.h"

/* outbox.c */
extern const struct list outbox_list;
extern const struct handler outbox_retry_handler, outbox_begin_handler;
extern const struct job_kind sending_kind;

/* A message that this node has claimed. */
struct sending {
    int64_t id, notice_id, account_id;
    struct maybe_int webhook_id;
    bool urgent;
    int64_t tries;
    /* What it says. */
    struct str text, text_en, address;
    struct instant created_at;
    int64_t person_id;
    struct str account_state;
    /* What came of it. */
    struct str state, problem;
    struct instant not_before, sent_at;
};
/* What has come of it: sent, tried again after a pause, or failed. */
void sending_end(struct ctx *ctx, struct sending *sending, bool sent, bool for_good,
                 const char *reason);
enum error outbox_tick(struct ctx *ctx, const struct ticking *ticking);

/* webhooks.c */
extern const struct list webhook_list;
extern const struct handler webhook_create_handler, webhook_end_handler;
/* On the job's thread, outside of a transaction: sends it, and says so in `sending`. */
enum error webhook_send(struct ctx *ctx, struct sending *sending) MUST_USE;

#endif

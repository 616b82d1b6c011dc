/* What the files of this module share. */
#ifndef NOTICES_INTERNAL_H
#define NOTICES_INTERNAL_H

#include "core/contact.h"
#include "core/jobs.h"
#include "core/list.h"
#include "core/notice.h"
#include "core/outbox.h"

/* notices.c: kinds of this module's own. */
#define NOTICE_DIGEST "notices.digest" /* only ever a letter: it stands on nobody's list */
#define NOTICE_TEST   "webhooks.test"  /* only ever to one webhook */

/* outbox.c: what goes out, as the administration sees it. */
extern const struct list outbox_list;
extern const struct handler outbox_retry_handler, outbox_begin_handler, outbox_tries_handler,
    outbox_overview_handler;
enum error outbox_tick(struct ctx *ctx, const struct ticking *ticking);

/* A message that this node has claimed. */
struct sending {
    int64_t id, notice_id, account_id;
    struct maybe_int webhook_id;
    bool urgent, digest;
    int64_t tries;
    struct str organisation_code;
    struct instant counted_at;
    /* What it says. */
    struct str kind, text, text_en, address;
    struct instant created_at;
    int64_t person_id;
    struct str account_state;
    /* What came of it. */
    struct str state, hold, problem;
    struct instant not_before, sent_at;
    struct str answer; /* of whom it was sent to */
};

/* sending.c: the job that sends. */
enum error sending_run(struct ctx *ctx, struct job_run *run, const struct job *job);
/* What has come of it: sent, tried again after a pause, or failed. */
void sending_end(struct ctx *ctx, struct sending *sending, bool sent, bool for_good,
                 const char *reason);

/* letters.c. In a transaction: to whom it goes and what it says; `to` is STR_NONE, with the state
 * it has then, where it goes to nobody. */
struct letter {
    struct str to, subject, text, unsubscribe;
};
enum error letter_write(struct ctx *ctx, struct sending *sending, struct letter *letter) MUST_USE;
void letter_send(struct ctx *ctx, struct sending *sending, const struct letter *letter);

/* digests.c: the job that makes digests of what waits for them. */
enum error digest_run(struct ctx *ctx, struct job_run *run, const struct job *job);
/* Is it time for the next one? `weekly`: of each week of the city, once; otherwise of each day. */
bool digest_is_due(bool weekly, struct instant last, struct instant now, int utc_offset_minutes);

/* contact_settings.c: what each reader wants. */
extern const struct handler contact_show_handler, contact_change_handler, wish_change_handler;
struct contact_setting {
    int64_t quiet_from, quiet_to;
    bool workdays_only;
    struct str digest; /* daily, weekly, none */
    struct instant digest_at;
};
extern const struct shape contact_setting_shape;
/* The reader's own, or what holds for whoever has said nothing. */
enum error contact_setting_read(struct ctx *ctx, int64_t account_id,
                                struct contact_setting *out) MUST_USE;
enum error contact_setting_write(struct ctx *ctx, int64_t account_id,
                                 const struct contact_setting *setting) MUST_USE;
enum error contact_wish_read(struct ctx *ctx, int64_t account_id, struct str kind,
                             enum contact_wish *wish) MUST_USE;
enum error contact_wish_write(struct ctx *ctx, int64_t account_id, struct str kind,
                              enum contact_wish wish) MUST_USE;

/* unsubscribe.c: by a signed address in a letter, without signing in. */
extern const struct handler unsubscribe_show_handler, unsubscribe_handler;
enum error unsubscribe_address(struct ctx *ctx, int64_t account_id, struct str kind,
                               struct str *address) MUST_USE;

/* keeping.c: what is too old, and what is left of a person. */
enum error notices_tidy(struct ctx *ctx, int64_t *gone);
enum error notices_person_export(struct ctx *ctx, int64_t person_id, struct json *out);
enum error notices_person_erase(struct ctx *ctx, int64_t person_id);

/* webhooks.c */
extern const struct list webhook_list;
extern const struct handler webhook_create_handler, webhook_end_handler, webhook_pause_handler,
    webhook_resume_handler, webhook_test_handler;
/* What a secret is bound to: it cannot be moved to another address. */
struct str webhook_bound_to(struct arena *arena, struct str url);
struct str webhook_base64(struct arena *arena, const unsigned char *bytes, size_t count);
/* webhook_calls.c. On the job's thread, outside of a transaction: calls it, and says so in
 * `sending`. */
enum error webhook_send(struct ctx *ctx, struct sending *sending) MUST_USE;

#endif
